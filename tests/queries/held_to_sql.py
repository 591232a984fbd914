"""Holds the compiled passes of a funnel to the SQL that they stand for."""

from holdfast.attempts import progress, sweep
from holdfast.attempts.chains import attempts_relation
from holdfast.attempts.choosing import choose, reach
from holdfast.attempts.stream import streamed_levels

_SWEPT = "swept"


def sweep_always(patch):
    """Use the passes, run as Python, for logs of any size."""
    patch.setattr(sweep, "_LEAST_EVENTS", 0)
    patch.setattr(sweep, "_ready", lambda: sweep.Passes(choose, reach))


def check_alike(dataset, rules, clock, counting):
    """Make sure that passes and SQL give the same rows; return how many attempts."""
    assert sweep.can_sweep(dataset, rules, clock)
    check_levels(dataset, rules, clock, counting.entered)
    dataset.drop(_SWEPT)
    assert sweep.sweep_chosen(dataset, _SWEPT, rules, clock, counting)
    attempts = attempts_relation(dataset, rules, clock)
    chosen = progress._chosen_of_attempts(dataset, rules, clock, counting)
    return _check_swept(
        dataset,
        f"with attempts as ({attempts.text})\n{chosen.text}",
        {**attempts.values, **chosen.values},
    )


def check_levels(dataset, rules, clock, entered):
    """Make sure that the pass gives the windows' rows, where they serve the rules."""
    levels = streamed_levels(dataset, rules, clock, entered)
    if levels is not None:
        dataset.drop(_SWEPT)
        assert sweep.sweep_levels(dataset, _SWEPT, rules, clock, entered)
        _check_swept(dataset, levels.text, levels.values)


def _check_swept(dataset, text, values):
    apart = dataset.frame(
        f"with told as ({text}) (from told except all from {_SWEPT}) union all"
        f" (from {_SWEPT} except all from told)",
        values,
    )
    assert apart.empty, apart
    return dataset.count(f"from {_SWEPT}")[0]


def hold_to_sql(patch):
    """Compare them wherever a question could use a pass; SQL answers it.

    Returns:
        The tables that were compared, by name; it fills as questions are asked.
    """
    compared = set()

    def held(check):
        def checked(dataset, name, *asked):
            if name not in compared:
                check(dataset, *asked[:3])
                compared.add(name)
            return False

        return checked

    sweep_always(patch)
    patch.setattr("holdfast.attempts.progress.sweep_chosen", held(check_alike))
    patch.setattr("holdfast.attempts.progress.sweep_levels", held(check_levels))
    return compared
