"""A scenario: the edits a planner made, step by step, to undo, to redo, to keep and to open again."""

from dataclasses import dataclass
from types import MappingProxyType

from data.city import City
from metrics.scenario.sites import Changes, Site
from metrics.scenario.written import Opened, opened, written
from texts import say

_AS_THE_CITY = object()  # stands for a site that no step has changed yet


@dataclass(frozen=True)
class Step:
    """One edit: what it is called, and how the sites it is about are after it; None: gone."""

    label: str
    changes: Changes


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
        self._net: dict[str, Site | None] = {}
        self._before: list[dict[str, object]] = []  # of each step in force: what it found in the net
        self._used: set[str] = set()

    @property
    def changes(self) -> Changes:
        """How sites are after all steps in force, by id, where a step changed them; None: gone."""
        return MappingProxyType(self._net)

    @property
    def can_undo(self) -> bool:
        """Whether a step is in force."""
        return self.done > 0

    @property
    def can_redo(self) -> bool:
        """Whether a step was undone and nothing else done since."""
        return self.done < len(self.steps)

    def do(self, label: str, changes: Changes) -> None:
        """
        Add a step; those undone are forgotten.

        Parameters
        ----------
        label
            What it is called, in Chinese.
        changes
            How its sites are from now on; None takes one away.

        Raises
        ------
        ValueError
            When a site stands under another id than its own.
        """
        if any(site is not None and site.id != id for id, site in changes.items()):
            raise ValueError("changes name each site by its own id")
        del self.steps[self.done :]
        self.steps.append(Step(label, MappingProxyType(dict(changes))))
        self._used.update(changes)
        self._apply()

    def undo(self) -> str | None:
        """Take the last step in force back; its label, None when there is none."""
        if not self.can_undo:
            return None
        self.done -= 1
        for id, was in self._before.pop().items():
            if was is _AS_THE_CITY:
                del self._net[id]
            else:
                self._net[id] = was
        return self.steps[self.done].label

    def redo(self) -> str | None:
        """Put the step undone last in force again; its label, None when there is none."""
        if not self.can_redo:
            return None
        self._apply()
        return self.steps[self.done - 1].label

    def _apply(self) -> None:
        changes = self.steps[self.done].changes
        self._before.append({id: self._net.get(id, _AS_THE_CITY) for id in changes})
        self._net.update(changes)
        self.done += 1

    def new_id(self, city: City) -> str:
        """An id for a new site that neither the city's nor any site of this scenario has or had."""
        taken = self._used if city.sites is None else self._used.union(city.sites["id"])
        number = 1
        while (id := say("scenario.new_id", number=number)) in taken:
            number += 1
        return id

    def copy(self, name: str) -> "Scenario":
        """Another scenario that starts with the same steps."""
        other = Scenario(name, self.city)
        other._take(self.steps, self.done)
        return other

    def _take(self, steps: list[Step], done: int) -> None:
        for step in steps:
            self.do(step.label, step.changes)
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
        return written(self.name, [(step.label, step.changes) for step in self.steps], self.done, city)

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
        scenario._take([Step(label, changes) for label, changes in found.steps], found.done)
        return scenario, found.notes
