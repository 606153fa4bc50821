"""The mock assessment: a seeded draw of points, forms for inspectors, results, and what the model had predicted."""

from metrics.mock.forms import FORM_COLUMNS, checked_results, form, no_results
from metrics.mock.outcome import Outcome, outcome
from metrics.mock.sample import Sample, sample

__all__ = ["FORM_COLUMNS", "Outcome", "Sample", "checked_results", "form", "no_results", "outcome", "sample"]
