"""The map of the page 选址推演: what fails and what is repaired, sites that were edited, proposals, drawn areas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path

import numpy as np
import shapely
import streamlit as st
from branca.element import MacroElement
from folium.template import Template
from streamlit_folium import st_folium

from data.vocabulary import vocabulary
from look.sent_ground import Ground, ground_of, script_json, steps
from metrics.measures.findings import PASS
from metrics.plan import Proposal
from metrics.scenario import Changes, Mark
from metrics.scenario.marks import FORBIDDEN, REQUIRED
from texts import say
from views.maps import base_map, drawing_data
from views.siting_area import own_rows
from views.siting_compare import edit_kind
from views.siting_desk import FORBID, LOOK, OUTLINE
from views.siting_shown import drawing_of
from views.siting_words import grouped, site_words
from views.siting_work import Bench, Outcome
from views.theme import colours

MAP, STANDS, _ANSWER = "siting_map", "siting_map_stands", "siting_answer"
_JS = Path(__file__).with_name("js")
_HEIGHT, _MOST_STOCK, _MM = 424, 20_000, 1000
_PROPOSED = {"new": "proposed", "repair": "repair", "retheme": "retheme", "repair_and_retheme": "both"}
_FORMS = (
    "new",
    "moved",
    "changed",
    "gone",
    "proposed",
    "repair",
    "retheme",
    "both",
    "required",
    "forbidden",
    "repaired",
)


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
    marks
        Areas kept free, and spots where plans have to put something up.
    site
        The id of the chosen site.
    mode
        What a click does.
    radius_m
        Of the area that a click keeps free; ``OUTLINE`` when it is drawn.
    area
        The district that is shown; "" for the whole city.
    """

    changes: Changes
    proposals: Sequence[Proposal]
    marks: Mapping[str, Mark]
    site: str | None
    mode: str
    radius_m: int
    area: str = ""


class _Base(MacroElement):
    """The script, the city's own sites and the city as it is: the part of the map that the browser gets once."""

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
        self._name = "SitingBase"
        self.script, self.data = _script(), data


@cache
def _component():
    """What carries edits to the map that stands; registered once a process."""
    script = (_JS / "siting_edits.js").read_text(encoding="utf-8")
    return st.components.v2.component("siting_edits", html="<span></span>", js=script)


def show_map(bench: Bench, outcome: Outcome, signs: Signs, *, before: bool, chosen: tuple[str, str] | None) -> None:
    """
    The map; what is clicked or dragged on it is kept for the next run, see `answer`.

    The map itself is the same whatever is edited, so that it travels once and stands; what differs goes beside it.
    """
    ground, (base, token, whole) = ground_of(bench.city), _base(bench, signs.area)
    map_ = base_map(ground)
    map_.add_child(_Base(whole))
    drawing = drawing_of(bench, bench.base if before else outcome, chosen=chosen, area=signs.area)
    signs = replace(signs, changes={}, proposals=(), site=None, mode=LOOK) if before else signs
    repaired = bool((drawing.lines["status"] == PASS).any())
    edits = {
        "token": token,
        "delta": delta(base, drawing_data(drawing, ground.origin)),
        **_sent(bench, signs, ground, repaired=repaired),
    }
    with st.container(key="siting_map_box"):
        st_folium(
            map_,
            key=MAP,
            height=_HEIGHT,
            use_container_width=True,
            returned_objects=[],  # the script answers itself: at once, and with what was clicked
            on_change=_keep_answer,
        )
        _component()(key="siting_edits", data=edits, height=0)


def delta(base: Mapping[str, object], now: Mapping[str, object]) -> dict[str, object]:
    """
    How ``now`` differs from ``base``, both as `views.maps.drawing_data` gives them.

    Of a list: the places of rows that are there no longer, and the rows that are new; of anything else, and of the
    legend, whose rows have an order, what it is now.
    """
    found: dict[str, object] = {}
    for name, value in now.items():
        was = base[name]
        if value == was:
            continue
        if name != "legend" and isinstance(was, list) and isinstance(value, list):
            before, after = ([repr(row) for row in rows] for rows in (was, value))
            kept, there = set(after), set(before)
            gone = [place for place, row in enumerate(before) if row not in kept]
            found[name] = {
                "gone": gone,
                "new": [row for text, row in zip(after, value, strict=True) if text not in there],
            }
        else:
            found[name] = {"now": value}
    return found


def answer() -> dict | None:
    """
    What was done on the map since the last run.

    ``what`` (click, drag, area), ``lon``, ``lat``, ``zoom``; ``id`` of what was dragged, ``corners`` of an area.
    """
    return st.session_state.pop(_ANSWER, None)


def map_stands() -> bool:
    """Whether the browser has drawn the map: charts wait for it."""
    return st.session_state.get(STANDS, False)


def _keep_answer() -> None:
    told = st.session_state.get(MAP) or {}
    st.session_state[STANDS] = True
    if told.get("what") in ("click", "drag", "area"):
        st.session_state[_ANSWER] = told


@cache
def _script() -> str:
    return (_JS / "siting.js").read_text(encoding="utf-8")


@lru_cache(maxsize=16)
def _base(bench: Bench, area: str = "") -> tuple[dict, str, str]:
    """
    The drawing of the city as it is, what it is known by, and with it all that the browser gets once, as JSON.

    In a very large city only the first of its own sites are drawn, all can be chosen.
    """
    ground, light = ground_of(bench.city), colours()
    points = shapely.points(bench.stock.xy_mm[own_rows(bench, area)[:_MOST_STOCK]] / _MM)
    palette = {"text": light.text1, "pass": light.pass_, "unknown": light.unknown, "action": light.action}
    base = drawing_data(drawing_of(bench, bench.base, chosen=None, area=area), ground.origin)
    given = {"stock": steps(points, ground.origin, bench.city.crs), "origin": ground.origin}
    token = sha256(script_json(base).encode()).hexdigest()[:16]
    return base, token, script_json({**given, "colours": palette, "base": base, "token": token})


def _sent(bench: Bench, signs: Signs, ground: Ground, *, repaired: bool) -> dict:
    rows, tails, hidden = _edited(bench, signs)
    rows += _proposed(signs)
    required = [mark for mark in signs.marks.values() if mark.kind == REQUIRED]
    areas = [mark.area for mark in signs.marks.values() if mark.kind == FORBIDDEN]
    site = None if signs.site is None else bench.site(signs.site, signs.changes)
    if site is not None and site.id not in signs.changes:
        rows.append((site.x_mm, site.y_mm, "stock", site_words(site), True, ""))
    for mark in required:
        told = say("siting.map.required", carrier=vocabulary().carriers.label(mark.carrier))
        rows.append((*mark.points_mm[0], "required", told, False, ""))

    def moves(shapes: Sequence[shapely.Geometry]) -> list[list[int]]:
        return steps(shapes, ground.origin, bench.city.crs)

    texts = list(dict.fromkeys(told for _, _, _, told, _, _ in rows))
    number_of = {text: number for number, text in enumerate(texts)}
    at = moves(shapely.points([(x_mm / _MM, y_mm / _MM) for x_mm, y_mm, *_ in rows])) if rows else []
    rings = shapely.get_exterior_ring(shapely.get_parts(areas))
    there = (
        {form for _, _, form, *_ in rows} | ({"repaired"} if repaired else set()) | ({"forbidden"} if areas else set())
    )
    return {
        "mode": signs.mode,
        "drawn": signs.mode == FORBID and signs.radius_m == OUTLINE,
        "hidden": np.flatnonzero(np.isin(own_rows(bench, signs.area)[:_MOST_STOCK], hidden)).tolist(),
        "texts": texts,
        "signs": [
            [*step, form, number_of[told], *([is_chosen, number] if is_chosen or number else [])]
            for step, (_, _, form, told, is_chosen, number) in zip(at, rows, strict=True)
        ],
        "tails": moves(tails),
        "areas": moves(rings),
        "handle": None
        if site is None
        else [
            moves([site.point])[0],
            site.id,
            say("siting.map.handle", site=site_words(site)),
        ],
        "legend": [(form, say(f"siting.legend.{form}")) for form in _FORMS if form in there],
    }


def _edited(bench: Bench, signs: Signs) -> tuple[list[tuple], list[shapely.Geometry], list[int]]:
    """The signs of edits, tails from where a moved site was, and which of the city's sites they stand for."""
    rows, tails, hidden = [], [], []
    said = {form: say(f"siting.kinds.{form}") for form in ("new", "moved", "changed", "gone")}
    for id, site in signs.changes.items():
        own, row = bench.own_site(id), bench.row(id)
        if row is not None:
            hidden.append(row)
        form = edit_kind(own, site)
        if form == "moved":
            tails.append(((own.x_mm, own.y_mm), (site.x_mm, site.y_mm)))
        if form is not None:
            there = own if site is None else site
            told = f"{said[form]}　{site_words(there)}"
            rows.append((there.x_mm, there.y_mm, form, told, id == signs.site, ""))
    lines = shapely.linestrings(np.array(tails, dtype=float) / _MM) if tails else []
    return rows, list(lines), hidden


def _proposed(signs: Signs) -> list[tuple]:
    """The signs of proposals; the first of each group carries its number, as in the list."""
    rows = []
    for number, (_, proposals) in enumerate(grouped(signs.proposals), start=1):
        for place, proposal in enumerate(proposals):
            told = say("siting.map.proposal", kind=say(f"siting.plan.kinds.{proposal.kind}"), place=proposal.place)
            at = proposal.site.x_mm, proposal.site.y_mm
            rows.append((*at, _PROPOSED[proposal.kind], told, False, "" if place else str(number)))
    return rows
