"""A rule book as the document a leader knows: its head, what holds for all clauses, and the clauses in order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from data.vocabulary import vocabulary
from metrics.book import holds_in
from metrics.rulebook import RuleBook, describe
from metrics.rules import Rule, Source
from texts import say
from texts.escape import for_html


@dataclass(frozen=True)
class Clause:
    """
    One rule as a reader sees it.

    Attributes
    ----------
    requirements
        Phase -> what is asked for there; a phase in which the rule does not hold is missing.
    lost
        Whether the document at hand states no threshold, so that the rule is never judged.
    """

    number: str
    place: str
    title: str
    requirements: Mapping[str, str]
    lost: bool
    weight: str
    deduction: str
    units: str
    source: Source
    note: str

    def holds(self, words: str) -> bool:
        """Whether every one of the blank-separated ``words`` stands somewhere in the clause."""
        parts = [self.number, self.place, self.title, self.units, self.source.clause, self.note]
        text = " ".join([*parts, *self.requirements.values()])
        return all(word in text for word in words.split())


def clauses(book: RuleBook) -> list[Clause]:
    """Every rule of the book, in the order of its board; a class without a rule has no clause."""
    return [_clause(book, rule) for rule in book.rules]


def head_html(book: RuleBook) -> str:
    """Title, document, edition and city of the book, and what the reader should know about the copy at hand."""
    facts = [book.document, book.edition, book.city]
    if book.extends:
        facts.append(say("standards.extends", book=book.extends))
    head = f'<div class="doc-title">{for_html(book.title)}</div>'
    head += f'<div class="doc-facts">{" · ".join(for_html(fact) for fact in facts if fact)}</div>'
    return head + (f'<div class="note">{for_html(book.note)}</div>' if book.note else "")


def general_html(book: RuleBook) -> str:
    """What holds for all clauses: forms and conditions that do not count, when a site is seen, flags, the draw."""
    view, flags = book.view, book.flags
    blocks = [
        _block("carriers", [_labels(vocabulary().carriers, book.excluded_carriers)], book.exclusions_source),
        _block("conditions", [_labels(vocabulary().conditions, book.excluded_conditions)], book.exclusions_source),
        _block(
            "view",
            [
                say("standards.view.size", factor=_number(view.diagonal_factor * view.reading_factor)),
                say("standards.view.no_size", metres=_number(view.default_distance_m)),
                say("standards.view.angle", degrees=_number(view.max_angle_deg)),
                say("standards.view.walls"),
            ],
            view.source,
        ),
        _block(
            "flags",
            [
                say("standards.flags.red", top=flags.red.top, score=_number(flags.red.min_score)),
                say("standards.flags.yellow", score=_number(flags.yellow.below_score)),
            ],
            flags.source,
        ),
    ]
    if book.draw:
        drawn = [
            say("standards.draw_line", place=book.class_label(code), count=count)
            for code, count in book.draw.counts.items()
        ]
        blocks.append(_block("draw", drawn, book.draw.source))
    return f'<div class="general">{"".join(blocks)}</div>'


def clauses_html(book: RuleBook, shown: Iterable[Clause]) -> str:
    """The clauses as a table: number and place once for what belongs together, both phases side by side."""
    heads = [say("standards.columns.clause"), say("standards.columns.title"), *book.phases.values()]
    heads += [say(f"standards.columns.{name}") for name in ("weight", "units", "source")]
    head = "".join(f"<th>{for_html(text)}</th>" for text in heads)
    rows, before = [], None
    for clause in shown:
        group = (clause.number, clause.place)
        first = f"<div><b>{for_html(clause.number)}</b><b>{for_html(clause.place)}</b></div>" if group != before else ""
        rows.append(_row(clause, first, book.phases))
        before = group
    return f'<table class="clauses"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _clause(book: RuleBook, rule: Rule) -> Clause:
    deduction = rule.deduction
    return Clause(
        number=rule.clause,
        place="、".join(book.class_label(code) for code in rule.classes),
        title=rule.title,
        requirements={phase: describe(rule, phase, book=book) for phase in book.phases if holds_in(rule, phase)},
        lost=rule.measure == "unstated",
        weight=say("standards.weight", points=_number(rule.weight)) if rule.weight else "",
        deduction="" if deduction is None else say("standards.deduction", points=_number(deduction.per_missing)),
        units="、".join(rule.units),
        source=rule.source,
        note="；".join(text for text in (rule.note, rule.source.note) if text),
    )


def _row(clause: Clause, first: str, phases: Mapping[str, str]) -> str:
    cells = [f'<td class="number">{first}</td>', f"<td>{for_html(clause.title)}</td>"]
    usual, same = next(iter(phases)), say("standards.same", phase=next(iter(phases.values())))
    cells += [_requirement(clause, phase, usual, same) for phase in phases]
    points = "<br>".join(for_html(text) for text in (clause.weight, clause.deduction) if text) or say("standards.none")
    source = for_html(clause.source.clause)
    confidence = for_html(say(f"standards.confidence.{clause.source.confidence}"))
    cells.append(f'<td class="points">{points}</td>')
    cells.append(f'<td class="small">{for_html(clause.units) or say("standards.none")}</td>')
    note = f"<br>{for_html(clause.note)}" if clause.note else ""
    cells.append(f'<td class="small">{source}<br><span class="confidence">{confidence}</span>{note}</td>')
    starts = ' class="first"' if first else ""
    return f"<tr{starts}>{''.join(cells)}</tr>"


def _requirement(clause: Clause, phase: str, usual: str, same: str) -> str:
    text = clause.requirements.get(phase)
    if text is None:
        return f'<td class="quiet">{say("standards.not_in_phase")}</td>'
    if phase != usual and text == clause.requirements.get(usual):
        return f'<td class="quiet">{for_html(same)}</td>'
    mark = f'<span class="lost">{say("standards.lost")}</span>' if clause.lost else ""
    return f"<td>{mark}{for_html(text)}</td>"


def _block(name: str, lines: list[str], source: Source) -> str:
    shown = "".join(f"<p>{for_html(line)}</p>" for line in lines)
    confidence = say(f"standards.confidence.{source.confidence}")
    origin = for_html(say("standards.source", clause=source.clause, confidence=confidence))
    title = say(f"standards.general.{name}")
    return f'<section><div class="block-title">{title}</div>{shown}<p class="note">{origin}</p></section>'


def _labels(words, codes: Iterable[str]) -> str:
    return "、".join(words.label(code) for code in codes) or say("standards.nothing_excluded")


def _number(value: float) -> str:
    return f"{value:g}"
