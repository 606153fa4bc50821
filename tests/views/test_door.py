"""Who is believed at the door, and above all who is not: each denial by itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import streamlit as st

from data import settings as module
from store import Denied
from tests.views.conftest import HERE
from views import door
from views.door import Knock

NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)


@pytest.fixture
def chosen(user_folder, monkeypatch):
    """Settings of this test."""

    def choose(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"COVERAGE_{name.upper()}", value)
        module.settings.cache_clear()

    return choose


@pytest.fixture
def option(monkeypatch):
    """Options of Streamlit in this test."""
    values = {"server.address": "127.0.0.1", "server.trustedUserHeaders": {"X-Remote-User": "login"}}
    monkeypatch.setattr(st, "get_option", values.get)
    return values


def _with(**headers: str | tuple[str, ...]) -> Knock:
    more = {name.replace("_", "-"): (value,) if isinstance(value, str) else value for name, value in headers.items()}
    return replace(HERE, headers={**HERE.headers, **more})


@pytest.mark.parametrize(
    "knocked",
    [
        HERE,
        replace(HERE, headers={"host": ("localhost:8501",)}),
        replace(HERE, peer="::1", headers={"host": ("[::1]:8501",), "origin": ("http://[::1]:8501",)}),
    ],
)
def test_a_browser_on_this_machine_is_local(knocked):
    assert door.is_local(knocked)


@pytest.mark.parametrize(
    "knocked",
    [
        Knock(),
        replace(HERE, peer="10.0.0.9"),
        replace(HERE, peer=None),
        replace(HERE, headers={}),
        _with(host="city.example"),
        _with(host="127.0.0.1.city.example"),
        _with(host="127.0.0.1@city.example"),
        _with(host="[broken"),
        _with(host=("127.0.0.1:8501", "city.example")),
        _with(origin="http://city.example"),
        _with(origin="null"),
        _with(origin="https://127.0.0.1.city.example"),
        _with(x_forwarded_for="10.0.0.9"),
        _with(x_forwarded_for="127.0.0.1"),
        _with(x_forwarded_for=""),
        _with(x_forwarded_proto="https"),
        _with(x_forwarded_host="127.0.0.1"),
        _with(x_real_ip="127.0.0.1"),
        _with(forwarded="for=127.0.0.1"),
        _with(via="1.1 proxy"),
    ],
)
def test_nobody_else_is(knocked):
    assert not door.is_local(knocked)


def test_a_trusted_header_names_the_person(chosen, option):
    chosen(sign_in="proxy")
    assert door.vouched(_with(x_remote_user=" Zhang ")) == "Zhang"


def test_a_header_that_is_not_configured_names_nobody(chosen, option):
    chosen(sign_in="proxy")
    for nothing in ({}, None, {"X-Remote-User": "email"}):
        option["server.trustedUserHeaders"] = nothing
        with pytest.raises(Denied, match="没有配好"):
            door.vouched(_with(x_remote_user="boss"))
    option["server.trustedUserHeaders"] = {"X-Other": "login"}
    with pytest.raises(Denied, match="没有告诉您的账号"):
        door.vouched(_with(x_remote_user="boss"))


@pytest.mark.parametrize("value", ["", "  ", ("boss", "boss"), ("east", "boss")])
def test_a_header_that_names_nobody_or_two_is_refused(chosen, option, value):
    chosen(sign_in="proxy")
    with pytest.raises(Denied, match="没有告诉您的账号"):
        door.vouched(_with(x_remote_user=value))


@pytest.mark.parametrize("address", ["0.0.0.0", "10.0.0.2", None, ""])
def test_a_server_that_others_reach_asks_the_proxy_for_its_secret(chosen, option, address):
    chosen(sign_in="proxy")
    option["server.address"] = address
    with pytest.raises(Denied, match="不是经由受信任的反向代理"):
        door.vouched(_with(x_remote_user="boss"))
    chosen(proxy_secret="open sesame")
    assert door.vouched(_with(x_remote_user="boss", x_coverage_proxy="open sesame")) == "boss"


@pytest.mark.parametrize("sent", ["", "open", "open sesame ", "Open sesame", ("open sesame", "open sesame"), "钥匙"])
def test_a_wrong_secret_is_refused(chosen, option, sent):
    chosen(sign_in="proxy", proxy_secret="open sesame")
    with pytest.raises(Denied, match="不是经由受信任的反向代理"):
        door.vouched(_with(x_remote_user="boss", x_coverage_proxy=sent))
    with pytest.raises(Denied, match="不是经由受信任的反向代理"):
        door.vouched(_with(x_remote_user="boss"))


def _user(**claims) -> Knock:
    told = {"is_logged_in": True, "preferred_username": "zhang", "iat": NOW.timestamp(), **claims}
    return replace(HERE, user={name: value for name, value in told.items() if value is not None})


def test_a_provider_names_the_person_for_twelve_hours(chosen):
    login, until = door.provided(_user(preferred_username=" zhang "), NOW)
    assert (login, until) == ("zhang", NOW + timedelta(hours=12))
    assert door.provided(_user(), NOW + timedelta(hours=11, minutes=59))
    with pytest.raises(Denied, match="登录已过期"):
        door.provided(_user(), NOW + timedelta(hours=12))


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({"is_logged_in": False}, "请先登录"),
        ({"is_logged_in": None}, "请先登录"),
        ({"is_logged_in": "yes"}, "请先登录"),
        ({"preferred_username": None}, "没有给出可用的“preferred_username”"),
        ({"preferred_username": " "}, "没有给出可用的“preferred_username”"),
        ({"preferred_username": 7}, "没有给出可用的“preferred_username”"),
        ({"iat": None}, "没有给出可用的“iat”"),
        ({"iat": "now"}, "没有给出可用的“iat”"),
    ],
)
def test_what_a_provider_does_not_say_lets_nobody_in(chosen, claims, told):
    with pytest.raises(Denied, match=told):
        door.provided(_user(**claims), NOW)


def test_an_address_that_is_not_proven_names_nobody(chosen):
    chosen(oidc_claim="email")
    assert door.provided(_user(email="zhang@city.example", email_verified=True), NOW)[0] == "zhang@city.example"
    with pytest.raises(Denied, match="没有给出可用的“email”"):
        door.provided(_user(email="boss@city.example", email_verified=False), NOW)


def test_a_way_that_is_none_is_told(chosen):
    chosen(sign_in="magic")
    with pytest.raises(Denied, match="写成了“magic”"):
        door.way()
