"""What a planner draws for plans to keep to: areas where nothing may be put up, spots where something has to be."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import shapely

FORBIDDEN, REQUIRED = "forbidden", "required"
KINDS = (FORBIDDEN, REQUIRED)
FEWEST_CORNERS, MOST_CORNERS = 3, 1000


@dataclass(frozen=True)
class Mark:
    """
    One of them.

    Attributes
    ----------
    id
        Of the mark, within its scenario.
    kind
        ``forbidden`` or ``required``.
    points_mm
        The corners of the area in order, or the one spot; whole millimetres in the city's CRS.
    carrier
        What is to stand at the spot, a code; None for areas.
    """

    id: str
    kind: str
    points_mm: tuple[tuple[int, int], ...]
    carrier: str | None = None

    @cached_property
    def area(self) -> shapely.Geometry:
        """What the corners enclose, metres in the city's CRS; of a line that crosses itself all that it encloses."""
        ring = shapely.Polygon([(x / 1000, y / 1000) for x, y in self.points_mm])
        parts = shapely.get_parts(shapely.make_valid(ring))
        return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


Marks = Mapping[str, Mark | None]  # by id: None takes one away
