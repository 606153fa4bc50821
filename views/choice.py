"""Which street and which place the page 覆盖检查 explains: what was clicked last, else the worst of each."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import streamlit as st

from metrics.assessment import Assessment
from metrics.listing import findings_by_key
from metrics.measures.findings import FAIL
from views.layers import on_map
from views.picking import click_of, picked_finding, picked_street

MAP, ROWS, MAP_STANDS = "coverage_map", "coverage_rows", "coverage_map_stands"
_LINE, _PLACE, _SHOW = "coverage_line", "coverage_place", "coverage_show"
_CLICK, _PICK = "coverage_click", "coverage_pick"


@dataclass(frozen=True)
class Choice:
    """Keys of findings: the chosen street and place, and what must come into view; None where there is none."""

    line: str | None
    place: str | None
    show: str | None

    @property
    def keys(self) -> list[str]:
        """The chosen ones."""
        return [key for key in (self.line, self.place) if key is not None]


def keep_click() -> None:
    """Remember what the map answered; its first answer says that it stands."""
    st.session_state[MAP_STANDS] = True
    st.session_state[_CLICK] = st.session_state.get(MAP)


def keep_pick() -> None:
    """Remember which row of the list was clicked."""
    st.session_state[_PICK] = st.session_state[ROWS]["picked"]


def map_stands() -> bool:
    """Whether the browser has drawn the map: the charts wait for it, as loading their library would hold it up."""
    return st.session_state.get(MAP_STANDS, False)


def choose(listed: gpd.GeoDataFrame, assessment: Assessment, *, passing: bool) -> Choice:
    """
    The chosen street and place among the findings in view.

    A click on the map means the nearest mark, then the nearest stretch, then the nearest street.

    Parameters
    ----------
    listed
        The findings in view.
    passing
        Whether the map shows passing ones, so that they can be clicked.
    """
    click, picked = click_of(st.session_state.pop(_CLICK, None)), st.session_state.pop(_PICK, None)
    if picked is not None:
        st.session_state[_SHOW] = picked
    elif click is not None:
        picked = picked_finding(click, listed[on_map(listed, passing=passing)]) or _street_at(click, listed, assessment)
        st.session_state.pop(_SHOW, None)
    if picked is not None:
        lines = listed.loc[listed["key"] == picked, "is_line"]
        for is_line in lines:
            st.session_state[_LINE if is_line else _PLACE] = picked
    return Choice(
        _kept(listed, _LINE, lines=True), _kept(listed, _PLACE, lines=False), st.session_state.get(_SHOW)
    )


def finding(listed: gpd.GeoDataFrame, assessment: Assessment, key: str | None) -> tuple | None:
    """The finding ``key`` as a named tuple, None when it is not in view."""
    return findings_by_key(assessment)[key] if _is_in(listed, key) else None


def _street_at(click, listed: gpd.GeoDataFrame, assessment: Assessment) -> str | None:
    street = picked_street(click, assessment.streets)
    own = listed.loc[(listed["subject"] == street) & listed["is_line"], "key"]
    return own.iloc[0] if len(own) else None


def _kept(listed: gpd.GeoDataFrame, name: str, *, lines: bool) -> str | None:
    kept = st.session_state.get(name)
    if _is_in(listed, kept):
        return kept
    is_line, status = listed["is_line"].to_numpy(dtype=bool), listed["status"].to_numpy(dtype=object)
    failing = (is_line == lines) & (status == FAIL) & listed.geometry.notna().to_numpy()
    looked_at = failing & listed["looks"].to_numpy(dtype=bool)  # a square shows most, so it comes first
    first = np.flatnonzero(looked_at if looked_at.any() else failing)
    return listed["key"].iloc[first[0]] if len(first) else None


def _is_in(listed: gpd.GeoDataFrame, key: str | None) -> bool:
    return key is not None and bool((listed["key"].to_numpy(dtype=object) == key).any())
