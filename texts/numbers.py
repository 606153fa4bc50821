"""Numbers as they are read in Chinese: one decimal for scores, shares and kilometres, whole metres and places."""

import math
from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from texts import say

_GAP = "\u202f"  # narrow, and never broken at the end of a line
_WHOLE, _TENTH = Decimal("1"), Decimal("0.1")
_NEARLY_FULL = Decimal("99.9")


def decimal(value: float | None) -> str:
    """``value`` with one decimal, halves rounded up, thousands set apart: ``1 234.5``; — when there is none."""
    return _written(value, _TENTH)


def whole(value: float | None) -> str:
    """``value`` as a whole number, halves rounded up, thousands set apart: ``1 234``; — when there is none."""
    return _written(value, _WHOLE)


def score(value: float | None) -> str:
    """A score of 0–100 with one decimal; below 100 it never reads 100.0; — when nothing was judged."""
    return _below_full(value)


def percent(share: float | None, *, failing: bool = False) -> str:
    """
    A share of 0–1 as ``94.9 %``.

    Parameters
    ----------
    share
        Between 0 and 1; None or NaN reads —.
    failing
        Whether anything fails. Then, and whenever the share is below 1, it never reads 100.0 %.
    """
    if _absent(share):
        return say("numbers.nothing")
    return say("numbers.percent", number=_below_full(100 * float(share), failing=failing))


def metres(length_m: float | None) -> str:
    """A position or a length in whole metres: ``1 036 米``."""
    return _with_unit("metres", whole(length_m))


def length(length_m: float | None) -> str:
    """A length in sums: metres below 1 000 m, else kilometres with one decimal."""
    if _absent(length_m) or Decimal(str(float(length_m))).quantize(_WHOLE, ROUND_HALF_UP) < 1000:
        return metres(length_m)
    return kilometres(length_m)


def kilometres(length_m: float | None) -> str:
    """A length given in metres, in kilometres with one decimal: ``31.7 公里``."""
    return _with_unit("kilometres", say("numbers.nothing") if _absent(length_m) else decimal(float(length_m) / 1000))


def position(at_m: float) -> str:
    """A position on a street in whole metres from its start: ``1 036 米``; at the start itself 起点."""
    return say("numbers.start") if whole(at_m) == "0" else metres(at_m)


def stretch(from_m: float, to_m: float) -> str:
    """From where to where on a street, metres from its start: ``7 453–8 992 米``, ``起点–1 988 米``."""
    start = whole(from_m)
    return say("numbers.stretch", start=say("numbers.start") if start == "0" else start, end=whole(to_m))


def pieces(count: float | None) -> str:
    """A number of places: ``3 处``; from ten thousand on ``3.2 万处``."""
    if not _absent(count) and count >= 10_000:
        return say("numbers.ten_thousand", number=decimal(count / 10_000))
    return _with_unit("pieces", whole(count))


def have_of_need(value: float | None, required: float | None) -> str:
    """Found / due: ``1 / 5``; numbers that are not whole keep one decimal."""
    return f"{plain(value)} / {plain(required)}"


def short(count: float) -> str:
    """What the worst single walk or place lacks: ``缺 4 处``. Not to be mixed with `repair`."""
    return say("numbers.short", number=whole(count))


def repair(count: float) -> str:
    """The fewest sites that repair a whole gap: ``须补 9 处``. Not to be mixed with `short`."""
    return say("numbers.repair", number=whole(count))


def own_repair(row, *, told: Callable[[float | None], str] = whole) -> str:
    """
    The new sites that repair a finding, in a table: — where none do, 邻区 where those of the next district do.

    Parameters
    ----------
    row
        A finding with ``is_line`` and ``repair_min``.
    told
        How the number is written.
    """
    if row.is_line and row.repair_min == 0:
        return say("numbers.beside")
    return told(row.repair_min)


def plain(value: float | None) -> str:
    """``value`` whole when it is whole, else with one decimal."""
    return decimal(value) if not _absent(value) and float(value) % 1 else whole(value)


def file_size(size: int) -> str:
    """The size of a file given in bytes: ``300 字节``, from a kilobyte on ``34 KB``, from a megabyte on ``1.2 MB``."""
    if size < 2**10:
        return _with_unit("bytes", whole(size))
    return (
        _with_unit("megabytes", decimal(size / 2**20))
        if size >= 2**20
        else _with_unit("kilobytes", whole(size / 2**10))
    )


def moment(at: datetime) -> str:
    """A time in the city's day: ``11月18日 07:30``."""
    return say("numbers.moment", month=at.month, day=at.day, hour=at.hour, minute=at.minute)


def day(at: date) -> str:
    """A date: ``11月18日``."""
    return say("numbers.date", month=at.month, day=at.day)


def _below_full(value: float | None, *, failing: bool = False) -> str:
    text = decimal(value)
    if text == "100.0" and (failing or float(value) < 100):
        return str(_NEARLY_FULL)
    return text


def _written(value: float | None, step: Decimal) -> str:
    if _absent(value):
        return say("numbers.nothing")
    rounded = Decimal(str(float(value))).quantize(step, ROUND_HALF_UP)
    return f"{rounded + 0:,}".replace(",", _GAP)


def _with_unit(unit: str, number: str) -> str:
    return number if number == say("numbers.nothing") else say(f"numbers.{unit}", number=number)


def _absent(value: float | None) -> bool:
    return value is None or pd.isna(value) or math.isinf(value)
