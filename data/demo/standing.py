"""How the districts of the demo city stand: what makes one good and another one poor."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import shapely


@dataclass(frozen=True)
class Standing:
    """
    How well one district keeps its places.

    Attributes
    ----------
    spacing_m
        From one site of a main street to the next where things are well.
    thin
        Share of the main streets where there are far too few.
    met
        Chance that a place has what is asked of it.
    intact
        Chance that a site is in good condition.
    recorded
        Chance that a number is recorded.
    """

    spacing_m: float
    thin: float
    met: float
    intact: float
    recorded: float


STANDINGS = {
    "古渡区": Standing(78, 0.01, 0.96, 0.985, 0.97),
    "临湾区": Standing(78, 0.03, 0.94, 0.98, 0.95),
    "望江区": Standing(79, 0.03, 0.93, 0.98, 0.95),
    "青屏区": Standing(81, 0.09, 0.84, 0.97, 0.92),
    "东澜新区": Standing(86, 0.24, 0.70, 0.95, 0.85),
}


@dataclass(frozen=True, eq=False)
class Territory:
    """
    Which district and which street office a place belongs to.

    Attributes
    ----------
    districts
        As `districts.lay_districts` gives them.
    """

    districts: pd.DataFrame

    def district_of(self, points: np.ndarray) -> np.ndarray:
        """The name of the district of each point; the nearest one's at sea."""
        return self._name_of(points, "district")

    def standing_of(self, points: np.ndarray, fact: str) -> np.ndarray:
        """One number of the `Standing` of the district of each point."""
        numbers = {name: getattr(standing, fact) for name, standing in STANDINGS.items()}
        return np.array([numbers[name] for name in self.district_of(points)])

    def _name_of(self, points: np.ndarray, level: str) -> np.ndarray:
        names, tree = self._trees[level]
        found = np.full(len(points), -1)
        point, polygon = tree.query(points, predicate="intersects")
        found[point[::-1]] = polygon[::-1]  # on a border: the first district
        outside = found < 0
        found[outside] = tree.nearest(points[outside])
        return names[found]

    @cached_property
    def _trees(self) -> dict[str, tuple[np.ndarray, shapely.STRtree]]:
        trees = {}
        for level, rows in self.districts.groupby("level"):
            polygons = rows["geometry"].to_numpy()
            shapely.prepare(polygons)
            trees[level] = rows["name"].to_numpy(object), shapely.STRtree(polygons)
        return trees
