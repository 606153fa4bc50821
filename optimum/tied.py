"""
The least cost of a part whose rows tie several lines together.

Small parts go to HiGHS as they are. Large ones are relaxed and repaired: the linear program shows which rows and
cliques hold the optimum up; the integer program of these alone is much smaller and its optimum a lower bound; where
its answer breaks a row left out, the moves around are decided again with all rows, the others staying as they are.
When the repair costs nothing the bound is met; else the broken rows are added and it is done again.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, hstack, vstack
from scipy.sparse.csgraph import connected_components

from optimum.clock import Clock
from optimum.greedy import greedy, without_needless
from optimum.highs import Outcome, Program, at_least, at_most, solve
from optimum.lists import matrix_of, numbers, take_lists, transposed
from optimum.parts import Part
from optimum.rows import undominated

_SMALL = 40_000  # entries of a program that HiGHS is given whole
_ROUNDS = 8
_WIDER = 3  # times that a repair reaches wider
_WIDEST = 5
_UNLIMITED = np.int64(1) << 60


@dataclass(frozen=True)
class PartAnswer:
    """
    What was found for one part.

    ``taken`` is bool per move of the part; no choice that closes the same goals costs less than ``bound``; no choice
    closes more weight than ``weight_bound``; ``ended`` is why the search ended early, or empty.
    """

    taken: np.ndarray
    bound: int
    weight_bound: int
    ended: str


def fewest_of_part(part: Part, clock: Clock) -> PartAnswer:
    """The least cost that closes all goals of a part; as much weight as possible where not all can be closed."""
    unit = int(np.gcd.reduce(part.cost)) or 1
    scaled = replace(part, cost=part.cost // unit)
    found = _Search(scaled, unit, clock).run()
    if found is None:
        found = _elastic(scaled, clock)
    return replace(found, bound=found.bound * unit)


def whole_bound(bound: float) -> int:
    """The least whole number not below a bound that may be off by rounding."""
    return 0 if not np.isfinite(bound) else max(int(np.ceil(bound - max(1e-5, 1e-9 * abs(bound)))), 0)


class _Search:
    """The best choice and bound so far of one part, and the steps that better them."""

    def __init__(self, part: Part, unit: int, clock: Clock) -> None:
        self.unit = unit
        self.part = part
        self.clock = clock
        self.kept = undominated(part)
        self.covers = part.covers[self.kept]
        self.need = part.need[self.kept]
        self.packs = part.packs
        self._rows_of = transposed(self.covers.indptr, self.covers.indices, len(part.cost))
        self._packs_of = transposed(self.packs.indptr, self.packs.indices, len(part.cost))
        self.bound = 0
        self.ended = ""
        self.taken = greedy(
            self.covers, part.packs, self.need, np.ones(len(self.need)), part.cost, _UNLIMITED, prune=True
        )
        self.complete = self._holds(self.taken)
        self.cost = int(part.cost[self.taken].sum()) if self.complete else int(_UNLIMITED)

    def run(self) -> PartAnswer | None:
        """The answer; None when not all goals can be closed together, or nothing that closes them was found."""
        if not self.proved:
            self._search()
        if not self.complete:
            return None
        weight = int(self.part.weight.sum())
        return PartAnswer(self.taken, min(self.bound, self.cost), weight, "" if self.proved else self.ended)

    @property
    def proved(self) -> bool:
        return self.complete and self.bound >= self.cost

    def _search(self) -> None:
        everything = (np.arange(len(self.need)), np.arange(self.packs.shape[0]))
        if self.covers.nnz <= _SMALL:
            self._solve_whole(*everything)
            return
        linear = solve(self._program(*everything, whole=False), self.clock)
        if linear.status != "optimal":
            self._note(linear)
            return
        self.bound = whole_bound(linear.value)
        self._tying = self._ties()
        self.linear = linear.x
        rows = self.need - self.covers @ linear.x > -1e-6
        packs = 1 - self.packs @ linear.x < 0.5
        tried = False
        for _ in range(_ROUNDS):
            if self.proved or self.ended:
                return
            relaxed = replace(self._program(np.flatnonzero(rows), np.flatnonzero(packs)), whole=self._tying)
            outcome = solve(relaxed, self.clock, abs_gap=0.9)
            self.bound = max(self.bound, self._bound_of(outcome))
            self._note(outcome)
            if outcome.x is None:
                return
            broken, crowded = self._broken(outcome.x > 0.5)
            self._offer(outcome.x > 0.5)
            if not tried:
                self._round(linear.x)
                tried = True
            rows |= broken
            packs |= crowded
        if not self.proved:
            self._solve_whole(*everything)

    def _solve_whole(self, rows: np.ndarray, packs: np.ndarray) -> None:
        start = self.taken if self.complete else None
        outcome = solve(self._program(rows, packs), self.clock, start=start, abs_gap=0.9)
        self.bound = max(self.bound, self._bound_of(outcome))
        self._note(outcome)
        if outcome.x is not None:
            self._offer(outcome.x > 0.5)

    def _program(self, rows: np.ndarray, packs: np.ndarray, *, whole: bool = True) -> Program:
        moves = len(self.part.cost)
        return Program(
            self.part.cost,
            np.ones(moves),
            csr_array(vstack([self.covers[rows], self.packs[packs]], format="csr")),
            np.concatenate((self.need[rows], at_least(len(packs)))),
            np.concatenate((at_most(len(rows)), np.ones(len(packs)))),
            np.ones(moves, dtype=bool) if whole else None,
        )

    def _ties(self) -> np.ndarray:
        """The moves that must be whole for the others to be so by themselves: those on several lines or on none."""
        strand = self.part.strand[self.kept]
        lines = csr_array(
            (np.ones(len(strand)), (np.maximum(strand, 0), np.arange(len(strand)))),
            shape=(int(strand.max(initial=0)) + 1, len(strand)),
        )
        loose = self.covers[strand < 0]
        on_none = np.zeros(len(self.part.cost), dtype=bool)
        on_none[loose.indices] = True
        return on_none | (np.diff((lines @ self.covers).tocsc().indptr) > 1)

    def _bound_of(self, outcome: Outcome) -> int:
        """The whole bound: what is optimal is counted, so that large costs lose nothing to rounding."""
        if outcome.status == "optimal" and (np.abs(outcome.x - np.rint(outcome.x)) < 1e-5).all():
            return int(self.part.cost[outcome.x > 0.5].sum())
        return whole_bound(outcome.bound)

    def _note(self, outcome: Outcome) -> None:
        """Remember why a program was not solved to its end, and tell how far it is."""
        self.clock.tell(self.cost * self.unit if self.complete else None, self.bound * self.unit)
        if outcome.status in ("limit", "failed"):
            self.ended = self.clock.over() or "solver"

    def _broken(self, taken: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        chosen = taken.astype(np.float64)
        return self.covers @ chosen < self.need, self.packs @ chosen > 1

    def _holds(self, taken: np.ndarray) -> bool:
        broken, crowded = self._broken(taken)
        return not broken.any() and not crowded.any()

    def _offer(self, taken: np.ndarray) -> None:
        """Keep a choice that holds and costs less."""
        cost = int(self.part.cost[taken].sum())
        if cost < self.cost and self._holds(taken):
            self.taken, self.cost, self.complete = taken, cost, True

    def _round(self, linear: np.ndarray) -> None:
        """
        A whole choice from the linear program: each place where it is broken is decided again by itself.

        Then the places that became dearer than the linear program are decided again with more around them, the
        dearest first, until the bound is met.
        """
        parted = np.abs(linear - np.rint(linear)) > 1e-6
        taken = linear > 1 - 1e-6
        places = []
        for loose in self._places(parted):
            before = float(self.part.cost[loose] @ linear[loose])
            dearer = self._mend(taken, loose, before)
            places.append((-np.inf if dearer is None else -dearer, len(places), loose))
        taken = self._completed(taken)
        self._offer(taken)
        if not self._holds(taken):
            return
        for width in range(2, _WIDEST):
            for _, _, loose in sorted(place for place in places if place[0] < -1e-6):
                if self.proved or self.clock.over():
                    return
                for _ in range(width):
                    loose = self._wider(loose)
                # Around here the linear program costs so much less: nothing to gain where that is less than a unit.
                if self.part.cost[loose] @ (taken[loose] - self.linear[loose]) > 1 - 1e-6:
                    self._mend(taken, loose, None)
                    self._offer(taken)

    def _completed(self, taken: np.ndarray) -> np.ndarray:
        """The moves taken, what a greedy planner adds for rows still open, and none that no row needs."""
        lacks = self.need - (self.covers @ taken.astype(np.float64)).astype(np.int64)
        blocked = taken | ((self.packs.T @ (self.packs @ taken.astype(np.float64))) > 0)
        cost = np.where(blocked, _UNLIMITED, self.part.cost)
        more = greedy(self.covers, self.packs, lacks, np.ones(len(lacks)), cost, _UNLIMITED - 1, prune=False)
        return without_needless(self.covers, self.need, self.part.cost, taken | more)

    def _places(self, parted: np.ndarray) -> list[np.ndarray]:
        """The given moves, apart where they share no row and no clique."""
        moves = np.flatnonzero(parted)
        rows = np.unique(take_lists(*self._rows_of, moves)[1])
        lists = csr_array(vstack([self.covers[rows], self.packs], format="csr"))[:, moves]
        _, label = connected_components(lists.T @ lists, directed=False)
        return [moves[label == place] for place in range(label.max(initial=-1) + 1)]

    def _wider(self, loose: np.ndarray) -> np.ndarray:
        """The moves and all that share a row with them."""
        rows = np.unique(take_lists(*self._rows_of, loose)[1])
        return np.unique(np.concatenate((loose, take_lists(self.covers.indptr, self.covers.indices, rows)[1])))

    def _mend(self, taken: np.ndarray, loose: np.ndarray, before: float | None) -> float | None:
        """
        Decide the loose moves again, in place, with more around them where that has no answer or a dear one.

        Returns by how much that is dearer than ``before``; None without an answer. Without ``before`` the choice is
        whole already and only a cheaper one is taken.
        """
        again = before is None
        best, least = None, np.inf
        for width in range(_WIDER + 1):
            now = float(self.part.cost[loose[taken[loose]]].sum())
            if again:
                before = now
            outcome = solve(self._around(taken, loose), self.clock, abs_gap=0.9, start=taken[loose] if again else None)
            if outcome.x is not None:
                dearer = float(self.part.cost[loose[outcome.x > 0.5]].sum()) - before
                if dearer < least:
                    best, least = (loose, outcome.x > 0.5), dearer
            if again or least < 1 - 1e-6 or self.clock.over() or width == _WIDER:
                break
            wider = self._wider(loose)
            before += float(self.linear[wider] @ self.part.cost[wider] - self.linear[loose] @ self.part.cost[loose])
            loose = wider
        if best is None:
            return None
        if not again or least < 0:
            taken[best[0]] = best[1]
        return least

    def _around(self, taken: np.ndarray, loose: np.ndarray) -> Program:
        """All rows and cliques of the loose moves, the others staying as they are."""
        local = numbers(loose, len(taken))
        rows = np.unique(take_lists(*self._rows_of, loose)[1])
        cliques = np.unique(take_lists(*self._packs_of, loose)[1])
        stay = taken.copy()
        stay[loose] = False
        covers, packs = self.covers[rows], self.packs[cliques]
        columns = np.concatenate((local[covers.indices], local[packs.indices]))
        offsets = np.concatenate((covers.indptr, packs.indptr[1:] + covers.indptr[-1]))
        values = np.concatenate((covers.data, packs.data))
        return Program(
            self.part.cost[loose],
            np.ones(len(loose)),
            matrix_of(offsets, columns, values, len(loose)),
            np.concatenate((self.need[rows] - covers @ stay.astype(np.float64), at_least(len(cliques)))),
            np.concatenate((at_most(len(rows)), 1 - packs @ stay.astype(np.float64))),
            np.ones(len(loose), dtype=bool),
        )


def _elastic(part: Part, clock: Clock) -> PartAnswer:
    """The most weight that can be closed together, and then the least cost of closing that much."""
    worth = part.weight[part.row_goal] / np.maximum(part.need, 1)
    start = greedy(part.covers, part.packs, part.need, worth, part.cost, _UNLIMITED, prune=True)
    best = start
    most = solve(goal_program(part), clock, start=_with_goals(part, start), abs_gap=0.9)
    if most.x is not None:
        best = _heavier(part, start, most.x[: len(part.cost)] > 0.5)
    weight_bound = int(part.weight.sum())
    if most.status == "optimal":
        weight_bound = _weight(part, best)
    elif np.isfinite(most.bound):
        weight_bound = min(weight_bound, int(np.floor(-most.bound + max(1e-4, -1e-10 * most.bound))))
    weight = _weight(part, best)
    cheapest = solve(goal_program(part, least=weight), clock, start=_with_goals(part, best), abs_gap=0.9)
    if cheapest.x is not None:
        found = cheapest.x[: len(part.cost)] > 0.5
        if _fits(part, found) and _weight(part, found) >= weight and part.cost[found].sum() < part.cost[best].sum():
            best = found
    ended = ""
    if most.status != "optimal" or cheapest.status != "optimal":
        ended = clock.over() or "solver"
    cost = int(part.cost[best].sum())
    bound = cost if cheapest.status == "optimal" else min(whole_bound(cheapest.bound), cost)
    return PartAnswer(best, bound, max(weight_bound, weight), ended)


def goal_program(part: Part, *, least: int | None = None, budget: int | None = None) -> Program:
    """
    The program with a column per goal beside the moves: most weight, or least cost for a weight.

    Parameters
    ----------
    least
        The least weight to close; then the cost is minimised. Without it the weight is maximised.
    budget
        The most that may be spent.
    """
    moves, goals, rows = len(part.cost), len(part.weight), len(part.need)
    pulls = csr_array((-part.need.astype(np.float64), (np.arange(rows), part.row_goal)), shape=(rows, goals))
    blocks = [
        _beside(part.covers, pulls),
        _beside(part.packs, csr_array((part.packs.shape[0], goals))),
    ]
    lower = [np.zeros(rows), at_least(part.packs.shape[0])]
    upper = [at_most(rows), np.ones(part.packs.shape[0])]
    if least is not None:
        unit = int(np.gcd.reduce(part.weight))
        blocks.append(csr_array(np.concatenate((np.zeros(moves), part.weight // unit))[None, :]))
        lower.append(np.array([-(-least // unit)]))
        upper.append(at_most(1))
    if budget is not None:
        blocks.append(csr_array(np.concatenate((part.cost, np.zeros(goals)))[None, :]))
        lower.append(at_least(1))
        upper.append(np.array([budget]))
    cost = np.concatenate((np.zeros(moves), -part.weight) if least is None else (part.cost, np.zeros(goals)))
    return Program(
        cost,
        np.ones(moves + goals),
        csr_array(vstack(blocks, format="csr")),
        np.concatenate(lower),
        np.concatenate(upper),
        np.ones(moves + goals, dtype=bool),
    )


def _beside(left: csr_array, right: csr_array) -> csr_array:
    return csr_array(hstack([left, right], format="csr"))


def _with_goals(part: Part, taken: np.ndarray) -> np.ndarray:
    return np.concatenate((taken, _closed(part, taken))).astype(np.float64)


def _closed(part: Part, taken: np.ndarray) -> np.ndarray:
    short = part.covers @ taken.astype(np.float64) < part.need
    return np.bincount(part.row_goal[short], minlength=len(part.weight)) == 0


def _weight(part: Part, taken: np.ndarray) -> int:
    return int(part.weight[_closed(part, taken)].sum())


def _fits(part: Part, taken: np.ndarray) -> bool:
    return not (part.packs @ taken.astype(np.float64) > 1).any()


def _heavier(part: Part, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return other if _fits(part, other) and _weight(part, other) > _weight(part, one) else one
