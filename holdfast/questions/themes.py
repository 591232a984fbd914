"""What customers write: recurring terms by group, topics, and what grows."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset, Observed
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.periods import first_day, period_of
from holdfast.population import TOTAL, Population, Relation, population
from holdfast.query import Value
from holdfast.questions import asking
from holdfast.questions.surveying import check_question, several_questions
from holdfast.questions.theme_figures import folded_terms, with_growth, with_rates
from holdfast.questions.theme_words import SOURCE_WORDS, bands_of, limits, sentence
from holdfast.remarks import (
    OWN_FROM,
    Progress,
    Source,
    knows_comments,
    remark_relations,
)
from holdfast.score_groups import scale_asked
from holdfast.survey_scales import Reading
from holdfast.texts.topics import topics_of
from holdfast.theme_rules import ThemeRules

# Words are cut by a library, so their tables are not in the dataset's file.
_IN_MEMORY = (
    "-- Tables of terms and languages are made in memory from the comments by Unicode"
    " word boundaries.\n"
)
_MOST_TERMS = 2_000
_TOPIC_TERMS = 60
_BEFORE_MONTHS = 6
_EXAMPLES = 3


@dataclass(frozen=True)
class Themes:
    """What is asked about comments.

    Attributes:
        of: Which comments: those of a kind of survey, the subjects of tickets, or what
            was written on leaving.
        groups: Groups of the score, or the segments of the breakdown.
        language: Only comments of this language, as a code; empty for all.
        question: Only comments on this question of a survey, ``(none)`` where the
            export does not say; empty for all.
        scale: Least and greatest point, such as 1-5; empty for what the workspace
            keeps, else the usual one of the kind, or a guess where that does not fit.
        blank: Scores that stand for no score, such as 0; empty for what is kept.
        not_applicable: Scores that stand for "does not apply", such as 6,99.
        own: Themes of one's own, such as ``Payment: pay*, card``.
        least: Terms of fewer comments are not shown.
        most: How many terms of each language are shown.
        month: A day in the month whose growth is told; the last complete one if none.
        first: The first day of writing.
        last: The last one.
        unit: Filters are about customers, never accounts: a comment is somebody's.
        as_of: An earlier end of the observed time.
    """

    of: Source = "nps"
    groups: Literal["score", "segment"] = "score"
    language: str = ""
    question: str = ""
    scale: str = ""
    blank: str = ""
    not_applicable: str = ""
    own: ThemeRules | None = None
    least: int = 5
    most: int = 30
    month: date | None = None
    first: date | None = None
    last: date | None = None
    unit: Literal["customer"] = "customer"
    as_of: date | None = None

    @property
    def reading(self) -> Reading:
        """How scores are read."""
        return Reading(self.scale, self.blank, self.not_applicable)


@dataclass(frozen=True)
class _Asked:
    """Comments made ready.

    Attributes:
        found: Who is in view.
        relations: What queries read.
        seen: What the table of the comments saw.
        as_of: End (exclusive) of the observed time.
        groups: Names of the groups, in order of their numbers.
    """

    found: Population
    relations: dict[str, Relation]
    seen: Observed
    as_of: date
    groups: dict[int, str]


def answer(
    dataset: Dataset,
    spec: Themes,
    filters: Filters,
    cancellation: Cancellation | None = None,
    progress: Progress | None = None,
) -> Answer:
    """Answer what recurs in comments.

    Returns:
        ``frame``: one row per term and group, the most frequent terms of each language
        and those that tell groups apart; ``group`` is All for everyone. ``extras``:
        ``languages`` (comments of each), ``growth`` (terms of the month against the
        months before, the surest growth first), ``trend`` (one row per term and
        month), ``topics`` and ``examples``.

    Raises:
        SpecError: The data have no such comments.
    """
    asked = _prepare(dataset, spec, filters, cancellation, progress)
    language = spec.language or None
    values: dict[str, Value] = {
        "by_segment": _by_segment(spec),
        "of_language": language,
        "least": spec.least,
        "most": _MOST_TERMS,
    }
    counts = _run(dataset, "themes", asked, values, cancellation)
    frame = _shown(with_rates(counts, asked.groups, spec.of, dataset.min_n), spec.most)
    every = _run(dataset, "theme_languages", asked, {}, cancellation)
    languages = every[every["language"].notna()].reset_index(drop=True)
    growth, month = _growth(dataset, spec, asked, cancellation)
    wanted = [int(each) for each in frame["term_no"].unique()]
    told: dict[str, Value] = {"of_language": language, "term_nos": wanted}
    top = wanted + [
        int(each) for each in growth["term_no"][:20] if int(each) not in wanted
    ]
    trend = _run(
        dataset,
        "theme_trend",
        asked,
        {**told, "term_nos": top, "as_of_on": asked.as_of},
        cancellation,
    )
    trend["month"] = pd.to_datetime(trend["month"])
    examples = _run(
        dataset,
        "theme_examples",
        asked,
        {**told, "term_nos": top, "examples": _EXAMPLES},
        cancellation,
    )
    return Answer(
        question="themes",
        spec=spec,
        filters=filters,
        frame=frame,
        sentence=sentence(spec, frame, languages, growth, month),
        sql=_IN_MEMORY + asking.shown("themes", asked.found, asked.relations, values),
        as_of=asked.as_of,
        n=int(every.loc[every["language"].isna(), "people"].sum()),
        extras={
            "languages": languages,
            "growth": growth,
            "trend": trend,
            "topics": _topics(dataset, spec, asked, frame, cancellation),
            "examples": examples,
        },
        caveats=(
            *limits(spec, frame, languages, dataset.min_n),
            *_questions(dataset, spec),
            *_unknown_people(dataset, spec, asked, cancellation),
            *asking.account_caveat(asked.found),
            *asking.stranger_caveat(dataset),
        ),
    )


def members(
    dataset: Dataset,
    spec: Themes,
    filters: Filters,
    term_no: int | None = None,
    group: str = TOTAL,
    month: date | None = None,
    search: str = "",
    most: int | None = None,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List comments, whole and letter by letter, the newest first.

    Args:
        dataset: What is asked.
        spec: The spec of the answer that shows the figure.
        filters: Its filters.
        term_no: Only comments with this term of the frame; none for any.
        group: Only of this group.
        month: Only of the month of this day.
        search: Words that all have to be in the comment, as they are written but for
            capitals; what stands in quotes is one.
        most: So many rows at most; ``of_found`` says how many there are.
        cancellation: Lets another thread stop the work.

    Returns:
        One row per comment; see ``queries/answers/themes_members.sql``.
    """
    asked = _prepare(dataset, spec, filters, cancellation)
    numbers = {name: number for number, name in asked.groups.items()}
    rows = _run(
        dataset,
        "themes_members",
        asked,
        {
            "by_segment": _by_segment(spec),
            "of_term": term_no,
            "of_group": None if group == TOTAL else numbers.get(group, -1),
            "of_language": spec.language or None,
            "of_month": month and month.replace(day=1),
            "of_words": searched(search) or None,
            "most": most,
        },
        cancellation,
    )
    names = bands_of(spec.of)
    return rows.assign(
        band=rows["band_no"].map(dict(enumerate(names))).astype(object)
    ).drop(columns="band_no")


def searched(text: str) -> list[str]:
    """Cut a search into the words and quoted parts that all have to be found."""
    small = unicodedata.normalize("NFC", text).lower()
    parts: list[str] = []
    for place, part in enumerate(small.split('"')):
        # Every other part stood in quotes.
        parts += [part] if place % 2 else part.split()
    return list(dict.fromkeys(part for part in parts if part.strip()))


def available(dataset: Dataset) -> list[Source]:
    """Return the kinds of comments that a dataset may have."""
    kinds: tuple[Source, ...] = ("nps", "csat", "ces", "tickets", "exits")
    return [kind for kind in kinds if knows_comments(dataset, kind)]


def _prepare(
    dataset: Dataset,
    spec: Themes,
    filters: Filters,
    cancellation: Cancellation | None,
    progress: Progress | None = None,
) -> _Asked:
    if not knows_comments(dataset, spec.of):
        raise SpecError(
            "no_comments",
            f"The data have no {SOURCE_WORDS[spec.of]}.",
            "Load an export of tickets."
            if spec.of == "tickets"
            else "Load an export of subscriptions with what was written on leaving."
            if spec.of == "exits"
            else "Load an export of survey answers with their comments.",
        )
    table = {"tickets": "tickets", "exits": "subscriptions"}.get(spec.of, "responses")
    seen = dataset.observed[table]
    # Dates of subscriptions may lie ahead; behaviour tells how far was observed.
    end = max(each.as_of for each in dataset.observed.values())
    as_of = seen.as_of if table != "subscriptions" else end
    if spec.as_of is not None:
        as_of = min(as_of, spec.as_of)
    until_on = spec.as_of
    if spec.last is not None:
        after = spec.last + timedelta(days=1)
        until_on = min(after, until_on) if until_on else after
    found = population(dataset, filters, spec.unit, cancellation, spec.as_of)
    has_score = bool(bands_of(spec.of))
    if has_score:
        check_question(dataset, spec.of, spec.question)
    relations = remark_relations(
        dataset,
        spec.of,
        spec.own or ThemeRules(),
        found,
        spec.first,
        until_on,
        scale_asked(dataset, spec.of, spec.question, spec.reading)
        if has_score
        else None,
        spec.question if has_score else "",
        cancellation,
        progress,
    )
    if _by_segment(spec):
        groups = dict(enumerate(found.segments))
    else:
        groups = dict(enumerate(bands_of(spec.of)))
    return _Asked(found, relations, seen, as_of, groups)


def _questions(dataset: Dataset, spec: Themes) -> list[Caveat]:
    if spec.question or not bands_of(spec.of):
        return []
    return several_questions(dataset, spec.of, spec.reading)


def _by_segment(spec: Themes) -> bool:
    return spec.groups == "segment"


def _run(
    dataset: Dataset,
    query: str,
    asked: _Asked,
    values: dict[str, Value],
    cancellation: Cancellation | None,
) -> pd.DataFrame:
    return asking.run(
        dataset, query, asked.found, asked.relations, values, cancellation
    )


def _shown(frame: pd.DataFrame, most: int) -> pd.DataFrame:
    """Keep the most frequent terms of each language, and those that tell groups apart.

    Words that are hardly ever told without a phrase or another word are left to it.
    """
    everyone = frame[frame["group"] == TOTAL]
    alone = everyone[~everyone["term_no"].isin(folded_terms(everyone))]
    frequent = alone.groupby("language", sort=False).head(most)["term_no"]
    apart = frame[
        (frame["difference_lower"] > 0)
        & (frame["p_adjusted"] < 0.05)
        & frame["term_no"].isin(alone["term_no"])
    ].sort_values("difference_lower", ascending=False, kind="stable")
    telling = apart.groupby(["language", "group"], sort=False).head(10)["term_no"]
    kept = frame["term_no"].isin({*frequent, *telling})
    own = frame["term_no"] >= OWN_FROM
    return frame[kept | own].reset_index(drop=True)


def _growth(
    dataset: Dataset,
    spec: Themes,
    asked: _Asked,
    cancellation: Cancellation | None,
) -> tuple[pd.DataFrame, date]:
    """Hold a month against the months before it."""
    last = period_of(asked.as_of, "month") - 1
    number = period_of(spec.month, "month") if spec.month else last
    month = first_day(number, "month")
    earliest = period_of(asked.seen.from_on, "month")
    before = first_day(max(number - _BEFORE_MONTHS, min(earliest, number)), "month")
    rows = _run(
        dataset,
        "theme_growth",
        asked,
        {
            "of_language": spec.language or None,
            "month_on": month,
            "before_on": before,
            "least": min(spec.least, 3),
        },
        cancellation,
    )
    growth = with_growth(rows)
    left = growth["term_no"].isin(folded_terms(growth))
    return growth[~left].reset_index(drop=True), month


def _topics(
    dataset: Dataset,
    spec: Themes,
    asked: _Asked,
    frame: pd.DataFrame,
    cancellation: Cancellation | None,
) -> pd.DataFrame:
    """Group the words that are told together, by language."""
    words = frame[(frame["group"] == TOTAL) & (frame["kind"] != "own")]
    words = words.groupby("language", sort=False).head(_TOPIC_TERMS)
    numbers = [int(each) for each in words["term_no"]]
    columns = ["language", "terms", "comments", "of_comments", "score_mean", "example"]
    if len(numbers) < 2:
        return pd.DataFrame(columns=columns)
    language: Value = spec.language or None
    told: dict[str, Value] = {"of_language": language, "term_nos": numbers}
    pairs = _run(dataset, "theme_pairs", asked, told, cancellation)
    place = {number: at for at, number in enumerate(numbers)}
    rows, others = (
        pairs[name].map(place).to_numpy(dtype=np.int64)
        for name in ("term_no", "other_no")
    )
    together = np.zeros((len(numbers), len(numbers)), dtype=np.int64)
    together[rows, others] = together[others, rows] = pairs["comments"]
    groups = topics_of(together, list(words["language"]))
    if not groups:
        return pd.DataFrame(columns=columns)
    flat = [(numbers[at], topic) for topic, group in enumerate(groups) for at in group]
    counted = _run(
        dataset,
        "theme_topics",
        asked,
        {
            "of_language": language,
            "term_nos": [number for number, _ in flat],
            "topic_nos": [topic for _, topic in flat],
        },
        cancellation,
    )
    terms, tongues = list(words["term"]), list(words["language"])
    sizes = list(words["of_comments"])
    of_topic = counted["topic_no"].map(lambda topic: groups[topic])
    return (
        counted.assign(
            language=[tongues[group[0]] for group in of_topic],
            terms=[", ".join(terms[at] for at in group[:6]) for group in of_topic],
            of_comments=[sizes[group[0]] for group in of_topic],
        )
        .sort_values("comments", ascending=False, kind="stable")
        .reset_index(drop=True)[columns]
    )


def _unknown_people(
    dataset: Dataset,
    spec: Themes,
    asked: _Asked,
    cancellation: Cancellation | None,
) -> list[Caveat]:
    """Say how many comments nobody in view can have written."""
    caveats: list[Caveat] = []
    if not asked.found.is_everyone:
        everyone = replace(
            asked, found=population(dataset, Filters(), spec.unit, cancellation)
        )
        relations = remark_relations(
            dataset, spec.of, ThemeRules(), everyone.found, cancellation=cancellation
        )
        rows = _run(
            dataset,
            "theme_languages",
            replace(everyone, relations=relations),
            {},
            cancellation,
        )
        nameless = int(rows.loc[rows["language"].isna(), "unknown_people"].sum())
        if nameless:
            were = "comment was" if nameless == 1 else "comments were"
            caveats.append(
                Caveat(
                    "unknown_people",
                    f"{nameless:,} {were} written by people whom no file knows: no"
                    " filter or breakdown can place them, so they are left out.",
                )
            )
    return caveats
