"""What is told of each finding that has a place on a map: to whoever gets a map without this program."""

from dataclasses import dataclass

import pandas as pd
import shapely

from metrics.assessment import Assessment
from metrics.explain import reason_label
from metrics.listing import Filters, findings, found_of_due, narrowed
from metrics.measures.findings import FAIL, UNKNOWN
from texts import numbers, say


@dataclass(frozen=True)
class Told:
    """
    One finding in words.

    Attributes
    ----------
    status
        ``fail`` or ``unknown``.
    line
        Whether it is a stretch of a street.
    name, where, count, district, unit, rule, why, repair, source
        As read; "" where there is nothing to tell.
    shape
        In the CRS of the assessment; a point for a place.
    sites
        Of a failing finding: id, whether it counted, and the reason.
    """

    status: str
    line: bool
    name: str
    where: str
    count: str
    district: str
    unit: str
    rule: str
    why: str
    repair: str
    source: str
    shape: shapely.Geometry
    sites: tuple[tuple[str, bool, str], ...]

    def as_dict(self) -> dict[str, object]:
        """Its words, by their names."""
        return {name: value for name, value in vars(self).items() if name not in ("shape", "sites")}


def told_of(assessment: Assessment, filters: Filters | None = None) -> list[Told]:
    """Every failing or unknown finding that passes ``filters`` and has a place on the map, the worst first."""
    listed = narrowed(findings(assessment), filters or Filters())
    listed = listed[listed["status"].isin((FAIL, UNKNOWN)) & listed.geometry.notna()]
    listed = listed[~listed.geometry.is_empty & (listed["class"] != "district")]
    rules = {rule.id: rule for rule in assessment.book.at(assessment.phase)}
    labels: dict[str, str] = {}
    told = []
    for row in listed.itertuples():
        rule = rules[row.rule]
        sites = ()
        if row.status == FAIL:
            traces = assessment.rows("traces", row.rule, row.subject)
            codes = traces["reason"].tolist()
            labels |= {code: reason_label(code) for code in codes if code not in labels}
            said = (labels[code] for code in codes)
            sites = tuple(zip(traces["site"].tolist(), traces["counted"].astype(bool).tolist(), said, strict=True))
        told.append(
            Told(
                status=row.status,
                line=bool(row.is_line),
                name=_text(row.subject_name),
                where=_text(row.where),
                count=found_of_due(row, assessment),
                district=_text(row.district),
                unit=_text(row.unit),
                rule=rule.title,
                why=_text(row.explanation),
                repair=_repair(row) if row.status == FAIL else "",
                source=say("coverage.why.source", document=assessment.book.title, clause=rule.clause, rule=rule.title),
                shape=row.geometry if row.is_line else row.geometry.representative_point(),
                sites=sites,
            )
        )
    return told


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _repair(row) -> str:
    if pd.isna(row.repair_min) or row.repair_min <= 0:
        return ""
    kind = "repair" if row.is_line else "repair_place"
    return say(f"pictures.closeup.{kind}", repair=numbers.repair(row.repair_min))
