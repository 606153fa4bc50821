"""The controls of the page 选址推演: what a click does, what a new site is, and what becomes of a chosen one."""

import streamlit as st

from data.vocabulary import vocabulary
from metrics.plan import Offer
from metrics.scenario import Site
from texts import numbers, say
from texts.escape import for_html
from views.draft import bound
from views.siting_actions import alter, redo, remove, restore, undo
from views.siting_compare import edit_kind
from views.siting_desk import AFTER, BEFORE, FORBID, MODES, OUTLINE, PLACE, REQUIRE, Desk
from views.siting_words import site_words, size_words
from views.siting_work import Bench

_RADII_M = (OUTLINE, 50, 100, 200, 500)
_NO_CONDITION = "removed"  # taking a site away is an edit of its own


def ask_mode(bench: Bench, desk: Desk) -> None:
    """What a click on the map does, and of what kind the next new site is."""
    with st.container(horizontal=True, key="siting_tools", gap="small", vertical_alignment="center"):
        bound(
            st.segmented_control,
            say("siting.modes.label"),
            list(MODES),
            of=desk,
            to="mode",
            key="siting_mode",
            format_func=lambda mode: say(f"siting.modes.{mode}"),
            required=True,
            label_visibility="collapsed",
        )
        if desk.mode == PLACE:
            _ask_kind(bench, desk)
        elif desk.mode == FORBID:
            bound(
                st.selectbox,
                say("siting.modes.radius"),
                list(_RADII_M),
                of=desk,
                to="radius_m",
                key="siting_radius",
                format_func=_area_words,
                label_visibility="collapsed",
                width=150,
            )
        elif desk.mode == REQUIRE:
            bound(
                st.selectbox,
                say("siting.fields.carrier"),
                list(Offer().costs),
                of=desk,
                to="required",
                key="siting_required",
                format_func=vocabulary().carriers.label,
                label_visibility="collapsed",
                width=150,
            )


def _area_words(radius_m: int) -> str:
    if radius_m == OUTLINE:
        return say("siting.modes.outline")
    return say("siting.modes.radius_is", radius=numbers.metres(radius_m))


def _ask_kind(bench: Bench, desk: Desk) -> None:
    words = vocabulary()
    bound(
        st.selectbox,
        say("siting.fields.carrier"),
        bench.carriers,
        of=desk,
        to="carrier",
        key="siting_carrier",
        format_func=words.carriers.label,
        label_visibility="collapsed",
        width=126,
    )
    bound(
        st.selectbox,
        say("siting.fields.themes"),
        words.themes.codes,
        of=desk,
        to="theme",
        key="siting_theme",
        format_func=words.themes.label,
        label_visibility="collapsed",
        width=166,
    )
    sizes = bench.sizes(desk.carrier)
    desk.size = desk.size if desk.size in sizes else sizes[0]
    bound(
        st.selectbox,
        say("siting.fields.width_m"),
        sizes,
        of=desk,
        to="size",
        key="siting_size",
        format_func=size_words,
        label_visibility="collapsed",
        width=126,
    )


def show_said(desk: Desk) -> None:
    """The answer to the last action, else what a click would do; and which city the map shows."""
    text = desk.said or say(_hint(desk))
    look = "said fault" if desk.unheard and desk.said else "said"
    with st.container(horizontal=True, key="siting_below", gap="small", vertical_alignment="center"):
        st.html(f'<p class="{look}">{for_html(text)}</p>', width="stretch")
        bound(
            st.segmented_control,
            say("siting.shown.label"),
            [BEFORE, AFTER],
            of=desk,
            to="shown",
            key="siting_shown",
            format_func=lambda shown: say(f"siting.shown.{shown}"),
            required=True,
            label_visibility="collapsed",
        )


def _hint(desk: Desk) -> str:
    if desk.shown != AFTER:
        return "siting.hints.before"
    circle = desk.mode == FORBID and desk.radius_m != OUTLINE
    return "siting.hints.circle" if circle else f"siting.hints.{desk.mode}"


def show_site(bench: Bench, desk: Desk) -> None:
    """The chosen site: what it is, and what can be done with it."""
    changes = desk.scenario.changes
    own, site = bench.own_site(desk.site), bench.site(desk.site, changes)
    there = site or own
    if there is None:
        desk.site = None
        return
    kind = edit_kind(own, site) if desk.site in changes else None
    with st.container(horizontal=True, key="siting_site", gap="small", vertical_alignment="center"):
        mark = f'<span class="kind">{say(f"siting.kinds.{kind}")}</span>' if kind else ""
        st.html(
            f'<div class="site-name">{mark}<b title="{for_html(there.id)}">{for_html(there.id)}</b>'
            f'<span class="note">{for_html(_facts(there, whole=site is None))}</span></div>',
            width="stretch",
        )
        if site is not None:
            _ask_site(bench, desk, site)
            if own is None or kind != "gone":
                label = say("siting.buttons.remove")
                st.button(label, key="siting_remove", on_click=remove, args=(bench, desk, site.id))
        if own is not None and kind is not None:
            st.button(say("siting.buttons.restore"), key="siting_restore", on_click=restore, args=(bench, desk, own.id))


def _facts(site: Site, *, whole: bool) -> str:
    """What the controls beside it do not show already: its size; of one that is gone, all."""
    return site_words(site) if whole else size_words((site.width_m, site.height_m))


def _ask_site(bench: Bench, desk: Desk, site: Site) -> None:
    words = vocabulary()
    lists = {
        "carrier": (bench.carriers, words.carriers.label, 124),
        "themes": (words.themes.codes, _theme_label, 168),
        "condition": ([code for code in words.conditions.codes if code != _NO_CONDITION], words.conditions.label, 104),
    }
    for name, (codes, label, width) in lists.items():
        value, key = getattr(site, name), f"siting_site_{name}"
        options = [None, *codes] if value is None else codes if value in codes else [value, *codes]
        st.session_state[key] = value
        st.selectbox(
            say(f"siting.fields.{name}"),
            options,
            format_func=lambda code, label=label: say("siting.site.unrecorded") if code is None else label(code),
            key=key,
            on_change=_alter,
            args=(bench, desk, site.id, name, key),
            label_visibility="collapsed",
            width=width,
        )


def _theme_label(codes: str) -> str:
    return say("explain.joiner").join(vocabulary().themes.label(code) for code in codes.split(","))


def _alter(bench: Bench, desk: Desk, id: str, name: str, key: str) -> None:
    alter(bench, desk, id, **{name: st.session_state[key]})


def ask_steps(desk: Desk) -> None:
    """Undo and redo."""
    st.button(
        say("siting.buttons.undo"), key="siting_undo", on_click=undo, args=(desk,), disabled=not desk.scenario.can_undo
    )
    st.button(
        say("siting.buttons.redo"), key="siting_redo", on_click=redo, args=(desk,), disabled=not desk.scenario.can_redo
    )
