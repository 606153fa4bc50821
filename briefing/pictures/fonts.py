"""The type of pictures: Noto Sans CJK SC as the package mpl-font brings it, whatever the machine has installed."""

import unicodedata
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font, LoadFlags

_FILES = {False: "NotoSansCJKsc-Regular.otf", True: "NotoSansCJKsc-Bold.otf"}
_SNUG = 0.985  # of its room is what a line may fill: in pictures characters are as wide as whole dots
STAND_IN = "〓"  # what printers set for a character they have no type of
_MM_PER_POINT = 25.4 / 72
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")  # controls, marks of direction, lone surrogates, private characters
_SPACES = " \u00a0\u2002\u3000"  # those the font has
_BREAKS_NOT_BEFORE = "，。、；：！？）》」』〕】%,.;:!?)"


@cache
def font_file(bold: bool = False) -> Path:
    """
    The file of the regular or the bold type.

    Raises
    ------
    FileNotFoundError
        When the package mpl-font, or its font, is not installed.
    """
    found = find_spec("mpl_font")
    folders = found.submodule_search_locations if found is not None else None
    file = Path(next(iter(folders), ".")) / "fonts" / "noto" / _FILES[bold] if folders else Path(_FILES[bold])
    if not file.is_file():
        raise FileNotFoundError(f"{file.name} of the package mpl-font is missing; install what requirements.txt pins")
    return file


@cache
def properties(points: float, bold: bool = False) -> FontProperties:
    """The type at a size, for matplotlib."""
    return FontProperties(fname=str(font_file(bold)), size=points)


def missing_characters(text: str) -> list[str]:
    """The characters of ``text`` that would be drawn and that the font has no glyph for, each once, in order."""
    known = _known()
    drawn = (sign for sign in text if unicodedata.category(sign) not in _UNSEEN and not sign.isspace())
    return [sign for sign in dict.fromkeys(drawn) if ord(sign) not in known]


def drawable(text: object) -> str:
    """
    ``text`` as it can be drawn in one line.

    Line ends become spaces, characters that are never seen are left out, and what the font lacks becomes 〓; see
    `missing_characters` for which they are.
    """
    return "".join(_shown(sign) for sign in str(text))


def width_mm(text: str, points: float, bold: bool = False) -> float:
    """How wide a line of text is, mm; kerning aside."""
    return sum(_advance(sign, bold) for sign in text) * points * _MM_PER_POINT


def fitted(text: str, room_mm: float, points: float, bold: bool = False) -> str:
    """``text``, cut and with an ellipsis at its end when it is wider than ``room_mm``."""
    room_mm *= _SNUG
    if width_mm(text, points, bold) <= room_mm:
        return text
    left = room_mm - width_mm("…", points, bold)
    end = 0
    while end < len(text) and (left := left - width_mm(text[end], points, bold)) >= 0:
        end += 1
    return text[:end].rstrip() + "…"


def wrapped(text: str, room_mm: float, points: float, *, most: int, bold: bool = False) -> list[str]:
    """``text`` in at most ``most`` lines that fit, broken before any character but closing signs and inside numbers."""
    lines, rest = [], text
    while rest and len(lines) < most - 1:
        end, used = 0, 0.0
        while end < len(rest) and (used := used + width_mm(rest[end], points, bold)) <= _SNUG * room_mm:
            end += 1
        if end < len(rest):
            end = _break(rest, max(end, 1))
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*lines, fitted(rest, room_mm, points, bold)] if rest else lines


def _break(text: str, end: int) -> int:
    """The place at or before ``end`` where a line may end; ``end`` when there is none near."""
    at = end
    while at > max(1, end - 12) and (text[at] in _BREAKS_NOT_BEFORE or _same_word(text[at - 1], text[at])):
        at -= 1
    return at if at > max(1, end - 12) else end


def _same_word(one: str, other: str) -> bool:
    return all(sign in "\u202f.–" or (sign.isascii() and sign.isalnum()) for sign in (one, other))


@cache
def _known() -> frozenset[int]:
    return frozenset(_face(False).get_charmap()) & frozenset(_face(True).get_charmap())


@cache
def _face(bold: bool) -> FT2Font:
    face = FT2Font(str(font_file(bold)))
    face.set_size(1000, 72)
    return face


@lru_cache(maxsize=20_000)
def _shown(sign: str) -> str:
    """What is drawn for a character: itself, a space, 〓, or nothing."""
    if sign.isspace():
        return sign if sign in _SPACES else " "
    if unicodedata.category(sign) in _UNSEEN:
        return ""
    return sign if ord(sign) in _known() else STAND_IN


@lru_cache(maxsize=20_000)
def _advance(sign: str, bold: bool) -> float:
    """The advance of a character as it is drawn, in ems."""
    sign = _shown(sign)
    if not sign:
        return 0.0
    return _face(bold).load_char(ord(sign), flags=LoadFlags.NO_HINTING).linearHoriAdvance / 65536 / 1000
