"""What a reader is likely to ask next, computed while there is nothing else to do.

Whoever opens a scenario moves one of its sliders. So the quick answers of all positions of each
control, the nearest first, are made ready in idle moments; a question that is really asked comes
before them, and finds its answer there or takes over the work in hand.
"""

import asyncio
import logging
from collections.abc import Callable, Hashable
from functools import partial

from analysis.explorer.budget import cases_of
from analysis.explorer.kept import Body, Kept
from analysis.explorer.shelf import Book
from analysis.explorer.work import Kind, Queue, Work
from analysis.view.prepared import prepared
from analysis.view.settings import State
from engine.errors import LeewayError, ScenarioError

log = logging.getLogger(__name__)

NOBODY = "nobody yet"
MOST_CASES_IN_A_REPLICATION = 20_000
"""Beyond that an answer takes a second, and all of them a fan's noise for a minute."""
MOST_REMEMBERED = 64

Question = tuple[Hashable, Work[Body]]


class Ahead:
    """Walks along the controls of the scenarios that have been opened, one after the other."""

    def __init__(self, queue: Queue, kept: Kept) -> None:
        self._queue = queue
        self._kept = kept
        self._walked: dict[Hashable, asyncio.Task[None]] = {}

    def walk(self, book: Book, seed: int, question: Callable[[Book, State], Question]) -> None:
        """Begin with a scenario, unless that was done before. question: a state's key and work."""
        if book.digest in self._walked or cases_of(book.scenario) > MOST_CASES_IN_A_REPLICATION:
            return
        while len(self._walked) >= MOST_REMEMBERED:
            self._walked.pop(next(iter(self._walked))).cancel()
        task = asyncio.ensure_future(self._walk(book, seed, question))
        self._walked[book.digest] = task
        task.add_done_callback(partial(self._ended, book.digest))

    async def _walk(
        self, book: Book, seed: int, question: Callable[[Book, State], Question]
    ) -> None:
        states = await self._queue.do(
            ("ahead", book.digest), Kind.AHEAD, NOBODY, partial(likely, book, seed)
        )
        for state in states:
            key, work = question(book, state)
            if self._kept.get(key) is not None:
                continue
            try:
                body = await self._queue.do(key, Kind.AHEAD, NOBODY, work)
            except ScenarioError:
                continue  # too much work, perhaps: who asks is told
            self._kept.put(key, body)

    def _ended(self, digest: str, task: asyncio.Task[None]) -> None:
        """A walk that came to its end isn't repeated; any other is, when the page is opened again.

        That too much waits, or that the server ends, is no matter here: it was only a kindness.
        A fault is.
        """
        error = None if task.cancelled() else task.exception()
        if (task.cancelled() or error is not None) and self._walked.get(digest) is task:
            del self._walked[digest]
        if error is not None and not isinstance(error, LeewayError):
            log.error("what is likely to be asked could not be made ready", exc_info=error)


def likely(book: Book, seed: int, _stop: object = None) -> list[State]:
    """The states one step of one control away, then two steps, and so on."""
    found: list[tuple[int, State]] = [(0, State(scenario=book.key, seed=seed))]
    for control in prepared(book.scenario).controls:
        tokens = [position.token for position in control.positions]
        if control.leeway or control.own not in tokens:
            continue  # an answer holds all positions of leeway
        own = tokens.index(control.own)
        found += [
            (abs(place - own), State(book.key, {control.key: token}, seed=seed))
            for place, token in enumerate(tokens)
            if place != own
        ]
    return [state for _, state in sorted(found, key=lambda each: each[0])]
