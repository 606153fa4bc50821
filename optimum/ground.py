"""What searches for several budgets share."""

from copy import copy
from functools import cached_property

import numpy as np

from optimum.clock import Clock
from optimum.lists import take_lists, transposed
from optimum.model import Model
from optimum.outline import Outline
from optimum.parts import Part, part_of, split
from optimum.reduced import Reduced, reduce
from optimum.strands import Bundle, bundle


class Ground:
    """What searches for several budgets share: the reduced model, its parts, its strands and their known points."""

    def __init__(self, model: Model, clock: Clock) -> None:
        self.model = model
        self.reduced = reduce(model, clock)
        self.base_fixed = self.reduced.fixed
        self.parts = split(model, self.reduced.free, self.reduced.lacks, self.reduced.asked)
        self.spent = int(model.cost[self.reduced.fixed].sum())
        self.cliques_of = transposed(model.clique_offsets, model.clique_moves, model.moves)

    def with_ties(self, taken: np.ndarray) -> "Ground":
        """The ground on which the moves that tie lines are decided: those given are taken, the others are not."""
        model, reduced = self.model, self.reduced
        tying = np.bincount(model.line_moves, minlength=model.moves) > 1
        fixed = reduced.fixed | (taken & tying)
        held = np.add.reduceat(np.append(fixed[model.clique_moves], False).astype(np.int64), model.clique_offsets[:-1])
        full = np.flatnonzero((held > 0) & (np.diff(model.clique_offsets) > 0))
        free = reduced.free & ~tying & ~fixed
        free[take_lists(model.clique_offsets, model.clique_moves, full)[1]] = False
        lacks = model.row_need - model.covered(fixed)
        asked = reduced.asked & model.closed(fixed | free) & ~model.closed(fixed)
        ground = copy(self)
        for name in ("strands", "outline", "part"):
            ground.__dict__.pop(name, None)
        ground.reduced = Reduced(fixed, free, lacks, model.crowded(fixed), asked, reduced.impossible)
        ground.parts = split(model, free, lacks, asked)
        ground.spent = int(model.cost[fixed].sum())
        return ground

    @cached_property
    def strands(self) -> Bundle:
        """The strands of all parts."""
        return bundle(self.model, self.reduced, self.parts)

    @cached_property
    def outline(self) -> Outline:
        """All that is asked, by where it lies."""
        return Outline.of_model(self.model, self.reduced, self.parts)

    @cached_property
    def part(self) -> Part:
        """All that is asked, as one part."""
        nowhere = np.full(len(self.parts.rows), -1, dtype=np.int64)
        members = (self.parts.order, self.parts.rows, self.parts.cliques)
        return part_of(self.model, self.reduced.lacks, members, nowhere, nowhere, nowhere)
