"""Who is judged by a rule: streets, junctions, districts or venues, in one shape."""

from collections import Counter

import geopandas as gpd
import numpy as np
import pandas as pd

from metrics.rules import RuleBase
from metrics.survey import Survey, street_label
from texts import say

SUBJECT_COLUMNS = ["subject", "subject_name", "class", "unit", "geometry"]
ROAD, JUNCTION, DISTRICT = "road", "junction", "district"


def subjects(survey: Survey, rule: RuleBase) -> gpd.GeoDataFrame:
    """
    The subjects of ``rule`` on a ``RangeIndex``: ``subject`` (id), ``subject_name``, ``class``, ``unit``, geometry.

    ``row`` is the row in what they come from: the street table, the city's districts or venues; -1 for crossings.
    Streets are judged as their whole centre line, junctions as a point. Venues that the city records as junctions
    are judged beside those found where streets cross.
    """
    known = survey.subjects_by_class
    for name in rule.classes:
        if name not in known:
            known[name] = _of_class(survey, name)
    parts = [known[name] for name in rule.classes]
    found = [_where(part, source, rule) for part, source in parts if len(part)]
    if not found:
        empty = {column: pd.Series(dtype=object) for column in SUBJECT_COLUMNS[:-1]}
        return gpd.GeoDataFrame({**empty, "row": pd.Series(dtype=int)}, geometry=[], crs=survey.city.crs)
    together = found[0].reset_index(drop=True) if len(found) == 1 else pd.concat(found, ignore_index=True)
    return together[[*SUBJECT_COLUMNS, "row"]]


def _of_class(survey: Survey, name: str) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The subjects of one class, and the frame whose rows they are."""
    if name == ROAD:
        table = survey.streets.table
        labels = _labels(table)
        # A rule speaks of ``highway`` as the roads do; a street's class is that of most of its length.
        return _frame(table["street"], labels, name, table["unit"], table), table.assign(highway=table["class"])
    if name == DISTRICT:
        districts = survey.city.districts
        if districts is None:
            districts = gpd.GeoDataFrame({"name": [], "unit": [], "level": []}, geometry=[], crs=survey.city.crs)
        districts = districts[districts["level"] == DISTRICT]
        return _frame(districts["name"], districts["name"], name, districts["unit"], districts), districts
    venues = survey.venues_of([name])
    recorded = _frame(venues["id"], venues["name"], name, venues["unit"], venues)
    if name != JUNCTION:
        return recorded, venues
    crossings = _crossings(survey)
    return pd.concat([crossings, recorded], ignore_index=True), pd.concat([crossings, venues], ignore_index=True)


def _labels(table: gpd.GeoDataFrame) -> list[str]:
    return [street_label(*pair) for pair in zip(table["name"], table["street"], strict=True)]


def _crossings(survey: Survey) -> gpd.GeoDataFrame:
    junctions, table = survey.streets.junctions, survey.streets.table
    street = table["street"].to_numpy(dtype=object)
    labels = np.array(_labels(table), dtype=object)
    names = [say("reasons.crossing").join(dict.fromkeys(labels[list(rows)])) for rows in junctions["streets"]]
    nth: Counter[str] = Counter()
    ids = []
    for rows in junctions["streets"]:
        id = "+".join(street[list(rows)])
        nth[id] += 1  # two streets may cross more than once
        ids.append(id if nth[id] == 1 else f"{id}+{nth[id]}")
    crossings = _frame(ids, names, JUNCTION, pd.Series([None] * len(ids), dtype=object), junctions)
    return crossings.assign(row=-1)


def _frame(ids, names, class_name: str, units, source: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "subject": np.asarray(ids, dtype=object),
            "subject_name": np.asarray(names, dtype=object),
            "class": class_name,
            "unit": np.asarray(units, dtype=object),
            "row": source.index.to_numpy(),
        },
        geometry=source.geometry.array,
        crs=source.crs,
    )


def _where(part: gpd.GeoDataFrame, source: pd.DataFrame, rule: RuleBase) -> gpd.GeoDataFrame:
    """The subjects whose recorded columns have one of the values the rule accepts."""
    keep = np.ones(len(part), dtype=bool)
    for column, accepted in rule.where.items():
        keep &= source[column].isin(list(accepted)).to_numpy() if column in source else False
    return part[keep]
