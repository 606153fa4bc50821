"""A photo that was handed in: looked at whole, made smaller, and freed of what cameras write beside the picture."""

import hashlib
import struct
from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image, ImageOps

from store.errors import StoreError
from store.order_book import PhotoLimits, order_book
from texts import say

_FORMATS = ("JPEG", "PNG", "WEBP")
_MB, _MEGAPIXEL = 1 << 20, 1_000_000
# What Pillow raises on files that are not what they seem.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, struct.error)
_TOO_MANY = (Image.DecompressionBombError, Image.DecompressionBombWarning)


@dataclass(frozen=True)
class Photo:
    """A checked photo: a JPEG, its size in pixels, and what tells it from others."""

    content: bytes = field(repr=False)
    width: int
    height: int
    digest: str


def photo_of(content: bytes, *, name: str) -> Photo:
    """
    The photo in a file that somebody handed in.

    Upright, on white, at most as large as ``data/orders.yaml`` says, encoded anew without EXIF, position or comments.

    Parameters
    ----------
    content
        The bytes of the file.
    name
        What its owner calls it, for the sentence about what is wrong.

    Raises
    ------
    StoreError
        When it is too large, no JPEG, PNG or WebP, or broken.
    """
    limits = order_book().photos
    if len(content) > limits.most_mb * _MB:
        raise StoreError(say("store.photos.too_large", name=name, most=limits.most_mb))
    try:
        picture = _picture(content, limits)
    except _TOO_MANY as error:
        raise StoreError(say("store.photos.too_many_pixels", name=name, most=limits.most_megapixels)) from error
    except _BROKEN as error:
        raise StoreError(say("store.photos.no_photo", name=name)) from error
    if picture is None:
        raise StoreError(say("store.photos.too_many_pixels", name=name, most=limits.most_megapixels))
    kept = BytesIO()
    picture.save(kept, "JPEG", quality=limits.quality, optimize=True)
    told = kept.getvalue()
    return Photo(told, *picture.size, hashlib.sha256(told).hexdigest())


def _picture(content: bytes, limits: PhotoLimits) -> Image.Image | None:
    """The picture as it is kept; None when it has too many pixels, which its head tells before it is unpacked."""
    with Image.open(BytesIO(content), formats=_FORMATS) as opened:
        if opened.width * opened.height > limits.most_megapixels * _MEGAPIXEL:
            return None
        opened.draft("RGB", (2 * limits.longest_px, 2 * limits.longest_px))
        opened.load()
        upright = ImageOps.exif_transpose(opened)
        upright.thumbnail((limits.longest_px, limits.longest_px), reducing_gap=3.0)
        return _on_white(upright)


def _on_white(picture: Image.Image) -> Image.Image:
    """The picture in RGB with nothing but its pixels; what was transparent is white."""
    bare = Image.new("RGB", picture.size, "white")
    if picture.mode.startswith("I;16"):
        picture = picture.point(lambda value: value / 256).convert("L")
    if "A" in picture.getbands() or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        bare.paste(layered, mask=layered.getchannel("A"))
    else:
        bare.paste(picture.convert("RGB"))
    return bare
