"""Raw rows as a City layer: what can be taken is, every other row is rejected with its reason, repairs are told."""

from collections import Counter
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from data.city import LAYERS
from data.errors import raise_faults
from data.headings import Mapping, columns_of, label, layer_label
from data.placing import place
from data.raw import Raw
from data.shapes import fit
from data.values import to_dates, to_flags, to_lists, to_parents, to_recorded, to_sizes, to_texts
from data.vocabulary import vocabulary
from geo.crs import WGS84
from texts import say

TABLE_COLUMNS = ("layer", "row", "column", "value", "reason", "taken")
REPAIR_COLUMNS = ("layer", "row", "column", "value", "reason")
_YES_OR_NO = {"roads": ("oneway", "bridge", "tunnel", "foot")}  # texts in OSM, yes and no in other files
_LARGEST_M = {"width_m": 60.0, "height_m": 60.0}  # larger ads are centimetres, most likely
_NAMED_IN_WARNING = 8
_ORIGINALS = ("original_x", "original_y", "original_datum")
_LONGEST_VALUE = 200


@dataclass(frozen=True, eq=False)
class Cleaned:
    """
    One layer, ready for ``City.from_layers``.

    Attributes
    ----------
    frame
        EPSG:4326, RangeIndex, in the order of the file.
    rows
        The row of each in the file.
    rejects
        ``layer``, ``row``, ``column`` (heading), ``value``, ``reason``, and ``taken``: True where only the value was
        left out and the row taken without it.
    repairs
        ``layer``, ``row``, ``column``, ``value`` (name or id), ``reason``.
    warnings
        Chinese sentences.
    datum
        Of the coordinates in the file.
    read
        How many rows the file has; ``len(frame)`` plus the different rows in ``rejects`` that are not taken.
    """

    layer: str
    frame: gpd.GeoDataFrame
    rows: np.ndarray
    rejects: pd.DataFrame
    repairs: pd.DataFrame
    warnings: tuple[str, ...]
    datum: str
    read: int


def clean(
    raw: Raw, mapping: Mapping, *, datum: str | None = None, constants: AnyMapping[str, str] | None = None
) -> Cleaned:
    """
    The rows of ``raw`` as the layer that ``mapping`` is for.

    Words of the vocabularies become codes; a word that is not known is kept as it came, and a warning counts it.
    A cell that is no number, date or yes-or-no where one belongs is left out and told; a row without what the layer
    requires, without a place, with unusable geometry or an id that an earlier row has, is rejected.

    Parameters
    ----------
    datum
        Of the coordinates; without it the file's own CRS, or WGS 84.
    constants
        City column to one value for all rows.

    Raises
    ------
    DataError
        When a required column is missing, or the coordinates of the whole file are at fault.
    """
    raise_faults(mapping.faults(raw.name))
    report = _Report(mapping.layer, raw)
    placed = place(raw, mapping, datum)
    columns = _columns(raw, mapping, constants or {}, report)
    for doubt in placed.doubts:
        report.reject(doubt.rows, doubt.column, doubt.values, doubt.reason)
    fitted = fit(placed.geometry.where(report.free), LAYERS[mapping.layer].geometry)
    for row in np.flatnonzero(~np.equal(fitted.reasons, None)):
        report.reject(_only(row, len(raw.rows)), say("import.geometry"), None, fitted.reasons[row])
    _reject_incomplete(columns, mapping, report)
    _reject_double_ids(columns, mapping, report)
    free = report.free
    frame = gpd.GeoDataFrame(columns, geometry=fitted.geometry, crs=WGS84)
    frame = _with_originals(frame, mapping.layer, placed.x, placed.y, placed.datum)[free].reset_index(drop=True)
    return Cleaned(
        layer=mapping.layer,
        frame=frame,
        rows=raw.rows[free],
        rejects=report.table(),
        repairs=_repairs(mapping.layer, raw, columns, fitted.repairs, free),
        warnings=(*raw.notes, *placed.notes, *_warnings(frame, mapping)),
        datum=placed.datum,
        read=len(raw.rows) + len(raw.odd),
    )


class _Report:
    """Rejects as they are found; ``free`` says which rows are still to be taken."""

    def __init__(self, layer: str, raw: Raw):
        self._layer, self._rows = layer, raw.rows
        self.free = np.ones(len(raw.rows), dtype=bool)
        self._found = [
            pd.DataFrame(
                [
                    (layer, row, None, text.strip()[:_LONGEST_VALUE], say("import.reason.odd_row"), False)
                    for row, text in raw.odd
                ],
                columns=TABLE_COLUMNS,
            )
        ]

    def reject(self, rows: np.ndarray, column: str | None, values: np.ndarray | None, reason: str) -> None:
        """Leave these rows out, but for those that are already."""
        rows = rows & self.free
        self.free &= ~rows
        self._add(rows, column, values, reason, taken=False)

    def leave_out(self, rows: np.ndarray, column: str, values: np.ndarray, reason: str) -> None:
        """Leave these cells out; their rows are taken."""
        self._add(rows, column, values, reason, taken=True)

    def table(self) -> pd.DataFrame:
        """All rejects by row; of a row that is not taken only why, not its other cells."""
        table = pd.concat([part for part in self._found if len(part)] or self._found, ignore_index=True)
        gone = set(table.loc[~table["taken"].astype(bool), "row"])
        table = table[~(table["taken"].astype(bool) & table["row"].isin(gone))]
        table = table.sort_values(["row", "column"], kind="stable", ignore_index=True)
        return table.astype({"row": "int64", "taken": bool})

    def _add(
        self, rows: np.ndarray, column: str | None, values: np.ndarray | None, reason: str, *, taken: bool
    ) -> None:
        places = np.flatnonzero(rows)
        if not len(places):
            return
        shown = [None if values is None else _shown(values[place]) for place in places]
        part = pd.DataFrame(
            {
                "layer": self._layer,
                "row": self._rows[places],
                "column": column,
                "value": shown,
                "reason": reason,
                "taken": taken,
            }
        )
        self._found.append(part.astype({"column": object, "value": object}))


def _shown(value: object) -> str | None:
    """A cell for the rejects table."""
    return None if value is None or (np.isscalar(value) and pd.isna(value)) else str(value)[:_LONGEST_VALUE]


def _only(row: int, count: int) -> np.ndarray:
    rows = np.zeros(count, dtype=bool)
    rows[row] = True
    return rows


def _columns(raw: Raw, mapping: Mapping, constants: AnyMapping[str, str], report: _Report) -> pd.DataFrame:
    """The City columns of the rows, then the additional ones."""
    cells = {column: raw.frame[heading] for column, heading in mapping.taken.items()}
    cells |= {column: pd.Series([value] * len(raw.frame), dtype=object) for column, value in constants.items()}
    kinds = columns_of(mapping.layer)
    columns: dict[str, np.ndarray] = {}
    for column, values in cells.items():
        if column == "size":
            _take_sizes(values, mapping, columns, report)
        elif column in kinds or (column in mapping.taken and column not in ("lon", "lat", "lonlat", "wkt")):
            columns[column] = _values(column, kinds.get(column, "number"), values, mapping, report)
    sizes = {
        column: columns.pop(f"{column} of size") for column in ("width_m", "height_m") if f"{column} of size" in columns
    }
    for column, values in sizes.items():
        own = columns.get(column)
        columns[column] = values if own is None else np.where(np.isnan(own), values, own)
    for heading in mapping.extra:
        columns[_free_name(heading, mapping.layer, columns)] = _extra(raw.frame[heading])
    return pd.DataFrame(columns, index=raw.frame.index)


def _values(column: str, kind: str, values: pd.Series, mapping: Mapping, report: _Report) -> np.ndarray:
    """One column in its kind; cells that do not fit are left out and told."""
    heading = mapping.taken.get(column, label(mapping.layer, column))
    words = vocabulary().of(mapping.layer, column)
    if kind == "number":
        out, bad = to_recorded(values, column, mapping.factors.get(column, 1.0))
    elif kind == "flag":
        out, bad = to_flags(values)
    elif column == "inspected_on":
        out, bad = to_dates(values)
    elif kind == "list":
        return to_lists(values, words)
    elif column == "parent":
        return to_parents(values)
    elif column in _YES_OR_NO.get(mapping.layer, ()):
        return _as_osm(to_texts(values), column)
    else:
        return to_texts(values, words)
    report.leave_out(
        bad, heading, values.astype(object).to_numpy(), say(f"import.reason.not_{_reason_of(column, kind)}")
    )
    return out


def _reason_of(column: str, kind: str) -> str:
    return "direction" if column.endswith("_deg") else "date" if column == "inspected_on" else kind


def _as_osm(texts: np.ndarray, column: str) -> np.ndarray:
    """Yes and no as OpenStreetMap writes them; a bridge or tunnel that is none is missing."""
    flags, _ = to_flags(pd.Series(texts, dtype=object))
    no = "no" if column in ("oneway", "foot") else None
    return np.where(np.equal(flags, None), texts, np.where(np.equal(flags, True), "yes", no))


def _take_sizes(values: pd.Series, mapping: Mapping, columns: dict[str, np.ndarray], report: _Report) -> None:
    width, height, bad = to_sizes(values, mapping.factors.get("size", 1.0))
    columns["width_m of size"], columns["height_m of size"] = width, height
    report.leave_out(bad, mapping.taken["size"], values.astype(object).to_numpy(), say("import.reason.not_size"))


def _free_name(heading: str, layer: str, columns: AnyMapping[str, object]) -> str:
    """A name for an additional column that no standard or other column has, whatever the case of its letters."""
    originals = set(_ORIGINALS) & set(LAYERS[layer].columns)
    taken = {name.casefold() for name in (*columns, *LAYERS[layer].columns, "geometry", "fid")} - originals
    name, number = heading, 2
    while name.casefold() in taken:
        name, number = f"{heading}_{number}", number + 1
    return name


def _extra(values: pd.Series) -> np.ndarray:
    """An additional column: numbers where all of it are (a code with a leading zero is none), else texts."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return (
            values.to_numpy()
            if values.dtype.kind in "iuf"
            else values.astype(float).to_numpy(dtype=float, na_value=np.nan)
        )
    texts = to_texts(values)
    told = [text for text in texts if text is not None]
    numbers = pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce").to_numpy(dtype=float)
    coded = any(len(text) > 1 and text[0] == "0" and text[1] != "." for text in told)
    # More digits than a float holds are a code, too.
    plain = told and not coded and max(map(len, told)) <= 15 and np.isfinite(numbers).sum() == len(told)
    return numbers if plain else texts


def _reject_incomplete(columns: pd.DataFrame, mapping: Mapping, report: _Report) -> None:
    for column in LAYERS[mapping.layer].required:
        if column in columns and (mapping.layer, column) != ("sites", "themes"):
            heading = mapping.taken.get(column, label(mapping.layer, column))
            report.reject(columns[column].isna().to_numpy(), heading, None, say("import.reason.required"))


def _reject_double_ids(columns: pd.DataFrame, mapping: Mapping, report: _Report) -> None:
    if "id" in LAYERS[mapping.layer].required:
        ids = columns["id"].where(report.free)
        double = (ids.notna() & ids.duplicated()).to_numpy()
        report.reject(double, mapping.taken.get("id", "id"), ids.to_numpy(), say("import.reason.double_id"))


def _with_originals(frame: gpd.GeoDataFrame, layer: str, x: np.ndarray, y: np.ndarray, datum: str) -> gpd.GeoDataFrame:
    """Points of sites and venues keep the coordinates they came with; those of a file that already has them stay."""
    points = ~np.isnan(x)
    if layer not in ("sites", "venues") or not points.any() or set(_ORIGINALS) <= set(frame.columns):
        return frame
    return frame.assign(original_x=x, original_y=y, original_datum=np.where(points, datum, None))


def _repairs(layer: str, raw: Raw, columns: pd.DataFrame, repairs: np.ndarray, free: np.ndarray) -> pd.DataFrame:
    rows = np.flatnonzero(~np.equal(repairs, None) & free)
    names = pd.Series(None, index=columns.index, dtype=object)
    for column in ("name", "id"):
        names = names.where(names.notna(), columns[column]) if column in columns else names
    found = [(layer, int(raw.rows[row]), say("import.geometry"), names.iloc[row], repairs[row]) for row in rows]
    return pd.DataFrame(found, columns=list(REPAIR_COLUMNS))


def _warnings(frame: gpd.GeoDataFrame, mapping: Mapping) -> list[str]:
    """What was taken and looks odd: no rows, words that are not known, sites without themes, sizes in centimetres."""
    layer = mapping.layer
    if not len(frame):
        return [say("import.nothing_taken", layer=layer_label(layer))]
    warnings = [text for column in frame.columns if (text := _unknown_words(frame, layer, column))]
    if layer == "sites" and "themes" not in frame.columns:
        warnings.append(say("import.no_themes"))
    if layer == "sites":
        for column, most in _LARGEST_M.items():
            large = int((frame[column] > most).sum()) if column in frame.columns else 0
            if large:
                warnings.append(say("import.too_wide", column=label(layer, column), count=large, most=f"{most:.0f}"))
    return warnings


def _unknown_words(frame: gpd.GeoDataFrame, layer: str, column: str) -> str | None:
    words = vocabulary().of(layer, column)
    if words is None:
        return None
    used: Counter[str] = Counter()
    for text, rows in frame[column].dropna().astype(str).value_counts().items():
        for word in text.split(",") if column == "themes" else [text]:
            used[word] += rows
    unknown = {word: rows for word, rows in used.items() if word not in words}
    if not unknown:
        return None
    order = sorted(unknown.items(), key=lambda item: (-item[1], item[0]))
    named = "、".join(say("import.word_rows", word=word, rows=rows) for word, rows in order[:_NAMED_IN_WARNING])
    return say(
        "import.unknown_words", layer=layer_label(layer), column=label(layer, column), count=len(unknown), words=named
    )
