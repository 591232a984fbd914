"""Measurements as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from benchmarks.comparison import REFERENCE, Contender, Load, Race, Size

BEST_PEER = "ClickHouse"


def part(size: Size, done: Race | list[Load] | None) -> str:
    """Write the title of a size, or the table of its import or of one case."""
    if done is None:
        return f"## {size.events:,} events, {size.customers:,} customers\n"
    if isinstance(done, list):
        return "\n".join(_imports(done, size.events))
    if done.scan.seconds:
        return "\n".join(_race(done))
    return f"- {done.case.title}: {_equal(done)}"


def overview(size: Size) -> str:
    """Write what the cases come to, and the peak memory."""
    lines = []
    if any(race.scan.seconds for race in size.races):
        lines += _overview(size.races)
    if size.peaks:
        peaks = ", ".join(f"{name} {_mega(peak)}" for name, peak in size.peaks.items())
        lines += ["", f"Peak memory of each engine's process, MB: {peaks}.", ""]
    return "\n".join(lines)


def ratio(one: Contender | Load, other: Contender | Load) -> str:
    """Write the ratio of two times with its spread, round by round."""
    return _with_spread(
        [a / b for a, b in zip(one.seconds, other.seconds, strict=False)]
    )


def _cpu_ratio(one: Contender, other: Contender) -> str:
    return _with_spread([a / b for a, b in zip(one.cpu, other.cpu, strict=False)])


def _imports(loads: list[Load], events: int) -> Iterator[str]:
    bare = loads[-1]
    yield "### Import: two CSV files to something that can be asked"
    yield ""
    yield (
        "| loader | median s | spread | CPU s | × bare load | events/s | MB on disk"
        " | peak MB |"
    )
    yield "|---|--:|--:|--:|--:|--:|--:|--:|"
    for load in loads:
        middle = median(load.seconds)
        yield (
            f"| {load.loader} | {middle:.2f} | {_spread(load.seconds, 1, 2)}"
            f" | {median(load.cpu):.2f} | {ratio(load, bare)} | {events / middle:,.0f}"
            f" | {_mega(load.bytes)} | {_mega(max(load.peak))} |"
        )
    yield ""


def _overview(races: Sequence[Race]) -> Iterator[str]:
    yield "### Holdfast against the best of each peer"
    yield ""
    yield (
        "| case | ask, ms | in the engine, ms | engine ÷ one scan"
        " | ask ÷ best ClickHouse | the same in CPU time"
        " | polars ÷ ask | pandas ÷ ask | naive DuckDB ÷ ask |"
    )
    yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    for race in races:
        ours = _best(race, REFERENCE)
        assert ours is not None
        inside = Contender(REFERENCE, "engine", seconds=ours.inside)
        peer = _best(race, BEST_PEER)
        others = [_best(race, name) for name in ("polars", "pandas", "DuckDB, naive")]
        yield (
            f"| {race.case.title} | {1000 * ours.middle:.1f}"
            f" | {1000 * inside.middle:.1f} | {ratio(inside, race.scan)}"
            f" | {ratio(ours, peer) if peer else '–'}"
            f" | {_cpu_ratio(ours, peer) if peer else '–'} |"
            + "".join(
                f" {ratio(other, ours)} |" if other else " – |" for other in others
            )
        )
    yield ""


def _race(race: Race) -> Iterator[str]:
    ours, peer = _best(race, REFERENCE), _best(race, BEST_PEER)
    assert ours is not None
    yield f"### {race.case.title}"
    yield ""
    yield (
        f"{_equal(race)} One scan: {1000 * race.scan.middle:.1f} ms"
        f" ({_spread(race.scan.seconds)})."
    )
    yield ""
    yield (
        "| engine | form | median ms | spread | CPU ms | ÷ Holdfast"
        " | ÷ best ClickHouse | ÷ one scan |"
    )
    yield "|---|---|--:|--:|--:|--:|--:|--:|"
    for one in sorted(race.contenders, key=lambda each: each.middle):
        yield (
            f"| {one.engine} | {one.form} | {1000 * one.middle:.1f}"
            f" | {_spread(one.seconds)} | {1000 * median(one.cpu):.0f}"
            f" | {ratio(one, ours)} | {ratio(one, peer) if peer else '–'}"
            f" | {ratio(one, race.scan)} |"
        )
    yield ""


def _best(race: Race, engine: str) -> Contender | None:
    found = [one for one in race.contenders if one.engine == engine]
    return min(found, key=lambda one: one.middle) if found else None


def _equal(race: Race) -> str:
    engines = len({one.engine for one in race.contenders})
    return (
        f"{race.rows:,} rows, identical in {race.compared} forms of {engines} engines."
    )


def _with_spread(values: list[float]) -> str:
    if len(values) < 2:
        return _short(values[0])
    return f"{_short(median(values))} ({_short(min(values))}–{_short(max(values))})"


def _short(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def _spread(seconds: list[float], scale: int = 1000, digits: int = 0) -> str:
    return f"{scale * min(seconds):.{digits}f}–{scale * max(seconds):.{digits}f}"


def _mega(size: int) -> str:
    return f"{size / 1e6:,.0f}" if size else "–"
