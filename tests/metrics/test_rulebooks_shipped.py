"""The shipped rule books: every number of their documents, exactly."""


import pytest

from data.recorded import recorded_columns
from data.vocabulary import vocabulary
from metrics.rulebook import shipped_rulebooks
from metrics.rules import Rate, Share, Value
from tests.metrics.shipped import BOOKS, in_phase, shipped

# Written out by hand from the clauses: book, phase, rule, the fields that carry its numbers.
NUMBERS = [
    ("zhoushan-2017", "routine", "1-hub-travel", {"measure": "presence", "themes": ("civil_travel",)}),
    ("zhoushan-2017", "routine", "1-hub-code", {"measure": "presence", "themes": ("industry_code",)}),
    ("zhoushan-2017", "routine", "1-hub-count", {"measure": "unstated"}),
    ("zhoushan-2017", "routine", "2-stop-ads", {"measure": "within", "need": 2}),
    ("zhoushan-2017", "routine", "2-stop-screen", {"measure": "rate", "limit": 2, "carriers": ("screen",)}),
    ("zhoushan-2017", "inspection", "2-stop-share", {"measure": "share", "limit": 1}),
    ("zhoushan-2017", "routine", "3-bus-ads", {"measure": "value", "op": ">=", "limit": 2}),
    ("zhoushan-2017", "routine", "3-bus-core-values", {"op": ">=", "limit": 1}),
    ("zhoushan-2017", "routine", "3-vehicle-tv", {"measure": "rate", "of": "venue", "limit": 2}),
    ("zhoushan-2017", "routine", "3-taxi-ads", {"op": ">=", "limit": 1}),
    ("zhoushan-2017", "inspection", "3-vehicle-inspection", {"measure": "unstated"}),
    ("zhoushan-2017", "routine", "4-bus-handles", {"limit": 0.3, "strict": False}),
    ("zhoushan-2017", "routine", "4-bus-slogan", {"op": ">=", "limit": 1}),
    ("zhoushan-2017", "routine", "5-square-view", {"measure": "visible", "need": 10}),
    ("zhoushan-2017", "routine", "5-square-role-model", {"themes": ("role_model",)}),
    ("zhoushan-2017", "routine", "6-park-sites", {"measure": "within", "need": 10}),
    ("zhoushan-2017", "routine", "6-park-boards", {"need": 2, "carriers": ("notice_board",)}),
    ("zhoushan-2017", "routine", "6-park-travel", {"themes": ("civil_travel",)}),
    ("zhoushan-2017", "routine", "10-police-routine", {"measure": "unstated"}),
    ("zhoushan-2017", "inspection", "10-police-share", {"limit": 1}),
    ("zhoushan-2017", "routine", "11-road-density", {"window_m": 500, "need": 5, "themes": ("civility",)}),
    ("zhoushan-2017", "routine", "11-junction-signs", {"themes": ("civil_traffic", "virtue")}),
    ("zhoushan-2017", "routine", "12-canopy-share", {"limit": 0.2}),
    ("zhoushan-2017", "inspection", "12-canopy-share", {"limit": 1}),
    ("zhoushan-2017", "routine", "13-bike-share", {"limit": 0.5}),
    ("zhoushan-2017", "inspection", "13-bike-share", {"limit": 1}),
    ("zhoushan-2017", "routine", "14-hoarding-share", {"limit": 0.3}),
    ("zhoushan-2017", "inspection", "14-hoarding-share", {"limit": 0.5}),
    ("zhoushan-2017", "inspection", "14-hoarding-no-blank", {"op": "<=", "limit": 0}),
    ("zhoushan-2017", "routine", "14-hoarding-local", {"themes": ("local_made",)}),
    ("zhoushan-2017", "routine", "15-cafe-sign", {"themes": ("no_minors",)}),
    ("zhoushan-2017", "routine", "15-cafe-psa", {"themes": ("civility", "our_values")}),
    ("zhoushan-2017", "routine", "16-culture-share", {"limit": 0.2}),
    ("zhoushan-2017", "inspection", "16-culture-share", {"limit": 0.5}),
    ("zhoushan-2017", "routine", "19-window-ads", {"need": 2}),
    ("zhoushan-2017", "routine", "19-window-no-smoking", {"themes": ("no_smoking",)}),
    ("zhoushan-2017", "routine", "19-window-code", {"themes": ("industry_code",)}),
    ("zhoushan-2017", "routine", "19-hall-integrity", {"column": "forms", "op": ">=", "limit": 2}),
    ("zhoushan-2017", "routine", "19-hospital-share", {"limit": 0.3, "strict": True}),
    ("zhoushan-2017", "routine", "20-scenic-reach", {"walk_m": 100}),
    ("zhoushan-2017", "routine", "20-scenic-virtue", {"themes": ("virtue",)}),
    ("zhoushan-2017", "routine", "20-scenic-travel", {"themes": ("civil_travel",)}),
    ("zhoushan-2017", "routine", "21-school-classrooms", {"limit": 1}),
    ("zhoushan-2017", "routine", "21-school-canteen", {"themes": ("thrift",)}),
    ("zhoushan-2017", "routine", "22-other-share", {"limit": 0.2}),
    ("zhoushan-2017", "inspection", "22-other-share", {"limit": 1}),
    ("zhoushan-2017", "routine", "22-other-core-values", {"themes": ("core_values",)}),
    ("index-assessment", "routine", "road-density", {"window_m": 500, "need": 5}),
    ("index-assessment", "routine", "square-view", {"need": 10}),
    ("index-assessment", "routine", "stop-ads", {"need": 2}),
    ("index-assessment", "routine", "vehicle-ads", {"limit": 2}),
    ("index-assessment", "routine", "vehicle-core-values", {"limit": 1}),
    ("strict-county", "routine", "11-road-density", {"window_m": 500, "need": 5}),
    ("strict-county", "routine", "11-road-200", {"window_m": 200, "need": 1}),
    ("strict-county", "routine", "11-trunk-300", {"window_m": 300, "need": 5}),
    ("strict-county", "routine", "11-secondary-100", {"window_m": 100, "need": 5}),
    ("strict-county", "routine", "14-hoarding-share", {"limit": 0.3}),
    ("strict-county", "routine", "14-hoarding-faces", {"limit": 1}),
    ("strict-county", "routine", "14-hoarding-one-in-three", {"per_unit": 3, "limit": 1}),
    ("strict-county", "routine", "22-led-share", {"limit": 0.3}),
    ("municipal-facilities", "routine", "bin-spacing-main", {"min_m": 30, "max_m": 100}),
    ("municipal-facilities", "routine", "bin-spacing-secondary", {"min_m": 100, "max_m": 200}),
    ("municipal-facilities", "routine", "bin-spacing-outskirts", {"min_m": 200, "max_m": 400}),
    ("municipal-facilities", "routine", "toilet-radius", {"radius_m": 300}),
    ("municipal-facilities", "routine", "toilet-spacing", {"max_m": 400, "strict": True}),
    ("municipal-facilities", "routine", "waste-point-radius", {"radius_m": 70}),
    ("municipal-facilities", "routine", "park-cover", {"radius_m": 500, "limit": 0.9, "strict": True}),
    ("municipal-facilities", "routine", "park-cover-new", {"radius_m": 500, "limit": 1}),
    ("municipal-facilities", "routine", "park-cover-old", {"radius_m": 500, "limit": 0.8, "strict": False}),
    ("municipal-facilities", "routine", "stop-cover-300", {"radius_m": 300, "limit": 0.5}),
    ("municipal-facilities", "routine", "stop-cover-500", {"radius_m": 500, "limit": 0.9}),
    ("municipal-facilities", "routine", "kindergarten-radius", {"radius_m": 300}),
    ("municipal-facilities", "routine", "primary-school-radius", {"radius_m": 500}),
    ("municipal-facilities", "routine", "middle-school-radius", {"radius_m": 1000}),
    ("municipal-facilities", "routine", "hydrant-spacing", {"max_m": 120}),
    ("municipal-facilities", "routine", "hydrant-radius", {"radius_m": 150}),
    ("campaign-indicators", "routine", "community-office", {"op": ">=", "limit": 300}),
    ("campaign-indicators", "routine", "village-role-model", {"need": 1, "themes": ("role_model",)}),
    ("campaign-indicators", "routine", "village-good-deeds", {"need": 1, "themes": ("good_deeds",)}),
    ("campaign-indicators", "routine", "institution-role-model", {"need": 1, "themes": ("role_model",)}),
    ("campaign-indicators", "routine", "institution-good-deeds", {"need": 1, "themes": ("good_deeds",)}),
    ("campaign-indicators", "routine", "sweepers", {"per_unit": 6000, "limit": 1}),
    ("campaign-indicators", "routine", "lamp-spacing", {"measure": "spacing"}),
    ("campaign-indicators", "routine", "bin-spacing", {"max_m": 100}),
    ("campaign-indicators", "routine", "toilet-walk", {"window_m": 500, "need": 1, "sites": False}),
    ("campaign-indicators", "routine", "green-cover", {"op": ">=", "limit": 38}),
    ("campaign-indicators", "routine", "green-per-head", {"op": ">=", "limit": 10}),
    ("campaign-indicators", "routine", "garden-units", {"op": ">=", "limit": 60}),
    ("campaign-indicators", "routine", "waste-cleared", {"op": ">=", "limit": 100}),
    ("campaign-indicators", "routine", "sewage-treated", {"op": ">=", "limit": 50}),
    ("campaign-indicators", "routine", "facilities-patrolled", {"op": ">=", "limit": 95}),
    ("campaign-indicators", "routine", "defects-handled", {"op": ">=", "limit": 100}),
    ("campaign-indicators", "routine", "shop-letters", {"op": ">=", "limit": 100}),
    ("campaign-indicators", "routine", "parking-marked", {"op": ">=", "limit": 100}),
    ("campaign-indicators", "routine", "residents-know", {"op": ">=", "limit": 90}),
    ("campaign-indicators", "routine", "residents-support", {"op": ">=", "limit": 90}),
    ("campaign-indicators", "routine", "residents-join", {"op": ">=", "limit": 90}),
    ("campaign-indicators", "routine", "volunteers", {"per_unit": 100, "limit": 8}),
    ("campaign-indicators", "routine", "volunteers-strict", {"per_unit": 100, "limit": 10}),
    ("campaign-indicators", "routine", "model-schools", {"limit": 0.8}),
]

# The lead units of the clauses; "+" stands for the four districts.
DISTRICTS = ("定海区", "普陀区", "新城管委会", "普陀山—朱家尖管委会")
UNITS = {
    "5-square-view": ("市城管局", *DISTRICTS),
    "11-road-density": ("市住建局", "市城市管理局", *DISTRICTS),
    "12-canopy-share": ("舟山广电总台", "定海区", "普陀区"),
    "13-bike-share": DISTRICTS,
    "4-bus-handles": ("市交通运输局", "市道路运输局", "舟山交投集团"),
    "15-cafe-sign": ("市文化广电新闻出版局", *DISTRICTS),
}


@pytest.fixture(params=BOOKS)
def book(request):
    return shipped(request.param)


def test_five_books_are_shipped():
    assert shipped_rulebooks() == BOOKS


@pytest.mark.parametrize(("name", "phase", "id", "fields"), NUMBERS, ids=lambda part: part if str(part) == part else "")
def test_numbers_are_those_of_the_documents(name, phase, id, fields):
    rule = in_phase(name, phase)[id]
    assert {field: getattr(rule, field) for field in fields} == fields


def test_every_rule_is_in_the_table_of_numbers():
    listed = {(name, id) for name, _, id, _ in NUMBERS}
    without_number = {"7-lost", "8-lost", "9-lost", "17-lost", "18-lost", "14-hoarding-themes", "16-culture-themes"}
    without_number |= {"21-school-psa", "park-cover-by-size"}
    for name in BOOKS:
        book = shipped(name)
        own = {rule.id for rule in book.rules if book.origins[rule.id][-1] == name}
        assert own - {id for listed_in, id in listed if listed_in == name} <= without_number


def test_all_22_clauses_are_on_the_board_in_order():
    board = shipped("zhoushan-2017").classes
    numbers = list(dict.fromkeys(int(line.number) for line in board))
    assert numbers == list(range(1, 23))
    assert [line.class_ for line in board if line.number == "11"] == ["road", "junction"]
    assert [line.class_ for line in board if line.number == "19"] == ["service_window", "government_hall", "hospital"]


@pytest.mark.parametrize("phase", ["routine", "inspection"])
def test_every_class_has_a_rule_in_both_phases(phase):
    book = shipped("zhoushan-2017")
    assert {rule.class_ for rule in book.at(phase)} == {line.class_ for line in book.classes}


@pytest.mark.parametrize("number", ["1", "7", "8", "9", "10", "17", "18"])
def test_lost_thresholds_are_marked_and_say_why(number):
    rules = [rule for rule in shipped("zhoushan-2017").rules if rule.clause == number]
    lost = [rule for rule in rules if rule.measure == "unstated"]
    assert lost
    assert all(number in rule.reason and "缺页" in rule.reason for rule in lost)


def test_rule_ids_begin_with_their_clause():
    assert all(rule.id.startswith(f"{rule.clause}-") for rule in shipped("zhoushan-2017").rules)


@pytest.mark.parametrize(("id", "units"), UNITS.items())
def test_answering_units(id, units):
    assert shipped("zhoushan-2017").rule(id).units == units


def test_core_values_quotas():
    for name, id in (("zhoushan-2017", "2-stop-ads"), ("index-assessment", "stop-ads")):
        (quota,) = shipped(name).rule(id).quotas
        assert (quota.themes, quota.need) == (("core_values",), 1)


def test_strict_quotas():
    quotas = shipped("strict-county").rule("11-road-density").quotas
    asked = {(quota.title, quota.need) for quota in quotas}
    assert asked == {
        ("社会主义核心价值观", 3),
        ("讲文明树新风", 3),
        ("文明健康", 3),
        ("景观小品", 1),
        ("关爱未成年人", 1),
        ("诚信", 2),
    }


def test_tiers_by_size():
    large, small = shipped("municipal-facilities").rule("park-cover-by-size").reaches
    assert (large.radius_m, large.min_area_m2, large.max_area_m2) == (500, 5000, None)
    assert (small.radius_m, small.min_area_m2, small.max_area_m2) == (300, 2000, 5000)
    (single,) = shipped("municipal-facilities").rule("toilet-radius").reaches
    assert single.radius_m == 300


def test_index_assessment_deductions_and_draw():
    book = shipped("index-assessment")
    per_missing = {rule.class_: rule.deduction.per_missing for rule in book.rules}
    assert per_missing == {"road": 2, "square": 2, "bus_stop": 4, "vehicle": 4}
    assert dict(book.draw.counts) == {"road": 3, "square": 3, "bus_stop": 3, "vehicle": 3}


def test_exclusions_come_from_the_book(book):
    excluded = ("faded", "dirty", "broken", "displaced", "wrong_content", "removed")
    for phase in book.phases:
        for rule in book.at(phase):
            if hasattr(rule, "excluded_carriers"):
                assert rule.excluded_carriers == ("banner", "roll_up", "small_insert")
                assert rule.excluded_conditions == excluded


def test_view_and_flags(book):
    view = book.view
    assert (view.default_distance_m, view.reading_factor, view.diagonal_factor) == (100, 1.0, 38.2)
    assert (view.max_angle_deg, view.cut_m) == (60, 0.5)
    assert (book.flags.red.top, book.flags.red.min_score, book.flags.yellow.below_score) == (1, 90, 80)


def test_no_number_without_its_source(book):
    sources = [rule.source for rule in book.rules]
    sources += [book.view.source, book.flags.source, book.weight_source, book.exclusions_source]
    sources += [book.draw.source] if book.draw else []
    for source in sources:
        assert source.document
        assert source.edition
        assert source.clause
        assert source.confidence in "ABC"
        if source.confidence == "C":
            assert source.note


def test_every_column_has_a_chinese_name(book):
    for rule in book.rules:
        columns = []
        if isinstance(rule, Value):
            columns = [rule.column, *([rule.per] if rule.per else [])]
        elif isinstance(rule, Share):
            columns = [rule.over.column] if rule.over else [rule.numerator, rule.denominator]
        elif isinstance(rule, Rate):
            columns = [rule.column]
        assert set(columns) <= set(recorded_columns())


def test_every_class_is_in_the_vocabulary(book):
    for line in book.classes:
        assert line.class_ in vocabulary().classes
