"""The workbook of a briefing: scores by item, street, district and unit, all verdicts, gaps and traces."""

from collections.abc import Mapping
from io import BytesIO

import numpy as np
import pandas as pd
import xlsxwriter

from briefing.facts import Briefing
from briefing.facts.findings_said import long_day, sentences
from briefing.office_files import packed, plain
from data.spreadsheet import for_cell
from data.vocabulary import vocabulary
from metrics.assessment import Assessment
from metrics.explain import reason_label
from metrics.listing import Filters, narrowed
from metrics.scores import CITY, CLASS, DISTRICT, DISTRICT_CLASS, UNIT
from texts import lookup, say

MOST_ROWS = 1_048_576
_SCORES = ["score", "full", "earned", "pass_rate", "rank", "flag", "passed", "failed", "unknown", "deduction"]
_GAPS = ["district", "unit", "class", "rule", "title", "subject_name", "subject", "from_m", "to_m", "length_m"]
_GAPS += ["missing", "repair_min", "explanation"]
_VERDICTS = ["rule", "clause", "title", "class", "subject", "subject_name", "district", "unit", "status", "value"]
_VERDICTS += ["required", "missing", "deduction", "length_m", "pass_probability", "explanation"]
_TRACED = ["rule", "subject", "site", "counted", "reason", "at_m", "distance_m"]
_TRACES = ["title", "rule", "subject_name", "subject", "site_name", "carrier", "site", *_TRACED[3:]]
_FORMATS = {
    "score": "0.0",
    "full": "0.0#",
    "earned": "0.0#",
    "pass_rate": "0.0%",
    "rank": "0",
    "deduction": "0.0#",
    "from_m": "0",
    "to_m": "0",
    "length_m": "0",
    "at_m": "0.0",
    "distance_m": "0.0",
    "pass_probability": "0.0%",
    "value": "0.###",
    "required": "0.###",
    "missing": "0.##",
    "repair_min": "0",
}
_NO_LEVEL = (CITY, DISTRICT, UNIT, CLASS, DISTRICT_CLASS)
_WIDTHS = {"explanation": 70, "title": 28, "subject_name": 26, "site_name": 24, "name": 22, "class": 20, "unit": 20}
_WIDTHS |= {"rule": 20, "carrier": 16}
_WIDTH = 11


def write_workbook(
    briefing: Briefing, assessment: Assessment, *, sites: pd.DataFrame | None = None, most_rows: int = MOST_ROWS
) -> bytes:
    """
    A workbook; every number is that of the assessment, unrounded, and no text runs as a formula.

    Parameters
    ----------
    briefing
        Of ``assessment``: for whom, and what stands on the cover.
    assessment
        Its scores, verdicts, gaps and traces; those of the audience only.
    sites
        Of the city: names and forms of those in the traces.
    most_rows
        How many rows a sheet holds, with its head; what is cut is said on the cover.
    """
    file = BytesIO()
    book = xlsxwriter.Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": _title(briefing), "created": briefing.at.replace(tzinfo=None)})
    tables = _tables(briefing, assessment, sites)
    cut = {name: len(table) - (most_rows - 1) for name, table in tables.items() if len(table) > most_rows - 1}
    _cover(book, briefing, cut)
    for name, table in tables.items():
        _sheet(book, say(f"brief_workbook.sheets.{name}"), table.head(most_rows - 1))
    book.close()
    return packed(file.getvalue())


def _tables(briefing: Briefing, assessment: Assessment, sites: pd.DataFrame | None) -> dict[str, pd.DataFrame]:
    audience, filters = briefing.audience, briefing.audience.filters
    scores = _scores(assessment)
    tables = {}
    if audience.scope == CITY:
        tables["items"] = scores[scores["scope"] == CLASS][["class", *_SCORES]]
        tables["districts"] = scores[scores["scope"].isin([CITY, DISTRICT])][["name", *_SCORES]]
        for level in [level for level in scores["scope"].unique() if level not in _NO_LEVEL]:
            tables[f"level_{level}"] = scores[scores["scope"] == level][["name", *_SCORES]]
        tables["units"] = scores[scores["scope"] == UNIT][["name", *_SCORES]]
        tables["district_items"] = scores[scores["scope"] == DISTRICT_CLASS][["name", "class", *_SCORES]]
    elif audience.scope == DISTRICT:
        own = scores[scores["name"] == audience.name]
        tables["districts"] = own[own["scope"] == DISTRICT][["name", *_SCORES]]
        tables["district_items"] = own[own["scope"] == DISTRICT_CLASS][["name", "class", *_SCORES]]
    else:
        tables["units"] = scores[(scores["scope"] == UNIT) & (scores["name"] == audience.name)][["name", *_SCORES]]
    tables["gaps"] = _gaps(assessment, filters)
    verdicts = _verdicts(assessment, filters)
    tables["verdicts"] = verdicts
    tables["traces"] = _traces(assessment, filters, sites)
    return {name: table.reset_index(drop=True) for name, table in tables.items()}


def _scores(assessment: Assessment) -> pd.DataFrame:
    label = assessment.book.class_label
    scores = assessment.scores
    return scores.assign(
        rank=scores["rank"].where(scores["scope"] != CITY),  # the city has none to be ranked with
        **{"class": scores["class"].map(lambda code: label(code) if isinstance(code, str) else "")},
        earned=scores["full"] * scores["pass_rate"],
        flag=scores["flag"].map(lambda flag: say(f"brief.flags.{flag}") if isinstance(flag, str) else ""),
    )


def _gaps(assessment: Assessment, filters: Filters) -> pd.DataFrame:
    verdicts = assessment.verdicts.drop_duplicates(["rule", "subject"])[["rule", "subject", "class", "explanation"]]
    gaps = pd.DataFrame(narrowed(assessment.gaps, filters).drop(columns="geometry"))
    told = gaps.merge(pd.DataFrame(verdicts), on=["rule", "subject"], how="left")
    told = told.assign(title=told["rule"].map(_titles(assessment)), **_class_names(assessment, told))
    return told.sort_values(["unit", "district"], kind="stable", na_position="last")[_GAPS]


def _verdicts(assessment: Assessment, filters: Filters) -> pd.DataFrame:
    own = pd.DataFrame(narrowed(assessment.verdicts, filters).drop(columns="geometry"))
    status = lookup("coverage.status")
    return own.assign(
        title=own["rule"].map(_titles(assessment)), status=own["status"].map(status), **_class_names(assessment, own)
    )[_VERDICTS]


def _class_names(assessment: Assessment, table: pd.DataFrame) -> dict[str, pd.Series]:
    return {"class": table["class"].map(assessment.book.class_label)}


def _titles(assessment: Assessment) -> dict[str, str]:
    return {rule.id: rule.title for rule in assessment.book.at(assessment.phase)}


def _traces(assessment: Assessment, filters: Filters, sites: pd.DataFrame | None) -> pd.DataFrame:
    traces = assessment.traces[_TRACED]
    if filters != Filters():
        own = narrowed(assessment.verdicts, filters)[["rule", "subject"]]
        traces = traces[pd.MultiIndex.from_frame(traces[["rule", "subject"]]).isin(pd.MultiIndex.from_frame(own))]
    counted = traces["counted"].astype(bool)
    words = np.where(counted, say("brief_workbook.counted"), say("brief_workbook.not_counted"))
    reasons = traces["reason"].map(lambda code: reason_label(code) if isinstance(code, str) and code else "")
    judged = assessment.verdicts.drop_duplicates(["rule", "subject"])[["rule", "subject", "subject_name"]]
    told = traces.assign(counted=words, reason=reasons, title=traces["rule"].map(_titles(assessment)))
    return told.merge(pd.DataFrame(judged), on=["rule", "subject"], how="left").assign(**_sites(told, sites))[_TRACES]


def _sites(traces: pd.DataFrame, sites: pd.DataFrame | None) -> dict[str, object]:
    """Name and form of the site of each trace; None where the city has none of it."""
    if sites is None:
        return {"site_name": None, "carrier": None}
    known = pd.DataFrame(sites[["id", "name", "carrier"]]).drop_duplicates("id").set_index("id")
    forms = vocabulary().carriers
    label = {code: forms.label(code) for code in known["carrier"].dropna().unique()}
    own = known.reindex(traces["site"])
    return {"site_name": own["name"].to_numpy(), "carrier": own["carrier"].map(label).to_numpy()}


def _cover(book: xlsxwriter.Workbook, briefing: Briefing, cut: Mapping[str, int]) -> None:
    sheet = book.add_worksheet(say("brief_workbook.sheets.cover"))
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 96, book.add_format({"text_wrap": True, "valign": "top"}))
    sheet.hide_gridlines(2)
    head = book.add_format({"bold": True, "font_size": 16})
    label = book.add_format({"valign": "top", "font_color": "#44535F"})
    sheet.write_string(0, 0, _cell(_title(briefing)), head)
    row = 2
    for name, text in _about(briefing, cut):
        sheet.write_string(row, 0, name, label)
        sheet.write_string(row, 1, _cell(text))
        row += 1


def _about(briefing: Briefing, cut: Mapping[str, int]) -> list[tuple[str, str]]:
    nothing = say("numbers.nothing")
    facts = {
        "who": briefing.who,
        "demo": say("brief_workbook.demo") if briefing.demo else "",
        "book": briefing.book,
        "edition": briefing.edition,
        "phase": briefing.phase,
        "data_date": long_day(briefing.data_date) if briefing.data_date else nothing,
        "made": written_time(briefing.at),
        "source": briefing.source or nothing,
        "licence": briefing.licence or nothing,
        "city_print": briefing.prints["city"],
        "book_print": briefing.prints["book"],
    }
    rows = [(say(f"brief_workbook.about.{name}"), text) for name, text in facts.items() if text]
    rows += [(say("brief_workbook.about.said") if not n else "", text) for n, text in enumerate(sentences(briefing))]
    for name, more in cut.items():
        told = say("brief_workbook.cut", sheet=say(f"brief_workbook.sheets.{name}"), rows=more)
        rows.append((say("brief_workbook.about.cut"), told))
    return rows + [(say("brief_workbook.about.notes") if not n else "", text) for n, text in enumerate(briefing.notes)]


def _sheet(book: xlsxwriter.Workbook, name: str, table: pd.DataFrame) -> None:
    sheet = book.add_worksheet(name)
    head = book.add_format({"bold": True, "bg_color": "#EDF1F4", "bottom": 1, "bottom_color": "#AFBDC8"})
    for place, column in enumerate(table.columns):
        width = _WIDTHS.get(column, _WIDTH)
        sheet.set_column(place, place, width, book.add_format({"num_format": _FORMATS.get(column, "General")}))
        sheet.write_string(0, place, say(f"brief_workbook.columns.{column}"), head)
    for place, column in enumerate(table.columns):
        _write_column(sheet, place, table[column])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(table), 1), len(table.columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _write_column(sheet: xlsxwriter.worksheet.Worksheet, place: int, column: pd.Series) -> None:
    for row, value in enumerate(column.tolist(), start=1):
        if isinstance(value, str):
            sheet.write_string(row, place, _cell(value))
        elif isinstance(value, list | tuple | frozenset):
            sheet.write_string(row, place, _cell("、".join(map(str, value))))
        elif value is not None and value is not pd.NA and np.isfinite(value):
            sheet.write_number(row, place, value)


def _cell(text: str) -> str:
    return for_cell(plain(text))


def written_time(at) -> str:
    """A moment with its year."""
    return say("brief.time", year=at.year, month=at.month, day=at.day, hour=at.hour, minute=at.minute)


def _title(briefing: Briefing) -> str:
    return say("brief_workbook.title", who=plain(briefing.who, 100))
