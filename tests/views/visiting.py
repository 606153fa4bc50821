"""A visitor of the app: opens it, signs in, presses, and is left outside."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from streamlit.testing.v1 import AppTest

from texts import say
from views import door, office

ROOT = Path(__file__).resolve().parents[2]
PASSWORD, OWN = "a long password", "my very own password"
ELSEWHERE = door.Knock("10.0.0.9", {"host": ("10.0.0.2:8501",), "origin": ("http://10.0.0.2:8501",)})
_SECONDS = 120


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
    press(app, say("people.sign_in.enter"))
    return app


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


def is_outside(app: AppTest) -> bool:
    return office._VISITOR not in app.session_state


def end_session(app: AppTest) -> None:
    person = app.session_state[office._VISITOR]
    app.session_state[office._VISITOR] = replace(person, until=datetime.now(UTC) - timedelta(minutes=1))
