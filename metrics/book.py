"""A rule book: the rules of one edition, and what they have in common."""

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated

from pydantic import Field, Strict

from data.errors import DataError
from data.vocabulary import vocabulary
from metrics.fields import Carrier, ClassCode, Condition, Count, Margin, Metres, Model, Text
from metrics.rules import Rule, SiteRule, Source, in_phase
from texts import say

ROUTINE = "routine"
Score = Annotated[float, Strict(), Field(ge=0, le=100)]


class BoardLine(Model):
    """A class on the board: the number a reader knows it by, and its name when the vocabulary's will not do."""

    number: Text
    class_: ClassCode = Field(alias="class")
    label: str = ""


class View(Model):
    """
    When a site can be seen.

    It is noticed up to ``diagonal_factor`` × diagonal × ``reading_factor``, up to ``default_distance_m`` when its size
    is not recorded, at most ``max_angle_deg`` off its facing; ``cut_m`` before the site the line of sight ends.
    """

    default_distance_m: Metres
    reading_factor: Metres
    diagonal_factor: Metres
    max_angle_deg: Annotated[float, Strict(), Field(gt=0, le=180)]
    cut_m: Margin
    source: Source

    @property
    def optics(self) -> dict[str, float]:
        """What decides from how far an ad can be read, as ``geo.sight.viewing_distance_mm`` takes it."""
        return {name: getattr(self, name) for name in ("default_distance_m", "diagonal_factor", "reading_factor")}


class RedFlag(Model):
    """Praise: the ``top`` ranks with at least ``min_score`` points."""

    top: Count
    min_score: Score


class YellowFlag(Model):
    """A warning: fewer than ``below_score`` points."""

    below_score: Score


class Flags(Model):
    """The limits of the campaign's flags."""

    red: RedFlag
    yellow: YellowFlag
    source: Source


class Draw(Model):
    """How many subjects of each class the inspectors draw at random."""

    counts: Mapping[ClassCode, Count]
    source: Source


class RuleBook(Model):
    """
    The rules of one edition, merged with those of the books it extends.

    Attributes
    ----------
    classes
        The board, in order: every class of the book, with or without data.
    rules
        As written, with the values of the ``routine`` phase, in the order of the board; `at` gives those of a phase.
    origins
        Rule id to the ids of the books it comes from: who wrote it first, then who changed it.
    weight_source
        Where the full marks come from.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
    title: Text
    document: Text
    edition: Text
    city: str = ""
    extends: str | None = None
    note: str = ""
    phases: Mapping[str, Text]
    excluded_carriers: tuple[Carrier, ...]
    excluded_conditions: tuple[Condition, ...]
    exclusions_source: Source
    view: View
    flags: Flags
    draw: Draw | None = None
    weight_source: Source
    classes: tuple[BoardLine, ...]
    rules: tuple[Rule, ...]
    origins: Mapping[str, tuple[str, ...]]

    def at(self, phase: str) -> list[Rule]:
        """
        The rules that hold in a phase, with the values they have there and the book's exclusions filled in.

        Raises
        ------
        DataError
            When the book knows no such phase.
        """
        self._check_phase(phase)
        return [self._resolved(rule, phase) for rule in self.rules if holds_in(rule, phase)]

    def rule(self, id: str) -> Rule:
        """
        The rule of that id, as written.

        Raises
        ------
        KeyError
            When there is none.
        """
        for rule in self.rules:
            if rule.id == id:
                return rule
        raise KeyError(id)

    def class_label(self, code: str) -> str:
        """The Chinese name of a class: the book's own, else that of the vocabulary, else the code."""
        own = {line.class_: line.label for line in self.classes if line.label}
        return own.get(code) or vocabulary().classes.label(code)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all that the book says."""
        text = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def _check_phase(self, phase: str) -> None:
        if phase not in self.phases:
            known = "、".join(f"{code}（{label}）" for code, label in self.phases.items())
            raise DataError(say("rulebook.fault.phase", book=self.id, phase=phase, known=known))

    def _resolved(self, rule: Rule, phase: str) -> Rule:
        rule = in_phase(rule, phase)
        if not isinstance(rule, SiteRule):
            return rule
        exclusions = {
            name: getattr(self, name)
            for name in ("excluded_carriers", "excluded_conditions")
            if getattr(rule, name) is None
        }
        return rule.model_copy(update=exclusions)


def holds_in(rule: Rule, phase: str) -> bool:
    """Whether a rule holds in a phase."""
    return not rule.only_in or phase in rule.only_in
