import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from holdfast.charts import export, letters, theme
from holdfast.charts.themes import term_bars
from tests.charts.test_export import texts
from tests.charts.test_themes import ROWS

# Two words of each, as long as each other.
WORDS = {
    "Polish": ("źle", "łzą"),
    "Indonesian": ("lama", "uang"),
    "Thai": ("ชำ", "งา"),
    "Arabic": ("دفع", "بطئ"),
    "Chinese": ("付款", "失败"),
}
# No letters: both are drawn as the same box.
NOBODYS, NOBODYS_EITHER = "\u0378", "\u0379"
TERMS = [
    *(word for pair in WORDS.values() for word in pair),
    *(sign * size for sign in (NOBODYS, NOBODYS_EITHER) for size in (2, 3, 4)),
]


@pytest.fixture(scope="module")
def drawing():
    rows = pd.concat([ROWS.iloc[[1]]] * len(TERMS), ignore_index=True)
    return term_bars(rows.assign(term=TERMS, term_no=range(len(TERMS))))


@pytest.fixture(scope="module")
def looks(drawing):
    """Cut what stands in front of each bar out of the picture."""
    picture = np.asarray(Image.open(io.BytesIO(export.png(drawing))).convert("RGB"))
    is_bar = (picture == tuple(bytes.fromhex(theme.LIGHT_PALETTE[0][1:]))).all(axis=2)
    left = np.flatnonzero(is_bar.any(axis=0))[0]
    top, bottom = np.flatnonzero(is_bar.any(axis=1))[[0, -1]]
    # A tenth of each row is between the bars.
    height = round((bottom - top) / (len(TERMS) - 0.1))
    return {
        term: picture[top + place * height :, :left][: height - 1]
        for place, term in enumerate(TERMS)
    }


def differ(one, other):
    return bool((one != other).any())


@pytest.mark.parametrize("language", WORDS)
def test_words_of_every_script_are_letters_in_a_picture_and_no_boxes(looks, language):
    one, other = WORDS[language]
    assert letters.undrawn_scripts(one + other) == [], "make chromium installs fonts"
    assert differ(looks[one], looks[other])
    assert differ(looks[one], looks[NOBODYS * len(one)])
    assert differ(looks[other], looks[NOBODYS * len(one)])


def test_what_no_font_has_looks_alike_in_a_picture(looks):
    for size in (2, 3, 4):
        assert not differ(looks[NOBODYS * size], looks[NOBODYS_EITHER * size])
    assert letters.undrawn_note(NOBODYS) == ""


def test_words_of_every_script_stay_text_in_a_drawing(drawing):
    assert set(TERMS) <= set(texts(export.svg(drawing)))


def test_only_words_that_need_it_get_another_font():
    told = letters.with_fonts(
        '<svg xmlns="http://www.w3.org/2000/svg"><text font-family="A, b">źle</text>'
        '<text font-family="A, b">Pay &lt;น้ำ&gt;</text></svg>'
    )
    assert '<text font-family="A, b">źle</text>' in told
    # The sign above comes first, so that the tone stands on it.
    two_signs = "Pay &lt;น\u0e4d\u0e49\u0e32&gt;"
    assert f'<text font-family="FiraGO, A, b">{two_signs}</text>' in told


def test_a_script_that_no_font_has_is_named_with_what_to_do(monkeypatch):
    monkeypatch.setattr(letters, "_is_drawn", lambda letter: letter < "\u3000")
    note = letters.undrawn_note("źle 付款 スト 한국 ชำ")
    assert note.startswith("No font of this computer has the letters of Chinese,")
    assert "Chinese, Japanese and Korean: a PNG shows boxes" in note
    assert note.endswith("start Holdfast anew.")
    assert letters.undrawn_note("Zażółć gęślą jaźń, ชำ") == ""
