"""Figures as plans: what to draw, and a second process that draws while the first one computes.

A plan holds a function of analysis.figures by name and what it takes, so that planning needs no
matplotlib, and a plan can be handed to another process. Whoever draws it, the bytes are the same.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # matplotlib: slow to import, and needed by who draws only
    from matplotlib.axes import Axes

ONE_AT_A_TIME = threading.RLock()
"""Held while something is drawn: matplotlib isn't made for threads."""

DOTS_PER_INCH = 220
"""Of the PNG pictures: enough for a slide."""


@dataclass(frozen=True)
class Plan:
    """A figure to be drawn: file name, heading, what it shows in a sentence, and how to draw it.

    make: a function of analysis.figures; given: its arguments, by name; size: of the figure in
    inches, where the function shouldn't choose, and text: points of its letters then.
    """

    name: str
    title: str
    says: str
    make: str
    given: Mapping[str, Any]
    size: tuple[float, float] | None = None
    text: float = 10
    wide: bool = False

    def axes(self) -> "Axes":
        """The figure's axes, drawn anew."""
        from analysis import figures

        with ONE_AT_A_TIME:
            own = None if self.size is None else figures.new_axes(self.size, text=self.text)
            made: Axes = getattr(figures, self.make)(**self.given, axes=own)
            return made


@dataclass(frozen=True)
class Drawn:
    """A figure as it is saved and shown: SVG text and, where asked for, a PNG picture."""

    name: str
    title: str
    says: str
    wide: bool
    svg: str
    png: bytes | None


def draw(plan: Plan, *, png: bool = True) -> Drawn:
    """A plan, drawn in this process; `png` False leaves the picture out."""
    from analysis import figures

    with ONE_AT_A_TIME:
        axes = plan.axes()
        text = figures.svg(axes, plan.name)
        picture = figures.png(axes, DOTS_PER_INCH) if png else None
    return Drawn(plan.name, plan.title, plan.says, plan.wide, text, picture)


class Board:
    """Where plans are handed in and figures fetched; drawn here when they are fetched."""

    def __init__(self) -> None:
        self._plans: list[Plan] = []

    def hand_in(self, plans: Sequence[Plan]) -> None:
        """Plans that will be fetched."""
        self._plans += plans

    def fetch(self) -> list[Drawn]:
        """All that was handed in, drawn, in its order; the board is then empty."""
        plans, self._plans = self._plans, []
        return [draw(plan) for plan in plans]


class OtherProcess(Board):
    """A board at which another process draws from the moment that a plan is handed in."""

    def __init__(self) -> None:
        super().__init__()
        here, there = multiprocessing.Pipe()
        self._pipe: Connection = here
        sys.stdout.flush()  # the other process must not print it a second time
        sys.stderr.flush()
        self._process: BaseProcess = multiprocessing.get_context("fork").Process(
            target=_draws, args=(there, here), daemon=True
        )
        with _ctrl_c_waits(), warnings.catch_warnings():
            # Python 3.12 and later warn of any other thread; the only ones are OpenBLAS's own,
            # which it stops before a fork and starts after it
            warnings.simplefilter("ignore", DeprecationWarning)
            self._process.start()
        there.close()

    def hand_in(self, plans: Sequence[Plan]) -> None:
        super().hand_in(plans)
        with contextlib.suppress(OSError):  # it has ended: `fetch` finds out, and draws
            self._pipe.send(list(plans))

    def fetch(self) -> list[Drawn]:
        """As told by the board; what the other process couldn't draw is drawn here.

        So an error in a plan is raised here, and a process that was killed is none.
        """
        try:
            self._pipe.send(None)
            drawn: list[Drawn] | None = self._pipe.recv()
        except (OSError, EOFError):
            drawn = None
        if drawn is None:
            return super().fetch()
        self._plans = []
        return drawn

    def close(self) -> None:
        """End the other process."""
        self._pipe.close()
        self._process.terminate()
        self._process.join()


@contextmanager
def _ctrl_c_waits() -> Iterator[None]:
    """Ctrl-C is heard at the end of the block: Python drops exceptions of what a fork calls.

    A process that starts in the block doesn't hear it until it says so (`_draws`).
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _draws(pipe: Connection, other_end: Connection) -> None:
    """What the other process does: draw what comes, hand it over when None comes."""
    other_end.close()  # so that the pipe ends when the first process does
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the first process to tell of
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    from analysis import figures  # noqa: F401  # while the first one simulates

    drawn: list[Drawn] | None = []
    while True:
        try:
            plans = pipe.recv()
        except EOFError:
            return
        if plans is None:
            pipe.send(drawn)
            drawn = []
        elif drawn is not None:
            try:
                drawn += [draw(plan) for plan in plans]
            except Exception:
                drawn = None  # the first process meets the same error, and tells it


def may_fork() -> bool:
    """Whether a second process is a gain, and safe: Linux, two cores, no other thread."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    return sys.platform == "linux" and cores > 1 and threading.active_count() == 1


@contextmanager
def board() -> Iterator[Board]:
    """A board at which another process draws, where that is a gain; else one without."""
    if not may_fork():
        yield Board()
        return
    with contextlib.closing(OtherProcess()) as other:
        yield other
