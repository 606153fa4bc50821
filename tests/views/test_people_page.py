"""人员与权限: accounts, wall links, units, phases, the audit trail, as the command centre works with them."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from store.audit import Entry
from store.mock import Change
from store.mock_parts import Part
from tests.views.conftest import HERE
from tests.views.test_pages import html_of
from tests.views.visiting import PASSWORD, opened
from texts import say
from views import cookies, door
from views.people_audit import audit_table

HOSTILE = "<script>`${x}`</script>**&"


@pytest.fixture
def page(boss, kept, monkeypatch) -> AppTest:
    """The page, opened by the command centre."""
    _, token = kept.sessions.open(kept.people.sign_in("boss", PASSWORD))
    monkeypatch.setattr(door, "knock", lambda: replace(HERE, cookies={cookies.COOKIE: token}))
    shown = opened().switch_page("pages/people.py").run()
    assert not shown.exception
    return shown


def part(page: AppTest, name: str) -> AppTest:
    """The page at one of its parts."""
    page.button_group(key="people_part").set_value(name).run()
    assert not page.exception
    return page


def press(page: AppTest, key: str) -> str:
    """What the page shows after a button was pressed."""
    page.button(key=key).click().run()
    assert not page.exception
    return html_of(page)


def test_an_account_is_added_and_shown(page, kept, boss):
    page.text_input(key="people_new_login").input("lamps")
    page.text_input(key="people_new_name").input(HOSTILE)
    assert "市城管局" in page.selectbox(key="people_new_unit").options
    page.selectbox(key="people_new_unit").select("市城管局")
    assert say("people.accounts.needs_password") in press(page, "people_add")
    page.text_input(key="people_new_password").input("short")
    assert "至少 10 个字符" in press(page, "people_add")
    assert page.text_input(key="people_new_login").value == "lamps"  # nothing typed is lost
    page.text_input(key="people_new_password").input(PASSWORD)
    shown = press(page, "people_add")
    assert say("people.accounts.added", login="lamps") in shown
    assert "<script>" not in shown and "&lt;script&gt;" in shown
    account = next(one for one in kept.people.accounts(boss) if one.login == "lamps")
    assert (account.name, account.role, account.unit, account.must_change) == (HOSTILE, "unit", "市城管局", True)
    assert page.text_input(key="people_new_password").value == ""


def test_a_unit_that_the_data_do_not_know_can_be_written(page, kept, boss):
    page.text_input(key="people_new_login").input("new")
    page.text_input(key="people_new_name").input("新人")
    page.selectbox(key="people_new_unit").select("").run()
    page.text_input(key="people_new_unit_other").input("新单位")
    page.text_input(key="people_new_password").input(PASSWORD)
    press(page, "people_add")
    assert {one.unit for one in kept.people.accounts(boss)} == {"", "新单位"}


def test_an_account_is_changed_closed_and_given_a_new_password(page, kept, boss):
    number = kept.people.add(boss, "li", "李四", "planner", password=PASSWORD)
    page.run()
    page.selectbox(key="people_account").select(number).run()
    page.selectbox(key=f"people_{number}_role").select("district").run()
    page.selectbox(key=f"people_{number}_district").select("古渡区")
    assert say("people.accounts.saved", login="li") in press(page, "people_save")
    account = next(one for one in kept.people.accounts(boss) if one.id == number)
    assert (account.role, account.district) == ("district", "古渡区")
    assert say("people.accounts.closed_now", login="li") in press(page, "people_close")
    assert say("people.accounts.opened_now", login="li") in press(page, "people_close")
    page.text_input(key=f"people_{number}_password").input("another password")
    assert say("people.accounts.reset_done", login="li") in press(page, "people_reset")
    assert kept.people.sign_in("li", "another password").must_change


def test_the_last_account_of_the_command_centre_stays(page, kept, boss):
    page.selectbox(key="people_account").select(boss.id).run()
    assert say("store.people.last_command") in press(page, "people_close")


def test_a_wall_link_is_shown_once_and_revoked(page, kept, boss):
    part(page, "walls")
    assert say("people.walls.needs_name") in press(page, "people_wall_make")
    page.text_input(key="people_wall_name").input(HOSTILE)
    shown = press(page, "people_wall_make")
    token = shown.split("wall?token=")[1].split("<")[0]
    assert kept.tokens.sign_in(token).name == HOSTILE and "<script>" not in shown
    assert token not in press(page, "people_wall_hide")
    assert "已撤销大屏链接" in press(page, "people_wall_revoke")
    with pytest.raises(door.Denied):
        kept.tokens.sign_in(token)


def test_a_unit_is_renamed(page, kept, boss):
    kept.people.add(boss, "lamps", "路灯", "unit", unit="市城管局")
    part(page, "units")
    assert say("people.units.choose") in press(page, "people_rename")
    page.selectbox(key="people_old").select("市城管局")
    assert say("store.units.empty") in press(page, "people_rename")
    page.text_input(key="people_named").input("市城市管理局")
    assert "转交整改单 0 张" in press(page, "people_rename")
    assert kept.units.names(boss) == {"市城管局": "市城市管理局"}
    assert {one.unit for one in kept.people.accounts(boss) if one.unit} == {"市城市管理局"}
    assert "市城管局" not in page.selectbox(key="people_old").options


def test_a_years_phases_are_set(page, kept, boss):
    part(page, "calendar")
    year = kept.base.today().year + 1
    page.selectbox(key="people_year").select(year).run()
    assert say("people.calendar.default") in html_of(page)
    page.text_input(key=f"people_{year}_0_last").input("三月底")
    page.text_input(key=f"people_{year}_1_first").input("")
    shown = press(page, "people_year_save")
    assert "日期“三月底”写得不对" in shown and "自查" in shown
    page.text_input(key=f"people_{year}_0_last").input(f"{year}-04-15")
    page.text_input(key=f"people_{year}_1_first").input(f"{year}-04-10")
    assert "日期重叠" in press(page, "people_year_save")
    page.text_input(key=f"people_{year}_1_first").input(f"{year}-04-16")
    assert say("people.calendar.saved", year=year) in press(page, "people_year_save")
    assert kept.calendar.year(boss, year)[0].last_on == date(year, 4, 15)
    assert say("people.calendar.own") in html_of(page)


def test_the_phase_that_was_fixed_is_said(page):
    part(page, "calendar")
    assert say("people.calendar.fixed", name="日常") in html_of(page)


def test_a_year_that_nobody_has_announced_is_said(page, kept):
    part(page, "calendar")
    year = kept.base.today().year + 2
    page.selectbox(key="people_year").select(year).run()
    assert say("people.calendar.unannounced", year=year) in html_of(page)


def test_the_audit_trail_is_read_filtered_and_turned(page, kept, boss):
    for number in range(60):
        kept.scenarios.keep(boss, "澜州市", f"方案 {number}", "{}")
    part(page, "audit")
    shown = html_of(page)
    assert "方案 59" in shown and "方案 3<" not in shown
    assert "方案 3<" in press(page, "people_older")
    assert "方案 59" in press(page, "people_newest")
    page.selectbox(key="people_audit_about").select("person").run()
    shown = html_of(page)
    assert "方案" not in shown.split("<tbody>")[1] and "添加" in shown
    page.selectbox(key="people_audit_who").select("王主任").run()
    assert "账号 1" in html_of(page)


def test_no_code_of_the_program_stands_in_the_audit_trail(user_folder, kept, boss):
    """Everything that people do to each kind of thing is done once: what is read then are words."""
    mock = kept.mocks.keep(
        boss, "澜州市", "冬测", "{}", code="甲", keys=["一", "二"], districts=["东区"], facts={"points": 1}
    )
    kept.mocks.record(boss, mock, [Change("一", 3.0, "褪色", 0), Change("二", None, HOSTILE, 0)])
    kept.mocks.record(boss, mock, [Change("一", 4.5, "", 1)])
    kept.mocks.tell(boss, mock, {"东区": Part("{}", {}, ["一"])})
    kept.mocks.tell(boss, mock, {})
    kept.mocks.rename(boss, mock, "冬测 二", version=1)
    kept.mocks.drop(boss, mock)
    kept.scenarios.keep(boss, "澜州市", "方案", "{}")
    kept.scenarios.drop(boss, "澜州市", "方案")
    year = kept.calendar.year(boss, 2030)
    kept.calendar.set_year(boss, 2030, [replace(year[0], last_on=year[0].last_on - timedelta(days=1)), *year[1:]])
    kept.tokens.make(boss, "大厅")
    kept.tokens.revoke(boss, kept.tokens.all(boss)[0].id)
    kept.units.rename(boss, "园林处", "园林局")
    photo = {"kind": "整改后", "photos": 2}
    extra = [Entry(0, kept.base.now(), 1, "王主任", "command", "order", 7, "photo", {}, photo, "")]
    was = {"kind": "整改后", "by": "某某", "at": "2026-06-01T02:00:00+00:00"}
    extra += [Entry(0, kept.base.now(), 1, "王主任", "command", "order", 7, "photo_removed", was, {}, "")]
    table = audit_table([*kept.audit.entries(boss), *extra])
    written = [text.replace(HOSTILE, "").replace("boss", "") for text in table.to_numpy().ravel().tolist()]
    assert not [text for text in written if re.search("[A-Za-z_]{2,}", text)]
    texts = table.iloc[:, -1].tolist()
    assert f"一 无 → 3（褪色）；二 无 → 无（{HOSTILE}）" in texts and "一 3（褪色） → 4.5" in texts
    assert "照片 整改后；张数 2" in texts


def test_an_entry_reads_in_chinese(user_folder):
    now = datetime(2026, 6, 1, 2, tzinfo=UTC)
    entries = [
        Entry(
            1, now, 1, "王主任", "command", "order", 7, "dispatch", {"state": "found"}, {"state": "dispatched"}, HOSTILE
        ),
        Entry(2, now, None, "system", "system", "order", 7, "raise", {"level": "unit"}, {"level": "district"}, ""),
        Entry(
            3, now, 1, "王主任", "command", "person", 2, "change", {"active": True, "unit": ""}, {"active": False}, ""
        ),
        Entry(4, now, 1, "王主任", "command", "new kind", 2, "new act", {}, {"new field": 1.25}, ""),
    ]
    rows = audit_table(entries).to_numpy().tolist()
    assert rows[0][1:] == ["王主任", "指挥部", "整改单 7", "派发", f"状态 已发现 → 已派发；{HOSTILE}"]
    assert rows[1][1:] == ["系统", "系统", "整改单 7", "超期上报", "督办层级 责任单位 → 区级"]
    assert rows[2][4:] == ["修改", "可用 是 → 否"]
    told = {"closed_at": now.isoformat()}
    closed = Entry(5, now, 1, "王主任", "command", "order", 7, "close", {"closed_at": None}, told, "")
    assert audit_table([closed]).iloc[0, -1] == "销号时间 无 → 2026-06-01 10:00"
    assert rows[3][3:] == ["new kind 2", "new act", "new field 1.2"]
