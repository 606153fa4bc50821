"""The rules a book is made of: one model per measure, each number checked, unknown keys refused."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, Strict, TypeAdapter, model_validator

from metrics.fields import (
    Accepted,
    AreaKind,
    Carrier,
    ClassCode,
    Condition,
    Count,
    Flag,
    Margin,
    Metres,
    Model,
    Number,
    Operator,
    Part,
    Text,
    Theme,
    check_range,
)
from texts import say


class Source(Model):
    """
    Where a number comes from.

    ``confidence`` is A (the text is at hand), B (quoted by a public page) or C (ours or from memory, to be confirmed).
    """

    document: Text
    edition: Text
    clause: Text
    confidence: Literal["A", "B", "C"]
    note: str = ""


class Deduction(Model):
    """Points lost per missing site or percent of a subject, at most ``cap`` per subject where that is given."""

    per_missing: Metres
    cap: Metres | None = None


class Quota(Model):
    """At least ``need`` of the counted sites have one of the ``themes`` and one of the ``carriers`` (empty: any)."""

    need: Count
    themes: tuple[Theme, ...] = ()
    carriers: tuple[Carrier, ...] = ()
    title: str = ""

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not (self.themes or self.carriers):
            raise ValueError(say("rulebook.expected.quota"))
        return self


class RuleBase(Model):
    """
    What every rule has, whatever it measures.

    Attributes
    ----------
    id, clause, title
        The id is unique in the book; the clause is the number a reader of the document knows.
    class_, also_classes
        The class of the subjects (``class`` in YAML): a venue class, ``road``, ``junction`` or ``district``;
        venues of ``also_classes`` are judged with it.
    weight
        Full mark.
    only_in
        The phases in which the rule holds; empty means all.
    phases
        Per phase, the fields that have another value there.
    where
        Column to accepted values: only such subjects are judged (``{highway: [primary]}`` for streets).
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
    clause: Text
    title: Text
    class_: ClassCode = Field(alias="class")
    also_classes: tuple[ClassCode, ...] = ()
    weight: Margin = 1.0
    deduction: Deduction | None = None
    units: tuple[Text, ...] = ()
    source: Source
    only_in: tuple[Text, ...] = ()
    phases: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)
    where: Mapping[str, Annotated[tuple[Accepted, ...], Field(min_length=1)]] = Field(default_factory=dict)
    note: str = ""

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes of the subjects: ``class_`` first, then ``also_classes``."""
        return (self.class_, *self.also_classes)


class SiteRule(RuleBase):
    """
    A rule that looks at sites: of one of the ``themes`` and ``carriers`` (empty: any), in a form and a condition
    that count. The exclusions are None as written and those of the book in what ``RuleBook.at`` gives.
    """

    themes: tuple[Theme, ...] = ()
    carriers: tuple[Carrier, ...] = ()
    excluded_carriers: tuple[Carrier, ...] | None = None
    excluded_conditions: tuple[Condition, ...] | None = None


class CountRule(SiteRule):
    """A rule that counts sites (处) or their panels (条), some of them perhaps of set themes or forms."""

    need: Count
    count: Literal["sites", "panels"] = "sites"
    quotas: tuple[Quota, ...] = ()


class Along(CountRule):
    """
    Every ``window_m`` walked along a street meets ``need`` sites within ``reach_m``, or venues of ``facility_classes``.

    A street shorter than the window needs its part (``prorate``), nothing (``exempt``) or all (``whole``).
    """

    measure: Literal["along"]
    window_m: Metres
    short: Literal["prorate", "exempt", "whole"] = "prorate"
    attach: Literal["all", "nearest"] = "all"
    reach_m: Metres = 30.0
    facility_classes: tuple[ClassCode, ...] = ()
    sites: Flag = True

    @model_validator(mode="after")
    def _counts_something(self) -> Self:
        if not (self.sites or self.facility_classes):
            raise ValueError(say("rulebook.expected.counts_something"))
        return self


class Visible(CountRule):
    """``need`` sites can be seen from the centre; ``sample_points`` more views tell how it is elsewhere inside."""

    measure: Literal["visible"]
    sample_points: Annotated[int, Strict(), Field(ge=0, le=10_000)] = 64


class Within(CountRule):
    """``need`` sites inside a polygon and ``margin_m`` around it, or within ``reach_m`` of a point or line."""

    measure: Literal["within"]
    reach_m: Metres = 30.0
    margin_m: Margin = 0.0


class Presence(SiteRule):
    """One site is there: inside a polygon and ``margin_m`` around it, or within ``reach_m`` of a point or line."""

    measure: Literal["presence"]
    reach_m: Metres = 30.0
    margin_m: Margin = 0.0
    need: ClassVar[int] = 1


class Fulfilled(Model):
    """A condition on a recorded number of a subject."""

    column: Text
    op: Operator
    limit: Number


class Share(RuleBase):
    """
    A ratio of two recorded amounts, at least ``limit`` (``strict``: more than that).

    With ``over``: the share of the class's subjects that fulfil a condition.
    """

    measure: Literal["share"]
    limit: Part
    numerator: Text | None = None
    denominator: Text | None = None
    over: Fulfilled | None = None
    strict: Flag = False

    @model_validator(mode="after")
    def _has_one_ratio(self) -> Self:
        amounts = (self.numerator is not None) + (self.denominator is not None)
        if amounts != (0 if self.over else 2):
            raise ValueError(say("rulebook.expected.one_ratio"))
        return self


class Value(RuleBase):
    """A recorded number against a limit; with ``per``, the number for each ``per_unit`` of a second one."""

    measure: Literal["value"]
    column: Text
    op: Operator
    limit: Number
    per: Text | None = None
    per_unit: Metres = 1.0

    @model_validator(mode="after")
    def _scales_a_ratio(self) -> Self:
        if self.per is None and self.per_unit != 1.0:
            raise ValueError(say("rulebook.expected.per"))
        return self


class Reach(SiteRule):
    """Walking in from a gate along paths, a site is seen within ``walk_m``."""

    measure: Literal["reach"]
    walk_m: Metres = 100.0
    gate_class: ClassCode = "gate"
    need: ClassVar[int] = 1


class Rate(SiteRule):
    """
    Plays per time or distance, in a recorded ``column``, at least ``limit``.

    ``of: sites``: of every site of the ``carriers`` that is at the subject (a subject without one is not judged);
    ``of: venue``: of the subject itself.
    """

    measure: Literal["rate"]
    limit: Number
    column: Text = "psa_per_10_min"
    of: Literal["sites", "venue"] = "sites"
    carriers: tuple[Carrier, ...] = ("screen",)
    reach_m: Metres = 30.0
    margin_m: Margin = 0.0


class Spacing(RuleBase):
    """
    No stretch of street longer than ``max_m`` (``strict``: not even as long) between neighbouring facilities.

    ``min_m`` is the other end of the range the document gives; it is shown and not judged.
    """

    measure: Literal["spacing"]
    max_m: Metres
    facility_classes: Annotated[tuple[ClassCode, ...], Field(min_length=1)]
    min_m: Metres | None = None
    strict: Flag = False
    reach_m: Metres = 30.0

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        check_range(self, "min_m", "max_m")
        return self


class Tier(Model):
    """A radius for facilities of at least ``min_area_m2`` and less than ``max_area_m2``, where these are given."""

    radius_m: Metres
    min_area_m2: Margin | None = None
    max_area_m2: Metres | None = None

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        check_range(self, "min_area_m2", "max_area_m2")
        return self


class Radius(RuleBase):
    """
    The share of an area layer within ``radius_m`` of a facility, straight-line or along the ``network``.

    Facilities of several sizes have a radius each in ``tiers`` instead; what one of them covers is covered.
    """

    measure: Literal["radius"]
    limit: Part
    facility_classes: Annotated[tuple[ClassCode, ...], Field(min_length=1)]
    radius_m: Metres | None = None
    tiers: tuple[Tier, ...] = ()
    area_kinds: Annotated[tuple[AreaKind, ...], Field(min_length=1)] = ("residential",)
    strict: Flag = False
    network: Flag = False
    min_area_m2: Margin | None = None
    max_area_m2: Metres | None = None

    @model_validator(mode="after")
    def _has_radii(self) -> Self:
        if (self.radius_m is None) == (not self.tiers):
            raise ValueError(say("rulebook.expected.radius_or_tiers"))
        if self.tiers and (self.min_area_m2 is not None or self.max_area_m2 is not None):
            raise ValueError(say("rulebook.expected.areas_in_tiers"))
        check_range(self, "min_area_m2", "max_area_m2")
        return self

    @property
    def reaches(self) -> tuple[Tier, ...]:
        """The tiers; a single radius is one tier."""
        if self.tiers:
            return self.tiers
        return (Tier(radius_m=self.radius_m, min_area_m2=self.min_area_m2, max_area_m2=self.max_area_m2),)


class Unstated(RuleBase):
    """The document asks for something but gives no number, or the number is lost: always unknown, with the reason."""

    measure: Literal["unstated"]
    reason: Text
    weight: Margin = 0.0


Rule = Annotated[
    Along | Visible | Within | Presence | Share | Value | Reach | Rate | Spacing | Radius | Unstated,
    Field(discriminator="measure"),
]
MODELS: Mapping[str, type[RuleBase]] = {
    model.__name__.lower(): model
    for model in (Along, Visible, Within, Presence, Share, Value, Reach, Rate, Spacing, Radius, Unstated)
}
RULE: TypeAdapter[Rule] = TypeAdapter(Rule)
_FIXED = frozenset({"id", "clause", "class", "measure", "source", "phases", "only_in"})


def phase_fields(rule: RuleBase) -> list[str]:
    """The keys of a rule that may have another value in a phase, as YAML writes them."""
    names = (field.alias or name for name, field in type(rule).model_fields.items())
    return [name for name in names if name not in _FIXED]


def in_phase(rule: Rule, phase: str, *, own_classes: Collection[str] | None = None) -> Rule:
    """
    The rule with the values of a phase, checked again; with ``own_classes``, those no vocabulary knows too.

    Raises
    ------
    pydantic.ValidationError
        When a value of the phase is not one the rule may have.
    """
    values = rule.phases.get(phase)
    if not values:
        return rule
    return RULE.validate_python({**rule.model_dump(), **values}, context=own_classes)
