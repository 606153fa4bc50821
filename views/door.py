"""
Who stands at the door: what the browser's connection says, and what of it can be believed.

**On this machine.** The demo without login and the form of the first account are for somebody who sits at the machine
that the server runs on. That the connection comes from 127.0.0.1 does not show it: behind a reverse proxy on the same
machine every visitor does. So the address that was asked for (``Host``) and the page that asks (``Origin``) have to
be local too, and no header may tell of a proxy. A proxy that passes the visitor's ``Host`` or ``Origin`` on, or
adds ``X-Forwarded-For`` or ``Via``, is found out by that. ``X-Forwarded-For`` itself is believed by nobody: uvicorn
puts what it says in place of the address of a connection from 127.0.0.1, so ``X-Forwarded-For: 127.0.0.1`` would
look local, but whoever sends it is refused for having sent it. A page of another site that points its own name at
127.0.0.1 is refused by its ``Host``. What is left is a proxy that rewrites both and adds nothing, for a visitor who is
no browser; against that stand the setting ``sign_in``, and the first account, with which the demo ends for good.

**Behind a proxy.** With ``sign_in = proxy`` the header that Streamlit's option ``server.trustedUserHeaders`` maps to
``login`` names the person. Streamlit takes it from whoever connects. So it counts only where nobody but the proxy can
connect: the server listens on 127.0.0.1 only (as shipped), or the proxy sends the ``proxy_secret`` of the settings
as ``X-Coverage-Proxy``. A secret that is set is always asked for. The proxy has to remove these headers from what
visitors send; a header that is there twice, one theirs and one the visitor's, is refused. Without ``sign_in = proxy``
no header names anybody.

**By a provider.** With ``sign_in = oidc`` Streamlit's own ``st.login`` has checked the identity token and keeps it in
a signed cookie for 30 days. The session here ends 12 hours after the token was issued (``iat``) all the same.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

import streamlit as st

from data.settings import settings
from store import Denied
from store.people import SESSION
from texts import say

LOCAL, OIDC, PROXY = "local", "oidc", "proxy"
SECRET_HEADER = "x-coverage-proxy"
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
_FORWARDED = ("forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "x-original-host", "x-original-url")
_USER_KEY = "login"


@dataclass(frozen=True)
class Knock:
    """
    One connection.

    Attributes
    ----------
    peer
        The address that it comes from; None where there is none, as in a test without a browser.
    headers
        By their names in lower case, every value of each.
    cookies
        By name.
    user
        ``st.user``.
    """

    peer: str | None = None
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    user: Mapping[str, object] = field(default_factory=dict)


def knock() -> Knock:
    """The connection of this session."""
    given = st.context.headers
    headers = {name.lower(): tuple(given.get_all(name)) for name in given}
    peer = st.context.ip_address or ("127.0.0.1" if headers else None)  # Streamlit tells none for this machine
    return Knock(peer, headers, dict(st.context.cookies), dict(st.user))


def way() -> str:
    """
    How people sign in here: ``local``, ``oidc`` or ``proxy``.

    Raises
    ------
    Denied
        When the setting says something else.
    """
    chosen = settings()["sign_in"]
    if chosen not in (LOCAL, OIDC, PROXY):
        raise Denied(say("people.door.way", found=chosen))
    return chosen


def is_local(knocked: Knock) -> bool:
    """Whether it is a browser on this machine, with no proxy between; see above."""
    return (
        knocked.peer in _THIS_MACHINE
        and _hosts(knocked, "host") == {True}
        and _hosts(knocked, "origin") <= {True}
        and not any(name in _FORWARDED or name.startswith("x-forwarded") for name in knocked.headers)
    )


def vouched(knocked: Knock) -> str:
    """
    The login that a trusted proxy names.

    Raises
    ------
    Denied
        When no header is trusted, the connection is not the proxy's, or it names nobody or two.
    """
    names = [name.lower() for name, key in _trusted().items() if key == _USER_KEY]
    if not names:
        raise Denied(say("people.door.no_header"))
    if not _is_proxy(knocked):
        raise Denied(say("people.door.no_proxy"))
    values = knocked.headers.get(names[0], ())
    if len(values) != 1 or not values[0].strip():
        raise Denied(say("people.door.no_login"))
    return values[0].strip()


def provided(knocked: Knock, now: datetime) -> tuple[str, datetime]:
    """
    The login that an OIDC provider names, and until when that holds.

    Raises
    ------
    Denied
        When nobody has signed in there, too long ago, or the provider does not name them or their address is unproven.
    """
    told = knocked.user
    if told.get("is_logged_in") is not True:
        raise Denied(say("store.access.nobody"))
    claim = settings()["oidc_claim"]
    login, issued = told.get(claim), told.get("iat")
    if not isinstance(login, str) or not login.strip() or (claim == "email" and told.get("email_verified") is False):
        raise Denied(say("people.door.no_claim", claim=claim))
    if not isinstance(issued, int | float):
        raise Denied(say("people.door.no_claim", claim="iat"))
    until = datetime.fromtimestamp(issued, UTC) + SESSION
    if now >= until:
        raise Denied(say("store.access.expired"))
    return login.strip(), until


def _is_proxy(knocked: Knock) -> bool:
    secret = settings()["proxy_secret"]
    if secret:
        sent = knocked.headers.get(SECRET_HEADER, ())
        return len(sent) == 1 and hmac.compare_digest(sent[0].encode(), secret.encode())
    return st.get_option("server.address") in _THIS_MACHINE


def _trusted() -> Mapping[str, str]:
    mapping = st.get_option("server.trustedUserHeaders")
    return mapping if isinstance(mapping, Mapping) else {}


def _hosts(knocked: Knock, header: str) -> set[bool]:
    """Of every value of a header whether it names this machine."""
    return {_host(value) in _THIS_MACHINE for value in knocked.headers.get(header, ())}


def _host(value: str) -> str | None:
    try:
        return urlsplit(value if "//" in value else f"//{value}").hostname
    except ValueError:
        return None
