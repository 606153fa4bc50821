"""Where one more site gains most, as what-if says when it is put there."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.scenario import Gains, WhatIf, best_spots
from metrics.survey import survey
from tests.cities import city, road, sites_along
from tests.metrics.judging import along_rule, book_of
from tests.metrics.scenario.drawn import CORNER_MM, drawn_town
from tests.metrics.scenario.test_scenario import at


def test_the_best_spot_of_a_street():
    """
    1 000 m with a site at 300, one in 500 m asked for: starts from 300 to 500 fail, which one at 500 to 800 mends.

        0 ------ 300 * ------ 500 ------------ 800 --- 1000
    """
    street = city(roads=[road("甲路", (0, 0), (1000, 0))], sites=sites_along(300))
    book = book_of(along_rule(500, 1))
    gains = Gains(WhatIf(street, book).now()[0], book.at("routine")[0])
    spots = CORNER_MM + np.array([(100, 0), (400, 0), (650, 10), (900, 0), (650, 31)]) * 1000
    assert gains.failing_m == 200.0
    assert gains.at(spots).tolist() == [0.0, 100.0, 200.0, 100.0, 0.0]
    rows, gained = best_spots(gains, spots, 2)
    assert (rows.tolist(), gained.tolist()) == ([2, 1], [200.0, 100.0])


def test_only_of_rules_that_count_sites():
    town = drawn_town(1, sites=3)
    for rule in (along_rule(sites=False, facility_classes=["bus_stop"]), along_rule()):
        own = book_of(rule).at("routine")[0]
        with pytest.raises(ValueError, match="count sites"):
            Gains(survey(town if not own.sites else city(roads=[road("甲路", (0, 0), (9, 0))]), ("primary",)), own)


@settings(max_examples=8)
@given(
    seed=st.integers(0, 20),
    attach=st.sampled_from(["all", "nearest"]),
    short=st.sampled_from(["prorate", "exempt", "whole"]),
    spots=st.lists(st.tuples(st.integers(0, 140), st.integers(-3, 90)), min_size=1, max_size=4),
)
def test_as_what_if_says(seed: int, attach: str, short: str, spots: list[tuple[int, int]]):
    """Known starts that pass, by the sums behind the scores, before and after a site is put up."""
    town = drawn_town(seed)
    town = type(town)(
        crs=town.crs,
        meta=town.meta,
        roads=town.roads,
        venues=town.venues,
        sites=town.sites.dropna(subset=["carrier", "themes"]).reset_index(drop=True),
    )
    book = book_of(along_rule(250, 2, attach=attach, short=short, reach_m=45))
    whatif = WhatIf(town, book)
    gains = Gains(whatif.now()[0], book.at("routine")[0])
    points = CORNER_MM + np.array(spots) * 10_000
    before = whatif.assessment().inputs["walks"]["passing_m"]
    for spot, gained in zip(spots, gains.at(points), strict=True):
        whatif.become({"n": at("n", 10 * spot[0], 10 * spot[1])})
        passing = whatif.assessment().inputs["walks"]["passing_m"]
        assert passing - before == pytest.approx(gained, abs=1e-6)
