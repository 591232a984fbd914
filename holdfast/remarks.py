"""Remarks: what customers wrote, its terms, and who of them is in view.

Composed beside ``population`` and by its rules. Texts are cut into words once for
everyone and kept; filters only join.

- ``remarks(remark_no, text_no, customer_no, comment, score, written_on)``: one row per
  comment, of everyone; equal texts share their number.
- ``remarks_seen``: those in view, with ``segment_no`` and ``band_no`` (the group of
  the score, null where there is none) and ``language``.
- ``terms(term_no, term, language, first_no, second_no)``: words, phrases of two words
  with the numbers of these, and themes of one's own, whose language is null.
- ``text_terms(text_no, term_no)``: which text has which term, once each.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import date
from typing import Literal

import numpy as np

from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.errors import CancelledError
from holdfast.filters import NONE
from holdfast.population import Population, Relation
from holdfast.query import Value
from holdfast.score_groups import is_scored, knows_questions, scored_values
from holdfast.survey_scales import Scale
from holdfast.texts.corpus import Corpus
from holdfast.theme_rules import ThemeRules

Source = Literal["nps", "csat", "ces", "tickets", "exits"]
Progress = Callable[[str, float], None]

OWN_FROM = 1_000_000_000
"""Numbers of one's own themes begin here, in the order of the rules."""

_LEAST = 2
_BATCH = 20_000
# So much of the work is done when all comments are read.
_READ_SHARE = 0.8


def remark_relations(
    dataset: Dataset,
    source: Source,
    rules: ThemeRules,
    members: Population,
    from_on: date | None = None,
    until_on: date | None = None,
    scale: Scale | None = None,
    question: str = "",
    cancellation: Cancellation | None = None,
    progress: Progress | None = None,
) -> dict[str, Relation]:
    """Compose what questions about comments read.

    Args:
        dataset: Whose comments.
        source: Which.
        rules: Themes of one's own.
        members: Who is in view; comments of unknown people only where it is everyone.
        from_on: First local day looked at.
        until_on: The day after the last one.
        scale: Where the groups of scores begin; none for no groups.
        question: Only comments on this question, ``(none)`` for none said; empty for
            all.
        cancellation: Lets another thread stop the work.
        progress: Told the stage and the share done.
    """
    corpus, names = _kept(dataset, source, cancellation, progress)
    own = _kept_own(dataset, source, rules, corpus)
    values: dict[str, Value] = {
        "seen_from_on": from_on,
        "seen_until_on": until_on,
        "any_question": not question,
        "of_question": None if question == NONE else question,
    }
    if scale is not None:
        values |= scored_values(scale)
    relations = {
        "remarks": Relation(*_source(dataset, source), kept_as=names["remarks"]),
        "text_languages": _table(names["text_languages"]),
        "remarks_seen": Relation(_seen(source, members, scale), values),
    }
    for name in ("terms", "text_terms"):
        text = f"select * from {names[name]}"
        if own:
            text += f"\nunion all\nselect * from {own[name]}"
        relations[name] = Relation(text)
    return relations


def knows_comments(dataset: Dataset, source: Source) -> bool:
    """Say whether a dataset can have such comments at all."""
    if source == "exits":
        return dataset.knows_exit_comments and "subscriptions" in dataset.observed
    return ("tickets" if source == "tickets" else "responses") in dataset.observed


def _kept(
    dataset: Dataset,
    source: Source,
    cancellation: Cancellation | None,
    progress: Progress | None,
) -> tuple[Corpus, dict[str, str]]:
    """Cut all texts into words once, and keep what was found as tables."""
    kinds = ("remarks", "text_languages", "terms", "text_terms")
    names = {kind: f"{kind}_of_{source}" for kind in kinds}
    key = ("corpus", source)
    corpus = dataset.recall(key)
    if isinstance(corpus, Corpus) and all(map(dataset.has_table, names.values())):
        return corpus, names
    table = {"tickets": "tickets", "exits": "subscriptions"}.get(source, "responses")
    many = dataset.observed[table].rows > _BATCH
    tell = progress if progress and many else _tell_nobody
    tell("collecting comments", 0.0)
    text, values = _source(dataset, source)
    dataset.materialise(names["remarks"], text, values, cancellation)
    weights = dataset.frame(
        f"select count(*) as remarks from {names['remarks']}"
        " group by text_no order by text_no",
        cancellation=cancellation,
    )["remarks"].to_numpy(dtype=np.int64)
    if not isinstance(corpus, Corpus):
        corpus = _read(dataset, source, len(weights), cancellation, tell)
        dataset.keep(key, corpus)
    tell("finding what recurs", _READ_SHARE)
    terms = corpus.terms(weights, _LEAST)
    dataset.take(
        names["text_languages"],
        {
            "text_no": np.arange(len(corpus), dtype=np.int32),
            "language": corpus.languages,
        },
    )
    dataset.take(
        names["terms"],
        {
            "term_no": np.arange(len(terms.term), dtype=np.int32),
            "term": terms.term,
            "language": terms.language,
            "first_no": terms.first,
            "second_no": terms.second,
        },
    )
    dataset.take(
        names["text_terms"], {"text_no": terms.text_of, "term_no": terms.term_of}
    )
    tell("counting", 1.0)
    return corpus, names


def _tell_nobody(stage: str, share: float) -> None:
    """Do without a report: what is quick needs none."""


def _read(
    dataset: Dataset,
    source: Source,
    texts: int,
    cancellation: Cancellation | None,
    tell: Progress,
) -> Corpus:
    """Read every different text once, in batches between which it can be stopped.

    What was read when it is stopped is kept, and the next one goes on from there.
    """
    key = ("corpus begun", source)
    begun = dataset.forget(key)
    corpus = begun if isinstance(begun, Corpus) else Corpus()
    try:
        for first in range(len(corpus), texts, _BATCH):
            if cancellation is not None:
                cancellation.check()
            tell("reading comments", _READ_SHARE * first / texts)
            rows = dataset.frame(
                "select any_value(comment) as comment, any_value(language) as language"
                f" from remarks_of_{source}"
                " where text_no >= $first and text_no < $after"
                " group by text_no order by text_no",
                {"first": first, "after": first + _BATCH},
                cancellation,
            )
            given = (
                rows["language"].astype(object).where(rows["language"].notna(), None)
            )
            corpus.read(zip(rows["comment"], given, strict=True))
    except CancelledError:
        dataset.keep(key, corpus)
        raise
    return corpus


def _kept_own(
    dataset: Dataset, source: Source, rules: ThemeRules, corpus: Corpus
) -> dict[str, str]:
    """Find the texts of one's own themes, and keep them as tables too."""
    if not rules.themes:
        return {}
    digest = hashlib.sha256(str(rules).encode()).hexdigest()[:12]
    names = {kind: f"{kind}_own_{source}_{digest}" for kind in ("terms", "text_terms")}
    if all(map(dataset.has_table, names.values())):
        return names
    found = [corpus.matching(theme) for theme in rules]
    numbers = np.arange(OWN_FROM, OWN_FROM + len(found), dtype=np.int32)
    nothing = np.full(len(found), -1, dtype=np.int32)
    dataset.take(
        names["terms"],
        {
            "term_no": numbers,
            "term": [theme.name for theme in rules],
            "language": [None] * len(found),
            "first_no": nothing,
            "second_no": nothing,
        },
    )
    dataset.take(
        names["text_terms"],
        {
            "text_no": np.concatenate(found),
            "term_no": np.repeat(numbers, [len(each) for each in found]),
        },
    )
    return names


def _table(name: str) -> Relation:
    return Relation(f"select * from {name}")


def _source(dataset: Dataset, source: Source) -> tuple[str, Mapping[str, Value]]:
    """Select the comments themselves; equal ones of one language share their number."""
    if source == "tickets":
        return _REMARKS.format(source=_TICKETS), {}
    if source == "exits":
        # An earlier dataset kept no words on leaving.
        text = _EXITS if dataset.knows_exit_comments else _NO_EXITS
        return _REMARKS.format(source=text), {}
    question = "question" if knows_questions(dataset) else "null::varchar"
    text = _ANSWERS.format(question=question)
    return _REMARKS.format(source=text), {"survey": source}


def _seen(source: Source, members: Population, scale: Scale | None) -> str:
    """Join the comments with who is in view, and put their scores into groups."""
    segment, join = "0::utinyint", ""
    if not members.is_everyone:
        segment = "population.segment_no"
        join = (
            "\ninner join population\n"
            "    on remarks.customer_no = population.customer_no"
        )
    return _SEEN.format(segment=segment, join=join, band=_band(source, scale))


def _band(source: Source, scale: Scale | None) -> str:
    if scale is None:
        return "null::integer"
    return (
        f"case when not coalesce({is_scored(source, 'remarks.score')}, false) then null"
        " when remarks.score <= $low_to then 0"
        " when remarks.score >= $high_from then 2 else 1 end"
    )


_REMARKS = """select
    row_number() over (
        order by told.comment, told.language, told.written_on, told.customer_no
    )::integer - 1 as remark_no,
    dense_rank() over (order by told.comment, told.language)::integer - 1 as text_no,
    told.*
from (
    {source}
) as told
where told.comment != ''"""

_ANSWERS = """select
        customer_no,
        trim(comment) as comment,
        language,
        score,
        {question} as question,
        answered_on as written_on
    from responses
    where kind = $survey"""

_TICKETS = """select
        customer_no,
        trim(subject) as comment,
        null::varchar as language,
        null::double as score,
        null::varchar as question,
        opened_on as written_on
    from tickets"""

_EXITS = """select
        customer_no,
        trim(cancel_comment) as comment,
        null::varchar as language,
        null::double as score,
        null::varchar as question,
        coalesce(cancelled_on, ended_on) as written_on
    from subscriptions"""

_NO_EXITS = """select
        null::integer as customer_no,
        null::varchar as comment,
        null::varchar as language,
        null::double as score,
        null::varchar as question,
        null::date as written_on"""

_SEEN = """select
    {segment} as segment_no,
    {band} as band_no,
    remarks.remark_no,
    remarks.text_no,
    remarks.customer_no,
    remarks.comment,
    remarks.score,
    remarks.written_on,
    text_languages.language
from remarks
inner join text_languages
    on remarks.text_no = text_languages.text_no{join}
where
    ($seen_from_on::date is null or remarks.written_on >= $seen_from_on::date)
    and ($seen_until_on::date is null or remarks.written_on < $seen_until_on::date)
    and ($any_question or remarks.question is not distinct from $of_question)"""
