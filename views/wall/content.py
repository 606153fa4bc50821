"""What is sent to the browser: blocks as HTML, the districts in their turn, the news, and the pictures once a run."""

from functools import lru_cache

from data.city import City
from metrics.assessment import Assessment
from metrics.listing import findings
from metrics.measures.findings import FAIL
from store import Person, Store
from store.base import ZONE, Base
from store.runs import Run
from texts import numbers, say
from texts.escape import for_html
from views.layers import on_map
from views.theme import colours
from views.wall import districts, footer, overview, rankings, ticker
from views.wall.chance import all_pass
from views.wall.close_up import close_up
from views.wall.drawing import found_of
from views.wall.facts import Facts, gather
from views.wall.layout import Layout
from views.wall.pace import pace
from views.wall.picture import city_map
from views.wall.svg import data_uri


def content(
    store: Store, by: Person, city: City, assessment: Assessment, run: Run, *, layout: Layout, has: str = ""
) -> dict:
    """
    What the wall shows now, as JSON.

    Parameters
    ----------
    run
        The run that the assessment was kept as.
    layout
        The stage.
    has
        The key of the pictures that the browser holds already; they are not sent again.

    Raises
    ------
    Denied
        When the person may not see it, or not any more.
    StoreError
        When the base does not answer.
    """
    facts = gather(store, by, run)
    key = f"{layout.name}-{run.id}-{assessment.inputs['city'][:16]}-{assessment.inputs['book'][:16]}-{run.phase}"
    standing = _standing(store.base, assessment, layout, tuple(facts.trend), tuple(facts.changed))
    if not standing:
        standing |= _of_trend(facts, city, assessment, layout)
    sent = {
        "layout": layout.name,
        "key": key,
        "demo": say("shell.demo_mark") if city.is_demo else "",
        "time": say("wall.judged", time=numbers.moment(run.at.astimezone(ZONE))),
        "still": _still(facts),
        "blocks": standing["blocks"] | _of_now(facts, layout),
        "districts": standing["districts"],
        "news": ticker.entries(facts),
        "no_news": f'<span class="quiet">{say("wall.news.none")}</span>',
        "pace": pace().model_dump(),
    }
    return sent if has == key else sent | {"pictures": _pictures(city, assessment, layout)}


@lru_cache(maxsize=8)
def _standing(base: Base, assessment: Assessment, layout: Layout, trend: tuple, changed: tuple) -> dict:
    """A place for what stays as it is until the next run is kept."""
    return {}


def _of_trend(facts: Facts, city: City, assessment: Assessment, layout: Layout) -> dict:
    """What the runs say, this one and those before it."""
    name = say("wall.title", city=facts.run.city)
    blocks = {
        "brand": f'<b title="{say("wall.open_menu")}">{for_html(name)}</b><span>{say("wall.subtitle")}</span>',
        "score": overview.score_block(facts),
        "probability": overview.probability_block(facts, assessment, all_pass(city, assessment)),
        "trend": overview.trend_block(facts),
        "ranking": rankings.ranking_head(facts) + _paged(rankings.ranking_pages(facts)),
        "units": rankings.units_block(facts, layout),
    }
    if not layout.has_card:
        matrix = rankings.matrix_pages(facts, assessment.book.class_label)
        blocks["matrix"] = rankings.matrix_head() + _paged(matrix)
    ranked = rankings.districts_of(facts)
    return {
        "blocks": blocks,
        "districts": [_district(row, facts.run, assessment, layout) for row in ranked.itertuples()],
    }


def _of_now(facts: Facts, layout: Layout) -> dict[str, str]:
    """What changes from hour to hour."""
    blocks = {"phases": footer.phases_block(facts), "orders": footer.orders_block(facts)}
    return blocks | {"total": footer.total_block(facts)} if layout.has_card else blocks


def _paged(pages: list[str]) -> str:
    return '<div class="pages">' + "".join(f"<div>{page}</div>" for page in pages) + "</div>"


def _still(facts: Facts) -> dict[str, str]:
    """What is said when the data stand still from now on, on this day and on a later one."""
    return {
        "day": facts.today.isoformat(),
        "time": say("wall.stands_still", time=f"{facts.at:%H:%M}"),
        "long": say("wall.stands_still", time=numbers.moment(facts.at)),
    }


def _district(row, run: Run, assessment: Assessment, layout: Layout) -> dict[str, str]:
    """What is told of a district in its turn."""
    if layout.has_card:
        return {"name": row.name, "card": districts.card(run, assessment, row.name)}
    return {
        "name": row.name,
        "head": districts.head(row),
        "plate": districts.plate(assessment, row.name),
        "worst": districts.worst_table(run, assessment, row.name),
    }


def _pictures(city: City, assessment: Assessment, layout: Layout) -> dict:
    drawn = city_map(city, assessment, layout)
    names = [name for name, _, _ in drawn.districts]
    sent = {
        "size": [layout.map_width, layout.map_height],
        "ground": drawn.ground,
        "above": drawn.above,
        "districts": [list(district) for district in drawn.districts],
        "names": names,
        "card": drawn.card,
        "legend": _legend(assessment, drawn.legend),
    }
    if layout.has_card:
        return sent
    return sent | {"closeups": [[name, *close_up(city, assessment, name)] for name in names]}


def _legend(assessment: Assessment, corner: str) -> str:
    """What the signs of the map mean, and how many there are of each."""
    found = found_of(assessment)
    listed = findings(assessment)
    unknown = int((listed["status"] != FAIL)[on_map(listed, passing=False)].sum())
    rows = (
        (_line_sign(), say("wall.legend.lines"), say("wall.legend.lines_count", count=numbers.whole(len(found.lines)))),
        (_diamond_sign(), say("wall.legend.places"), _places(len(found.places))),
        (_unknown_sign(), say("wall.legend.unknown"), _places(unknown)),
    )
    told = "".join(f'<span><img src="{sign}" alt="">{word}<b>{count}</b></span>' for sign, word, count in rows)
    return f'<div class="legend {corner}">{told}</div>'


def _places(count: int) -> str:
    return say("wall.legend.places_count", count=numbers.whole(count))


def _sign(width: int, body: str) -> str:
    return data_uri(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="24">{body}</svg>')


def _line_sign() -> str:
    dark = colours("dark")
    return _sign(
        48,
        f'<path d="M1 12H47" stroke="{dark.fail_casing}" stroke-width="12" stroke-dasharray="6.6 5.4"/>'
        f'<path d="M1 12H47" stroke="{dark.fail}" stroke-width="6.5"/>',
    )


def _diamond_sign() -> str:
    dark = colours("dark")
    path = 'd="M11 2L21 12L11 22L1 12Z"'
    return _sign(22, f'<path {path} fill="{dark.fail}" stroke="{dark.fail_casing}" stroke-width="1.8"/>')


def _unknown_sign() -> str:
    dark = colours("dark")
    return _sign(
        22,
        f'<circle cx="11" cy="12" r="8.5" fill="{dark.bg}" stroke="{dark.unknown}" stroke-width="1.8"/>'
        f'<path d="M6 17L16 7M4 13L11 5.5M11 19.5L18 12" stroke="{dark.unknown}" stroke-width="1.6"/>',
    )
