"""Holds the compiled pass of a funnel to the SQL that it stands for."""

from holdfast.attempts import sweep
from holdfast.attempts.stream import streamed_levels

_SWEPT = "swept_levels"


def sweep_always(patch):
    """Use the pass, run as Python, for logs of any size."""
    patch.setattr(sweep, "_LEAST_EVENTS", 0)
    patch.setattr(sweep, "_ready", lambda: sweep.follow)


def check_alike(dataset, rules, clock, entered):
    """Make sure that the pass and SQL give the same rows; return how many."""
    levels = streamed_levels(dataset, rules, clock, entered)
    assert levels is not None
    dataset.drop(_SWEPT)
    assert sweep.sweep_levels(dataset, _SWEPT, rules, clock, entered)
    apart = dataset.frame(
        f"with levels as ({levels.text})"
        f" (from levels except all from {_SWEPT}) union all"
        f" (from {_SWEPT} except all from levels)",
        levels.values,
    )
    assert apart.empty, (rules, apart)
    return dataset.count(f"from {_SWEPT}")[0]


def hold_to_sql(patch):
    """Compare the two wherever a question could use the pass; SQL answers it.

    Returns:
        The tables that were compared, by name; it fills as questions are asked.
    """
    compared = set()

    def held(dataset, name, rules, clock, entered, cancellation=None):
        if name not in compared:
            check_alike(dataset, rules, clock, entered)
            compared.add(name)
        return False

    sweep_always(patch)
    patch.setattr("holdfast.attempts.progress.sweep_levels", held)
    return compared
