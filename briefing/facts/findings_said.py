"""The findings of a briefing in sentences: each made by one rule on the figures, or not at all."""

from collections.abc import Callable

from briefing.facts.briefing import Briefing
from briefing.facts.change import Change
from briefing.facts.standing import Standing
from briefing.office_files import shortened
from metrics.scores import CITY, RED, YELLOW
from texts import numbers, say

_MOST_NAMED, _MOST_SIGNS = 5, 60


def sentences(briefing: Briefing) -> list[str]:
    """What the figures say, most important first; a rule whose figures are not there says nothing."""
    return [said for rule in _RULES if (said := rule(briefing))]


def paragraphs(briefing: Briefing) -> list[str]:
    """The same sentences in two paragraphs: how it stands; what stands out, what has changed and what is done."""
    found = ["".join(said for rule in rules if (said := rule(briefing))) for rules in (_STANDS, _STANDS_OUT)]
    return [text for text in found if text]


def scored(briefing: Briefing) -> str:
    """The score; among districts or units the rank, and with whom it is shared."""
    own = briefing.own
    if own.score is None:
        return say("brief.said.no_score", who=shortened(own.name, _MOST_SIGNS))
    said = say("brief.said.score", who=shortened(own.name, _MOST_SIGNS), score=numbers.score(own.score))
    if own.rank is not None:
        said += say(f"brief.said.rank.{briefing.audience.scope}", rank=numbers.whole(own.rank))
        if own.tied:
            said += say("brief.said.tied", names=named(own.tied))
    return said + say("brief.said.end")


def judged(briefing: Briefing) -> str:
    """How many subjects pass, fail, and are unknown."""
    own = briefing.own
    known = own.passed + own.failed
    if not known:
        return say("brief.said.all_unknown", unknown=numbers.whole(own.unknown)) if own.unknown else ""
    said = say("brief.said.judged", known=numbers.whole(known), passed=numbers.whole(own.passed))
    said += say("brief.said.failed", failed=numbers.whole(own.failed)) if own.failed else say("brief.said.none_failed")
    if own.unknown:
        said += say("brief.said.unknown", unknown=numbers.whole(own.unknown))
    return said + say("brief.said.end")


def walked(briefing: Briefing) -> str:
    """Failing stretches and the chance of a walk; nothing where no street was judged."""
    own = briefing.own
    if own.walk is None and not own.lines:
        return ""
    said = _stretches(own)
    if own.walk is not None:
        share = numbers.percent(own.walk[0], failing=own.lines > 0)
        said += say("brief.said.walk", window=numbers.metres(own.walk[1]), share=share)
    return said + say("brief.said.end")


def _stretches(own: Standing) -> str:
    if not own.lines:
        return say("brief.said.no_lines")
    return say("brief.said.lines", lines=numbers.whole(own.lines), length=numbers.length(own.length_m))


def placed(briefing: Briefing) -> str:
    """Failing places."""
    return say("brief.said.places", places=numbers.whole(briefing.own.places)) if briefing.own.places else ""


def repaired(briefing: Briefing) -> str:
    """How many gaps new sites repair, and how many these need; nothing where none does."""
    own = briefing.own
    if not own.repairable:
        return ""
    others = own.lines + own.places - own.repairable
    values = {"count": own.repairable, "repair": own.repair, "others": others}
    return say(
        "brief.said.repair" if others else "brief.said.repair_all",
        **{name: numbers.whole(value) for name, value in values.items()},
    )


def ranked(briefing: Briefing) -> str:
    """The best and the worst district, if there are two that have a score."""
    known = [own for own in briefing.districts if own.score is not None]
    if briefing.audience.scope != CITY or len(known) < 2:
        return ""
    best, worst = known[0].score, known[-1].score
    if best == worst:
        return say("brief.said.all_same", count=numbers.whole(len(known)), score=numbers.score(best))
    return say(
        "brief.said.ranked",
        best=named([own.name for own in known if own.score == best]),
        high=numbers.score(best),
        worst=named([own.name for own in known if own.score == worst]),
        low=numbers.score(worst),
    )


def flagged(briefing: Briefing) -> str:
    """Who has a flag: red praises, yellow warns."""
    if briefing.audience.scope != CITY:
        own, flag = shortened(briefing.own.name, _MOST_SIGNS), briefing.own.flag
        return say(f"brief.said.own_flag.{flag}", who=own) if flag in (RED, YELLOW) else ""
    said = []
    for flag in (RED, YELLOW):
        names = [own.name for own in briefing.districts if own.flag == flag]
        if names:
            said.append(say(f"brief.said.flags.{flag}", names=named(names)))
    return say("brief.said.and").join(said) + say("brief.said.end") if said else ""


def weakest(briefing: Briefing) -> str:
    """The class with the lowest score, when not all have the same."""
    known = [item for item in briefing.items if item.score is not None]
    if len(known) < 2 or len({item.score for item in known}) == 1:
        return ""
    low = min(item.score for item in known)
    labels = [item.label for item in known if item.score == low]
    return say("brief.said.weakest", labels=named(labels), score=numbers.score(low))


def busiest(briefing: Briefing) -> str:
    """The unit with most gaps, when there are several units."""
    most = max((unit.gaps for unit in briefing.units), default=0)
    if len(briefing.units) < 2 or not most:
        return ""
    names = [unit.name for unit in briefing.units if unit.gaps == most]
    return say("brief.said.busiest", names=named(names), count=numbers.whole(most))


def changed(briefing: Briefing) -> str:
    """The score and the gaps against the earlier run."""
    change = briefing.change
    if change is None:
        return ""
    said = say("brief.said.since", day=long_day(change.since))
    if (step := score_step(briefing.own.score, change.score_before)) is not None:
        said += say(f"brief.said.score_{_way(step)}", points=numbers.decimal(abs(step)))
    counts = gap_counts(change)
    said += say("brief.said.gaps_since", **{name: numbers.whole(count) for name, count in counts.items()})
    if counts["unclear"]:
        said += say("brief.said.unclear", count=numbers.whole(counts["unclear"]))
    return said + say("brief.said.end") + ("" if change.same_book else say("brief.said.other_book"))


def ordered(briefing: Briefing) -> str:
    """Orders given, closed and overdue."""
    orders = briefing.orders
    if orders is None:
        return ""
    if not orders.given:
        return say("brief.said.no_orders")
    counts = {name: numbers.whole(getattr(orders, name)) for name in ("given", "closed", "overdue")}
    return say("brief.said.orders" if orders.overdue else "brief.said.orders_in_time", **counts)


def planned(briefing: Briefing) -> str:
    """What the plan says of itself."""
    return "" if briefing.plan is None else say("brief.said.plan", sentence=briefing.plan.sentence)


def gap_counts(change: Change) -> dict[str, int]:
    """How many gaps are new, still open, closed, unclear."""
    return {name: len(getattr(change, name)) for name in ("new", "open", "closed", "unclear")}


def score_step(now: float | None, before: float | None) -> float | None:
    """The difference of two scores as they are written, so that a reader who subtracts finds the same; None without."""
    if now is None or before is None:
        return None
    return round(float(numbers.score(now)) - float(numbers.score(before)), 1)


def long_day(day) -> str:
    """A day with its year: 2026年11月15日."""
    return say("brief.day", year=day.year, month=day.month, day=day.day)


def named(names) -> str:
    """Names in a row; of many the first, and how many there are."""
    names = [shortened(name, _MOST_SIGNS) for name in names]
    joined = say("brief.said.joiner").join(names[:_MOST_NAMED])
    return joined if len(names) <= _MOST_NAMED else say("brief.said.and_more", names=joined, count=len(names))


def _way(step: float) -> str:
    return "same" if step == 0 else "up" if step > 0 else "down"


_STANDS: tuple[Callable[[Briefing], str], ...] = (scored, judged, walked, placed, repaired)
_STANDS_OUT = (ranked, flagged, weakest, busiest, changed, ordered, planned)
_RULES = (*_STANDS, *_STANDS_OUT)
