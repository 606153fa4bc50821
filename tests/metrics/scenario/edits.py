"""Edits of all kinds, and what a city edited step by step must have in common with one judged anew."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from hypothesis import strategies as st

from metrics.assessment import Assessment, assess
from metrics.scenario import Site, WhatIf, edited_city

CARRIERS = ("lamp_post_flag", "notice_board", "screen", "banner", "poster_box", "没听说过", None)
THEMES = ("civility", "civility,our_values", "core_values", "traffic", "没听说过", None)
CONDITIONS = ("good", "faded", "broken", None)
SIZES = ((None, None), (2.0, 1.5), (0.0, 1.0), (6.0, 3.0), (40.0, 30.0))
FRAMES = ("verdicts", "gaps", "traces", "scores", "streets", "street_report")

EDIT = st.tuples(
    st.sampled_from(["add", "beside", "move", "remove", "change", "back"]),
    st.integers(0, 10**6),  # which site
    st.integers(-30, 190),  # tens of metres from the corner of the drawing, east
    st.integers(-30, 110),
    st.sampled_from(CARRIERS),
    st.sampled_from(THEMES),
    st.sampled_from(CONDITIONS),
    st.sampled_from(SIZES),
    st.sampled_from([None, 0.0, 90.0, 215.0]),
    st.sampled_from([None, 1.0, 3.0]),
)


def changes_by(whatif: WhatIf, edit: tuple, corner_mm: np.ndarray) -> dict[str, Site | None]:
    """What one drawn edit does to the sites as they are now; nothing where there is no site for it."""
    kind, pick, east, north, carrier, themes, condition, (width, height), facing, panels = edit
    x, y = (corner_mm + 10_000 * np.array([east, north])).tolist()
    known = [*whatif.stock.ids.tolist(), *(id for id in whatif.changes if id not in set(whatif.stock.ids.tolist()))]
    there = [id for id in known if whatif.site(id) is not None]
    new = Site(f"new{pick}", x, y, carrier, themes, condition, panels, width, height, facing)
    if kind == "add" or not there:
        return {new.id: new}
    id = there[pick % len(there)]
    own = whatif.site(id)
    if kind == "beside":  # on the very spot of another one
        return {new.id: new.moved(own.x_mm, own.y_mm)}
    if kind == "move":
        return {id: own.moved(x, y)}
    if kind == "remove":
        return {id: None}
    if kind == "change":
        return {id: replace(own, carrier=carrier, themes=themes, condition=condition, width_m=width, height_m=height)}
    gone = [id for id in whatif.changes if whatif.site(id) is None]
    if kind == "back" and gone:
        id = gone[pick % len(gone)]
        return {id: replace(new, id=id)}
    return {}


def expect_same(mine: Assessment, full: Assessment) -> None:
    """Both assessments are equal to the last digit."""
    for name in FRAMES:
        own, other = getattr(mine, name), getattr(full, name)
        if isinstance(other, gpd.GeoDataFrame):
            assert own.geometry.to_wkb().tolist() == other.geometry.to_wkb().tolist()
        pd.testing.assert_frame_equal(_plain(own), _plain(other), check_exact=True, obj=name)
    assert mine.quality == full.quality
    assert mine.inputs == full.inputs


def expect_true(whatif: WhatIf, base: Assessment) -> None:
    """Assessment and difference are those of the edited city judged as a whole."""
    full = assess(edited_city(whatif.city, whatif.changes), whatif.book, whatif.phase)
    expect_same(whatif.assessment(), full)
    difference = whatif.difference()
    columns = ["rule", "subject", "status", "pass_probability"]
    then, now = (_by_subject(own.verdicts[columns]) for own in (base, full))
    everyone = sorted({*then, *now})
    flips = {(f.rule, f.subject): (f.before, f.after) for f in difference.flips}
    nothing = ("", np.nan)
    wanted = {who: (then.get(who, nothing)[0], now.get(who, nothing)[0]) for who in everyone}
    assert flips == {who: both for who, both in wanted.items() if both[0] != both[1]}
    assert len(difference.flips) == len(flips)
    gaps = [_gaps(own) for own in (base, full)]
    assert difference.gap_m_before == sum(gaps[0].values()) / 1000
    assert difference.gap_m == sum(gaps[1].values()) / 1000
    streets = {(s.rule, s.subject): s for s in difference.streets}
    for who in everyone:
        metres = [own.get(who, 0) / 1000 for own in gaps]
        chances = [own.get(who, nothing)[1] for own in (then, now)]
        if who in streets:
            street = streets.pop(who)
            assert [street.gap_m_before, street.gap_m] == metres
            np.testing.assert_equal([street.pass_probability_before, street.pass_probability], chances)
        else:
            assert metres[0] == metres[1]
            np.testing.assert_equal(*chances)
    assert not streets
    for change in difference.scores:
        for own, score, rank in ((base, change.before, change.rank_before), (full, change.after, change.rank)):
            row = own.scores[(own.scores["scope"] == change.scope) & (own.scores["name"] == change.name)].iloc[0]
            np.testing.assert_equal(score, row["score"])
            assert rank == (None if pd.isna(row["rank"]) else row["rank"])


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(frame).drop(columns="geometry", errors="ignore")


def _by_subject(verdicts: pd.DataFrame) -> dict[tuple[str, str], tuple[str, float]]:
    real = verdicts[verdicts["subject"] != ""]
    keys = zip(real["rule"], real["subject"], strict=True)
    return dict(zip(keys, zip(real["status"], real["pass_probability"], strict=True), strict=True))


def _gaps(assessment: Assessment) -> dict[tuple[str, str], int]:
    """Whole millimetres of failing stretches by rule and street."""
    gaps = assessment.gaps[assessment.gaps["length_m"].notna()]
    length = np.rint((gaps["to_m"] - gaps["from_m"]) * 1000).astype("int64")
    return length.groupby([gaps["rule"], gaps["subject"]]).sum().to_dict()
