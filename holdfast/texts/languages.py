"""The language of a comment: as the export says, by its script, or by a small model.

The model is in the package that is installed, and knows no text of ours.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

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
_SCRIPTS = re.compile("|".join(signs for _, signs in _OF_SCRIPT))
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
_TOGETHER = 4_096
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


def language_name(code: str) -> str:
    """Name a language in English; a code of no known language stays."""
    listed = {each: name.capitalize() for name, each in _NAMES.items() if len(name) > 2}
    # Its own name stands beside.
    return {**listed, "de": "German", UNKNOWN: "Unknown"}.get(code, code)


def languages_of(texts: Sequence[str], given: Sequence[str | None]) -> list[str]:
    """Tell the languages of folded texts, many at once, which is several times faster.

    Args:
        texts: The comments, folded.
        given: What the export says of each; none or empty where it does not.

    Returns:
        Codes of two or three letters, or ``unknown``.
    """
    found = [
        (_given(said) if said else "") or _of_script(text[:_ENOUGH])
        for text, said in zip(texts, given, strict=True)
    ]
    open_ones = [place for place, code in enumerate(found) if not code]
    # Texts of about one length are followed letter by letter together.
    open_ones.sort(key=lambda place: len(texts[place]))
    for first in range(0, len(open_ones), _TOGETHER):
        places = open_ones[first : first + _TOGETHER]
        guessed = _guessed([texts[place][:_ENOUGH] for place in places])
        for place, code in zip(places, guessed, strict=True):
            found[place] = code
    return found


def _of_script(start: str) -> str:
    """Tell a language by its script; empty where others write it too."""
    if start.isascii():
        return "" if _LATIN.search(start) else UNKNOWN
    if not _SCRIPTS.search(start):
        return ""
    counts = Counter({code: len(pattern.findall(start)) for code, pattern in _PATTERNS})
    # Whoever writes Japanese writes Chinese signs too, and not the other way round.
    if counts["ja"]:
        return "ja"
    code, most = counts.most_common(1)[0]
    return code if most >= len(_LATIN.findall(start)) / 4 else ""


def _given(given: str) -> str:
    """Read a code such as pt-BR, or a language's English name."""
    said = given.strip().lower()
    if said in _NAMES:
        return _NAMES[said]
    match = _CODE.fullmatch(said)
    return _NAMES.get(match[1], match[1]) if match else ""


def _guessed(texts: Sequence[str]) -> list[str]:
    """Guess by the model what it would say of each text by itself.

    Its automaton is stepped for all texts at once, byte by byte.
    """
    model = _model()
    raw = [
        unicodedata.normalize("NFC", text).encode("utf8", errors="surrogatepass")
        for text in texts
    ]
    lengths = np.array([len(each) for each in raw])
    width = max(int(lengths.max(initial=0)), 1)
    letters = np.frombuffer(
        b"".join(each.ljust(width, b"\0") for each in raw), dtype=np.uint8
    ).reshape(len(raw), width)
    state = np.zeros(len(raw), dtype=np.int64)
    features = np.empty((len(raw), width), dtype=np.int32)
    for step in range(width):
        state = model.next_state[(model.row_of_state[state] << 8) + letters[:, step]]
        features[:, step] = model.feature_of_state[state]
    is_told = (features >= 0) & (np.arange(width) < lengths[:, None])
    rows, _ = np.nonzero(is_told)
    counts = coo_array(
        (np.ones(len(rows), dtype=np.float32), (rows, features[is_told])),
        shape=(len(raw), len(model.weights)),
    ).tocsr()
    counts.data = np.log1p(counts.data)
    scores = counts @ model.weights + model.priors
    scores /= np.sqrt(np.maximum(lengths, 1))[:, None]
    chances = np.exp(scores - scores.max(axis=1, keepdims=True))
    best = scores.argmax(axis=1)
    sure = chances[np.arange(len(raw)), best] / chances.sum(axis=1) >= _SURE
    # Without any feature every language is as likely.
    sure &= is_told.any(axis=1)
    return [
        model.codes[code] if is_sure else UNKNOWN
        for code, is_sure in zip(best, sure, strict=True)
    ]


@dataclass(frozen=True)
class _Model:
    """An automaton over bytes whose states tell features, and what these weigh.

    Attributes:
        next_state: By row of the state and byte.
        row_of_state: Row of each state.
        feature_of_state: What a state tells; -1 for nothing.
        weights: Of each feature for each language.
        priors: Of each language.
        codes: The languages.
    """

    next_state: NDArray[np.int32]
    row_of_state: NDArray[np.int64]
    feature_of_state: NDArray[np.int32]
    weights: NDArray[np.float32]
    priors: NDArray[np.float32]
    codes: list[str]


@cache
def _model() -> _Model:
    """Read the model; it takes a second, and most data need it only once."""
    from py3langid import langid

    found = langid.LanguageIdentifier.from_model_file(
        langid.MODEL_FILE, norm_probs=True
    )
    found.set_languages(list(_GUESSED))
    return _Model(
        np.asarray(found.tk_nextmove, dtype=np.int32),
        np.asarray(found.tk_row, dtype=np.int64),
        np.asarray(found.tk_output, dtype=np.int32),
        np.asarray(found.nb_ptc, dtype=np.float32),
        np.asarray(found.nb_pc, dtype=np.float32),
        list(found.nb_classes),
    )
