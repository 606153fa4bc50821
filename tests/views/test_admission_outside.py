"""Who is let in by a provider or a trusted proxy, and what becomes of what they had typed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from data import settings as module
from metrics.scenario.scenario import Scenario
from tests.views.test_pages import html_of
from tests.views.visiting import ELSEWHERE, end_session, is_outside, opened, press
from texts import say
from views import door, office, parcels
from views.siting_desk import Desk


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
    assert is_outside(app) and "账号“stranger”还没有开通" in html_of(app)
    way("local")
    knocks(replace(ELSEWHERE, headers={**ELSEWHERE.headers, "x-remote-user": ("boss",)}))
    assert is_outside(opened())


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
    assert is_outside(app) and say("people.door.no_login") in html_of(app)


def test_a_window_is_nobodys_once_the_provider_knows_nobody(boss, kept, knocks, way):
    way("oidc")
    user = {"is_logged_in": True, "preferred_username": "boss", "iat": datetime.now(UTC).timestamp()}
    knocks(replace(ELSEWHERE, user=user))
    app = opened()
    assert not is_outside(app.run())
    knocks(replace(ELSEWHERE, user={}))
    assert is_outside(app.run())


def test_by_a_provider_one_is_who_it_says(boss, kept, knocks, way):
    way("oidc")
    assert [one.label for one in opened().button] == [say("people.sign_in.provider")]
    user = {"is_logged_in": True, "preferred_username": "boss", "iat": datetime.now(UTC).timestamp()}
    knocks(replace(ELSEWHERE, user=user))
    person = opened().session_state[office._VISITOR]
    assert person.name == "王主任" and person.outside
    knocks(replace(ELSEWHERE, user={**user, "iat": user["iat"] - 13 * 3600}))
    app = opened()
    assert is_outside(app) and say("store.access.expired") in html_of(app)
    way("local")
    knocks(replace(ELSEWHERE, user=user))
    assert is_outside(opened())


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
        press(app, say("people.sign_in.provider"))

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
    assert is_outside(app)
    app.text_input(key="sign_in_login").input("boss")
    app.text_input(key="sign_in_name").input("王主任")
    press(app, say("people.first.make"))
    assert kept.people.sign_in_outside("boss").name == "王主任"
    with pytest.raises(door.Denied):
        kept.people.sign_in("boss", "")
