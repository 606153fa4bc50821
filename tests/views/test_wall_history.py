"""The demo's invented weeks: an earlier stock that is really assessed, and orders that say what a round has found."""

import multiprocessing
import os
import signal
from contextlib import suppress
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
from store.demo_copy import copy_history
from store.demo_history import keep_demo_history
from store.keeping import keep_assessment
from store.order import Wanted
from tests.cities import city, district, road, site, venue
from tests.store.writer import fill_on
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


def test_killed_while_it_writes_nothing_is_left_and_the_next_start_makes_all_of_it(url, rounds):
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.store.writer", "tests.store.migrator"])  # one server for all
    store = open_store(url, now=lambda: NOW)
    mine = store.scenarios.keep(store.people.demo("127.0.0.1"), "c", "我的方案", "{}")
    for table in ("runs", "orders", "gaps", "audit"):  # killed when the first of its rows are about to be written
        receiving, sending = context.Pipe(duplex=False)
        child = context.Process(target=fill_on, args=(url, rounds, NOW, sending), daemon=True)
        child.start()
        sending.close()
        with receiving:
            while receiving.recv() != table:
                pass
            with suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGKILL)
        child.join()
        by = store.people.demo("127.0.0.1")
        assert child.exitcode == -signal.SIGKILL
        assert not store.runs.newest(by) and not store.orders.page(by, limit=1).total
    assert keep_demo_history(rounds, now=NOW, url=url)
    _is_whole(store, rounds)
    assert store.scenarios.read(store.people.demo("127.0.0.1"), "c", "我的方案").version == mine
    store.close()


def test_of_two_servers_on_one_store_one_makes_it(url, rounds):
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.store.writer", "tests.store.migrator"])
    open_store(url, now=lambda: NOW).close()
    pipes = [context.Pipe(duplex=False) for _ in range(2)]
    servers = [context.Process(target=fill_on, args=(url, rounds, NOW, sending)) for _, sending in pipes]
    for server in servers:
        server.start()
    for server in servers:
        server.join(120)
    assert [server.exitcode for server in servers] == [0, 0]
    store = open_store(url, now=lambda: NOW)
    _is_whole(store, rounds)
    store.close()


def test_what_somebody_ordered_while_it_was_made_is_theirs_alone(url, rounds, monkeypatch):
    store = open_store(url, now=lambda: NOW)

    def order_first(*asked):
        by = store.people.demo("127.0.0.1")
        run = keep_assessment(store, SYSTEM, rounds[-1][1]).id
        store.orders.make(by, run, [store.runs.gaps(by, run)[0].id])
        return copy_history(*asked)

    monkeypatch.setattr("store.demo_history.copy_history", order_first)
    assert not keep_demo_history(rounds, now=NOW, url=url)
    by = store.people.demo("127.0.0.1")
    assert (len(store.runs.newest(by)), store.orders.page(by).total) == (1, 1)
    store.close()


def _is_whole(store, rounds):
    """Each round once, with its gaps; every order with all its steps, of the person who is there."""
    by = store.people.demo("127.0.0.1")
    runs = store.runs.newest(by)
    assert [run.at for run in runs] == [at for at, _ in reversed(rounds)]
    for run, (_, assessment) in zip(reversed(runs), rounds, strict=True):
        assert len(store.runs.gaps(by, run.id)) == run.gaps == len(assessment.gaps)
        assert len(store.runs.figures(by, run.id)) == len(assessment.scores)
    orders, numbers = store.orders.page(by, limit=1000).orders, {run.id for run in runs}
    assert len(orders) > 20
    for order in orders:
        entries = store.orders.history(by, order.id)
        assert {order.first_run, order.last_run} <= numbers
        assert [entry.after["version"] for entry in entries] == list(range(1, order.version + 1))
        assert {entry.person for entry in entries} <= {by.id, None}
    told = store.audit.entries(by, about="order", limit=10_000)
    assert len(told) == sum(order.version for order in orders)
