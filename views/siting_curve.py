"""The curve of the score against the number of new sites: where more money stops paying."""

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from metrics.plan import CurvePoint
from texts import numbers, say
from views.background import show_job, start
from views.charts import CONFIG, LABEL_PX, bare_figure, write
from views.siting_desk import Desk
from views.siting_jobs import draw_curve
from views.siting_plan import goals_of, job_source, offer_of
from views.siting_words import money
from views.theme import colours

HEIGHT = 230
COUNTS = (0, 5, 10, 20, 30, 50, 75, 100, 150, 200)
_GRACE_S = 20
_FLAT_SHARE = 0.25  # of the benefit per site at the beginning: below it more sites hardly pay


def show_curve(desk: Desk, *, drawn: bool) -> None:
    """The curve, or the button that has it made; the chart only once ``drawn``."""
    _take(desk)
    with st.container(key="siting_curve_box"):
        with st.container(horizontal=True, vertical_alignment="center", key="siting_curve_head"):
            st.html(f'<div class="figures-title">{say("siting.curve.title")}</div>', width="stretch")
            if desk.curve is not None and desk.curve_job is None:
                st.button(say("siting.curve.again"), key="siting_curve_again", on_click=_run, args=(desk,))
        if desk.curve_job is not None:
            show_job(desk.curve_job, key="siting_curve_job", grace_s=_GRACE_S)
        elif desk.curve is None:
            words, button = st.columns([3, 1], vertical_alignment="center")
            words.html(f'<p class="note">{say("siting.curve.ask")}</p>')
            button.button(say("siting.curve.run"), key="siting_curve_run", on_click=_run, args=(desk,), width="stretch")
        elif len(desk.curve) < 2 or desk.curve[-1].score <= desk.curve[0].score:
            st.html(f'<p class="empty">{say("siting.curve.flat")}</p>')
        elif drawn:
            base = desk.curve_of[1]
            same_base = desk.planned is not None and desk.planned.changes == base
            placed = len(desk.planned.plan.proposals) if same_base else None
            if base != desk.scenario.changes:
                st.html(f'<p class="note">{say("siting.curve.stale")}</p>')
            figure = curve_figure(desk.curve, placed=placed)
            st.plotly_chart(figure, config=CONFIG, theme=None, key="siting_curve", width="stretch")


def _run(desk: Desk) -> None:
    options = {"goals": goals_of(desk), "offer": offer_of(desk), "counts": COUNTS, "seconds": float(desk.ask.seconds)}
    desk.curve_of = desk.judged_by, dict(desk.scenario.changes)
    desk.curve_job = start(draw_curve, *job_source(), dict(desk.scenario.changes), **options)


def _take(desk: Desk) -> None:
    if desk.curve_job is None or (answer := desk.curve_job.answer()) is None:
        return
    desk.curve_job = None
    desk.curve = answer.result if desk.curve_of is not None and desk.curve_of[0] == desk.judged_by else None
    desk.faults = list(answer.faults)


def bend(points: Sequence[CurvePoint]) -> tuple[int, float] | None:
    """
    From how many sites on each further one brings less than a quarter of what the first ones bring.

    Returns
    -------
    tuple or None
        The number of sites, and the points that each further one brings at most; None when it never flattens.
    """
    sites = np.array([point.sites for point in points], dtype=float)
    gained = np.diff([point.score for point in points]) / np.diff(sites)
    if not len(gained) or gained[0] <= 0:
        return None
    enough = np.maximum.accumulate(gained[::-1])[::-1]  # of all further steps the best
    below = np.flatnonzero(enough < _FLAT_SHARE * gained[0])
    return (int(sites[below[0]]), float(enough[below[0]])) if len(below) else None


def curve_figure(points: Sequence[CurvePoint], *, placed: int | None) -> go.Figure:
    """Solid up to the plan, dotted after it; hollow where it flattens, with what each further site brings."""
    light = colours()
    figure = bare_figure(height=HEIGHT)
    x, y = [point.sites for point in points], [point.score for point in points]
    low, high = min(y), max(y)
    room = max(high - low, 0.5)
    figure.update_layout(
        margin={"l": 34, "r": 12, "t": 8, "b": 46},
        xaxis={
            "visible": True, "range": [-0.03 * x[-1], 1.03 * x[-1]], "showgrid": False, "zeroline": False,
            "linecolor": light.text3, "showline": True, "ticks": "outside", "tickcolor": light.text3, "nticks": 7,
        },
        yaxis={
            "visible": True, "range": [low - 0.15 * room, high + 0.3 * room], "gridcolor": light.line,
            "zeroline": False, "nticks": 4, "tickformat": ".1f",
        },
    )  # fmt: skip
    ends = [number for number, count in enumerate(x) if placed is None or count <= placed]
    until = ends[-1] if ends else 0
    told = [
        say("siting.curve.hover", count=numbers.whole(p.sites), score=numbers.score(p.score), cost=money(p.cost))
        for p in points
    ]
    line = {"color": light.pass_, "width": 2.6}
    for part, look in ((slice(until, None), {**line, "dash": "2px,4px", "width": 2}), (slice(0, until + 1), line)):
        figure.add_scatter(
            x=x[part], y=y[part], mode="lines+markers", line=look, hovertext=told[part], hoverinfo="text",
            marker={"size": 5, "color": light.pass_},
        )  # fmt: skip
    _dot(figure, x[0], y[0], light.text1, light.bg)
    write(figure, x[0], y[0], say("siting.curve.now", score=numbers.score(y[0])), xanchor="left", xshift=9, yshift=-9)
    flat = bend(points)
    if flat is not None:
        count, gain = flat
        at = y[x.index(count)]
        _dot(figure, count, at, light.bg, light.text1)
        note = say("siting.curve.bend", count=numbers.whole(count), gain=f"{math.floor(100 * gain) / 100 + 0.01:.2f}")
        write(figure, count, at, note, xanchor="left", yanchor="top", xshift=4, yshift=-10)
    if placed is not None and 0 < placed <= x[-1]:
        at = float(np.interp(placed, x, y))
        _dot(figure, placed, at, light.pass_, light.bg)
        words = say("siting.curve.placed", count=numbers.whole(placed))
        look = {"size": LABEL_PX, "color": light.text1}
        write(figure, placed, at, words, bold=True, yshift=16, font=look)
    corner = {"xref": "paper", "yref": "paper", "xanchor": "right", "yanchor": "top", "yshift": -22}
    write(figure, 1, 0, say("siting.curve.axis"), **corner)
    return figure


def _dot(figure: go.Figure, x: float, y: float, fill: str, rim: str) -> None:
    marker = {"size": 10, "color": fill, "line": {"color": rim, "width": 1.6}}
    figure.add_scatter(x=[x], y=[y], mode="markers", marker=marker, hoverinfo="skip")
