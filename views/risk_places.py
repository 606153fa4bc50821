"""The places that carry most of the risk: a list to choose from, a map of them, and why the chosen one costs."""

from dataclasses import dataclass, replace

import geopandas as gpd
import pandas as pd
import shapely
import streamlit as st
from streamlit_folium import st_folium

from look.sent_ground import ground_of
from metrics.assessment import Assessment
from metrics.listing import findings
from metrics.measures.findings import FAIL, UNKNOWN
from metrics.risk import Risk
from metrics.risk.losses import deducts
from texts import numbers, say
from texts.escape import for_html
from views import state
from views.maps import Drawing, base_map, drawing_layer, shape_of
from views.mock_book import Looked
from views.picking import click_of, marks, picked_finding
from views.risk import chance, points, where_words
from views.rows import choose_row

MAP, ROWS = "risk_map", "risk_rows"
_CLICK, _CHOSEN, _SHOW = "risk_click", "risk_chosen", "risk_show"
_HEIGHT, _MOST = 424, 60
_COVERAGE = ("coverage_line", "coverage_place", "coverage_show")


@dataclass(frozen=True)
class Places:
    """
    The dearest places.

    Attributes
    ----------
    table
        Rows of `metrics.risk.Risk.subjects` that may cost anything, dearest first, with ``key``.
    shapes
        ``key``, ``status``, ``is_line``, ``told`` and geometry: failing stretches of streets, else the places.
    rest
        How many more there are.
    """

    table: pd.DataFrame
    shapes: gpd.GeoDataFrame
    rest: int


def places_of(found: Risk, assessment: Assessment) -> Places:
    """The places that may cost anything, dearest first."""
    return _places(found, assessment)


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs={Risk: id, Assessment: id})
def _places(found: Risk, assessment: Assessment) -> Places:
    costly = found.subjects[found.subjects["expected_most"] > 0]
    table = costly.head(_MOST).assign(key=lambda rows: rows["class"] + "|" + rows["subject"])
    return Places(table, _shapes(table, assessment), len(costly) - len(table))


def choose(places: Places) -> str | None:
    """The key of the chosen place: what was clicked last in the list or on the map, else the dearest."""
    click = click_of(st.session_state.pop(_CLICK, None))
    if click is not None:
        there = places.shapes[places.shapes.geometry.notna()]
        st.session_state[_CHOSEN] = picked_finding(click, there) or st.session_state.get(_CHOSEN)
        st.session_state.pop(_SHOW, None)
    chosen = st.session_state.get(_CHOSEN)
    keys = places.table["key"].tolist()
    return chosen if chosen in keys else next(iter(keys), None)


def title_html(places: Places) -> str:
    """How much the dearest ones carry, in words."""
    if places.table.empty:
        return f'<div class="block-title">{say("mock_page.places.none")}</div>'
    top = places.table.head(5)
    share = chance(*sorted((top["share_least"].sum(), top["share_most"].sum())))
    told = say("mock_page.places.title", count=numbers.whole(len(top)), share=share)
    return f'<div class="block-title">{told}</div>'


def show_list(places: Places, page: Looked, chosen: str | None) -> None:
    """The places, dearest first."""
    heads = (say(f"mock_page.places.heads.{name}") for name in ("place", "points", "unit"))
    with st.container(key="risk_list_box"):
        st.html(f'<div class="list-head">{"".join(f"<span>{head}</span>" for head in heads)}</div>')
        if places.table.empty:
            st.html(f'<p class="empty">{say("mock_page.places.empty")}</p>')
            return
        label = page.now.book.class_label
        choose_row(
            [_row(row, label(row[1])) for row in places.table[_COLUMNS].itertuples(index=False, name=None)],
            key=ROWS,
            status="neutral",
            chosen=[chosen] if chosen else [],
            more=say("mock_page.places.more", count=numbers.whole(places.rest)) if places.rest else "",
            on_pick=_keep_pick,
        )


def show_map(places: Places, page: Looked, chosen: str | None) -> None:
    """The map of the places; a click chooses the nearest."""
    ground = ground_of(page.now.city)
    drawing = drawing_of(places, chosen, st.session_state.get(_SHOW))
    drawing = replace(drawing, fit=shape_of(page.now.city, page.area)) if page.area else drawing
    with st.container(key="risk_map_box"):
        st_folium(
            base_map(ground),
            key=MAP,
            height=_HEIGHT,
            use_container_width=True,
            feature_group_to_add=drawing_layer(drawing, ground),
            returned_objects=["last_clicked"],
            on_change=_keep_click,
        )


def drawing_of(places: Places, chosen: str | None, show: str | None) -> Drawing:
    """What the map draws of the places."""
    there = places.shapes[places.shapes.geometry.notna()]
    there = there.assign(chosen=there["key"] == chosen)
    lines, spots = there[there["is_line"]], there[~there["is_line"]]
    spots = spots.set_geometry(marks(spots.geometry))
    nothing = gpd.GeoDataFrame({"counted": [], "told": [], "name": [], "score": []}, geometry=[], crs=there.crs)
    failing = there[there["status"] == FAIL]
    streets = failing[failing["is_line"]]["key"].nunique()
    legend = [
        ("fail-line", say("mock_page.places.legend.lines", count=numbers.whole(streets))),
        ("diamond", say("mock_page.places.legend.places", count=numbers.whole((~failing["is_line"]).sum()))),
        ("hatched", say("mock_page.places.legend.unknown", count=numbers.whole((there["status"] == UNKNOWN).sum()))),
    ]
    own = there.loc[there["key"] == show, "geometry"]
    target = shapely.union_all(own.to_numpy()) if len(own) else None
    return Drawing(lines=lines, places=spots, sites=nothing, labels=nothing, legend=legend, show=target)


def show_chosen(places: Places, page: Looked, chosen: str | None) -> None:
    """Why the chosen place costs, and a way to look at it on 覆盖检查."""
    rows = places.table[places.table["key"] == chosen]
    if rows.empty:
        return
    row = next(rows.itertuples())
    verdicts = _verdicts_of(row, page.assessment)
    words = "".join(f'<p class="why-text">{for_html(text)}</p>' for text in verdicts["explanation"])
    class_label = page.now.book.class_label(rows["class"].iloc[0])
    where = "　".join(for_html(text) for text in (row.district, row.unit, class_label) if isinstance(text, str))
    told = say(
        "mock_page.places.told",
        drawn=numbers.percent(row.drawn),
        loss=points(row.loss_least, row.loss_most),
        expected=points(row.expected_least, row.expected_most),
        share=chance(*sorted((row.share_least, row.share_most))),
        where=where_words(page.area),
    )
    with st.container(key="risk_why"):
        left, right = st.columns([4, 9], gap="large")
        left.html(
            f'<div class="why-name">{for_html(row.subject_name)}</div><p class="note">{where}</p>'
            f'<p class="why-text">{told}</p>'
        )
        right.html(words)
        on_page = right.container(horizontal=True)
        if on_page.button(say("mock_page.places.look"), key="risk_look"):
            _look_at(row, page)
            st.switch_page("pages/coverage.py")


_COLUMNS = ["key", "class", "subject_name", "unit", "drawn", "expected_least", "expected_most"]


def _row(row: tuple, label: str) -> tuple[str, str, str, str, str]:
    key, _, name, unit, drawn, least, most = row
    where = say("mock_page.places.where", label=label, drawn=numbers.percent(drawn))
    return key, str(name), where, points(least, most), unit if isinstance(unit, str) else ""


def _shapes(table: pd.DataFrame, assessment: Assessment) -> gpd.GeoDataFrame:
    """Failing stretches of the streets, and the places themselves."""
    rules = [rule.id for rule in assessment.book.at(assessment.phase) if deducts(rule)]
    verdicts = assessment.verdicts[assessment.verdicts["rule"].isin(rules)].drop_duplicates(["class", "subject"])
    classes = assessment.verdicts.drop_duplicates("rule").set_index("rule")["class"]
    gaps = assessment.gaps[assessment.gaps["rule"].isin(rules) & assessment.gaps["from_m"].notna()]
    gaps = gaps.assign(**{"class": gaps["rule"].map(classes)})
    told = {row.key: _told(row) for row in table.itertuples()}
    status = {row.key: FAIL if row.expected_least > 0 else UNKNOWN for row in table.itertuples()}
    parts = []
    for frame, is_line in ((gaps, True), (verdicts, None)):
        own = frame.assign(key=frame["class"] + "|" + frame["subject"])
        own = own[own["key"].isin(told)]
        parts.append(own[["key", "geometry"]].assign(is_line=is_line))
    stretches, whole = parts
    whole = whole[~whole["key"].isin(stretches["key"])]
    whole = whole.assign(is_line=whole.geometry.geom_type.isin(["LineString", "MultiLineString"]))
    shapes = pd.concat([stretches, whole], ignore_index=True)
    shapes = gpd.GeoDataFrame(shapes, geometry="geometry", crs=assessment.crs)
    return shapes.assign(
        is_line=shapes["is_line"].astype(bool), told=shapes["key"].map(told), status=shapes["key"].map(status)
    )


def _told(row) -> str:
    return say(
        "mock_page.places.pointer",
        name=row.subject_name,
        drawn=numbers.percent(row.drawn),
        loss=points(row.loss_least, row.loss_most),
    )


def _verdicts_of(row, assessment: Assessment) -> pd.DataFrame:
    """What does not pass of a place by the rules that deduct."""
    rules = [rule.id for rule in assessment.book.at(assessment.phase) if deducts(rule)]
    own = assessment.verdicts
    own = own[(own["class"] + "|" + own["subject"] == row.key) & own["rule"].isin(rules)]
    return own[own["status"].isin([FAIL, UNKNOWN])]


def _look_at(row, page: Looked) -> None:
    """Let 覆盖检查 open with this place, by the book of this page."""
    state.choose_book(page.now.book_key)
    state.choose_phase(page.now.phase)
    for name in [name for name in st.session_state if str(name).startswith("coverage_kept_")]:
        del st.session_state[name]
    listed = findings(page.assessment)
    own = listed[(listed["class"] + "|" + listed["subject"] == row.key) & listed["status"].isin([FAIL, UNKNOWN])]
    if len(own):
        first = own.iloc[0]
        line, place, show = _COVERAGE
        st.session_state[line if first["is_line"] else place] = first["key"]
        st.session_state[show] = first["key"]


def _keep_pick() -> None:
    st.session_state[_CHOSEN] = st.session_state[_SHOW] = st.session_state[ROWS]["picked"]


def _keep_click() -> None:
    st.session_state[_CLICK] = st.session_state.get(MAP)
