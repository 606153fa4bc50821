"""What a measure returns: a verdict for every subject, the traces behind it, and where streets fail."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd

PASS, FAIL, UNKNOWN = "pass", "fail", "unknown"
TRACE_COLUMNS = ["subject", "site", "counted", "reason", "at_m", "distance_m"]
GAP_COLUMNS = ["subject", "street", "from_mm", "to_mm", "district", "missing", "repair_min"]
SHARE_COLUMNS = ["level", "area", "subject", "starts_mm", "passing_mm"]


def _empty(columns: Sequence[str]):
    """A factory of one and the same frame without rows."""
    frame = pd.DataFrame({column: [] for column in columns})
    return lambda: frame


@dataclass(frozen=True)
class Findings:
    """
    The answer of one measure for all its subjects.

    Attributes
    ----------
    verdicts
        One row per subject on a ``RangeIndex``: those of ``subjects`` and ``value``, ``required``, ``status``,
        ``missing``, ``explanation``; for streets also ``length_m`` and ``pass_probability``.
    traces
        Which sites counted and which did not: ``subject`` (row of the verdict), ``site`` (id), ``counted`` (0/1),
        ``reason`` (code), ``at_m``, ``distance_m``.
    gaps
        Failing stretches of streets, cut by district: ``subject`` (row of the verdict), ``street`` (row of the street
        table), ``from_mm``, ``to_mm``, ``district`` (row of the level's areas, -1 none), ``missing``, ``repair_min``.
    shares
        For ``along``: how many millimetres of starts each area has of each street and how many of them pass:
        ``level``, ``area`` (row, -1 none), ``subject`` (row of the verdict), ``starts_mm``, ``passing_mm``.
    absent
        Why there is no verdict, where there is none for another reason than that the city has no such subject.
    """

    verdicts: gpd.GeoDataFrame
    traces: pd.DataFrame = field(default_factory=_empty(TRACE_COLUMNS))
    gaps: pd.DataFrame = field(default_factory=_empty(GAP_COLUMNS))
    shares: pd.DataFrame = field(default_factory=_empty(SHARE_COLUMNS))
    absent: str = ""


def trace_frame(
    subject: np.ndarray,
    site: np.ndarray,
    counted: np.ndarray,
    reason: np.ndarray,
    distance_m: np.ndarray,
    at_m: np.ndarray | float = np.nan,
) -> pd.DataFrame:
    """Traces as `Findings` has them; distances to the millimetre, texts as plain objects, which is quickest here."""
    return pd.DataFrame(
        {
            "subject": subject,
            "site": pd.Series(site, dtype=object),
            "counted": counted,
            "reason": pd.Series(reason, dtype=object),
            "at_m": at_m,
            "distance_m": np.round(distance_m, 3),
        }
    )


def judge(surely: np.ndarray, perhaps: np.ndarray, need: np.ndarray | float) -> np.ndarray:
    """
    Statuses from bounds: ``pass`` when what surely counts is enough, ``fail`` when even what may count is not.

    Parameters
    ----------
    surely, perhaps
        Lower and upper bound of the measured number; NaN in both leaves the answer open.
    need
        What is asked for.
    """
    return np.where(surely >= need, PASS, np.where(perhaps < need, FAIL, UNKNOWN)).astype(object)
