"""What the page of an assessment looks at, see `metrics.listing`."""

from metrics.listing import (
    COUNTED,
    LIST_COLUMNS,
    STATUSES,
    WALKED,
    Filters,
    counts,
    failing_length_m,
    findings,
    found_of_due,
    narrowed,
    options,
    walk_probability,
)

__all__ = [
    "COUNTED",
    "LIST_COLUMNS",
    "STATUSES",
    "WALKED",
    "Filters",
    "counts",
    "failing_length_m",
    "findings",
    "found_of_due",
    "narrowed",
    "options",
    "walk_probability",
]
