"""Trainees, their cases, and what they learn from them (model, sections 2, 3, 6 and 7)."""

from collections.abc import Generator
from typing import Any

import simpy

from engine import event_log as events
from engine import rules
from engine.episode import Episode
from engine.luck import Purpose
from engine.tally import TraineeBook
from engine.timetable import Bell, Place, Rank
from engine.ward import Ward, World

PRACTISED, OBSERVED = "practised", "observed"


class Trainee:
    """Experience E (through three channels), resilience R and distress D, and their bookings."""

    def __init__(self, world: World, number: int, ward: Ward) -> None:
        self.scenario = world.scenario
        self.number = number
        self.book: TraineeBook = world.books.training[number]
        self.start = self.scenario.trainees.experience
        self.practice = self.failure = self.observing = 0.0
        self.resilience = self.distress = 0.0
        self.as_of = 0.0  # the time E, R and D were last brought to
        self.speed = ward.draw(
            self.scenario.trainees.learning_speed, Place(number, 0), Purpose.LEARNING_SPEED
        )
        self.seen = self.good = 0  # episodes ended; put right by the trainee, unharmed
        self.carried: list[Episode] = []  # latent, resolved after their case closed, not booked
        self.still_open = 0  # latent episodes whose case has closed
        self.no_case_left = False

    @property
    def experience(self) -> float:
        """E in cases."""
        return self.start + ((self.practice + self.failure) + self.observing)

    def bring_to(self, now: float) -> None:
        """Forget, and get over it, up to now."""
        elapsed = now - self.as_of
        kept = rules.kept(elapsed, self.scenario.learning.half_life)
        self.practice *= kept
        self.failure *= kept
        self.observing *= kept
        self.resilience *= kept
        self.distress *= rules.kept(elapsed, self.scenario.distress.half_life)
        self.as_of = now

    # ---- booking -----------------------------------------------------------------------------

    def book_case(self, case: "Case", debriefed: bool) -> None:
        """Book what the case taught: carried episodes first, then its steps in order."""
        for episode in self._take_carried():
            self.book_episode(episode, debriefed)
        for step in range(len(case.task.steps)):
            own = case.episodes.get(step)
            if own is not None:
                if own.by != events.NOBODY:
                    self.book_episode(own, debriefed)
            elif case.done.get(step) == PRACTISED:
                self.practice += self._practice_gain(case)
            elif case.done.get(step) == OBSERVED:
                self.observing += rules.step_gain(
                    self.speed, self.scenario.learning.observing, float(len(case.task.steps))
                )

    def book_episode(self, episode: Episode, debriefed: bool) -> None:
        """Book one episode: failure or practice, resilience, distress."""
        learning, distress = self.scenario.learning, self.scenario.distress
        talked_over = debriefed and episode.known
        share = episode.struggle_share
        failure = rules.failure_gain(
            self.speed,
            episode.kind.educational_value,
            share,
            learning.failure.debriefed if talked_over else learning.failure.alone,
            float(len(episode.case.task.steps)),
        )
        practice = self._practice_gain(episode.case)
        if episode.by in (events.TRAINEE, events.CUED) and practice >= failure:
            self.practice += practice
        else:
            self.failure += failure
        if episode.level <= rules.MILD:
            rate = learning.resilience.debriefed if talked_over else learning.resilience.alone
            self.resilience += rules.resilience_gain(self.speed, share, rate)
        if not episode.ward.independent:
            self.distress += rules.distress_gain(
                distress.shock,
                episode.ward.world.weights[episode.level],
                distress.relief if talked_over else 0.0,
            )

    def _practice_gain(self, case: "Case") -> float:
        gain: float = rules.step_gain(
            self.speed, self.scenario.learning.practice, float(len(case.task.steps))
        )
        return gain

    def _take_carried(self) -> list[Episode]:
        taken = sorted(self.carried, key=lambda episode: episode.place)
        self.carried = []
        return taken

    # ---- episodes that outlast their case ----------------------------------------------------

    def episode_ended(self, episode: Episode) -> None:
        """Count it; a latent one whose case has closed waits for the next booking."""
        self.seen += 1
        righted = episode.by in (events.TRAINEE, events.CUED)
        self.good += righted and episode.level == rules.NONE
        if episode.case.closed:
            self.still_open -= 1
            self.carried.append(episode)
            self.book_the_rest(episode.ward.now)

    def book_the_rest(self, now: float) -> None:
        """At the end of training, book undebriefed what no later case can take in."""
        if self.no_case_left and self.still_open == 0 and self.carried:
            self.bring_to(now)
            for episode in self._take_carried():
                self.book_episode(episode, False)

    def write_state(self) -> None:
        """Note the state at the last booking among the outcomes."""
        book, steps = self.book, self.scenario.task.steps
        book.practice, book.failure, book.observing = self.practice, self.failure, self.observing
        book.experience, book.resilience = self.experience, self.resilience
        book.distress = self.distress
        total = 0.0
        for step in steps:
            total += rules.error_probability(
                step.error_probability.novice,
                step.error_probability.expert,
                self.scenario.task.learning_cases,
                self.experience,
                0.0,
                0.0,
                self.scenario.distress.error_odds_ratio,
            )
        book.error_probability = total / len(steps)


class Case:
    """One patient, one attempt. Patient, person and the trainee's state are read at its start."""

    def __init__(self, ward: Ward, trainee: Trainee, number: int) -> None:
        self.ward, self.trainee, self.number = ward, trainee, number
        self.scenario, self.task = ward.scenario, ward.scenario.task
        self.supervision = ward.scenario.supervision
        self.place = Place(trainee.number, number)
        patient = self.scenario.patient
        self.fragility = ward.draw(patient.fragility, self.place, Purpose.FRAGILITY)
        self.difficulty: float = rules.difficulty(
            patient.difficulty_sd, ward.normal(self.place, Purpose.DIFFICULTY)
        )
        self.person = int(ward.luck(self.place, Purpose.PERSON) * self.supervision.pool)
        self.watched = not ward.independent and ward.happens(
            self.supervision.watched, self.place, Purpose.WATCHED
        )
        self.safety_net = not ward.independent or self.scenario.independent.safety_net
        self.experience, self.resilience = trainee.experience, trainee.resilience
        self.distress = 0.0 if ward.independent else trainee.distress
        self.episodes: dict[int, Episode] = {}  # by step
        self.done: dict[int, str] = {}  # steps done without error, and steps observed
        self.cut_short = False  # by grave harm
        self.closed = False
        self._turn: simpy.Event | None = None  # what the running attempt waits for
        self._bell: Bell | None = None
        ward.book(trainee.number).worst_by_case.append(rules.NONE)
        ward.note("case_start", self.place, 0, self.person, self.watched)

    # ---- the attempt -------------------------------------------------------------------------

    def attempt(self) -> Generator[Any, Any, None]:
        """The steps in order. An error stops the attempt until it is resolved, unless latent."""
        for step in range(len(self.task.steps)):
            begun = self.ward.now
            place = Place(*self.place[:2], step)
            duration = self.ward.draw(self.task.steps[step].duration, place, Purpose.STEP_DURATION)
            ends = begun + duration
            if self.ward.happens(self._error_probability(step), place, Purpose.ERROR):
                fraction = self.ward.luck(place, Purpose.ERROR_TIME)
                yield from self._until(begun + fraction * duration, place)
                if self.cut_short:
                    return
                episode = self._err(step)
                if not episode.kind.latent:
                    yield episode.ended
                    if episode.finishing:
                        yield from self._completed_by_supervisor(episode)
                        return
                    if self.cut_short:
                        return
                    continue
            yield from self._until(ends, place)
            if self.cut_short:
                return
            if step not in self.episodes:
                self.done[step] = PRACTISED
            self.ward.note("step_end", place, 0, ends - begun, 0)

    def _completed_by_supervisor(self, episode: Episode) -> Generator[Any, Any, None]:
        """The rescuer does the remaining steps, without error; the trainee observes."""
        assert self.ward.supervisors is not None
        for step in range(episode.place.step + 1, len(self.task.steps)):
            begun = self.ward.now
            place = Place(*self.place[:2], step)
            ends = begun + self.ward.draw(
                self.task.steps[step].duration, place, Purpose.STEP_DURATION
            )
            yield from self._until(ends, place)
            if self.cut_short:
                break
            self.done[step] = OBSERVED
            self.ward.note("step_end", place, 0, ends - begun, 1)
        self.ward.supervisors.release(self.place, episode.assigned_at)

    def _until(self, time: float, place: Place) -> Generator[Any, Any, None]:
        """Wait for the absolute time, or until grave harm cuts the attempt short."""
        if self.cut_short:
            return
        turn = self.ward.timetable.event()
        self._turn = turn
        self._bell = self.ward.timetable.at(time, Rank.STEP, place, turn.succeed)
        yield turn
        self._turn = None

    def _err(self, step: int) -> Episode:
        """An error of one kind, by their shares; the last kind takes the rest."""
        place = Place(*self.place[:2], step)
        u = self.ward.luck(place, Purpose.ERROR_KIND)
        kinds = self.task.steps[step].errors
        index, below = 0, kinds[0].share
        while u >= below and index < len(kinds) - 1:
            index += 1
            below += kinds[index].share
        episode = Episode(self, step, index)
        self.episodes[step] = episode
        episode.open()
        return episode

    def _error_probability(self, step: int) -> float:
        chance: float = rules.error_probability(
            self.task.steps[step].error_probability.novice,
            self.task.steps[step].error_probability.expert,
            self.task.learning_cases,
            self.experience,
            self.difficulty,
            self.distress,
            self.scenario.distress.error_odds_ratio,
        )
        return chance

    # ---- what its episodes do to it ----------------------------------------------------------

    def harmed(self, level: int) -> None:
        """A patient counts once, at the worst level of the case's episodes."""
        worst = self.ward.book(self.place.trainee).worst_by_case
        worst[self.number] = max(worst[self.number], level)

    def episode_ended(self, episode: Episode) -> None:
        """Book the fate of the episode; grave harm ends the attempt."""
        self._count(episode)
        if episode.level >= rules.SEVERE and not self.cut_short:
            self.cut_short = True
            if self._turn is not None and not self._turn.triggered:
                assert self._bell is not None
                self._bell.cancel()
                self._turn.succeed()
        steps_remain = episode.place.step + 1 < len(self.task.steps)
        episode.finishing = (
            episode.by in (events.SUPERVISOR, events.BACKUP)
            and self.supervision.after_takeover == "finish"
            and not self.ward.independent
            and not episode.kind.latent
            and not self.cut_short
            and steps_remain
        )
        if not self.ward.independent:
            self.trainee.episode_ended(episode)

    def _count(self, episode: Episode) -> None:
        book = self.ward.book(self.place.trainee)
        assert episode.classed is not None
        book.fates[episode.classed][episode.level] += 1
        book.resolved_by[episode.by] += 1
        if episode.hands_on_at is not None and episode.requested_at is not None:
            book.rescues += 1
            book.latency_min += episode.hands_on_at - episode.requested_at
            book.wait_min += episode.assigned_at - episode.requested_at
        ledger = episode.ledger
        if ledger is not None:
            book.takeovers[ledger] += 1

    def has_known_error(self) -> bool:
        """Whether there is something to debrief: an error of its own, or carried over."""
        own = list(self.episodes.values())
        return any(episode.known for episode in [*own, *self.trainee.carried])

    # ---- the end of a training case ----------------------------------------------------------

    def debrief(self) -> Generator[Any, Any, bool]:
        """A debrief, if there is something to talk about and the habit; was it held to its end?"""
        assert self.ward.supervisors is not None
        habit = self.scenario.debrief
        if not self.has_known_error():
            return False
        if not self.ward.happens(habit.probability, self.place, Purpose.DEBRIEF):
            return False
        duration_min = self.ward.draw(habit.duration, self.place, Purpose.DEBRIEF_DURATION)
        held: bool = yield self.ward.supervisors.debrief(self.place, duration_min, habit.wait)
        return held

    def close(self, debriefed: bool) -> None:
        """After its last step and its debrief: what it taught is booked."""
        self.closed = True
        self.ward.note("case_close", self.place, 0, debriefed)
        self.trainee.bring_to(self.ward.now)
        self.trainee.book_case(self, debriefed)
        self.trainee.still_open += sum(e.by == events.NOBODY for e in self.episodes.values())
