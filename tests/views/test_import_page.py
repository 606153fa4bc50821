"""数据接入 by itself, started from app.py: what files would give, faults as sentences, an import and its check."""

import html
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import shapely
from streamlit.testing.v1 import AppTest

from data.city import City
from metrics.assessment import assess
from metrics.rulebook import load_rulebook
from metrics.summary import summary
from tests.handed_in import LAT, LONS, SCRIPT, sites_text, write_road
from texts import say
from texts.numbers import whole
from views import intake

ROOT = Path(__file__).resolve().parents[2]
_SECONDS = 120


@pytest.fixture
def page(user_folder) -> Iterator[AppTest]:
    """The app on 数据接入, asked for roads and sites."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=_SECONDS).run()
    app.switch_page("pages/import_data.py").run()
    choose(app, "roads", "sites")
    yield app
    assert not app.exception


@pytest.fixture
def road(tmp_path) -> str:
    """The main road of the two in the file."""
    return f"{write_road(tmp_path)}:main_streets"


@pytest.fixture
def sites(tmp_path) -> Path:
    """The table of sites, in GBK."""
    file = tmp_path / "点位.csv"
    file.write_text(sites_text(), encoding="gbk")
    return file


def choose(app: AppTest, *parts: str) -> None:
    app.button_group(key="import_chosen").set_value(list(parts)).run()
    assert not app.exception


def give(app: AppTest, part: str, path: object) -> str:
    """Type a path; what the page shows then."""
    app.text_input(key=f"import_path_{part}").input(str(path)).run()
    return shown(app)


def shown(app: AppTest) -> str:
    """All that the page writes as HTML, as a reader sees it."""
    assert not app.exception
    return html.unescape("\n".join(element.proto.body for element in app.get("html")))


def import_now(app: AppTest) -> str:
    app.button(key="import_run").click().run()
    return until_done(app)


def until_done(app: AppTest) -> str:
    """What the page shows once nothing goes on beside it."""
    deadline = time.monotonic() + _SECONDS
    while goes_on(app):
        assert time.monotonic() < deadline
        time.sleep(0.1)
        app.run()
    return shown(app)


def goes_on(app: AppTest) -> bool:
    draft = app.session_state["import_draft"]
    return draft.job is not None or any(part.reading is not None for part in draft.parts.values())


def city_of(app: AppTest) -> City:
    return City.read(app.session_state["chosen_city"])


def told(read: int, taken: int, rejected: int) -> str:
    return say("intake.will_take", read=read, taken=taken, rejected=rejected)


def test_what_a_file_would_give_is_shown_before_anything_is_taken(page, sites, user_folder):
    seen = give(page, "sites", sites)
    assert told(4, 3, 1) in seen
    assert "宽度（cm）" in seen and page.selectbox(key="import_heading_sites_6").value == "width_m"
    assert "没有坐标" in seen and "纬度" in seen and "整行未采用" in seen, "the row that is not taken, and why"
    assert "别称1" in seen, "first rows and examples"
    assert not list((user_folder / "cities").glob("*"))


def test_import_makes_the_city_current_and_shows_its_check(page, road, sites):
    page.text_input(key="import_name").input("测试市").run()
    give(page, "roads", road)
    give(page, "sites", sites)
    seen = import_now(page)
    city = city_of(page)
    assert city.meta["name"] == "测试市" and len(city.sites) == 3 and len(city.roads) == 1
    book = load_rulebook("zhoushan-2017")
    figures = summary(assess(city, book, "routine"))
    counts = {name: whole(count) for name, count in figures["status"].items()}
    assert figures["status"]["fail"] >= 1 and figures["gaps"] >= 1
    sentence = say("intake.checked", book=book.title, phase="日常", gaps=whole(figures["gaps"]), **counts)
    assert sentence in seen and say("intake.done", name="测试市") in seen
    assert "没有坐标" in seen and f"来源：{'map.gpkg:main_streets'}" in seen
    page.switch_page("pages/coverage.py").run()
    assert not page.exception and "测试市" in shown(page)


def test_gcj02_lands_where_it_belongs(page, road, tmp_path):
    (tmp_path / "s.csv").write_text(sites_text(gcj02=True), encoding="utf-8")
    give(page, "roads", road)
    give(page, "sites", tmp_path / "s.csv")
    page.selectbox(key="import_datum_sites").select("gcj02").run()
    import_now(page)
    places = city_of(page).sites.to_crs(4326).geometry
    assert np.allclose(sorted(places.x), LONS, atol=1e-6) and np.allclose(places.y, LAT, atol=1e-6)


def test_epsg_code(page, tmp_path):
    choose(page, "roads")
    line = gpd.GeoDataFrame(
        {"highway": ["primary"]}, geometry=[shapely.LineString([(122, 30), (122.01, 30)])], crs=4326
    ).to_crs(4549)
    line.to_file(tmp_path / "r.shp", encoding="utf-8")
    (tmp_path / "r.prj").unlink()
    assert "EPSG" in give(page, "roads", tmp_path / "r.shp"), "metres without a reference are a fault"
    page.selectbox(key="import_datum_roads").select("epsg").run()
    page.text_input(key="import_epsg_roads").input("4549").run()
    assert told(1, 1, 0) in shown(page)


def test_heading_is_taken_as_the_user_says(page, road, sites):
    give(page, "roads", road)
    give(page, "sites", sites)
    last = page.selectbox(key="import_heading_sites_7")
    assert last.value == "", "牌面别称 is not known"
    last.select("name").run()
    keys = {box.key: box.value for box in page.selectbox if box.key.startswith("import_heading_sites")}
    assert sorted(keys.values()).count("name") == 1, "点位名称 gives the name no longer"
    import_now(page)
    assert sorted(city_of(page).sites["name"]) == ["别称1", "别称2", "别称3"]


def test_heading_can_be_put_back(page, sites):
    give(page, "sites", sites)
    page.selectbox(key="import_heading_sites_4").select("-").run()
    assert "缺少" in shown(page) and told(4, 0, 4) in shown(page)
    page.button(key="import_reset_sites").click().run()
    assert told(4, 3, 1) in shown(page)


def test_layer_of_several_is_chosen(page, tmp_path):
    choose(page, "roads")
    seen = give(page, "roads", write_road(tmp_path))
    assert "other_streets" in seen, "which layer is not clear"
    page.selectbox(key="import_choice_roads").select("other_streets").run()
    assert "别的路" in shown(page) and told(1, 1, 0) in shown(page)


def test_sheet_of_a_workbook_is_chosen(page, tmp_path):
    book = openpyxl.Workbook()
    for sheet, count in ((book.active, 1), (book.create_sheet("第二页"), 2)):
        sheet.append(["编号", "载体", "主题", "经度", "纬度"])
        for number in range(count):
            sheet.append([f"s{number}", "道旗", "诚信", 122.01, LAT])
    book.save(tmp_path / "s.xlsx")
    give(page, "sites", tmp_path / "s.xlsx")
    page.selectbox(key="import_choice_sites").select("第二页").run()
    assert told(2, 2, 0) in shown(page)


def test_file_of_one_class_of_venues(page, tmp_path):
    choose(page, "venues")
    (tmp_path / "v.csv").write_text("编号,名称,经度,纬度\n1,东门公园,122.01,30.05\n", encoding="utf-8")
    assert "缺少" in give(page, "venues", tmp_path / "v.csv")
    page.selectbox(key="import_constant_venues").select("park").run()
    assert told(1, 1, 0) in shown(page)
    import_now(page)
    assert city_of(page).venues[["name", "class"]].values.tolist() == [["东门公园", "park"]]


def test_study_area_clips(page, road, sites, tmp_path):
    choose(page, "roads", "sites", "area")
    cell = gpd.GeoDataFrame(geometry=[shapely.box(122.0, 30.0, 122.012, 30.1)], crs=4326)
    cell.to_file(tmp_path / "area.geojson")
    give(page, "roads", road)
    give(page, "sites", sites)
    assert "122.012" in give(page, "area", tmp_path / "area.geojson")
    seen = import_now(page)
    assert sorted(city_of(page).sites["id"]) == ["s1", "s2"] and "范围之外" in seen


def test_map_extract(page, real_data):
    choose(page, "osm")
    give(page, "osm", real_data / "shanghai_centre" / "shanghai_centre.osm.pbf")
    seen = until_done(page)
    assert "道路 796" in seen
    page.selectbox(key="import_admin_level").select(6).run()
    assert "没有行政级别 6" in until_done(page)


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("s.csv", b"", "空的"),
        ("s.geojson", b"<!DOCTYPE html><html>login</html>", "HTML"),
        ("s.geojson", b"<OGRVRTDataSource><SrcDataSource>/etc/passwd</SrcDataSource>", "VRT"),
        ("s.csv", "名称,经度\n甲,122\n".encode(), "缺少"),
        ("s.csv", "编号,载体,经度,纬度\n1,道旗,30.05,122.05\n".encode(), "写反了"),
        ("s.xlsx", b"PK\x03\x04" + b"\0" * 100, "s.xlsx"),
        ("s.exe", b"MZ", "不认识"),
    ],
)
def test_bad_file_is_told_and_nothing_is_lost(page, road, tmp_path, name, content, word):
    (tmp_path / name).write_bytes(content)
    page.text_input(key="import_name").input("测试市").run()
    give(page, "roads", road)
    assert word in give(page, "sites", tmp_path / name)
    seen = import_now(page)
    assert say("intake.failed") in seen and word in seen
    assert page.session_state["import_name"] == "测试市" and page.text_input(key="import_path_roads").value == road
    assert "chosen_city" not in page.session_state


def test_half_files_and_bombs(page, tmp_path):
    whole_file = write_road(tmp_path).read_bytes()
    (tmp_path / "half.gpkg").write_bytes(whole_file[: len(whole_file) // 2])
    assert "不完整" in give(page, "roads", tmp_path / "half.gpkg")
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as bomb, bomb.open("x.csv", "w") as inner:
        for _ in range(240):
            inner.write(b"\0" * 2**20)
    give(page, "roads", tmp_path / "bomb.zip")
    assert "未解开" in until_done(page)
    assert "no.shp" in give(page, "roads", tmp_path / "no.shp")
    assert "读不出来" in give(page, "roads", "/tmp/" + "长" * 300 + ".shp")
    choose(page, "osm")
    assert "找不到文件" in give(page, "osm", "/tmp/" + "长" * 300 + ".osm.pbf")


def test_all_or_nothing(page, road, sites):
    give(page, "roads", road)
    give(page, "sites", sites)
    page.checkbox(key="import_strict").check().run()
    assert "第 5 行" in import_now(page)
    page.checkbox(key="import_strict").uncheck().run()
    import_now(page)
    assert len(city_of(page).sites) == 3


def test_nothing_given(page):
    assert say("intake.nothing") in import_now(page)


def test_uploads_and_words_are_there_after_a_visit_elsewhere(page, road):
    page.text_input(key="import_name").input("测试市").run()
    give(page, "roads", road)
    page.file_uploader(key="import_upload_sites").upload("点位.csv", sites_text().encode("gbk")).run()
    page.selectbox(key="import_datum_sites").select("wgs84").run()
    page.selectbox(key="import_heading_sites_7").select("name").run()
    page.switch_page("pages/standards.py").run()
    page.switch_page("pages/import_data.py").run()
    seen = shown(page)
    assert say("intake.received", file="点位.csv") in seen and told(4, 3, 1) in seen
    assert page.text_input(key="import_name").value == "测试市"
    assert page.selectbox(key="import_datum_sites").value == "wgs84"
    assert page.selectbox(key="import_heading_sites_7").value == "name" or "name" in [
        box.value for box in page.selectbox if box.key.startswith("import_heading_sites")
    ]
    import_now(page)
    assert sorted(city_of(page).sites["name"]) == ["别称1", "别称2", "别称3"]


def test_parts_of_a_shapefile_are_handed_in_together(page, tmp_path):
    choose(page, "roads")
    frame = gpd.GeoDataFrame(
        {"name": ["测试大道"], "等级": ["主干路"]},
        geometry=[shapely.LineString([(122, LAT), (122.02, LAT)])],
        crs=4326,
    )
    frame.to_file(tmp_path / "路.shp", encoding="gbk")
    uploader = page.file_uploader(key="import_upload_roads")
    for part in sorted(tmp_path.glob("路.*")):
        uploader.upload(part.name, part.read_bytes())
    uploader.run()
    assert say("intake.received", file="路.shp") in shown(page) and told(1, 1, 0) in shown(page)
    page.button(key="import_forget_roads").click().run()
    uploader = page.file_uploader(key="import_upload_roads")
    uploader.upload("a.csv", b"1").upload("b.csv", b"2").run()
    assert say("intake.one_file", names="a.csv、b.csv") in shown(page)


def test_texts_of_a_file_do_not_run(page, road, tmp_path):
    (tmp_path / "s.csv").write_text(sites_text(name=SCRIPT.replace(",", "") + "{}"), encoding="utf-8")
    give(page, "roads", road)
    give(page, "sites", tmp_path / "s.csv")
    raw = "\n".join(element.proto.body for element in page.get("html"))
    assert "<script" not in raw and "&lt;script" in raw


def test_cities_are_chosen_and_dropped(page, road, sites, user_folder):
    give(page, "roads", road)
    give(page, "sites", sites)
    for _ in range(2):
        import_now(page)
        page.button(key="import_again").click().run()
    cities = sorted((user_folder / "cities").glob("*.gpkg"))
    assert [city.stem for city in cities] == ["新城市", "新城市_2"]
    page.selectbox(key="import_city").select(str(cities[0])).run()
    assert page.session_state["chosen_city"] == str(cities[0])
    page.button(key="import_drop").click().run()
    assert say("intake.dropped", name="新城市") in shown(page)
    assert not cities[0].exists() and cities[1].exists() and page.session_state["chosen_city"] == "demo"


def test_form_is_cleared(page, road):
    give(page, "roads", road)
    page.button(key="import_clear").click().run()
    choose(page, "roads", "sites")
    assert page.text_input(key="import_path_roads").value == ""


@pytest.fixture
def large(monkeypatch, tmp_path) -> Path:
    """A table of sites that takes long enough to be stopped, and counts as large."""
    monkeypatch.setattr(intake, "_LIGHT", 100_000)
    row = "s{},点,道旗,诚信,122.01,30.05,60,别称"
    file = tmp_path / "large.csv"
    lines = sites_text().splitlines()[:1] + [row.format(number) for number in range(20_000)]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_large_file_is_read_beside_the_page(page, large, road):
    page.text_input(key="import_name").input("测试市").run()
    seen = give(page, "sites", large)
    assert "行：将采用" not in seen and goes_on(page), "the page is there before the file is read"
    give(page, "roads", road)
    page.switch_page("pages/standards.py").run()
    page.switch_page("pages/import_data.py").run()
    assert told("20\u202f000", "20\u202f000", 0) in until_done(page)
    assert page.text_input(key="import_name").value == "测试市"


def test_reading_is_stopped_and_begun_again(page, large):
    give(page, "sites", large)
    page.button(key="import_reading_sites_stop").click().run()
    assert say("intake.reading_stopped") in until_done(page)
    page.button(key="import_read_sites").click().run()
    assert told("20\u202f000", "20\u202f000", 0) in until_done(page)


def test_reading_is_given_up_for_another_file(page, large, sites):
    give(page, "sites", large)
    given_up = page.session_state["import_draft"].parts["sites"].reading
    assert told(4, 3, 1) in give(page, "sites", sites)
    assert given_up.answer().stopped


def test_import_is_stopped_and_nothing_is_lost(page, large, road, user_folder):
    give(page, "roads", road)
    give(page, "sites", large)
    page.button(key="import_run").click().run()
    page.button(key="import_job_stop").click().run()
    assert say("intake.stopped") in shown(page)
    until_done(page)
    assert not list((user_folder / "cities").iterdir()) and "chosen_city" not in page.session_state
    assert page.text_input(key="import_path_roads").value == road
    import_now(page)
    assert len(city_of(page).sites) == 20_000
    assert not list((user_folder / "jobs").iterdir())


def test_killed_import_is_one_sentence(page, road, sites):
    give(page, "roads", road)
    give(page, "sites", sites)
    page.button(key="import_run").click().run()
    page.session_state["import_draft"].job._process.kill()
    seen = until_done(page)
    assert say("background.lost") in seen and say("intake.failed") in seen
    import_now(page)
    assert len(city_of(page).sites) == 3


def test_what_the_import_left_out_is_told_with_the_quality(page, road, sites):
    give(page, "roads", road)
    give(page, "sites", sites)
    seen = import_now(page)
    assert say("quality.missing.venues") in seen and say("quality.layers_import") in seen
    page.switch_page("pages/coverage.py").run()
    seen = shown(page)
    assert say("quality.missing.venues") in seen and say("quality.layers_import") in seen
