"""Straight-line cities as covering models: windows along streets, candidates at kerbs, sites there already."""

from dataclasses import dataclass

import numpy as np

from optimum.model import Model

WINDOW_MM, NEED, SPACING_MM, REACH_MM = 500_000, 5, 20_000, 30_000
STEP_MM = 15_000  # from one candidate to the next, on average
BLOCK_MM, STREET_BLOCKS = 250_000, 12


@dataclass(frozen=True)
class _Places:
    """What stands, or may stand, along streets: one row per place and street it counts for."""

    street: np.ndarray
    at: np.ndarray
    move: np.ndarray  # -1: stands already


def lone_streets(streets: int, *, street_km: float = 3.0, sites_per_km: float = 8.0, seed: int = 0) -> Model:
    """Streets that share nothing: each candidate counts for its own street only."""
    random = np.random.default_rng(seed)
    length = (random.uniform(0.4, 1.6, streets) * street_km * 1e6).astype(np.int64)
    sites, candidates = _scatter(length, sites_per_km, random)
    return _model(length, sites, candidates)


def crossing_streets(street_km: float, *, sites_per_km: float = 8.0, seed: int = 0) -> Model:
    """A grid of streets 250 m apart; what stands within 30 m of a crossing street counts for that street too."""
    random = np.random.default_rng(seed)
    lines = max(round((1 + np.sqrt(1 + 2 * street_km * 1e6 / BLOCK_MM)) / 2), 2)
    pieces = -(-(lines - 1) // STREET_BLOCKS)
    piece = np.tile(np.arange(pieces), 2 * lines)
    blocks = np.minimum(STREET_BLOCKS, lines - 1 - piece * STREET_BLOCKS)
    length = blocks * BLOCK_MM
    own = _scatter(length, sites_per_km, random)
    return _model(length, *(_with_crossings(places, lines, pieces, random) for places in own))


def _scatter(length: np.ndarray, per_km: float, random: np.random.Generator) -> tuple[_Places, _Places]:
    """Sites at random, thinner on some stretches, and candidates every 15 m, none within 20 m of a site."""
    count = random.poisson(length / 1e6 * per_km * random.uniform(0.3, 1.4, len(length)))
    street = np.repeat(np.arange(len(length)), count)
    sites = _sorted(street, (random.uniform(size=len(street)) * length[street]).astype(np.int64))
    steps = length // STEP_MM
    street = np.repeat(np.arange(len(length)), steps)
    number = np.arange(len(street)) - np.repeat(np.cumsum(steps) - steps, steps)
    at = number * STEP_MM + random.integers(0, STEP_MM // 2, len(street))
    far = np.int64(1) << 40
    stand = np.sort(sites.street * far + sites.at)
    here = street * far + at
    after = np.searchsorted(stand, here)
    padded = np.concatenate(([-far], stand, [stand.max(initial=0) + far * 2]))
    free = (here - padded[after] >= SPACING_MM) & (padded[after + 1] - here >= SPACING_MM)
    street, at = street[free], at[free]
    return sites, _Places(street, at, np.arange(len(at)))


def _sorted(street: np.ndarray, at: np.ndarray) -> _Places:
    order = np.lexsort((at, street))
    return _Places(street[order], at[order], np.full(len(order), -1))


def _with_crossings(places: _Places, lines: int, pieces: int, random: np.random.Generator) -> _Places:
    """The places and, for those near a crossing, once more on the street that crosses."""
    along = (places.street % pieces) * STREET_BLOCKS * BLOCK_MM + places.at
    line = places.street // pieces
    crossed = (along + BLOCK_MM // 2) // BLOCK_MM
    near = (np.abs(along - crossed * BLOCK_MM) <= REACH_MM) & (crossed < lines)
    side = random.choice([-8_000, 8_000], len(along))
    there = np.clip((line % lines) * BLOCK_MM + side, 0, (lines - 1) * BLOCK_MM)
    piece = np.minimum(there // (STREET_BLOCKS * BLOCK_MM), pieces - 1)
    other = np.where(line < lines, lines + crossed, crossed) * pieces + piece
    other_at = there - piece * STREET_BLOCKS * BLOCK_MM
    street = np.concatenate((places.street, other[near]))
    at = np.concatenate((places.at, other_at[near]))
    move = np.concatenate((places.move, places.move[near]))
    order = np.lexsort((move, at, street))
    return _Places(street[order], at[order], move[order])


def _model(length: np.ndarray, sites: _Places, candidates: _Places) -> Model:
    """The failing windows as goals of one row, weighed by the millimetres of their starts."""
    offsets = np.searchsorted(candidates.street, np.arange(len(length) + 1))
    rows: list[tuple[np.ndarray, ...]] = []
    for street in range(len(length)):
        here = slice(offsets[street], offsets[street + 1])
        stand = sites.at[np.searchsorted(sites.street, street) : np.searchsorted(sites.street, street, side="right")]
        rows.append(_windows(int(length[street]), stand, candidates.at[here], offsets[street]))
    first, beyond, lacks, weight = (np.concatenate(parts) for parts in zip(*rows, strict=True))
    line = np.repeat(np.arange(len(length)), [len(row[0]) for row in rows])
    moves = int(candidates.move.max(initial=-1)) + 1
    row_offsets = np.concatenate(([0], np.cumsum(beyond - first)))
    entries = np.arange(row_offsets[-1]) - np.repeat(row_offsets[:-1] - first, beyond - first)
    pairs = _too_close(candidates)
    return Model(
        cost=np.ones(moves, dtype=np.int64),
        row_offsets=row_offsets,
        row_moves=candidates.move[entries],
        row_need=lacks,
        row_goal=np.arange(len(lacks)),
        goal_weight=weight,
        clique_offsets=np.arange(len(pairs) + 1) * 2,
        clique_moves=pairs.ravel(),
        row_line=line,
        line_offsets=offsets,
        line_moves=candidates.move,
    )


def _windows(length: int, stand: np.ndarray, at: np.ndarray, shift: int) -> tuple[np.ndarray, ...]:
    """Elementary failing windows of one street: first candidate, one past the last, what it lacks, its starts."""
    last = length - WINDOW_MM
    if last <= 0:
        lacks = -(-NEED * length // WINDOW_MM) - len(stand)
        only = np.array([[shift, shift + len(at), lacks, max(length, 1)]])[: int(lacks > 0)]
        return tuple(only.reshape(-1, 4).T)
    both = np.concatenate((stand, at))
    steps = np.unique(np.concatenate(([0, last], both, both - WINDOW_MM)))
    steps = steps[(steps >= 0) & (steps <= last)]
    start, end = steps[:-1], steps[1:]
    # Open pieces between two steps: what stands on their left step is left behind, what is met at their right is not.
    lacks = NEED - (np.searchsorted(stand, start + WINDOW_MM, "right") - np.searchsorted(stand, end))
    first, beyond = np.searchsorted(at, end), np.searchsorted(at, start + WINDOW_MM, "right")
    fails = lacks > 0
    return first[fails] + shift, beyond[fails] + shift, lacks[fails], (end - start)[fails]


def _too_close(candidates: _Places) -> np.ndarray:
    """Neighbours on one street less than the spacing apart."""
    pairs = []
    move = candidates.move
    for step in (1, 2, 3, 4, 5, 6):
        close = (candidates.street[step:] == candidates.street[:-step]) & (
            candidates.at[step:] - candidates.at[:-step] < SPACING_MM
        )
        one, other = move[:-step][close], move[step:][close]
        pairs.append(np.column_stack((np.minimum(one, other), np.maximum(one, other))))
    found = np.unique(np.concatenate(pairs), axis=0)
    return found[found[:, 1] - found[:, 0] <= 2]
