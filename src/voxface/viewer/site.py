"""The site: the page and the files it is to open, as one web application."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from voxface.errors import VoxfaceError
from voxface.viewer.offer import Offer

if TYPE_CHECKING:
    from fastapi import FastAPI

MEDIA_TYPES = {
    ".css": "text/css",
    ".flac": "audio/flac",
    ".glb": "model/gltf-binary",
    ".html": "text/html",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".onnx": "application/octet-stream",
    ".vrm": "model/gltf-binary",
    ".wasm": "application/wasm",
}
"""Said outright: systems differ in what they know, and browsers refuse scripts of a wrong type."""


@dataclass(frozen=True)
class Site:
    """What is served.

    Parameters
    ----------
    page : Path
        The folder of the built page.
    opened : tuple of Offer
        What the page opens at once: a clip, a recording, or a clip and its recording.
    compared : Offer, optional
        What it shows beside that.
    rig : Offer, optional
        The head, instead of the default one.
    secret : str
        Part of the offers' addresses, so that no other page can guess them.
    """

    page: Path
    opened: tuple[Offer, ...] = ()
    compared: Offer | None = None
    rig: Offer | None = None
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(16), repr=False)

    def query(self) -> str:
        """Return what follows the page's address so that it opens the offers."""
        wishes = [("open", offer) for offer in self.opened]
        wishes += [("compare", self.compared)] if self.compared else []
        wishes += [("rig", self.rig)] if self.rig else []
        return urlencode([(wish, self._address(offer)) for wish, offer in wishes])

    def application(self) -> FastAPI:
        """Return the web application.

        Raises
        ------
        VoxfaceError
            If FastAPI is not installed.
        """
        try:
            from fastapi import FastAPI, HTTPException, Response  # noqa: PLC0415
            from fastapi.staticfiles import StaticFiles  # noqa: PLC0415
            from starlette.middleware.trustedhost import TrustedHostMiddleware  # noqa: PLC0415
        except ImportError:
            raise VoxfaceError(
                "the page needs a web server; install it with `pip install 'voxface[view]'`"
            ) from None

        class Page(StaticFiles):
            def file_response(self, full_path, *args, **kwargs):  # type: ignore[no-untyped-def]
                answer = super().file_response(full_path, *args, **kwargs)
                suffix = Path(full_path).suffix.lower()
                if suffix in MEDIA_TYPES:
                    answer.headers["content-type"] = MEDIA_TYPES[suffix]
                # Names of assets hold a hash of their content; the page itself may change.
                lasting = "assets" in Path(full_path).parts
                answer.headers["cache-control"] = "max-age=31536000" if lasting else "no-cache"
                return answer

        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        # Only this machine's own names: no page of the web may pose as this one by DNS.
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
        offers = {self._address(offer, quoted=False): offer for offer in self._offers()}

        @app.get("/offers/{secret}/{number}/{name}")
        def offer(secret: str, number: int, name: str) -> Response:
            found = offers.get(f"offers/{secret}/{number}/{name}")
            if found is None:
                raise HTTPException(404)
            media_type = MEDIA_TYPES.get(Path(name).suffix.lower(), "application/octet-stream")
            return Response(found.content, media_type=media_type)

        app.mount("/", Page(directory=self.page, html=True))
        return app

    def _offers(self) -> list[Offer]:
        return [o for o in (*self.opened, self.compared, self.rig) if o is not None]

    def _address(self, offer: Offer, *, quoted: bool = True) -> str:
        number = next(i for i, known in enumerate(self._offers()) if known is offer)
        name = quote(offer.name, safe="") if quoted else offer.name
        return f"offers/{self.secret}/{number}/{name}"
