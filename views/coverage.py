"""The parts of the page 覆盖检查: what is asked, and what is shown."""

from functools import cache
from pathlib import Path
from string import Template

import geopandas as gpd
import streamlit as st
from streamlit_folium import st_folium

from data.city import City
from metrics.assessment import Assessment
from metrics.measures.findings import FAIL, PASS
from texts import say
from views import calls, numbers, state
from views.escape import for_html
from views.findings import STATUSES, WALKED, Filters, counts, found_of_due, options, walk_probability
from views.ground import ground_of
from views.layers import district_labels, drawn, on_map
from views.maps import base_map, drawing_layer
from views.picking import click_of, picked_finding, picked_street
from views.ranking import ranking_html
from views.rows import choose_row
from views.square import place_figure
from views.strip import strip_figure
from views.tables import findings_table, table_csv, table_xlsx
from views.theme import colours
from views.charts import CONFIG
from views.why import place_of, strip_of

MAP, ROWS, MAP_STANDS = "coverage_map", "coverage_rows", "coverage_map_stands"
_LINE, _PLACE, _SHOW = "coverage_line", "coverage_place", "coverage_show"
_CLICK, _PICK = "coverage_click", "coverage_pick"
_ALL = ""
_MAP_HEIGHT, _MOST_ROWS = 424, 150
_SELECTS = {"book": 168, "class": 142, "rule": 150, "district": 122, "unit": 146}


def apply_style() -> None:
    """Put the page's style sheet on it; once a run."""
    st.html(f"<style>{_style_sheet()}</style>")


@cache
def _style_sheet() -> str:
    light = {name: value for name, value in colours().model_dump(by_alias=True).items() if isinstance(value, str)}
    labels = "\n".join(
        f'.st-key-coverage_{name} .react-aria-ComboBox [role="group"]::before {{ content: "{say(f"coverage.controls.{name}")}"; }}'
        for name in _SELECTS
    )
    sheet = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
    return Template(sheet).substitute(light, labels=labels)


def ask_book() -> None:
    """The rule book; what is chosen holds on every page."""
    books = calls.books()
    st.session_state["coverage_book"] = state.book_key()
    st.selectbox(
        say("coverage.controls.book"),
        list(books),
        format_func=books.get,
        key="coverage_book",
        on_change=lambda: state.choose_book(st.session_state["coverage_book"]),
        label_visibility="collapsed",
        width=_SELECTS["book"],
    )


def ask_phase(now: calls.Current) -> None:
    """The phase of the book; what is chosen holds on every page."""
    st.session_state["coverage_phase"] = now.phase
    st.segmented_control(
        say("coverage.controls.phase"),
        list(now.book.phases),
        format_func=now.book.phases.get,
        key="coverage_phase",
        required=True,
        on_change=lambda: state.choose_phase(st.session_state["coverage_phase"]),
        label_visibility="collapsed",
    )


def ask_filters(assessment: Assessment) -> Filters:
    """Class, rule, district and unit to be looked at; all of them unless asked."""
    book = assessment.book
    choices = options(assessment)
    class_ = _ask("class", choices["class"], "all_classes", book.class_label)
    rules = {rule.id: rule for rule in book.at(assessment.phase) if class_ is None or class_ in rule.classes}
    rule = _ask(
        "rule",
        list(rules),
        "all_rules",
        lambda name: say("coverage.controls.rule_name", clause=rules[name].clause, title=rules[name].title),
    )
    district = _ask("district", choices["district"], "all_districts", str)
    unit = _ask("unit", choices["unit"], "all_units", str)
    return Filters(class_, rule, district, unit)


def _ask(name: str, choices: list[str], all_label: str, label) -> str | None:
    everything = say(f"coverage.controls.{all_label}", count=len(choices))
    chosen = st.selectbox(
        say(f"coverage.controls.{name}"),
        [_ALL, *choices],
        format_func=lambda choice: everything if choice == _ALL else label(choice),
        key=f"coverage_{name}",
        required=True,
        label_visibility="collapsed",
        width=_SELECTS[name],
    )
    return None if chosen == _ALL else chosen


def ask_status(listed: gpd.GeoDataFrame) -> str:
    """Which answers the list shows; each with how many there are."""
    found = counts(listed)
    return st.segmented_control(
        say("coverage.controls.status"),
        list(STATUSES),
        format_func=lambda status: say(
            f"coverage.controls.statuses.{status}", count=numbers.whole(found[status])
        ),
        default=FAIL,
        required=True,
        key="coverage_status",
        label_visibility="collapsed",
    )


def offer_download(listed: gpd.GeoDataFrame, assessment: Assessment) -> None:
    """The findings in view as CSV and as a workbook, made when asked for."""
    name = say("coverage.download.name", phase=_phase_label(assessment), book=assessment.book.id)
    with st.popover(say("coverage.download.label")):
        for kind, write in (("csv", table_csv), ("xlsx", table_xlsx)):
            st.download_button(
                say(f"coverage.download.{kind}"),
                lambda write=write: write(findings_table(listed, assessment)),
                file_name=f"{name}.{kind}",
                on_click="ignore",
                key=f"coverage_{kind}",
                width="stretch",
            )


def sentence_html(listed: gpd.GeoDataFrame, assessment: Assessment, filters: Filters) -> str:
    """The result in one sentence, as HTML."""
    failing = listed[listed["status"] == FAIL]
    lines = failing[failing["is_line"]]
    places = len(failing) - len(lines)
    said = []
    if len(lines):
        total = numbers.length(lines["length_m"].sum())
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
    unknown = counts(listed)["unknown"]
    if unknown:
        text += say("coverage.sentence.unknown", count=numbers.whole(unknown))
    return f'<p class="sentence">{text}{say("coverage.sentence.end")}</p>'


def _phase_label(assessment: Assessment) -> str:
    return assessment.book.phases[assessment.phase]


def show_ranking(assessment: Assessment, listed: gpd.GeoDataFrame, filters: Filters) -> None:
    """The districts by score."""
    st.html(ranking_html(assessment, listed, chosen=filters.district))


def choose(listed: gpd.GeoDataFrame, assessment: Assessment, *, passing: bool) -> tuple[str | None, str | None]:
    """
    The keys of the chosen street and the chosen place: what was clicked last, else the worst of each.

    A click on the map means the nearest mark, then the nearest stretch, then the nearest street.
    """
    click = click_of(st.session_state.pop(_CLICK, None))
    picked = st.session_state.pop(_PICK, None)
    if picked is not None:
        st.session_state[_SHOW] = picked
    if click is not None:
        picked = picked_finding(click, listed[on_map(listed, passing=passing)])
        if picked is None and (street := picked_street(click, assessment.streets)) is not None:
            own = listed[(listed["subject"] == street) & listed["is_line"]]
            picked = own["key"].iloc[0] if len(own) else None
        st.session_state.pop(_SHOW, None)
    if picked is not None and (row := _row(listed, picked)) is not None:
        st.session_state[_LINE if row.is_line else _PLACE] = picked
    return _kept(listed, _LINE, lines=True), _kept(listed, _PLACE, lines=False)


def _kept(listed: gpd.GeoDataFrame, name: str, *, lines: bool) -> str | None:
    kept = st.session_state.get(name)
    if kept is not None and (listed["key"] == kept).any():
        return kept
    failing = listed[(listed["is_line"] == lines) & (listed["status"] == FAIL) & listed.geometry.notna()]
    if failing.empty:
        return None
    looked_at = failing[failing["looks"]] if not lines and failing["looks"].any() else failing
    return looked_at["key"].iloc[0]


def _row(listed: gpd.GeoDataFrame, key: str | None):
    rows = listed[listed["key"] == key]
    return next(rows.itertuples()) if len(rows) else None


def show_map(
    city: City, assessment: Assessment, listed: gpd.GeoDataFrame, *, passing: bool, chosen: tuple[str | None, ...], sites
) -> None:
    """The map: its ground never changes, so the browser keeps it; clicks are kept for the next run."""
    ground = ground_of(city)
    drawing = drawn(
        listed,
        assessment,
        _labels(assessment, city),
        passing=passing,
        chosen=[key for key in chosen if key],
        sites=sites,
        show=st.session_state.get(_SHOW),
    )
    with st.container(key="coverage_map_box"):
        st_folium(
            base_map(ground),
            key=MAP,
            height=_MAP_HEIGHT,
            use_container_width=True,
            feature_group_to_add=drawing_layer(drawing, ground),
            # The second answer never changes but once, when the map stands: see map_stands.
            returned_objects=["last_clicked", "selected_layers"],
            on_change=_keep_click,
        )


def _keep_click() -> None:
    st.session_state[MAP_STANDS] = True
    st.session_state[_CLICK] = st.session_state.get(MAP)


def map_stands() -> bool:
    """Whether the browser has drawn the map: the charts wait for it, as loading their library would hold it up."""
    return st.session_state.get(MAP_STANDS, False)


def _keep_pick() -> None:
    st.session_state[_PICK] = st.session_state[ROWS]["picked"]


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs={Assessment: id, City: id})
def _labels(assessment: Assessment, city: City) -> gpd.GeoDataFrame:
    return district_labels(assessment, city)


def show_list(
    listed: gpd.GeoDataFrame, assessment: Assessment, status: str, filters: Filters, chosen: tuple[str | None, ...]
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
        rest = len(shown) - _MOST_ROWS
        choose_row(
            [_list_row(row, assessment) for row in shown.head(_MOST_ROWS).itertuples()],
            key=ROWS,
            status=status,
            chosen=[key for key in chosen if key],
            more=say("coverage.list.more", count=numbers.whole(rest)) if rest > 0 else "",
            on_pick=_keep_pick,
        )


def _list_row(row, assessment: Assessment) -> tuple[str, str, str, str, str]:
    count = say("coverage.status.unknown") if row.status == "unknown" else found_of_due(row, assessment)
    return row.key, str(row.subject_name), row.where, count, row.unit if isinstance(row.unit, str) else ""


def show_why(
    city: City, assessment: Assessment, listed: gpd.GeoDataFrame, line: str | None, place: str | None, strip
) -> None:
    """The reason, drawn: the strip of the chosen street, and the picture of the chosen place."""
    with st.container(key="coverage_why"):
        text, picture, square = st.columns([265, 742, 336], gap="small")
        if line is None and place is None:
            text.html(f'<p class="empty">{say("coverage.why.closed")}</p>')
            return
        main = _row(listed, line or place)
        with text:
            st.html(_why_html(main, assessment))
        with picture:
            if strip is not None and map_stands():
                st.html(_strip_signs())
                focus = (main.from_m, main.to_m) if main.from_m == main.from_m else None
                st.plotly_chart(
                    strip_figure(strip, focus=focus), config=CONFIG, theme=None, key="coverage_strip", width="stretch"
                )
        with square:
            if place is not None:
                _show_place(city, assessment, _row(listed, place), told=line is None)


def _why_html(row, assessment: Assessment) -> str:
    rule = assessment.book.rule(row.rule)
    about = [row.district, row.unit, assessment.book.class_label(getattr(row, "class_", None) or rule.class_)]
    who = "　".join(for_html(part) for part in about if isinstance(part, str))
    notes = []
    verdicts = assessment.verdicts
    own = verdicts[(verdicts["rule"] == row.rule) & (verdicts["subject"] == row.subject)]
    if row.is_line and len(own) and own["pass_probability"].notna().any():
        share = numbers.percent(own["pass_probability"].iloc[0], failing=row.status == FAIL)
        notes.append(say("coverage.why.probability", share=share))
    if row.status == FAIL and row.is_line and row.repair_min > 0:
        notes.append(say("coverage.why.repair", repair=numbers.repair(row.repair_min)))
    source = say(
        "coverage.why.source", document=for_html(assessment.book.title), clause=rule.clause, rule=for_html(rule.title)
    )
    return (
        f'<div class="note">{say(f"coverage.why.titles.{row.status}")}</div>'
        f'<div class="why-name">{for_html(row.subject_name)}</div><div class="note">{who}</div>'
        f'<p class="why-text">{_marked(row)}</p><div class="note">{"　".join(notes)}</div><div class="note">{source}</div>'
    )


def _marked(row) -> str:
    """The explanation with what is short in the colour of failing."""
    text = for_html(row.explanation)
    if row.status == FAIL and row.counted and row.missing == row.missing:
        short = numbers.short(row.missing)
        return text.replace(short, f'<span class="fail">{short}</span>')
    return text


def _strip_signs() -> str:
    return (
        f'<div class="signs"><span><i class="sign-bar"></i>{say("coverage.strip.counted")}</span>'
        f'<span><i class="sign-bar hollow"></i>{say("coverage.strip.rejected")}</span></div>'
    )


def _show_place(city: City, assessment: Assessment, row, *, told: bool) -> None:
    rule = assessment.book.rule(row.rule)
    looks = rule.measure == "visible"
    count = found_of_due(row, assessment)
    short = numbers.short(row.missing) if row.counted and row.missing > 0 else say(f"coverage.status.{row.status}")
    kind = "fail" if row.status == FAIL else ""
    found = say("coverage.square.seen" if looks else "coverage.square.found")
    st.html(
        f'<div class="place-head split"><span>{for_html(row.subject_name)}</span><span class="note">{found} '
        f'<span class="{kind}">{count}，{short}</span></span></div>'
    )
    picture = place_of(assessment, city, next(r for r in assessment.book.at(assessment.phase) if r.id == row.rule), row.subject)
    if picture is not None and map_stands():
        st.plotly_chart(place_figure(picture), config=CONFIG, theme=None, key="coverage_square", width="stretch")
        view = f'<span><i class="sign-view"></i>{say("coverage.square.view", radius=numbers.metres(picture.view_m))}</span>'
        st.html(
            f'<div class="signs left">{view if looks else ""}<span><i class="sign-dot"></i>'
            f'{say("coverage.square.counted")}</span><span><i class="sign-dot hollow"></i>'
            f'{say("coverage.square.rejected")}</span></div>'
        )
    if not told:
        st.html(f'<div class="note">{_marked(row)}</div>')


def show_table(listed: gpd.GeoDataFrame, assessment: Assessment, status: str) -> None:
    """The table behind the map, below everything, closed until asked for."""
    shown = listed[listed["status"] == status]
    table = st.expander(
        say("coverage.table.title", count=numbers.whole(len(shown))), key="coverage_table_box", on_change="rerun"
    )
    if table.open:
        table.dataframe(findings_table(shown, assessment), hide_index=True, key="coverage_table")


def strip_for(city: City, assessment: Assessment, listed: gpd.GeoDataFrame, line: str | None):
    """The strip of the chosen street, None when no street is chosen."""
    row = _row(listed, line)
    if row is None:
        return None
    rule = next(rule for rule in assessment.book.at(assessment.phase) if rule.id == row.rule)
    return strip_of(assessment, city, rule, row.subject) if rule.measure in WALKED else None


def shows_passing(status: str) -> bool:
    """Whether the map shows what passes: only when that is what was asked for."""
    return status == PASS
