"""How far the data behind an assessment can be trusted."""

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from geo.crs import to_mm
from metrics.stock import Stock
from metrics.survey import Survey

DUPLICATE_M = 2.0
_OUT_OF_REACH = ["out_of_reach", "too_far"]


def quality(survey: Survey, traces: pd.DataFrame) -> dict[str, object]:
    """
    Facts about the inputs that a reader has to know.

    Parameters
    ----------
    survey
        What was judged.
    traces
        Which sites any rule met, ``site`` and ``reason``.

    Returns
    -------
    dict
        ``datum`` of the import; ``road_km`` in, kept and dropped by reason, ``streets``, ``street_counts`` (divided
        streets, joined pairs of carriageways and their kilometres …), ``named_share`` of the street length;
        ``sites``, ``unmatched_sites`` (in reach of no street and no place), ``duplicate_sites`` (with another of the
        same form within 2 m), ``sized_share``, ``facing_share``, ``days_since_inspection`` (median, to the date of
        the data, else to the newest inspection); ``unknown_words``; ``notes`` on what was repaired or left out. None
        where there is nothing to tell.
    """
    return {
        "datum": survey.city.meta.get("datum"),
        **_roads(survey),
        **_sites(survey, traces),
        "unknown_words": survey.city.unknown_words().to_dict("records"),
        "notes": list(survey.city.notes),
    }


def _roads(survey: Survey) -> dict[str, object]:
    table, report = survey.streets.table, survey.streets.report
    length = table["length_mm"].sum()
    named = table.loc[table["name"].notna(), "length_mm"].sum()
    return {
        "road_km": {reason: round(float(km), 3) for reason, km in report["km"].items()},
        "streets": len(table),
        "street_counts": {name: round(float(count), 3) for name, count in survey.streets.counts.items()},
        "named_share": round(float(named / length), 4) if length else None,
    }


def _sites(survey: Survey, traces: pd.DataFrame) -> dict[str, object]:
    stock = survey.stock
    if stock is None:
        names = ("sites", "unmatched_sites", "duplicate_sites", "sized_share", "facing_share", "days_since_inspection")
        return dict.fromkeys(names)
    near = ~np.isin(traces["reason"].to_numpy(dtype=object), _OUT_OF_REACH)
    site, _ = pd.factorize(np.concatenate((stock.ids, traces["site"].to_numpy(dtype=object)[near])))
    met = np.zeros(site.max(initial=-1) + 1, dtype=bool)
    met[site[len(stock) :]] = True
    return {
        "sites": len(stock),
        "unmatched_sites": int((~met[site[: len(stock)]]).sum()),
        "duplicate_sites": _duplicates(stock),
        "sized_share": _share(np.isfinite(stock.width_m) & np.isfinite(stock.height_m)),
        "facing_share": _share(np.isfinite(stock.facing_deg)),
        "days_since_inspection": _days_since_inspection(survey),
    }


def _share(known: np.ndarray) -> float | None:
    return round(float(known.mean()), 4) if len(known) else None


def _duplicates(stock: Stock) -> int:
    """How many sites have another one of the same form within 2 m."""
    double = 0
    for carrier in np.unique(stock.carrier.codes):
        places, count = np.unique(stock.xy_mm[stock.carrier.codes == carrier], axis=0, return_counts=True)
        near = np.zeros(len(places), dtype=bool)
        if len(places) > 1:
            near = cKDTree(places).query(places, k=2)[0][:, 1] <= to_mm(DUPLICATE_M)
        double += int(count[near | (count > 1)].sum())
    return double


def _days_since_inspection(survey: Survey) -> float | None:
    inspected = pd.to_datetime(survey.city.sites["inspected_on"], errors="coerce", format="ISO8601")
    until = pd.to_datetime(survey.city.meta.get("data_date"), errors="coerce")
    until = inspected.max() if pd.isna(until) else until
    days = (until - inspected).dt.days.median()
    return None if pd.isna(days) else float(days)
