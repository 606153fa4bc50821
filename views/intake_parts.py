"""One part of a city to be, on the page 数据接入: its file, what the user says about it, and what it would give."""

import pandas as pd
import streamlit as st

from data.errors import DataError
from data.headings import label
from data.sources import Preview
from data.spreadsheet import csv_bytes
from data.vocabulary import vocabulary
from texts import say
from texts.escape import for_html
from texts.numbers import file_size, whole
from views.draft import PartDraft, bound
from views.intake import (
    CONSTANTS,
    DATUMS,
    EPSG,
    EXTRACT,
    LEFT_OUT,
    Look,
    heading_choices,
    part_label,
    taken_as,
    with_heading,
)
from views.looking import look_or_wait, read_again, stop_reading
from views.notices import notice_html, show_notice, show_remarks
from views.plain_tables import table_html
from views.uploads import keep_uploads

_LEVELS = (0, *range(2, 13))  # 0: the first that is complete
_IN_A_ROW, _MOST_HEADINGS, _LONGEST_EXAMPLE = 6, 60, 40


def ask_part(name: str, draft: PartDraft) -> None:
    """Where the file is and what it is; then what it would give, before anything is taken."""
    title, note = part_label(name), say(f"intake.notes.{name}")
    st.html(f'<div class="block-title part-title">{title}<span class="note">{note}</span></div>')
    file, reference = st.columns([11, 3])
    with file:
        _ask_file(name, draft)
    with reference:
        _ask_reference(name, draft)
    part = draft.part()
    if part is None:
        stop_reading(draft)
        return
    look = look_or_wait(name, draft, part)
    if look is not None:
        _ask_choices(name, draft, look)
        _show_look(name, draft, look)


def _ask_file(name: str, draft: PartDraft) -> None:
    if draft.kept:
        size = file_size(draft.file.stat().st_size) if draft.file.is_file() else ""
        received = for_html(say("intake.received", file=draft.file.name))
        with st.container(horizontal=True, vertical_alignment="center", key=f"import_kept_{name}"):
            st.html(f'<div class="received">{received}<span class="note">{size}</span></div>', width="content")
            st.button(say("intake.forget"), key=f"import_forget_{name}", on_click=_forget, args=(draft,))
        return
    upload, typed = st.columns(2)
    label = say("intake.upload_one") if name == EXTRACT else say("intake.upload")
    key = f"import_upload_{name}"
    upload.file_uploader(label, accept_multiple_files=True, key=key, on_change=_take, args=(draft, key))
    hint = say("intake.path_hint")
    bound(typed.text_input, say("intake.path"), of=draft, to="typed", key=f"import_path_{name}", placeholder=hint)
    if draft.fault:
        show_notice(draft.fault, fault=True)


def _take(draft: PartDraft, key: str) -> None:
    """Keep what was handed in, or remember why it could not be kept."""
    draft.fault = ""
    if handed := st.session_state[key]:
        try:
            draft.kept = str(keep_uploads(handed))
        except DataError as error:
            draft.fault = error.faults[0]


def _forget(draft: PartDraft) -> None:
    draft.kept = ""


def _ask_reference(name: str, draft: PartDraft) -> None:
    """The datum of a file; of an extract, which is in WGS 84, the level of its districts."""
    if name == EXTRACT:
        bound(
            st.selectbox,
            say("intake.admin_level"),
            _LEVELS,
            of=draft,
            to="admin_level",
            key="import_admin_level",
            format_func=lambda level: say(f"intake.levels.{level or 'auto'}"),
        )
        return
    bound(
        st.selectbox,
        say("intake.datum"),
        DATUMS,
        of=draft,
        to="datum",
        key=f"import_datum_{name}",
        format_func=lambda code: say(f"intake.datums.{code}"),
    )
    if draft.datum == EPSG:
        hint = say("intake.epsg_hint")
        bound(st.text_input, say("intake.epsg"), of=draft, to="epsg", key=f"import_epsg_{name}", placeholder=hint)


def _ask_choices(name: str, draft: PartDraft, look: Look) -> None:
    """Which layer or sheet, and what all rows are where the file does not say."""
    several = len(look.choices) > 1
    column = CONSTANTS.get(name)
    unsaid = column is not None and look.found is not None and column not in look.found.mapping.taken
    left, right, _ = st.columns([5, 5, 4]) if several or unsaid else (None, None, None)
    if several:
        if draft.choice not in look.choices:
            draft.choice = ""
        bound(
            left.selectbox,
            say("intake.choice"),
            ["", *look.choices],
            of=draft,
            to="choice",
            key=f"import_choice_{name}",
            format_func=lambda choice: choice or _chosen(look),
        )
    if unsaid:
        words = vocabulary().of(name, column)
        bound(
            (right if several else left).selectbox,
            say(f"intake.constant.{name}"),
            ["", *words.codes],
            of=draft,
            to="constant",
            key=f"import_constant_{name}",
            format_func=lambda code: words.label(code) if code else say("intake.constant_none"),
        )


def _chosen(look: Look) -> str:
    chosen = look.found.chosen if look.found else None
    return say("intake.choice_auto") + (f"（{chosen}）" if chosen else "")


def _show_look(name: str, draft: PartDraft, look: Look) -> None:
    if look.stopped:
        with st.container(horizontal=True, vertical_alignment="center", key=f"import_stopped_{name}"):
            st.html(notice_html(say("intake.reading_stopped")), width="stretch")
            st.button(say("intake.read_again"), key=f"import_read_{name}", on_click=read_again, args=(draft,))
    if look.found is not None:
        found = look.found
        counts = {key: whole(getattr(found, key)) for key in ("read", "taken", "rejected")}
        show_notice(say("intake.will_take", **counts))
    elif look.sentence:
        show_notice(look.sentence)
    for fault in look.faults:
        show_notice(fault, fault=True)
    if draft.headings:
        st.button(say("intake.mapping_reset"), key=f"import_reset_{name}", on_click=draft.headings.clear)
    if look.found is not None:
        show_remarks(look.found.warnings)
        _ask_headings(name, draft, look.found)
        with st.expander(say("intake.first_rows", count=len(look.found.first)), key=f"import_first_{name}"):
            st.html(table_html(look.found.first))
    if look.rejects is not None:
        show_table("rejects", look.rejects.drop(columns="layer") if look.found else look.rejects, key=name)


def _ask_headings(name: str, draft: PartDraft, found: Preview) -> None:
    """What each heading is taken as, to be changed; the first ones of a table with very many."""
    mapping = found.mapping
    known = sorted(mapping.headings, key=lambda heading: not taken_as(mapping, heading))
    label = say("intake.mapping", known=len(mapping.taken), extra=len(mapping.extra))
    with st.expander(label, expanded=bool(found.faults), key=f"import_mapping_{name}"):
        st.html(f'<p class="note">{say("intake.mapping_how")}</p>')
        for start in range(0, len(known[:_MOST_HEADINGS]), _IN_A_ROW):
            row = known[:_MOST_HEADINGS][start : start + _IN_A_ROW]
            for column, number, heading in zip(
                st.columns(_IN_A_ROW), range(start, start + len(row)), row, strict=False
            ):
                with column:
                    _ask_heading(name, draft, found, heading, key=f"import_heading_{name}_{number}")
        if (more := len(known) - _MOST_HEADINGS) > 0:
            st.html(f'<p class="note">{say("intake.mapping_more", count=more)}</p>')


def _ask_heading(name: str, draft: PartDraft, found: Preview, heading: str, *, key: str) -> None:
    example = next((text for text in found.first[heading] if text.strip()), say("intake.no_example"))
    shown = f"<b>{for_html(heading)}</b><span>{for_html(example[:_LONGEST_EXAMPLE])}</span>"
    st.html(f'<div class="heading">{shown}</div>')
    choice = taken_as(found.mapping, heading)
    if st.session_state.get(key) != choice:
        st.session_state[key] = choice
    st.selectbox(
        say("intake.taken_as"),
        heading_choices(name),
        key=key,
        format_func=lambda code: _column_label(name, code),
        on_change=_change_heading,
        args=(draft, heading, key),
        label_visibility="collapsed",
    )


def _change_heading(draft: PartDraft, heading: str, key: str) -> None:
    draft.headings = with_heading(draft.headings, heading, st.session_state[key])


def _column_label(layer: str, code: str) -> str:
    names = {"": say("import.kept_as_extra"), LEFT_OUT: say("import.left_out")}
    return names.get(code) or label(layer, code)


def show_table(name: str, table: pd.DataFrame, *, key: str) -> None:
    """A table of what was not taken as it was, behind one line, with a download; nothing when it is empty."""
    if table.empty:
        return
    shown = in_chinese(table)
    with st.expander(say(f"intake.{name}", count=whole(len(table))), key=f"import_{name}_{key}"):
        st.html(table_html(shown))
        st.download_button(
            say("intake.download"),
            lambda: csv_bytes(shown),
            file_name=f"{name}.csv",
            mime="text/csv",
            on_click="ignore",
            key=f"import_download_{name}_{key}",
        )


def in_chinese(table: pd.DataFrame) -> pd.DataFrame:
    """The table with Chinese headings and words."""
    shown = table.copy()
    if "taken" in shown and "reason" in shown:
        gone = [say("intake.value_gone") if taken else say("intake.row_gone") for taken in shown.pop("taken")]
        shown["gone"] = gone
    if "layer" in shown:
        shown["layer"] = [say(f"city.layers.{layer}") for layer in shown["layer"]]
    if "carrier" in shown:
        shown["carrier"] = [vocabulary().carriers.label(code) for code in shown["carrier"]]
    return shown.rename(columns={column: say(f"intake.columns.{column}") for column in shown})
