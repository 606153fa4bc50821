"""A city's layers from an Overpass API, asked through osmnx; for imports only, never while a page runs."""

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import geopandas as gpd
import osmnx
import requests
import shapely
from osmnx._errors import InsufficientResponseError

from data._osm_files import Gathering, add_frame
from data.errors import DataError
from data.osm import OsmLayers, layers_of
from data.osm_tags import TagTable, tag_table
from data.settings import cache_folder
from data.settings import settings as all_settings
from texts import say

_BUSY = (429, 502, 503, 504)
_LONGEST_PAUSE_S = 120.0
_LETTER = {"node": "n", "way": "w", "relation": "r"}
# osmnx keeps its settings in its module: one question at a time.
_one_at_a_time = threading.Lock()


class _Busy(requests.RequestException):
    """The server asks us to come back later."""


class _Refused(requests.RequestException):
    """The server answers with an error, or with something that is no answer."""


def read_overpass(
    area: shapely.Polygon | shapely.MultiPolygon | tuple[float, float, float, float],
    *,
    admin_level: int | None = None,
    settings: Mapping[str, str] | None = None,
    use_cache: bool = True,
) -> OsmLayers:
    """
    The layers of everything in an area, from the Overpass API of the settings.

    A server that is busy (429, 502, 503, 504) is asked again after a pause that doubles. Answers are kept in the
    cache folder, outside the source tree.

    Parameters
    ----------
    area
        Polygon, or west, south, east, north; WGS 84, degrees. What reaches outside is given whole.
    admin_level
        Of the boundaries that become districts. Without it none are asked for: a boundary may be a whole country's.
    settings
        ``overpass_url``, ``overpass_timeout_s``, ``overpass_tries`` and ``overpass_pause_s``; those of the installation
        by default.
    use_cache
        Whether an answer that was kept may stand for a new one.

    Raises
    ------
    DataError
        When no endpoint is set, the area is none, there is no network, the server stays busy, refuses, takes too
        long or answers something else, or nothing was found.
    """
    settings = all_settings() if settings is None else settings
    url = settings["overpass_url"].strip()
    if not url.startswith(("http://", "https://")):
        raise DataError(say("overpass.no_endpoint"))
    shape = _as_polygon(area)
    tags = _question(tag_table(), admin_level)
    with _one_at_a_time, _osmnx_settings(url, float(settings["overpass_timeout_s"]), use_cache):
        frame = _ask(shape, tags, int(settings["overpass_tries"]), float(settings["overpass_pause_s"]), url)
    gathered = Gathering()
    kinds, numbers = (frame.index.get_level_values(name) for name in ("element", "id"))
    ids = kinds.map(_LETTER).astype(str) + numbers.astype(str)
    add_frame(gathered, ids.to_series(index=frame.index), frame.geometry, frame.drop(columns=frame.geometry.name))
    return layers_of(gathered, source=url, admin_level=admin_level, study_area=shape)


def _as_polygon(area) -> shapely.Polygon | shapely.MultiPolygon:
    shape = area if isinstance(area, shapely.Geometry) else shapely.box(*area)
    west, south, east, north = area if shape is not area else shape.bounds
    on_globe = -180 <= west < east <= 180 and -90 <= south < north <= 90
    if not on_globe or shape.geom_type not in ("Polygon", "MultiPolygon") or not shape.is_valid:
        raise DataError(say("overpass.no_area"))
    return shape


def _question(table: TagTable, admin_level: int | None) -> dict[str, bool | list[str]]:
    """What osmnx shall ask for: of each leading key the values that any entry takes, or all."""
    tags: dict[str, bool | list[str]] = {}
    for entry in table.entries:
        wanted = entry.when[entry.leading_key]
        if entry.layer == "districts":
            continue
        if not isinstance(wanted, tuple) or wanted == ("*",) or tags.get(entry.leading_key) is True:
            tags[entry.leading_key] = True
        else:
            tags[entry.leading_key] = sorted({*tags.get(entry.leading_key, ()), *wanted})
    return tags if admin_level is None else {**tags, "admin_level": [str(admin_level)]}


def _ask(shape: shapely.Geometry, tags: dict, tries: int, pause_s: float, url: str) -> gpd.GeoDataFrame:
    """The real call, and a sentence for everything that can go wrong with it."""
    for left in reversed(range(max(tries, 1))):
        try:
            return osmnx.features_from_polygon(shape, tags)
        except _Busy as error:
            if not left:
                raise DataError(say("overpass.busy", url=url, tries=tries, reason=error)) from error
            time.sleep(min(pause_s, _LONGEST_PAUSE_S))
            pause_s *= 2
        except _Refused as error:
            raise DataError(say("overpass.refused", url=url, reason=error)) from error
        except requests.Timeout as error:
            raise DataError(say("overpass.timeout", url=url)) from error
        except requests.RequestException as error:
            raise DataError(say("overpass.no_network", url=url)) from error
        except InsufficientResponseError as error:
            raise DataError(say("overpass.nothing", url=url)) from error
        except (KeyError, TypeError, AttributeError, ValueError) as error:  # elements that are not as Overpass has them
            raise DataError(say("overpass.garbage", url=url)) from error
    raise AssertionError("the last try returns or raises")


def _check_answer(response: requests.Response, *_args, **_kwargs) -> None:
    """What requests calls on each answer before osmnx sees it, which would wait a minute and ask for ever."""
    if fault := _fault_of(response):
        response.close()
        raise fault


def _fault_of(response: requests.Response) -> requests.RequestException | None:
    if response.status_code in _BUSY:
        return _Busy(f"HTTP {response.status_code}")
    if not response.ok:
        return _Refused(f"HTTP {response.status_code}")
    if response.is_redirect:
        return None
    try:
        answer = response.json()
    except requests.JSONDecodeError:
        return _Refused(say("overpass.not_json"))
    if not isinstance(answer, dict) or not isinstance(answer.get("elements"), list):
        return _Refused(say("overpass.not_json"))
    # With a remark, what was found until the server gave up is not the whole.
    return _Refused(str(answer["remark"])[:200]) if "remark" in answer else None


@contextmanager
def _osmnx_settings(url: str, timeout_s: float, use_cache: bool) -> Iterator[None]:
    """osmnx set to our endpoint, cache and checks, and put back afterwards, with the resolver that it replaces."""
    ours = {
        "overpass_url": url,
        "overpass_rate_limit": False,  # no questions about slots: busy servers say so
        "requests_timeout": timeout_s,
        "requests_kwargs": {"hooks": {"response": _check_answer}},
        "overpass_settings": f"[out:json][timeout:{max(int(timeout_s), 1)}]{{maxsize}}",
        "cache_folder": cache_folder("overpass"),
        "use_cache": use_cache,
        "doh_url_template": None,
    }
    before = {name: getattr(osmnx.settings, name) for name in ours}
    resolver = socket.getaddrinfo
    for name, value in ours.items():
        setattr(osmnx.settings, name, value)
    try:
        yield
    finally:
        socket.getaddrinfo = resolver
        for name, value in before.items():
            setattr(osmnx.settings, name, value)
