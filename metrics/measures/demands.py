"""What a counting rule demands: so many sites of its own themes and forms, and so many of each quota."""

from dataclasses import dataclass

import numpy as np

from data.vocabulary import vocabulary
from metrics.rules import CountRule, Quota, SiteRule
from metrics.survey import COUNTS, MAYBE, Stock, eligibility
from texts import say

_FEW = 2


@dataclass(frozen=True)
class Demand:
    """
    ``need`` sites that count; ``state`` and ``reason`` say of each site of the stock whether it does.

    ``title`` is empty for the rule's own demand and the quota's name for a quota.
    """

    need: int
    title: str
    state: np.ndarray
    reason: np.ndarray


def demands_of(rule: SiteRule, stock: Stock) -> list[Demand]:
    """The rule's own demand, then those of its quotas; a quota without themes or forms takes the rule's."""
    excluded = {
        "excluded_carriers": rule.excluded_carriers or (),
        "excluded_conditions": rule.excluded_conditions or (),
    }
    own = eligibility(stock, themes=rule.themes, carriers=rule.carriers, **excluded)
    demands = [Demand(rule.need, "", own.state, own.reason)]
    for quota in rule.quotas if isinstance(rule, CountRule) else ():
        part = eligibility(
            stock, themes=quota.themes or rule.themes, carriers=quota.carriers or rule.carriers, **excluded
        )
        demands.append(Demand(quota.need, quota.title or asked_for(quota), part.state, part.reason))
    return demands


def counted_and_reasons(demands: list[Demand], site: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """
    For the given sites: 1 where one counts for the rule or a quota, else 0, and the reason as a trace shows it.

    A site that only a quota counts says so; one that may count shows what is not recorded.
    """
    counted = demands[0].state[site] == COUNTS
    reason = np.where(counted, "counted", demands[0].reason[site]).astype(object)
    for quota in demands[1:]:
        more = ~counted & (quota.state[site] == COUNTS)
        counted = counted | more
        reason[more] = "counted_for_quota"
    return counted.astype(np.int8), reason


def weights(rule: CountRule, stock: Stock) -> np.ndarray:
    """How much each site adds: 1, or its panels where the rule counts panels."""
    by_panels = isinstance(rule, CountRule) and rule.count == "panels"
    return stock.panels if by_panels else np.ones(len(stock), dtype=np.int64)


def unit_of(rule: SiteRule) -> str:
    """处 or 条, whichever the rule counts."""
    return say(f"explain.units.{getattr(rule, 'count', 'sites')}")


def bounds(state: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What each site surely adds and what it may add."""
    return np.where(state == COUNTS, weight, 0), np.where((state == COUNTS) | (state == MAYBE), weight, 0)


def asked_for(rule: SiteRule | Quota) -> str:
    """What a rule or quota asks for in a few words: its themes or forms when they are few, else just the ads."""
    words = vocabulary()
    named = [words.themes.label(theme) for theme in rule.themes] or [words.carriers.label(c) for c in rule.carriers]
    return say("explain.joiner").join(named) if 0 < len(named) <= _FEW else say("explain.ads")
