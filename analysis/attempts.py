"""What each attempt of one replication came to: its harm, its course, what it taught.

Read from the event log of the replication and, for the share of struggle, from its luck: a log
holds no learning. Sections 3, 4 and 6 of the model say what is booked.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from engine import rules
from engine.event_log import ALLOWED, CUED, EXHAUSTED, LEVELS, NOBODY, TRAINEE, Event
from engine.luck import INDEPENDENT, Purpose, luck
from engine.quantiles import quantile
from engine.quantities import Distribution
from engine.scenario import Scenario
from engine.sections import ErrorKind

CHANNELS = ("practice", "failure", "observing", "resilience", "distress")
"""What an attempt books: experience in cases, by channel; resilience in episodes; distress in harm
weights."""


class Key(NamedTuple):
    """Which attempt of a replication. Training sorts before independent practice."""

    independent: bool
    trainee: int
    case: int


class Fate(NamedTuple):
    """How the error of a step ended; indices of engine.event_log.CLASSES, RESOLVERS, LEVELS."""

    step: int
    kind: int
    classed: int
    by: int
    level: int


@dataclass(slots=True)
class Course:
    """The error of one step, as far as its rows have told."""

    step: int
    kind: int
    opened: float
    judged: bool = False
    requested: bool = False
    hands_on: float | None = None
    level: int = 0
    by: int = NOBODY
    classed: int = NOBODY
    ended: float = 0.0

    @property
    def fate(self) -> Fate:
        return Fate(self.step, self.kind, self.classed, self.by, self.level)


@dataclass(slots=True)
class Attempt:
    """One attempt. Gains are as booked: before they fade, and for a latent error with the attempt
    it was made in, though it is booked when a later case closes (or at the end of training)."""

    key: Key
    watched: bool
    level: int = 0
    """The patient's worst harm, an index of LEVELS."""
    debriefed: bool = False
    practice: float = 0.0
    failure: float = 0.0
    observing: float = 0.0
    resilience: float = 0.0
    distress: float = 0.0
    courses: dict[int, Course] = field(default_factory=dict)
    done: dict[int, bool] = field(default_factory=dict)
    """Steps that ended: whether a supervisor completed them."""
    closed: bool = False

    @property
    def fates(self) -> tuple[Fate, ...]:
        """How its errors ended, by step."""
        return tuple(self.courses[step].fate for step in sorted(self.courses))

    @property
    def allowed(self) -> int:
        """How many of its errors were allowed failures."""
        return sum(course.classed == ALLOWED for course in self.courses.values())

    @property
    def gains(self) -> tuple[float, ...]:
        """What it books, in the order of CHANNELS."""
        return (self.practice, self.failure, self.observing, self.resilience, self.distress)


def attempts(
    scenario: Scenario, log: Iterable[Event], *, seed: int, replication: int
) -> dict[Key, Attempt]:
    """The attempts of a whole event log, in the order in which they start.

    The log must be that of this scenario, seed and replication.
    """
    return _Reader(scenario, seed, replication).read(log)


class _Reader:
    """Goes through a log row by row and books what each case taught."""

    def __init__(self, scenario: Scenario, seed: int, replication: int) -> None:
        self.scenario = scenario
        self.luck_key = (np.uint64(seed), np.uint64(replication))
        weights = scenario.harm_weights
        self.weights = (0.0, *(float(getattr(weights, name)) for name in LEVELS[1:]))
        self.steps = float(len(scenario.task.steps))
        self.carried: dict[int, list[tuple[Attempt, Course]]] = {}
        self.speeds: dict[int, float] = {}

    def read(self, log: Iterable[Event]) -> dict[Key, Attempt]:
        """All attempts of a log."""
        found: dict[tuple[bool, int, int], Attempt] = {}  # plain keys: this is the inner loop
        for row in log:
            place = (row.independent, row.trainee, row.case)
            if row.kind == "case_start":
                watched = row.second == 1 and not row.independent
                found[place] = Attempt(Key(*place), watched)
            else:
                self._read(row, found[place])
        for trainee in list(self.carried):
            self._book_carried(trainee, debriefed=False)
        for attempt in found.values():
            if attempt.key.independent:
                self._book_own(attempt)
        return {attempt.key: attempt for attempt in found.values()}

    def _read(self, row: Event, attempt: Attempt) -> None:
        kind = row.kind
        if kind == "step_end":
            attempt.done[row.step] = row.second == 1
        elif kind == "error":
            attempt.courses[row.step] = Course(row.step, int(row.number), row.time)
        elif kind == "case_close":
            attempt.closed, attempt.debriefed = True, row.number == 1
            self._book_carried(row.trainee, debriefed=attempt.debriefed)
            self._book_own(attempt)
        elif not kind.startswith("debrief"):
            self._read_episode(row, attempt, attempt.courses[row.step])

    def _read_episode(self, row: Event, attempt: Attempt, course: Course) -> None:
        kind = row.kind
        course.level = row.level
        attempt.level = max(attempt.level, row.level)
        if kind in ("judge_now", "judge_wait"):
            course.judged = True
        elif kind == "request":
            course.requested = True
        elif kind == "hands_on":
            course.hands_on = row.time
        elif kind == "resolved":
            course.by, course.classed, course.ended = int(row.number), int(row.second), row.time
            if attempt.closed:
                self.carried.setdefault(row.trainee, []).append((attempt, course))

    # ---- what it taught ----------------------------------------------------------------------

    def _book_carried(self, trainee: int, *, debriefed: bool) -> None:
        for attempt, course in self.carried.pop(trainee, []):
            self._book_episode(attempt, course, debriefed=debriefed)

    def _book_own(self, attempt: Attempt) -> None:
        learning, speed = self.scenario.learning, self._speed(attempt.key.trainee)
        for step, by_supervisor in attempt.done.items():
            if step in attempt.courses:
                continue
            if by_supervisor:
                attempt.observing += rules.step_gain(speed, learning.observing, self.steps)
            else:
                attempt.practice += rules.step_gain(speed, learning.practice, self.steps)
        for course in attempt.courses.values():
            if course.by != NOBODY:
                self._book_episode(attempt, course, debriefed=attempt.debriefed)

    def _book_episode(self, attempt: Attempt, course: Course, *, debriefed: bool) -> None:
        learning, distress = self.scenario.learning, self.scenario.distress
        speed = self._speed(attempt.key.trainee)
        in_sight = attempt.watched and course.level > rules.NONE
        talked_over = debriefed and (course.judged or course.requested or in_sight)
        kind = self.scenario.task.steps[course.step].errors[course.kind]
        share = self._struggle_share(attempt, course, kind)
        rate = learning.failure.debriefed if talked_over else learning.failure.alone
        failure = rules.failure_gain(speed, kind.educational_value, share, rate, self.steps)
        practice = rules.step_gain(speed, learning.practice, self.steps)
        if course.by in (TRAINEE, CUED) and practice >= failure:
            attempt.practice += practice
        else:
            attempt.failure += failure
        if course.level <= rules.MILD:
            rate = learning.resilience.debriefed if talked_over else learning.resilience.alone
            attempt.resilience += rules.resilience_gain(speed, share, rate)
        if not attempt.key.independent:
            relief = distress.relief if talked_over else 0.0
            attempt.distress += rules.distress_gain(
                distress.shock, self.weights[course.level], relief
            )

    def _struggle_share(self, attempt: Attempt, course: Course, kind: ErrorKind) -> float:
        """phi of the model's section 6."""
        by_harm = course.by == EXHAUSTED and course.hands_on is None
        if course.by in (TRAINEE, CUED) or by_harm:
            return 1.0
        until = course.ended if course.hands_on is None else course.hands_on
        fragility = self._draw(self.scenario.patient.fragility, attempt.key, 0, Purpose.FRAGILITY)
        way = self._draw(kind.time_to_harm, attempt.key, course.step, Purpose.TIME_TO_HARM)
        due = course.opened + way / fragility
        return float(rules.struggle_share(course.opened, due, until))

    def _speed(self, trainee: int) -> float:
        if trainee not in self.speeds:
            self.speeds[trainee] = self._draw(
                self.scenario.trainees.learning_speed,
                Key(False, trainee, 0),
                0,
                Purpose.LEARNING_SPEED,
            )
        return self.speeds[trainee]

    def _draw(self, what: Distribution, key: Key, step: int, purpose: Purpose) -> float:
        """A variate drawn again from the luck of its address."""
        number = int(purpose) | (INDEPENDENT if key.independent else 0)
        u = luck(*self.luck_key, key.trainee, key.case, step, number, 0)
        law = what.standard
        return float(quantile(law.family, law.a, law.b, law.c, law.values, u))
