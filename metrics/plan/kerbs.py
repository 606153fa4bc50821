"""Spots behind the kerbs of streets."""

from collections.abc import Sequence

import numpy as np

from geo.crs import to_mm
from metrics.measures.findings import Gaps
from metrics.plan.ground import Ground
from metrics.plan.offer import defaults
from metrics.survey import Survey

_TANGENT_MM = 500
_LINES_APART_M = 4.0


def kerb_spots(
    survey: Survey,
    streets: np.ndarray,
    from_mm: np.ndarray,
    to_mm_: np.ndarray,
    step_mm: int,
    *,
    behind_m: float = 0.0,
) -> np.ndarray:
    """
    Spots behind both kerbs along stretches of streets, at whole steps from each street's start.

    ``behind_m`` is how much further from the kerb they lie.

    Returns
    -------
    np.ndarray
        (n, 2, 2) int64: x, y in mm of the spot on the right and of that on the left, as the street runs.
    """
    steps = [
        (street, np.arange(-(-start // step_mm), end // step_mm + 1) * step_mm)
        for street, start, end in zip(streets.tolist(), from_mm.tolist(), to_mm_.tolist(), strict=True)
    ]
    if not steps:
        return np.empty((0, 2, 2), dtype=np.int64)
    street = np.concatenate([np.full(len(at), row) for row, at in steps])
    at = np.concatenate([positions for _, positions in steps])
    length = at.max() + 1
    street, at = np.divmod(np.unique(street * length + at), length)
    place = survey.streets.locate(street, at)
    ahead = survey.streets.locate(street, at + _TANGENT_MM)
    behind = survey.streets.locate(street, np.maximum(at - _TANGENT_MM, 0))
    along = ahead - behind
    along /= np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    right = np.column_stack((along[:, 1], -along[:, 0]))
    off = _kerb_m(survey)[street][:, None] + behind_m
    return to_mm(np.stack((place + off * right, place - off * right), axis=1))


def _kerb_m(survey: Survey) -> np.ndarray:
    """How far from each street's centre line a site stands behind the kerb, metres."""
    widths, table = defaults()["half_width_m"], survey.streets.table
    half = np.array([widths.get(road_class, 6) for road_class in table["class"]], dtype=float)
    return half + survey.streets.width_mm / 2000 + defaults()["kerb_m"]


def first_free(pairs_mm: np.ndarray, ground: Ground) -> np.ndarray:
    """Of each pair of spots the first that is free, (n, 2) mm; pairs without one are left out."""
    chosen, free = pairs_mm[:, 0].copy(), ground.allowed(pairs_mm[:, 0])
    taken = np.flatnonzero(~free)
    chosen[taken], free[taken] = pairs_mm[taken, 1], ground.allowed(pairs_mm[taken, 1])
    return chosen[free]


def gap_spots(survey: Survey, gaps: Sequence[Gaps], ground: Ground, step_mm: int) -> np.ndarray:
    """Free spots along the failing stretches, one at each step."""
    if not gaps:
        return np.empty((0, 2), dtype=np.int64)
    all_ = Gaps.stacked(gaps)
    return first_free(kerb_spots(survey, all_.street, all_.from_mm, all_.to_mm, step_mm), ground)


def parallel_spots(survey: Survey, gaps: Gaps, step_mm: int, reach_m: float) -> np.ndarray:
    """Spots on lines beside failing stretches, from the kerbs as far as the reach, (n, 2) mm; in the way or not."""
    found = [
        kerb_spots(survey, gaps.street, gaps.from_mm, gaps.to_mm, step_mm, behind_m=behind_m).reshape(-1, 2)
        for behind_m in np.arange(0, reach_m, _LINES_APART_M)
    ]
    return np.unique(np.concatenate(found), axis=0)
