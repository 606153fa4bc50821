"""Numbers, lengths and directions as people write them in the tags of OpenStreetMap."""

import re

import numpy as np

_NUMBER = r"\d+(?:[.,]\d+)?"
_METRES = re.compile(rf"(?:~|ca\.?\s*)?({_NUMBER})\s*(m|米|metres?|meters?|ft|feet|'|′)?\.?", re.IGNORECASE)
_FEET = ("ft", "feet", "'", "′")
_WINDS = ("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW")


def metres(text: str) -> float:
    """
    A length in metres as OSM tags write it, feet turned to metres, of several the greatest; NaN if it is none.

    Examples
    --------
    >>> [metres(text) for text in ("12 m", "10,5", "3;4", "20 ft", "high")]
    [12.0, 10.5, 4.0, 6.096, nan]
    """
    parts = [_METRES.fullmatch(part.strip()) for part in text.split(";") if part.strip()]
    if not parts or None in parts:
        return np.nan
    return max(
        float(part[1].replace(",", ".")) * (0.3048 if (part[2] or "").lower() in _FEET else 1.0) for part in parts
    )


def whole_number(text: str) -> float:
    """A plain number of one or several (the greatest), as for storeys; NaN if it is none."""
    parts = [part.strip() for part in text.split(";") if part.strip()]
    if not parts or not all(re.fullmatch(_NUMBER, part) for part in parts):
        return np.nan
    return max(float(part.replace(",", ".")) for part in parts)


def compass(text: str) -> float:
    """
    A direction in degrees from north, clockwise, 0 to 360; NaN when it is none or not a single one.

    Examples
    --------
    >>> [compass(text) for text in ("110", "NE", "90-180")]
    [110.0, 45.0, nan]
    """
    if text.strip().upper() in _WINDS:
        return 22.5 * _WINDS.index(text.strip().upper())
    match = re.fullmatch(rf"({_NUMBER})\s*°?", text.strip())
    degrees = float(match[1].replace(",", ".")) if match else np.nan
    return degrees % 360 if degrees <= 360 else np.nan
