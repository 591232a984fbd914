# ruff: noqa: RUF001
import pytest

from holdfast.exports.reading import ENCODINGS, encoding_candidates, guess_reading
from tests.readings import read_file, written

TEXTS = {
    "cp1252": [
        "nom,ville\nHélène,Orléans\nFrançois,Nîmes\nZoé,Béziers\nÀ bientôt,là-bas\n",
        "name,ort\nMüller,Köln\nGroß,Düsseldorf\n",
        "nombre,ciudad\nMuñoz,Córdoba\nPérez,Málaga\n",
        "nome,cidade\nJoão,São Paulo\nConceição,Avô\n",
        "navn,by\nSøren,Århus\nBjørn,Tromsø\n",
        "id,x\n1,café\n",
        "id,x\n1,it’s – ok\n",
    ],
    "cp1250": [
        "imię,miasto\nŁukasz,Łódź\nMałgorzata,Gdańsk\nżółć,Częstochowa\n",
        "jméno,město\nJiří,Plzeň\nŽofie,Kroměříž\nTomáš,Ústí nad Labem\n",
        "név,város\nGyörgy,Győr\nLászló,Székesfehérvár\nŐrs,fű\n",
    ],
    "cp1251": [
        "имя,город\nИван,Москва\nОльга,Санкт-Петербург\n",
        "ім'я,місто\nОлена,Київ\nЇжак,Львів\n",
    ],
    "cp1253": ["όνομα,πόλη\nΓιώργος,Αθήνα\nΜαρία,Θεσσαλονίκη\n"],
    "cp1254": ["ad,şehir\nÇağrı,İzmir\nGülşen,Muğla\nIşık,Kırşehir\n"],
    "cp1255": ["שם,עיר\nמשה,ירושלים\nרחל,תל אביב\n"],
    "cp1256": ["اسم,مدينة\nمحمد,القاهرة\nفاطمة,دمشق\n"],
    "cp1257": [
        "vārds,pilsēta\nJānis,Rīga\nLīga,Jūrmala\nĢirts,Liepāja\n",
        "vardas,miestas\nŽydrūnas,Šiauliai\nAgnė,Panevėžys\nŲla,Kėdainiai\n",
    ],
    "cp874": ["ชื่อ,เมือง\nสมชาย,กรุงเทพ\nสุดา,เชียงใหม่\n"],
    "gb18030": [
        "姓名,城市\n张伟,北京\n王芳,上海\n",
        "评论,分\n服务很差,1\n非常满意,5\n",
    ],
    "big5": [
        "姓名,城市\n陳志明,台北\n林淑芬,高雄\n",
        "評論,分\n服務很差,1\n非常滿意,5\n",
    ],
    "cp932": [
        "名前,都市\n田中太郎,東京\nさくら,大阪\n",
        "文,点\nサービスが悪い,1\nとても良い,5\n",
    ],
}
CASES = [(name, text) for name, texts in TEXTS.items() for text in texts]


@pytest.mark.parametrize(("encoding", "text"), CASES)
def test_an_encoding_is_guessed_from_the_language(tmp_path, encoding, text):
    found = read_file(written(tmp_path, text.encode(encoding)), tmp_path)
    assert found.reading.encoding == encoding
    assert not found.reading.is_encoding_sure
    assert f"encoding {encoding} (a guess)" in found.reading.describe()
    expected = [line.split(",") for line in text.splitlines()]
    assert [found.names, *map(list, found.cells)] == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_mark_or_valid_utf8_is_sure(tmp_path, encoding):
    text = "id,x\n1,žluť 北京\n"
    found = read_file(written(tmp_path, text.encode(encoding)), tmp_path)
    assert found.reading.is_encoding_sure
    assert (found.names, found.cells) == (["id", "x"], [("1", "žluť 北京")])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_seen_by_its_zero_bytes(tmp_path, encoding):
    found = read_file(written(tmp_path, "id,x\n1,é北\n".encode(encoding)), tmp_path)
    assert found.reading.encoding == encoding
    assert found.cells == [("1", "é北")]


def test_all_encodings_stand_for_choice_the_likeliest_first(tmp_path):
    path = written(tmp_path, "id,x\n1,Łódź\n2,żółć\n".encode("cp1250"))
    candidates = encoding_candidates(path)
    assert candidates[0] == "cp1250"
    assert set(candidates) == set(ENCODINGS)
    chosen = guess_reading(path, encoding="cp1252")
    assert (chosen.encoding, chosen.is_encoding_sure) == ("cp1252", True)


def test_bytes_that_are_no_characters_cost_their_row_only(tmp_path):
    good = "".join(f"{number},ünïcödé\n" for number in range(50)).encode()
    path = written(tmp_path, b"id,x\n" + good + b"50,caf\xe9\n51,y\n")
    found = read_file(path, tmp_path)
    assert found.reading.encoding == "utf-8"
    assert found.rows.rows == 51
    assert found.refused == [(52, "holds bytes that are no characters", "50,caf\ufffd")]


def test_bytes_that_another_encoding_does_not_know_cost_their_row_only(tmp_path):
    path = written(tmp_path, "id,x\n1,ł\n2,ź\n".encode("cp1250") + b"3,\x81\n4,y\n")
    reading = type(guess_reading(path))("csv", encoding="cp1250")
    found = read_file(path, tmp_path, reading)
    assert found.cells == [("1", "ł"), ("2", "ź"), ("4", "y")]
    reason = "holds bytes that are no characters in cp1250"
    assert found.refused == [(4, reason, "3,\ufffd")]
