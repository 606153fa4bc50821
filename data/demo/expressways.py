"""The fast roads of the demo city: the ring road, the elevated motorway round it, and their ramps."""

import numpy as np
import shapely

from data.demo.drafts import MEDIAN_HALF_M, Drafts, carriageways
from data.demo.kerbs import Kerb
from data.demo.names import Names
from data.demo.noding import ELEVATED, RAMP
from data.demo.plane import place

_RING = (-720.0, 260.0, 3720.0, 3180.0, 2.5)  # x, y, half width, half height in metres, squareness


def _ring_line() -> np.ndarray:
    x, y, wide, high, square = _RING
    turn = np.linspace(0, 2 * np.pi, 401) + np.pi / 4
    cos, sin = np.cos(turn), np.sin(turn)
    swing = 1 + 0.018 * np.sin(3 * turn + 1) + 0.012 * np.sin(5 * turn)
    radius = swing / (np.abs(cos) ** square + np.abs(sin) ** square) ** (1 / square)
    return np.column_stack([x + wide * radius * cos, y + high * radius * sin])


def draw_ring(drafts: Drafts, names: Names) -> None:
    """The closed ring road: its outer carriageway runs counter-clockwise, its inner one clockwise."""
    line = _ring_line()
    line[-1] = line[0]
    step = np.roll(line[:-1], -1, axis=0) - np.roll(line[:-1], 1, axis=0)
    normal = np.column_stack([step[:, 1], -step[:, 0]]) / np.hypot(*step.T)[:, None]
    quarter = len(normal) // 4
    sides = [line[:-1] + sign * MEDIAN_HALF_M["trunk"] * normal for sign in (1, -1)]
    outer, inner = (np.concatenate([side, side[:1]]) for side in sides)
    for k, name in enumerate(names.ring_from_north_east):
        part = slice(k * quarter, (k + 1) * quarter + 1)
        drafts.kerbs.append(Kerb(name, "trunk", outer[part], inner[part]))
        drafts.add(outer[part], highway="trunk", name=name, oneway="yes")
        drafts.add(inner[part][::-1], highway="trunk", name=name, oneway="yes")


def draw_motorway(drafts: Drafts, names: Names) -> None:
    """The elevated motorway that comes from the south, goes round the city in the west and leaves it in the north."""
    knots_a = np.array([0.62, 0.6, 0.55, 0.5, 0.55, 1.05, 2.0, 3.5, 5, 6.5, 7.9, 8.5, 8.7])
    knots_b = np.array([-5.62, -4, -2, 0, 2.5, 4.6, 5.42, 5.5, 5.52, 5.5, 5.55, 5.95, 6.6])
    at = np.linspace(0, len(knots_a) - 1, 420)
    kernel = np.hanning(41) / np.hanning(41).sum()
    a, b = (
        np.convolve(
            np.pad(np.interp(at, np.arange(len(k)), k), 20, mode="reflect", reflect_type="odd"), kernel, "valid"
        )
        for k in (knots_a, knots_b)
    )
    for sign, side in zip((1, -1), carriageways(place(a, b), MEDIAN_HALF_M["motorway"], False, False), strict=True):
        drafts.add(
            side[::sign],
            stratum=ELEVATED,
            highway="motorway",
            name=names.motorway["name"],
            ref=names.motorway["ref"],
            oneway="yes",
            bridge="yes",
            layer="1",
        )


def draw_links(drafts: Drafts) -> None:
    """Ramps where main avenues cross the motorway, right-turn lanes where they cross the ring road."""
    fast = [(kerb, "trunk_link") for kerb in drafts.kerbs if kerb.highway == "trunk"]
    motorway = [part for part, tag in zip(drafts.parts, drafts.tags, strict=True) if tag["highway"] == "motorway"]
    fast.append((Kerb("", "motorway", motorway[0], motorway[1][::-1]), "motorway_link"))
    for road, link in fast:
        far = 95.0 if link == "trunk_link" else 260.0
        for avenue in (kerb for kerb in drafts.kerbs if kerb.highway == "primary" or link == "motorway_link"):
            crossing = shapely.intersection(
                shapely.linestrings(road.right), shapely.linestrings((avenue.right + avenue.left) / 2)
            )
            if shapely.get_type_id(crossing) != 0 or shapely.is_empty(crossing):
                continue
            for ramp in _ramps(shapely.get_coordinates(crossing)[0], road, avenue, far):
                drafts.add(ramp, stratum=RAMP, highway=link, oneway="yes")


def _ramps(centre: np.ndarray, road: Kerb, avenue: Kerb, far_m: float) -> list[np.ndarray]:
    """Curves in the quadrants of a crossing, from corner to corner of the carriageways, in the direction of travel."""
    ramps = []
    for side, outwards in ((road.right, 1), (road.left, -1)):
        middle = int(np.argmin(np.hypot(*(side - centre).T)))
        for ahead in (-1, 1):  # before and behind the crossing, along the drawing
            leave = _corner_at(side, middle, ahead, far_m)
            across = side[min(middle + 1, len(side) - 1)] - side[max(middle - 1, 0)]
            away = np.array([across[1], -across[0]]) * outwards
            lane = min((avenue.right, avenue.left), key=lambda line: np.hypot(*(line - leave).T).min())
            crossing = int(np.argmin(np.hypot(*(lane - centre).T)))
            way = 1 if (lane[min(crossing + 1, len(lane) - 1)] - lane[max(crossing - 1, 0)]) @ away > 0 else -1
            join = _corner_at(lane, crossing, way, min(far_m, 130.0))
            if min(np.hypot(*(leave - centre)), np.hypot(*(join - centre))) < 50:
                continue  # the road ends here
            bend = centre + 0.22 * (leave - centre) + 0.22 * (join - centre)
            t = np.linspace(0, 1, 9)[:, None]
            curve = (1 - t) ** 2 * leave + 2 * t * (1 - t) * bend + t**2 * join
            curve[0], curve[-1] = leave, join
            ramps.append(curve if ahead * outwards < 0 else curve[::-1])
    return ramps


def _corner_at(line: np.ndarray, start: int, way: int, far_m: float) -> np.ndarray:
    """The corner of ``line`` about ``far_m`` from the one at ``start``, forwards (1) or backwards (-1)."""
    reach = line[start:] if way > 0 else line[start::-1]
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(reach, axis=0).T))])
    return reach[int(np.argmin(np.abs(along - far_m)))]
