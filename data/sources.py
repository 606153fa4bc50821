"""One file for one layer: opened by what it is, its headings mapped, its rows cleaned or shown beforehand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import shapely

from data.city import LAYERS
from data.cleaning import REPAIR_COLUMNS, TABLE_COLUMNS, Cleaned, clean
from data.errors import DataError
from data.files import data_files, opened, split_layer
from data.headings import Mapping as HeadingMapping
from data.headings import map_headings
from data.placing import file_datum, place
from data.raw import Raw
from data.shapes import fit
from data.tables import read_csv, read_xlsx, sheets
from data.vector import layers_in, read_vector
from texts import say

_PREVIEW_ROWS = 20


@dataclass(frozen=True)
class LayerSource:
    """
    One file for one layer.

    Attributes
    ----------
    path
        ``path`` or ``path:layer``; of a zip, ``path:name of the file inside``.
    datum
        Of its coordinates: ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09``, ``EPSG:<code>``; else what the file says.
    headings
        Heading to City column, over what is recognised: ``""`` keeps it as an additional column, None leaves it out.
    constants
        City column to one value for all rows, such as ``{"class": "park"}`` for a file of parks.
    sheet
        Of a workbook.
    encoding
        Of texts, where it is known.
    """

    path: str | Path
    datum: str | None = None
    headings: Mapping[str, str | None] = field(default_factory=dict, hash=False)
    constants: Mapping[str, str] = field(default_factory=dict, hash=False)
    sheet: str | None = None
    encoding: str | None = None


@dataclass(frozen=True, eq=False)
class Preview:
    """
    What one file would give, before anything is taken.

    Attributes
    ----------
    layer
        The City layer it is read for.
    choices
        Layers, sheets or files inside to choose from; empty where there is nothing to choose.
    chosen
        The one that was read.
    datum
        What the file itself says; None when nothing.
    mapping
        What each heading is taken as.
    first
        The first rows, as they stand in the file, all cells as texts.
    read, taken, rejected
        Numbers of rows.
    rejects, repairs, warnings
        As in `Cleaned`.
    faults
        Why nothing can be taken; empty when something can.
    """

    layer: str
    choices: tuple[str, ...]
    chosen: str | None
    datum: str | None
    mapping: HeadingMapping
    first: pd.DataFrame
    read: int
    taken: int
    rejected: int
    rejects: pd.DataFrame
    repairs: pd.DataFrame
    warnings: tuple[str, ...]
    faults: tuple[str, ...]


def preview(source: LayerSource, layer: str) -> Preview:
    """
    What ``source`` would give as ``layer``; nothing is kept.

    Raises
    ------
    DataError
        When the file cannot be read at all. What is wrong with its content is in ``Preview.faults``.
    """
    raw, inside = read_source(source, layer)
    faults: list[str] = []
    mapping = _mapping(raw, layer, source)
    cleaned = None
    try:
        cleaned = clean(raw, mapping, datum=source.datum, constants=source.constants)
    except DataError as error:
        faults = error.faults
    read = len(raw.rows) + len(raw.odd)
    return Preview(
        layer=layer,
        choices=tuple(inside),
        chosen=raw.layer,
        datum=file_datum(raw),
        mapping=mapping,
        first=_as_texts(raw.frame.head(_PREVIEW_ROWS), raw),
        read=read,
        taken=0 if cleaned is None else len(cleaned.frame),
        rejected=read if cleaned is None else read - len(cleaned.frame),
        rejects=empty_table(TABLE_COLUMNS) if cleaned is None else cleaned.rejects,
        repairs=empty_table(REPAIR_COLUMNS) if cleaned is None else cleaned.repairs,
        warnings=raw.notes if cleaned is None else cleaned.warnings,
        faults=tuple(faults),
    )


def read_layer_file(source: LayerSource, layer: str) -> tuple[Cleaned, HeadingMapping]:
    """
    One file as one City layer.

    Raises
    ------
    DataError
        When the file cannot be read, lacks a required column, or is at fault as a whole.
    """
    if layer not in LAYERS:
        raise DataError(say("import.unknown_layer", layer=layer, known="、".join(LAYERS)))
    raw, _ = read_source(source, layer)
    mapping = _mapping(raw, layer, source)
    return clean(raw, mapping, datum=source.datum, constants=source.constants), mapping


def read_source(source: LayerSource, layer: str) -> tuple[Raw, list[str]]:
    """
    The raw rows of a file that is meant for ``layer``, and the layers, sheets or files inside it to choose from.

    Raises
    ------
    DataError
        When it cannot be read.
    """
    path, inner = split_layer(source.path)
    with opened(path, inner=inner) as file:
        if file.kind == "csv":
            return read_csv(file, layer, encoding=source.encoding), data_files(path)
        if file.kind == "xlsx":
            return read_xlsx(
                file, layer, sheet=source.sheet or inner if path.suffix != ".zip" else source.sheet
            ), sheets(file)
        choice = inner if file.kind == "gpkg" and path.suffix.lower() != ".zip" else None
        raw = read_vector(file, layer, layer=choice, encoding=source.encoding)
        return raw, layers_in(file) or data_files(path)


def choices(path: str | Path) -> list[str]:
    """
    The layers, sheets or files inside to choose from, of a file that need not be readable without a choice.

    Raises
    ------
    DataError
        When it cannot be opened.
    """
    path, _ = split_layer(path)
    if files := data_files(path):
        return files
    with opened(path) as file:
        return sheets(file) if file.kind == "xlsx" else layers_in(file)


def read_area(path: str | Path, *, datum: str | None = None) -> shapely.Geometry:
    """
    All polygons of a file as one, WGS 84.

    Raises
    ------
    DataError
        When the file cannot be read or holds no polygon.
    """
    raw, _ = read_source(LayerSource(path), "areas")
    if raw.geometry is None:
        raise DataError(say("import.bad_area", file=raw.name))
    placed = place(raw, map_headings(raw.frame.columns, "areas"), datum)
    shapes = fit(placed.geometry, LAYERS["areas"].geometry).geometry.dropna()
    if not len(shapes):
        raise DataError(say("import.bad_area", file=raw.name))
    return shapely.union_all(shapes.to_numpy())


def empty_table(columns: tuple[str, ...]) -> pd.DataFrame:
    """A table of these columns without rows."""
    return pd.DataFrame({column: pd.Series(dtype=object) for column in columns})


def _mapping(raw: Raw, layer: str, source: LayerSource) -> HeadingMapping:
    return map_headings(
        raw.frame.columns,
        layer,
        overrides=source.headings,
        constants=source.constants,
        has_geometry=raw.geometry is not None,
    )


def _as_texts(frame: pd.DataFrame, raw: Raw) -> pd.DataFrame:
    """Rows as they stand in the file, every cell a text, numbered as in the file."""
    texts = frame.astype(object).map(
        lambda cell: "" if cell is None or (not hasattr(cell, "__len__") and pd.isna(cell)) else str(cell)
    )
    return texts.set_axis(raw.rows[: len(texts)], axis=0)
