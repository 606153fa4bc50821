"""From findings to what the map draws of them."""

from collections.abc import Collection
from functools import lru_cache

import geopandas as gpd
import pandas as pd
import shapely

from data.city import City
from metrics.assessment import Assessment
from metrics.listing import findings
from metrics.measures.findings import FAIL, PASS, UNKNOWN
from texts import numbers, say
from views.maps import Drawing, label_places
from views.picking import marks
from views.ranking import district_scores


def district_labels(assessment: Assessment, city: City) -> gpd.GeoDataFrame:
    """
    The districts' names with their scores, where they cover nothing that fails: ``name``, ``score``, points.

    They are the same for one assessment, whatever is filtered, so that no name jumps.
    """
    scores = district_scores(assessment).set_index("name")["score"]
    if city.districts is None or scores.empty:
        return gpd.GeoDataFrame({"name": [], "score": []}, geometry=[], crs=assessment.crs)
    districts = city.districts[city.districts["name"].isin(scores.index) & (city.districts["level"] == "district")]
    failing = assessment.verdicts[(assessment.verdicts["status"] == FAIL) & assessment.verdicts.geometry.notna()]
    taken = [*assessment.gaps.geometry.dropna(), *marks(failing.geometry[failing["length_m"].isna()])]
    return gpd.GeoDataFrame(
        {"name": districts["name"], "score": districts["name"].map(scores).map(numbers.score)},
        geometry=label_places(districts, taken),
        crs=assessment.crs,
    )


def drawn(
    listed: gpd.GeoDataFrame,
    assessment: Assessment,
    labels: gpd.GeoDataFrame,
    *,
    passing: bool = False,
    chosen: Collection[str] = (),
    sites: pd.DataFrame | None = None,
    show: str | None = None,
    fit: shapely.Geometry | None = None,
) -> Drawing:
    """
    What the map draws: what fails and what is unknown, and what passes when that is asked for.

    Parameters
    ----------
    listed
        Findings as `metrics.listing.findings` returns them.
    passing
        Whether what passes is drawn too.
    chosen
        Keys of the findings to be framed.
    sites
        ``x``, ``y``, ``counted``, ``name``, ``reason`` of what was looked at for the chosen finding.
    show
        The key of the finding that must be in view.
    fit
        What fills the map, the chosen district say; None for the whole city.
    """
    marked = _marked(assessment)
    shown = listed[on_map(listed, passing=passing)]
    is_line = shown["is_line"].to_numpy(dtype=bool)
    lines, places = shown.index[is_line], shown.index[~is_line]
    target = shown.loc[shown["key"] == show, "geometry"]
    return Drawing(
        lines=_chosen(marked.loc[lines], chosen),
        places=_chosen(marked.loc[places], chosen),
        sites=_sites(sites, assessment),
        labels=labels,
        legend=_legend(shown, passing),
        show=target.iloc[0] if len(target) else None,
        fit=fit,
    )


def on_map(listed: gpd.GeoDataFrame, *, passing: bool) -> pd.Series:
    """Which findings are drawn: those with a geometry, passing ones only when asked for, no whole districts."""
    drawn_statuses = [FAIL, UNKNOWN, PASS] if passing else [FAIL, UNKNOWN]
    return listed["status"].isin(drawn_statuses) & listed.geometry.notna() & (listed["class"] != "district")


@lru_cache(maxsize=8)
def _marked(assessment: Assessment) -> gpd.GeoDataFrame:
    """Each finding as it is drawn: ``key``, ``status``, ``told``, and its line or the point of its mark."""
    listed = findings(assessment)
    titles = {rule.id: rule.title for rule in assessment.book.at(assessment.phase)}
    told = [_sentence(row, titles[row.rule]) for row in listed.itertuples()]
    columns = {"key": listed["key"], "status": listed["status"], "told": told}
    shapes = listed.geometry.where(listed["is_line"], marks(listed.geometry))
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=listed.crs)


def _chosen(part: gpd.GeoDataFrame, chosen: Collection[str]) -> gpd.GeoDataFrame:
    return part.assign(chosen=part["key"].isin(list(chosen)))


def _sentence(row, title: str) -> str:
    short = numbers.short(row.missing) if row.counted and row.missing > 0 else say(f"coverage.status.{row.status}")
    if row.is_line and row.status == FAIL:
        where = numbers.stretch(row.from_m, row.to_m)
        return say("coverage.told.line", name=row.subject_name, where=where, short=short)
    return say("coverage.told.place", name=row.subject_name, rule=title, short=short)


def _sites(sites: pd.DataFrame | None, assessment: Assessment) -> gpd.GeoDataFrame:
    if sites is None or sites.empty:
        return gpd.GeoDataFrame({"counted": [], "told": []}, geometry=[], crs=assessment.crs)
    known = sites[sites["x"].notna()]
    told = [say("coverage.told.site", name=n, reason=r) for n, r in zip(known["name"], known["reason"], strict=True)]
    return gpd.GeoDataFrame(
        {"counted": known["counted"].to_numpy(), "told": told},
        geometry=gpd.points_from_xy(known["x"], known["y"]),
        crs=assessment.crs,
    )


def _legend(shown: gpd.GeoDataFrame, passing: bool) -> list[tuple[str, str]]:
    failing = shown[shown["status"] == FAIL]
    lines = int(failing["is_line"].sum())
    rows = [
        ("fail-line", say("coverage.legend.lines", count=numbers.whole(lines))),
        ("diamond", say("coverage.legend.places", count=numbers.whole(len(failing) - lines))),
        ("hatched", say("coverage.legend.unknown", count=numbers.whole((shown["status"] == UNKNOWN).sum()))),
    ]
    return [*rows, ("disc", say("coverage.legend.pass"))] if passing else rows
