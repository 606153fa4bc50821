"""Text of a data file is data: made harmless for HTML and for maps."""

import pandas as pd

# Folium writes texts into JavaScript template literals, so the signs that end one, or begin an expression in one,
# become numeric entities as well; the browser shows all of them as the signs they stand for.
_FOR_MAPS = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "'": "&#39;",
        "\\": "&#92;",
        "`": "&#96;",
        "$": "&#36;",
        "{": "&#123;",
        "}": "&#125;",
        "\r": " ",
        "\n": " ",
        "\u2028": " ",
        "\u2029": " ",
    }
)


def for_html(text: object) -> str:
    """``text`` as it may stand in HTML and in folium's tooltips, pop-ups, icons and names; "" for a missing one."""
    return "" if _missing(text) else str(text).translate(_FOR_MAPS)


def _missing(value: object) -> bool:
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))
