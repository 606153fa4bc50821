"""The real osmnx call against a small server on this machine that answers as Overpass does."""

import socket
from pathlib import Path

import osmnx
import pytest
from shapely.geometry import Point, Polygon, box

from data import overpass
from data.errors import DataError
from data.overpass import read_overpass
from tests.overpass_server import ANSWER, BOX, NODES, TAGGED, Server


@pytest.fixture
def server():
    server = Server()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> Path:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(overpass, "cache_folder", lambda part: tmp_path / part)
    return tmp_path / "overpass"


def settings_for(url: str, **changes: str) -> dict[str, str]:
    usual = {"overpass_timeout_s": "5", "overpass_tries": "3", "overpass_pause_s": "0"}
    return {"overpass_url": url, **usual, **{f"overpass_{name}": value for name, value in changes.items()}}


def fault_of(url: str, **changes: str) -> str:
    with pytest.raises(DataError) as caught:
        read_overpass(BOX, settings=settings_for(url, **changes))
    assert len(caught.value.faults) == 1 and "\n" not in caught.value.faults[0]
    return caught.value.faults[0]


def test_answer_goes_through_the_tag_table(server):
    found = read_overpass(box(*BOX), admin_level=6, settings=settings_for(server.url))
    roads, venues = found.layers["roads"], found.layers["venues"].set_index("class")
    assert roads[["osm_id", "highway", "name", "oneway"]].to_numpy().tolist() == [["w30", "primary", "中山路", "yes"]]
    assert list(roads.geometry[0].coords) == [NODES[1], NODES[2], NODES[3]]
    assert venues.loc["bus_stop", ["id", "name"]].tolist() == ["n20", "人民广场"]
    assert venues.loc["square", "geometry"].equals(Polygon([NODES[n] for n in (4, 5, 6, 7)]))
    site = found.layers["sites"].iloc[0]
    assert (site["id"], site["carrier"], site["facing_deg"], site["width_m"]) == ("n21", "billboard", 45.0, 3.0)
    assert site.geometry.equals(Point(TAGGED[21][0]))
    assert found.layers["districts"]["name"].tolist() == ["测试区"] and found.admin_level == 6
    assert found.study_area.equals(box(*BOX)) and found.layers["roads"].crs.to_epsg() == 4326


def test_question_is_overpass_language_for_our_endpoint(server):
    read_overpass(BOX, settings=settings_for(server.url))
    ((path, question),) = server.questions
    assert path == "/api/interpreter" and question.startswith("[out:json][timeout:5]")
    assert "node['highway'](poly:" in question and "['place'='square']" in question
    assert "boundary" not in question and "admin_level" not in question


@pytest.mark.parametrize("status", [429, 504])
def test_busy_server_is_asked_again(server, status, cache):
    server.replies = [(status, "busy"), (status, ""), (200, ANSWER)]
    assert len(read_overpass(BOX, settings=settings_for(server.url)).layers["roads"]) == 1
    assert len(server.questions) == 3
    read_overpass(BOX, settings=settings_for(server.url))
    assert len(server.questions) == 3 and len(list(cache.iterdir())) == 1
    read_overpass(BOX, settings=settings_for(server.url), use_cache=False)
    assert len(server.questions) == 4


def test_server_that_stays_busy(server, cache):
    server.replies = [(429, "")]
    assert "繁忙（HTTP 429）" in fault_of(server.url) and len(server.questions) == 3
    assert not cache.exists()


def test_pause_doubles(server, monkeypatch):
    pauses = []
    monkeypatch.setattr(overpass.time, "sleep", lambda seconds: pauses.append(seconds))
    server.replies = [(504, "")]
    fault_of(server.url, tries="4", pause_s="2")
    assert [pause for pause in pauses if pause] == [2, 4, 8]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("<html>登录</html>", "不是 Overpass 数据"),
        ("", "不是 Overpass 数据"),
        ("[1, 2]", "不是 Overpass 数据"),
        ('{"elements": 7}', "不是 Overpass 数据"),
        ('{"elements": [{"type": "node"}]}', "无法识别"),
        ('{"elements": [7]}', "无法识别"),
        ('{"elements": []}', "没有查到"),
        ('{"elements": [], "remark": "runtime error: Query timed out"}', "Query timed out"),
    ],
)
def test_garbage(server, text, word, cache):
    server.replies = [(200, text)]
    assert word in fault_of(server.url)


def test_refusal(server):
    server.replies = [(400, "bad request")]
    assert "拒绝" in fault_of(server.url) and len(server.questions) == 1


def test_slow_server(server):
    server.replies = [(0, "")]
    assert "没有答复" in fault_of(server.url, timeout_s="0.3")


def test_closed_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/api"
    assert "连不上" in fault_of(url)


@pytest.mark.parametrize("url", ["", "  ", "ftp://x", "file:///etc/passwd"])
def test_no_endpoint(url):
    assert "没有设置" in fault_of(url)


@pytest.mark.parametrize("area", [(121.0, 31.0, 120.0, 32.0), (31.0, 121.0, 32.0, 122.0), Point(121, 31), Polygon()])
def test_area_that_is_none(area):
    with pytest.raises(DataError, match="查询范围"):
        read_overpass(area, settings=settings_for("http://127.0.0.1:1/api"))


def test_osmnx_and_the_resolver_are_put_back(server):
    before = {name: getattr(osmnx.settings, name) for name in dir(osmnx.settings) if name.islower()}
    resolver = socket.getaddrinfo
    read_overpass(BOX, settings=settings_for(server.url))
    server.replies = [(400, "")]
    fault_of(server.url, timeout_s="4")
    assert {name: getattr(osmnx.settings, name) for name in before} == before and socket.getaddrinfo is resolver
