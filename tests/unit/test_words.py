import numpy as np
import pytest

from holdfast.texts.corpus import corpus_of
from holdfast.texts.languages import language_of
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
    assert language_of(text, given) == language


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
