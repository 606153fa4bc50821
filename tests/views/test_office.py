"""The store as pages see it: opened anew when it came back, runs kept beside the page, phases, the clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import anyio
import pytest

import serve
from data import settings as module
from store import Phase, StoreError, open_store
from tests.store import streets
from tests.views.apart import run_apart
from views import clock, office, state

CITY = "测试市"


@pytest.fixture
def by_calendar(monkeypatch):
    """Pages open with the phase of the campaign."""
    monkeypatch.setenv("COVERAGE_PHASE", "")
    module.settings.cache_clear()
    office.campaign_changed()


def test_a_base_that_does_not_answer_is_not_asked_by_everybody(user_folder, monkeypatch):
    asked = []

    def away(url):
        asked.append(url)
        raise StoreError("away")

    with monkeypatch.context() as patched:
        patched.setattr(office, "open_store", away)
        for _ in range(3):
            with pytest.raises(StoreError, match="away"):
                office.store()
        assert len(asked) == 1
        patched.setattr(office, "_FAULT_FOR_S", 0.0)
    office._faults.clear()
    assert not office.store().people.any()


def test_an_assessment_is_kept_beside_the_page_once(kept, monkeypatch, user_folder, whole_office):
    monkeypatch.setattr(office, "_KEEP_AFTER_S", 0.0)
    found, town = streets.assessment("west_gap"), streets.town("west_gap")
    for _ in range(5):
        whole_office(found, town, book_key=module.settings()["rulebook"])
    whole_office(streets.assessment("good"), town, book_key="another")
    office._keeper().submit(lambda: None).result()
    runs = kept.runs.newest(kept_by(kept))
    assert [run.city for run in runs] == [CITY]
    assert (user_folder / "runs" / str(runs[0].id) / "gaps.parquet").exists()
    assert office.run_of(found).id == runs[0].id


def test_what_could_not_be_kept_is_tried_again(kept, monkeypatch, user_folder, whole_office):
    monkeypatch.setattr(office, "_KEEP_AFTER_S", 0.0)
    monkeypatch.setattr(office, "_TRY_AGAIN_S", 0.0)
    (user_folder / "runs").write_text("a file where the folder should be")
    ask = (streets.assessment("bare"), streets.town("bare"))
    whole_office(*ask, book_key=module.settings()["rulebook"])
    office._keeper().submit(lambda: None).result()
    (user_folder / "runs").unlink()
    whole_office(*ask, book_key=module.settings()["rulebook"])
    office._keeper().submit(lambda: None).result()
    assert (user_folder / "runs" / "1" / "gaps.parquet").exists()


def kept_by(kept):
    """Somebody who may look."""
    return kept.people.demo("127.0.0.1")


def _today_is(kept, book_phase: str) -> None:
    boss, day = kept_by(kept), kept.base.today()
    kept.calendar.set_year(boss, day.year, [Phase("x", "某阶段", day, day, book_phase)])
    office.campaign_changed()


@pytest.mark.parametrize("book_phase", ["routine", "inspection"])
def test_pages_open_with_the_phase_of_the_campaign(kept, by_calendar, book_phase):
    _today_is(kept, book_phase)
    assert office.book_phase() == state.phase() == book_phase
    assert office.campaign()[0].name == "某阶段"
    assert state.phase_instead() is None


def test_between_phases_and_without_a_base_it_is_routine(kept, by_calendar, monkeypatch):
    boss, year = kept_by(kept), kept.base.today().year
    kept.calendar.set_year(
        boss, year, [Phase("x", "某", *[kept.base.today().replace(day=1, month=1)] * 2, "inspection")]
    )
    office.campaign_changed()
    if kept.base.today().timetuple().tm_yday > 1:
        assert office.book_phase() == "routine"

    def away():
        raise StoreError("away")

    monkeypatch.setattr(office, "store", away)
    assert office.campaign() == (None, None) and office.book_phase() == "routine"


def test_a_fixed_phase_stands_over_the_campaign(kept, monkeypatch):
    _today_is(kept, "inspection")
    assert office.book_phase() == "routine"


def test_by_the_clock_overdue_orders_go_up(kept, user_folder, monkeypatch):
    asked = []
    monkeypatch.setattr(type(kept.orders), "raise_overdue", lambda self, by: asked.append(by.role))

    async def some_time() -> None:
        with anyio.move_on_after(0.3):
            await clock.by_the_clock(every_s=0.05)

    run_apart(some_time)
    assert len(asked) >= 2 and set(asked) == {"system"}


def test_without_a_base_the_clock_goes_on(monkeypatch, caplog):
    def away():
        raise StoreError("away")

    monkeypatch.setattr(office, "store", away)
    clock.raise_overdue()
    assert "away" in caplog.text


def test_wrong_settings_do_not_stop_the_clock(user_folder, monkeypatch, caplog):
    (user_folder.parent / "settings.toml").write_text("not toml at all")
    module.settings.cache_clear()
    clock.raise_overdue()
    assert "settings" in caplog.text or "设置" in caplog.text


def test_overdue_orders_go_up_though_nobody_opened_a_page(user_folder, monkeypatch):
    """The server's own life, without a browser: what was due last week has gone up before anybody came."""
    last_week = datetime.now(UTC) - timedelta(days=20)
    past = open_store(now=lambda: last_week)
    boss = replace(past.people.first("boss", "王主任", "a long password"), until=None)
    made = past.orders.make(boss, past.runs.keep(boss, streets.assessment("west_gap"))).new
    past.close()
    for name in ("make_ready", "begin_demo_history"):
        monkeypatch.setattr(serve, name, lambda: None)
    kept = open_store()
    levels = {}

    async def life() -> None:
        async with serve._ready(None):
            with anyio.move_on_after(20):
                while set(levels.values()) != {"district"}:
                    await anyio.sleep(0.05)
                    levels.update((number, kept.orders.get(boss, number).level) for number in made)

    run_apart(life)
    assert len(levels) == 3 and set(levels.values()) == {"district"}
    kept.close()
