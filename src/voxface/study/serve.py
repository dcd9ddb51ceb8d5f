"""Serves a study until it is stopped."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

from voxface.errors import VoxfaceError

ANSWERS = "answers.sqlite"


def database_of(folder: Path, database: str | None) -> str:
    """Return the URL of a study's database; by default a file in its folder."""
    return database or f"sqlite:///{(folder / ANSWERS).resolve()}"


def existing_database(folder: Path, database: str | None) -> str:
    """Return the URL of a database that is there.

    Raises
    ------
    VoxfaceError
        If it is the folder's own, and nobody has answered yet.
    """
    if database is None and not (folder / ANSWERS).is_file():
        raise VoxfaceError(
            f"{folder} holds no answers yet; serve it with: voxface study serve {folder} "
            "(or name their --database)"
        )
    return database_of(folder, database)


def serve_study(
    folder: Path,
    database: str | None = None,
    host: str = "127.0.0.1",
    port: int = 8766,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve the study in a folder until interrupted.

    Parameters
    ----------
    folder : Path
    database : str, optional
        Any URL of SQLAlchemy; by default ``answers.sqlite`` in the folder.
    host : str
        ``0.0.0.0`` lets other machines in; see ``docs/studies.md`` before that.
    port : int
        0 for any that is free.
    on_ready : callable, optional
        Called with the address once it answers.

    Raises
    ------
    VoxfaceError
        If there is no complete study, or the database or the port cannot be used.
    """
    import uvicorn  # noqa: PLC0415  (heavy)

    from voxface.study.document import load_study  # noqa: PLC0415
    from voxface.study.store import Store  # noqa: PLC0415
    from voxface.study.tables import open_database  # noqa: PLC0415
    from voxface.study.web import application  # noqa: PLC0415

    study = load_study(folder)
    store = Store(open_database(database_of(folder, database)), study)
    app = application(study, folder, store)
    listening = _listen(host, port)

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if on_ready is not None:
                on_ready(f"http://{host}:{listening.getsockname()[1]}/")

    # No access log: it would hold addresses of participants.
    config = uvicorn.Config(
        app, log_level="error", access_log=False, server_header=False, timeout_graceful_shutdown=1
    )
    try:
        Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        pass
    finally:
        listening.close()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
        taken.listen(128)
    except (OSError, OverflowError) as error:
        taken.close()
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise VoxfaceError(
            f"cannot serve on {host} port {port}: {reason}; choose another --host or --port"
        ) from None
    return taken
