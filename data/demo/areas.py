"""The ground of the map of the demo city: sea, water, green, built-up and residential land."""

import numpy as np
import pandas as pd
import shapely

from data.demo.ground import Ground
from data.demo.quarters import Blocks


def colour_ground(ground: Ground, blocks: Blocks, plots: pd.DataFrame) -> pd.DataFrame:
    """
    The areas layer.

    Returns
    -------
    pandas.DataFrame
        ``kind``, ``name`` and ``geometry`` in metres of the plan.
    """
    rows = [
        ("sea", "东海湾", ground.sea),
        ("water", "澜江", ground.river),
        ("water", "北塘河", ground.canal),
        ("water", "镜湖", ground.lake),
    ]
    rows += [("green", None, hill) for hill in ground.hills]
    rows += [("green", None, island) for island in ground.islands]
    rows += [("green", None, park) for park in plots["geometry"][plots["class"] == "park"]]
    dry = ground.dry
    dense = blocks.kind != "edge"
    urban = shapely.intersection(
        shapely.buffer(shapely.union_all(shapely.buffer(blocks.polygons[dense], 25)), -15, quad_segs=2), dry
    )
    rows += [("urban", None, part) for part in shapely.get_parts(urban) if part.area > 20_000]
    housing = np.ones(len(blocks), dtype=bool)
    housing[plots["block"].to_numpy()[plots["block"] >= 0]] = False
    plain = shapely.intersection(shapely.buffer(blocks.polygons[housing], -10, join_style="mitre"), dry)
    rows += [("residential", None, block) for block in shapely.get_parts(plain) if block.area > 2_000]
    rows = [
        (kind, name, part)
        for kind, name, whole in rows
        for part in shapely.get_parts(whole)
        if shapely.get_type_id(part) == 3
    ]
    return pd.DataFrame(rows, columns=["kind", "name", "geometry"])
