"""Mock assessments: the sample as it was drawn, results with a version for each line, and what districts are told."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from math import isfinite

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from store.access import DISTRICT, Act, Person, owner, seen_by
from store.audit import MOCK, entry_of, line, record
from store.base import ZONE, Base
from store.errors import Conflict, Denied, StoreError
from store.mock import Change, Mock, Recorded, Result
from store.mock_parts import Part, keep_parts, parts_of
from store.schema import audit, mock_results, mocks
from texts import say

LONGEST_NAME, LONGEST_REMARK, MOST_FOUND = 60, 500, 1e9
_AT_ONCE = 400
_LISTED = (
    "id", "city", "district", "name", "code", "facts", "version", "made_at", "made_by", "changed_at", "told_at",
)  # fmt: skip


class Mocks:
    """
    Mock assessments of the command centre and planners, and of districts for themselves. Denied to units and walls.

    A district sees its own, and its part of those of the whole city that were told; in these it changes nothing.
    """

    def __init__(self, base: Base):
        self._base = base

    def all(self, by: Person, city: str) -> list[Mock]:
        """All of a city that the person may see, the newest first, without their texts."""
        with self._base.reading(by, Act.SEE_MOCKS) as connection:
            parts = _parts(connection, by)
            return [_mock(connection, row, parts) for row in connection.execute(_heads(by, city, parts)).all()]

    def read(self, by: Person, number: int) -> Mock:
        """
        One with its text.

        Raises
        ------
        Denied
            When there is none, or it is not theirs.
        """
        with self._base.reading(by, Act.SEE_MOCKS) as connection:
            parts = _parts(connection, by)
            row = _seen(connection, by, number, parts)
            text = parts[number].text if number in parts else row.text
            return replace(_mock(connection, row, parts), text=text)

    def keep(
        self,
        by: Person,
        city: str,
        name: str,
        text: str,
        *,
        code: str,
        keys: Sequence[str],
        districts: Collection[str],
        facts: Mapping[str, object],
    ) -> int:
        """
        Keep a sample with all its lines still empty; its number.

        Parameters
        ----------
        by
            The acting person.
        city, name
            Whose it is and what it is called.
        text, code, facts
            See `Mock`.
        keys
            The lines.
        districts
            Where the points lie.

        Raises
        ------
        Denied
            To units and walls; to a district when points lie elsewhere.
        StoreError
            When the name is empty, too long or taken, or there are no lines.
        """
        if not keys or len(set(keys)) != len(keys):
            raise ValueError("a mock assessment has lines, each with a key of its own")
        name = _checked_name(name)
        with self._base.writing(by, Act.KEEP_MOCKS) as connection:
            if by.role == DISTRICT and set(districts) != {by.district}:
                raise Denied(say("store.mocks.elsewhere", district=by.district))
            whose, now = owner(by), self._base.now()
            _refuse_taken(connection, city, whose, name)
            head = {"city": city, "district": whose, "name": name, "code": code, "facts": dict(facts), "text": text}
            told = {"version": 1, "made_at": now, "made_by": by.name, "changed_at": now}
            number = connection.execute(sa.insert(mocks).values(**head, **told)).inserted_primary_key[0]
            empty = {"mock": number, "found": None, "remark": "", "version": 0, "changed_at": None, "changed_by": ""}
            rows = [{**empty, "key": key, "place": place} for place, key in enumerate(keys)]
            connection.execute(sa.insert(mock_results), rows)
            after = {"city": city, "name": name, "code": code, "lines": len(keys), "version": 1}
            record(connection, [line(by, now, MOCK, number, "keep", after=after)])
        return number

    def rename(self, by: Person, number: int, name: str, *, version: int) -> int:
        """
        Give it another name; its new version.

        Raises
        ------
        Denied
            When there is none, or it is not theirs.
        Conflict
            When somebody else renamed it since that version; ``mine`` holds the name.
        StoreError
            When the name is empty, too long or taken.
        """
        name = _checked_name(name)
        with self._base.writing(by, Act.KEEP_MOCKS) as connection:
            row = _known(connection, by, number, locked=True)
            if row.version != version:
                raise _conflict(connection, row, version, name)
            if row.name == name:
                return version
            _refuse_taken(connection, row.city, row.district, name)
            now = self._base.now()
            told = {"name": name, "version": version + 1, "changed_at": now}
            connection.execute(sa.update(mocks).where(mocks.c.id == number).values(**told))
            before, after = {"name": row.name}, {"name": name, "version": version + 1}
            record(connection, [line(by, now, MOCK, number, "rename", before=before, after=after)])
        return version + 1

    def drop(self, by: Person, number: int) -> None:
        """
        Remove it with its results, which stay in the audit trail; nothing happens when it is gone already.

        Raises
        ------
        Denied
            When it is not theirs.
        """
        with self._base.writing(by, Act.KEEP_MOCKS) as connection:
            if connection.execute(sa.select(mocks.c.id).where(mocks.c.id == number)).first() is None:
                return
            row = _known(connection, by, number, locked=True)
            kept = connection.execute(_of(number).where(mock_results.c.version > 0)).all()
            before = {"city": row.city, "name": row.name, "code": row.code, "facts": row.facts}
            before |= {"results": {one.key: [one.found, one.remark] for one in kept}}
            connection.execute(sa.delete(mock_results).where(mock_results.c.mock == number))
            keep_parts(connection, number, {})
            connection.execute(sa.delete(mocks).where(mocks.c.id == number))
            record(connection, [line(by, self._base.now(), MOCK, number, "drop", before=before)])

    def results(self, by: Person, number: int) -> list[Result]:
        """
        All lines in their order.

        Raises
        ------
        Denied
            When there is none, or it is not theirs.
        """
        with self._base.reading(by, Act.SEE_MOCKS) as connection:
            parts = _parts(connection, by)
            _seen(connection, by, number, parts)
            mine = set(parts[number].keys) if number in parts else None
            rows = connection.execute(_of(number))
            return [_result(row) for row in rows if mine is None or row.key in mine]

    def tell(self, by: Person, number: int, parts: Mapping[str, Part]) -> None:
        """
        Let each district see its part of a mock assessment of the whole city, in place of what was told before.

        Results that are written afterwards are seen as well. With no parts it is told to nobody any more.

        Raises
        ------
        Denied
            To all but the command centre and planners, or when there is none.
        StoreError
            When a district drew it.
        """
        with self._base.writing(by, Act.TELL_MOCKS) as connection:
            row = _known(connection, by, number, locked=True)
            if row.district:
                raise StoreError(say("store.mocks.not_whole"))
            foreign = {key for part in parts.values() for key in part.keys} - set(_keys(connection, number))
            if foreign:
                raise ValueError("a part has lines of its mock assessment only")
            now = self._base.now()
            keep_parts(connection, number, parts)
            connection.execute(sa.update(mocks).where(mocks.c.id == number).values(told_at=now if parts else None))
            told = {"name": row.name, "districts": sorted(parts)}
            record(connection, [line(by, now, MOCK, number, "tell" if parts else "untell", after=told)])

    def record(self, by: Person, number: int, changes: Iterable[Change]) -> Recorded:
        """
        Write numbers and remarks into lines; a line that somebody else changed since is left as it is and told.

        Who writes the same as is there already has it done.

        Raises
        ------
        Denied
            When there is none, or it is not theirs.
        StoreError
            When a number or a remark is none that a form takes, or a line is not of this one: nothing is written.
        """
        asked = {change.key: change for change in changes}
        _check(asked.values())
        done, refused, lines = {}, {}, {}
        with self._base.writing(by, Act.RECORD_MOCKS) as connection:
            _known(connection, by, number, locked=True)
            now, rows = self._base.now(), _rows(connection, number, sorted(asked))
            if foreign := sorted(set(asked) - set(rows)):
                raise StoreError(say("store.mocks.no_line", key=foreign[0]))
            for key, change in asked.items():
                row = rows[key]
                if (row.found, row.remark) == (change.found, change.remark):
                    done[key] = _result(row)
                elif row.version != change.version:
                    refused[key] = _result(row)
                else:
                    done[key] = Result(key, change.found, change.remark, row.version + 1, now, by.name)
                    lines[key] = ([row.found, row.remark], [change.found, change.remark])
            _write(connection, number, [done[key] for key in lines])
            if lines:
                before, after = ({key: pair[side] for key, pair in lines.items()} for side in (0, 1))
                record(connection, [line(by, now, MOCK, number, "record", before=before, after=after)])
        return Recorded(done, refused)


def _parts(connection: Connection, by: Person) -> dict[int, Row]:
    """What the person sees of mock assessments of the whole city: a district its parts; the others see all of it."""
    return parts_of(connection, by.district) if by.role == DISTRICT else {}


def _heads(by: Person, city: str, parts: Mapping[int, Row]) -> sa.Select:
    own = sa.or_(sa.and_(*seen_by(by, mocks)), mocks.c.id.in_(parts)) if by.role == DISTRICT else sa.true()
    asked = sa.select(*(mocks.c[name] for name in _LISTED)).where(mocks.c.city == city, own)
    return asked.order_by(mocks.c.id.desc())


def _mock(connection: Connection, row: Row, parts: Mapping[int, Row]) -> Mock:
    """A row as its reader sees it, with how much is filled in."""
    head = {name: row._mapping[name] for name in _LISTED}
    if (part := parts.get(row.id)) is None:
        counted = sa.select(sa.func.count(), sa.func.count(mock_results.c.found)).where(mock_results.c.mock == row.id)
        return Mock(**head, **dict(zip(("lines", "filled"), connection.execute(counted).one(), strict=True)))
    filled = {key for key, found in _keys(connection, row.id).items() if found is not None}
    head |= {"facts": part.facts, "part": part.district}
    return Mock(**head, lines=len(part.keys), filled=len(filled & set(part.keys)))


def _keys(connection: Connection, number: int) -> dict[str, float | None]:
    """The lines, and what was found."""
    asked = sa.select(mock_results.c.key, mock_results.c.found).where(mock_results.c.mock == number)
    return dict(connection.execute(asked).all())


def _seen(connection: Connection, by: Person, number: int, parts: Mapping[int, Row]) -> Row:
    """The row of one of which the person sees all or a part."""
    if number not in parts:
        return _known(connection, by, number)
    return connection.execute(sa.select(mocks).where(mocks.c.id == number)).one()


def _of(number: int) -> sa.Select:
    return sa.select(mock_results).where(mock_results.c.mock == number).order_by(mock_results.c.place)


def _known(connection: Connection, by: Person, number: int, *, locked: bool = False) -> Row:
    """The row of one that is the person's, to be read and changed."""
    asked = sa.select(mocks).where(mocks.c.id == number, *seen_by(by, mocks))
    row = connection.execute(asked.with_for_update() if locked else asked).one_or_none()
    if row is None:
        raise Denied(say("store.mocks.not_own" if number in _parts(connection, by) else "store.mocks.none"))
    return row


def _rows(connection: Connection, number: int, keys: Sequence[str]) -> dict[str, Row]:
    parts = (keys[at : at + _AT_ONCE] for at in range(0, len(keys), _AT_ONCE))
    asked = (_of(number).where(mock_results.c.key.in_(part)).with_for_update() for part in parts)
    return {row.key: row for part in asked for row in connection.execute(part)}


def _write(connection: Connection, number: int, results: Sequence[Result]) -> None:
    names = ("found", "remark", "version", "changed_at", "changed_by")
    if results:
        changed = {name: sa.bindparam(f"new_{name}") for name in names}
        mine = (mock_results.c.mock == number, mock_results.c.key == sa.bindparam("line"))
        values = [{"line": one.key, **{f"new_{name}": getattr(one, name) for name in names}} for one in results]
        connection.execute(sa.update(mock_results).where(*mine).values(**changed), values)


def _result(row: Row) -> Result:
    return Result(row.key, row.found, row.remark, row.version, row.changed_at, row.changed_by)


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise StoreError(say("store.mocks.name", most=LONGEST_NAME))
    return name


def _refuse_taken(connection: Connection, city: str, district: str, name: str) -> None:
    same = (mocks.c.city == city, mocks.c.district == district, mocks.c.name == name)
    if connection.execute(sa.select(mocks.c.id).where(*same)).first() is not None:
        raise StoreError(say("store.mocks.taken", name=name))


def _check(changes: Iterable[Change]) -> None:
    faults = []
    for change in changes:
        found = change.found
        if found is not None and not (isfinite(found) and 0 <= found <= MOST_FOUND):
            faults.append(say("store.mocks.amount", key=change.key))
        if len(change.remark) > LONGEST_REMARK:
            faults.append(say("store.mocks.remark", key=change.key, most=LONGEST_REMARK))
    if faults:
        raise StoreError(faults)


def _conflict(connection: Connection, row: Row, version: int, name: str) -> Conflict:
    asked = sa.select(audit).where(audit.c.about == MOCK, audit.c.number == row.id, audit.c.act == "rename")
    entries = [entry_of(own) for own in connection.execute(asked.order_by(audit.c.id))]
    first = [entry for entry in entries if int(entry.after["version"]) > version]
    at = row.changed_at.astimezone(ZONE).strftime("%m-%d %H:%M")
    who = first[-1].name if first else row.made_by
    return Conflict(say("store.mocks.conflict", who=who, at=at, name=row.name), first, {"name": name})
