"""What the loaded answers to surveys and tickets can tell, and what would tell more."""

from __future__ import annotations

from collections.abc import Mapping

Told = tuple[str, str, str]
"""known or unknown, a sentence, and what to load; empty where nothing is missing."""

_SURVEYS = "Load an export of a survey tool, with score, customer and time."
_TICKETS = "Load an export of your help desk, with one row a ticket."


def surveys_told(facts: Mapping[str, int]) -> list[Told]:
    """Say what answers to surveys tell."""
    answers = facts["answers"]
    if not answers:
        return [("unknown", "What customers score: no survey is loaded.", _SURVEYS)]
    told: list[Told] = [
        (
            "known",
            f"What customers score: {facts['answers_scored']:,} scores of {answers:,}"
            " answers.",
            "",
        )
    ]
    strangers = answers - facts["answers_of_known"]
    if strangers:
        told.append(
            (
                "unknown",
                f"What the givers of {_answers(strangers)} do else: they are in no"
                " other file.",
                "Load the survey with the ids or addresses of the other files, or a"
                " file with pairs of ids.",
            )
        )
    undated = answers - facts["answers_dated"]
    if undated:
        told.append(
            (
                "unknown",
                f"When {_answers(undated)} came, so what came after.",
                "Load the survey with the time of the answer.",
            )
        )
    if facts["invited"]:
        told.append(
            (
                "known",
                f"How many of those who were asked answer: {facts['invited']:,}"
                " invitations.",
                "",
            )
        )
    else:
        told.append(
            (
                "unknown",
                "How many of those who were asked answer: no invitations are loaded.",
                "Load who was invited, and when.",
            )
        )
    return told


def tickets_told(facts: Mapping[str, int]) -> list[Told]:
    """Say what tickets tell."""
    tickets = facts["all_tickets"]
    if not tickets:
        return [("unknown", "What customers ask for: no tickets are loaded.", _TICKETS)]
    told: list[Told] = [("known", f"How many tickets come: {tickets:,}.", "")]
    for name, known, missing, column in (
        (
            "answered",
            "How soon they are answered",
            "no first answers are told",
            "the instant of the first answer",
        ),
        (
            "solved",
            "How soon they are solved",
            "no solutions are told",
            "the instant of the solution",
        ),
        (
            "subjects",
            "What they are about in words",
            "no subjects are told",
            "subjects",
        ),
        ("tagged", "What they are about by tag", "no ticket has a tag", "tags"),
    ):
        count = facts[f"tickets_{name}"]
        if count:
            told.append(("known", f"{known}: of {count:,}.", ""))
        else:
            told.append(
                ("unknown", f"{known}: {missing}.", f"Load an export with {column}.")
            )
    strangers = tickets - facts["tickets"]
    if strangers:
        told.append(
            (
                "unknown",
                f"Who wrote {strangers:,} of them: people in no other file.",
                "Load tickets with the ids or addresses of the other files.",
            )
        )
    return told


def _answers(number: int) -> str:
    return f"{number:,} answer{'' if number == 1 else 's'}"
