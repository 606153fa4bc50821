"""Two scenarios and the city as it is, side by side; and what was edited, in words."""

from metrics.scenario import Changes, Site
from texts import numbers, say
from texts.escape import for_html
from views.siting_figures import figures
from views.siting_work import Bench, Outcome

_KINDS = ("new", "moved", "changed", "gone")


def edit_kind(own: Site | None, site: Site | None) -> str | None:
    """``new``, ``gone``, ``moved``, ``changed``; None where nothing is."""
    if own == site:
        return None
    if own is None:
        return "new"
    if site is None:
        return "gone"
    return "moved" if (own.x_mm, own.y_mm) != (site.x_mm, site.y_mm) else "changed"


def edits_words(bench: Bench, changes: Changes) -> str:
    """How many sites were put up, moved, changed and taken away."""
    kinds = [edit_kind(bench.own_site(id), site) for id, site in changes.items()]
    counts = {kind: kinds.count(kind) for kind in _KINDS}
    told = [say(f"siting.edits.{kind}", count=numbers.whole(count)) for kind, count in counts.items() if count]
    return say("explain.joiner").join(told) or say("siting.edits.none")


def comparison_html(bench: Bench, outcome: Outcome, other: Outcome, names: tuple[str, str], district: str) -> str:
    """The city as it is, this scenario and another one, side by side."""
    heads = (say("siting.compare.columns.name"), say("siting.compare.columns.before"), *names)
    rows = [(say("siting.store.edits"), "—", *(edits_words(bench, one.changes) for one in (outcome, other)))]
    mine, theirs = figures(bench, outcome, district), {one.name: one for one in figures(bench, other, district)}
    for figure in mine:
        values = (figure.before, figure.after, theirs[figure.name].after if figure.name in theirs else None)
        rows.append((figure.name, *(say("numbers.nothing") if v is None else figure.write(v) for v in values)))
    cells = "".join(f"<th>{for_html(head)}</th>" for head in heads)
    body = "".join(f"<tr>{''.join(f'<td>{for_html(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="side"><table><thead><tr>{cells}</tr></thead>{body}</table></div>'
