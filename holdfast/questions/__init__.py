"""The questions, one module each: a frozen Spec and its answer.

``ask`` is what pages, reports and the command line call; the answer to the same
question about the same dataset is kept.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import replace
from inspect import signature
from types import ModuleType
from typing import Any

from holdfast.answer import Answer
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.membership import gone_caveats
from holdfast.population import contents_of
from holdfast.query import sources
from holdfast.questions.asking import inferred_caveat, looking_back_caveat

Progress = Callable[[str, float], None]

QUESTIONS = (
    "retention",
    "survival",
    "lifecycle",
    "cadence",
    "funnel",
    "funnel_trend",
    "conversion_time",
    "funnel_bench",
    "first_success",
    "stages",
    "journeys",
    "sessions",
    "before_leaving",
    "churn",
    "churn_bench",
    "churn_by_tenure",
    "churn_segments",
    "mrr",
    "purchases",
    "revenue_cohorts",
    "exit_reasons",
    "win_back",
    "lifetime_value",
    "what_if",
    "scores",
    "support",
    "score_behaviour",
    "mrr_at_risk",
    "themes",
    "ticket_days",
    "ticket_growth",
    "tickets_before_churn",
)


def module_of(question: str) -> ModuleType:
    """Return the module of a question.

    Raises:
        SpecError: There is no such question.
    """
    if question not in QUESTIONS:
        raise SpecError(
            "unknown_question",
            f"There is no question {question!r}.",
            f"Ask one of {', '.join(QUESTIONS)}.",
        )
    return importlib.import_module(f"holdfast.questions.{question}")


def ask(
    dataset: Dataset,
    spec: Any,
    filters: Filters | None = None,
    cancellation: Cancellation | None = None,
    progress: Progress | None = None,
) -> Answer:
    """Answer a question about the customers in view.

    Args:
        dataset: What is asked.
        spec: The spec of one of the questions.
        filters: Who is in view; all customers by default.
        cancellation: Lets another thread stop the work.
        progress: Told the stage and the share done, by questions that take long.

    Raises:
        SpecError: The spec or a filter does not fit the data.
        CancelledError: The cancellation was used.
        DatasetError: The engine stopped the query.
    """
    filters = filters or Filters()
    # Of a saved segment only its name is in the filters.
    contents = contents_of(dataset, filters)
    key = ("answer", spec, filters, contents)
    kept = dataset.recall(key)
    if isinstance(kept, Answer):
        return kept
    question = type(spec).__module__.rpartition(".")[2]
    answered = module_of(question).answer
    told = (
        {"progress": progress} if "progress" in signature(answered).parameters else {}
    )
    answer: Answer = answered(dataset, spec, filters, cancellation, **told)
    gone = gone_caveats(dataset, filters, cancellation)
    # Here, for every question: whatever reads subscriptions may read inferred ones.
    inferred = (
        inferred_caveat(dataset) if "subscriptions" in sources(answer.sql) else ()
    )
    back = looking_back_caveat(dataset, answer.filters, answer.caveats)
    answer = replace(answer, caveats=(*inferred, *answer.caveats, *back, *gone))
    if contents_of(dataset, filters) == contents:
        dataset.keep(key, answer)
    return answer
