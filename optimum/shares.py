"""
Lines that share moves: how each move's price is best split between them.

Every split gives an upper bound. Where one line takes a move that another on which it lies leaves, the share of the
first rises and that of the other falls (subgradient steps of Polyak's length), until the lines agree as far as they
can; what they take on the way is put together to choices within the budget.
"""

from typing import TYPE_CHECKING

import numpy as np

from optimum.strands import Bundle

if TYPE_CHECKING:
    from optimum.search import Search

_STEPS = 60
_PATIENCE = 4  # steps without a better bound before they become shorter
_ENOUGH = 1e-3  # of the bound: a gap not worth more steps


def share(search: "Search", bundle: Bundle, price: float) -> None:
    """Sharpen the bound of a search from a first price on, and offer it what the lines take."""
    strands = bundle.strands
    prices = [price * strand.cost for strand in strands]
    moves = search.model.moves
    lines_of = np.zeros(moves, dtype=np.int64)
    borne = np.zeros(moves)
    for strand in strands:
        lines_of[strand.moves] += 1
        borne[strand.moves] += strand.cost
    best, length, waited = np.inf, 1.0, 0
    known: list[tuple[float, np.ndarray] | None] = [None] * len(strands)
    for step in range(_STEPS):
        for number, strand in enumerate(strands):
            if search.clock.over():
                return
            if known[number] is None:
                known[number] = strand.chosen_at(prices[number])
            if known[number] is None:
                return
        earns = np.maximum(bundle.weight - price * bundle.cost, 0)
        bound = sum(one[0] for one in known) + float(earns.sum()) + price * search.budget
        search.limit(search.base + bound)
        if step % 3 == 0:
            _put_together(search, bundle, known)
        if step % 12 == 11:
            agreed = np.zeros(moves, dtype=np.int64)
            for strand, one in zip(strands, known, strict=True):
                agreed[strand.moves] += one[1]
            search.lined((agreed == lines_of) & (lines_of > 0), 0.2 * search.clock.left_s)
            search.lined(search.taken, 0.2 * search.clock.left_s)
        gap = bound - (search.weight - search.base)
        if search.proved or gap <= _ENOUGH * bound:
            return
        waited = 0 if bound < best * (1 - 1e-4) else waited + 1
        best = min(best, bound)
        if waited >= _PATIENCE:
            length, waited = length / 2, 0
        used = np.zeros(moves)
        for strand, one in zip(strands, known, strict=True):
            used[strand.moves] += one[1]
        mean = used / np.maximum(lines_of, 1)
        # The mean use of a move times its cost is what the lines together would spend.
        spent = float(mean @ borne) + float(bundle.cost[earns > 0].sum())
        slopes = [one[1] - mean[strand.moves] for strand, one in zip(strands, known, strict=True)]
        squared = sum(float(slope @ slope) for slope in slopes)
        ahead = length * gap * 0.5
        change = (spent - search.budget) / max(search.budget, 1)
        new_price = price * float(np.exp(np.clip(0.2 * length * change, -0.2, 0.2)))
        total = np.zeros(moves)
        moved = []
        for strand, slope, old in zip(strands, slopes, prices, strict=True):
            new = np.maximum(old * (new_price / price) + (ahead / squared) * slope if squared else old, 0)
            moved.append(new)
            total[strand.moves] += new
        for number, strand in enumerate(strands):
            wanted, got = new_price * borne[strand.moves], total[strand.moves]
            even = wanted / lines_of[strand.moves]
            new = np.where(got > 0, moved[number] * wanted / np.where(got > 0, got, 1), even)
            if not np.array_equal(new, prices[number]):
                prices[number], known[number] = new, None
        price = new_price


def _put_together(search: "Search", bundle: Bundle, known: list) -> None:
    """Line by line, the best first, all that the line takes as long as there is room and money; the rest greedily."""
    model = search.model
    taken = search.reduced.fixed.copy()
    left = search.budget
    paid = [float(model.cost[strand.moves[one[1]]].sum()) for strand, one in zip(bundle.strands, known, strict=True)]
    order = np.argsort([-one[0] / max(cost, 1e-9) for one, cost in zip(known, paid, strict=True)], kind="stable")
    full = np.zeros(model.cliques, dtype=bool)
    offsets, cliques_of = search.cliques_of
    for number in order:
        moves = bundle.strands[number].moves[known[number][1]]
        moves = moves[~taken[moves]]
        cost = int(model.cost[moves].sum())
        if not len(moves) or cost > left:
            continue
        touched = np.concatenate([cliques_of[offsets[move] : offsets[move + 1]] for move in moves])
        if full[touched].any() or len(np.unique(touched)) < len(touched):
            continue
        taken[moves] = True
        full[touched] = True
        left -= cost
    search.offer(search.tidied(taken))
