import bz2
import gzip
import io
import json
import struct
import zipfile
from pathlib import Path

import duckdb
import pytest
import zstandard

from holdfast.cancellation import Cancellation
from holdfast.errors import ImportRefusedError
from holdfast.exports.reading import Part, expand, guess_reading, preview, unpack
from tests.readings import read_file, written

TEXT = b"id,name\n1,Ada\n2,Bob\n"
ROWS = [("1", "Ada"), ("2", "Bob")]


def zipped(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


PACKED = {
    "gzip": gzip.compress(TEXT),
    "several gzip members": gzip.compress(TEXT[:9]) + gzip.compress(TEXT[9:]),
    "bzip2": bz2.compress(TEXT),
    "zstd": zstandard.compress(TEXT),
    "several zstd frames": zstandard.compress(TEXT[:9]) + zstandard.compress(TEXT[9:]),
    "zip": zipped({"any name": TEXT, "__MACOSX/._any name": b"\0\1", ".hidden": b"x"}),
    "gzip in zip": zipped({"export.csv.gz": gzip.compress(TEXT)}),
}


@pytest.mark.parametrize("case", PACKED)
def test_a_packed_file_is_read_whatever_its_name(tmp_path, case):
    found = read_file(written(tmp_path, PACKED[case], "export.txt"), tmp_path)
    assert (found.names, found.cells) == (["id", "name"], ROWS)


def test_hourly_files_of_an_archive_are_one_source(tmp_path):
    hours = {
        f"42/42_2024-01-01_{hour}#0.json.gz": gzip.compress(
            json.dumps({"event": f"e{hour}", "data": {"at": hour}}).encode()
        )
        for hour in range(12)
    }
    path = written(tmp_path, zipped(hours), "amplitude.zip")
    assert expand(path) == (Part(path),)
    found = read_file(path, tmp_path)
    assert found.names == ["data.at", "event"]
    assert sorted(found.cells) == sorted((str(hour), f"e{hour}") for hour in range(12))


def test_files_of_several_kinds_are_several_sources(tmp_path):
    customers = b"id,plan\n1,free\n"
    members = {
        "customers.csv": customers,
        "orders/2024-01.csv": b"id,paid\n1,5\n",
        "orders/2024-02.csv": b"id,paid\n2,6",
        "orders/2024-03.csv": b"id,paid\n3,7\n",
    }
    path = written(tmp_path, zipped(members), "all.zip")
    with pytest.raises(ImportRefusedError, match="of several kinds: customers"):
        guess_reading(path)
    parts = expand(path)
    assert [part.member for part in parts] == ["customers.csv", "orders/2024-0*.csv"]
    single, several = (
        read_file(path, tmp_path, guess_reading(part.path, part.member))
        for part in parts
    )
    assert single.cells == [("1", "free")]
    assert several.cells == [("1", "5"), ("2", "6"), ("3", "7")]


def test_members_of_one_archive_are_not_the_same_file(tmp_path):
    path = written(tmp_path, zipped({"a.csv": TEXT, "b.json": b'{"a":1}\n'}), "x.zip")
    digests = set()
    for part in expand(path):
        folder = tmp_path / part.member
        folder.mkdir()
        reading = guess_reading(path, part.member)
        digests.add(unpack(path, reading, folder, Cancellation()).digest)
    assert len(digests) == 2


def test_a_folder_is_read_in_the_order_of_names_without_hidden_files(tmp_path):
    folder = tmp_path / "export"
    (folder / "later").mkdir(parents=True)
    written(folder, "id,x\n1,a\n", "part-1.csv")
    written(folder, gzip.compress(b"id,x\n3,c\n"), "part-3.csv.gz")
    written(folder / "later", "id,x\n0,z\n", "part-0.csv")
    written(folder, "nothing of it", ".DS_Store")
    found = read_file(folder, tmp_path)
    assert found.reading.container == "folder"
    assert [row[0] for row in found.cells] == ["0", "1", "3"]


def test_other_columns_in_a_later_file_are_refused(tmp_path):
    members = {"a1.csv": b"id,x\n1,2\n", "a2.csv": b"id,y\n1,2\n"}
    path = written(tmp_path, zipped(members), "x.zip")
    reading = guess_reading(path, "a1.csv")
    both = type(reading).from_json({**reading.to_json(), "member": "a*.csv"})
    with pytest.raises(ImportRefusedError, match=r"with other columns: a2\.csv"):
        read_file(path, tmp_path, both)


def test_a_preview_of_a_long_packed_text_is_its_beginning(tmp_path):
    text = "id,name\n" + "".join(f"{i},Łódź\n" for i in range(600_000))
    path = written(tmp_path, gzip.compress(text.encode("cp1250")))
    reading = guess_reading(path)
    part = preview(path, reading, tmp_path)
    assert (reading.encoding, part.reading.encoding) == ("cp1250", "utf-8")
    assert not part.is_whole
    found = read_file(part.path, tmp_path, part.reading)
    assert 100_000 < found.rows.rows < 600_000
    assert found.cells[-1][1] == "Łódź"


SAME = b"1,2\n" * (1 << 18)
RUN = b"1," + b"2" * (1 << 20) + b"\n"


def gzip_bomb() -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as stream:
        stream.write(b"a,b\n")
        for _ in range(200):
            stream.write(SAME)
    return packed.getvalue()


def lying(bomb: bytes) -> bytes:
    return bomb[:-4] + struct.pack("<I", 1000)


def zip_bomb(*, lies: bool) -> bytes:
    packed = bytearray(zipped({"a.csv": b"a,b\n" + b"1,2\n" * (40 << 20)}))
    if lies:
        # The size stands in the directory at the end and in front of the member.
        for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
            at = packed.index(mark) + place
            packed[at : at + 4] = struct.pack("<I", 1 << 20)
    return bytes(packed)


BOMBS = {
    "gzip": gzip_bomb,
    "lying gzip": lambda: lying(gzip_bomb()),
    "bzip2": lambda: bz2.compress(b"a,b\n" + RUN * 100),
    "zstd": lambda: zstandard.compress(b"a,b\n" + SAME * 100),
    "zip": lambda: zip_bomb(lies=False),
    "lying zip": lambda: zip_bomb(lies=True),
    "gzip in zip": lambda: zipped({"a.gz": gzip_bomb()}),
}


@pytest.mark.parametrize("case", BOMBS)
def test_a_bomb_is_refused(tmp_path, case):
    path = written(tmp_path, BOMBS[case](), "bomb.bin")
    with pytest.raises(ImportRefusedError) as refused:
        read_file(path, tmp_path)
    assert refused.value.code in ("unpacks_too_large", "damaged_zip")
    left = sum(each.stat().st_size for each in Path(tmp_path).rglob("content*"))
    assert left <= 80 << 20


def test_a_parquet_file_of_far_too_many_rows_is_refused(tmp_path):
    path = tmp_path / "bomb.parquet"
    duckdb.sql(
        f"copy (select 1 as a from range(60_000_000)) to '{path}'"
        " (format parquet, compression zstd, row_group_size 20_000_000)"
    )
    assert path.stat().st_size < 15_000_000
    with pytest.raises(ImportRefusedError, match="unpacks to far more"):
        read_file(path, tmp_path)


def test_a_locked_archive_is_refused(tmp_path):
    packed = bytearray(zipped({"a.csv": TEXT}))
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    path = written(tmp_path, bytes(packed), "a.zip")
    with pytest.raises(ImportRefusedError, match="locked with a password"):
        guess_reading(path)
