"""The parts of the page 覆盖检查: what is asked, and what is shown."""

from functools import cache
from pathlib import Path
from string import Template

import geopandas as gpd
import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from data.city import City
from look.sent_ground import ground_of
from metrics.assessment import Assessment
from metrics.listing import Filters, counts, failing_length_m, findings_by_key, found_of_due, walk_probability
from metrics.measures.findings import FAIL, PASS, UNKNOWN
from texts import numbers, say
from texts.escape import for_html
from views.choice import MAP, ROWS, Choice, keep_click, keep_pick
from views.controls import SELECT_WIDTHS
from views.layers import district_labels, drawn
from views.maps import base_map, drawing_layer, shape_of
from views.ranking import ranking_html
from views.rows import choose_row
from views.tables import findings_table
from views.theme import colours

_MAP_HEIGHT, _MOST_ROWS = 424, 150


def apply_style() -> None:
    """Put the page's style sheet on it; once a run."""
    st.html(f"<style>{_style_sheet()}</style>")


@cache
def _style_sheet() -> str:
    light = {name: value for name, value in colours().model_dump(by_alias=True).items() if isinstance(value, str)}
    labels = "\n".join(
        f'[class*="st-key-coverage_{name}"] .react-aria-ComboBox [role="group"]::before'
        f' {{ content: "{say(f"coverage.controls.{name}")}"; }}'
        for name in SELECT_WIDTHS
    )
    sheet = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
    return Template(sheet).substitute(light, labels=labels)


def sentence_html(listed: gpd.GeoDataFrame, assessment: Assessment, filters: Filters) -> str:
    """The result in one sentence, as HTML."""
    failing = listed[listed["status"] == FAIL]
    lines = failing[failing["is_line"]]
    places = len(failing) - len(lines)
    said = []
    if len(lines):
        total = numbers.length(failing_length_m(lines))
        said.append(say("coverage.sentence.lines", count=numbers.whole(len(lines)), length=total))
    if places:
        said.append(say("coverage.sentence.places", count=numbers.whole(places)))
    text = say("coverage.sentence.phase", phase=for_html(_phase_label(assessment)))
    if said:
        joined = say("coverage.sentence.and").join(f'<span class="fail">{part}</span>' for part in said)
        text += joined + say("coverage.sentence.failing")
    else:
        text += say("coverage.sentence.none" if len(listed) else "coverage.sentence.nothing")
    walk = walk_probability(assessment, filters)
    if walk is not None:
        share = numbers.percent(walk[0], failing=len(lines) > 0)
        text += say("coverage.sentence.walk", window=numbers.metres(walk[1]), share=f"<b>{share}</b>")
    unknown = counts(listed)[UNKNOWN]
    if unknown:
        text += say("coverage.sentence.unknown", count=numbers.whole(unknown))
    return f'<p class="sentence">{text}{say("coverage.sentence.end")}</p>'


def _phase_label(assessment: Assessment) -> str:
    return assessment.book.phases[assessment.phase]


def show_ranking(assessment: Assessment, listed: gpd.GeoDataFrame, filters: Filters, *, only: str | None) -> None:
    """The districts by score; what was found of one only, or of all."""
    st.html(ranking_html(assessment, listed, chosen=filters.district, only=only))


def show_map(
    city: City,
    assessment: Assessment,
    listed: gpd.GeoDataFrame,
    filters: Filters,
    *,
    passing: bool,
    choice: Choice,
    sites: pd.DataFrame | None,
) -> None:
    """The map: its ground never changes, so the browser keeps it; clicks are kept for the next run."""
    ground = ground_of(city)
    drawing = drawn(
        listed,
        assessment,
        _labels(assessment, city),
        passing=passing,
        chosen=choice.keys,
        sites=sites,
        show=choice.show,
        fit=shape_of(city, filters.district),
    )
    with st.container(key="coverage_map_box"):
        st_folium(
            base_map(ground),
            key=MAP,
            height=_MAP_HEIGHT,
            use_container_width=True,
            feature_group_to_add=drawing_layer(drawing, ground),
            # The second answer never changes but once, when the map stands: see views.choice.map_stands.
            returned_objects=["last_clicked", "selected_layers"],
            on_change=keep_click,
        )


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs={Assessment: id, City: id})
def _labels(assessment: Assessment, city: City) -> gpd.GeoDataFrame:
    return district_labels(assessment, city)


def show_list(
    listed: gpd.GeoDataFrame, assessment: Assessment, status: str, filters: Filters, choice: Choice
) -> None:
    """What is found of one status, the greatest shortage first, to choose from."""
    shown = listed[listed["status"] == status]
    order = say(f"coverage.list.order.{status}", count=numbers.whole(len(shown)))
    title = say(f"coverage.list.titles.{status}")
    heads = (say("coverage.list.where"), say(f"coverage.list.counts.{status}"), say("coverage.list.unit"))
    with st.container(key="coverage_list_box"):
        st.html(
            f'<div class="block-title split">{title}<span class="note">{order}</span></div>'
            f'<div class="list-head">{"".join(f"<span>{head}</span>" for head in heads)}</div>'
        )
        if shown.empty:
            place = filters.district or say("coverage.list.here")
            st.html(f'<p class="empty">{say(f"coverage.list.empty.{status}", place=for_html(place))}</p>')
            return
        rest, rows = len(shown) - _MOST_ROWS, findings_by_key(assessment)
        choose_row(
            [_list_row(rows[key], assessment) for key in shown["key"].head(_MOST_ROWS)],
            key=ROWS,
            status=status,
            chosen=choice.keys,
            more=say("coverage.list.more", count=numbers.whole(rest)) if rest > 0 else "",
            on_pick=keep_pick,
        )


def _list_row(row, assessment: Assessment) -> tuple[str, str, str, str, str]:
    count = say("coverage.status.unknown") if row.status == UNKNOWN else found_of_due(row, assessment)
    return row.key, str(row.subject_name), row.where, count, row.unit if isinstance(row.unit, str) else ""


def show_table(listed: gpd.GeoDataFrame, assessment: Assessment, status: str) -> None:
    """The table behind the map, below everything, closed until asked for."""
    shown = listed[listed["status"] == status]
    table = st.expander(
        say("coverage.table.title", count=numbers.whole(len(shown))), key="coverage_table_box", on_change="rerun"
    )
    if table.open:
        table.dataframe(findings_table(shown, assessment), hide_index=True, key="coverage_table")


def shows_passing(status: str) -> bool:
    """Whether the map shows what passes: only when that is what was asked for."""
    return status == PASS
