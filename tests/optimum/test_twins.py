"""Several carriers at one spot: only the cheapest of those that count alike is looked at."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from optimum.fewest import fewest
from optimum.model import Model
from optimum.twins import useless
from tests.optimum.small import choices


def test_the_cheapest_of_one_spot_is_left():
    """Spot A has moves 0 to 2, of which 2 counts for a theme, too; spot B has 3 and 4, which share no clique."""
    model = Model.of(cost=[5, 3, 4, 2, 1], rows=[[0, 1, 2, 3, 4], [2]], needs=[2, 1], cliques=[[0, 1, 2], [3], [4]])
    assert useless(model, np.ones(5, dtype=bool)).tolist() == [True, False, False, False, False]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9)), min_size=1, max_size=8), st.integers(1, 3))
def test_nothing_is_lost(carriers, need):
    """Up to four spots in a row, each with carriers of several costs; windows hold two neighbouring spots."""
    carriers.sort()
    spots = [[move for move, (spot, _) in enumerate(carriers) if spot == s] for s in range(4)]
    model = Model.of(
        cost=[cost for _, cost in carriers],
        rows=[spots[s] + spots[s + 1] for s in range(3)],
        needs=[need, 1, 2],
        cliques=[spot for spot in spots if spot],
    )
    every = choices(model)
    weight = max(weight for _, weight, _ in every)
    answer = fewest(model)
    assert answer.status in ("proved", "nothing_asked")
    assert (answer.weight, answer.cost) == (weight, min(cost for cost, closed, _ in every if closed == weight))
