"""A city out of the files a user has: read, cleaned, checked against each other, and told what was not taken."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from data.city import LAYERS, City
from data.cleaning import REPAIR_COLUMNS, TABLE_COLUMNS, Cleaned
from data.errors import DataError, raise_faults
from data.headings import Mapping as HeadingMapping
from data.headings import layer_label
from data.osm import OsmLayers, clip_layers, read_osm
from data.plausibility import DUPLICATE_COLUMNS, distance_faults, distance_warnings, district_warnings, find_duplicates
from data.sources import LayerSource, empty_table, read_area, read_layer_file
from data.spreadsheet import BYTE_ORDER_MARK, csv_text
from texts import say

Progress = Callable[[str], None]


@dataclass(frozen=True)
class ImportRequest:
    """
    What a city is made of.

    Attributes
    ----------
    osm
        An OpenStreetMap extract that gives all the layers it has; ``layers`` replace them one by one.
    overpass
        West, south, east, north in WGS 84: asks the Overpass API of the settings instead of ``osm``.
    admin_level
        Of the boundaries in ``osm`` or ``overpass`` that become districts.
    area
        A file of polygons, ``path`` or ``path:layer``: what lies outside is left out.
    area_datum
        Of that file.
    layers
        Layer name to its file.
    name, source, licence, data_date
        Kept in the city's ``meta``.
    strict
        All or nothing: any row or value that cannot be taken is an error.
    """

    osm: str | Path | None = None
    overpass: tuple[float, float, float, float] | None = None
    admin_level: int | None = None
    area: str | Path | None = None
    area_datum: str | None = None
    layers: Mapping[str, LayerSource] = field(default_factory=dict, hash=False)
    name: str = ""
    source: str = ""
    licence: str = ""
    data_date: str = ""
    strict: bool = False


@dataclass(frozen=True, eq=False)
class ImportResult:
    """
    A city and everything that happened on the way.

    Attributes
    ----------
    city
        The city.
    counts
        One row per layer: ``layer``, ``label``, ``source``, ``read`` (rows in the file; of OSM those taken and not
        taken), ``taken``, ``rejected``, ``repaired``, ``clipped``.
    rejects
        ``layer``, ``row``, ``column``, ``value``, ``reason``, ``taken`` (True: only the value was left out).
    repairs
        ``layer``, ``row``, ``column``, ``value``, ``reason``.
    duplicates
        As `data.plausibility.find_duplicates`; all of them were taken.
    warnings
        Chinese sentences.
    mappings
        Layer to what its headings were taken as; layers from files only.
    """

    city: City
    counts: pd.DataFrame
    rejects: pd.DataFrame
    repairs: pd.DataFrame
    duplicates: pd.DataFrame
    warnings: tuple[str, ...]
    mappings: Mapping[str, HeadingMapping]


def import_city(request: ImportRequest, *, progress: Progress | None = None) -> ImportResult:
    """
    The city that ``request`` asks for.

    Parameters
    ----------
    progress
        Called with a Chinese sentence before each step.

    Raises
    ------
    DataError
        With every fault of every file, when a file cannot be read or taken, nothing is left to judge, or, if
        ``strict``, anything was not taken.
    """
    tell = progress or (lambda sentence: None)
    _check_request(request)
    osm, cleaned, mappings, area = _read_all(request, tell)
    if request.strict:
        raise_faults([fault for one in cleaned.values() for fault in _strict_faults(request.layers[one.layer], one)])
    raise_faults([fault for one in cleaned.values() for fault in _nothing_left(request.layers[one.layer], one)])
    tell(say("import.progress.checks"))
    layers = {**(osm.layers if osm else {}), **{name: one.frame for name, one in cleaned.items()}}
    clipped: dict[str, int] = {}
    if area is not None:
        layers, clipped = clip_layers(layers, area)
        if not any(len(frame) for frame in layers.values()):
            raise DataError(say("import.nothing_in_area"))
    raise_faults(distance_faults(layers))
    duplicates = _duplicates(layers, cleaned)
    rejects, repairs = _rejects(osm, cleaned), _repairs(osm, cleaned)
    counts = _counts(request, osm, cleaned, layers, rejects, repairs, clipped)
    warnings = [text for one in cleaned.values() for text in one.warnings]
    warnings += [
        say("import.clipped", layer=layer_label(name), count=count) for name, count in clipped.items() if count
    ]
    warnings += district_warnings(layers["districts"]) if len(layers.get("districts", ())) else []
    warnings += distance_warnings(layers)
    warnings += [say("import.duplicates", count=len(duplicates))] if len(duplicates) else []
    tell(say("import.progress.city"))
    city = City.from_layers(layers, _meta(request, osm, cleaned))
    warnings += city.notes
    return ImportResult(city, counts, rejects, repairs, duplicates, tuple(dict.fromkeys(warnings)), mappings)


def write_rejects(rejects: pd.DataFrame, path: str | Path) -> None:
    """
    Keep a table of rejects (or repairs, or duplicates) as CSV that Excel opens in Chinese.

    A text that a spreadsheet would take as a formula gets a leading ``'``.
    """
    Path(path).write_text(BYTE_ORDER_MARK + csv_text(rejects), encoding="utf-8", errors="replace", newline="")


def _check_request(request: ImportRequest) -> None:
    faults = [
        say("import.unknown_layer", layer=name, known="、".join(LAYERS))
        for name in request.layers
        if name not in LAYERS
    ]
    if request.osm is None and request.overpass is None and not request.layers:
        faults.append(say("import.no_sources"))
    if request.osm is not None and request.overpass is not None:
        faults.append(say("import.osm_twice"))
    raise_faults(faults)


def _read_all(
    request: ImportRequest, tell: Progress
) -> tuple[OsmLayers | None, dict[str, Cleaned], dict[str, HeadingMapping], shapely.Geometry | None]:
    """Everything that is read, or every fault of everything."""
    faults: list[str] = []
    osm, area = None, None
    cleaned: dict[str, Cleaned] = {}
    mappings: dict[str, HeadingMapping] = {}
    try:
        osm = _read_map(request, tell)
    except DataError as error:
        faults += error.faults
    for name, source in request.layers.items():
        tell(say("import.progress.layer", layer=layer_label(name), file=Path(source.path).name))
        try:
            cleaned[name], mappings[name] = read_layer_file(source, name)
        except DataError as error:
            faults += error.faults
    if request.area is not None:
        try:
            area = read_area(request.area, datum=request.area_datum)
        except DataError as error:
            faults += error.faults
    raise_faults(list(dict.fromkeys(faults)))
    return osm, cleaned, mappings, area


def _read_map(request: ImportRequest, tell: Progress) -> OsmLayers | None:
    """What the extract or the Overpass API gives; None when neither is asked for."""
    if request.overpass is not None:
        from data.overpass import read_overpass  # loads osmnx, which nothing else needs

        tell(say("import.progress.overpass"))
        return read_overpass(request.overpass, admin_level=request.admin_level)
    if request.osm is not None:
        tell(say("import.progress.osm", file=Path(request.osm).name))
        return read_osm(request.osm, admin_level=request.admin_level)
    return None


def _strict_faults(source: LayerSource, cleaned: Cleaned) -> list[str]:
    if not len(cleaned.rejects):
        return []
    first = cleaned.rejects.iloc[0]
    file, column = Path(source.path).name, first["column"] or say("import.none")
    return [
        say(
            "import.strict",
            file=file,
            count=len(cleaned.rejects),
            row=first["row"],
            column=column,
            reason=first["reason"],
        )
    ]


def _nothing_left(source: LayerSource, cleaned: Cleaned) -> list[str]:
    """A file that has rows and gives none is no empty layer: what it should say is not known."""
    if not cleaned.read or len(cleaned.frame):
        return []
    gone = cleaned.rejects[~cleaned.rejects["taken"].astype(bool)].iloc[0]
    facts = {"file": Path(source.path).name, "layer": layer_label(cleaned.layer), "count": cleaned.read}
    return [say("import.all_rejected", **facts, row=gone["row"], reason=gone["reason"])]


def _duplicates(layers: Mapping[str, gpd.GeoDataFrame], cleaned: Mapping[str, Cleaned]) -> pd.DataFrame:
    """Sites that may be double; rows are those of the file, or counted from 1."""
    sites = layers.get("sites")
    if sites is None or not len(sites):
        return empty_table(DUPLICATE_COLUMNS)
    duplicates = find_duplicates(sites)
    if "sites" in cleaned:
        row_of = dict(zip(cleaned["sites"].frame["id"].astype(str), cleaned["sites"].rows, strict=True))
        return duplicates.assign(row=duplicates["id"].map(row_of), other_row=duplicates["other_id"].map(row_of))
    return duplicates


def _rejects(osm: OsmLayers | None, cleaned: Mapping[str, Cleaned]) -> pd.DataFrame:
    tables = [one.rejects for one in cleaned.values() if len(one.rejects)]
    if osm is not None and len(of_osm := osm.rejects[~osm.rejects["layer"].isin(list(cleaned))]):
        tables.insert(0, of_osm.assign(taken=of_osm["column"] != "geometry").astype({"row": object}))
    return _joined(tables, TABLE_COLUMNS)


def _repairs(osm: OsmLayers | None, cleaned: Mapping[str, Cleaned]) -> pd.DataFrame:
    tables = [one.repairs for one in cleaned.values() if len(one.repairs)]
    if osm is not None and len(of_osm := osm.repairs[~osm.repairs["layer"].isin(list(cleaned))]):
        tables.insert(0, of_osm)
    return _joined(tables, REPAIR_COLUMNS)


def _joined(tables: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    if not tables:
        return empty_table(columns)
    return pd.concat([table.astype(object) for table in tables], ignore_index=True)[list(columns)]


def _counts(
    request: ImportRequest,
    osm: OsmLayers | None,
    cleaned: Mapping[str, Cleaned],
    layers: Mapping[str, gpd.GeoDataFrame],
    rejects: pd.DataFrame,
    repairs: pd.DataFrame,
    clipped: Mapping[str, int],
) -> pd.DataFrame:
    rows = []
    for name in (name for name in LAYERS if name in layers):
        gone = rejects[(rejects["layer"] == name) & ~rejects["taken"].astype(bool)]
        rejected, taken = gone["row"].nunique(), len(layers[name])
        read = cleaned[name].read if name in cleaned else taken + rejected + clipped.get(name, 0)
        source = Path(request.layers[name].path).name if name in cleaned else osm.meta["source"]
        repaired = int((repairs["layer"] == name).sum())
        rows.append((name, layer_label(name), source, read, taken, rejected, repaired, clipped.get(name, 0)))
    columns = ["layer", "label", "source", "read", "taken", "rejected", "repaired", "clipped"]
    return pd.DataFrame(rows, columns=columns)


def _meta(request: ImportRequest, osm: OsmLayers | None, cleaned: Mapping[str, Cleaned]) -> dict[str, str]:
    """Facts of the import: what the user says, else what the extract says; the datum of every layer that has one."""
    of_osm = dict(osm.meta) if osm is not None else {}
    files = [Path(source.path).name for source in request.layers.values()]
    datums = ([f"osm: {of_osm['datum']}"] if osm is not None else []) + [
        f"{n}: {one.datum}" for n, one in cleaned.items()
    ]
    meta = {
        "name": request.name,
        "source": request.source or "、".join(([of_osm["source"]] if osm is not None else []) + files),
        "licence": request.licence or of_osm.get("licence", ""),
        "data_date": request.data_date or of_osm.get("data_date", ""),
        "datum": "; ".join(datums),
    }
    return {key: value for key, value in meta.items() if value}
