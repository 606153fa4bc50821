"""The right column: districts on a line of scores, units by rank, and how districts fare by class."""

import math

import numpy as np
import pandas as pd

from texts import numbers, say
from texts.escape import for_html
from views.theme import colours, score_colour, tokens
from views.wall.drawing import fitted_text
from views.wall.facts import Facts
from views.wall.layout import Layout
from views.wall.parts import change, flag, rank_change

PAGE = 5
_LOW, _HIGH, _STEP = 70, 100, 10
_MOST_CLASSES = 8


def districts_of(facts: Facts) -> pd.DataFrame:
    """The figures of the districts, the best first, unknown ones last; ``was`` and ``was_rank`` beside them."""
    return _ranked(facts, "district")


def _ranked(facts: Facts, scope: str) -> pd.DataFrame:
    table = facts.figures[facts.figures["scope"] == scope].copy()
    for column, of in (("was", "score"), ("was_rank", "rank")):
        before = facts.before
        old = {} if before is None else before[before["scope"] == scope].set_index("name")[of].to_dict()
        table[column] = [old.get(name) for name in table["name"]]
    table[["score", "was"]] = table[["score", "was"]].astype(float)
    return table.sort_values(["score", "name"], ascending=[False, True], na_position="last", ignore_index=True)


def ranking_head(facts: Facts) -> str:
    """What the dots mean, and from where to where the line goes."""
    table = districts_of(facts)
    if table.empty:
        return f'<div class="title">{say("wall.ranking.title")}</div>'
    was = f'<span><i class="ring"></i>{say("wall.ranking.was")}</span>' if facts.before is not None else ""
    span = say("wall.ranking.span", low=lowest(table), high=_HIGH)
    return (
        f'<div class="title split"><span>{say("wall.ranking.title")}</span><span class="key">{was}'
        f'<span><i class="disc"></i>{say("wall.ranking.now")}</span><span>{span}</span></span></div>'
    )


def ranking_pages(facts: Facts) -> list[str]:
    """The districts, so many on a page."""
    table = districts_of(facts)
    if table.empty:
        return [f'<p class="nothing">{say("wall.ranking.none")}</p>']
    low = lowest(table)
    rows = [_district_row(place, row, low) for place, row in enumerate(table.itertuples())]
    return ["".join(rows[at : at + PAGE]) for at in range(0, len(rows), PAGE)]


def lowest(table: pd.DataFrame) -> int:
    """Where the line begins: 70, or lower by tens when a score of now or then falls below."""
    worst = np.nanmin(table[["score", "was"]].to_numpy(dtype=float), initial=_HIGH)
    return _LOW if worst >= _LOW else int(worst // _STEP * _STEP)


def _district_row(place: int, row, low: int) -> str:
    def at(score: float) -> float:
        return 100 * (min(max(score, low), _HIGH) - low) / (_HIGH - low)

    known, knew = not math.isnan(row.score), not math.isnan(row.was)
    line = ""
    if known and knew:
        left, right = sorted((at(row.was), at(row.score)))
        line = f'<i class="moved" style="left:{left:.1f}%;width:{right - left:.1f}%"></i>'
    if knew:
        line += f'<i class="ring" style="left:{at(row.was):.1f}%"></i>'
    if known:
        line += f'<i class="disc" style="left:{at(row.score):.1f}%"></i>'
    told = numbers.score(row.score) if known else say("wall.ranking.unknown")
    number = f'<b class="points">{told}</b>' if known else f'<span class="quiet">{told}</span>'
    return (
        f'<div class="district" data-district="{place}"><div class="split">'
        f'<span class="who">{for_html(row.name)}</span>{flag(row.flag)}<span class="push"></span>'
        f"{change(row.score, row.was)}{number}</div><div class=\"line\">{line}</div></div>"
    )


def units_block(facts: Facts, layout: Layout) -> str:
    """The units by rank: the first, the last, and how many lie between."""
    table = _ranked(facts, "unit")
    if table.empty:
        title = f'<div class="title">{say("wall.units.title", count=0)}</div>'
        return f'{title}<p class="nothing">{say("wall.units.none")}</p>'
    judged = table[table["score"].notna()]
    unknown = len(table) - len(judged)
    beside = f'<span class="key">{say("wall.units.unknown", count=unknown)}</span>' if unknown else ""
    if not layout.has_card:
        words = (say("wall.units.change"), say("wall.units.score"))
        beside = f'<span class="key">{"".join(f"<span>{word}</span>" for word in words)}</span>'
    title = f'<div class="title split"><span>{say("wall.units.title", count=len(table))}</span>{beside}</div>'
    there = facts.before is not None
    rows = [_unit_row(row, there) for row in judged.itertuples()]
    most = layout.units_top + layout.units_bottom + 1
    if len(rows) > most:
        hidden = len(rows) - layout.units_top - layout.units_bottom
        between = f'<div class="between"><span>{say("wall.units.between", count=hidden)}</span></div>'
        rows = [*rows[: layout.units_top], between, *rows[-layout.units_bottom :]]
    return title + "".join(rows)


def _unit_row(row, there: bool) -> str:
    rank = "" if pd.isna(row.rank) else int(row.rank)
    moved = rank_change(row.rank, row.was_rank, there=there)
    return (
        f'<div class="unit-row"><span class="rank">{rank}</span><span class="who">{for_html(row.name)}</span>'
        f'{flag(row.flag)}<span class="push"></span>{moved}<b class="points">{numbers.score(row.score)}</b></div>'
    )


def matrix_head() -> str:
    """What the cells show."""
    return (
        f'<div class="title split"><span>{say("wall.matrix.title")}</span><span class="key">'
        f'<span>{say("wall.matrix.ramp")}</span><span><i class="hatched"></i>{say("wall.matrix.unknown")}</span>'
        "</span></div>"
    )


def matrix_pages(facts: Facts, label) -> list[str]:
    """
    How many percent of each class pass in each district: the classes of which most fail, so many districts on a page.

    Parameters
    ----------
    label
        From the code of a class to its name.
    """
    table = facts.figures[facts.figures["scope"] == "district_class"]
    order = districts_of(facts)["name"].tolist()
    if table.empty or not order:
        return [f'<p class="nothing">{say("wall.matrix.none")}</p>']
    by_class = table.groupby("class", sort=False)[["failed", "passed", "unknown"]].sum()
    by_class = by_class[(by_class["failed"] + by_class["passed"]) > 0]
    shown = by_class.sort_values("failed", ascending=False, kind="stable").index[:_MOST_CLASSES]
    cells = {(name, class_): row for name, class_, row in _keyed(table)}
    head = "".join(f"<span>{for_html(fitted_text(label(code), 8))}</span>" for code in shown)
    pages = []
    for at in range(0, len(order), PAGE):
        rows = "".join(
            f'<div class="matrix-row" data-district="{at + place}"><span class="who">{for_html(name)}</span>'
            + "".join(_cell(cells.get((name, code))) for code in shown)
            + "</div>"
            for place, name in enumerate(order[at : at + PAGE])
        )
        pages.append(f'<div class="matrix-head"><span></span>{head}</div>{rows}')
    return pages


def _keyed(table: pd.DataFrame):
    for row in table.to_dict("records"):
        yield row["name"], row["class"], row


def _cell(row: dict | None) -> str:
    if row is None or (not row["passed"] and not row["failed"] and not row["unknown"]):
        return '<span class="cell none">—</span>'
    if not (row["passed"] or row["failed"]) or pd.isna(row["pass_rate"]):
        return '<span class="cell hatched"></span>'
    share = 100 * row["pass_rate"]
    told = numbers.whole(share)
    if row["failed"] and told == "100":
        told = "99"
    dark = colours("dark")
    ink = dark.bg if share < tokens().score_bounds[1] else dark.text1
    return f'<span class="cell" style="background:{score_colour(share, "dark")};color:{ink}">{told}</span>'
