"""The same steps by the rules of other tools, side by side, and why they differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

import pandas as pd

from holdfast.answer import Answer
from holdfast.attempts.rules import DEFAULT_WINDOW
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.durations import Duration
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.measures import percent
from holdfast.population import TOTAL
from holdfast.questions import funnel
from holdfast.questions.attempting import Attempting
from holdfast.questions.funnel import Funnel
from holdfast.questions.suggested_steps import suggested_steps
from holdfast.steps import Steps

Windows = Literal["same", "own"]

OURS = "Holdfast"


@dataclass(frozen=True)
class FunnelBench(Attempting):
    """What is asked of all tools; see ``Attempting``.

    Attributes:
        windows: The ``same`` window for all tools, or each tool's ``own`` default.
    """

    windows: Windows = "same"


@dataclass(frozen=True)
class Rule:
    """A rule of another tool, as far as it can be expressed here.

    Attributes:
        tool: Whose rule.
        name: What it is called there.
        settings: What differs there from our defaults, as fields of the spec.
        window: The tool's own default window, if it has one.
        drops_excluded: What is excluded takes the customer out of all steps.
        fills_several: One row may fill several steps.
    """

    tool: str
    name: str
    settings: tuple[tuple[str, Any], ...]
    window: Duration | None = None
    drops_excluded: bool = False
    fills_several: bool = False


def _rule(tool: str, name: str, **settings: Any) -> Rule:
    traits = {field.name for field in fields(Rule)} & set(settings)
    rules = {
        "judged": "all",
        "entry": "best",
        "order": "ordered",
        "ties": "either",
        "repeats": "allowed",
    }
    rules |= {key: value for key, value in settings.items() if key not in traits}
    return Rule(
        tool, name, tuple(rules.items()), **{key: settings[key] for key in traits}
    )


_TWO_WEEKS, _WEEK, _DAY = Duration(14), Duration(7), Duration(1)
RULES = (
    _rule("PostHog", "Sequential", window=_TWO_WEEKS, drops_excluded=True),
    _rule("PostHog", "Strict", order="strict", window=_TWO_WEEKS, drops_excluded=True),
    _rule(
        "PostHog",
        "Any order",
        order="any_order",
        window=_TWO_WEEKS,
        drops_excluded=True,
    ),
    _rule("Mixpanel", "Uniques, specific order", entry="first", window=_WEEK),
    _rule(
        "Mixpanel", "Uniques, any order", entry="first", order="any_order", window=_WEEK
    ),
    _rule("Amplitude", "This order", window=_DAY),
    _rule("Amplitude", "Exact order", order="strict", window=_DAY),
    _rule("ClickHouse", "windowFunnel, default", fills_several=True),
)

NOT_COMPUTED = (
    (
        "Amplitude",
        "Any order",
        "Only who did the first step belongs to the funnel; here whichever step comes"
        " first is the entry. The last step has the same customers.",
    ),
    (
        "Mixpanel",
        "Totals, Sessions",
        "They count attempts, a new one after each that ended; here customers are"
        " counted, once each.",
    ),
    (
        "Mixpanel",
        "Optimized re-entry",
        "It takes the first attempt that converts, and the latest first step before the"
        " second; who converts is as with the best attempt, the times differ.",
    ),
    (
        "ClickHouse",
        "windowFunnel, strict_increase",
        "As with “only later ones follow”, but it forgets an earlier first step when"
        " another one falls on the instant of the second, so it can find fewer.",
    ),
    (
        "ClickHouse",
        "windowFunnel, strict_order",
        "It stops for good at the first foreign event after a first step; here a later"
        " attempt may still count.",
    ),
    (
        "ClickHouse",
        "windowFunnel, strict_deduplication",
        "A repeat of a later step stops it for good, a repeat of the first step never"
        " does.",
    ),
)
"""Rules that cannot be expressed here, with what they do."""

_ONE_BY_ONE = ("steps", "window", "order", "repeats", "ties", "entry", "judged")


def answer(
    dataset: Dataset,
    spec: FunnelBench,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer how many get to each step by the rules of each tool.

    Returns:
        ``frame``: one row per rule and step, with the columns of a funnel's total;
        ours come first. ``extras``: ``bench``, one row per rule with its settings in
        words, whether it is computed, how many more customers than ours entered and
        went all the way, and the reason in one sentence.

    Raises:
        SpecError: Our own rules have no meaning together, or the data lack a name.
    """
    everyone = replace(filters, breakdown=None)
    base = Funnel(
        **{field.name: getattr(spec, field.name) for field in fields(Attempting)}
    )
    base = replace(base, by_property=None)
    if not base.steps:
        # All tools are asked about the same ones.
        steps, window = suggested_steps(dataset, cancellation)
        named = base.window != DEFAULT_WINDOW
        base = replace(base, steps=steps, window=base.window if named else window)

    def count(asked: Funnel) -> pd.DataFrame:
        # The answers are kept by nobody but this: one rule after the other changes.
        if asked not in counted:
            found = funnel.answer(dataset, asked, everyone, cancellation)
            counted[asked] = (found, found.frame[found.frame["segment"] == TOTAL])
        return counted[asked][1]

    counted: dict[Funnel, tuple[Answer, pd.DataFrame]] = {}
    ours = count(base)
    parts = [ours.assign(tool=OURS, rule="As set above")]
    rows: list[dict[str, Any]] = [
        _row(OURS, "As set above", _settings(base), ours, ours, "")
    ]
    for rule in RULES:
        asked = _asked(rule, base, spec.windows)
        try:
            _check(rule, base)
            found = count(asked)
            reason = _reason(base, asked, count)
        except SpecError as problem:
            rows.append(_row(rule.tool, rule.name, "", None, ours, problem.sentence))
            continue
        rows.append(_row(rule.tool, rule.name, _settings(asked), found, ours, reason))
        parts.append(found.assign(tool=rule.tool, rule=rule.name))
    rows += [_row(tool, name, "", None, ours, why) for tool, name, why in NOT_COMPUTED]
    frame = pd.concat(parts, ignore_index=True)
    frame = frame[["tool", "rule", *[c for c in ours.columns if c != "segment"]]]
    whole = counted[base][0]
    return replace(
        whole,
        question="funnel_bench",
        spec=spec,
        frame=frame,
        sentence=_sentence(pd.DataFrame(rows)),
        extras={"bench": pd.DataFrame(rows)},
    )


def _asked(rule: Rule, base: Funnel, windows: Windows) -> Funnel:
    steps: Steps = tuple(replace(step, within=None) for step in base.steps)
    window = base.window
    if windows == "own" and rule.window is not None:
        window = rule.window
    return replace(base, steps=steps, window=window, **dict(rule.settings))


def _check(rule: Rule, base: Funnel) -> None:
    """Refuse what the rule would do differently from all that can be asked here."""
    if rule.drops_excluded and base.exclusions:
        raise SpecError(
            "excluded_altogether",
            f"{rule.tool} takes who did something excluded out of the whole funnel;"
            " here the steps before it are kept.",
            "Take the exclusions away to compare.",
        )
    if rule.fills_several and base.rules.overlaps:
        raise SpecError(
            "fills_several",
            "There one row may fill several steps at once; here it fills one.",
            "Use steps that differ to compare.",
        )


def _reason(
    base: Funnel, asked: Funnel, count: Callable[[Funnel], pd.DataFrame]
) -> str:
    """Say which settings differ and how many customers each of them moves."""
    said = []
    current = base
    before = count(base)
    for name in _ONE_BY_ONE:
        if getattr(current, name) == getattr(asked, name):
            continue
        changed = replace(current, **{name: getattr(asked, name)})
        try:
            after = count(changed)
        except SpecError:
            # Only together with the next one does the setting have a meaning.
            current = changed
            said.append(_WHY[name](asked))
            continue
        said.append(f"{_WHY[name](asked)} ({_moved(before, after)})")
        current, before = changed, after
    if not said:
        return "The same rule."
    sentence = "; ".join(said)
    return f"{sentence[0].upper()}{sentence[1:]}."


_WHY: dict[str, Callable[[Funnel], str]] = {
    "steps": lambda _: "no limits of single steps",
    "window": lambda asked: (
        f"the window is {asked.window.describe()}" if asked.window else "no window"
    ),
    "order": lambda asked: {
        "ordered": "anything may lie between the steps",
        "strict": "nothing may lie between the steps",
        "no_foreign": "no foreign event may lie between the steps",
        "any_order": "the steps may come in any order",
    }[asked.order],
    "repeats": lambda asked: (
        "a repeat ends the attempt"
        if asked.repeats == "end"
        else "a step may be done again"
    ),
    "ties": lambda asked: (
        "only later rows follow"
        if asked.ties == "strict"
        else "rows of one instant may follow each other"
    ),
    "entry": lambda asked: (
        "only the first entry counts"
        if asked.entry == "first"
        else "the attempt that gets furthest counts"
    ),
    "judged": lambda _: "who still has time counts as stopped",
}


def _moved(before: pd.DataFrame, after: pd.DataFrame) -> str:
    entered, converted = (
        now - then for now, then in zip(_ends(after), _ends(before), strict=True)
    )
    if not entered and not converted:
        return "moves nobody at either end"
    return f"{entered:+,} entered, {converted:+,} at the last step"


def _ends(steps: pd.DataFrame) -> tuple[int, int]:
    """Return who entered and who went all the way; without rows nobody did."""
    if steps.empty:
        return 0, 0
    return int(steps["entered_customers"].iloc[0]), int(steps["customers"].iloc[-1])


def _settings(asked: Funnel) -> str:
    words = [_WHY["order"](asked), _WHY["entry"](asked)]
    if asked.rules.has_limits:
        words.append("limits of single steps")
    else:
        words.append(_WHY["window"](asked))
    if asked.ties == "strict":
        words.append(_WHY["ties"](asked))
    if asked.repeats == "end":
        words.append(_WHY["repeats"](asked))
    words.append(
        {
            "closed": "who still has time is apart",
            "matured": "only entries whose time is over",
            "all": "who still has time counts as stopped",
        }[asked.judged]
    )
    sentence = ", ".join(words)
    return f"{sentence[0].upper()}{sentence[1:]}"


def _row(
    tool: str,
    name: str,
    settings: str,
    found: pd.DataFrame | None,
    ours: pd.DataFrame,
    reason: str,
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "tool": tool,
        "rule": name,
        "settings": settings,
        "is_computed": found is not None,
        "entered_customers": None,
        "customers": None,
        "rate_of_first": None,
        "moved_entered": None,
        "moved_customers": None,
        "reason": reason,
    }
    if found is None:
        return row
    entered, customers = _ends(found)
    entered_ours, customers_ours = _ends(ours)
    return row | {
        "entered_customers": entered,
        "customers": customers,
        "rate_of_first": customers / entered if entered else None,
        "moved_entered": entered - entered_ours,
        "moved_customers": customers - customers_ours,
    }


def _sentence(rules: pd.DataFrame) -> str:
    known = rules[rules["is_computed"] & rules["rate_of_first"].notna()]
    if known.empty:
        return "Nobody did the first step, so all rules agree."
    known = known.assign(rate_of_first=known["rate_of_first"].astype(float))
    low = known.nsmallest(1, "rate_of_first").iloc[0]
    high = known.nlargest(1, "rate_of_first").iloc[0]
    ours = known[known["tool"] == OURS]
    begins = "The same steps"
    if len(ours):
        begins += f", {percent(ours['rate_of_first'].iloc[0])} by the rules set above,"
    if low["rate_of_first"] == high["rate_of_first"]:
        return f"{begins} are the same by all rules that can be expressed here."
    ends = [
        f"{percent(row['rate_of_first'])} by those of {row['tool']} ({row['rule']})"
        for row in (low, high)
        if row["tool"] != OURS
    ]
    return f"{begins} are {' and '.join(ends)}."
