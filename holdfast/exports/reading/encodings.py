"""Which encoding a text is in, ranked; and text turned into UTF-8.

What is not UTF-8 can only be guessed. Each encoding is tried on a sample and judged by
the letters that come out: whether one language uses them all, and often. A wrong
encoding gives letters that no language has together, or rare signs.
"""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import BinaryIO, Protocol

from holdfast.exports.reading.description import CHUNK

_WHOLE = 16 << 20
_SLICE = 1 << 18
_SLICES = 4
_JUDGED = 1 << 18
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Signs that say nothing about the language.
_NEUTRAL = frozenset(
    "\u00a0¡¢£¥§©«®°±²³·º»¿×÷–—‘’‚“”„†‡•…‰‹›€™№、。「」（），：；！？・ー"  # noqa: RUF001
)
# Letters of the languages that each encoding is used for, the frequent ones first.
_LETTERS = {
    "cp1252": (
        "éèàêçùâîôûëïœæ",
        "äüöß",
        "óáíéñúü",
        "ãçáéíóõêâúàô",
        "èàéùòì",
        "åäöé",
        "øåæé",
        "éëïóöü",
        "íáéðóöúþæý",
    ),
    "cp1250": (
        "ąęółśżćńź",
        "íáéěřšžčýůúťďňó",
        "áíéčšžýťúľôňďäóŕĺ",
        "áéöóőíüűú",
        "ăîâşţ",
        "čšžćđ",
    ),
    "cp1251": (
        "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",
        "оанівитерслкудмпязьгбчхцїйєжшюфщґ",
    ),
    "cp1257": ("āīšēļņūžčģķ", "šėžųįąūčę", "äõöüšž"),
    "cp1254": ("ıüşöçğâî",),
    "cp1253": ("αοιετσνηυρπκμλςάίήόέύώδγχθφβξζψϊϋ",),
    "cp1255": ("יוהלאתמרבנשחעדקפםגצסטכזןךףץ",),
    "cp1256": ("الينمرتوبعدسفهقكحجشصطخةىأإآءئؤضظذغثپچژگ",),
    "cp1258": ("đàáâêôươăèéíóúụ\u0300\u0301\u0303\u0309\u0323",),
    "cp874": (
        "านรอกเงมยลวสดตทบปคหจพชขใไแโผถศธณภซฟญฉฐษฏฎฑฒฬฮฆฌฝฤะ"
        "\u0e31\u0e34\u0e35\u0e36\u0e37\u0e38\u0e39\u0e47\u0e48\u0e49\u0e4a\u0e4b"
        "\u0e4c\u0e33\u0e2f\u0e46",
    ),
}
# Where the frequent characters of an encoding's own writing stand: first bytes.
_FREQUENT = {
    "gb18030": ((0xB0, 0xD7),),
    "big5": ((0xA4, 0xC6),),
    "cp932": ((0x82, 0x83), (0x88, 0x97)),
}
ENCODINGS = ("utf-8", "utf-16", *_LETTERS, *_FREQUENT)


class Readable(Protocol):
    """What gives bytes."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes; none at the end."""


def mark_of(head: bytes) -> str | None:
    """Return the encoding that a byte order mark names."""
    return next((name for mark, name in _MARKS if head.startswith(mark)), None)


def samples(stream: BinaryIO, size: int | None) -> list[bytes]:
    """Return the whole of a short text, else its beginning and slices further on.

    Args:
        stream: The text's bytes, at their beginning.
        size: Bytes of it; None where slices cannot be reached.
    """
    if size is None:
        return [stream.read(8 * _SLICE)]
    if size <= _WHOLE:
        return [stream.read(_WHOLE)]
    slices = [stream.read(4 * _SLICE)]
    for number in range(1, _SLICES + 1):
        stream.seek((size - _SLICE) * number // _SLICES)
        # The cut may lie inside a line, and so inside a character.
        slices.append(stream.read(_SLICE).partition(b"\n")[2])
    return slices


def rank(texts: Sequence[bytes]) -> tuple[tuple[str, ...], bool]:
    """Return the encodings that a text may be in, best first, and whether it is sure.

    Args:
        texts: Its beginning and slices of it.
    """
    if mark := mark_of(texts[0]):
        return (mark, *(name for name in ENCODINGS if name != mark)), True
    if wide := _wide(texts[0]):
        return (wide, *ENCODINGS), False
    good, bad = _utf8(texts)
    if not bad:
        return ENCODINGS, True
    telling = _telling(texts)
    scores = {
        name: _score(telling, name) for name in ENCODINGS if not name.startswith("utf")
    }
    # Some bad bytes in what is plainly UTF-8 are damage, not another encoding.
    scores["utf-8"] = 2.0 if good >= 10 * bad else -2.0
    ranked = sorted(scores, key=lambda name: -scores[name])
    return (*ranked, "utf-16"), False


def transcode(
    stream: Readable, encoding: str, target: BinaryIO, check: Callable[[], None]
) -> bool:
    """Write a text as UTF-8, bounded in memory.

    Bytes that are no characters become U+FFFD.

    Args:
        stream: The text's bytes.
        encoding: What they are in.
        target: What to write to.
        check: Called between pieces; may raise to stop.

    Returns:
        Whether there were such bytes.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    is_damaged = False
    is_first = True
    while True:
        piece = stream.read(CHUNK)
        check()
        state = decoder.getstate()
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError:
            is_damaged = True
            decoder.setstate(state)
            decoder.errors = "replace"
            text = decoder.decode(piece, final=not piece)
            decoder.errors = "strict"
        if is_first:
            text = text.removeprefix("\ufeff")
            is_first = not text
        # Half a UTF-16 pair decodes and cannot be written.
        target.write(text.encode("utf-8", errors="replace"))
        if not piece:
            return is_damaged


def _wide(head: bytes) -> str:
    """Recognise UTF-16 without a mark by the zero bytes of its ASCII characters."""
    part = head[:4096]
    pairs = len(part) // 2
    if pairs < 2:
        return ""
    even, odd = part[0::2].count(0), part[1::2].count(0)
    if odd > 0.3 * pairs and even < 0.05 * pairs:
        return "utf-16-le"
    if even > 0.3 * pairs and odd < 0.05 * pairs:
        return "utf-16-be"
    return ""


def _utf8(texts: Iterable[bytes]) -> tuple[int, int]:
    """Count the characters beyond ASCII, and the bytes that are no characters."""
    good = bad = 0
    for text in texts:
        if text.isascii():
            continue
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            # A character cut off at the end is no fault.
            found = decoder.decode(text)
        except UnicodeDecodeError:
            found = text.decode("utf-8", errors="replace")
            bad += found.count("\ufffd")
            good -= found.count("\ufffd")
        good += sum(1 for character in found[:_JUDGED] if character > "\x7f")
    return good, bad


def _telling(texts: Iterable[bytes]) -> bytes:
    """Return the lines with bytes beyond ASCII, as many as are judged."""
    lines: list[bytes] = []
    size = 0
    for text in texts:
        for line in text.splitlines(keepends=True):
            if not line.isascii():
                lines.append(line)
                size += len(line)
                if size > _JUDGED:
                    return b"".join(lines[:-1]) or line[:_JUDGED]
    return b"".join(lines)


def _score(text: bytes, encoding: str) -> float:
    """Judge what comes out of a text: about 1 is right, -1 is impossible."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        found = decoder.decode(text)
    except UnicodeDecodeError:
        return -1.0
    counts = Counter(
        character.lower()[:1]
        for character in found
        if character > "\x7f" and character not in _NEUTRAL
    )
    total = counts.total()
    if encoding in _FREQUENT:
        common = sum(
            count for each, count in counts.items() if _is_frequent(each, encoding)
        )
        return common / total if total else -0.5
    if not total:
        return 0.5
    languages = _LETTERS[encoding]
    best = max(_share(counts, language, total) for language in languages)
    often = max(_share(counts, language[:9], total) for language in languages)
    known = _share(counts, "".join(languages), total)
    return 0.5 * best + 0.3 * known + 0.2 * often - _oddities(found) / total


def _oddities(text: str) -> int:
    """Count what no language writes often: capitals inside words, mixed scripts."""
    return sum(
        1
        for before, after in pairwise(text)
        if (after > "\x7f" and before.islower() and after.isupper())
        or (_is_far(after) and before.isascii() and before.isalpha())
        or (_is_far(before) and after.isascii() and after.isalpha())
    )


def _is_far(character: str) -> bool:
    """Whether a letter is of a script other than the Latin one."""
    return character > "\u036f" and character.isalpha()


def _share(counts: Counter[str], letters: str, total: int) -> float:
    return sum(counts[letter] for letter in set(letters)) / total


def _is_frequent(character: str, encoding: str) -> bool:
    coded = character.encode(
        "gb2312" if encoding == "gb18030" else encoding, errors="ignore"
    )
    return len(coded) == 2 and any(
        low <= coded[0] <= high for low, high in _FREQUENT[encoding]
    )
