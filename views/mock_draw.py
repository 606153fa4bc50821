"""A new mock assessment: how many of each class, which seed, how many inspectors; drawn and kept at once."""

import secrets

import streamlit as st

from data.errors import DataError
from metrics.mock import Sample, sample, written
from texts import numbers, say
from texts.escape import for_html
from views import notices, office
from views.draft import bound
from views.mock_book import Looked, ask_counts, counts_asked
from views.mock_desk import POINTS, Desk, city_name

_MOST_SEED = 999_999_999


def ask_draw(page: Looked, mine: Desk) -> None:
    """What is asked of the next draw, and the button that draws."""
    district = page.area
    book = for_html(page.now.book.title)
    where = for_html(district) if district else say("mock_page.draw.city")
    told = say("mock_page.draw.sentence", book=book, phase=page.now.book.phases[page.now.phase], where=where)
    st.html(f'<p class="sentence">{told}</p>')
    with st.container(horizontal=True, key="mock_counts", gap="small", vertical_alignment="bottom"):
        ask_counts(page, deducting=False, key="mock_count")
    with st.container(horizontal=True, key="mock_draw", gap="small", vertical_alignment="bottom"):
        label = say("mock_page.draw.seed")
        bound(
            st.number_input, label, of=mine, to="seed", key="mock_seed", min_value=0, max_value=_MOST_SEED, step=1,
            width=160,
        )  # fmt: skip
        st.button(say("mock_page.draw.other_seed"), key="mock_other_seed", on_click=_other_seed, args=(mine,))
        label = say("mock_page.draw.inspectors")
        bound(
            st.number_input, label, of=mine, to="inspectors", key="mock_inspectors", min_value=1, max_value=500,
            step=1, width=120,
        )  # fmt: skip
        hint = say("mock_page.draw.name_hint")
        label = say("mock_page.draw.name")
        bound(st.text_input, label, of=mine, to="name", key="mock_name", placeholder=hint, max_chars=60, width=260)
        st.button(
            say("mock_page.draw.run"), key="mock_run", type="primary", on_click=draw_and_keep, args=(page, mine)
        )
    st.html(f'<p class="note">{say("mock_page.draw.how")}</p>')


def draw_and_keep(page: Looked, mine: Desk) -> None:
    """Draw, keep, and open what was kept; what could not be done is told, and nothing that was asked is lost."""
    counts = {code: count for code, count in counts_asked(page, deducting=False).items() if count}
    try:
        drawn = sample(
            page.now.city,
            page.assessment,
            seed=int(mine.seed),
            inspectors=int(mine.inspectors),
            counts=counts,
            district=page.area,
        )
        mine.open = keep(page, drawn, mine.name)
    except DataError as error:
        mine.tell(say("mock_page.draw.not"), faults=error.faults)
        return
    mine.part, mine.inspector, mine.name = POINTS, 1, ""
    mine.tell(say("mock_page.draw.done", count=numbers.whole(len(drawn.points)), code=drawn.code))


def keep(page: Looked, drawn: Sample, name: str) -> int:
    """
    Keep a sample in the store under a name, or one that tells day and seed; its number.

    Raises
    ------
    StoreError
        When it cannot be kept.
    """
    city, kept, book = city_name(page), office.store(), page.now.book
    phase = str(drawn.inputs["phase"])
    facts = {
        "points": len(drawn.points),
        "seed": drawn.seed,
        "inspectors": drawn.inspectors,
        "book": book.title,
        "phase": book.phases.get(phase, phase),
    }
    return kept.mocks.keep(
        office.visitor(),
        city,
        name.strip() or _new_name(city, drawn),
        written(drawn, book, city_name=city),
        code=drawn.code,
        keys=drawn.lines["key"].tolist(),
        districts=set(drawn.points["district"].fillna("")),
        facts=facts,
    )


def show_answer(mine: Desk) -> None:
    """What became of the last action."""
    if mine.said:
        notices.show_notice(mine.said, fault=mine.unheard)
    if mine.faults:
        notices.show_faults(mine.faults)


def _new_name(city: str, drawn: Sample) -> str:
    """The day and the seed, with a number where that name is taken."""
    kept = office.store()
    name = say("mock_page.draw.named", day=numbers.day(kept.base.today()), seed=drawn.seed)
    taken = {one.name for one in kept.mocks.all(office.visitor(), city)}
    names = (name, *(say("mock_page.draw.numbered", name=name, number=number) for number in range(2, len(taken) + 3)))
    return next(one for one in names if one not in taken)


def _other_seed(mine: Desk) -> None:
    mine.seed = secrets.randbelow(1_000_000)
