"""How far a search is; and of a plan what was proved, what it promised, and what came of it."""

import streamlit as st

from texts import numbers, say
from texts.escape import for_html
from views.background import Job
from views.siting_desk import Desk, Planned, accepted
from views.siting_words import money
from views.siting_work import Outcome

_GRACE_S, _LOOK_EVERY_S = 20, 0.5


def show_state(desk: Desk, outcome: Outcome) -> None:
    """How far the search is; or what was proved, in words; or why there is no plan, or what one would be."""
    for fault in desk.faults:
        st.html(f'<p class="notice fault">{for_html(fault)}</p>')
    if desk.job is not None:
        _show_search(desk.job, float(desk.ask.seconds))
    elif desk.planned is not None:
        st.html(proof_html(desk.planned, outcome))
    elif not desk.faults:
        st.html(f'<p class="note how-to">{say("siting.plan.how_to")}</p>')


@st.fragment(run_every=_LOOK_EVERY_S)
def _show_search(job: Job, seconds: float) -> None:
    if job.answer() is not None:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", key="siting_job"):
        share = min(job.seconds / seconds, 1)
        told = say("background.running", step=job.told, seconds=numbers.whole(int(job.seconds)))
        bar = f'<i class="bar"><i style="width:{100 * share:.0f}%"></i></i>'
        st.html(f'<div class="search"><span>{for_html(told)}</span>{bar}</div>', width="stretch")
        label = say("background.stopping" if job.stopping else "background.stop")
        st.button(label, key="siting_job_stop", on_click=job.stop, args=(_GRACE_S,), disabled=job.stopping)


def proof_html(planned: Planned, outcome: Outcome) -> str:
    """What the plan is, what was proved of it (the tick only for a proof), and what it promised beside what came."""
    plan = planned.plan
    tick = '<i class="tick">✓</i>' if plan.status == "proved" else ""
    mark, said = say(f"siting.proof.marks.{plan.status}"), for_html(plan.sentence)
    head = f'<div class="proof-head">{tick}<b>{mark}</b>{_proof_facts(planned)}</div>'
    note = _promised(planned, outcome) if plan.proposals else f'<p class="note">{said}</p>'
    return f'<div class="proof {plan.status}" title="{said}">{head}{note}</div>'


def _promised(planned: Planned, outcome: Outcome) -> str:
    """What the whole plan brings, and what those accepted brought when the city was judged again."""
    plan, now = planned.plan, outcome.difference
    if not planned.builds_on(outcome.changes):
        return f'<p class="note">{say("siting.proof.stale")}</p>'
    then = plan.difference
    done = sum(accepted(proposal, outcome.changes) for proposal in plan.proposals)
    start = then.city.before, then.gap_m_before
    promised = _gain(then.city.after - start[0], start[1] - then.gap_m)
    text = say("siting.proof.promised", **promised)
    if done:
        came = _gain(now.city.after - start[0], start[1] - now.gap_m)
        key = "all_came" if done == len(plan.proposals) else "some_came"
        text += say(f"siting.proof.{key}", count=numbers.whole(done), **came)
    return f'<p class="note">{text}</p>'


def _gain(points: float, metres: float) -> dict[str, str]:
    """By how much the score rose and the failing stretches shrank, written with their signs."""
    return {
        "points": _sign(points, 0.05) + numbers.decimal(abs(points)),
        "length": _sign(-metres, 0.5) + numbers.length(abs(metres)),
    }


def _sign(change: float, least: float) -> str:
    return "" if abs(change) < least else "+" if change > 0 else "−"


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
