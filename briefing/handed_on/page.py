"""The interactive map as one HTML file that opens from a disk, without a network and without this program."""

import base64
import hashlib
import re
from pathlib import Path
from string import Template

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from briefing.handed_on.scope import extent_within, sites_within
from briefing.handed_on.told import Told, told_of
from briefing.pictures.found import found, marks_of
from briefing.pictures.labels import spots_within
from briefing.pictures.sheet import Sheet
from briefing.pictures.titles import approval_line, area_line, basis_line, found_title, source_line
from data.city import City
from data.errors import DataError
from data.vocabulary import vocabulary
from geo.crs import WGS84
from look.ground import main_districts
from look.sent_ground import ground_of, script_json, steps
from look.tokens import colours, map_palette, map_script, tokens
from metrics.assessment import Assessment, city_label
from metrics.listing import Filters
from texts import lookup, numbers, say
from texts.escape import for_html

_HERE = Path(__file__).parent
_VENDOR = Path(__file__).resolve().parents[2] / "static" / "vendor" / "leaflet"
_MOST_SITES = 20_000
_LABEL_SHARE = 0.05  # of the city's extent: how far a district's name stands from its border


def map_page(city: City, assessment: Assessment, *, approval: str = "", filters: Filters | None = None) -> str:
    """
    The map of an assessment as one HTML page: layers, a list of what fails that can be searched, the reason of each.

    The page asks nobody for anything: a policy in its head forbids it, and lets no script run but its own. Texts of
    the data are in it as data only.

    Parameters
    ----------
    city
        The city.
    assessment
        What was found there.
    approval
        The map approval number; a blank when empty.
    filters
        The district or the unit it is for; None for the city.

    Raises
    ------
    DataError
        When the map library has not been put into static/vendor.
    """
    script = "\n".join((_leaflet("leaflet.js"), f"window.cityMap = {map_script()};", _own("page.js")))
    if re.search(r"</script", script, re.IGNORECASE):
        raise ValueError("a script of the page would end itself")
    filters = filters or Filters()
    look = {name: value for name, value in colours().model_dump(by_alias=True).items() if isinstance(value, str)}
    styles = _without_pictures(_leaflet("leaflet.css")) + Template(_own("page.css")).substitute(
        look, fonts=tokens().fonts
    )
    return Template(_own("page.html")).substitute(
        title=for_html(say("handed_on.title", city=filters.unit or filters.district or city_label(city))),
        hash="sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        styles=styles,
        data=_data(city, assessment, approval, filters),
        script=script,
    )


def _own(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _leaflet(name: str) -> str:
    file = _VENDOR / name
    if not file.is_file():
        raise DataError(say("handed_on.no_library", file=f"static/vendor/leaflet/{name}"))
    text = file.read_text(encoding="utf-8")
    return re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE).strip()


def _without_pictures(styles: str) -> str:
    """A style sheet that names no files: the page uses none of Leaflet's own icons."""
    return re.sub(r"url\([^)]*\)", "none", styles)


def _data(city: City, assessment: Assessment, approval: str, filters: Filters) -> str:
    """All that the page shows, as JSON that may stand in a page."""
    ground = ground_of(city)
    told = told_of(assessment, filters)
    findings, sites, reasons, left_out = _findings(told, city, sites_within(city, assessment, filters), ground.origin)
    words = {
        name: lookup(f"handed_on.{name}")
        for name in ("search", "allDistricts", "allUnits", "nothing", "more", "pick", "rejected")
    }
    layers = {name: say(f"handed_on.layers.{name}") for name in ("lines", "places", "unknown", "districts", "sites")}
    why = {status: say(f"pictures.closeup.why.{status}") for status in ("fail", "unknown", "pass")}
    legend = {
        f"legend{name.capitalize()}": lookup(f"handed_on.legend.{name}") for name in ("lines", "places", "unknown")
    }
    shown = {
        "texts": words | {"layers": layers, "why": why, "demo": say("pictures.demo")} | legend,
        "area": area_line(assessment, city, filters.district, unit=filters.unit),
        "title": found_title(assessment, filters=filters),
        "demo": city.is_demo,
        "districts": sorted({row["district"] for row in findings if row["district"]}),
        "units": sorted({row["unit"] for row in findings if row["unit"]}),
        "findings": findings,
        "sites": sites,
        "reasons": reasons,
        "labels": _labels(city, assessment, ground.origin, filters),
        "fit": _fit(city, assessment, filters),
        "origin": ground.origin,
        "foot": [
            basis_line(assessment),
            source_line(city),
            approval_line(Sheet(approval=approval)),
            say("handed_on.left_out", count=numbers.whole(left_out)) if left_out else "",
        ],
    }
    map_texts = {word: say(f"coverage.map.{word}") for word in ("km", "m", "north", "zoomIn", "zoomOut")}
    head = f'{{"colours":{script_json(map_palette())},"texts":{script_json(map_texts | {"font": tokens().fonts})},'
    return f'{script_json(shown)[:-1]},"ground":{head}{ground.data[1:]}}}'


def _fit(city: City, assessment: Assessment, filters: Filters) -> list[list[float]] | None:
    """South-west and north-east of what is shown at first, latitude and longitude; None for the whole city."""
    bounds = extent_within(city, assessment, filters)
    if bounds is None:
        return None
    box = gpd.GeoSeries([shapely.box(*bounds)], crs=city.crs).to_crs(WGS84)
    west, south, east, north = (round(float(edge), 6) for edge in box.total_bounds)
    return [[south, west], [north, east]]


def _findings(
    told: list[Told], city: City, frame: gpd.GeoDataFrame | None, origin: tuple[float, float]
) -> tuple[list, list, list, int]:
    """The findings; the sites that they and the map name; the reasons; and how many sites were left out."""
    ids = [] if frame is None else frame["id"].tolist()
    wanted = {site for one in told for site, _, _ in one.sites}
    keep = np.ones(len(ids), dtype=bool)
    if len(ids) > _MOST_SITES:
        keep = np.array([one in wanted for one in ids])
    sites = _sites(frame[keep], origin) if frame is not None else []
    place = {one: k for k, one in enumerate(np.array(ids, dtype=object)[keep])} if len(ids) else {}
    reasons: dict[str, int] = {}
    rows = []
    for one in told:
        looked = [
            [place[site], bool(counted), reasons.setdefault(reason, len(reasons))]
            for site, counted, reason in one.sites
            if site in place
        ]
        rows.append(one.as_dict() | {"steps": steps([one.shape], origin, city.crs), "sites": looked})
    return rows, sites, list(reasons), int((~keep).sum())


def _sites(frame: gpd.GeoDataFrame, origin: tuple[float, float]) -> list[list]:
    names = frame["name"].where(frame["name"].fillna("") != "", frame["id"])
    return [
        [at, str(name), str(carrier)]
        for at, name, carrier in zip(steps(frame.geometry, origin, frame.crs), names, _carriers(frame), strict=True)
    ]


def _carriers(frame: gpd.GeoDataFrame) -> list[str]:
    """What each site is, in Chinese; a word that no vocabulary knows as it came."""
    known = vocabulary().carriers
    return [known.label(code) if pd.notna(code) else "" for code in frame["carrier"]]


def _labels(city: City, assessment: Assessment, origin: tuple[float, float], filters: Filters) -> list[list]:
    scores = assessment.scores
    rows = scores[scores["scope"] == "district"].set_index("name")["score"]
    if city.districts is None or rows.empty:
        return []
    districts = main_districts(city)
    if filters.district is not None:
        districts = districts[districts["name"] == filters.district]
    districts = districts[districts["name"].isin(rows.index)]
    if districts.empty:
        return []
    shown = found(assessment, filters=filters)
    avoid = np.concatenate((shown.lines.geometry.to_numpy(), marks_of(shown.places)))
    room_m = _LABEL_SHARE * float(np.ptp(np.reshape(districts.total_bounds, (2, 2)), axis=0).max())
    spots = [spots_within(shape, avoid, room=room_m) for shape in districts.geometry]
    best = [min(own, key=lambda spot: spot.cost) for own in spots]
    points = shapely.points([(spot.x, spot.y) for spot in best])
    return [
        [at, name, numbers.score(rows[name])]
        for at, name in zip(steps(points, origin, city.crs), districts["name"], strict=True)
    ]
