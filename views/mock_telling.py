"""A mock assessment of the whole city told to the districts, each its own points."""

import streamlit as st

from data.errors import DataError
from metrics.mock import written
from store.access import Act
from store.mock_parts import Part
from texts import numbers, say
from views import office
from views.mock_desk import Desk, Kept


def may_tell(kept: Kept) -> bool:
    """Whether the visitor may tell the districts of it: the store asks again."""
    return not kept.head.district and office.visitor().role in Act.TELL_MOCKS.roles


def ask_telling(kept: Kept, mine: Desk) -> None:
    """Tell the districts, or take it back."""
    told = kept.head.told_at is not None
    st.html(f'<p class="note">{say("mock_page.kept.tell_how")}</p>')
    with st.container(horizontal=True, key="mock_telling"):
        label = say("mock_page.kept.tell_again" if told else "mock_page.kept.tell")
        st.button(label, key="mock_tell", on_click=tell, args=(kept, mine))
        if told:
            st.button(say("mock_page.kept.untell"), key="mock_untell", on_click=untell, args=(kept, mine))


def parts_of(kept: Kept) -> dict[str, Part]:
    """What each district sees, by its name; points outside all districts are in none."""
    names = sorted(kept.sample.points["district"].dropna().unique())
    return {name: _part(kept, name) for name in names if name}


def tell(kept: Kept, mine: Desk) -> None:
    """Let each district see its points from now on."""
    parts = parts_of(kept)
    if not parts:
        mine.tell(say("mock_page.kept.not_told"), faults=[say("mock_page.kept.no_districts")])
        return
    if _done(kept, mine, parts):
        mine.tell(say("mock_page.kept.told", count=numbers.whole(len(parts))))


def untell(kept: Kept, mine: Desk) -> None:
    """Let no district see it any more."""
    if _done(kept, mine, {}):
        mine.tell(say("mock_page.kept.untold"))


def _done(kept: Kept, mine: Desk, parts: dict[str, Part]) -> bool:
    try:
        office.store().mocks.tell(office.visitor(), kept.head.id, parts)
    except DataError as error:
        mine.tell(say("mock_page.kept.not_told"), faults=error.faults)
        return False
    return True


def _part(kept: Kept, district: str) -> Part:
    own = kept.sample.within(district)
    text = written(own, kept.written.book, city_name=kept.written.city_name)
    return Part(text, {**kept.head.facts, "points": len(own.points)}, own.lines["key"].tolist())
