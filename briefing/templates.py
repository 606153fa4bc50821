"""A city's own templates: a Word and a PowerPoint file in the folder ``templates`` of the data folder."""

import zipfile
from pathlib import Path

from docx import Document
from docx.document import Document as Word
from docx.oxml.ns import qn
from lxml.etree import LxmlError
from pptx import Presentation
from pptx.exc import PythonPptxError
from pptx.presentation import Presentation as Slides

from texts import say

NAMES = {"docx": "template.docx", "pptx": "template.pptx"}
_MOST_BYTES = 100 * 2**20
# What the libraries raise on files that are not what their names say.
_BROKEN = (zipfile.BadZipFile, LxmlError, PythonPptxError, LookupError, ValueError, TypeError, AttributeError, OSError)


def own_template(folder: Path | None, kind: str) -> Path | None:
    """The template of a kind (``docx``, ``pptx``) in ``folder``: template.docx, else the first of that kind by name."""
    if folder is None or not folder.is_dir():
        return None
    usual = folder / NAMES[kind]
    others = sorted(path for path in folder.glob(f"*.{kind}") if path.is_file() and not path.name.startswith("~$"))
    return usual if usual.is_file() else next(iter(others), None)


def opened_word(template: Path | None) -> tuple[Word, list[str]]:
    """
    A document with the styles, head and foot of a template and nothing in it; without one an empty document.

    Returns
    -------
    tuple
        The document, and one sentence when the template could not be used.
    """
    if template is None:
        return Document(), []
    try:
        _check_size(template)
        document = Document(str(template))
        body = document.element.body
        for child in list(body):
            if child.tag != qn("w:sectPr"):
                body.remove(child)
        if not document.sections:
            raise ValueError("no section")
        return document, []
    except _BROKEN:
        return Document(), [say("brief.fault.template", file=template.name[:100])]


def opened_slides(template: Path | None) -> tuple[Slides | None, list[str]]:
    """A presentation with the masters of a template and no slides, else None; and a sentence as `opened_word`."""
    if template is None:
        return None, []
    try:
        _check_size(template)
        slides = Presentation(str(template))
        listed = slides.slides._sldIdLst
        for entry in list(listed):
            slides.part.drop_rel(entry.rId)
            listed.remove(entry)
        if not len(slides.slide_layouts):
            raise ValueError("no layouts")
        return slides, []
    except _BROKEN:
        return None, [say("brief.fault.template", file=template.name[:100])]


def _check_size(template: Path) -> None:
    with zipfile.ZipFile(template) as parts:
        if sum(part.file_size for part in parts.infolist()) > _MOST_BYTES:
            raise ValueError("too large")
