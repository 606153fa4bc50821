"""The best choice of one point per group within a budget."""

import numpy as np

from optimum.strands import Point

_CELLS = 4_000_000  # groups times budget


def best_of_groups(groups: list[list[Point]], budget: int) -> list[Point]:
    """
    At most one point of each group, of most summed weight with a summed cost within the budget.

    Exact while groups times budget (in units of the greatest common divisor of all costs) is small; else costs are
    rounded up to a coarser unit, and the choice still keeps the budget.
    """
    groups = [_useful(points) for points in groups]
    groups = [points for points in groups if points]
    costs = np.array([round(point.cost) for points in groups for point in points], dtype=np.int64)
    if not len(costs):
        return []
    unit = max(int(np.gcd.reduce(costs)), 1)
    unit = max(unit, -(-budget * len(groups) // _CELLS))
    room = min(budget // unit, int(sum(max(-(-round(p.cost) // unit) for p in points) for points in groups)))
    best = np.zeros(room + 1, dtype=np.int64)
    picks = np.full((len(groups), room + 1), -1, dtype=np.int16)
    for number, points in enumerate(groups):
        before = best.copy()
        for pick, point in enumerate(points):
            cost = -(-round(point.cost) // unit)
            if cost > room:
                continue
            offered = before[: room + 1 - cost] + point.weight
            better = offered > best[cost:]
            best[cost:][better] = offered[better]
            picks[number, cost:][better] = pick
    chosen = []
    at = int(np.argmax(best))
    for number in range(len(groups) - 1, -1, -1):
        pick = picks[number, at]
        if pick >= 0:
            chosen.append(groups[number][pick])
            at -= -(-round(groups[number][pick].cost) // unit)
    return chosen


def _useful(points: list[Point]) -> list[Point]:
    """Points that close something, each cost once, none that costs more and closes no more."""
    kept: list[Point] = []
    for point in sorted(points, key=lambda point: (point.cost, -point.weight)):
        if point.weight > (kept[-1].weight if kept else 0):
            kept.append(point)
    return kept
