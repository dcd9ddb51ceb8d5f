"""Words on a picture."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError


def write_caption(picture: NDArray[np.uint8], text: str, size: int | None = None) -> None:
    """Write a line at the bottom of a picture, centred, in what is read on it.

    Parameters
    ----------
    picture : ndarray of uint8, shape (H, W, 3)
        Written on in place.
    text : str
        Shortened with an ellipsis if it is wider than the picture.
    size : int, optional
        Height of the letters in pixels; default: by the picture's height.

    Raises
    ------
    VoxfaceError
        If Pillow is not installed.
    """
    if not text:
        return
    height, width, _ = picture.shape
    image_module, draw_module, font_module = (
        pillow(name) for name in ("Image", "ImageDraw", "ImageFont")
    )
    font: Any = font_module.load_default(size or max(11, round(height / 26)))
    while len(text) > 1 and font.getlength(text) > 0.92 * width:
        text = text[:-2].rstrip() + "…"
    strip_top = height - round(2.1 * font.size)
    strip = image_module.fromarray(np.ascontiguousarray(picture[strip_top:]))
    is_dark = picture[strip_top:].mean() < 128
    draw_module.Draw(strip).text(
        (width / 2, (height - strip_top) / 2),
        text,
        font=font,
        anchor="mm",
        fill=(236, 238, 241) if is_dark else (32, 35, 40),
        stroke_width=max(1, round(font.size / 14)),
        stroke_fill=(22, 24, 28) if is_dark else (240, 242, 245),
    )
    picture[strip_top:] = np.asarray(strip)


def pillow(module: str) -> Any:
    """Open a module of Pillow, or say what to install."""
    try:
        return importlib.import_module(f"PIL.{module}")
    except ImportError:
        raise VoxfaceError(
            "captions and pictures need Pillow; install it with: pip install 'voxface[render]'"
        ) from None
