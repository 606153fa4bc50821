"""The figures of an assessment that fit on one screen."""

import numpy as np
import pandas as pd

from metrics.assessment import Assessment
from metrics.measures.findings import FAIL, PASS, UNKNOWN

MM_DECIMALS, RATE_DECIMALS = 3, 9


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
            "street_m": assessment.streets["length_m"].sum().round(MM_DECIMALS),
            "gaps": len(assessment.gaps),
            "gap_m": assessment.gaps["length_m"].sum().round(MM_DECIMALS),
            "repair_min": assessment.gaps["repair_min"].sum(),
            "pass_probability": round(assessment.pass_probability, RATE_DECIMALS),
            "quality": assessment.quality,
            "seconds": {step: round(seconds, 3) for step, seconds in assessment.seconds.items()},
        }
    )


def _plain(value):
    """``value`` with numbers as Python's own and NaN as null."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if value is None or value is pd.NA or (isinstance(value, float) and not np.isfinite(value)) else value
