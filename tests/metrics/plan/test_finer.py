"""The second look: so many places apart beside all subsets, and a gap that only a narrow patch of ground can close."""

from itertools import combinations

import numpy as np
import pytest

from metrics.plan import Offer, plan
from metrics.plan.finer import apart
from tests.cities import city, road, site, venue
from tests.metrics.judging import book_of, rule
from tests.metrics.plan.drawn import but

SPACING_MM = 10_000


@pytest.mark.parametrize("seed", range(20))
def test_places_apart_beside_all_subsets(seed: int):
    random = np.random.default_rng(seed)
    places = random.integers(0, 22_000, (9, 2))
    near = {
        (one, other)
        for one, other in combinations(range(9), 2)
        if ((places[one] - places[other]) ** 2).sum() < SPACING_MM**2
    }
    most = max(n for n in range(10) for s in combinations(range(9), n) if not near & set(combinations(s, 2)))
    found = apart(places, most, SPACING_MM)
    assert len(found) == most
    assert all(((one - other) ** 2).sum() >= SPACING_MM**2 for one, other in combinations(found, 2))
    assert apart(places, most + 1, SPACING_MM) is None


@pytest.mark.parametrize("seed", range(20))
def test_two_places_apart_beside_all_pairs(seed: int):
    random = np.random.default_rng(seed)
    places = random.integers(0, 7_500, (12, 2))  # the two furthest are about as far as the spacing
    ways = ((places[:, None] - places) ** 2).sum(axis=2)
    found = apart(places, 2, SPACING_MM)
    assert (found is not None) == (ways.max() >= SPACING_MM**2)
    if found is not None:
        assert ((found[0] - found[1]) ** 2).sum() == ways.max()


@pytest.mark.parametrize(("patch", "closed"), [((111, 101, 116, 105), 1), ((111, 140, 116, 150), 0)])
def test_a_patch_between_the_first_spots_is_found(patch: tuple, closed: int):
    """A stop with 30 m of reach: on the rings of 8, 15 and 25 m nothing is free; the patch 11 to 16 m off is."""
    import shapely

    drawn = city(
        roads=[road("人民路", (0, 0), (600, 0))],
        venues=[venue("st", "bus_stop", shapely.Point(100, 100), name="东站")],
        sites=[site("far", -5000, 0)],
    )
    offer = Offer(carriers=("lamp_post_flag",), repair=None, retheme=None, forbidden=but(patch))
    found = plan(drawn, book_of(rule("presence", "bus_stop", id="stop", reach_m=30)), offer=offer)
    assert (found.closed, found.new, len(found.impossible)) == (closed, closed, 1 - closed)
    assert found.rechecked
    if not closed:
        assert "每隔 2 米逐点查过" in found.impossible[0].reason
