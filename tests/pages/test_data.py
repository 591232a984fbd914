import errno
from pathlib import Path

import pytest

from holdfast.exports.mapping import Condition
from holdfast.workspace import Workspace

ORDERS = b"""order_id,customer_id,ordered_at,amount
1,ann,2025-01-10,10
2,bob,2025-01-12,20
3,ann,2025-02-10,30
"""
SENTENCES = ("error", "warning")


@pytest.fixture
def data(app, tmp_path):
    """Return the Data page on a workspace that is empty."""
    return app(tmp_path / "empty", "data").run()


def upload(page, name, content):
    return page.file_uploader[0].upload(name, content).run()


def role(page, column_position, choice):
    """Choose what a column of the one open file is."""
    key = next(
        box.key
        for box in page.selectbox
        if box.key.startswith("data_role_") and box.key.endswith(f"_{column_position}")
    )
    return page.selectbox(key=key).select(choice).run()


def feed(page):
    return next(box for box in page.selectbox if box.key.startswith("data_feed_"))


def sentences(page):
    return [
        element.value.replace("\\", "")
        for kind in SENTENCES
        for element in getattr(page, kind)
    ]


def keys(page):
    return {button.key for button in page.button}


def sources(tmp_path):
    return Workspace.open(tmp_path / "empty").status().sources


def test_an_empty_workspace_says_what_to_do(data):
    assert not data.exception
    assert any("Nothing is loaded yet" in text.value for text in data.markdown)
    assert "data_sample" in keys(data)


def test_a_known_file_waits_collapsed_and_nothing_is_written(data, tmp_path):
    upload(data, "orders.csv", ORDERS)
    (block,) = data.expander
    assert block.label.replace("\\", "") == "**orders.csv**: Orders, 3 rows"
    assert not any(box.key.startswith("data_role_") for box in data.selectbox)
    assert not data.button(key="data_import").disabled
    assert sources(tmp_path) == ()


def test_a_file_is_loaded_and_every_row_is_accounted_for(data, tmp_path):
    # Line 5 has no date; line 6 is order 1 once more.
    upload(data, "orders.csv", ORDERS + b"4,cem,soon,5\n1,ann,2025-01-10,10\n")
    data.button(key="data_import").click().run()
    assert not data.exception
    assert [text.value for text in data.success] == [
        "Loaded 3 rows from 1 file. Rejected: 1. Duplicates: 1."
    ]
    report, loaded, reach, reasons = (table.value for table in data.dataframe)
    assert report.to_dict("records") == [
        {
            "File": "orders.csv",
            "What it is": "Orders",
            "Into": "orders",
            "Rows read": 5,
            "Imported": 3,
            "Rejected": 1,
            "Duplicates": 1,
        }
    ]
    assert loaded["Rows read"].tolist() == [5]
    assert reach[["Table", "Rows"]].values.tolist() == [["orders", 3], ["customers", 2]]
    assert reasons[["Rows", "First line"]].values.tolist() == [[1, 5]]
    assert [source.name for source in sources(tmp_path)] == ["orders.csv"]


def test_the_other_pages_show_what_was_loaded_at_once(data):
    upload(data, "orders.csv", ORDERS)
    data.button(key="data_import").click().run()
    data.switch_page("pages/retention.py").run()
    assert not data.exception
    assert any("2 customers" in text.value for text in data.sidebar.caption)


def test_undo_says_what_it_goes_back_to_and_goes_there(data, tmp_path):
    upload(data, "orders.csv", ORDERS)
    data.button(key="data_import").click().run()
    upload(data, "later.csv", ORDERS.replace(b"\n1,", b"\n9,"))
    data.button(key="data_import").click().run()
    said = [text.value.replace("\\", "") for text in data.caption]
    assert "Takes the last change back: without later.csv." in said
    data.button(key="data_undo").click().run()
    assert [source.name for source in sources(tmp_path)] == ["orders.csv"]
    data.button(key="data_undo").click().run()
    assert not data.exception
    assert sources(tmp_path) == ()
    assert "data_undo" not in keys(data)


def test_the_same_file_again_changes_nothing(data, tmp_path):
    for _ in range(2):
        upload(data, "orders.csv", ORDERS)
        data.button(key="data_import").click().run()
    assert [text.value for text in data.info] == [
        "These files were loaded before; nothing changed."
    ]
    assert len(sources(tmp_path)) == 1


def test_an_unknown_file_is_mapped_by_hand(data, tmp_path):
    upload(data, "odd.csv", b"who,when,what\nann,05/03/2025,login\nann,31/03/2025,x\n")
    feed(data).select("events").run()
    # A day beyond 12 settles the order of day and month.
    assert [box.value for box in data.selectbox if "format" in box.key] == ["%d/%m/%Y"]
    role(data, 0, "customer_id")
    role(data, 2, "event")
    data.button(key="data_import").click().run()
    assert not data.exception
    assert data.success[0].value == (
        "Loaded 2 rows from 1 file. Rejected: 0. Duplicates: 0."
    )
    (source,) = sources(tmp_path)
    (part,) = source.mapping.feeds
    assert part.roles == {
        "customer_id": ("who",),
        "event": ("what",),
        "happened_at": ("when",),
    }


def test_a_guess_is_called_a_guess_with_its_reasons(data):
    upload(data, "mine.csv", b"user,event name,date\nann,login,2025-01-03\n")
    assert any(
        text.value.startswith("Guessed from its columns and values, this is **Events**")
        for text in data.markdown
    )
    captions = [text.value.replace("\\", "") for text in data.caption]
    assert any("'user' is taken for whose row it is" in text for text in captions)


def test_a_date_that_can_be_read_in_two_ways_is_asked_about(data, tmp_path):
    header = b"order_id,customer_id,ordered_at,amount\n"
    upload(data, "orders.csv", header + b"1,ann,01/01/2025,1\n2,bob,03/04/2025,2\n")
    assert [text.value.replace("\\", "") for text in data.info] == [
        "Is 03/04/2025 3 April 2025 or 4 March 2025? It is read as the first."
        " Choose how it is written where that is wrong."
    ]
    (box,) = [box for box in data.selectbox if "format" in box.key]
    box.select("%m/%d/%Y").run()
    data.button(key="data_import").click().run()
    (source,) = sources(tmp_path)
    assert source.mapping.feeds[0].formats == {"ordered_at": "%m/%d/%Y"}


def test_a_value_for_every_row_stands_in_for_a_column(data, tmp_path):
    upload(data, "logins.csv", b"customer_id,day\nann,2025-03-05\n")
    feed(data).select("events").run()
    assert data.button(key="data_import").disabled
    (box,) = [box for box in data.text_input if "constant" in box.key]
    box.input("login").run()
    data.button(key="data_import").click().run()
    (source,) = sources(tmp_path)
    assert source.mapping.feeds[0].constants == {"event": "login"}


def test_a_column_can_become_an_attribute_of_the_customer(data, tmp_path):
    header, *rows = ORDERS.splitlines()
    content = b"\n".join([header + b",town", *(row + b",Ulm" for row in rows), b""])
    upload(data, "orders.csv", content)
    (file,) = data.session_state["data_staging"].files
    data.session_state[f"data_file_{file.number}"] = True
    data.run()
    role(data, 4, "customers+")
    data.button(key="data_import").click().run()
    assert not data.exception
    orders, customers = sources(tmp_path)[0].mapping.feeds
    assert orders.feed == "orders"
    assert [each.name for each in customers.kept] == ["town"]
    assert customers.roles == {
        "customer_id": ("customer_id",),
        "updated_at": ("ordered_at",),
    }


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none.csv", b"", "none.csv is empty. Export it again."),
        (
            "base.csv",
            b"SQLite format 3\x00" + bytes(100),
            "base.csv is an SQLite database. Export its tables as CSV.",
        ),
        (
            "head.csv",
            b"order_id,customer_id,ordered_at,amount\n",
            "head.csv has column names but no rows. Export it again with its rows.",
        ),
        (
            "dates.csv",
            b"order_id,customer_id,ordered_at,amount\n1,ann,soon,2\n2,bob,later,3\n",
            "dates.csv has no date that can be read in 'ordered_at', but values such"
            " as 'soon'. Choose the format of its times, or another column.",
        ),
        (
            "lost.csv",
            b"colour,size\nred,1\n",
            "It is not clear what lost.csv holds. Say what one row of it is.",
        ),
    ],
)
def test_bad_input_gets_one_sentence_and_changes_nothing(
    data, tmp_path, name, content, said
):
    upload(data, name, content)
    assert not data.exception
    assert sentences(data) == [said]
    assert "data_import" not in keys(data) or data.button(key="data_import").disabled
    assert sources(tmp_path) == ()


def test_a_missing_column_is_named_with_the_table_that_needs_it(data, tmp_path):
    upload(data, "odd.csv", b"bought,worth\n2025-03-05,3\n")
    feed(data).select("orders").run()
    assert sentences(data) == [
        "odd.csv has no column for customer_id (whose row it is), which orders need."
        " Say which column it is."
    ]
    assert data.button(key="data_import").disabled
    assert sources(tmp_path) == ()


def test_a_refused_file_does_not_hold_up_the_others(data):
    data.file_uploader[0].set_value(
        [("none.csv", b"", "text/csv"), ("orders.csv", ORDERS, "text/csv")]
    ).run()
    assert sentences(data) == ["none.csv is empty. Export it again."]
    data.button(key="data_import").click().run()
    assert data.success
    assert not data.error


@pytest.mark.parametrize("is_folder", [False, True])
def test_a_path_loads_a_file_or_a_folder_in_place(data, tmp_path, is_folder):
    exports = tmp_path / "exports [2025]"
    exports.mkdir()
    (exports / "orders.csv").write_bytes(ORDERS)
    (exports / "notes.pdf").write_bytes(b"%PDF")
    (exports / ".hidden.csv").write_bytes(ORDERS)
    path = exports if is_folder else exports / "orders.csv"
    data.text_input(key="data_path").input(str(path)).run()
    data.button(key="data_import").click().run()
    assert not data.exception
    assert [source.name for source in sources(tmp_path)] == ["orders.csv"]
    assert (exports / "orders.csv").read_bytes() == ORDERS


def test_a_file_that_vanished_meanwhile_gets_one_sentence(data, tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(ORDERS)
    data.text_input(key="data_path").input(str(path)).run()
    path.unlink()
    data.button(key="data_import").click().run()
    assert not data.exception
    assert sentences(data) == [
        "orders.csv is not there any more. Choose the file again."
    ]
    assert sources(tmp_path) == ()


def test_a_full_disk_gets_one_sentence_and_changes_nothing(data, tmp_path, monkeypatch):
    def full(self, *words):
        raise OSError(errno.ENOSPC, "No space left on device")

    upload(data, "orders.csv", ORDERS)
    monkeypatch.setattr(Workspace, "load", full)
    data.button(key="data_import").click().run()
    assert not data.exception
    assert sentences(data) == [
        "The work could not be done: No space left on device."
        " Nothing was changed; make room on the disk and try again."
    ]


def test_a_path_that_leads_nowhere_gets_one_sentence(data):
    data.text_input(key="data_path").input("nowhere/at all").run()
    assert sentences(data) == [
        "nowhere/at all was not found on this computer, or may not be read."
        " Check the path; it starts at the top, such as a drive or a slash."
    ]


@pytest.mark.parametrize("name", ["../../evil.csv", "C:\\evil.csv", "x" * 300 + ".csv"])
def test_the_name_of_an_upload_is_never_a_path(data, tmp_path, name):
    upload(data, name, ORDERS)
    folder: Path = data.session_state["data_staging"].folder
    assert [path.name for path in folder.iterdir()] == ["upload-1"]
    data.button(key="data_import").click().run()
    assert not data.exception
    assert [source.name for source in sources(tmp_path)] == [name]
    assert list(folder.iterdir()) == []


def test_settings_are_changed_and_the_change_is_undone(data, tmp_path):
    upload(data, "orders.csv", ORDERS)
    data.button(key="data_import").click().run()
    data.number_input(key="data_setting_min_n").set_value(5)
    data.selectbox(key="data_setting_zone").select("Asia/Bangkok")
    save = next(each for each in data.button if each.label == "Save settings")
    save.click().run()
    assert not data.exception
    status = Workspace.open(tmp_path / "empty").status()
    assert (status.settings.min_n, status.settings.zone) == (5, "Asia/Bangkok")
    data.button(key="data_undo").click().run()
    status = Workspace.open(tmp_path / "empty").status()
    assert (status.settings.min_n, status.settings.zone) == (30, "UTC")


def test_work_that_is_stopped_changes_nothing(data, tmp_path, monkeypatch):
    def stopped(self, files, progress, cancellation):
        progress("reading", 0.1)
        cancellation.cancel()
        cancellation.check()

    upload(data, "orders.csv", ORDERS)
    monkeypatch.setattr(Workspace, "load", stopped)
    data.button(key="data_import").click().run()
    assert [text.value for text in data.info] == [
        "The work was stopped. Nothing was changed."
    ]
    assert sources(tmp_path) == ()
    assert "data_import" in keys(data)


def test_rows_that_cannot_be_read_are_listed_and_counted(data):
    upload(data, "orders.csv", ORDERS + b"4,cem\n5,dee,2025-03-01,1,2,3\n")
    data.button(key="data_import").click().run()
    assert not data.exception
    report, loaded, _, reasons = (table.value for table in data.dataframe)
    counts = ["Rows read", "Imported", "Rejected", "Duplicates"]
    assert report[counts].values.tolist() == [[5, 3, 2, 0]]
    assert loaded[counts].values.tolist() == [[5, 3, 2, 0]]
    assert reasons[["Reason", "Rows", "First line"]].values.tolist() == [
        ["the row has 2 cells where the header has 4", 1, 5],
        ["the row has 6 cells where the header has 4", 1, 6],
    ]


def test_what_is_not_understood_waits_and_holds_up_nothing(data, tmp_path):
    data.file_uploader[0].set_value(
        [
            ("README.md", b"# Exports", "text/markdown"),
            ("lost.csv", b"colour,size\nred,1\n", "text/csv"),
            ("orders.csv", ORDERS, "text/csv"),
        ]
    ).run()
    assert data.button(key="data_import").label == "Import 1 of 2 files"
    data.button(key="data_import").click().run()
    assert not data.exception
    assert [source.name for source in sources(tmp_path)] == ["orders.csv"]
    assert data.expander[0].label.startswith("**lost\\.csv**")


def test_an_archive_shows_each_of_its_files(data, tmp_path):
    import io
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("orders.csv", ORDERS)
        archive.writestr("people.csv", b"user_id,signed_up_at\nann,2025-01-01\n")
    upload(data, "exports.zip", packed.getvalue())
    data.button(key="data_import").click().run()
    assert not data.exception
    assert [source.name for source in sources(tmp_path)] == [
        "exports.zip/orders.csv",
        "exports.zip/people.csv",
    ]
    assert list(data.session_state["data_staging"].folder.iterdir()) == []


def test_many_uploads_whose_names_differ_in_digits_are_one_source(data, tmp_path):
    data.file_uploader[0].set_value(
        [
            (f"day-{i:02}.csv", ORDERS.replace(b"\n1,", b"\n%d0," % i), "text/csv")
            for i in range(13)
        ]
    ).run()
    data.button(key="data_import").click().run()
    assert not data.exception
    (source,) = sources(tmp_path)
    assert (source.name, source.rows.rows) == ("day-00.csv and 12 more", 39)


def test_amounts_that_can_be_read_in_two_ways_are_asked_about(data, tmp_path):
    header = b"order_id;customer_id;ordered_at;amount\n"
    upload(data, "orders.csv", header + b"1;ann;2025-01-10;1,250\n")
    opened(data)
    assert [text.value.replace("\\", "") for text in data.info] == [
        "Is 1,250 1,250 or 1.25? It is read as the first."
        " Choose how it is written where that is wrong."
    ]
    (box,) = [box for box in data.selectbox if "decimal" in box.key]
    box.select(",").run()
    data.button(key="data_import").click().run()
    assert not data.exception
    (source,) = sources(tmp_path)
    assert source.mapping.feeds[0].decimal == ","


def test_rows_that_are_left_out_are_shown_and_can_be_taken(data, tmp_path):
    content = (
        b"id,Customer,Number,Status,Amount Due,Amount Paid,Date (UTC)\n"
        b"in_1,cus_1,A-1,paid,49.00,49.00,2025-01-01 10:00\n"
        b"in_2,cus_2,A-2,draft,49.00,0.00,2025-01-02 10:00\n"
    )
    upload(data, "invoices.csv", content)
    opened(data)
    (drafts,) = [box for box in data.multiselect if "data_where" in box.key]
    assert drafts.label == "Rows are left out whose Status is"
    assert drafts.value == ["draft", "void", "deleted"]
    keys = {box.key: box for box in data.selectbox if "currency" in box.key}
    (currency,) = (keys[each] for each in keys if "setting" not in each)
    currency.select("EUR").run()
    (drafts,) = [box for box in data.multiselect if "data_where" in box.key]
    drafts.set_value(["void"]).run()
    data.button(key="data_import").click().run()
    assert not data.exception
    (source,) = sources(tmp_path)
    (part,) = source.mapping.feeds
    assert part.constants == {"currency": "EUR"}
    assert part.where == (Condition("Status", ("void",)),)


def test_a_currency_of_all_rows_can_be_taken_back(data, tmp_path):
    upload(
        data, "orders.csv", b"order_id,customer_id,ordered_at,amount\n1,a,2025-01-01,1"
    )
    opened(data)
    for chosen in ("EUR", ""):
        (box,) = [box for box in data.selectbox if "data_currency_" in box.key]
        box.set_value(chosen).run()
    data.button(key="data_import").click().run()
    assert not data.exception
    assert sources(tmp_path)[0].mapping.feeds[0].constants == {}


def test_buddhist_years_are_recognised_and_said(data, tmp_path):
    header = b"order_id,customer_id,ordered_at,amount\n"
    upload(data, "orders.csv", header + b"1,ann,25/12/2567,1\n2,bob,31/12/2567,1\n")
    opened(data)
    assert not data.exception
    (box,) = [box for box in data.selectbox if "format" in box.key]
    assert "25 December 2024" in box.options[0]
    data.button(key="data_import").click().run()
    assert not data.exception
    assert sources(tmp_path)[0].mapping.feeds[0].formats == {
        "ordered_at": "be:%d/%m/%Y"
    }


def opened(page):
    """Open the block of the one file."""
    (file,) = page.session_state["data_staging"].files
    page.session_state[f"data_file_{file.number}"] = True
    return page.run()


def test_before_the_import_every_row_is_accounted_for_by_reason(data, tmp_path):
    rows = b"4,cem,soon,5\n5,dee\n1,ann,2025-01-10,10\n"
    upload(data, "orders.csv", ORDERS + rows)
    (check,) = [
        table.value for table in data.dataframe if "Rejected" in table.value.columns
    ]
    counts = ["Rows read", "Imported", "Rejected", "Duplicates"]
    assert check[counts].values.tolist() == [[6, 3, 2, 1]]
    said = [text.value.replace("\\", "") for text in data.caption]
    assert (
        'orders.csv: 1 row rejected, because "ordered_at" is not a date'
        " (first in line 5)." in said
    )
    assert sources(tmp_path) == ()


def test_the_encoding_and_the_delimiter_of_a_file_can_be_changed(data, tmp_path):
    text = "order_id,customer_id,ordered_at,amount,town\n1,ann,2025-01-10,3,Łódź\n"
    upload(data, "orders.csv", text.encode("cp1250"))
    opened(data)
    if not any(box.key.startswith("data_encoding_") for box in data.selectbox):
        (file,) = data.session_state["data_staging"].files
        data.session_state[f"data_reading_{file.number}"] = True
        data.run()
    (box,) = [box for box in data.selectbox if box.key.startswith("data_encoding_")]
    box.select("cp1252").run()
    assert not data.exception
    (file,) = data.session_state["data_staging"].files
    assert file.inspection.reading.encoding == "cp1252"
    assert file.inspection.preview[0][-1] == "£ódŸ"
    assert file.is_open


def test_undo_says_what_will_be_loaded_before_it_is_done(data):
    upload(data, "orders.csv", ORDERS)
    data.button(key="data_import").click().run()
    assert any(text.value == "Afterwards loaded: nothing." for text in data.markdown)


def test_a_file_can_be_removed_and_the_removal_undone(data, tmp_path):
    upload(data, "orders.csv", ORDERS)
    data.button(key="data_import").click().run()
    upload(data, "later.csv", ORDERS.replace(b"\n1,", b"\n9,"))
    data.button(key="data_import").click().run()
    data.selectbox(key="data_remove_source_2").select_index(0).run()
    said = [text.value.replace("\\", "") for text in data.caption]
    assert any("Afterwards loaded: later.csv." in each for each in said)
    data.button(key="data_remove_source_now").click().run()
    assert not data.exception
    assert [source.name for source in sources(tmp_path)] == ["later.csv"]
    data.button(key="data_undo").click().run()
    assert len(sources(tmp_path)) == 2


def test_a_person_can_be_deleted_for_good(data, tmp_path):
    upload(data, "orders.csv", ORDERS)
    data.button(key="data_import").click().run()
    assert data.button(key="data_person_now").disabled
    data.text_input(key="data_person").input("ann").run()
    data.button(key="data_person_now").click().run()
    assert not data.exception
    (source,) = sources(tmp_path)
    assert source.rows.rows == 1
    assert "data_undo" not in keys(data)
    data.text_input(key="data_person").input("nobody").run()
    data.button(key="data_person_now").click().run()
    assert sentences(data) == [
        "No loaded file has a row of that customer."
        " Write the id as it stands in the exports."
    ]


def test_a_mapping_by_hand_is_used_again_and_can_be_forgotten(data, tmp_path):
    upload(data, "orders.csv", ORDERS)
    opened(data)
    role(data, 3, "")
    data.button(key="data_import").click().run()
    upload(data, "later.csv", ORDERS.replace(b"\n1,", b"\n9,"))
    opened(data)
    said = [text.value.replace("\\", "") for text in data.caption]
    assert "Same columns as orders.csv, read the same way." in said
    (file,) = data.session_state["data_staging"].files
    assert "amount" not in file.mapping.feeds[0].roles
    data.button(key=f"data_forget_{file.number}").click().run()
    assert not data.exception
    (file,) = data.session_state["data_staging"].files
    assert "amount" in file.mapping.feeds[0].roles
    assert Workspace.open(tmp_path / "empty").remembered() == ()
