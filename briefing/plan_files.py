"""A plan as data files: ``plan.gpkg``, ``plan.csv``, ``summary.json``."""

import json
from dataclasses import asdict
from math import isfinite
from pathlib import Path

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from briefing.files import write_text
from data._gdal import write_package
from data.spreadsheet import csv_text
from geo.crs import WGS84
from metrics.plan import Plan

COLUMNS = ["site", "kind", "carrier", "themes", "condition", "place", "closes", "cost", "lon", "lat"]
IMPOSSIBLE_COLUMNS = ["rule", "subject", "subject_name", "reason"]
_DEGREE_DECIMALS = 7


def plan_table(plan: Plan, crs: CRS) -> gpd.GeoDataFrame:
    """
    The proposals of a plan as points in WGS 84, ``COLUMNS``: ``cost`` in yuan, ``closes`` joined by ``；``.

    Parameters
    ----------
    plan
        The plan.
    crs
        The CRS of its city.
    """
    points = gpd.GeoSeries([proposal.site.point for proposal in plan.proposals], crs=crs).to_crs(WGS84)
    rows = [
        {
            "site": proposal.id,
            "kind": proposal.kind,
            "carrier": proposal.site.carrier,
            "themes": proposal.site.themes,
            "condition": proposal.site.condition,
            "place": proposal.place,
            "closes": "；".join(proposal.closes),
            "cost": proposal.cost,
            "lon": round(point.x, _DEGREE_DECIMALS),
            "lat": round(point.y, _DEGREE_DECIMALS),
        }
        for proposal, point in zip(plan.proposals, points, strict=True)
    ]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=COLUMNS), geometry=points.array, crs=WGS84)


def plan_figures(plan: Plan) -> dict[str, object]:
    """The proof and the effect of a plan: plain numbers, texts, lists and mappings only; NaN is None."""
    effect = plan.difference
    return {
        "aim": plan.aim,
        "status": plan.status,
        "ended": plan.ended,
        "unit": plan.unit,
        "value": plan.value,
        "bound": _number(plan.bound),
        "gap": plan.gap,
        "new": plan.new,
        "changed": plan.changed,
        "cost": plan.cost,
        "asked": plan.asked,
        "closed": plan.closed,
        "rechecked": plan.rechecked,
        "recheck": {name: _number(value) for name, value in asdict(plan.recheck).items()},
        "impossible": _impossible(plan),
        "failing_stretch_m": {"before": effect.gap_m_before, "after": effect.gap_m},
        "flips": {"gained": len(effect.gained), "lost": len(effect.lost)},
        "scores": [
            {
                "scope": change.scope,
                "name": change.name,
                "before": _number(change.before),
                "after": _number(change.after),
                "rank_before": change.rank_before,
                "rank": change.rank,
            }
            for change in effect.scores
        ],
        "sentence": plan.sentence,
        "seconds": plan.seconds,
    }


def write_plan(plan: Plan, crs: CRS, folder: Path | str) -> list[Path]:
    """
    Write a plan into ``folder`` (made if missing), each file whole or not at all.

    ``plan.gpkg`` (WGS 84) holds the layer ``plan`` and the table ``impossible``; ``plan.csv`` the proposals;
    ``summary.json`` the proof, the effect and what cannot be closed.

    Returns
    -------
    list of Path
        The three files.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    package, table, summary_file = (folder / name for name in ("plan.gpkg", "plan.csv", "summary.json"))
    proposals = plan_table(plan, crs)
    impossible = pd.DataFrame(_impossible(plan), columns=IMPOSSIBLE_COLUMNS)
    write_package({"plan": proposals, "impossible": impossible}, package)
    write_text(table, csv_text(proposals.drop(columns="geometry")))
    write_text(summary_file, json.dumps(plan_figures(plan), ensure_ascii=False, indent=1) + "\n")
    return [package, table, summary_file]


def _impossible(plan: Plan) -> list[dict[str, str]]:
    return [asdict(gap) for gap in plan.impossible]


def _number(value: float) -> float | None:
    return value if isfinite(value) else None
