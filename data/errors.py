"""Faults in what a user gave: each one clear Chinese sentence, gathered, and raised once."""

from collections.abc import Iterable


class DataError(ValueError):
    """
    One or more faults in the data, each one sentence that says what is wrong and how to mend it.

    Attributes
    ----------
    faults
        The sentences, in Chinese, in the order in which they were found.
    """

    def __init__(self, faults: str | Iterable[str]):
        self.faults = [faults] if isinstance(faults, str) else list(faults)
        super().__init__("\n".join(self.faults))


def raise_faults(faults: list[str]) -> None:
    """
    Do nothing without faults, else raise them all at once.

    Raises
    ------
    DataError
        When ``faults`` is not empty.
    """
    if faults:
        raise DataError(faults)
