"""SimPy's clock with the model's two demands: absolute times, and ties that nobody's turn decides.

SimPy orders its queue by (time, priority, order of insertion) and schedules `now + delay`. Here a
bell is set to the absolute time at which it rings, since now + (T - now) is not T in one pair of
twenty, and its priority is (rank, trainee, case, step): the model's order of ties.
"""

import math
from collections.abc import Callable
from enum import IntEnum
from heapq import heappush
from typing import Any, NamedTuple

import simpy


class Place(NamedTuple):
    """Where something happens: the address of a case, or of the episode in one of its steps."""

    trainee: int
    case: int
    step: int = 0


class Rank(IntEnum):
    """Events of one instant run in this order, so that a tie goes against the patient."""

    AT_ONCE = -1  # what an event sets off in the same breath
    HARM = 0
    STEP = 1  # an episode opens, or a step ends
    VISIBLE = 2
    CALL = 3
    TAKEOVER = 4
    HANDS_ON = 5
    FIX_ENDS = 6
    SAFETY_NET = 7
    RECOVERY = 8
    CUE = 9
    DEBRIEF_ENDS = 10
    CASE_START = 11
    ASSIGN = 12  # free supervisors are assigned when nothing else is left at this instant
    DEBRIEF_DROPPED = 13  # only after the assignments of its instant


_AT_ONCE = (Rank.AT_ONCE, 0, 0, 0)
_NORMAL: Any = simpy.events.NORMAL


class Bell(simpy.Event):
    """An event that happens at a set time, unless it is cancelled first."""

    def __init__(self, timetable: "Timetable") -> None:
        super().__init__(timetable)
        self._ok = True
        self._value = None

    def cancel(self) -> None:
        """Nobody will hear it."""
        if self.callbacks is not None:
            self.callbacks.clear()


class Timetable(simpy.Environment):
    """A simulation clock in minutes. Bells set to infinity never ring."""

    def at(
        self, time: float, rank: Rank, place: Place, action: Callable[[], object] | None = None
    ) -> Bell:
        """A bell at an absolute time, with its place among the events of that instant."""
        bell = Bell(self)
        if action is not None:
            bell.callbacks.append(_deaf(action))
        if time != math.inf:
            self._push(time, (rank, *place), bell)
        return bell

    def schedule(self, event: simpy.Event, priority: Any = _NORMAL, delay: float = 0) -> None:
        """What SimPy schedules itself (a process starts, is interrupted, an event succeeds).

        It happens at once: it belongs to the event that set it off, whatever `priority` says.
        """
        del priority
        if delay != 0:
            raise ValueError("set a bell to an absolute time; a delay would be added to the clock")
        self._push(self._now, _AT_ONCE, event)

    def _push(self, time: float, tie: tuple[int, int, int, int], event: simpy.Event) -> None:
        queue: list[Any] = self._queue  # SimPy's type allows only its own priorities
        heappush(queue, (time, tie, next(self._eid), event))


def _deaf(action: Callable[[], object]) -> Callable[[simpy.Event], None]:
    """A callback that needs to know nothing of the event."""

    def callback(_event: simpy.Event) -> None:
        action()

    return callback
