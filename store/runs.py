"""Runs of assessments: what was judged by what, the figures of every scope, the gaps, and the trend over time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Row

from data.city import City
from metrics.assessment import Assessment
from store.access import Act, Person, seen_by
from store.audit import RUN, line, record
from store.base import Base, take_turns
from store.errors import StoreError
from store.run_rows import CITY, city_of, figure_rows, gap_rows, head, site_rows
from store.schema import figures, gaps, runs, sites, unit_names
from texts import say


@dataclass(frozen=True)
class Run:
    """
    One assessment that was kept.

    Attributes
    ----------
    city_print, book_print
        Fingerprints of what was judged and by what.
    score
        Of 100; None without known subjects.
    pass_probability
        Share of the starts along streets from which a walk passes; None without streets.
    gap_m, gaps
        Metres of failing stretches, and the number of gaps.
    """

    id: int
    at: datetime
    by_name: str
    city: str
    city_print: str
    book: str
    book_print: str
    edition: str
    phase: str
    data_date: str | None
    score: float | None
    pass_probability: float | None
    gap_m: float
    gaps: int


@dataclass(frozen=True)
class Point:
    """One run in the trend of a scope."""

    run: int
    at: datetime
    score: float | None
    rank: int | None
    flag: str | None
    gap_m: float | None
    pass_probability: float | None


class Runs:
    """Assessments that were kept."""

    def __init__(self, base: Base):
        self._base = base

    def keep(self, by: Person, assessment: Assessment) -> int:
        """
        Keep an assessment's figures and gaps; the run's number.

        Raises
        ------
        Denied
            To all but the command centre and planners.
        StoreError
            When the base does not answer.
        """
        rows = _rows(assessment)
        with self._base.writing(by, Act.KEEP_RUNS) as connection:
            return self._keep(connection, by, *rows)

    def keep_once(self, by: Person, assessment: Assessment, *, then: Callable[[Connection, int], object]) -> Run:
        """
        The run of an assessment, kept now unless the same city data were kept by the same book in the same phase.

        However many ask at once, one keeps it, and does ``then`` with the run's number in the same transaction.
        Raises as `keep`.
        """
        if (found := self.same(by, assessment)) is not None:
            return found
        rows = _rows(assessment)
        with self._base.writing(by, Act.KEEP_RUNS) as connection:
            take_turns(connection)
            found = _same(connection, assessment)
            if found is None:
                then(connection, self._keep(connection, by, *rows))
                found = _same(connection, assessment)
        return found

    def _keep(self, connection: Connection, by: Person, head: dict, rows: list[dict], found: list[dict]) -> int:
        values = {**head, "at": self._base.now(), "by_name": by.name}
        number = connection.execute(sa.insert(runs).values(**values)).inserted_primary_key[0]
        for table, own in ((figures, rows), (gaps, found)):
            if own:
                connection.execute(sa.insert(table), [{"run": number, **row} for row in own])
        told = {name: head[name] for name in ("city", "book", "phase", "score", "city_print", "book_print")}
        record(connection, [line(by, values["at"], RUN, number, "keep", after=told)])
        return number

    def keep_sites(self, by: Person, city: City, *, name: str) -> None:
        """
        Put the sites of a city in place of those that were kept under ``name``, for QGIS and the city's own systems.

        Raises as `keep`.
        """
        rows = site_rows(city, name)
        with self._base.writing(by, Act.KEEP_RUNS) as connection:
            connection.execute(sa.delete(sites).where(sites.c.city == name))
            if rows:
                connection.execute(sa.insert(sites), rows)
            told = {"city": name, "sites": len(rows)}
            record(connection, [line(by, self._base.now(), RUN, 0, "keep_sites", after=told)])

    def newest(self, by: Person, *, city: str | None = None, limit: int = 50) -> list[Run]:
        """The newest runs first, of one city or of all. Denied to nobody who is signed in."""
        asked = sa.select(runs).order_by(runs.c.at.desc(), runs.c.id.desc()).limit(limit)
        if city is not None:
            asked = asked.where(runs.c.city == city)
        with self._base.reading(by, Act.SEE_RUNS) as connection:
            return [Run(**row._mapping) for row in connection.execute(asked)]

    def same(self, by: Person, assessment: Assessment) -> Run | None:
        """The newest run of the same city data by the same book in the same phase; None when none was kept."""
        with self._base.reading(by, Act.SEE_RUNS) as connection:
            return _same(connection, assessment)

    def figures(self, by: Person, run: int) -> pd.DataFrame:
        """
        The figures of every scope of a run: the columns of an assessment's scores, ``gap_m`` and ``pass_probability``.

        Raises
        ------
        StoreError
            When there is no such run.
        """
        with self._base.reading(by, Act.SEE_RUNS) as connection:
            known_run(connection, run)
            rows = connection.execute(sa.select(figures).where(figures.c.run == run)).mappings().all()
        return pd.DataFrame(rows, columns=list(figures.c.keys())).drop(columns="run")

    def gaps(self, by: Person, run: int) -> list[Row]:
        """
        The gaps of a run that the person may see (a unit its own, a district those of its area), geometry in WGS 84.

        Raises
        ------
        StoreError
            When there is no such run.
        """
        with self._base.reading(by, Act.SEE_RUNS) as connection:
            known_run(connection, run)
            asked = sa.select(gaps).where(gaps.c.run == run, *seen_by(by, gaps)).order_by(gaps.c.id)
            return list(connection.execute(asked).all())

    def trend(
        self,
        by: Person,
        *,
        city: str,
        book: str,
        phase: str,
        scope: str = CITY,
        name: str | None = None,
        limit: int = 100,
    ) -> list[Point]:
        """
        How a scope fared over the newest runs by one book in one phase, oldest first.

        Parameters
        ----------
        by
            The acting person.
        city, book, phase
            Which runs.
        scope, name
            A scope of the scores and who in it; the city itself needs no name.
        limit
            How many runs at most.
        """
        names = ("score", "rank", "flag", "gap_m", "pass_probability")
        asked = (
            sa.select(runs.c.id, runs.c.at, *(figures.c[column] for column in names))
            .join(figures, figures.c.run == runs.c.id)
            .where(runs.c.city == city, runs.c.book == book, runs.c.phase == phase)
            .where(figures.c.scope == scope, _is_of(city if name is None else name))
            .order_by(runs.c.at.desc(), runs.c.id.desc())
            .limit(limit)
        )
        with self._base.reading(by, Act.SEE_RUNS) as connection:
            return [Point(*row) for row in reversed(connection.execute(asked).all())]


def _same(connection: Connection, assessment: Assessment) -> Run | None:
    inputs = assessment.inputs
    asked = (
        sa.select(runs)
        .where(runs.c.city_print == inputs["city"], runs.c.book_print == inputs["book"])
        .where(runs.c.city == city_of(assessment), runs.c.phase == assessment.phase)
        .order_by(runs.c.id.desc())
        .limit(1)
    )
    row = connection.execute(asked).one_or_none()
    return None if row is None else Run(**row._mapping)


def _rows(assessment: Assessment) -> tuple[dict, list[dict], list[dict]]:
    return head(assessment), figure_rows(assessment), gap_rows(assessment)


def _is_of(name: str) -> ColumnElement[bool]:
    """Whether a figure is of who bears a name now, or bore another one then."""
    before = sa.select(unit_names.c.old).where(unit_names.c.new == name)
    return sa.or_(figures.c.name == name, sa.and_(figures.c.scope == "unit", figures.c.name.in_(before)))


def known_run(connection: Connection, run: int) -> Row:
    """
    The row of a run.

    Raises
    ------
    StoreError
        When there is none.
    """
    row = connection.execute(sa.select(runs).where(runs.c.id == run)).one_or_none()
    if row is None:
        raise StoreError(say("store.runs.none"))
    return row
