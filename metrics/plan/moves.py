"""What a plan may do at each spot and to each site: put up, make good again, show something else."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import pandas as pd

from data.vocabulary import vocabulary
from metrics.columns import Columns
from metrics.plan.offer import Offer
from metrics.scenario.sites import Site, site_in
from metrics.stock import Coded, Stock

NEW, REPAIR, RETHEME, REPAIR_AND_RETHEME = 0, 1, 2, 3
KINDS = ("new", "repair", "retheme", "repair_and_retheme")
GOOD = "good"
_FEN = 100


@dataclass(frozen=True, eq=False)
class Moves(Columns):
    """
    What may be done.

    Attributes
    ----------
    spot
        Row of the spot for a new site, -1 for one that stands.
    site
        Row of the site in the stock, -1 for a new one.
    kind
        ``NEW``, ``REPAIR``, ``RETHEME`` or ``REPAIR_AND_RETHEME``.
    form
        Carrier code (object) of the site as it will be.
    cost_fen
        Whole fen.
    required
        Whether it has to be done.
    """

    spot: np.ndarray
    site: np.ndarray
    kind: np.ndarray
    form: np.ndarray
    cost_fen: np.ndarray
    required: np.ndarray

    @property
    def place(self) -> np.ndarray:
        """Where each is done: equal numbers are one spot or one site, of which at most one move is taken."""
        return np.where(self.spot >= 0, self.spot, -1 - self.site)


def all_themes() -> str:
    """Every theme: what a site shows as long as nobody chose."""
    return ",".join(vocabulary().themes)


def new_moves(forms_at: Sequence[tuple[str, ...]], offer: Offer) -> Moves:
    """A new site of each of the forms at each spot; after them come the required ones, each on a spot of its own."""
    spots = len(forms_at)
    spot = np.repeat(np.arange(spots), [len(forms) for forms in forms_at])
    spot = np.append(spot, np.arange(spots, spots + len(offer.required))).astype(np.int64)
    forms = [*chain.from_iterable(forms_at), *(wanted.carrier for wanted in offer.required)]
    cost_fen = {carrier: round(cost * _FEN) for carrier, cost in offer.costs.items()}
    return Moves(
        spot=spot,
        site=np.full(len(spot), -1),
        kind=np.full(len(spot), NEW),
        form=np.array([*forms, None], dtype=object)[:-1],
        cost_fen=np.array([cost_fen[form] for form in forms], dtype=np.int64),
        required=spot >= spots,
    )


def changing_moves(stock: Stock, rows: np.ndarray, offer: Offer, excluded_conditions: Collection[str]) -> Moves:
    """What may be done to the sites in these rows: made to show another theme; repaired if out of order; or both."""
    good = [word in vocabulary().conditions and word not in excluded_conditions for word in stock.condition.words]
    bad = ~np.array([*good, True], dtype=bool)[stock.condition.codes[rows]]
    both = None if None in (offer.repair, offer.retheme) else offer.repair + offer.retheme
    forms = _words(stock.carrier, rows)
    parts = [new_moves((), replace(offer, required=()))]
    every = np.ones(len(rows), dtype=bool)
    for kind, cost, which in (
        (REPAIR, offer.repair, bad),
        (RETHEME, offer.retheme, every),
        (REPAIR_AND_RETHEME, both, bad),
    ):
        if cost is None:
            continue
        chosen = rows[which]
        parts.append(
            Moves(
                spot=np.full(len(chosen), -1),
                site=chosen,
                kind=np.full(len(chosen), kind),
                form=forms[which],
                cost_fen=np.full(len(chosen), round(cost * _FEN), dtype=np.int64),
                required=np.zeros(len(chosen), dtype=bool),
            )
        )
    return Moves.stacked(parts)


def _words(coded: Coded, rows: np.ndarray) -> np.ndarray:
    return np.array([*coded.words, None], dtype=object)[coded.codes[rows]]


def stock_after(stock: Stock, moves: Moves, xy_mm: np.ndarray) -> Stock:
    """Each move as the site it makes, showing every theme where its themes may be chosen; one row per move."""
    stands = moves.site >= 0
    own = stock.take(np.where(stands, moves.site, 0)) if len(stock) else None
    codes, words = pd.factorize(moves.form)
    made = Stock(
        ids=np.full(len(moves), "", dtype=object),
        xy_mm=xy_mm,
        carrier=Coded(codes, words.tolist()),
        condition=_either(moves.kind != RETHEME, GOOD, None if own is None else own.condition),
        themes=_either(moves.kind != REPAIR, all_themes(), None if own is None else own.themes),
        panels=np.ones(len(moves), dtype=np.int64),
        **{name: np.full(len(moves), np.nan) for name in ("width_m", "height_m", "facing_deg")},
        frame=stock.frame,
        row=np.full(len(moves), -1),
    )
    if own is None or not stands.any():
        return made
    kept = ("panels", "width_m", "height_m", "facing_deg", "row")
    return replace(made, **{name: np.where(stands, getattr(own, name), getattr(made, name)) for name in kept})


def _either(set_: np.ndarray, word: str, own: Coded | None) -> Coded:
    """``word`` where it is ``set_``, else each site's own one."""
    if own is None:
        return Coded(np.zeros(len(set_), dtype=np.int64), [word])
    words = [*own.words, word]
    return Coded(np.where(set_, len(own.words), own.codes), words)


def site_after(stock: Stock, move: Moves, xy_mm: tuple[int, int], id: str, themes: tuple[str, ...]) -> Site:
    """
    The site that one move (the only row of ``move``) makes; ``themes`` are those it has to show.

    One that stands keeps what it shows and shows these as well.
    """
    if move.kind[0] == NEW:
        return Site(id, *xy_mm, str(move.form[0]), ",".join(themes) or next(iter(vocabulary().themes)), GOOD)
    site = site_in(stock, int(move.site[0]))
    if move.kind[0] != RETHEME:
        site = replace(site, condition=GOOD)
    if move.kind[0] != REPAIR:
        shown = [theme for theme in (site.themes or "").split(",") if theme in vocabulary().themes]
        site = replace(site, themes=",".join(dict.fromkeys([*shown, *themes])) or next(iter(vocabulary().themes)))
    return site


def showing(asked: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """Themes that meet every demand: of each the first it asks for, unless one chosen before will do."""
    chosen: list[str] = []
    for themes in sorted(asked, key=len):
        if themes and not set(themes) & set(chosen):
            chosen.append(themes[0])
    return tuple(chosen)
