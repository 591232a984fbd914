"""The colours of the app, held against contrast and the common colour blindnesses."""

import tomllib
from itertools import combinations

import pytest

from holdfast.charts import theme
from tests.conftest import PROJECT

THEMES = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text())["theme"]

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear sRGB.
SIGHTS = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_stand_out_from_their_background(scheme):
    chosen = THEMES[scheme]
    colours = chosen["chartCategoricalColors"]
    ratios = {c: contrast(c, chosen["backgroundColor"]) for c in colours}
    # WCAG 2.2, 1.4.11: graphics 3:1; 1.4.3: text 4.5:1
    assert {c: r for c, r in ratios.items() if r < 3} == {}
    for background in ("backgroundColor", "secondaryBackgroundColor"):
        assert contrast(chosen["textColor"], chosen[background]) >= 4.5
        assert contrast(chosen["primaryColor"], chosen[background]) >= 3


def test_charts_draw_with_the_colours_of_the_app():
    assert list(theme.LIGHT_PALETTE) == THEMES["light"]["chartCategoricalColors"]
    assert list(theme.DARK_PALETTE) == THEMES["dark"]["chartCategoricalColors"]
    assert THEMES["light"]["backgroundColor"] == theme.LIGHT_BACKGROUND
    assert THEMES["dark"]["backgroundColor"] == theme.DARK_BACKGROUND


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sequential_colours_run_one_way(scheme):
    ramp = [luminance(c) for c in THEMES[scheme]["chartSequentialColors"]]
    assert len(ramp) == 10
    assert ramp == sorted(ramp, reverse=scheme == "light")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("sight", ["normal", "protan", "deutan", "tritan"])
def test_any_two_colours_stay_apart_in_every_sight(scheme, sight):
    colours = THEMES[scheme]["chartCategoricalColors"]
    # Ink draws the total, the grey draws the rest.
    drawn = [pair[scheme == "dark"] for pair in (theme.INK, theme.REST_COLOURS[0])]
    seen = [oklab(times(SIGHTS[sight], linear(c))) for c in [*colours, *drawn]]
    # About 0.02 is what the eye tells apart side by side in OKLab.
    assert min(distance(a, b) for a, b in combinations(seen, 2)) > 0.08


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(colour: str) -> list[float]:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    return [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    ]


def times(matrix, vector) -> list[float]:
    return [sum(m * v for m, v in zip(row, vector, strict=True)) for row in matrix]


def oklab(colour: list[float]) -> list[float]:
    # Ottosson 2020, "A perceptual color space for image processing".
    to_cones = (
        (0.4122214708, 0.5363325363, 0.0514459929),
        (0.2119034982, 0.6806995451, 0.1073969566),
        (0.0883024619, 0.2817188376, 0.6299787005),
    )
    to_lab = (
        (0.2104542553, 0.7936177850, -0.0040720468),
        (1.9779984951, -2.4285922050, 0.4505937099),
        (0.0259040371, 0.7827717662, -0.8086757660),
    )
    return times(to_lab, [max(cone, 0) ** (1 / 3) for cone in times(to_cones, colour)])


def distance(one: list[float], other: list[float]) -> float:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5
