"""The cookie of a session: given once, to a page of this site, where no script can read it."""

from datetime import UTC, datetime, timedelta

import pytest
from starlette.requests import Request
from starlette.responses import Response

from tests.views.apart import run_apart
from views import cookies

UNTIL = datetime.now(UTC) + timedelta(hours=12)


SITE = "http://127.0.0.1:8501"


def ask(path: str, *, site: str = SITE, **headers: str) -> Response:
    """What the server answers to a browser at ``site``."""
    scheme, _, host = site.partition("://")
    named = {"host": host, **headers}
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in named.items()]
    scope = {
        "type": "http",
        "method": "POST",
        "scheme": scheme,
        "path": f"/{path}",
        "query_string": b"",
        "headers": raw,
    }
    endpoint = next(route.endpoint for route in cookies.routes() if route.path == f"/{path}")
    return run_apart(endpoint, Request(scope))


def _keep(ticket: str, **options: str) -> Response:
    return ask(cookies.KEEP, x_ticket=ticket, **options)


def test_a_ticket_is_good_once():
    ticket = cookies.ticket_of("the token", UNTIL)
    answer = _keep(ticket, origin="http://127.0.0.1:8501")
    said = answer.headers["set-cookie"]
    assert answer.status_code == 204 and said.startswith(f'{cookies.COOKIE}="the token"')
    assert all(part in said for part in ("HttpOnly", "SameSite=strict", "Path=/", "Max-Age=4"))
    assert "Secure" not in said
    assert _keep(ticket).status_code == 403


def test_over_https_the_cookie_stays_there():
    answer = _keep(cookies.ticket_of("t", UNTIL), site="https://city.example")
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize("ticket", ["", "forged"])
def test_a_forged_ticket_is_refused(ticket):
    answer = _keep(ticket)
    assert answer.status_code == 403 and "set-cookie" not in answer.headers
    assert all(route.methods == {"POST"} for route in cookies.routes())


def test_a_page_of_another_site_is_refused():
    for origin in ("http://evil.example", "null", "http://127.0.0.1:9999"):
        ticket = cookies.ticket_of("the token", UNTIL)
        assert _keep(ticket, origin=origin).status_code == 403
        assert _keep(ticket).status_code == 403  # and the ticket is gone
        assert ask(cookies.DROP, origin=origin).status_code == 403


def test_a_ticket_is_good_for_a_minute(monkeypatch):
    ticket = cookies.ticket_of("the token", UNTIL)
    now = cookies.time.monotonic()
    monkeypatch.setattr(cookies.time, "monotonic", lambda: now + 61)
    assert _keep(ticket).status_code == 403
    cookies.ticket_of("another", UNTIL)
    assert len(cookies._tickets) == 1


def test_the_cookie_is_given_back():
    assert f'{cookies.COOKIE}=""' in ask(cookies.DROP).headers["set-cookie"]
