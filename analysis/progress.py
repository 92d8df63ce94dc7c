"""A bar for what takes a while, and a word about how long it will be."""

import contextlib
import time
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Advance = Callable[[int], None]
LONG = 20.0
"""Seconds from which a run is announced."""


def foretelling(
    total: int,
    tell: Callable[[str], object],
    advance: Advance | None = None,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Advance:
    """A callback that says once, in minutes, how long a run will take, where that is long.

    It is told of finished replications, `total` in all, and passes the news on to `advance`. What
    is finished second is timed, since the first may have something to prepare.
    """
    calls = 0
    start = 0.0

    def told(more: int) -> None:
        nonlocal calls, start
        calls += 1
        if calls == 1:
            start = clock()
        elif calls == 2:
            seconds = (clock() - start) / more * total
            if seconds > LONG:
                minutes = max(1, round(seconds / 60))
                tell(f"This will take about {minutes} minute{'' if minutes == 1 else 's'}.")
        if advance is not None:
            advance(more)

    return told


@contextlib.contextmanager
def bar(screen: Console, what: str, total: int | None) -> Iterator[Advance | None]:
    """A bar for what takes over a second, on a terminal only; elsewhere None.

    total: None where nobody knows beforehand how much there is.
    """
    if not screen.is_terminal:
        yield None
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    drawn = Progress(*columns, console=screen, transient=True)
    task = drawn.add_task("", total=total)
    start = time.monotonic()

    def advance(more: int) -> None:
        drawn.advance(task, more)
        if time.monotonic() - start > 1:
            drawn.start()

    try:
        yield advance
    finally:
        drawn.stop()
