"""What a counting rule demands: so many sites of its own themes and forms, and so many of each quota."""

from dataclasses import dataclass

import numpy as np

from data.vocabulary import vocabulary
from metrics.rules import CountRule, Quota, SiteRule
from metrics.stock import COUNTS, MAYBE, Stock, eligibility
from texts import say

_FEW = 2


@dataclass(frozen=True)
class Demand:
    """
    ``need`` sites that count; ``state`` and ``reason`` say of each site of the stock whether it does.

    ``title`` is empty for the rule's own demand and the quota's name for a quota. ``form`` numbers the sets of forms
    that quotas ask for: a new site has one form and any themes, so it serves one of these; -1 is served by any site.
    ``themes`` are those it asks for; empty: any.
    """

    need: int
    title: str
    form: int
    state: np.ndarray
    reason: np.ndarray
    themes: tuple[str, ...] = ()


def demands_of(rule: SiteRule, stock: Stock) -> list[Demand]:
    """The rule's own demand, then those of its quotas; a quota without themes or forms takes the rule's."""
    excluded = {
        "excluded_carriers": rule.excluded_carriers or (),
        "excluded_conditions": rule.excluded_conditions or (),
    }
    own = eligibility(stock, themes=rule.themes, carriers=rule.carriers, **excluded)
    demands = [Demand(rule.need, "", -1, own.state, own.reason, tuple(rule.themes))]
    quotas = rule.quotas if isinstance(rule, CountRule) else ()
    forms = list(dict.fromkeys(frozenset(quota.carriers) for quota in quotas if quota.carriers))
    for quota in quotas:
        part = eligibility(
            stock, themes=quota.themes or rule.themes, carriers=quota.carriers or rule.carriers, **excluded
        )
        form = forms.index(frozenset(quota.carriers)) if quota.carriers else -1
        themes = tuple(quota.themes or rule.themes)
        demands.append(Demand(quota.need, quota.title or asked_for(quota), form, part.state, part.reason, themes))
    return demands


def fewest_sites(lack: np.ndarray, forms: list[int]) -> np.ndarray:
    """
    The fewest new sites that make up for what every demand lacks.

    Those that different forms ask for add up; the others are served by them and, where they ask for more, by more.

    Parameters
    ----------
    lack
        (demands, subjects): how many sites each demand lacks; what is not positive lacks nothing.
    forms
        ``Demand.form`` of each demand.
    """
    lack = np.maximum(lack, 0)
    of_form = np.array(forms)
    by_form = [lack[of_form == form].max(axis=0) for form in sorted(set(forms) - {-1})]
    formed = np.sum(by_form, axis=0) if by_form else np.zeros(lack.shape[1])
    return np.maximum(formed, lack[of_form == -1].max(axis=0))


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
