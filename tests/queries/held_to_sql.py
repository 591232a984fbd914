"""Holds the compiled pass of a funnel to the SQL that it stands for."""

from holdfast.attempts import progress, sweep
from holdfast.attempts.chains import attempts_relation
from holdfast.attempts.choosing import choose

_SWEPT = "swept_attempts"


def sweep_always(patch):
    """Use the pass, run as Python, for logs of any size."""
    patch.setattr(sweep, "_LEAST_EVENTS", 0)
    patch.setattr(sweep, "_ready", lambda: choose)


def check_alike(dataset, rules, clock, counting):
    """Make sure that the pass and SQL give the same rows; return how many."""
    assert sweep.can_sweep(dataset, rules, clock)
    dataset.drop(_SWEPT)
    assert sweep.sweep_chosen(dataset, _SWEPT, rules, clock, counting)
    attempts = attempts_relation(dataset, rules, clock)
    chosen = progress._chosen_of_attempts(dataset, rules, clock, counting)
    apart = dataset.frame(
        f"with attempts as ({attempts.text}), chosen as ({chosen.text})"
        f" (from chosen except all from {_SWEPT}) union all"
        f" (from {_SWEPT} except all from chosen)",
        {**attempts.values, **chosen.values},
    )
    assert apart.empty, (rules, apart)
    return dataset.count(f"from {_SWEPT}")[0]


def hold_to_sql(patch):
    """Compare the two wherever a question could use the pass; SQL answers it.

    Returns:
        The tables that were compared, by name; it fills as questions are asked.
    """
    compared = set()

    def held(dataset, name, rules, clock, counting, cancellation=None):
        if name not in compared:
            check_alike(dataset, rules, clock, counting)
            compared.add(name)
        return False

    sweep_always(patch)
    patch.setattr("holdfast.attempts.progress.sweep_chosen", held)
    return compared
