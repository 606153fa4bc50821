"""The map of the page 选址推演: what fails and what is repaired, sites that were edited, proposals, areas kept free."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
import streamlit as st
from branca.element import MacroElement
from folium.template import Template
from streamlit_folium import st_folium

from metrics.measures.findings import FAIL, PASS, UNKNOWN
from metrics.plan import Proposal
from metrics.scenario import Changes, Difference, Site
from metrics.scores import DISTRICT
from texts import say
from views import numbers
from views.findings import findings
from views.ground import Ground, ground_of, script_json, steps
from views.layers import district_labels
from views.maps import Drawing, base_map, drawing_layer
from views.picking import marks
from views.siting_desk import LOOK
from views.siting_words import grouped, site_words
from views.siting_work import Bench, Outcome
from views.theme import colours

MAP, STANDS, _ANSWER = "siting_map", "siting_map_stands", "siting_answer"
_SCRIPT = Path(__file__).with_name("js") / "siting.js"
STOCK_ZOOM = 13.5  # from here on the map draws the city's own sites, see siting.js
_HEIGHT, _MOST_STOCK, _MM = 424, 20_000, 1000


@dataclass(frozen=True)
class Signs:
    """
    What planners did, to be drawn above what was found.

    Attributes
    ----------
    changes
        The edits.
    proposals
        Those that wait to be accepted.
    forbidden
        x, y and radius of areas kept free, metres.
    site
        The id of the chosen site.
    mode
        What a click does.
    """

    changes: Changes
    proposals: Sequence[Proposal]
    forbidden: Sequence[tuple[float, float, float]]
    site: str | None
    mode: str


class _Ground(MacroElement):
    """The script and the city's own sites, as a constant part of a map."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            window.siting = {{ this.script }};
            window.siting.begin({{ this._parent.get_name() }}, {{ this.data }});
        {% endmacro %}
        """
    )

    def __init__(self, data: str):
        super().__init__()
        self._name = "SitingGround"
        self.script, self.data = _script(), data


class _Signs(MacroElement):
    """What planners did, as a part of a map that changes."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            window.siting.draw({{ this._parent._parent.get_name() }}, {{ this._parent.get_name() }}, {{ this.data }});
        {% endmacro %}
        """
    )

    def __init__(self, data: str):
        super().__init__()
        self._name = "SitingSigns"
        self.data = data


def show_map(bench: Bench, outcome: Outcome, signs: Signs, *, before: bool, chosen: tuple[str, str] | None) -> None:
    """The map; what is clicked or dragged on it is kept for the next run, see `answer`."""
    ground = ground_of(bench.city)
    map_ = base_map(ground)
    map_.add_child(_Ground(_stock_json(bench, ground)))
    shown = bench.base if before else outcome
    drawing = drawing_of(bench, shown, chosen=chosen)
    layer = drawing_layer(drawing, ground)
    signs = replace(signs, changes={}, proposals=(), site=None, mode=LOOK) if before else signs
    repaired = bool((drawing.lines["status"] == PASS).any())
    layer.add_child(_Signs(script_json(_sent(bench, signs, ground, repaired=repaired))))
    with st.container(key="siting_map_box"):
        st_folium(
            map_,
            key=MAP,
            height=_HEIGHT,
            use_container_width=True,
            feature_group_to_add=layer,
            returned_objects=[],  # the script answers itself: at once, and with what was clicked
            on_change=_keep_answer,
        )


def answer() -> dict | None:
    """What was done on the map since the last run: ``what`` (click, drag), ``lon``, ``lat``, ``zoom``, ``id``."""
    return st.session_state.pop(_ANSWER, None)


def map_stands() -> bool:
    """Whether the browser has drawn the map: charts wait for it."""
    return st.session_state.get(STANDS, False)


def _keep_answer() -> None:
    told = st.session_state.get(MAP) or {}
    st.session_state[STANDS] = True
    if told.get("what") in ("click", "drag"):
        st.session_state[_ANSWER] = told


def drawing_of(bench: Bench, outcome: Outcome, *, chosen: tuple[str, str] | None) -> Drawing:
    """
    What fails in the city with the changes, what no longer does, and what is unknown.

    The stretches that failed before lie in blue below those that fail now, so that what was repaired is seen.
    """
    frame = shown_findings(bench, outcome)
    lines, places = frame[frame["is_line"]], frame[~frame["is_line"]]
    nothing = gpd.GeoDataFrame({"counted": [], "told": []}, geometry=[], crs=bench.city.crs)
    return Drawing(
        lines=_told(lines, lines.geometry, chosen),
        places=_told(places, marks(places.geometry), chosen),
        sites=nothing,
        labels=_labels(bench, outcome.difference),
        legend=_legend(frame),
    )


def shown_findings(bench: Bench, outcome: Outcome) -> gpd.GeoDataFrame:
    """
    What the map shows: ``key`` (rule|subject), ``rule``, ``subject``, ``status``, ``is_line``, ``told``, geometry.

    Streets that changed show their stretches of before with the status pass, below those of now.
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
    frame = frame[frame.geometry.notna()].reset_index(drop=True)
    is_line = frame["from_m"].notna() | frame.geometry.geom_type.isin(["LineString", "MultiLineString"])
    told = [_sentence(row, titles) for row in frame.itertuples()]
    return frame.assign(is_line=is_line, told=told, key=frame["rule"] + "|" + frame["subject"])


@lru_cache(maxsize=4)
def _unknown(bench: Bench) -> gpd.GeoDataFrame:
    """What is unknown in the city as it is, without whole districts."""
    listed = findings(bench.assessed)
    mine = (listed["status"] == UNKNOWN) & listed.geometry.notna() & (listed["class"] != DISTRICT)
    return listed[mine][["rule", "subject", "subject_name", "from_m", "to_m", "missing", "geometry"]]


@cache
def _script() -> str:
    return _SCRIPT.read_text(encoding="utf-8")


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


@lru_cache(maxsize=4)
def _stock_json(bench: Bench, ground: Ground) -> str:
    """The city's own sites as the map has them; in a very large city only the first are drawn, all can be chosen."""
    light = colours()
    points = shapely.points(bench.stock.xy_mm / _MM)
    palette = {"text": light.text1, "pass": light.pass_, "unknown": light.unknown}
    sent = steps(points[:_MOST_STOCK], ground.origin, bench.city.crs)
    return script_json({"stock": sent, "origin": ground.origin, "colours": palette})


def _sent(bench: Bench, signs: Signs, ground: Ground, *, repaired: bool) -> dict:
    rows, tails, hidden = _edited(bench, signs)
    rows += _proposed(signs)
    site = None if signs.site is None else bench.site(signs.site, signs.changes)
    if site is not None and site.id not in signs.changes:
        rows.append((site, "stock", site_words(site), True, ""))

    def moves(shapes: Sequence[shapely.Geometry]) -> list[list[int]]:
        return steps(shapes, ground.origin, bench.city.crs)

    at = moves([site.point for site, *_ in rows])
    circles = moves([shapely.Point(x, y) for x, y, _ in signs.forbidden])
    return {
        "mode": signs.mode,
        "origin": ground.origin,
        "hidden": [row for row in hidden if row < _MOST_STOCK],
        "signs": [[step, *rest] for step, (_, *rest) in zip(at, rows, strict=True)],
        "tails": moves(tails),
        "areas": [[step, radius] for step, (_, _, radius) in zip(circles, signs.forbidden, strict=True)],
        "handle": None if site is None else [moves([site.point])[0], site.id, say("siting.map.handle")],
        "legend": _sign_legend(rows, repaired),
    }


def _edited(bench: Bench, signs: Signs) -> tuple[list[tuple], list[shapely.Geometry], list[int]]:
    """The signs of edits, tails from where a moved site was, and which of the city's sites they stand for."""
    rows, tails, hidden = [], [], []
    for id, site in signs.changes.items():
        own, row = bench.own_site(id), bench.row(id)
        if row is not None:
            hidden.append(row)
        form = edit_kind(own, site)
        if form == "moved":
            tails.append(shapely.LineString([own.point, site.point]))
        if form is not None:
            there = own if site is None else site
            rows.append((there, form, f"{say(f'siting.kinds.{form}')}　{site_words(there)}", id == signs.site, ""))
    return rows, tails, hidden


def edit_kind(own: Site | None, site: Site | None) -> str | None:
    """``new``, ``gone``, ``moved``, ``changed``; None where nothing is."""
    if own == site:
        return None
    if own is None:
        return "new"
    if site is None:
        return "gone"
    return "moved" if (own.x_mm, own.y_mm) != (site.x_mm, site.y_mm) else "changed"


def _proposed(signs: Signs) -> list[tuple]:
    """The signs of proposals; the first of each group carries its number, as in the list."""
    rows = []
    for number, (_, proposals) in enumerate(grouped(signs.proposals), start=1):
        for place, proposal in enumerate(proposals):
            form = "proposed" if proposal.kind == "new" else "mend"
            told = say("siting.map.proposal", kind=say(f"siting.plan.kinds.{proposal.kind}"), place=proposal.place)
            rows.append((proposal.site, form, told, False, "" if place else str(number)))
    return rows


def _legend(frame: gpd.GeoDataFrame) -> list[tuple[str, str]]:
    failing = frame[frame["status"] == FAIL]
    lines = int(failing["is_line"].sum())
    return [
        ("fail-line", say("coverage.legend.lines", count=numbers.whole(lines))),
        ("diamond", say("coverage.legend.places", count=numbers.whole(len(failing) - lines))),
    ]


def _sign_legend(rows: Sequence[tuple], repaired: bool) -> list[tuple[str, str]]:
    """The signs that are there, each once."""
    there = {form for _, form, *_ in rows} | ({"repaired"} if repaired else set())
    forms = ("new", "moved", "changed", "gone", "proposed", "mend", "repaired")
    return [(form, say(f"siting.legend.{form}")) for form in forms if form in there]
