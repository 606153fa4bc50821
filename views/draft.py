"""The city that a session puts together: all that was typed and handed in. It outlives visits to other pages."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from views.background import Job
from views.intake import EPSG, EXTRACT, PARTS, Look, Part
from views.intake_work import Outcome

_KEY = "import_draft"


@dataclass
class PartDraft:
    """
    What is typed and chosen for one part; fields as in `views.intake.Part`.

    Attributes
    ----------
    kept
        Where the file that was handed in lies; "" when none was.
    typed
        The path that was typed instead.
    epsg
        The code that was typed, where the datum is ``EPSG``.
    admin_level
        0 for the first that is complete.
    fault
        Why what was handed in could not be kept.
    look, look_of
        What is known of the file, and of which part and state of the file it is known.
    reading, reading_of
        The reading that goes on, and of what.
    """

    kept: str = ""
    typed: str = ""
    datum: str = ""
    epsg: str = ""
    admin_level: int = 0
    choice: str = ""
    constant: str = ""
    headings: dict[str, str | None] = field(default_factory=dict)
    fault: str = ""
    look: Look | None = None
    look_of: Hashable = None
    reading: Job | None = None
    reading_of: Hashable = None
    _headings_of: tuple[str, str] = ("", "")

    def part(self) -> Part | None:
        """The part as it stands; None as long as there is no file."""
        path = self.kept or self.typed.strip().strip('"').strip()
        if not path:
            return None
        if path != self._headings_of[0]:
            self.choice = ""
        if (path, self.choice) != self._headings_of:  # what was said of headings was said of another table
            self.headings, self._headings_of = {}, (path, self.choice)
        headings, level = tuple(self.headings.items()), self.admin_level or None
        return Part(path, self._datum(), headings, self.constant, self.choice, level)

    @property
    def file(self) -> Path:
        """The file that was handed in."""
        return Path(self.kept)

    def _datum(self) -> str:
        if self.datum != EPSG:
            return self.datum
        code = self.epsg.strip()
        return f"EPSG:{code}" if code.isdigit() else code


@dataclass
class Draft:
    """
    All of it; fields as in `views.intake_work.bring_in`.

    Attributes
    ----------
    chosen
        Which parts are asked for.
    job
        The import that goes on.
    faults
        Why the last import was not done.
    outcome
        The last import that was done; None when there was none.
    again
        Whether the user wants the form although an import was done.
    """

    name: str = ""
    source: str = ""
    licence: str = ""
    data_date: str = ""
    chosen: list[str] = field(default_factory=lambda: [EXTRACT, "sites"])
    parts: dict[str, PartDraft] = field(default_factory=lambda: {name: PartDraft() for name in PARTS})
    strict: bool = False
    job: Job | None = None
    faults: list[str] = field(default_factory=list)
    outcome: Outcome | None = None
    again: bool = False

    def ready(self) -> dict[str, Part]:
        """The parts that are chosen and have a file, in the order of ``PARTS``."""
        found = {name: self.parts[name].part() for name in PARTS if name in self.chosen}
        return {name: part for name, part in found.items() if part is not None}


def draft() -> Draft:
    """The draft of this session."""
    return st.session_state.setdefault(_KEY, Draft())


def clear_draft() -> None:
    """Begin anew; what was imported stays, what is being read is given up."""
    st.session_state[_KEY] = Draft()


def bound(widget: Callable, label: str, *options, of: Draft | PartDraft, to: str, key: str, **settings):
    """
    Draw a widget that shows the field ``to`` of ``of`` and changes it.

    Streamlit forgets widgets of pages that are not shown, and shows what a key holds; so the field is the truth.
    """
    if key not in st.session_state or st.session_state[key] != getattr(of, to):
        st.session_state[key] = getattr(of, to)
    return widget(label, *options, key=key, on_change=_keep, args=(of, to, key), **settings)


def held(widget: Callable, label: str, *options, of: Draft | PartDraft, to: str, key: str, **settings):
    """As `bound`, in a pop-over: it shows first what it is told last, so it is told every time."""
    st.session_state[key] = getattr(of, to)
    return bound(widget, label, *options, of=of, to=to, key=key, **settings)


def _keep(of: Draft | PartDraft, to: str, key: str) -> None:
    setattr(of, to, st.session_state[key])
