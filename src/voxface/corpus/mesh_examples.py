"""Recordings with a moving mesh, as training reads them: one file for a set of one topology."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.corpus.archive import UNREADABLE, save_archive
from voxface.errors import VoxfaceError
from voxface.face import MeshClip, MeshTopology


@dataclass(frozen=True, eq=False)
class MeshExample:
    """One recording: N frames of features at 100 Hz, T frames of mesh at `fps` from the same zero.

    Attributes
    ----------
    name, speaker, corpus : str
        Where it comes from.
    features : float16, shape (N, 83)
        As `voxface.audio.features`.
    offsets : float16, shape (T, V, 3)
        Centimetres from `neutral`; frame k stands at k / `fps` seconds of the sound.
    seen : uint8, shape (T,)
        1 where the face was seen.
    neutral : float32, shape (V, 3)
        The speaker's face at rest, centimetres.
    fps : float
    about : dict
        Plain JSON values: ``recording`` (path of the sound), ``capture``, ``text`` …
    """

    name: str
    speaker: str
    corpus: str
    features: NDArray[np.float16]
    offsets: NDArray[np.float16]
    seen: NDArray[np.uint8]
    neutral: NDArray[np.float32]
    fps: float
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """Length of the mesh in seconds."""
        return len(self.offsets) / self.fps

    @property
    def labelled(self) -> bool:
        """Whether a teacher said how the face moved; otherwise it was captured."""
        return "teacher" in self.about

    def clip(self, topology: MeshTopology) -> MeshClip:
        """Return the recording's face."""
        vertices = self.neutral + self.offsets.astype(np.float32)
        about = {"source": self.name, "speaker": self.speaker}
        fps: Any = self.fps
        return MeshClip(vertices, topology, fps, self.neutral, metadata=about)


@dataclass(frozen=True, eq=False)
class MeshSet:
    """Examples of one topology."""

    topology: MeshTopology
    examples: Sequence[MeshExample]

    def neutrals(self) -> dict[str, NDArray[np.float32]]:
        """Return each speaker's face at rest."""
        return {each.speaker: each.neutral for each in self.examples}


def save_mesh_set(path: str | PathLike[str], held: MeshSet) -> None:
    """Write a set into one ``.npz``, whole or not at all.

    Raises
    ------
    VoxfaceError
        If the set is empty or cannot be written.
    """
    examples = list(held.examples)
    if not examples:
        raise VoxfaceError(f"no examples to write to {path}")
    neutrals = held.neutrals()
    index = [
        {
            "name": e.name, "speaker": e.speaker, "corpus": e.corpus, "fps": e.fps,
            "features": len(e.features), "frames": len(e.offsets), "about": dict(e.about),
        }
        for e in examples
    ]  # fmt: skip
    save_archive(
        path,
        index=np.array(json.dumps(index)),
        **topology_arrays(held.topology),
        speakers=np.array(list(neutrals)),
        neutrals=np.stack(list(neutrals.values())).astype(np.float32),
        features=np.concatenate([e.features for e in examples]).astype(np.float16),
        offsets=np.concatenate([e.offsets for e in examples]).astype(np.float16),
        seen=np.concatenate([e.seen for e in examples]).astype(np.uint8),
    )


def load_mesh_set(path: str | PathLike[str]) -> MeshSet:
    """Read what `save_mesh_set` wrote.

    Raises
    ------
    VoxfaceError
        If the file is missing or is no such set.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            index = json.loads(str(file["index"]))
            topology = topology_from(file)
            neutrals = dict(zip(map(str, file["speakers"]), file["neutrals"], strict=True))
            features, offsets, seen = (file[name] for name in ("features", "offsets", "seen"))
    except UNREADABLE as error:
        raise VoxfaceError(
            f"cannot read meshes from {path} ({error}); make them with 'voxface mesh prepare'"
        ) from None
    examples, sound, face = [], 0, 0
    for entry in index:
        heard, shown = sound + entry["features"], face + entry["frames"]
        examples.append(
            MeshExample(
                entry["name"], entry["speaker"], entry["corpus"],
                features[sound:heard], offsets[face:shown], seen[face:shown],
                neutrals[entry["speaker"]], entry["fps"], entry["about"],
            )
        )  # fmt: skip
        sound, face = heard, shown
    return MeshSet(topology, examples)


def topology_arrays(topology: MeshTopology) -> dict[str, NDArray[Any]]:
    """Return a topology as arrays of an archive."""
    masks = list(topology.regions.values())
    return {
        "topology": np.array(topology.name),
        "triangles": topology.triangles,
        "vertices": np.int64(topology.vertices),  # type: ignore[dict-item]
        "region_names": np.array(list(topology.regions), dtype=np.str_),
        "regions": np.stack(masks) if masks else np.zeros((0, topology.vertices), np.float32),
    }


def topology_from(arrays: Any) -> MeshTopology:
    """Read what `topology_arrays` made."""
    names = [str(name) for name in arrays["region_names"]]
    return MeshTopology(
        str(arrays["topology"]),
        arrays["triangles"],
        int(arrays["vertices"]),
        dict(zip(names, arrays["regions"], strict=True)),
    )
