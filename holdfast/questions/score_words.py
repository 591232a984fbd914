"""What an answer about scores says in words."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.dataset import Dataset
from holdfast.measures import formatted, percent, percent_range
from holdfast.periods import day_label, period_label
from holdfast.population import TOTAL
from holdfast.questions import asking
from holdfast.questions.surveying import Asked, Surveying
from holdfast.survey_scales import GROUPS, NAMES
from holdfast.surveys import UNKNOWN_PEOPLE


def score_text(kind: str, score: float | None) -> str:
    """Write a score: NPS with its sign, CSAT as a percentage, CES as a mean."""
    if kind == "csat":
        return percent(score, 1)
    written = formatted(score, ",.1f" if kind == "nps" else ",.2f")
    is_plus = kind == "nps" and score is not None and score > 0 and written != "0.0"
    return f"+{written}" if is_plus else written


def points_text(kind: str, difference: float | None) -> str:
    """Write a difference of two scores, or a margin, without a sign."""
    if difference is None or pd.isna(difference):
        return "–"
    size = abs(difference)
    if kind == "csat":
        return f"{formatted(100 * size, ',.1f')} points"
    return formatted(size, ",.2f") if kind == "ces" else f"{formatted(size, ',.1f')}"


def score_range(kind: str, lower: float, upper: float) -> str:
    """Write the interval of a score."""
    if pd.isna(lower) or pd.isna(upper):
        return "–"
    if kind == "csat":
        return percent_range(lower, upper)
    return f"{score_text(kind, lower)} to {score_text(kind, upper)}"


def score_sentence(asked: Asked, frame: pd.DataFrame) -> str:
    """Say the score of all, how sure it is, and which segment stands apart."""
    kind, name = asked.survey.kind, NAMES[asked.survey.kind]
    whole = frame[frame["period"].isna()]
    row = whole[whole["segment"] == TOTAL].iloc[0]
    if not row["answers"]:
        return f"Nobody in view answered the {name} survey in the time asked for."
    if not row["n"]:
        gave = asking.counted(int(row["answers"]), "answer")
        return f"{gave} to the {name} survey, and none with a score on its scale."
    high, _, low = GROUPS[kind]
    n, up, down = (int(row[column]) for column in ("n", "high", "low"))
    scores = asking.counted(n, "score")
    if kind == "nps":
        margin = formatted(row["margin"], ",.1f")
        said = (
            f"NPS is {score_text(kind, row['score'])}, give or take {margin} (95%):"
            f" {percent(up / n)} {high} less {percent(down / n)} {low}, of {scores}"
        )
    elif kind == "csat":
        said = (
            f"{percent(row['score'], 1)} are satisfied ({up:,} of {n:,}), 95% interval"
            f" {percent_range(row['score_lower'], row['score_upper'])}; the mean is"
            f" {formatted(row['mean'], ',.2f')} of {asked.survey.scale.highest}"
        )
    else:
        said = f"The mean effort score is {formatted(row['mean'], ',.2f')}"
        if not pd.isna(row["margin"]):
            said += f", give or take {formatted(row['margin'], ',.2f')} (95%)"
        said += (
            f", on {asked.survey.scale.lowest} to {asked.survey.scale.highest};"
            f" {percent(up / n)} found it easy ({up:,} of {n:,})"
        )
    return f"{said}.{_apart(kind, whole)}"


def change_sentence(answer: Answer) -> str:
    """Say how the score changed between two periods, and what of it is mix."""
    change, periods = answer.extras["change"], answer.extras["periods"]
    kind, span = _kind(answer), answer.spec.span
    total = change[change["segment"] == TOTAL]
    if total.empty or total["change"].isna().any():
        return f"There are no two complete {span}s with scores to compare."
    row = total.iloc[0]
    now, then = (period_label(each, span) for each in periods["period"])
    ends = (row["change_lower"], row["change_upper"])
    said = (
        f"From {score_text(kind, row['score_before'])} ({then}) to"
        f" {score_text(kind, row['score_now'])} ({now}): {_signed(kind, row['change'])}"
    )
    if not pd.isna(ends[0]):
        is_noise = ends[0] <= 0 <= ends[1]
        said += (
            f", 95% interval {_signed(kind, ends[0])} to {_signed(kind, ends[1])}"
            f"{', which may be chance' if is_noise else ''}"
        )
    if len(change) < 3:
        return f"{said}. Choose a breakdown to see what of it is mix."
    return (
        f"{said}. Of it {_signed(kind, row['score_part'])} because the same kinds of"
        f" customers scored otherwise, and {_signed(kind, row['mix_part'])} because"
        " other customers answered."
    )


def response_sentence(answer: Answer) -> str:
    """Say how many of those who were invited answered, or that nobody can know."""
    response = answer.extras["response"]
    rows = response[response["scope"] == "all"]
    if rows.empty:
        return (
            "How many of those asked did answer cannot be known: no invitations to this"
            " survey are loaded."
        )
    row = rows.iloc[0]
    if not row["delivered"]:
        return (
            "How many of those asked did answer cannot be known: no invitation went to"
            " a customer in view."
        )
    found = percent(row["response_rate"], 1)
    ends = percent_range(row["response_lower"], row["response_upper"])
    said = (
        f"{found} answered ({int(row['answered']):,} of {int(row['delivered']):,}"
        f" invitations delivered), 95% interval {ends}."
    )
    lost = int(row["invited"] - row["delivered"])
    if lost:
        said += f" {asking.counted(lost, 'invitation')} did not arrive."
    if row["unknown_invited"]:
        said += (
            f" {asking.counted(int(row['unknown_invited']), 'invitation')} to people"
            " who are in no other file are left out."
        )
    if row["recent"]:
        said += (
            f" {int(row['recent']):,} were sent in the last 14 days, so answers may"
            " still come."
        )
    return said


def score_caveats(
    dataset: Dataset,
    asked: Asked,
    spec: Surveying,
    frame: pd.DataFrame,
    response: pd.DataFrame,
) -> Iterator[Caveat]:
    """Say what limits the figures: what is left out, and what was decided."""
    survey = asked.survey
    whole = frame[frame["period"].isna()]
    row = whole[whole["segment"] == TOTAL].iloc[0]
    yield from _of_question(asked)
    yield from _left_out(asked, row)
    yield from _unknown(asked)
    if row["superseded"]:
        yield Caveat(
            "superseded",
            f"{asking.counted(int(row['superseded']), 'score')} with a later one of the"
            f" same {spec.unit} count only in their own {spec.span} or campaign. Two at"
            " one instant: the lower counts.",
        )
    elif survey.all_answers:
        yield Caveat(
            "all_answers",
            "Every answer counts. Those of one person are much alike, so margins are"
            " wider than is shown where many answered often.",
        )
    if asked.time and not frame["is_complete"].all():
        last = day_label(asked.time.as_of)
        yield Caveat(
            "incomplete",
            f"The last {spec.span} still runs: it has the answers given up to {last}.",
        )
    if frame.loc[frame["n"] > 0, "is_small"].any():
        yield Caveat(
            "small_n",
            f"Figures of fewer than {dataset.min_n} scores are faded: one person moves"
            " them much.",
        )
    if response.empty:
        yield Caveat(
            "no_invitations",
            "The response rate cannot be known: load the invitations of this survey.",
        )
    yield from asking.account_caveat(asked.found)


def _of_question(asked: Asked) -> Iterator[Caveat]:
    survey, scale = asked.survey, asked.survey.scale
    same = asked.surveys[asked.surveys["kind"] == survey.kind]
    if len(same) > 1:
        others = int(same["answers"].sum())
        asks = f"“{survey.question}”" if survey.question else "the one without wording"
        yield Caveat(
            "several_questions",
            f"{len(same)} questions were asked as {NAMES[survey.kind]}, with"
            f" {others:,} answers together; this is {asks}.",
        )
    if survey.kind != "nps":
        high = GROUPS[survey.kind][0]
        yield Caveat(
            "scale",
            f"Scores are read as {scale.lowest} to {scale.highest}, {high} from"
            f" {scale.high_from} on. Choose another scale if that is wrong.",
        )


def _left_out(asked: Asked, row: pd.Series) -> Iterator[Caveat]:
    scale = asked.survey.scale
    told = {
        "unscored": "no score",
        "not_applicable": "the code for “not applicable”",
        "off_scale": f"a score that is not on the scale of {scale}",
    }
    parts = [
        f"{int(row[name]):,} with {words}" for name, words in told.items() if row[name]
    ]
    if parts:
        yield Caveat(
            "left_out",
            f"In no figure, of {asking.counted(int(row['answers']), 'answer')}:"
            f" {', '.join(parts)}.",
        )
    mine = asked.surveys["kind"] == asked.survey.kind
    undated = int(asked.surveys.loc[mine, "undated"].sum())
    if undated:
        when = "in no figure" if asked.survey.first_on or asked.survey.until_on else ""
        yield Caveat(
            "undated",
            f"{asking.counted(undated, 'answer')} without a time"
            f" {'is' if undated == 1 else 'are'}"
            f" {when or 'in the figures of all of the time and in no period'}.",
        )


def _unknown(asked: Asked) -> Iterator[Caveat]:
    mine = asked.surveys["kind"] == asked.survey.kind
    unknown = int(asked.surveys.loc[mine, "unknown_people"].sum())
    if not unknown:
        return
    answers = asking.counted(unknown, "answer")
    if not asked.has_unknown:
        said = "are left out: nothing is known of them to filter by"
    elif asked.found.segments:
        said = f"are the segment {UNKNOWN_PEOPLE}, each as a person of its own"
    else:
        said = "count, each as a person of its own"
    yield Caveat(
        "unknown_people", f"{answers} of people who are in no other file {said}."
    )


def _apart(kind: str, whole: pd.DataFrame) -> str:
    """Name the segment that differs most from all others."""
    parts = whole[whole["segment"] != TOTAL]
    if parts.empty:
        return ""
    apart = parts[parts["differs"] & (parts["verdict"] != "too few")]
    if apart.empty:
        return f" No segment of {len(parts)} differs from all others beyond noise."
    row = apart.iloc[int(apart["difference"].abs().to_numpy().argmax())]
    more = "above" if row["difference"] > 0 else "below"
    return (
        f" {row['segment']} lies {points_text(kind, row['difference'])} {more} all"
        f" others ({score_text(kind, row['score'])} against"
        f" {score_text(kind, row['rest_score'])})."
    )


def _signed(kind: str, change: float) -> str:
    sign = "+" if change > 0 else "−" if change < 0 else ""
    return f"{sign}{points_text(kind, change)}"


def _kind(answer: Answer) -> str:
    return str(answer.extras["scale"]["kind"].iloc[0])
