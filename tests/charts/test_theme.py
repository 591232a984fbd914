import pytest

from holdfast.charts import theme
from holdfast.charts.retention import retention_curves
from tests.charts import frames

DARK_PAGES = (theme.DARK_BACKGROUND, "#171614", "#262730")


def luminance(colour):
    """Relative luminance. Source: WCAG 2.2."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def cell_colour(ramp, rate):
    """What the square-root scale with its three stops draws."""
    positions = [stop**0.5 for stop in theme.RATE_STOPS]
    place = rate**0.5
    index = int(place > positions[1])
    left, right = positions[index : index + 2]
    share = (place - left) / (right - left)
    mixed = (
        round(
            int(ramp[index][at : at + 2], 16) * (1 - share)
            + int(ramp[index + 1][at : at + 2], 16) * share
        )
        for at in (1, 3, 5)
    )
    return "#" + "".join(f"{value:02x}" for value in mixed)


@pytest.mark.parametrize(
    "colour",
    [
        *theme.LIGHT_PALETTE,
        *(light for light, _ in theme.REST_COLOURS),
        *(pair[0] for pair in (theme.INK, theme.MUTED, theme.ACCENT)),
    ],
)
def test_every_light_colour_stands_out_from_white(colour):
    assert contrast(colour, theme.LIGHT_BACKGROUND) >= 3


@pytest.mark.parametrize("page", DARK_PAGES)
@pytest.mark.parametrize(
    "colour",
    [
        *theme.DARK_PALETTE,
        *(dark for _, dark in theme.REST_COLOURS),
        *(pair[1] for pair in (theme.INK, theme.MUTED, theme.ACCENT)),
    ],
)
def test_every_dark_colour_stands_out_from_dark_pages(colour, page):
    assert contrast(colour, page) >= 3


def test_words_are_legible_on_both_backgrounds():
    for light, dark in (theme.INK, theme.MUTED):
        assert contrast(light, theme.LIGHT_BACKGROUND) >= 4.5
        assert contrast(dark, theme.DARK_BACKGROUND) >= 4.5


@pytest.mark.parametrize(
    ("ramp", "switch", "low_ink", "high_ink"),
    [
        (theme.LIGHT_RAMP, theme.INK_SWITCH[0], "#000000", "#ffffff"),
        (theme.DARK_RAMP, theme.INK_SWITCH[1], "#ffffff", "#000000"),
    ],
)
def test_the_number_on_a_cell_is_legible_at_every_rate(ramp, switch, low_ink, high_ink):
    for rate in (step / 1000 for step in range(1001)):
        ink = high_ink if rate >= switch else low_ink
        assert contrast(cell_colour(ramp, rate), ink) >= 4.5, rate


def test_the_colours_of_cells_rise_steadily_with_the_rate():
    for ramp in (theme.LIGHT_RAMP, theme.DARK_RAMP):
        steps = [luminance(cell_colour(ramp, step / 50)) for step in range(51)]
        assert steps in (sorted(steps), sorted(steps, reverse=True))


def test_every_font_list_ends_where_any_machine_has_a_font():
    assert theme.FONTS.endswith(", sans-serif")
    assert "'Liberation Sans'" in theme.FONTS


def test_segments_keep_ink_for_the_total_and_grey_for_the_rest():
    colours = theme.segment_colours(["All", "Search", "Ads", "Other", "(none)"])
    assert colours == [
        theme.INK,
        (theme.LIGHT_PALETTE[0], theme.DARK_PALETTE[0]),
        (theme.LIGHT_PALETTE[1], theme.DARK_PALETTE[1]),
        *theme.REST_COLOURS,
    ]


def test_the_total_alone_has_the_first_colour():
    assert theme.segment_colours(["All"]) == [
        (theme.LIGHT_PALETTE[0], theme.DARK_PALETTE[0])
    ]


def test_the_default_breakdown_never_repeats_a_colour():
    names = ["All", *(f"segment {number}" for number in range(8)), "Other", "(none)"]
    assert len(set(theme.segment_colours(names))) == len(names)
    assert len(theme.LIGHT_PALETTE) == len(theme.DARK_PALETTE)


def test_a_chart_on_a_page_is_the_chart_without_its_words():
    drawn = retention_curves(frames.retention(), "month")
    spec, shown = drawn.to_dict(), drawn.page_spec()
    assert set(shown) == set(spec) - {"title", "description"}
    assert shown["layer"] == spec["layer"]
