"""What customers score: NPS, CSAT or CES, its margin, trend and segments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import pandas as pd

from holdfast.answer import Answer
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.filters import NONE, Filters
from holdfast.periods import WEEK_SHIFTS, Span, period_of
from holdfast.population import TOTAL
from holdfast.query import Value
from holdfast.questions import asking
from holdfast.questions.score_figures import (
    named_groups,
    score_change,
    with_differences,
    with_scores,
)
from holdfast.questions.score_words import score_caveats, score_sentence
from holdfast.questions.surveying import Asked, Surveying, prepared
from holdfast.stats import wilson_interval
from holdfast.survey_scales import GROUPS
from holdfast.surveys import Survey

Against = Literal["before", "year_before"]

_STATUSES = ("unscored", "not_applicable", "off_scale")
_IN_A_YEAR = ("month", "quarter", "year")


@dataclass(frozen=True)
class Scores(Surveying):
    """What is asked about scores; see also ``Surveying``.

    Attributes:
        against: The change is told from the last period ``before`` that has enough
            scores, or from the same one a year before.
    """

    against: Against = "before"


def answer(
    dataset: Dataset,
    spec: Scores,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer what customers score, and how sure that is.

    Returns:
        ``frame``: one row per segment and period, with a row of all of the time looked
        at (no period); see ``queries/answers/scores.sql``, ``with_scores`` and
        ``with_differences``, which fills the rows without a period. ``answers`` is
        n + superseded + unscored + not applicable + off scale. ``extras``:
        ``distribution`` per score; ``campaigns``, with response rates where invitations
        are loaded; ``response``, those of all and by period of sending; ``moves`` from
        an answer to the next; ``change`` with the parts of each segment, and
        ``periods`` that it is told of; ``surveys`` and ``scale``.

    Raises:
        SpecError: No survey is loaded, or the spec does not fit the data.
    """
    asked = prepared(dataset, spec, filters, cancellation)
    kind, found = asked.survey.kind, asked.found
    values: dict[str, Value] = {
        "has_segments": bool(found.segments),
        "calendar": spec.span,
        "week_shift": WEEK_SHIFTS[dataset.week_start],
        "as_of_period": _running(dataset, asked, spec.span),
        "min_n": dataset.min_n,
        "lowest": asked.survey.scale.lowest,
        "highest": asked.survey.scale.highest,
    }

    def run(query: str) -> pd.DataFrame:
        return asking.run(dataset, query, found, asked.relations, values, cancellation)

    counts = with_scores(run("scores"), kind)
    counts["period"] = pd.to_datetime(counts["period"])
    whole = counts[counts["period"].isna()]
    whole = with_differences(whole, kind, dataset.min_n)
    # The rows of periods come after: a concatenation of mixed columns guesses types.
    frame = counts.join(whole[[*whole.columns.difference(counts.columns, sort=False)]])
    frame["differs"] = frame["differs"].eq(True)
    spread = run("scores_distribution")
    spread["share"] = spread["answers"] / spread["of_answers"].where(
        spread["of_answers"] > 0
    )
    spread["share_lower"], spread["share_upper"] = wilson_interval(
        spread["answers"], spread["of_answers"]
    )
    spread["score_group"] = [_group_of(each, asked.survey) for each in spread["score"]]
    moves = run("score_moves")
    names = _group_names(kind)
    for column in ("from_group", "to_group"):
        moves[column] = moves[column].map(names)
    moves["share"] = moves["moves"] / moves["of_moves"]
    moves["share_lower"], moves["share_upper"] = wilson_interval(
        moves["moves"], moves["of_moves"]
    )
    response = _response(dataset, spec, asked, cancellation)
    campaigns = with_scores(run("scores_campaigns"), kind)
    change, periods = _change(counts, kind, spec, dataset.min_n)
    total = frame[(frame["segment"] == TOTAL) & frame["period"].isna()].iloc[0]
    return Answer(
        question="scores",
        spec=spec,
        filters=filters,
        frame=named_groups(frame, kind),
        sentence=score_sentence(asked, frame),
        sql=asking.shown("scores", found, asked.relations, values),
        as_of=asked.time.as_of if asked.time else None,
        n=int(total["n"]),
        extras={
            "distribution": spread,
            "campaigns": _with_response(named_groups(campaigns, kind), response),
            "response": response,
            "moves": moves,
            "change": change,
            "periods": periods,
            "surveys": asked.surveys,
            "scale": _scale_row(asked.survey),
        },
        caveats=tuple(score_caveats(dataset, asked, spec, frame, response)),
    )


def members(
    dataset: Dataset,
    spec: Scores,
    filters: Filters,
    group: str | None = None,
    score: int | None = None,
    period: date | None = None,
    segment: str = TOTAL,
    campaign: str | None = None,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List the answers behind a figure, the latest first.

    Args:
        dataset: What is asked.
        spec: The spec of the answer that shows the figure.
        filters: Its filters.
        group: A group such as ``promoters``; or ``unscored``, ``not_applicable`` or
            ``off_scale``; none for all that count.
        score: A point of the scale.
        period: A local day in the period; none for all of the time.
        segment: The segment of the figure.
        campaign: A row of the campaigns, ``(none)`` for answers that name none.
        cancellation: Lets another thread stop the work.

    Returns:
        As many rows as the figure says; see ``queries/answers/scores_members.sql``.
    """
    asked = prepared(dataset, spec, filters, cancellation)
    columns = {name: column for column, name in _group_names(asked.survey.kind).items()}
    status = group if group in _STATUSES else None
    values: dict[str, Value] = {
        "of_period": None
        if period is None
        else period_of(period, spec.span, dataset.week_start),
        "in_campaign": campaign is not None,
        "of_campaign": None if campaign in (None, NONE) else campaign,
        "of_group": None if group is None or status else columns[group],
        "of_score": score,
        "of_status": status,
        "of_segment": None if segment == TOTAL else segment,
    }
    return asking.run(
        dataset, "scores_members", asked.found, asked.relations, values, cancellation
    )


def moved(
    dataset: Dataset,
    spec: Scores,
    filters: Filters,
    from_group: str | None = None,
    to_group: str | None = None,
    segment: str = TOTAL,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List who moved from one group to another, from one answer to the next.

    Returns:
        One row per move, the latest first; see
        ``queries/answers/score_moves_members.sql``.
    """
    asked = prepared(dataset, spec, filters, cancellation)
    columns = {name: column for column, name in _group_names(asked.survey.kind).items()}
    values: dict[str, Value] = {
        "of_from": columns[from_group] if from_group else None,
        "of_to": columns[to_group] if to_group else None,
        "of_segment": None if segment == TOTAL else segment,
    }
    query = "score_moves_members"
    return asking.run(
        dataset, query, asked.found, asked.relations, values, cancellation
    )


def _running(dataset: Dataset, asked: Asked, span: Span) -> int | None:
    if asked.time is None:
        return None
    return period_of(asked.time.as_of, span, dataset.week_start)


def _group_names(kind: str) -> dict[str, str]:
    names = dict(zip(("high", "middle", "low"), GROUPS[kind], strict=True))
    return names | {"none": "unscored"}


def _group_of(score: int, survey: Survey) -> str:
    place = 1
    if score >= survey.scale.high_from:
        place = 0
    elif score <= survey.scale.low_to:
        place = 2
    return GROUPS[survey.kind][place]


def _scale_row(survey: Survey) -> pd.DataFrame:
    scale = survey.scale
    return pd.DataFrame(
        {
            "kind": [survey.kind],
            "question": [survey.question],
            "scale": [str(scale)],
            "lowest": [scale.lowest],
            "highest": [scale.highest],
            "high_from": [scale.high_from],
            "low_to": [scale.low_to],
        }
    )


def _response(
    dataset: Dataset, spec: Scores, asked: Asked, cancellation: Cancellation | None
) -> pd.DataFrame:
    """Return response rates of all, of campaigns and of periods of sending."""
    survey = asked.survey
    values: dict[str, Value] = {
        "kind": survey.kind,
        "any_campaign": not survey.campaigns,
        "campaign": survey.campaigns[0] if survey.campaigns else None,
        "answered_from_on": survey.first_on,
        "answered_until_on": survey.until_on,
        "calendar": spec.span,
        "week_shift": WEEK_SHIFTS[dataset.week_start],
        "as_of_on": asked.time.as_of if asked.time else None,
        "with_unknown": asked.has_unknown,
        "has_segments": bool(asked.found.segments),
    }
    frame = asking.run(dataset, "response_rates", asked.found, {}, values, cancellation)
    frame["period"] = pd.to_datetime(frame["period"])
    frame = frame[frame["invited"] + frame["unknown_invited"] > 0]
    frame["response_rate"] = frame["answered"] / frame["delivered"].where(
        frame["delivered"] > 0
    )
    frame["response_lower"], frame["response_upper"] = wilson_interval(
        frame["answered"], frame["delivered"]
    )
    return frame.reset_index(drop=True)


def _with_response(campaigns: pd.DataFrame, response: pd.DataFrame) -> pd.DataFrame:
    """Put response rates beside the campaigns; missing where nobody was invited."""
    names = ["campaign", "delivered", "answered", "response_rate"]
    names += ["response_lower", "response_upper"]
    rows = response.loc[response["scope"] == "campaign", names]
    rows = rows.assign(campaign=rows["campaign"].fillna(NONE))
    both = campaigns.assign(campaign=campaigns["campaign"].fillna(NONE))
    return both.merge(rows, on="campaign", how="left")


def _change(
    counts: pd.DataFrame, kind: str, spec: Scores, min_n: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split the change up to the last complete period that has enough scores."""
    total = counts[(counts["segment"] == TOTAL) & counts["is_complete"]]
    scored = total[total["period"].notna()].set_index("period")["n"]
    # Late answers to one wave make a small period of their own.
    known = list(scored.index[scored >= min_n])
    if len(known) < 2:
        known = list(scored.index[scored > 0])
    now, then = (known[-1] if known else None), None
    if spec.against == "before" and len(known) > 1:
        then = known[-2]
    if spec.against == "year_before" and now is not None:
        year = pd.DateOffset(years=1) if spec.span in _IN_A_YEAR else None
        earlier = now - year if year else now - pd.Timedelta(days=364)
        then = earlier if scored.get(earlier, 0) > 0 else None
    rows = [counts[counts["period"] == each] for each in (now, then)]
    change = score_change(rows[0], rows[1], kind)
    if now is None or then is None:
        return change.head(0), pd.DataFrame(columns=["time", "period"])
    periods = pd.DataFrame({"time": ["now", "before"], "period": [now, then]})
    return change, periods
