"""The whole of ``voxface shrink``: a run or a model in, a smaller one out, and what it costs."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from voxface.engine import Model
from voxface.errors import VoxfaceError
from voxface.formats.output import check_writable
from voxface.training.checkpoint import Trained, load_trained, save_trained
from voxface.training.export import export_trained
from voxface.training.recipe import Data, recipe_from_dict
from voxface.training.shrink import sounds
from voxface.training.shrink.dead_units import NetUse, measure_units
from voxface.training.shrink.fine_tune import fine_tune
from voxface.training.shrink.loss import ChannelLoss, channel_losses
from voxface.training.shrink.precision import PRECISIONS, shrink_model
from voxface.training.shrink.prune import narrow, prune
from voxface.training.shrink.speed import push_time


@dataclass(frozen=True)
class Shrunk:
    """What shrinking came to.

    Attributes
    ----------
    losses
        Against the source, worst first; empty if there was no sound to compare on.
    bytes_before, bytes_after : int
        Sizes of the model files.
    push_before, push_after : float
        Middle time of a push of 10 ms in milliseconds, on one processor.
    """

    losses: list[ChannelLoss]
    bytes_before: int
    bytes_after: int
    push_before: float
    push_after: float


@dataclass(frozen=True)
class Shrinking:
    """How to make a model smaller.

    Parameters
    ----------
    precision : str
        One of `PRECISIONS`.
    prune : float, optional
        Share of all units to take out; 0 takes out dead ones alone.
    narrow : float, optional
        Share of the residual stream's channels to take out, before units.
    by : str
        What units are ranked by; see `prune.RANKINGS`.
    dead_below : float
        Units that fire in no more than this share of frames are dead.
    fine_tune : int
        Steps to train on afterwards.
    opset : int, optional
        Oldest set of ONNX operators that the runtime knows.
    version, licence : str
        What a model made from a run says of itself.
    """

    precision: str = "float32"
    prune: float | None = None
    narrow: float | None = None
    by: str = "contribution"
    dead_below: float = 0.0
    fine_tune: int = 0
    opset: int | None = None
    version: str = "1.0.0"
    licence: str = "Apache-2.0"

    @property
    def prunes(self) -> bool:
        """Whether units are taken out."""
        return self.prune is not None or self.narrow is not None


def units_of(run: Path, examples: Path) -> NetUse:
    """Measure the units of a run's net over captured takes that it heard.

    Raises
    ------
    VoxfaceError
        If there is no run, there are no examples, or its units cannot be told apart.
    """
    trained = load_trained(run)
    return measure_units(trained.net, sounds.captured_takes(examples, _heard(trained))[0])


def shrink(
    source: Path,
    output: Path,
    how: Shrinking,
    *,
    examples: Path | None = None,
    recordings: Sequence[Path] = (),
    threads: int = 0,
) -> Shrunk:
    """Make a run or a model file smaller.

    Parameters
    ----------
    source : Path
        The folder of a run, or a float32 ``model.onnx``.
    output : Path
        A file ending in ``.onnx``, or, for a run whose units are taken out, the folder of the
        smaller run.
    how : Shrinking
    examples : Path, optional
        Folder that ``voxface prepare`` wrote: needed to take units out.
    recordings : sequence of Path
        Real speech; the first half of each finds scales, the second half measures the loss.
    threads : int
        Processor threads of fine-tuning; 0 leaves the choice to PyTorch.

    Returns
    -------
    Shrunk

    Raises
    ------
    VoxfaceError
        If something does not fit: the message says what.
    """
    is_run = source.is_dir()
    _check(source, output, how, examples, is_run)
    trained = load_trained(source) if is_run else None
    if output.suffix == ".onnx":
        check_writable(output)
    with tempfile.TemporaryDirectory() as folder:
        large = source
        if trained is not None:
            large = Path(folder, "large.onnx")
            export_trained(trained, large, version=how.version, licence=how.licence)
        data = _heard(trained) if trained else _heard_by(large)
        calibration: sounds.Sounds = []
        test: sounds.Sounds = []
        if recordings:
            calibration, test = sounds.from_files(recordings)
        elif examples:
            calibration, test = sounds.from_examples(examples, data)
        plain, small = large, output
        if trained is not None and how.prunes:
            assert examples is not None
            plain = Path(folder, "pruned.onnx")
            run = output if output.suffix != ".onnx" else Path(f"{output.with_suffix('')}_run")
            less = pruned_run(trained, examples, how, run, threads)
            export_trained(less, plain, version=how.version, licence=how.licence)
            if output.suffix != ".onnx":
                save_trained(output, less)
                small = plain
        if small is output:
            shrink_model(plain, output, how.precision, sounds=calibration, opset=how.opset)
        before, after = Model(large), Model(small)
        return Shrunk(
            channel_losses(before, after, test) if test else [],
            large.stat().st_size,
            small.stat().st_size,
            push_time(before),
            push_time(after),
        )


def pruned_run(
    trained: Trained, examples: Path, how: Shrinking, folder: Path, threads: int = 0
) -> Trained:
    """Take units out of a run's net and train it on in `folder`, if asked to."""
    takes = sounds.captured_takes(examples, _heard(trained))[0]
    net, use = trained.net, measure_units(trained.net, takes)
    if how.narrow is not None:
        net = narrow(net, use, how.narrow)
        use = measure_units(net, takes)
    if how.prune is not None:
        net = prune(net, use, how.prune, dead_below=how.dead_below, by=how.by)
    told = {name: getattr(how, name) for name in ("prune", "narrow", "by", "dead_below")}
    less = replace(trained, net=net, about=dict(trained.about) | {"pruned": told})
    if how.fine_tune:
        return fine_tune(less, examples, folder, how.fine_tune, threads=threads)
    return less


def _check(source: Path, output: Path, how: Shrinking, examples: Path | None, is_run: bool) -> None:
    if not source.exists():
        raise VoxfaceError(f"there is no run and no model '{source}'")
    if how.prunes and not is_run:
        raise VoxfaceError("units are taken out of a run, not of a model file; give its folder")
    if how.prunes and examples is None:
        raise VoxfaceError("which units matter is found on real speech; give --examples FOLDER")
    if how.fine_tune and not how.prunes:
        raise VoxfaceError("fine-tuning follows pruning; give --prune or --narrow, too")
    if output.suffix != ".onnx" and (not how.prunes or how.precision != "float32"):
        raise VoxfaceError(
            f"'{output}' must end in .onnx: a run's folder is of a pruned float32 net"
        )
    if how.precision == "float32" and not how.prunes and how.opset is None:
        asked = ", ".join(name for name in PRECISIONS if name != "float32")
        raise VoxfaceError(f"say how to shrink: --to {asked}, or --prune SHARE")


def _heard(trained: Trained) -> Data:
    return recipe_from_dict(trained.about["recipe"]).data


def _heard_by(model: Path) -> Data:
    recipe = Model(model).description.recipe
    return recipe_from_dict(recipe).data if recipe else Data(sets={})
