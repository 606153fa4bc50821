"""
Map pictures at 300 dpi and what is handed on, of the demo city and of a city of 20 districts: seconds and peak memory.

Run ``python -m benchmarks.pictures [demo] [large]``. ``first`` is with the ground made ready, ``next`` without. No
peer draws these sheets; what they cost beside matplotlib's own work is the difference to an empty sheet, printed last.
"""

import resource
import sys
from collections.abc import Callable

import geopandas as gpd
import shapely

from benchmarks.synthetic import SIZES, grid_city
from benchmarks.timing import median_seconds, seconds_of
from briefing.handed_on.kmz import kmz_bytes
from briefing.handed_on.page import map_page
from briefing.pictures import Sheet, city_map, district_map, gap_map, gap_picture
from briefing.pictures.canvas import Canvas
from data.city import City
from data.demo import demo_city
from metrics.assessment import Assessment, assess
from metrics.listing import findings
from metrics.rulebook import load_rulebook

_REPEATS = 5
_DISTRICTS = (5, 4)
_GAPS = 100


def large_city() -> City:
    """A grid city of 1,250 km of streets and 12,500 sites, about 5,000 gaps, cut into 20 districts."""
    size, part = SIZES["city"], 4
    squares = size.squares // part
    plain = grid_city(
        size.street_km // part, size.sites // part, size.buildings // part, squares, places=8 * squares
    )
    west, south, east, north = plain.roads.total_bounds
    across, up = _DISTRICTS
    wide, high = (east - west) / across, (north - south) / up
    cells = [
        shapely.box(west + wide * i, south + high * k, west + wide * (i + 1), south + high * (k + 1))
        for i in range(across)
        for k in range(up)
    ]
    names = [f"第{number}区" for number in range(1, len(cells) + 1)]
    districts = gpd.GeoDataFrame({"name": names, "level": "district"}, geometry=cells, crs=plain.crs)
    return City.from_layers({**plain.layers, "districts": districts}, plain.meta)


def _time(name: str, draw: Callable[[], object], repeats: int = _REPEATS) -> None:
    first = seconds_of(draw)
    print(f"{name:32} first {first:6.2f}   next {median_seconds(draw, repeats):6.3f}", flush=True)


def measure(city: City, assessment: Assessment) -> None:
    """Time every kind of picture of a city and print a line for each."""
    listed = findings(assessment)
    failing = listed[(listed["status"] == "fail") & listed.geometry.notna()]
    gaps = list(failing.itertuples())
    step = max(1, len(gaps) // _GAPS)
    names = city.districts.loc[city.districts["level"] == "district", "name"].tolist()
    counts = (len(assessment.gaps), len(city.roads), len(city.sites))
    print("{} districts, {:,} gaps, {:,} roads, {:,} sites".format(len(names), *counts))
    _time("city, A4", lambda: city_map(city, assessment))
    _time("city, A3", lambda: city_map(city, assessment, sheet=Sheet("a3")))
    _time("city, A4 as PDF", lambda: city_map(city, assessment, format="pdf"))
    _time("a district, A4", lambda: district_map(city, assessment, names[0]))
    _time("all districts, 16:9", lambda: [district_map(city, assessment, n, sheet=Sheet("16x9")) for n in names], 1)
    _time("a gap, A4", lambda: gap_map(city, assessment, gaps[0]))
    drawn = gaps[::step]
    each = seconds_of(lambda: [gap_picture(city, assessment, gap) for gap in drawn]) / len(drawn)
    print(f"{f'a notice, mean of {len(drawn)}':32} {'':12}        {each:6.3f}")
    _time("page to hand on", lambda: map_page(city, assessment), 1)
    print(f"{'':32} {len(map_page(city, assessment).encode()) / 1e6:.1f} MB")
    _time("KMZ", lambda: kmz_bytes(city, assessment), 1)
    _time("an empty A4 sheet", lambda: Canvas(297, 210, "#FFFFFF").bytes("png", ""))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB\n")


def main(wanted: list[str]) -> None:
    """Measure the named cities."""
    book = load_rulebook("zhoushan-2017")
    for name in wanted:
        city = demo_city() if name == "demo" else large_city()
        print(name)
        measure(city, assess(city, book, "inspection"))


if __name__ == "__main__":
    main(sys.argv[1:] or ["demo", "large"])
