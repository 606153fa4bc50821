"""All subsets of the moves of a small plan, each judged by a whole assessment of the city it makes."""

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import shapely

from data.city import City
from data.vocabulary import vocabulary
from metrics.assessment import assess
from metrics.book import RuleBook
from metrics.plan import Goals, Offer
from metrics.plan.problem import Problem, problem_of
from metrics.scenario import Site, WhatIf, edited_city
from metrics.scenario.sites import site_in
from tests.metrics.plan.drawn import EVERYWHERE

_MOST_MOVES, _MOST_LEFT, _FREE_M = 8, 7, 0.5
PLACE_M = 500.0  # what data/plan.yaml says a place is worth beside metres of street
EVERY_THEME = ",".join(vocabulary().themes)


@dataclass(frozen=True)
class Outcome:
    """What one subset of the moves comes to."""

    new: int
    changed: int
    yuan: float
    score: float
    metres: float
    subjects: int

    @property
    def count(self) -> int:
        """What the fewest is counted in: a new site outweighs changed ones."""
        return 1000 * self.new + self.changed


def outcomes(city: City, book: RuleBook, offer: Offer) -> list[Outcome]:
    """Every subset that keeps the spacing."""
    whatif = WhatIf(city, book)
    problem = problem_of(whatif, Goals(), offer)
    assert len(problem.moves) <= _MOST_MOVES
    sites = [_site(problem, whatif, move) for move in range(len(problem.moves))]
    found = []
    for size in range(len(sites) + 1):
        for chosen in combinations(range(len(sites)), size):
            if _allowed(problem, chosen, offer.spacing_m):
                found.append(_judged(city, book, problem, {sites[m].id: sites[m] for m in chosen}, chosen))
    return found


def narrowed(city: City, book: RuleBook, offer: Offer) -> Offer:
    """The offer with so many places forbidden that all subsets can be tried; those left lie far apart in their list."""
    whatif = WhatIf(city, book)
    problem = problem_of(whatif, Goals(), offer)
    places = problem.xy_mm[problem.moves.site < 0] / 1000
    for count in range(_MOST_LEFT, 0, -1):
        left = places[np.linspace(0, len(places) - 1, count).round().astype(int)]
        free = shapely.union_all(shapely.buffer(shapely.points(left), _FREE_M))
        own = replace(offer, forbidden=(*offer.forbidden, shapely.difference(EVERYWHERE, free)))
        if len(problem_of(whatif, Goals(), own).moves) <= _MOST_LEFT:
            return own
    raise ValueError("even one free place leaves too many moves")


def _site(problem: Problem, whatif: WhatIf, move: int) -> Site:
    """The site a move makes, showing everything where it may choose."""
    moves, (x, y) = problem.moves, problem.xy_mm[move].tolist()
    row, kind = int(moves.site[move]), int(moves.kind[move])
    if row < 0:
        return Site(f"new{move}", x, y, str(moves.form[move]), EVERY_THEME, "good")
    site = site_in(whatif.stock, row)
    site = replace(site, condition="good") if kind in (1, 3) else site
    return replace(site, themes=EVERY_THEME) if kind in (2, 3) else site


def _allowed(problem: Problem, chosen: tuple[int, ...], spacing_m: float) -> bool:
    for one, other in combinations(chosen, 2):
        rows = problem.moves.site[[one, other]]
        if rows[0] >= 0 and rows[0] == rows[1]:
            return False
        if (rows < 0).all() and np.hypot(*(problem.xy_mm[one] - problem.xy_mm[other]).astype(float)) < spacing_m * 1000:
            return False
    return True


def _judged(city: City, book: RuleBook, problem: Problem, changes: dict[str, Site], chosen: tuple[int, ...]) -> Outcome:
    found = assess(edited_city(city, changes), book)
    new = sum(int(problem.moves.site[move] < 0) for move in chosen)
    return Outcome(
        new=new,
        changed=len(chosen) - new,
        yuan=sum(int(problem.moves.cost_fen[move]) for move in chosen) / 100,
        score=city_score(found),
        metres=worth_in_metres(found, book),
        subjects=int((found.verdicts["status"] == "pass").sum()),
    )


def city_score(found) -> float:
    """The score of the city."""
    return float(found.scores.loc[found.scores["scope"] == "city", "score"].iloc[0])


def worth_in_metres(found, book: RuleBook) -> float:
    """Metres of passing starts, and so much for each passing place."""
    total = 0.0
    windows = {rule.id: rule.window_m for rule in book.rules if rule.measure == "along"}
    for _, verdict in found.verdicts.iterrows():
        if verdict["rule"] not in windows:
            total += PLACE_M * (verdict["status"] == "pass")
            continue
        length, window = verdict["length_m"], windows[verdict["rule"]]
        total += (length - window if length > window else length) * verdict["pass_probability"]
    return total
