"""A picture made small: a palette of its own, no dithering."""

import io

from PIL import Image

_COLOURS = 256


def reduced(content: bytes) -> bytes:
    """
    A PNG of few bytes.

    Parameters
    ----------
    content
        The picture, in any format that pillow reads.
    """
    with Image.open(io.BytesIO(content)) as given:
        small = given.convert("RGB").quantize(_COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    written = io.BytesIO()
    small.save(written, "PNG", optimize=True)
    return written.getvalue()
