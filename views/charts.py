"""What all charts share: plotly figures in the product's type and colours, without a network and without tools."""

import plotly.graph_objects as go

from texts.escape import for_html
from views.theme import colours, tokens

CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "showTips": False}
NOTE_PX, LABEL_PX = 12, 13


def bare_figure(*, height: int) -> go.Figure:
    """An empty figure ``height`` pixels high: no margins, no grid, no legend, our font."""
    light = colours()
    figure = go.Figure()
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": tokens().fonts, "size": NOTE_PX, "color": light.text2},
        showlegend=False,
        dragmode=False,
        hoverlabel={"bgcolor": light.bg, "bordercolor": light.line, "font": {"color": light.text1, "size": NOTE_PX}},
    )
    figure.update_xaxes(visible=False, fixedrange=True)
    figure.update_yaxes(visible=False, fixedrange=True)
    return figure


def write(figure: go.Figure, x: float, y: float, text: str, *, bold: bool = False, **look) -> None:
    """Put ``text``, which may come from a data file, on ``figure`` at x, y; ``look`` as of a plotly annotation."""
    safe = for_html(text)
    defaults = {"showarrow": False, "font": {"size": NOTE_PX, "color": colours().text2}}
    figure.add_annotation(x=x, y=y, text=f"<b>{safe}</b>" if bold else safe, **{**defaults, **look})
