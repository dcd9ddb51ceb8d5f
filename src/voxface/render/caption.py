"""Words on a picture."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.render.font import font_for

Pixels = NDArray[np.uint8]
INK, PLATE = (238, 238, 238), (30, 30, 31)


def draw_caption(width: int, height: int, text: str) -> Pixels:
    """Write a line at the bottom of a picture, centred, on a plate that any background bears.

    Parameters
    ----------
    width, height : int
        Of the picture in pixels.
    text : str
        Shortened with an ellipsis if it is wider than the picture.

    Returns
    -------
    ndarray of uint8, shape (height, width, 4)
        Red, green, blue, and how much each pixel is covered.

    Raises
    ------
    VoxfaceError
        If Pillow is not installed.
    """
    image_module, draw_module = pillow("Image"), pillow("ImageDraw")
    layer = image_module.new("RGBA", (width, height), (*PLATE, 0))
    font, text = font_for(text, max(11, round(min(height / 28, width / 20))))
    while len(text) > 1 and font.getlength(text) > 0.88 * width:
        text = text[:-2].rstrip() + "…"
    middle = height - 1.35 * font.size
    aside, above = font.getlength(text) / 2 + 0.7 * font.size, 0.8 * font.size
    draw = draw_module.Draw(layer)
    draw.rounded_rectangle(
        (width / 2 - aside, middle - above, width / 2 + aside, middle + above),
        radius=above,
        fill=(*PLATE, 255),
    )
    draw.text((width / 2, middle), text, font=font, anchor="mm", fill=(*INK, 255))
    return np.asarray(layer)


def write_caption(picture: Pixels, text: str) -> None:
    """Write a line at the bottom of a picture (height, width, 3), in place; see `draw_caption`."""
    height, width, _ = picture.shape
    layer = draw_caption(width, height, text)
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
