"""The numbers beside the map: now and after, of the city or a district; the verdicts that flip; the districts."""

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from metrics.listing import failing_length_m
from metrics.scenario import Difference
from metrics.scores import CITY, DISTRICT
from texts import numbers, say
from texts.escape import for_html
from views.ranking import lowest_mark
from views.siting_words import change
from views.siting_work import Bench, Outcome

_MOST_FLIPS = 60
Write = Callable[[float], str]


@dataclass(frozen=True)
class Figure:
    """One number before and after; ``write`` writes it, ``write_change`` by how much it changed, ``least`` or more."""

    name: str
    before: float | None
    after: float | None
    write: Write
    write_change: Write
    least: float


def figures(bench: Bench, outcome: Outcome, district: str) -> list[Figure]:
    """Score, rank, pass probability, failing metres and failing places of ``district``, or of the city for ""."""
    scope = (DISTRICT, district) if district else (CITY, None)
    score = next(
        (one for one in outcome.difference.scores if one.scope == scope[0] and (not district or one.name == district)),
        None,
    )
    found = []
    if score is not None:
        found.append(_figure("score", _known(score.before), _known(score.after), numbers.score, numbers.decimal, 0.1))
        if district:
            found.append(_figure("rank", score.rank_before, score.rank, _rank, numbers.whole, 1))
    probability = probabilities(bench, outcome, district)
    if probability is not None:
        before, after = probability
        found.append(_figure("probability", before, after, _share, _points, 0.001))
    before_m, before_places = failing(bench.base.gaps, district)
    after_m, after_places = failing(outcome.gaps, district)
    found.append(_figure("length", before_m, after_m, numbers.length, numbers.length, 1))
    found.append(_figure("places", before_places, after_places, numbers.pieces, numbers.whole, 1))
    return found


def probabilities(bench: Bench, outcome: Outcome, district: str) -> tuple[float, float] | None:
    """
    The chance that a random walk passes, before and after, by metres of starts; None without known streets.

    Of the first rule about walks along streets, as on 覆盖检查.
    """
    found = bench.assessed.chance_of_walks(district=district or None)
    if found is None:
        return None
    before, rule = found
    own = bench.assessed.starts[bench.assessed.starts["rule"] == rule]
    own = own[own["district"] == district] if district else own
    now = {street.subject: street.pass_probability for street in outcome.difference.streets if street.rule == rule}
    passing_m = (own["subject"].map(now) * own["starts_m"]).fillna(own["passing_m"])
    return before, float(passing_m.sum() / own["starts_m"].sum())


def figures_html(found: list[Figure]) -> str:
    """The numbers as rows: name, now, after, change."""
    head = "".join(f"<span>{say(f'siting.compare.columns.{name}')}</span>" for name in ("name", "before", "after"))
    head += f"<span>{say('siting.compare.columns.change')}</span>"
    rows = "".join(
        f'<div class="figure-row"><span>{figure.name}</span>'
        f'<span class="before">{_written(figure, figure.before)}</span>'
        f'<b data-figure="{figure.name}">{_written(figure, figure.after)}</b>'
        f'<span class="{_look(figure)}">'
        f"{change(figure.before, figure.after, figure.write_change, least=figure.least)}</span></div>"
        for figure in found
    )
    return f'<div class="figures"><div class="figure-row head">{head}</div>{rows}</div>'


def flips_html(bench: Bench, difference: Difference) -> str:
    """What passes now and what no longer does, the losses first."""
    titles = {rule.id: rule.title for rule in bench.book.at(bench.phase)}
    gained, lost = difference.gained, difference.lost
    other = [flip for flip in difference.flips if flip not in gained and flip not in lost]
    head = say("siting.flips.title", gained=numbers.whole(len(gained)), lost=numbers.whole(len(lost)))
    if not difference.flips:
        title, none = say("siting.flips.plain"), say("siting.flips.none")
        return f'<div class="block-title">{title}</div><p class="empty">{none}</p>'
    ordered = [*lost, *gained, *other]
    rows = "".join(
        f'<div class="flip"><span class="flip-name">'
        f"{for_html(flip.subject_name or bench.book.class_label(flip.class_))}"
        f'<span class="note">{for_html(titles[flip.rule])}</span></span>'
        f'<span class="note">{for_html(flip.district)}</span><span class="{_flip_look(flip.after)}">'
        f"{_status(flip.before)} → {_status(flip.after)}</span></div>"
        for flip in ordered[:_MOST_FLIPS]
    )
    rest = len(ordered) - _MOST_FLIPS
    more = f'<p class="note">{say("siting.flips.more", count=numbers.whole(rest))}</p>' if rest > 0 else ""
    return f'<div class="block-title">{head}</div><div class="flips">{rows}{more}</div>'


def districts_html(difference: Difference, chosen: str) -> str:
    """The districts by their scores: hollow dot now, full dot after."""
    scores = [one for one in difference.scores if one.scope == DISTRICT]
    if not scores:
        return ""
    scores.sort(key=lambda one: (one.rank or len(scores) + 1, one.name))
    low = lowest_mark(pd.Series([value for one in scores for value in (one.before, one.after)]))
    span = say("coverage.ranking.range", low=low, high=100)
    signs = (
        f'<i class="sign-dot hollow"></i>{say("siting.compare.columns.before")}'
        f'<i class="sign-dot"></i>{say("siting.compare.columns.after")}　{span}'
    )
    rows = "".join(_district(one, low, one.name == chosen) for one in scores)
    title = say("siting.districts.title")
    return f'<div class="block-title split">{title}<span class="note dots">{signs}</span></div>{rows}'


def _district(one, low: int, chosen: bool) -> str:
    def at(value: float) -> float:
        return 100 * (min(value, 100) - low) / (100 - low)

    dots = ""
    if _known(one.before) is not None and _known(one.after) is not None:
        left, right = sorted((at(one.before), at(one.after)))
        dots = (
            f'<i class="bar" style="left:{left:.2f}%;width:{right - left:.2f}%"></i>'
            f'<i class="dot hollow" style="left:{at(one.before):.1f}%"></i>'
            f'<i class="dot" style="left:{at(one.after):.1f}%"></i>'
        )
    return (
        f'<div class="district{" chosen" if chosen else ""}"><span>{for_html(one.name)}</span>'
        f'<span class="line">{dots}</span><b>{numbers.score(one.after)}</b>'
        f'<span class="note">{change(one.before, one.after, numbers.decimal, least=0.1)}</span></div>'
    )


def _figure(name: str, before, after, write: Write, write_change: Write, least: float) -> Figure:
    return Figure(say(f"siting.compare.rows.{name}"), before, after, write, write_change, least)


def failing(gaps: gpd.GeoDataFrame, district: str) -> tuple[float, int]:
    """Failing metres of streets and the number of failing places."""
    own = gaps[gaps["district"] == district] if district else gaps
    lines = own[own["from_m"].notna()]
    return failing_length_m(lines), len(own) - len(lines)


def _known(value: float) -> float | None:
    return None if value is None or np.isnan(value) else value


def _rank(value: float) -> str:
    return say("siting.compare.rank", number=numbers.whole(value))


def _share(value: float) -> str:
    return numbers.percent(value)


def _points(value: float) -> str:
    return numbers.decimal(100 * value)


def _written(figure: Figure, value: float | None) -> str:
    return say("numbers.nothing") if value is None else figure.write(value)


def _look(figure: Figure) -> str:
    return "change moved" if figure.before != figure.after else "change"


def _status(status: str) -> str:
    return say(f"coverage.status.{status}") if status else say("siting.flips.absent")


def _flip_look(after: str) -> str:
    return {"pass": "gained", "fail": "fail"}.get(after, "")
