"""The rule books users bring along: checked, and kept in the user's data folder."""

from pathlib import Path

from data.settings import data_folder
from metrics.rulebook import RuleBook, parse_rulebook


def folder() -> Path:
    """Where own rule books are kept, one YAML file each, named by their id."""
    return data_folder("rulebooks")


def own_books() -> list[Path]:
    """The files of all own rule books, by name."""
    return sorted(folder().glob("*.yaml"))


def keep_book(text: bytes, *, file: str) -> tuple[Path, RuleBook]:
    """
    Check a rule book and keep it; one of the same id is replaced.

    Parameters
    ----------
    text
        The YAML as it was handed in; it is kept to the byte.
    file
        The name that mistakes are reported under.

    Returns
    -------
    tuple
        Where the book is kept, and the book.

    Raises
    ------
    RuleBookError
        When it has mistakes; nothing is kept then.
    """
    book = parse_rulebook(text, file=file)
    target = folder() / f"{book.id}.yaml"
    part = target.with_suffix(".part")
    part.write_bytes(text)
    part.replace(target)
    return target, book


def drop_book(path: Path) -> None:
    """
    Remove an own rule book; nothing happens when it is gone already.

    Raises
    ------
    ValueError
        When ``path`` is not an own rule book.
    """
    if path.parent != folder() or path.suffix != ".yaml":
        raise ValueError(f"{path} is not an own rule book")
    path.unlink(missing_ok=True)
