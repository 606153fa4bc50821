"""An assessment as rows of the tables of a store."""

from collections.abc import Mapping

import pandas as pd
import shapely

from data.city import City
from metrics.assessment import COUNTED, Assessment
from store.columns import SRID
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


def city_of(assessment: Assessment) -> str:
    """The name of the city that was judged."""
    scores = assessment.scores
    return str(scores.loc[scores["scope"] == CITY, "name"].iloc[0])


def head(assessment: Assessment) -> dict[str, object]:
    """The row of a run: what was judged by what, and the city's figures."""
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


def figure_rows(assessment: Assessment) -> list[dict[str, object]]:
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


def gap_rows(assessment: Assessment) -> list[dict[str, object]]:
    """
    The gaps with their rule's title, the explanation of their verdict, and geometry in WGS 84.

    The verdict of a street explains its worst stretch; the others say that this is not them.
    ``missing`` is a number of places; a rule that counts anything else, metres or shares, gives None.
    """
    found = assessment.gaps.to_crs(SRID)
    columns = (assessment.verdicts[name] for name in ("rule", "subject", "clause", "class", "explanation"))
    verdicts = {(rule, subject): said for rule, subject, *said in zip(*columns, strict=True)}
    rules = {rule.id: rule for rule in assessment.book.at(assessment.phase)}
    rows, explained = [], _explained(found, {id_: rule.measure for id_, rule in rules.items()})
    for row in found.itertuples():
        (clause, class_, explanation), rule = verdicts[row.rule, row.subject], rules[row.rule]
        rows.append(
            {
                **{name: _text(getattr(row, name)) for name in ("rule", "subject", "subject_name", "district", "unit")},
                **{name: _number(getattr(row, name)) for name in _GAP_NUMBERS},
                "missing": _number(row.missing) if rule.measure in COUNTED else None,
                "clause": _text(clause),
                "title": rule.title,
                "class": class_,
                "explanation": explanation if row.Index in explained else say("store.runs.worst", worst=explanation),
                "geometry": row.geometry,
            }
        )
    return rows


def _explained(gaps: pd.DataFrame, measures: Mapping[str, str]) -> set[object]:
    """
    The gaps, by their index, that the explanation of their verdict is about: of each subject the worst, the first.

    That is the one that lacks most, and where facilities are too far apart and lack as much the longest, whole: what a
    border of districts cuts is counted together.
    """
    ranked = gaps[["rule", "subject", "district", "missing", "from_m", "to_m", "length_m"]]
    ranked = ranked.sort_values(["rule", "subject", "from_m"], kind="stable")
    before = ranked.shift()
    cut = (ranked["from_m"] == before["to_m"]) & (ranked["district"] != before["district"])
    cut &= (ranked["rule"] == before["rule"]) & (ranked["subject"] == before["subject"])
    whole = ranked.groupby((~cut).cumsum())["length_m"].transform("sum")
    ranked = ranked.assign(long=whole.where(ranked["rule"].map(measures) == "spacing", 0.0))
    ranked = ranked.sort_values(["missing", "long", "from_m"], ascending=[False, False, True], kind="stable")
    return set(ranked.drop_duplicates(["rule", "subject"]).index)


def site_rows(city: City, name: str) -> list[dict[str, object]]:
    """A row per site of a city, geometry in WGS 84."""
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
