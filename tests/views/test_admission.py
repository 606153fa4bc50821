"""Signing in, staying in, going out, and what each role sees, on the pages themselves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from store.people import TRIES
from tests.views.conftest import HERE
from tests.views.test_pages import html_of
from tests.views.visiting import ELSEWHERE, OWN, PASSWORD, end_session, is_outside, opened, press, sign_in
from texts import say
from views import cookies, door, office


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
    assert is_outside(app) and say("people.first.elsewhere") in html_of(app)
    assert not app.text_input and not app.selectbox


def test_with_the_first_account_the_demo_ends_also_here(boss):
    app = opened()
    assert is_outside(app) and app.text_input(key="sign_in_login")
    assert not app.selectbox


def test_the_first_account_is_made_on_the_page(kept):
    app = opened().switch_page("pages/people.py").run()
    app.text_input(key="sign_in_login").input("boss")
    app.text_input(key="sign_in_name").input("王主任")
    app.text_input(key="sign_in_new").input(PASSWORD)
    app.text_input(key="sign_in_again").input(OWN)
    press(app, say("people.first.make"))
    assert say("people.sign_in.differ") in html_of(app) and not kept.people.any()
    assert app.text_input(key="sign_in_login").value == "boss"
    app.text_input(key="sign_in_again").input(PASSWORD)
    press(app, say("people.first.make"))
    assert app.session_state[office._VISITOR].name == "王主任"
    assert kept.people.sign_in("boss", PASSWORD).role == "command"


def test_the_first_account_is_not_made_from_elsewhere(kept, knocks):
    app = opened().switch_page("pages/people.py").run()
    knocks(ELSEWHERE)
    for name, text in {"login": "boss", "name": "王", "new": PASSWORD, "again": PASSWORD}.items():
        app.text_input(key=f"sign_in_{name}").input(text)
    press(app, say("people.first.make"))
    assert not kept.people.any()


def test_who_has_an_account_comes_in_and_goes_out(boss, kept):
    app = sign_in(opened(), " Boss ", PASSWORD)
    person = app.session_state[office._VISITOR]
    assert (person.id, bool(person.session)) == (boss.id, True)
    assert app.selectbox(key="coverage_book")
    press(app, say("people.sign_in.leave"))
    assert is_outside(app) and not app.selectbox
    with pytest.raises(door.Denied):
        kept.sessions.check(person)


def test_a_wrong_password_is_told_and_locks_at_last(boss):
    app = opened()
    for _ in range(TRIES):
        sign_in(app, "boss", "wrong password")
        assert say("store.people.wrong") in html_of(app)
    sign_in(app, "boss", PASSWORD)
    assert "账号已锁定到" in html_of(app) and is_outside(app)


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
    press(app, say("people.sign_in.change"))


def test_a_cookie_lets_in_again_until_the_session_is_ended(boss, kept, knocks):
    person, token = kept.sessions.open(kept.people.sign_in("boss", PASSWORD))
    knocks(replace(HERE, cookies={cookies.COOKIE: token}))
    assert opened().session_state[office._VISITOR] == person
    kept.sessions.end(person)
    assert is_outside(opened())
    knocks(replace(HERE, cookies={cookies.COOKIE: "forged"}))
    assert is_outside(opened())


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
    assert say("store.access.changed") in html_of(app) and is_outside(app)


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
    assert say("store.tokens.wrong") in html_of(app) and is_outside(app)


@pytest.mark.parametrize("token", ["forged", "", "x" * 4000])
def test_a_forged_wall_link_opens_nothing_and_offers_nothing(boss, token):
    app = opened(token=token)
    assert say("store.tokens.wrong") in html_of(app) and is_outside(app)
    assert not app.text_input and not app.selectbox


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
    assert is_outside(other) and say("people.sign_in.waiting") in html_of(other) and not other.text_input
    folder.unlink()
    aside.rename(folder)
    app.run()
    assert say("store.base.gone") not in html_of(app)
    assert other.run().text_input(key="sign_in_login")
