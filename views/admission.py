"""Who acts in a session: let in, kept until something ends it, let in again without losing what was typed."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

import streamlit as st

from store import Denied, Person, Store, StoreError
from store.access import WALL
from texts import say
from views import cookies, door, office, parcels, state

_TICKET = "admission_ticket"
_LEFT = "admission_left"
_SAID = "admission_said"
_WAS = "admission_was"
_VOUCHED = "admission_vouched"


@dataclass(frozen=True)
class Standing:
    """
    How a session stands.

    Attributes
    ----------
    person
        Who acts; None when nobody does.
    said
        A sentence that they have to read: why nobody acts any more, or what does not work now.
    down
        Whether the base does not answer: then who was let in before goes on without it, and nobody else comes in.
    """

    person: Person | None
    said: str = ""
    down: bool = False


def standing() -> Standing:
    """How this session stands now; asked once a run."""
    try:
        kept = office.store()
        before = office.known()
        person = _wall(kept) or _same(kept) or _come_in(kept)
        came = person is not None and person.outside and office.known() is None
        if person is not None:
            _leave_to_others(person, before)
        if came:
            st.session_state[_VOUCHED] = _vouched(kept)
            if parcels.give_back(parcels.owner_of(person)):
                state.add_notice(say("people.sign_in.carried"))
    except Denied as denied:
        office.forget()
        return Standing(None, str(denied))
    except StoreError as error:
        return Standing(office.known(), error.faults[0], down=True)
    office.remember(person)
    return Standing(person, st.session_state.get(_SAID, "") if person is None else "")


def enter(sign_in: Callable[[Store], Person]) -> None:
    """
    Let in who signs in, in a session that outlives a reload.

    Parameters
    ----------
    sign_in
        Asks the store.

    Raises
    ------
    Denied
        When they may not; a sentence tells why.
    StoreError
        When the base does not answer, or something is wrong with what was given.
    """
    kept = office.store()
    person, token = kept.sessions.open(sign_in(kept))
    was = st.session_state.pop(_WAS, None)
    if was == parcels.owner_of(person):
        _keep_typed()
    elif was is not None:  # somebody else: what the one before typed is not theirs
        st.session_state.clear()
    st.session_state.pop(_SAID, None)
    st.session_state[_TICKET] = cookies.ticket_of(token, person.until)
    office.remember(person)


def carry() -> None:
    """On the way to the provider: what was typed before the session ended waits for the same person."""
    if (was := st.session_state.get(_WAS)) is not None:
        parcels.hold(was)


def leave() -> None:
    """Sign out, in every window of this browser."""
    person = office.known()
    if person is not None and person.role != WALL:
        office.store().sessions.end(person)
    outside = person is not None and person.outside
    st.session_state.clear()
    st.session_state[_LEFT] = True
    if outside and door.way() == door.OIDC:
        st.logout()


def show_cookie() -> None:
    """Once after signing in or out: let the browser keep or give back its cookie."""
    with st.container(key="cookie"):
        if ticket := st.session_state.pop(_TICKET, None):
            cookies.show_keeping(ticket)
        if st.session_state.pop(_LEFT, False):
            cookies.show_dropping()


def _wall(kept: Store) -> Person | None:
    """The wall whose link was opened."""
    token = st.query_params.get("token")
    return None if token is None else kept.tokens.sign_in(token)


def _same(kept: Store) -> Person | None:
    """Who acted before, when they still may; else it is said why not."""
    person = office.known()
    if person is None:
        return None
    try:
        kept.sessions.check(person)
        if person.outside and st.session_state.get(_VOUCHED) != _vouched(kept):
            raise Denied(say("store.access.changed"))
    except Denied as denied:
        office.forget()
        st.session_state[_WAS] = parcels.owner_of(person)
        st.session_state[_SAID] = str(denied)
        return None
    return person


def _leave_to_others(person: Person, before: Person | None) -> None:
    """What a session holds of somebody else, or of the same person in another role or area, is not for who comes."""
    was = st.session_state.get(_WAS) if before is None else parcels.owner_of(before)
    if was is not None and was != parcels.owner_of(person):
        st.session_state.clear()


def _vouched(kept: Store) -> str | None:
    """
    The login that a proxy or a provider names now: in a window that comes back to its session it may be another's.

    None where nobody is to name one, or the provider knows nobody. Raises `Denied` as `door.vouched` and
    `door.provided`.
    """
    knocked, way = door.knock(), door.way()
    if way == door.PROXY:
        return door.vouched(knocked)
    if way == door.OIDC and knocked.user.get("is_logged_in"):
        return door.provided(knocked, kept.base.now())[0]
    return None


def _come_in(kept: Store) -> Person | None:
    """Who needs not sign in by hand: known by a cookie, by a provider or a proxy, or the demo on this machine."""
    knocked, way = door.knock(), door.way()
    if way == door.PROXY:
        return kept.people.sign_in_outside(door.vouched(knocked))
    if way == door.OIDC:
        return _provided(kept, knocked)
    if token := knocked.cookies.get(cookies.COOKIE):
        with suppress(Denied):  # an old cookie is no reason to say anything
            return kept.sessions.resume(token)
    return _demo(kept, knocked)


def _provided(kept: Store, knocked: door.Knock) -> Person | None:
    if not knocked.user.get("is_logged_in"):
        return None
    login, until = door.provided(knocked, kept.base.now())
    return replace(kept.people.sign_in_outside(login), until=until)


def _demo(kept: Store, knocked: door.Knock) -> Person | None:
    if not door.is_local(knocked) or kept.people.any():
        return None
    return kept.people.demo(knocked.peer)


def _keep_typed() -> None:
    """What was typed before the session ended stays: the page was not there meanwhile, so it is told again."""
    for name, value in parcels.typed():
        st.session_state[name] = value


def first_account_allowed() -> bool:
    """Whether the form of the first account may be shown: somebody on this machine, and no account yet."""
    return door.is_local(door.knock()) and not office.store().people.any()


def first_account_sentence() -> str:
    """What to tell who is elsewhere while there is no account."""
    return "" if office.store().people.any() else say("people.first.elsewhere")


def is_down() -> bool:
    """Whether the base does not answer."""
    try:
        office.store().people.any()
    except StoreError:
        return True
    return False
