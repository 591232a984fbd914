"""Worlds that the tests of several queries ask."""

import pytest

from holdfast.dataset import Dataset
from tests.worlds import dataset_of, loaded, mapped

PEOPLE = (
    "people.csv",
    "customers",
    {"id": "customer_id", "mail": "email"},
    "id,mail\nu1,a@x.com\nu2,b@x.com\nu3,team@x.com\nu4,team@x.com\n",
)
MONEY = (
    "money.csv",
    "payments",
    {"customer": "customer_id", "mail": "email", "day": "charged_at"},
    "customer,mail,day\ncus_1,A@x.com,2024-01-05\ncus_1,a@x.com,2024-02-05\n"
    "cus_9,team@x.com,2024-01-06\ncus_8,,2024-01-06\ncus_8,,2024-02-06\n",
)
ANSWERS = (
    "answers.csv",
    "responses",
    {"who": "customer_id", "kind": "kind", "day": "answered_at"},
    "who,kind,day\nu1,nps,2024-01-07\nstranger,nps,2024-01-08\n,nps,2024-01-09\n",
)


@pytest.fixture(scope="session")
def strangers(tmp_path_factory):
    """Three files whose people are partly the same: the dataset, and ids by name."""
    folder = tmp_path_factory.mktemp("strangers")
    workspace = mapped(folder, (PEOPLE, MONEY, ANSWERS))
    ids = {each.name: each.id for each in workspace.status().sources}
    path = workspace.dataset_path()
    assert path is not None
    return Dataset(path), ids


@pytest.fixture(scope="session")
def onboarding(tmp_path_factory):
    """People who reach what is "done" sooner, later or never."""
    # Observed to the end of 30 April: 1 May has events, but may not be over.
    return dataset_of(
        tmp_path_factory.mktemp("town"),
        customers=[
            ("ann", "2025-01-06 10:00:00", {"plan": "pro", "account_id": "acme"}),
            ("bob", "2025-01-06 10:00:00", {"plan": "free", "account_id": "acme"}),
            ("cat", "2025-01-31 23:00:00", {"plan": "pro", "account_id": "zeta"}),
            ("dan", "2025-02-03 10:00:00", {"plan": "free"}),
            ("eve", "2025-04-29 12:00:00", {"plan": "pro"}),
            ("fay", "2024-12-31 10:00:00"),
            ("gus", "2025-05-01 00:30:00"),
        ],
        events=[
            ("bob", "opened", "2025-01-01 08:00:00"),
            # Done before the sign-up is not done after it; 24 hours to the second are
            # within one day.
            ("ann", "done", "2025-01-06 09:00:00"),
            ("ann", "done", "2025-01-07 10:00:00"),
            ("ann", "done", "2025-01-20 10:00:00"),
            ("bob", "done", "2025-01-09 10:00:01"),
            # A second more than three days is within four.
            ("cat", "done", "2025-02-28 10:00:00"),
            ("ann", "opened", "2025-04-02 10:00:00"),
            ("bob", "opened", "2025-04-03 10:00:00"),
            # March is month 2 of January, April month 3.
            ("cat", "opened", "2025-03-31 10:00:00"),
            # Seen on the day that is not over: not within a whole observed day.
            ("eve", "done", "2025-05-01 01:00:00"),
            ("gus", "done", "2025-05-01 01:00:00"),
        ],
    )


@pytest.fixture(scope="session")
def road(tmp_path_factory):
    """People who use, order and pay from January to 9 April; 10 April runs."""
    return dataset_of(
        tmp_path_factory.mktemp("road"),
        customers=[
            ("ann", "2025-01-01", {"plan": "pro", "account_id": "acme"}),
            ("bob", "2025-01-03", {"plan": "free", "account_id": "acme"}),
            ("cat", "2025-02-10", {"plan": "pro"}),
            ("dan", "2025-03-05"),
        ],
        events=[
            ("ann", "look", "2025-01-01 08:00:00"),
            ("ann", "use", "2025-01-15 08:00:00"),
            ("ann", "use", "2025-01-20 08:00:00"),
            ("bob", "use", "2025-01-04 08:00:00"),
            ("bob", "use", "2025-02-03 08:00:00"),
            ("bob", "use", "2025-02-25 08:00:00"),
            ("cat", "look", "2025-02-10 09:00:00"),
            ("dan", "look", "2025-03-05 09:00:00"),
            ("dan", "look", "2025-03-25 09:00:00"),
            ("ann", "look", "2025-04-10 08:00:00"),
        ],
        orders=[("ann", "o1", "2025-01-01", 10), ("ann", "o2", "2025-04-09", -10)],
        subscriptions=[
            _paid("ann", "2025-01-10", "2025-03-10", 10),
            _paid("bob", "2025-02-10", "", 10),
            _paid("cat", "2025-02-12", "2025-03-10", 10),
            _paid("cat", "2025-03-10", "", 30),
        ],
    )


def _paid(who, start, end, price):
    return {
        "customer_id": who,
        "started_at": start,
        "ended_at": end,
        "price": price,
        "interval": "month",
        "currency": "EUR",
    }


@pytest.fixture(scope="session")
def firm(tmp_path_factory):
    """Subscriptions with prices from January to 10 April; 11 April runs."""

    def paid(name, start, end, price, **more):
        return {
            "customer_id": name,
            "started_at": f"2025-{start}",
            "ended_at": end and f"2025-{end}",
            "price": price,
            "currency": "USD",
            **more,
        }

    return dataset_of(
        tmp_path_factory.mktemp("firm"),
        customers=[
            ("ann", "2025-01-01", {"plan": "pro", "account_id": "acme"}),
            ("bob", "2025-01-01", {"plan": "pro", "account_id": "acme"}),
            ("cat", "2025-01-01", {"plan": "free"}),
            ("dan", "2025-01-01"),
        ],
        subscriptions=[
            paid("ann", "01-05", "03-05", 100),
            paid("ann", "03-05", "", 120),
            paid("bob", "01-10", "02-10", 120, interval_months=12),
            paid("bob", "04-02", "", 30),
            paid("cat", "02-01", "", 50),
            paid("cat", "03-01", "04-05", 20),
            paid("dan", "01-20", "01-28", 10),
            paid("eve", "02-10", "", 15, trial_ended_at="2025-03-10"),
            paid("fay", "01-01", "", 99, currency="EUR"),
            paid("gus", "01-01", "", ""),
            paid("hal", "01-01", "", -5),
            paid("ivy", "01-01", "", 0),
            paid("jan", "03-01", "02-01", 8),
            paid("kim", "02-20", "04-01", 100, quantity=2, discount=40),
            paid("lee", "04-01", "", 7, currency=""),
        ],
        events=[("ann", "x", "2025-04-11 12:00:00")],
    )


LEFT = (
    "ann,2025-01-05,2025-03-05,2025-02-25,too_expensive,Too <b>dear</b>,10,EUR\n"
    "ann,2025-03-20,,,,,20,EUR\n"
    "bob,2025-01-05,2025-03-10,2025-03-01,Too  Expensive ,,30,EUR\n"
    "cat,2025-02-01,2025-04-01,,payment_failed,,40,EUR\n"
    "cat,2025-05-16,2025-06-16,2025-06-10,,,45,EUR\n"
    "dan,2025-02-10,2025-06-10,2025-06-01,unused,Nobody here used it,50,EUR\n"
    # in another currency
    "eve,2025-01-01,2025-02-15,2025-02-10,,,5,USD\n"
    "fay,2025-01-01,,,,,7,EUR\n"
    # a trial only; and one who is a customer until the first of July comes
    "gus,2025-02-01,2025-02-01,,moved,,9,EUR\n"
    "hal,2025-03-01,2025-07-01,,moved,,9,EUR\n"
)


@pytest.fixture(scope="session")
def leavers(tmp_path_factory):
    """Subscribers who leave, some come back; what they said; to the end of June."""
    return leavers_of(tmp_path_factory.mktemp("leavers"), LEFT)


def leavers_of(folder, left):
    """Load subscriptions of the people who leave, and what is known of them."""
    home = folder / "leavers"
    home.mkdir()
    texts = {
        "customers": "customer_id,signed_up_at,plan,account_id\n"
        "ann,2025-01-01,pro,acme\nbob,2025-01-02,pro,acme\ncat,2025-01-03,free,\n"
        "dan,2025-01-04,free,zeta\neve,2025-01-01,pro,\nfay,2025-01-01,free,\n",
        # the first of July has begun
        "events": "customer_id,event,timestamp\nfay,use,2025-01-01 08:00:00\n"
        "fay,use,2025-07-01 08:00:00\n",
        "subscriptions": "customer_id,started_at,ended_at,cancelled_at,cancel_reason,"
        f"cancellation_comment,price,currency\n{left}",
        "answers": "customer_id,kind,score,answered_at,comment\n"
        "ann,nps,6,2025-01-20,\nann,nps,8,2025-02-20,\nann,csat,2,2025-02-21,Slow\n"
        "bob,nps,9,2025-02-01,Fine\nbob,nps,1,2025-03-10,Too late\n"
        "cat,nps,10,2025-03-15,**Good**\nfay,nps,0,2025-06-01,Still here\n",
        "tickets": "Id,Requester external id,Subject,Status,Via,Created at,Solved at\n"
        "1,fay,Hello,Solved,Mail,2025-01-16 09:00:00,\n"
        "2,ann,Help,Solved,Mail,2025-02-20 09:00:00,\n"
        "3,ann,Help,Solved,Mail,2025-02-21 09:00:00,\n"
        "4,bob,Help,Solved,Mail,2025-02-07 09:00:00,\n"
        "5,cat,Help,Solved,Mail,2025-03-02 09:00:00,\n"
        "6,fay,Help,Solved,Mail,2025-06-30 09:00:00,\n",
    }
    files = []
    for name, text in texts.items():
        file = home / f"{name}.csv"
        file.write_text(text, encoding="utf-8")
        files.append(file)
    return loaded(home / "workspace", files)


SURVEYED = {"ann": "pro", "bob": "pro", "cat": "free", "dan": "free", "eve": ""}
WAVES = {"campaign": "winter"}, {"campaign": "spring"}
SURVEY_ANSWERS = [
    ("ann", "nps", 9, "2025-01-10 10:00:00", WAVES[0] | {"comment": "fine"}),
    ("ann", "nps", 3, "2025-01-20 10:00:00", WAVES[0]),
    ("ann", "nps", 10, "2025-03-05 10:00:00", WAVES[1] | {"comment": "<b>x</b>"}),
    ("bob", "nps", 10, "2025-01-10 11:00:00", WAVES[0]),
    # Two answers at one instant: the lower one counts.
    ("bob", "nps", 9, "2025-03-06 09:00:00", WAVES[1]),
    ("bob", "nps", 6, "2025-03-06 09:00:00", WAVES[1]),
    ("cat", "nps", 7, "2025-01-11 10:00:00", WAVES[0]),
    ("cat", "nps", "", "2025-03-07 10:00:00", WAVES[1]),
    # Not on the scale, and no whole number.
    ("dan", "nps", 11, "2025-01-12 10:00:00", WAVES[0]),
    ("dan", "nps", 8.5, "2025-03-08 10:00:00", WAVES[1]),
    ("dan", "nps", 0, "2025-04-02 10:00:00", {}),
    ("somebody", "nps", 9, "2025-03-09 10:00:00", WAVES[1]),
    ("", "nps", 2, "2025-03-10 10:00:00", WAVES[1]),
    ("eve", "csat", 5, "2025-03-01 10:00:00", {"question": "How was the help?"}),
    ("ann", "csat", 4, "2025-03-02 10:00:00", {"question": "How was the help?"}),
    ("bob", "csat", 0, "2025-03-03 10:00:00", {"question": "How was the help?"}),
    ("cat", "csat", 6, "2025-03-04 10:00:00", {"question": "How was the help?"}),
    ("dan", "csat", 2, "2025-03-05 10:00:00", {"question": "How was the help?"}),
    ("dan", "csat", 1, "2025-03-05 10:00:00", {"question": "How was the price?"}),
    ("eve", "ces", 7, "2025-03-01 10:00:00"),
    ("ann", "ces", 4, "2025-03-02 10:00:00"),
]
INVITED = [
    ("ann", "nps", "2025-01-08", WAVES[0] | {"delivered": "yes"}),
    ("bob", "nps", "2025-01-08", WAVES[0] | {"delivered": "yes"}),
    ("cat", "nps", "2025-01-11", WAVES[0] | {"delivered": "yes"}),
    ("eve", "nps", "2025-01-08", WAVES[0] | {"delivered": "yes"}),
    ("dan", "nps", "2025-01-08", WAVES[0] | {"delivered": "no"}),
    # The second of two is answered, the first is not.
    ("ann", "nps", "2025-03-01", WAVES[1] | {"delivered": "yes"}),
    ("ann", "nps", "2025-03-04", WAVES[1] | {"delivered": "yes"}),
    ("stranger", "nps", "2025-03-04", WAVES[1] | {"delivered": "yes"}),
]


@pytest.fixture(scope="session")
def surveyed(tmp_path_factory):
    """Customers, and people whom nobody knows, who answer three surveys."""
    people = [
        {"customer_id": name, "signed_up_at": "2024-12-01", "plan": plan}
        for name, plan in SURVEYED.items()
    ]
    return dataset_of(
        tmp_path_factory.mktemp("surveyed"),
        people,
        responses=SURVEY_ANSWERS,
        invitations=INVITED,
    )


VOICED = ("ann", "bob", "cat", "dan", "eve", "fay", "gus", "hal", "ivy", "jon")
VOICES = {
    "subscriptions": "customer_id,started_at,ended_at,price,currency\n"
    "ann,2025-01-01 00:00:00,,10,EUR\n"
    "bob,2025-01-01 00:00:00,2025-03-01 12:00:00,20,EUR\n"
    # another plan is no loss; the loss is 90 days of 24 hours after the answer
    "cat,2025-01-01 00:00:00,2025-03-01 09:00:00,30,EUR\n"
    "cat,2025-03-01 09:00:00,2025-05-02 12:00:00,40,EUR\n"
    # and here a second later
    "dan,2025-01-01 00:00:00,2025-05-02 12:00:01,15,EUR\n"
    "eve,2025-01-01 00:00:00,,5,EUR\n"
    "fay,2025-01-01 00:00:00,2025-05-01 00:00:00,8,EUR\n"
    "gus,2025-01-01 00:00:00,,1,EUR\nhal,2025-01-01 00:00:00,,2,EUR\n"
    "jon,2025-05-01 00:00:00,,50,EUR\n",
    "answers": "customer_id,kind,score,answered_at\n"
    "ann,nps,9,2025-02-01 10:00:00\n"
    # two at one instant: the lower one counts
    "bob,nps,8,2025-02-01 10:00:00\nbob,nps,3,2025-02-01 10:00:00\n"
    "cat,nps,6,2025-02-01 12:00:00\ndan,nps,7,2025-02-01 12:00:00\n"
    "eve,nps,10,2025-06-15 10:00:00\n"
    # without a score, and off the scale
    "gus,nps,,2025-02-02 10:00:00\nhal,nps,11,2025-02-02 10:00:00\n"
    # no customer, and nobody that is known
    "ivy,nps,5,2025-02-03 10:00:00\nstranger,nps,1,2025-02-03 11:00:00\n"
    "jon,nps,2,2025-06-20 10:00:00\n",
    "tickets": "Id,Requester external id,Subject,Status,Via,Created at,Solved at\n"
    "1,gus,Help,Solved,Mail,2025-01-01 08:00:00,\n"
    "2,bob,Help,Solved,Mail,2025-01-25 08:00:00,\n"
    "3,bob,Help,Solved,Mail,2025-02-10 08:00:00,\n"
    "4,gus,Help,Solved,Mail,2025-07-01 08:00:00,\n",
    "events": "customer_id,event,timestamp\nivy,use,2025-01-01 08:00:00\n"
    # on the day of the answer it tells nothing
    "cat,use,2025-02-01 18:00:00\nann,use,2025-02-10 08:00:00\n"
    "dan,use,2025-03-03 23:00:00\nbob,use,2025-03-04 00:00:00\n"
    "fay,use,2025-04-30 08:00:00\nivy,use,2025-07-01 08:00:00\n",
    "customers": "customer_id,signed_up_at,plan,account_id\n"
    + "".join(
        f"{name},2025-01-01,{'pro' if name in 'ann bob' else 'free'},"
        f"{'acme' if name in 'ann bob' else name}\n"
        for name in [
            "ann",
            "bob",
            "cat",
            "dan",
            "eve",
            "fay",
            "gus",
            "hal",
            "ivy",
            "jon",
        ]
    ),
}


@pytest.fixture(scope="session")
def voices(tmp_path_factory):
    """Customers who answered well, badly or not, and what they did; to end of June."""
    return voices_of(tmp_path_factory.mktemp("voices"), VOICES)


def voices_of(folder, texts):
    """Load customers and their answers."""
    home = folder / "voices"
    home.mkdir()
    for name, text in texts.items():
        (home / f"{name}.csv").write_text(text)
    return loaded(home / "workspace", sorted(home.glob("*.csv")))


@pytest.fixture(scope="session")
def talkers(tmp_path_factory):
    """What people wrote in surveys and tickets, in several scripts."""
    folder = tmp_path_factory.mktemp("talkers")
    long = "Payment " + "x" * 9_980 + " failed"
    written = [
        ("ann", 2, "en", "2025-03-05", "Payment failed again"),
        ("bob", 3, "en", "2025-03-06", "My payment failed; card declined"),
        ("", 1, "en", "2025-03-07", "PAYMENT FAILED!!"),
        ("eve", 8, "en", "2025-02-11", "Payments are fine"),
        ("cat", 10, "en", "2025-01-10", "Great templates"),
        ("dan", 9, "en-GB", "2025-02-10", "Templates save time"),
        ("gus", 11, "en", "2025-01-11", "Great templates"),
        ("fay", "", "en", "2025-03-08", "The payload is too big"),
        ("ann", 10, "", "2025-01-05", "บัตรถูกปฏิเสธ"),
        ("bob", 9, "", "2025-02-05", "ชำระเงินไม่สำเร็จ บัตรถูกปฏิเสธ"),
        ("cat", 0, "", "2025-03-05", "信用卡付款失敗。客服太慢"),
        ("dan", 4, "", "2025-03-06", "付款失敗"),
        ("eve", 7, "en", "2025-01-12", "![Great](http://x.com/a.png) <b>=1+1</b>"),
        ("fay", 7, "en", "2025-01-13", long),
    ]
    (folder / "answers.csv").write_text(
        "\n".join(
            ["user_id,kind,score,language,at,comment"]
            + [
                f'{who},nps,{score},{language},{day},"{text}"'
                for who, score, language, day, text in written
            ]
        ),
        encoding="utf-8",
    )
    (folder / "customers.csv").write_text(
        "customer_id,signed_up_at,plan\n"
        + "".join(
            f"{who},2025-01-01,{plan}\n"
            for who, plan in zip(
                ("ann", "bob", "cat", "dan", "eve", "fay", "gus"),
                ("pro", "pro", "free", "free", "free", "pro", "free"),
                strict=True,
            )
        )
    )
    return loaded(
        folder / "workspace", [folder / "customers.csv", folder / "answers.csv"]
    )
