"""
GDAL as we let it in: the only door to pyogrio for files from outside.

Importing this module takes out every GDAL driver that we do not read or write, since GDAL picks the driver by a
file's content, and some drivers open other files or addresses that the content names.
"""

import warnings
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio._ogr import _register_drivers
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from data.errors import DataError
from texts import say

DRIVERS = ("GeoJSON", "GPKG", "ESRI Shapefile", "MEM")
_FAULTS = (DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError, UnicodeDecodeError, OverflowError)
# Every byte of text has one character here and back, so that a Shapefile's true encoding can be found afterwards.
BYTES = "ISO-8859-1"
# Features that each have a column of their own would fill the memory.
MOST_COLUMNS = 1000


def list_layers(path: Path | str) -> list[str]:
    """
    The names of the layers in a file, in the order of the file.

    Raises
    ------
    DataError
        When there is no such file, or it is in none of our formats or broken.
    """
    path = _existing(path)
    with warnings.catch_warnings(action="ignore"):
        try:
            return [str(name) for name, _ in pyogrio.list_layers(path)]
        except _FAULTS as error:
            raise DataError(say("import.unreadable", file=path.name, reason=_reason(error))) from error


def read_layer(
    path: Path | str, layer: str | None = None, encoding: str | None = None
) -> gpd.GeoDataFrame | pd.DataFrame:
    """
    One layer of a file, whole: all columns, geometry as it is, in the CRS of the file.

    Parameters
    ----------
    path
        A GeoPackage, GeoJSON or Shapefile.
    layer
        May be left out where the file has only one.
    encoding
        Of the texts, for a Shapefile; ``BYTES`` gives each byte as one character.

    Returns
    -------
    geopandas.GeoDataFrame
        ``RangeIndex`` in the order of the file; geometry that cannot be built is missing. A DataFrame when the layer
        has no geometry column.

    Raises
    ------
    DataError
        When there is no such file or layer, several layers and none is named, or the content is broken.
    """
    path = _existing(path)
    names = list_layers(path)
    if layer is None and len(names) > 1:
        raise DataError(say("import.which_layer", file=path.name, layers="、".join(names)))
    if not names or (layer is not None and layer not in names):
        raise DataError(say("import.no_layer", file=path.name, layer=layer or "", layers="、".join(names)))
    with warnings.catch_warnings(action="ignore"):
        try:
            check_columns(len(pyogrio.read_info(path, layer=layer, encoding=encoding)["fields"]), path.name)
            return pyogrio.read_dataframe(path, layer=layer, encoding=encoding, on_invalid="ignore")
        except DataError:
            raise
        except (*_FAULTS, ValueError) as error:
            raise DataError(say("import.unreadable", file=path.name, reason=_reason(error))) from error


def write_layer(frame: gpd.GeoDataFrame | pd.DataFrame, path: Path | str, layer: str) -> None:
    """
    Add ``frame`` as one layer to a GeoPackage, made when it is not there; the same frames give the same bytes.

    Raises
    ------
    DataError
        When the file cannot be written.
    """
    path = Path(path)
    with warnings.catch_warnings(action="ignore"):
        try:
            pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG")
        except _FAULTS as error:
            raise DataError(say("import.unwritable", file=path.name, reason=_reason(error))) from error


def check_columns(count: int, name: str) -> None:
    """
    Do nothing when a file has no more columns than anybody uses.

    Raises
    ------
    DataError
        When it has.
    """
    if count > MOST_COLUMNS:
        raise DataError(say("import.too_many_columns", file=name, count=count, most=MOST_COLUMNS))


def write_package(layers: Mapping[str, gpd.GeoDataFrame | pd.DataFrame], path: Path | str) -> None:
    """
    Write frames as the layers of a GeoPackage that appears whole or not at all; an older one is replaced.

    Raises
    ------
    DataError
        When the file cannot be written.
    """
    path = Path(path)
    part = path.with_name(f"{path.stem}.part.gpkg")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        for name, frame in layers.items():
            write_layer(frame, part, name)
        part.replace(path)
    except OSError as error:
        raise DataError(say("import.unwritable", file=path.name, reason=error.strerror or "")) from error


def _existing(path: Path | str) -> Path:
    """``path`` made absolute, so that GDAL takes it as a file and not as an address or a recipe."""
    path = Path(path).absolute()
    if not path.is_file():
        raise DataError(say("import.no_file", file=path.name))
    return path


def _reason(error: Exception) -> str:
    """GDAL's own words in one line, without the folder of the file."""
    if isinstance(error, UnicodeDecodeError):
        return say("import.not_utf8")
    if "not recognized as being in a supported file format" in str(error):
        return say("import.not_recognised")
    words = [word for word in str(error).split() if "/" not in word and "\\" not in word]
    return " ".join(words).rstrip(".;")


def _take_out_drivers() -> None:
    """
    Leave `DRIVERS` only, whatever pyogrio registered when it was imported.

    Raises
    ------
    RuntimeError
        When others are left.
    """
    others = sorted(set(pyogrio.list_drivers()) - set(DRIVERS))
    pyogrio.set_gdal_config_options(
        {
            "GDAL_SKIP": ",".join(others) + ",",
            # A GeoJSON may name an address that holds its CRS. `data.files` refuses those; this is the second lock.
            "GDAL_HTTP_PROXY": "127.0.0.1:9",
            "GDAL_HTTPS_PROXY": "127.0.0.1:9",
            "GDAL_HTTP_CONNECTTIMEOUT": "1",
            # GeoPackages carry the time of writing: always this one.
            "OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z",
        }
    )
    _register_drivers()
    if left := sorted(set(pyogrio.list_drivers()) - set(DRIVERS)):
        raise RuntimeError(f"GDAL drivers that nobody asked for could not be taken out: {', '.join(left)}")


_take_out_drivers()
