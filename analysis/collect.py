"""From blocks to one array: in which order they are asked for, and when a point has enough."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from analysis.blocks import Failed
from analysis.slices import Layout, Slice
from analysis.stopping import CAP, FAILED, FIXED, TARGET, Until, ahead

GROWTH = 1.5
"""Each round of a sweep with a target brings the replications to this multiple of the last."""

Values = NDArray[np.float64]


class Counts(NamedTuple):
    """By point: how many replications there are, and what ended them."""

    replications: list[int]
    stopped: list[str]


class Source(Protocol):
    """Where blocks come from."""

    def fetch(self, pieces: list[Slice], /) -> tuple[Failed, ...]:
        """See to it that these blocks can be had; those that can't are given back."""

    def values(self, piece: Slice) -> Values:
        """Outcomes [point, replication, outcome] of a block."""


class Task(Protocol):
    """What is to be simulated: a plan."""

    @property
    def layout(self) -> Layout: ...
    @property
    def replications(self) -> int | Until: ...
    @property
    def design(self) -> Any: ...


def collect(task: Task, source: Source) -> tuple[Counts, Values, tuple[Failed, ...]]:
    """All outcomes [row, outcome], sorted by point and replication, and the blocks set aside."""
    books = _Books(task, source)
    if isinstance(task.replications, Until):
        _until(books, task.replications)
    else:
        books.extend(range(task.design.count), 0, task.replications)
        for point in range(task.design.count):
            books.end(point, books.there(point), FIXED)
    return books.closed()


class _Books:
    """What has come in so far."""

    def __init__(self, task: Task, source: Source) -> None:
        self.layout, self.source = task.layout, source
        self.parts: list[list[Values]] = [[] for _ in range(task.design.count)]
        self.broken: set[int] = set()
        self.failed: list[Failed] = []
        self.counts: dict[int, tuple[int, str]] = {}

    def there(self, point: int) -> int:
        """Replications of a point that have come in without a gap."""
        return sum(len(part) for part in self.parts[point])

    def values(self, point: int) -> Values:
        """Outcomes [replication, outcome] of a point so far."""
        if len(self.parts[point]) > 1:
            self.parts[point] = [np.concatenate(self.parts[point])]
        return self.parts[point][0]

    def extend(self, points: Sequence[int], first: int, last: int) -> None:
        """Bring in replications `first` to `last` of some points; a point with a gap is broken."""
        pieces = list(self.layout.slices(points, first, last))
        failed = self.source.fetch(pieces)
        self.failed += failed
        missing = {one.name for one in failed}
        for piece in pieces:
            if piece.name in missing:
                self.broken.update(piece.points)
                continue
            values = self.source.values(piece)
            for place, point in enumerate(piece.points):
                if point not in self.broken:
                    self.parts[point].append(values[place])

    def end(self, point: int, replications: int, why: str) -> None:
        """A point is finished with so many of its replications."""
        self.counts[point] = replications, FAILED if point in self.broken else why

    def closed(self) -> tuple[Counts, Values, tuple[Failed, ...]]:
        rows = []
        for point, parts in enumerate(self.parts):
            rest = self.counts[point][0]
            for part in parts:
                rows.append(part[:rest])
                rest -= len(rows[-1])
        ordered = [self.counts[point] for point in range(len(self.parts))]
        values = np.concatenate(rows) if rows else np.empty((0, 0))
        counts = Counts([number for number, _ in ordered], [why for _, why in ordered])
        return counts, values, tuple(self.failed)


def _until(books: _Books, until: Until) -> None:
    """Replications in rounds until every point has enough, or as many as there may be.

    What counts for a point is settled by its replications alone, so that rounds decide nothing.
    """
    count = len(books.parts)
    reference = until.reference if until.is_paired else None
    waiting = set(range(count))  # points that haven't enough yet
    stops: dict[int, int] = {}
    have, goal = 0, until.n0 + ahead(until.look_ahead, until.n0)
    while waiting:
        active = set(range(count)) if until.together else set(waiting)
        active |= set() if reference is None else {reference}
        books.extend(sorted(active - books.broken), have, goal)
        have = goal
        waiting -= books.broken
        if reference in books.broken:
            waiting.clear()  # nothing is left to take differences from
        base = None if reference is None or not waiting else books.values(reference)
        for point in sorted(waiting):
            stop = until.stop(books.values(point), None if point == reference else base)
            if stop is not None and stop <= until.cap:
                stops[point] = stop
                waiting.discard(point)
        if have >= until.cap:
            break
        goal = min(until.cap, max(have + until.n0, int(have * GROWTH)))
    _settle(books, until, stops, reference)


def _settle(books: _Books, until: Until, stops: dict[int, int], reference: int | None) -> None:
    """How many replications each point keeps, and why."""
    points = range(len(books.parts))
    longest = max((stops.get(point, books.there(point)) for point in points), default=0)
    for point in points:
        enough = set(points) <= set(stops) if point == reference else point in stops
        why = TARGET if enough else CAP
        if not enough and reference in books.broken:
            why = FAILED  # nothing was left to take differences from
        number = stops.get(point, books.there(point))
        if until.together or point == reference:
            number = longest  # every difference needs its other half
        books.end(point, min(number, books.there(point)), why)
