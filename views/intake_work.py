"""The import of a city with its first check, as the page 数据接入 has it done in a process of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from data.city import City
from data.errors import DataError
from data.importing import ImportResult, import_city
from metrics.assessment import Assessment, assess
from metrics.rulebook import load_rulebook
from texts import say
from views.intake import Part, request
from views.kept_cities import ImportNote, keep_city
from views.worker import Task


@dataclass(frozen=True, eq=False)
class Outcome:
    """An import that was done: where the city lies, and what happened on the way, as `data.importing.ImportResult`."""

    city_key: str
    counts: pd.DataFrame
    warnings: tuple[str, ...]
    rejects: pd.DataFrame
    repairs: pd.DataFrame
    duplicates: pd.DataFrame


@dataclass(frozen=True, eq=False)
class BroughtIn:
    """An import, the city as it reads from its file, and its assessment by the book and in the phase asked for."""

    outcome: Outcome
    city: City
    book_key: str
    assessment: Assessment


def bring_in(
    task: Task, parts: Mapping[str, Part], *, book_key: str, phase: str, strict: bool = False, **facts: str
) -> BroughtIn:
    """
    Import a city, have it judged, and keep it among the user's cities under its name.

    Parameters
    ----------
    parts, strict, facts
        As `views.intake.request`.
    book_key
        The name of a shipped rule book, or the path of an own one.
    phase
        One of the book's.

    Raises
    ------
    DataError
        As `data.importing.import_city`, and when the city cannot be written; nothing is kept then.
    """
    result = import_city(request(parts, strict=strict, **facts), progress=task.tell)
    task.tell(say("intake.writing"))
    file = task.folder / "city.gpkg"
    try:
        result.city.write(file)
    except OSError as error:
        raise DataError(say("import.unwritable", file=file.name, reason=error.strerror)) from error
    note, tables = _note(result), (result.counts, result.warnings, result.rejects, result.repairs, result.duplicates)
    del result  # a large city is not held twice
    city = City.read(file)
    task.tell(say("intake.checking"))
    book = load_rulebook(Path(book_key) if Path(book_key).is_file() else book_key)
    titles = {rule.id: rule.title for rule in book.at(phase)}
    assessment = assess(city, book, phase, progress=lambda rule: task.tell(say("intake.judging", rule=titles[rule])))
    target = keep_city(file, facts.get("name", ""), note)
    return BroughtIn(Outcome(str(target), *tables), city, book_key, assessment)


def _note(result: ImportResult) -> ImportNote:
    counts = result.counts.drop(columns=["label", "source"])
    return ImportNote(
        layers=[{key: _plain(value) for key, value in row.items()} for row in counts.to_dict("records")],
        warnings=list(result.warnings),
        values_left_out=int(result.rejects["taken"].astype(bool).sum()),
    )


def _plain(value: object) -> object:
    return value if isinstance(value, str) else int(value)
