"""The sites of the demo city: public-service ads along streets, at stops, around squares, in parks, at every venue."""

import numpy as np
import pandas as pd
import shapely

from data.demo.kerbs import HALF_WIDTH_M, Kerb, beside
from data.demo.names import gazetteer, road_units
from data.demo.placing import at_gates, at_venues
from data.demo.standing import STANDINGS, Territory
from data.demo.streets import MAIN
from data.vocabulary import vocabulary

COLUMNS = (
    "id",
    "name",
    "carrier",
    "themes",
    "panels",
    "width_m",
    "height_m",
    "facing_deg",
    "psa_per_10_min",
    "condition",
    "inspected_on",
    "unit",
)
_SIZES = {
    "lamp_post_flag": (0.6, 1.8),
    "shelter": (1.8, 1.2),
    "hoarding": (4.0, 2.0),
    "screen": (3.0, 2.0),
    "notice_board": (2.4, 1.2),
    "landscape": (2.5, 2.0),
    "wall_poster": (3.0, 1.5),
    "billboard": (6.0, 3.0),
    "poster_box": (1.2, 1.8),
    "column": (1.0, 2.4),
    "sign": (0.6, 0.9),
    "book_rack": (1.5, 1.2),
    "banner": (6.0, 0.8),
    "roll_up": (0.8, 2.0),
    "small_insert": (0.3, 0.4),
}
_STREET_FORMS = {
    "lamp_post_flag": 0.66,
    "poster_box": 0.12,
    "wall_poster": 0.08,
    "billboard": 0.05,
    "notice_board": 0.05,
    "screen": 0.02,
    "column": 0.02,
}
_STREET_THEMES = {
    "civility": 0.32,
    "civility,core_values": 0.24,
    "civility,our_values": 0.16,
    "civility,chinese_dream": 0.10,
    "civility,minors": 0.08,
    "civility,health": 0.05,
    "civility,integrity": 0.05,
}
_OTHER_THEMES = ("core_values", "health", "integrity", "civil_traffic", "chinese_dream", "thrift")
_THIN_STEP_M = 100.0
_THIN_LENGTH_M = (500.0, 1100.0)
_THIN_SPACING_M = 230.0
_BAD = ("faded", "dirty", "broken", "displaced", "wrong_content")
_DAY_ZERO, _DAYS = np.datetime64("2026-07-01"), 136  # 1 July to 14 November


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
    placed = pd.DataFrame(
        [*at_venues(venues, buildings, territory, random), *at_gates(venues, gates, territory, random)]
    )
    placed["geometry"] = shapely.points(placed[["x", "y"]].to_numpy())
    placed["unit"] = venues["unit"].to_numpy()[placed["venue"]]
    placed["place"] = venues["name"].to_numpy()[placed["venue"]]
    sites = pd.concat([street, signs, placed], ignore_index=True)
    sites = sites[_outside(sites, buildings)].reset_index(drop=True)
    return _described(sites, territory, random)


def _along_streets(
    kerbs: list[Kerb], roads: pd.DataFrame, territory: Territory, random: np.random.Generator
) -> pd.DataFrame:
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
    sites = sites[
        np.isin(
            np.arange(len(sites)),
            shapely.STRtree(lines).query(sites["geometry"].to_numpy(), predicate="dwithin", distance=20.0)[0],
        )
    ]
    sites = sites.reset_index(drop=True)
    forms = random.choice(list(_STREET_FORMS), len(sites), p=list(_STREET_FORMS.values()))
    themes = random.choice(list(_STREET_THEMES), len(sites), p=list(_STREET_THEMES.values()))
    other = random.choice(_OTHER_THEMES, len(sites))
    standing = territory.standing_of(sites["geometry"].to_numpy(), "met")
    draw = random.uniform(size=(len(sites), 3))
    forms = np.where(draw[:, 0] > 0.985, np.where(draw[:, 1] < 0.7, "banner", "roll_up"), forms)
    sites["carrier"] = forms
    sites["themes"] = np.where(draw[:, 2] < 0.94 + 0.05 * standing, themes, other)
    sites["facing_deg"] = np.where(
        np.isin(forms, ["wall_poster", "billboard", "notice_board", "screen"]), sites["facing"].round(), np.nan
    )
    district = territory.district_of(sites["geometry"].to_numpy())
    sites["unit"] = road_units(district, sites["place"].to_numpy())
    return sites.drop(columns="facing")


def _thin(count: int, share: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Which steps of a street lie in a stretch left behind; such stretches are ``share`` of it on the average."""
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


def _outside(sites: pd.DataFrame, buildings: pd.DataFrame) -> np.ndarray:
    """Sites that do not stand in a building."""
    inside = shapely.STRtree(buildings["geometry"].to_numpy()).query(sites["geometry"].to_numpy(), predicate="within")[
        0
    ]
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
    condition = np.where(draw[:, 2] < intact, "good", random.choice(_BAD, count, p=[0.4, 0.25, 0.2, 0.1, 0.05])).astype(
        object
    )
    condition[(condition == "good") & (draw[:, 3] < 0.05)] = None
    age = np.floor(draw[:, 4] ** 2 * _DAYS * np.where(district == "东澜新区", 1.0, 0.7)).astype(int)
    days = np.datetime_as_string(_DAY_ZERO + (_DAYS - age)).astype(object)
    days[draw[:, 5] < 0.02] = None
    label = vocabulary().carriers.label
    order = sites.groupby(["place", "carrier"]).cumcount() + 1
    names = [
        f"{place}{label(carrier)}{k:02d}"
        for place, carrier, k in zip(sites["place"], sites["carrier"], order, strict=True)
    ]
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
