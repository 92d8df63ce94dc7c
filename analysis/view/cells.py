"""Cells: what the page has simulated, kept so that more replications add to what is there.

A cell is every setting but leeway, with a seed; its points are the positions of the leeway slider.
Replications are nested, so a cell refined from 16 to 500 simulates the 484 that are missing and
holds what it would hold had it been simulated at once.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence

import numpy as np

from engine.kernel import Points, simulate_points
from engine.run import cores
from engine.scenario import Scenario

CASES_AT_ONCE = 250_000
"""Cases simulated between two looks at whether anybody waits: some hundredths of a second."""
MOST_BYTES = 192 * 2**20
MOST_CELLS = 1000
"""Cells remembered, also those of which nothing is simulated yet."""
MOST_ANSWERS_BYTES = 64 * 2**20

Stop = Callable[[], bool]


class Abandoned(Exception):  # noqa: N818 - nothing went wrong: nobody waits for the answer any more
    """The answer isn't wanted any more; what was simulated for it is kept."""


def cases_of(scenarios: Sequence[Scenario], replications: int) -> int:
    """Cases that so many replications of these points simulate at most: the cost of work."""
    return replications * sum(
        each.trainees.count * (each.study.cases + each.independent.cases) for each in scenarios
    )


class Cell:
    """The points of one cell, as far as they are simulated. Safe to share between threads."""

    def __init__(self, scenarios: Sequence[Scenario], seed: int, threads: int) -> None:
        self.scenarios = tuple(scenarios)
        self.seed = seed
        self._threads = threads
        self._working = threading.Lock()
        self._points: Points | None = None

    @property
    def replications(self) -> int:
        """How many replications are there."""
        return 0 if self._points is None else self._points.outcomes.shape[1]

    @property
    def bytes(self) -> int:
        """What it holds."""
        return 0 if self._points is None else sum(each.nbytes for each in self._points)

    def cost(self, replications: int) -> int:
        """Cases yet to be simulated until so many replications are there."""
        return cases_of(self.scenarios, max(0, replications - self.replications))

    def advance(self, replications: int, cases: int = CASES_AT_ONCE) -> bool:
        """Simulate a part of what is missing, about so many cases; whether all is there then.

        A second thread that asks for the same cell waits for the first and goes on from there.
        """
        with self._working:
            have = self.replications
            if have >= replications:
                return True
            part = max(1, cases // max(1, cases_of(self.scenarios, 1)))
            until = min(replications, have + part)
            new = simulate_points(self.scenarios, self.seed, range(have, until), self._threads)
            self._points = new if self._points is None else joined(self._points, new)
            return until >= replications

    def points(self, replications: int) -> Points:
        """The first so many replications, which must be there."""
        found = self._points
        if found is None or found.outcomes.shape[1] < replications:
            raise ValueError(
                f"{replications} replications were asked for; {self.replications} are there"
            )
        some = slice(replications)
        return Points(found.outcomes[:, some], found.fates[:, some], found.cases[:, some])


def joined(one: Points, other: Points) -> Points:
    """Points with the replications of both."""
    return Points(
        np.concatenate((one.outcomes, other.outcomes), axis=1),
        np.concatenate((one.fates, other.fates), axis=1),
        np.concatenate((one.cases, other.cases), axis=1),
    )


class Cells:
    """A store of cells and of finished answers, the least recently used forgotten first.

    threads: of the kernel for one part of the work; as many as there are cores unless given.
    most_bytes: of what was simulated; most_answers_bytes: of finished answers. Safe to share
    between threads.
    """

    def __init__(
        self,
        *,
        threads: int | None = None,
        most_bytes: int = MOST_BYTES,
        most_answers_bytes: int = MOST_ANSWERS_BYTES,
        cases_at_once: int = CASES_AT_ONCE,
    ) -> None:
        self.threads = cores() if threads is None else threads
        self.cases_at_once = cases_at_once
        self._most = most_bytes
        self._most_answers = most_answers_bytes
        self._lock = threading.Lock()
        self._cells: OrderedDict[Hashable, Cell] = OrderedDict()
        self._answers: OrderedDict[Hashable, bytes] = OrderedDict()
        self._answers_bytes = 0

    def cell(self, key: Hashable, scenarios: Sequence[Scenario], seed: int) -> Cell:
        """The cell of a key, which must decide the scenarios and the seed."""
        with self._lock:
            found = self._cells.get(key)
            if found is None:
                found = self._cells[key] = Cell(scenarios, seed, self.threads)
            self._cells.move_to_end(key)
            while len(self._cells) > MOST_CELLS:
                self._cells.popitem(last=False)
            return found

    def steps(self, cell: Cell, replications: int) -> Iterator[int]:
        """Simulate until so many replications are there; after each part, how many are."""
        while cell.replications < replications:
            cell.advance(replications, self.cases_at_once)
            self._forget_cells(cell)
            yield cell.replications

    def fill(self, cell: Cell, replications: int, should_stop: Stop | None = None) -> Points:
        """So many replications of a cell. Raises Abandoned where `should_stop` says so."""
        for _ in self.steps(cell, replications):
            if should_stop is not None and cell.replications < replications and should_stop():
                raise Abandoned
        return cell.points(replications)

    def _forget_cells(self, but: Cell) -> None:
        """Forget what was used longest ago, as far as there is too much, and never `but`."""
        with self._lock:
            held = sum(each.bytes for each in self._cells.values())
            for key, each in list(self._cells.items()):
                if held <= self._most:
                    return
                if each is not but:
                    held -= each.bytes
                    del self._cells[key]

    def answer(self, key: Hashable) -> bytes | None:
        """A finished answer, if it is still there."""
        with self._lock:
            found = self._answers.get(key)
            if found is not None:
                self._answers.move_to_end(key)
            return found

    def keep_answer(self, key: Hashable, answer: bytes) -> None:
        """Keep a finished answer, and forget old ones as far as there are too many."""
        with self._lock:
            self._answers_bytes += len(answer) - len(self._answers.pop(key, b""))
            self._answers[key] = answer
            while self._answers_bytes > self._most_answers and len(self._answers) > 1:
                _, gone = self._answers.popitem(last=False)
                self._answers_bytes -= len(gone)

    @property
    def held(self) -> tuple[int, int]:
        """Bytes held of what was simulated, and of finished answers."""
        with self._lock:
            return sum(each.bytes for each in self._cells.values()), self._answers_bytes
