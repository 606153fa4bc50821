"""The picture of a place: its outline, the buildings around, what can be seen, and the sites that count or do not."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import shapely

from metrics.why import Place
from texts import numbers, say
from texts.escape import for_html
from views.charts import NOTE_PX, bare_figure, write
from views.theme import colours

HEIGHT = 208
_ASPECT = 1.6
_LABEL_SHARE = (0.16, 0.07)  # of the picture's width and height: the room one written reason takes


def place_figure(place: Place) -> go.Figure:
    """
    The picture of a place.

    Blue is what can be seen from the centre (the cross); full dots are sites that count, with their lines of sight;
    hollow ones do not count and have the reason beside them.
    """
    light = colours()
    west, south, east, north = _window(place)
    figure = bare_figure(height=HEIGHT)
    figure.update_layout(
        plot_bgcolor=light.outside,
        xaxis={"visible": False, "range": [west, east], "fixedrange": True, "constrain": "domain"},
        yaxis={
            "visible": False, "range": [south, north], "fixedrange": True, "scaleanchor": "x", "constrain": "domain",
        },
    )
    frame = shapely.box(west, south, east, north)
    if place.view is not None:
        _fill(figure, place.view, light.sea, "#BFD9E4")
    near = place.buildings[place.buildings.intersects(frame)]
    _fill(figure, shapely.intersection(shapely.union_all(near.to_numpy()), frame), light.building, light.trunk)
    _outline(figure, place.shape, light.text1)
    _sites(figure, place, west, south, east, north)
    if place.centre is not None:
        figure.add_scatter(
            x=[place.centre[0]], y=[place.centre[1]], mode="markers", hoverinfo="skip",
            marker={"symbol": "cross-thin", "size": 11, "line": {"color": light.text1, "width": 2}},
        )
    return figure


def _window(place: Place) -> tuple[float, float, float, float]:
    """West, south, east, north of the picture: the place, its sites that count, and a margin; 1.6 wide to 1 high."""
    shown = place.sites[place.sites["counted"].astype(bool)] if len(place.sites) else place.sites
    points = shapely.MultiPoint(shown[["x", "y"]].to_numpy(dtype=float)) if len(shown) else shapely.Point()
    west, south, east, north = shapely.union_all([shapely.envelope(place.shape), points]).bounds
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    height = max(1.25 * (north - south), 1.25 * (east - west) / _ASPECT, min(1.3 * place.view_m, 160.0))
    return (
        middle_x - _ASPECT * height / 2,
        middle_y - height / 2,
        middle_x + _ASPECT * height / 2,
        middle_y + height / 2,
    )


def _rings(shape: shapely.Geometry) -> tuple[list, list]:
    """x and y of all rings or lines of ``shape``, None between them."""
    lines = shapely.get_parts(shapely.boundary(shape) if shape.area else shape)
    x, y = [], []
    for line in shapely.get_parts(lines):
        points = shapely.get_coordinates(line)
        x += [*points[:, 0].round(2), None]
        y += [*points[:, 1].round(2), None]
    return x, y


def _fill(figure: go.Figure, shape: shapely.Geometry, fill: str, outline: str) -> None:
    if shape.is_empty:
        return
    x, y = _rings(shape)
    look = {"fill": "toself", "fillcolor": fill, "line": {"color": outline, "width": 0.8}}
    figure.add_scatter(x=x, y=y, mode="lines", hoverinfo="skip", **look)


def _outline(figure: go.Figure, shape: shapely.Geometry, colour: str) -> None:
    if shape.geom_type in ("Point", "MultiPoint"):
        points = shapely.get_coordinates(shape)
        marker = {"symbol": "cross-thin", "size": 11, "line": {"color": colour, "width": 2}}
        figure.add_scatter(x=points[:, 0], y=points[:, 1], mode="markers", marker=marker, hoverinfo="skip")
        return
    x, y = _rings(shape)
    line = {"color": colour, "width": 1.3, "dash": "5px,4px"}
    figure.add_scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip")


def _sites(figure: go.Figure, place: Place, west: float, south: float, east: float, north: float) -> None:
    light = colours()
    inside = place.sites["x"].between(west, east) & place.sites["y"].between(south, north)
    shown = place.sites[inside]
    counted = shown["counted"].astype(bool)
    if place.view is not None and place.centre is not None:
        seen = shown[counted]
        x = np.column_stack((np.full(len(seen), place.centre[0]), seen["x"], np.full(len(seen), np.nan))).ravel()
        y = np.column_stack((np.full(len(seen), place.centre[1]), seen["y"], np.full(len(seen), np.nan))).ravel()
        figure.add_scatter(x=x, y=y, mode="lines", line={"color": light.pass_, "width": 1}, hoverinfo="skip")
    for part, fill, outline in ((shown[~counted], light.bg, light.text1), (shown[counted], light.text1, light.bg)):
        figure.add_scatter(
            x=part["x"],
            y=part["y"],
            mode="markers",
            marker={"size": 9.5, "color": fill, "line": {"color": outline, "width": 1.4}},
            hovertext=_told(part),
            hoverinfo="text",
        )
    _write_reasons(figure, shown[~counted], (west, south, east, north))


def _told(part: pd.DataFrame) -> list[str]:
    columns = zip(part["name"], part["reason"], part["distance_m"], strict=True)
    return [
        say("coverage.square.hover", name=for_html(name), reason=for_html(reason), distance=numbers.metres(distance))
        for name, reason, distance in columns
    ]


def _write_reasons(figure: go.Figure, rejected: pd.DataFrame, frame: tuple[float, float, float, float]) -> None:
    """The reasons beside hollow sites, as far as they do not run into each other; the pointer tells the rest."""
    west, south, east, north = frame
    room_x, room_y = _LABEL_SHARE[0] * (east - west), _LABEL_SHARE[1] * (north - south)
    written: list[tuple[float, float]] = []
    for x, y, text in zip(rejected["x"], rejected["y"], rejected["reason"], strict=True):
        if any(abs(x - at_x) < room_x and abs(y - at_y) < room_y for at_x, at_y in written):
            continue
        written.append((x, y))
        left = x > east - room_x
        look = {"xanchor": "right", "xshift": -7} if left else {"xanchor": "left", "xshift": 7}
        look |= {"bgcolor": "rgba(255,255,255,0.7)", "borderpad": 0}
        write(figure, x, y, text, font={"size": NOTE_PX, "color": colours().text1}, **look)
