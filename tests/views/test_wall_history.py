"""The demo's invented weeks: an earlier stock that is really assessed, and orders that say what a round has found."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import shapely

from data.city import City
from data.demo.rounds import earlier_rounds
from metrics.assessment import assess
from metrics.rulebook import load_rulebook
from store import SYSTEM, open_store
from store.base import ZONE
from store.demo_history import keep_demo_history
from store.keeping import keep_assessment
from store.order import Wanted
from tests.cities import city, district, road, site, venue
from tests.views.small import small_city
from views.demo_history import round_times

NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)  # a Wednesday, ten in the morning in China
BOOK = load_rulebook("zhoushan-2017")


def _demo_town() -> City:
    """Four streets of 6 km with a site each 80 m, some faded, and parks without any; marked as demo."""
    streets = [road(f"{n}号路", (0, 900 * n), (6000, 900 * n), unit="路灯所") for n in range(4)]
    sites = [
        site(f"S{n}-{at}", at, 900 * n + 5, condition="褪色" if at % 640 == 0 else "完好")
        for n in range(4)
        for at in range(40, 6000, 80)
    ]
    parks = [venue(f"P{n}", "park", shapely.box(900 * n, 300, 900 * n + 80, 380), unit="园林处") for n in range(6)]
    town = city(districts=[district("西区", -50, -50, 3000, 2800), district("东区", 3000, -50, 6050, 2800)],
                roads=streets, sites=sites, venues=parks)  # fmt: skip
    return City(**{**vars(town), "meta": {**town.meta, "demo": "1"}})


@pytest.fixture(scope="module")
def rounds():
    """Eight rounds of the demo town, judged."""
    times = round_times(NOW)
    towns = earlier_rounds(_demo_town(), [f"{at.astimezone(ZONE):%Y-%m-%d}" for at in times])
    return [(at, assess(town, BOOK, "routine")) for at, town in zip(times, towns, strict=True)]


@pytest.fixture
def url(tmp_path) -> str:
    return f"sqlite:///{tmp_path}/demo.db"


@pytest.fixture
def filled(url, rounds):
    """A store after its invented weeks, now."""
    assert keep_demo_history(rounds, now=NOW, url=url)
    store = open_store(url, now=lambda: NOW)
    yield store
    store.close()


def test_rounds_are_a_week_apart_and_the_last_is_today():
    times = round_times(NOW)
    assert len(times) == 8 and times[-1] <= NOW
    assert {late - early for early, late in pairwise(times)} == {timedelta(days=7)}
    early = datetime(2026, 11, 17, 17, tzinfo=UTC)  # one in the morning in China: half past seven has not come yet
    assert round_times(early)[-1] == early


def test_the_last_round_is_the_city_itself_and_the_same_seed_gives_the_same_past():
    town, days = _demo_town(), ["2026-11-01", "2026-11-08", "2026-11-15"]
    one, two = earlier_rounds(town, days), earlier_rounds(town, days)
    assert one[-1] is town
    assert [past.fingerprint for past in one] == [past.fingerprint for past in two]
    assert len({past.fingerprint for past in one}) == 3
    assert set(one[0].sites["id"]) < set(town.sites["id"])
    assert one[0].meta["data_date"] == "2026-11-01" and one[0].is_demo


def test_nobody_invents_the_past_of_a_real_city():
    with pytest.raises(ValueError, match="demo"):
        earlier_rounds(small_city(), ["2026-11-01", "2026-11-08"])


def test_scores_are_those_of_the_rounds_and_not_written_down_anywhere(filled, rounds):
    by = filled.people.demo("127.0.0.1")
    runs = sorted(filled.runs.newest(by), key=lambda run: run.at)
    assert [run.at for run in runs] == [at for at, _ in rounds]
    told = [one.scores.loc[one.scores["scope"] == "city", "score"].iloc[0] for _, one in rounds]
    assert [run.score for run in runs] == pytest.approx(told)
    assert runs[-1].score > runs[0].score


def test_every_step_is_in_the_past_and_nothing_is_done_before_it_was_found_done(filled, rounds):
    by = filled.people.demo("127.0.0.1")
    orders = filled.orders.page(by, Wanted(), limit=1000).orders
    assert {order.is_open for order in orders} == {True, False}
    for order in orders:
        entries = filled.orders.history(by, order.id)
        times = [entry.at for entry in entries]
        assert times == sorted(times) and times[-1] <= NOW and times[0] >= rounds[0][0]
        for entry in entries:
            later = [assessment for at, assessment in rounds if at > entry.at]
            if entry.act in ("report", "confirm", "close") and later:
                own = later[0].gaps
                same = own[(own["rule"] == order.rule) & (own["subject"] == order.subject)]
                same = same[same["district"] == order.district]
                over = same[(same["from_m"].isna()) | ((same["from_m"] <= order.to_m) & (same["to_m"] >= order.from_m))]
                assert over.empty


def test_the_orders_left_open_are_of_gaps_that_are_still_there_or_wait_for_a_recheck(filled, rounds):
    by = filled.people.demo("127.0.0.1")
    last = rounds[-1][1].gaps
    keys = set(zip(last["rule"], last["subject"], last["district"], strict=True))
    for order in filled.orders.page(by, Wanted(open=True), limit=1000).orders:
        assert (order.rule, order.subject, order.district) in keys or order.proposed or order.state != "found"


def test_it_is_made_once(filled, url, rounds):
    before = filled.orders.page(filled.people.demo("127.0.0.1"), limit=1).total
    assert not keep_demo_history(rounds, now=NOW, url=url)
    assert filled.orders.page(filled.people.demo("127.0.0.1"), limit=1).total == before


def test_a_store_with_an_account_is_left_as_it_is(url, rounds):
    store = open_store(url, now=lambda: NOW)
    store.people.first("boss", "主任", "a long password")
    assert not keep_demo_history(rounds, now=NOW, url=url)
    assert not store.runs.newest(SYSTEM)
    store.close()


def test_a_store_with_a_run_of_another_city_is_left_as_it_is(url, rounds):
    store = open_store(url, now=lambda: NOW)
    keep_assessment(store, SYSTEM, assess(small_city(), BOOK, "routine"))
    assert not keep_demo_history(rounds, now=NOW, url=url)
    assert len(store.runs.newest(SYSTEM)) == 1
    store.close()


def test_who_looked_first_does_no_harm(url, rounds):
    store = open_store(url, now=lambda: NOW)
    keep_assessment(store, SYSTEM, rounds[-1][1])
    assert keep_demo_history(rounds, now=NOW, url=url)
    runs = store.runs.newest(SYSTEM)
    assert len(runs) == len(rounds)
    store.close()
