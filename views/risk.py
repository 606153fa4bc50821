"""抽查风险: what the random draw would cost the city and each district, in one sentence and as rows of intervals."""

from collections.abc import Sequence
from math import ceil, floor, log10

import pandas as pd
import streamlit as st

from data.city import City
from metrics.assessment import Assessment
from metrics.book import Draw
from metrics.risk import Risk, risk
from metrics.risk.risk import ALONE, CITY, DISTRICT
from texts import numbers, say
from texts.escape import for_html
from views.mock_book import Looked, ask_counts, draw_asked, draws_and_deducts

PART = DISTRICT
_SIDES = ("least", "most")


def ask_draw(page: Looked) -> Draw | None:
    """How many of each class are drawn; None when nothing is, and then why."""
    with st.container(horizontal=True, key="risk_draw", gap="small", vertical_alignment="bottom"):
        ask_counts(page, deducting=True, key="risk_count")
    draw = draw_asked(page)
    if draw is None:
        said = "nothing_drawn" if page.now.book.draw else "no_draw"
        st.html(f'<p class="notice">{say(f"mock_page.risk.{said}", book=for_html(page.now.book.title))}</p>')
    return draw


def can_deduct(page: Looked) -> bool:
    """Whether the book takes anything off; where it does not, the page says so."""
    if any(rule.deduction is not None for rule in page.now.book.at(page.now.phase)):
        return True
    book = for_html(page.now.book.title)
    st.html(f'<p class="notice">{say("mock_page.risk.no_deduction", book=book)}</p>')
    return False


def risk_of(page: Looked, draw: Draw) -> Risk:
    """
    What the draw costs; computed once however many sessions ask.

    Raises
    ------
    DataError
        When the worst reading of an unknown answer has no end.
    """
    return _risk(page.now.city, page.assessment, tuple(draw.counts.items()), draw, page.area)


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs={Assessment: id, City: id, Draw: lambda draw: ""})
def _risk(city: City, assessment: Assessment, counts: tuple, draw: Draw, area: str) -> Risk:
    return risk(city, assessment, draw=draw, district=area)


def sentence_html(found: Risk, area: str = "") -> str:
    """What is to be expected, in the city or in the district ``area``, in one sentence."""
    row = city_row(found)
    text = say(
        "mock_page.risk.sentence",
        where=where_words(area),
        drawn=numbers.whole(row["drawn"]),
        expected=f"<b>{points(row['expected_least'], row['expected_most'])}</b>",
        interval=points(row["low_least"], row["high_most"]),
        full=f"<b>{chance(row['full_least'], row['full_most'])}</b>",
    )
    if row["unknown"]:
        text += say("mock_page.risk.two_readings", count=numbers.whole(row["unknown"]))
    return f'<p class="sentence">{text}</p>'


def where_words(area: str) -> str:
    """The district, or the word for the whole city, as HTML."""
    return for_html(area) or say("mock_page.draw.city")


def city_row(found: Risk) -> pd.Series:
    """The row of the whole city."""
    return found.areas[found.areas["scope"] == CITY].iloc[0]


def areas_html(found: Risk, scope: str) -> str:
    """
    The city and its districts: the expected deduction as dots on the 90 % interval, and the chance of full marks.

    Parameters
    ----------
    scope
        `PART`: what of one draw over the city falls on each district; `ALONE`: the whole draw in each alone.
    """
    rows = found.areas[found.areas["scope"] == scope]
    rows = rows.sort_values(["expected_most", "name"], ascending=[False, True])
    shown = pd.concat([found.areas[found.areas["scope"] == CITY], rows])
    marks = axis_marks(max(float(shown["high_most"].max()), 1.0))
    ticks = "".join(f'<i style="left:{100 * at / marks[-1]:.2f}%">{numbers.plain(at)}</i>' for at in marks)
    heads = (say(f"mock_page.risk.columns.{name}") for name in ("expected", "interval", "full"))
    head = f'<span></span><span class="ticks">{ticks}</span>{"".join(f"<span>{text}</span>" for text in heads)}'
    body = "".join(_area_row(row, marks[-1]) for row in shown.itertuples())
    return f'<div class="risk-rows"><div class="risk-row head">{head}</div>{body}</div>'


def areas_title(found: Risk, scope: str, area: str = "") -> str:
    """What the rows show, in words: which district costs most, or what ``area`` costs."""
    rows = found.areas[found.areas["scope"] == scope]
    if area:
        row = city_row(found)
        return say("mock_page.risk.title.own", name=area, expected=points(row["expected_least"], row["expected_most"]))
    if rows.empty:
        return say("mock_page.risk.no_districts")
    worst = rows.sort_values(["expected_most", "name"], ascending=[False, True]).iloc[0]
    if worst["expected_most"] <= 0:
        return say("mock_page.risk.title.none")
    expected = points(worst["expected_least"], worst["expected_most"])
    return say(f"mock_page.risk.title.{scope}", name=worst["name"], expected=expected)


def signs_html(found: Risk) -> str:
    """What the dots and lines mean."""
    key = "two" if city_row(found)["unknown"] else "one"
    hollow = f'<span><i class="risk-dot hollow"></i>{say("mock_page.risk.signs.best")}</span>' if key == "two" else ""
    full = say(f"mock_page.risk.signs.{key}")
    line = say("mock_page.risk.signs.interval")
    return (
        f'<div class="signs left">{hollow}<span><i class="risk-dot"></i>{full}</span>'
        f'<span><i class="risk-line"></i>{line}</span></div>'
    )


def notes_html(found: Risk) -> str:
    """How it was computed."""
    lines = "".join(f"<li>{for_html(note)}</li>" for note in found.notes)
    return f'<div class="block-title">{say("mock_page.risk.how")}</div><ul class="remarks small">{lines}</ul>'


def book_source(page: Looked) -> str:
    """Where the numbers of the draw come from, in one line; "" when they were typed."""
    if not draws_and_deducts(page.now.book):
        return ""
    source = page.now.book.draw.source
    return say("mock_page.risk.source", document=source.document, clause=source.clause, note=source.note)


def axis_marks(highest: float) -> Sequence[float]:
    """Some five round marks from 0 to beyond ``highest``."""
    rough = highest / 4
    power = 10 ** floor(log10(rough))
    step = next(n * power for n in (1, 2, 2.5, 5, 10) if n * power >= rough)
    return [round(step * n, 6) for n in range(ceil(highest / step) + 1)]


def points(least: float, most: float) -> str:
    """Points at least and at most: ``5.5 分``, ``5.5–8.5 分``."""
    low, high = numbers.decimal(least), numbers.decimal(most)
    return say("mock_page.amount", number=low if low == high else f"{low}–{high}")


def chance(least: float, most: float) -> str:
    """A chance at least and at most: ``25.3 %``, ``25.3–34.8 %``."""
    low, high = numbers.percent(least), numbers.percent(most)
    return low if low == high else f"{numbers.decimal(100 * least)}–{high}"


def _area_row(row, highest: float) -> str:
    def at(value: float) -> float:
        return 100 * min(value / highest, 1.0)

    least, most = (at(getattr(row, f"expected_{side}")) for side in _SIDES)
    low, high = at(row.low_least), at(row.high_most)
    span = f'<i class="span" style="left:{low:.2f}%;width:{high - low:.2f}%"></i>'
    hollow = f'<i class="risk-dot hollow" style="left:{least:.2f}%"></i>' if most - least > 0.05 else ""
    between = f'<i class="between" style="left:{least:.2f}%;width:{most - least:.2f}%"></i>' if hollow else ""
    dot = f'<i class="risk-dot" style="left:{most:.2f}%"></i>'
    mark = " city" if row.scope == CITY else ""
    return (
        f'<div class="risk-row{mark}"><span class="name" title="{for_html(row.name)}">{for_html(row.name)}</span>'
        f'<span class="track">{span}{between}{hollow}{dot}</span>'
        f"<b>{points(row.expected_least, row.expected_most)}</b>"
        f"<span>{points(row.low_least, row.high_most)}</span>"
        f"<span>{chance(row.full_least, row.full_most)}</span></div>"
    )


SCOPES = (PART, ALONE)
