"""A picture made small: a palette that keeps the colours of its areas as they are, no dithering."""

import io

import numpy as np
from PIL import Image
from scipy.spatial import cKDTree

_COLOURS, _EXACT = 256, 96


def reduced(content: bytes) -> bytes:
    """
    A PNG of few bytes: the commonest colours are kept as they are, each other becomes the nearest that is left.

    Parameters
    ----------
    content
        The picture, in any format that pillow reads.
    """
    with Image.open(io.BytesIO(content)) as given:
        picture = given.convert("RGB")
    spread = picture.quantize(_COLOURS - _EXACT, method=Image.Quantize.MAXCOVERAGE).getpalette()
    pixels = np.asarray(picture).reshape(-1, 3)
    colours, place, count = np.unique(pixels, axis=0, return_inverse=True, return_counts=True)
    commonest = colours[np.argsort(-count, kind="stable")[:_EXACT]]
    palette = np.vstack([commonest, np.reshape(spread, (-1, 3))])[:_COLOURS]
    nearest = cKDTree(palette).query(colours)[1].astype(np.uint8)
    small = Image.fromarray(nearest[place.ravel()].reshape(picture.height, picture.width), "P")
    small.putpalette(palette.astype(np.uint8).tobytes())
    written = io.BytesIO()
    small.save(written, "PNG", optimize=True)
    return written.getvalue()
