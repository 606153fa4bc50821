"""A visitor signs in, stays in over a reload, goes out; a unit sees its own; a wall opens by its link."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from store import Store, open_store
from store.people import TRIES
from tests.browser import oidc
from tests.browser.conftest import LINKS, App, Visit, running_app
from texts import say

PASSWORD, OWN = "a long password", "my very own password"
_PATIENCE_S = 60


@pytest.fixture(scope="module")
def app(tmp_path_factory) -> Iterator[App]:
    """A dashboard of its own: with the first account the demo of the others would end."""
    with running_app("serve.py", tmp_path_factory.mktemp("people")) as started:
        yield started


@pytest.fixture(scope="module")
def kept(app) -> Iterator[Store]:
    """Its store, with the first account."""
    store = open_store(f"sqlite:///{app.data_folder / 'store' / 'coverage.db'}")
    store.people.first("boss", "王主任", PASSWORD)
    yield store
    store.close()


def boss_of(kept: Store):
    """The command centre."""
    return kept.people.sign_in("boss", PASSWORD)


def fill(visit: Visit, **texts: str) -> None:
    """Write into the fields of the form that is shown."""
    for name, text in texts.items():
        visit.page.get_by_label(say(f"people.sign_in.{name}"), exact=True).first.fill(text)


def press(visit: Visit, label: str) -> None:
    """Press the button with this label."""
    visit.page.get_by_role("button", name=label, exact=True).first.click()
    visit.page.wait_for_timeout(400)
    visit.settle()


def sign_in(visit: Visit, login: str, password: str) -> None:
    """Fill in the form and send it."""
    fill(visit, login=login, password=password)
    press(visit, say("people.sign_in.enter"))


def titles(visit: Visit) -> list[str]:
    """The pages of the navigation."""
    return [title.strip() for title in visit.page.locator(LINKS).all_inner_texts()]


def is_outside(visit: Visit) -> bool:
    """Whether the visitor is asked to sign in."""
    return visit.page.get_by_label(say("people.sign_in.password"), exact=True).count() == 1


def test_the_first_account_is_made_here_and_stays_in_over_a_reload(browser, screen, tmp_path):
    with running_app("serve.py", tmp_path) as own:
        context = browser.new_context(viewport=dict(zip(("width", "height"), screen, strict=True)), locale="zh-CN")
        visit = Visit(context.new_page(), own)
        visit.open()
        assert say("shell.pages.people") in titles(visit)
        visit.go(say("shell.pages.people"))
        button = visit.page.get_by_role("button", name=say("people.first.make"))
        assert button.bounding_box()["y"] + button.bounding_box()["height"] < screen[1]
        fill(visit, login="boss", name="王主任", new=PASSWORD, again=PASSWORD)
        press(visit, say("people.first.make"))
        assert visit.page.locator(".st-key-whoami").inner_text().strip().startswith("王主任")
        cookie = next(one for one in context.cookies() if one["name"] == "coverage_session")
        assert cookie["httpOnly"] and cookie["sameSite"] == "Strict"
        assert "coverage_session" not in visit.page.evaluate("() => document.cookie")
        visit.page.reload()
        visit.settle()
        assert visit.page.locator(".st-key-whoami").inner_text().strip().startswith("王主任")
        other = Visit(browser.new_context(locale="zh-CN").new_page(), own)
        other.open()
        assert is_outside(other) and not titles(other)
        assert not visit.faults and not other.faults
        other.page.context.close()
        context.close()


def test_in_and_out(visit, kept):
    visit.open()
    assert is_outside(visit) and not titles(visit)
    sign_in(visit, "boss", PASSWORD)
    assert say("shell.pages.people") in titles(visit)
    visit.page.locator(".st-key-whoami button").first.click()
    press(visit, say("people.sign_in.leave"))
    assert is_outside(visit)
    visit.page.reload()
    visit.settle()
    assert is_outside(visit)


def test_the_address_of_a_page_is_kept_through_signing_in(visit, kept):
    visit.open("/standards")
    assert is_outside(visit) and not visit.page.locator(".doc-title").count()
    sign_in(visit, "boss", PASSWORD)
    assert visit.page.locator(".doc-title").count() == 1


def test_wrong_passwords_lock(visit, kept, screen):
    login = f"locked{screen[0]}"
    kept.people.add(boss_of(kept), login, "某某", "planner", password=PASSWORD)
    visit.open()
    for _ in range(TRIES):
        sign_in(visit, login, "wrong password")
        assert say("store.people.wrong") in visit.page.locator(".notice").inner_text()
    sign_in(visit, login, PASSWORD)
    assert "账号已锁定到" in visit.page.locator(".notice").inner_text()
    assert is_outside(visit)


def test_a_first_password_is_changed_before_anything_else(visit, kept, screen):
    login = f"fresh{screen[0]}"
    kept.people.add(boss_of(kept), login, "张三", "planner", password=PASSWORD)
    visit.open()
    sign_in(visit, login, PASSWORD)
    assert not titles(visit)
    visit.page.reload()
    visit.settle()
    assert not titles(visit)
    fill(visit, old=PASSWORD, new=OWN, again=OWN)
    press(visit, say("people.sign_in.change"))
    assert say("shell.pages.siting") in titles(visit)
    visit.page.reload()
    visit.settle()
    assert say("shell.pages.siting") in titles(visit)


def test_a_session_that_is_ended_elsewhere_ends_at_the_next_action(visit, kept, screen):
    login = f"moved{screen[0]}"
    number = kept.people.add(boss_of(kept), login, "李四", "planner", password=PASSWORD)
    kept.people.change_password(kept.people.sign_in(login, PASSWORD), PASSWORD, OWN)
    visit.open("/standards")
    sign_in(visit, login, OWN)
    kept.people.change(boss_of(kept), number, name="李四四")
    find = visit.page.get_by_label(say("standards.find"))
    find.fill("公共广场")
    find.press("Enter")
    visit.page.wait_for_timeout(400)
    visit.settle()
    assert say("store.access.changed") in visit.page.locator(".notice").inner_text()
    sign_in(visit, login, OWN)
    assert visit.page.get_by_label(say("standards.find")).input_value() == "公共广场"
    assert "公共广场" in visit.page.locator(".clauses").inner_text()


def test_a_unit_sees_its_own_and_nothing_else(visit, kept, screen):
    boss = boss_of(kept)
    visit.open()
    sign_in(visit, "boss", PASSWORD)
    run = _kept_run(kept, boss)
    kept.orders.make(boss, run)
    units = {order.unit for order in kept.orders.page(boss).orders}
    own = sorted(units)[0]
    login = f"unit{screen[0]}"
    kept.people.add(boss, login, "单位", "unit", unit=own, password=PASSWORD)
    kept.people.change_password(kept.people.sign_in(login, PASSWORD), PASSWORD, OWN)
    visit.page.locator(".st-key-whoami button").first.click()
    press(visit, say("people.sign_in.leave"))
    sign_in(visit, login, OWN)
    assert titles(visit) == [say("shell.pages.orders"), say("shell.pages.standards")]
    shown = visit.page.locator('[data-testid="stMain"]').inner_text()
    assert not [unit for unit in units - {own} if unit in shown]
    for name in ("coverage", "mock", "people"):  # a link that somebody passed on
        visit.open(f"/{name}")
        told = say("shell.not_yours", page=say(f"shell.pages.{name}"))
        assert told in visit.page.locator('[data-testid="stMain"]').inner_text()
        assert not visit.page.get_by_role("dialog").count()
        assert titles(visit) == [say("shell.pages.orders"), say("shell.pages.standards")]


def _kept_run(kept: Store, boss) -> int:
    """The run that the page had kept by itself."""
    for _ in range(_PATIENCE_S):
        if runs := kept.runs.newest(boss):
            return runs[0].id
        time.sleep(1)
    raise AssertionError("no run was kept")


def test_a_wall_opens_by_its_link_until_it_is_revoked(visit, kept):
    boss = boss_of(kept)
    token = kept.tokens.make(boss, "大厅")
    visit.open(f"/wall?token={token}")
    assert not is_outside(visit) and not titles(visit)
    assert not visit.page.locator(".notice.fault").count()
    assert visit.page.get_by_role("dialog").count() == 0
    kept.tokens.revoke(boss, kept.tokens.all(boss)[0].id)
    visit.page.reload()
    visit.settle()
    assert say("store.tokens.wrong") in visit.page.locator(".notice").inner_text()


def test_a_forged_link_opens_nothing(visit, kept):
    visit.open("/wall?token=forged")
    assert say("store.tokens.wrong") in visit.page.locator(".notice").inner_text()
    assert not is_outside(visit) and not titles(visit)


def test_by_a_provider_of_the_city(browser, tmp_path: Path):
    with oidc.provider() as provider:
        secrets = tmp_path / "secrets.toml"
        own = {"COVERAGE_SIGN_IN": "oidc", "STREAMLIT_SECRETS_FILES": str(secrets)}
        store = open_store(f"sqlite:///{tmp_path / 'data' / 'store' / 'coverage.db'}")
        store.people.first("boss", "王主任", None)
        with running_app("serve.py", tmp_path, **own) as started:
            secrets.write_text(_secrets(started.url, provider), encoding="utf-8")
            page = browser.new_context(locale="zh-CN").new_page()
            visit = Visit(page, started)
            visit.open()
            press(visit, say("people.sign_in.provider"))
            page.wait_for_selector(".st-key-whoami")
            assert page.locator(".st-key-whoami").inner_text().strip().startswith("王主任")
            page.reload()
            page.wait_for_selector(".st-key-whoami")
            for login, ago, told in (
                ("stranger", 0, say("store.people.outside", login="stranger")),
                ("boss", 13 * 3600, say("store.access.expired")),
            ):
                provider.login, provider.issued_ago_s = login, ago
                other = Visit(browser.new_context(locale="zh-CN").new_page(), started)
                other.open()
                press(other, say("people.sign_in.provider"))
                other.page.wait_for_selector(".notice")
                assert told in other.page.locator(".notice").inner_text()
                assert not titles(other)
                other.page.context.close()
            page.context.close()
        store.close()


def _secrets(url: str, provider: oidc.Provider) -> str:
    return f"""[auth]
redirect_uri = "{url}/oauth2callback"
cookie_secret = "a secret of forty characters and then some"
client_id = "{oidc.CLIENT}"
client_secret = "{oidc.SECRET}"
server_metadata_url = "{provider.url}/.well-known/openid-configuration"
"""


def test_a_password_goes_with_its_button_wherever_the_reader_was(visit, kept, screen):
    login = f"tab{screen[0]}"
    visit.open("/people")
    sign_in(visit, "boss", PASSWORD)
    page = visit.page
    for key, text in (("people_new_login", login), ("people_new_name", "周五"), ("people_new_password", PASSWORD)):
        page.locator(f".st-key-{key} input").fill(text)
        page.keyboard.press("Tab")
    page.locator(".st-key-people_add button").click()
    page.get_by_text(say("people.accounts.added", login=login)).wait_for()
    number = next(one.id for one in kept.people.accounts(boss_of(kept)) if one.login == login)
    page.locator(".st-key-people_account input").click()
    page.get_by_role("option", name=login, exact=True).click()
    page.locator(f".st-key-people_{number}_password input").fill(OWN)
    page.keyboard.press("Tab")
    page.locator(".st-key-people_reset button").click()
    page.get_by_text(say("people.accounts.reset_done", login=login)).wait_for()
    assert kept.people.sign_in(login, OWN).must_change
