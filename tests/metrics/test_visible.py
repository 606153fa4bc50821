"""``visible``: what is seen from the centre of a square, on squares that are solved by hand."""

import math

import pytest
import shapely
from pyproj import Transformer

from metrics.assessment import Assessment
from tests.cities import CRS, EAST, NORTH, building, city, site, venue
from tests.metrics.judging import counted_of, judge, reasons_of, verdict_of, visible_rule

SQUARE = shapely.box(-20, -20, 20, 20)  # its centre is (0, 0)
FAR_HOUSE = building(5000, 5000, 5010, 5010)


def _judge(sites: list, *buildings: tuple, square=SQUARE, need: int = 1, about=None, **fields) -> Assessment:
    return judge(
        city(
            venues=[venue("q", "square", square, **(about or {}))],
            sites=sites,
            buildings=list(buildings) or [FAR_HOUSE],
        ),
        visible_rule(need, **fields),
    )


def test_enough_can_be_seen():
    """Three within 100 m, one at 100 m sharp, one beyond."""
    sites = [site(f"s{i}", 10 * i, 30) for i in range(3)] + [site("edge", 0, -100), site("beyond", 0, -100.01)]
    assessment = _judge(sites, need=4)
    verdict = verdict_of(assessment)
    assert (verdict["status"], verdict["value"], verdict["required"], verdict["missing"]) == ("pass", 4, 4, 0)
    assert assessment.gaps.empty


def test_too_few_can_be_seen():
    """Two of the three needed: the square is a gap with one site to add."""
    assessment = _judge([site("a", 10, 10), site("b", -10, 10), site("c", 0, 150)], need=3)
    verdict = verdict_of(assessment)
    assert (verdict["status"], verdict["value"], verdict["missing"]) == ("fail", 2, 1)
    assert assessment.gaps[["subject", "missing", "repair_min"]].to_numpy().tolist() == [["q", 1, 1]]


# --- distance


@pytest.mark.parametrize(
    ("width", "height", "metres"), [(0.6, 0.9, 41), (0.6, 1.8, 72), (1.2, 1.8, 83), (2, 4, 171), (3, 6, 256)]
)
def test_size_makes_distance(width: float, height: float, metres: int):
    """38.2 diagonals: the distances of the table in the documents, a metre more or less."""
    limit = 38.2 * math.hypot(width, height)
    assert limit == pytest.approx(metres, abs=0.8)
    sites = [
        site("near", 0, limit - 0.01, width_m=width, height_m=height),
        site("far", 0, -limit - 0.01, width_m=width, height_m=height),
    ]
    assessment = _judge(sites)
    assert counted_of(assessment) == {"near"}


def test_reading_needs_more_than_noticing():
    """A reading factor of one half halves 76.4 m (2 m of diagonal); the default distance is as the book says."""
    view = {"default_distance_m": 60, "reading_factor": 0.5, "diagonal_factor": 38.2, "max_angle_deg": 60, "cut_m": 0.5}
    sized = {"width_m": 1.2, "height_m": 1.6}
    sites = [site("a", 0, 38, **sized), site("b", 0, -39, **sized), site("c", 59, 0), site("d", -61, 0)]
    source = {"document": "测试文件", "edition": "1", "clause": "1", "confidence": "C"}
    assessment = judge(
        city(venues=[venue("q", "square", SQUARE)], sites=sites, buildings=[FAR_HOUSE]),
        visible_rule(2),
        view={**view, "source": source},
    )
    assert counted_of(assessment) == {"a", "c"}
    assert {reasons_of(assessment).get(id, "too_far") for id in "bd"} == {"too_far"}


def test_a_size_of_one_side_is_no_size():
    """Without a height there is no diagonal: the default distance holds."""
    assessment = _judge([site("a", 0, 99, width_m=0.3), site("b", 0, -99, height_m=0.3)])
    assert counted_of(assessment) == {"a", "b"}


# --- facing


@pytest.mark.parametrize(
    ("facing", "seen"), [(180, True), (120, True), (240, True), (119, False), (241, False), (0, False), (None, True)]
)
def test_sixty_degrees_off_the_facing(facing: float | None, seen: bool):
    """A site 50 m north of the centre: the eye is due south of it, 180°. Unrecorded is seen from all sides."""
    assessment = _judge([site("s", 0, 50, facing_deg=facing)])
    assert bool(counted_of(assessment)) == seen
    if not seen:
        assert reasons_of(assessment) == {"s": "facing_away"}


def test_facing_goes_round_north():
    """A site to the south faces 350°: the eye is due north of it, 10° off; one that faces 290° is 70° off."""
    assessment = _judge([site("a", 0, -50, facing_deg=350), site("b", 1, -50, facing_deg=290)])
    assert counted_of(assessment) == {"a"}


def test_east_is_ninety_degrees():
    """A site to the west that faces east looks at the square; one that faces west does not."""
    assessment = _judge([site("a", -50, 0, facing_deg=90), site("b", -50, 1, facing_deg=270)])
    assert counted_of(assessment) == {"a"}


# --- walls


def test_a_house_hides_what_is_behind_it():
    """
      hidden
    [ house ]      beside
        o
    """
    sites = [site("hidden", 0, 60), site("beside", 30, 60)]
    assessment = _judge(sites, building(-10, 40, 10, 50, name="大楼"))
    assert counted_of(assessment) == {"beside"}
    assert reasons_of(assessment)["hidden"] == "hidden:大楼"


def test_the_wall_that_carries_an_ad_does_not_hide_it():
    """Ads on the near wall, on the far wall, and 0.3 m inside the near wall of a house."""
    sites = [site("near", 0, 40), site("far", 0, 50), site("sunk", 3, 40.3)]
    assessment = _judge(sites, building(-10, 40, 10, 50))
    assert counted_of(assessment) == {"near", "sunk"}


def test_a_house_hides_only_while_it_is_there():
    """Sight lines that pass the corner a hand's breadth off are free."""
    assessment = _judge([site("s", 0, 80)], building(0.1, 40, 10, 50))
    assert counted_of(assessment) == {"s"}
    assert not counted_of(_judge([site("s", 0, 80)], building(-0.1, 40, 10, 50)))


def test_a_court_is_open_inside():
    """
    The square lies in the courtyard of a ring of houses: what is in the court is seen, what is outside is not.

        +-----------+
        | +-------+ |
        | | in o  | |   out
        | +-------+ |
        +-----------+
    """
    ring = ({"height_m": 20.0}, shapely.box(-60, -60, 60, 60) - shapely.box(-40, -40, 40, 40))
    assessment = _judge([site("in", -30, 0), site("wall", 0, 40), site("out", 80, 0), site("roof", 50, 0)], ring)
    assert counted_of(assessment) == {"in", "wall"}


def test_no_buildings_layer_is_unknown():
    """Nobody knows what is in between: what might be seen might make it pass."""
    drawn = city(venues=[venue("q", "square", SQUARE)], sites=[site("s", 0, 50)])
    assert verdict_of(judge(drawn, visible_rule(1)))["status"] == "unknown"
    assert verdict_of(judge(drawn, visible_rule(2)))["status"] == "fail"


def test_a_centre_inside_a_building_is_unknown():
    """A square drawn over a house: nobody stands there."""
    assert verdict_of(_judge([site("s", 50, 0)], building(-5, -5, 5, 5)))["status"] == "unknown"


# --- the centre


def test_the_centre_of_a_bent_square_is_inside_it():
    """
    An L: a court of 40 × 40 and a long arm. The centroid is outside; the pole of inaccessibility is the middle of the
    court, (20, 20). A site is 99 m from there, and one is 101 m from there.
    """
    shape = shapely.Polygon([(0, 0), (200, 0), (200, 160), (190, 160), (190, 10), (40, 10), (40, 40), (0, 40)])
    assert not shape.contains(shape.centroid)
    assessment = _judge([site("a", 20, 119), site("b", 20, 121)], square=shape)
    assert counted_of(assessment) == {"a"}


def test_a_venue_may_carry_its_own_centre():
    """From (100, 0) the site at (195, 0) is seen, that at (-5, 0) is not."""
    lon, lat = Transformer.from_crs(CRS, 4326, always_xy=True).transform(EAST + 100, NORTH)
    assessment = _judge(
        [site("a", 195, 0), site("b", -5, 0)], about={"centre_lon": float(lon), "centre_lat": float(lat)}
    )
    assert counted_of(assessment) == {"a"}


def test_a_square_that_is_a_point_is_its_own_centre():
    assert counted_of(_judge([site("a", 0, 99), site("b", 0, 101)], square=shapely.Point(0, 0))) == {"a"}


# --- what counts


def test_forms_conditions_and_themes():
    sites = [
        site("good", 0, 10),
        site("banner", 2, 10, carrier="横幅"),
        site("dirty", 4, 10, condition="污损"),
        site("other", 6, 10, themes="诚信"),
        site("piece", 8, 10, carrier="景观小品"),
    ]
    assessment = _judge(sites, themes=["civility"], carriers=["lamp_post_flag", "screen"])
    assert counted_of(assessment) == {"good"}
    reasons = reasons_of(assessment)
    assert (reasons["banner"], reasons["dirty"]) == ("carrier_excluded:banner", "condition:dirty")
    assert reasons["other"] == "theme_not_asked"
    assert reasons["piece"].startswith("carrier_not_asked")


def test_a_quota_among_what_is_seen():
    """Two seen, one of them on integrity; the quota asks for two of these."""
    quotas = [{"title": "诚信", "themes": ["integrity"], "need": 2}]
    sites = [site("a", 0, 10), site("b", 5, 10, themes="诚信")]
    verdict = verdict_of(_judge(sites, need=2, quotas=quotas))
    assert (verdict["status"], verdict["missing"]) == ("fail", 1)
    more = verdict_of(_judge([*sites, site("c", 8, 10, themes="诚信")], need=2, quotas=quotas))
    assert more["status"] == "pass"


def test_a_site_that_may_count():
    maybe = site("m", 0, 10, themes=None)
    rule = {"themes": ["civility"]}
    assert verdict_of(_judge([maybe], need=1, **rule))["status"] == "unknown"
    assert verdict_of(_judge([maybe, site("s", 5, 5)], need=1, **rule))["status"] == "pass"
    assert verdict_of(_judge([maybe], need=2, **rule))["status"] == "fail"


def test_no_sites_layer_is_unknown():
    drawn = city(venues=[venue("q", "square", SQUARE)], buildings=[FAR_HOUSE])
    assert verdict_of(judge(drawn, visible_rule(1)))["status"] == "unknown"


def test_a_city_without_squares_is_unknown():
    drawn = city(venues=[venue("p", "park", SQUARE)], sites=[site("s", 0, 0)])
    assert verdict_of(judge(drawn, visible_rule(1)))["status"] == "unknown"


# --- elsewhere on the square


def test_the_worst_view_and_the_share_of_good_ones():
    """
    A square of 200 × 20 m with a site at its centre that is seen from 60 m: from the ends it is not, from the middle
    120 of 200 m it is.
    """
    sites = [site("s", 0, 0, width_m=1.2, height_m=1.0)]  # 59.7 m
    assessment = _judge(sites, square=shapely.box(-100, -10, 100, 10), sample_points=200)
    verdict = verdict_of(assessment)
    assert verdict["status"] == "pass"
    assert verdict["worst"] == 0
    assert verdict["good_share"] == pytest.approx(0.6, abs=0.05)
