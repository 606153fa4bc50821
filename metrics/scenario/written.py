"""Scenarios as text: JSON with places in WGS 84, and all that can be wrong with such a text."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import shapely

from data.city import City
from data.errors import DataError, raise_faults
from geo.crs import WGS84, to_mm
from metrics.scenario.marks import Marks
from metrics.scenario.sites import NUMBERS, TEXTS, Changes, Site
from metrics.scenario.written_marks import mark_entries, marks_of
from texts import say

FORMAT, VERSION = "site-scenario", 2
_WITHOUT_MARKS = 1  # the version of files without areas and spots
_LONGEST_TEXT = 10_000
_LARGEST = 1e12  # of a number of a site, as of anything that is recorded of a city
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
_NO_TEXT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")  # no city keeps these in an id or a code
_DEGREE_DECIMALS = 10  # a hundredth of a millimetre
_TOO_FAR_M = 1_000_000.0
_MOST_FAULTS, _MOST_NAMED = 20, 8

Steps = Sequence[tuple[str, Changes, Marks]]


@dataclass(frozen=True)
class Opened:
    """What a text holds: name, steps, how many are in force; and Chinese sentences on what is not as it was."""

    name: str
    steps: Steps
    done: int
    notes: list[str]


def written(name: str, steps: Steps, done: int, city: City) -> str:
    """The scenario as JSON; the same scenario gives the same text."""
    own = _ids_of(city)
    sites = [site for _, changes, _ in steps for site in changes.values() if site is not None]
    points = gpd.GeoSeries([site.point for site in sites], crs=city.crs).to_crs(WGS84)
    places = iter(np.round(shapely.get_coordinates(points.array), _DEGREE_DECIMALS).tolist())
    entries = [
        {
            "label": label,
            "changes": [
                {
                    "id": id,
                    "new": id not in own,
                    "site": None if site is None else _entry(site, *next(places)),
                }
                for id, site in changes.items()
            ],
            **({"marks": marks} if marks else {}),
        }
        for (label, changes, _), marks in zip(steps, mark_entries([marks for *_, marks in steps], city), strict=True)
    ]
    version = VERSION if any(marks for *_, marks in steps) else _WITHOUT_MARKS
    about = {"name": city.meta.get("name"), "data_date": city.meta.get("data_date"), "fingerprint": city.fingerprint}
    whole = {"format": FORMAT, "version": version, "name": name, "city": about, "done": done, "steps": entries}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def opened(text: str, city: City) -> Opened:
    """
    What the text holds, for this city.

    Raises
    ------
    DataError
        See ``Scenario.from_json``.
    """
    whole = _read(text)
    faults: list[str] = []
    steps, new = _steps_of(whole, city, faults)
    name = _one_line(whole.get("name"))
    if not name:
        faults.append(say("scenario.fault.name"))
    done = whole.get("done", len(steps))
    if not _is_whole(done) or not 0 <= done <= len(whole["steps"]):
        faults.append(say("scenario.fault.done"))
    if len(faults) > _MOST_FAULTS:
        faults = [*faults[:_MOST_FAULTS], say("scenario.fault.more", count=len(faults) - _MOST_FAULTS)]
    raise_faults(faults)
    notes = [*_city_notes(whole, city), *_gone_notes(steps, new, city)]
    steps, renamed = _without_clashes(steps, new, city)
    return Opened(name, steps, done, notes + renamed)


def _entry(site: Site, lon: float, lat: float) -> dict[str, object]:
    return {"lon": lon, "lat": lat, **{name: getattr(site, name) for name in (*TEXTS, *NUMBERS)}}


def _ids_of(city: City) -> set[str]:
    return set() if city.sites is None else set(city.sites["id"])


def _read(text: str) -> dict:
    """The text as JSON, of our format and version."""
    try:
        whole = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise DataError(say("scenario.fault.broken")) from error
    if not isinstance(whole, dict) or whole.get("format") != FORMAT or not isinstance(whole.get("steps"), list):
        raise DataError(say("scenario.fault.not_one"))
    version = whole.get("version")
    if not _is_whole(version) or version < 1:
        raise DataError(say("scenario.fault.not_one"))
    if version > VERSION:
        raise DataError(say("scenario.fault.version", version=version, known=VERSION))
    return whole


def _steps_of(whole: Mapping, city: City, faults: list[str]) -> tuple[list[tuple], set]:
    """The steps, and the ids of the sites that were new in them; what is wrong goes to ``faults``."""
    steps, new = [], set()
    placed: list[tuple[int, dict, str, Mapping]] = []
    for number, step in enumerate(whole["steps"], start=1):
        entries = step.get("changes") if isinstance(step, dict) else None
        label = _one_line(step.get("label", "")) if isinstance(step, dict) else None
        if not isinstance(entries, list) or label is None:
            faults.append(say("scenario.fault.step", step=number))
            continue
        changes: dict[str, Site | None] = {}
        for entry in entries:
            id = entry.get("id") if isinstance(entry, dict) else None
            if not _is_text(id) or id in changes or not isinstance(entry.get("new"), bool) or "site" not in entry:
                faults.append(say("scenario.fault.step", step=number))
                break
            changes[id] = None
            new |= {id} if entry["new"] else set()
            if entry["site"] is not None:
                if fault := _site_fault(entry["site"]):
                    faults.append(say(f"scenario.fault.{fault}", step=number, id=id))
                    break
                placed.append((number, changes, id, entry["site"]))
        marks = marks_of(step.get("marks", []), city)
        if marks is None:
            faults.append(say("scenario.fault.mark", step=number))
        steps.append((label, changes, marks or {}))
    _place(placed, city, faults)
    return steps, new


def _place(placed: list[tuple[int, dict, str, Mapping]], city: City, faults: list[str]) -> None:
    """Put the sites where they stand in the city's CRS."""
    if not placed:
        return
    lon_lat = np.array([(site["lon"], site["lat"]) for *_, site in placed], dtype=float)
    points = shapely.get_coordinates(gpd.GeoSeries.from_xy(*lon_lat.T, crs=WGS84).to_crs(city.crs).array)
    middle = _middle(city)
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.hypot(*(points - middle).T) <= _TOO_FAR_M  # False for what is not finite
    places = to_mm(np.where(near[:, None], points, 0.0)).tolist()
    for (number, changes, id, site), (x_mm, y_mm), is_near in zip(placed, places, near.tolist(), strict=True):
        if not is_near:
            faults.append(say("scenario.fault.far", step=number, id=id))
        numbers = {name: None if site.get(name) is None else float(site[name]) for name in NUMBERS}
        changes[id] = Site(id, x_mm, y_mm, **{name: site.get(name) or None for name in TEXTS}, **numbers)


def _middle(city: City) -> np.ndarray:
    west, south, east, north = np.array([frame.total_bounds for frame in city.layers.values() if len(frame)]).T
    return np.array([(west.min() + east.max()) / 2, (south.min() + north.max()) / 2])


def _site_fault(site: object) -> str | None:
    """What keeps an entry from being a site: the last part of a text's key."""
    if not isinstance(site, dict):
        return "site"
    lon, lat = site.get("lon"), site.get("lat")
    if not (_is_number(lon) and _is_number(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        return "place"
    if not all(site.get(name) in (None, "") or _is_text(site[name]) for name in TEXTS):
        return "site"
    numbers = [site[name] for name in NUMBERS if site.get(name) is not None]
    return None if all(_is_number(number) and 0 <= number <= _LARGEST for number in numbers) else "site"


def _is_number(value: object) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300 and math.isfinite(value)
    )


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_text(value: object) -> bool:
    """Whether a value is a text as cities keep them: on one line, without spaces around it."""
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_TEXT:
        return False
    return _NO_TEXT.search(value) is None and value == value.strip()


def _one_line(value: object) -> str | None:
    """A text of the planner's on one line, None when it is no text at all."""
    if not isinstance(value, str):
        return None
    return _CONTROLS.sub(" ", value[:_LONGEST_TEXT]).encode("utf-8", "replace").decode("utf-8").strip()


def _without_clashes(steps: Steps, new: set[str], city: City) -> tuple[Steps, list[str]]:
    """The steps with new sites renamed whose ids are those of other sites of the city; sentences on them."""
    own = _ids_of(city)
    clashing = sorted(new & own)
    if not clashing:
        return steps, []
    taken = own | {id for _, changes, _ in steps for id in changes}
    number, names = 1, {}
    for id in clashing:
        while (name := say("scenario.new_id", number=number)) in taken:
            number += 1
        names[id] = name
        taken.add(name)
    steps = [
        (label, {names.get(id, id): _called(site, names) for id, site in changes.items()}, marks)
        for label, changes, marks in steps
    ]
    pairs = [say("scenario.note.pair", was=id, now=name) for id, name in names.items()]
    return steps, [say("scenario.note.renamed", count=len(pairs), pairs=_some(pairs))]


def _called(site: Site | None, names: Mapping[str, str]) -> Site | None:
    return site if site is None else replace(site, id=names.get(site.id, site.id))


def _city_notes(whole: Mapping, city: City) -> list[str]:
    about = whole.get("city")
    about = about if isinstance(about, dict) else {}
    if about.get("fingerprint") == city.fingerprint:
        return []
    was, now = about.get("name"), city.meta.get("name")
    if _is_text(was) and was != now:
        return [say("scenario.note.other_city", was=was, now=now or say("scenario.note.nameless"))]
    return [say("scenario.note.changed_city")]


def _gone_notes(steps: Steps, new: set[str], city: City) -> list[str]:
    own = _ids_of(city)
    last: dict[str, Site | None] = {id: site for _, changes, _ in steps for id, site in changes.items()}
    gone = [id for id in last if id not in own and id not in new]
    removed = [id for id in gone if last[id] is None]
    kept = [id for id in gone if last[id] is not None]
    notes = [say("scenario.note.gone_removed", count=len(removed), ids=_some(removed))] if removed else []
    return notes + ([say("scenario.note.gone_kept", count=len(kept), ids=_some(kept))] if kept else [])


def _some(words: Sequence[str]) -> str:
    """The first few, and that there are more."""
    named = say("scenario.note.joiner").join(words[:_MOST_NAMED])
    return named if len(words) <= _MOST_NAMED else say("scenario.note.and_more", named=named)
