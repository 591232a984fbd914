"""What a file is taken for that no layout knows: by its names, and by its values."""

import csv
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.exports.mapping import Made, check
from holdfast.exports.recognition import Recognition, guess, missing_columns, recognise
from holdfast.exports.recognition.content import look
from holdfast.exports.recognition.making import with_made
from holdfast.exports.recognition.names import plain
from holdfast.exports.recognition.vocabulary import kind_of, meanings
from holdfast.model import FEEDS, feed


def table(text: str) -> tuple[list[str], dict[str, list[str]]]:
    header, *rows = csv.reader(text.splitlines())
    return header, {
        name: [row[place] for row in rows if row[place]]
        for place, name in enumerate(header)
    }


def guessed(text: str) -> tuple[str, dict[str, str], dict[str, str]]:
    found = recognise(*table(text))
    assert found.layout is None
    assert found.mapping is not None
    part = found.mapping.feeds[0]
    roles = {role: "|".join(columns) for role, columns in part.roles.items()}
    return part.feed, roles, dict(part.constants)


def test_a_user_an_event_name_and_a_date_are_events():
    found = recognise(
        *table("user,event name,date\nu1,login,2025-01-01\nu2,login,2025-01-02")
    )
    assert found.layout is None
    assert found.mapping is not None
    assert found.mapping.title == "Events"
    assert found.mapping.zone == "workspace"
    assert found.mapping.feeds[0].feed == "events"
    assert found.mapping.feeds[0].roles == {
        "customer_id": ("user",),
        "event": ("event name",),
        "happened_at": ("date",),
    }
    assert found.confidence == 0.75
    assert found.reasons == (
        "its columns and values are like those of events",
        "'user' is taken for whose row it is, by its name (100%)",
        "'event name' is taken for what happened, by its name (100%)",
        "'date' is taken for when it happened, by its name (100%)",
    )


@pytest.mark.parametrize(
    ("text", "feed", "roles"),
    [
        (
            "ID Pelanggan,Nomor Pesanan,Tanggal Pembelian,Total Bayar\n"
            "A1,P1,2025-01-01,12000\nA2,P2,2025-01-02,15000",
            "orders",
            ["customer_id", "order_id", "ordered_at", "amount"],
        ),
        (
            "用户ID,事件名称,发生时间\n1,登录,2025-01-01\n2,导出,2025-01-02",
            "events",
            ["customer_id", "event", "happened_at"],
        ),
        (
            "订单编号,客户编号,下单时间,实付金额\n"
            "P1,1,2025/01/01,12.5\nP2,2,2025/01/02,11",
            "orders",
            ["order_id", "customer_id", "ordered_at", "amount"],
        ),
        (
            "รหัสลูกค้า,เลขที่คำสั่งซื้อ,วันที่สั่งซื้อ,ยอดรวม\n"
            "A1,P1,14/02/2025,120.50\nA2,P2,01/02/2025,99",
            "orders",
            ["customer_id", "order_id", "ordered_at", "amount"],
        ),
        (
            "Numer zgłoszenia,Klient,Data zgłoszenia,Temat,Priorytet,Data zamknięcia\n"
            "1,k1,2025-01-01,Nie działa,wysoki,2025-01-02",
            "tickets",
            [
                "ticket_id",
                "customer_id",
                "opened_at",
                "subject",
                "priority",
                "solved_at",
            ],
        ),
        (
            "Kundennummer,Tarif,Vertragsbeginn,Vertragsende,Monatspreis\n"
            "1,Basis,01.01.2025,31.03.2025,9.99",
            "subscriptions",
            ["customer_id", "plan", "started_at", "ended_at", "price"],
        ),
        (
            "ID de cliente,Fecha de pago,Importe,Motivo del fallo,ID de pago\n"
            "1,2025-01-01,9.99,,p1\n2,2025-01-02,9.99,fondos,p2",
            "payments",
            ["customer_id", "charged_at", "amount", "failure_reason", "payment_id"],
        ),
        (
            "Kundennummer,Datum,Betrag,Status\n"
            "1,2025-01-01,9.99,Paid\n2,2025-01-02,9.99,Declined",
            "payments",
            ["customer_id", "charged_at", "amount", "status"],
        ),
        (
            "customer,id,created,amount\n"
            "1,py_1AbC2dEf,2025-01-01,9.99\n1,ch_1AbC2dEg,2025-01-02,9.99",
            "payments",
            ["customer_id", "payment_id", "charged_at", "amount"],
        ),
        (
            "customer,order number,created,amount,status\n"
            "1,A7,2025-01-01,9.99,paid\n1,A8,2025-01-02,9.99,refunded",
            "orders",
            ["customer_id", "order_id", "ordered_at", "amount", ""],
        ),
        (
            "Identifiant client,Adresse e-mail,Date d'inscription\n"
            "1,a@example.com,2025-01-01\n2,b@example.com,2025-01-02",
            "customers",
            ["customer_id", "email", "signed_up_at"],
        ),
        (
            "employee id,month end date,hire date,leave date\n"
            "7,31/08/2018,01/01/2010,15/09/2018",
            "subscriptions",
            ["customer_id", "", "started_at", "ended_at"],
        ),
        (
            "customer,test name,variant,assigned at\n1,colour,red,2025-01-01",
            "touches",
            ["customer_id", "experiment", "variant", "touched_at"],
        ),
        (
            "member,survey,sent on\n1,nps,2025-01-01\n2,nps,2025-01-01",
            "invitations",
            ["customer_id", "kind", "sent_at"],
        ),
    ],
)
def test_columns_are_understood_in_eight_languages(text, feed, roles):
    columns, _ = table(text)
    expected = dict(zip(roles, columns, strict=True))
    expected.pop("", None)
    assert guessed(text)[:2] == (feed, expected)


@pytest.mark.parametrize("name", ["custmer id", "Customer-ID", "CUSTOMERID", "usr"])
def test_a_small_slip_does_not_hide_a_name(name):
    text = f"{name},evnt,tmstmp\nu1,login,2025-01-01\nu2,login,2025-01-02"
    feed, roles, _ = guessed(text)
    assert (feed, roles["customer_id"]) == ("events", name)


def test_values_stand_in_for_a_name_that_says_nothing():
    text = (
        "user,c7,when\nu1,login,2025-01-01\nu2,login,2025-01-02\nu1,export,2025-01-02"
    )
    assert guessed(text)[1] == {
        "customer_id": "user",
        "event": "c7",
        "happened_at": "when",
    }


def test_two_columns_known_by_values_alone_are_no_evidence():
    text = "user,c7,c8\nu1,login,2025-01-01\nu2,login,2025-01-02"
    assert recognise(*table(text)).mapping is None


def test_when_rows_were_moved_is_not_when_things_happened():
    text = "customer_id,_synced,value\n1,2025-01-01,red\n2,2025-01-01,red"
    assert recognise(*table(text)).mapping is None


def test_values_contradict_a_name():
    # A date that holds words, and the instant beside it that says nothing by its name.
    text = "user,event,date,c4\nu1,login,soon,2025-01-01\nu2,login,later,2025-01-02"
    assert guessed(text)[1]["happened_at"] == "c4"


def test_addresses_say_whose_rows_they_are_where_there_is_no_id():
    text = "Email,Order date,Amount\na@example.com,2025-01-05,12.50"
    assert guessed(text)[1] == {
        "email": "Email",
        "ordered_at": "Order date",
        "amount": "Amount",
    }
    text = "Email,Signed up\na@example.com,2025-01-05\nb@example.com,2025-01-06"
    assert guessed(text)[1] == {
        "email": "Email",
        "signed_up_at": "Signed up",
    }


def test_order_ids_that_come_twice_make_lines_of_orders():
    rows = "P1,c1,2025-01-01,3.50\nP2,c2,2025-01-01,4.00\n{},c3,2025-01-02,5.00"
    text = "order id,customer,date,amount\n" + rows
    assert guessed(text.format("P3"))[0] == "orders"
    assert guessed(text.format("P2"))[0] == "order_lines"


def test_a_table_with_ids_of_its_own_is_rather_of_something_else():
    text = "{}customer_id,email,created,total\n{}c1,a@example.com,2025-01-01,3.50"
    assert guessed(text.format("", ""))[0] == "customers"
    assert guessed(text.format("id,", "1,"))[0] == "orders"


@pytest.mark.parametrize(
    ("question", "scores", "kind"),
    [
        ("How likely are you to recommend us?", "3,9", "nps"),
        ("Wie zufrieden sind Sie?", "1,5", "csat"),
        ("Seberapa mudah?", "2,6", "ces"),
        ("¿Nos recomendaría?", "2,10", "nps"),
        ("您会推荐我们吗", "2,10", "nps"),
        ("What do you say?", "0,10", "nps"),
        ("What do you say?", "1,5", "csat"),
        ("What do you say?", "1,7", "ces"),
    ],
)
def test_the_kind_of_a_survey_is_asked_or_scaled(question, scores, kind):
    first, second = scores.split(",")
    text = (
        f"customer,{question},answered at\n1,{first},2025-01-01\n2,{second},2025-01-02"
    )
    feed, roles, constants = guessed(text)
    assert (feed, roles["score"]) == ("responses", question)
    assert constants == {"kind": kind, "question": question}


def test_a_survey_that_is_not_named_is_left_to_be_asked():
    text = "customer,score,answered at\n1,55,2025-01-01\n2,83,2025-01-02"
    found = recognise(*table(text))
    assert found.mapping is not None
    assert found.mapping.feeds[0].constants == {}
    assert "which survey the responses are of is not said" in found.reasons


@pytest.mark.parametrize(
    "text",
    [
        "x,y\n1,2",
        "name,percentage,jurisdiction\nVAT,19,DE",
        "month,opened,ended\n2010-01,22,0",
        "ID,frequency,recency,T\n1,2,30.43,38.86",
        "sku,title,price\nA1,Cup,9.50",
    ],
)
def test_what_is_no_table_of_ours_is_not_guessed(text):
    columns, sample = table(text)
    unlike = f"no known layout has columns like {', '.join(columns)}"
    assert recognise(columns, sample) == Recognition(None, None, 0.0, (unlike,))
    refusal = missing_columns(columns, "file.csv")
    assert refusal.code == "unknown_layout"


def test_a_guess_is_never_as_sure_as_a_layout():
    text = (
        "user,event,date,event id\nu1,login,2025-01-01,e1\nu2,login,2025-01-02,e2"
    ).replace("user", "Benutzer ID")
    assert recognise(*table(text)).confidence <= 0.75


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([], "empty"),
        (["2025-01-31", "2025-02-01T10:00:00Z"], "instant"),
        (["31.01.2025 10:00"], "instant"),
        (["20250131"], "instant"),
        (["1735689600", "1735689601"], "instant"),
        (["ann@example.com"], "e-mail"),
        (["yes", "No"], "boolean"),
        (["0", "1"], "boolean"),
        (["1", "2.50", "-3"], "number"),
        (["1.234,50", "12,5"], "number"),
        (["1,234,567.25", "3"], "number"),
        (["$12.50", "€ 7"], "money"),
        (["Rp 12.000"], "money"),
        (["c1f4", "9a7e"], "id"),
        (["It was very good", "I could not find a way in"], "text"),
        (["非常满意你们的服务和产品质量很好"], "text"),
        (["red", "green"], "category"),
        (["1"] * 19 + ["none"], "number"),
    ],
)
def test_values_look_like_what_they_are(values, kind):
    assert look(values).kind == kind


def test_numbers_are_told_with_their_range():
    found = look(["0", "7", "10"])
    assert (found.low, found.high, found.is_whole) == (0, 10, True)
    assert kind_of("", found) == "nps"
    assert kind_of("", look(["1.5", "2"])) is None


def test_names_are_compared_as_words():
    assert plain("customerID") == plain("Customer_Id") == plain("\ufeffcustomer  id")
    assert plain("Fecha de creación") == "fecha de creacion"
    assert plain("วันที่สั่งซื้อ") == "วันที่สั่งซื้อ"


def test_a_word_among_others_means_something_else():
    assert "customer_id" not in meanings("customer country")
    assert meanings("user language")["language"] == 1.0
    assert "customer_id" not in meanings("user language")


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("user_id,stripe_customer_id\nu1,cus_1\nu2,cus_2", "user_id"),
        ("distinct_id,alias\na-1,u1\na-2,u2", "distinct_id"),
        ("user_id,alias\n7,ann@example.com", "user_id"),
        ("alias,user_id\na,7\nb,7\nc,8", "user_id"),
        ("stripe_customer,user_id\ncus_1,u1\ncus_2,u1", "user_id"),
        ("distinct_id,user_id\nd1,u1\nd2,u1\nd1,u1", "user_id"),
        ("Kundennummer,CRM Contact\n7,c1\n8,c2", "Kundennummer"),
        ("person_id,external_id\n7,x1\n8,x2", "person_id"),
        ("App-ID,Kundennr.\n9f-1,K-1\n9f-2,K-2", "Kundennr."),
        ("identyfikator aplikacji,klient\n9f-1,K-1\n9f-2,K-2", "klient"),
        ("user_id,customer_id\nu1,c1\nu2,c2", "user_id"),
        # Two people, or a company and its people.
        ("user_id,alias\n7,team\n8,team", None),
        ("user_id,customer_id\nu1,acme\nu2,acme", None),
        ("customer_id,user_id\nacme,u1\nacme,u2", None),
        ("user_id,alias\n7,x\n8,\n9,x", None),
        ("App-ID,Kundennr.\n9f-1,K-1\n9f-2,K-1", None),
        ("App-ID,Kundennr.\nbasic,K-1\nbasic,K-2", None),
        ("id,Kundennr.\n9f-1,K-1\n9f-2,K-2", None),
        # What people share, and what is of no person at all.
        ("user_id,device_id\nu1,d1\nu2,d2", None),
        ("user_id,anonymous_id\nu1,d1\nu2,d2", None),
        ("user_id,visitor_id\nu1,d1\nu2,d2", None),
        ("user_id,session_id\nu1,d1\nu2,d2", None),
        ("user_id,cookie\nu1,d1\nu2,d2", None),
        ("user_id,client_ip\nu1,10.0.0.1\nu2,10.0.0.2", None),
        ("user_id,phone\n7,555100\n8,555200", None),
        ("user_id,user_name\n7,ann5\n8,bob6", None),
        ("user_id,parent_user_id\n7,1\n8,2", None),
        ("user_id,referrer_id\n7,1\n8,2", None),
        ("user_id,account_id\n7,a1\n8,a2", None),
        ("old_id,new_id\na1,b1\na2,b2", None),
        ("device_id,alias\na1,b1\na2,b2", None),
        ("user_id,plan\n7,pro\n8,free", None),
        ("email,customer_id\nann@example.com,7", None),
        ("Kundennummer,E-Mail\n7,ann@example.com", None),
        ("user_id,email,plan\n7,ann@example.com,pro", None),
        ("customer_id,order_id\n7,12\n8,13", None),
        ("user_id,signed_up_at\n7,2025-01-01", None),
    ],
)
def test_two_columns_of_ids_and_nothing_else_say_what_belongs_together(text, own):
    found = recognise(*table(text)).mapping
    part = found.feeds[0] if found else None
    columns, _ = table(text)
    if own is None:
        assert part is None or part.feed != "identities"
        return
    (other,) = set(columns) - {own}
    assert part is not None
    assert (part.feed, dict(part.roles)) == (
        "identities",
        {"customer_id": (own,), "other_id": (other,)},
    )


def test_a_date_and_a_time_beside_it_make_the_instant():
    text = "user,event,date,time\nu1,login,03/04/2025,10:30\nu2,login,25/04/2025,09:05"
    found = recognise(*table(text)).mapping
    assert found is not None
    (part,) = found.feeds
    assert part.roles["happened_at"] == ("date time",)
    assert part.made == {"date time": Made("join", ("date", "time"))}
    assert part.formats == {"happened_at": "%d/%m/%Y %H:%M"}
    assert part.kept == ()


def test_a_quantity_and_a_price_make_the_amount_of_an_order():
    text = (
        "customer,order id,order date,qty,unit price\n"
        "c1,1,2025-01-01,2,4.50\nc2,2,2025-01-02,1,3.00"
    )
    part = guess("orders", *table(text))
    made, remarks = with_made(part, *table(text))
    assert made.roles["amount"] == ("qty × unit price",)
    assert made.made == {"qty × unit price": Made("product", ("qty", "unit price"))}
    assert remarks == ["qty × unit price is the amount"]


def test_purchases_without_names_are_guessed_with_little_confidence():
    text = (
        "column_1,column_2,column_3,column_4,column_5\n"
        "00004,0001,19970101,2,29.33\n00004,0001,19970118,2,29.73\n"
        "00021,0002,19970101,3,63.34"
    )
    found = recognise(*table(text))
    assert found.mapping is not None
    (part,) = found.mapping.feeds
    assert (part.feed, part.roles, part.formats) == (
        "orders",
        {
            "customer_id": ("column_1",),
            "ordered_at": ("column_3",),
            "amount": ("column_5",),
            "quantity": ("column_4",),
        },
        {"ordered_at": "%Y%m%d"},
    )
    assert found.confidence < 0.5


def test_a_log_of_cases_is_guessed_as_events_of_each_case():
    text = (
        "case,Activity,completeTime,creator\n"
        "Case1,Assign,2012/10/09 13:50:17.000,x\n"
        "Case1,Close,2012/10/09 14:50:17.000,x\n"
        "Case2,Assign,2012/10/10 13:50:17.000,x"
    )
    found = recognise(*table(text))
    assert found.mapping is not None
    (part,) = found.mapping.feeds
    assert (part.feed, part.roles, part.formats) == (
        "events",
        {
            "customer_id": ("case",),
            "event": ("Activity",),
            "happened_at": ("completeTime",),
        },
        {"happened_at": "%Y/%m/%d %H:%M:%S.%f"},
    )
    assert found.confidence < 0.5


def test_what_became_of_a_guessed_payment_is_translated():
    text = "payment id,customer,paid at,amount,status\np1,1,2025-01-01,9,Succeeded\n"
    mapping = recognise(*table(text + "p2,1,2025-01-02,9,declined")).mapping
    assert mapping is not None
    assert mapping.feeds[0].values == {
        "status": {
            "succeeded": "paid",
            "successful": "paid",
            "declined": "failed",
            "uncollectible": "failed",
        }
    }


def test_every_feed_can_be_guessed_when_it_is_named():
    for each in FEEDS:
        columns = [role.name for role in each.roles]
        assert set(guess(each.name, columns, {}).roles) >= {
            role.name for role in each.roles if role.is_required
        }


WORDS = st.sampled_from(
    [
        "id",
        "user",
        "event",
        "date",
        "score",
        "amount",
        "plan",
        "e-mail",
        "创建时间",
        "#",
    ]
)
NAMES = st.lists(st.text(max_size=12) | WORDS, min_size=1, max_size=8, unique=True)
CELLS = st.text(max_size=8) | st.sampled_from(["1", "2025-01-01", "a@b.co", "9" * 400])


@settings(max_examples=200, deadline=None)
@given(NAMES, st.data())
def test_no_file_is_too_odd_to_be_looked_at(columns, data):
    sample = {name: data.draw(st.lists(CELLS, max_size=4)) for name in columns}
    found = recognise(columns, sample)
    assert found.reasons
    assert 0 <= found.confidence <= 1
    if found.mapping is None:
        missing_columns(columns, "file.csv")
        return
    # Which survey it is may be asked for; nothing else may be missing.
    asked = {role.name for role in feed(found.mapping.feeds[0].feed).roles} & {"kind"}
    parts = [
        replace(part, constants=dict.fromkeys(asked - set(part.roles), "nps"))
        for part in found.mapping.feeds
    ]
    check(replace(found.mapping, feeds=tuple(parts)), columns, "file.csv")


def test_work_grows_with_the_number_of_columns_and_not_faster():
    words = ("customer", "session", "page title", "device", "created", "score", "total")
    kinds = (["2025-01-01 10:00:00"], ["several words of text"], ["12.50"], ["a@b.co"])

    def calls(count):
        columns = [f"{words[place % 7]} {place} of {count}" for place in range(count)]
        sample = {name: kinds[place % 4] * 200 for place, name in enumerate(columns)}
        made = 0

        def note(frame, event, argument):
            nonlocal made
            made += event == "call"

        sys.setprofile(note)
        try:
            recognise(columns, sample)
        finally:
            sys.setprofile(None)
        return made

    calls(5)
    assert calls(200) < 5 * calls(50)
