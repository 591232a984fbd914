"""The language of a comment: as the export says, by its script, or by a small model.

The model is in the package that is installed, and knows no text of ours.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import Any

UNKNOWN = "unknown"

# Scripts that one language of customers writes, by where their letters begin and end.
_OF_SCRIPT = (
    ("ja", "[\u3040-\u30ff]"),
    ("zh", "[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"),
    ("ko", "[\u1100-\u11ff\uac00-\ud7af]"),
    ("th", "[\u0e00-\u0e7f]"),
    ("lo", "[\u0e80-\u0eff]"),
    ("my", "[\u1000-\u109f]"),
    ("km", "[\u1780-\u17ff]"),
    ("el", "[\u0370-\u03ff]"),
    ("he", "[\u0590-\u05ff]"),
)
_PATTERNS = tuple((code, re.compile(signs)) for code, signs in _OF_SCRIPT)
_LATIN = re.compile("[a-z\u00c0-\u024f\u1e00-\u1eff]")
# Of few words each language of the world may be the likeliest; these are asked for.
_GUESSED = (
    *("en", "de", "fr", "es", "pt", "it", "nl", "pl", "cs", "sk", "sv", "da", "no"),
    *("fi", "tr", "id", "ro", "hu", "vi", "hr", "ru", "uk", "bg", "ar", "fa", "ur"),
    "hi",
)
_SURE = 0.5
# The beginning of a long text tells its language as well as the whole.
_ENOUGH = 400
_CODE = re.compile(r"([a-z]{2,3})(?:[-_].*)?")
_NAMES = {
    "english": "en",
    "german": "de",
    "deutsch": "de",
    "french": "fr",
    "spanish": "es",
    "polish": "pl",
    "indonesian": "id",
    "thai": "th",
    "chinese": "zh",
    "arabic": "ar",
    "japanese": "ja",
    "korean": "ko",
    "portuguese": "pt",
    "italian": "it",
    "dutch": "nl",
    "russian": "ru",
    "turkish": "tr",
    "in": "id",
    "iw": "he",
    "nb": "no",
    "nn": "no",
}


def language_of(text: str, given: str | None) -> str:
    """Tell the language of a folded text.

    Args:
        text: The comment, folded.
        given: What the export says; none or empty where it does not.

    Returns:
        A code of two or three letters, or ``unknown``.
    """
    if given and (said := _given(given)):
        return said
    start = text[:_ENOUGH]
    if start.isascii():
        return _guessed(start) if _LATIN.search(start) else UNKNOWN
    counts = Counter({code: len(pattern.findall(start)) for code, pattern in _PATTERNS})
    # Whoever writes Japanese writes Chinese signs too, and not the other way round.
    if counts["ja"]:
        return "ja"
    code, most = counts.most_common(1)[0]
    if most and most >= len(_LATIN.findall(start)) / 4:
        return code
    return _guessed(start)


def _given(given: str) -> str:
    """Read a code such as pt-BR, or a language's English name."""
    said = given.strip().lower()
    if said in _NAMES:
        return _NAMES[said]
    match = _CODE.fullmatch(said)
    return _NAMES.get(match[1], match[1]) if match else ""


def _guessed(text: str) -> str:
    code, chance = _model().classify(text)
    return str(code) if chance >= _SURE else UNKNOWN


@cache
def _model() -> Any:
    """Read the model; it takes a second, and most data need it only once."""
    from py3langid import langid

    model = langid.LanguageIdentifier.from_model_file(
        langid.MODEL_FILE, norm_probs=True
    )
    model.set_languages(list(_GUESSED))
    return model
