"""Who is judged by a rule: streets, junctions, districts or venues, in one shape."""

from collections import Counter
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.areas import inner_points
from metrics.columns import Columns
from metrics.rules import RuleBase
from metrics.survey import Survey, street_label
from texts import say

ROAD, JUNCTION, DISTRICT = "road", "junction", "district"


@dataclass(frozen=True, eq=False)
class Subjects(Columns):
    """
    Who is judged, sorted by id.

    Attributes
    ----------
    id, name, class_, unit
        Texts (object); ``unit`` is None where none is recorded.
    row
        Row in what they come from: the street table, the city's districts or venues; -1 for crossings.
    geometry
        Shapely geometries in the city's CRS: a street's whole centre line, a point of a junction; None where all
        subjects are judged together.
    areas
        (n, levels): row of the area each lies in, for each of ``Survey.levels``; -1 for none. A street lies where most
        of it does.
    blind
        Whether each lies where no stock of sites was taken; of streets, which may lie there in part, always False.
    """

    id: np.ndarray
    name: np.ndarray
    class_: np.ndarray
    unit: np.ndarray
    row: np.ndarray
    geometry: np.ndarray
    areas: np.ndarray
    blind: np.ndarray

    def together(self, class_: str, name: str) -> "Subjects":
        """One subject that stands for all of a class: without place, unit and row."""
        none = np.array([None], dtype=object)
        return Subjects(
            id=np.array([class_], dtype=object),
            name=np.array([name], dtype=object),
            class_=np.array([class_], dtype=object),
            unit=none,
            row=np.array([-1]),
            geometry=none,
            areas=np.full((1, self.areas.shape[1]), -1),
            blind=np.array([False]),
        )


def subjects(survey: Survey, rule: RuleBase) -> Subjects:
    """
    The subjects of ``rule``.

    Venues that the city records as junctions are judged beside those found where streets cross.
    """
    known = survey.subjects_by_class
    for name in rule.classes:
        if name not in known:
            known[name] = _of_class(survey, name)
    parts = [_where(*known[name], rule) for name in rule.classes]
    together = Subjects.stacked(parts)
    return together if len(parts) == 1 else _by_id(together)


def at_places(
    survey: Survey, *, ids: object, names: object, class_: str, units: object, row: np.ndarray, geometry: np.ndarray
) -> Subjects:
    """Subjects at ``geometry``; texts are anything that becomes an array, missing units anything that is missing."""
    units = np.asarray(units, dtype=object)
    points = inner_points(geometry)
    x, y = shapely.get_x(points), shapely.get_y(points)
    levels = [level.of_points(x, y) for level in survey.levels.values()]
    return _by_id(
        Subjects(
            id=np.asarray(ids, dtype=object),
            name=np.asarray(names, dtype=object),
            class_=np.full(len(points), class_, dtype=object),
            unit=np.where(pd.isna(units), None, units),
            row=np.asarray(row, dtype=np.int64),
            geometry=geometry,
            areas=np.column_stack(levels) if levels else np.empty((len(points), 0), dtype=np.int64),
            blind=survey.is_unsurveyed(x, y),
        )
    )


def _by_id(subjects_: Subjects) -> Subjects:
    return subjects_.take(np.argsort(subjects_.id, kind="stable"))


def _of_class(survey: Survey, name: str) -> tuple[Subjects, pd.DataFrame | None]:
    """The subjects of one class, and the frame whose rows they are."""
    if name == ROAD:
        return _streets(survey)
    if name == DISTRICT:
        districts = survey.city.districts
        if districts is None:
            districts = gpd.GeoDataFrame({"name": [], "unit": [], "level": []}, geometry=[], crs=survey.city.crs)
        own = districts[districts["level"] == DISTRICT]
        return _recorded(survey, own, own["name"], name), districts
    venues = survey.venues_of([name])
    recorded = _recorded(survey, venues, venues["id"], name)
    if name == JUNCTION:
        recorded = _by_id(Subjects.stacked([_crossings(survey), recorded]))
    return recorded, survey.city.venues


def _recorded(survey: Survey, frame: gpd.GeoDataFrame, ids: pd.Series, class_: str) -> Subjects:
    return at_places(
        survey,
        ids=ids,
        names=frame["name"],
        class_=class_,
        units=frame["unit"],
        row=frame.index.to_numpy(),
        geometry=frame.geometry.to_numpy(),
    )


def _streets(survey: Survey) -> tuple[Subjects, pd.DataFrame]:
    table = survey.streets.table
    units = table["unit"].to_numpy(dtype=object)
    cut = survey.street_parts
    levels = [level.most_of(cut[name], len(table)) for name, level in survey.levels.items()]
    streets = Subjects(
        id=table["street"].to_numpy(dtype=object),
        name=_labels(table),
        class_=np.full(len(table), ROAD, dtype=object),
        unit=np.where(pd.isna(units), None, units),
        row=np.arange(len(table)),
        geometry=table.geometry.to_numpy(),
        areas=np.column_stack(levels) if levels else np.empty((len(table), 0), dtype=np.int64),
        blind=np.zeros(len(table), dtype=bool),
    )
    # A rule speaks of ``highway`` as the roads do; a street's class is that of most of its length.
    return _by_id(streets), pd.DataFrame({"highway": table["class"]})


def _labels(table: gpd.GeoDataFrame) -> np.ndarray:
    pairs = zip(table["name"].tolist(), table["street"].tolist(), strict=True)
    return np.array([street_label(*pair) for pair in pairs], dtype=object)


def _crossings(survey: Survey) -> Subjects:
    junctions, table = survey.streets.junctions, survey.streets.table
    street, label = table["street"].tolist(), _labels(table).tolist()
    joiner = say("reasons.crossing")
    nth: Counter[str] = Counter()
    ids, names = [], []
    for rows in junctions["streets"].tolist():
        id = "+".join([street[row] for row in rows])
        nth[id] += 1  # two streets may cross more than once
        ids.append(id if nth[id] == 1 else f"{id}+{nth[id]}")
        names.append(joiner.join(dict.fromkeys([label[row] for row in rows])))
    return at_places(
        survey,
        ids=ids,
        names=names,
        class_=JUNCTION,
        units=[None] * len(ids),
        row=np.full(len(ids), -1),
        geometry=junctions.geometry.to_numpy(),
    )


def _where(part: Subjects, source: pd.DataFrame | None, rule: RuleBase) -> Subjects:
    """The subjects whose recorded columns have one of the values the rule accepts; crossings have none."""
    if not rule.where or not len(part):
        return part
    keep = part.row >= 0
    for column, accepted in rule.where.items():
        if source is None or column not in source:
            return part.take(np.zeros(len(part), dtype=bool))
        fits = source[column].isin(list(accepted)).to_numpy()
        keep[keep] &= fits[source.index.get_indexer(part.row[keep])]
    return part.take(keep)
