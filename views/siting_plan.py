"""方案建议: what is asked of a plan, the search, and its answer taken."""

import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import count

import streamlit as st

from data.vocabulary import vocabulary
from metrics.plan import Goals, Offer, Plan
from metrics.plan.offer import WORTH, Required
from texts import numbers, say
from views import calls, state
from views.background import start
from views.draft import bound, held
from views.siting_area import own
from views.siting_desk import ALL, BUDGET, CHEAPEST, COUNT, HOWS, Ask, Desk, Planned
from views.siting_jobs import propose
from views.siting_words import money
from views.siting_work import Bench

_SECONDS = (10, 30, 60, 180, 600)
_YUAN, _FEW = 10_000, 10
_KINDS = ("along", "visible", "within", "presence", "reach")  # measures whose gaps new sites can close


def ask_plan(bench: Bench, desk: Desk) -> None:
    """What is asked of the plan, and the button that has it solved."""
    ask = desk.ask
    most_sites, most_money = _most(bench, ask, desk.area)
    ask.sites, ask.budget = min(ask.sites, most_sites), min(ask.budget, most_money)
    with st.container(horizontal=True, key="siting_ask", gap="small", vertical_alignment="center"):
        _ask_goals(bench, desk)
        bound(
            st.segmented_control,
            say("siting.plan.how"),
            list(HOWS),
            of=ask,
            to="how",
            key="siting_how",
            format_func=lambda how: say(f"siting.plan.hows.{how}"),
            required=True,
            label_visibility="collapsed",
        )
    with st.container(horizontal=True, key="siting_limit", gap="small", vertical_alignment="center"):
        if ask.how == COUNT:
            _ask_limit("sites", ask, most_sites, step=1)
        elif ask.how == BUDGET:
            _ask_limit("budget", ask, most_money, step=0.1)
        st.html(
            f'<p class="limit">{_limit_words(ask)}</p>', width="stretch" if ask.how in (ALL, CHEAPEST) else "content"
        )
        st.button(
            say("siting.plan.run"),
            type="primary",
            key="siting_run",
            on_click=_run,
            args=(desk,),
            disabled=desk.job is not None,
        )


def _ask_limit(name: str, ask: Ask, most: float, *, step: float) -> None:
    bound(
        st.slider,
        say(f"siting.plan.{name}"),
        0 * most,
        most,
        of=ask,
        to=name,
        key=f"siting_{name}",
        step=step,
        format=say(f"siting.plan.{name}_is"),
        label_visibility="collapsed",
    )


def _limit_words(ask: Ask) -> str:
    """What the limit comes to, in the other unit: so many sites cost at most, so much money is good for."""
    if ask.how in (ALL, CHEAPEST):
        return say(f"siting.plan.limits.{ask.how}")
    costs = [Offer().costs[carrier] for carrier in ask.carriers]
    if ask.how == COUNT:
        words = {"count": numbers.pieces(ask.sites), "cost": money(ask.sites * max(costs, default=0))}
        return say("siting.plan.limits.count", **words)
    words = {
        "cost": money(ask.budget * _YUAN),
        "count": numbers.pieces(int(ask.budget * _YUAN / min(costs, default=1))),
    }
    return say("siting.plan.limits.budget" if costs else "siting.plan.limits.mend", **words)


def _most(bench: Bench, ask: Ask, area: str) -> tuple[int, float]:
    """As far as the sliders go: about what closes all gaps, in sites and, of the dearest carrier, in 10,000 yuan."""
    sites = max(int(own(bench.base.gaps, area)["repair_min"].sum()), _FEW)
    dearest = max((Offer().costs[carrier] for carrier in ask.carriers), default=_YUAN / _FEW)
    return sites, float(math.ceil(sites * dearest / _YUAN))


def _ask_goals(bench: Bench, desk: Desk) -> None:
    """Which gaps, what may be put up, how long to search."""
    ask, rules = desk.ask, goal_rules(bench)
    districts = [] if bench.city.districts is None else sorted(bench.assessed.verdicts["district"].dropna().unique())
    ask.rules = [rule for rule in ask.rules if rule in rules]
    ask.districts = [desk.area] if desk.area else [name for name in ask.districts if name in districts]
    with st.popover(_goal_words(desk, rules)):
        everything = {"placeholder": say("siting.plan.all")}
        held(
            st.multiselect,
            say("siting.plan.rules"),
            list(rules),
            of=ask,
            to="rules",
            key="siting_rules",
            format_func=rules.get,
            **everything,
        )
        if not desk.area:
            held(
                st.multiselect,
                say("siting.plan.districts"),
                districts,
                of=ask,
                to="districts",
                key="siting_districts",
                **everything,
            )
            held(
                st.checkbox,
                say("siting.plan.inside"),
                of=ask,
                to="inside",
                key="siting_inside",
                disabled=not ask.districts,
            )
        costs = Offer().costs
        held(
            st.multiselect,
            say("siting.plan.carriers"),
            list(costs),
            of=ask,
            to="carriers",
            key="siting_carriers",
            format_func=lambda carrier: say(
                "siting.plan.carrier", name=vocabulary().carriers.label(carrier), cost=money(costs[carrier])
            ),
            placeholder=say("siting.plan.no_carrier"),
        )
        held(st.checkbox, say("siting.plan.mend"), of=ask, to="mend", key="siting_mend")
        held(
            st.selectbox,
            say("siting.plan.worth"),
            list(WORTH),
            of=ask,
            to="worth",
            key="siting_worth",
            format_func=lambda worth: say(f"siting.plan.worths.{worth}"),
        )
        held(
            st.select_slider,
            say("siting.plan.seconds"),
            list(_SECONDS),
            of=ask,
            to="seconds",
            key="siting_seconds",
            format_func=lambda seconds: say("siting.plan.seconds_are", seconds=seconds),
        )


def goal_rules(bench: Bench) -> dict[str, str]:
    """The rules whose gaps sites can close: id -> title."""
    return {
        rule.id: say("coverage.controls.rule_name", clause=rule.clause, title=rule.title)
        for rule in bench.book.at(bench.phase)
        if rule.measure in _KINDS
    }


def _goal_words(desk: Desk, rules: Mapping[str, str]) -> str:
    ask = desk.ask
    where = say("siting.plan.everywhere") if not ask.districts else say("explain.joiner").join(ask.districts[:2])
    what = say("siting.plan.all_rules") if not ask.rules else say("siting.plan.some_rules", count=len(ask.rules))
    return say("siting.plan.scope", where=where, what=what)


def goals_of(desk: Desk) -> Goals:
    """The gaps that are to be closed."""
    ask = desk.ask
    districts = [desk.area] if desk.area else ask.districts
    return Goals(rules=tuple(ask.rules), districts=tuple(districts), worth=ask.worth)


def offer_of(desk: Desk) -> Offer:
    """
    What may be done: the default costs, mending only where wanted, and what the map's areas and spots demand.

    A district acts in its own area only.
    """
    ask, every = desk.ask, Offer()
    mending = {} if ask.mend else {"repair": None, "retheme": None}
    required = tuple(Required(*mark.points_mm[0], mark.carrier) for mark in desk.required_spots)
    within = (desk.area,) if desk.area else tuple(ask.districts) if ask.inside else ()
    costs = {carrier: every.costs[carrier] for carrier in (*ask.carriers, *(spot.carrier for spot in required))}
    return Offer(
        carriers=tuple(ask.carriers),
        costs=costs,
        forbidden=tuple(desk.closed_areas()),
        required=required,
        within=within,
        **mending,
    )


def job_source() -> tuple[str | None, str, str]:
    """Where a job reads what this session looks at: the city's file (None: the demo city), the book, the phase."""
    now = calls.current()
    return None if now.city_key == state.DEMO else now.city_key, now.book_key, now.phase


def _run(desk: Desk) -> None:
    """Start the search, unless there is nothing to search for."""
    ask = desk.ask
    desk.faults = _refusals(desk)
    if desk.faults or desk.job is not None:
        return
    limits = {
        "sites": ask.sites if ask.how == COUNT else None,
        "budget": ask.budget * _YUAN if ask.how == BUDGET else None,
    }
    changes = dict(desk.scenario.changes)
    desk.job_of = (ask.worth, desk.judged_by, changes)
    desk.job = start(
        propose,
        *job_source(),
        changes,
        goals=goals_of(desk),
        offer=offer_of(desk),
        cheapest=ask.how == CHEAPEST,
        seconds=float(ask.seconds),
        **limits,
    )


def _refusals(desk: Desk) -> list[str]:
    ask = desk.ask
    found = []
    if ask.how == COUNT and ask.sites == 0:
        found.append(say("siting.plan.no_sites_asked"))
    if ask.how == BUDGET and ask.budget == 0:
        found.append(say("siting.plan.no_budget"))
    if not ask.carriers and not ask.mend:
        found.append(say("siting.plan.nothing_offered"))
    elif not ask.carriers and desk.required_spots:
        found.append(say("siting.plan.required_carrier"))
    unpriced = {mark.carrier for mark in desk.required_spots} - Offer().costs.keys()
    if unpriced:
        names = say("explain.joiner").join(vocabulary().carriers.label(carrier) for carrier in sorted(unpriced))
        found.append(say("siting.plan.no_cost", carriers=names))
    return found


def take_plan(desk: Desk) -> None:
    """Put the answer of the search, if there is one by now, on the desk."""
    if desk.job is None or (answer := desk.job.answer()) is None:
        return
    desk.job = None
    desk.faults = list(answer.faults)
    if answer.result is not None:
        desk.planned = Planned(_with_own_ids(answer.result, desk), *desk.job_of)
    elif answer.stopped:
        desk.faults = [say("siting.plan.stopped")]


def _with_own_ids(plan: Plan, desk: Desk) -> Plan:
    """The plan with ids for its new sites that no step of the scenario, not even one undone, has used."""
    used = {id for step in desk.scenario.steps for id in step.changes}
    solves = (say("siting.plan.id", solve=number, number="") for number in count(1))
    start = next(start for start in solves if not any(id.startswith(start) for id in used))
    proposals = [
        replace(one, id=f"{start}{number}", site=replace(one.site, id=f"{start}{number}")) if one.kind == "new" else one
        for number, one in enumerate(plan.proposals, 1)
    ]
    return replace(plan, proposals=tuple(proposals))
