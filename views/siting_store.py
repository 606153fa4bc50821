"""方案: named, kept in the store, opened, handed on as files; nothing is lost without a question."""

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import streamlit as st

from data.city import City
from data.errors import DataError
from metrics.scenario import Changes
from metrics.scenario.scenario import Scenario
from store.base import ZONE
from store.errors import Conflict, StoreError
from texts import numbers, say
from texts.escape import for_html
from views.draft import bound
from views.kept_scenarios import (
    LONGEST_NAME,
    Kept,
    drop_scenario,
    file_name,
    keep_scenario,
    kept_scenarios,
    read_scenario,
)
from views.siting_area import own_city
from views.siting_desk import Desk
from views.siting_questions import ask, before_leaving
from views.siting_work import Bench

_NONE, _SHORT_NAME, _MOST_SHOWN = "", 10, 40

Write = Callable[[City, Changes, Path], list[Path]]  # the files of a scenario, see briefing.scenario_files


def shelf(bench: Bench, desk: Desk) -> Sequence[Kept]:
    """The scenarios of the city that are kept; none, and the desk knows why, while the store does not answer."""
    if not desk.asks_store:
        return ()
    try:
        found = kept_scenarios(bench.city)
    except StoreError as error:
        desk.switch_off(error.faults[0])
        return ()
    desk.off = ""
    return found


def ask_scenario(bench: Bench, desk: Desk, kept: Sequence[Kept], write: Write) -> None:
    """The scenario: its name, keep, new, open, hand on as the files that ``write`` makes."""
    name = desk.scenario.name
    short = name if len(name) <= _SHORT_NAME else f"{name[:_SHORT_NAME]}…"
    mark = say("siting.store.cannot") if desk.off else say("siting.store.unsaved") if desk.unsaved else ""
    with st.popover(_plain(say("siting.store.label", name=short, mark=mark)), key="siting_store"):
        st.session_state["siting_name"] = name
        label = say("siting.store.name")
        st.text_input(label, key="siting_name", max_chars=LONGEST_NAME, on_change=_rename, args=(desk,))
        if desk.off:
            st.html(f'<p class="notice fault">{for_html(say("siting.store.off", reason=desk.off))}</p>')
        keep, new = st.columns(2)
        keep.button(
            say("siting.store.keep"), key="siting_keep", on_click=keep_named, args=(bench, desk, kept), width="stretch"
        )
        new.button(
            say("siting.store.new"),
            key="siting_new",
            on_click=_leave,
            args=(bench, desk, kept, _begin),
            width="stretch",
        )
        _ask_kept(bench, desk, kept)
        label = say("siting.store.upload")
        st.file_uploader(label, type=["json"], key="siting_upload", on_change=_take_upload, args=(bench, desk, kept))
        for fault in desk.store_faults:
            st.html(f'<p class="notice fault">{for_html(fault)}</p>')
        _offer_files(bench, desk, write)


def ask_other(bench: Bench, desk: Desk, kept: Sequence[Kept]) -> None:
    """Which kept scenario to compare with."""
    versions = {one.name: one.version for one in kept}
    if desk.compared not in versions:
        desk.compared = _NONE
    bound(
        st.selectbox,
        say("siting.store.compare"),
        [_NONE, *versions],
        of=desk,
        to="compared",
        key="siting_other",
        format_func=lambda name: say(f"siting.store.{'compare_with' if name else 'compare_none'}", name=name),
        label_visibility="collapsed",
        width=180,
    )
    of = (desk.compared, versions[desk.compared]) if desk.compared else None
    if desk.other_of != of:
        desk.other, desk.other_of = None if of is None else _read(bench, desk, desk.compared), of


def keep_named(bench: Bench, desk: Desk, kept: Sequence[Kept]) -> bool:
    """Keep the scenario under its name, or ask when that would replace what this session has not opened."""
    name = desk.scenario.name
    if desk.kept is not None and desk.kept[0] == name:
        return _keep(bench, desk, desk.kept[1])
    there = next((one for one in kept if one.name == name), None)
    if there is None:
        return _keep(bench, desk, 0)
    _ask_over(bench, desk, "same_name", there)
    return False


def _keep(bench: Bench, desk: Desk, version: int) -> bool:
    name = desk.scenario.name
    try:
        kept = keep_scenario(bench.city, name, desk.scenario.to_json(bench.city), version=version)
    except Conflict:
        _ask_after_conflict(bench, desk)
        return False
    except StoreError as error:
        desk.tell(say("siting.said.not_kept", name=name, reason=error.faults[0]), fault=True)
        return False
    desk.kept, desk.saved = (name, kept), desk.scenario.last
    desk.tell(say("siting.said.kept", name=name, version=kept))
    return True


def _ask_after_conflict(bench: Bench, desk: Desk) -> None:
    """Somebody saved this scenario, or removed it, since it was opened here."""
    there = next((one for one in shelf(bench, desk) if one.name == desk.scenario.name), None)
    if there is None:
        question = say("siting.questions.gone", name=desk.scenario.name)
        ask(desk, question, keep_again=lambda: _keep(bench, desk, 0))
    else:
        _ask_over(bench, desk, "conflict", there)


def _ask_over(bench: Bench, desk: Desk, why: str, there: Kept) -> None:
    question = say(f"siting.questions.{why}", name=there.name, **_facts(there))
    ask(
        desk,
        question,
        replace=lambda: _keep(bench, desk, there.version),
        keep_both=lambda: _keep_beside(bench, desk),
        open_theirs=lambda: open_kept(bench, desk, there.name),
    )


def _keep_beside(bench: Bench, desk: Desk) -> None:
    """Keep the scenario under a name that nobody has."""
    taken, name, number = {one.name for one in shelf(bench, desk)}, desk.scenario.name, 2
    while (free := say("siting.store.numbered", name=name[: LONGEST_NAME - 6], number=number)) in taken:
        number += 1
    desk.scenario.name = free
    _keep(bench, desk, 0)


def _facts(kept: Kept) -> dict[str, object]:
    at = numbers.moment(kept.changed_at.astimezone(ZONE))
    return {"who": kept.changed_by, "at": at, "version": kept.version}


def _rename(desk: Desk) -> None:
    name = " ".join(st.session_state["siting_name"].split())
    desk.scenario.name = name or desk.scenario.name


def _leave(bench: Bench, desk: Desk, kept: Sequence[Kept], then: Callable[[Bench, Desk], None]) -> None:
    before_leaving(desk, partial(then, bench, desk), partial(keep_named, bench, desk, kept))


def _begin(bench: Bench, desk: Desk) -> None:
    desk.put_on(Scenario(say("siting.store.first_name"), bench.city.fingerprint), None)
    desk.tell(say("siting.said.begun"))


def _ask_kept(bench: Bench, desk: Desk, kept: Sequence[Kept]) -> None:
    if not kept:
        return
    shown = st.expander(say("siting.store.kept"), key="siting_shelf", on_change="rerun")
    if not shown.open:  # else every edit would send them all
        return
    with shown, st.container(key="siting_kept", height=168 if len(kept) > 3 else "content", border=False):
        for number, one in enumerate(kept[:_MOST_SHOWN]):
            name, open_, drop = st.columns([4, 3, 3], vertical_alignment="center", gap="small")
            note = say("siting.store.kept_facts", **_facts(one))
            name.html(f'<span class="kept">{for_html(one.name)}</span><div class="note">{for_html(note)}</div>')
            then = partial(open_kept, name=one.name)
            open_.button(
                say("siting.store.open"), key=f"siting_open_{number}", on_click=_leave, args=(bench, desk, kept, then)
            )
            drop.button(
                say("siting.store.drop"), key=f"siting_drop_{number}", on_click=_ask_drop, args=(bench, desk, one)
            )


def open_kept(bench: Bench, desk: Desk, name: str) -> None:
    """Open a kept scenario; what lies on the desk is let go."""
    try:
        kept = read_scenario(bench.city, name)
        _put_on(bench, desk, kept.text, kept)
    except DataError as error:
        desk.tell(error.faults[0], fault=True)


def _ask_drop(bench: Bench, desk: Desk, kept: Kept) -> None:
    question = say("siting.questions.drop", name=kept.name, **_facts(kept))
    ask(desk, question, drop=partial(_drop, bench, desk, kept.name))


def _drop(bench: Bench, desk: Desk, name: str) -> None:
    try:
        drop_scenario(bench.city, name)
    except StoreError as error:
        desk.tell(error.faults[0], fault=True)
        return
    if desk.kept is not None and desk.kept[0] == name:
        desk.kept, desk.saved = None, None  # what lies on the desk is nowhere else now
    desk.tell(say("siting.said.dropped", name=name))


def _put_on(bench: Bench, desk: Desk, text: str, kept: Kept | None) -> None:
    scenario, notes = Scenario.from_json(text, bench.city)
    if kept is not None:
        scenario.name = kept.name
    desk.put_on(scenario, None if kept is None else (kept.name, kept.version))
    opened = say("siting.said.opened_file", name=scenario.name)
    desk.tell("".join([opened, *notes]), fault=bool(notes))


def _read(bench: Bench, desk: Desk, name: str) -> Scenario | None:
    """The scenario to compare with, under the name it is kept by; None, and the desk tells why, when it cannot be."""
    try:
        other, _ = Scenario.from_json(read_scenario(bench.city, name).text, bench.city)
    except DataError as error:
        desk.tell(error.faults[0], fault=True)
        return None
    other.name = name
    return other


def _take_upload(bench: Bench, desk: Desk, kept: Sequence[Kept]) -> None:
    """Open the file that was handed in, or say why it cannot be."""
    upload = st.session_state["siting_upload"]
    desk.store_faults = []
    if upload is None:
        return
    try:
        text = upload.getvalue().decode("utf-8")
        Scenario.from_json(text, bench.city)  # a file at fault is told before anything is asked
    except UnicodeDecodeError:
        desk.store_faults = [say("siting.store.not_text", name=upload.name)]
    except DataError as error:
        desk.store_faults = list(error.faults)
    else:
        _leave(bench, desk, kept, lambda bench, desk: _put_on(bench, desk, text, None))


def _offer_files(bench: Bench, desk: Desk, write: Write) -> None:
    """The scenario as JSON, the sites as a table that can be imported again, and as GeoPackage."""
    name, changes = file_name(desk.scenario.name), desk.scenario.changes
    city = own_city(bench, desk.area, changes)
    writers = {
        "json": lambda: desk.scenario.to_json(bench.city).encode(),
        **{kind: partial(written_bytes, write, city, changes, kind) for kind in ("csv", "gpkg")},
    }
    for kind, made in writers.items():
        st.download_button(
            say(f"siting.store.files.{kind}"),
            made,
            file_name=f"{name}.{kind}",
            on_click="ignore",
            key=f"siting_file_{kind}",
            width="stretch",
        )


def written_bytes(write: Write, city: City, changes: Changes, kind: str) -> bytes:
    """The file of this kind (``csv``, ``gpkg``) that ``write`` makes of the scenario."""
    with tempfile.TemporaryDirectory() as folder:
        files = write(city, changes, Path(folder))
        return next(file for file in files if file.suffix == f".{kind}").read_bytes()


def _plain(text: str) -> str:
    """A text that Streamlit shows as it is, not as Markdown."""
    return "".join(f"\\{sign}" if sign in _MARKDOWN else sign for sign in text)


_MARKDOWN = set("\\`*_{}[]()<>#+-.!|~$:&")
