"""The districts by their scores: a name, a score, and a dot on a line, with the campaign's flags."""

import base64
import math

import geopandas as gpd
import numpy as np
import pandas as pd

from metrics.assessment import Assessment
from metrics.listing import failing_lengths_m
from metrics.measures.findings import FAIL
from texts import numbers, say
from texts.escape import for_html
from views.theme import colours

_LOW, _HIGH, _STEP = 70, 100, 10


def ranking_html(
    assessment: Assessment, listed: gpd.GeoDataFrame, *, chosen: str | None = None, only: str | None = None
) -> str:
    """
    The ranking of the districts as HTML, every text of the data escaped.

    Parameters
    ----------
    listed
        Findings (see `metrics.listing`) to be counted per district.
    chosen
        The district to be marked.
    only
        The district whose findings may be told; None for all. Scores and flags are told of all.
    """
    scores = district_scores(assessment)
    if scores.empty:
        return f'<div class="block-title">{say("coverage.ranking.title")}</div><p class="empty">{_none()}</p>'
    low = lowest_mark(scores["score"])
    span = say("coverage.ranking.range", low=low, high=_HIGH)
    head = f'{say("coverage.ranking.title")}<span class="note">{span}</span>'
    told = zip(scores.itertuples(), _failing(listed, scores["name"]), strict=True)
    rows = "".join(_row(row, failing if only in (None, row.name) else None, low, chosen) for row, failing in told)
    return f'<div class="block-title split">{head}</div><div class="ranking">{rows}</div>'


def district_scores(assessment: Assessment) -> pd.DataFrame:
    """The rows of the scores that are districts, the best first; those that were not judged last."""
    scores = assessment.scores
    districts = scores[scores["scope"] == "district"]
    return districts.sort_values(["score", "name"], ascending=[False, True], na_position="last")


def lowest_mark(scores: pd.Series) -> int:
    """Where the line begins: 70, or lower by tens when a score falls below."""
    worst = scores.min()
    return _LOW if not math.isfinite(worst) or worst >= _LOW else int(worst // _STEP * _STEP)


def flag_sign(flag: str) -> str:
    """The flag as a picture with its word: a pennant with a gold fringe praises, a triangle with ! warns."""
    if flag not in ("red", "yellow"):
        return ""
    source = base64.b64encode(_FLAGS[flag]().encode()).decode()
    word = say(f"coverage.ranking.{flag}")
    return f'<span class="flag"><img src="data:image/svg+xml;base64,{source}" alt="" height="15">{word}</span>'


def _failing(listed: gpd.GeoDataFrame, districts: pd.Series) -> list[tuple[int, float, int]]:
    """Of each district how many stretches fail, how long they are together (metres), and how many places fail."""
    failing = listed[["district", "is_line", "subject", "from_m", "to_m"]][listed["status"] == FAIL]
    district = pd.Index(districts).get_indexer(failing["district"])
    known, is_line = district >= 0, failing["is_line"].to_numpy(dtype=bool)
    count = len(districts)
    lengths = failing_lengths_m(failing[known & is_line], district[known & is_line], count)
    lines, places = (np.bincount(district[known & mask], minlength=count) for mask in (is_line, ~is_line))
    return list(zip(lines.tolist(), lengths.tolist(), places.tolist(), strict=True))


def _row(row, failing: tuple[int, float, int] | None, low: int, chosen: str | None) -> str:
    known = pd.notna(row.score)
    share = (min(row.score, _HIGH) - low) / (_HIGH - low) if known else 0
    dot = f'<i class="dot" style="left:{100 * share:.1f}%"></i>' if known else ""
    found = "" if failing is None else _found(*failing)
    mark = " chosen" if row.name == chosen else ""
    name = f"{for_html(row.name)}{flag_sign(row.flag)}"
    return (
        f'<div class="rank{mark}"><div class="split"><span class="rank-name">{name}</span>'
        f'<span class="rank-score">{numbers.score(row.score)}</span></div>'
        f'<div class="line">{dot}</div>{found}</div>'
    )


def _found(lines: int, length_m: float, places: int) -> str:
    streets = say("coverage.ranking.lines", count=lines, length=numbers.length(length_m))
    places_ = say("coverage.ranking.places", count=numbers.whole(places))
    return f'<div class="split note"><span>{streets}</span><span>{places_}</span></div>'


def _none() -> str:
    return say("coverage.ranking.none")


def _red() -> str:
    light = colours()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20" width="20" height="20">'
        f'<path d="M3 1V19" stroke="{light.text2}" stroke-width="1.6"/><path d="M4 2H18V12L11 10L4 12Z" '
        f'fill="{light.red_flag}" stroke="{light.red_flag_fringe}" stroke-width="1.4"/></svg>'
    )


def _yellow() -> str:
    light = colours()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20" width="20" height="20">'
        f'<path d="M3 1V19" stroke="{light.text2}" stroke-width="1.6"/><path d="M4 2L18 8L4 14Z" '
        f'fill="{light.yellow_flag}"/><path d="M8 5V9M8 10.4V11.4" stroke="{light.text1}" stroke-width="1.4"/></svg>'
    )


_FLAGS = {"red": _red, "yellow": _yellow}
