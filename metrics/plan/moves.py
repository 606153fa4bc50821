"""What a plan may do at each spot and to each site: put up, make good again, show something else."""

from dataclasses import dataclass, replace

import numpy as np

from data.vocabulary import vocabulary
from metrics.columns import Columns
from metrics.plan.offer import Offer
from metrics.scenario.sites import Site, site_in, with_sites
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


def new_moves(spots: int, offer: Offer, forms: tuple[str, ...]) -> Moves:
    """A new site of each form at each spot; after them come the required ones."""
    spot = np.repeat(np.arange(spots), len(forms))
    form = np.array(list(forms) * spots, dtype=object)
    required = [(spots + nth, wanted.carrier) for nth, wanted in enumerate(offer.required)]
    spot = np.append(spot, [place for place, _ in required]).astype(np.int64)
    form = np.append(form, np.array([carrier for _, carrier in required], dtype=object))
    must = np.zeros(len(spot), dtype=bool)
    must[len(spot) - len(required) :] = True
    return Moves(
        spot=spot,
        site=np.full(len(spot), -1),
        kind=np.full(len(spot), NEW),
        form=form,
        cost_fen=np.array([round(offer.costs[carrier] * _FEN) for carrier in form], dtype=np.int64),
        required=must,
    )


def changing_moves(stock: Stock, rows: np.ndarray, offer: Offer, excluded_conditions: tuple[str, ...]) -> Moves:
    """What may be done to the sites in these rows: repaired if out of order, made to show another theme, or both."""
    parts = []
    bad = np.isin(_words(stock.condition, rows), excluded_conditions)
    both = None if None in (offer.repair, offer.retheme) else offer.repair + offer.retheme
    forms = _words(stock.carrier, rows)
    for kind, cost, which in (
        (REPAIR, offer.repair, bad),
        (RETHEME, offer.retheme, ~bad),
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
    return Moves.stacked(parts) if parts else new_moves(0, Offer(), ())


def _words(coded: Coded, rows: np.ndarray) -> np.ndarray:
    return np.array([*coded.words, None], dtype=object)[coded.codes[rows]]


def stock_after(stock: Stock, moves: Moves, xy_mm: np.ndarray) -> Stock:
    """Each move as the site it makes, showing every theme where its themes may be chosen; one row per move."""
    new = moves.kind == NEW
    own = stock.take(np.maximum(moves.site, 0)) if len(stock) else None
    sites = [Site("", int(x), int(y), form, all_themes(), GOOD) for (x, y), form in zip(xy_mm, moves.form, strict=True)]
    made = with_sites(stock.take(np.empty(0, dtype=np.int64)), sites, [-1] * len(sites))
    if own is None or new.all():
        return made
    keeps_theme = moves.kind == REPAIR
    themes = made.themes.plus(own.themes.words)
    code_of = {word: code for code, word in enumerate(themes.words)}
    own_codes = np.array([*(code_of[word] for word in own.themes.words), -1])[own.themes.codes]
    codes = np.where(keeps_theme, own_codes, made.themes.codes)
    return replace(
        made,
        themes=Coded(codes, themes.words),
        **{name: np.where(new, getattr(made, name), getattr(own, name)) for name in ("panels", "width_m", "height_m")},
        facing_deg=np.where(new, np.nan, own.facing_deg),
        row=np.where(new, -1, own.row),
    )


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
