"""What the map of 选址推演 shows of the findings: what fails with the edits, what no longer does, what is unknown."""

from functools import lru_cache

import geopandas as gpd
import pandas as pd

from metrics.listing import findings
from metrics.measures.findings import FAIL, PASS, UNKNOWN
from metrics.scenario import Difference
from metrics.scores import DISTRICT
from texts import numbers, say
from views.layers import district_labels
from views.maps import Drawing, main_part
from views.picking import marks
from views.siting_area import own, shape_of
from views.siting_work import Bench, Outcome


def drawing_of(bench: Bench, outcome: Outcome, *, chosen: tuple[str, str] | None, area: str = "") -> Drawing:
    """
    What fails in the city with the changes, what no longer does, and what is unknown.

    The stretches that failed before lie in blue below those that fail now, so that what was repaired is seen.
    """
    frame = shown_findings(bench, outcome, area=area)
    lines, places = frame[frame["is_line"]], frame[~frame["is_line"]]
    nothing = gpd.GeoDataFrame({"counted": [], "told": []}, geometry=[], crs=bench.city.crs)
    return Drawing(
        lines=_told(lines, lines.geometry, chosen),
        places=_told(places, marks(places.geometry), chosen),
        sites=nothing,
        labels=_labels(bench, outcome.difference),
        legend=_legend(frame),
        fit=main_part(shape_of(bench, area)) if area and not shape_of(bench, area).is_empty else None,
    )


def shown_findings(bench: Bench, outcome: Outcome, *, area: str = "") -> gpd.GeoDataFrame:
    """
    What the map shows: ``key`` (rule|subject), ``rule``, ``subject``, ``status``, ``is_line``, ``told``, geometry.

    Streets that changed show their stretches of before with the status pass, below those of now. With an area only
    what lies in that district.
    """
    titles, changed = _titles(bench), {(change.rule, change.subject) for change in outcome.difference.streets}
    gained = {(flip.rule, flip.subject) for flip in outcome.difference.gained}
    other = {(flip.rule, flip.subject) for flip in outcome.difference.flips}
    before, now = bench.base.gaps, outcome.gaps
    was = [row in changed or row in gained for row in zip(before["rule"], before["subject"], strict=True)]
    unknown = _unknown(bench)
    still = [row not in other for row in zip(unknown["rule"], unknown["subject"], strict=True)]
    parts = [before[was].assign(status=PASS), now.assign(status=FAIL), unknown[still].assign(status=UNKNOWN)]
    frame = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=bench.city.crs)
    frame = own(frame[frame.geometry.notna()], area).reset_index(drop=True)
    is_line = frame["from_m"].notna() | frame.geometry.geom_type.isin(["LineString", "MultiLineString"])
    told = [_sentence(row, titles) for row in frame.itertuples()]
    return frame.assign(is_line=is_line, told=told, key=frame["rule"] + "|" + frame["subject"])


@lru_cache(maxsize=4)
def _unknown(bench: Bench) -> gpd.GeoDataFrame:
    """What is unknown in the city as it is, without whole districts."""
    listed = findings(bench.assessed)
    mine = (listed["status"] == UNKNOWN) & listed.geometry.notna() & (listed["class"] != DISTRICT)
    return listed[mine][["rule", "subject", "subject_name", "district", "from_m", "to_m", "missing", "geometry"]]


def _titles(bench: Bench) -> dict[str, str]:
    return {rule.id: rule.title for rule in bench.book.at(bench.phase)}


def _sentence(row, titles: dict[str, str]) -> str:
    if row.status == FAIL and pd.notna(row.from_m):
        where = numbers.stretch(row.from_m, row.to_m)
        return say("coverage.told.line", name=row.subject_name, where=where, short=numbers.short(row.missing))
    word = say(f"siting.map.status.{row.status}")
    return say("coverage.told.place", name=row.subject_name, rule=titles[row.rule], short=word)


def _told(part: gpd.GeoDataFrame, shapes: gpd.GeoSeries, chosen: tuple[str, str] | None) -> gpd.GeoDataFrame:
    key = "|".join(chosen) if chosen else None
    framed = (part["key"] == key) & (part["status"] == FAIL)
    columns = {"status": part["status"], "told": part["told"], "chosen": framed}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=part.crs)


@lru_cache(maxsize=4)
def _base_labels(bench: Bench) -> gpd.GeoDataFrame:
    return district_labels(bench.assessed, bench.city)


def _labels(bench: Bench, difference: Difference) -> gpd.GeoDataFrame:
    scores = {change.name: change.after for change in difference.scores if change.scope == DISTRICT}
    labels = _base_labels(bench)
    return labels.assign(score=[numbers.score(scores.get(name)) for name in labels["name"]])


def _legend(frame: gpd.GeoDataFrame) -> list[tuple[str, str]]:
    failing = frame[frame["status"] == FAIL]
    lines = int(failing["is_line"].sum())
    return [
        ("fail-line", say("coverage.legend.lines", count=numbers.whole(lines))),
        ("diamond", say("coverage.legend.places", count=numbers.whole(len(failing) - lines))),
    ]
