"""The whole set of a briefing: pictures, slides, document, workbook, and what is handed on, in a folder or a zip."""

import re
import tempfile
import zipfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd

from briefing.bulletin import write_bulletin
from briefing.facts import Briefing
from briefing.handed_on.kmz import kmz_bytes
from briefing.handed_on.package import write_map_package
from briefing.handed_on.page import map_page
from briefing.office_files import entry
from briefing.pictures import Sheet, city_map, district_map, gap_map
from briefing.pictures.sheet import measures
from briefing.shown import Shown
from briefing.slide_file import write_slides
from briefing.slide_pages import pages_of
from briefing.slide_picture import slide_png
from briefing.templates import own_template
from briefing.workbook import write_workbook
from data.city import City
from data.errors import DataError
from metrics.assessment import Assessment
from metrics.scores import CITY, DISTRICT, UNIT
from texts import numbers, say

PNG, PDF, PPTX, DOCX, XLSX, HTML, GPKG, KMZ = KINDS = ("png", "pdf", "pptx", "docx", "xlsx", "html", "gpkg", "kmz")
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f\ud800-\udfff]+|^\.+|[. ]+$')
_LONGEST_NAME = 60


@dataclass(frozen=True)
class Written:
    """The files of a set, and sentences on what could not be done as asked."""

    files: tuple[Path, ...]
    notes: tuple[str, ...]


def write_set(
    city: City,
    assessment: Assessment,
    briefing: Briefing,
    kinds: Collection[str],
    folder: Path | str,
    *,
    size: str = "a4",
    templates: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
) -> Written:
    """
    Write the documents that are asked for into ``folder`` (made if missing), each file whole or not at all.

    Parameters
    ----------
    city, assessment, briefing
        What they are of; ``briefing`` was taken from ``assessment``.
    kinds
        Of ``KINDS``; all are of the briefing's audience.
    size
        The page of the pictures: ``a4``, ``a3`` or ``16x9``.
    templates
        The folder with the city's own templates.
    tell
        Called with what is being made, Chinese.
    stop
        Asked between the files whether to stop.

    Raises
    ------
    DataError
        When it was stopped, or nothing was asked for.
    ValueError
        When there is no such size.
    """
    if not kinds:
        raise DataError(say("brief.fault.nothing"))
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    shown, notes, files = Shown(city, assessment), [], []
    sheet = Sheet(size=size, approval=briefing.approval)
    for name, make in _jobs(city, assessment, briefing, kinds, sheet, templates, shown, notes, tell):
        if stop():
            raise DataError(say("brief.fault.stopped"))
        tell(say("brief.making", name=name))
        files += _write(folder / name, make)
    return Written(tuple(files), tuple(notes))


def write_zip(city: City, assessment: Assessment, briefing: Briefing, kinds: Collection[str], **options) -> Written:
    """
    The set as one archive; takes what `write_set` does, with ``target``, the path of the archive, for the folder.

    Raises as `write_set`.
    """
    target = Path(options.pop("target"))
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        written = write_set(city, assessment, briefing, kinds, folder, **options)
        part = target.with_name(target.name + ".part")
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in written.files:
                archive.writestr(entry(file.name, briefing.at), file.read_bytes())
        part.replace(target)
    return Written((target,), written.notes)


def zipped_set(
    task,
    city: City,
    assessment: Assessment,
    briefing: Briefing,
    kinds: Sequence[str],
    size: str,
    templates: Path | None,
) -> tuple[bytes, tuple[str, ...]]:
    """
    The archive as bytes, and the notes; for a process of its own.

    Parameters
    ----------
    task
        A `views.worker.Task`: has ``tell``, ``stopping`` and ``folder``.
    """
    target = task.folder / "set.zip"
    written = write_zip(
        city,
        assessment,
        briefing,
        kinds,
        target=target,
        size=size,
        templates=templates,
        tell=task.tell,
        stop=lambda: task.stopping,
    )
    return target.read_bytes(), written.notes


def preview(city: City, assessment: Assessment, briefing: Briefing, *, most: int = 2) -> list[bytes]:
    """The first slides as pictures."""
    return [slide_png(page) for page in pages_of(briefing, assessment, Shown(city, assessment), most=most)]


def file_name(text: str) -> str:
    """A text of the data as (part of) the name of a file on any system."""
    name = _UNSAFE.sub("", text.strip())[:_LONGEST_NAME].strip(" .")
    return name or say("brief.unnamed")


def _jobs(city, assessment, briefing, kinds, sheet, templates, shown, notes, tell):
    """Name and maker of each file; makers give bytes, or write to the path they are given and give None."""
    who, filters = file_name(briefing.who), briefing.audience.filters
    jobs = []
    for kind in (PNG, PDF):
        if kind in kinds:
            jobs += _picture_jobs(city, assessment, briefing, sheet, kind)
    if {PNG, PDF} & set(kinds) and briefing.audience.scope == UNIT:
        notes += _left_out(briefing)

    def slides(_path: Path) -> bytes:
        title = say("brief_slides.title", who=briefing.who)
        pages = pages_of(briefing, assessment, shown, tell=lambda page: tell(say("brief.making_page", title=page)))
        template = own_template(templates, PPTX)
        content, said = write_slides(pages, title=title, author=briefing.city_name, at=briefing.at, template=template)
        notes.extend(said)
        return content

    def document(_path: Path) -> bytes:
        content, said = write_bulletin(briefing, assessment, shown, template=own_template(templates, DOCX))
        notes.extend(said)
        return content

    def package(path: Path) -> None:
        write_map_package(city, assessment, path, filters=filters)

    makers = {
        PPTX: slides,
        DOCX: document,
        XLSX: lambda _: write_workbook(briefing, assessment, sites=city.sites),
        HTML: lambda _: map_page(city, assessment, approval=briefing.approval, filters=filters).encode(),
        GPKG: package,
        KMZ: lambda _: kmz_bytes(city, assessment, filters=filters),
    }
    jobs += [(f"{say(f'brief.files.{kind}', who=who)}.{kind}", make) for kind, make in makers.items() if kind in kinds]
    return jobs


def _picture_jobs(city, assessment, briefing, sheet, kind):
    jobs, used = [], set()

    def add(name: str, make) -> None:
        name, number = file_name(name), 1
        unique = name
        while unique in used:
            number += 1
            unique = f"{name}-{number}"
        used.add(unique)
        jobs.append((f"{say('brief.files.map', who=unique)}.{kind}", make))

    scope = briefing.audience.scope
    if scope == CITY:
        add(briefing.city_name, lambda _: city_map(city, assessment, sheet=sheet, format=kind))
    if scope in (CITY, DISTRICT):
        shapes = set() if city.districts is None else set(city.districts["name"])
        for own in briefing.districts:
            if own.name in shapes:
                name = own.name
                add(name, lambda _, n=name: district_map(city, assessment, n, sheet=sheet, format=kind))
    else:
        for row in _placed(briefing).head(measures().most_close_ups).itertuples():
            add(str(row.subject_name), lambda _, r=row: _close_up(city, assessment, r, sheet, kind))
    return jobs


def _close_up(city: City, assessment: Assessment, row, sheet: Sheet, kind: str) -> bytes:
    """The sheet of a gap; nothing when it has no position."""
    return gap_map(city, assessment, row, sheet=sheet, format=kind) or b""


def _placed(briefing: Briefing) -> gpd.GeoDataFrame:
    """The failing findings that a close-up can be drawn of, the worst first."""
    failing = briefing.failing
    return failing[failing.geometry.notna() & ~failing.geometry.is_empty]


def _left_out(briefing: Briefing) -> list[str]:
    """A sentence when there are more gaps than close-ups."""
    count, most = len(_placed(briefing)), measures().most_close_ups
    if count <= most:
        return []
    return [say("brief.left_out", who=briefing.who, count=numbers.whole(count), most=numbers.whole(most))]


def _write(path: Path, make) -> list[Path]:
    """Write one file, whole or not at all; a maker that gives no bytes has written it itself, empty ones make none."""
    part = path.with_name(path.name + ".part")
    content = make(path)
    if content == b"":
        return []
    if content is not None:
        part.write_bytes(content)
        part.replace(path)
    return [path]
