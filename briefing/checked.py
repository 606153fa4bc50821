"""What ``check`` and ``plan`` of the command line wrote, read back for a briefing."""

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyogrio

from briefing.facts import Earlier, PlanTold
from briefing.facts.briefing import day_of
from briefing.files import write_text
from data.city import City
from data.errors import DataError
from metrics.assessment import Assessment, assess
from metrics.rulebook import load_rulebook
from texts import say

_SUMMARY, _SCORES, _PACKAGE, _SOURCE = "summary.json", "scores.csv", "assessment.gpkg", "source.json"
_FIGURES = ["scope", "name", "class", "score", "rank"]


@dataclass(frozen=True)
class Checked:
    """What a folder says was judged: fingerprints and phase, and where city and book lay then ("" when not said)."""

    folder: Path
    inputs: dict[str, object]
    city: str
    book: str


def note_source(folder: Path, city: Path, book: str) -> None:
    """Let a folder of ``check`` say where its city and its book lie."""
    own = Path(book)
    told = {"city": str(city.resolve()), "book": str(own.resolve()) if own.is_file() else book}
    write_text(folder / _SOURCE, json.dumps(told, ensure_ascii=False) + "\n")


def checked(folder: Path) -> Checked:
    """
    What a folder of ``check`` says was judged.

    Raises
    ------
    DataError
        When it is no such folder.
    """
    summary = _json(folder / _SUMMARY)
    source = _json(folder / _SOURCE) if (folder / _SOURCE).is_file() else {}
    inputs = summary.get("inputs")
    if not isinstance(inputs, dict) or not {"city", "book", "book_id", "phase"} <= set(inputs):
        raise DataError(say("brief.fault.no_check", folder=folder.name))
    return Checked(folder, inputs, str(source.get("city") or ""), str(source.get("book") or ""))


def judged_again(found: Checked, *, city: Path | None, book: str | None) -> tuple[City, Assessment]:
    """
    The city and its assessment, made again from the same city by the same book.

    The folder holds the results, not the streets and houses that maps are drawn of; judging again gives the same
    tables, and the fingerprints prove that it is the same city and the same book.

    Raises
    ------
    DataError
        When city or book are not where they were, or are not the same any more.
    """
    path = city or (Path(found.city) if found.city else None)
    if path is None or not path.exists():
        raise DataError(say("brief.fault.city_gone", file=path.name if path else _SOURCE))
    read = City.read(path)
    if read.fingerprint != found.inputs["city"]:
        raise DataError(say("brief.fault.other_city", file=path.name))
    rules = load_rulebook(book or found.book or str(found.inputs["book_id"]))
    if rules.fingerprint != found.inputs["book"]:
        raise DataError(say("brief.fault.other_book", book=rules.title))
    return read, assess(read, rules, str(found.inputs["phase"]))


def earlier_check(folder: Path) -> Earlier:
    """
    What an earlier folder of ``check`` holds, to compare with.

    Raises
    ------
    DataError
        When it is no such folder, or lacks a file.
    """
    found = checked(folder)
    try:
        figures = pd.read_csv(folder / _SCORES)[_FIGURES]
        gaps = pyogrio.read_dataframe(folder / _PACKAGE, layer="gaps", read_geometry=False)
    except (OSError, KeyError, ValueError, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise DataError(say("brief.fault.no_check", folder=folder.name)) from error
    day = day_of(found.inputs.get("data_date"))
    if day is None:
        raise DataError(say("brief.fault.no_day", folder=folder.name))
    return Earlier(
        day, str(found.inputs["book_id"]), str(found.inputs["book"]), str(found.inputs["phase"]), figures, gaps
    )


def planned(folder: Path) -> PlanTold:
    """
    What a folder of ``plan`` holds.

    Raises
    ------
    DataError
        When it is no such folder.
    """
    try:
        return PlanTold.read(_json(folder / _SUMMARY), pd.read_csv(folder / "plan.csv", keep_default_na=False))
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise DataError(say("brief.fault.no_plan", folder=folder.name)) from error


def _json(file: Path) -> dict:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(say("brief.fault.no_check", folder=file.parent.name)) from error
    if not isinstance(told, dict):
        raise DataError(say("brief.fault.no_check", folder=file.parent.name))
    return told
