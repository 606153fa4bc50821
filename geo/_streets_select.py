"""Which roads one walks along: every road gets one reason, and the kept ones a group that may join."""

from collections.abc import Collection
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo._streets_beside import parallel_share

REASONS = ("kept", "class", "motorway", "link", "tunnel", "no_foot", "elevated", "duplicate", "no_line")
KEPT, CLASS, MOTORWAY, LINK, TUNNEL, NO_FOOT, ELEVATED, DUPLICATE, NO_LINE = range(len(REASONS))

BOTH_WAYS, ALONG, AGAINST, UNRECORDED = 0, 1, -1, 2
"""Travel along the digitising: a one-way road, one against its digitising, or a layer without one-way tags."""

_ALONG_WORDS = ("yes", "1", "true")
_AGAINST_WORDS = ("-1", "reverse")
_NO_WORDS = ("", "no", "0", "false")
_WALKABLE_TUNNELS = (*_NO_WORDS, "building_passage", "covered", "avalanche_protector")
_MOTORWAYS = ("motorway", "motorway_link")
_ROUND = ("roundabout", "circular", "mini_roundabout")
_CLASS_GROUPS = {
    "main": ("trunk", "primary", "secondary", "tertiary"),
    "local": ("unclassified", "residential", "living_street", "road"),
    "foot": ("pedestrian", "footway", "path", "steps", "corridor"),
}
_GROUP_OF_CLASS = {name: group for group, names in _CLASS_GROUPS.items() for name in names}
CLASS_RANK = {
    name: rank for rank, name in enumerate((*_CLASS_GROUPS["main"], *_CLASS_GROUPS["local"], *_CLASS_GROUPS["foot"]))
}
# A raised road is above another within 8 m of it, or within 25 m where the raised run is no mere bridge.
_OVER_MM, _BESIDE_MM, _BRIDGE_MM = 8_000, 25_000, 150_000.0
_OVER_COS, _OVER_SHARE = float(np.cos(np.radians(25))), 0.5


@dataclass(frozen=True)
class Selection:
    """
    The pieces that take part, as arrays; coordinates are millimetres from ``origin_mm``.

    ``status`` is the number of the reason in ``REASONS`` and ``length_m`` the length of every road asked about.
    ``row`` is the row of the road; ``offset`` of length pieces + 1 cuts ``x, y`` into pieces. Pieces of one ``group``
    may join; ``family`` is the group of their class alone.
    """

    status: np.ndarray
    length_m: np.ndarray
    origin_mm: tuple[int, int]
    row: np.ndarray
    offset: np.ndarray
    x: np.ndarray
    y: np.ndarray
    group: np.ndarray
    named: np.ndarray
    family: np.ndarray
    rank: np.ndarray
    travel: np.ndarray
    level: np.ndarray
    round: np.ndarray


def select_roads(roads: gpd.GeoDataFrame, classes: Collection[str]) -> Selection:
    """
    The roads of ``classes`` one can walk along, each with its group.

    Dropped, in this order: rows without a line, motorways, links, classes not asked for, tunnels, ``foot=no``, and
    carriageways on a bridge or a layer above 0 that run for most of their length above another road that stays.

    Parameters
    ----------
    roads
        Lines in a metric CRS, columns as OSM writes them; only ``highway`` is required.
    classes
        Values of ``highway`` asked for.
    """
    lines = np.asarray(roads.geometry.array)
    length_m = np.nan_to_num(shapely.length(lines))
    class_codes, class_words = _words(roads, "highway")
    status = _status(roads, lines, length_m, class_codes, class_words, classes)
    label, travel, level = _labels(roads), _travel(roads), _level(roads)
    round_ = _is(roads, "junction", _ROUND)
    travel = np.where(round_ & (travel == BOTH_WAYS), ALONG, travel)

    rows = np.flatnonzero(status == KEPT)
    part, part_row = lines[rows], np.arange(len(rows))
    if (shapely.get_type_id(part) != 1).any():
        part, part_row = shapely.get_parts(part, return_index=True)
    xy, piece = shapely.get_coordinates(part, return_index=True)
    mm = np.rint(xy * 1000.0).astype(np.int64)
    fresh = np.ones(len(mm), bool)
    fresh[1:] = (mm[1:, 0] != mm[:-1, 0]) | (mm[1:, 1] != mm[:-1, 1]) | (piece[1:] != piece[:-1])
    count = np.bincount(piece[fresh], minlength=len(part))
    fresh &= count[piece] > 1
    mm, piece = (mm, piece) if fresh.all() else (mm[fresh], piece[fresh])
    origin = (int(mm[:, 0].min()), int(mm[:, 1].min())) if len(mm) else (0, 0)
    rel = mm - np.array(origin, np.int64)
    real = np.flatnonzero(count > 1)
    offset = np.concatenate(([0], np.cumsum(count[real])))
    row = rows[part_row[real]]

    level_of = level[row]
    over = _above_another(rel, offset, level_of, label[row])
    status[row[over]] = ELEVATED
    stay = status[row] == KEPT
    if not stay.all():
        rel, row = rel[np.repeat(stay, np.diff(offset))], row[stay]
        offset = np.concatenate(([0], np.cumsum(np.diff(offset)[stay])))

    family, rank = _families(class_codes, class_words)
    group = label * (int(family.max(initial=0)) + 1) + family
    x, y = rel.T.copy()
    return Selection(status, length_m, origin, row, offset, x, y, group[row], label[row] > 0, family[row], rank[row],
                     travel[row].astype(np.int64), level_of[stay].astype(np.int64), round_[row])  # fmt: skip


def _words(roads: gpd.GeoDataFrame, column: str) -> tuple[np.ndarray, list[str]]:
    """Per row the number of its word, and the stripped words; the last is "", for what is missing."""
    if column not in roads.columns or roads[column].isna().all():
        return np.zeros(len(roads), np.int64), [""]
    codes, words = pd.factorize(roads[column])
    words = [*(_word(word) for word in words), ""]
    return np.where(codes < 0, len(words) - 1, codes), words


def _word(value: object) -> str:
    if isinstance(value, float) and value == int(value):
        value = int(value)
    return str(value).strip()


def _is(roads: gpd.GeoDataFrame, column: str, wanted: Collection[str]) -> np.ndarray:
    """True per row whose word is one of those wanted."""
    codes, words = _words(roads, column)
    return np.array([word in wanted for word in words])[codes]


def _status(
    roads: gpd.GeoDataFrame,
    lines: np.ndarray,
    length_m: np.ndarray,
    codes: np.ndarray,
    words: list[str],
    classes: Collection[str],
) -> np.ndarray:
    """The first reason against each row, or that it is kept; ``codes`` are those of the ``words`` for its class."""
    kinds = shapely.get_type_id(lines)
    rules = [
        (NO_LINE, ((kinds != 1) & (kinds != 5)) | ~(length_m > 0) | ~np.isfinite(length_m)),
        (MOTORWAY, np.array([word in _MOTORWAYS for word in words])[codes]),
        (LINK, np.array([word.endswith("_link") for word in words])[codes]),
        (CLASS, np.array([word not in classes for word in words])[codes]),
        (TUNNEL, ~_is(roads, "tunnel", _WALKABLE_TUNNELS)),
        (NO_FOOT, _is(roads, "foot", ("no",))),
    ]
    status = np.full(len(roads), KEPT, np.int8)
    for reason, where in reversed(rules):
        status[where] = reason
    return status


def _labels(roads: gpd.GeoDataFrame) -> np.ndarray:
    """A number per row, equal for roads of one name, or of one ref where there is no name; 0 for neither."""
    numbers = np.zeros(len(roads), np.int64)
    for column in ("ref", "name"):
        codes, words = _words(roads, column)
        order = np.unique(words, return_inverse=True)[1]  # the empty word is the first
        found = order[codes]
        numbers = np.where(found > 0, found * 2 + (column == "name"), numbers)
    return np.unique(np.append(numbers, 0), return_inverse=True)[1][:-1]


def _families(codes: np.ndarray, words: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Per row the number of its class group in canonical order, and the rank of its class."""
    family = np.unique([_GROUP_OF_CLASS.get(word, word) for word in words], return_inverse=True)[1]
    rank = np.array([CLASS_RANK.get(word, len(CLASS_RANK)) for word in words])
    return family[codes].astype(np.int64), rank[codes].astype(np.int64)


def _travel(roads: gpd.GeoDataFrame) -> np.ndarray:
    """BOTH_WAYS, ALONG or AGAINST per row; UNRECORDED for all when no road says that it is one-way."""
    along, against = _is(roads, "oneway", _ALONG_WORDS), _is(roads, "oneway", _AGAINST_WORDS)
    if not (along.any() or against.any()):
        return np.where(_is(roads, "oneway", _NO_WORDS[1:]), BOTH_WAYS, UNRECORDED)
    return np.select([along, against], [ALONG, AGAINST], BOTH_WAYS)


def _level(roads: gpd.GeoDataFrame) -> np.ndarray:
    """Height above the ground as a whole number: the layer, or 1 for a bridge without one, else 0."""
    codes, words = _words(roads, "layer")
    layer = pd.to_numeric(pd.Series(words), errors="coerce").fillna(0.0).clip(-9, 9).to_numpy()[codes]
    bridge = ~_is(roads, "bridge", _NO_WORDS)
    return np.where(bridge & (layer == 0), 1, np.trunc(layer)).astype(np.int64)


def _above_another(rel: np.ndarray, offset: np.ndarray, level: np.ndarray, label: np.ndarray) -> np.ndarray:
    """True per piece that is raised and runs along above a lower road for most of its length."""
    raised = level > 0
    if not raised.any() or raised.all():
        return np.zeros(len(level), bool)
    first, piece = _segments(offset)
    segments = np.hstack([rel[first], rel[first + 1]])
    high, of_piece = raised[piece], piece
    first, piece = first[high], piece[high]
    length = np.hypot(*(rel[first + 1] - rel[first]).T)
    run = _runs(rel, offset, raised, label)
    runs, pieces = int(run.max()) + 1, len(level)
    run_length = np.bincount(run[piece], length, runs)
    over = np.zeros(pieces, bool)
    for reach_mm, shortest in ((_OVER_MM, 0.0), (_BESIDE_MM, _BRIDGE_MM)):
        share = parallel_share(segments[level[of_piece] <= 0], segments[high], reach_mm=reach_mm, least_cos=_OVER_COS)
        over_run = np.bincount(run[piece], share * length, runs) >= _OVER_SHARE * run_length
        over_piece = np.bincount(piece, share * length, pieces) >= _OVER_SHARE * np.bincount(piece, length, pieces)
        over |= (over_piece | over_run[run]) & (run_length[run] >= shortest)
    return raised & over


def _segments(offset: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First vertex of each segment, and the piece it belongs to."""
    piece = np.repeat(np.arange(len(offset) - 1), np.diff(offset) - 1)
    return np.arange(len(piece)) + piece, piece


def _runs(rel: np.ndarray, offset: np.ndarray, raised: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Raised pieces of one name that touch end to end share a number; 0 for the others."""
    ends = pd.DataFrame(
        {
            "x": np.concatenate((rel[offset[:-1], 0], rel[offset[1:] - 1, 0])),
            "y": np.concatenate((rel[offset[:-1], 1], rel[offset[1:] - 1, 1])),
            "label": np.tile(label, 2),
        }
    )
    node = ends.groupby(["x", "y", "label"], sort=False).ngroup().to_numpy()
    pieces = len(label)
    tail, head = node[:pieces], node[pieces:]
    root = np.arange(node.max() + 1)
    lift = np.flatnonzero(raised)
    while True:
        low = np.minimum(root[tail[lift]], root[head[lift]])
        before = root.copy()
        np.minimum.at(root, tail[lift], low)
        np.minimum.at(root, head[lift], low)
        if (root == before).all():
            break
    run = np.zeros(pieces, np.int64)
    run[lift] = np.unique(root[tail[lift]], return_inverse=True)[1] + 1
    return run
