"""The newest: what was done to orders and which runs were kept, as entries of the ticker."""

from collections.abc import Sequence
from datetime import date, datetime

from store.audit import Entry
from store.base import ZONE
from store.order import Order
from store.order_book import order_book
from texts import lookup, numbers, say
from texts.escape import for_html
from views.wall.drawing import fitted_text
from views.wall.facts import Facts
from views.wall.pace import pace

_LOUD = ("make", "raise", "withdraw", "reopen")


def entries(facts: Facts) -> list[str]:
    """
    The newest first, as HTML. What was done to many orders at once is one entry that says how many.

    ``make`` followed at once by its dispatch is one entry as well: 新发现.
    """
    told: list[tuple[datetime, str]] = []
    for entry, order, count in _grouped(facts.news):
        at = entry.at.astimezone(ZONE)
        text = _place(order) + _more(entry, order, at.date(), count)
        told.append((at, _entry(at, facts.today, say(f"wall.news.acts.{entry.act}"), text, loud=entry.act in _LOUD)))
    for point in facts.trend[-1:]:
        at = point.at.astimezone(ZONE)
        text = say("wall.news.run_told", score=numbers.score(point.score), gaps=numbers.whole(facts.run.gaps))
        told.append((at, _entry(at, facts.today, say("wall.news.run"), text, loud=False)))
    newest = sorted(told, key=lambda one: one[0], reverse=True)[: pace().news]
    return [html for _, html in newest]


def _grouped(news: Sequence[tuple[Entry, Order]]) -> list[tuple[Entry, Order, int]]:
    """
    Alike entries of one moment as one, with their number; those of steps that no one needs to hear are left out.

    A photo that was taken away is a clerk's correction, and no news of an order: ``wall.news.acts`` does not name it.
    """
    known = lookup("wall.news.acts")
    groups: dict[tuple, list] = {}
    for entry, order in news:
        if entry.act in known:
            groups.setdefault((entry.act, entry.at, order.unit), [entry, order, 0])[2] += 1
    return [tuple(group) for group in groups.values()]


def _place(order: Order) -> str:
    where = "" if order.from_m is None else f" {numbers.stretch(order.from_m, order.to_m)}"
    return f"{fitted_text(order.district, 8)} {fitted_text(order.subject_name or order.title, 14)}{where}".strip()


def _more(entry: Entry, order: Order, day: date, count: int) -> str:
    text = say("wall.news.many", count=count) if count > 1 else ""
    unit = fitted_text(order.unit, 12)
    if entry.act == "make":
        return text + (_missing(order) if count == 1 else say("wall.news.by_unit", unit=unit))
    if entry.act in ("dispatch", "transfer"):
        return text + say("wall.news.to_unit", unit=unit, limit=_limit(entry, order))
    if entry.act == "extend":
        return text + say("wall.news.until", limit=_limit(entry, order))
    if entry.act == "raise":
        level = order_book().level_names.get(str(entry.after.get("level")), "")
        late = _days_late(entry, day)
        return text + say("wall.news.raised", unit=unit, days=late, level=level)
    return text + say("wall.news.by_unit", unit=unit)


def _missing(order: Order) -> str:
    return "" if order.missing is None or order.missing <= 0 else say(
        "wall.news.missing", count=numbers.plain(order.missing)
    )


def _limit(entry: Entry, order: Order) -> str:
    given = entry.after.get("due_on") or entry.after.get("deal_by")
    limit = date.fromisoformat(str(given)) if given else order.deal_by
    return numbers.day(limit)


def _days_late(entry: Entry, day: date) -> int:
    """Since the limit for which it went up."""
    limit = date.fromisoformat(str(entry.after["raised_for"]))
    return (day - limit).days


def _entry(at: datetime, today: date, word: str, text: str, *, loud: bool) -> str:
    time = f"{at:%H:%M}" if at.date() == today else numbers.day(at)
    kind = "fail" if loud else ""
    return f'<span class="news"><i>{time}</i><b class="{kind}">{for_html(word)}</b>{for_html(text)}</span>'
