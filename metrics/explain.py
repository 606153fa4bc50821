"""Numbers and lists as the Chinese explanations write them."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache

import numpy as np
import pandas as pd

from data.vocabulary import vocabulary
from texts import say

OPEN = ("unrecorded", "sight_unknown")  # how reason codes end that leave open whether a site counts
_LABELLED = {"condition": "conditions", "carrier_excluded": "carriers"}


def whole(number: float) -> str:
    """
    A whole number with a space between thousands.

    Examples
    --------
    >>> whole(1036.2)
    '1 036'
    """
    return f"{round(float(number)):,}".replace(",", " ")


def plain_number(number: float) -> str:
    """
    A number with as many decimals as it needs, two at most.

    Examples
    --------
    >>> plain_number(3.0), plain_number(0.456)
    ('3', '0.46')
    """
    return (
        whole(number)
        if float(number).is_integer()
        else f"{float(number):,.2f}".rstrip("0").rstrip(".").replace(",", " ")
    )


def percent(part: float) -> str:
    """
    A part of one in percent, with one decimal where it has one; 100 only when nothing is left out.

    Examples
    --------
    >>> percent(0.3), percent(0.99999), percent(1.0)
    ('30', '99.9', '100')
    """
    shown = round(float(part) * 100, 1)
    if shown == 100.0 and part < 1:
        shown = 99.9
    return f"{shown:.1f}".removesuffix(".0")


@cache
def reason_label(reason: str) -> str:
    """What a reason code is called: 横幅 for ``carrier_excluded:banner``, 遮挡 for ``hidden:12``."""
    code, _, what = reason.partition(":")
    label = getattr(vocabulary(), _LABELLED[code]).label(what) if code in _LABELLED else what
    return say(f"reasons.{code}", what=label)


def held_back(subject: np.ndarray, reason: np.ndarray) -> dict[int, dict[str, int]]:
    """
    Of each subject, how many sites do not count, by reason code.

    Parameters
    ----------
    subject, reason
        Row of the subject and reason code of each site that does not count for it.
    """
    number, codes = pd.factorize(reason)
    pair, count = np.unique(subject * len(codes) + number, return_counts=True)
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for key, times in zip(pair.tolist(), count.tolist(), strict=True):
        found[key // len(codes)][codes[key % len(codes)]] = times
    return found


def listed(counts: Mapping[str, int]) -> str:
    """横幅 1 处、褪色 1 处: each reason with how many sites it holds back, most first."""
    return _listed(tuple(counts.items()))


@lru_cache(maxsize=4096)
def _listed(counts: tuple[tuple[str, int], ...]) -> str:
    by_label: dict[str, int] = {}
    for reason, count in counts:
        label = reason_label(reason)
        by_label[label] = by_label.get(label, 0) + count
    ranked = sorted(by_label.items(), key=lambda pair: (-pair[1], pair[0]))
    return say("explain.joiner").join(say("explain.item", what=what, count=count) for what, count in ranked)


def rejected(counts: Mapping[str, int]) -> str:
    """The end of a sentence that says which sites do not count; empty when there are none."""
    return say("explain.rejected", list=listed(counts)) if counts else ""


def open_questions(counts: Mapping[str, int]) -> str:
    """The end of a sentence that says what keeps an answer open; empty when nothing particular does."""
    open_ = {reason: count for reason, count in counts.items() if reason.endswith(OPEN)}
    return say("explain.open", list=listed(open_)) if open_ else ""
