"""A survey's row becomes an answer to each question that asks for a score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from holdfast.exports.mapping import FeedMapping
from holdfast.exports.recognition.content import is_wordy
from holdfast.exports.recognition.scales import scale_of, score_values
from holdfast.exports.recognition.vocabulary import survey_kinds

UNSAID = "no question could be told to ask for NPS, CSAT or CES"
_LONGEST = 300


def answers(
    part: FeedMapping, columns: Sequence[str], sample: Mapping[str, Sequence[str]]
) -> tuple[list[FeedMapping], list[str]]:
    """Return a mapping for each question with a score, and remarks.

    A comment belongs to the question that stands nearest before it, or else to the
    first one. A question that is asked of every row alike stays without a name.

    Args:
        part: What all answers have in common, and the kind where it is known.
        columns: Columns in the file's order that may hold scores and comments.
        sample: Some values of each column.
    """
    known = part.roles.get("score", ())
    kind = part.constants.get("kind")
    found = survey_kinds(columns, sample)
    if known and known[0] not in [column for column, *_ in found]:
        found = [(known[0], kind or "", ""), *found]
        found.sort(key=lambda each: columns.index(each[0]))
    scores = [column for column, *_ in found]
    comments = _comments(part, scores, columns, sample)
    if not found:
        comment = {"comment": comments[""]} if "" in comments else {}
        return [replace(part, roles={**part.roles, **comment})], [UNSAID]
    parts = []
    for column, asked, _ in found:
        roles = {**part.roles, "score": (column,)}
        roles.pop("comment", None)
        roles |= {"comment": comments[column]} if column in comments else {}
        said = {"kind": kind if (column,) == known and kind else asked}
        constants = {
            **part.constants,
            **{name: each for name, each in said.items() if each},
        }
        if len(found) > 1 or _is_wording(column):
            constants["question"] = column[:_LONGEST]
        values = {**part.values, **score_values([column], sample)}
        parts.append(replace(part, roles=roles, constants=constants, values=values))
    remarks = [remark for *_, remark in found if remark]
    if len(parts) > 1:
        remarks.append(f"each row gives up to {len(parts)} answers, one a question")
    return parts, remarks


def _is_wording(column: str) -> bool:
    """Tell a question's words from a name such as "score"."""
    return len(column.split()) > 1 or not column.isascii()


def _comments(
    part: FeedMapping,
    scores: Sequence[str],
    columns: Sequence[str],
    sample: Mapping[str, Sequence[str]],
) -> dict[str, tuple[str, ...]]:
    """Return the column of words that belongs to each score; '' where none is."""
    if part.roles.get("comment"):
        return {(scores or [""])[0]: part.roles["comment"]}
    free = [column for column in columns if column not in scores]
    free = [column for column in free if not scale_of(sample.get(column, ()))]
    wordy = [column for column in free if is_wordy(sample.get(column, ()))]
    asked = [column for column in free if column.rstrip().endswith("?")]
    found: dict[str, tuple[str, ...]] = {}
    for column in wordy or asked[:1]:
        before = [
            each for each in scores if columns.index(each) < columns.index(column)
        ]
        owner = (before[-1:] or [*scores, ""])[0]
        found.setdefault(owner, (column,))
    return found
