"""What a reader is likely to ask next, computed while there is nothing else to do.

Whoever opens a scenario moves one of its sliders. So the quick answers of all positions of each
control, the nearest first, are made ready in idle moments; a question that is really asked comes
before them, and finds its answer there or takes over the work in hand.
"""

import asyncio
from collections.abc import Callable, Hashable
from functools import partial

from analysis.explorer.budget import cases_of
from analysis.explorer.kept import Body, Kept
from analysis.explorer.shelf import Book
from analysis.explorer.work import Asker, Kind, NotDoneError, Queue, Work
from analysis.view.prepared import prepared
from analysis.view.settings import State
from engine.errors import ScenarioError

NOBODY = Asker("nobody yet")
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
        self._walked[book.digest] = asyncio.ensure_future(self._walk(book, seed, question))

    async def _walk(
        self, book: Book, seed: int, question: Callable[[Book, State], Question]
    ) -> None:
        try:
            states = await self._queue.do(
                ("ahead", book.digest), Kind.AHEAD, NOBODY, partial(likely, book, seed)
            )
            for state in states:
                key, work = question(book, state)
                if self._kept.get(key) is None:
                    self._kept.put(key, await self._queue.do(key, Kind.AHEAD, NOBODY, work))
        except (NotDoneError, ScenarioError):
            return  # it was only a kindness; who asks is answered, or told why not


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
