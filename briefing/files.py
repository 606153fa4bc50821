"""An assessment as data files: ``assessment.gpkg``, ``scores.csv``, ``summary.json``."""

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd

from briefing.handed_on.styles import TABLE, layer_styles
from data._gdal import write_package
from data.spreadsheet import csv_text
from geo.crs import WGS84
from metrics.assessment import Assessment
from metrics.summary import MM_DECIMALS, RATE_DECIMALS, summary
from metrics.tables import VERDICT_COLUMNS

_SCORES = ["scope", "name", "class", "score", "full", "pass_rate", "rank", "flag"]


def write_assessment(assessment: Assessment, folder: Path | str) -> list[Path]:
    """
    Write an assessment into ``folder`` (made if missing), each file whole or not at all.

    ``assessment.gpkg`` (WGS 84) holds the layers ``verdicts``, ``gaps``, ``streets``, the table ``traces``, and styles
    that QGIS takes;
    ``scores.csv`` the scores; ``summary.json`` counts per status, street metres, pass probability, quality,
    fingerprints, and the seconds each step took: the only thing in which two runs differ.

    Returns
    -------
    list of Path
        The three files.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    package, table, summary_file = (folder / name for name in ("assessment.gpkg", "scores.csv", "summary.json"))
    write_package(
        {
            "verdicts": in_degrees(assessment.verdicts[VERDICT_COLUMNS]),
            "gaps": in_degrees(assessment.gaps),
            "streets": in_degrees(assessment.streets),
            "traces": _rounded(assessment.traces),
            TABLE: layer_styles(["gaps", "streets"]),
        },
        package,
    )
    write_text(table, csv_text(assessment.scores[_SCORES]))
    write_text(summary_file, json.dumps(summary(assessment), ensure_ascii=False, indent=1) + "\n")
    return [package, table, summary_file]


def in_degrees(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """A frame in WGS 84, its numbers as far as they mean something."""
    return _rounded(frame).to_crs(WGS84)


def _rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Numbers as far as they mean something, so that files are equal across machines."""
    decimals = {column: MM_DECIMALS for column in frame if str(column).endswith("_m")}
    rates = [
        column for column in ("pass_probability", "value", "missing", "deduction", "good_share") if column in frame
    ]
    return frame.round({**decimals, **dict.fromkeys(rates, RATE_DECIMALS)})


def write_text(file: Path, text: str) -> None:
    """Write a text file in UTF-8, whole or not at all."""
    part = file.with_name(file.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(file)
