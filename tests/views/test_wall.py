"""What the wall says: figures of the store, changes, ranks, orders, news and days, on a town that is solved by hand."""

import itertools
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.assessment import assess
from metrics.rulebook import load_rulebook
from store import SYSTEM, Denied, open_store
from store.audit import Entry
from store.keeping import keep_assessment
from tests.cities import city, district, road, sites_along, venue
from tests.views.small import SCRIPT, small_city
from texts import say
from views.wall import footer, overview, rankings, ticker
from views.wall.chance import Chance, all_pass, passing_draws
from views.wall.content import content
from views.wall.facts import gather
from views.wall.layout import NORMAL, WIDE
from views.wall.parts import change, flag, rank_change
from views.wall.show import style_sheet

BOOK = load_rulebook("zhoushan-2017")
FIRST = datetime(2026, 6, 1, 2, tzinfo=UTC)  # a Monday, ten in the morning in China


class Clock:
    """The time of the store."""

    def __init__(self):
        self.time = FIRST

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(tmp_path, clock):
    """A fresh store at the clock."""
    kept = open_store(f"sqlite:///{tmp_path}/wall.db", now=clock)
    yield kept
    kept.close()


@pytest.fixture(scope="module")
def towns():
    """A town before and after: five more sites in the middle of its street make that the whole street passes."""
    street = [road("长街", (0, 0), (2000, 0))]
    areas = [district("西区", -50, -500, 1000, 500), district("东区", 1000, -500, 2050, 500)]
    places = [venue("P1", "park", district("", 200, 100, 300, 200)[1], name="西园", unit="园林处")]
    thin = city(districts=areas, roads=street, venues=places, sites=sites_along(*range(25, 2000, 100)))
    sites = [*sites_along(*range(25, 2000, 100)), *sites_along(*range(75, 2000, 100), prefix="more")]
    full = city(districts=areas, roads=street, venues=places, sites=sites)
    gone = city(districts=areas, roads=street, venues=places, sites=sites_along(25, 125, 225, 1925))
    return [assess(town, BOOK, "routine") for town in (gone, thin, full)]


def _kept(store, clock, assessments, *, days=7):
    for assessment in assessments:
        run = keep_assessment(store, SYSTEM, assessment)
        clock.time += timedelta(days=days)
    return run


def _demo(store):
    return store.people.demo("127.0.0.1")


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.integers(1, 4))
def test_passing_draws_is_the_mean_over_all_sets(chances, drawn):
    drawn = min(drawn, len(chances))
    products = [np.prod(chosen) for chosen in itertools.combinations(chances, drawn)]
    assert passing_draws(np.array(chances), drawn) == pytest.approx(np.mean(products), abs=1e-12)


def test_the_chance_of_one_street_is_its_pass_probability(towns):
    gone = towns[0]
    chance = all_pass(small_city(), gone)
    assert (chance.drawn, chance.by_book) == (1, False)
    assert chance.least == chance.most == pytest.approx(gone.pass_probability)


def test_a_range_is_told_where_streets_are_unknown():
    assert overview.told_chance(Chance(3, 0.8512, 0.8512, False)) == "85.1 %"
    assert overview.told_chance(Chance(3, 0.8512, 0.9, False)) == "85.1–90.0 %"


@pytest.mark.parametrize(
    ("now", "was", "sign"),
    [(88.31, 87.0, "▲"), (87.0, 88.3, "▼"), (88.31, 88.30, "—"), (88.3, None, ""), (None, 1, "")],
)
def test_a_change_has_a_sign_and_no_colour(now, was, sign):
    told = change(now, was)
    assert (sign in told) if sign else (told == "")
    assert "fail" not in told


def test_a_better_rank_goes_up():
    assert "▲" in rank_change(2, 5, there=True) and "3" in rank_change(2, 5, there=True)
    assert "▼" in rank_change(5, 4, there=True)
    assert say("wall.units.new") in rank_change(1, None, there=True)
    assert rank_change(1, None, there=False) == '<span class="change"></span>'


def test_flags_have_their_word():
    assert say("coverage.ranking.red") in flag("red") and say("coverage.ranking.yellow") in flag("yellow")
    assert flag(None) == "" and flag(float("nan")) == ""


@given(st.lists(st.floats(0, 100), min_size=2, max_size=8))
def test_the_trend_axis_holds_every_score(scores):
    low, high, step = overview._span(scores)
    assert low <= min(scores) and max(scores) <= high and (high - low) // step <= 4


def test_the_line_of_scores_widens_when_one_falls_outside():
    def low(*scores):
        return rankings.lowest(pd.DataFrame({"score": scores, "was": [np.nan] * len(scores)}))

    assert low(70.0, 95.0) == 70 and low(69.9, 95.0) == 60 and low(np.nan) == 70


def test_score_trend_and_total_against_the_run_before(store, clock, towns):
    run = _kept(store, clock, towns[:2])
    facts = gather(store, _demo(store), run)
    assert [point.run for point in facts.trend] == [1, 2]
    assert "▲" in overview.score_block(facts) and "6月1日" in overview.score_block(facts)
    assert "▼" in footer.total_block(facts)
    assert overview.trend_block(facts).count("<circle") == 2


def test_a_first_run_is_told_as_such_and_has_no_axes(store, clock, towns):
    run = _kept(store, clock, towns[:1])
    facts = gather(store, _demo(store), run)
    assert say("wall.first_run") in overview.score_block(facts)
    assert "<svg" not in overview.trend_block(facts)
    assert say("wall.orders.none") in footer.orders_block(facts)


def test_another_edition_of_the_book_is_noted_in_the_trend(store, clock, towns):
    run = _kept(store, clock, [towns[0], replace(towns[1], inputs={**towns[1].inputs, "book": "another"})])
    facts = gather(store, _demo(store), run)
    assert list(facts.changed) == [run.id]
    assert say("wall.trend.changed") in overview.trend_block(facts)


def test_orders_by_stage_overdue_and_closed_today(store, clock, towns):
    run = keep_assessment(store, SYSTEM, towns[0])
    by = _demo(store)
    made = store.orders.make(by, run.id, None).new
    assert len(made) >= 2
    clock.time += timedelta(days=10)
    by = _demo(store)
    order = store.orders.get(by, made[0])
    for step in ("report", "recheck", "close"):
        order = store.orders.change(by, order.id, order.version, step, note="好了")
    facts = gather(store, by, run)
    assert (facts.counts.open, facts.counts.overdue, facts.counts.closed_today) == (len(made) - 1, len(made) - 1, 1)
    assert facts.stages == {"waiting": 0, "at_work": len(made) - 1, "to_check": 0}
    assert f'at_work" style="flex:{len(made) - 1} 1 0"' in footer.orders_block(facts)
    told = ticker.entries(facts)
    assert say("wall.news.acts.close") in told[0]
    assert any('class="fail">新发现' in one for one in told)


def test_a_photo_that_was_taken_away_is_no_news(store, clock, towns):
    """A new photo is told; that a clerk took one away again is between them and the audit trail."""
    run = keep_assessment(store, SYSTEM, towns[0])
    by = _demo(store)
    order = store.orders.get(by, store.orders.make(by, run.id, None).new[0])
    at = clock.time.astimezone(UTC)
    acts = [Entry(n, at, by.id, by.name, by.role, "order", order.id, act, {}, {}, "") for n, act in enumerate(_PHOTOS)]
    assert [entry.act for entry, _, _ in ticker._grouped([(entry, order) for entry in acts])] == ["photo"]


_PHOTOS = ("photo", "photo_removed")


def test_days_to_the_next_phase(store, clock, towns):
    facts = gather(store, _demo(store), keep_assessment(store, SYSTEM, towns[0]))
    shown = footer.phases_block(facts)
    assert facts.ahead.days == 30 and "距提升" in shown and "7月1日" in shown  # from the 1st of June to the 1st of July
    assert re.findall(r'phase (now|over|coming)"', shown) == ["over", "now", "coming", "coming"]


def test_a_cell_is_never_full_while_something_fails():
    assert ">99<" in rankings._cell({"passed": 999, "failed": 1, "unknown": 0, "pass_rate": 0.999})
    assert ">100<" in rankings._cell({"passed": 9, "failed": 0, "unknown": 0, "pass_rate": 1.0})
    assert "hatched" in rankings._cell({"passed": 0, "failed": 0, "unknown": 2, "pass_rate": None})
    assert "—" in rankings._cell(None)


@pytest.mark.parametrize("layout", [NORMAL, WIDE], ids=lambda layout: layout.name)
def test_what_is_sent_is_json_small_and_harmless(store, layout):
    town = small_city(east=SCRIPT, street=SCRIPT, square=SCRIPT)
    judged = assess(town, BOOK, "routine")
    run = keep_assessment(store, SYSTEM, judged)
    sent = content(store, _demo(store), town, judged, run, layout=layout)
    written = json.dumps({key: value for key, value in sent.items() if key != "pictures"})
    assert "<img src=x" not in json.dumps(sent["blocks"]) and len(written) < 100_000
    shown = [one for name, one in sent.items() if name in ("blocks", "news")]
    shown += [{key: html for key, html in one.items() if key != "name"} for one in sent["districts"]]
    assert "<img src=x" not in json.dumps(shown, ensure_ascii=False) and "</script>" not in json.dumps(shown)
    again = content(store, _demo(store), town, judged, run, layout=layout, has=sent["key"])
    assert "pictures" not in again
    assert again["blocks"] == sent["blocks"]


def test_a_new_run_has_new_pictures(store, clock, towns):
    town = small_city()
    runs = [_kept(store, clock, [one]) for one in towns]
    by = _demo(store)
    keys = [
        content(store, by, town, one, run, layout=NORMAL)["key"] for one, run in zip(towns, runs, strict=True)
    ]
    assert len(set(keys)) == 3


def test_a_screen_opened_by_a_link_sees_the_wall_until_the_link_is_revoked(store, clock, towns):
    run = keep_assessment(store, SYSTEM, towns[0])
    token = store.tokens.make(_demo(store), "大厅")
    screen = store.tokens.sign_in(token)
    assert gather(store, screen, run).run == run
    (known,) = store.tokens.all(_demo(store))
    store.tokens.revoke(_demo(store), known.id)
    with pytest.raises(Denied):
        gather(store, screen, run)


def test_the_style_sheet_has_no_type_below_22_pixels():
    sizes = [float(size) for size in re.findall(r"font-size: ([\d.]+)px", style_sheet())]
    assert min(sizes) >= 22
    assert "$" not in style_sheet()
