"""How likely each deduction of the city is, as bars: in the best and in the worst reading of what is not known."""

import numpy as np
import plotly.graph_objects as go

from metrics.risk import Risk, Spread
from metrics.risk.risk import CITY
from texts import numbers, say
from views.charts import LABEL_PX, bare_figure, write
from views.risk import axis_marks, chance, city_row, points, where_words
from views.theme import colours

HEIGHT = 296
_MOST_BARS = 40
_TAIL = 0.9995
_MARKS = (0.05, 0.1, 0.2, 0.25, 0.5)


def spread_title(found: Risk) -> str:
    """What the bars show, in words: how likely full marks are, and how likely a bad day is."""
    least, most = spreads(found)
    row = city_row(found)
    bad = max(round(row["high_most"] / 2), 1)
    far = chance(beyond(least, bad), beyond(most, bad))
    return say("mock_page.risk.spread", full=chance(row["full_least"], row["full_most"]), points=bad, far=far)


def readings_html(found: Risk) -> str:
    """What full and hollow bars mean, where there are two readings."""
    if not city_row(found)["unknown"]:
        return ""
    signs = "".join(
        f'<span><i class="risk-bar {look}"></i>{say(f"mock_page.risk.readings.{reading}")}</span>'
        for look, reading in (("", "best"), ("hollow", "worst"))
    )
    return f'<div class="signs left">{signs}</div>'


def spreads(found: Risk) -> tuple[Spread, Spread]:
    """The distributions of the city in the best and in the worst reading."""
    return next(pair for (scope, _), pair in found.spreads.items() if scope == CITY)


def beyond(spread: Spread, least_points: float) -> float:
    """The probability of a deduction of so many points or more."""
    return float(spread.probability[spread.points >= least_points - 1e-9].sum())


def spread_figure(found: Risk, area: str = "") -> go.Figure:
    """Bars of probability by points; hollow ones for the worst reading where it differs; the interval as a bracket."""
    light = colours()
    least, most = spreads(found)
    row = city_row(found)
    two = bool(row["unknown"])
    step, until = bars_of((least, most) if two else (least,))
    figure = bare_figure(height=HEIGHT)
    shown = [(least, light.text2, light.text2, say("mock_page.risk.readings.best"))]
    if two:
        shown.append((most, light.bg, light.text2, say("mock_page.risk.readings.worst")))
    wide = 0.8 * step / len(shown)
    highest = 0.0
    for place, (spread, fill, rim, reading) in enumerate(shown):
        at, share = binned(spread, step, until)
        highest = max(highest, float(share.max(initial=0)))
        shift = (place - (len(shown) - 1) / 2) * wide
        told = [
            say("mock_page.risk.bar", points=_from_to(x, step), share=numbers.percent(float(p)), reading=reading)
            for x, p in zip(at, share, strict=True)
        ]
        figure.add_bar(
            x=at + shift, y=share, width=wide * 0.92, hovertext=told, hoverinfo="text",
            marker={"color": fill, "line": {"color": rim, "width": 1.2}},
        )  # fmt: skip
    figure.update_layout(
        barmode="overlay",
        margin={"l": 40, "r": 4, "t": 34, "b": 34},
        xaxis={
            "visible": True, "range": [-0.7 * step, until + 0.7 * step], "showgrid": False, "zeroline": False,
            "linecolor": light.text3, "showline": True, "ticks": "outside", "tickcolor": light.text3,
            "tickvals": [mark for mark in axis_marks(max(until, step)) if mark <= until + 0.7 * step],
        },
        yaxis={
            "visible": True, "range": [0, 1.12 * highest], "gridcolor": light.line, "zeroline": False,
            "tickformat": ".0%", "dtick": next((mark for mark in _MARKS if highest / mark <= 4), 0.25),
        },
    )  # fmt: skip
    _interval(figure, float(row["low_least"]), min(float(row["high_most"]), until))
    corner = {"xref": "paper", "yref": "paper", "xanchor": "right", "yanchor": "top", "yshift": -18}
    write(figure, 1, 0, say("mock_page.risk.axis", where=where_words(area)), **corner)
    return figure


def bars_of(shown: tuple[Spread, ...]) -> tuple[float, float]:
    """How many points one bar stands for, and up to where there are bars."""
    until = max(spread.quantile(_TAIL) for spread in shown)
    points_ = np.unique(np.concatenate([spread.points[spread.points <= until] for spread in shown]))
    step = float(np.diff(points_).min()) if len(points_) > 1 else 1.0
    if until / step > _MOST_BARS:
        step = float(np.ceil(until / _MOST_BARS))
    return step, max(until, step)


def binned(spread: Spread, step: float, until: float) -> tuple[np.ndarray, np.ndarray]:
    """Where the bars stand, and the probability of each: from its own points to before those of the next."""
    place = np.floor(spread.points / step + 1e-9).astype(np.int64)
    share = np.bincount(place, spread.probability)
    at = np.arange(len(share)) * step
    kept = (share > 0) & (at <= until + 1e-9)
    return at[kept], share[kept]


def _interval(figure: go.Figure, low: float, high: float) -> None:
    look = {"color": colours().text2, "width": 1.4}
    for x0, y0, x1, y1 in ((low, 1.03, high, 1.03), (low, 0.99, low, 1.03), (high, 0.99, high, 1.03)):
        figure.add_shape(type="line", x0=x0, x1=x1, y0=y0, y1=y1, yref="paper", line=look)
    text = say("mock_page.risk.within", interval=points(low, high))
    size = {"size": LABEL_PX, "color": colours().text1}
    # Above a long bracket in its middle, above a short one from its left end on, so that it stays in the picture.
    write(figure, low, 1.03, text, yref="paper", xanchor="left", yanchor="bottom", yshift=2, font=size)


def _from_to(at: float, step: float) -> str:
    return numbers.plain(at) if step <= 1 else f"{numbers.plain(at)}–{numbers.plain(at + step)}"
