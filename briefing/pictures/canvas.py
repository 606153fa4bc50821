"""What pictures are drawn on: a figure measured in millimetres, and the bytes it gives."""

import io
from collections.abc import Sequence
from itertools import count
from threading import RLock

import numpy as np
import shapely
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.patheffects import Stroke
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Bbox, TransformedBbox

from briefing.pictures.fonts import drawable, missing_characters, properties
from briefing.pictures.sheet import measures

DRAWING = RLock()  # one picture at a time: matplotlib's fonts are not made for several threads
_POINTS_PER_MM = 72 / 25.4
_PNG_LEVEL = 4
FORMATS = ("png", "pdf")
_ALIGNED = {"left": "left", "right": "right", "middle": "center"}

Box = tuple[float, float, float, float]  # left, bottom, right, top


class Canvas:
    """
    An empty page.

    Everything is given in millimetres from its lower left corner and lies above what was drawn before.

    Parameters
    ----------
    width_mm, height_mm
        Of the page.
    ground
        Its colour.
    """

    def __init__(self, width_mm: float, height_mm: float, ground: str):
        self.width_mm, self.height_mm = width_mm, height_mm
        self.figure = Figure(figsize=(width_mm / 25.4, height_mm / 25.4), facecolor=ground)
        FigureCanvasAgg(self.figure)
        self._in_mm = Affine2D().scale(1 / 25.4) + self.figure.dpi_scale_trans
        self._order = count(1)
        self.lacking: dict[str, None] = {}

    def fill(self, shapes: np.ndarray, colour: str, *, clip: Box | None = None, **look) -> None:
        """Polygons (mm) in one colour; holes stay open. ``look`` as for a patch of matplotlib."""
        shapes = shapely.orient_polygons(shapely.get_parts(shapes))
        self._patch(shapely.get_rings(shapes), clip, **{"facecolor": colour, "linewidth": 0, **look})

    def lines(
        self,
        shapes: np.ndarray,
        colour: str,
        width_mm: float,
        *,
        clip: Box | None = None,
        dashes_mm: Sequence[float] | None = None,
        cap: str = "round",
        **look,
    ) -> None:
        """Lines (mm) of one colour and width; ``dashes_mm`` are the lengths drawn and left out in turn."""
        style = (0, tuple(length / width_mm for length in dashes_mm)) if dashes_mm else "solid"
        self._patch(
            shapely.get_parts(shapes),
            clip,
            fill=False,
            edgecolor=colour,
            linewidth=width_mm * _POINTS_PER_MM,
            linestyle=style,
            capstyle=cap,
            joinstyle="round",
            **look,
        )

    def box(self, box: Box, colour: str, **look) -> None:
        """A rectangle."""
        self.fill(np.array([shapely.box(*box)]), colour, **look)

    def rule(self, start: tuple[float, float], end: tuple[float, float], colour: str, width_mm: float) -> None:
        """A straight line."""
        self.lines(np.array([shapely.LineString([start, end])]), colour, width_mm, cap="butt")

    def text(
        self,
        x: float,
        y: float,
        text: str,
        points: float,
        colour: str,
        *,
        bold: bool = False,
        at: str = "left",
        middle: bool = False,
        turn: float = 0.0,
        halo: str | None = None,
        clip: Box | None = None,
    ) -> None:
        """
        One line of text; what the font lacks becomes 〓 and is kept in ``lacking``.

        Parameters
        ----------
        x, y
            Where its left end, middle or right end (``at``) stands on the line of writing, or its middle (``middle``).
        turn
            Degrees against the clock.
        halo
            The colour of a rim that keeps it legible above lines.
        """
        self.lacking |= dict.fromkeys(missing_characters(text))
        shown = drawable(text)
        if not shown.strip():
            return
        style = {
            "fontproperties": properties(points, bold),
            "ha": _ALIGNED[at],
            "va": "center_baseline" if middle else "baseline",
            "rotation": turn,
            "rotation_mode": "anchor",
            "parse_math": False,
            "transform": self._in_mm,
        }
        if halo is not None:
            rim = [Stroke(linewidth=0.28 * points, foreground=halo, joinstyle="round")]
            self._add(Text(x, y, shown, path_effects=rim, color=halo, **style), clip)
        self._add(Text(x, y, shown, color=colour, **style), clip)

    def bytes(self, format: str, title: str) -> bytes:
        """
        The picture as PNG or PDF; the same drawing gives the same bytes.

        Raises
        ------
        ValueError
            When ``format`` is neither.
        """
        if format not in FORMATS:
            raise ValueError(f"pictures are {' or '.join(FORMATS)}, not {format!r}")
        sink = io.BytesIO()
        if format == "png":
            options = {"metadata": {"Software": None}, "pil_kwargs": {"compress_level": _PNG_LEVEL}}
            self.figure.savefig(sink, format="png", dpi=measures().dpi, **options)
        else:
            about = {"Title": drawable(title), "CreationDate": None, "Producer": None, "Creator": None}
            self.figure.savefig(sink, format="pdf", metadata=about)
        for text in self.figure.findobj(Text):
            text._renderer = None  # holds every pixel, in a circle that is collected late: 35 MB a sheet
        FigureCanvasAgg(self.figure)
        return sink.getvalue()

    def _patch(self, lines: np.ndarray, clip: Box | None, **look) -> None:
        points, line = shapely.get_coordinates(lines, return_index=True)
        if not len(points):
            return
        codes = np.full(len(points), Path.LINETO, dtype=np.uint8)
        codes[np.diff(line, prepend=-1) != 0] = Path.MOVETO
        self._add(PathPatch(Path(points, codes), transform=self._in_mm, **look), clip)

    def _add(self, artist: Artist, clip: Box | None) -> None:
        artist.set_zorder(next(self._order))
        if clip is not None:
            artist.set_clip_on(True)
            artist.set_clip_box(TransformedBbox(Bbox.from_extents(*clip), self._in_mm))
        self.figure.add_artist(artist)
