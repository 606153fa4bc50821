"""Orders on the map: the ground never changes, what is drawn above it does with every filter."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import geopandas as gpd
import shapely
import streamlit as st
from branca.element import MacroElement
from folium.template import Template
from streamlit_folium import st_folium

from data.city import City
from look.sent_ground import Ground, ground_of, script_json, steps
from store import Order
from texts import numbers, say
from views.maps import Drawing, base_map, drawing_layer, label_places, main_part
from views.orders_words import due, where
from views.theme import colours

MOST_DRAWN = 1500
_KEY, _PICKED, _HEIGHT = "orders_map", "orders_map_picked", 424
_SCRIPT = Path(__file__).with_name("js") / "orders_map.js"
_KINDS = ("late", "open", "proposed", "closed")
_WGS84 = "EPSG:4326"
_SHIFT_DEG = 1e-5


@dataclass(frozen=True)
class Drawn:
    """
    What the map shows.

    Attributes
    ----------
    orders
        At most ``MOST_DRAWN``, those due first.
    total
        How many there are.
    chosen
        The opened one.
    district
        What fills the map; None for the whole city.
    """

    orders: Sequence[Order]
    total: int
    chosen: int | None
    district: str | None


class _Ground(MacroElement):
    """The script, as a constant part of a map."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            window.ordersMap = {{ this.script }};
            window.ordersMap.begin({{ this._parent.get_name() }}, {{ this.data }});
        {% endmacro %}
        """
    )

    def __init__(self):
        super().__init__()
        self._name = "OrdersGround"
        self.script, self.data = _script(), _palette()


class _Orders(MacroElement):
    """The orders, as a part of a map that changes."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            window.ordersMap.draw(
                {{ this._parent._parent.get_name() }}, {{ this._parent.get_name() }}, {{ this.data }});
        {% endmacro %}
        """
    )

    def __init__(self, data: str):
        super().__init__()
        self._name = "OrdersDrawn"
        self.data = data


def show_map(city: City, drawn: Drawn, today: date) -> None:
    """The map, and a line on how many of the orders it shows."""
    ground = ground_of(city)
    map_ = base_map(ground)
    map_.add_child(_Ground())
    layer = drawing_layer(_names(city, drawn), ground)
    layer.add_child(_Orders(script_json(sent(drawn, ground, today))))
    with st.container(key="orders_map_box"):
        st_folium(
            map_,
            key=_KEY,
            height=_HEIGHT,
            use_container_width=True,
            feature_group_to_add=layer,
            returned_objects=[],  # the script answers itself, with what was clicked
            on_change=_keep_pick,
        )
    st.html(f'<div class="note">{"　".join(_told(drawn))}</div>')


def picked() -> int | None:
    """The order that was clicked since the last run."""
    return st.session_state.pop(_PICKED, None)


def _keep_pick() -> None:
    told = st.session_state.get(_KEY) or {}
    if told.get("what") == "pick":
        st.session_state[_PICKED] = int(told["id"])


def kind_of(order: Order, today: date) -> str:
    """How an order is drawn: late, open, proposed or closed."""
    if not order.is_open:
        return "closed"
    if order.proposed:
        return "proposed"
    return "late" if order.overdue(today) else "open"


def sent(drawn: Drawn, ground: Ground, today: date) -> dict:
    """What the script gets: lines and places in steps from the ground's origin, with kind, id and what is told."""
    lines, places, kinds = [], [], Counter()
    for order in drawn.orders:
        if order.geometry is None or order.geometry.is_empty:
            continue
        kind = kind_of(order, today)
        kinds[kind] += 1
        about = [kind, order.id, "　".join((where(order), order.unit, order.state_name, due(order, today)))]
        if shapely.get_dimensions(order.geometry) == 1 and order.from_m is not None:
            line = shapely.simplify(order.geometry, _SHIFT_DEG)
            lines += [[part, *about] for part in steps([line], ground.origin)]
        else:
            places.append([steps([order.geometry.representative_point()], ground.origin)[0], *about])
    chosen = next((o.geometry for o in drawn.orders if o.id == drawn.chosen and o.geometry is not None), None)
    return {
        "lines": lines,
        "places": places,
        "chosen": drawn.chosen,
        "show": None if chosen is None else steps([_diagonal(chosen)], ground.origin)[0],
        "origin": ground.origin,
        "legend": [(kind, f"{say(f'orders.map.legend.{kind}')} {kinds[kind]}") for kind in _KINDS if kinds[kind]],
    }


def _diagonal(shape: shapely.Geometry) -> shapely.LineString:
    west, south, east, north = shape.bounds
    return shapely.LineString([(west, south), (east, north)])


def _told(drawn: Drawn) -> list[str]:
    nowhere = sum(order.geometry is None or order.geometry.is_empty for order in drawn.orders)
    count = len(drawn.orders)
    limited = drawn.total > count
    key = "limited" if limited else "drawn"
    said = [say(f"orders.map.{key}", count=numbers.whole(count - nowhere), total=numbers.whole(drawn.total))]
    return [*said, say("orders.map.nowhere", count=numbers.whole(nowhere))] if nowhere else said


def _names(city: City, drawn: Drawn) -> Drawing:
    """The districts' names with how many of the orders lie in each."""
    counts = Counter(order.district for order in drawn.orders)
    nothing = gpd.GeoDataFrame({"status": [], "told": [], "chosen": []}, geometry=[], crs=city.crs).astype(
        {"chosen": bool}
    )
    sites = gpd.GeoDataFrame({"counted": [], "told": []}, geometry=[], crs=city.crs)
    labels, fit = gpd.GeoDataFrame({"name": [], "score": []}, geometry=[], crs=city.crs), None
    if city.districts is not None:
        own = city.districts[city.districts["level"].fillna("district") == "district"]
        points = _label_points(city, [order.geometry for order in drawn.orders])
        said = {name: say("orders.map.count", count=numbers.whole(count)) for name, count in counts.items()}
        scores = [said.get(name, "") for name in own["name"]]
        labels = gpd.GeoDataFrame({"name": own["name"], "score": scores}, geometry=points, crs=city.crs)
        shapes = own.geometry[own["name"] == drawn.district]
        fit = main_part(shapes.iloc[0]) if len(shapes) else None
    return Drawing(lines=nothing, places=nothing, sites=sites, labels=labels, fit=fit)


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs={City: id})
def _label_points(city: City, _marks: Sequence[shapely.Geometry | None]) -> gpd.GeoSeries:
    """Where the names stand: clear of what was drawn first, and then the same, so that no name jumps."""
    own = city.districts[city.districts["level"].fillna("district") == "district"]
    marks = gpd.GeoSeries([shape for shape in _marks if shape is not None], crs=_WGS84).to_crs(city.crs)
    return label_places(own, marks.to_numpy())


@cache
def _script() -> str:
    return _SCRIPT.read_text(encoding="utf-8")


@cache
def _palette() -> str:
    light = colours()
    own = {
        "fail": light.fail,
        "casing": light.fail_casing,
        "text": light.text2,
        "pass": light.pass_,
        "grey": light.unknown,
    }
    return script_json({"colours": own})
