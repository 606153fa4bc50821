"""The ground of a city's pictures: its shapes, made ready once, to be cut to any map and thinned to its paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely

from data.city import City
from look.ground import areas_of, borders_of, main_districts, roads_of
from metrics.assessment import Assessment


@dataclass(frozen=True)
class Layer:
    """Shapes of one kind with their index, metres."""

    shapes: np.ndarray
    tree: shapely.STRtree

    @classmethod
    def of(cls, shapes) -> "Layer":
        """The parts of ``shapes``, without empty ones."""
        parts = shapely.get_parts(np.asarray(shapes, dtype=object))
        parts = parts[~shapely.is_empty(parts)]
        return cls(parts, shapely.STRtree(parts))

    def within(self, view: shapely.Polygon, step_m: float) -> np.ndarray:
        """What of the shapes lies in the box ``view``, cut there, and thinned to ``step_m``."""
        near = self.shapes[np.sort(self.tree.query(view))]
        cut = shapely.clip_by_rect(near, *view.bounds)
        thin = shapely.get_parts(shapely.simplify(cut, step_m, preserve_topology=False))
        return thin[~shapely.is_empty(thin)]


@dataclass(frozen=True, eq=False)
class PaperGround:
    """
    The ground of one city.

    Attributes
    ----------
    areas, roads
        Layers by kind (land, green, sea; lane, secondary, trunk, ring), in the order of drawing.
    borders, buildings
        Of districts; of houses.
    districts
        Polygons by name.
    """

    areas: Mapping[str, Layer]
    roads: Mapping[str, Layer]
    borders: Layer
    buildings: Layer
    districts: Mapping[str, shapely.Geometry]


@dataclass(frozen=True, eq=False)
class StreetNames:
    """Named streets: each name once for each of its lines, with the class of the road; metres."""

    names: np.ndarray
    classes: np.ndarray
    layer: Layer


@lru_cache(maxsize=4)
def paper_ground(city: City) -> PaperGround:
    """The ground of ``city``."""
    named = {} if city.districts is None else main_districts(city).set_index("name").geometry.to_dict()
    return PaperGround(
        areas={kind: Layer.of(shapes) for kind, shapes in areas_of(city).items()},
        roads={kind: Layer.of(shapes) for kind, shapes in roads_of(city).items()},
        borders=Layer.of(borders_of(city)),
        buildings=Layer.of([] if city.buildings is None else city.buildings.geometry),
        districts=named,
    )


@lru_cache(maxsize=4)
def street_names(assessment: Assessment, city: City) -> StreetNames:
    """The names of the streets that were walked, and of other named roads."""
    walked = assessment.streets[assessment.streets["name"].fillna("") != ""]
    names, classes = [walked["name"].to_numpy(dtype=object)], [walked["class"].to_numpy(dtype=object)]
    shapes = [walked.geometry.to_numpy()]
    if city.roads is not None:
        others = city.roads[(city.roads["name"].fillna("") != "") & ~city.roads["name"].isin(walked["name"])]
        merged = others.groupby(["name", "highway"], sort=True).geometry.agg(
            lambda lines: shapely.line_merge(shapely.multilinestrings(shapely.get_parts(lines.to_numpy())))
        )
        names.append(merged.index.get_level_values("name").to_numpy(dtype=object))
        classes.append(merged.index.get_level_values("highway").to_numpy(dtype=object))
        shapes.append(merged.to_numpy(dtype=object))
    parts, row = shapely.get_parts(np.concatenate(shapes), return_index=True)
    there = ~shapely.is_empty(parts)
    parts, row = parts[there], row[there]
    return StreetNames(np.concatenate(names)[row], np.concatenate(classes)[row], Layer(parts, shapely.STRtree(parts)))
