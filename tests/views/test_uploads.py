"""What is handed in is kept under harmless names, once, and not for ever."""

import os
from io import BytesIO

import pytest

from data.errors import DataError
from views.uploads import keep_uploads


def handed(name: str, content: bytes = b"x") -> BytesIO:
    file = BytesIO(content)
    file.name = name
    return file


HOSTILE = ["../../etc/passwd", "..", "C:\\a\\点位.csv", "<b>.csv", "\0.csv", "\ud800.csv"]
LONG = ["长" * 300 + ".csv", "𠮷" * 99 + ".csv", "a." + "𠮷" * 99]


@pytest.mark.parametrize("name", HOSTILE + LONG)
def test_names_stay_inside_the_folder(user_folder, name):
    kept = keep_uploads([handed(name)])
    assert kept.read_bytes() == b"x"
    assert kept.parent.parent == user_folder / "uploads" and kept.resolve() == kept
    assert len(kept.name.encode()) < 255


def test_same_content_is_kept_once(user_folder):
    assert keep_uploads([handed("a.csv")]) == keep_uploads([handed("a.csv")])
    assert keep_uploads([handed("a.csv")]) != keep_uploads([handed("a.csv", b"y")])


def test_parts_of_a_shapefile_lie_together(user_folder):
    kept = keep_uploads([handed("r.dbf", b"1"), handed("r.SHP", b"2"), handed("r.shx", b"3")])
    assert kept.name == "r.SHP" and (kept.parent / "r.dbf").read_bytes() == b"1"


def test_one_data_file_at_a_time(user_folder):
    with pytest.raises(DataError, match=r"a\.csv、b\.csv"):
        keep_uploads([handed("a.csv"), handed("b.csv")])


def test_old_ones_are_removed(user_folder):
    old = keep_uploads([handed("a.csv")])
    os.utime(old.parent, (0, 0))
    new = keep_uploads([handed("b.csv")])
    assert new.exists() and not old.exists()
