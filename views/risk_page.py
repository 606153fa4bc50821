"""抽查风险 put together: one sentence, city and districts, the distribution, the dearest places, how it is computed."""

import streamlit as st

from texts import say
from texts.escape import for_html
from views.charts import CONFIG
from views.mock_book import Looked
from views.risk import (
    SCOPES,
    areas_html,
    areas_title,
    ask_draw,
    can_deduct,
    notes_html,
    risk_of,
    sentence_html,
    signs_html,
)
from views.risk_places import choose, places_of, show_chosen, show_list, show_map, title_html
from views.risk_spread import readings_html, spread_figure, spread_title
from views.switch import switch


def show_risk(page: Looked) -> None:
    """
    What the random draw would cost.

    Raises
    ------
    DataError
        When the worst reading of an unknown answer has no end.
    """
    if not can_deduct(page) or (draw := ask_draw(page)) is None:
        return
    found = risk_of(page, draw)
    st.html(sentence_html(found, page.area))
    upper = st.columns([772, 560], gap="large")
    with upper[0]:
        with st.container(horizontal=True, key="risk_head", vertical_alignment="center"):
            title = st.empty()
            scope = SCOPES[0] if page.area else _ask_scope()
            title.html(f'<div class="block-title plain">{for_html(areas_title(found, scope, page.area))}</div>')
        st.html(areas_html(found, scope) + signs_html(found))
    with upper[1]:
        st.html(f'<div class="block-title">{for_html(spread_title(found))}</div>{readings_html(found)}')
        st.plotly_chart(spread_figure(found, page.area), config=CONFIG, theme=None, key="risk_spread", width="stretch")
    places = places_of(found, page.assessment)
    chosen = choose(places)
    # One row of a district leaves room below it: the map goes up there; the rows of a city do not.
    lower = upper if page.area else st.columns([772, 560], gap="large")
    with lower[0]:
        show_map(places, page, chosen)
    with lower[1]:
        st.html(title_html(places))
        show_list(places, page, chosen)
    show_chosen(places, page, chosen)
    st.html(notes_html(found))


def _ask_scope() -> str:
    return switch(
        say("mock_page.risk.scope"), SCOPES, lambda name: say(f"mock_page.risk.scopes.{name}"), key="risk_scope"
    )
