"""What the first page needs, made ready before anyone asks for it."""

import gc

import folium.plugins

from look.sent_ground import ground_of
from metrics.listing import findings
from views import calls, header, layers, maps, notices, rows, tables, why_panel

# Named here so that folium, plotly and the like are loaded with the server, not with the first visit. What imports
# streamlit_folium must not be among them: its part of the page is only known to Streamlit when a session imports it.
_LOADED_EARLY = (folium.plugins, header, layers, maps, notices, rows, tables, why_panel)


def make_ready() -> None:
    """
    Judge the city that pages open with and draw the ground of its map; returns when both are done.

    Where it cannot be read or made nothing is raised here: the page that asks for it tells the fault.
    """
    preparation = calls.prepare_first_page()
    if preparation.exception() is not None:
        return
    city, assessments = preparation.result()
    ground_of(city)
    for assessment in assessments.values():
        findings(assessment)
    gc.collect()
    gc.freeze()  # what is loaded by now stays: no collection needs to look at it again
