"""The plan's optimum is the best of all subsets of its moves, each judged by a whole assessment."""

import numpy as np
import pytest

from metrics.assessment import assess
from metrics.plan import Goals, Offer, plan
from metrics.plan.offer import METRES, SCORE, SUBJECTS
from metrics.scenario import WhatIf, edited_city
from tests.metrics.plan.brute import Outcome, city_score, narrowed, outcomes, worth_in_metres
from tests.metrics.plan.drawn import crossing

SEEDS = (2, 19, 34, 37, 42, 46)  # few enough moves to try all subsets; all measures, forms and kinds of moves
MANY = (3, 16, 18, 23)  # 75 to 435 moves, far too many subsets: but some of their places are forbidden
_COUNTS, _BUDGETS = (0, 1, 3), (250, 900)


@pytest.mark.parametrize("seed", (*SEEDS, *MANY))
def test_best_of_all_subsets(seed: int):
    city, book, offer = crossing(seed)
    if seed in MANY:
        offer = narrowed(city, book, offer)
    tried = outcomes(city, book, offer)
    whatif = WhatIf(city, book)
    best = max(own.score for own in tried)
    closing = [own for own in tried if own.score > best - 1e-7]
    for cheapest in (False, True):
        found = plan(city, book, offer=offer, cheapest=cheapest, whatif=whatif)
        if found.status == "nothing_asked":
            assert best == pytest.approx(tried[0].score, abs=1e-7)
            continue
        assert found.status == "proved"
        assert found.rechecked
        assert found.difference.city.after == pytest.approx(best, abs=1e-6)
        if cheapest:
            assert found.cost == pytest.approx(min(own.yuan for own in closing))
        else:
            assert 1000 * found.new + found.changed == min(own.count for own in closing)
    _check_most(whatif, offer, tried)


def _check_most(whatif: WhatIf, offer: Offer, tried: list[Outcome]) -> None:
    base, city, book = tried[0], whatif.city, whatif.book
    for worth, name in ((SCORE, "score"), (METRES, "metres"), (SUBJECTS, "subjects")):
        limits = [({"sites": count}, [own for own in tried if own.new + own.changed <= count]) for count in _COUNTS]
        limits += [({"budget": yuan}, [own for own in tried if own.yuan <= yuan]) for yuan in _BUDGETS]
        for limit, within in limits:
            found = plan(city, book, goals=Goals(worth=worth), offer=offer, whatif=whatif, **limit)
            if found.status == "nothing_asked":
                continue
            gained = max(getattr(own, name) for own in within) - getattr(base, name)
            assert found.status == "proved", (worth, limit)
            assert found.value == pytest.approx(gained, abs=1e-4), (worth, limit)
            assert found.rechecked
            after = assess(edited_city(city, found.changes), book)
            reached = {
                "score": city_score(after),
                "metres": worth_in_metres(after, book),
                "subjects": int((after.verdicts["status"] == "pass").sum()),
            }
            assert reached[name] >= getattr(base, name) + gained - 1e-4
            assert np.isclose(sum(own.cost for own in found.proposals), found.cost)
