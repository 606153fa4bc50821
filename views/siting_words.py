"""Sites, proposals, amounts and changes in words."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from data.vocabulary import vocabulary
from metrics.plan import Proposal
from metrics.scenario import Site
from texts import numbers, say
from views.siting_work import Size


def site_words(site: Site) -> str:
    """What a site is, in one line: carrier, themes, condition; what is not recorded is left out."""
    return _site_words(site.carrier, site.themes, site.condition)


@lru_cache(maxsize=4096)
def _site_words(carrier: str | None, themes: str | None, condition: str | None) -> str:
    words = vocabulary()
    parts = [
        words.carriers.label(carrier) if carrier else "",
        say("explain.joiner").join(words.themes.label(theme) for theme in (themes or "").split(",") if theme),
        words.conditions.label(condition) if condition else "",
    ]
    return "　".join(part for part in parts if part) or say("siting.site.unrecorded")


def size_words(size: Size) -> str:
    """A size in metres: ``0.6 × 1.8 米``."""
    width, height = size
    if width is None or height is None:
        return say("siting.site.no_size")
    return say("siting.site.size", width=_metres(width), height=_metres(height))


def money(yuan: float | None) -> str:
    """An amount: in yuan below ten thousand, else in 万元 with one decimal."""
    if yuan is None:
        return say("numbers.nothing")
    if yuan < 10_000:
        return say("siting.money.yuan", number=numbers.whole(yuan))
    return say("siting.money.ten_thousand", number=numbers.decimal(yuan / 10_000))


def area_words(square_metres: float) -> str:
    """An area: in square metres, from a tenth of a square kilometre on in those."""
    if square_metres < 100_000:
        return say("siting.areas.metres", number=numbers.whole(square_metres))
    return say("siting.areas.kilometres", number=numbers.decimal(square_metres / 1_000_000))


def grouped(proposals: Sequence[Proposal]) -> list[tuple[str, list[Proposal]]]:
    """The proposals by what they close first, in the order in which that comes up first."""
    groups: dict[str, list[Proposal]] = {}
    for proposal in proposals:
        name = proposal.closes[0] if proposal.closes else say("siting.plan.nothing_closed")
        groups.setdefault(name, []).append(proposal)
    return list(groups.items())


def change(before: float | None, after: float | None, write: Callable[[float], str], *, least: float) -> str:
    """▲ or ▼ and by how much; what is less than ``least``, the smallest that can be written, is told as such."""
    if before is None or after is None or before == after or np.isnan(after - before):
        return say("siting.compare.same")
    by = abs(after - before)
    words = write(by) if by >= least / 2 else say("siting.compare.less", least=write(least))
    return f"{'▲' if after > before else '▼'} {words}"


def _metres(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
