"""In which encoding a file's text is written: UTF-8, what Windows writes in China, or UTF-16."""

import codecs
from pathlib import Path

from data.errors import DataError
from texts import say

_BLOCK = 1 << 20
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CANDIDATES = ("utf-8", "gb18030")


def text_encoding(path: Path, name: str) -> str:
    """
    The encoding of a text file, by its mark at the start or else the first that the whole file can be read in.

    Raises
    ------
    DataError
        When it is neither UTF-8 nor GB 18030 (which holds GBK and GB 2312), or ends within a character.
    """
    with path.open("rb") as file:
        head = file.read(4)
    marked = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)
    for encoding in (marked,) if marked else _CANDIDATES:
        fault = _decoding_fault(path, encoding)
        if fault is None:
            return encoding
        if encoding == "utf-8" and fault.reason == "unexpected end of data":
            raise DataError(say("import.cut_off", file=name))
    raise DataError(say("import.unknown_encoding", file=name))


def bytes_encoding(texts: list[bytes]) -> str:
    """The encoding in which fewest of ``texts`` have faults; those cut within their last character are whole."""
    faults = {encoding: sum(not _decodes(text, encoding) for text in texts) for encoding in _CANDIDATES}
    return min(_CANDIDATES, key=lambda encoding: faults[encoding])


def _decoding_fault(path: Path, encoding: str) -> UnicodeDecodeError | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            return error
    return None


def _decodes(text: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(text)  # not final: a cut last character is no fault
    except UnicodeDecodeError:
        return False
    return True
