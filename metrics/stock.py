"""The sites of a city as arrays, and what each one's own record makes of it under a rule."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.vocabulary import vocabulary
from geo.crs import to_mm

_MOST_PANELS = 1000
COUNTS, NEVER, MAYBE = 1, 0, 2  # what a site can be to a demand: it counts, it does not, the data do not tell


class Coded(NamedTuple):
    """Words as numbers: ``codes`` into ``words``, -1 where nothing is recorded."""

    codes: np.ndarray
    words: Sequence[str]

    @classmethod
    def of(cls, column: pd.Series) -> "Coded":
        """A column of texts, coded."""
        codes, words = pd.factorize(column.to_numpy(dtype=object))
        return cls(codes, words.tolist())

    def take(self, rows: np.ndarray) -> "Coded":
        """The given rows, in that order."""
        return Coded(self.codes[rows], self.words)

    def plus(self, words: Sequence[str | None]) -> "Coded":
        """With more rows that hold these words; None is not recorded."""
        known = {None: -1, **{word: code for code, word in enumerate(self.words)}}
        more = [known.setdefault(word, len(known) - 1) for word in words]
        codes = np.append(self.codes, np.array(more, dtype=np.int64))
        return Coded(codes, [word for word in known if word is not None])


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
        Codes; themes are texts of codes joined by ``,``.
    panels
        How many ads each holds; 1 where not recorded, never more than 1,000.
    width_m, height_m, facing_deg
        Floats; NaN where not recorded.
    frame, row
        The layer and each site's row in it, -1 for one that stands in no layer.
    """

    ids: np.ndarray
    xy_mm: np.ndarray
    carrier: Coded
    condition: Coded
    themes: Coded
    panels: np.ndarray
    width_m: np.ndarray
    height_m: np.ndarray
    facing_deg: np.ndarray
    frame: gpd.GeoDataFrame
    row: np.ndarray

    @classmethod
    def of(cls, sites: gpd.GeoDataFrame) -> "Stock":
        """The stock of a City's ``sites`` layer."""
        return cls(
            ids=sites["id"].to_numpy(dtype=object),
            xy_mm=to_mm(shapely.get_coordinates(sites.geometry.array)),
            **{name: Coded.of(sites[name]) for name in ("carrier", "condition", "themes")},
            panels=panels_of(sites["panels"].to_numpy()),
            **{name: sites[name].to_numpy() for name in ("width_m", "height_m", "facing_deg")},
            frame=sites,
            row=np.arange(len(sites)),
        )

    def take(self, rows: np.ndarray) -> "Stock":
        """The sites in the given rows, in that order."""
        columns = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "frame"}
        taken = {name: c.take(rows) if isinstance(c, Coded) else c[rows] for name, c in columns.items()}
        return Stock(**taken, frame=self.frame)

    def numbers(self, column: str) -> np.ndarray:
        """A numeric column of the layer, NaN where nothing is recorded or there is no such column."""
        if column not in self.frame or not len(self.frame):
            return np.full(len(self), np.nan)
        own = pd.to_numeric(self.frame[column].iloc[np.maximum(self.row, 0)], errors="coerce").to_numpy(dtype=float)
        return np.where(self.row >= 0, own, np.nan)

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


def panels_of(recorded: np.ndarray) -> np.ndarray:
    """Panels as they count: 1 where not recorded, never more than 1,000."""
    return np.clip(np.nan_to_num(recorded, nan=1.0), 0, _MOST_PANELS).astype(np.int64)


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
        _by_word(stock.condition, condition_of, (COUNTS, "")),
        _by_word(stock.carrier, carrier_of, (MAYBE, "carrier_unrecorded")),
        _by_word(stock.themes, themes_of, (MAYBE, "theme_unrecorded")),
    )
    state = np.full(len(stock), COUNTS, dtype=np.int8)
    reason = np.full(len(stock), "", dtype=object)
    for one_state, one_reason in judged:  # a sure no outweighs an open question, the first found names the reason
        worse = ((one_state == NEVER) & (state != NEVER)) | ((one_state == MAYBE) & (state == COUNTS))
        state[worse], reason[worse] = one_state[worse], one_reason[worse]
    return Eligibility(state, reason)


def _by_word(values: Coded, judge, missing: tuple[int, str]) -> tuple[np.ndarray, np.ndarray]:
    states, reasons = np.zeros(len(values.words) + 1, dtype=np.int8), np.full(len(values.words) + 1, "", dtype=object)
    states[-1], reasons[-1] = missing
    used = np.bincount(values.codes + 1, minlength=len(values.words) + 1)[1:]
    for code in np.flatnonzero(used).tolist():
        states[code], reasons[code] = judge(values.words[code])
    return states[values.codes], reasons[values.codes]
