"""Every rule of every shipped book passes in one drawn city and fails in another, made from the rule's own numbers."""

import math

import pandas as pd
import pytest
import shapely
from shapely import affinity

from data.city import City
from metrics.assessment import assess
from metrics.rulebook import load_rulebook, shipped_rulebooks
from metrics.rules import Rule
from tests.cities import building, city, district, road, site, venue

FAR = 2500.0  # where nothing of a drawing is
APART = 6000.0  # from one drawing to the next
PLACE = shapely.box(0, 0, 80, 80)
CASES = [
    (name, phase)
    for name in shipped_rulebooks()
    for phase in load_rulebook(name).phases
    if phase == "routine" or name == "zhoushan-2017"  # the only one whose own rules know phases
]


@pytest.mark.parametrize(("name", "phase"), CASES)
def test_every_rule_fires_both_ways(name: str, phase: str):
    """A drawing for each rule, side by side in one city; a rule is asked about the subject of its own drawing."""
    book = load_rulebook(name)
    own = [rule for rule in book.rules if book.id in book.origins[rule.id]]  # not those of a book it extends
    if phase != "routine":
        own = [rule for rule in own if rule.only_in or phase in rule.phases]
    book = book.model_copy(update={"rules": tuple(own)})
    rules = book.at(phase)
    for good, wanted in ((True, "pass"), (False, "fail")):
        verdicts = assess(_city_of(rules, good=good), book, phase).verdicts
        found = {rule.id: _own(verdicts, rule) for rule in rules}
        assert found == {rule.id: {"unknown" if rule.measure == "unstated" else wanted} for rule in rules}


def _own(verdicts: pd.DataFrame, rule: Rule) -> set[str]:
    """What the rule says of the subject of its drawing; of all where it has one verdict for all of them."""
    mine = verdicts[verdicts["rule"] == rule.id]
    if rule.measure != "unstated" and not getattr(rule, "over", None):
        mine = mine[mine["subject_name"].str.startswith(f"{rule.id}/")]
    return set(mine["status"])


def _city_of(rules: list[Rule], *, good: bool) -> City:
    """The drawings of all rules in rows of eight."""
    layers: dict[str, list] = {"areas": [], "buildings": [], "districts": [], "roads": [], "sites": [], "venues": []}
    for number, rule in enumerate(rules):
        east, north = (APART * (k - 4) for k in (number % 8, number // 8))
        for name, rows in DRAWN[rule.measure](rule, good=good).items():
            layers[name] += [(_named(row, rule.id), affinity.translate(shape, east, north)) for row, shape in rows]
    for rule in rules:
        if getattr(rule, "over", None):
            for row, _ in layers["venues"]:
                if row["class"] in rule.classes:
                    row[rule.over.column] = _number(rule.over.op, rule.over.limit, good)
    return city(**{name: rows for name, rows in layers.items() if rows})


def _named(row: dict, prefix: str) -> dict:
    return row | {key: f"{prefix}/{row[key]}" for key in ("id", "name") if key in row}


# --- drawing


def _first(values: tuple, default: str) -> str:
    return values[0] if values else default


def _ads(rule: Rule, x: float, y: float, count: int, name: str) -> list:
    """As many ads as the rule and each of its quotas ask for at a place, of the themes and forms they ask for."""
    demands = [(rule.themes, rule.carriers, count)]
    demands += [
        (quota.themes or rule.themes, quota.carriers or rule.carriers, quota.need)
        for quota in getattr(rule, "quotas", ())
    ]
    return [
        site(
            f"{name}{d}.{i}",
            x + i / 10,
            y,
            themes=_first(themes, "civility"),
            carrier=_first(carriers, "poster_box"),
            psa_per_10_min=99.0,
        )
        for d, (themes, carriers, number) in enumerate(demands)
        for i in range(number)
    ]


def _where(rule: Rule) -> dict:
    return {column: values[0] for column, values in rule.where.items() if column != "highway"}


def _highway(rule: Rule) -> str:
    return _first(rule.where.get("highway", ()), "primary")


def _subject(rule: Rule, shape: shapely.Geometry = PLACE, **numbers) -> dict[str, list]:
    """The layers with the one subject of the rule."""
    if rule.class_ == "district":
        return {"districts": [district("甲区", 0, 0, 80, 80, **numbers, **_where(rule))]}
    if rule.class_ == "junction":
        return {"roads": [road("甲路", (-300, 40), (300, 40)), road("乙路", (40, -300), (40, 300))]}
    return {"venues": [venue("v", rule.class_, shape, **numbers, **_where(rule))]}


def _along(rule: Rule, *, good: bool) -> dict[str, list]:
    length = 2 * rule.window_m
    steps = [rule.window_m / 2 * k for k in range(5)] if good else [FAR]
    layers = {"roads": [road("测试大道", (0, 0), (length, 0), highway=_highway(rule))]}
    layers["sites"] = [one for x in steps for one in _ads(rule, x, 5, rule.need, f"s{x}.")]
    if rule.facility_classes:
        layers["venues"] = [
            venue(f"f{x}.{i}", rule.facility_classes[0], shapely.Point(x, 5)) for x in steps for i in range(rule.need)
        ]
    return layers


def _counted(rule: Rule, *, good: bool) -> dict[str, list]:
    at = (40, 40) if good else (FAR, FAR)
    return {
        **_subject(rule),
        "sites": _ads(rule, *at, rule.need, "s"),
        "buildings": [building(FAR, FAR, FAR + 9, FAR + 9)],
    }


def _share(rule: Rule, *, good: bool) -> dict[str, list]:
    if rule.over:
        return _subject(rule, **{rule.over.column: _number(rule.over.op, rule.over.limit, good)})
    whole = 1000.0
    part = math.floor(whole * rule.limit) + (1 if rule.strict else 0) - (0 if good else 1)
    return _subject(rule, **{rule.numerator: float(part), rule.denominator: whole})


def _value(rule: Rule, *, good: bool) -> dict[str, list]:
    number = _number(rule.op, rule.limit, good)
    per = {rule.per: rule.per_unit} if rule.per else {}
    return _subject(rule, **{rule.column: number}, **per)


def _number(op: str, limit: float, good: bool) -> float:
    """A number just good or just not."""
    at_limit_is_good = op in (">=", "<=")
    if good == at_limit_is_good:
        return limit
    upward = (op in (">=", ">")) == good
    return limit + (0.001 if upward else -0.001)


def _reach(rule: Rule, *, good: bool) -> dict[str, list]:
    layers = _subject(rule, shapely.box(0, -200, 600, 200))
    layers["venues"].append(venue("gate", rule.gate_class, shapely.Point(0, 0)))
    return {
        **layers,
        "roads": [road("步道", (-50, 0), (600, 0), highway="footway")],
        "sites": _ads(rule, 50 if good else FAR, 3, 1, "s"),
        "buildings": [building(FAR, FAR, FAR + 9, FAR + 9)],
    }


def _rate(rule: Rule, *, good: bool) -> dict[str, list]:
    number = rule.limit if good else rule.limit - 0.5
    if rule.of == "venue":
        return _subject(rule, **{rule.column: number})
    screen = site("s", 40, 40, carrier=_first(rule.carriers, "screen"), **{rule.column: number})
    return {**_subject(rule), "sites": [screen]}


def _spacing(rule: Rule, *, good: bool) -> dict[str, list]:
    step = rule.max_m - (1 if rule.strict else 0)
    at = [step * k for k in range(6)] if good else [0.0, step * 2 + 3]
    return {
        "roads": [road("测试大道", (0, 0), (5 * step, 0), highway=_highway(rule))],
        "venues": [venue(f"f{x}", rule.facility_classes[0], shapely.Point(x, 5)) for x in at],
    }


def _radius(rule: Rule, *, good: bool) -> dict[str, list]:
    x = 0 if good else FAR
    side = 10 + math.sqrt(max(tier.min_area_m2 or 0 for tier in rule.reaches))
    facility = venue("f", rule.facility_classes[0], shapely.box(x, 0, x + side, side))
    layers = _subject(rule)
    return {**layers, "venues": [facility], "areas": [({"kind": rule.area_kinds[0]}, shapely.box(5, 5, 45, 45))]}


def _everything(rule: Rule, *, good: bool) -> dict[str, list]:
    """The subject with all one could wish for, or without."""
    return {**_subject(rule), "sites": [site(f"s{i}", 40 + i, 40) for i in range(20 if good else 1)]}


DRAWN = {
    "along": _along,
    "visible": _counted,
    "within": _counted,
    "presence": _counted,
    "share": _share,
    "value": _value,
    "reach": _reach,
    "rate": _rate,
    "spacing": _spacing,
    "radius": _radius,
    "unstated": _everything,
}
