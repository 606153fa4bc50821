"""
A whole ``assess`` with all rules of a book, data in memory: seconds, time per site, peak memory.

Run ``python -m benchmarks.assess [district] [city] [megacity]``. The fingerprint, the streets and the index of walls
are made anew in each run.
"""

import resource
import sys
from functools import partial

from benchmarks.synthetic import SIZES, grid_city
from benchmarks.timing import median_seconds
from data.city import City
from metrics.assessment import assess
from metrics.rulebook import RuleBook, load_rulebook

_REPEATS = 3
_PLACES_PER_SQUARE = 8


def afresh(city: City) -> City:
    """The same layers as a city nothing is remembered of."""
    return City(crs=city.crs, meta=city.meta, **city.layers)


def _assess_afresh(city: City, book: RuleBook) -> None:
    assess(afresh(city), book)


def main(sizes: list[str]) -> None:
    """Time the named sizes and print a table."""
    book = load_rulebook("zhoushan-2017")
    assess(grid_city(20, 300, 100, 2), book)
    print(f"{'size':10} {'sites':>9} {'buildings':>10} {'verdicts':>9} {'seconds':>8} {'µs a site':>10} {'peak GB':>8}")
    for name in sizes:
        size = SIZES[name]
        city = grid_city(
            size.street_km, size.sites, size.buildings, size.squares, places=_PLACES_PER_SQUARE * size.squares
        )
        verdicts = len(assess(afresh(city), book).verdicts)
        taken = median_seconds(partial(_assess_afresh, city, book), _REPEATS)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(
            f"{name:10} {size.sites:9,} {size.buildings:10,} {verdicts:9,} {taken:8.2f} "
            f"{1e6 * taken / size.sites:10.1f} {peak:8.2f}"
        )


if __name__ == "__main__":
    main(sys.argv[1:] or ["district", "city"])
