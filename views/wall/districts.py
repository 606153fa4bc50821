"""What is told of one district: the card on the map; on a wide wall the head, the figures and the worst five."""

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from metrics.assessment import Assessment
from metrics.listing import failing_lengths_m, found_of_due
from store.base import ZONE
from store.runs import Run
from texts import numbers, say
from texts.escape import for_html
from views.wall.close_up import worst_of
from views.wall.drawing import Found, found_of
from views.wall.parts import flag


@dataclass(frozen=True)
class Tally:
    """What fails in a district: stretches and their metres, places, and the fewest sites that repair it all."""

    lines: int
    length_m: float
    places: int
    repair: float

    @property
    def nothing(self) -> bool:
        """Whether nothing fails."""
        return not self.lines and not self.places


def tally_of(assessment: Assessment, name: str) -> Tally:
    """What fails in a district."""
    found: Found = found_of(assessment)
    lines, places = (frame[frame["district"] == name] for frame in (found.lines, found.places))
    group = pd.Series(0, index=lines.index).to_numpy(dtype="int64")
    length = float(failing_lengths_m(lines, group, 1)[0]) if len(lines) else 0.0
    repair = float(lines["repair_min"].sum() + places["repair_min"].sum())
    return Tally(len(lines), length, len(places), repair)


def card(run: Run, assessment: Assessment, name: str) -> str:
    """The card of a district on the map."""
    tally = tally_of(assessment, name)
    if tally.nothing:
        return _head(name) + _nothing(run, assessment)
    rows = (
        (say("wall.card.lines"), _lines(tally), numbers.length(tally.length_m)),
        (say("wall.card.places"), "", say("wall.card.count", count=numbers.whole(tally.places))),
        (say("wall.card.repair"), "", say("wall.card.count", count=numbers.whole(tally.repair))),
    )
    return _head(name) + _rows(rows)


def _head(name: str) -> str:
    return f'<div class="card-head"><span class="who">{for_html(name)}</span></div>'


def _lines(tally: Tally) -> str:
    return say("wall.card.lines_count", count=numbers.whole(tally.lines))


def _nothing(run: Run, assessment: Assessment) -> str:
    when = say("wall.card.none_when", book=assessment.book.title, time=numbers.moment(run.at.astimezone(ZONE)))
    return f'<p class="nothing">{say("wall.card.none")}</p><p class="nothing-when">{for_html(when)}</p>'


def _rows(rows) -> str:
    return "".join(
        f'<div class="fact"><span>{for_html(title)}</span><span class="push"></span>'
        f"<b>{for_html(middle)}</b><b>{for_html(value)}</b></div>"
        for title, middle, value in rows
    )


def head(row) -> str:
    """The head of the column of a district on a wide wall: name, score, rank, flag."""
    known = pd.notna(row.score)
    score = say("wall.card.score", score=numbers.score(row.score)) if known else say("wall.ranking.unknown")
    rank = "" if pd.isna(row.rank) else say("wall.card.position", rank=int(row.rank))
    return (
        f'<span class="who big">{for_html(row.name)}</span><span class="beside">{for_html(score)}</span>'
        f'<span class="beside">{for_html(rank)}</span>{flag(row.flag)}'
    )


def plate(assessment: Assessment, name: str) -> str:
    """The figures of a district in a corner of its close-up; nothing where nothing fails."""
    tally = tally_of(assessment, name)
    if tally.nothing:
        return ""
    count = "wall.card.count"
    rows = (
        (say("wall.card.lines"), "", _lines(tally)),
        (say("wall.card.length"), "", numbers.length(tally.length_m)),
        (say("wall.card.places_short"), "", say(count, count=numbers.whole(tally.places))),
        (say("wall.card.repair"), "", say(count, count=numbers.whole(tally.repair))),
    )
    return _rows(rows)


def worst_table(run: Run, assessment: Assessment, name: str) -> str:
    """The worst five of a district as a table, by the numbers on the close-up."""
    worst: gpd.GeoDataFrame = worst_of(assessment, name)
    if not len(worst):
        return f'<div class="worst-head"><span>{say("wall.worst.title")}</span></div>{_nothing(run, assessment)}'
    head_row = "".join(
        f"<span>{say(f'wall.worst.{column}')}</span>" for column in ("title", "where", "found", "repair")
    )
    rows = "".join(
        f'<div class="worst-row"><i class="number">{number}</i><span class="who">{for_html(row.subject_name)}</span>'
        f'<span class="who quiet">{for_html(row.where)}</span><b class="fail">'
        f"{for_html(found_of_due(row, assessment))}</b><b>{numbers.own_repair(row, told=numbers.pieces)}</b></div>"
        for number, row in enumerate(worst.itertuples(), start=1)
    )
    return f'<div class="worst-head">{head_row}</div>{rows}'
