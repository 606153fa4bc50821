"""Runs of assessments: what was judged by what, the figures of every scope, the gaps, and the trend over time."""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd
import shapely
import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Row

from data.city import City
from metrics.assessment import Assessment
from store.access import Act, Person, seen_by
from store.audit import RUN, line, record
from store.base import Base
from store.columns import SRID
from store.errors import StoreError
from store.schema import figures, gaps, runs, sites, unit_names
from texts import say

CITY = "city"
_GAP_KEYS = (
    ("district", "district", None),
    ("unit", "unit", None),
    ("class", "class_", "class_"),
    ("district_class", "district", "class_"),
)
_GAPS_BY = {scope for scope, _, _ in _GAP_KEYS}
Key = tuple[str, str, str]
_GAP_NUMBERS = ("from_m", "to_m", "length_m", "missing", "repair_min")


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
        head, rows, found = _head(assessment), _figure_rows(assessment), _gap_rows(assessment)
        with self._base.writing(by, Act.KEEP_RUNS) as connection:
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
        rows = _site_rows(city, name)
        with self._base.writing(by, Act.KEEP_RUNS) as connection:
            connection.execute(sa.delete(sites).where(sites.c.city == name))
            if rows:
                connection.execute(sa.insert(sites), rows)
            told = {"city": name, "sites": len(rows)}
            record(connection, [line(by, self._base.now(), RUN, 0, "keep_sites", after=told)])

    def newest(self, by: Person, *, city: str | None = None, limit: int = 50) -> list[Run]:
        """The newest runs first, of one city or of all. Denied to nobody who is signed in."""
        asked = sa.select(runs).order_by(runs.c.id.desc()).limit(limit)
        if city is not None:
            asked = asked.where(runs.c.city == city)
        with self._base.reading(by, Act.SEE_RUNS) as connection:
            return [Run(**row._mapping) for row in connection.execute(asked)]

    def same(self, by: Person, assessment: Assessment) -> Run | None:
        """The newest run of the same city data by the same book in the same phase; None when none was kept."""
        inputs = assessment.inputs
        asked = (
            sa.select(runs)
            .where(runs.c.city_print == inputs["city"], runs.c.book_print == inputs["book"])
            .where(runs.c.city == city_of(assessment), runs.c.phase == assessment.phase)
            .order_by(runs.c.id.desc())
            .limit(1)
        )
        with self._base.reading(by, Act.SEE_RUNS) as connection:
            row = connection.execute(asked).one_or_none()
        return None if row is None else Run(**row._mapping)

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


def city_of(assessment: Assessment) -> str:
    """The name of the city that was judged."""
    scores = assessment.scores
    return str(scores.loc[scores["scope"] == CITY, "name"].iloc[0])


def _head(assessment: Assessment) -> dict[str, object]:
    scores, inputs = assessment.scores, assessment.inputs
    lengths = assessment.gaps["length_m"]
    return {
        "city": city_of(assessment),
        "city_print": inputs["city"],
        "book": inputs["book_id"],
        "book_print": inputs["book"],
        "edition": str(inputs["edition"]),
        "phase": assessment.phase,
        "data_date": inputs["data_date"],
        "score": _number(scores.loc[scores["scope"] == CITY, "score"].iloc[0]),
        "pass_probability": _number(assessment.pass_probability),
        "gap_m": float(lengths.sum()),
        "gaps": len(lengths),
    }


def _figure_rows(assessment: Assessment) -> list[dict[str, object]]:
    """A row per scope: the scores, the metres of gaps, and how likely a walk passes."""
    table = assessment.scores.assign(**{"class": assessment.scores["class"].map(_text)})
    keys = list(zip(table["scope"], table["name"], table["class"], strict=True))
    lengths, walked = _gap_lengths(assessment), _pass_probabilities(assessment)
    told = table.assign(
        gap_m=[lengths.get(key, 0.0 if key[0] in _GAPS_BY else None) for key in keys],
        pass_probability=[walked.get(key) for key in keys],
    )
    return [{name: _plain(value) for name, value in row.items()} for row in told.to_dict("records")]


def _gap_lengths(assessment: Assessment) -> dict[Key, float]:
    """Metres of gaps by scope, name and class; two rules that fail on one stretch count twice."""
    rules = assessment.verdicts.drop_duplicates("rule").set_index("rule")["class"]
    table = assessment.gaps[["district", "unit", "length_m"]].assign(class_=assessment.gaps["rule"].map(rules))
    table = table.fillna({"length_m": 0.0})
    told = {(CITY, city_of(assessment), ""): float(table["length_m"].sum())}
    for scope, name, class_ in _GAP_KEYS:
        for own, rows in table.groupby([name, class_] if class_ else [name]):
            told[scope, own[0], own[-1] if class_ else ""] = float(rows["length_m"].sum())
    return told


def _pass_probabilities(assessment: Assessment) -> dict[Key, float]:
    """
    Of the city; and of classes all whose rules are walked, for which it is their pass rate.

    Districts have that of their streets where the book walks one class only.
    """
    measures: dict[str, set[str]] = {}
    for rule in assessment.book.at(assessment.phase):
        measures.setdefault(rule.class_, set()).add(rule.measure)
    walked = {class_ for class_, own in measures.items() if own == {"along"}}
    rates = assessment.scores[assessment.scores["class"].isin(walked)]
    rows = list(zip(rates["scope"], rates["name"], rates["class"], rates["pass_rate"], strict=True))
    told = {(scope, name, class_): rate for scope, name, class_, rate in rows}
    if len(walked) == 1:
        told |= {("district", name, ""): rate for scope, name, _, rate in rows if scope == "district_class"}
    return told | {(CITY, city_of(assessment), ""): assessment.pass_probability}


def _gap_rows(assessment: Assessment) -> list[dict[str, object]]:
    """The gaps with their rule's title, the explanation of their verdict, and geometry in WGS 84."""
    found = assessment.gaps.to_crs(SRID)
    verdicts = assessment.verdicts.drop_duplicates(["rule", "subject"]).set_index(["rule", "subject"])
    rules = {rule.id: rule for rule in assessment.book.at(assessment.phase)}
    rows = []
    for row in found.itertuples(index=False):
        verdict, rule = verdicts.loc[(row.rule, row.subject)], rules[row.rule]
        rows.append(
            {
                **{name: _text(getattr(row, name)) for name in ("rule", "subject", "subject_name", "district", "unit")},
                **{name: _number(getattr(row, name)) for name in _GAP_NUMBERS},
                "clause": _text(verdict["clause"]),
                "title": rule.title,
                "class": verdict["class"],
                "explanation": verdict["explanation"],
                "geometry": row.geometry,
            }
        )
    return rows


def _site_rows(city: City, name: str) -> list[dict[str, object]]:
    layer = city.sites
    if layer is None or not len(layer):
        return []
    told = layer.to_crs(SRID)
    columns = {
        column: told[column] if column in told else pd.Series(None, index=told.index, dtype=object)
        for column in ("id", "name", "carrier", "themes", "condition", "unit")
    }
    texts = zip(*(map(_text, column) for column in columns.values()), strict=True)
    return [
        {"city": name, **dict(zip(("site", *list(columns)[1:]), values, strict=True)), "geometry": shape}
        for values, shape in zip(texts, told.geometry, strict=True)
        if isinstance(shape, shapely.Geometry)
    ]


def _number(value: object) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _text(value: object) -> str:
    if isinstance(value, list | tuple | frozenset | set):
        return "、".join(map(str, value))
    return "" if value is None or (not isinstance(value, str) and pd.isna(value)) else str(value)


def _plain(value: object) -> object:
    """A value of a table as a base takes it: nothing for NaN, no NumPy."""
    if value is None or isinstance(value, str):
        return value
    return None if pd.isna(value) else getattr(value, "item", lambda: value)()
