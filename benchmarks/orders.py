"""
The page 整改督办 with very many orders: what its list, board, map and filters cost.

``python -m benchmarks.orders [--orders 100000] [--url postgresql://…]`` fills an empty base (SQLite in a temporary
folder unless a URL is given) and prints the median seconds of what the page calls.
"""

import tempfile
from datetime import date, timedelta
from pathlib import Path

import click
import numpy as np
import shapely
import sqlalchemy as sa

from benchmarks.timing import median_seconds
from store import Person, Store, Wanted, open_store
from store.order_book import order_book
from store.schema import orders, runs

_DISTRICTS, _UNITS, _RULES = 8, 60, 12
_TODAY = date(2026, 6, 1)
_PART, _REPEATS = 5000, 5


def fill(store: Store, count: int, *, seed: int = 1) -> Person:
    """Put ``count`` orders of a made-up city into an empty base; who may see them all."""
    boss = store.people.first("boss", "指挥部", "a long password")
    with store.base.open(writing=True) as connection:
        connection.execute(sa.insert(runs).values(**_run(store)))
        for first in range(0, count, _PART):
            connection.execute(sa.insert(orders), _rows(store, first, min(first + _PART, count), seed))
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("ANALYZE orders"))
    return boss


def _run(store: Store) -> dict[str, object]:
    texts = dict.fromkeys(("city_print", "book_print", "edition", "by_name"), "x")
    about = {"city": "大市", "book": "b", "phase": "routine"}
    return {"id": 1, "at": store.base.now(), **texts, **about, "gap_m": 0.0, "gaps": 0}


def _rows(store: Store, first: int, last: int, seed: int) -> list[dict[str, object]]:
    draw, book = np.random.default_rng([seed, first]), order_book()
    states = [*book.states]
    size = last - first
    state = draw.choice(len(states), size, p=[0.1, 0.2, 0.2, 0.1, 0.1, 0.3])
    unit, rule, late = draw.integers(_UNITS, size=size), draw.integers(_RULES, size=size), draw.integers(-8, 8, size)
    x, y = 122 + draw.random(size), 30 + draw.random(size)
    rows = []
    for at in range(size):
        code, due = states[state[at]], _TODAY + timedelta(days=int(late[at]))
        is_open, number = code != book.closed, first + at + 1
        line = shapely.LineString([(x[at] + 0.001 * n, y[at] + 0.0004 * (n % 3)) for n in range(8)])
        rows.append(
            {
                "id": number,
                "city": "大市",
                "book": "b",
                "phase": "routine",
                "rule": f"r{rule[at]}",
                "clause": str(rule[at]),
                "title": f"每 500 米不少于 {rule[at]} 处公益广告",
                "subject": f"s{number}",
                "subject_name": f"人民{number}路",
                "class": f"c{rule[at] % 5}",
                "district": f"第{unit[at] % _DISTRICTS}区",
                "unit": f"第{unit[at]}责任单位",
                "from_m": 0.0,
                "to_m": 500.0,
                "length_m": 500.0,
                "missing": 3.0,
                "repair_min": 3.0,
                "explanation": "自起点至 500 米：任选 500 米步行段内最少 2 处，应不少于 5 处；缺 3 处。" * 2,
                "geometry": line,
                "state": code,
                "is_open": is_open,
                "level": book.levels[int(due < _TODAY)],
                "found_on": _TODAY - timedelta(days=10),
                **dict.fromkeys(("dispatch_by", "deal_by", "close_by"), due),
                "due_on": due if is_open else None,
                "proposed": bool(is_open and number % 9 == 0),
                "first_run": 1,
                "last_run": 1,
                "closed_on": None if is_open else _TODAY,
                "changed_at": store.base.now(),
                "changed_by": "指挥部",
                "version": 1,
            }
        )
    return rows


def measured(store: Store, boss: Person) -> dict[str, float]:
    """Median seconds of each call of the page."""
    mine = Wanted(city="大市", open=True)
    every = Wanted(city="大市")
    calls = {
        "list, open": lambda: store.orders.page(boss, mine),
        "list, all": lambda: store.orders.page(boss, every),
        "list, page 300": lambda: store.orders.page(boss, mine, offset=30_000),
        "list, newest": lambda: store.orders.page(boss, every, sorted_by="newest"),
        "list, overdue": lambda: store.orders.page(boss, Wanted(city="大市", overdue=True)),
        "list, a unit": lambda: store.orders.page(boss, Wanted(city="大市", unit="第7责任单位")),
        "list, a text": lambda: store.orders.page(boss, Wanted(city="大市", open=True, text="民777")),
        "board": lambda: store.orders.board(boss, every),
        "board, open": lambda: store.orders.board(boss, mine),
        "counts": lambda: store.orders.counts(boss, city="大市"),
    }
    return {name: median_seconds(call, _REPEATS) for name, call in calls.items()}


@click.command()
@click.option("--orders", "count", default=100_000, show_default=True)
@click.option("--url", help="An empty base; SQLite in a temporary folder unless given.")
def main(count: int, url: str | None) -> None:
    """Fill a base and measure."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(url or f"sqlite:///{Path(folder) / 'orders.db'}")
        boss = fill(store, count)
        for name, seconds in measured(store, boss).items():
            click.echo(f"{name:24} {1000 * seconds:8.1f} ms")
        store.close()


if __name__ == "__main__":
    main()
