from holdfast.workspace import Workspace

EVENTS = "user_id,event,timestamp\n" + "".join(
    f"u{day % 3},login,2024-01-{day:02}T10:00:00Z\n" for day in range(1, 29)
)


def test_a_damaged_dataset_is_rebuilt_with_one_button(app, tmp_path):
    events = tmp_path / "events.csv"
    events.write_text(EVENTS)
    workspace = Workspace.create(tmp_path / "workspace")
    workspace.load([events])
    workspace.dataset_path().write_bytes(b"damaged")
    page = app(workspace.path).run()
    assert not page.exception
    assert "is missing or not as it was written." in page.error[0].value.replace(
        "\\", ""
    )
    page = page.button(key="rebuild").click().run()
    assert not page.exception
    assert [each.value for each in page.error] == []
    assert Workspace.open(workspace.path).status().rows["events"] == 28
    assert (workspace.path / "damaged" / "1.duckdb").read_bytes() == b"damaged"
