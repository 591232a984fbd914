"""Write the sample exports, their answer sheet and the data card.

`python sample_data/generate.py` rewrites the files beside this script, byte for
byte the same on every run; `--to DIR` writes them elsewhere.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from fernwick import card, exports, truths, voice
from fernwick.people import population
from fernwick.usage import Event, active_days, product_events


def write_exports(folder: Path) -> None:
    """Simulate the company and write every export into the folder."""
    people = population()
    days = active_days(people)
    tickets = voice.support_tickets(people, days)
    nps_sent, nps = voice.nps(people, days)
    csat_sent, csat = voice.csat(tickets)
    ces_sent, ces = voice.ces(people)
    contacts = [
        Event(ticket.opened_at, ticket.person, "contacted_support", "web")
        for ticket in tickets
        if ticket.channel == "Web widget"
    ]
    events = product_events(people, days, contacts)
    tables = {
        "customers": exports.customer_rows(people),
        "stripe_subscriptions": exports.subscription_rows(people),
        "stripe_charges": exports.charge_rows(people),
        "orders": exports.order_rows(voice.add_on_orders(people)),
        "typeform_nps": exports.response_rows("nps", nps),
        "typeform_csat": exports.response_rows("csat", csat),
        "typeform_ces": exports.response_rows("ces", ces),
        "survey_invitations": exports.invitation_rows(nps_sent + csat_sent + ces_sent),
        "zendesk_tickets": exports.ticket_rows(tickets),
        "referrals": exports.referral_rows(people),
        "experiment_touches": exports.touch_rows(people),
    }
    exports.write_events(folder / "mixpanel_events.jsonl.gz", events)
    for name, rows in tables.items():
        exports.write_csv(folder / f"{name}.csv", rows)


def main() -> None:
    """Write all files and print the answer sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=Path(__file__).parent)
    folder = parser.parse_args().to
    folder.mkdir(parents=True, exist_ok=True)
    write_exports(folder)
    data = truths.read_exports(folder)
    found = truths.planted_truths(data, folder)
    truths.write_json(folder / "truths.json", found)
    card.write_card(folder, data, found)
    sys.stdout.write(card.truth_table(found))


if __name__ == "__main__":
    main()
