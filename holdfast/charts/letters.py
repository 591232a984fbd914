"""Letters of all scripts in exported pictures: which font draws them, if any does.

A browser finds a font for every letter by itself. What draws pictures takes the first
font of a list for a whole text, and for letters that it lacks whichever comes first on
the computer, bold or with serifs. So each text gets a font of its script in front.
FiraGO comes with the app, for Thai, Arabic, Hebrew and Georgian; Chinese, Japanese and
Korean fonts are too large for that, and are the computer's own.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

from holdfast.charts.theme import FONTS

_FIRAGO = "FiraGO"
# The first whose letters a text has; what is Chinese only may be Japanese, too.
_FAMILIES = (
    ("[\u0590-\u08ff\u0e00-\u0e7f\u0900-\u097f\u10a0-\u10ff\ufb1d-\ufefc]", _FIRAGO),
    (
        "[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]",
        "'Noto Sans CJK KR', 'Malgun Gothic', 'Apple SD Gothic Neo'",
    ),
    (
        "[\u3040-\u30ff]",
        "'Noto Sans CJK JP', 'Yu Gothic', 'Hiragino Sans', 'Droid Sans Fallback'",
    ),
    (
        "[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]",
        "'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', 'WenQuanYi Micro Hei',"
        " 'Droid Sans Fallback'",
    ),
)
_NAMES = {"CJK": "Chinese", "HANGUL": "Korean"}
_NAMES |= dict.fromkeys(("HIRAGANA", "KATAKANA"), "Japanese")
# Letters up to here are in every font.
_LATIN = "\u024f"
_UNASSIGNED = "\u0378"
# A vowel of Thai and of Lao that is one letter and two signs, the first of them above
# whatever else is above: drawn as one, what follows would lie on the second.
_TWO_SIGNS = (
    (re.compile("([\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]*)\u0e33"), "\u0e4d\\1\u0e32"),
    (re.compile("([\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd]*)\u0eb3"), "\u0ecd\\1\u0eb2"),
)
_SVG = "http://www.w3.org/2000/svg"
_REMEDY = {
    "win32": "Add one under Settings, System, Optional features, and start Holdfast"
    " anew.",
    "darwin": "Open one, such as Noto Sans, in Font Book, and start Holdfast anew.",
}
_REMEDY_ELSEWHERE = (
    "Install one, on Debian and Ubuntu with sudo apt-get install fonts-noto-cjk"
    " (Chinese, Japanese, Korean) or fonts-noto-core (others), and start Holdfast anew."
)


@cache
def provide_fonts() -> TemporaryDirectory[str]:
    """Let pictures be drawn with the fonts that come with the app.

    Returns:
        Where they are as long as this process runs; they are read when a text needs
        them.
    """
    # Native, or large, and only exports need them.
    import vl_convert
    from pymupdf_fonts import fontbuffers

    folder = TemporaryDirectory(prefix="holdfast-fonts-", ignore_cleanup_errors=True)
    for name in ("figo", "figbo"):
        (Path(folder.name) / f"{name}.ttf").write_bytes(fontbuffers[name]())
    vl_convert.register_font_directory(folder.name)
    return folder


def with_fonts(drawing: str) -> str:
    """Give each text of an SVG whose script needs it a font that has its letters."""
    if drawing.isascii():
        return drawing
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.fromstring(drawing)
    for node in root.iter(f"{{{_SVG}}}text"):
        said = "".join(node.itertext())
        if families := _families(said):
            usual = node.get("font-family", FONTS)
            node.set("font-family", f"{families}, {usual}")
        for part in node.iter():
            for one, two in _TWO_SIGNS:
                part.text = one.sub(two, part.text) if part.text else None
    return ElementTree.tostring(root, encoding="unicode")


def undrawn_scripts(text: str) -> list[str]:
    """Name the scripts of a text that no font of this computer has, in order."""
    if text.isascii():
        return []
    letters: dict[str, str] = {}
    for letter in sorted(set(text)):
        if letter > _LATIN and letter.isalpha():
            # Such as THAI CHARACTER KO KAI.
            script = unicodedata.name(letter, "").split(" ")[0].split("-")[0]
            letters.setdefault(script, letter)
    missing = {
        _NAMES.get(script, script.capitalize())
        for script, letter in letters.items()
        if not _is_drawn(letter)
    }
    return sorted(missing)


def undrawn_note(text: str) -> str:
    """Say that a picture lacks letters of a text, and what to do; else nothing."""
    scripts = undrawn_scripts(text)
    if not scripts:
        return ""
    listed = " and ".join(filter(None, [", ".join(scripts[:-1]), scripts[-1]]))
    remedy = _REMEDY.get(sys.platform, _REMEDY_ELSEWHERE)
    return (
        f"No font of this computer has the letters of {listed}: a PNG shows boxes in"
        f" their place, SVG and CSV keep the text. {remedy}"
    )


def _families(text: str) -> str:
    found = (family for letters, family in _FAMILIES if re.search(letters, text))
    return next(found, "")


@cache
def _is_drawn(letter: str) -> bool:
    """Say whether a letter looks like anything but a box, or nothing."""
    families = _families(letter)
    looks = [_picture(each, families) for each in (letter, _UNASSIGNED, " ")]
    return looks[0] not in looks[1:]


def _picture(letter: str, families: str) -> bytes:
    import vl_convert

    provide_fonts()
    fonts = f"{families}, {FONTS}" if families else FONTS
    return bytes(
        vl_convert.svg_to_png(
            f'<svg xmlns="{_SVG}" width="24" height="24">'
            f'<text y="18" font-family="{fonts}">{letter}</text></svg>'
        )
    )
