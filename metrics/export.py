"""An assessment as files: ``assessment.gpkg``, ``scores.csv``, ``summary.json``."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from data._gdal import write_layer
from data.spreadsheet import csv_text
from geo.crs import WGS84
from metrics.assessment import Assessment
from metrics.measures.findings import FAIL, PASS, UNKNOWN

_SCORES = ["scope", "name", "class", "score", "full", "pass_rate", "rank", "flag"]
_MM_DECIMALS, _RATE_DECIMALS = 3, 9


def write_assessment(assessment: Assessment, folder: Path | str) -> list[Path]:
    """
    Write an assessment into ``folder`` (made if missing), each file whole or not at all.

    ``assessment.gpkg`` (WGS 84) holds the layers ``verdicts``, ``gaps``, ``streets`` and the table ``traces``;
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
    part = package.with_name(package.name + ".part")
    part.unlink(missing_ok=True)
    for name in ("verdicts", "gaps", "streets"):
        frame = getattr(assessment, name)
        write_layer(
            _rounded(frame).to_crs(WGS84) if len(frame) else frame.set_crs(WGS84, allow_override=True), part, name
        )
    write_layer(_rounded(assessment.traces), part, "traces")
    part.replace(package)
    _write_text(table, csv_text(assessment.scores[_SCORES]))
    _write_text(summary_file, json.dumps(summary(assessment), ensure_ascii=False, indent=1) + "\n")
    return [package, table, summary_file]


def summary(assessment: Assessment) -> dict[str, object]:
    """The figures of an assessment that fit on one screen; plain numbers, texts, lists and mappings only."""
    verdicts = assessment.verdicts
    counts = verdicts["status"].value_counts()
    by_rule = verdicts.groupby("rule", sort=False)["status"].value_counts().unstack(fill_value=0)
    city = assessment.scores[assessment.scores["scope"] == "city"].iloc[0]
    return _plain(
        {
            "inputs": assessment.inputs,
            "status": {status: int(counts.get(status, 0)) for status in (PASS, FAIL, UNKNOWN)},
            "rules": by_rule.reindex(columns=[PASS, FAIL, UNKNOWN], fill_value=0).to_dict("index"),
            "score": city["score"],
            "deduction": city["deduction"],
            "streets": len(assessment.streets),
            "street_m": assessment.streets["length_m"].sum().round(_MM_DECIMALS),
            "gaps": len(assessment.gaps),
            "gap_m": assessment.gaps["length_m"].sum().round(_MM_DECIMALS),
            "repair_min": assessment.gaps["repair_min"].sum(),
            "pass_probability": round(assessment.pass_probability, _RATE_DECIMALS),
            "quality": assessment.quality,
            "seconds": {step: round(seconds, 3) for step, seconds in assessment.seconds.items()},
        }
    )


def _rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Numbers as far as they mean something, so that files are equal across machines."""
    decimals = {column: _MM_DECIMALS for column in frame if str(column).endswith("_m")}
    rates = [
        column for column in ("pass_probability", "value", "missing", "deduction", "good_share") if column in frame
    ]
    return frame.round({**decimals, **dict.fromkeys(rates, _RATE_DECIMALS)})


def _write_text(file: Path, text: str) -> None:
    part = file.with_name(file.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(file)


def _plain(value):
    """``value`` with numbers as Python's own and NaN as null."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if value is None or value is pd.NA or (isinstance(value, float) and not np.isfinite(value)) else value
