"""A scenario: the edits a planner made, step by step, to undo, to redo, to keep and to open again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from data.city import City
from metrics.scenario.marks import Mark, Marks
from metrics.scenario.sites import Changes
from metrics.scenario.written import Opened, opened, written
from texts import say

_UNTOUCHED = object()  # stands for what no step has changed yet


@dataclass(frozen=True)
class Step:
    """One edit: what it is called, and how the sites and marks it is about are after it; None: gone."""

    label: str
    changes: Changes
    marks: Marks = field(default_factory=lambda: MappingProxyType({}))


class _Net:
    """What all steps in force come to, kept at hand while steps come and go."""

    def __init__(self) -> None:
        self.now: dict[str, object] = {}
        self._before: list[dict[str, object]] = []  # of each step in force: what it found

    def apply(self, changes: Mapping[str, object]) -> None:
        """Let one more step be in force."""
        self._before.append({id: self.now.get(id, _UNTOUCHED) for id in changes})
        self.now.update(changes)

    def take_back(self) -> None:
        """Let the last step be in force no longer."""
        for id, was in self._before.pop().items():
            if was is _UNTOUCHED:
                del self.now[id]
            else:
                self.now[id] = was


class Scenario:
    """
    The edits of one city's sites, in steps.

    The net of all steps is kept at hand, so that an edit, an undo or a redo takes no longer after many steps.

    Parameters
    ----------
    name
        What the planner calls it.
    city
        Fingerprint of the city it was made for.

    Attributes
    ----------
    steps
        All steps, those undone too.
    done
        How many of them, from the first, are in force.
    """

    def __init__(self, name: str, city: str = ""):
        self.name, self.city = name, city
        self.steps: list[Step] = []
        self.done = 0
        self._sites, self._marks = _Net(), _Net()
        self._used: set[str] = set()
        self._number = 1  # of new sites; all below are taken

    @property
    def changes(self) -> Changes:
        """How sites are after all steps in force, by id, where a step changed them; None: gone."""
        return MappingProxyType(self._sites.now)

    @property
    def marks(self) -> dict[str, Mark]:
        """The areas and spots that are drawn, by id."""
        return {id: mark for id, mark in self._marks.now.items() if mark is not None}

    @property
    def last(self) -> Step | None:
        """The last step in force; as long as it is the same object, so is everything before it."""
        return self.steps[self.done - 1] if self.done else None

    @property
    def can_undo(self) -> bool:
        """Whether a step is in force."""
        return self.done > 0

    @property
    def can_redo(self) -> bool:
        """Whether a step was undone and nothing else done since."""
        return self.done < len(self.steps)

    def do(self, label: str, changes: Changes, marks: Marks | None = None) -> None:
        """
        Add a step; those undone are forgotten.

        Parameters
        ----------
        label
            What it is called, in Chinese.
        changes
            How its sites are from now on; None takes one away.
        marks
            The same of areas and spots.

        Raises
        ------
        ValueError
            When a site or mark stands under another id than its own.
        """
        marks = marks or {}
        for named in (changes, marks):
            if any(own is not None and own.id != id for id, own in named.items()):
                raise ValueError("changes name each site by its own id")
        del self.steps[self.done :]
        self.steps.append(Step(label, MappingProxyType(dict(changes)), MappingProxyType(dict(marks))))
        self._used.update(changes, marks)
        self._apply()

    def undo(self) -> str | None:
        """Take the last step in force back; its label, None when there is none."""
        if not self.can_undo:
            return None
        self.done -= 1
        self._sites.take_back()
        self._marks.take_back()
        return self.steps[self.done].label

    def redo(self) -> str | None:
        """Put the step undone last in force again; its label, None when there is none."""
        if not self.can_redo:
            return None
        self._apply()
        return self.steps[self.done - 1].label

    def _apply(self) -> None:
        step = self.steps[self.done]
        self._sites.apply(step.changes)
        self._marks.apply(step.marks)
        self.done += 1

    def new_id(self, city: City) -> str:
        """An id for a new site that neither the city's nor any site of this scenario has or had."""
        own = np.empty(0, dtype=object) if city.sites is None else city.sites["id"].to_numpy()
        while (id := say("scenario.new_id", number=self._number)) in self._used or (own == id).any():
            self._number += 1
        return id

    def new_mark_id(self, kind: str) -> str:
        """An id for a new mark of this kind that none of this scenario has or had."""
        number = 1
        while (id := f"{kind}-{number}") in self._used:
            number += 1
        return id

    def copy(self, name: str) -> "Scenario":
        """Another scenario that starts with the same steps."""
        other = Scenario(name, self.city)
        other._take(self.steps, self.done)
        return other

    def _take(self, steps: list[Step], done: int) -> None:
        for step in steps:
            self.do(step.label, step.changes, step.marks)
        while self.done > done:
            self.undo()

    def to_json(self, city: City) -> str:
        """
        The scenario as a text that ``from_json`` reads again: places in WGS 84, all steps, those undone too.

        Parameters
        ----------
        city
            The city it is of.
        """
        return written(self.name, [(s.label, s.changes, s.marks) for s in self.steps], self.done, city)

    @classmethod
    def from_json(cls, text: str, city: City) -> tuple["Scenario", list[str]]:
        """
        A scenario that was kept, for this city.

        Every step is kept whatever has become of the city. A new site whose id the city has given to another one
        since gets another id.

        Returns
        -------
        scenario, notes
            Chinese sentences on a city that is another one or has changed, on sites that are gone, and on new ids.

        Raises
        ------
        DataError
            When the text is no scenario, is of a later version, or any part of it is at fault: all faults at once.
        """
        found: Opened = opened(text, city)
        scenario = cls(found.name, city.fingerprint)
        scenario._take([Step(*step) for step in found.steps], found.done)
        return scenario, found.notes
