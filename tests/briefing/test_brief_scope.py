"""A set for one district or one unit: every file is of it alone, and the asked size and number are on it."""

import io
import re
import zipfile
from datetime import datetime

import numpy as np
import pandas as pd
import pyogrio
import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pptx import Presentation

from briefing import brief
from briefing.brief import write_set
from briefing.facts import Audience, take
from briefing.handed_on.kmz import kmz_bytes
from briefing.handed_on.package import write_map_package
from briefing.handed_on.page import map_page
from briefing.handed_on.scope import districts_within, sites_within, streets_within
from briefing.handed_on.told import told_of
from briefing.office_files import plain, shortened
from briefing.pictures import gap_picture
from briefing.pictures.reduced import reduced
from briefing.pictures.sheet import measures
from metrics.listing import Filters, findings
from tests.briefing.test_handed_on import data_of
from texts import numbers

AT = datetime(2026, 11, 18, 7, 30)
APPROVAL = "浙S(2026)12号"


def briefing_of(judged, audience, **more):
    return take(*judged, at=AT, audience=audience, **more)


def a_unit(assessment) -> str:
    """The unit with most failing findings that have a place on the map."""
    listed = findings(assessment)
    return listed.loc[(listed["status"] == "fail") & listed.geometry.notna(), "unit"].value_counts().index[0]


def test_the_page_of_a_district_is_of_it_alone(demo):
    city, assessment = demo
    data = data_of(map_page(city, assessment, filters=Filters(district="望江区"), approval=APPROVAL))
    assert {one["district"] for one in data["findings"]} == {"望江区"}
    assert [name for _, name, _ in data["labels"]] == ["望江区"]
    (south, west), (north, east) = data["fit"]
    shape = city.districts.set_index("name").geometry["望江区"]
    middle = city.districts.geometry[[0]].set_axis([0])
    middle.loc[0] = shape.representative_point()
    point = middle.to_crs(4326).iloc[0]
    assert west < point.x < east and south < point.y < north
    assert APPROVAL in " ".join(data["foot"])
    assert 0 < len(data["sites"]) < len(city.sites)


def test_what_goes_to_a_unit_is_its_own(demo, tmp_path):
    city, assessment = demo
    filters = Filters(unit=a_unit(assessment))
    told = [one for one in told_of(assessment, filters) if one.status == "fail"]
    assert told and {one.unit for one in told} == {filters.unit}
    with zipfile.ZipFile(io.BytesIO(kmz_bytes(city, assessment, filters=filters))) as archive:
        assert archive.read("doc.kml").decode().count("<Placemark>") == len(told)
    file = write_map_package(city, assessment, tmp_path / "unit.gpkg", filters=filters)
    names = {name for name, _ in pyogrio.list_layers(file)} & {"gap_lines", "gap_places"}
    rows = pd.concat([pyogrio.read_dataframe(file, layer=name) for name in names])
    assert len(rows) == len(told) and set(rows["unit"]) == {filters.unit}


def test_with_a_scope_go_its_sites_streets_and_districts(small):
    """The east has the sites from 1 000 m on; for its street those of the west were looked at too."""
    city, assessment = small
    filters = Filters(district="东区")
    assert districts_within(city, filters)["name"].tolist() == ["东区"]
    kept = set(sites_within(city, assessment, filters)["id"])
    assert set(city.sites.loc[city.sites.geometry.x > city.sites.geometry.x.median(), "id"]) <= kept
    assert streets_within(city, assessment, filters)["name"].tolist() == ["测试大道"]
    assert sites_within(city, assessment, Filters()) is city.sites
    assert len(streets_within(city, assessment, Filters(unit="nobody"))) == 0
    assert sites_within(city, assessment, Filters(unit="nobody")).empty


def test_every_file_of_a_set_carries_the_number_and_the_scope(small, tmp_path):
    briefing = briefing_of(small, Audience("district", "西区"), approval=f" {APPROVAL} ")
    written = write_set(*small, briefing, ("png", "pptx", "docx", "html", "gpkg", "kmz"), tmp_path, size="a3")
    assert all("西区" in file.name for file in written.files)
    by_kind = {file.suffix: file for file in written.files}
    with Image.open(by_kind[".png"]) as image:
        mm = np.array(image.size) / measures().dpi * 25.4
    assert np.abs(mm - (420, 297)).max() < 1
    slides = Presentation(by_kind[".pptx"])
    said = [shape.text_frame.text for slide in slides.slides for shape in slide.shapes if shape.has_text_frame]
    assert sum(APPROVAL in text for text in said) == len(slides.slides) - 1, "all but the cover"
    assert any(APPROVAL in paragraph.text for paragraph in Document(by_kind[".docx"]).paragraphs)
    assert APPROVAL in " ".join(data_of(by_kind[".html"].read_text(encoding="utf-8"))["foot"])


def test_all_gaps_of_a_unit_are_drawn_up_to_the_limit(demo, tmp_path, monkeypatch):
    city, assessment = demo
    unit = a_unit(assessment)
    listed = findings(assessment)
    count = int(((listed["status"] == "fail") & (listed["unit"] == unit) & listed.geometry.notna()).sum())
    monkeypatch.setattr(brief, "_close_up", lambda *_: b"picture")
    briefing = briefing_of(demo, Audience("unit", unit))
    written = write_set(city, assessment, briefing, ("png",), tmp_path / "all")
    assert len(written.files) == min(count, measures().most_close_ups) and not written.notes
    fewer = measures().model_copy(update={"most_close_ups": 2})
    monkeypatch.setattr(brief, "measures", lambda: fewer)
    written = write_set(city, assessment, briefing, ("png",), tmp_path / "two")
    assert len(written.files) == 2
    assert f"{unit}不达标共{count}项" in written.notes[0] and "前2项" in written.notes[0]


def test_a_gap_without_a_position_makes_no_file(small, tmp_path, monkeypatch):
    monkeypatch.setattr(brief, "gap_map", lambda *_, **__: None)
    briefing = briefing_of(small, Audience("unit", a_unit(small[1])))
    assert write_set(*small, briefing, ("png",), tmp_path).files == ()


def test_an_unknown_size_is_refused(small, tmp_path):
    with pytest.raises(ValueError, match="no page size"):
        write_set(*small, briefing_of(small, Audience()), ("png",), tmp_path, size="a0")


def test_what_no_site_repairs_is_not_told_as_nought(demo):
    briefing = briefing_of(demo, Audience())
    gaps = demo[1].gaps
    for unit in briefing.units:
        own = gaps.loc[gaps["unit"] == unit.name, "repair_min"]
        assert unit.repair == (None if len(own) and own.isna().all() else own.sum())


def test_a_palette_keeps_the_picture(small):
    city, assessment = small
    row = next(findings(assessment).itertuples())
    png = gap_picture(city, assessment, row, width_mm=60, height_mm=40)
    few = reduced(png)
    assert len(few) < 0.7 * len(png) and reduced(png) == few
    one, other = (np.asarray(Image.open(io.BytesIO(each)).convert("RGB"), dtype=int) for each in (png, few))
    assert one.shape == other.shape
    assert np.abs(one - other).mean() < 1.5, "of 255"


def test_numbers_and_names_on_one_line():
    assert plain(f"长{numbers.whole(1152)}项\n a\t b") == "长1\u00a0152项 a b"
    assert plain("甲\u3000乙 10\u202f米") == "甲\u3000乙 10米"


@given(st.text(max_size=200), st.integers(2, 80))
def test_shortened_never_is_longer_than_asked(text, most):
    line = shortened(text, most)
    assert sum(0.55 if ord(sign) < 0x2E80 else 1.0 for sign in line) <= most + 1
    assert line == plain(text) or (line.endswith("…") and plain(text).startswith(line[:-1]))
    assert not re.search("[\ud800-\udfff]", line)
