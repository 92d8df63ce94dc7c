"""Where a simulation happens: the clock, the luck, the log and the books, for everybody on it."""

from dataclasses import dataclass, field

import numpy as np

from engine import rules
from engine.event_log import Event
from engine.luck import INDEPENDENT, Purpose, luck
from engine.policies import Policy
from engine.quantiles import lognormal_sigma, quantile, standard_normal
from engine.quantities import Distribution
from engine.scenario import Scenario
from engine.supervisors import Supervisors
from engine.tally import Books, TraineeBook
from engine.timetable import Place, Timetable


@dataclass
class World:
    """What one replication has in common: the scenario, its luck, its books, its log."""

    scenario: Scenario
    seed: int
    replication: int
    books: Books
    policy: Policy | None = None
    log: list[Event] | None = None  # None: no log is kept
    persons: dict[int, float] = field(default_factory=dict)  # multipliers drawn so far

    def __post_init__(self) -> None:
        supervision, weights = self.scenario.supervision, self.scenario.harm_weights
        self.key = (np.uint64(self.seed), np.uint64(self.replication))
        self.weights = (0.0, weights.mild, weights.moderate, weights.severe, weights.death)
        self.slip_sigma = lognormal_sigma(supervision.judgement.within_supervisor_cv)
        self.person_sigma = lognormal_sigma(supervision.judgement.between_supervisors_cv)
        self.usual_latency_min = (
            supervision.response.standard.median + supervision.fix.standard.median
        )

    def person(self, number: int) -> float:
        """The personal multiplier on permissiveness of one of the pool."""
        if number not in self.persons:
            u = luck(*self.key, number, 0, 0, int(Purpose.PERSON_MULTIPLIER), 0)
            self.persons[number] = rules.multiplier(self.person_sigma, standard_normal(u))
        return self.persons[number]


class Ward:
    """A clock, and whoever answers when help is asked for.

    In training `supervisors` answer. In independent practice (`supervisors` is None) each case has
    a ward of its own, whose clock starts at 0 and where only the backup answers.
    """

    def __init__(self, world: World, supervisors_on_duty: int | None) -> None:
        self.world = world
        self.scenario = world.scenario
        self.timetable = Timetable(0.0)
        self.independent = supervisors_on_duty is None
        self.supervisors = (
            None if supervisors_on_duty is None else Supervisors(self, supervisors_on_duty)
        )
        self._purpose_bit = INDEPENDENT if self.independent else 0

    @property
    def now(self) -> float:
        """Minutes since this ward's clock started."""
        return self.timetable.now

    def book(self, trainee: int) -> TraineeBook:
        """The counts and sums of one trainee: of training, or of independent practice."""
        books = self.world.books
        return (books.independent if self.independent else books.training)[trainee]

    def luck(self, place: Place, purpose: Purpose, occurrence: int = 0) -> float:
        """The uniform number at an address."""
        u: float = luck(*self.world.key, *place, purpose | self._purpose_bit, occurrence)
        return u

    def happens(self, chance: float, place: Place, purpose: Purpose, occurrence: int = 0) -> bool:
        """Whether something of this chance happens."""
        return self.luck(place, purpose, occurrence) < chance

    def normal(self, place: Place, purpose: Purpose, occurrence: int = 0) -> float:
        """A standard normal number."""
        z: float = standard_normal(self.luck(place, purpose, occurrence))
        return z

    def draw(
        self, what: Distribution, place: Place, purpose: Purpose, occurrence: int = 0
    ) -> float:
        """A variate of a distribution of the scenario (minutes, if it is a duration)."""
        law = what.standard
        u = self.luck(place, purpose, occurrence)
        variate: float = quantile(law.family, law.a, law.b, law.c, law.values, u)
        return variate

    def note(
        self, kind: str, place: Place, level: int = 0, number: float = 0.0, second: float = 0.0
    ) -> None:
        """A row of the log."""
        if not self.independent:
            self.world.books.last_row_min = self.now
        if self.world.log is not None:
            row = (self.now, kind, *place, level, float(number), float(second), self.independent)
            self.world.log.append(Event(*row))
