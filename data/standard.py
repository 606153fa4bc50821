"""A layer as the City keeps it: faults that forbid it, then every column in its kind and every word a code."""

import re
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.headings import label
from data.layers import LAYERS
from data.plausibility import distances_km, looks_swapped, middles
from data.recorded import recorded_columns
from data.shapes import fit
from data.values import list_codes, to_dates, to_flags, to_numbers, to_recorded, to_texts
from data.vocabulary import Words, vocabulary
from geo.crs import WGS84
from texts import say

_TOO_FAR_KM = 1000.0
_JUDGED = ("roads", "venues", "sites", "buildings")  # each row must lie in the city; of the others the layer
# A stock without themes is a stock all the same: they are unknown. A venue without a name goes by its id.
_MAY_BE_EMPTY = {("sites", "themes"), ("sites", "carrier"), ("venues", "name")}
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
_LONGEST_SHOWN = 40


@dataclass(frozen=True, eq=False)
class Standard:
    """
    One layer in its standard columns.

    Attributes
    ----------
    frame
        EPSG:4326, ``RangeIndex``; the standard columns, then the additional ones, then the geometry.
    notes
        Chinese sentences on what was repaired or left out.
    """

    frame: gpd.GeoDataFrame
    notes: tuple[str, ...]


def layer_faults(name: str, frame: gpd.GeoDataFrame) -> list[str]:
    """Every reason why ``frame``, in whatever CRS it says, cannot be the layer ``name``: one Chinese sentence each."""
    if name not in LAYERS:
        return [say("city.unknown_layer", layer=name, known="、".join(LAYERS))]
    spec, title = LAYERS[name], say(f"city.layers.{name}")
    if not isinstance(frame, gpd.GeoDataFrame):
        return [say("city.no_geometry_column", layer=title)]
    on_earth = frame.crs is not None and (frame.crs.is_geographic or frame.crs.is_projected)
    faults = [] if on_earth else [say("city.no_crs", layer=title)]
    missing = [column for column in spec.required if column not in frame.columns]
    if missing := [column for column in missing if (name, column) != ("sites", "themes")]:
        faults.append(say("city.no_column", layer=title, columns="、".join(missing)))
    faults += _geometry_faults(title, frame, spec.geometry)
    for column in spec.required:
        if column in frame.columns and (name, column) not in _MAY_BE_EMPTY:
            faults += _text_faults(title, column, _texts(frame[column]))
    for column in (column for column, kind in spec.columns.items() if kind == "flag" and column in frame.columns):
        bad = np.flatnonzero(to_flags(frame[column])[1])
        if len(bad):
            value = str(frame[column].iloc[bad[0]])[:_LONGEST_SHOWN]
            faults.append(
                say("city.not_a_flag", layer=title, column=column, count=len(bad), row=bad[0] + 1, value=value)
            )
    return faults


def place_faults(layers: dict[str, gpd.GeoDataFrame], centre: np.ndarray) -> list[str]:
    """
    Sentences about rows that lie so far from the city that no metric CRS holds both.

    Parameters
    ----------
    layers
        EPSG:4326.
    centre
        Longitude and latitude of the middle of the city.
    """
    faults = []
    for name, frame in layers.items():
        places = middles(frame)
        finite = np.isfinite(places).all(axis=1)  # a CRS has no place for what is far outside its area
        far = np.flatnonzero(~finite | (distances_km(np.where(finite[:, None], places, centre), centre) > _TOO_FAR_KM))
        if len(far) and (name in _JUDGED or len(far) == len(frame)):
            x, y = places[far[0]]
            title = say(f"city.layers.{name}")
            faults.append(say("city.too_far", layer=title, count=len(far), row=far[0] + 1, x=f"{x:.6g}", y=f"{y:.6g}"))
    return faults


def standardise(name: str, frame: gpd.GeoDataFrame) -> Standard:
    """
    ``frame``, a layer without faults, with every standard column in its own kind and words as codes.

    Polygons that cross themselves are repaired, lines and polygons without extent left out, cells that are no number
    or date left out; a word that no vocabulary knows stays as it came. Roads become single lines.

    Parameters
    ----------
    frame
        EPSG:4326.
    """
    spec, title = LAYERS[name], say(f"city.layers.{name}")
    fitted = fit(gpd.GeoSeries(shapely.force_2d(frame.geometry.array), crs=WGS84), spec.geometry)
    frame = frame.reset_index(drop=True)
    columns, notes = _columns(name, title, frame)
    notes = _shape_notes(title, fitted.repairs, fitted.reasons) + notes
    standard = gpd.GeoDataFrame(columns, geometry=fitted.geometry, crs=WGS84)
    standard = standard[np.equal(fitted.reasons, None)]
    if name == "roads":
        standard = standard.explode()
    return Standard(standard.reset_index(drop=True), tuple(notes))


def word_columns(layer: str) -> list[tuple[str, Words]]:
    """The columns of a layer that are written in a vocabulary, each with its words."""
    columns = ((column, vocabulary().of(layer, column)) for column in LAYERS[layer].columns)
    return [(column, words) for column, words in columns if words is not None]


def _geometry_faults(title: str, frame: gpd.GeoDataFrame, kinds: tuple[str, ...]) -> list[str]:
    faults = []
    shapes = frame.geometry.array
    empty = np.flatnonzero(frame.geometry.isna() | frame.geometry.is_empty)
    if len(empty):
        faults.append(say("city.empty_geometry", layer=title, count=len(empty), row=empty[0] + 1))
    allowed = (*kinds, "MultiPoint") if "Point" in kinds else kinds
    if other := sorted(set(frame.geometry.geom_type.dropna()) - set(allowed)):
        faults.append(say("city.wrong_geometry", layer=title, found="、".join(other), wanted="、".join(kinds)))
    many = np.flatnonzero((shapely.get_type_id(shapes) == 4) & (shapely.get_num_geometries(shapes) > 1))
    if len(many):
        faults.append(say("city.many_points", layer=title, count=len(many), row=many[0] + 1))
    coordinates, rows = shapely.get_coordinates(shapes, return_index=True)
    endless = np.unique(rows[~np.isfinite(coordinates).all(axis=1)])
    if len(endless):
        faults.append(say("city.not_finite", layer=title, count=len(endless), row=endless[0] + 1))
    elif len(coordinates) and frame.crs is not None and frame.crs.is_geographic:
        faults += _degree_faults(title, coordinates, rows)
    elif len(coordinates) and frame.crs is not None and (np.abs(coordinates) <= (180, 90)).all():
        faults.append(say("city.degrees_in_metres", layer=title, crs=frame.crs.name))
    return faults


def _degree_faults(title: str, coordinates: np.ndarray, rows: np.ndarray) -> list[str]:
    """Coordinates in degrees that are none, or are turned round."""
    lon, lat = coordinates.T
    for key, wrong in (
        ("swapped", looks_swapped(lon, lat)),
        ("off_the_globe", (np.abs(lon) > 180) | (np.abs(lat) > 90)),
    ):
        if wrong.any():
            x, y = coordinates[wrong][0]
            count, row = len(np.unique(rows[wrong])), rows[wrong][0] + 1
            return [say(f"city.{key}", layer=title, count=count, row=row, x=f"{x:.6g}", y=f"{y:.6g}")]
    return []


def _text_faults(title: str, column: str, texts: np.ndarray) -> list[str]:
    faults, empty = [], np.flatnonzero(np.equal(texts, None))
    if len(empty):
        key = "no_id" if column == "id" else "no_value"
        faults.append(say(f"city.{key}", layer=title, column=column, count=len(empty), row=empty[0] + 1))
    if column == "id":
        told = pd.Series(texts[~np.equal(texts, None)], dtype=object)
        if (double := told.duplicated()).any():
            id = told[double].iloc[0][:_LONGEST_SHOWN]
            faults.append(say("city.double_id", layer=title, count=int(double.sum()), id=id))
    return faults


def _columns(name: str, title: str, frame: gpd.GeoDataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The standard columns, then the additional ones but for further geometry; and what was left out of them."""
    spec, notes, columns = LAYERS[name], [], {}
    for column, kind in spec.columns.items():
        if column not in frame.columns:
            columns[column] = np.full(len(frame), np.nan if kind == "number" else None)
            continue
        values = frame[column]
        columns[column], bad = _as_kind(name, column, kind, values)
        notes += _left_out(title, column, label(name, column), values, bad)
    if "level" in columns:
        columns["level"] = np.where(np.equal(columns["level"], None), "district", columns["level"])
    if name == "venues":
        columns["name"] = np.where(np.equal(columns["name"], None), columns["id"], columns["name"])
    for column in frame.columns:
        values = frame[column]
        if column in columns or isinstance(values.dtype, gpd.array.GeometryDtype):
            continue
        if column in recorded_columns():
            columns[column], bad = to_recorded(values, column)
            notes += _left_out(title, column, recorded_columns()[column].label, values, bad)
        else:
            columns[column] = values.to_numpy() if pd.api.types.is_numeric_dtype(values) else _texts(values)
    return pd.DataFrame(columns, index=frame.index), notes


def _as_kind(name: str, column: str, kind: str, values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """The cells of a standard column in its kind, and which of them had to be left out."""
    none_bad, words = np.zeros(len(values), dtype=bool), vocabulary().of(name, column)
    if kind == "number":
        return to_numbers(values, column)
    if kind == "flag":
        return to_flags(values)
    if column == "inspected_on":
        return to_dates(values)
    if kind == "list":
        texts = pd.Series(_texts(values), dtype=object)
        codes = {text: ",".join(list_codes(text, words)) or None for text in texts.dropna().unique()}
        return np.array([codes.get(text) for text in texts], dtype=object), none_bad
    return _texts(values, words), none_bad


def _texts(values: pd.Series, words: Words | None = None) -> np.ndarray:
    """As `to_texts`, on one line: line breaks and other control characters become spaces."""
    texts = to_texts(values)
    if words is None:  # as a rule each text is another one
        return np.array([None if text is None else _on_one_line(text) for text in texts.tolist()], dtype=object)
    spelled = {text: _on_one_line(text) for text in set(texts.tolist()) - {None}}
    spelled = {text: words.code(said) or said for text, said in spelled.items() if said is not None}
    return np.array([spelled.get(text) for text in texts.tolist()], dtype=object)


def _on_one_line(text: str) -> str | None:
    return (text if text.isprintable() else _CONTROLS.sub(" ", text)).strip() or None


def _left_out(title: str, column: str, called: str, values: pd.Series, bad: np.ndarray) -> list[str]:
    if not bad.any():
        return []
    row = int(np.flatnonzero(bad)[0])
    value = _CONTROLS.sub(" ", str(values.iloc[row]))[:_LONGEST_SHOWN]
    facts = {"layer": title, "column": column, "label": called, "count": int(bad.sum()), "row": row + 1}
    return [say("city.left_out", value=value, **facts)]


def _shape_notes(title: str, repairs: np.ndarray, reasons: np.ndarray) -> list[str]:
    notes = []
    for key, told in (("repaired", repairs), ("dropped", reasons)):
        rows = np.flatnonzero(~np.equal(told, None))
        if len(rows):
            notes.append(say(f"city.{key}", layer=title, count=len(rows), row=rows[0] + 1, how=told[rows[0]]))
    return notes
