"""Signing in, staying in, going out, and what each role sees, on the pages themselves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from data import settings as module
from metrics.scenario.scenario import Scenario
from store import open_store
from store.people import TRIES
from tests.views.conftest import HERE
from tests.views.test_pages import html_of
from texts import say
from views import cookies, door, office, parcels
from views.siting_desk import Desk

ROOT = Path(__file__).resolve().parents[2]
PASSWORD, OWN = "a long password", "my very own password"
ELSEWHERE = door.Knock("10.0.0.9", {"host": ("10.0.0.2:8501",), "origin": ("http://10.0.0.2:8501",)})
_SECONDS = 120


@pytest.fixture
def knocks(monkeypatch):
    """Whose browser it is."""

    def knocks_as(knocked: door.Knock) -> None:
        monkeypatch.setattr(door, "knock", lambda: knocked)

    return knocks_as


@pytest.fixture
def kept(user_folder):
    """The store of this installation."""
    opened = open_store()
    yield opened
    opened.close()


@pytest.fixture
def boss(kept):
    """Its first account."""
    return replace(kept.people.first("boss", "王主任", PASSWORD), until=None)


def opened(**query: str) -> AppTest:
    """The app as a visitor finds it."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=_SECONDS)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def sign_in(app: AppTest, login: str, password: str) -> AppTest:
    """Fill in the form and send it."""
    app.text_input(key="sign_in_login").input(login)
    app.text_input(key="sign_in_password").input(password)
    _press(app, say("people.sign_in.enter"))
    return app


def _press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


def _is_outside(app: AppTest) -> bool:
    return office._VISITOR not in app.session_state


def test_the_demo_needs_no_login_here(user_folder):
    app = opened()
    assert app.session_state[office._VISITOR].role == "command"
    assert not app.text_input


@pytest.mark.parametrize(
    "knocked",
    [
        ELSEWHERE,
        replace(HERE, peer="10.0.0.9"),
        replace(HERE, headers={**HERE.headers, "host": ("city.example",)}),
        replace(HERE, headers={**HERE.headers, "x-forwarded-for": ("127.0.0.1",)}),
    ],
)
def test_elsewhere_nobody_is_let_in_without_an_account(user_folder, knocks, knocked):
    knocks(knocked)
    app = opened()
    assert _is_outside(app) and say("people.first.elsewhere") in html_of(app)
    assert not app.text_input and not app.selectbox


def test_with_the_first_account_the_demo_ends_also_here(boss):
    app = opened()
    assert _is_outside(app) and app.text_input(key="sign_in_login")
    assert not app.selectbox


def test_the_first_account_is_made_on_the_page(kept):
    app = opened().switch_page("pages/people.py").run()
    app.text_input(key="sign_in_login").input("boss")
    app.text_input(key="sign_in_name").input("王主任")
    app.text_input(key="sign_in_new").input(PASSWORD)
    app.text_input(key="sign_in_again").input(OWN)
    _press(app, say("people.first.make"))
    assert say("people.sign_in.differ") in html_of(app) and not kept.people.any()
    assert app.text_input(key="sign_in_login").value == "boss"
    app.text_input(key="sign_in_again").input(PASSWORD)
    _press(app, say("people.first.make"))
    assert app.session_state[office._VISITOR].name == "王主任"
    assert kept.people.sign_in("boss", PASSWORD).role == "command"


def test_the_first_account_is_not_made_from_elsewhere(kept, knocks):
    app = opened().switch_page("pages/people.py").run()
    knocks(ELSEWHERE)
    for name, text in {"login": "boss", "name": "王", "new": PASSWORD, "again": PASSWORD}.items():
        app.text_input(key=f"sign_in_{name}").input(text)
    _press(app, say("people.first.make"))
    assert not kept.people.any()


def test_who_has_an_account_comes_in_and_goes_out(boss, kept):
    app = sign_in(opened(), " Boss ", PASSWORD)
    person = app.session_state[office._VISITOR]
    assert (person.id, bool(person.session)) == (boss.id, True)
    assert app.selectbox(key="coverage_book")
    _press(app, say("people.sign_in.leave"))
    assert _is_outside(app) and not app.selectbox
    with pytest.raises(door.Denied):
        kept.sessions.check(person)


def test_a_wrong_password_is_told_and_locks_at_last(boss):
    app = opened()
    for _ in range(TRIES):
        sign_in(app, "boss", "wrong password")
        assert say("store.people.wrong") in html_of(app)
    sign_in(app, "boss", PASSWORD)
    assert "账号已锁定到" in html_of(app) and _is_outside(app)


def test_a_first_password_has_to_be_changed(boss, kept):
    kept.people.add(boss, "zhang", "张三", "planner", password=PASSWORD)
    app = sign_in(opened(), "zhang", PASSWORD)
    assert say("people.sign_in.must_change", name="张三") in html_of(app) and not app.selectbox
    for new, again, told in (
        (OWN, PASSWORD, say("people.sign_in.differ")),
        ("short", "short", "至少 10 个字符"),
        (PASSWORD, PASSWORD, say("store.people.same")),
    ):
        _change(app, PASSWORD, new, again)
        assert told in html_of(app) and not app.selectbox
    _change(app, PASSWORD, OWN, OWN)
    assert app.selectbox(key="coverage_book")
    assert not kept.people.sign_in("zhang", OWN).must_change


def _change(app: AppTest, old: str, new: str, again: str) -> None:
    for name, text in {"old": old, "new": new, "again": again}.items():
        app.text_input(key=f"sign_in_{name}").input(text)
    _press(app, say("people.sign_in.change"))


def test_a_cookie_lets_in_again_until_the_session_is_ended(boss, kept, knocks):
    person, token = kept.sessions.open(kept.people.sign_in("boss", PASSWORD))
    knocks(replace(HERE, cookies={cookies.COOKIE: token}))
    assert opened().session_state[office._VISITOR] == person
    kept.sessions.end(person)
    assert _is_outside(opened())
    knocks(replace(HERE, cookies={cookies.COOKIE: "forged"}))
    assert _is_outside(opened())


def test_overnight_what_was_typed_stays(boss):
    app = sign_in(opened(), "boss", PASSWORD).switch_page("pages/standards.py").run()
    person = app.session_state[office._VISITOR]
    app.session_state[office._VISITOR] = replace(person, until=datetime.now(UTC) - timedelta(minutes=1))
    app.text_input(key="standards_find").input("公共广场").run()
    assert say("store.access.expired") in html_of(app)
    assert not [one for one in app.text_input if one.key == "standards_find"]
    sign_in(app, "boss", "wrong password")
    sign_in(app, "boss", PASSWORD)
    assert app.text_input(key="standards_find").value == "公共广场"
    assert "公共广场" in html_of(app)


def test_overnight_what_was_ticked_and_switched_stays(boss):
    """A box is a field of its page's desk; a page that lost one to the night has it from there."""
    app = sign_in(opened(), "boss", PASSWORD).switch_page("pages/siting.py").run()
    for _ in range(60):
        if any(button.key == "siting_run" for button in app.button):
            break
        app.run()
    app.switch_page("pages/briefing.py").run()
    before = app.toggle(key="briefing_orders").value
    end_session(app)
    app.toggle(key="briefing_orders").set_value(not before).run()
    assert say("store.access.expired") in html_of(app)
    sign_in(app, "boss", PASSWORD)
    app.switch_page("pages/briefing.py").run()
    assert not app.exception and app.toggle(key="briefing_orders").value is not before


def end_session(app: AppTest) -> None:
    person = app.session_state[office._VISITOR]
    app.session_state[office._VISITOR] = replace(person, until=datetime.now(UTC) - timedelta(minutes=1))


def test_what_one_typed_as_another_role_is_not_shown(boss, kept):
    """An account that became a district's in the night is let in again without what it had on its desks."""
    number = kept.people.add(boss, "li", "李四", "planner", password=PASSWORD)
    kept.people.change_password(kept.people.sign_in("li", PASSWORD), PASSWORD, OWN)
    app = sign_in(opened(), "li", OWN).switch_page("pages/standards.py").run()
    kept.people.change(boss, number, role="district", district="古渡区")
    app.text_input(key="standards_find").input("公共广场").run()
    sign_in(app, "li", OWN)
    assert app.session_state[office._VISITOR].role == "district"
    assert not [one for one in app.text_input if one.key == "standards_find" and one.value]


def test_what_one_typed_is_not_shown_to_another(boss, kept):
    kept.people.add(boss, "li", "李四", "planner", password=PASSWORD)
    kept.people.change_password(kept.people.sign_in("li", PASSWORD), PASSWORD, OWN)
    app = sign_in(opened(), "boss", PASSWORD).switch_page("pages/standards.py").run()
    person = app.session_state[office._VISITOR]
    app.session_state[office._VISITOR] = replace(person, until=datetime.now(UTC) - timedelta(minutes=1))
    app.text_input(key="standards_find").input("公共广场").run()
    sign_in(app, "li", OWN)
    assert app.text_input(key="standards_find").value == ""


def test_a_changed_account_is_asked_to_sign_in_again(boss, kept):
    number = kept.people.add(boss, "li", "李四", "planner", password=PASSWORD)
    kept.people.change_password(kept.people.sign_in("li", PASSWORD), PASSWORD, OWN)
    app = sign_in(opened(), "li", OWN)
    kept.people.change(boss, number, role="unit", unit="园林处")
    app.run()
    assert say("store.access.changed") in html_of(app) and _is_outside(app)


@pytest.mark.parametrize(
    ("role", "where", "sees", "sees_not"),
    [
        ("command", {}, ("coverage", "people", "import_data"), ()),
        ("planner", {}, ("coverage", "siting", "import_data"), ("people",)),
        ("district", {"district": "古渡区"}, ("coverage", "standards"), ("people", "import_data")),
        ("unit", {"unit": "市城管局"}, ("standards",), ("coverage", "siting", "people", "import_data")),
    ],
)
def test_each_role_sees_its_pages(boss, kept, knocks, role, where, sees, sees_not):
    kept.people.add(boss, "someone", "某某", role, **where)
    _, token = kept.sessions.open(kept.people.sign_in_outside("someone"))
    knocks(replace(HERE, cookies={cookies.COOKIE: token}))
    app = opened()
    for name in sees:
        assert not app.switch_page(f"pages/{name}.py").run().exception
    for name in sees_not:
        with pytest.raises(ValueError, match="Could not find a navigation page"):
            app.switch_page(f"pages/{name}.py")


def test_a_district_looks_at_its_own(boss, kept, knocks):
    kept.people.add(boss, "gudu", "古渡", "district", district="古渡区")
    _, token = kept.sessions.open(kept.people.sign_in_outside("gudu"))
    knocks(replace(HERE, cookies={cookies.COOKIE: token}))
    app = opened()
    assert not [one for one in app.selectbox if str(one.key).startswith("coverage_district")]


def test_a_wall_link_opens_the_wall_and_nothing_else(boss, kept):
    token = kept.tokens.make(boss, "大厅")
    app = opened(token=token)
    assert app.session_state[office._VISITOR].role == "wall"
    assert not app.selectbox
    kept.tokens.revoke(boss, kept.tokens.all(boss)[0].id)
    app.query_params["token"] = token
    app.run()
    assert say("store.tokens.wrong") in html_of(app) and _is_outside(app)


@pytest.mark.parametrize("token", ["forged", "", "x" * 4000])
def test_a_forged_wall_link_opens_nothing_and_offers_nothing(boss, token):
    app = opened(token=token)
    assert say("store.tokens.wrong") in html_of(app) and _is_outside(app)
    assert not app.text_input and not app.selectbox


@pytest.fixture
def way(monkeypatch):
    """How people sign in."""

    def choose(name: str) -> None:
        monkeypatch.setenv("COVERAGE_SIGN_IN", name)
        module.settings.cache_clear()

    return choose


def test_behind_a_proxy_its_header_is_who_one_is(boss, kept, knocks, way, monkeypatch):
    original = st.get_option
    trusted = {"server.trustedUserHeaders": {"X-Remote-User": "login"}, "server.address": "127.0.0.1"}
    monkeypatch.setattr(st, "get_option", lambda name: trusted.get(name, original(name)))
    way("proxy")
    knocks(replace(ELSEWHERE, headers={**ELSEWHERE.headers, "x-remote-user": ("boss",)}))
    assert opened().session_state[office._VISITOR].name == "王主任"
    knocks(replace(ELSEWHERE, headers={**ELSEWHERE.headers, "x-remote-user": ("stranger",)}))
    app = opened()
    assert _is_outside(app) and "账号“stranger”还没有开通" in html_of(app)
    way("local")
    knocks(replace(ELSEWHERE, headers={**ELSEWHERE.headers, "x-remote-user": ("boss",)}))
    assert _is_outside(opened())


@pytest.fixture
def proxied(boss, kept, knocks, way, monkeypatch):
    """Whom the proxy names from now on; its ``li`` is a planner."""
    original = st.get_option
    trusted = {"server.trustedUserHeaders": {"X-Remote-User": "login"}, "server.address": "127.0.0.1"}
    monkeypatch.setattr(st, "get_option", lambda name: trusted.get(name, original(name)))
    way("proxy")
    number = kept.people.add(boss, "li", "李四", "planner")

    def names(*logins: str) -> None:
        knocks(replace(ELSEWHERE, headers={**ELSEWHERE.headers, "x-remote-user": logins}))

    return names, number


def looking(app: AppTest) -> AppTest:
    """The page 测评标准 with something typed, and something on a desk."""
    app = app.switch_page("pages/standards.py").run()
    app.text_input(key="standards_find").input("公共广场").run()
    app.session_state["siting_desks"] = {"demo": Desk(Scenario("市里的方案", "x"))}
    return app


def test_who_became_another_behind_a_proxy_sees_nothing_of_what_they_had(boss, kept, proxied):
    """Nobody signs in there by hand: the same window goes on at once, as the district's, with empty desks."""
    names, number = proxied
    names("li")
    app = looking(opened())
    kept.people.change(boss, number, role="district", district="古渡区")
    app.run()
    assert app.session_state[office._VISITOR].role == "district"
    assert "siting_desks" not in app.session_state and app.text_input(key="standards_find").value == ""


def test_a_window_is_whose_name_the_proxy_gives_now(kept, proxied):
    """A window that comes back to its session may come with another name, or with none."""
    names, _ = proxied
    names("boss")
    app = looking(opened())
    names("li")
    app.run()
    assert app.session_state[office._VISITOR].name == "李四" and "siting_desks" not in app.session_state
    app.run()
    assert app.session_state[office._VISITOR].name == "李四"
    names()
    app.run()
    assert _is_outside(app) and say("people.door.no_login") in html_of(app)


def test_a_window_is_nobodys_once_the_provider_knows_nobody(boss, kept, knocks, way):
    way("oidc")
    user = {"is_logged_in": True, "preferred_username": "boss", "iat": datetime.now(UTC).timestamp()}
    knocks(replace(ELSEWHERE, user=user))
    app = opened()
    assert not _is_outside(app.run())
    knocks(replace(ELSEWHERE, user={}))
    assert _is_outside(app.run())


def test_by_a_provider_one_is_who_it_says(boss, kept, knocks, way):
    way("oidc")
    assert [one.label for one in opened().button] == [say("people.sign_in.provider")]
    user = {"is_logged_in": True, "preferred_username": "boss", "iat": datetime.now(UTC).timestamp()}
    knocks(replace(ELSEWHERE, user=user))
    person = opened().session_state[office._VISITOR]
    assert person.name == "王主任" and person.outside
    knocks(replace(ELSEWHERE, user={**user, "iat": user["iat"] - 13 * 3600}))
    app = opened()
    assert _is_outside(app) and say("store.access.expired") in html_of(app)
    way("local")
    knocks(replace(ELSEWHERE, user=user))
    assert _is_outside(opened())


@pytest.fixture
def provided(boss, kept, knocks, way):
    """The page of a session that a provider let in, and one that has ended with something typed."""
    way("oidc")
    kept.people.add(boss, "li", "李四", "planner")

    def come(login: str) -> AppTest:
        user = {"is_logged_in": True, "preferred_username": login, "iat": datetime.now(UTC).timestamp()}
        knocks(replace(ELSEWHERE, user=user))
        return opened()

    def leave_for_the_provider(login: str, text: str) -> None:
        app = come(login).switch_page("pages/standards.py").run()
        end_session(app)
        knocks(replace(ELSEWHERE, user={}))
        app.text_input(key="standards_find").input(text).run()
        app.session_state["siting_desks"] = {"demo": Desk(Scenario("夜里的方案", "x"))}
        _press(app, say("people.sign_in.provider"))

    yield come, leave_for_the_provider
    parcels._held.clear()


def test_what_was_typed_comes_back_from_the_provider_to_the_same_person_once(provided):
    come, leave = provided
    leave("boss", "公共广场")
    other = come("li")
    assert say("people.sign_in.carried") not in html_of(other) and "siting_desks" not in other.session_state
    app = come("boss")
    assert say("people.sign_in.carried") in html_of(app)
    assert app.session_state["siting_desks"]["demo"].scenario.name == "夜里的方案"
    assert app.switch_page("pages/standards.py").run().text_input(key="standards_find").value == "公共广场"
    assert "siting_desks" not in come("boss").session_state


def test_what_waits_for_a_person_is_bounded_and_ends(provided, monkeypatch):
    come, leave = provided
    monkeypatch.setattr(parcels, "MOST", 1)
    leave("boss", "公共广场")
    leave("li", "公园")
    assert len(parcels._held) == 1 and "siting_desks" not in come("boss").session_state
    monkeypatch.setattr(parcels, "GOOD_FOR_S", 0.0)
    leave("li", "公园")
    assert "siting_desks" not in come("li").session_state and not parcels._held
    monkeypatch.setattr(parcels, "GOOD_FOR_S", 60.0)
    monkeypatch.setattr(parcels, "MOST_TYPED", 10)
    leave("li", "园" * 100)
    ((_, content),) = parcels._held.values()
    assert "standards_find" not in content


def test_with_another_way_there_is_no_demo_but_the_first_account(kept, way):
    way("oidc")
    app = opened()
    assert _is_outside(app)
    app.text_input(key="sign_in_login").input("boss")
    app.text_input(key="sign_in_name").input("王主任")
    _press(app, say("people.first.make"))
    assert kept.people.sign_in_outside("boss").name == "王主任"
    with pytest.raises(door.Denied):
        kept.people.sign_in("boss", "")


def test_a_base_that_is_away_lets_nobody_in_and_is_found_again(boss, user_folder, monkeypatch):
    monkeypatch.setattr(office, "_FAULT_FOR_S", 0.0)
    folder = user_folder / "store"
    app = sign_in(opened(), "boss", PASSWORD)
    folder.rename(aside := folder.with_name("aside"))
    folder.write_text("a file where the folder was")
    app.run()
    assert not app.exception and say("store.base.gone") in html_of(app)
    assert app.selectbox(key="coverage_book")  # who was in goes on
    for name in ("orders", "briefing", "people"):
        app.switch_page(f"pages/{name}.py").run()
        assert html_of(app).count(say("store.base.gone")) == 1 and app.button(key="page_again")
    app.switch_page("pages/coverage.py").run()
    other = opened()
    assert _is_outside(other) and say("people.sign_in.waiting") in html_of(other) and not other.text_input
    folder.unlink()
    aside.rename(folder)
    app.run()
    assert say("store.base.gone") not in html_of(app)
    assert other.run().text_input(key="sign_in_login")
