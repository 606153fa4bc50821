"""A drawn town in three districts on two levels, one not taken stock of, and a book with all that counts sites."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.city import City
from geo.crs import to_mm
from metrics.rulebook import RuleBook
from tests.cities import EAST, NORTH, district, layer, venue
from tests.metrics.judging import along_rule, book_of, rule, visible_rule
from tests.metrics.towns import town

CORNER_MM = to_mm([EAST, NORTH])
_PATH = shapely.LineString([(1020, 490), (1020, 600), (1100, 700)])
QUOTAS = [{"need": 1, "themes": ["our_values"]}, {"need": 1, "carriers": ["notice_board", "screen"]}]


def drawn_town(seed: int, *, sites: int = 60, buildings: bool = True) -> City:
    """The town of the laws, with an unsurveyed district, towns below the districts, and squares seen from elsewhere."""
    drawn = town(seed, sites=sites)
    districts = [
        district("东区", 700, -200, 1400, 1000, unit="东区创建办"),
        district("西区", -100, -200, 700, 1000, unit="西区创建办"),
        district("新区", 1400, -200, 1700, 1000, surveyed="否"),
        district("一街道", -100, -200, 300, 1000, level="street", parent="西区"),
        district("二街道", 300, -200, 700, 1000, level="street", parent="西区"),
    ]
    layers = {**drawn.layers, "venues": _venues(drawn), "roads": _with(drawn.roads, "footway", _PATH)}
    layers["districts"] = layer([row for row, _ in districts], [shape for _, shape in districts])
    if not buildings:
        del layers["buildings"]
    return City.from_layers(layers, drawn.meta)


def _with(frame: gpd.GeoDataFrame, highway: str, shape: shapely.Geometry) -> gpd.GeoDataFrame:
    """The roads and one more."""
    return gpd.GeoDataFrame(pd.concat([frame, layer([{"highway": highway}], [shape])], ignore_index=True))


def _venues(drawn: City) -> gpd.GeoDataFrame:
    """The venues, and a square that is a point, a gate on the path; one square is judged from far outside it."""
    more = [
        venue("sq3", "square", shapely.Point(700, 600)),
        venue("gt2", "gate", _PATH.interpolate(0)),
    ]
    more = layer([row for row, _ in more], [shape for _, shape in more])
    venues = gpd.GeoDataFrame(pd.concat([drawn.venues, more], ignore_index=True))
    lon, lat = shapely.get_coordinates(venues.centroid.to_crs(4326).array).T
    afar = (venues["id"] == "sq2").to_numpy()
    return venues.assign(centre_lon=np.where(afar, lon + 0.004, np.nan), centre_lat=np.where(afar, lat - 0.001, np.nan))


def every_measure() -> RuleBook:
    """Two or more rules of each measure that counts sites, and one that counts none."""
    rules = [
        along_rule(250, 2, id="walk", quotas=QUOTAS),
        along_rule(300, 2, id="walk-nearest", attach="nearest", short="exempt", reach_m=45),
        along_rule(200, 3, id="walk-panels", count="panels", short="whole", facility_classes=["bus_stop"]),
        along_rule(400, 1, id="walk-stops", sites=False, facility_classes=["bus_stop"]),
        along_rule(150, 1, id="walk-primary", where={"highway": ["primary", "trunk"]}, deduction={"per_missing": 1}),
        visible_rule(2, id="view", sample_points=9, quotas=QUOTAS, excluded_conditions=["faded"]),
        visible_rule(3, id="view-panels", count="panels"),
        rule("within", "park", id="park", need=2, margin_m=20, quotas=QUOTAS),
        rule("within", "park", id="park-panels", need=4, count="panels", deduction={"per_missing": 2, "cap": 3}),
        rule("within", "hoarding", id="line", need=1, reach_m=60),
        rule("within", "junction", id="crossing", need=2, reach_m=50),
        rule("within", "road", id="street", need=6, reach_m=20),
        rule("presence", "bus_stop", id="stop", also_classes=["internet_cafe"], reach_m=40, themes=["civility"]),
        rule("presence", "district", id="district", carriers=["screen"]),
        rule("rate", "bus_stop", id="plays", limit=2, reach_m=80),
        rule(
            "rate", "hospital", id="plays-boards", limit=2, reach_m=200, carriers=["notice_board"], themes=["civility"]
        ),
        rule("reach", "scenic_area", id="gate", walk_m=120),
        rule("share", "hospital", id="recorded", limit=0.3, numerator="psa_total", denominator="ads_total"),
    ]
    return book_of(*rules)
