"""An order in words: where it is, by when, what was done to it."""

from collections.abc import Mapping
from datetime import date, datetime

from metrics.assessment import Assessment
from store import Order
from store.audit import Entry
from store.base import ZONE
from store.order_book import order_book
from texts import lookup, numbers, say
from texts.escape import for_html

_DAYS = ("due_on", "dispatch_by", "deal_by", "close_by")
_TOLD = ("state", "unit", "due_on", "level")


def where(order: Order) -> str:
    """The place of an order: a street from where to where, or a venue."""
    name = order.subject_name or order.title
    if order.from_m is None:
        return name
    return say("orders.where", name=name, stretch=numbers.stretch(order.from_m, order.to_m))


def lacking(order: Order) -> str:
    """What is missing: at the worst walk or place, and to repair all of it; "" where it is no number of places."""
    said = []
    if order.missing:
        said.append(numbers.short(order.missing))
    if order.repair_min and order.repair_min != order.missing:
        said.append(numbers.repair(order.repair_min))
    return say("orders.and").join(said)


def due(order: Order, today: date) -> str:
    """The limit that runs, or by how many days it has passed."""
    if order.due_on is None:
        return say("orders.due.closed", day=numbers.day(order.closed_on)) if order.closed_on else say("numbers.nothing")
    days = (order.due_on - today).days
    if days < 0:
        return say("orders.due.overdue", days=-days)
    return say("orders.due.today") if days == 0 else numbers.day(order.due_on)


def level(order: Order) -> str:
    """Who is asked about it, where that is no longer the unit itself."""
    book = order_book()
    return "" if order.level == book.levels[0] or not order.is_open else book.level_names[order.level]


def judged_by(order: Order, assessment: Assessment) -> bool:
    """Whether an assessment is by the rule book and in the phase that an order was made by."""
    return (order.book, order.phase) == (assessment.book.id, assessment.phase)


def notice_facts(order: Order, book: str) -> dict[str, object]:
    """What a notice says of an order, as `briefing.order_notice.Notice` takes it."""
    return {
        "key": order.id,
        "number": order.number,
        "unit": order.unit,
        "place": where(order),
        "district": order.district,
        "clause": say("orders.clause", clause=order.clause, title=order.title),
        "book": book,
        "missing": lacking(order),
        "finding": order.explanation,
        "deal_by": order.deal_by,
        "standing": order.state if order.state in lookup("orders_paper.standing") else "",
    }


def entry_html(entry: Entry) -> str:
    """A change: when, who, what, from, to, and the note."""
    who = say("store.roles.system") if entry.person is None else entry.name
    changes = _photo_gone(entry) or "；".join(_changes(entry.before, entry.after))
    note = f'<div class="said-note">{for_html(entry.note)}</div>' if entry.note else ""
    return (
        f'<div class="entry"><span class="note">{numbers.moment(entry.at.astimezone(ZONE))}</span><div>'
        f"<b>{for_html(_act(entry))}</b>　{for_html(who)}"
        f'<div class="note">{for_html(changes)}</div>{note}</div></div>'
    )


def _act(entry: Entry) -> str:
    name = order_book().step_name(entry.act)
    if "photos" in entry.after:
        return say("orders.photos.entry", act=name, count=entry.after["photos"], kind=entry.after.get("kind", ""))
    return name


def _photo_gone(entry: Entry) -> str:
    """Whose photo was taken away; "" where none was."""
    if entry.act != "photo_removed":
        return ""
    at = numbers.moment(datetime.fromisoformat(str(entry.before["at"])).astimezone(ZONE))
    return say("orders.photos.was", by=entry.before["by"], at=at, kind=entry.before["kind"])


def _changes(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    words = lookup("orders.fields")
    return [
        say("orders.change", what=words[name], before=_value(name, before.get(name)), after=_value(name, after[name]))
        for name in _TOLD
        if name in after and (name in before or name != "state") and before.get(name) != after[name]
    ]


def _value(name: str, value: object) -> str:
    if value is None or value == "":
        return say("numbers.nothing")
    book = order_book()
    if name in _DAYS:
        return numbers.day(date.fromisoformat(str(value)))
    if name == "state":
        return book.states[str(value)].name
    return book.level_names.get(str(value), str(value)) if name == "level" else str(value)
