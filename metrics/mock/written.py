"""A mock assessment as text, so that it opens weeks later as it was drawn, whatever became of city and book."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import shapely
from pydantic import ValidationError

from data.errors import DataError
from metrics.book import RuleBook
from metrics.mock.sample import FORESEEN_COLUMNS, LINE_COLUMNS, POINT_COLUMNS, Sample
from texts import say

_FORMAT = "mock-1"
_TABLES = {"lines": LINE_COLUMNS, "foreseen": FORESEEN_COLUMNS}
_WHOLE = {"points": ("number", "inspector"), "lines": ("number", "part"), "foreseen": ("number",)}
_REAL = {"points": ("from_m", "to_m"), "lines": ("need",), "foreseen": ("value", "required", "missing")}
_FLAGS = {"lines": ("whole", "share")}


@dataclass(frozen=True, eq=False)
class Written:
    """A mock assessment as it was drawn: points, lines and foreseen figures; the book it is judged by; the city."""

    sample: Sample
    book: RuleBook
    city_name: str


def written(sample: Sample, book: RuleBook, *, city_name: str) -> str:
    """The sample with the book it was drawn by and the name of the city, as JSON: `read_back` gives the same."""
    points = pd.DataFrame(sample.points.drop(columns="geometry"))
    xy = shapely.get_coordinates(sample.points.geometry.to_numpy())
    tables = {"points": points, "lines": sample.lines, "foreseen": sample.foreseen}
    told = {
        "format": _FORMAT,
        "city_name": city_name,
        "crs": sample.points.crs.to_json_dict(),
        "xy": xy.tolist(),
        **{name: _plain(table) for name, table in tables.items()},
        **{name: getattr(sample, name) for name in ("seed", "inspectors", "district")},
        "counts": dict(sample.counts),
        "inputs": dict(sample.inputs),
        "notes": list(sample.notes),
        "book": book.model_dump(mode="json", by_alias=True),
    }
    return json.dumps(told, ensure_ascii=False, allow_nan=False)


def read_back(text: str) -> Written:
    """
    What `written` wrote.

    Raises
    ------
    DataError
        When it is something else, or was written by another version of the program.
    """
    try:
        told = json.loads(text)
        if told["format"] != _FORMAT:
            raise DataError(say("mock.fault.format"))
        book = RuleBook.model_validate_json(json.dumps(told["book"]))
        points = _table("points", told["points"], [name for name in POINT_COLUMNS if name != "geometry"])
        points["path"] = pd.Series([tuple(map(tuple, path)) for path in points["path"]], dtype=object)
        shapes = gpd.points_from_xy(*zip(*told["xy"], strict=True))
        sample = Sample(
            points=gpd.GeoDataFrame(points, geometry=shapes, crs=told["crs"])[POINT_COLUMNS],
            **{name: _table(name, told[name], columns) for name, columns in _TABLES.items()},
            **{name: told[name] for name in ("seed", "inspectors", "district", "counts", "inputs")},
            notes=tuple(told["notes"]),
        )
        return Written(sample, book, told["city_name"])
    except (KeyError, TypeError, ValueError, ValidationError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(say("mock.fault.format")) from error


def _plain(table: pd.DataFrame) -> Mapping[str, list]:
    """The columns as lists; None where there is nothing."""
    return {name: table[name].astype(object).where(table[name].notna(), None).tolist() for name in table}


def _table(name: str, columns: Mapping[str, list], order: list[str]) -> pd.DataFrame:
    kinds = {
        **dict.fromkeys(_WHOLE.get(name, ()), "int64"),
        **dict.fromkeys(_REAL.get(name, ()), "float64"),
        **dict.fromkeys(_FLAGS.get(name, ()), "bool"),
    }
    return pd.DataFrame({own: pd.Series(columns[own], dtype=kinds.get(own, object)) for own in order})
