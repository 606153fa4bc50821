"""The map pictures of a briefing, each drawn once however many documents show it."""

from functools import cached_property

from briefing.facts import Audience, Briefing
from briefing.pictures import city_picture, district_picture, gap_picture
from briefing.pictures.reduced import reduced
from data.city import City
from look.ground import main_districts
from metrics.assessment import Assessment
from metrics.scores import CITY, DISTRICT

MAP_MM = (112.0, 101.0)
GAP_MM = (112.0, 62.0)


class Shown:
    """
    Pictures of an assessment.

    Parameters
    ----------
    city, assessment
        What they show.
    """

    def __init__(self, city: City, assessment: Assessment):
        self._city, self._assessment = city, assessment
        self._districts: dict[str, bytes] = {}
        self._gaps: dict[str, bytes | None] = {}

    @cached_property
    def city(self) -> bytes:
        """The map of the city, ``MAP_MM``."""
        width, height = MAP_MM
        return reduced(city_picture(self._city, self._assessment, width_mm=width, height_mm=height))

    def district(self, name: str) -> bytes | None:
        """The map of a district, ``MAP_MM``; None when it has no shape."""
        if name not in self._districts:
            known = self._city.districts is not None and name in set(main_districts(self._city)["name"])
            width, height = MAP_MM
            self._districts[name] = (
                reduced(district_picture(self._city, self._assessment, name, width_mm=width, height_mm=height))
                if known
                else b""
            )
        return self._districts[name] or None

    def gap(self, row) -> bytes | None:
        """The close-up of a finding, ``GAP_MM``; None when it has no place."""
        if row.key not in self._gaps:
            width, height = GAP_MM
            png = gap_picture(self._city, self._assessment, row, width_mm=width, height_mm=height)
            self._gaps[row.key] = None if png is None else reduced(png)
        return self._gaps[row.key]

    def of(self, briefing: Briefing) -> bytes | None:
        """The map of whom a briefing is for; a unit has none of its own."""
        audience: Audience = briefing.audience
        if audience.scope == DISTRICT:
            return self.district(audience.name)
        return self.city if audience.scope == CITY else None
