"""Serves a site on this machine alone."""

from __future__ import annotations

import socket
from collections.abc import Callable

from voxface.errors import VoxfaceError
from voxface.viewer.site import Site

HOST = "127.0.0.1"
USUAL_PORT = 8765
TRIES = 20


def listen(port: int | None = None) -> socket.socket:
    """Take a port of this machine.

    Parameters
    ----------
    port : int, optional
        The port; 0 for any that is free. By default 8765 or the next free one after it.

    Raises
    ------
    VoxfaceError
        If the port is taken or not allowed.
    """
    candidates = range(USUAL_PORT, USUAL_PORT + TRIES) if port is None else [port]
    trouble = ""
    for candidate in candidates:
        taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((HOST, candidate))
            taken.listen(128)
        except (OSError, OverflowError) as error:
            trouble = getattr(error, "strerror", None) or str(error)
            taken.close()
            continue
        return taken
    asked = f"port {port}" if port is not None else f"ports {candidates[0]} to {candidates[-1]}"
    raise VoxfaceError(f"cannot serve on {asked}: {trouble.lower()}; choose another with --port")


def address_of(site: Site, listening: socket.socket) -> str:
    """Return the address at which a browser finds the site, with what it is to open."""
    query = site.query()
    address = f"http://{HOST}:{listening.getsockname()[1]}/"
    return f"{address}?{query}" if query else address


def serve(
    site: Site, listening: socket.socket, on_ready: Callable[[str], None] | None = None
) -> None:
    """Serve until interrupted (Ctrl-C).

    Parameters
    ----------
    site : Site
    listening : socket
        As `listen` gives it; closed at the end.
    on_ready : callable, optional
        Called with the address once the site answers.

    Raises
    ------
    VoxfaceError
        If the web server is not installed.
    """
    app = site.application()
    import uvicorn  # noqa: PLC0415  (comes with FastAPI's extra; heavy)

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if on_ready is not None:
                on_ready(address_of(site, listening))

    config = uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1)
    try:
        Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        # uvicorn hands Ctrl-C on once it has closed; that is how serving ends.
        pass
    finally:
        listening.close()
