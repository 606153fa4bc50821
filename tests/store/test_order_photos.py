"""Photos of orders: what is taken, what is kept of it, who may, and that they come with their step or not at all."""

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from store import Denied, StoreError
from store.order_book import order_book
from store.photo import photo_of

WALK_WEST, PARK = 1, 3


def picture(kind: str = "JPEG", *, size: tuple[int, int] = (64, 48), mode: str = "RGB", **options) -> bytes:
    """A file with a picture of one colour."""
    file = BytesIO()
    Image.new(mode, size, "white" if mode != "I;16" else 40_000).save(file, kind, **options)
    return file.getvalue()


def photo(number: int):
    """A checked photo, another one for each number."""
    file = BytesIO()
    Image.new("RGB", (40 + number, 30), "white").save(file, "PNG")
    return photo_of(file.getvalue(), name="x.png")


def huge_png(side: int) -> bytes:
    """A PNG of some bytes that says it is ``side`` pixels wide and high."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.fixture
def made(kept, staff, assessed) -> None:
    """Three orders, dispatched."""
    kept.orders.make(staff.command, kept.runs.keep(staff.command, assessed("west_gap")))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_it_is_kept_as_a_jpeg_of_its_own(kind):
    kept = photo_of(picture(kind), name="x")
    with Image.open(BytesIO(kept.content)) as opened:
        assert (opened.format, opened.size) == ("JPEG", (64, 48))
    assert (kept.width, kept.height) == (64, 48)


def test_what_cameras_write_beside_the_picture_is_gone():
    exif = Image.Exif()
    exif[0x010F] = "secret camera"
    exif.get_ifd(0x8825)[2] = (31.0, 14.0, 0.0)
    given = picture(exif=exif, comment=b"secret comment")
    assert b"secret camera" in given and b"secret comment" in given
    kept = photo_of(given, name="x").content
    assert b"secret" not in kept
    with Image.open(BytesIO(kept)) as opened:
        assert not opened.getexif() and "comment" not in opened.info


def test_it_stands_upright_and_is_no_longer_than_it_may():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: a quarter turn
    kept = photo_of(picture(size=(4000, 1000), exif=exif), name="x")
    longest = order_book().photos.longest_px
    assert (kept.width, kept.height) == (longest // 4, longest)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "L", "P", "1", "I;16"])
def test_what_was_transparent_is_white(mode):
    given = Image.new("RGBA", (20, 20), (0, 0, 0, 0)) if mode in ("RGBA", "LA") else Image.new("L", (20, 20), 255)
    file = BytesIO()
    (Image.fromarray(np.full((20, 20), 65_535, np.uint16)) if mode == "I;16" else given.convert(mode)).save(file, "PNG")
    with Image.open(BytesIO(photo_of(file.getvalue(), name="x").content)) as opened:
        assert np.asarray(opened).min() > 250


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "不是能打开的照片"),
        (b"\xff\xd8\xff\xe0 no jpeg", "不是能打开的照片"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "不是能打开的照片"),
        (picture()[:300], "不是能打开的照片"),
        (picture("GIF"), "不是能打开的照片"),
        (picture("TIFF"), "不是能打开的照片"),
        (huge_png(9_000), "百万像素"),
        (huge_png(60_000), "百万像素"),
        (b"\0" * (15 * 2**20 + 1), "超过 15 MB"),
    ],
    ids=["empty", "head only", "svg", "cut off", "gif", "tiff", "many pixels", "bomb", "large"],
)
def test_what_is_no_photo_is_told_in_one_sentence(content, told):
    with pytest.raises(StoreError, match=told) as error:
        photo_of(content, name="现场.jpg")
    assert len(error.value.faults) == 1 and "现场.jpg" in str(error.value)


def test_a_photo_of_an_order(kept, staff, made, clock):
    assert kept.photos.add(staff.parks, PARK, "before", [photo(1), photo(2)]) == 2
    assert kept.photos.add(staff.west, PARK, "after", [photo(2), photo(3)]) == 1, "the same one is kept once"
    found = kept.photos.of(staff.parks, PARK)
    assert [(one.kind, one.by_name) for one in found] == [("before", "parks")] * 2 + [("after", "west")]
    assert found[0].content == photo(1).content and found[0].at == clock()
    entry = kept.orders.history(staff.parks, PARK)[-1]
    assert (entry.act, entry.after) == ("photo", {"kind": "整改后", "photos": 1})
    assert kept.orders.get(staff.parks, PARK).version == 2, "nobody who fills in a step is disturbed"


def test_photos_are_seen_by_who_sees_the_order(kept, staff, made):
    kept.photos.add(staff.command, PARK, "before", [photo(1)])
    for by in (staff.lamps, staff.east):
        assert kept.photos.of(by, PARK) == []
        with pytest.raises(Denied):
            kept.photos.add(by, PARK, "before", [photo(2)])
    for by in (staff.planner, staff.wall):
        assert len(kept.photos.of(by, PARK)) == 1
        with pytest.raises(Denied):
            kept.photos.add(by, PARK, "before", [photo(2)])


def test_a_step_and_its_photos_are_done_together_or_not(kept, staff, made):
    most = order_book().photos.most
    kept.photos.add(staff.parks, PARK, "before", [photo(number) for number in range(most - 1)])
    with pytest.raises(StoreError, match=f"已有 {most - 1} 张照片，最多 {most} 张"):
        kept.orders.change(staff.parks, PARK, 2, "report", photos=[photo(100), photo(101)])
    assert kept.orders.get(staff.parks, PARK).state == "dispatched"
    assert len(kept.photos.of(staff.parks, PARK)) == most - 1
    kept.orders.change(staff.parks, PARK, 2, "report", photos=[photo(100)])
    assert kept.photos.of(staff.parks, PARK)[-1].kind == "after"
    with pytest.raises(StoreError):
        kept.orders.change(staff.parks, PARK, 2, "report", photos=[photo(102)])
    assert len(kept.photos.of(staff.parks, PARK)) == most


def test_a_closed_order_takes_no_more(kept, staff, made):
    for name in ("accept", "report", "recheck", "close"):
        version = kept.orders.get(staff.command, PARK).version
        kept.orders.change(staff.command, PARK, version, name)
    with pytest.raises(StoreError, match="已销号，不能再加照片"):
        kept.photos.add(staff.command, PARK, "after", [photo(1)])


def test_a_photo_that_came_by_mistake_can_be_taken_away(kept, staff, made, clock):
    kept.photos.add(staff.parks, PARK, "before", [photo(1), photo(2)])
    kept.photos.add(staff.west, PARK, "after", [photo(3)])
    first, second, third = (one.id for one in kept.photos.of(staff.parks, PARK))
    can = [[one.removable(by, is_open=True) for one in kept.photos.of(by, PARK)] for by in (staff.parks, staff.west)]
    assert can == [[True, True, False], [False, False, True]]
    version = kept.orders.get(staff.command, PARK).version
    kept.photos.remove(staff.parks, PARK, first)
    kept.photos.remove(staff.command, PARK, third)
    kept.photos.remove(staff.parks, PARK, first)
    assert [one.id for one in kept.photos.of(staff.parks, PARK)] == [second]
    gone = [entry for entry in kept.orders.history(staff.parks, PARK) if entry.act == "photo_removed"]
    assert [(entry.name, entry.before["by"], entry.before["kind"]) for entry in gone] == [
        ("parks", "parks", "整改前"),
        (staff.command.name, "west", "整改后"),
    ]
    assert kept.orders.get(staff.command, PARK).version == version
    assert kept.photos.add(staff.parks, PARK, "after", [photo(1)]) == 1, "it may come again, as what it is"


def test_a_photo_is_not_taken_away_by_others(kept, staff, made):
    kept.photos.add(staff.parks, PARK, "before", [photo(1)])
    kept.photos.add(staff.command, PARK, "before", [photo(2)])
    own, others = (one.id for one in kept.photos.of(staff.parks, PARK))
    with pytest.raises(Denied, match="只能由上传的人或市指挥部删除"):
        kept.photos.remove(staff.west, PARK, own)
    with pytest.raises(Denied, match="只能由上传的人或市指挥部删除"):
        kept.photos.remove(staff.parks, PARK, others)
    for by in (staff.lamps, staff.east, staff.planner, staff.wall):
        with pytest.raises(Denied):
            kept.photos.remove(by, PARK, own)
    kept.photos.remove(staff.command, WALK_WEST, own)
    assert len(kept.photos.of(staff.parks, PARK)) == 2, "a photo of another order is not meant"


def test_a_closed_order_keeps_its_photos_until_it_is_opened_again(kept, staff, made):
    kept.photos.add(staff.parks, PARK, "before", [photo(1)])
    for name in ("accept", "report", "recheck", "close"):
        version = kept.orders.get(staff.command, PARK).version
        kept.orders.change(staff.command, PARK, version, name)
    (own,) = kept.photos.of(staff.parks, PARK)
    for by in (staff.parks, staff.command):
        assert not own.removable(by, is_open=False) and own.removable(by, is_open=True)
        with pytest.raises(StoreError, match="已销号，照片是销号的依据，不能删除"):
            kept.photos.remove(by, PARK, own.id)
    assert len(kept.photos.of(staff.parks, PARK)) == 1
    kept.orders.change(staff.command, PARK, kept.orders.get(staff.command, PARK).version, "reopen", note="误销")
    kept.photos.remove(staff.command, PARK, own.id)
    assert kept.photos.of(staff.parks, PARK) == []
