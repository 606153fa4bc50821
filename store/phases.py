"""The campaign calendar: which phase a day is in, and how long it is to the next one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML
from sqlalchemy import Connection

import data
from store.access import Act, Person
from store.audit import CALENDAR, line, record
from store.base import Base
from store.errors import StoreError
from store.schema import campaign
from texts import say

_FILE = Path(data.__file__).with_name("campaign.yaml")
BOOK_PHASES = ("routine", "inspection")


@dataclass(frozen=True)
class Phase:
    """A phase of the campaign: its days, both included, and the phase of the rule book that holds in it."""

    code: str
    name: str
    first_on: date
    last_on: date
    book_phase: str


@dataclass(frozen=True)
class Ahead:
    """The next day on which a phase begins, and how many days it is until then."""

    phase: Phase
    days: int


class Calendar:
    """The phases of each year: those that were set, else the defaults of ``data/campaign.yaml``."""

    def __init__(self, base: Base):
        self._base = base

    def year(self, by: Person, year: int) -> list[Phase]:
        """The phases of a year by date."""
        with self._base.reading(by, Act.SEE_CALENDAR) as connection:
            return _phases(connection, year)

    def is_set(self, by: Person, year: int) -> bool:
        """Whether the phases of a year were set by the command centre."""
        with self._base.reading(by, Act.SEE_CALENDAR) as connection:
            return bool(_own(connection, year))

    def phase_on(self, by: Person, day: date) -> Phase | None:
        """The phase that a day is in; None between phases."""
        return next((phase for phase in self.year(by, day.year) if phase.first_on <= day <= phase.last_on), None)

    def next_after(self, by: Person, day: date) -> Ahead | None:
        """The first phase that begins after a day, in its year or the next."""
        with self._base.reading(by, Act.SEE_CALENDAR) as connection:
            coming = [*_phases(connection, day.year), *_phases(connection, day.year + 1)]
        ahead = [phase for phase in coming if phase.first_on > day]
        return Ahead(ahead[0], (ahead[0].first_on - day).days) if ahead else None

    def set_year(self, by: Person, year: int, phases: Sequence[Phase]) -> None:
        """
        Put these phases in place of those of a year.

        Raises
        ------
        Denied
            To all but the command centre.
        StoreError
            With every fault: no phase, days outside the year, backwards or overlapping, a code twice.
        """
        if faults := _faults(year, phases):
            raise StoreError(faults)
        with self._base.writing(by, Act.SET_CALENDAR) as connection:
            before = _told(_phases(connection, year))
            connection.execute(sa.delete(campaign).where(campaign.c.year == year))
            connection.execute(sa.insert(campaign), [{"year": year, **vars(phase)} for phase in phases])
            entry = line(by, self._base.now(), CALENDAR, year, "set", before=before, after=_told(phases))
            record(connection, [entry])


def _phases(connection: Connection, year: int) -> list[Phase]:
    return _own(connection, year) or [phase.in_year(year) for phase in _defaults()]


def _own(connection: Connection, year: int) -> list[Phase]:
    asked = sa.select(campaign).where(campaign.c.year == year).order_by(campaign.c.first_on)
    rows = connection.execute(asked).all()
    return [Phase(row.code, row.name, row.first_on, row.last_on, row.book_phase) for row in rows]


def _told(phases: Sequence[Phase]) -> dict[str, str]:
    return {phase.code: f"{phase.name} {phase.first_on}/{phase.last_on} {phase.book_phase}" for phase in phases}


def _faults(year: int, phases: Sequence[Phase]) -> list[str]:
    faults = [] if phases else [say("store.calendar.empty", year=year)]
    codes = [phase.code for phase in phases]
    faults += [say("store.calendar.twice", code=code) for code in dict.fromkeys(codes) if codes.count(code) > 1]
    for phase in phases:
        checks = {
            say("store.calendar.name"): not phase.name.strip(),
            say("store.calendar.backwards", name=phase.name): phase.last_on < phase.first_on,
            say("store.calendar.year", name=phase.name, year=year): {phase.first_on.year, phase.last_on.year} != {year},
            say("store.calendar.book_phase", name=phase.name): phase.book_phase not in BOOK_PHASES,
        }
        faults += [sentence for sentence, wrong in checks.items() if wrong]
    in_order = sorted(phases, key=lambda phase: phase.first_on)
    faults += [
        say("store.calendar.overlap", first=one.name, second=two.name)
        for one, two in pairwise(in_order)
        if two.first_on <= one.last_on
    ]
    return faults


class _Default(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    name: str
    from_: str = Field(alias="from", pattern=r"^\d\d-\d\d$")
    to: str = Field(pattern=r"^\d\d-\d\d$")
    book_phase: Literal["routine", "inspection"]

    def in_year(self, year: int) -> Phase:
        """The phase with the dates of a year."""
        first, last = (date.fromisoformat(f"{year}-{day}") for day in (self.from_, self.to))
        return Phase(self.code, self.name, first, last, self.book_phase)


@cache
def _defaults() -> tuple[_Default, ...]:
    entries = YAML(typ="safe", pure=True).load(_FILE.read_text(encoding="utf-8"))
    return tuple(_Default.model_validate(entry) for entry in entries["phases"])
