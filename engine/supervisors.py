"""The supervisors on duty: interchangeable hands, and who gets them next.

SimPy's own resources order a queue once, when a request joins it. Here waiting rescues are compared
by the harm standing *now*, notices need a pair of eyes but no hands, and a debrief can be
interrupted and resumed: hence a resource of our own, assigned by one event at the end of each
instant.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import simpy

from engine.timetable import Bell, Place, Rank

if TYPE_CHECKING:
    from engine.episode import Episode
    from engine.ward import Ward


@dataclass(eq=False, slots=True)
class Debrief:
    """A talk about a case's known errors; it takes a supervisor and the trainee."""

    place: Place
    remaining_min: float
    waiting_since: float
    over: simpy.Event  # its value: was it held to its end?
    interrupted: bool = False
    begun_at: float = 0.0  # begun or resumed
    ends_at: float = 0.0
    bell: Bell | None = None  # its end; while it waits to begin, the end of the wait


class Supervisors:
    """`on_duty` pairs of hands, the rescues and debriefs under way, and three queues."""

    def __init__(self, ward: "Ward", on_duty: int) -> None:
        self.ward = ward
        self.on_duty = on_duty
        self.rescuing = 0  # responding, hands-on or finishing
        self.debriefing: list[Debrief] = []
        self.rescues: list[Episode] = []  # waiting
        self.notices: list[Episode] = []
        self.debriefs: list[Debrief] = []
        self._called_to_assign = False

    # ---- joining and leaving the queues ------------------------------------------------------

    def request(self, episode: "Episode") -> None:
        """A rescue waits for free hands."""
        self.rescues.append(episode)
        self._look()

    def notice(self, episode: "Episode") -> None:
        """A first notice waits for somebody who isn't responding, hands-on or finishing."""
        self.notices.append(episode)
        self._look()

    def forget_notice(self, episode: "Episode") -> None:
        """The episode ended, or was called out, before anybody had eyes for it."""
        self.notices.remove(episode)

    def withdraw(self, episode: "Episode") -> None:
        """The episode ended before anybody was free for its rescue."""
        self.rescues.remove(episode)

    def debrief(self, place: Place, duration_min: float, wait_min: float) -> simpy.Event:
        """Queue a debrief; the event says, when it is over, whether it was held to its end."""
        now = self.ward.now
        debrief = Debrief(place, duration_min, now, self.ward.timetable.event())
        debrief.bell = self.ward.timetable.at(
            now + wait_min, Rank.DEBRIEF_DROPPED, place, lambda: self._drop(debrief)
        )
        self.debriefs.append(debrief)
        self._look()
        return debrief.over

    def release(self, place: Place, assigned_at: float) -> None:
        """A rescuer is free again."""
        self.rescuing -= 1
        self.ward.book(place.trainee).busy_min += self.ward.now - assigned_at
        self._look()

    # ---- the end of an instant ---------------------------------------------------------------

    def _look(self) -> None:
        """Assign when nothing else is left at this instant."""
        if not self._called_to_assign:
            self._called_to_assign = True
            self.ward.timetable.at(self.ward.now, Rank.ASSIGN, Place(0, 0), self._assign_one)

    def _assign_one(self) -> None:
        """One assignment, judgement or interruption; then the instant's events run again."""
        self._called_to_assign = False
        if self._assign_rescue() or self._judge_notice() or self._assign_debrief():
            self._look()

    def _free(self) -> bool:
        return self.rescuing + len(self.debriefing) < self.on_duty

    def _assign_rescue(self) -> bool:
        if not self.rescues:
            return False
        if self._free():
            self.rescues.sort(key=lambda e: (-e.level, e.requested_at, e.place))
            self.rescuing += 1
            self.rescues.pop(0).assigned()
            return True
        if self.debriefing:
            self._interrupt(max(self.debriefing, key=lambda d: (d.begun_at, d.place)))
            return True
        return False

    def _judge_notice(self) -> bool:
        if not self.notices or self.rescuing >= self.on_duty:
            return False
        self.notices.sort(key=lambda e: (e.noticed_at, e.place))
        self.notices.pop(0).first_judged()
        return True

    def _assign_debrief(self) -> bool:
        if not self.debriefs or not self._free():
            return False
        self.debriefs.sort(key=lambda d: (not d.interrupted, d.waiting_since, d.place))
        debrief = self.debriefs.pop(0)
        kind = "debrief_resumed" if debrief.interrupted else "debrief_start"
        self.ward.note(kind, debrief.place, 0, debrief.remaining_min)
        if debrief.bell is not None:
            debrief.bell.cancel()
        debrief.begun_at = self.ward.now
        debrief.ends_at = self.ward.now + debrief.remaining_min
        debrief.bell = self.ward.timetable.at(
            debrief.ends_at, Rank.DEBRIEF_ENDS, debrief.place, lambda: self._end(debrief)
        )
        self.debriefing.append(debrief)
        return True

    # ---- debriefs ----------------------------------------------------------------------------

    def _interrupt(self, debrief: Debrief) -> None:
        """A rescue comes first; the debrief goes to the head of the debriefs."""
        assert debrief.bell is not None
        debrief.bell.cancel()
        self._leave(debrief)
        debrief.remaining_min = debrief.ends_at - self.ward.now
        debrief.interrupted = True
        debrief.waiting_since = self.ward.now
        self.debriefs.append(debrief)
        self.ward.note("debrief_interrupted", debrief.place, 0, debrief.remaining_min)

    def _end(self, debrief: Debrief) -> None:
        self._leave(debrief)
        self.ward.book(debrief.place.trainee).debriefs += 1
        self.ward.note("debrief_end", debrief.place)
        debrief.over.succeed(True)
        self._look()

    def _drop(self, debrief: Debrief) -> None:
        """Nobody was free in time."""
        self.debriefs.remove(debrief)
        self.ward.note("debrief_dropped", debrief.place, 0, self.ward.now - debrief.waiting_since)
        debrief.over.succeed(False)

    def _leave(self, debrief: Debrief) -> None:
        self.debriefing.remove(debrief)
        self.ward.book(debrief.place.trainee).busy_min += self.ward.now - debrief.begun_at
