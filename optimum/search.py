"""The search for the most weight closed within one budget."""

from dataclasses import replace

import numpy as np

from optimum.clock import Clock
from optimum.compact import Compact, compact
from optimum.fewest import fewest
from optimum.greedy import greedy, without_needless
from optimum.ground import Ground
from optimum.highs import solve
from optimum.knapsack import best_of_groups
from optimum.outline import Outline
from optimum.shares import share
from optimum.strands import Bundle

_PRICES = 40  # tried for one budget at most
_ELSE = 0.2  # of what lines are worth: when goals elsewhere are worth less, lines are tried at prices first
_SHARED, _SHARED_S = 0.6, 30.0  # of the time, or seconds without a limit
_FIRST = 3_000  # moves that a first price is found with
_MOST = 12_000  # moves that HiGHS is given
_PARTS_OF_PRICE = (0.9, 0.7, 0.4, 0.0)
_EASES = (0.0, 0.34, 0.5, 0.75, 1.0)


class Search:
    """The best choice and upper bound so far for one budget; ``budget`` is what is left after the required moves."""

    def __init__(self, ground: Ground, budget: int, clock: Clock) -> None:
        self.ground, self.budget, self.clock = ground, budget, clock
        self.model, self.reduced, self.parts = ground.model, ground.reduced, ground.parts
        self.cliques_of = ground.cliques_of
        model, reduced = ground.model, ground.reduced
        self.bound = int(model.goal_weight.sum() - model.goal_weight[reduced.impossible.goal].sum())
        self.ended = ""
        self.taken = reduced.fixed.copy()
        self.weight = int(model.goal_weight[model.closed(self.taken)].sum())
        self.base = self.weight
        if not reduced.asked.any():
            self.bound = self.weight

    def run(self, *, whole: bool = True) -> None:
        """Greedy, then by lines and prices or by HiGHS (unless not wanted): until the bound is met."""
        if not self.reduced.asked.any():
            return
        self.offer(self._greedy())
        lines = self.parts.is_line.all()
        steps = [self._everything, self._priced] if lines else [self._shared]
        for step in [*steps, *([self._tied] if whole else [])]:
            if self.proved:
                return
            if why := self.clock.over():
                self.ended = why
                return
            step()

    @property
    def proved(self) -> bool:
        return self.weight >= self.bound

    def offer(self, taken: np.ndarray) -> None:
        """Keep a choice that holds and closes more."""
        model = self.model
        if model.cost[taken & ~self.reduced.fixed].sum() > self.budget or len(model.crowded(taken)):
            return
        weight = int(model.goal_weight[model.closed(taken)].sum())
        if weight > self.weight or (weight == self.weight and model.cost[taken].sum() < model.cost[self.taken].sum()):
            self.taken, self.weight = taken, weight
            self.clock.tell(self.weight, self.bound)

    def limit(self, bound: float) -> None:
        """Keep an upper bound that is lower."""
        whole = int(np.floor(bound + max(1e-4, 1e-12 * abs(bound))))
        if whole < self.bound:
            self.bound = max(whole, self.weight)
            self.clock.tell(self.weight, self.bound)

    def _greedy(self) -> np.ndarray:
        return self.filled(self.reduced.fixed)

    def filled(self, taken: np.ndarray) -> np.ndarray:
        """The moves taken, and what a greedy planner adds to them for what is left of the budget."""
        model = self.model
        left = self.budget - int(model.cost[taken & ~self.reduced.fixed].sum())
        part = self.ground.part
        local = taken[part.moves]
        lacks = part.need - (part.covers @ local.astype(np.float64)).astype(np.int64)
        blocked = local | ((part.packs.T @ (part.packs @ local.astype(np.float64))) > 0)
        cost = np.where(blocked, left + 1, part.cost)
        sizes = np.bincount(part.row_goal, minlength=len(part.weight))
        worth = part.weight[part.row_goal] / (np.maximum(part.need, 1) * sizes[part.row_goal])
        more = greedy(part.covers, part.packs, lacks, worth, cost, left, prune=False)
        result = taken.copy()
        result[part.moves[more]] = True
        return result

    def tidied(self, taken: np.ndarray) -> np.ndarray:
        """The moves taken without those that no closed goal needs, the budget filled up greedily."""
        part = self.ground.part
        local = taken[part.moves]
        closed = self.model.closed(taken)[part.goals]
        need = np.where(closed[part.row_goal], part.need, 0)
        kept = taken.copy()
        kept[part.moves] = without_needless(part.covers, need, part.cost, local)
        return self.filled(kept)

    def lined(self, taken: np.ndarray, seconds: float) -> None:
        """Offer the best choice of the other moves when those that tie lines stay as they are."""
        ground = self.ground.with_ties(taken)
        room = self.budget + self.ground.spent - ground.spent
        if room < 0 or len(ground.reduced.crowded) or not ground.parts.is_line.all():
            return
        inner = Search(ground, room, Clock(min(seconds, self.clock.left_s), lambda: bool(self.clock.over())))
        inner.offer(taken)
        inner.run(whole=False)
        self.offer(inner.taken)

    def _everything(self) -> None:
        """When the budget pays for all that can be closed, that is it."""
        if self.reduced.fixed is not self.ground.base_fixed:
            return
        answer = fewest(self.model, time_limit_s=0, stop=lambda: bool(self.clock.over()))
        self.limit(answer.weight_bound)
        self.offer(mask_of(answer.chosen, self.model.moves))

    def _priced(self) -> float:
        """Lower the price until the budget is used up, then meet in the middle; the last price."""
        strands = self.ground.strands
        high = _highest_price(strands)
        if high <= 0:
            return 0.0
        above: tuple[float, float, float] | None = None  # the lowest price known that leaves budget over
        below: tuple[float, float, float] | None = None  # the highest that does not
        for known in sorted(strands.known):
            self.limit(self.base + known[1] + known[0] * self.budget)
            if known[2] > self.budget:
                below = known
            elif above is None:
                above = known
        gained = max(self.weight - self.base, 1)
        price = min(high, 1.2 * gained / max(self.budget, 1)) if above is None else above[0]
        price = price if below is None else max(price, below[0])
        for _ in range(_PRICES):
            if self.clock.over() or self.proved:
                break
            value, cost = strands.value_at(price, self.clock)
            if self.clock.over():
                break
            self.limit(self.base + value + price * self.budget)
            if cost <= self.budget:
                above = (price, value, cost)
            else:
                below = (price, value, cost)
            if above is None:
                price = price * 1.5
            elif below is None:
                price = price / 1.25
                if price < 1e-6 * high:
                    break
            else:
                if above[2] == below[2]:
                    break
                middle = (above[1] + above[0] * above[2] - below[1] - below[0] * below[2]) / (above[2] - below[2])
                if not below[0] * (1 + 1e-9) < middle < above[0] * (1 - 1e-9):
                    break
                price = middle
        if strands.tied:
            return price
        self._combine(strands)
        for factor in (0.93, 1.07, 0.85, 1.15):
            if self.clock.over() or self.proved:
                break
            strands.value_at(price * factor, self.clock)
            self._combine(strands)
        return price

    def _combine(self, strands: Bundle) -> None:
        """The best choice of one known point per line within the budget, filled up greedily."""
        groups = [strand.points for strand in strands.strands]
        chosen = best_of_groups(groups, self.budget)
        taken = self.reduced.fixed.copy()
        for point in chosen:
            taken[point.moves] = True
        self.offer(taken)
        self.offer(self.filled(taken))

    def _shared(self) -> None:
        """Tied lines at prices, for some of the time, where little else is asked."""
        strands = self.ground.strands
        along = sum(int(strand.weight.sum()) for strand in strands.strands)
        if strands.weight.sum() > _ELSE * along:
            return
        left = self.clock.left_s
        self.clock, whole = self.clock.part(_SHARED * left if np.isfinite(left) else _SHARED_S), self.clock
        price = self._priced()
        if price and not self.clock.over() and not self.proved:
            share(self, strands, price)
        self.clock = whole

    def _tied(self) -> None:
        """HiGHS on the moves that promise most; on more of them as long as the others might be better."""
        outline, price = self.ground.outline, self._marginal()
        before = 0
        for part in _PARTS_OF_PRICE:
            if self.proved or self.clock.over():
                break
            kept, asked, ease = self._kept(outline, part * price)
            if kept.sum() > before:
                before = int(kept.sum())
                if not self._solve(compact(outline, self.budget, kept, asked, ease)):
                    break
        if not self.proved:
            self.ended = self.clock.over() or "solver"

    def _marginal(self) -> float:
        """About what one more unit of the budget closes, by the linear program of the most promising moves."""
        outline = self.ground.outline
        promise = outline.promises(1.0)
        order = np.argsort(-promise, kind="stable")
        kept = promise > (promise[order[_FIRST]] if len(order) > _FIRST else 0.0)
        price = float(promise[~kept].max(initial=0.0))
        program = compact(outline, self.budget, kept, price, 1.0)
        linear = solve(replace(program.program, whole=None), self.clock)
        if linear.status != "optimal":
            return 0.0
        self.limit(self.base + program.weight(linear.value))
        return price - program.scale * float(linear.row_duals[-1])

    def _kept(self, outline: Outline, price: float) -> tuple[np.ndarray, float, float]:
        """The moves that promise more than a price, what the others promise, and how easily goals close in part."""
        for ease in _EASES:
            promise = outline.promises(ease)
            kept = promise > price
            if kept.sum() <= _MOST:
                break
        kept |= np.isinf(promise)
        left = float(promise[~kept].max(initial=0.0))
        return kept, left, ease

    def _solve(self, program: Compact) -> bool:
        """Solve the program from the best so far; whether to the end."""
        start = program.start(self.taken)
        outcome = solve(program.program, self.clock, start=start, abs_gap=0.9 / program.scale)
        if outcome.x is not None:
            taken = self.reduced.fixed.copy()
            taken[program.moves[outcome.x[: len(program.moves)] > 0.5]] = True
            self.offer(taken)
            self.offer(self.filled(taken))
        bound = outcome.value if outcome.status == "optimal" else outcome.bound
        if np.isfinite(bound):
            self.limit(self.base + program.weight(bound))
        return outcome.status == "optimal"


def _highest_price(strands: Bundle) -> float:
    """A price at which nothing pays."""
    per_unit = [0.0]
    for strand in strands.strands:
        cheapest = strand.cost[strand.cost > 0].min(initial=np.inf)
        per_unit.append(float(strand.weight.sum()) / cheapest)
    paid = strands.cost > 0
    per_unit.extend((strands.weight[paid] / strands.cost[paid]).tolist())
    return max(per_unit)


def mask_of(chosen: np.ndarray, moves: int) -> np.ndarray:
    """Of so many moves, which are among the chosen; bool."""
    mask = np.zeros(moves, dtype=bool)
    mask[chosen] = True
    return mask
