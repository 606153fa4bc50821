"""The layers of a city: their geometry, their columns and which of them must be there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class LayerSpec:
    """What one layer holds: its geometry, its standard columns with their kinds, and which of them must be there."""

    geometry: tuple[str, ...]
    columns: Mapping[str, str] = field(hash=False)  # name -> 'text' | 'number' | 'flag' | 'list'
    required: tuple[str, ...]


_LINE = ("LineString", "MultiLineString")
_POLYGON = ("Polygon", "MultiPolygon")
_ANY = ("Point", *_LINE, *_POLYGON)


def _columns(text: str = "", number: str = "", flag: str = "", listed: str = "") -> Mapping[str, str]:
    kinds = (("text", text), ("number", number), ("flag", flag), ("list", listed))
    return MappingProxyType({name: kind for kind, names in kinds for name in names.split()})


LAYERS: Mapping[str, LayerSpec] = MappingProxyType(
    {
        "districts": LayerSpec(
            _POLYGON,
            _columns(text="name unit level parent", flag="surveyed"),
            ("name",),
        ),
        "roads": LayerSpec(
            _LINE, _columns(text="highway name ref oneway bridge tunnel layer junction foot osm_id unit"), ("highway",)
        ),
        "buildings": LayerSpec(_POLYGON, _columns(text="name osm_id", number="height_m levels"), ()),
        "venues": LayerSpec(
            _ANY,
            _columns(text="id class name unit contact", number="centre_lon centre_lat"),
            ("id", "class", "name"),
        ),
        "sites": LayerSpec(
            ("Point",),
            _columns(
                text="id name carrier condition inspected_on unit photo original_datum",
                number="panels width_m height_m facing_deg psa_per_10_min original_x original_y",
                listed="themes",
            ),
            ("id", "carrier", "themes"),
        ),
        "areas": LayerSpec(_POLYGON, _columns(text="kind name"), ("kind",)),
    }
)
META = ("name", "source", "licence", "data_date", "datum", "demo")
