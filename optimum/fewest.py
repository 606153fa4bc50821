"""The least cost that closes every goal that can be closed."""

from collections.abc import Callable

import numpy as np

from optimum.answer import TOGETHER, Answer, Impossible
from optimum.clock import Clock
from optimum.lines import fewest_on_lines
from optimum.model import Model, line_spans
from optimum.parts import Part, Parts, part_of, split
from optimum.reduced import Reduced, reduce
from optimum.tied import PartAnswer, fewest_of_part


def fewest(
    model: Model,
    *,
    time_limit_s: float | None = None,
    stop: Callable[[], bool] | None = None,
    progress: Callable[[int | None, int | None], None] | None = None,
) -> Answer:
    """
    The moves of least summed cost after which every goal is closed that can be.

    Goals that no choice closes are named and left out. Where goals exclude one another (least spacing leaves no room
    for all), those of most summed weight are closed, and of the ways to close that much the cheapest is taken.

    Parameters
    ----------
    time_limit_s
        Seconds; None: until proved. Lines of one cost are solved even with 0: they take milliseconds.
    stop
        Asked about every 0.02 s; True ends the search, the best so far is kept.
    progress
        Called with the cost of the best so far (None while there is none) and its lower bound, whenever they change.

    Returns
    -------
    Answer
        ``bound`` is on the cost of closing as much as ``closed`` does.

    Raises
    ------
    ValueError
        When the time limit is negative.

    Examples
    --------
    >>> fewest(Model.of(cost=[1, 1, 1], rows=[[0, 1], [1, 2]], needs=[1, 1])).chosen
    array([1])
    """
    clock = Clock(time_limit_s, stop, progress)
    reduced = reduce(model, clock)
    if len(reduced.crowded):
        return answer_of(model, reduced, reduced.fixed, clock, "fewest", "infeasible", bound=0)
    parts = split(model, reduced.free, reduced.lacks, reduced.asked)
    taken = reduced.fixed.copy()
    simple = _of_one_cost(model, parts)
    on_lines, possible = fewest_on_lines(parts, reduced.lacks[parts.rows], simple)
    taken[parts.order[on_lines]] = True
    bound = int(model.cost[taken].sum())
    lost_weight, ended, hopeless = 0, "", []
    spans = line_spans(model)
    rest = np.setdiff1d(np.arange(len(parts)), simple[possible])
    rest = rest[np.argsort(np.diff(parts.row_offsets)[rest], kind="stable")]
    for part in rest:
        whole = cut_out(model, reduced, parts, part, spans)
        cost = int(model.cost[taken].sum())
        found = fewest_of_part(whole, clock.inside(cost if part == rest[-1] else None, bound))
        taken[whole.moves[found.taken]] = True
        bound += found.bound
        lost_weight += int(whole.weight.sum()) - found.weight_bound
        ended = ended or found.ended
        if not found.ended:
            hopeless.append(_open_goals(whole, found))
    clock.tell(int(model.cost[taken].sum()), bound)
    weight_bound = int(model.goal_weight.sum() - model.goal_weight[reduced.impossible.goal].sum()) - lost_weight
    return answer_of(
        model,
        reduced,
        taken,
        clock,
        "fewest",
        None if reduced.asked.any() or len(reduced.impossible) else "nothing_asked",
        bound=bound,
        weight_bound=weight_bound,
        ended=ended,
        together=np.concatenate([np.zeros(0, dtype=np.int64), *hopeless]),
    )


def _of_one_cost(model: Model, parts: Parts) -> np.ndarray:
    """The lines whose moves all cost the same and not nothing."""
    cost = model.cost[parts.order]
    if not len(cost):
        return np.zeros(0, dtype=np.int64)
    low = np.minimum.reduceat(cost, parts.offsets[:-1])
    high = np.maximum.reduceat(cost, parts.offsets[:-1])
    return np.flatnonzero(parts.is_line & (low == high))


def cut_out(model: Model, reduced: Reduced, parts: Parts, part: int, spans: tuple[np.ndarray, np.ndarray]) -> Part:
    """One part by itself; ``spans`` are the ``line_spans`` of the model."""
    moves, rows, cliques = parts.of(part)
    if parts.is_line[part]:
        here = slice(parts.row_offsets[part], parts.row_offsets[part + 1])
        strand = np.zeros(len(rows), dtype=np.int64)
        return part_of(model, reduced.lacks, parts.of(part), strand, parts.row_first[here], parts.row_beyond[here])
    first, last = spans
    plain = np.add.reduceat(model.row_counts, model.row_offsets[rows]) == np.diff(model.row_offsets)[rows]
    strand = np.where(plain, model.row_line[rows], -1)
    return part_of(model, reduced.lacks, (moves, rows, cliques), strand, first[rows], last[rows] + 1)


def _open_goals(part: Part, found: PartAnswer) -> np.ndarray:
    short = part.covers @ found.taken.astype(np.float64) < part.need
    return part.goals[np.unique(part.row_goal[short])]


def answer_of(
    model: Model,
    reduced: Reduced,
    taken: np.ndarray,
    clock: Clock,
    problem: str,
    status: str | None,
    *,
    bound: int,
    weight_bound: int | None = None,
    ended: str = "",
    together: np.ndarray | None = None,
) -> Answer:
    """The answer counted from the moves taken; its status from the bounds unless given."""
    closed = model.closed(taken)
    cost, weight = int(model.cost[taken].sum()), int(model.goal_weight[closed].sum())
    weight_bound = int(model.goal_weight.sum()) if weight_bound is None else weight_bound
    impossible = reduced.impossible
    if together is not None and len(together):
        impossible = _joined(impossible, _short_of(model, taken, together))
    weight_gap = (weight_bound - weight) / weight_bound if weight_bound else 0.0
    gap = weight_gap if problem == "most" else max(weight_gap, (cost - bound) / cost if cost else 0.0)
    if status is None:
        status = "proved" if gap == 0 else "best_found"
    return Answer(
        problem,
        status,
        "done" if status != "best_found" else ended or "solver",
        np.flatnonzero(taken),
        cost,
        weight,
        closed,
        bound,
        weight_bound,
        gap if status in ("proved", "best_found") else 0.0,
        impossible,
        clock.seconds,
    )


def _short_of(model: Model, taken: np.ndarray, goals: np.ndarray) -> Impossible:
    """Open goals with the row that falls short most under the moves taken."""
    short = model.row_need - model.covered(taken)
    rows = np.flatnonzero(np.isin(model.row_goal, goals) & (short > 0))
    rows = rows[np.lexsort((rows, -short[rows], model.row_goal[rows]))]
    goal, first = np.unique(model.row_goal[rows], return_index=True)
    return Impossible(goal, rows[first], short[rows[first]], np.full(len(goal), TOGETHER))


def _joined(one: Impossible, other: Impossible) -> Impossible:
    order = np.argsort(np.concatenate((one.goal, other.goal)), kind="stable")
    return Impossible(
        *(
            np.concatenate((getattr(one, name), getattr(other, name)))[order]
            for name in ("goal", "row", "short", "kind")
        )
    )
