"""The sites of the demo city: public-service ads along streets, at stops, around squares, in parks, at every venue."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from data.demo.names import gazetteer, road_units
from data.demo.standing import STANDINGS, Territory
from data.demo.streets import HALF_WIDTH_M, MAIN, Kerb, beside
from data.vocabulary import vocabulary

COLUMNS = ("id", "name", "carrier", "themes", "panels", "width_m", "height_m", "facing_deg", "psa_per_10_min", "condition", "inspected_on", "unit")
_SIZES = {
    "lamp_post_flag": (0.6, 1.8), "shelter": (1.8, 1.2), "hoarding": (4.0, 2.0), "screen": (3.0, 2.0), "notice_board": (2.4, 1.2),
    "landscape": (2.5, 2.0), "wall_poster": (3.0, 1.5), "billboard": (6.0, 3.0), "poster_box": (1.2, 1.8), "column": (1.0, 2.4),
    "sign": (0.6, 0.9), "book_rack": (1.5, 1.2), "banner": (6.0, 0.8), "roll_up": (0.8, 2.0), "small_insert": (0.3, 0.4),
}  # fmt: skip
_STREET_FORMS = {"lamp_post_flag": 0.66, "poster_box": 0.12, "wall_poster": 0.08, "billboard": 0.05, "notice_board": 0.05, "screen": 0.02, "column": 0.02}
_STREET_THEMES = {
    "civility": 0.32, "civility,core_values": 0.24, "civility,our_values": 0.16, "civility,chinese_dream": 0.10, "civility,minors": 0.08,
    "civility,health": 0.05, "civility,integrity": 0.05,
}  # fmt: skip
_OTHER_THEMES = ("core_values", "health", "integrity", "civil_traffic", "chinese_dream", "thrift")
_THIN_STEP_M = 100.0
_THIN_LENGTH_M = (500.0, 1100.0)
_THIN_SPACING_M = 230.0
_BAD = ("faded", "dirty", "broken", "displaced", "wrong_content")
_DAY_ZERO, _DAYS = np.datetime64("2026-07-01"), 136  # 1 July to 14 November


@dataclass(frozen=True)
class _Put:
    """One site of a venue before it has a number: where, what, with which themes, and the way it faces."""

    x: float
    y: float
    carrier: str
    themes: str
    venue: int
    facing_deg: float = np.nan
    plays: float = np.nan


def put_up(
    kerbs: list[Kerb],
    roads: pd.DataFrame,
    buildings: pd.DataFrame,
    venues: pd.DataFrame,
    gates: pd.DataFrame,
    territory: Territory,
    random: np.random.Generator,
) -> pd.DataFrame:
    """
    All sites.

    Returns
    -------
    pandas.DataFrame
        ``COLUMNS`` and ``geometry`` in metres of the plan.
    """
    street = _along_streets(kerbs, roads, territory, random)
    signs = _at_junctions(roads, territory, random)
    at_venues = pd.DataFrame([*_at_venues(venues, buildings, territory, random), *_at_gates(venues, gates, territory, random)])
    at_venues["geometry"] = shapely.points(at_venues[["x", "y"]].to_numpy())
    at_venues["unit"] = venues["unit"].to_numpy()[at_venues["venue"]]
    at_venues["place"] = venues["name"].to_numpy()[at_venues["venue"]]
    sites = pd.concat([street, signs, at_venues], ignore_index=True)
    sites = sites[_outside(sites, buildings)].reset_index(drop=True)
    return _described(sites, territory, random)


def _along_streets(kerbs: list[Kerb], roads: pd.DataFrame, territory: Territory, random: np.random.Generator) -> pd.DataFrame:
    """Sites on the kerbs of main roads: even where all is well, few on the stretches that were left behind."""
    parts = []
    for kerb in kerbs:
        length = float(np.hypot(*np.diff(kerb.right, axis=0).T).sum())
        steps = np.arange(0, length + _THIN_STEP_M, _THIN_STEP_M)
        middle, _ = beside(kerb, np.clip(steps / length, 0, 1), np.ones(len(steps)), np.zeros(len(steps)))
        points = shapely.points(middle)
        spacing = territory.standing_of(points, "spacing_m")
        spacing = np.where(_thin(len(steps), territory.standing_of(points, "thin"), random), _THIN_SPACING_M, spacing)
        turns = np.concatenate([[0], np.cumsum(_THIN_STEP_M / spacing)[:-1]]) + random.uniform(0, 0.5)
        number = np.arange(int(np.ceil(turns[0])), int(turns[-1]) + 1)
        at = np.interp(number + random.uniform(-0.1, 0.1, len(number)), turns, steps)
        at = at[at < length]
        side = np.where((np.arange(len(at)) + int(random.integers(2))) % 2 == 0, 1, -1)
        away = HALF_WIDTH_M[kerb.highway] + random.uniform(1.2, 6.5, len(at))
        xy, out = beside(kerb, at / length, side, away)
        facing = np.degrees(np.arctan2(-out[:, 0], -out[:, 1])) % 360
        parts.append(pd.DataFrame({"place": kerb.name, "geometry": shapely.points(xy), "facing": facing}))
    sites = pd.concat(parts, ignore_index=True)
    lines = roads["geometry"].to_numpy()[np.isin(roads["highway"], MAIN) & roads["tunnel"].isna()]
    sites = sites[np.isin(np.arange(len(sites)), shapely.STRtree(lines).query(sites["geometry"].to_numpy(), predicate="dwithin", distance=20.0)[0])]
    sites = sites.reset_index(drop=True)
    forms = random.choice(list(_STREET_FORMS), len(sites), p=list(_STREET_FORMS.values()))
    themes = random.choice(list(_STREET_THEMES), len(sites), p=list(_STREET_THEMES.values()))
    other = random.choice(_OTHER_THEMES, len(sites))
    standing = territory.standing_of(sites["geometry"].to_numpy(), "met")
    draw = random.uniform(size=(len(sites), 3))
    forms = np.where(draw[:, 0] > 0.985, np.where(draw[:, 1] < 0.7, "banner", "roll_up"), forms)
    sites["carrier"] = forms
    sites["themes"] = np.where(draw[:, 2] < 0.94 + 0.05 * standing, themes, other)
    sites["facing_deg"] = np.where(np.isin(forms, ["wall_poster", "billboard", "notice_board", "screen"]), sites["facing"].round(), np.nan)
    district = territory.district_of(sites["geometry"].to_numpy())
    sites["unit"] = road_units(district, sites["place"].to_numpy())
    return sites.drop(columns="facing")


def _thin(count: int, share: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Which steps of a street lie in a stretch left behind: stretches begin at random, more often where ``share`` is great."""
    mean = sum(_THIN_LENGTH_M) / 2 / _THIN_STEP_M
    thin = np.zeros(count, dtype=bool)
    for step in np.flatnonzero(random.uniform(size=count) < share / mean):
        thin[step : step + int(random.uniform(*_THIN_LENGTH_M) / _THIN_STEP_M)] = True
    return thin


def _at_junctions(roads: pd.DataFrame, territory: Territory, random: np.random.Generator) -> pd.DataFrame:
    """Signs at the corners where main roads cross, at most of them."""
    main = roads[np.isin(roads["highway"], MAIN) & roads["name"].notna() & roads["tunnel"].isna()]
    lines = main["geometry"].to_numpy()
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(lines, at)) for at in (0, -1)])
    key, node = np.unique(np.rint(ends * 100).astype(np.int64), axis=0, return_inverse=True)
    pairs = pd.DataFrame({"node": node.ravel(), "name": np.tile(main["name"].to_numpy(), 2)}).drop_duplicates()
    crossing = key[pairs.groupby("node")["name"].size().to_numpy() > 1] / 100
    cell = np.rint(crossing / 70).astype(int)
    _, first = np.unique(cell, axis=0, return_index=True)
    middle = crossing[np.sort(first)]
    points = shapely.points(middle)
    there = random.uniform(size=len(middle)) < 0.1 + 0.9 * territory.standing_of(points, "met")
    angle = random.uniform(0, 2 * np.pi, len(middle))
    away = random.uniform(17, 24, len(middle))
    xy = middle + away[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    themes = random.choice(["civil_traffic", "virtue", "civil_traffic,virtue"], len(middle))
    signs = pd.DataFrame({"place": "路口", "carrier": "sign", "themes": themes, "geometry": shapely.points(xy)})
    signs["unit"] = gazetteer()["units"]["traffic_police"]
    return signs[there]


def _at_venues(venues: pd.DataFrame, buildings: pd.DataFrame, territory: Territory, random: np.random.Generator) -> Iterable[_Put]:
    """What hangs and stands at the venues, class by class."""
    shapes = venues["geometry"].to_numpy()
    middles = shapely.get_coordinates(shapely.point_on_surface(shapes))
    met = random.uniform(size=len(venues)) < territory.standing_of(shapely.points(middles), "met")
    walls = buildings["geometry"].to_numpy()
    tree = shapely.STRtree(walls)
    makers = {"bus_stop": _stop, "square": _square, "park": _park, "scenic_area": _scenic, "hoarding": _hoarding, "other_carrier": _news_stand}
    for number, klass in enumerate(venues["class"]):
        if klass in makers:
            yield from makers[klass](number, shapes[number], met[number], random)
        elif klass in _INDOORS:
            if shapely.get_type_id(shapes[number]) == 0:
                house = walls[tree.nearest(shapely.points(middles[number]))]
                yield from _on_walls(number, house, middles[number], _INDOORS[klass], met[number], 0.4)
            else:
                yield from _on_walls(number, shapes[number], middles[number], _INDOORS[klass], met[number], -4.0)


# Class -> sites on the outer wall as (carrier, themes); the last one is missing where things are not well.
_INDOORS = {
    "transport_hub": (("screen", "civility,core_values"), ("notice_board", "industry_code"), ("poster_box", "civil_travel")),
    "internet_cafe": (("wall_poster", "civility,our_values"), ("sign", "no_minors")),
    "culture_sport": (("notice_board", "core_values,minors"),),
    "service_window": (("notice_board", "civility,industry_code"), ("wall_poster", "our_values,no_smoking")),
    "government_hall": (("screen", "integrity,civility"), ("notice_board", "integrity")),
    "hospital": (("notice_board", "health,civility"), ("sign", "no_smoking")),
    "school": (("wall_poster", "core_values,minors"), ("notice_board", "thrift")),
    "primary_school": (("wall_poster", "core_values,minors"), ("notice_board", "thrift")),
    "middle_school": (("wall_poster", "core_values,chinese_dream"), ("notice_board", "thrift")),
    "village_committee": (("notice_board", "role_model"), ("notice_board", "good_deeds")),
    "institution": (("notice_board", "role_model"), ("notice_board", "good_deeds")),
}


def _on_walls(number: int, house: shapely.Geometry, middle: np.ndarray, wanted: tuple, met: bool, off_m: float) -> Iterable[_Put]:
    """Sites ``off_m`` before the wall that is nearest to the venue's middle, facing away from it."""
    ring = shapely.get_exterior_ring(house)
    start = shapely.line_locate_point(ring, shapely.points(middle))
    for k, (carrier, themes) in enumerate(wanted if met else wanted[:-1]):
        here, out = _on_ring(ring, start + 4.0 * k)
        yield _Put(*(here + off_m * out), carrier, themes, number, _bearing(out))


def _on_ring(ring: shapely.Geometry, at_m: float) -> tuple[np.ndarray, np.ndarray]:
    """A point of an outline and the unit vector that points outwards there."""
    here, ahead = (shapely.get_coordinates(shapely.line_interpolate_point(ring, (at_m + step) % shapely.length(ring)))[0] for step in (0, 0.2))
    step = (ahead - here) / max(np.hypot(*(ahead - here)), 1e-9)
    return here, np.array([step[1], -step[0]]) * (1 if shapely.is_ccw(ring) else -1)


def _bearing(direction: np.ndarray) -> float:
    """Whole degrees clockwise from north."""
    return float(round(np.degrees(np.arctan2(*direction))) % 360)


def _news_stand(number: int, place: shapely.Geometry, met: bool, random: np.random.Generator) -> Iterable[_Put]:
    x, y = shapely.get_coordinates(place)[0]
    yield _Put(x + random.uniform(-2, 2), y + random.uniform(-2, 2), "book_rack", "core_values,civility" if met else "health", number)


def _stop(number: int, place: shapely.Geometry, met: bool, random: np.random.Generator) -> Iterable[_Put]:
    x, y = shapely.get_coordinates(place)[0]
    themes = ["civility,core_values", "civility,our_values", "civil_travel,civility"] if met else ["civility"]
    for k in range(2 + int(random.uniform() < 0.25) if met else 1):
        yield _Put(x + 3.5 * k + random.uniform(-1, 1), y + random.uniform(-1, 1), "shelter", themes[k], number)
    if random.uniform() < 0.16:
        yield _Put(x - 3, y, "screen", "civility", number, plays=float(random.integers(2, 6) if met else random.integers(0, 3)))


def _square(number: int, place: shapely.Geometry, met: bool, random: np.random.Generator) -> Iterable[_Put]:
    """A ring of boards that face the middle, some with their backs to it, some behind the first row of houses."""
    ring = shapely.get_exterior_ring(place)
    middle = shapely.get_coordinates(shapely.centroid(place))[0]
    count = int(random.integers(12, 16)) if met else int(random.integers(9, 12))
    share = (np.arange(count) + random.uniform(0.2, 0.8, count)) / count
    edge = shapely.get_coordinates(shapely.line_interpolate_point(ring, share, normalized=True))
    carriers = random.choice(["notice_board", "poster_box", "billboard", "lamp_post_flag", "screen"], count, p=[0.38, 0.24, 0.16, 0.14, 0.08])
    themes = random.choice(["civility,our_values", "chinese_dream,civility", "minors,our_values", "civility", "our_values"], count)
    for k in range(count):
        inwards = (middle - edge[k]) / np.hypot(*(middle - edge[k]))
        behind = k % (9 if met else 4) == 1
        xy = edge[k] + inwards * (-31.0 if behind else random.uniform(-2.0, 5.0))
        away = k % (5 if not met else 11) == 3
        facing = np.degrees(np.arctan2(*inwards)) + random.uniform(-25, 25) + (180 if away else 0)
        yield _Put(*xy, str(carriers[k]), str(themes[k]), number, float(round(facing) % 360), 4.0 if carriers[k] == "screen" else np.nan)
    if met:
        yield _Put(*(middle + [6, 4]), "notice_board", "role_model", number)
    yield _Put(*(middle + [-9, 5]), "landscape", "civility", number)


def _park(number: int, place: shapely.Geometry, met: bool, random: np.random.Generator) -> Iterable[_Put]:
    """Boards along the paths, landscape pieces on the lawns."""
    inner = shapely.buffer(place, -6.0)
    inner = inner if not shapely.is_empty(inner) else place
    ring = shapely.get_exterior_ring(max(shapely.get_parts(inner), key=shapely.area))
    count = int(random.integers(11, 15)) if met else int(random.integers(5, 11))
    share = (np.arange(count) + random.uniform(0.1, 0.9, count)) / count
    xy = shapely.get_coordinates(shapely.line_interpolate_point(ring, share, normalized=True))
    carriers = ["notice_board", "notice_board", *random.choice(["notice_board", "landscape", "sign", "wall_poster", "column"], count - 2)]
    themes = ["civility,civil_travel" if met else "civility", *random.choice(["civility", "our_values,minors", "chinese_dream", "civility,our_values", "civil_travel"], count - 1)]
    for k in range(count):
        yield _Put(*xy[k], str(carriers[k]), str(themes[k]), number)


def _scenic(number: int, place: shapely.Geometry, met: bool, random: np.random.Generator) -> Iterable[_Put]:
    middle = shapely.get_coordinates(shapely.point_on_surface(place))[0]
    for k, theme in enumerate(("civility", "virtue", "civil_travel") if met else ("civility",)):
        yield _Put(*(middle + [15.0 * k, 6.0 * k]), "landscape" if k == 0 else "sign", theme, number)


def _hoarding(number: int, place: shapely.Geometry, met: bool, random: np.random.Generator) -> Iterable[_Put]:
    """Panels on the fence, facing outwards."""
    ring = shapely.get_exterior_ring(place)
    count = int(random.integers(3, 6)) if met else 2
    themes = ["civility,our_values", "local_made,civility", "chinese_dream", "minors", "civility"] if met else ["health", "civility"]
    for k in range(count):
        here, out = _on_ring(ring, (k + 0.5) / count * shapely.length(ring))
        yield _Put(*(here + 0.3 * out), "hoarding", themes[k], number, _bearing(out))


def _at_gates(venues: pd.DataFrame, gates: pd.DataFrame, territory: Territory, random: np.random.Generator) -> Iterable[_Put]:
    """A landscape piece beside the way in from each gate: soon after the gate, or too far in."""
    numbers = np.flatnonzero(venues["class"] == "gate")
    met = random.uniform(size=len(numbers)) < territory.standing_of(gates["geometry"].to_numpy(), "met")
    for number, way, soon in zip(numbers, gates["inwards"], met, strict=True):
        x, y = shapely.get_coordinates(shapely.line_interpolate_point(way, random.uniform(15, 60) if soon else 330.0))[0]
        yield _Put(x + 2.5, y + 2.0, "landscape" if soon else "sign", "civility,civil_travel", int(number))


def _outside(sites: pd.DataFrame, buildings: pd.DataFrame) -> np.ndarray:
    """Sites that do not stand in a building."""
    inside = shapely.STRtree(buildings["geometry"].to_numpy()).query(sites["geometry"].to_numpy(), predicate="within")[0]
    outside = np.ones(len(sites), dtype=bool)
    outside[inside] = False
    return outside


def _described(sites: pd.DataFrame, territory: Territory, random: np.random.Generator) -> pd.DataFrame:
    """Numbers, names, sizes, conditions and days; a size or a day is missing here and there."""
    count = len(sites)
    points = sites["geometry"].to_numpy()
    district = territory.district_of(points)
    draw = random.uniform(size=(count, 6))
    size = np.array([_SIZES[carrier] for carrier in sites["carrier"]])
    size = np.round(size * np.where(draw[:, :1] < 0.25, 1.25, 1.0), 2)
    size[draw[:, 1] < 0.06] = np.nan
    intact = np.array([STANDINGS[name].intact for name in district])
    condition = np.where(draw[:, 2] < intact, "good", random.choice(_BAD, count, p=[0.4, 0.25, 0.2, 0.1, 0.05])).astype(object)
    condition[(condition == "good") & (draw[:, 3] < 0.05)] = None
    age = np.floor(draw[:, 4] ** 2 * _DAYS * np.where(district == "东澜新区", 1.0, 0.7)).astype(int)
    days = np.datetime_as_string(_DAY_ZERO + (_DAYS - age)).astype(object)
    days[draw[:, 5] < 0.02] = None
    label = vocabulary().carriers.label
    order = sites.groupby(["place", "carrier"]).cumcount() + 1
    names = [f"{place}{label(carrier)}{k:02d}" for place, carrier, k in zip(sites["place"], sites["carrier"], order, strict=True)]
    carrier = sites["carrier"].to_numpy(str)
    return pd.DataFrame(
        {
            "id": [f"S{number:05d}" for number in range(1, count + 1)],
            "name": names,
            "carrier": carrier.astype(object),
            "themes": sites["themes"].to_numpy(object),
            "panels": np.where(np.isin(carrier, ["lamp_post_flag", "poster_box"]) & (draw[:, 3] > 0.4), 2.0, 1.0),
            "width_m": size[:, 0],
            "height_m": size[:, 1],
            "facing_deg": sites["facing_deg"].to_numpy(float),
            "psa_per_10_min": np.where(carrier == "screen", sites["plays"].fillna(4.0), np.nan),
            "condition": condition,
            "inspected_on": days,
            "unit": sites["unit"].to_numpy(object),
            "geometry": points,
        }
    )
