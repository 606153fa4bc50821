"""What is written around a map: the title that says what was found, the lines above and below it."""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from briefing.pictures.closeup import Subject, sites_in_view
from briefing.pictures.fonts import drawable
from briefing.pictures.found import Found
from briefing.pictures.panel import Panel
from briefing.pictures.sheet import Sheet
from data.city import City
from metrics.assessment import Assessment, city_label
from metrics.listing import COUNTED, Filters, failing_length_m, findings, narrowed
from metrics.measures.findings import FAIL, UNKNOWN
from metrics.scores import CITY, DISTRICT, UNIT
from texts import numbers, say

_LACKING_NAMED = 6
_SAME_M = 0.5


def found_title(assessment: Assessment, district: str | None = None, *, filters: Filters | None = None) -> str:
    """
    What was found, in one line that is true of all findings, also of those that have no place on the map.

    Streets by length and number, places by number; what is unknown only where nothing fails.
    """
    listed = narrowed(findings(assessment), filters or Filters(district=district))
    failing = listed[listed["status"] == FAIL]
    unknown = int((listed["status"] == UNKNOWN).sum())
    if len(failing):
        lines = failing[failing["is_line"]]
        parts = []
        if len(lines):
            length = numbers.length(failing_length_m(lines))
            parts.append(say("pictures.title.lines", length=length, count=numbers.whole(len(lines))))
        if len(failing) > len(lines):
            parts.append(say("pictures.title.places", count=numbers.whole(len(failing) - len(lines))))
        return say("pictures.title.failing", parts=say("pictures.title.and").join(parts))
    if not len(listed):
        return say("pictures.title.nothing")
    if unknown == len(listed):
        return say("pictures.title.all_unknown", count=numbers.whole(unknown))
    return say("pictures.title.unknown", count=numbers.whole(unknown)) if unknown else say("pictures.title.none")


def area_line(assessment: Assessment, city: City, district: str | None, *, unit: str | None = None) -> str:
    """Whose map it is, a district's, a unit's, else the city's, with its score and its rank."""
    scores = assessment.scores
    scope, name = next(((scope, name) for scope, name in ((UNIT, unit), (DISTRICT, district)) if name), (CITY, None))
    own = scores[(scores["scope"] == scope) & ((scores["name"] == name) | (scope == CITY))]
    parts = [city_label(city), name]
    if len(own) and pd.notna(own["score"].iloc[0]):
        parts.append(say("pictures.kicker.score", score=numbers.score(own["score"].iloc[0])))
        if scope != CITY and pd.notna(own["rank"].iloc[0]):
            parts.append(say("pictures.kicker.rank", rank=numbers.whole(own["rank"].iloc[0])))
    return joined(parts)


def basis_line(assessment: Assessment) -> str:
    """By what was judged: rule book, edition, phase; and the date of the data."""
    book = assessment.book
    phase = book.phases.get(assessment.phase, assessment.phase)
    return joined(
        [
            say("pictures.foot.book", title=book.title),
            say("pictures.foot.edition", edition=book.edition),
            say("pictures.foot.phase", phase=phase),
            _date(assessment.inputs.get("data_date")),
        ]
    )


def source_line(city: City) -> str:
    """Where the data are from, and under which licence."""
    source, licence = (city.meta.get(key) for key in ("source", "licence"))
    parts = [say("pictures.foot.source", source=source) if source else say("pictures.foot.no_source")]
    return joined([*parts, say("pictures.foot.licence", licence=licence)] if licence else parts)


def approval_line(sheet: Sheet) -> str:
    """The map approval number, or room for it."""
    return say("pictures.foot.approval", number=sheet.approval.strip() or say("pictures.foot.blank"))


def lacking_line(signs: list[str]) -> str:
    """Which characters the font lacks, by their code points; "" when there are none."""
    if not signs:
        return ""
    codes = "、".join(f"U+{ord(sign):04X}" for sign in signs[:_LACKING_NAMED])
    if len(signs) > _LACKING_NAMED:
        codes = say("pictures.foot.more", signs=codes, count=len(signs))
    return say("pictures.foot.lacking", signs=codes)


def _date(value: object) -> str:
    """The date of the data as it is written in documents; as it came when it is no date."""
    if value is None or pd.isna(value) or not str(value).strip():
        return say("pictures.foot.no_date")
    try:
        day = date.fromisoformat(str(value)[:10])
    except ValueError:
        return say("pictures.foot.date", date=drawable(value))
    return say("pictures.foot.date", date=say("pictures.foot.day", year=day.year, month=day.month, day=day.day))


def joined(parts: Sequence[object]) -> str:
    """The texts among ``parts`` in one line; what is missing is left out."""
    return say("pictures.kicker.joiner").join(part for part in parts if isinstance(part, str) and part)


def legend_counts(shown: Found) -> list[tuple[str, str]]:
    """The rows of the legend that count what the map shows: form and text."""
    rows = [
        ("stretch", "lines", len(shown.lines)),
        ("diamond", "places", shown.places["subject"].nunique()),
        ("unknown_line", "unknown_lines", shown.unknown_lines["subject"].nunique()),
        ("hatched", "unknown", shown.unknown_places["subject"].nunique()),
    ]
    always = ("lines", "places")
    return [
        (form, say(f"pictures.legend.{name}", count=numbers.whole(count)))
        for form, name, count in rows
        if count or name in always
    ]


def closeup_title(subject: Subject, gap, name: str) -> str:
    """What was found of one subject: its name, where, and what it lacks."""
    verdict = subject.verdict
    where = numbers.stretch(gap.from_m, gap.to_m) if subject.stretch is not None and pd.notna(gap.from_m) else ""
    short = getattr(gap, "missing", verdict.missing)
    counted = subject.rule.measure in COUNTED and pd.notna(short) and short > 0
    said = numbers.short(short) if verdict.status == FAIL and counted else say(f"coverage.status.{verdict.status}")
    return say("pictures.title.closeup", name=joined([name, where]), short=said)


def repair_line(assessment: Assessment, verdict: pd.Series, gap) -> str:
    """The fewest sites that repair the gap; "" where no number of sites does."""
    gaps = assessment.rows("gaps", verdict.rule, verdict.subject)
    from_m = getattr(gap, "from_m", None)
    if pd.notna(from_m):
        gaps = gaps[(gaps["from_m"] - from_m).abs() < _SAME_M]
    repair = gaps["repair_min"].iloc[0] if len(gaps) else None
    if repair is None or pd.isna(repair) or repair <= 0:
        return ""
    kind = "repair" if pd.notna(from_m) else "repair_place"
    return say(f"pictures.closeup.{kind}", repair=numbers.repair(repair))


def closeup_rows(panel: Panel, subject: Subject) -> list[tuple[str, str]]:
    """The rows of the legend of a close-up that are about its subject, form and text; sites as far as they are seen."""
    verdict, place, sites = subject.verdict, subject.place, sites_in_view(panel, subject)
    rows = []
    if subject.stretch is not None and verdict.status == FAIL:
        rows.append(("stretch", say("pictures.legend.stretch")))
    elif subject.stretch is None and (place is None or place.centre is None):
        rows.append(("diamond", say("pictures.legend.place")))
    if subject.walk is not None:
        short = subject.walk.count < subject.walk.need
        window = numbers.metres(subject.walk.to_m - subject.walk.from_m)
        rows.append(("walk", say("pictures.legend.walk" if short else "pictures.legend.fewest", window=window)))
    if len(sites):
        counted = int(sites["counted"].astype(bool).sum())
        rows.append(("counted", say("pictures.legend.counted", count=numbers.whole(counted))))
        rows.append(("rejected", say("pictures.legend.rejected", count=numbers.whole(len(sites) - counted))))
    if place is not None and place.view is not None:
        rows.append(("view", say("pictures.legend.view", radius=numbers.metres(place.view_m))))
        rows.append(("sight", say("pictures.legend.sight")))
    if verdict.geometry.area > 0:
        rows.append(("outline", say("pictures.legend.outline")))
    elif place is not None and place.view is None:
        rows.append(("outline", say("pictures.legend.reach", radius=numbers.metres(place.view_m))))
    return rows
