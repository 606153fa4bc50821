"""The place nearest to a click where a site may stand, of a city with edits."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from metrics.plan.ground import Ground
from metrics.plan.words import Directions
from metrics.scenario.sites import Changes

_SNAP_M = 100.0
_RADII_M = (12.0, 35.0, _SNAP_M)  # looked at one after the other: most clicks are near a free place
_NEAR_MM = 6  # about as far as rounding, and arcs drawn with corners, may shift a place
_ARC_M = 0.001  # how much the corners of a drawn arc may cut off
_TRIES = 60


@dataclass(frozen=True)
class Spot:
    """Where a site may stand: whole millimetres, which way it faces (None: all around), and where that is in words."""

    x_mm: int
    y_mm: int
    facing_deg: float | None
    place: str


class Spots:
    """
    Where sites may stand in a city and in what edits make of it; several threads may ask at once.

    Parameters
    ----------
    ground
        Of the city as it is.
    """

    def __init__(self, ground: Ground):
        self._ground = ground
        self._directions = Directions(ground.survey)
        self._prepared = ground.closed, ground.driven, ground.standing, ground.districts  # no click waits for these

    def nearest(
        self,
        x_mm: int,
        y_mm: int,
        *,
        changes: Changes | None = None,
        but: str | None = None,
        forbidden: Sequence[shapely.Polygon] = (),
    ) -> tuple[Spot, float] | None:
        """
        The free spot nearest to a place, to a centimetre, and how far off it is in metres; None within 100 m.

        Places in the districts only, where the city has any.

        Parameters
        ----------
        x_mm, y_mm
            The place asked for, in the city's CRS.
        changes
            Sites as they are otherwise than in the city: where one stood that is moved or gone is free again.
        but
            The id of the site that is to stand there: it does not stand in its own way.
        forbidden
            Polygons in the city's CRS in which nothing may stand, beside those of the ground.
        """
        asked = np.array([x_mm, y_mm], dtype=np.int64)
        here = _Here(self._ground, asked, self._standing(asked, changes or {}, but), tuple(forbidden))
        found = asked if here.allows(asked[None])[0] else None
        for radius_m in _RADII_M:
            found = here.nearest_within(radius_m) if found is None else found
        if found is None:
            return None
        x, y = found.tolist()
        return Spot(x, y, None, self._directions.tell(x, y)), float(np.hypot(x - x_mm, y - y_mm)) / 1000

    def _standing(self, asked: np.ndarray, changes: Changes, but: str | None) -> np.ndarray:
        """Where sites stand that are near enough to matter, (n, 2) mm."""
        far_mm = _SNAP_M * 1000 + self._ground.spacing_mm + _NEAR_MM
        own = np.empty((0, 2), dtype=np.int64)
        if self._ground.standing is not None:
            stock = self._ground.survey.stock
            rows = np.array(self._ground.standing.query_ball_point(asked, far_mm), dtype=np.int64)
            stays = [id not in changes and id != but for id in stock.ids[rows].tolist()]
            own = stock.xy_mm[rows[np.array(stays, dtype=bool)]]
        edited = [(site.x_mm, site.y_mm) for id, site in changes.items() if site is not None and id != but]
        edited = np.array(edited, dtype=np.int64).reshape(-1, 2)
        return np.vstack([own, edited[np.hypot(*(edited - asked).T) <= far_mm]])


@dataclass(frozen=True, eq=False)
class _Here:
    """What is around a place: the ground, where sites stand ((n, 2) mm), and what else is forbidden."""

    ground: Ground
    asked: np.ndarray
    standing: np.ndarray
    forbidden: tuple[shapely.Polygon, ...]

    def allows(self, xy_mm: np.ndarray) -> np.ndarray:
        """Which places (n, 2) near it are free."""
        free = self.ground.clear(xy_mm) & self.ground.in_a_district(xy_mm)
        apart = ((xy_mm[:, None] - self.standing[None]) ** 2).sum(axis=2)
        free &= ~(apart < self.ground.spacing_mm**2).any(axis=1)
        points = shapely.points(xy_mm / 1000)
        return free & ~np.any([shapely.intersects(area, points) for area in (shapely.Point(), *self.forbidden)], axis=0)

    def nearest_within(self, radius_m: float) -> np.ndarray | None:
        """The nearest free place, x and y in mm; None when there is none so near."""
        centre = shapely.Point(*self.asked / 1000)
        free = shapely.difference(self._known(centre, radius_m), shapely.union_all(self._taken(centre, radius_m)))
        for _ in range(_TRIES):
            if shapely.is_empty(free):
                return None
            x, y = shapely.get_coordinates(shapely.shortest_line(free, centre))[0]
            near = np.rint((x * 1000, y * 1000)).astype(np.int64) + _AROUND_MM
            near = near[self.allows(near)]
            if len(near):
                return near[np.argmin(((near - self.asked) ** 2).sum(axis=1))]
            free = shapely.difference(free, shapely.buffer(shapely.Point(x, y), 2 * _NEAR_MM / 1000))
        return None

    def _known(self, centre: shapely.Point, radius_m: float) -> shapely.Geometry:
        """What of a disc lies in the districts."""
        disc, districts = shapely.buffer(centre, radius_m), self.ground.districts
        if districts is None:
            return disc
        met = districts.geometries[districts.query(disc, predicate="intersects")]
        return shapely.union_all(shapely.intersection(met, disc))

    def _taken(self, centre: shapely.Point, radius_m: float) -> np.ndarray:
        """What of a disc is taken: buildings, water, forbidden areas, carriageways, sites with their spacing."""
        disc, closed, driven = shapely.buffer(centre, radius_m), self.ground.closed.tree, self.ground.driven
        areas = np.array([*closed.geometries[closed.query(disc, predicate="intersects")], *self.forbidden, None])[:-1]
        roads = driven.tree.query(centre, predicate="dwithin", distance=radius_m + driven.widest_m)
        wide = radius_m + driven.widest_m + 1
        x, y = centre.x, centre.y
        ways = shapely.clip_by_rect(driven.tree.geometries[roads], x - wide, y - wide, x + wide, y + wide)
        sites = shapely.points(self.standing / 1000)
        sites = sites[shapely.dwithin(sites, centre, radius_m + self.ground.spacing_m)]
        return np.concatenate(
            (
                shapely.intersection(shapely.make_valid(areas), disc),
                _widened(ways, driven.half_m[roads]),
                _widened(sites, np.full(len(sites), self.ground.spacing_m)),
            )
        )


def _widened(shapes: np.ndarray, by_m: np.ndarray) -> np.ndarray:
    """All within a distance of each shape; arcs are drawn finer than a millimetre."""
    corners = np.ceil(np.pi / 4 * np.sqrt(by_m.max(initial=0) / 2 / _ARC_M))
    return shapely.buffer(shapes, by_m, quad_segs=int(max(corners, 8)))


def _around_mm() -> np.ndarray:
    side = np.arange(-_NEAR_MM, _NEAR_MM + 1)
    return np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)


_AROUND_MM = _around_mm()
