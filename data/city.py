"""The City: the layers that are judged, projected once to metres, and the file they are kept in."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from data._gdal import list_layers, read_layer, write_layer
from data.errors import DataError, raise_faults
from data.vocabulary import Words, split_list, vocabulary
from geo.crs import WGS84, check_metric, metric_crs
from texts import say


@dataclass(frozen=True)
class LayerSpec:
    """What one layer holds: its geometry, its standard columns with their kinds, and which of them must be there."""

    geometry: tuple[str, ...]
    columns: Mapping[str, str] = field(hash=False)  # name -> 'text' | 'number' | 'flag' | 'list'
    required: tuple[str, ...]


_LINE = ("LineString", "MultiLineString")
_POLYGON = ("Polygon", "MultiPolygon")
_ANY = ("Point", *_LINE, *_POLYGON)


def _columns(text: str = "", number: str = "", flag: str = "", listed: str = "") -> Mapping[str, str]:
    kinds = (("text", text), ("number", number), ("flag", flag), ("list", listed))
    return MappingProxyType({name: kind for kind, names in kinds for name in names.split()})


LAYERS: Mapping[str, LayerSpec] = MappingProxyType(
    {
        "districts": LayerSpec(
            _POLYGON,
            _columns(text="name unit level parent", flag="surveyed"),
            ("name",),
        ),
        "roads": LayerSpec(
            _LINE, _columns(text="highway name ref oneway bridge tunnel layer junction foot osm_id unit"), ("highway",)
        ),
        "buildings": LayerSpec(_POLYGON, _columns(text="name osm_id", number="height_m levels"), ()),
        "venues": LayerSpec(
            _ANY,
            _columns(text="id class name unit contact", number="centre_lon centre_lat"),
            ("id", "class", "name"),
        ),
        "sites": LayerSpec(
            ("Point",),
            _columns(
                text="id name carrier condition inspected_on unit photo original_datum",
                number="panels width_m height_m facing_deg psa_per_10_min original_x original_y",
                listed="themes",
            ),
            ("id", "carrier", "themes"),
        ),
        "areas": LayerSpec(_POLYGON, _columns(text="kind name"), ("kind",)),
    }
)
META = ("name", "source", "licence", "data_date", "datum", "demo")


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
    """

    crs: CRS
    meta: Mapping[str, str]
    districts: gpd.GeoDataFrame | None = None
    roads: gpd.GeoDataFrame | None = None
    buildings: gpd.GeoDataFrame | None = None
    venues: gpd.GeoDataFrame | None = None
    sites: gpd.GeoDataFrame | None = None
    areas: gpd.GeoDataFrame | None = None

    @classmethod
    def from_layers(
        cls, layers: Mapping[str, gpd.GeoDataFrame | None], meta: Mapping[str, str] | None = None
    ) -> "City":
        """
        A city made of layers in any CRS, projected to the metric CRS of its middle.

        Words of the vocabularies become their codes; a word no vocabulary knows stays as it came.

        Parameters
        ----------
        layers
            Frames by the names of ``LAYERS``; each must say its CRS. Missing standard columns are added empty.
        meta
            See ``City.meta``.

        Raises
        ------
        DataError
            When a layer is unknown, has no CRS, lacks a required column, has empty or wrong geometry or ids
            that are missing or double, or there is neither a road nor a venue: every fault, one sentence each.
        """
        given = {name: frame for name, frame in layers.items() if frame is not None}
        raise_faults([fault for name, frame in given.items() for fault in _layer_faults(name, frame)])
        if not any(len(given.get(name, ())) for name in ("roads", "venues")):
            raise DataError(say("city.nothing_to_judge"))
        in_degrees = {name: frame.to_crs(WGS84) for name, frame in given.items()}
        crs = _metric_crs_of(in_degrees)
        standard = {name: _standardise(name, in_degrees[name].to_crs(crs)) for name in LAYERS if name in given}
        about = {key: str(value) for key, value in (meta or {}).items() if key in META and not pd.isna(value)}
        return cls(crs=crs, meta=MappingProxyType(about), **standard)

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
        layers, meta = _read_folder(path) if path.is_dir() else _read_geopackage(path)
        return cls.from_layers(layers, meta)

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
            part = path.with_name(path.name + ".part")
            part.unlink(missing_ok=True)
            for name, frame in layers.items():
                write_layer(frame, part, name)
            write_layer(meta, part, "meta")
            part.replace(path)
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
        digest = hashlib.sha256()
        for name, frame in self.layers.items():
            digest.update(name.encode())
            digest.update(_rows_digest(frame))
        return digest.hexdigest()

    def unknown_words(self) -> pd.DataFrame:
        """Words no vocabulary knows: ``layer``, ``column``, ``word`` and ``rows`` that use it, most used first."""
        found = []
        for name, frame in self.layers.items():
            for column, known in _word_columns(name):
                used: Counter[str] = Counter()
                for text, rows in Counter(frame[column].dropna().to_numpy(dtype=object).tolist()).items():
                    used.update(dict.fromkeys(text.split(","), rows))
                found += [(name, column, word, rows) for word, rows in used.items() if known.code(word) is None]
        table = pd.DataFrame(found, columns=["layer", "column", "word", "rows"])
        return table.sort_values(
            ["rows", "layer", "column", "word"], ascending=[False, True, True, True], ignore_index=True
        )


def _layer_faults(name: str, frame: gpd.GeoDataFrame) -> list[str]:
    """Every reason why ``frame`` cannot be the layer ``name``."""
    if name not in LAYERS:
        return [say("city.unknown_layer", layer=name, known="、".join(LAYERS))]
    spec, label = LAYERS[name], say(f"city.layers.{name}")
    if not isinstance(frame, gpd.GeoDataFrame):
        return [say("city.no_geometry_column", layer=label)]
    faults = []
    if frame.crs is None:
        faults.append(say("city.no_crs", layer=label))
    missing = [column for column in spec.required if column not in frame.columns]
    # A site table without a theme column is a stock without themes: they are unknown, the sites are there.
    if missing := [column for column in missing if (name, column) != ("sites", "themes")]:
        faults.append(say("city.no_column", layer=label, columns="、".join(missing)))
    empty = np.flatnonzero(frame.geometry.isna() | frame.geometry.is_empty)
    if len(empty):
        faults.append(say("city.empty_geometry", layer=label, count=len(empty), row=int(empty[0]) + 1))
    kinds = frame.geometry.geom_type
    allowed = (*spec.geometry, "MultiPoint") if "Point" in spec.geometry else spec.geometry
    if other := sorted(set(kinds.dropna()) - set(allowed)):
        faults.append(say("city.wrong_geometry", layer=label, found="、".join(other), wanted="、".join(spec.geometry)))
    if not np.isfinite(frame.geometry.total_bounds).all() and len(frame) > len(empty):
        faults.append(say("city.not_finite", layer=label))
    elif frame.crs is not None and frame.crs.is_geographic and len(frame):
        west, south, east, north = frame.geometry.total_bounds
        if west < -180 or east > 180 or south < -90 or north > 90:
            faults.append(say("city.off_the_globe", layer=label))
    if "id" in spec.required and "id" in frame.columns:
        ids = frame["id"]
        if ids.isna().any() or (ids.astype("string").str.strip() == "").any():
            faults.append(say("city.no_id", layer=label, count=int(ids.isna().sum()) or 1))
        if (double := ids.dropna().duplicated()).any():
            faults.append(say("city.double_id", layer=label, count=int(double.sum()), id=ids.dropna()[double].iloc[0]))
    return faults


def _metric_crs_of(layers: dict[str, gpd.GeoDataFrame]) -> CRS:
    """The metric CRS of the middle of what is judged: roads and venues, then whatever else there is."""
    for names in (("roads", "venues"), tuple(layers)):
        bounds = [layers[name].total_bounds for name in names if len(layers.get(name, ()))]
        if bounds:
            west, south, east, north = np.array(bounds).T
            return metric_crs((west.min() + east.max()) / 2, (south.min() + north.max()) / 2)
    raise DataError(say("city.nothing_to_judge"))


def _standardise(name: str, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """``frame`` with every standard column in its own kind, flat single-part geometry, and words as codes."""
    spec = LAYERS[name]
    frame = frame.rename_geometry("geometry") if frame.geometry.name != "geometry" else frame.copy()
    frame["geometry"] = shapely.force_2d(frame.geometry.array)
    if name in ("roads", "sites"):
        frame = frame.explode(ignore_index=True)
    frame = frame.reset_index(drop=True)
    for column, kind in spec.columns.items():
        values = frame[column] if column in frame.columns else pd.Series(np.nan, index=frame.index, dtype=object)
        frame[column] = _as_kind(values, kind)
    for column, words in _word_columns(name):
        frame[column] = _as_codes(frame[column], words)
    if "level" in spec.columns:
        frame["level"] = frame["level"].fillna("district")
    extra = [column for column in frame.columns if column not in spec.columns and column != "geometry"]
    return frame[[*spec.columns, *extra, "geometry"]]


def _as_kind(values: pd.Series, kind: str) -> pd.Series:
    if kind == "number":
        return pd.to_numeric(values, errors="coerce").astype(float)
    if kind == "flag":
        return (
            values.map(_FLAGS.get, na_action="ignore").astype(object) if values.dtype != bool else values.astype(object)
        )
    if pd.api.types.is_float_dtype(values) and values.notna().any():  # an id column with a gap was read as 1.0, 2.0
        whole = (values.dropna() % 1 == 0).all()
        values = values.astype("Int64") if whole else values
    text = values.astype("string").str.strip()
    return text.where(text != "", pd.NA).astype(object).where(text.notna() & (text != ""), None)


_FLAGS = {
    **dict.fromkeys((True, 1, 1.0, "1", "true", "True", "yes", "是", "有"), True),
    **dict.fromkeys((False, 0, 0.0, "0", "false", "False", "no", "否", "无"), False),
}


def _word_columns(layer: str) -> list[tuple[str, Words]]:
    """The columns of a layer that are written in a vocabulary, each with its words."""
    columns = ((column, vocabulary().of(layer, column)) for column in LAYERS[layer].columns)
    return [(column, words) for column, words in columns if words is not None]


def _as_codes(values: pd.Series, words: Words) -> pd.Series:
    """Each text with its words as codes joined by ``,``; what no vocabulary knows stays as it came."""

    def codes(text: str) -> str:
        return ",".join(dict.fromkeys(words.code(part) or part for part in split_list(text)))

    unique = {text: codes(text) for text in values.dropna().unique()}
    return values.map(unique.get, na_action="ignore").astype(object)


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


def _read_geopackage(path: Path) -> tuple[dict, dict]:
    names = list_layers(path)
    layers = {name: read_layer(path, name) for name in LAYERS if name in names}
    return layers, _meta_of(read_layer(path, "meta")) if "meta" in names else {}


def _read_folder(path: Path) -> tuple[dict, dict]:
    layers = {name: gpd.read_parquet(file) for name in LAYERS if (file := path / f"{name}.parquet").exists()}
    meta = path / "meta.parquet"
    return layers, _meta_of(pd.read_parquet(meta)) if meta.exists() else {}


def _meta_of(table: pd.DataFrame) -> dict:
    """The facts of a ``meta`` table, whether it is one wide row or rows of key and value."""
    if {"key", "value"} <= set(table.columns):
        return dict(zip(table["key"], table["value"], strict=True))
    return table.iloc[0].dropna().to_dict() if len(table) else {}
