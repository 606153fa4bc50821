"""Where the rows of a file lie: coordinates of any datum or CRS as geometry in WGS 84, doubtful ones set apart."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from data.errors import DataError
from data.headings import Mapping
from data.plausibility import distances_km, looks_swapped
from data.raw import Raw
from data.values import to_degrees, to_pairs, to_texts
from geo.crs import WGS84
from geo.datum import DATUMS, check_datum, to_wgs84
from texts import say

_WHOLE_FILE = 0.9  # from this share of rows on, a fault is the file's and not its rows'
_SURELY_METRES = 1000.0
_ZONE_MARGIN_DEG = 1.5
_TOO_FAR_KM = 1000.0
_LONGEST_DEGREE_KM = 111.7  # of latitude, at a pole; no degree of longitude is longer


@dataclass(frozen=True, eq=False)
class Doubt:
    """Rows that cannot be placed: which, what column and value is to blame, and why (Chinese)."""

    rows: np.ndarray  # booleans
    column: str
    values: np.ndarray
    reason: str


@dataclass(frozen=True, eq=False)
class Placed:
    """
    Rows with their place.

    Attributes
    ----------
    geometry
        EPSG:4326, on the index of the raw frame; missing for rows in ``doubts``.
    x, y
        Of points, as in the file; not a number for other geometry.
    datum
        In which ``x`` and ``y`` are: one of ``DATUMS``, ``epsg:<code>``, or the name of a CRS without a code.
    doubts
        Each row at most once.
    notes
        What was assumed, in Chinese.
    """

    geometry: gpd.GeoSeries
    x: np.ndarray
    y: np.ndarray
    datum: str
    doubts: tuple[Doubt, ...]
    notes: tuple[str, ...]


def place(raw: Raw, mapping: Mapping, datum: str | None) -> Placed:
    """
    The rows of ``raw`` in WGS 84.

    A CRS that the file itself names is honoured where ``datum`` is not given; without either it is WGS 84.

    Parameters
    ----------
    mapping
        Says which columns hold the place, for a table.
    datum
        As `geo.datum.check_datum` takes it, or None.

    Raises
    ------
    DataError
        When the whole file is at fault: longitude and latitude swapped, coordinates in metres where degrees are
        said or the other way, a datum that does not exist or does not go with the file's CRS, or the wrong zone.
    """
    shapes, doubts = (_own_geometry(raw), []) if raw.geometry is not None else _from_columns(raw, mapping)
    column = say("import.geometry") if raw.geometry is not None else _place_heading(mapping)
    doubts = [*doubts, *_unplaceable(shapes, column, doubts)]
    good = _without(doubts, len(shapes))
    crs, name, notes = _crs_of(raw, datum)
    if good.any():
        check = _check_degrees if crs is None or crs.is_geographic else _check_metres
        doubts += check(raw, shapes, good, column, crs, name)
    good = _without(doubts, len(shapes))
    x, y = _points(shapes, good)
    moved = _to_wgs84(shapes, good, crs, name)
    lost = good & ~_is_finite(moved)
    if lost.any():
        doubts.append(
            Doubt(lost, column, _coordinates_of(shapes, lost), say("import.reason.not_convertible", datum=name))
        )
        moved[lost] = None
    off = _far_off(moved)
    if off.any():
        doubts.append(Doubt(off, column, _coordinates_of(shapes, off), say("import.reason.far_off")))
        moved[off] = None
    geometry = gpd.GeoSeries(moved, index=raw.frame.index, crs=WGS84)
    return Placed(geometry, x, y, name, tuple(doubts), notes)


def file_datum(raw: Raw) -> str | None:
    """What the file itself says about its datum: as ``Placed.datum``; None when nothing."""
    return None if raw.crs is None else _name_of(raw.crs)


def _own_geometry(raw: Raw) -> np.ndarray:
    return shapely.force_2d(raw.geometry.to_numpy()).astype(object)


def _place_heading(mapping: Mapping) -> str:
    return "、".join(mapping.taken[column] for column in ("lon", "lat", "lonlat", "wkt") if column in mapping.taken)


def _from_columns(raw: Raw, mapping: Mapping) -> tuple[np.ndarray, list[Doubt]]:
    """Points (or shapes out of WKT) of a table, and the rows whose cells hold none."""
    taken, frame = mapping.taken, raw.frame
    if "lon" in taken and "lat" in taken:
        lon, lat = frame[taken["lon"]], frame[taken["lat"]]
        (x, bad_x), (y, bad_y) = to_degrees(lon), to_degrees(lat)
        doubts = _cell_doubts([(taken["lon"], lon, x, bad_x), (taken["lat"], lat, y, bad_y)])
    elif "lonlat" in taken:
        pairs = frame[taken["lonlat"]]
        x, y, bad = to_pairs(pairs)
        doubts = _cell_doubts([(taken["lonlat"], pairs, x + y, bad)])
    else:
        texts = to_texts(frame[taken["wkt"]])
        shapes = shapely.from_wkt(texts, on_invalid="ignore")
        missing = np.equal(texts, None)
        bad = np.equal(shapes, None) & ~missing
        return shapely.force_2d(shapes).astype(object), _cell_doubts(
            [(taken["wkt"], frame[taken["wkt"]], np.where(missing | bad, np.nan, 0.0), bad)]
        )
    finite = np.isfinite(x) & np.isfinite(y)
    shapes = np.full(len(frame), None, dtype=object)
    shapes[finite] = shapely.points(x[finite], y[finite])
    return shapes, doubts


def _cell_doubts(columns: list[tuple[str, pd.Series, np.ndarray, np.ndarray]]) -> list[Doubt]:
    doubts: list[Doubt] = []
    for heading, cells, numbers, bad in columns:
        free = _without(doubts, len(cells))
        values = cells.astype(object).to_numpy()
        doubts.append(Doubt(bad & free, heading, values, say("import.reason.not_a_coordinate")))
        missing = np.isnan(numbers) & ~bad & free
        doubts.append(Doubt(missing, heading, values, say("import.reason.no_coordinate")))
    return [doubt for doubt in doubts if doubt.rows.any()]


def _unplaceable(shapes: np.ndarray, column: str, before: list[Doubt]) -> list[Doubt]:
    """Rows without geometry, with coordinates that are no numbers, or at 0, 0."""
    free = _without(before, len(shapes))
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    broken = ~empty & ~_is_finite(shapes)
    zero = ~empty & ~broken & (shapely.bounds(shapes) == 0).all(axis=1)
    doubts = [
        Doubt(rows & free, column, _coordinates_of(shapes, rows & free), say(f"import.reason.{key}"))
        for rows, key in ((empty, "empty_geometry"), (broken, "nan_coordinate"), (zero, "zero"))
    ]
    return [doubt for doubt in doubts if doubt.rows.any()]


def _crs_of(raw: Raw, datum: str | None) -> tuple[CRS | None, str, tuple[str, ...]]:
    """The CRS the coordinates are in (None: degrees of a datum in ``DATUMS``), its name, and what was assumed."""
    projected = raw.crs is not None and not raw.crs.is_geographic
    if datum is None:
        if raw.crs is not None:
            name = _name_of(raw.crs)
            return (None if name in DATUMS else raw.crs), name, ()
        return None, "wgs84", (say("import.assumed_wgs84", file=raw.name),)
    try:
        name = check_datum(datum)
    except ValueError as error:
        raise DataError(say("import.unknown_datum", datum=datum)) from error
    if name.startswith("epsg:"):
        crs = CRS.from_user_input(name)
        other = raw.crs is not None and projected and _name_of(raw.crs) != name
        note = (say("import.overrides_crs", file=raw.name, own=raw.crs.name, datum=name.upper()),) if other else ()
        return crs, name, note
    if projected and name in ("gcj02", "bd09"):
        raise DataError(
            say("import.datum_against_crs", file=raw.name, crs=raw.crs.name, datum=say(f"import.datums.{name}"))
        )
    return (raw.crs, _name_of(raw.crs), ()) if projected else (None, name, ())


def _name_of(crs: CRS) -> str:
    if crs.is_geographic and crs.to_epsg() in (4326, 4979, None) and "WGS" in crs.name.upper().replace("_", " "):
        return "wgs84"
    code = crs.to_epsg()
    return "cgcs2000" if code == 4490 else f"epsg:{code}" if code else crs.name


def _check_degrees(
    raw: Raw, shapes: np.ndarray, good: np.ndarray, column: str, crs: CRS | None, name: str
) -> list[Doubt]:
    """Doubts about coordinates that should be degrees."""
    x, y = _middles(shapes, good)
    metres = good & ((np.abs(x) > _SURELY_METRES) | (np.abs(y) > _SURELY_METRES))
    if metres.sum() >= _WHOLE_FILE * good.sum():
        key = "import.metres_in_degrees" if raw.geometry is not None else "import.metres_in_table"
        raise DataError(say(key, file=raw.name, x=f"{x[metres][0]:.1f}", y=f"{y[metres][0]:.1f}"))
    swapped = good & looks_swapped(x, y)
    if swapped.sum() >= _WHOLE_FILE * good.sum():
        key = "import.swapped" if raw.geometry is None else "import.swapped_geometry"
        raise DataError(say(key, file=raw.name, x=f"{x[swapped][0]:.6g}", y=f"{y[swapped][0]:.6g}"))
    west, south, east, north = _bounds(shapes, good)
    outside = good & ~swapped & ((west < -180) | (east > 180) | (south < -90) | (north > 90))
    doubts = [
        Doubt(rows, column, _coordinates_of(shapes, rows), say(f"import.reason.{key}"))
        for rows, key in ((swapped, "swapped"), (outside, "outside"))
    ]
    return [doubt for doubt in doubts if doubt.rows.any()]


def _check_metres(
    raw: Raw, shapes: np.ndarray, good: np.ndarray, column: str, crs: CRS | None, name: str
) -> list[Doubt]:
    """Doubts about coordinates that should be metres of a projected CRS: they must lie where it is used."""
    west, south, east, north = _bounds(shapes, good)
    degrees = good & (west >= -180) & (east <= 180) & (south >= -90) & (north <= 90)
    if degrees.sum() >= _WHOLE_FILE * good.sum():
        raise DataError(say("import.degrees_in_metres", file=raw.name, crs=name.upper()))
    if crs.area_of_use is None:
        return []
    x, y = _middles(shapes, good)
    off = good & ~_in_use(crs, x, y)
    if off.sum() >= _WHOLE_FILE * good.sum():
        turned = _in_use(crs, y, x)[good].mean() >= _WHOLE_FILE
        key = "import.swapped_metres" if turned else "import.wrong_zone"
        raise DataError(say(key, file=raw.name, crs=name.upper(), x=f"{x[off][0]:.1f}", y=f"{y[off][0]:.1f}"))
    doubt = Doubt(off, column, _coordinates_of(shapes, off), say("import.reason.outside_zone", crs=name.upper()))
    return [doubt] if off.any() else []


def _in_use(crs: CRS, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Which places, in metres of ``crs``, lie in its area of use or close to it."""
    points = gpd.GeoSeries(gpd.points_from_xy(x, y), crs=crs).to_crs(WGS84)
    lon, lat, area = points.x.to_numpy(), points.y.to_numpy(), crs.area_of_use
    near_lon = (area.west - _ZONE_MARGIN_DEG <= lon) & (lon <= area.east + _ZONE_MARGIN_DEG)
    return near_lon & (area.south - _ZONE_MARGIN_DEG <= lat) & (lat <= area.north + _ZONE_MARGIN_DEG)


def _to_wgs84(shapes: np.ndarray, good: np.ndarray, crs: CRS | None, name: str) -> np.ndarray:
    kept = np.where(good, shapes, None)
    series = gpd.GeoSeries(kept, crs=crs if crs is not None else WGS84)
    moved = series.to_crs(WGS84) if crs is not None else to_wgs84(series, name).geometry
    return moved.to_numpy().astype(object)


def _far_off(shapes: np.ndarray) -> np.ndarray:
    """Rows that lie so far from most of the others that no metric CRS holds both."""
    off, there = np.zeros(len(shapes), dtype=bool), np.flatnonzero(~shapely.is_missing(shapes))
    if len(there) > 2:
        bounds = shapely.bounds(shapes[there])
        middles = (bounds[:, :2] + bounds[:, 2:]) / 2
        centre = np.median(middles, axis=0)
        # First north, then east: no way is shorter than the straight one, and none of the rows of most files is far.
        maybe = np.abs(middles - centre).sum(axis=1) * _LONGEST_DEGREE_KM > _TOO_FAR_KM
        off[there[maybe]] = distances_km(middles[maybe], centre) > _TOO_FAR_KM
    return off if off.sum() < len(there) / 2 else np.zeros(len(shapes), dtype=bool)


def _without(doubts: list[Doubt], count: int) -> np.ndarray:
    free = np.ones(count, dtype=bool)
    for doubt in doubts:
        free &= ~doubt.rows
    return free


def _is_finite(shapes: np.ndarray) -> np.ndarray:
    """Which shapes have only numbers as coordinates; one without any has."""
    coordinates, rows = shapely.get_coordinates(shapes, return_index=True)
    finite = np.ones(len(shapes), dtype=bool)
    finite[rows[~np.isfinite(coordinates).all(axis=1)]] = False
    return finite


def _bounds(shapes: np.ndarray, good: np.ndarray) -> np.ndarray:
    return shapely.bounds(np.where(good, shapes, None)).T


def _middles(shapes: np.ndarray, good: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    west, south, east, north = _bounds(shapes, good)
    return west / 2 + east / 2, south / 2 + north / 2


def _points(shapes: np.ndarray, good: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    points = np.where(good & (shapely.get_type_id(shapes) == 0), shapes, None)
    return shapely.get_x(points), shapely.get_y(points)


def _coordinates_of(shapes: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The first coordinate of each wanted shape as text, for a table of rejects; None for the others."""
    texts = np.full(len(shapes), None, dtype=object)
    places = np.flatnonzero(wanted)
    coordinates, rows = shapely.get_coordinates(shapes[places], return_index=True)
    first = np.unique(rows, return_index=True)[1]
    texts[places[rows[first]]] = [f"{x:.10g}, {y:.10g}" for x, y in coordinates[first]]
    return texts
