"""The draw: spread over strata, the same from the same seed, fair over many seeds."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from metrics.mock.chance import number_of, stratified

SUBJECTS = st.lists(st.sampled_from("甲乙丙丁"), max_size=30).map(
    lambda strata: [(stratum, f"s{i}") for i, stratum in enumerate(strata)]
)


@given(SUBJECTS, st.integers(0, 40), st.integers(0, 1000))
def test_laws(subjects, count, seed):
    drawn = stratified(subjects, count, seed, "x")
    assert len(drawn) == len(set(drawn)) == min(count, len(subjects))
    strata = Counter(stratum for stratum, _ in subjects)
    taken = Counter(subjects[i][0] for i in drawn)
    if count >= len(strata):
        assert taken.keys() == strata.keys()
        rest = len(subjects) - len(strata)
        for stratum, size in strata.items() if rest else ():
            share = (min(count, len(subjects)) - len(strata)) * (size - 1) / rest
            assert share - 1 < taken[stratum] - 1 < share + 1
    names = {subjects[i] for i in drawn}
    turned = subjects[::-1]
    assert {turned[i] for i in stratified(turned, count, seed, "x")} == names


def test_seeds_differ_and_are_fair():
    """Of ten in one stratum three are drawn: over 2,000 seeds each near 600 times (standard deviation 20)."""
    subjects = [("", f"s{i}") for i in range(10)]
    times = Counter(i for seed in range(2000) for i in stratified(subjects, 3, seed, "x"))
    assert len(times) == 10
    assert all(500 < count < 700 for count in times.values())


def test_numbers_never_change():
    """A written sample can be drawn again by any later version: the first 16 digits of the SHA-256 of 7␟road␟a."""
    assert number_of(7, "road", "a") == 12424470596573922814
    assert number_of(7, "road", "a") != number_of(8, "road", "a")
    assert number_of(7, "roada") != number_of(7, "road", "a")
