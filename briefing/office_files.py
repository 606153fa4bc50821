"""What files for office programs have in common: texts they can hold, and bytes that do not depend on the clock."""

import re
import zipfile
from bisect import bisect_right
from datetime import datetime
from io import BytesIO
from itertools import accumulate

_MOST = 32_000  # a cell of a workbook holds 32 767
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile("[^\\S\u00a0\u202f\u3000]+")
_BEFORE_HAN = re.compile("(?<=[0-9–])\u202f(?=[\u3400-\u9fff])")  # programs set a gap there themselves
_BEFORE_UNIT = re.compile("(?<=[0-9]) (?=%|米|公里|处|万处)")
_NARROW, _UNBROKEN = "\u202f", "\u00a0"  # fonts of offices lack the first
_FIRST_WIDE = 0x2E80
_CORE, _TIME = "docProps/core.xml", re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_FIRST = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can tell


def plain(text: object, most: int = _MOST) -> str:
    """
    A text of the data on one line, without what XML cannot hold; cut after ``most`` characters.

    Narrow spaces of numbers become ones that every font has, and fall away before a Chinese unit; a number and its
    unit stay on one line.
    """
    if text is None:
        return ""
    line = _SPACES.sub(" ", _NOT_XML.sub("", str(text))).strip()
    return _BEFORE_UNIT.sub(_UNBROKEN, _BEFORE_HAN.sub("", line)).replace(_NARROW, _UNBROKEN)[:most]


def shortened(text: object, most_signs: float) -> str:
    """As much of a text as fits so many full-width signs, with … where something was cut."""
    line = plain(text)
    signs = list(accumulate(0.55 if ord(sign) < _FIRST_WIDE else 1.0 for sign in line))
    if not signs or signs[-1] <= most_signs:
        return line
    return line[: max(bisect_right(signs, most_signs - 1), 1)] + "…"


def packed(content: bytes, *, at: datetime | None = None) -> bytes:
    """
    A zipped office file, its parts in their order, whenever it was made.

    Parameters
    ----------
    at
        What workbooks inside of it (the data of charts) say of when they were made.
    """
    result = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if at is not None and name.endswith(".xlsx"):
                part = packed(part, at=at)
            elif at is not None and name == _CORE:
                part = _TIME.sub(at.strftime("%Y-%m-%dT%H:%M:%SZ").encode(), part)
            new.writestr(entry(name), part)
    return result.getvalue()


def entry(name: str, at: datetime | None = None) -> zipfile.ZipInfo:
    """An entry of a zip; without ``at`` it has no time."""
    about = zipfile.ZipInfo(name, _FIRST if at is None else at.timetuple()[:6])
    about.compress_type = zipfile.ZIP_DEFLATED
    about.external_attr = 0o644 << 16
    return about
