"""Words on a picture."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError

Pixels = NDArray[np.uint8]
_LIGHT, _DARK = (238, 240, 243), (30, 33, 38)


def draw_caption(width: int, height: int, text: str, on_dark: bool) -> Pixels:
    """Write a line at the bottom of a picture, centred.

    Parameters
    ----------
    width, height : int
        Of the picture in pixels.
    text : str
        Shortened with an ellipsis if it is wider than the picture.
    on_dark : bool
        Whether light letters are wanted.

    Returns
    -------
    ndarray of uint8, shape (height, width, 4)
        Red, green, blue, and how much each pixel is covered.

    Raises
    ------
    VoxfaceError
        If Pillow is not installed.
    """
    image_module, draw_module, font_module = (
        pillow(name) for name in ("Image", "ImageDraw", "ImageFont")
    )
    ink, edge = (_LIGHT, _DARK) if on_dark else (_DARK, _LIGHT)
    layer = image_module.new("RGBA", (width, height), (*edge, 0))
    font: Any = font_module.load_default(max(11, round(min(height / 26, width / 18))))
    while len(text) > 1 and font.getlength(text) > 0.92 * width:
        text = text[:-2].rstrip() + "…"
    draw_module.Draw(layer).text(
        (width / 2, height - 1.1 * font.size),
        text,
        font=font,
        anchor="mm",
        fill=(*ink, 255),
        stroke_width=max(1, round(font.size / 16)),
        stroke_fill=(*edge, 150),
    )
    return np.asarray(layer)


def write_caption(picture: Pixels, text: str) -> None:
    """Write a line at the bottom of a picture (height, width, 3), in place; see `draw_caption`."""
    height, width, _ = picture.shape
    layer = draw_caption(width, height, text, bool(picture[-height // 8 :].mean() < 128))
    cover = layer[..., 3:] / np.float32(255)
    picture[:] = np.rint(picture + cover * (layer[..., :3] - picture.astype(np.float32)))


def pillow(module: str) -> Any:
    """Open a module of Pillow.

    Raises
    ------
    VoxfaceError
        If it is not installed; the message says how to.
    """
    try:
        return importlib.import_module(f"PIL.{module}")
    except ImportError:
        raise VoxfaceError(
            "captions and pictures need Pillow; install it with: pip install 'voxface[render]'"
        ) from None
