"""The files that the pictures show being handed in: made up, and the same every time."""

import random
from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
from PIL import Image, ImageDraw
from playwright.sync_api import Page

from texts import say

_SEED = 2026
_HEADS = "点位编号,点位名称,载体形式,主题内容,经度,纬度,现状,管理部门"
_ROWS = (
    "A001,人民路与解放路口,灯杆道旗,讲文明树新风,122.101,30.012,完好,市城管局",
    "A002,人民路小学门口,宣传栏,社会主义核心价值观,122.103,30.013,完好,市教育局",
    "A003,城市广场东侧,景观小品,中国梦,122.105,30.015,褪色,市城管局",
    "A004,客运中心出站口,电子屏,文明旅游,122.108,,完好,市交通局",
)


def photo(_page: Page, folder: Path) -> Path:
    """A photo of a hoarding."""
    picture = Image.new("RGB", (1200, 800), "#b9c6cf")
    drawing = ImageDraw.Draw(picture)
    drawing.rectangle((0, 560, 1200, 800), fill="#8f8a82")
    for n in range(4):
        drawing.rectangle((60 + 280 * n, 240, 310 + 280 * n, 560), fill=("#2d7f8c", "#c9653f")[n % 2])
    picture.save(folder / "现场.jpg", quality=80)
    return folder / "现场.jpg"


def sites(_page: Page, folder: Path) -> Path:
    """A table of sites with one row that lacks a coordinate."""
    file = folder / "公益广告点位.csv"
    file.write_text("\n".join([_HEADS, *_ROWS]), encoding="utf-8-sig")
    return file


def filled_forms(page: Page, folder: Path) -> Path:
    """The forms of the mock assessment that is open, filled in."""
    part = page.locator(".st-key-mock_part button")
    part.filter(has_text=say("mock_page.parts.points")).click()
    with page.expect_download() as download:
        page.locator(".st-key-mock_forms_all button").click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    workbook, chance = openpyxl.load_workbook(file), random.Random(_SEED)
    for sheet in workbook.worksheets[1:]:
        found = [cell.value for cell in sheet[1]].index(say("mock.form.found")) + 1
        for row in range(2, sheet.max_row + 1):
            sheet.cell(row, found).value = chance.randint(0, 12)
    workbook.save(file)
    part.filter(has_text=say("mock_page.parts.typing")).click()
    page.wait_for_timeout(1500)
    return file


MAKERS: Mapping[str, Callable[[Page, Path], Path]] = {"photo": photo, "sites": sites, "filled_forms": filled_forms}
