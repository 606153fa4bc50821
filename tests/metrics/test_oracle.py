"""``along``, ``visible`` and ``within`` against brute force, on drawn cities and on real extracts."""

import dataclasses
import math
from functools import cache
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data.city import City
from data.importing import ImportRequest, import_city
from geo.streets import MAIN_CLASSES, Segments, build_streets
from metrics.assessment import Assessment
from tests import cities
from tests.metrics import oracle
from tests.metrics.judging import along_rule, judge, visible_rule, within_rule

NAN = float("nan")


# --- drawn cities


ROAD = st.tuples(st.integers(40, 1500), st.lists(st.integers(-40, 1600), max_size=14))


@settings(max_examples=5)
@given(
    roads=st.lists(ROAD, min_size=1, max_size=30),
    window=st.sampled_from([100, 250, 500]),
    need=st.integers(1, 4),
)
def test_walks_along_single_roads(roads: list[tuple[int, list[int]]], window: int, need: int):
    """Whole metres, so that sites often stand exactly where a window ends; the roads are 200 m from each other."""
    city = cities.city(
        roads=[cities.road(f"{k}号路", (0, 200 * k), (length, 200 * k)) for k, (length, _) in enumerate(roads)],
        sites=[
            cities.site("away", -9999, -9999),
            *(
                site
                for k, (_, at) in enumerate(roads)
                for site in cities.sites_along(*at, y=200 * k + 5, prefix=f"s{k}.")
            ),
        ],
    )
    assessment = judge(city, along_rule(window, need))
    for k, (length, at) in enumerate(roads):
        near = [min(max(x, 0), length) * 1000 for x in at if math.hypot(max(-x, x - length, 0), 5) <= 30]
        wanted = oracle.walks(near, length_mm=length * 1000, window_mm=window * 1000, need=need)
        _same_walks(assessment, f"{k}号路", wanted)


@settings(max_examples=6)
@given(seed=st.integers(0, 10**9), attach=st.sampled_from(["all", "nearest"]), panels=st.booleans())
def test_walks_along_crossing_roads(seed: int, attach: str, panels: bool):
    """Bent roads that cross: a site counts for every road it is near, or for the nearest."""
    random = np.random.default_rng(seed)
    lines = [
        [(x, float(random.uniform(-200, 200)) + 100 * k) for x in np.linspace(0, random.uniform(300, 1200), 4)]
        for k in range(5)
    ]
    x, y, panel = random.uniform(0, 1100, 60), random.uniform(-150, 600, 60), random.integers(1, 4, 60)
    city = cities.city(
        roads=[cities.road(f"{k}号路", *points) for k, points in enumerate(lines)],
        sites=[cities.site(f"s{i}", x[i], y[i], panels=int(panel[i])) for i in range(60)],
    )
    rule = along_rule(250, 2, attach=attach, reach_m=40, count="panels" if panels else "sites")
    assessment = judge(city, rule)
    found = [[_on_line(x[i], y[i], line) for line in lines] for i in range(60)]
    for k, line in enumerate(lines):
        near = [
            i
            for i, places in enumerate(found)
            if places[k][0] <= 40 and (attach == "all" or places[k][0] == min(place[0] for place in places))
        ]
        wanted = oracle.walks(
            [round(found[i][k][1]) for i in near],
            length_mm=round(shapely.LineString(line).length * 1000),
            window_mm=250_000,
            need=2,
            counts=[panel[i] if panels else 1 for i in near],
        )
        _same_walks(assessment, f"{k}号路", wanted)


_A_LITTLE_ASIDE = [(0.15, 0.0), (-0.15, 0.0), (0.0, 0.15), (0.0, -0.15)]


def _seen_from(place: shapely.Point, sites: list, houses: list) -> set[str]:
    """The sites one sees from a place, by the oracle."""
    keys = ("width_m", "height_m", "facing_deg")
    return {
        row["id"]
        for row, point in sites
        if oracle.can_be_seen(place, point, **{key: row[key] for key in keys}, buildings=houses)
    }


@settings(max_examples=5)
@given(seed=st.integers(0, 10**9))
def test_views_of_squares(seed: int):
    """Sites of any size and facing among houses; the centroid of a square may lie outside it."""
    random = np.random.default_rng(seed)
    squares = [_square(1000.0 * k, random.uniform(15, 190)) for k in range(8)]
    centres = [oracle.centre_of(square) for square in squares]
    houses, sites = [], []
    for centre in centres:
        corners, sizes = random.uniform(-90, 90, (14, 2)), random.uniform(4, 30, (14, 2))
        around = [
            shapely.box(centre.x + x, centre.y + y, centre.x + x + w, centre.y + y + h)
            for (x, y), (w, h) in zip(corners, sizes, strict=True)
        ]
        houses += [house for house in around if house.distance(centre) > 0.01]
        sites += [_any_site(random, f"s{len(sites) + i}", centre) for i in range(25)]
    city = cities.city(
        venues=[cities.venue(f"q{k}", "square", square) for k, square in enumerate(squares)],
        buildings=[({"height_m": 9.0}, house) for house in houses],
        sites=sites,
    )
    assessment = judge(city, visible_rule(5))
    counted = assessment.traces[assessment.traces["counted"] == 1].groupby("subject")["site"].agg(set)
    verdicts = assessment.verdicts.set_index("subject")
    for k, centre in enumerate(centres):
        # The centre of a largest circle is found to 0.1 m: what depends on so little is not compared.
        nearby = [shapely.Point(centre.x + dx, centre.y + dy) for dx, dy in _A_LITTLE_ASIDE]
        views = [_seen_from(place, sites, houses) for place in (centre, *nearby)]
        sure, open_ = set.intersection(*views), set.union(*views) - set.intersection(*views)
        assert counted.get(f"q{k}", set()) - open_ == sure
        if open_:
            continue
        seen = views[0]
        verdict = verdicts.loc[f"q{k}"]
        assert (verdict["value"], verdict["status"]) == (len(seen), "pass" if len(seen) >= 5 else "fail")
        assert verdict["missing"] == max(0, 5 - len(seen))


def _square(west: float, arm: float) -> shapely.Polygon:
    """A court of 40 × 40 m with an arm in the shape of an L; when it is long, the centroid is outside."""
    corners = [(0, 0), (40 + arm, 0), (40 + arm, arm), (30 + arm, arm), (30 + arm, 10), (40, 10), (40, 40), (0, 40)]
    return shapely.Polygon([(west + x, y) for x, y in corners])


def _any_site(random: np.random.Generator, id: str, centre: shapely.Point) -> tuple[dict, shapely.Point]:
    x, y = random.uniform(-120, 120, 2)
    return cities.site(
        id,
        centre.x + x,
        centre.y + y,
        width_m=random.choice([NAN, 0.6, 2.0, 4.0]),
        height_m=random.choice([NAN, 0.9, 3.0]),
        facing_deg=random.choice([NAN, *range(0, 360, 45)]),
    )


@settings(max_examples=5)
@given(seed=st.integers(0, 10**9), margin=st.sampled_from([0, 12]), panels=st.booleans())
def test_sites_within_places(seed: int, margin: int, panels: bool):
    """Points, lines and polygons with holes; whole metres, so that sites stand on edges and exactly at reach."""
    random = np.random.default_rng(seed)
    hole = shapely.box(40, 40, 60, 60)
    places = {
        "ring": shapely.box(0, 0, 100, 100) - hole,
        "stop": shapely.Point(150, 50),
        "line": shapely.LineString([(0, 150), (80, 150), (100, 120)]),
    }
    points = random.integers(-40, 200, (150, 2))
    points[:4] = [(180, 50), (150, 80), (30, 180), (50, 60)]
    panel = random.integers(1, 4, 150)
    city = cities.city(
        venues=[cities.venue(id, "park", shape) for id, shape in places.items()],
        sites=[cities.site(f"s{i}", int(x), int(y), panels=int(panel[i])) for i, (x, y) in enumerate(points)],
    )
    rule = within_rule(20, reach_m=30, margin_m=margin, count="panels" if panels else "sites")
    assessment = judge(city, rule)
    for id, shape in places.items():
        inside = [
            i
            for i, (x, y) in enumerate(points)
            if oracle.is_there(shape, shapely.Point(x, y), reach_m=30, margin_m=margin)
        ]
        total = sum(panel[i] if panels else 1 for i in inside)
        verdict = assessment.verdicts.set_index("subject").loc[id]
        assert verdict["value"] == total
        assert verdict["status"] == ("pass" if total >= 20 else "fail")
        mine = assessment.traces[(assessment.traces["subject"] == id) & (assessment.traces["counted"] == 1)]
        assert set(mine["site"]) == {f"s{i}" for i in inside}


# --- real extracts


@cache
def _extract(file: Path) -> City:
    return import_city(ImportRequest(osm=file)).city


@pytest.mark.parametrize("extract", ["helsinki_centre", "monaco"])
def test_walks_on_a_real_extract(real_data: Path, extract: str):
    """Every street of the extract; its own sites have no themes, so they may count, and ours do or do not."""
    city = _with_sites(_extract(_pbf(real_data, extract)), seed=7)
    assessment = judge(city, along_rule(500, 3, themes=["civility"], where={"highway": list(MAIN_CLASSES)}))
    streets = build_streets(city.roads)
    sites = city.sites[city.sites["carrier"] != "banner"]
    sure, maybe = (sites[known] for known in (sites["themes"] == "civility", sites["themes"].isna()))
    statuses = set()
    for row, street in enumerate(streets.table.itertuples()):
        pieces = _pieces(streets.segments, row)
        known, perhaps = _near(sure, pieces), _near(maybe, pieces)
        walks = {"length_mm": int(street.length_mm), "window_mm": 500_000, "need": 3}
        least, most = oracle.walks(known, **walks), oracle.walks([*known, *perhaps], **walks)
        if least.status == most.status:
            statuses.add(least.status)
            _same_walks(assessment, street.street, most, by="subject", least=least)
        else:
            statuses.add("unknown")
            assert assessment.verdicts.set_index("subject").loc[street.street, "status"] == "unknown"
            assert street.street not in set(assessment.gaps["subject"])
    assert {"pass", "fail"} <= statuses


def _pieces(segments: Segments, street: int) -> list[tuple[float, ...]]:
    """The segments of a street: ends in metres, positions in millimetres."""
    mine = segments.street == street
    ends = [getattr(segments, name)[mine] / 1000 for name in ("x0", "y0", "x1", "y1")]
    return list(zip(*ends, segments.m0[mine].astype(float), segments.m1[mine].astype(float), strict=True))


def _near(sites: gpd.GeoDataFrame, pieces: list[tuple[float, ...]]) -> list[int]:
    """The positions of the sites within 30 m of a street."""
    corners = np.array([piece[:4] for piece in pieces]).reshape(-1, 2)
    west, south, east, north = *(corners.min(axis=0) - 31), *(corners.max(axis=0) + 31)
    found = [oracle.nearest_on_segments(p.x, p.y, pieces) for p in sites.geometry.cx[west:east, south:north]]
    return [round(position) for distance, position in found if distance <= 30]


@pytest.mark.parametrize("extract", ["helsinki_centre", "monaco"])
def test_views_and_places_on_a_real_extract(real_data: Path, extract: str):
    """What can be seen from squares and what stands in parks and at stops, among all houses of the extract."""
    city = _with_sites(_extract(_pbf(real_data, extract)), seed=11)
    needs = {"square": 6, "park": 4, "bus_stop": 2}
    assessment = judge(
        city,
        {**visible_rule(needs["square"]), "id": "square"},
        {**within_rule(needs["park"]), "id": "park", "margin_m": 5},
        {**within_rule(needs["bus_stop"], "bus_stop"), "id": "bus_stop"},
    )
    verdicts = assessment.verdicts.set_index(["rule", "subject"])
    sites = city.sites[city.sites["carrier"] != "banner"]
    statuses = set()
    for _, venue in city.venues[city.venues["class"].isin(list(needs))].iterrows():
        verdict, need = verdicts.loc[(venue["class"], venue["id"])], needs[venue["class"]]
        count = {
            known: _seen(city, venue, group) if venue["class"] == "square" else _there(venue, group)
            for known, group in sites.groupby(sites["themes"].notna())
        }
        sure, maybe = count.get(True, 0), count.get(False, 0)
        if sure is None:
            wanted = "unknown"
        else:
            assert verdict["value"] == sure, venue["name"]
            wanted = "pass" if sure >= need else "fail" if sure + maybe < need else "unknown"
        assert verdict["status"] == wanted, venue["name"]
        statuses.add((venue["class"], wanted))
    assert {("park", "pass"), ("park", "fail")} <= statuses
    assert {("square", "pass"), ("square", "fail")} & statuses


def _there(venue: pd.Series, sites: gpd.GeoDataFrame) -> int:
    margin = 5 if venue["class"] == "park" else 0
    return sum(oracle.is_there(venue.geometry, site, reach_m=30, margin_m=margin) for site in sites.geometry)


def _seen(city: City, square: pd.Series, sites: gpd.GeoDataFrame) -> int | None:
    """How many of the sites are seen from the centre of the square; None when that is in a house."""
    centre = oracle.centre_of(square.geometry)
    houses = [house for house in city.buildings.geometry if house.distance(centre) <= 260]
    if any(house.intersects(centre) for house in houses):
        return None
    return sum(
        oracle.can_be_seen(
            centre,
            site.geometry,
            width_m=site["width_m"],
            height_m=site["height_m"],
            facing_deg=site["facing_deg"],
            buildings=houses,
        )
        for _, site in sites.iterrows()
    )


def _pbf(real_data: Path, extract: str) -> Path:
    (file,) = sorted((real_data / extract).glob("*.osm.pbf"))
    return file


def _with_sites(city: City, *, seed: int) -> City:
    """The city with sites of our own along its roads: more of them the further east, themes and sizes mixed."""
    random = np.random.default_rng(seed)
    lines = city.roads.geometry.to_numpy()
    length = shapely.length(lines)
    west, _, east, _ = city.roads.total_bounds
    share = np.clip((shapely.get_x(shapely.centroid(lines)) - west) / (east - west), 0, 1)
    row = random.choice(len(lines), size=2000, p=length * share**2 / (length * share**2).sum())
    on = shapely.line_interpolate_point(lines[row], random.uniform(0, 1, len(row)), normalized=True)
    points = shapely.points(shapely.get_coordinates(on) + random.normal(0, 18, (len(row), 2)))
    more = {
        "id": [f"own{i}" for i in range(len(row))],
        "carrier": random.choice(["lamp_post_flag", "poster_box", "banner"], len(row), p=[0.5, 0.4, 0.1]),
        "themes": random.choice(["civility", "integrity"], len(row), p=[0.8, 0.2]),
        "condition": "good",
        "width_m": random.choice([NAN, 0.6, 1.2, 3.0], len(row)),
        "height_m": random.choice([0.9, 1.8], len(row)),
        "facing_deg": random.choice([NAN, 0.0, 90.0, 180.0, 270.0], len(row)),
    }
    ours = gpd.GeoDataFrame(more, geometry=points, crs=city.crs)
    layers = {**city.layers, "sites": _joined(city.sites, ours)}
    whole = City.from_layers(layers, dict(city.meta))
    assert whole.crs == city.crs
    return whole


def _joined(sites: gpd.GeoDataFrame | None, ours: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if sites is None or sites.empty:
        return ours
    rows = [*sites.to_dict("records"), *ours.to_dict("records")]
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=sites.crs)


# --- comparing


def _on_line(x: float, y: float, points: list[tuple[float, float]]) -> tuple[float, float]:
    """Distance (m) and position (mm) of a place along a bent line."""
    pieces, done = [], 0.0
    for (x0, y0), (x1, y1) in pairwise(points):
        step = math.hypot(x1 - x0, y1 - y0) * 1000
        pieces.append((x0, y0, x1, y1, done, done + step))
        done += step
    return oracle.nearest_on_segments(x, y, pieces)


def _same_walks(
    assessment: Assessment,
    name: str,
    wanted: oracle.Walks,
    *,
    by: str = "subject_name",
    least: oracle.Walks | None = None,
) -> None:
    """The verdict and the gaps of a street, within 3 mm; ``least`` is what there is without sites that may count."""
    (verdict,) = (row for row in assessment.verdicts.to_dict("records") if row[by] == name)
    found = assessment.gaps[assessment.gaps[by] == name]
    least = least or wanted
    about = f"{name}: {dataclasses.asdict(wanted)}"
    assert verdict["status"] == wanted.status, about
    assert verdict["required"] == wanted.required, about
    assert verdict["value"] == least.value, about
    assert verdict["missing"] == max(0, wanted.required - least.value), about
    assert verdict["pass_probability"] == pytest.approx(_probability(least, wanted), abs=1e-5), about
    ends = [(round(1000 * row.from_m), round(1000 * row.to_m)) for row in found.itertuples()]
    gaps = np.array(oracle.union(ends)).reshape(-1, 2)  # those of the districts joined
    assert gaps == pytest.approx(np.array(wanted.gaps).reshape(-1, 2), abs=3), about


def _probability(least: oracle.Walks, most: oracle.Walks) -> float:
    """Of the starts that are known, those that pass: with the sure sites alone; those fail that do with all of them."""
    passing, failing = least.passing_mm, most.starts_mm - most.passing_mm
    return float(passing / (passing + failing)) if passing + failing else most.pass_probability
