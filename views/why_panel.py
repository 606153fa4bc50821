"""The why panel: the reason in words, the strip of the chosen street, the picture of the chosen place."""

from functools import lru_cache

import geopandas as gpd
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from data.city import City
from metrics.assessment import Assessment
from metrics.listing import WALKED, found_of_due
from metrics.measures.findings import FAIL
from metrics.rules import Rule
from metrics.why import Place, Strip, place_of, strip_of
from texts import numbers, say
from texts.escape import for_html
from views.charts import CONFIG
from views.choice import Choice, finding, map_stands
from views.orders_make import offer_order
from views.square import place_figure
from views.strip import strip_figure

_KEPT = 32  # what several sessions look at is gathered once


def chosen_strip(city: City, assessment: Assessment, listed: gpd.GeoDataFrame, choice: Choice) -> Strip | None:
    """The strip of the chosen street, None when no street is chosen."""
    row = finding(listed, assessment, choice.line)
    if row is None or (rule := _rule(assessment, row.rule)).measure not in WALKED:
        return None
    return _strip(assessment, city, rule.id, row.subject)


def show_why(
    city: City, assessment: Assessment, listed: gpd.GeoDataFrame, choice: Choice, strip: Strip | None
) -> None:
    """The reason, drawn; the charts come once the map stands."""
    line, place = (finding(listed, assessment, key) for key in (choice.line, choice.place))
    with st.container(key="coverage_why"):
        words, street, square = st.columns([265, 742, 336], gap="small")
        main = place if line is None else line
        if main is None:
            words.html(f'<p class="empty">{say("coverage.why.closed")}</p>')
            return
        words.html(_words(main, assessment))
        with words:
            offer_order(line, place)
        if strip is not None and map_stands():
            focus = (line.from_m, line.to_m) if pd.notna(line.from_m) else None
            street.html(_strip_signs())
            figure = _strip_figure(assessment, city, line.rule, line.subject, focus)
            street.plotly_chart(figure, config=CONFIG, theme=None, key="coverage_strip", width="stretch")
        if place is not None:
            with square:
                _show_place(city, assessment, place, told=line is None)


def _words(row, assessment: Assessment) -> str:
    rule = _rule(assessment, row.rule)
    about = [row.district, row.unit, assessment.book.class_label(_verdict(assessment, row)["class"])]
    who = "　".join(for_html(part) for part in about if isinstance(part, str))
    source = say(
        "coverage.why.source", document=for_html(assessment.book.title), clause=rule.clause, rule=for_html(rule.title)
    )
    return (
        f'<div class="note">{say(f"coverage.why.titles.{row.status}")}</div>'
        f'<div class="why-name">{for_html(row.subject_name)}</div><div class="note">{who}</div>'
        f'<p class="why-text">{_marked(row)}</p>'
        f'<div class="note">{"　".join(_notes(row, assessment))}</div><div class="note">{source}</div>'
    )


def _notes(row, assessment: Assessment) -> list[str]:
    notes = []
    probability = _verdict(assessment, row)["pass_probability"]
    if row.is_line and pd.notna(probability):
        share = numbers.percent(probability, failing=row.status == FAIL)
        notes.append(say("coverage.why.probability", share=share))
    if row.is_line and row.status == FAIL and row.repair_min > 0:
        notes.append(say("coverage.why.repair", repair=numbers.repair(row.repair_min)))
    return notes


def _marked(row) -> str:
    """The explanation with what is short in the colour of failing."""
    text = for_html(row.explanation)
    if row.status == FAIL and row.counted and pd.notna(row.missing):
        short = numbers.short(row.missing)
        return text.replace(short, f'<span class="fail">{short}</span>')
    return text


def _strip_signs() -> str:
    return (
        f'<div class="signs"><span><i class="sign-bar"></i>{say("coverage.strip.counted")}</span>'
        f'<span><i class="sign-bar hollow"></i>{say("coverage.strip.rejected")}</span></div>'
    )


def _show_place(city: City, assessment: Assessment, row, *, told: bool) -> None:
    rule = _rule(assessment, row.rule)
    st.html(_place_head(row, assessment, looks=rule.measure == "visible"))
    picture = _place(assessment, city, rule.id, row.subject)
    if picture is not None and map_stands():
        figure = _place_figure(assessment, city, rule.id, row.subject)
        st.plotly_chart(figure, config=CONFIG, theme=None, key="coverage_square", width="stretch")
        st.html(_place_signs(picture, _verdict(assessment, row).get("worst")))
    if not told:
        st.html(f'<div class="note">{_marked(row)}</div>')


def _place_head(row, assessment: Assessment, *, looks: bool) -> str:
    short = numbers.short(row.missing) if row.counted and row.missing > 0 else say(f"coverage.status.{row.status}")
    found = say("coverage.square.seen" if looks else "coverage.square.found")
    kind = "fail" if row.status == FAIL else ""
    numbers_said = say("coverage.square.numbers", count=found_of_due(row, assessment), short=short)
    return (
        f'<div class="place-head split"><span>{for_html(row.subject_name)}</span>'
        f'<span class="note">{found} <span class="{kind}">{numbers_said}</span></span></div>'
    )


def _place_signs(picture: Place, worst: float | None) -> str:
    signs = []
    if picture.view is not None:
        radius = numbers.metres(picture.view_m)
        signs.append(f'<i class="sign-view"></i>{say("coverage.square.view", radius=radius)}')
    signs.append(f'<i class="sign-dot"></i>{say("coverage.square.counted")}')
    signs.append(f'<i class="sign-dot hollow"></i>{say("coverage.square.rejected")}')
    if worst is not None and pd.notna(worst):
        signs.append(say("coverage.square.worst", count=numbers.pieces(worst)))
    return f'<div class="signs left">{"".join(f"<span>{sign}</span>" for sign in signs)}</div>'


@lru_cache(maxsize=_KEPT)
def _strip(assessment: Assessment, city: City, rule: str, subject: str) -> Strip:
    return strip_of(assessment, city, _rule(assessment, rule), subject)


@lru_cache(maxsize=_KEPT)
def _place(assessment: Assessment, city: City, rule: str, subject: str) -> Place | None:
    return place_of(assessment, city, _rule(assessment, rule), subject)


@lru_cache(maxsize=_KEPT)
def _strip_figure(
    assessment: Assessment, city: City, rule: str, subject: str, focus: tuple[float, float] | None
) -> go.Figure:
    return strip_figure(_strip(assessment, city, rule, subject), focus=focus)


@lru_cache(maxsize=_KEPT)
def _place_figure(assessment: Assessment, city: City, rule: str, subject: str) -> go.Figure:
    return place_figure(_place(assessment, city, rule, subject))


def _rule(assessment: Assessment, name: str) -> Rule:
    """A rule with the values of the phase."""
    return next(rule for rule in assessment.book.at(assessment.phase) if rule.id == name)


def _verdict(assessment: Assessment, row) -> pd.Series:
    return assessment.rows("verdicts", row.rule, row.subject).iloc[0]
