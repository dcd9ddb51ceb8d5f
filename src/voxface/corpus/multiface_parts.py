"""What a cut of Multiface has finished so far: a folder with two files for each take."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.corpus.archive import UNREADABLE, save_archive
from voxface.corpus.mesh_examples import MeshExample
from voxface.errors import VoxfaceError
from voxface.formats.output import OutputFile, write_error


class PartStore:
    """Finished takes, kept until all are there.

    Offsets stay on disk until they are asked for, so that a set is in memory but once.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    what : mapping
        What is cut, as plain JSON values.

    Raises
    ------
    VoxfaceError
        If the folder holds takes of another cut, or cannot be written.
    """

    def __init__(self, folder: Path, what: Mapping[str, Any]) -> None:
        self.folder = folder
        told = json.dumps(what, sort_keys=True).encode()
        mark = folder / "cut.sha256"
        digest = hashlib.sha256(told).hexdigest()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise write_error(folder, error) from None
        if mark.is_file() and mark.read_text().strip() != digest:
            raise VoxfaceError(
                f"'{folder}' holds parts of a cut with other settings; delete it, or cut as before"
            )
        with OutputFile(mark) as file:
            file.write(digest.encode() + b"\n")

    def has(self, name: str) -> bool:
        """Return whether a take is finished."""
        return self._rest(name).is_file()

    def keep(self, example: MeshExample) -> None:
        """Write a take."""
        packed = io.BytesIO()
        np.save(packed, example.offsets)
        with OutputFile(self._offsets(example.name)) as file:
            file.write(packed.getvalue())
        index = {
            "name": example.name, "speaker": example.speaker, "corpus": example.corpus,
            "fps": example.fps, "about": dict(example.about),
        }  # fmt: skip
        # This one last: it says that the take is whole.
        save_archive(
            self._rest(example.name), index=np.array(json.dumps(index)),
            features=example.features, seen=example.seen, neutral=example.neutral,
        )  # fmt: skip

    def take(self, name: str) -> MeshExample:
        """Return a finished take.

        Raises
        ------
        VoxfaceError
            If its files are damaged.
        """
        try:
            offsets: NDArray[np.float16] = np.load(
                self._offsets(name), mmap_mode="r", allow_pickle=False
            )
            with np.load(self._rest(name), allow_pickle=False) as file:
                index = json.loads(str(file["index"]))
                return MeshExample(
                    offsets=offsets, features=file["features"], seen=file["seen"],
                    neutral=file["neutral"], **index,
                )  # fmt: skip
        except UNREADABLE as error:
            raise VoxfaceError(
                f"{self._rest(name)} is damaged ({error}); delete it and cut again"
            ) from None

    def clear(self) -> None:
        """Take the folder away; what does not belong here stays."""
        for pattern in ("*.offsets.npy", "*.take.npz", "cut.sha256"):
            for path in self.folder.glob(pattern):
                path.unlink()
        if not any(self.folder.iterdir()):
            self.folder.rmdir()

    def _offsets(self, name: str) -> Path:
        return self.folder / f"{name}.offsets.npy"

    def _rest(self, name: str) -> Path:
        return self.folder / f"{name}.take.npz"
