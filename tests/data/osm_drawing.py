"""A small OSM file drawn by hand."""

from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

from data.osm import read_osm

STEP = 0.0001  # about ten metres


@dataclass
class Drawing:
    """
    An OSM file drawn by hand: each thing stands by itself, ``STEP`` × 10 further east, so that none touches another.

    A point is one node, a line two nodes, a polygon a closed way of four.
    """

    nodes: list[str] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)
    relations: list[str] = field(default_factory=list)

    def point(self, tags: dict[str, str], at: tuple[float, float] | None = None) -> str:
        lon, lat = at or (120 + len(self.nodes) * STEP * 10, 30.0)
        number = len(self.nodes) + 1
        self.nodes.append(f'<node id="{number}" lat="{lat:.7f}" lon="{lon:.7f}">{_tags(tags)}</node>')
        return f"n{number}"

    def way(self, tags: dict[str, str], places: list[tuple[float, float]], *, close: bool = False) -> str:
        refs = [self.point({}, place)[1:] for place in places]
        number = len(self.ways) + 1
        nodes = "".join(f'<nd ref="{ref}"/>' for ref in refs + refs[:1] * close)
        self.ways.append(f'<way id="{number}">{nodes}{_tags(tags)}</way>')
        return f"w{number}"

    def line(self, tags: dict[str, str]) -> str:
        east = 120 + len(self.nodes) * STEP * 10
        return self.way(tags, [(east, 30.0), (east + STEP, 30.0)])

    def polygon(self, tags: dict[str, str]) -> str:
        east = 120 + len(self.nodes) * STEP * 10
        ring = [(east, 30.0), (east + STEP, 30.0), (east + STEP, 30 + STEP), (east, 30 + STEP)]
        return self.way(tags, ring, close=True)

    def relation(self, tags: dict[str, str], ways: list[str]) -> str:
        number = len(self.relations) + 1
        members = "".join(f'<member type="way" ref="{way[1:]}" role="outer"/>' for way in ways)
        self.relations.append(f'<relation id="{number}">{members}{_tags(tags)}</relation>')
        return f"r{number}"

    def write(self, path: Path) -> Path:
        path.write_text(
            f'<osm version="0.6">{"".join(self.nodes + self.ways + self.relations)}</osm>', encoding="utf-8"
        )
        return path

    def read(self, folder: Path, **options):
        return read_osm(self.write(folder / "drawn.osm"), **options)


def _tags(tags: dict[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())
