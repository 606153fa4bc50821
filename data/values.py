"""Cells as values: numbers with units or in full width, directions, dates, yes and no, lists."""

import json
import re
import unicodedata
from collections.abc import Callable

import numpy as np
import pandas as pd

from data.headings import _UNITS
from data.recorded import recorded_columns
from data.vocabulary import Words, plain, split_list

_MISSING = {"", "-", "--", "—", "——", "/", "\\", "null", "none", "nan", "n/a", "na", "#n/a", "<na>", "nat"}
# In a column of numbers, dates or yes and no these say no more than an empty cell.
_NOTHING_TOLD = _MISSING | {"无", "暂无", "不详", "未知", "未测", "未填", "空", "待定", "待补", "?", "unknown"}
_LARGEST = 1e12  # of anything that is recorded of a city
_SAMPLE = 1000
_COUNTERS = "个块处条次面幅层人名辆间张组套%"
_NUMBER = re.compile(r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:e[+-]?\d+)?)\s*([^\d\s][^\d]*|m2|km2)?")
_DMS = re.compile(r"([+-]?\d+(?:\.\d+)?)[°度](?:(\d+(?:\.\d+)?)['′分])?(?:(\d+(?:\.\d+)?)(?:''|[\"″秒]))?")
_SIDES = re.compile(r"^(?:东经|西经|北纬|南纬|[ewns])|(?:[ewns])$")
_SIZE = re.compile(r"^([\d.]+)([a-z一-龥]*)[x×*✕乘]([\d.]+)([a-z一-龥]*)(?:[x×*].*)?$")
_SIZE_NOISE = re.compile(r"[宽高长约:：\s]")
_POINTS = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")
_COMPASS = ("n", "ne", "e", "se", "s", "sw", "w", "nw")
_BEARINGS = {name: 45.0 * place for names in (_POINTS, _COMPASS) for place, name in enumerate(names)} | {
    f"{name[1]}{name[0]}": 45.0 * place for place, name in enumerate(_POINTS) if len(name) == 2
}
_DATE = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[\st].*)?$|^(\d{4})(\d{2})(\d{2})$")
_YES = {"1", "1.0", "true", "yes", "y", "t", "是", "有", "已", "对", "已普查", "√", "✓"}
_NO = {"0", "0.0", "false", "no", "n", "f", "否", "无", "未", "不是", "没有", "未普查", "×", "x"}
_LIST_MARKS = re.compile(r"[/|\n\r+＋\s]+")


def to_numbers(values: pd.Series, column: str, factor: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """
    Numbers, and which cells hold something that is none.

    Parameters
    ----------
    column
        Its ending says the unit: ``_m`` and ``_m2`` take lengths and areas in other units too (``120cm``), ``_deg``
        takes directions (``东南``).
    factor
        What a number without a unit of its own is multiplied by.

    Returns
    -------
    tuple
        Floats, not a number where missing or bad; and booleans, true where bad.
    """
    if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        numbers = values.astype(float).to_numpy(dtype=float, na_value=np.nan) * factor
        bad = np.isinf(numbers)
    else:
        parse = _direction if column.endswith("_deg") else lambda text: _number(text, column, factor)
        numbers, bad = _each(values, parse, _NOTHING_TOLD, factor)
    bad |= np.abs(numbers) > _LARGEST
    if column.endswith("_deg"):
        bad |= np.abs(numbers) > 360
        numbers = np.where(bad, np.nan, np.mod(numbers, 360.0))
    elif column in _NEVER_NEGATIVE or column.endswith(("_m", "_m2", "_total", "_psa")):
        bad |= numbers < 0
    return np.where(bad, np.nan, numbers), bad


def to_recorded(values: pd.Series, column: str, factor: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """As `to_numbers`, for a recorded column: in one without a unit, a mark, yes is 1 and no is 0."""
    numbers, bad = to_numbers(values, column, factor)
    if column in recorded_columns() and not recorded_columns()[column].unit:
        flags = to_flags(values)[0]
        marked = ~np.equal(flags, None)
        bad &= ~marked
        numbers = np.where(np.isnan(numbers) & marked, np.equal(flags, True), numbers)
    return numbers, bad


_NEVER_NEGATIVE = {"panels", "levels", "psa_per_10_min", "forms", "sweepers", "stars"}


def to_degrees(values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates, also as ``122.1°E`` or ``122°6'30"``, and which cells hold none though they hold something."""
    if pd.api.types.is_numeric_dtype(values):
        numbers = values.astype(float).to_numpy(dtype=float, na_value=np.nan)
        return np.where(np.isinf(numbers), np.nan, numbers), np.isinf(numbers)
    return _each(values, _degrees, _NOTHING_TOLD)


def to_pairs(values: pd.Series) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Longitude and latitude out of ``122.1,30.0`` (any list mark or space between), and which cells hold none."""
    parts = values.map(_two_parts, na_action="ignore")
    first, bad = to_degrees(parts.map(lambda pair: pair[0], na_action="ignore"))
    second, worse = to_degrees(parts.map(lambda pair: pair[1], na_action="ignore"))
    return first, second, bad | worse


def to_sizes(values: pd.Series, factor: float = 1.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Width and height in metres out of ``1.2m×1.8m``, and which cells hold none; ``factor`` as in `to_numbers`."""
    sizes, bad = _each_object(values, lambda text: _size(text, factor), _NOTHING_TOLD)
    pairs = np.array([(np.nan, np.nan) if size is None else size for size in sizes], dtype=float).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1], bad


def to_dates(values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Dates as ``2024-05-01`` texts, None where missing or bad; and which cells hold something that is none."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.dt.strftime("%Y-%m-%d").astype(object).where(values.notna(), None).to_numpy(), np.zeros(
            len(values), bool
        )
    return _each_object(values, _date, _NOTHING_TOLD)


def to_flags(values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """True, False, or None where missing or bad; and which cells hold something that is none."""
    return _each_object(
        values, lambda text: True if text.casefold() in _YES else False if text.casefold() in _NO else None, _MISSING
    )


def to_texts(values: pd.Series, words: Words | None = None) -> np.ndarray:
    """
    Texts without spaces at their ends, None where missing; whole numbers without a point, structures as JSON.

    A word of ``words`` becomes its code.
    """
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.astype(str).where(values.notna(), None).to_numpy(dtype=object)
    parse = str if words is None else lambda text: words.code(text) or text
    return _each_object(values, parse, _MISSING)[0]


def to_lists(values: pd.Series, words: Words) -> np.ndarray:
    """
    Lists as codes joined by ``,``, each once; None where missing.

    A word that is not known is kept as it came, unless it is several known ones joined by ``/ | +`` or spaces.
    """
    return _each_object(values, lambda text: ",".join(list_codes(text, words)) or None, _MISSING)[0]


def list_codes(text: str, words: Words) -> list[str]:
    """The parts of one list, known words as codes, each once, in their order."""
    found: list[str] = []
    for part in split_list(text):
        pieces = [piece for piece in _LIST_MARKS.split(part) if piece]
        known = words.code(part)
        if known is None and len(pieces) > 1 and any(words.code(piece) for piece in pieces):
            found += [words.code(piece) or piece for piece in pieces]
        else:
            found.append(known or part)
    return list(dict.fromkeys(found))


def to_parents(values: pd.Series) -> np.ndarray:
    """Texts as `to_texts`; of ``{"adcode": 330900}``, as DataV.GeoAtlas writes a parent, the code."""
    parents = values.map(_parent, na_action="ignore")
    return to_texts(parents.astype(object))


def _parent(value: object) -> object:
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = json.loads(value)
        except json.JSONDecodeError:
            return value
    if isinstance(value, dict):
        return value.get("adcode", value.get("name"))
    return value


def _each(
    values: pd.Series, parse: Callable[[str], float], nothing: set[str], factor: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """
    Numbers, and which cells are bad.

    Plain ones times ``factor``; of the others each different text goes through ``parse`` once, in half width and small
    letters.
    """
    cells = values if pd.api.types.is_string_dtype(values) else values.map(_as_text, na_action="ignore")
    numbers = _plain_numbers(cells) * factor
    bad = np.zeros(len(cells), dtype=bool)
    odd = np.flatnonzero(~np.isfinite(numbers) & cells.notna().to_numpy())
    codes, texts = _different(cells.iloc[odd])
    told = [text.casefold() not in nothing for text in texts]
    plain_texts = [unicodedata.normalize("NFKC", text).strip().lower() for text in texts]
    parsed = [parse(text) if said else np.nan for text, said in zip(plain_texts, told, strict=True)]
    numbers[odd] = np.array(parsed, dtype=float)[codes]
    bad[odd] = np.array(told, dtype=bool)[codes] & ~np.isfinite(numbers[odd])
    return np.where(bad, np.nan, numbers), bad


def _plain_numbers(cells: pd.Series) -> np.ndarray:
    """The numbers of texts that are nothing else; not a number where they are, or missing."""
    if cells.head(_SAMPLE).nunique() > _SAMPLE / 2:
        return pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    places, different = pd.factorize(cells)  # few different ones, as of sizes
    numbers = pd.to_numeric(pd.Series(different), errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return np.append(numbers, np.nan)[places]


def _each_object(values: pd.Series, parse: Callable[[str], object], nothing: set[str]) -> tuple[np.ndarray, np.ndarray]:
    """As `_each` for anything else than numbers: None where missing or bad."""
    codes, texts = _different(values)
    told = np.array([*(text.casefold() not in nothing for text in texts), False], dtype=bool)
    parsed = np.full(len(texts) + 1, None, dtype=object)
    for place in np.flatnonzero(told).tolist():
        parsed[place] = parse(texts[place])
    out = parsed[codes]
    return out, told[codes] & np.equal(out, None)


def _different(values: pd.Series) -> tuple[np.ndarray, list[str]]:
    """For each cell the place of its text in the list of different ones; -1 where it is missing."""
    if values.dtype == object and not pd.api.types.is_string_dtype(
        values
    ):  # lists and dictionaries cannot be told apart
        values = values.map(_as_text, na_action="ignore")
    codes, different = pd.factorize(values)
    return codes, [_as_text(cell) for cell in np.asarray(different, dtype=object).tolist()]


def _as_text(value: object) -> str:
    if isinstance(value, str):
        text = value.strip()
        return ",".join(map(str, listed)) if text[:1] == "[" and (listed := _listed(text)) is not None else text
    if isinstance(value, (list, tuple, np.ndarray)):
        items = list(value)
        plain_items = all(not isinstance(item, (list, dict, tuple, np.ndarray)) for item in items)
        return (
            ",".join(_as_text(item) for item in items)
            if plain_items
            else json.dumps(_jsonable(items), ensure_ascii=False)
        )
    if isinstance(value, dict):
        return json.dumps(_jsonable(value), ensure_ascii=False)
    if isinstance(value, (float, np.floating)) and float(value).is_integer() and abs(value) < 1e15:
        return str(int(value))
    return _as_text(str(value))


def _listed(text: str) -> list | None:
    """The items of a JSON list of texts, as some writers put lists into text columns."""
    try:
        items = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return None
    return items if isinstance(items, list) and all(isinstance(item, str) for item in items) else None


def _jsonable(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_jsonable(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


def _number(text: str, column: str, factor: float) -> float:
    match = _NUMBER.fullmatch(text)
    if match is None or not any(sign.isdigit() for sign in match[1]):
        return np.nan
    number, unit = float(match[1].replace(",", "")), plain(match[2] or "")
    if not unit:
        return number * factor
    if unit in _COUNTERS:
        return number
    measured = column.endswith(("_m", "_m2"))
    area = unit in ("平方米", "m2", "平米", "亩", "公顷", "ha", "平方公里", "km2", "万平方米")
    if measured and unit in _UNITS and area == column.endswith("_m2") and unit not in ("度", "°", "deg"):
        return number * _UNITS[unit]
    return np.nan


def _direction(text: str) -> float:
    bare = plain(text).removeprefix("坐").removesuffix("度").removesuffix("°").removesuffix("deg")
    bare = (
        bare.split("朝")[-1]
        .removeprefix("面")
        .removeprefix("向")
        .removesuffix("向")
        .removesuffix("面")
        .removesuffix("侧")
    )
    if bare in _BEARINGS:
        return _BEARINGS[bare]
    sign = -1.0 if text.startswith("-") else 1.0  # plain() takes the minus for a dash
    return (
        sign * float(bare)
        if re.fullmatch(r"\d+(\d*)", bare) and "." not in text
        else _number(text.rstrip("°度"), "", 1.0)
    )


def _degrees(text: str) -> float:
    side = -1.0 if text.startswith(("西经", "南纬", "w", "s")) or text.endswith(("w", "s")) else 1.0
    bare = _SIDES.sub("", text).replace(" ", "").replace("’", "'").replace("”", '"')
    if match := _DMS.fullmatch(bare):
        degrees, minutes, seconds = (float(part or 0) for part in match.groups())
        return side * (degrees + minutes / 60 + seconds / 3600)
    return side * float(bare) if re.fullmatch(r"[+-]?\d+(\.\d*)?(e[+-]?\d+)?", bare) else np.nan


def _two_parts(value: object) -> tuple[str | None, str | None]:
    text = unicodedata.normalize("NFKC", _as_text(value)).strip("()[] ")
    parts = split_list(text) if len(split_list(text)) == 2 else text.split()
    return (parts[0], parts[1]) if len(parts) == 2 else (text, text)


def _size(text: str, factor: float) -> tuple[float, float] | None:
    bare = _SIZE_NOISE.sub("", unicodedata.normalize("NFKC", text).lower())
    match = _SIZE.fullmatch(bare)
    if match is None:
        return None
    second = match[4] or match[2]
    first = match[2] or second
    sides = [_number(f"{side}{unit}", "_m", factor) for side, unit in ((match[1], first), (match[3], second))]
    return (sides[0], sides[1]) if all(np.isfinite(sides)) and min(sides) > 0 else None


def _date(text: str) -> str | None:
    match = _DATE.match(unicodedata.normalize("NFKC", text))
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups() if part is not None)
    try:
        return pd.Timestamp(year=year, month=month, day=day).strftime("%Y-%m-%d")
    except ValueError:
        return None
