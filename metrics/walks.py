"""A walk along one street, what is demanded of it there, and the starts from which it fails."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.city import City
from geo.crs import to_mm
from geo.windows import count_profile, failing_starts
from metrics.measures.along import prorated
from metrics.measures.demands import demands_of, weights
from metrics.rules import Along
from metrics.stock import COUNTS, MAYBE, NEVER, Stock

_OFF_STREET = ("out_of_reach", "nearer_other_street")


@dataclass(frozen=True)
class Demanded:
    """
    One demand along a street: how many it asks for, and the places (mm, sorted) that ``surely`` or ``perhaps`` count.

    ``state`` and ``reason`` are those of the demand for each site on the street, see ``Demand``.
    """

    title: str
    need: int
    state: np.ndarray
    reason: np.ndarray
    surely: np.ndarray
    perhaps: np.ndarray


@dataclass(frozen=True)
class Walk:
    """A street and the window that slides along it, in millimetres; runs of starts are pairs of from and to."""

    length_mm: int
    window_mm: int

    @property
    def last_mm(self) -> int:
        """The last start; 0 on a street that is one window."""
        return max(self.length_mm - self.window_mm, 0)

    def failing(self, places: np.ndarray, need: int) -> list[tuple[int, int]]:
        """The starts from which fewer than ``need`` places are met."""
        offsets, length, needs = np.array([0, len(places)]), np.array([self.length_mm]), np.array([need])
        runs = failing_starts(places, offsets, length, needs, self.window_mm)
        return list(zip(runs.start_mm.tolist(), runs.end_mm.tolist(), strict=True))

    def common(self, some: list[tuple[int, int]], others: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """The starts that are in both."""
        both = [(max(a, c), min(b, d)) for a, b in some for c, d in others]
        return sorted((a, b) for a, b in both if a < b or a == b == self.last_mm == 0)

    def least(self, places: np.ndarray, runs: list[tuple[int, int]]) -> tuple[int, int]:
        """The fewest places met from one of these starts (from any when there are none), and the first such start."""
        starts, counts = count_profile(places, self.length_mm, self.window_mm)
        steps = list(zip(starts.tolist(), [*starts[1:].tolist(), self.last_mm], strict=True))
        found = [
            (int(count), low)
            for step, count in zip(steps, counts, strict=True)
            for low, _ in self.common([step], runs or [(0, self.last_mm)])
        ]
        return min(found)


def demanded_on(city: City, rule: Along, sites: pd.DataFrame, walk: Walk) -> list[Demanded]:
    """Every demand of the rule along one street, from the sites and venues that were looked at there."""
    is_venue, at_mm = (sites["row"] < 0).to_numpy(), to_mm(sites["at_m"].to_numpy(dtype=float))
    if not rule.sites:
        all_count = np.full(len(sites), COUNTS)
        places = np.sort(at_mm)
        return [
            Demanded(
                "",
                int(prorated(rule, rule.need, walk.length_mm, walk.window_mm)),
                all_count,
                sites["code"].to_numpy(),
                places,
                places,
            )
        ]
    stock = Stock.of(city.sites.iloc[sites.loc[~is_venue, "row"]])
    weight = np.ones(len(sites), dtype=np.int64)
    weight[~is_venue] = weights(rule, stock)
    off_street = sites["code"].isin(_OFF_STREET).to_numpy()
    lines = []
    for demand in demands_of(rule, stock):
        state = np.full(len(sites), NEVER if demand.title else COUNTS)
        state[~is_venue] = demand.state
        state[off_street] = NEVER
        reason = sites["code"].to_numpy(dtype=object, copy=True)
        reason[~is_venue & ~off_street] = demand.reason[~off_street[~is_venue]]
        surely = np.sort(np.repeat(at_mm, np.where(state == COUNTS, weight, 0)))
        perhaps = np.sort(np.repeat(at_mm, np.where(np.isin(state, (COUNTS, MAYBE)), weight, 0)))
        lines.append(
            Demanded(
                demand.title,
                int(prorated(rule, demand.need, walk.length_mm, walk.window_mm)),
                state,
                reason,
                surely,
                perhaps,
            )
        )
    return lines


def failing_in_gaps(lines: list[Demanded], gaps: list[tuple[float, float]], walk: Walk) -> list[tuple[int, int]]:
    """
    The starts behind the gaps: they fail one of the demands in any case, and their window lies in a gap.

    A window that reaches where no stock was taken lies in none.
    """
    within = [(int(to_mm(start)), max(int(to_mm(end)) - walk.window_mm, 0)) for start, end in gaps]
    runs = sorted(run for line in lines for run in walk.common(walk.failing(line.perhaps, line.need), within))
    united: list[tuple[int, int]] = []
    for start, end in runs:
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(united[-1][1], end))
        else:
            united.append((start, end))
    return united
