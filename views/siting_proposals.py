"""The proposals of a plan: grouped by what they close, accepted one by one, group by group, or all at once."""

from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path
from string import Template

import streamlit as st

from metrics.plan import Plan, Proposal
from texts import numbers, say
from texts.escape import for_html
from views.siting_actions import accept
from views.siting_desk import Desk
from views.siting_words import grouped, money
from views.theme import colours, tokens

_KEY, _MOST_GROUPS, _MOST_SHORT = "siting_proposed", 200, 40
_FOLDER = Path(__file__).with_name("js")


@cache
def _component():
    """The list as a component of Streamlit; registered once a process."""
    light = {name: value for name, value in colours().model_dump(by_alias=True).items() if isinstance(value, str)}
    sheet = Template((_FOLDER / "proposals.css").read_text(encoding="utf-8")).substitute(light, fonts=tokens().fonts)
    script = (_FOLDER / "proposals.js").read_text(encoding="utf-8")
    return st.components.v2.component("siting_proposals", html='<div class="proposals"></div>', css=sheet, js=script)


def show_proposals(desk: Desk) -> None:
    """The proposals of the last plan; nothing while others are sought."""
    if desk.planned is None or desk.job is not None:
        return
    plan, waiting = desk.planned.plan, desk.waiting()
    with st.container(key="siting_proposals"):
        if plan.proposals:
            _show_head(desk, plan, waiting)
            data = proposals_data(plan.proposals, {proposal.id for proposal in waiting})
            _component()(key=_KEY, data=data, on_accepted_change=lambda: _accept(desk))
        elif plan.status not in ("nothing_asked", "infeasible"):
            st.html(f'<p class="empty">{say("siting.plan.empty")}</p>')
        _show_impossible(plan)


def _show_head(desk: Desk, plan: Plan, waiting: list[Proposal]) -> None:
    done = len(plan.proposals) - len(waiting)
    title = say("siting.plan.title", count=numbers.whole(len(plan.proposals)), cost=money(plan.cost))
    note = say("siting.plan.accepted", count=numbers.whole(done)) if done else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="siting_proposals_head"):
        st.html(f'<div class="figures-title">{title}<span class="note">　{note}</span></div>', width="stretch")
        st.button(
            say("siting.plan.accept_all"),
            key="siting_accept_all",
            on_click=accept,
            args=(desk, waiting),
            disabled=not waiting,
        )
        st.button(say("siting.plan.drop"), key="siting_drop_plan", on_click=_drop, args=(desk,))


def proposals_data(proposals: Sequence[Proposal], waiting: Collection[str]) -> dict:
    """
    What the list shows: groups with number, name, place, count, cost and rows; ``number`` "" where all are accepted.

    The numbers are those of the map: in the order of the groups that wait.
    """
    groups, number = [], 0
    for name, own in grouped(proposals):
        open_ = any(one.id in waiting for one in own)
        number += open_
        groups.append(_group(name, own, waiting, str(number) if open_ else ""))
    rest = len(groups) - _MOST_GROUPS
    words = {
        "heads": [say(f"siting.plan.columns.{name}") for name in ("number", "closes", "place", "count", "cost")],
        "accept": say("siting.plan.accept"),
        "taken": say("siting.plan.taken"),
        "rest": say("siting.plan.more", count=numbers.whole(rest)) if rest > 0 else "",
    }
    return {"groups": groups[:_MOST_GROUPS], "words": words}


def _group(name: str, own: Sequence[Proposal], waiting: Collection[str], number: str) -> dict:
    kinds = say("explain.joiner").join(dict.fromkeys(say(f"siting.plan.kinds.{one.kind}") for one in own))
    key = "place" if len(own) == 1 else "first_place"
    rule, _, subject = name.partition(say("plan.closes", rule="", name=""))
    return {
        "number": number,
        "key": name,
        "name": subject or name,
        "rule": rule if subject else "",
        "place": say(f"siting.plan.{key}", kinds=kinds, place=own[0].place),
        "count": numbers.pieces(len(own)),
        "cost": money(sum(one.cost for one in own)),
        "more": say("siting.plan.single", count=numbers.whole(len(own))),
        "rows": [
            {
                "id": one.id,
                "kind": say(f"siting.plan.kinds.{one.kind}"),
                "place": one.place,
                "cost": money(one.cost),
                "waiting": one.id in waiting,
            }
            for one in own
        ],
    }


def _accept(desk: Desk) -> None:
    ids = st.session_state[_KEY]["accepted"] or []
    accept(desk, [proposal for proposal in desk.waiting() if proposal.id in ids])


def _show_impossible(plan: Plan) -> None:
    if not plan.impossible:
        return
    lines = "".join(
        f"<li>{for_html(say('siting.plan.impossible', name=one.subject_name, reason=one.reason))}</li>"
        for one in plan.impossible[:_MOST_SHORT]
    )
    title = say("siting.plan.impossible_title", count=numbers.whole(len(plan.impossible)))
    with st.expander(title, key="siting_impossible"):
        st.html(f'<ul class="remarks">{lines}</ul>')


def _drop(desk: Desk) -> None:
    desk.planned = None
