"""Roads as they are drawn before they are cut: whole lines with their tags."""

from dataclasses import dataclass, field

import numpy as np

from data.demo.kerbs import Kerb
from data.demo.noding import GROUND

MEDIAN_HALF_M = {"trunk": 17.0, "primary": 12.5, "motorway": 13.0}  # from the centre line to a carriageway


@dataclass
class Drafts:
    """Lines to be cut, with what is written on each."""

    parts: list[np.ndarray] = field(default_factory=list)
    tags: list[dict] = field(default_factory=list)
    kerbs: list[Kerb] = field(default_factory=list)

    def add(self, xy: np.ndarray, *, stratum: int = GROUND, **tags: str | None) -> None:
        """Put down a line."""
        self.parts.append(np.asarray(xy, dtype=float))
        self.tags.append({"stratum": stratum, **tags})


def carriageways(line: np.ndarray, half_m: float, taper_start: bool, taper_end: bool) -> list[np.ndarray]:
    """The right and the left side of ``line``, both in its direction; at a tapered end they meet in its middle."""
    step = np.gradient(line, axis=0)
    normal = np.column_stack([step[:, 1], -step[:, 0]]) / np.hypot(*step.T)[:, None]
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    wide = np.full(len(line), half_m)
    if taper_start:
        wide *= np.clip(along / 90, 0, 1)
    if taper_end:
        wide *= np.clip((along[-1] - along) / 90, 0, 1)
    return [line + wide[:, None] * normal, line - wide[:, None] * normal]
