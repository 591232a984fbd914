"""A million answers to surveys, with comments: scores, and what moved them.

There is no peer: the question is whether a figure appears in time.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.asking import BY_PLAN, NARROWED, PLAIN, Asked, dataset_of, measured
from holdfast.questions.scores import Scores

CASE = "answers"
ANSWERS = 1_000_000
_VERSION = 1

ASKED: tuple[Asked, ...] = (
    ("NPS by plan, first", Scores("nps"), BY_PLAN),
    ("NPS, other filter", Scores("nps"), NARROWED),
    ("NPS of everyone", Scores("nps"), PLAIN),
    ("NPS by quarter, by plan", Scores("nps", span="quarter"), BY_PLAN),
    ("CSAT by plan, first", Scores("csat"), BY_PLAN),
)


def show(folder: Path, answers: int) -> None:
    """Ask what was scored in many answers, and print the seconds.

    Four of five answers are to one question, in six waves; a customer gave five of all,
    on average. One in twenty is without a score.

    Args:
        folder: Where files and the workspace are made and kept.
        answers: How many.
    """
    files = {"customers": _CUSTOMERS, "responses": _RESPONSES}
    place = folder / f"{CASE}-{answers}-{_VERSION}"
    measured(dataset_of(place, files, answers), "responses", ASKED)


_CUSTOMERS = """select
    format('c{{:07d}}', i) as customer_id,
    date '2024-01-01' + (hash(i) % 365)::integer as signed_up_at,
    case hash(i, 1) % 4 when 0 then 'pro' when 1 then 'team' else 'solo' end as plan,
    case hash(i, 2) % 5 when 0 then 'DE' when 1 then 'FR' else 'US' end as country
from range({number} // 5) as numbers (i)"""

_RESPONSES = """select
    format('r{{:08d}}', i) as response_id,
    format('c{{:07d}}', hash(i, 1) % ({number} // 5)) as customer_id,
    case when is_nps then 'nps' else 'csat' end as kind,
    case
        when is_nps
            then 'How likely are you to recommend us to a friend or colleague?'
        else 'How satisfied are you with the help you got?'
    end as question,
    case
        when hash(i, 2) % 20 = 0 then null
        when is_nps then hash(i, 3) % 11
        else 1 + hash(i, 3) % 5
    end as score,
    timestamp '2025-01-01'
    + interval (hash(i, 4) % 31_536_000) second as answered_at,
    format('wave {{}}', 1 + hash(i, 5) % 6) as campaign,
    format(
        'It is the {{}} of the reports, and the {{}} of the exports.',
        substr(md5(i::varchar), 1, 12),
        substr(md5(i::varchar), 13, 12)
    ) as comment
from (
    select i, hash(i, 9) % 5 < 4 as is_nps from range({number}) as numbers (i)
)"""
