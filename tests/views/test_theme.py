"""The look: colours that can be read, and one style sheet."""

import pytest

from views.theme import colours, score_colour, style_sheet


def luminance(colour: str) -> float:
    """Relative luminance of ``#RRGGBB`` as WCAG defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("ground", ["light", "dark"])
@pytest.mark.parametrize("name", ["text1", "text2", "text3", "action", "fail"])
def test_text_can_be_read(ground, name):
    assert contrast(getattr(colours(ground), name), colours(ground).bg) >= 4.5


@pytest.mark.parametrize(("score", "step"), [(0, 0), (69.9, 0), (70, 1), (84, 2), (89.9, 3), (94, 4), (95, 5)])
def test_score_colour_steps(score, step):
    assert score_colour(score) == colours().scores[step]


def test_style_sheet_is_filled_in_and_asks_nobody():
    sheet = style_sheet()
    assert colours().action in sheet
    assert not any(sign in sheet for sign in ("$", "http", "url(", "@import"))
