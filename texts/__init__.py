"""Every sentence a user reads, in Chinese, from one place: ``texts/zh/<area>.yaml``."""

from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

_FOLDER = Path(__file__).parent / "zh"


def say(key: str, /, **values: object) -> str:
    """
    The Chinese text of ``key``, with ``values`` filled in.

    Parameters
    ----------
    key
        ``"<area>.<path>"``: the file ``texts/zh/<area>.yaml`` and the keys below it, joined by dots.
    values
        What the text's ``{placeholders}`` stand for. They are inserted as they are and never interpreted.

    Raises
    ------
    KeyError
        When there is no such text, or a placeholder has no value.
    """
    return lookup(key).format(**values)


@cache
def lookup(key: str):
    """
    The entry of ``key`` as it stands in the file: a text, or the mapping below that key.

    Raises
    ------
    KeyError
        When there is no such entry.
    """
    area, *path = key.split(".")
    entry = _area(area)
    for step in path:
        try:
            entry = entry[step]
        except (KeyError, TypeError):
            raise KeyError(f"texts/zh/{area}.yaml has no entry {'.'.join(path)!r}") from None
    return entry


@cache
def _area(area: str) -> dict:
    file = _FOLDER / f"{area}.yaml"
    if not file.exists():
        raise KeyError(f"there is no texts/zh/{area}.yaml")
    return YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
