"""数据接入: hand in files or name paths, see what will be taken, import, and have the city checked."""

from pathlib import Path

import pandas as pd
import streamlit as st

from data.errors import DataError
from data.importing import ImportResult
from data.spreadsheet import BYTE_ORDER_MARK, csv_text
from data.vocabulary import vocabulary
from metrics.summary import summary
from texts import say
from views import calls, intake, state
from views.escape import for_html
from views.intake import EXTRACT, Part
from views.notices import show_notice
from views.numbers import file_size
from views.standards import faults_html

_CHOSEN, _PARTS, _FILES, _OUTCOME = "import_city", "import_parts", "import_files", "import_outcome"
_FACTS = ("name", "source", "licence", "data_date")


def show_page() -> None:
    """The whole page."""
    _show_current()
    st.html(f'<div class="own"><div class="block-title">{say("intake.new")}</div></div>')
    st.html(f'<p class="note">{say("intake.how")}</p>')
    about = _ask_about()
    chosen = st.pills(
        say("intake.parts_label"),
        intake.PARTS,
        format_func=_part_label,
        selection_mode="multi",
        default=st.session_state.get(_PARTS, [EXTRACT, "sites"]),
        key="import_chosen_parts",
    )
    st.session_state[_PARTS] = chosen
    parts = {name: part for name in intake.PARTS if name in chosen and (part := _ask_part(name, about)) is not None}
    strict = st.checkbox(say("intake.strict"), key="import_strict")
    if st.button(say("intake.run"), type="primary", key="import_run"):
        _run(parts, about, strict=strict)
    _show_outcome()


def _part_label(name: str) -> str:
    return say("intake.parts.osm") if name == EXTRACT else say(f"city.layers.{name}")


def _show_current() -> None:
    cities = calls.cities()
    if st.session_state.get(_CHOSEN) not in cities:
        st.session_state[_CHOSEN] = state.city_key() if state.city_key() in cities else state.DEMO
    chooser, facts, drop = st.columns([4, 9, 3], vertical_alignment="bottom")
    key = chooser.selectbox(
        say("intake.city"), list(cities), format_func=cities.get, key=_CHOSEN, on_change=_turn_to_chosen
    )
    city = calls.current().city
    layers = say("explain.joiner").join(
        say("cli.import.layer_count", layer=say(f"city.layers.{name}"), count=len(frame))
        for name, frame in city.layers.items()
    )
    unrecorded = say("intake.unrecorded")
    sentence = say(
        "intake.city_facts",
        layers=layers,
        date=city.meta.get("data_date") or unrecorded,
        datum=city.meta.get("datum") or unrecorded,
    )
    facts.html(f'<div class="in-use">{for_html(sentence)}</div>')
    if key != state.DEMO:
        drop.button(say("intake.drop"), key="import_drop", on_click=_drop, args=(key, cities[key]))


def _turn_to_chosen() -> None:
    state.choose_city(st.session_state[_CHOSEN])


def _drop(key: str, name: str) -> None:
    intake.drop_city(Path(key))
    state.choose_city(state.DEMO)
    st.session_state.pop(_OUTCOME, None)
    st.session_state[_CHOSEN] = state.DEMO
    state.add_notice(say("intake.dropped", name=name))


def _ask_about() -> dict[str, str]:
    """What the user says of the city as a whole."""
    columns = st.columns([3, 4, 4, 3])
    return {
        fact: column.text_input(say(f"intake.{fact}"), key=f"import_{fact}").strip()
        for fact, column in zip(_FACTS, columns, strict=True)
    }


def _ask_part(name: str, about: dict[str, str]) -> Part | None:
    """One file: where it is, what it is, and what it would give."""
    st.html(f'<div class="block-title">{_part_label(name)}</div>')
    upload, typed, datum = st.columns([5, 6, 3])
    upload.file_uploader(
        say("intake.upload", part=_part_label(name)), key=f"import_upload_{name}", on_change=_take, args=(name,)
    )
    path = typed.text_input(say("intake.path"), key=f"import_path_{name}").strip()
    kept = st.session_state.get(_FILES, {}).get(name, "")
    if kept:
        size = file_size(Path(kept).stat().st_size) if Path(kept).is_file() else ""
        typed.html(f'<p class="note">{for_html(say("intake.received", file=Path(kept).name, size=size))}</p>')
        typed.button(say("intake.forget"), key=f"import_forget_{name}", on_click=_forget, args=(name,))
    path = path or kept
    if name == EXTRACT:
        about["admin_level"] = datum.text_input(
            say("intake.admin_level"), placeholder=say("intake.admin_level_hint"), key="import_admin_level"
        ).strip()
        st.html(f'<p class="note">{say("intake.osm_note")}</p>')
        return Part(path) if path else None
    chosen = datum.selectbox(
        say("intake.datum"),
        intake.DATUMS,
        format_func=lambda code: say(f"intake.datums.{code}"),
        key=f"import_datum_{name}",
    )
    if not path:
        st.html(f'<p class="note">{say("intake.waiting")}</p>')
        return None
    return _show_preview(name, Part(path, chosen))


def _take(name: str) -> None:
    """Keep what was handed in, so that it is still there when the page is left."""
    handed = st.session_state[f"import_upload_{name}"]
    if handed is not None:
        files = st.session_state.setdefault(_FILES, {})
        files[name] = str(intake.keep_upload(handed))


def _forget(name: str) -> None:
    st.session_state.get(_FILES, {}).pop(name, None)


def _show_preview(name: str, part: Part) -> Part:
    """What the file would give; the part with what the user changed about it."""
    try:
        found = intake.preview_part(name, part)
    except DataError as error:
        st.html(faults_html(error.faults))
        return part
    choice, class_ = st.columns(2)
    options = ["", *found.choices]
    if len(found.choices) > 1:
        picked = choice.selectbox(say("intake.choice"), options, key=f"import_choice_{name}")
        part = Part(part.path, part.datum, choice=picked)
    if name == "venues" and "class" not in found.mapping.taken:
        words = vocabulary().classes
        code = class_.selectbox(
            say("intake.class"),
            ["", *words.codes],
            format_func=lambda code: words.label(code) if code else say("intake.class_none"),
            key="import_class",
        )
        part = Part(part.path, part.datum, class_=code, choice=part.choice)
    part = _ask_headings(name, part)
    return _show_numbers(name, part)


def _ask_headings(name: str, part: Part) -> Part:
    try:
        guessed = intake.preview_part(name, part)
    except DataError:
        return part
    table = intake.headings_table(guessed)
    with st.expander(say("intake.mapping")):
        changed = st.data_editor(
            table,
            hide_index=True,
            width="stretch",
            key=f"import_headings_{name}_{Path(part.path).name}",
            disabled=[say("intake.heading"), say("intake.example")],
            column_config={
                say("intake.taken_as"): st.column_config.SelectboxColumn(
                    options=list(intake.heading_choices(name)), required=True
                )
            },
        )
    headings = intake.changed_headings(name, table, changed)
    return Part(part.path, part.datum, headings, part.class_, part.choice)


def _show_numbers(name: str, part: Part) -> Part:
    try:
        found = intake.preview_part(name, part)
    except DataError as error:
        st.html(faults_html(error.faults))
        return part
    show_notice(
        say("intake.will_take", read=found.read, taken=found.taken, rejected=found.rejected), fault=bool(found.faults)
    )
    if found.faults:
        st.html(faults_html(found.faults))
    for warning in found.warnings:
        show_notice(warning)
    with st.expander(say("intake.first_rows")):
        st.dataframe(found.first, width="stretch", key=f"import_first_{name}")
    _show_table("rejects", found.rejects, key=f"preview_{name}")
    return part


def _run(parts: dict[str, Part], about: dict[str, str], *, strict: bool) -> None:
    """Import, make the city the current one and have it checked; or remember every fault."""
    st.session_state.pop(_OUTCOME, None)
    if not parts:
        st.session_state[_OUTCOME] = [say("intake.nothing")]
        return
    told = st.empty()
    try:
        result, path = intake.bring_in(
            parts, about, strict=strict, progress=lambda sentence: told.caption(for_html(sentence))
        )
    except DataError as error:
        st.session_state[_OUTCOME] = error.faults
        return
    finally:
        told.empty()
    state.choose_city(str(path))
    st.session_state.pop(_CHOSEN, None)
    st.session_state[_OUTCOME] = result
    state.add_notice(say("intake.done", name=path.stem))
    st.rerun()


def _show_outcome() -> None:
    outcome = st.session_state.get(_OUTCOME)
    if isinstance(outcome, list):
        show_notice(say("intake.failed"), fault=True)
        st.html(faults_html(outcome))
    if isinstance(outcome, ImportResult):
        _show_result(outcome)


def _show_result(result: ImportResult) -> None:
    now = calls.current()
    figures = summary(calls.assessment(now.city_key, now.book_key, now.phase))
    sentence, go = st.columns([10, 3], vertical_alignment="center")
    with sentence:
        show_notice(
            say(
                "intake.checked",
                book=now.book.title,
                phase=now.book.phases[now.phase],
                gaps=figures["gaps"],
                **figures["status"],
            )
        )
    if go.button(say("intake.open_coverage"), type="primary", key="import_go"):
        st.switch_page("pages/coverage.py")
    st.dataframe(
        _in_chinese(result.counts.drop(columns="layer")), hide_index=True, width="stretch", key="import_counts"
    )
    for warning in result.warnings:
        show_notice(warning)
    for name in ("rejects", "repairs", "duplicates"):
        _show_table(name, getattr(result, name), key="result")


def _show_table(name: str, table: pd.DataFrame, *, key: str) -> None:
    """A table of what was not taken, behind one line, with a download; nothing when it is empty."""
    if table.empty:
        return
    with st.expander(say(f"intake.{name}", count=len(table))):
        st.dataframe(_in_chinese(table.astype(str)), hide_index=True, width="stretch", key=f"import_{name}_{key}")
        st.download_button(
            say("intake.download"),
            BYTE_ORDER_MARK + csv_text(_in_chinese(table)),
            file_name=f"{name}.csv",
            mime="text/csv",
            key=f"import_download_{name}_{key}",
        )


def _in_chinese(table: pd.DataFrame) -> pd.DataFrame:
    """The table with Chinese headings, and layers by their Chinese names; columns that say nothing left out."""
    shown = table.drop(columns="taken", errors="ignore")
    if "layer" in shown:
        shown = shown.assign(layer=[say(f"city.layers.{layer}") for layer in shown["layer"]])
    return shown.rename(columns={column: say(f"intake.columns.{column}") for column in shown})


show_page()
