"""方案: named, kept, opened, handed on as files, and compared side by side."""

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from data.city import City
from data.errors import DataError
from metrics.scenario import Changes
from metrics.scenario.scenario import Scenario
from texts import say
from views import numbers
from views.escape import for_html
from views.kept_scenarios import drop_scenario, file_name, keep_scenario, kept_scenarios, read_scenario
from views.siting_desk import Desk
from views.siting_figures import figures
from views.siting_map import edit_kind
from views.siting_work import Bench, Outcome

_NONE, _LONGEST_NAME = "", 40

Write = Callable[[City, Changes, Path], list[Path]]  # the files of a scenario, see briefing.scenario_files


def ask_scenario(bench: Bench, desk: Desk, write: Write) -> None:
    """The scenario: its name, new, keep, open, hand on as the files that ``write`` makes."""
    with st.popover(say("siting.store.label", name=desk.scenario.name), key="siting_store"):
        st.session_state["siting_name"] = desk.scenario.name
        label = say("siting.store.name")
        st.text_input(label, key="siting_name", max_chars=_LONGEST_NAME, on_change=_rename, args=(desk,))
        keep, new = st.columns(2)
        keep.button(say("siting.store.keep"), key="siting_keep", on_click=_keep, args=(bench, desk), width="stretch")
        new.button(say("siting.store.new"), key="siting_new", on_click=_begin, args=(bench, desk), width="stretch")
        _ask_kept(bench, desk)
        label = say("siting.store.upload")
        st.file_uploader(label, type=["json"], key="siting_upload", on_change=_take_upload, args=(bench, desk))
        for fault in desk.store_faults:
            st.html(f'<p class="notice fault">{for_html(fault)}</p>')
        _offer_files(bench, desk, write)


def ask_other(bench: Bench, desk: Desk) -> None:
    """Which kept scenario to compare with."""
    kept = {str(path): path.stem for path in kept_scenarios()}
    chosen = st.selectbox(
        say("siting.store.compare"),
        [_NONE, *kept],
        format_func=lambda key: kept.get(key, say("siting.store.compare_none")),
        key="siting_other",
        label_visibility="collapsed",
        width=200,
    )
    if chosen == _NONE or chosen not in kept:
        desk.other = None
        return
    kept_as = chosen, Path(chosen).stat().st_mtime_ns
    if desk.other is None or desk.other_of != kept_as:
        desk.other, desk.other_of = _read(bench, Path(chosen)), kept_as


def comparison_html(bench: Bench, outcome: Outcome, other: Outcome, names: tuple[str, str], district: str) -> str:
    """The city as it is, this scenario and another one, side by side."""
    heads = (say("siting.compare.columns.name"), say("siting.compare.columns.before"), *names)
    rows = [(say("siting.store.edits"), "—", *(edits_words(bench, one.changes) for one in (outcome, other)))]
    mine, theirs = figures(bench, outcome, district), {one.name: one for one in figures(bench, other, district)}
    for figure in mine:
        values = (figure.before, figure.after, theirs[figure.name].after if figure.name in theirs else None)
        rows.append((figure.name, *(say("numbers.nothing") if v is None else figure.write(v) for v in values)))
    cells = "".join(f"<th>{for_html(head)}</th>" for head in heads)
    body = "".join(f"<tr>{''.join(f'<td>{for_html(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="plain-table side"><table><thead><tr>{cells}</tr></thead>{body}</table></div>'


def edits_words(bench: Bench, changes: Changes) -> str:
    """How many sites were put up, moved, changed and taken away."""
    kinds = [edit_kind(bench.own_site(id), site) for id, site in changes.items()]
    counts = {kind: kinds.count(kind) for kind in ("new", "moved", "changed", "gone")}
    told = [say(f"siting.edits.{kind}", count=numbers.whole(count)) for kind, count in counts.items() if count]
    return say("explain.joiner").join(told) or say("siting.edits.none")


def _rename(desk: Desk) -> None:
    name = " ".join(st.session_state["siting_name"].split())
    desk.scenario.name = name or desk.scenario.name


def _keep(bench: Bench, desk: Desk) -> None:
    try:
        path = keep_scenario(desk.scenario.name, desk.scenario.to_json(bench.city))
    except DataError as error:
        desk.tell(error.faults[0], fault=True)
        return
    desk.tell(say("siting.said.kept", name=path.stem))


def _begin(bench: Bench, desk: Desk) -> None:
    desk.scenario = Scenario(say("siting.store.first_name"), bench.city.fingerprint)
    desk.site, desk.planned, desk.curve = None, None, None
    desk.tell(say("siting.said.begun"))


def _ask_kept(bench: Bench, desk: Desk) -> None:
    kept = kept_scenarios()
    if not kept:
        return
    st.html(f'<div class="note">{say("siting.store.kept")}</div>')
    for path in kept:
        name, open_, drop = st.columns([5, 2, 2], vertical_alignment="center", gap="small")
        name.html(f'<span class="kept">{for_html(path.stem)}</span>')
        key = f"siting_kept_{file_name(path.stem)}"
        open_.button(say("siting.store.open"), key=f"{key}_open", on_click=_open, args=(bench, desk, path))
        drop.button(say("siting.store.drop"), key=f"{key}_drop", on_click=drop_scenario, args=(path,))


def _open(bench: Bench, desk: Desk, path: Path) -> None:
    try:
        _put_on(bench, desk, read_scenario(path))
    except DataError as error:
        desk.tell(error.faults[0], fault=True)


def _put_on(bench: Bench, desk: Desk, text: str) -> None:
    scenario, notes = Scenario.from_json(text, bench.city)
    desk.scenario, desk.site, desk.planned, desk.curve = scenario, None, None, None
    opened = say("siting.said.opened_file", name=scenario.name)
    desk.tell("".join([opened, *notes]), fault=bool(notes))


def _read(bench: Bench, path: Path) -> Scenario | None:
    try:
        other, _ = Scenario.from_json(read_scenario(path), bench.city)
    except DataError as error:
        st.html(f'<p class="notice fault">{for_html(error.faults[0])}</p>')
        return None
    other.name = path.stem
    return other


def _take_upload(bench: Bench, desk: Desk) -> None:
    """Open the file that was handed in, or say why it cannot be."""
    upload = st.session_state["siting_upload"]
    desk.store_faults = []
    if upload is None:
        return
    try:
        _put_on(bench, desk, upload.getvalue().decode("utf-8"))
    except UnicodeDecodeError:
        desk.store_faults = [say("siting.store.not_text", name=upload.name)]
    except DataError as error:
        desk.store_faults = list(error.faults)


def _offer_files(bench: Bench, desk: Desk, write: Write) -> None:
    """The scenario as JSON, the sites as a table that can be imported again, and as GeoPackage."""
    name, changes = file_name(desk.scenario.name), desk.scenario.changes
    writers = {
        "json": lambda: desk.scenario.to_json(bench.city).encode(),
        **{kind: partial(written_bytes, write, bench, changes, kind) for kind in ("csv", "gpkg")},
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


def written_bytes(write: Write, bench: Bench, changes: Changes, kind: str) -> bytes:
    """The file of this kind (``csv``, ``gpkg``) that ``write`` makes of the scenario."""
    with tempfile.TemporaryDirectory() as folder:
        files = write(bench.city, changes, Path(folder))
        return next(file for file in files if file.suffix == f".{kind}").read_bytes()
