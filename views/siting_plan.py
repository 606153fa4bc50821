"""方案建议: what is asked of a plan, how far it is, what it proposes, and what was proved."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count

import streamlit as st

from data.vocabulary import vocabulary
from metrics.plan import Goals, Offer, Plan
from metrics.plan.offer import WORTH
from texts import say
from views import calls, numbers, state
from views.background import show_job, start
from views.draft import bound
from views.escape import for_html
from views.siting_desk import BUDGET, CHEAPEST, COUNT, HOWS, Ask, Desk, Planned
from views.siting_jobs import propose
from views.siting_words import money
from views.siting_work import Bench

_SECONDS = (10, 30, 60, 180, 600)
_GRACE_S, _YUAN, _FEW = 20, 10_000, 10
_KINDS = ("along", "visible", "within", "presence", "reach")  # measures whose gaps new sites can close


def ask_plan(bench: Bench, desk: Desk) -> None:
    """What is asked of the plan, and the button that has it solved."""
    ask = desk.ask
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
    most_sites, most_money = _most(bench, ask)
    ask.sites, ask.budget = min(ask.sites, most_sites), min(ask.budget, most_money)
    if ask.how == COUNT:
        bound(
            st.slider,
            say("siting.plan.count"),
            0,
            most_sites,
            of=ask,
            to="sites",
            key="siting_count",
            format=say("siting.plan.count_is"),
            label_visibility="collapsed",
            width=190,
        )
    elif ask.how == BUDGET:
        bound(
            st.slider,
            say("siting.plan.budget"),
            0.0,
            most_money,
            of=ask,
            to="budget",
            key="siting_budget",
            step=0.1,
            format=say("siting.plan.budget_is"),
            label_visibility="collapsed",
            width=190,
        )
    st.button(
        say("siting.plan.run"),
        type="primary",
        key="siting_run",
        on_click=_run,
        args=(desk,),
        disabled=desk.job is not None,
    )


def _most(bench: Bench, ask: Ask) -> tuple[int, float]:
    """As far as the sliders go: about what closes all gaps, in sites and, of the dearest carrier, in 10,000 yuan."""
    sites = max(int(bench.base.gaps["repair_min"].sum()), _FEW)
    dearest = max((Offer().costs[carrier] for carrier in ask.carriers), default=_YUAN / _FEW)
    return sites, float(math.ceil(sites * dearest / _YUAN))


def _ask_goals(bench: Bench, desk: Desk) -> None:
    """Which gaps, what may be put up, how long to search."""
    ask, rules = desk.ask, goal_rules(bench)
    districts = [] if bench.city.districts is None else sorted(bench.assessed.verdicts["district"].dropna().unique())
    ask.rules = [rule for rule in ask.rules if rule in rules]
    ask.districts = [name for name in ask.districts if name in districts]
    with st.popover(_goal_words(desk, rules)):
        everything = {"placeholder": say("siting.plan.all")}
        _held(
            st.multiselect,
            say("siting.plan.rules"),
            list(rules),
            of=ask,
            to="rules",
            key="siting_rules",
            format_func=rules.get,
            **everything,
        )
        _held(
            st.multiselect,
            say("siting.plan.districts"),
            districts,
            of=ask,
            to="districts",
            key="siting_districts",
            **everything,
        )
        costs = Offer().costs
        _held(
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
        _held(st.checkbox, say("siting.plan.mend"), of=ask, to="mend", key="siting_mend")
        _held(
            st.selectbox,
            say("siting.plan.worth"),
            list(WORTH),
            of=ask,
            to="worth",
            key="siting_worth",
            format_func=lambda worth: say(f"siting.plan.worths.{worth}"),
        )
        _held(
            st.select_slider,
            say("siting.plan.seconds"),
            list(_SECONDS),
            of=ask,
            to="seconds",
            key="siting_seconds",
            format_func=lambda seconds: say("siting.plan.seconds_are", seconds=seconds),
        )


def _held(widget: Callable, label: str, *options, of: Ask, to: str, key: str, **settings) -> None:
    """As `bound`, in a pop-over: it shows first what it is told last, so it is told every time."""
    st.session_state[key] = getattr(of, to)
    bound(widget, label, *options, of=of, to=to, key=key, **settings)


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
    return Goals(rules=tuple(ask.rules), districts=tuple(ask.districts), worth=ask.worth)


def offer_of(desk: Desk) -> Offer:
    """What may be done: the default costs, without mending unless it is wanted, without the areas kept free."""
    ask, every = desk.ask, Offer()
    mending = {} if ask.mend else {"repair": None, "retheme": None}
    costs = {carrier: every.costs[carrier] for carrier in ask.carriers}
    return Offer(carriers=tuple(ask.carriers), costs=costs, forbidden=tuple(desk.closed_areas()), **mending)


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


def show_state(desk: Desk) -> None:
    """How far the search is; or what was proved, in words; or why there is no plan."""
    if desk.job is not None:
        show_job(desk.job, key="siting_job", grace_s=_GRACE_S)
    for fault in desk.faults:
        st.html(f'<p class="notice fault">{for_html(fault)}</p>')
    if desk.planned is not None and desk.job is None:
        st.html(proof_html(desk.planned, stale=not desk.planned.builds_on(desk.scenario.changes)))


def proof_html(planned: Planned, *, stale: bool = False) -> str:
    """What the plan is and what was proved of it: the tick only for a proof; ``stale``: edited since."""
    plan = planned.plan
    tick = '<i class="tick">✓</i>' if plan.status == "proved" else ""
    mark, said = say(f"siting.proof.marks.{plan.status}"), for_html(plan.sentence)
    head = f'<div class="proof-head">{tick}<b>{mark}</b>{_proof_facts(planned)}</div>'
    note = f'<p class="note">{say("siting.proof.stale")}</p>' if stale else ""
    return f'<div class="proof {plan.status}">{head}<p class="note">{said}</p>{note}</div>'


def _proof_facts(planned: Planned) -> str:
    """In short: how many, for how much, what that closes; the bound, the gap to it, the time, and the check."""
    plan = planned.plan
    if plan.status not in ("proved", "best_found"):
        return ""
    summary = say(
        "siting.proof.summary",
        count=numbers.pieces(len(plan.proposals)),
        cost=money(plan.cost),
        closed=numbers.whole(plan.closed),
        asked=numbers.whole(plan.asked),
    )
    worth = planned.worth if plan.aim == "most" else plan.aim
    facts = [
        say(f"siting.proof.bounds.{worth}", bound=_bound(plan.bound, worth)),
        say("siting.proof.gap", gap=numbers.percent(plan.gap, failing=plan.status != "proved")),
        say("siting.proof.seconds", seconds=numbers.decimal(sum(plan.seconds.values()))),
        say("siting.proof.checked" if plan.rechecked else "siting.proof.unchecked"),
    ]
    return f'<span>{summary}</span><span class="proof-facts">{"　".join(facts)}</span>'


def _bound(bound: float, worth: str) -> str:
    write = {"cheapest": money, "metres": numbers.length, "score": numbers.decimal}.get(worth, numbers.plain)
    return write(bound)
