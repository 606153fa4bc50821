"""Map pictures of an assessment: PNG at 300 dpi and PDF."""

from briefing.pictures.alone import gap_picture, place_picture
from briefing.pictures.found import worst
from briefing.pictures.maps import city_map, city_picture, district_map, district_picture, gap_map
from briefing.pictures.sheet import Sheet

__all__ = [
    "Sheet",
    "city_map",
    "city_picture",
    "district_map",
    "district_picture",
    "gap_map",
    "gap_picture",
    "place_picture",
    "worst",
]
