from datetime import date

from tests.pages.test_journeys import open_page


def test_the_page_tells_volume_times_odd_days_themes_and_leaving(app, demo_workspace):
    page = open_page(app, demo_workspace, "support")
    assert not page.error
    titles = [title.value for title in page.subheader]
    assert titles == [
        "Tickets",
        "Tickets for 100 active customers",
        "Hours to the first answer",
        "Hours to the solution",
        "Days out of the ordinary",
        "Growing themes",
        "Tickets before leaving",
        "Left and stayed",
    ]
    worked_out = "\n".join(each.value.replace("\\", "") for each in page.markdown)
    assert (
        "The limits are 2.329 + 3 × 1.708 = 7.45 and 0, as fewer there cannot be. On"
        " 6 Mar 2026 there were 12, outside of them." in worked_out
    )
    assert "Of the 1,003 who stayed it was 7.0%" in worked_out
    assert "18.1% - 7.0% = 11.1 points." in worked_out
    page.session_state["support_volume"] = {
        "selection": {"point": [{"period_key": "2026-03-01", "kind": "opened"}]}
    }
    page.session_state["support_before"] = {
        "selection": {"theme": [{"theme_key": "failed_payment"}]}
    }
    page.session_state["support_days"] = {
        "selection": {"day": [{"period_key": "2026-03-06"}]}
    }
    page.run()
    assert not page.exception
    said = [each.value for each in page.markdown]
    assert "**Tickets opened in Mar 2026**" in said
    assert "**Opened on 6 Mar 2026**" in said
    assert "**Left with a ticket about failed\\_payment before**" in said
    # The last days alone, with wider limits; and the words of March that grew.
    page.selectbox(key="support_window").set_value("month")
    page.selectbox(key="support_spread").set_value("sd")
    page.date_input(key="support_growth_period").set_value(date(2026, 3, 9)).run()
    assert not page.exception
    grown = [each.value for each in page.dataframe if "Share before" in each.value]
    assert grown[0]["Words"].iloc[0] == "karte abgelehnt"
    captions = [each.value for each in page.caption]
    assert "202 in the chart, 202 in the list." in captions
    assert "12 in the chart, 12 in the list." in captions
