"""
What a session holds while its visitor signs in at the provider: given back to the same person, for a while.

The way to a provider and back ends the browser's session, and with it all that was typed. So what it held waits here,
in the memory of the server, under the account of the person who typed it: the last one of each person, of a bounded
number of people, for as long as signing in may take. Only who comes back as that account gets it, once.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from datetime import date, datetime
from datetime import time as clock
from threading import Lock

import streamlit as st

from store import Person

MOST, GOOD_FOR_S, MOST_TYPED = 50, 900.0, 200_000  # people, seconds, characters of each
_TYPED = (str, int, float, date, datetime, clock)
_NOT_HELD = ("sign_in_", "admission_", "office_")
Owner = tuple[int, str, str, str]
_held: dict[Owner, tuple[float, dict[str, object]]] = {}
_lock = Lock()


def typed() -> Iterator[tuple[str, object]]:
    """
    What was typed or chosen in this session, by its key.

    Chosen files and ticked boxes are not among it: a box looks like a pressed button. Boxes that mean more than "yes,
    delete it" are fields of what lies on a page's desk, and so are edited tables: there they outlive the session.
    """
    for name, value in list(st.session_state.items()):
        parts = value if isinstance(value, list | tuple) else [value]
        if _is_ours(name) and all(isinstance(part, _TYPED) and not isinstance(part, bool) for part in parts):
            yield str(name), value


def owner_of(person: Person) -> Owner:
    """Whose things are: another role or area is somebody else, who may not see the same."""
    return person.id, person.role, person.unit, person.district


def hold(owner: Owner) -> None:
    """Hold what this session has on its desks and what was typed, until its owner comes back."""
    content: dict[str, object] = {}
    room = MOST_TYPED
    for name, value in typed():
        room -= len(str(value))
        if room < 0:
            break
        content[name] = value
    content |= {str(name): value for name, value in st.session_state.items() if _is_ours(name) and _is_desk(value)}
    now = time.monotonic()
    with _lock:
        _forget_old(now)
        _held.pop(owner, None)
        while len(_held) >= MOST:
            del _held[next(iter(_held))]
        _held[owner] = (now + GOOD_FOR_S, content)


def give_back(owner: Owner) -> bool:
    """Put what waits for its owner into this session, where nothing is there yet; whether anything did."""
    with _lock:
        _forget_old(time.monotonic())
        _, content = _held.pop(owner, (0.0, {}))
    for name, value in content.items():
        if name not in st.session_state:
            st.session_state[name] = value
    return bool(content)


def _forget_old(now: float) -> None:
    for owner in [owner for owner, (end, _) in _held.items() if end <= now]:
        del _held[owner]


def _is_ours(name: object) -> bool:
    return not str(name).startswith(_NOT_HELD)


def _is_desk(value: object) -> bool:
    """Whether a value is what a page works on: nothing that a widget of Streamlit says."""
    own = value.values() if isinstance(value, Mapping) else [value]
    return bool(own) and all(is_dataclass(one) and not isinstance(one, type) for one in own)
