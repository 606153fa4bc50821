"""The strip of a street: which sites counted and which did not, the worst window, and the count from every start."""

import math

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from metrics.why import Strip
from texts import numbers, say
from texts.escape import for_html
from views.charts import LABEL_PX, NOTE_PX, bare_figure, write
from views.theme import colours

HEIGHT = 266
_MARGIN_M = 500.0
_WIDTH_PX = 660  # about as wide as the figure is drawn; only the crowding of labels depends on it
_TOP, _BOTTOM = (0.57, 1.0), (0.155, 0.45)
_LANES_Y = (0.90, 1.06)
_PROFILE_FOOT = -0.55  # y of the upper part at which the count below is met: a dotted line leads down to it
_TICK_Y, _TICK_HEIGHT, _ROAD_Y, _BRACKET_Y = 0.52, 0.28, 0.40, 0.12


def strip_figure(strip: Strip, *, focus: tuple[float, float] | None = None) -> go.Figure:
    """
    The strip as a figure.

    Above the sites (bars; hollow and with their reason when they do not count), the street with its failing
    stretches and the worst window as a bracket; below, on the same axis, how many places a walk from each start
    meets, with the number asked for as a dashed line and only the failing starts filled.

    Parameters
    ----------
    focus
        The stretch to be looked at, metres; the figure shows it with 500 m on both sides. None shows the whole street.
    """
    low, high = _span(strip, focus)
    figure = bare_figure(height=HEIGHT)
    figure.update_layout(
        xaxis={"visible": False, "range": [low, high], "fixedrange": True},
        yaxis={"domain": _TOP, "range": [0, 1.1], "visible": False, "fixedrange": True},
        margin={"l": 48, "r": 12, "t": 2, "b": 0},
        bargap=0,
    )
    _street(figure, strip, low, high)
    _sites(figure, strip, low, high)
    if strip.window_m is not None and strip.last_start_m > 0:
        _counts(figure, strip, low, high)
        _worst(figure, strip)
    else:
        _ends(figure, strip, low, high)
    return figure


def _span(strip: Strip, focus: tuple[float, float] | None) -> tuple[float, float]:
    if focus is None:
        return 0.0, strip.length_m
    return max(0.0, focus[0] - _MARGIN_M), min(strip.length_m, focus[1] + _MARGIN_M)


def _street(figure: go.Figure, strip: Strip, low: float, high: float) -> None:
    light = colours()

    def line(start: float, end: float, **look) -> None:
        figure.add_shape(type="line", x0=max(start, low), x1=min(end, high), y0=_ROAD_Y, y1=_ROAD_Y, line=look)

    line(low, high, color=light.trunk, width=7)
    for start, end in strip.gaps:
        if end <= low or start >= high:
            continue
        line(start, end, color=light.fail_casing, width=10, dash="4px,3px")
        line(start, end, color=light.fail, width=5)
        for at, side in ((start, "left"), (end, "right")):
            if low <= at <= high:
                write(figure, at, _ROAD_Y - 0.06, numbers.position(at), yanchor="top", xanchor=side)


def _sites(figure: go.Figure, strip: Strip, low: float, high: float) -> None:
    light = colours()
    width_m = (high - low) / _WIDTH_PX
    shown = strip.sites[strip.sites["at_m"].between(low, high)]
    for counted, fill, outline, px in ((True, light.text1, light.text1, 3.5), (False, light.bg, light.text2, 5.5)):
        part = shown[shown["counted"].astype(bool) == counted]
        told = [
            say("coverage.strip.hover", at=numbers.metres(at), name=for_html(name), reason=for_html(reason))
            for at, name, reason in zip(part["at_m"], part["name"], part["reason"], strict=True)
        ]
        figure.add_bar(
            x=part["at_m"],
            y=np.full(len(part), _TICK_HEIGHT),
            base=_TICK_Y,
            width=px * width_m,
            marker={"color": fill, "line": {"color": outline, "width": 0 if counted else 1.3}},
            hovertext=told,
            hoverinfo="text",
        )
    write(figure, 0, _TICK_Y + _TICK_HEIGHT / 2, say("coverage.strip.sites"), xref="paper", xanchor="right", xshift=-8)
    rejected = shown[~shown["counted"].astype(bool)].sort_values("at_m", kind="stable")
    for at, lane, text in _label_lanes(rejected, low, high):
        write(figure, at, _LANES_Y[lane], text, yanchor="middle")


def _label_lanes(rejected: pd.DataFrame, low: float, high: float) -> list[tuple[float, int, str]]:
    """Which reasons can be written beside each other, in two lanes; one that finds no room is left to the pointer."""
    px_per_m = _WIDTH_PX / (high - low)
    ends, written = [-math.inf] * len(_LANES_Y), []
    for at, text in zip(rejected["at_m"], rejected["reason"], strict=True):
        half = NOTE_PX * len(text) / 2 + 3
        centre = min(max((at - low) * px_per_m, half), _WIDTH_PX - half)
        for lane, end in enumerate(ends):
            if centre - half >= end:
                ends[lane] = centre + half
                written.append((low + centre / px_per_m, lane, text))
                break
    return written


def _counts(figure: go.Figure, strip: Strip, low: float, high: float) -> None:
    light = colours()
    x = np.append(strip.starts_m, strip.last_start_m)
    y = np.append(strip.counts, strip.counts[-1])
    top = max(2 * math.ceil(strip.need / 2), math.ceil((max(int(y.max()), strip.need) + 1) / 2) * 2)
    figure.update_layout(
        xaxis2={
            "anchor": "y2", "range": [low, high], "fixedrange": True, "showgrid": False, "tickformat": ",.0f",
            "ticks": "outside", "tickcolor": light.text3, "linecolor": light.text3, "showline": True, "nticks": 7,
            "separatethousands": True, "zeroline": False,
        },
        yaxis2={
            "domain": _BOTTOM, "range": [0, top], "fixedrange": True, "gridcolor": light.line, "zeroline": False,
            "tickvals": sorted({0, strip.need, top}), "ticks": "",
        },
        separators=".\u202f",
    )
    for start, end in strip.failing:
        inside = x[(x > start) & (x < end)]
        edges = np.concatenate(([start], inside, [end]))
        level = strip.counts[np.clip(np.searchsorted(strip.starts_m, edges[:-1], side="right") - 1, 0, None)]
        around_x = np.concatenate((np.repeat(edges, 2)[1:-1], [end, start]))
        around_y = np.concatenate((np.repeat(level, 2), [strip.need, strip.need]))
        figure.add_scatter(
            x=around_x, y=around_y, xaxis="x2", yaxis="y2", mode="none", fill="toself", fillcolor=light.fail,
            opacity=0.85, hoverinfo="skip",
        )
    figure.add_scatter(
        x=x, y=y, xaxis="x2", yaxis="y2", mode="lines", line={"shape": "hv", "color": light.text1, "width": 1.4},
        hoverinfo="skip",
    )
    figure.add_shape(
        type="line", x0=0, x1=1, xref="x2 domain", y0=strip.need, y1=strip.need, yref="y2",
        line={"color": light.text1, "width": 1, "dash": "4px,3px"},
    )
    kind = "profile_quota" if strip.title else "profile"
    title = say(
        f"coverage.strip.{kind}",
        window=numbers.metres(strip.window_m),
        unit=say(f"coverage.strip.units.{strip.unit}"),
        need=numbers.whole(strip.need),
        title=strip.title,
    )
    write(figure, 0, _BOTTOM[1] + 0.015, title, xref="paper", yref="paper", xanchor="left", yanchor="bottom")
    write(figure, 1, 0, say("coverage.strip.axis"), xref="paper", yref="paper", xanchor="right", yanchor="bottom")


def _worst(figure: go.Figure, strip: Strip) -> None:
    if strip.worst_m is None or strip.worst_count is None:
        return
    light = colours()
    start, end = strip.worst_m, strip.worst_m + strip.window_m
    count = say(f"coverage.strip.count.{strip.unit}", number=numbers.whole(strip.worst_count))
    fails = bool(strip.failing)
    colour = light.fail if fails else light.text1
    for x0, y0, x1, y1 in (
        (start, _ROAD_Y - 0.06, start, _BRACKET_Y),
        (start, _BRACKET_Y, end, _BRACKET_Y),
        (end, _BRACKET_Y, end, _ROAD_Y - 0.06),
    ):
        figure.add_shape(type="line", x0=x0, y0=y0, x1=x1, y1=y1, line={"color": colour, "width": 2})
    if fails:
        figure.add_shape(
            type="rect", x0=start, x1=end, y0=_ROAD_Y + 0.06, y1=1.1, fillcolor=light.fail, opacity=0.1, line_width=0,
            layer="below",
        )
    window = numbers.metres(strip.window_m)
    text = (
        say("coverage.strip.worst", window=window, count=count, short=numbers.short(strip.need - strip.worst_count))
        if fails
        else say("coverage.strip.worst_pass", window=window, count=count)
    )
    look = {"size": LABEL_PX, "color": colour}
    write(figure, (start + end) / 2, _BRACKET_Y - 0.02, text, bold=True, yanchor="top", font=look)
    figure.add_shape(
        type="line", x0=start, x1=start, xref="x", y0=_PROFILE_FOOT, y1=_BRACKET_Y, yref="y",
        line={"color": colour, "width": 1, "dash": "1px,3px"},
    )
    figure.add_scatter(
        x=[start], y=[strip.worst_count], xaxis="x2", yaxis="y2", mode="markers", hoverinfo="skip",
        marker={"size": 9, "color": light.bg, "line": {"color": colour, "width": 2}},
    )


def _ends(figure: go.Figure, strip: Strip, low: float, high: float) -> None:
    """Where the street begins and ends, unless a failing stretch has its own number there."""
    room = 0.12 * (high - low)
    for at in (low, high):
        if any(abs(at - edge) < room for gap in strip.gaps for edge in gap):
            continue
        write(figure, at, _ROAD_Y - 0.06, numbers.position(at), yanchor="top", xanchor="left" if at == low else "right")
