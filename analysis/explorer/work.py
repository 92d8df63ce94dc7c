"""Who computes next: a few threads, and a queue in which quick answers come first.

Compiled code lets other threads run, so a thread per core and one more keep the machine busy.
Everything here but the work itself happens in the event loop, so there is nothing to lock.

Work that nobody waits for is given up: a page asks one thing at a time, and takes back a question
that has become out of date by ending its connection.
"""

import asyncio
import functools
import itertools
import threading
from collections import Counter
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, TypeVar

from engine.errors import LeewayError

MOST_WAITING = 256
"""Pieces of work that may wait; a class of 30 has far fewer."""
MOST_WAITING_OF_A_CLIENT = 16

ShouldStop = Callable[[], bool]
T = TypeVar("T")
Work = Callable[[ShouldStop], T]


class Kind(IntEnum):
    """What is asked for, the most urgent first."""

    COARSE = 0
    TWIN = 1
    REFINED = 2
    AHEAD = 3


class NotDoneError(LeewayError):
    """Work that was given up for a reason of its own."""


class StoppedError(NotDoneError):
    """Raised by work that was asked to stop."""


class BusyError(NotDoneError):
    """Too much is waiting."""


class GoneError(NotDoneError):
    """Whoever asked has left."""


class ClosedError(NotDoneError):
    """The server is being stopped."""


@dataclass(eq=False)
class Job:
    """A piece of work, and all who wait for it. client: who was the first to ask, for fairness."""

    key: Hashable
    kind: Kind
    client: str
    number: int
    work: Work[Any]
    waiters: "set[asyncio.Future[Any]]" = field(default_factory=set)
    stop: threading.Event = field(default_factory=threading.Event)
    running: bool = False


class Queue:
    """Threads and what waits for them. Belongs to one event loop."""

    def __init__(self, cores: int) -> None:
        self.workers = cores + 1
        # a refinement takes long: it never fills the threads that quick answers need
        self.most = {
            Kind.COARSE: self.workers,
            Kind.TWIN: max(1, cores),
            Kind.REFINED: max(1, cores - 1),
            Kind.AHEAD: 1,
        }
        self._pool = ThreadPoolExecutor(self.workers, thread_name_prefix="leeway")
        self._wanted: dict[Hashable, Job] = {}
        self._in_hand: set[Job] = set()
        self._numbers = itertools.count()
        self._pressed = False
        self._closed = False

    @property
    def waiting(self) -> int:
        """Pieces of work that wait for a thread."""
        return sum(not job.running for job in self._wanted.values())

    @property
    def running(self) -> int:
        """Pieces of work in hand."""
        return len(self._in_hand)

    def is_asked(self, key: Hashable) -> bool:
        """Whether somebody waits for this key already."""
        return key in self._wanted

    async def do(self, key: Hashable, kind: Kind, client: str, work: Work[T]) -> T:
        """What `work` gives; the same key in hand already is shared and not done twice.

        Raises BusyError, ClosedError, and whatever the work raises. A caller that is cancelled no
        longer waits; work without anybody waiting is stopped.
        """
        if self._closed:
            raise ClosedError
        job = self._wanted.get(key)
        if job is None:
            self._refuse_if_full(client)
            job = Job(key, kind, client, next(self._numbers), work)
            self._wanted[key] = job
        job.kind = min(job.kind, kind)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        job.waiters.add(future)
        self._start()
        try:
            found: T = await future
            return found
        finally:
            self._leave(job, future)

    def close(self) -> None:
        """Send everybody away, and ask all work to stop. Nothing is waited for."""
        self._closed = True
        for job in [*self._wanted.values(), *self._in_hand]:
            job.stop.set()
            for future in list(job.waiters):
                _fail(future, ClosedError())
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _refuse_if_full(self, client: str) -> None:
        of_client = sum(job.client == client for job in self._wanted.values())
        if self.waiting >= MOST_WAITING or of_client >= MOST_WAITING_OF_A_CLIENT:
            raise BusyError

    def _leave(self, job: Job, future: "asyncio.Future[Any]") -> None:
        """One who waits goes; the last one ends the work, which may still be in hand a while."""
        job.waiters.discard(future)
        if job.waiters:
            return
        job.stop.set()
        self._forget(job)

    def _forget(self, job: Job) -> None:
        if self._wanted.get(job.key) is job:
            del self._wanted[job.key]

    def _start(self) -> None:
        """Give threads something to do, as long as there are both."""
        while not self._closed and self.running < self.workers:
            job = self._next()
            if job is None:
                break
            job.running = True
            self._in_hand.add(job)
            task = asyncio.get_running_loop().run_in_executor(self._pool, self._run, job)
            task.add_done_callback(functools.partial(self._finished, job))
        self._pressed = self.running >= self.workers and any(
            not job.running and job.kind is Kind.COARSE for job in self._wanted.values()
        )

    def _next(self) -> Job | None:
        """The most urgent work: by kind, then of clients with little in hand, then by age."""
        kinds = Counter(job.kind for job in self._in_hand)
        clients = Counter(job.client for job in self._in_hand)
        ready = [
            job
            for job in self._wanted.values()
            if not job.running
            and kinds[job.kind] < self.most[job.kind]
            and clients[job.client] < self.workers - 1  # a thread is left to somebody else
            and not (job.kind is Kind.AHEAD and self._in_hand)  # which is for idle moments
        ]
        return min(ready, key=lambda job: (job.kind, clients[job.client], job.number), default=None)

    def _run(self, job: Job) -> Any:
        """In a thread: the work, unless everybody has gone since."""
        if job.stop.is_set():
            raise StoppedError
        return job.work(
            lambda: job.stop.is_set() or (self._pressed and job.kind is Kind.REFINED),
        )

    def _finished(self, job: Job, done: "asyncio.Future[Any]") -> None:
        self._in_hand.discard(job)
        job.running = False
        error: BaseException | None = ClosedError() if done.cancelled() else done.exception()
        if isinstance(error, StoppedError) and not job.stop.is_set():
            self._start()  # it made room for something urgent; its turn comes again
            return
        self._forget(job)
        for future in list(job.waiters):
            if error is not None:
                _fail(future, error)
            elif not future.done():
                future.set_result(done.result())
        self._start()


def _fail(future: "asyncio.Future[Any]", error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)
