import random

import numpy as np
import pytest
from icu4py.breakers import WordBreaker
from py3langid import langid

from holdfast.texts.corpus import corpus_of
from holdfast.texts.languages import languages_of
from holdfast.texts.words import folded, is_word, pieces, says_nothing


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("付款失败了。没有回复", "付款 失败 了 没有 回复"),
        ("ชำระเงินไม่ผ่าน และช้ามาก", "ชำระ เงิน ไม่ ผ่าน และ ช้า มาก"),
        ("Płatność kartą nie przeszła", "płatność kartą nie przeszła"),
        ("Pembayaran gagal terus!", "pembayaran gagal terus"),
        ("فشل الدفعُ بالبطاقة", "فشل الدفع بالبطاقة"),
        ("支払いが失敗しました", "支払い が 失敗 しま した"),
        (
            "I couldn't pay: card-payment \uff26\uff21IL",
            "i couldn't pay card payment fail",
        ),
        ("<b>x</b> ![y](z) =1+1 \x00 🙂", "b x b y z 1 1"),
    ],
)
def test_words_are_cut_in_any_script(text, words):
    assert [each for each in pieces(folded(text)) if is_word(each)] == words.split()


@pytest.mark.parametrize(
    ("text", "given", "language"),
    [
        ("ตอบช้ามาก", None, "th"),
        ("太慢了", "", "zh"),
        ("遅いです", None, "ja"),
        ("느려요", None, "ko"),
        ("app 很慢", None, "zh"),
        ("anything", "pt-BR", "pt"),
        ("anything", "Polish", "pl"),
        ("zahlung fehlgeschlagen, karte abgelehnt", None, "de"),
        ("pembayaran gagal, kartu ditolak", None, "id"),
        ("prośba o fakturę vat", None, "pl"),
        ("خدمة العملاء بطيئة جدا", None, "ar"),
        ("ok", None, "unknown"),
        ("10/10 👍", None, "unknown"),
    ],
)
def test_the_language_is_the_given_one_else_of_the_script_else_guessed(
    text, given, language
):
    # Alone, and beside texts of other lengths.
    assert languages_of([text], [given]) == [language]
    beside = languages_of(["zu teuer für uns alle", text, ""], [None, given, "x"])
    assert beside == ["de", language, "unknown"]


def test_many_texts_are_told_by_the_model_as_each_by_itself():
    model = langid.LanguageIdentifier.from_model_file(
        langid.MODEL_FILE, norm_probs=True
    )
    said = ["zahlung fehlgeschlagen", "the app is too slow", "la facture est fausse"]
    said += ["pembayaran gagal", "płatność nie powiodła się", "ok", "12", "très und"]
    chance = random.Random(2)
    texts = [
        " ".join(chance.choices(said, k=chance.randrange(1, 9))) for _ in range(60)
    ]
    offered = {"de", "en", "fr", "es", "pt", "it", "nl", "pl", "cs", "sk", "sv", "da"}
    offered |= {"no", "fi", "tr", "id", "ro", "hu", "vi", "hr", "ru", "uk", "bg"}
    model.set_languages([*offered, "ar", "fa", "ur", "hi"])
    expected = [
        code if sure >= 0.5 else "unknown"
        for code, sure in (model.classify(text) for text in texts)
    ]
    assert languages_of(texts, [None] * len(texts)) == expected
    assert {"de", "en", "fr", "id", "pl", "unknown"} <= set(expected)


def test_ascii_is_cut_where_the_unicode_library_cuts_it():
    chance = random.Random(3)
    signs = "aabz019  __..''::,;-@/\"\n\r\t!?()\x00\x1f"
    for _ in range(3_000):
        text = "".join(chance.choices(signs, k=chance.randrange(1, 12)))
        assert pieces(text) == list(WordBreaker(text, "en")), repr(text)


def test_what_says_nothing_depends_on_the_language():
    assert says_nothing("die", "de")
    assert not says_nothing("die", "en")
    assert says_nothing("the", "unknown")
    assert not says_nothing("help", "en")
    assert not says_nothing("貴", "zh")
    assert says_nothing("x", "en")
    assert says_nothing("2026", "en")
    assert not says_nothing("word", "qq")


def test_a_text_of_any_length_is_read_once():
    corpus = corpus_of([("slow " * 2_000, "en"), ("", "en"), ("slow", "en")])
    assert len(corpus) == 3
    terms = corpus.terms(np.array([1, 1, 1]), 2)
    assert terms.term == ["slow"]
    assert list(terms.text_of) == [0, 2]
