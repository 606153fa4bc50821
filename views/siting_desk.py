"""What a session has on its desk on the page 选址推演, per city: the scenario, what is chosen, the last plan."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic

import shapely
import streamlit as st

from data.city import City
from metrics.plan import CurvePoint, Plan, Proposal
from metrics.scenario import Changes, Mark, Marks
from metrics.scenario.marks import FORBIDDEN, REQUIRED
from metrics.scenario.scenario import Scenario
from texts import say
from views.background import Job
from views.siting_work import Outcome, Size

LOOK, PLACE, MOVE, FORBID, REQUIRE = "look", "place", "move", "forbid", "require"
MODES = (LOOK, PLACE, MOVE, FORBID, REQUIRE)
OUTLINE = 0  # instead of a radius: the area is drawn corner by corner
ALL, CHEAPEST, COUNT, BUDGET = "all", "cheapest", "count", "budget"
HOWS = (ALL, CHEAPEST, COUNT, BUDGET)
AFTER, BEFORE = "after", "before"
CITY_SCOPE = ""
_DESKS = "siting_desks"
_AGAIN_S = 20.0  # a store that did not answer is asked again after so long


@dataclass
class Ask:
    """
    What is asked of a plan.

    Attributes
    ----------
    rules, districts
        Ids of rules and names of districts whose gaps are to be closed; none: all.
    how
        ``all``: the fewest that close all; ``cheapest``: the least money that does; ``count`` and ``budget``: the best
        of so many, of so much money.
    worth
        What is best then, see `metrics.plan.Goals`.
    sites
        How many.
    budget
        In 10,000 yuan.
    carriers
        What new sites may be.
    seconds
        How long to search.
    inside
        Whether only the districts whose gaps are to be closed are acted in.
    mend
        Whether sites that stand may be repaired or shown anew.
    """

    rules: list[str] = field(default_factory=list)
    districts: list[str] = field(default_factory=list)
    how: str = COUNT
    worth: str = "score"
    sites: int = 20
    budget: float = 1.0
    carriers: list[str] = field(default_factory=lambda: ["lamp_post_flag"])
    seconds: int = 30
    inside: bool = False
    mend: bool = True


@dataclass(frozen=True, eq=False)
class Planned:
    """
    A plan and what it holds for.

    Attributes
    ----------
    worth
        What was worth most.
    judged_by
        Fingerprint of the book, and the phase.
    changes
        The edits that it builds on.
    """

    plan: Plan
    worth: str
    judged_by: tuple[str, str]
    changes: Changes

    def builds_on(self, changes: Changes) -> bool:
        """Whether nothing but proposals of the plan was changed since."""
        own = {proposal.site.id for proposal in self.plan.proposals}
        now, then = ({id: s for id, s in some.items() if id not in own} for some in (changes, self.changes))
        return now == then


@dataclass(frozen=True, eq=False)
class Question:
    """What has to be answered before something would be lost: a sentence, and what to do by answer."""

    sentence: str
    answers: Sequence[tuple[str, Callable[[], None]]]


@dataclass
class Desk:
    """
    Everything of one city that must outlive a rerun and a visit to another page.

    Attributes
    ----------
    scenario
        The edits so far.
    area
        The district to which the visitor is narrowed; "" for the whole city.
    mode
        What a click on the map does.
    carrier, theme, size
        Of the next new site.
    site, subject
        The chosen site (id), and the chosen street or place (rule, subject).
    said, unheard
        The answer to the last action, and whether it tells of something that could not be done.
    scope
        The district whose numbers are shown; "" for the city.
    shown
        ``after`` or ``before``: which city the map shows.
    radius_m
        Of the next area kept free; ``OUTLINE``: it is drawn.
    required
        What is to stand at the next required spot.
    kept
        Under which name and as which version the scenario was kept or opened last.
    saved
        The step up to which it is kept.
    question
        What is asked before anything is lost.
    off, off_since
        Why nothing can be kept, and since when (seconds of a monotonic clock); "" when it can.
    draft
        The key of the draft in which unsaved steps outlive the session.
    drafts_itself, drafted
        Whether this session made that draft, and what was written of it last.
    outcome, outcome_of
        The last outcome and what it is of.
    curve_of
        Book and phase that the curve is judged by, and the edits that it builds on.
    judged_by
        Fingerprint of the book and phase that the page was last shown for.
    compared, other, other_of
        The name of the kept scenario to compare with, "" for none; that scenario; its name and version.
    faults, store_faults
        Why the last search, or the last file, came to nothing.
    """

    scenario: Scenario
    area: str = ""
    mode: str = LOOK
    carrier: str = "lamp_post_flag"
    theme: str = "civility"
    size: Size | None = None
    site: str | None = None
    subject: tuple[str, str] | None = None
    said: str = ""
    unheard: bool = False
    scope: str = CITY_SCOPE
    shown: str = AFTER
    radius_m: int = OUTLINE
    required: str = "lamp_post_flag"
    kept: tuple[str, int] | None = None
    saved: object = None
    question: Question | None = None
    off: str = ""
    off_since: float = 0.0
    draft: str = ""
    drafts_itself: bool = False
    drafted: tuple = ()
    ask: Ask = field(default_factory=Ask)
    planned: Planned | None = None
    job: Job | None = None
    job_of: tuple = ()
    curve: Sequence[CurvePoint] | None = None
    curve_job: Job | None = None
    curve_of: tuple[tuple[str, str], Changes] | None = None
    compared: str = ""
    other: Scenario | None = None
    other_of: tuple[str, int] | None = None
    outcome: Outcome | None = None
    outcome_of: object = None
    handled: int = 0
    judged_by: tuple[str, str] = ("", "")
    faults: list[str] = field(default_factory=list)
    store_faults: list[str] = field(default_factory=list)

    def forget_other_rules(self, judged_by: tuple[str, str]) -> None:
        """Let go of a plan and a curve that were made by another book or for another phase."""
        if self.planned is not None and self.planned.judged_by != judged_by:
            self.planned = None
        if self.curve_of is not None and self.curve_of[0] != judged_by:
            self.curve, self.curve_of = None, None
        self.judged_by = judged_by

    def tell(self, sentence: str, *, fault: bool = False) -> None:
        """Answer an action in one sentence."""
        self.said, self.unheard = sentence, fault

    def do(self, label: str, changes: Changes, marks: Marks | None = None) -> None:
        """One step of editing."""
        self.scenario.do(label, changes, marks)
        self.question = None  # what it asked about is another scenario now

    @property
    def unsaved(self) -> bool:
        """Whether steps would be lost with the scenario."""
        return self.scenario.last is not self.saved

    @property
    def forbidden(self) -> list[Mark]:
        """The areas kept free of new sites."""
        return [mark for mark in self.scenario.marks.values() if mark.kind == FORBIDDEN]

    @property
    def required_spots(self) -> list[Mark]:
        """The spots where plans have to put something up."""
        return [mark for mark in self.scenario.marks.values() if mark.kind == REQUIRED]

    def closed_areas(self) -> list[shapely.Geometry]:
        """The forbidden areas as shapes, metres."""
        return [mark.area for mark in self.forbidden]

    def put_on(self, scenario: Scenario, kept: tuple[str, int] | None) -> None:
        """Work on another scenario; what was planned for the last one goes."""
        self.scenario, self.kept, self.saved = scenario, kept, scenario.last
        self.site, self.planned, self.curve, self.question = None, None, None, None

    def switch_off(self, sentence: str) -> None:
        """Remember why the store does not answer."""
        self.off, self.off_since = sentence, monotonic()

    @property
    def asks_store(self) -> bool:
        """Whether the store is worth asking: it answered last, or that is a while ago."""
        return not self.off or monotonic() - self.off_since > _AGAIN_S

    def waiting(self) -> list:
        """The proposals that are not accepted yet: their sites are not as proposed; none while others are sought."""
        if self.planned is None or self.job is not None:
            return []
        changes = self.scenario.changes
        return [proposal for proposal in self.planned.plan.proposals if not accepted(proposal, changes)]


def accepted(proposal: Proposal, changes: Changes) -> bool:
    """Whether a proposal is part of the changes; a new site may have been edited since."""
    site = changes.get(proposal.site.id)
    return site is not None and (proposal.kind == "new" or site == proposal.site)


def desk(city_key: str, city: City) -> Desk:
    """The desk of this session for a city."""
    desks = st.session_state.setdefault(_DESKS, {})
    if city_key not in desks:
        desks[city_key] = Desk(Scenario(say("siting.store.first_name"), city.fingerprint))
    return desks[city_key]
