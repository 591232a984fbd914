"""The words on axes and in tooltips: dates, intervals, counts and ranges."""

from holdfast.measures import percent


def interval_label(interval: str, first: int, last: int, mode: str = "on") -> str:
    """Name what a cell of retention covers.

    'Month 3', 'Month 3 or later', 'Month 3 to 12', by the way of counting.
    """
    name = f"{interval.capitalize()} {first}"
    if mode == "on_or_after":
        return f"{name} or later"
    return name if last == first else f"{name} to {last}"


def retained_label(retained: int, customers: int) -> str:
    """Give a rate's counts: '412 of 1,084'."""
    return f"{int(retained):,} of {int(customers):,}"


def range_label(lower: float, upper: float) -> str:
    """Give the interval of a rate: '35.1% to 40.9%'."""
    return f"{percent(lower, 1)} to {percent(upper, 1)}"


def status_label(is_complete: bool, is_small: bool) -> str:
    """Say how far a figure can be trusted."""
    words = ["complete" if is_complete else "incomplete"]
    return ", ".join([*words, "few customers"] if is_small else words)
