"""``risk``: what the random draw of a rule book costs the city and each district."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.city import City
from data.errors import DataError
from metrics.assessment import Assessment, city_label
from metrics.book import Draw
from metrics.explain import plain_number
from metrics.risk.losses import Losses, losses
from metrics.risk.spread import MILLION, Outcomes, Spread, drawn_cells
from texts import say

CITY, CLASS, DISTRICT, ALONE = "city", "class", "district", "alone"
AREA_COLUMNS = [
    "scope",
    "name",
    "drawn",
    "subjects",
    "unknown",
    "expected_least",
    "expected_most",
    "low_least",
    "low_most",
    "high_least",
    "high_most",
    "full_least",
    "full_most",
]
SUBJECT_COLUMNS = [
    "class",
    "subject",
    "subject_name",
    "district",
    "unit",
    "drawn",
    "fail_least",
    "fail_most",
    "loss_least",
    "loss_most",
    "expected_least",
    "expected_most",
    "share_least",
    "share_most",
]
_LOW, _HIGH = 0.05, 0.95
_MOST_CELLS = 10_000
_HUNDREDTH = MILLION // 100


@dataclass(frozen=True, eq=False)
class Risk:
    """
    What a random draw costs; every number twice: what it is at least and at most, whatever the unknown answers are.

    Attributes
    ----------
    areas
        ``AREA_COLUMNS``, one row each for: the city (``scope`` ``city``); each drawn class in the whole city
        (``class``, ``name`` its code); each district's part of the draw over the whole city (``district``); each
        district if the whole draw were made in it alone (``alone``). ``drawn`` subjects out of ``subjects``
        (of a district's part: those expected to be drawn there), of which ``unknown`` have an answer that is open;
        expected deduction; the ends of the central 90 % interval (5 % and 95 % quantile); the probability of full
        marks. Points.
    subjects
        ``SUBJECT_COLUMNS``, dearest first: the probability that a subject is drawn; if it is, the probability that it
        costs anything and what it costs on average; what it adds to the expected deduction of the city, and its share
        of that (of the least in the best reading of the data, of the most in the worst).
    spreads
        By scope and name the distributions of the deduction in the best and in the worst reading.
    draw
        The draw.
    left_out
        Drawn classes of which the city has no subject that the book deducts for: not in any sum.
    step_points
        0 where the distributions are exact; else deductions were rounded to this many points, down in the best and up
        in the worst reading, so that the bounds still hold.
    notes
        Chinese sentences on what was counted and how.
    """

    areas: pd.DataFrame
    subjects: pd.DataFrame
    spreads: Mapping[tuple[str, str], tuple[Spread, Spread]]
    draw: Draw
    left_out: tuple[str, ...]
    step_points: float
    notes: tuple[str, ...]


def risk(city: City, assessment: Assessment, *, draw: Draw | None = None, district: str = "") -> Risk:
    """
    What the random on-site assessment would cost.

    Of each class as many subjects as the draw says (all, where there are fewer) are drawn over the whole city without
    replacement, each set as likely as any other; a street is as likely as another however long it is. What is drawn is
    judged as `metrics.risk.losses.losses` says, classes are independent, and the deductions add up. A district's
    part are the deductions of the drawn subjects that lie in it (a street where most of it does), so the expected
    parts of all districts and of what lies outside them sum to that of the city. No simulation: see
    `metrics.risk.spread.drawn_cells`.

    Source of draw and deductions: the book (``draw.source``, the rules' ``deduction`` and ``source``); for
    ``index-assessment`` confidence B. That inspectors draw evenly and start evenly is our model.

    Parameters
    ----------
    city, assessment
        A city and what it was judged to be.
    draw
        Another draw than that of the book.
    district
        Draw in this district only; "" in the whole city. Then the answer has no district's rows, and the row ``city``
        is the district, by its name.

    Raises
    ------
    DataError
        When the book says of no draw and none is given, or the worst reading of an unknown answer has no end.
    ValueError
        When the assessment is of another city.

    Examples
    --------
    >>> from data.demo import demo_city
    >>> from metrics.assessment import assess
    >>> from metrics.rulebook import load_rulebook
    >>> city = demo_city()
    >>> answer = risk(city, assess(city, load_rulebook("index-assessment"), "inspection"))
    >>> answer.areas["scope"].iloc[0], answer.left_out
    ('city', ())
    """
    if assessment.inputs["city"] != city.fingerprint:
        raise ValueError("the assessment is of another city")
    draw = draw or assessment.book.draw
    if draw is None:
        raise DataError(say("risk.fault.no_draw", book=assessment.book.title))
    found = losses(city, assessment, list(draw.counts))
    found = found.within(district) if district else found
    step, exact = _lattice(found, draw)
    pool = _Pool(found, draw, step)
    rows, spreads = [], {}
    for scope, name, chosen, where in _scopes(found, draw, district, city_label(city)):
        row, pair = pool.drawn(chosen, where)
        rows.append({"scope": scope, "name": name, **row})
        spreads[scope, name] = pair
    areas = pd.DataFrame(rows, columns=AREA_COLUMNS)
    left_out = tuple(code for code in draw.counts if not (found.table["class"] == code).any())
    answer_step = 0.0 if exact else step / MILLION
    notes = _notes(assessment, draw, found, areas, left_out, answer_step, district)
    return Risk(areas, _subjects(found, draw), spreads, draw, left_out, answer_step, notes)


@dataclass(frozen=True)
class _Pool:
    """The subjects of all drawn classes, to be drawn from."""

    found: Losses
    draw: Draw
    step: int

    def drawn(self, mine: np.ndarray, pool: np.ndarray) -> tuple[dict[str, object], tuple[Spread, Spread]]:
        """The row of an area, and its two distributions: of ``pool`` (mask) is drawn, those of ``mine`` count."""
        class_ = self.found.table["class"].to_numpy(dtype=object)
        cells, expected, drawn = [np.ones(1), np.ones(1)], np.zeros(2), 0.0
        for code, count in self.draw.counts.items():
            of_class = pool & (class_ == code)
            size = int(of_class.sum())
            number = min(count, size)
            own = of_class & mine
            drawn += number * int(own.sum()) / size if size else 0.0
            for reading, outcomes in enumerate((self.found.least, self.found.most)):
                means = outcomes.mean()[own]
                expected[reading] += number / size * means.sum() if size else 0.0
                costly = own & (outcomes.chance_of_loss() > 0)
                part = drawn_cells(self._in_cells(outcomes.take(costly), up=reading == 1), size, number)
                cells[reading] = np.convolve(cells[reading], part)
        pair = tuple(_spread(probability, self.step) for probability in cells)
        return self._row(mine & pool, drawn, expected, pair), pair

    def _in_cells(self, outcomes: Outcomes, *, up: bool) -> Outcomes:
        whole = -(-outcomes.millionths // self.step) if up else outcomes.millionths // self.step
        return Outcomes(outcomes.offsets, whole, outcomes.probability)

    def _row(self, mine: np.ndarray, drawn: float, expected: np.ndarray, pair: tuple[Spread, Spread]) -> dict:
        least, most = pair
        open_ = _open(self.found)
        return {
            "drawn": drawn,
            "subjects": int(mine.sum()),
            "unknown": int((open_ & mine).sum()),
            "expected_least": expected[0],
            "expected_most": expected[1],
            "low_least": least.quantile(_LOW),
            "low_most": most.quantile(_LOW),
            "high_least": least.quantile(_HIGH),
            "high_most": most.quantile(_HIGH),
            "full_least": most.full_marks,
            "full_most": least.full_marks,
        }


def _open(found: Losses) -> np.ndarray:
    """Which subjects cost more in the worst reading than in the best."""
    return found.most.mean() > found.least.mean() + 1e-9


def _scopes(found: Losses, draw: Draw, only: str, city_name: str) -> Iterator[tuple[str, str, np.ndarray, np.ndarray]]:
    """Scope, name, whose deductions count, and out of whom is drawn."""
    class_ = found.table["class"].to_numpy(dtype=object)
    district = found.table["district"].to_numpy(dtype=object)
    everyone = np.ones(len(class_), dtype=bool)
    yield CITY, only or city_name, everyone, everyone
    for code in draw.counts:
        if (class_ == code).any():
            yield CLASS, code, class_ == code, class_ == code
    if only:
        return
    outside = pd.isna(district)
    names = sorted(set(district[~outside].tolist()))
    for name in names:
        yield DISTRICT, name, district == name, everyone
    if names and outside.any():
        yield DISTRICT, say("risk.outside"), outside, everyone
    for name in names:
        yield ALONE, name, district == name, district == name


def _lattice(found: Losses, draw: Draw) -> tuple[int, bool]:
    """The step (millionths) on which all sums lie, or a coarser one where there would be too many; whether exact."""
    amounts = np.concatenate((found.least.millionths, found.most.millionths))
    step = max(int(np.gcd.reduce(amounts)) if len(amounts) else 1, 1)
    class_ = found.table["class"].to_numpy(dtype=object)
    total = 0
    for code, count in draw.counts.items():
        own = found.most.take(class_ == code)
        total += min(count, len(own)) * int(own.millionths.max(initial=0))
    if total // step <= _MOST_CELLS:
        return step, True
    coarse = -(-total // _MOST_CELLS)
    return -(-coarse // _HUNDREDTH) * _HUNDREDTH, False


def _spread(probability: np.ndarray, step: int) -> Spread:
    """Without the sums that do not occur; there is always the first and what has some probability."""
    kept = np.flatnonzero(probability > 0)
    return Spread(kept * step / MILLION, probability[kept] / probability[kept].sum())


def _subjects(found: Losses, draw: Draw) -> pd.DataFrame:
    table = found.table.copy()
    size = table["class"].map(table["class"].value_counts())
    table["drawn"] = np.minimum(table["class"].map(draw.counts) / size, 1.0).astype(float)
    for name, outcomes in (("least", found.least), ("most", found.most)):
        table[f"fail_{name}"] = outcomes.chance_of_loss()
        table[f"loss_{name}"] = outcomes.mean()
        expected = table["drawn"] * table[f"loss_{name}"]
        table[f"expected_{name}"] = expected
        table[f"share_{name}"] = expected / expected.sum() if expected.sum() > 0 else 0.0
    order = np.lexsort((np.arange(len(table)), -table["expected_least"], -table["expected_most"]))
    return table.iloc[order].reset_index(drop=True)[SUBJECT_COLUMNS]


def _notes(
    assessment: Assessment,
    draw: Draw,
    found: Losses,
    areas: pd.DataFrame,
    left_out: tuple[str, ...],
    step_points: float,
    only: str,
) -> tuple[str, ...]:
    label = assessment.book.class_label
    size = found.table["class"].value_counts()
    drawn = [
        say("risk.drawn", label=label(code), count=min(count, int(size[code])), of=int(size[code]))
        for code, count in draw.counts.items()
        if code in size
    ]
    joiner = say("explain.joiner")
    source = draw.source
    notes = [
        say("risk.how", where=only or say("risk.whole"), drawn=joiner.join(drawn) or say("risk.nothing")),
        say("risk.walks"),
        say("risk.source", document=source.document, clause=source.clause, confidence=source.confidence),
    ]
    if (areas["scope"] == DISTRICT).any():
        notes.append(say("risk.districts"))
    short = [label(code) for code, count in draw.counts.items() if code in size and size[code] < count]
    if short:
        notes.append(say("risk.short", classes=joiner.join(short)))
    if left_out:
        notes.append(say("risk.left_out", classes=joiner.join(label(code) for code in left_out)))
    unknown = int(_open(found).sum())
    if unknown:
        notes.append(say("risk.unknown", count=unknown))
    if step_points:
        notes.append(say("risk.rounded", points=plain_number(step_points)))
    return tuple(notes)
