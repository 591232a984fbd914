"""Holds the compiled passes of a funnel to the SQL that they stand for."""

from dataclasses import replace

from holdfast.attempts import progress, sweep
from holdfast.attempts.chains import attempts_relation
from holdfast.attempts.choosing import choose, reach
from holdfast.attempts.stream import streamed_levels

_SWEPT, _SWEPT_OVER = "swept", "swept_over"


def sweep_always(patch):
    """Use the passes, run as Python, for logs of any size."""
    patch.setattr(sweep, "_LEAST_EVENTS", 0)
    patch.setattr(sweep, "_ready", lambda: sweep.Passes(choose, reach))


def check_alike(dataset, rules, clock, counting):
    """Make sure that passes and SQL give the same rows; return how many attempts."""
    assert sweep.can_sweep(dataset, rules, clock)
    over = counting.over_at
    check_levels(dataset, rules, clock, counting.entered, over and (_SWEPT_OVER, over))
    dataset.drop(_SWEPT)
    assert sweep.sweep_chosen(dataset, _SWEPT, rules, clock, counting)
    attempts = attempts_relation(dataset, rules, clock)
    chosen = progress._chosen_of_attempts(dataset, rules, clock, counting)
    return _check_swept(
        dataset,
        f"with attempts as ({attempts.text})\n{chosen.text}",
        {**attempts.values, **chosen.values},
    )


def check_levels(dataset, rules, clock, entered, over=None):
    """Make sure that the pass gives the windows' rows, where they serve the rules."""
    levels = streamed_levels(dataset, rules, clock, entered)
    if levels is None:
        return
    dataset.drop(_SWEPT)
    second = (_SWEPT_OVER, over[1]) if over else None
    assert sweep.sweep_levels(dataset, _SWEPT, rules, clock, entered, second)
    _check_swept(dataset, levels.text, levels.values)
    if over:
        entries = replace(entered, until_at=over[1])
        levels = streamed_levels(dataset, rules, clock, entries)
        _check_swept(dataset, levels.text, levels.values, _SWEPT_OVER)


def _check_swept(dataset, text, values, table=_SWEPT):
    apart = dataset.frame(
        f"with told as ({text}) (from told except all from {table}) union all"
        f" (from {table} except all from told)",
        values,
    )
    assert apart.empty, apart
    return dataset.count(f"from {table}")[0]


def hold_to_sql(patch):
    """Compare them wherever a question could use a pass; SQL answers it.

    Returns:
        The tables that were compared, by name; it fills as questions are asked.
    """
    compared = set()

    def held(check):
        def checked(dataset, name, *asked):
            if name not in compared:
                check(dataset, *asked[:-1])
                compared.add(name)
            return False

        return checked

    sweep_always(patch)
    patch.setattr("holdfast.attempts.progress.sweep_chosen", held(check_alike))
    patch.setattr("holdfast.attempts.progress.sweep_levels", held(check_levels))
    return compared
