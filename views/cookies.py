"""
A browser that is known again after a reload: the cookie of its session, which no script can read.

Streamlit itself sets no cookies. So who has signed in is given a ticket through the page, and the page hands it back
once, at `KEEP`, for a cookie: ``HttpOnly``, ``SameSite=Strict``, on this path only, ``Secure`` over https, ending with
the session. A ticket is good once and for a minute; it is no secret of the session and stands in no address. Another
site can neither send one (the header makes browsers ask first, and its ``Origin`` is refused) nor read the answer.
"""

import secrets
import time
from datetime import UTC, datetime
from threading import Lock
from urllib.parse import urlsplit

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

COOKIE = "coverage_session"
KEEP, DROP = "session/keep", "session/drop"
_HEADER = "x-ticket"
_GOOD_FOR_S = 60
_tickets: dict[str, tuple[str, datetime, float]] = {}
_lock = Lock()


def ticket_of(token: str, until: datetime) -> str:
    """A ticket for the cookie that holds ``token`` until then."""
    ticket, now = secrets.token_urlsafe(32), time.monotonic()
    with _lock:
        for old in [one for one, (_, _, end) in _tickets.items() if end <= now]:
            del _tickets[old]
        _tickets[ticket] = (token, until, now + _GOOD_FOR_S)
    return ticket


def show_keeping(ticket: str) -> None:
    """Let the page hand the ticket back."""
    _ask(KEEP, {_HEADER: ticket})


def show_dropping() -> None:
    """Let the page give its cookie back."""
    _ask(DROP, {})


def routes() -> list[Route]:
    """What the server answers beside Streamlit."""
    return [Route(_address(path), answer, methods=["POST"]) for path, answer in ((KEEP, _keep), (DROP, _drop))]


def _ask(path: str, headers: dict[str, str]) -> None:
    said = ", ".join(f'"{name}": "{value}"' for name, value in headers.items())
    call = f'fetch("{_address(path)}", {{method: "POST", credentials: "same-origin", headers: {{{said}}}}})'
    st.html(f"<script>{call}</script>", unsafe_allow_javascript=True)


async def _keep(request: Request) -> Response:
    with _lock:
        token, until, end = _tickets.pop(request.headers.get(_HEADER, ""), ("", datetime.min, 0.0))
    if not token or time.monotonic() >= end or not _of_this_site(request):
        return Response(status_code=403)
    response = Response(status_code=204)
    response.set_cookie(
        COOKIE, token, max_age=max(0, int((until - datetime.now(UTC)).total_seconds())), **_bounds(request)
    )
    return response


async def _drop(request: Request) -> Response:
    if not _of_this_site(request):
        return Response(status_code=403)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, **_bounds(request))
    return response


def _of_this_site(request: Request) -> bool:
    """Whether a page of this site asks: a browser says which, a forged one of another site cannot."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _bounds(request: Request) -> dict[str, object]:
    https = request.url.scheme == "https"
    return {"path": _base() or "/", "secure": https, "httponly": True, "samesite": "strict"}


def _address(path: str) -> str:
    return f"{_base()}/{path}"


def _base() -> str:
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""
