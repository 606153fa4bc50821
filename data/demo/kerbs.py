"""The kerbs of the demo city's main roads, and places along them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

HALF_WIDTH_M = {"motorway": 7.0, "trunk": 7.0, "primary": 6.0, "secondary": 7.5, "tertiary": 5.0, "residential": 3.5}


@dataclass(frozen=True)
class Kerb:
    """
    The two edges of a named main road, both drawn in the same direction.

    Attributes
    ----------
    name, highway
        Of the road.
    right, left
        The middle of the carriageway at either side, metres; the same line twice when there is only one.
    """

    name: str
    highway: str
    right: np.ndarray
    left: np.ndarray


def along_kerbs(
    kerbs: list[Kerb],
    every_m: float | np.ndarray,
    random: np.random.Generator,
    *,
    offset_m: tuple[float, float],
    both_sides: bool = False,
    jitter: float = 0.16,
) -> pd.DataFrame:
    """
    Places along kerbs, left and right by turns.

    Parameters
    ----------
    kerbs
        The roads.
    every_m
        From one place to the next, metres.
    random
        Draws positions, sides and offsets.
    offset_m
        Least and greatest distance from the edge of the carriageway, metres.
    both_sides
        Two places at each position, one on either side.
    jitter
        How far a place may lie from its turn, as a share of ``every_m``.

    Returns
    -------
    pandas.DataFrame
        ``kerb`` (number), ``name``, ``at_m``, ``out_x``, ``out_y`` (unit vector away from the road) and ``geometry``.
    """
    parts = []
    for number, kerb in enumerate(kerbs):
        length = float(np.hypot(*np.diff(kerb.right, axis=0).T).sum())
        count = int(length / every_m)
        at = (np.arange(count) + 0.5 + random.uniform(-jitter, jitter, count)) * length / max(count, 1)
        side = np.where((np.arange(count) + int(random.integers(2))) % 2 == 0, 1, -1)
        if both_sides:
            at, side = np.repeat(at, 2) + np.tile([0, 40], count), np.tile([1, -1], count)
        away = HALF_WIDTH_M[kerb.highway] + random.uniform(*offset_m, len(at))
        xy, out = beside(kerb, np.clip(at / length, 0, 1), side, away)
        parts.append(
            pd.DataFrame(
                {
                    "kerb": number,
                    "name": kerb.name,
                    "at_m": at,
                    "out_x": out[:, 0],
                    "out_y": out[:, 1],
                    "geometry": shapely.points(xy),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def beside(kerb: Kerb, share: np.ndarray, side: np.ndarray, away_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points at a share of the kerb's length, ``away_m`` from the middle of the right (1) or left (-1) carriageway."""
    xy, direction = np.empty((len(share), 2)), np.empty((len(share), 2))
    for sign, line in ((1, kerb.right), (-1, kerb.left)):
        chosen = side == sign
        along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
        at = share[chosen] * along[-1]
        step = np.diff(line, axis=0)
        step /= np.hypot(*step.T)[:, None]
        segment = np.clip(np.searchsorted(along, at, side="right") - 1, 0, len(step) - 1)
        xy[chosen] = line[segment] + (at - along[segment])[:, None] * step[segment]
        direction[chosen] = step[segment]
    out = np.column_stack([direction[:, 1], -direction[:, 0]]) * side[:, None]
    return xy + away_m[:, None] * out, out
