"""The venues of the demo city: every class of the rule books, with names, answering units and recorded numbers."""

import numpy as np
import pandas as pd
import shapely

from data.demo.kerbs import Kerb, along_kerbs
from data.demo.names import VenueNames, gazetteer
from data.demo.standing import Territory
from data.demo.streets import MAIN

_AT_BUILDINGS = {
    "internet_cafe": 26, "culture_sport": 20, "service_window": 40, "government_hall": 6, "community": 34,
    "village_committee": 9, "institution": 16, "cleaning_area": 14, "transport_hub": 5, "waste_point": 60,
}  # fmt: skip
_AT_KERBS = {"bike_station": 38, "cycle_canopy": 14, "traffic_police_facility": 9, "other_carrier": 16, "toilet": 64}
_FLEETS = {"vehicle": 12, "bus_body": 10}
_STOP_EVERY_M = 1550.0
_BIN_EVERY_M, _HYDRANT_EVERY_M = 84.0, 108.0
_KERB_M = {
    "bike_station": 5.0,
    "cycle_canopy": 3.0,
    "traffic_police_facility": 4.0,
    "other_carrier": 5.0,
    "toilet": 14.0,
}
COLUMNS = ("id", "class", "name", "unit", "contact")


def open_venues(
    plots: pd.DataFrame,
    gates: pd.DataFrame,
    buildings: pd.DataFrame,
    kerbs: list[Kerb],
    roads: pd.DataFrame,
    territory: Territory,
    random: np.random.Generator,
) -> pd.DataFrame:
    """
    All venues.

    Returns
    -------
    pandas.DataFrame
        ``COLUMNS``, recorded numbers, and ``geometry`` in metres of the plan.
    """
    parts = [
        plots[["class", "hint", "geometry"]],
        gates.assign(**{"class": "gate"})[["class", "geometry"]],
        _stops(kerbs, roads, random),
        _beside_kerbs(kerbs, roads, random),
        _in_buildings(buildings, random),
        _fleets(buildings, random),
        _small_things(kerbs, roads, territory, random),
    ]
    venues = pd.concat(parts, ignore_index=True)
    venues["name"] = _named(venues, random)
    points = shapely.point_on_surface(venues["geometry"].to_numpy())
    venues["id"] = [f"V{number:05d}" for number in range(1, len(venues) + 1)]
    venues["unit"] = _units(venues["class"], territory.district_of(points))
    venues["contact"] = gazetteer()["contact"]
    venues = _recorded(venues, territory, points, random)
    first = [*COLUMNS]
    return venues[[*first, *(column for column in venues.columns if column not in (*first, "geometry")), "geometry"]]


def _stops(kerbs: list[Kerb], roads: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """Bus stops in pairs along main roads, one on each side, a little apart."""
    places = along_kerbs(
        [kerb for kerb in kerbs if kerb.highway != "trunk"], _STOP_EVERY_M, random, offset_m=(2.0, 3.0), both_sides=True
    )
    return pd.DataFrame({"class": "bus_stop", "hint": places["name"], "geometry": places["geometry"]})[
        _on_land(places, roads)
    ]


def _beside_kerbs(kerbs: list[Kerb], roads: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    places = along_kerbs(kerbs, 130.0, random, offset_m=(0.0, 0.1))
    places = places[_on_land(places, roads)].reset_index(drop=True)
    chosen = random.permutation(len(places))[: sum(_AT_KERBS.values())]
    klass = np.repeat(list(_AT_KERBS), list(_AT_KERBS.values()))
    away = np.array([_KERB_M[name] for name in klass])
    spot = places.iloc[chosen]
    xy = shapely.get_coordinates(spot["geometry"].to_numpy()) + away[:, None] * spot[["out_x", "out_y"]].to_numpy()
    return pd.DataFrame({"class": klass, "geometry": shapely.points(xy)})


def _on_land(places: pd.DataFrame, roads: pd.DataFrame) -> np.ndarray:
    """Whether a road of the finished map runs there, on the ground."""
    lines = roads["geometry"].to_numpy()[
        np.isin(roads["highway"], MAIN) & roads["bridge"].isna() & roads["tunnel"].isna()
    ]
    near = np.zeros(len(places), dtype=bool)
    near[shapely.STRtree(lines).query(places["geometry"].to_numpy(), predicate="dwithin", distance=16.0)[0]] = True
    return near


def _in_buildings(buildings: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """Venues in the middle of buildings of a fitting size."""
    polygons = buildings["geometry"].to_numpy()
    fitting = np.flatnonzero((shapely.area(polygons) > 330) & (shapely.area(polygons) < 900))
    chosen = random.permutation(fitting)[: sum(_AT_BUILDINGS.values())]
    klass = np.repeat(list(_AT_BUILDINGS), list(_AT_BUILDINGS.values()))
    return pd.DataFrame({"class": klass, "geometry": shapely.point_on_surface(polygons[chosen])})


def _fleets(buildings: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """Vehicles have no place: they stand at their depots."""
    polygons = buildings["geometry"].to_numpy()
    large = np.flatnonzero(shapely.area(polygons) > 1400)
    chosen = random.permutation(large)[: sum(_FLEETS.values())]
    return pd.DataFrame(
        {
            "class": np.repeat(list(_FLEETS), list(_FLEETS.values())),
            "geometry": shapely.point_on_surface(polygons[chosen]),
        }
    )


def _small_things(
    kerbs: list[Kerb], roads: pd.DataFrame, territory: Territory, random: np.random.Generator
) -> pd.DataFrame:
    """Litter bins and hydrants along main roads; some are missing where a district is poor."""
    parts = []
    for klass, every, offset in (("litter_bin", _BIN_EVERY_M, (2.0, 3.0)), ("hydrant", _HYDRANT_EVERY_M, (1.0, 1.8))):
        places = along_kerbs(kerbs, every, random, offset_m=offset)
        met = territory.standing_of(places["geometry"].to_numpy(), "met")
        there = _on_land(places, roads) & (random.uniform(size=len(places)) < 0.6 + 0.4 * met**0.2)
        parts.append(pd.DataFrame({"class": klass, "hint": places["name"], "geometry": places["geometry"]})[there])
    return pd.concat(parts, ignore_index=True)


def _named(venues: pd.DataFrame, random: np.random.Generator) -> list[str]:
    """A name for each venue, none twice."""
    names = VenueNames(random)
    return [names.of(klass, hint) for klass, hint in zip(venues["class"], venues["hint"], strict=True)]


def _units(classes: pd.Series, districts: np.ndarray) -> list[str]:
    book = gazetteer()
    units, answering, own = book["units"], book["answering"], book["districts"]
    return [
        units[answering[klass]] if klass in answering else own[district]["unit"]
        for klass, district in zip(classes, districts, strict=True)
    ]


def _recorded(
    venues: pd.DataFrame, territory: Territory, points: np.ndarray, random: np.random.Generator
) -> pd.DataFrame:
    """The recorded numbers of each class: met more often where a district is good, missing here and there."""
    klass = venues["class"].to_numpy(str)
    good = random.uniform(size=len(venues)) < territory.standing_of(points, "met")
    known = random.uniform(size=len(venues)) < territory.standing_of(points, "recorded")
    draw = random.uniform(size=(len(venues), 4))
    columns: dict[str, np.ndarray] = {}

    def record(column: str, where: np.ndarray, values: np.ndarray) -> None:
        column_values = columns.setdefault(column, np.full(len(venues), np.nan))
        column_values[where & known] = np.round(values, 1)[where & known]

    def share(
        classes: tuple[str, ...],
        total: np.ndarray,
        reach: tuple[float, float],
        short: float,
        whole: float,
        of: tuple[str, str],
    ) -> None:
        """``of[0]`` of ``of[1]``: within ``reach`` when good, ``whole`` of the good ones all, else up to ``short``."""
        where = np.isin(klass, classes)
        part = np.where(good, reach[0] + (reach[1] - reach[0]) * draw[:, 1], short * draw[:, 1])
        part = np.where(good & (draw[:, 2] < whole), 1.0, part)
        record(of[1], where, np.rint(total))
        record(of[0], where, np.where(part >= 1, np.rint(total), np.ceil(total * part)))

    slots = ("psa_total", "ads_total")
    share(("bus_stop",), 2 + 4 * draw[:, 0], (0.5, 0.95), 0.5, 0.72, slots)
    share(("traffic_police_facility",), 4 + 6 * draw[:, 0], (0.6, 0.95), 0.5, 0.8, slots)
    share(("cycle_canopy", "other_carrier"), 5 + 12 * draw[:, 0], (0.25, 0.9), 0.16, 0.6, slots)
    share(("bike_station",), 4 + 8 * draw[:, 0], (0.55, 0.9), 0.4, 0.65, slots)
    share(("culture_sport",), 10 + 25 * draw[:, 0], (0.3, 0.8), 0.16, 0.1, slots)
    share(("hospital",), 12 + 30 * draw[:, 0], (0.34, 0.7), 0.28, 0.0, slots)
    share(("hoarding",), 400 + 1600 * draw[:, 0], (0.34, 0.85), 0.28, 0.0, ("psa_area_m2", "wall_area_m2"))
    share(
        ("school", "primary_school", "middle_school"),
        18 + 30 * draw[:, 0],
        (0.8, 0.97),
        0.8,
        0.93,
        ("classrooms_values", "classrooms_total"),
    )
    share(("bus_body",), 30 + 20 * draw[:, 0], (0.32, 0.7), 0.27, 0.1, ("handles_psa", "handles_total"))
    record("blank_m", klass == "hoarding", np.where(good & (draw[:, 3] < 0.8), 0, np.rint(5 + 60 * draw[:, 0])))
    record("forms", klass == "government_hall", np.where(good, 2 + np.floor(3 * draw[:, 0]), 1))
    record("slogans", klass == "bus_body", np.where(good, 1, 0))
    record("bus_psa", klass == "vehicle", np.where(good, 2 + np.floor(2 * draw[:, 0]), 1))
    record("bus_core_values", klass == "vehicle", np.where(good, 1, 0))
    record("tv_psa_per_5_stops", klass == "vehicle", np.where(draw[:, 0] < 0.8, 2 + np.floor(3 * draw[:, 1]), 1))
    record("taxi_psa", klass == "vehicle", np.where(draw[:, 2] < 0.85, 1, 0))
    record("office_area_m2", klass == "community", np.where(good, 300 + 500 * draw[:, 0], 120 + 160 * draw[:, 0]))
    swept = np.rint(20_000 + 60_000 * draw[:, 0])
    record("swept_area_m2", klass == "cleaning_area", swept)
    record(
        "sweepers",
        klass == "cleaning_area",
        np.where(good, np.ceil(swept / 6000) + np.floor(2 * draw[:, 1]), np.floor(swept / 7500)),
    )
    record(
        "stars",
        np.isin(klass, ["school", "primary_school", "middle_school"]),
        np.where(draw[:, 3] < 0.84, 10 + np.floor(3 * draw[:, 1]), 6 + np.floor(4 * draw[:, 1])),
    )
    return venues.drop(columns="hint").assign(**columns)
