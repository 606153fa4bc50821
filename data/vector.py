"""GeoJSON, Shapefile, GeoPackage, KML and GeoParquet as raw rows."""

import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from data._gdal import BYTES, check_columns, list_layers, read_layer
from data.encoding import bytes_encoding, text_encoding
from data.errors import DataError
from data.files import Source, most_bytes
from data.kml import read_kml
from data.raw import Raw, unique_headings
from texts import say

_MOST_TIMES_UNPACKED = 20  # GeoParquet is packed: what it says it unpacks to, in times the size a file may have
_BROKEN_PARQUET = (pa.ArrowException, OSError, ValueError, KeyError, TypeError, AttributeError)


def read_vector(source: Source, wanted: str, *, layer: str | None = None, encoding: str | None = None) -> Raw:
    """
    One layer of a file with geometry; a layer without geometry comes as a table.

    Parameters
    ----------
    wanted
        The City layer it is for: where ``layer`` is not given and the file has several, the one of that name.
    encoding
        Of a Shapefile's texts, when it is known; else found out from the texts, whatever its .cpg says.

    Raises
    ------
    DataError
        When the file cannot be read, or it is not clear which layer to take.
    """
    notes: tuple[str, ...] = ()
    if source.kind == "shapefile":
        frame, notes = _shapefile(source, encoding)
    elif source.kind == "geojson":
        frame = _geojson(source)
    elif source.kind == "gpkg":
        layer = _pick_layer(source, wanted, layer)
        frame = read_layer(source.path, layer)
    elif source.kind == "kml":
        frame = read_kml(source.path, source.name)
    else:
        frame = read_parquet(source)
    return _raw(source, frame, layer if source.kind == "gpkg" else None, notes)


def layers_in(source: Source) -> list[str]:
    """
    The layers to choose from: of a GeoPackage all, else none.

    Raises
    ------
    DataError
        When the file is broken.
    """
    return list_layers(source.path) if source.kind == "gpkg" else []


def read_parquet(source: Source) -> gpd.GeoDataFrame | pd.DataFrame:
    """
    A GeoParquet file; a DataFrame when it has no geometry.

    Raises
    ------
    DataError
        When it is broken, or would unpack to too much.
    """
    try:
        facts = pq.read_metadata(source.path)
        unpacked = sum(facts.row_group(number).total_byte_size for number in range(facts.num_row_groups))
        if unpacked > _MOST_TIMES_UNPACKED * most_bytes():
            raise DataError(say("import.bomb", file=source.name, mb=f"{unpacked >> 20}", most=f"{most_bytes() >> 20}"))
        check_columns(facts.num_columns, source.name)
        if b"geo" in (facts.metadata or {}):
            with np.errstate(invalid="ignore"):  # coordinates that are no numbers are told of later
                return gpd.read_parquet(source.path)
        return pq.read_table(source.path).to_pandas()
    except DataError:
        raise
    except _BROKEN_PARQUET as error:
        raise DataError(say("import.unreadable", file=source.name, reason=str(error).splitlines()[0])) from error


def _raw(source: Source, frame: gpd.GeoDataFrame | pd.DataFrame, layer: str | None, notes: tuple[str, ...]) -> Raw:
    geometry = frame.geometry.reset_index(drop=True) if isinstance(frame, gpd.GeoDataFrame) else None
    columns = frame.drop(columns=frame.geometry.name) if geometry is not None else frame
    columns = pd.DataFrame(columns).reset_index(drop=True)
    columns.columns = unique_headings(list(columns.columns))
    return Raw(
        name=source.name,
        frame=columns,
        rows=np.arange(1, len(frame) + 1),
        geometry=geometry,
        crs=None if geometry is None else geometry.crs,
        layer=layer,
        notes=notes,
    )


def _pick_layer(source: Source, wanted: str, layer: str | None) -> str:
    names = list_layers(source.path)
    if layer is None:
        layer = wanted if wanted in names else names[0] if len(names) == 1 else None
    if layer is None:
        raise DataError(say("import.which_layer", file=source.name, layers="、".join(names)))
    if layer not in names:
        raise DataError(say("import.no_layer", file=source.name, layer=layer, layers="、".join(names)))
    return layer


def _geojson(source: Source) -> gpd.GeoDataFrame | pd.DataFrame:
    encoding = text_encoding(source.path, source.name)
    if encoding in ("utf-8", "utf-8-sig"):
        return read_layer(source.path)
    with tempfile.TemporaryDirectory(prefix="import-") as folder:
        copy = Path(folder) / source.path.name
        copy.write_text(source.path.read_text(encoding=encoding), encoding="utf-8")
        return read_layer(copy)


def _shapefile(source: Source, encoding: str | None) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    frame = read_layer(source.path, encoding=BYTES)
    texts = [
        column for column in frame.columns if column != "geometry" and not pd.api.types.is_numeric_dtype(frame[column])
    ]
    texts = [column for column in texts if frame[column].map(lambda value: isinstance(value, str)).any()]
    found = encoding or bytes_encoding([text.encode("latin-1") for text in _texts_of(frame, texts)])
    for column in texts:
        frame[column] = frame[column].map(lambda value: _redecoded(value, found), na_action="ignore")
    frame = frame.rename(columns={column: _redecoded(column, found) for column in frame.columns})
    said = source.path.with_suffix(".cpg")
    notes = () if encoding or said.exists() or found == "utf-8" else (say("import.guessed_encoding", file=source.name),)
    return frame, notes


def _texts_of(frame: gpd.GeoDataFrame, columns: list[str]) -> list[str]:
    values = {value for column in columns for value in frame[column].dropna().unique() if isinstance(value, str)}
    return [str(column) for column in frame.columns] + sorted(values)


def _redecoded(text: str, encoding: str) -> str:
    """A text whose characters stand for bytes, in its own encoding; half a character at the end is left out."""
    raw = text.encode("latin-1")
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        return raw.decode(encoding, errors="ignore" if error.end >= len(raw) else "replace")
    except LookupError as error:
        raise DataError(say("import.no_such_encoding", encoding=encoding)) from error
