"""What a measure returns: a verdict for every subject, the traces behind it, and where streets fail."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from metrics.columns import Columns
from metrics.subjects import Subjects

PASS, FAIL, UNKNOWN = "pass", "fail", "unknown"


@dataclass(frozen=True, eq=False)
class Traces(Columns):
    """
    Which sites counted and which did not.

    Attributes
    ----------
    subject
        Row of the subject.
    site
        Id (object).
    counted
        0 or 1.
    reason
        Code (object).
    at_m, distance_m
        Position along the street, distance from it or from the place; whole millimetres, NaN where there is none.
    """

    subject: np.ndarray
    site: np.ndarray
    counted: np.ndarray
    reason: np.ndarray
    at_m: np.ndarray
    distance_m: np.ndarray

    @classmethod
    def of(
        cls,
        subject: np.ndarray,
        site: np.ndarray,
        counted: np.ndarray,
        reason: np.ndarray,
        distance_m: np.ndarray,
        at_m: np.ndarray | None = None,
    ) -> "Traces":
        """Traces with distances rounded to the millimetre; without ``at_m`` no position."""
        at_m = np.full(len(subject), np.nan) if at_m is None else at_m
        return cls(subject, site, counted, reason, at_m, np.round(distance_m, 3))


@dataclass(frozen=True, eq=False)
class Gaps(Columns):
    """
    Failing stretches of streets, cut by district.

    Attributes
    ----------
    subject, street
        Row of the subject and of the street table.
    from_mm, to_mm
        Positions along the street.
    district
        Row of the level's areas, -1 for none.
    missing
        What the worst window of the whole stretch lacks.
    repair_min
        The fewest new sites that repair the whole stretch, by the part they stand in.
    """

    subject: np.ndarray
    street: np.ndarray
    from_mm: np.ndarray
    to_mm: np.ndarray
    district: np.ndarray
    missing: np.ndarray
    repair_min: np.ndarray


@dataclass(frozen=True, eq=False)
class Shares(Columns):
    """
    How many millimetres of known starts each area has of each street, and how many of them pass.

    Attributes
    ----------
    level
        Place of the level in ``Survey.levels``; -1 is the whole city.
    area
        Row of the area, -1 for none.
    subject
        Row of the subject.
    starts_mm, passing_mm
        Known starts, and those from which the walk passes.
    """

    level: np.ndarray
    area: np.ndarray
    subject: np.ndarray
    starts_mm: np.ndarray
    passing_mm: np.ndarray


@dataclass(frozen=True, eq=False)
class Findings:
    """
    The answer of one measure for all its subjects.

    Attributes
    ----------
    who
        The subjects.
    verdicts
        Arrays, one entry per subject: ``value``, ``required``, ``status``, ``missing``, ``explanation``; for streets
        also ``length_m`` and ``pass_probability``, for squares ``worst`` and ``good_share``, and ``repair_min`` where
        sites are counted at places.
    traces, gaps, shares
        What there is of each; None when the measure gives none.
    absent
        Why there is no verdict, where there is none for another reason than that the city has no such subject.
    kept
        Which of the subjects asked about these are (rows), where the sites decide who is a subject; None: all.
    """

    who: Subjects
    verdicts: Mapping[str, np.ndarray]
    traces: Traces | None = None
    gaps: Gaps | None = None
    shares: Shares | None = None
    absent: str = ""
    kept: np.ndarray | None = None


def unknown(who: Subjects, required: float, explanation: list[str], **more: np.ndarray) -> Findings:
    """Findings that leave all subjects open, for the reason that ``explanation`` gives of each."""
    nothing = np.full(len(who), np.nan)
    return Findings(
        who,
        {
            "value": nothing,
            "required": np.full(len(who), required),
            "status": np.full(len(who), UNKNOWN, dtype=object),
            "missing": nothing,
            "explanation": np.array(explanation, dtype=object),
            **more,
        },
    )


def judge(surely: np.ndarray, perhaps: np.ndarray, need: np.ndarray | float) -> np.ndarray:
    """
    Statuses from bounds: ``pass`` when what surely counts is enough, ``fail`` when even what may count is not.

    Parameters
    ----------
    surely, perhaps
        Lower and upper bound of the measured number; NaN in both leaves the answer open.
    need
        What is asked for.
    """
    return np.where(surely >= need, PASS, np.where(perhaps < need, FAIL, UNKNOWN)).astype(object)


def all_of(statuses: np.ndarray) -> np.ndarray:
    """What holds of several demands together, (demands, subjects): one that fails outweighs one that is open."""
    failed, open_ = (statuses == FAIL).any(axis=0), (statuses == UNKNOWN).any(axis=0)
    return np.where(failed, FAIL, np.where(open_, UNKNOWN, PASS)).astype(object)


def lacking(status: np.ndarray, lack: np.ndarray | float) -> np.ndarray:
    """``missing`` of verdicts: ``lack`` where they fail, 0 where they pass, NaN where nobody knows."""
    return np.where(status == FAIL, lack, np.where(status == PASS, 0.0, np.nan))
