"""The mock assessment: a seeded draw of points, forms for inspectors, results, and what the model had predicted."""

from metrics.mock.forms import FORM_COLUMNS, Filled, checked_results, filled_in, form, no_results, with_results
from metrics.mock.outcome import Outcome, outcome
from metrics.mock.sample import Sample, sample
from metrics.mock.written import Written, read_back, written

__all__ = [
    "FORM_COLUMNS",
    "Filled",
    "Outcome",
    "Sample",
    "Written",
    "checked_results",
    "filled_in",
    "form",
    "no_results",
    "outcome",
    "read_back",
    "sample",
    "with_results",
    "written",
]
