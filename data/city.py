"""The City: the layers that are judged, projected once to metres, and the file they are kept in."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from data._gdal import list_layers, read_layer, write_package
from data.errors import DataError, raise_faults
from data.files import Source, check_content
from data.layers import LAYERS, META
from data.plausibility import district_warnings, middles
from data.standard import layer_faults, place_faults, standardise, word_columns
from data.vector import read_parquet
from geo.crs import WGS84, check_metric, metric_crs
from texts import say

_WORDS_NAMED, _LONGEST_WORD = 8, 40
_NO_DATA = ("meta", "layer_styles")  # layers of a file that nothing is lost with; the second is QGIS's

_JUDGED_META = ("name", "data_date")  # what a judgement reads of the facts about a city


@dataclass(frozen=True, eq=False)
class City:
    """
    A city as it is judged.

    Attributes
    ----------
    crs
        The local metric CRS; every layer is in it, in metres.
    meta
        ``name``, ``source``, ``licence``, ``data_date``, ``datum`` of the import; ``demo`` is ``"1"`` for demo data.
    districts, roads, buildings, venues, sites, areas
        The layers with their standard columns (and any recorded numbers beside them) on a ``RangeIndex``;
        None when nothing of the kind was taken stock of.
    notes
        Chinese sentences on what was repaired in the layers or left out of them, and on districts that overlap or
        leave holes.
    """

    crs: CRS
    meta: Mapping[str, str]
    districts: gpd.GeoDataFrame | None = None
    roads: gpd.GeoDataFrame | None = None
    buildings: gpd.GeoDataFrame | None = None
    venues: gpd.GeoDataFrame | None = None
    sites: gpd.GeoDataFrame | None = None
    areas: gpd.GeoDataFrame | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def from_layers(
        cls, layers: Mapping[str, gpd.GeoDataFrame | None], meta: Mapping[str, str] | None = None
    ) -> "City":
        """
        A city made of layers in any CRS, projected to the metric CRS of its middle.

        Words of the vocabularies become their codes; a word no vocabulary knows stays as it came. Polygons that cross
        themselves are repaired; cells that are no number or date, and shapes without extent, are left out: see
        ``notes``.

        Parameters
        ----------
        layers
            Frames by the names of ``LAYERS``; each must say its CRS. Missing standard columns are added empty.
        meta
            See ``City.meta``.

        Raises
        ------
        DataError
            When a layer is unknown, has no CRS, lacks a required column or value, has empty or wrong geometry, lies
            off the globe, turned round or on another continent, or ids are missing or double, or there is neither a
            road nor a venue: every fault, one sentence each.
        """
        given = {name: frame for name, frame in layers.items() if frame is not None}
        raise_faults([fault for name, frame in given.items() for fault in layer_faults(name, frame)])
        if not any(len(given.get(name, ())) for name in ("roads", "venues")):
            raise DataError(say("city.nothing_to_judge"))
        in_degrees = {name: given[name].to_crs(WGS84) for name in LAYERS if name in given}
        centre = _middle_of(in_degrees)
        raise_faults(place_faults(in_degrees, centre))
        crs = metric_crs(*centre)
        standard = {name: standardise(name, frame) for name, frame in in_degrees.items()}
        notes = [note for layer in standard.values() for note in layer.notes]
        if "districts" in standard:
            notes += district_warnings(standard["districts"].frame)
        about = {key: str(value) for key, value in (meta or {}).items() if key in META and not pd.isna(value)}
        return cls(
            crs=crs,
            meta=MappingProxyType(about),
            **{name: layer.frame.to_crs(crs) for name, layer in standard.items()},
            notes=tuple(notes),
        )

    @classmethod
    def read(cls, path: Path | str) -> "City":
        """
        The city kept at ``path``: a GeoPackage, or a folder of GeoParquet files, with the layers of ``LAYERS``.

        Raises
        ------
        DataError
            When there is no such file, it cannot be read, or ``from_layers`` finds faults.
        """
        path = Path(path)
        if not path.exists():
            raise DataError(say("city.no_file", file=path.name))
        layers, meta, others = _read_folder(path) if path.is_dir() else _read_geopackage(path)
        city = cls.from_layers(layers, meta)
        if not others:
            return city
        note = say("city.other_layers", file=path.name, layers="、".join(others), known="、".join(LAYERS))
        return replace(city, notes=(note, *city.notes))

    def write(self, path: Path | str) -> None:
        """
        Keep the city as a GeoPackage in WGS 84, or as a folder of GeoParquet when ``path`` has no ``.gpkg`` ending.

        The file appears whole or not at all, and the same city gives the same bytes.
        """
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        layers = {name: frame.to_crs(WGS84) for name, frame in self.layers.items()}
        meta = pd.DataFrame([{key: self.meta.get(key) for key in META}], dtype=object)
        if path.suffix == ".gpkg":
            write_package({**layers, "meta": meta}, path)
        else:
            path.mkdir(exist_ok=True)
            for name, frame in layers.items():
                frame.to_parquet(path / f"{name}.parquet")
            meta.to_parquet(path / "meta.parquet")

    @property
    def layers(self) -> dict[str, gpd.GeoDataFrame]:
        """The layers that are there, by name, in the order of ``LAYERS``."""
        return {name: getattr(self, name) for name in LAYERS if getattr(self, name) is not None}

    @property
    def is_demo(self) -> bool:
        """Whether this is demo data, which every screen and paper has to say."""
        return self.meta.get("demo") == "1"

    @cached_property
    def fingerprint(self) -> str:
        """64 hexadecimal digits that stand for everything a judgement reads; the order of rows does not matter."""
        digest = hashlib.sha256(repr((self.crs.to_string(), *map(self.meta.get, _JUDGED_META))).encode())
        for name, frame in self.layers.items():
            digest.update(name.encode())
            digest.update(_rows_digest(frame))
        return digest.hexdigest()

    def unknown_words(self) -> pd.DataFrame:
        """Words no vocabulary knows: ``layer``, ``column``, ``word`` and ``rows`` that use it, most used first."""
        found = []
        for name, frame in self.layers.items():
            for column, known in word_columns(name):
                used: Counter[str] = Counter()
                for text, rows in Counter(frame[column].dropna().to_numpy(dtype=object).tolist()).items():
                    words = text.split(",") if LAYERS[name].columns[column] == "list" else [text]
                    used.update(dict.fromkeys(words, rows))
                found += [(name, column, word, rows) for word, rows in used.items() if known.code(word) is None]
        table = pd.DataFrame(found, columns=["layer", "column", "word", "rows"])
        return table.sort_values(
            ["rows", "layer", "column", "word"], ascending=[False, True, True, True], ignore_index=True
        )

    def unknown_word_notes(self) -> list[str]:
        """`unknown_words` as Chinese sentences, one for each column, the words most used first."""
        notes = []
        for (layer, column), words in self.unknown_words().groupby(["layer", "column"], sort=False):
            named = "、".join(
                say("city.word_rows", word=row.word[:_LONGEST_WORD], rows=row.rows)
                for row in words.head(_WORDS_NAMED).itertuples()
            )
            title = say(f"city.layers.{layer}")
            notes.append(say("city.unknown_words", layer=title, column=column, count=len(words), words=named))
        return notes


def _middle_of(layers: Mapping[str, gpd.GeoDataFrame]) -> np.ndarray:
    """Longitude and latitude, WGS 84, of the middle of what is judged: of half the roads and venues each way."""
    places = np.concatenate([middles(layers[name]) for name in ("roads", "venues") if len(layers.get(name, ()))])
    finite = np.isfinite(places).all(axis=1)
    return np.quantile(places[finite], 0.5, axis=0, method="lower") if finite.any() else np.zeros(2)


def _rows_digest(frame: gpd.GeoDataFrame) -> bytes:
    """A digest of the frame's rows that does not depend on their order."""
    check_metric(frame, "layer")
    plain = pd.DataFrame(frame.drop(columns="geometry"))
    hashes = np.zeros(len(frame), dtype=np.uint64)
    for place, column in enumerate(sorted(plain.columns)):
        values = plain[column]
        if values.isna().all():
            continue
        values = (
            values
            if pd.api.types.is_numeric_dtype(values)
            else values.astype(object).where(values.notna(), "").astype(str)
        )
        hashes += pd.util.hash_pandas_object(values, index=False).to_numpy() * np.uint64(2 * place + 3)
    coordinates, row = shapely.get_coordinates(frame.geometry.array, return_index=True)
    whole = np.rint(coordinates * 1000).astype(np.int64).view(np.uint64)
    order = np.arange(len(row), dtype=np.uint64) - np.searchsorted(row, row).astype(np.uint64)
    mixed = (whole[:, 0] * np.uint64(0x9E3779B97F4A7C15)) ^ (whole[:, 1] * np.uint64(0xC2B2AE3D27D4EB4F))
    mixed = (mixed ^ (mixed >> np.uint64(29))) * (order * np.uint64(2) + np.uint64(0x165667B19E3779F9))
    np.add.at(hashes, row, mixed)
    return hashlib.sha256(np.sort(hashes).tobytes()).digest()


def _read_geopackage(path: Path) -> tuple[dict, dict, list[str]]:
    """The layers of a city, its facts, and the names of other layers, which are not read."""
    check_content(Source(path, "gpkg", path.name), any_size=True)
    names = list_layers(path)
    layers = {name: read_layer(path, name) for name in LAYERS if name in names}
    others = [name for name in names if name not in (*LAYERS, *_NO_DATA)]
    return layers, _meta_of(read_layer(path, "meta")) if "meta" in names else {}, others


def _read_folder(path: Path) -> tuple[dict, dict, list[str]]:
    """As `_read_geopackage`, of a folder of GeoParquet."""
    files = {file.stem: file for file in sorted(path.glob("*.parquet"))}
    layers, faults = {}, []
    for name in (name for name in (*LAYERS, "meta") if name in files):
        source = Source(files[name], "parquet", f"{path.name}/{files[name].name}")
        try:
            check_content(source, any_size=True)
            layers[name] = read_parquet(source)
        except DataError as error:
            faults += error.faults
    raise_faults(faults)
    meta = layers.pop("meta", None)
    others = [name for name in files if name not in (*LAYERS, *_NO_DATA)]
    return layers, {} if meta is None else _meta_of(meta), others


def _meta_of(table: pd.DataFrame) -> dict:
    """The facts of a ``meta`` table, whether it is one wide row or rows of key and value."""
    if {"key", "value"} <= set(table.columns):
        return dict(zip(table["key"], table["value"], strict=True))
    return table.iloc[0].dropna().to_dict() if len(table) else {}
