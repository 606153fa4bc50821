"""A file's rows as they stand in it, before anything is taken or judged."""

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from texts import say


@dataclass(frozen=True, eq=False)
class Raw:
    """
    The rows of one layer or sheet.

    Attributes
    ----------
    name
        Of the file, as the user knows it.
    frame
        One column per heading, without geometry, on a RangeIndex.
    rows
        The row of each in the file: features from 1, lines of a table with the headings counted.
    geometry
        As in the file; None for a table.
    crs
        What the file itself says; None when it says nothing.
    layer
        The layer or sheet that was read; None where the file has no names for them.
    odd
        Rows that do not fit the headings: row, their text.
    notes
        Chinese sentences about what had to be guessed.
    """

    name: str
    frame: pd.DataFrame
    rows: np.ndarray
    geometry: gpd.GeoSeries | None = None
    crs: CRS | None = None
    layer: str | None = None
    odd: tuple[tuple[int, str], ...] = ()
    notes: tuple[str, ...] = field(default=())


def unique_headings(cells: list[object]) -> list[str]:
    """Headings as texts without line breaks, empty ones named by their place, double ones numbered."""
    seen: dict[str, int] = {}
    headings = []
    for place, cell in enumerate(cells, start=1):
        text = " ".join(str(cell).split()) if cell is not None else ""
        text = text or say("import.column_number", number=place)
        seen[text] = seen.get(text, 0) + 1
        headings.append(text if seen[text] == 1 else f"{text}_{seen[text]}")
    return headings
