"""What is typed goes into the store at once; what cannot is told, and stays."""

from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace

import pytest

from metrics.mock import read_back, sample, written
from store import StoreError
from store.mocks import Change, Recorded, Result
from tests.metrics.mock.drawn import BOOK, judged, small
from views import mock_typing
from views.mock_desk import Desk, Kept


@dataclass
class Mocks:
    """A store of one mock assessment that can be made to fail, and to have been changed by somebody else."""

    lines: dict[str, Result]
    broken: bool = False

    def record(self, by, number, changes):
        if self.broken:
            raise StoreError("暂时连不上数据库")
        done, refused = {}, {}
        for change in changes:
            there = self.lines[change.key]
            if there.version != change.version:
                refused[change.key] = there
                continue
            one = Result(change.key, change.found, change.remark, there.version + 1, None, "我")
            self.lines[change.key] = done[change.key] = one
        return Recorded(done, refused)


@pytest.fixture
def mocks() -> Mocks:
    drawn = sample(small(), judged(), seed=7)
    return Mocks({key: Result(key) for key in drawn.lines["key"]})


@pytest.fixture
def kept(mocks) -> Kept:
    drawn = sample(small(), judged(), seed=7)
    back = read_back(written(drawn, BOOK, city_name="测试市"))
    return Kept(SimpleNamespace(id=1, name="x"), back, mocks.lines)


@pytest.fixture
def desk(kept) -> Desk:
    mine = Desk()
    mock_typing.look_again(kept, mine)
    return mine


@pytest.fixture
def type_in(monkeypatch, mocks, kept, desk):
    """Type into rows of the form, as the table tells it."""
    clock = SimpleNamespace(now=lambda: datetime(2026, 6, 1, tzinfo=mock_typing.ZONE))
    monkeypatch.setattr(mock_typing.office, "store", lambda: SimpleNamespace(mocks=mocks, base=clock))
    monkeypatch.setattr(mock_typing.office, "visitor", lambda: None)

    told: list[dict] = []

    def typed(cells: dict[int, dict]) -> None:
        keys = list(mocks.lines)
        typed_now = [(keys[row], name, text) for row, own in cells.items() for name, text in own.items()]
        for key, name, text in typed_now:
            told.append({"number": len(told) + 1, "key": key, "name": name, "text": str(text)})
        mock_typing.take_typed(kept, desk, told)  # the browser tells all again until it knows that it was heard

    return typed


def test_a_cell_is_written_at_once(type_in, mocks, desk):
    key = next(iter(mocks.lines))
    type_in({0: {"found": 3}})
    assert mocks.lines[key].found == 3.0 and not desk.pending and "已自动保存 1 项" in desk.saved and not desk.said
    type_in({0: {"found": 3, "remark": " 褪色 "}})
    assert (mocks.lines[key].found, mocks.lines[key].remark, mocks.lines[key].version) == (3.0, "褪色", 2)
    type_in({0: {"found": "", "remark": "褪色"}})
    assert mocks.lines[key].found is None


def test_what_is_not_whole_is_told_and_the_rest_written(type_in, mocks, desk, kept):
    whole = kept.sample.lines["whole"].tolist()
    first, other = whole.index(True), whole.index(False)
    type_in({first: {"found": 1.5}, other: {"found": 2.5}})
    keys = list(mocks.lines)
    assert mocks.lines[keys[first]].found is None and mocks.lines[keys[other]].found == 2.5
    assert desk.unheard and len(desk.faults) == 1 and keys[first] in desk.faults[0]


@pytest.mark.parametrize("typed", ["-3", "2个", "1e99", "−2", "nan", "1,5", "0x1", "<b>", "1_0"])
def test_what_is_no_number_is_told_and_stays_as_it_was_typed(type_in, mocks, desk, kept, typed):
    """The line keeps the number it had, the remark typed beside it is written, and nothing of the cell is lost."""
    key = next(iter(mocks.lines))
    type_in({0: {"found": "2"}})
    type_in({0: {"found": typed, "remark": "看不清"}})
    assert (mocks.lines[key].found, mocks.lines[key].remark) == (2.0, "看不清")
    assert desk.unheard and len(desk.faults) == 1 and key in desk.faults[0] and f"“{typed}”" in desk.faults[0]
    (row,) = mock_typing.form_rows(kept, desk, [key])
    assert row["found"] == typed and row["wrong"] == desk.faults[0]
    type_in({0: {"found": "3"}})
    assert mocks.lines[key].found == 3.0 and not desk.wrong and not desk.faults and not desk.unheard


@pytest.mark.parametrize(
    ("typed", "number"), [("0", 0.0), ("", None), (" 7 ", 7.0), ("３", 3.0), ("12.0", 12.0), ("007", 7.0)]
)
def test_numbers_as_people_type_them(type_in, mocks, desk, typed, number):
    key = next(iter(mocks.lines))
    type_in({0: {"found": "9"}})
    type_in({0: {"found": typed}})
    assert mocks.lines[key].found == number and not desk.wrong


def test_what_was_heard_is_not_heard_again(type_in, mocks, desk):
    """What somebody else wrote later stays although the browser tells of what was typed before once more."""
    first, second = list(mocks.lines)[:2]
    type_in({0: {"found": "2"}})
    mocks.lines[first] = desk.known[first] = Result(first, 9.0, "", 2, None, "李四")
    type_in({1: {"found": "5"}})
    assert (mocks.lines[first].found, mocks.lines[second].found) == (9.0, 5.0)


def test_lines_of_another_one_are_left(kept, desk, type_in, mocks):
    mock_typing.take_typed(kept, desk, [{"number": 1, "key": "ABCDEF-001-1", "name": "found", "text": "3"}])
    assert not desk.pending and not desk.wrong and not any(one.version for one in mocks.lines.values())


def test_a_base_that_went_away_tells_of_wrong_cells_too(type_in, mocks, desk):
    mocks.broken = True
    type_in({0: {"found": "-1"}, 1: {"found": "4"}})
    assert len(desk.faults) == 2 and len(desk.pending) == 1 and len(desk.wrong) == 1


def test_a_base_that_went_away_loses_nothing(type_in, mocks, desk, kept):
    key = next(iter(mocks.lines))
    mocks.broken = True
    type_in({0: {"found": 4}})
    assert desk.unheard and desk.pending[key].found == 4.0
    assert [row["found"] for row in mock_typing.form_rows(kept, desk, [key])] == ["4"]
    mocks.broken = False
    mock_typing.save(kept, desk)
    assert mocks.lines[key].found == 4.0 and not desk.pending


@pytest.mark.parametrize("take_mine", [True, False])
def test_who_was_first_is_told_and_either_can_stay(type_in, mocks, desk, kept, take_mine):
    key = next(iter(mocks.lines))
    mocks.lines[key] = Result(key, 9.0, "他", 1, None, "李四")
    type_in({0: {"found": 4}})
    change, theirs = desk.refused[key]
    assert (change.found, theirs.found, mocks.lines[key].found) == (4.0, 9.0, 9.0)
    mock_typing.settle(kept, desk, key, take_mine=take_mine)
    assert mocks.lines[key].found == (4.0 if take_mine else 9.0)
    assert not desk.refused and not desk.pending


def test_slips_of_shares_are_told(kept, mocks):
    part, total = mock_typing.ratio_pairs(kept.sample)[0]
    mocks.lines[part], mocks.lines[total] = Result(part, 5.0, "", 1), Result(total, 3.0, "", 1)
    (told,) = mock_typing.slips(kept)
    assert part in told
    mocks.lines[total] = Result(total, 5.0, "", 2)
    assert mock_typing.slips(kept) == []


def test_what_waits_outlives_what_others_wrote(kept, mocks, desk):
    first, second = list(mocks.lines)[:2]
    desk.pending[first] = Change(first, 4.0, "", 0)
    mocks.lines[second] = Result(second, 1.0, "", 1, None, "李四")
    mock_typing.look_again(kept, desk)
    assert "李四" in desk.said
    assert [row["found"] for row in mock_typing.form_rows(kept, desk, [first, second])] == ["4", "1"]
