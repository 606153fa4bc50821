"""Unsaved steps of 选址推演: kept in a file of the user's data folder whose key stands in the address of the page."""

import json
import re
import secrets
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock

import streamlit as st

from data.errors import DataError
from data.settings import data_folder
from metrics.scenario.scenario import Scenario
from metrics.scenario.written import written
from store.base import ZONE
from store.errors import StoreError
from texts import numbers, say
from views import calls, office, state
from views.siting_desk import Desk
from views.siting_work import Bench
from views.worker import write_whole

_PARAMETER = "draft"
_KEY = re.compile(r"[A-Za-z0-9_-]{8,40}")
_OLD_S = 30 * 86_400
_LOOKED = "siting_draft_looked_at"
_REST = 4  # after a write the writer rests so many times as long as that took: long drafts leave room for the pages


def follow_address() -> None:
    """Let a session that was just begun look at what the draft in the address is of; the page runs anew then."""
    if st.session_state.get(_LOOKED) is not None:
        return
    draft = _read(st.query_params.get(_PARAMETER, ""))
    st.session_state[_LOOKED] = draft or {}
    if draft is None or draft["looked_at"] == _looked_at():
        return
    city, book, phase = draft["looked_at"]
    if city in calls.cities() and book in calls.books():
        state.choose_city(city)
        state.choose_book(book)
        state.choose_phase(phase)
        st.rerun()


def restore(bench: Bench, desk: Desk) -> None:
    """Put the steps of the draft in the address on a desk on which nothing was done yet; once a session."""
    draft = st.session_state.get(_LOOKED)
    if not draft or draft["looked_at"][0] != state.city_key() or desk.scenario.steps:
        return
    st.session_state[_LOOKED] = {}
    try:
        scenario, notes = Scenario.from_json(draft["text"], bench.city)
    except DataError as error:
        desk.tell(say("siting.said.draft_lost", reason=error.faults[0]), fault=True)
        return
    desk.put_on(scenario, tuple(draft["kept"]) if draft["kept"] else None)
    desk.saved = scenario.last if draft["saved"] else _NEVER
    desk.draft, desk.drafted = st.query_params[_PARAMETER], _state(desk)
    at = numbers.moment(datetime.fromisoformat(draft["at"]))
    desk.tell("".join([say("siting.said.restored_draft", name=scenario.name, at=at), *notes]), fault=bool(notes))


_NEVER = object()  # a step that no scenario has: nothing is saved


def keep_draft(bench: Bench, desk: Desk) -> None:
    """Have the steps written, beside the page, when they are not as they were written last."""
    if desk.drafted != _state(desk) and (desk.scenario.steps or desk.draft):
        if not desk.drafts_itself:  # the draft of the address may be another session's as well
            desk.draft, desk.drafts_itself = secrets.token_urlsafe(9), True
        desk.drafted = _state(desk)
        _write(bench, desk)
    if desk.draft and st.query_params.get(_PARAMETER) != desk.draft:
        st.query_params[_PARAMETER] = desk.draft


def _state(desk: Desk) -> tuple:
    """What of a desk its draft holds."""
    scenario = desk.scenario
    return scenario, scenario.last, len(scenario.steps), scenario.name, desk.kept, desk.unsaved


def _write(bench: Bench, desk: Desk) -> None:
    scenario = desk.scenario
    about = {
        "person": None if desk.off else _person(),
        "looked_at": list(_looked_at()),
        "kept": desk.kept,
        "saved": not desk.unsaved,
        "at": datetime.now(ZONE).isoformat(),
    }
    steps, done, name = [(s.label, s.changes, s.marks) for s in scenario.steps], scenario.done, scenario.name

    def text() -> str:
        return json.dumps({**about, "text": written(name, steps, done, bench.city)}, ensure_ascii=False)

    _writer().put(_folder() / f"{desk.draft}.json", text)


def all_written() -> None:
    """Wait until every draft is."""
    _writer().wait()


class _Writer:
    """Writes drafts one after the other; of one draft always the newest, those before it are passed over."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="siting-drafts")
        self._waiting: dict[Path, Callable[[], str]] = {}
        self._lock = Lock()
        self._last: Future | None = None
        self._hurry = False

    def put(self, file: Path, text: Callable[[], str]) -> None:
        """Have ``text()`` written to a file soon."""
        with self._lock:
            self._waiting[file] = text
            self._last = self._pool.submit(self._write, file)

    def wait(self) -> None:
        """Until all that was put is written."""
        self._hurry = True
        if self._last is not None:
            self._last.result()
        self._hurry = False

    def _write(self, file: Path) -> None:
        with self._lock:
            text = self._waiting.pop(file, None)
        if text is None:
            return
        began = time.monotonic()
        with suppress(OSError):  # a full disk: saving tells of it, a draft goes on without
            write_whole(file, text().encode())
        rest = _REST * (time.monotonic() - began)
        while rest > 0 and not self._hurry:
            time.sleep(min(rest, 0.05))
            rest -= 0.05


@cache
def _writer() -> _Writer:
    return _Writer()


def _read(key: str) -> dict | None:
    """The draft of this key, when it is there and the visitor's own."""
    if not _KEY.fullmatch(key):
        return None
    all_written()
    try:
        draft = json.loads((_folder() / f"{key}.json").read_text(encoding="utf-8"))
        own = draft["person"] is None or _person() in (None, draft["person"])
        city, book, phase = draft["looked_at"]
        draft["looked_at"] = (city, book, phase)
        return draft if own and {"text", "kept", "saved", "at"} <= draft.keys() else None
    except (OSError, ValueError, KeyError, TypeError):  # gone, or not one of ours
        return None


def _folder() -> Path:
    """The folder of drafts; those that nobody has touched for a month are removed."""
    home = data_folder("drafts")
    for file in home.glob("*.json"):
        with suppress(OSError):  # another session was faster
            if file.stat().st_mtime < time.time() - _OLD_S:
                file.unlink()
    return home


def _person() -> int | None:
    """Who acts; None as long as the store does not answer."""
    try:
        return office.visitor().id
    except StoreError:
        return None


def _looked_at() -> tuple[str, str, str]:
    return state.city_key(), state.book_key(), state.phase()
