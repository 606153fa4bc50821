"""The points of a mock assessment: whose route leads where, on a map and as a list, and the forms to print."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
import streamlit as st
from branca.element import MacroElement
from folium.template import Template
from streamlit_folium import st_folium

from look.sent_ground import Ground, ground_of, script_json, steps
from metrics.book import RuleBook
from metrics.mock import Sample
from metrics.mock.forms import form_title
from texts import numbers, say
from views import notices
from views.maps import Drawing, base_map, drawing_layer
from views.mock_book import Looked
from views.mock_desk import Desk, Kept
from views.plain_tables import table_html
from views.theme import colours
from views.uploads import plain_name

MAP = "mock_map"
_SCRIPT = Path(__file__).with_name("js") / "mock.js"
_HEIGHT = 424
WriteForms = Callable[..., Path]  # see briefing.mock_forms.write_forms


class _Points(MacroElement):
    """The points of an inspector, as a part of a map that changes."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            window.mockPoints = window.mockPoints || {{ this.script }};
            window.mockPoints({{ this._parent._parent.get_name() }}, {{ this._parent.get_name() }}, {{ this.data }});
        {% endmacro %}
        """
    )

    def __init__(self, data: str):
        super().__init__()
        self._name = "MockPoints"
        self.script, self.data = _SCRIPT.read_text(encoding="utf-8"), data


def ask_inspector(kept: Kept, mine: Desk) -> int:
    """Whose form is looked at."""
    everybody = sorted(kept.sample.points["inspector"].unique().tolist()) if kept.head.part else list(
        range(1, kept.sample.inspectors + 1)
    )
    mine.inspector = mine.inspector if mine.inspector in everybody else everybody[0]
    st.session_state["mock_inspector"] = mine.inspector
    st.selectbox(
        say("mock_page.points.inspector"),
        everybody,
        format_func=lambda number: _inspector_label(kept, number),
        key="mock_inspector",
        on_change=lambda: setattr(mine, "inspector", st.session_state["mock_inspector"]),
        label_visibility="collapsed",
        width=230,
    )
    return mine.inspector


def offer_forms(kept: Kept, inspector: int, write: WriteForms) -> None:
    """The forms of all inspectors, and of this one, as workbooks that print on A4."""
    name = plain_name(f"{kept.head.name}_{kept.sample.code}")
    for key, whose, label in (
        ("all", None, say("mock_page.points.all_forms")),
        ("own", [inspector], say("mock_page.points.own_form", form=form_title(inspector))),
    ):
        tail = "" if whose is None else f"_{form_title(inspector)}"
        st.download_button(
            label,
            lambda whose=whose: forms_bytes(kept.sample, kept.written.book, kept.written.city_name, whose, write),
            file_name=f"{name}{tail}.xlsx",
            on_click="ignore",
            key=f"mock_forms_{key}",
        )


def forms_bytes(
    sample: Sample, book: RuleBook, city_name: str, inspectors: Sequence[int] | None, write: WriteForms
) -> bytes:
    """The workbook that ``write`` makes of the forms."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "forms.xlsx"
        return write(sample, book, file, city_name=city_name, inspectors=inspectors).read_bytes()


def show_points(kept: Kept, page: Looked, inspector: int) -> None:
    """The map of an inspector's route, and beside it the points in their order."""
    left, right = st.columns([7, 6], gap="medium")
    with left:
        show_map(kept, page, inspector)
    with right, st.container(key="mock_points_box"):
        st.html(table_html(point_list(kept, inspector), most=500))
    notices.show_remarks(kept.sample.notes)


def show_map(kept: Kept, page: Looked, inspector: int) -> None:
    """The route on the ground of the city as it is now."""
    ground = ground_of(page.now.city)
    points = kept.sample.points.to_crs(page.now.city.crs)
    own = points[points["inspector"] == inspector]
    walks = _walks(kept.sample, inspector, page.now.city.crs)
    texts = {name: pd.Series([], dtype=object) for name in ("status", "told", "name", "score")}
    marks = {name: pd.Series([], dtype=bool) for name in ("chosen", "counted")}
    nothing = gpd.GeoDataFrame({**texts, **marks}, geometry=[], crs=points.crs)
    fit = shapely.buffer(shapely.union_all([*own.geometry, *walks]), 250)
    layer = drawing_layer(Drawing(nothing, nothing, nothing, nothing, fit=fit), ground)
    layer.add_child(_Points(script_json(sent(points, own, walks, ground))))
    with st.container(key="mock_map_box"):
        st_folium(
            base_map(ground),
            key=MAP,
            height=_HEIGHT,
            use_container_width=True,
            feature_group_to_add=layer,
            returned_objects=[],
        )


def sent(points: gpd.GeoDataFrame, own: gpd.GeoDataFrame, walks: Sequence, ground: Ground) -> dict:
    """What the script on the map draws: numbered points, walks, the order, and where the others go."""
    light = colours()

    def moves(shapes) -> list[list[int]]:
        return steps(shapes, ground.origin, points.crs)

    others = points[~points["number"].isin(own["number"])]
    told = [say("mock_page.points.pointer", name=r.subject_name, place=r.place) for r in own.itertuples()]
    order = [shapely.LineString(own.geometry.tolist())] if len(own) > 1 else []
    legend = [
        ("point", say("mock_page.points.legend.own", count=numbers.whole(len(own)))),
        ("walk", say("mock_page.points.legend.walks", count=numbers.whole(len(walks)))),
    ]
    if len(others):
        legend.append(("other", say("mock_page.points.legend.others", count=numbers.whole(len(others)))))
    return {
        "origin": ground.origin,
        "points": [[at, number, text] for at, number, text in zip(
            moves(own.geometry), own["number"].astype(str).tolist(), told, strict=True)],
        "walks": moves(walks),
        "order": moves(order),
        "others": moves(others.geometry),
        "legend": legend,
        "colours": {"text": light.text1, "quiet": light.text3, "action": light.action},
    }  # fmt: skip


def point_list(kept: Kept, inspector: int) -> pd.DataFrame:
    """The points of an inspector in their order, and how much of each is filled in."""
    own = kept.sample.points[kept.sample.points["inspector"] == inspector]
    lines = kept.sample.lines
    given = pd.Series({key: one.found is not None for key, one in kept.results.items()}, dtype=bool)
    done = given.reindex(lines["key"]).groupby(lines["number"].to_numpy()).agg(["sum", "size"])
    label = kept.written.book.class_label
    words = {
        "number": own["number"].astype(str),
        "class": own["class"].map(label),
        "name": own["subject_name"],
        "place": own["place"],
        "street": own["street"].fillna(own["district"]).fillna(""),
        "done": [f"{int(done.loc[n, 'sum'])}\u00a0/\u00a0{int(done.loc[n, 'size'])}" for n in own["number"]],
    }
    return pd.DataFrame({say(f"mock_page.points.columns.{name}"): column for name, column in words.items()})


def _walks(sample: Sample, inspector: int, crs) -> list[shapely.LineString]:
    paths = sample.points.loc[sample.points["inspector"] == inspector, "path"]
    lines = gpd.GeoSeries([shapely.LineString(path) for path in paths if len(path) > 1], crs=sample.points.crs)
    return lines.to_crs(crs).tolist()


def _inspector_label(kept: Kept, number: int) -> str:
    own = int((kept.sample.points["inspector"] == number).sum())
    return say("mock_page.points.inspector_of", form=form_title(number), count=numbers.whole(own))
