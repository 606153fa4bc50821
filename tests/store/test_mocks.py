"""Mock assessments: kept whole, two people typing into one lose nothing, and who may not is told."""

import pytest

from store import Conflict, Denied, StoreError
from store.mock_parts import Part
from store.mocks import Change

KEYS = ["A-1", "A-2", "B-1"]
FACTS = {"points": 2, "seed": 7}
HOSTILE = "<script>`${alert(1)}`</script>𠮷=1+1"


def keep(kept, by, name="十一月", districts=("东区", "西区"), **more):
    told = {"code": "ABC123", "keys": KEYS, "districts": districts, "facts": FACTS, **more}
    return kept.mocks.keep(by, "测试市", name, "{}", **told)


@pytest.fixture
def mock(kept, staff) -> int:
    """One of the command centre."""
    return keep(kept, staff.command)


def shown(kept, by, number):
    return {one.key: (one.found, one.remark) for one in kept.mocks.results(by, number)}


def test_kept_and_read(kept, staff, mock):
    one = kept.mocks.read(staff.planner, mock)
    assert (one.name, one.text, one.facts, one.lines, one.filled) == ("十一月", "{}", FACTS, 3, 0)
    assert [result.key for result in kept.mocks.results(staff.planner, mock)] == KEYS
    kept.mocks.record(staff.planner, mock, [Change("B-1", 3.0, "褪色", 0), Change("A-2", None, HOSTILE, 0)])
    assert shown(kept, staff.command, mock) == {"A-1": (None, ""), "A-2": (None, HOSTILE), "B-1": (3.0, "褪色")}
    (listed,) = kept.mocks.all(staff.command, "测试市")
    assert (listed.filled, listed.lines, listed.text) == (1, 3, None)
    assert kept.mocks.all(staff.command, "别的市") == []
    second = keep(kept, staff.planner, HOSTILE)
    assert [one.id for one in kept.mocks.all(staff.command, "测试市")] == [second, mock]
    assert kept.mocks.read(staff.command, second).name == HOSTILE


def test_two_people_type_into_one(kept, staff, mock):
    """The second is told what the first wrote; lines that nobody else touched are written all the same."""
    kept.mocks.record(staff.command, mock, [Change("A-1", 3.0, "", 0)])
    answer = kept.mocks.record(
        staff.planner, mock, [Change("A-1", 5.0, "我数到五", 0), Change("A-2", 1.0, "", 0), Change("B-1", None, "", 0)]
    )
    assert set(answer.done) == {"A-2", "B-1"} and set(answer.refused) == {"A-1"}
    theirs = answer.refused["A-1"]
    assert (theirs.found, theirs.version, theirs.changed_by) == (3.0, 1, "王主任")
    assert shown(kept, staff.command, mock)["A-1"] == (3.0, "")
    again = kept.mocks.record(staff.planner, mock, [Change("A-1", 5.0, "我数到五", theirs.version)])
    assert not again.refused and shown(kept, staff.command, mock)["A-1"] == (5.0, "我数到五")


def test_the_same_twice_is_done(kept, staff, mock):
    change = Change("A-1", 3.0, "", 0)
    kept.mocks.record(staff.command, mock, [change])
    answer = kept.mocks.record(staff.planner, mock, [change])
    assert not answer.refused and answer.done["A-1"].version == 1
    assert [entry.act for entry in kept.audit.entries(staff.command, about="mock")] == ["record", "keep"]


def test_every_value_that_was_there_stays_in_the_audit_trail(kept, staff, mock):
    kept.mocks.record(staff.command, mock, [Change("A-1", 3.0, "x", 0)])
    kept.mocks.record(staff.command, mock, [Change("A-1", None, "", 1)])
    newest = kept.audit.entries(staff.command, about="mock")[0]
    assert (newest.before, newest.after) == ({"A-1": [3.0, "x"]}, {"A-1": [None, ""]})


@pytest.mark.parametrize("found", [-1.0, 1e308, float("inf"), float("nan")])
def test_what_is_no_amount_is_refused_whole(kept, staff, mock, found):
    with pytest.raises(StoreError, match="A-2"):
        kept.mocks.record(staff.command, mock, [Change("A-1", 1.0, "", 0), Change("A-2", found, "", 0)])
    assert shown(kept, staff.command, mock)["A-1"] == (None, "")


def test_lines_of_another_one_are_refused_whole(kept, staff, mock):
    with pytest.raises(StoreError, match="Z-9"):
        kept.mocks.record(staff.command, mock, [Change("A-1", 1.0, "", 0), Change("Z-9", 1.0, "", 0)])
    with pytest.raises(StoreError, match="500"):
        kept.mocks.record(staff.command, mock, [Change("A-1", 1.0, "长" * 501, 0)])
    assert shown(kept, staff.command, mock)["A-1"] == (None, "")


def test_names(kept, staff, mock):
    for bad in ("", "  ", "长" * 61):
        with pytest.raises(StoreError, match="名字"):
            kept.mocks.rename(staff.command, mock, bad, version=1)
    with pytest.raises(StoreError, match="已有名为"):
        keep(kept, staff.planner)
    assert kept.mocks.rename(staff.command, mock, " 十一月  复测 ", version=1) == 2
    with pytest.raises(Conflict, match="王主任") as caught:
        kept.mocks.rename(staff.planner, mock, "别名", version=1)
    assert caught.value.mine == {"name": "别名"} and len(caught.value.first) == 1
    assert kept.mocks.read(staff.command, mock).name == "十一月 复测"


def test_dropped_and_what_was_typed_stays_in_the_audit_trail(kept, staff, mock):
    kept.mocks.record(staff.command, mock, [Change("A-1", 3.0, "", 0)])
    kept.mocks.drop(staff.planner, mock)
    kept.mocks.drop(staff.planner, mock)
    assert kept.mocks.all(staff.command, "测试市") == []
    with pytest.raises(Denied, match="已被删除"):
        kept.mocks.record(staff.command, mock, [Change("A-1", 3.0, "", 1)])
    newest = kept.audit.entries(staff.command, about="mock")[0]
    assert newest.act == "drop" and newest.before["results"] == {"A-1": [3.0, ""]}


def test_a_district_draws_at_home_and_nobody_elses_are_its_business(kept, staff, mock):
    """What the command centre drew is unannounced: districts do not see it, whatever lies in them."""
    with pytest.raises(Denied, match="只能在本区"):
        keep(kept, staff.east)
    with pytest.raises(Denied, match="只能在本区"):
        keep(kept, staff.east, districts=("西区",))
    own = keep(kept, staff.east, districts=("东区",))
    assert [one.id for one in kept.mocks.all(staff.east, "测试市")] == [own]
    assert kept.mocks.all(staff.west, "测试市") == []
    assert [one.id for one in kept.mocks.all(staff.command, "测试市")] == [own, mock]
    kept.mocks.record(staff.east, own, [Change("A-1", 3.0, "", 0)])
    for by, number in ((staff.east, mock), (staff.west, mock), (staff.west, own)):
        for call in CALLS.values():
            with pytest.raises(Denied, match="不在您的范围内"):
                call(kept, by, number)
    assert shown(kept, staff.command, own)["A-1"] == (3.0, "")


CALLS = {
    "read": lambda kept, by, number: kept.mocks.read(by, number),
    "results": lambda kept, by, number: kept.mocks.results(by, number),
    "record": lambda kept, by, number: kept.mocks.record(by, number, [Change("A-1", 9.0, "", 0)]),
    "rename": lambda kept, by, number: kept.mocks.rename(by, number, "x", version=1),
    "drop": lambda kept, by, number: kept.mocks.drop(by, number),
}


@pytest.mark.parametrize("name", ["lamps", "parks", "wall"])
@pytest.mark.parametrize(
    "call",
    [*CALLS.values(), lambda kept, by, number: kept.mocks.all(by, "测试市"), lambda kept, by, number: keep(kept, by)],
)
def test_units_and_walls_may_nothing(kept, staff, mock, name, call):
    with pytest.raises(Denied, match="的角色不能"):
        call(kept, getattr(staff, name), mock)
    assert shown(kept, staff.command, mock)["A-1"] == (None, "")
    assert kept.mocks.read(staff.command, mock).name == "十一月"


def test_a_large_one(kept, staff):
    keys = [f"L-{n:05d}" for n in range(3000)]
    number = keep(kept, staff.command, "大", keys=keys)
    answer = kept.mocks.record(staff.command, number, [Change(key, 1.0, "", 0) for key in keys])
    assert len(answer.done) == 3000
    assert kept.mocks.all(staff.command, "测试市")[0].filled == 3000


PARTS = {
    "东区": Part("东区的文本", {"points": 1}, ("A-1", "A-2")),
    "西区": Part("西区的文本", {"points": 1}, ("B-1",)),
}


def test_a_district_sees_its_part_once_it_is_told_and_no_longer_when_it_is_taken_back(kept, staff, mock):
    kept.mocks.record(staff.command, mock, [Change("A-1", 3.0, "", 0), Change("B-1", 1.0, "西", 0)])
    assert not kept.mocks.all(staff.east, "测试市")
    with pytest.raises(Denied, match="没有这次模拟测评"):
        kept.mocks.read(staff.east, mock)
    kept.mocks.tell(staff.planner, mock, PARTS)
    assert kept.mocks.read(staff.command, mock).told_at is not None
    (listed,), one = kept.mocks.all(staff.east, "测试市"), kept.mocks.read(staff.east, mock)
    assert (listed.lines, listed.filled, listed.text, listed.part) == (2, 1, None, "东区")
    assert (one.text, one.facts, one.lines, one.filled, one.part) == ("东区的文本", {"points": 1}, 2, 1, "东区")
    assert shown(kept, staff.east, mock) == {"A-1": (3.0, ""), "A-2": (None, "")}
    assert shown(kept, staff.west, mock) == {"B-1": (1.0, "西")}
    kept.mocks.record(staff.planner, mock, [Change("A-2", 4.0, "", 0)])
    assert shown(kept, staff.east, mock)["A-2"] == (4.0, "")
    assert len(kept.mocks.results(staff.command, mock)) == 3 and kept.mocks.read(staff.command, mock).text == "{}"
    kept.mocks.tell(staff.command, mock, {})
    assert kept.mocks.read(staff.command, mock).told_at is None and not kept.mocks.all(staff.east, "测试市")
    for ask in (kept.mocks.read, kept.mocks.results):
        with pytest.raises(Denied, match="没有这次模拟测评"):
            ask(staff.east, mock)
    assert [entry.act for entry in kept.audit.entries(staff.command, about="mock")][:3] == ["untell", "record", "tell"]


def test_a_district_that_has_no_points_is_told_nothing(kept, staff, mock):
    kept.mocks.tell(staff.command, mock, {"西区": PARTS["西区"]})
    assert not kept.mocks.all(staff.east, "测试市")
    with pytest.raises(Denied, match="没有这次模拟测评"):
        kept.mocks.results(staff.east, mock)


def test_what_was_told_is_looked_at_only(kept, staff, mock):
    kept.mocks.tell(staff.command, mock, PARTS)
    for ask in (
        lambda: kept.mocks.record(staff.east, mock, [Change("A-1", 3.0, "", 0)]),
        lambda: kept.mocks.rename(staff.east, mock, "x", version=1),
        lambda: kept.mocks.drop(staff.east, mock),
    ):
        with pytest.raises(Denied, match="通报给本区查看，不能改动"):
            ask()
    with pytest.raises(Denied, match="的角色不能通报模拟测评"):
        kept.mocks.tell(staff.east, mock, {})
    for by in (staff.lamps, staff.wall):
        with pytest.raises(Denied, match="的角色不能"):
            kept.mocks.read(by, mock)


def test_what_a_district_drew_is_not_told(kept, staff):
    own = keep(kept, staff.east, districts=["东区"])
    with pytest.raises(StoreError, match="不用通报"):
        kept.mocks.tell(staff.command, own, PARTS)
    with pytest.raises(Denied, match="没有这次模拟测评"):
        kept.mocks.read(staff.west, own)


def test_dropped_it_is_gone_for_the_districts_too(kept, staff, mock):
    kept.mocks.tell(staff.command, mock, PARTS)
    kept.mocks.drop(staff.command, mock)
    assert not kept.mocks.all(staff.east, "测试市")


def test_a_part_of_other_lines_is_our_mistake(kept, staff, mock):
    with pytest.raises(ValueError, match="lines"):
        kept.mocks.tell(staff.command, mock, {"东区": Part("", {}, ("Z-1",))})
