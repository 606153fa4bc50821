"""Where streets cross: one point for each crossing, however many carriageways meet there."""

from itertools import pairwise
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numba import njit

from geo._streets_curve import along
from geo.crs import to_mm
from geo.grid import bucket, grid_of_segments
from geo.near import pairs_in_reach

if TYPE_CHECKING:
    from geo.streets import Segments

_NEAR_MM = 25_000.0
_TOUCH_MM = 500.0
_STRAIGHT_COS = 0.7
_CELL_MM = 65_536


def find_junctions(
    table: gpd.GeoDataFrame,
    segments: "Segments",
    level: np.ndarray,
    width_mm: np.ndarray,
    line: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> gpd.GeoDataFrame:
    """
    One point per crossing of two or more streets.

    Streets cross where members share a vertex, or cross or touch (within half a metre) without one on the same level.
    Meetings of the same streets within their widths are one crossing. Where a street merely goes on under another
    name there is none.

    Parameters
    ----------
    table
        The streets.
    segments
        Their member pieces.
    level
        Of each segment: 0 on the ground.
    width_mm
        Of each street, 0 when it is not divided.
    line
        Offsets, coordinates in metres, and positions of the centre lines.
    """
    meetings = np.hstack([_shared(segments), _crossings(segments, level)])
    if not meetings.size:
        none = pd.Series([], dtype=object)
        return gpd.GeoDataFrame({"streets": none, "name": none}, geometry=[], crs=table.crs)
    pairs = _pairs(meetings, width_mm)
    pairs = _without_renamings(pairs, table["length_mm"].to_numpy(), line)
    return _merged(pairs, table)


def _shared(segments: "Segments") -> np.ndarray:
    """Pairs of streets that have a vertex in common, and their positions there: four rows of int64."""
    ends = pd.DataFrame(
        {
            "x": np.concatenate((segments.x0, segments.x1)),
            "y": np.concatenate((segments.y0, segments.y1)),
            "street": np.tile(segments.street, 2),
            "m": np.concatenate((segments.m0, segments.m1)),
        }
    )
    order = np.lexsort((ends["m"], ends["street"], ends["y"], ends["x"]))
    x, y, street, m = (ends[column].to_numpy()[order] for column in ends)
    fresh = np.ones(len(x), bool)
    fresh[1:] = (np.diff(x) != 0) | (np.diff(y) != 0) | (np.diff(street) != 0) | (np.diff(m) != 0)
    x, y, street, m = x[fresh], y[fresh], street[fresh], m[fresh]
    return _vertex_pairs(x, y, street.astype(np.int64), m)


@njit(cache=True)
def _with_room(out, n):
    """The array itself, or a copy of twice the width when column ``n`` is beyond it."""
    if n < out.shape[1]:
        return out
    bigger = np.empty((len(out), 2 * n), np.int64)
    bigger[:, :n] = out
    return bigger


@njit(cache=True)
def _vertex_pairs(x, y, street, m):
    """Each two rows of one place: streets and positions, four rows of int64."""
    out = np.empty((4, len(x) + 64), np.int64)
    n = 0
    for i in range(len(x)):
        j = i + 1
        while j < len(x) and x[j] == x[i] and y[j] == y[i]:
            if street[j] != street[i]:
                out = _with_room(out, n)
                out[0, n], out[1, n], out[2, n], out[3, n] = street[i], street[j], m[i], m[j]
                n += 1
            j += 1
    return out[:, :n]


def _crossings(segments: "Segments", level: np.ndarray) -> np.ndarray:
    """Pairs of streets whose members cross or touch on one level, and their positions there: four rows of int64."""
    ends = np.stack([segments.x0, segments.y0, segments.x1, segments.y1], axis=1)
    ends = ends - np.array([ends[:, ::2].min(), ends[:, 1::2].min()] * 2) if len(ends) else ends
    grid = grid_of_segments(ends, cell_mm=_CELL_MM)
    return _crossing_pairs(ends, *grid, segments.street.astype(np.int64), segments.m0, segments.m1, level)


@njit(cache=True)
def _crossing_pairs(ends, starts, items, shift, x_bits, y_bits, street, m0, m1, level):
    out = np.empty((4, len(ends) + 64), np.int64)
    n = 0
    for i in range(len(ends)):
        ax, ay, bx, by = ends[i]
        for row in range(min(ay, by) >> shift, (max(ay, by) >> shift) + 1):
            for column in range(min(ax, bx) >> shift, (max(ax, bx) >> shift) + 1):
                b = bucket(column, row, x_bits, y_bits)
                for j in items[starts[b] : starts[b + 1]]:
                    if street[j] <= street[i] or level[j] != level[i]:
                        continue
                    cx, cy, dx, dy = ends[j]
                    cross = float(bx - ax) * (dy - cy) - float(by - ay) * (dx - cx)
                    if cross == 0.0:
                        continue
                    f = (float(cx - ax) * (dy - cy) - float(cy - ay) * (dx - cx)) / cross
                    g = (float(cx - ax) * (by - ay) - float(cy - ay) * (bx - ax)) / cross
                    slack_i = _TOUCH_MM / np.hypot(float(bx - ax), float(by - ay))
                    slack_j = _TOUCH_MM / np.hypot(float(dx - cx), float(dy - cy))
                    if not (-slack_i <= f <= 1.0 + slack_i and -slack_j <= g <= 1.0 + slack_j):
                        continue
                    f, g = min(max(f, 0.0), 1.0), min(max(g, 0.0), 1.0)
                    out = _with_room(out, n)
                    out[0, n], out[1, n] = street[i], street[j]
                    out[2, n] = m0[i] + round(f * (m1[i] - m0[i]))
                    out[3, n] = m0[j] + round(g * (m1[j] - m0[j]))
                    n += 1
    return out[:, :n]


def _pairs(meetings: np.ndarray, width_mm: np.ndarray) -> pd.DataFrame:
    """Meetings of two streets close together as one, at the middle of their positions."""
    one, other, m, other_m = meetings
    order = np.lexsort((other_m, m, other, one))
    one, other, m, other_m = one[order], other[order], m[order], other_m[order]
    reach = _NEAR_MM + width_mm[one] + width_mm[other]
    fresh = np.ones(len(one), bool)
    fresh[1:] = (
        (np.diff(one) != 0)
        | (np.diff(other) != 0)
        | (np.diff(m) > reach[1:])
        | (np.abs(np.diff(other_m)) > 2 * reach[1:])
    )
    frame = pd.DataFrame({"one": one, "other": other, "m": m, "other_m": other_m, "reach": reach})
    grouped = frame.groupby(np.cumsum(fresh) - 1)
    low, high = grouped.min(), grouped.max()
    return low.assign(m=(low["m"] + high["m"]) / 2, other_m=(low["other_m"] + high["other_m"]) / 2)


def _without_renamings(pairs: pd.DataFrame, length: np.ndarray, line) -> pd.DataFrame:
    """
    The pairs, each with its place ``x, y``, but those where one street ends and the other goes straight on.

    These stay when a third street meets them there.
    """
    one, other = pairs["one"].to_numpy(), pairs["other"].to_numpy()
    m, other_m, reach = pairs["m"].to_numpy(), pairs["other_m"].to_numpy(), pairs["reach"].to_numpy()
    (px, py, ux, uy, end), (qx, qy, wx, wy, other_end) = (
        _near_end(*line, street, at, length, reach) for street, at in ((one, m), (other, other_m))
    )
    places = pairs.assign(x=(px + qx) / 2, y=(py + qy) / 2)
    renamed = end & other_end & (ux * wx + uy * wy <= -_STRAIGHT_COS)
    stay = _met_by_others(places, renamed)
    return places[~renamed | stay].reset_index(drop=True)


def _met_by_others(places: pd.DataFrame, renamed: np.ndarray) -> np.ndarray:
    """True for renamings that lie on a true crossing with one of their streets."""
    stay = np.zeros(len(places), bool)
    some = np.flatnonzero(renamed)
    points_mm = to_mm(places[["x", "y"]].to_numpy())
    other, nth = pairs_in_reach(points_mm, points_mm[some], places["reach"].to_numpy()[some])
    one = some[nth]
    a, b = places["one"].to_numpy(), places["other"].to_numpy()
    kin = (a[one] == a[other]) | (a[one] == b[other]) | (b[one] == a[other]) | (b[one] == b[other])
    stay[one[kin & ~renamed[other]]] = True
    return stay


def _near_end(offset, xy, line_m, street, at, length, reach):
    """Place on a street, unit vector from there inwards, and whether it is near an end."""
    end = (at <= reach) | (length[street] - at <= reach)
    inward = np.where(at * 2 <= length[street], 1.0, -1.0)
    x, y, dx, dy = _places(offset, xy, line_m, street, at.astype(float), at + inward * 30_000.0)
    return x, y, dx, dy, end


@njit(cache=True)
def _places(offset, xy, m, street, at, towards):
    out = np.empty((4, len(street)))
    for k in range(len(street)):
        a, b = offset[street[k]], offset[street[k] + 1]
        x, y = along(at[k], m[a:b], xy[a:b, 0]), along(at[k], m[a:b], xy[a:b, 1])
        dx, dy = along(towards[k], m[a:b], xy[a:b, 0]) - x, along(towards[k], m[a:b], xy[a:b, 1]) - y
        length = max(np.hypot(dx, dy), 1e-9)
        out[0, k], out[1, k], out[2, k], out[3, k] = x, y, dx / length, dy / length
    return out[0], out[1], out[2], out[3]


def _merged(pairs: pd.DataFrame, table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Pairs with a street in common at one place as one junction."""
    points = shapely.points(pairs["x"], pairs["y"])
    reach = pairs["reach"].to_numpy() / 1000.0
    one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=reach)
    a, b = pairs["one"].to_numpy(), pairs["other"].to_numpy()
    kin = (a[one] == a[other]) | (a[one] == b[other]) | (b[one] == a[other]) | (b[one] == b[other])
    twins = (a[one] == a[other]) & (b[one] == b[other]) & (one != other)
    close = shapely.distance(points[one], points[other]) <= np.minimum(reach[one], reach[other])
    use = kin & close & ~twins & (one < other)
    root = np.arange(len(pairs))
    one, other = one[use], other[use]
    while True:
        low = np.minimum(root[one], root[other])
        before = root.copy()
        np.minimum.at(root, one, low)
        np.minimum.at(root, other, low)
        if (root == before).all():
            break
    groups = pd.DataFrame({"root": root, "a": a, "b": b, "x": pairs["x"].to_numpy(), "y": pairs["y"].to_numpy()})
    centre = groups.groupby("root")[["x", "y"]].mean()
    members = pd.concat([groups[["root", "a"]].set_axis(["root", "street"], axis=1),
                         groups[["root", "b"]].set_axis(["root", "street"], axis=1)])  # fmt: skip
    members = members.drop_duplicates().sort_values(["root", "street"])
    starts = np.flatnonzero(np.diff(members["root"].to_numpy(), prepend=-1))
    rows = members["street"].tolist()
    streets = [tuple(rows[a:b]) for a, b in pairwise([*starts.tolist(), len(rows)])]
    names = table["name"].to_numpy(object)
    label = ["—".join(dict.fromkeys(names[row] for row in rows if names[row])) or None for rows in streets]
    junctions = gpd.GeoDataFrame(
        {"streets": pd.Series(streets, dtype=object), "name": pd.Series(label, dtype=object)},
        geometry=shapely.points(np.rint(centre.to_numpy() * 1000) / 1000),
        crs=table.crs,
    )
    order = np.lexsort((centre["y"], centre["x"], [rows[1] for rows in streets], [rows[0] for rows in streets]))
    return junctions.iloc[order].reset_index(drop=True)
