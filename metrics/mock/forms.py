"""The forms that inspectors fill in, as plain tables, and what they filled in, checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

import numpy as np
import pandas as pd

from data.errors import raise_faults
from data.vocabulary import vocabulary
from metrics.book import RuleBook
from metrics.mock.asked import PART, TOTAL
from metrics.mock.sample import Sample
from texts import say

FORM_COLUMNS = ("key", "class", "name", "place", "street", "clause", "text", "need", "found", "remark")
RESULT_COLUMNS = ["key", "found", "remark"]
_READ = ("key", "found", "remark")
LONGEST_REMARK = 500
_SHOWN = 8


def headings() -> dict[str, str]:
    """What each column of a form is called."""
    return {name: say(f"mock.form.{name}") for name in FORM_COLUMNS}


def form_title(inspector: int) -> str:
    """What the form, and its sheet, of an inspector is called: 第1组."""
    return say("mock.form.title", number=inspector)


def form(sample: Sample, inspector: int, *, book: RuleBook | None = None) -> pd.DataFrame:
    """
    The form of one inspector, with Chinese headings: one row for each number to write down, in walking order.

    Parameters
    ----------
    book
        Gives classes the names they have there; without it those of the vocabulary.

    Raises
    ------
    ValueError
        When there is no such inspector.
    """
    if not 1 <= inspector <= sample.inspectors:
        raise ValueError(f"there is no inspector {inspector}")
    label = book.class_label if book else vocabulary().classes.label
    own = sample.points[sample.points["inspector"] == inspector]
    rows = sample.lines.merge(pd.DataFrame(own.drop(columns="geometry")), on="number")
    nothing = pd.Series([None] * len(rows), dtype=object)
    columns = {
        "key": rows["key"],
        "class": rows["class"].map(label),
        "name": rows["subject_name"],
        "place": rows["place"],
        "street": rows["street"].fillna(rows["district"]).fillna(""),
        "clause": rows["clause"],
        "text": rows["text"],
        "need": rows["shown"],
        "found": nothing,
        "remark": nothing,
    }
    return pd.DataFrame({title: columns[name].astype(object) for name, title in headings().items()})


def no_results(sample: Sample) -> pd.DataFrame:
    """Results of a sample of which nothing is filled in yet: ``RESULT_COLUMNS``, one row per line."""
    count = len(sample.lines)
    return pd.DataFrame(
        {"key": sample.lines["key"], "found": np.full(count, np.nan), "remark": pd.Series([""] * count, dtype=object)}
    )


@dataclass(frozen=True, eq=False)
class Filled:
    """
    What can be taken of forms that came back, and what cannot.

    Attributes
    ----------
    table
        ``RESULT_COLUMNS``: the lines of the sample that hold a number or a remark and have no fault, in their order.
    faults
        One Chinese sentence for each thing that cannot be taken.
    """

    table: pd.DataFrame
    faults: tuple[str, ...]


def filled_in(sample: Sample, filled: Mapping[int, pd.DataFrame]) -> Filled:
    """
    What inspectors filled in, of all forms that came back; empty cells are left out.

    Of a line that is there twice neither is taken; nor are a part and its total when the part is larger.

    Parameters
    ----------
    filled
        Inspector to the form with its headings; cells are texts or numbers, None or NaN where empty. Typed results
        come the same way.
    """
    faults: list[str] = []
    found: dict[str, float] = {}
    remarks: dict[str, str] = {}
    for inspector, table in filled.items():
        sheet = form_title(inspector)
        expected = own_keys(sample, inspector)
        titles = headings()
        if missing := [titles[name] for name in _READ if titles[name] not in table]:
            known = [str(column) for column in table.columns]
            faults.append(say("mock.fault.headings", sheet=sheet, missing=_listed(missing), known=_listed(known)))
            continue
        keys = [_text(cell) for cell in table[titles["key"]].tolist()]
        faults += _row_faults(sheet, keys, expected)
        once = {key for key in expected if keys.count(key) == 1}
        own = {
            key: (_text(cell), _text(remark)[:LONGEST_REMARK])
            for key, cell, remark in zip(keys, table[titles["found"]], table[titles["remark"]], strict=True)
            if key in once
        }
        numbers, wrong = _numbers(sample, own, sheet)
        faults += wrong
        found |= numbers
        remarks |= {key: remark for key, (_, remark) in own.items() if remark}
    keys = [key for key in sample.lines["key"] if key in found or key in remarks]
    table = pd.DataFrame(
        {
            "key": pd.Series(keys, dtype=object),
            "found": pd.Series([found.get(key, np.nan) for key in keys], dtype=float),
            "remark": pd.Series([remarks.get(key, "") for key in keys], dtype=object),
        }
    )
    return Filled(table, tuple(faults))


def checked_results(sample: Sample, filled: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    """
    What inspectors filled in, when all of it can be taken; lines of other forms, and empty cells, are open.

    Parameters
    ----------
    filled
        As `filled_in`.

    Returns
    -------
    pd.DataFrame
        As `no_results`.

    Raises
    ------
    DataError
        When headings were changed, rows are missing, double or of another sample, or a number is none, negative or,
        where things are counted, not whole: every fault.
    """
    taken = filled_in(sample, filled)
    raise_faults(list(taken.faults))
    return with_results(sample, taken.table)


def with_results(sample: Sample, table: pd.DataFrame) -> pd.DataFrame:
    """Results of a sample as `no_results`, with the numbers and remarks of some of its lines."""
    told = table.set_index("key")
    empty = no_results(sample)
    return empty.assign(
        found=told["found"].reindex(empty["key"]).to_numpy(dtype=float),
        remark=pd.Series(told["remark"].reindex(empty["key"]).fillna("").tolist(), dtype=object),
    )


def number_fault(text: str, *, whole: bool) -> str:
    """What is wrong with a number that was written down, as the last word of ``mock.fault``; "" when nothing is."""
    return _number(text, whole)[1]


def ratio_pairs(sample: Sample) -> list[tuple[str, str]]:
    """The keys of part and total of every ratio whose part cannot be more than its total."""
    of_share = sample.lines[sample.lines["kind"].isin([PART, TOTAL]) & sample.lines["share"]]
    keys = of_share.pivot_table(index=["number", "rule"], columns="kind", values="key", aggfunc="first")
    return [] if keys.empty else list(zip(keys[PART], keys[TOTAL], strict=True))


def own_keys(sample: Sample, inspector: int) -> list[str]:
    """The keys on the form of an inspector, in order."""
    own = sample.points.loc[sample.points["inspector"] == inspector, "number"]
    return sample.lines.loc[sample.lines["number"].isin(own), "key"].tolist()


def _numbers(sample: Sample, own: Mapping[str, tuple[str, str]], sheet: str) -> tuple[dict[str, float], list[str]]:
    """The numbers that can be taken by key, and what is wrong with the others."""
    whole = dict(zip(sample.lines["key"], sample.lines["whole"], strict=True))
    numbers, faults = {}, []
    for key, (text, _) in own.items():
        number, fault = _number(text, whole[key])
        if fault:
            faults.append(say(f"mock.fault.{fault}", sheet=sheet, key=key, value=text[:40]))
        elif text:
            numbers[key] = number
    for part, total in ratio_pairs(sample):
        if part in numbers and total in numbers and numbers[part] > numbers[total]:
            words = {"value": own[part][0][:40], "total": own[total][0][:40]}
            faults.append(say("mock.fault.part", sheet=sheet, key=part, **words))
            del numbers[part], numbers[total]
    return numbers, faults


def _row_faults(sheet: str, keys: list[str], expected: list[str]) -> list[str]:
    given, wanted = set(keys), set(expected)
    faults = []
    if gone := [key for key in expected if key not in given]:
        faults.append(say("mock.fault.rows", sheet=sheet, count=len(gone), keys=_listed(gone)))
    if double := sorted({key for key in keys if key and keys.count(key) > 1}):
        faults.append(say("mock.fault.double", sheet=sheet, keys=_listed(double)))
    if foreign := [key or say("mock.blank") for key in dict.fromkeys(keys) if key not in wanted]:
        faults.append(say("mock.fault.foreign", sheet=sheet, keys=_listed(foreign)))
    return faults


def _listed(names: list[str]) -> str:
    shown = say("explain.joiner").join(name[:40] for name in names[:_SHOWN])
    return shown if len(names) <= _SHOWN else say("mock.more", shown=shown, count=len(names))


def _text(cell: object) -> str:
    return "" if cell is None or (isinstance(cell, float) and np.isnan(cell)) else str(cell).strip()


def _number(text: str, whole: bool) -> tuple[float, str]:
    """The number a cell holds, NaN when empty, and what is wrong with it."""
    if not text:
        return np.nan, ""
    try:
        number = float(text.replace("_", "?"))  # Python reads 1_0 as ten, people do not
    except ValueError:
        return np.nan, "no_number"
    if not isfinite(number) or number < 0 or number > 1e9:
        return np.nan, "no_amount"
    return (np.nan, "not_whole") if whole and not number.is_integer() else (number, "")
