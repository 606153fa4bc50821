"""The sites of a city as arrays, and what each one's own record makes of it under a rule."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.vocabulary import vocabulary
from geo.crs import to_mm

_MOST_PANELS = 1000
COUNTS, NEVER, MAYBE = 1, 0, 2  # what a site can be to a demand: it counts, it does not, the data do not tell


@dataclass(frozen=True, eq=False)
class Stock:
    """
    The sites as arrays, one entry per row of ``City.sites``.

    Attributes
    ----------
    ids
        Their ids, text.
    xy_mm
        (n, 2) int64.
    carrier, condition, themes
        Categoricals of codes; themes are texts of codes joined by ``,``. Missing is not recorded.
    panels
        How many ads each holds; 1 where not recorded, never more than 1,000.
    width_m, height_m, facing_deg
        Floats; NaN where not recorded.
    """

    ids: np.ndarray
    xy_mm: np.ndarray
    carrier: pd.Categorical
    condition: pd.Categorical
    themes: pd.Categorical
    panels: np.ndarray
    width_m: np.ndarray
    height_m: np.ndarray
    facing_deg: np.ndarray

    @classmethod
    def of(cls, sites: gpd.GeoDataFrame) -> "Stock":
        """The stock of a City's ``sites`` layer."""
        panels = np.nan_to_num(sites["panels"].to_numpy(), nan=1.0)
        return cls(
            ids=sites["id"].to_numpy(dtype=object),
            xy_mm=to_mm(shapely.get_coordinates(sites.geometry.array)),
            carrier=pd.Categorical(sites["carrier"]),
            condition=pd.Categorical(sites["condition"]),
            themes=pd.Categorical(sites["themes"]),
            panels=np.clip(panels, 0, _MOST_PANELS).astype(np.int64),
            **{name: sites[name].to_numpy() for name in ("width_m", "height_m", "facing_deg")},
        )

    @cached_property
    def points(self) -> np.ndarray:
        """The sites as shapely points, metres, to the millimetre."""
        return shapely.points(self.xy_mm / 1000)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """``points`` in a tree."""
        return shapely.STRtree(self.points)

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Eligibility:
    """Whether each site's own record lets it count (``COUNTS``, ``NEVER``, ``MAYBE``), and the reason if not surely."""

    state: np.ndarray
    reason: np.ndarray  # object: reason codes, "" where it counts


def eligibility(
    stock: Stock,
    *,
    themes: Collection[str] = (),
    carriers: Collection[str] = (),
    excluded_carriers: Collection[str] = (),
    excluded_conditions: Collection[str] = (),
) -> Eligibility:
    """
    What each site's form, condition and themes make of it.

    A site counts when its condition is not excluded, its form is asked for and not excluded, and one of its themes
    is asked for. Words no vocabulary knows count for nothing. A form or theme that is not recorded leaves open
    whether the site counts; a condition that is not recorded is taken as good.

    Parameters
    ----------
    stock
        The sites.
    themes
        Any of these; empty asks for any theme of the vocabulary.
    carriers
        Only these forms; empty asks for any form of the vocabulary.
    excluded_carriers, excluded_conditions
        Forms and conditions that never count.
    """
    words = vocabulary()

    def condition_of(code: str) -> tuple[int, str]:
        if code in excluded_conditions:
            return NEVER, f"condition:{code}"
        return (COUNTS, "") if code in words.conditions else (NEVER, f"condition_unknown:{code}")

    def carrier_of(code: str) -> tuple[int, str]:
        if code in excluded_carriers:
            return NEVER, f"carrier_excluded:{code}"
        if carriers and code not in carriers:
            return NEVER, f"carrier_not_asked:{code}"
        return (COUNTS, "") if code in words.carriers else (NEVER, f"carrier_unknown:{code}")

    def themes_of(text: str) -> tuple[int, str]:
        held = text.split(",")
        asked = themes or words.themes
        return (COUNTS, "") if any(theme in asked for theme in held) else (NEVER, "theme_not_asked")

    judged = (
        _by_category(stock.condition, condition_of, (COUNTS, "")),
        _by_category(stock.carrier, carrier_of, (MAYBE, "carrier_unrecorded")),
        _by_category(stock.themes, themes_of, (MAYBE, "theme_unrecorded")),
    )
    state = np.full(len(stock), COUNTS, dtype=np.int8)
    reason = np.full(len(stock), "", dtype=object)
    for one_state, one_reason in judged:  # a sure no outweighs an open question, the first found names the reason
        worse = ((one_state == NEVER) & (state != NEVER)) | ((one_state == MAYBE) & (state == COUNTS))
        state[worse], reason[worse] = one_state[worse], one_reason[worse]
    return Eligibility(state, reason)


def _by_category(values: pd.Categorical, judge, missing: tuple[int, str]) -> tuple[np.ndarray, np.ndarray]:
    judged = [*(judge(category) for category in values.categories), missing]
    states = np.array([state for state, _ in judged], dtype=np.int8)
    reasons = np.array([reason for _, reason in judged], dtype=object)
    return states[values.codes], reasons[values.codes]
