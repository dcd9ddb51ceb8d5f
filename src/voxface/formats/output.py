"""Files that are either whole or not there: written beside under a hidden name, then renamed."""

from __future__ import annotations

import errno
import os
import secrets
import weakref
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from voxface.errors import VoxfaceError


def real_path(path: str | os.PathLike[str]) -> Path:
    """Return the form in which two names of one file are equal, also if it does not exist yet."""
    return Path(os.path.realpath(path))


class OutputFile:
    """A file that appears under its name only when it is complete.

    Use it as a context manager: leaving the block in peace publishes the file, an exception leaves
    nothing behind, and whatever stood at `path` before stays as it was.

    Parameters
    ----------
    path : path-like
        Where the finished file goes; an existing file is replaced.

    Raises
    ------
    VoxfaceError
        If the folder does not exist or cannot be written to, if `path` is something other than a
        file, or, while writing, if the disk is full.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        # A rename onto a symbolic link would replace the link instead of what it points at.
        self._target = real_path(self.path)
        _check_target(self.path, self._target)
        # Hidden and short: the name has room for no more than 255 bytes.
        self.partial = self._target.parent / f".voxface-{secrets.token_hex(6)}.part"
        # Known before it is there: a run may be stopped at any moment, by Ctrl-C or a signal.
        self._unfinished = weakref.finalize(self, _remove, self.partial)
        try:
            self._file = self.partial.open("xb")
        except OSError as error:
            raise write_error(self.path, error) from None

    def __enter__(self) -> OutputFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.publish()
        else:
            self.discard()

    def write(self, data: bytes) -> None:
        """Append `data`."""
        try:
            self._file.write(data)
        except OSError as error:
            self.discard()
            raise write_error(self.path, error) from None

    def patch(self, offset: int, data: bytes) -> None:
        """Overwrite bytes written earlier; what follows is appended at the end again."""
        try:
            self._file.seek(offset)
            self._file.write(data)
            self._file.seek(0, os.SEEK_END)
        except OSError as error:
            self.discard()
            raise write_error(self.path, error) from None

    def tell(self) -> int:
        """Return how many bytes were written so far."""
        return self._file.tell()

    def publish(self) -> None:
        """Give the file its name."""
        try:
            self._file.close()
            self.partial.replace(self._target)
            self._unfinished.detach()
        except OSError as error:
            self.discard()
            raise write_error(self.path, error) from None

    def discard(self) -> None:
        """Remove what was written."""
        with suppress(OSError):
            self._file.close()
        self._unfinished()


def check_writable(path: str | os.PathLike[str]) -> None:
    """Find out, by trying, whether a file can be created at `path`.

    Raises
    ------
    VoxfaceError
        As `OutputFile` does.
    """
    OutputFile(path).discard()


def begin_file(path: str | os.PathLike[str]) -> None:
    """Make the folder of a file that long work will write, and find out whether it can be written.

    Raises
    ------
    VoxfaceError
        As `OutputFile` does, or if the folder cannot be made.
    """
    folder = Path(path).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise VoxfaceError(
            f"cannot make the folder {folder}: {error.strerror or error}; choose another output "
            "path"
        ) from None
    check_writable(path)


def write_error(path: Path, error: OSError) -> VoxfaceError:
    """Build the error for a file that could not be written."""
    if error.errno == errno.ENOSPC:
        return VoxfaceError(f"cannot write {path}: the disk is full; free some space and run again")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return VoxfaceError(
            f"cannot write {path}: folder {path.parent} is not writable; choose another output path"
        )
    return VoxfaceError(f"cannot write {path}: {error.strerror or error}")


def _remove(partial: Path) -> None:
    with suppress(OSError):
        partial.unlink()


def _check_target(path: Path, target: Path) -> None:
    if target.is_dir():
        raise VoxfaceError(f"cannot write {path}: it is a folder; give a file name")
    if target.exists() and not target.is_file():
        raise VoxfaceError(f"cannot write {path}: it is not a regular file")
    if not target.parent.is_dir():
        raise VoxfaceError(f"cannot write {path}: folder {path.parent} does not exist; create it")
    if target.exists() and not os.access(target, os.W_OK):
        raise VoxfaceError(f"cannot write {path}: the file there is write-protected")
