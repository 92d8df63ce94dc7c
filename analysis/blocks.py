"""Carry out tasks until every block is in the store, whatever happens to workers meanwhile."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from analysis.executors import crew_of
from analysis.store import Store
from analysis.tasks import Compute, Crew, Notice


class Failed(NamedTuple):
    """A block set aside: why, and the one-line command that shows it again."""

    name: str
    reason: str
    command: str


class Outcome(NamedTuple):
    """What became of the tasks. `done`: blocks in the store now; `computed`: those of this run."""

    done: int
    computed: int
    failed: tuple[Failed, ...]


class Interrupted(KeyboardInterrupt):
    """Ctrl-C while tasks were carried out; workers are gone, and `done` blocks are kept."""

    def __init__(self, done: int, computed: int) -> None:
        self.done, self.computed = done, computed
        super().__init__(f"interrupted; {done} blocks are kept")


def carry_out(
    store: Store,
    names: Iterable[str],
    compute: Compute,
    *,
    executor: Any = "local",
    workers: int | None = None,
    reproduce: Callable[[str], str],
    progress: Callable[[str], None] | None = None,
    notice: Notice | None = None,
) -> Outcome:
    """Compute the blocks of these names that the store doesn't hold yet, and keep them in it.

    names: any number; they are taken one by one, so a generator keeps memory flat.
    compute: the data of a block from its name; picklable.
    executor: "local", "dask://HOST:PORT" or a `distributed.Client`.
    workers: local processes, as many as there are cores unless given; 0 computes in this process,
    which is quickest for a small job, but then a block that crashes takes this process with it.
    Of a cluster: how many tasks it is given at a time at most.
    reproduce: the one-line command that computes a block alone.
    progress is called with the name of each block that is found, finished or set aside; notice
    with what the user of a cluster should know while waiting.

    A block that goes wrong or takes its worker down is tried again alone, at the end, and then
    set aside; the rest finishes.
    Raises Interrupted (a KeyboardInterrupt) on Ctrl-C; OutputError where blocks can't be kept or
    workers can't be had; ScenarioError for an executor that there isn't, and whatever LeewayError
    `compute` raises. Each leaves the store fit to be gone on with.
    """
    return _Work(store, compute, executor, workers, reproduce, progress, notice).run(names)


class _Work:
    """One call of carry_out."""

    def __init__(
        self,
        store: Store,
        compute: Compute,
        executor: Any,
        workers: int | None,
        reproduce: Callable[[str], str],
        progress: Callable[[str], None] | None,
        notice: Notice | None,
    ) -> None:
        self.store, self.compute = store, compute
        self.executor, self.workers = executor, workers
        self.reproduce, self.progress, self.notice = reproduce, progress, notice
        self.found = self.computed = 0
        self.failed: list[Failed] = []

    def run(self, names: Iterable[str]) -> Outcome:
        crew: Crew | None = None
        try:
            missing = self.missing(names)
            first = next(missing, None)
            if first is not None:
                crew = crew_of(self.executor, self.store, self.compute, self.workers, self.notice)
                self.alone(crew, self.together(crew, first, missing))
        except KeyboardInterrupt:
            raise Interrupted(self.found + self.computed, self.computed) from None
        finally:
            if crew is not None:
                crew.close()
        return Outcome(self.found + self.computed, self.computed, tuple(self.failed))

    def missing(self, names: Iterable[str]) -> Iterator[str]:
        """The names whose blocks the store doesn't hold, looked up as they are asked for."""
        for name in names:
            if self.store.holds(name):
                self.found += 1
                self.tell(name)
            else:
                yield name

    def together(self, crew: Crew, first: str, rest: Iterator[str]) -> list[str]:
        """Carry out tasks, as many at a time as the crew takes; those gone wrong are returned."""
        wrong = []
        upcoming: str | None = first
        under_way = 0
        while upcoming is not None or under_way:
            while upcoming is not None and under_way < crew.capacity():
                crew.submit(upcoming)
                under_way += 1
                upcoming = next(rest, None)
            finished = crew.wait()
            under_way -= 1
            if finished.wrong is None:
                self.computed += 1
                self.tell(finished.name)
            else:
                wrong.append(finished.name)
        return wrong

    def alone(self, crew: Crew, names: Iterable[str]) -> None:
        """Try those gone wrong once more, one at a time: a neighbour may have been to blame."""
        for name in names:
            crew.submit(name)
            finished = crew.wait()
            if finished.wrong is None:
                self.computed += 1
            else:
                self.failed.append(Failed(name, finished.wrong, self.reproduce(name)))
            self.tell(name)

    def tell(self, name: str) -> None:
        if self.progress is not None:
            self.progress(name)
