"""OpenUSD: a head with blend shapes, moved by a UsdSkel animation, in one file.

Centimetres, +y up, the face looks along +z. Time codes are frames: code 0 is the beginning of the
sound, frame k of a clip stands at ``start * fps + k``, and ``timeCodesPerSecond`` is the frame rate
(29.97 is the double nearest to 30000/1001; the exact fraction stands in the layer's custom data).
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

from voxface.errors import VoxfaceError
from voxface.face import FaceClip
from voxface.formats.writer import CollectingWriter


class _SceneWriter(CollectingWriter):
    """Writes scenes into a folder of their own, since USD wants to write files itself."""

    def _export(self, path: Path, store: Any = None) -> None:
        # USD and rigs are slow to import, so they wait until a head is written.
        from pxr import Tf, Usd  # noqa: PLC0415

        from voxface.formats.usd_scene import build_scene  # noqa: PLC0415
        from voxface.rig import connect  # noqa: PLC0415

        clip, rig = self._clip(), self.header.rig
        assert rig is not None, "formats that draw are given a rig"
        if not len(clip):
            raise VoxfaceError("a clip without frames cannot become an animation")
        weights = connect(rig).weights(clip)
        try:
            stage = Usd.Stage.CreateNew(str(path))
            build_scene(stage, rig, clip, weights, store)
            stage.GetRootLayer().Save()
        except Tf.ErrorException as error:
            raise VoxfaceError(f"cannot write {self._file.path}: {usd_reason(error)}") from None


class UsdWriter(_SceneWriter):
    """Writes ``.usda`` (text) and ``.usdc`` (binary, also ``.usd``): colours at the vertices."""

    def _end(self) -> None:
        suffix = self._file.path.suffix.lower()
        with tempfile.TemporaryDirectory(prefix="voxface-") as folder:
            whole = Path(folder) / f"scene{'.usdc' if suffix == '.usd' else suffix}"
            self._export(whole)
            self._file.write(whole.read_bytes())


class UsdPackageWriter(_SceneWriter):
    """Writes ``.usdz``: the binary scene and its pictures in one package."""

    def _end(self) -> None:
        with tempfile.TemporaryDirectory(prefix="voxface-") as folder:
            scene, package = Path(folder) / "scene.usdc", Path(folder) / "scene.usdz"

            def store(name: str, picture: bytes) -> str:
                (Path(folder) / name).write_bytes(picture)
                return f"./{name}"

            self._export(scene, store)
            from pxr import UsdUtils  # noqa: PLC0415

            if not UsdUtils.CreateNewUsdzPackage(str(scene), str(package)):
                raise VoxfaceError(f"cannot write {self._file.path}: USD could not make a package")
            self._file.write(package.read_bytes())


def usd_reason(error: Exception) -> str:
    """Return the first thing that USD says went wrong, in one line; what follows repeats it."""
    try:
        said = next((getattr(each, "commentary", str(each)) for each in error.args), str(error))
        return re.sub(r"\bpxrInternal\w*::", "", said.strip().splitlines()[0].strip())
    except UnicodeDecodeError:  # the message quotes the file, which may hold anything
        return "its content is no text that USD knows"


def load(path: Path) -> FaceClip:
    """Read the weights of a USD file by name, and the head if voxface wrote it."""
    from voxface.formats.usd_reader import read_scene  # noqa: PLC0415

    return read_scene(path)
