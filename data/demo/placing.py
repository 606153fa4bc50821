"""What hangs and stands at the venues of the demo city, class by class."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from data.demo.standing import Territory


@dataclass(frozen=True)
class Put:
    """One site of a venue before it has a number.

    Attributes
    ----------
    x, y
        Metres of the plan.
    carrier, themes
        Codes of the vocabulary.
    venue
        Row of the venue.
    facing_deg, plays
        The way it faces; PSAs in ten minutes; NaN: not recorded.
    """

    x: float
    y: float
    carrier: str
    themes: str
    venue: int
    facing_deg: float = np.nan
    plays: float = np.nan


def at_venues(
    venues: pd.DataFrame, buildings: pd.DataFrame, territory: Territory, random: np.random.Generator
) -> Iterable[Put]:
    """What hangs and stands at the venues, class by class."""
    shapes = venues["geometry"].to_numpy()
    middles = shapely.get_coordinates(shapely.point_on_surface(shapes))
    met = random.uniform(size=len(venues)) < territory.standing_of(shapely.points(middles), "met")
    walls = buildings["geometry"].to_numpy()
    tree = shapely.STRtree(walls)
    makers = {
        "bus_stop": _stop,
        "square": _square,
        "park": _park,
        "scenic_area": _scenic,
        "hoarding": _hoarding,
        "other_carrier": _news_stand,
    }
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
    "transport_hub": (
        ("screen", "civility,core_values"),
        ("notice_board", "industry_code"),
        ("poster_box", "civil_travel"),
    ),
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


def _on_walls(
    number: int, house: shapely.Geometry, middle: np.ndarray, wanted: tuple, met: bool, off_m: float
) -> Iterable[Put]:
    """Sites ``off_m`` before the wall that is nearest to the venue's middle, facing away from it."""
    ring = shapely.get_exterior_ring(house)
    start = shapely.line_locate_point(ring, shapely.points(middle))
    for k, (carrier, themes) in enumerate(wanted if met else wanted[:-1]):
        here, out = _on_ring(ring, start + 4.0 * k)
        yield Put(*(here + off_m * out), carrier, themes, number, _bearing(out))


def _on_ring(ring: shapely.Geometry, at_m: float) -> tuple[np.ndarray, np.ndarray]:
    """A point of an outline and the unit vector that points outwards there."""
    here, ahead = (
        shapely.get_coordinates(shapely.line_interpolate_point(ring, (at_m + step) % shapely.length(ring)))[0]
        for step in (0, 0.2)
    )
    step = (ahead - here) / max(np.hypot(*(ahead - here)), 1e-9)
    return here, np.array([step[1], -step[0]]) * (1 if shapely.is_ccw(ring) else -1)


def _bearing(direction: np.ndarray) -> float:
    """Whole degrees clockwise from north."""
    return float(round(np.degrees(np.arctan2(*direction))) % 360)


def _news_stand(number: int, place: shapely.Geometry, met: bool, random: np.random.Generator) -> Iterable[Put]:
    x, y = shapely.get_coordinates(place)[0]
    yield Put(
        x + random.uniform(-2, 2),
        y + random.uniform(-2, 2),
        "book_rack",
        "core_values,civility" if met else "health",
        number,
    )


def _stop(number: int, place: shapely.Geometry, met: bool, random: np.random.Generator) -> Iterable[Put]:
    x, y = shapely.get_coordinates(place)[0]
    themes = ["civility,core_values", "civility,our_values", "civil_travel,civility"] if met else ["civility"]
    for k in range(2 + int(random.uniform() < 0.25) if met else 1):
        yield Put(x + 3.5 * k + random.uniform(-1, 1), y + random.uniform(-1, 1), "shelter", themes[k], number)
    if random.uniform() < 0.16:
        yield Put(
            x - 3, y, "screen", "civility", number, plays=float(random.integers(2, 6) if met else random.integers(0, 3))
        )


def _square(number: int, place: shapely.Geometry, met: bool, random: np.random.Generator) -> Iterable[Put]:
    """A ring of boards that face the middle, some with their backs to it, some behind the first row of houses."""
    ring = shapely.get_exterior_ring(place)
    middle = shapely.get_coordinates(shapely.centroid(place))[0]
    count = int(random.integers(12, 16)) if met else int(random.integers(9, 12))
    share = (np.arange(count) + random.uniform(0.2, 0.8, count)) / count
    edge = shapely.get_coordinates(shapely.line_interpolate_point(ring, share, normalized=True))
    carriers = random.choice(
        ["notice_board", "poster_box", "billboard", "lamp_post_flag", "screen"], count, p=[0.38, 0.24, 0.16, 0.14, 0.08]
    )
    themes = random.choice(
        ["civility,our_values", "chinese_dream,civility", "minors,our_values", "civility", "our_values"], count
    )
    for k in range(count):
        inwards = (middle - edge[k]) / np.hypot(*(middle - edge[k]))
        behind = k % (9 if met else 4) == 1
        xy = edge[k] + inwards * (-31.0 if behind else random.uniform(-2.0, 5.0))
        away = k % (5 if not met else 11) == 3
        facing = np.degrees(np.arctan2(*inwards)) + random.uniform(-25, 25) + (180 if away else 0)
        yield Put(
            *xy,
            str(carriers[k]),
            str(themes[k]),
            number,
            float(round(facing) % 360),
            4.0 if carriers[k] == "screen" else np.nan,
        )
    if met:
        yield Put(middle[0] + 6, middle[1] + 4, "notice_board", "role_model", number)
    yield Put(middle[0] - 9, middle[1] + 5, "landscape", "civility", number)


def _park(number: int, place: shapely.Geometry, met: bool, random: np.random.Generator) -> Iterable[Put]:
    """Boards along the paths, landscape pieces on the lawns."""
    inner = shapely.buffer(place, -6.0)
    inner = inner if not shapely.is_empty(inner) else place
    ring = shapely.get_exterior_ring(max(shapely.get_parts(inner), key=shapely.area))
    count = int(random.integers(11, 15)) if met else int(random.integers(5, 11))
    share = (np.arange(count) + random.uniform(0.1, 0.9, count)) / count
    xy = shapely.get_coordinates(shapely.line_interpolate_point(ring, share, normalized=True))
    carriers = [
        "notice_board",
        "notice_board",
        *random.choice(["notice_board", "landscape", "sign", "wall_poster", "column"], count - 2),
    ]
    themes = [
        "civility,civil_travel" if met else "civility",
        *random.choice(
            ["civility", "our_values,minors", "chinese_dream", "civility,our_values", "civil_travel"], count - 1
        ),
    ]
    for k in range(count):
        yield Put(*xy[k], str(carriers[k]), str(themes[k]), number)


def _scenic(number: int, place: shapely.Geometry, met: bool, random: np.random.Generator) -> Iterable[Put]:
    middle = shapely.get_coordinates(shapely.point_on_surface(place))[0]
    for k, theme in enumerate(("civility", "virtue", "civil_travel") if met else ("civility",)):
        yield Put(middle[0] + 15 * k, middle[1] + 6 * k, "landscape" if k == 0 else "sign", theme, number)


def _hoarding(number: int, place: shapely.Geometry, met: bool, random: np.random.Generator) -> Iterable[Put]:
    """Panels on the fence, facing outwards."""
    ring = shapely.get_exterior_ring(place)
    count = int(random.integers(3, 6)) if met else 2
    themes = (
        ["civility,our_values", "local_made,civility", "chinese_dream", "minors", "civility"]
        if met
        else ["health", "civility"]
    )
    for k in range(count):
        here, out = _on_ring(ring, (k + 0.5) / count * shapely.length(ring))
        yield Put(*(here + 0.3 * out), "hoarding", themes[k], number, _bearing(out))


def at_gates(
    venues: pd.DataFrame, gates: pd.DataFrame, territory: Territory, random: np.random.Generator
) -> Iterable[Put]:
    """A landscape piece beside the way in from each gate: soon after the gate, or too far in."""
    numbers = np.flatnonzero(venues["class"] == "gate")
    met = random.uniform(size=len(numbers)) < territory.standing_of(gates["geometry"].to_numpy(), "met")
    for number, way, soon in zip(numbers, gates["inwards"], met, strict=True):
        x, y = shapely.get_coordinates(shapely.line_interpolate_point(way, random.uniform(15, 60) if soon else 330.0))[
            0
        ]
        yield Put(x + 2.5, y + 2.0, "landscape" if soon else "sign", "civility,civil_travel", int(number))
