"""A file that a user gave, checked before anything reads it: is it there, how large, whole, and what its name says."""

import json
import os
import re
import shutil
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from data.errors import DataError, raise_faults
from data.settings import settings
from texts import say

KINDS = {
    ".geojson": "geojson",
    ".json": "geojson",
    ".gpkg": "gpkg",
    ".shp": "shapefile",
    ".kml": "kml",
    ".kmz": "kmz",
    ".parquet": "parquet",
    ".geoparquet": "parquet",
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".zip": "zip",
}
_MB = 1 << 20
_MOST_MEMBERS = 10_000
_SIDES = (".shx", ".dbf", ".prj", ".cpg")  # of a .shp, beside it
# GDAL follows a CRS member of these types to the address it names; a name may be written with escapes.
_CRS_MEMBER = re.compile(rb'"(?:c|\\u0063)(?:r|\\u0072)(?:s|\\u0073)"\s*:\s*', re.IGNORECASE)
_LARGEST_CRS_MEMBER = 4096


@dataclass(frozen=True)
class Source:
    """A checked file: where it lies now, what it is (a value of ``KINDS``), and the name the user knows it by."""

    path: Path
    kind: str
    name: str


def split_layer(text: str | Path) -> tuple[Path, str | None]:
    """
    ``path:layer`` in its two parts; the layer is None where ``text`` is a file or has no layer.

    Examples
    --------
    >>> split_layer("city.gpkg:roads")[1]
    'roads'
    """
    text = str(text)
    head, colon, tail = text.rpartition(":")
    # "C:\\x.shp" is a drive and no layer.
    if not colon or len(head) < 2 or "/" in tail or "\\" in tail or os.path.exists(text):
        return Path(text), None
    return Path(head), tail


@contextmanager
def opened(path: Path | str, *, inner: str | None = None) -> Iterator[Source]:
    """
    The checked file at ``path``; a zip's one data file is unpacked to a folder that goes away afterwards.

    Parameters
    ----------
    path
        On this machine.
    inner
        Which of several data files in a zip, by its name with or without ending.

    Raises
    ------
    DataError
        When there is no such file, it is empty, too large, cut off, of a kind that we do not take, not what its name
        says, or a zip that is broken, unpacks to too much or holds no or several data files.
    """
    path = Path(path).absolute()
    source = Source(path, _kind(path), path.name)
    check_content(source)
    if source.kind not in ("zip", "kmz"):
        yield source
        return
    with tempfile.TemporaryDirectory(prefix="import-") as folder:
        unpacked = _unpack(source, Path(folder), inner)
        check_content(unpacked)
        yield unpacked


def data_files(path: Path | str) -> list[str]:
    """
    The names of the data files in a zip, sorted; empty for any other kind of file.

    Raises
    ------
    DataError
        As `opened`.
    """
    path = Path(path).absolute()
    source = Source(path, _kind(path), path.name)
    check_content(source)
    if source.kind != "zip":
        return []
    with _archive(source) as archive:
        return sorted(_name(member) for member in _members(source, archive) if _is_data(member, source.kind))


def check_content(source: Source, *, any_size: bool = False) -> None:
    """
    Do nothing when the file is there, whole, not too large, and holds what its ending says.

    Parameters
    ----------
    any_size
        Take it however large it is: a city that we wrote ourselves.

    Raises
    ------
    DataError
        When not.
    """
    path, name = source.path, source.name
    try:
        if not path.is_file():
            raise DataError(say("import.no_file", file=name))
        size, most = path.stat().st_size, most_bytes()
        with path.open("rb") as file:
            head = file.read(65536)
    except OSError as error:  # a name that is too long, a file that we may not read
        raise DataError(say("import.unreadable", file=name[:100], reason=error.strerror)) from error
    if size == 0:
        raise DataError(say("import.empty_file", file=name))
    if size > most and not any_size:
        raise DataError(say("import.too_large", file=name, mb=f"{size / _MB:.0f}", most=f"{most / _MB:.0f}"))
    if not _LOOKS_RIGHT[source.kind](head):
        raise DataError(say("import.not_what_it_says", file=name, wanted=_label(source.kind), found=_found(head)))
    _CHECKS.get(source.kind, lambda _: None)(source)


def most_bytes() -> int:
    """The most bytes that one file, or all that a zip unpacks to, may have: the setting ``largest_file_mb``."""
    text = settings()["largest_file_mb"]
    if not text.isdigit() or int(text) == 0:
        raise DataError(say("import.bad_limit", value=text))
    return int(text) * _MB


def _kind(path: Path) -> str:
    ending = path.suffix.lower()
    if ending in (".osm", ".pbf"):
        raise DataError(say("import.is_osm", file=path.name))
    if ending == ".xls":
        raise DataError(say("import.is_xls", file=path.name))
    if ending not in KINDS:
        raise DataError(say("import.unknown_kind", file=path.name, kinds="、".join(KINDS)))
    return KINDS[ending]


def _label(kind: str) -> str:
    return say(f"import.kinds.{kind}")


def _text_start(head: bytes) -> bytes:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()


def _is_geojson(head: bytes) -> bool:
    return _text_start(head)[:1] == b"{"


def _is_kml(head: bytes) -> bool:
    start = _text_start(head)
    return start[:1] == b"<" and b"<kml" in start


def _is_csv(head: bytes) -> bool:
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return (
        (wide or b"\0" not in head) and not head.startswith((b"PK\x03\x04", b"%PDF")) and _text_start(head)[:1] != b"<"
    )


_LOOKS_RIGHT = {
    "geojson": _is_geojson,
    "kml": _is_kml,
    "csv": _is_csv,
    "gpkg": lambda head: head.startswith(b"SQLite format 3\0"),
    "shapefile": lambda head: head.startswith(b"\x00\x00\x27\x0a"),
    "parquet": lambda head: head.startswith(b"PAR1"),
    "xlsx": lambda head: head.startswith(b"PK"),
    "zip": lambda head: head.startswith(b"PK"),
    "kmz": lambda head: head.startswith(b"PK"),
}


def _found(head: bytes) -> str:
    """What a file seems to be, for a sentence about one that is not what its name says."""
    start = _text_start(head)[:200].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return say("import.found.html")
    for mark, key in ((b"<ogrvrt", "vrt"), (b"<kml", "kml"), (b"<", "xml"), (b"{", "geojson"), (b"pk\x03\x04", "zip")):
        if start.startswith(mark) or (mark != b"<" and start.startswith(b"<?xml") and mark in start):
            return say(f"import.found.{key}")
    if start.startswith(b"sqlite format 3"):
        return say("import.found.sqlite")
    return say("import.found.binary" if b"\0" in head[:1024] else "import.found.text")


def _check_geojson(source: Source) -> None:
    """No CRS that GDAL would fetch from an address."""
    content = source.path.read_bytes()
    for match in _CRS_MEMBER.finditer(content):
        member = content[match.end() : match.end() + _LARGEST_CRS_MEMBER]
        if not member.startswith(b"{"):
            continue
        try:
            crs, _ = json.JSONDecoder().raw_decode(member.decode("latin-1"))
        except (json.JSONDecodeError, RecursionError):
            crs = {"type": "unreadable"}
        kinds = {str(value).lower() for key, value in crs.items() if key.lower() == "type"}
        if kinds & {"link", "url", "unreadable"}:
            raise DataError(say("import.crs_link", file=source.name))


def _check_gpkg(source: Source) -> None:
    with source.path.open("rb") as file:
        head = file.read(100)
    if len(head) < 100:
        raise DataError(say("import.cut_off", file=source.name))
    page, pages = struct.unpack_from(">H", head, 16)[0], struct.unpack_from(">I", head, 28)[0]
    if source.path.stat().st_size < (65536 if page == 1 else page) * pages:
        raise DataError(say("import.cut_off", file=source.name))


def _check_parquet(source: Source) -> None:
    with source.path.open("rb") as file:
        file.seek(-4, 2)
        if file.read() != b"PAR1":
            raise DataError(say("import.cut_off", file=source.name))


def _check_shapefile(source: Source) -> None:
    """All three parts are there, each as long as it says, with the same number of records."""
    path = source.path
    sides = {side: _beside(path, side) for side in (".shx", ".dbf")}
    if missing := [side for side, file in sides.items() if file is None]:
        raise DataError(say("import.shapefile_part", file=source.name, parts="、".join(missing)))
    heads = {}
    for side, file in {".shp": path, **sides}.items():
        with file.open("rb") as handle:
            heads[side] = handle.read(100)
    faults = []
    if any(len(heads[side]) < 100 for side in (".shp", ".shx")) or len(heads[".dbf"]) < 12:
        raise DataError(say("import.cut_off", file=source.name))
    for side, file in ((".shp", path), (".shx", sides[".shx"])):
        if file.stat().st_size < 2 * struct.unpack_from(">I", heads[side], 24)[0]:
            faults.append(say("import.cut_off", file=file.name))
    rows, start, length = struct.unpack_from("<IHH", heads[".dbf"], 4)
    if sides[".dbf"].stat().st_size < start + rows * length:
        faults.append(say("import.cut_off", file=sides[".dbf"].name))
    shapes = (2 * struct.unpack_from(">I", heads[".shx"], 24)[0] - 100) // 8
    if not faults and shapes != rows:
        faults.append(say("import.shapefile_counts", file=source.name, shapes=shapes, rows=rows))
    raise_faults(faults)


def _beside(path: Path, ending: str) -> Path | None:
    """The file of the same name with another ending, in small or capital letters."""
    return next((file for file in (path.with_suffix(ending), path.with_suffix(ending.upper())) if file.exists()), None)


def _check_xlsx(source: Source) -> None:
    with _archive(source) as archive:
        members = _members(source, archive)
        names = {member.filename for member in members}
        if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
            raise DataError(
                say("import.not_what_it_says", file=source.name, wanted=_label("xlsx"), found=say("import.found.zip"))
            )
        for member in members:
            with archive.open(member) as file:
                if b"<!DOCTYPE" in file.read(2048).upper().replace(b"\0", b""):
                    raise DataError(say("import.entities", file=source.name))


_CHECKS = {
    "geojson": _check_geojson,
    "gpkg": _check_gpkg,
    "parquet": _check_parquet,
    "shapefile": _check_shapefile,
    "xlsx": _check_xlsx,
}


@contextmanager
def _archive(source: Source) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(source.path) as archive:
            yield archive
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise DataError(say("import.bad_zip", file=source.name)) from error


def _members(source: Source, archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files of an archive, after a look at how much they would unpack to."""
    members = [member for member in archive.infolist() if not member.is_dir()]
    total, most = sum(member.file_size for member in members), most_bytes()
    if total > most or len(members) > _MOST_MEMBERS:
        raise DataError(say("import.bomb", file=source.name, mb=f"{total / _MB:.0f}", most=f"{most / _MB:.0f}"))
    for member in members:
        place = PurePosixPath(member.filename.replace("\\", "/"))
        if place.is_absolute() or ".." in place.parts or ":" in place.parts[0]:
            raise DataError(say("import.outside", file=source.name, member=member.filename))
    return members


def _name(member: zipfile.ZipInfo) -> str:
    """The file name of a member without its folder; names without the UTF-8 mark are GBK where they can be."""
    name = member.filename
    if not member.flag_bits & 0x800:
        raw = name.encode("cp437", errors="replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return PurePosixPath(name.replace("\\", "/")).name


def _is_data(member: zipfile.ZipInfo, kind: str) -> bool:
    name = _name(member)
    ending = Path(name).suffix.lower()
    if name.startswith(".") or member.filename.startswith("__MACOSX"):
        return False
    return ending == ".kml" if kind == "kmz" else ending in KINDS and KINDS[ending] not in ("zip", "kmz")


def _unpack(source: Source, folder: Path, inner: str | None) -> Source:
    """The one data file of an archive, with what lies beside it, in ``folder``."""
    with _archive(source) as archive:
        members = _members(source, archive)
        wanted = [m for m in members if _is_data(m, source.kind)]
        if inner is not None and source.kind == "zip":
            wanted = [m for m in wanted if inner in (_name(m), Path(_name(m)).stem)] or wanted
        if not wanted:
            raise DataError(say("import.nothing_inside", file=source.name, kinds="、".join(KINDS)))
        if len(wanted) > 1:
            names = "、".join(sorted(_name(m) for m in wanted))
            raise DataError(say("import.which_inside", file=source.name, names=names))
        name, home = _name(wanted[0]), PurePosixPath(wanted[0].filename).parent
        kind = KINDS[Path(name).suffix.lower()]
        for member in members:
            other = _name(member)
            beside = Path(other).stem == Path(name).stem and PurePosixPath(member.filename).parent == home
            if member is wanted[0] or (kind == "shapefile" and beside and Path(other).suffix.lower() in _SIDES):
                _write(archive, member, folder / other)
    return Source(folder / name, kind, f"{source.name}/{name}")


def _write(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    """Unpack one member; zipfile gives no more bytes than the archive says it has, and that was checked."""
    with archive.open(member) as packed, target.open("wb") as file:
        shutil.copyfileobj(packed, file)
