"""The answer to a planning problem with its proof, and a check that shares nothing with the way it was found."""

from dataclasses import dataclass, field

import numpy as np

from optimum.model import Model

STATUSES = ("proved", "best_found", "nothing_asked", "infeasible")
ENDED = ("done", "time", "stopped", "solver", "tried")
ALONE, TOGETHER = "alone", "together"


@dataclass(frozen=True)
class Impossible:
    """
    Goals that no choice of moves closes, or none that closes as much of the others; arrays, one entry per goal.

    Attributes
    ----------
    goal, row
        The goal and the row of it that falls short most.
    short
        By how much at least: for a goal that is impossible alone, what the row lacks whatever is taken; for one that
        is impossible only together with others, what it lacks with the moves chosen.
    kind
        ``alone`` or ``together``.
    """

    goal: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    row: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    short: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    kind: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype="U8"))

    def __len__(self) -> int:
        return len(self.goal)


@dataclass(frozen=True)
class Answer:
    """
    Moves to take, what they cost and close, and how good that is at best.

    Attributes
    ----------
    problem
        ``fewest`` or ``most``.
    status
        ``proved``: optimal, shown by the bound; ``best_found``: the search ended before it could be shown, see
        ``ended`` and ``gap``; ``nothing_asked``: no goal is open, nothing is taken but what is required;
        ``infeasible``: what is required cannot be taken (two of one clique, or dearer than the budget).
    ended
        Why the search ended: ``done``, ``time``, ``stopped``, ``solver`` when HiGHS gave no answer, ``tried`` when
        nothing was left to try that ends in sensible time.
    chosen
        Numbers of the moves taken, sorted, the required ones among them.
    cost, weight
        Summed cost of the moves and summed weight of the goals they close, those closed anyway among them.
    closed
        bool per goal.
    bound
        ``fewest``: no choice that closes these goals costs less; ``most``: no choice within the budget closes more.
    weight_bound
        No choice, whatever it costs, closes more weight than this; for ``most``, the same as ``bound``. For ``fewest``
        with ``weight == weight_bound`` every goal that can be closed is closed.
    gap
        How far the answer may be from the best, as a share of it: 0 when proved. For ``fewest`` of the cost, and of the
        weight when goals are open that may be possible, whichever is more.
    impossible
        Goals shown to be impossible. A goal neither closed nor impossible was left open for lack of time or budget.
    seconds
        What the solve took.
    """

    problem: str
    status: str
    ended: str
    chosen: np.ndarray
    cost: int
    weight: int
    closed: np.ndarray
    bound: int
    weight_bound: int
    gap: float
    impossible: Impossible
    seconds: float

    @property
    def value(self) -> int:
        """What the problem asks to be small (cost) or large (weight)."""
        return self.cost if self.problem == "fewest" else self.weight


def check(model: Model, answer: Answer, *, budget: int | None = None) -> list[str]:
    """
    Count an answer again from the model alone, in whole numbers.

    Parameters
    ----------
    budget
        The budget of a ``most`` answer.

    Returns
    -------
    list of str
        Everything that does not hold, in words; empty when all does.
    """
    faults = []
    chosen = answer.chosen
    if len(np.unique(chosen)) != len(chosen) or ((chosen < 0) | (chosen >= model.moves)).any():
        return ["chosen moves must be different and exist"]
    taken = np.zeros(model.moves, dtype=bool)
    taken[chosen] = True
    if answer.status != "infeasible":
        if (model.required & ~taken).any():
            faults.append(f"{(model.required & ~taken).sum()} required moves are not taken")
        if len(crowded := model.crowded(taken)):
            faults.append(f"{len(crowded)} cliques hold more than one move")
        if budget is not None and model.cost[taken].sum() > budget:
            faults.append("the budget is overdrawn")
    closed = np.ones(model.goals, dtype=bool)
    for row in range(model.rows):
        entries = slice(model.row_offsets[row], model.row_offsets[row + 1])
        got = int(model.row_counts[entries] @ taken[model.row_moves[entries]])
        closed[model.row_goal[row]] &= got >= model.row_need[row]
    if (closed != answer.closed).any():
        faults.append(f"{(closed != answer.closed).sum()} goals are not as said")
    if closed[answer.impossible.goal].any():
        faults.append("a goal said to be impossible is closed")
    if int(model.cost[taken].sum()) != answer.cost:
        faults.append(f"the cost is {model.cost[taken].sum()}, not {answer.cost}")
    if int(model.goal_weight[closed].sum()) != answer.weight:
        faults.append(f"the weight is {model.goal_weight[closed].sum()}, not {answer.weight}")
    if answer.weight > answer.weight_bound:
        faults.append("more is closed than the bound allows")
    if answer.problem == "fewest" and answer.status != "infeasible" and answer.cost < answer.bound:
        faults.append("the cost is below its bound")
    if answer.status == "proved" and (answer.value != answer.bound or answer.gap != 0):
        faults.append("said to be proved with a gap")
    return faults
