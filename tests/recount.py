"""The outcomes of one replication, reckoned a second time: from the event log and the luck alone.

A slow, separate reading of sections 3, 4, 6, 7 and 8 of the model. It goes through the rows in
order, keeps each trainee's experience, resilience and distress as the model books them, checks
that each error fell where its chance says, and counts. Nothing of the engines is used but the
scenario, the distributions' inverse functions and the address of a draw.
"""

import math
from collections import defaultdict
from dataclasses import dataclass, field, replace
from statistics import NormalDist

from engine.event_log import CLASSES, LEVELS, RESOLVERS, Event
from engine.luck import Purpose
from engine.quantiles import quantile
from engine.scenario import Scenario
from tests.build import at

Key = tuple[bool, int, int]
TRAINEE, CUED, SAFETY_NET, SUPERVISOR, BACKUP, EXHAUSTED, SUBSIDED = range(7)


@dataclass
class Episode:
    """What its rows have told so far."""

    kind: object
    place: tuple[int, int, int]
    opened: float
    latent: bool
    level: int = 0
    reached: float = 0.0
    noticed: float | None = None
    judged: float | None = None
    request: Event | None = None
    level_at_request: int = 0
    waited: float | None = None
    hands_on: Event | None = None
    needless: bool = False
    recovery_due: float = math.inf
    ended: float | None = None
    by: int = -1
    fate: int = -1


@dataclass
class Case:
    """A case, with the trainee's state at its start."""

    watched: bool
    fragility: float
    difficulty: float
    experience: float
    resilience: float
    distress: float
    episodes: dict[int, Episode] = field(default_factory=dict)
    done: dict[int, str] = field(default_factory=dict)
    worst: int = 0
    closed: bool = False


@dataclass
class State:
    """A trainee's learning."""

    start: float
    speed: float
    practice: float = 0.0
    failure: float = 0.0
    observing: float = 0.0
    resilience: float = 0.0
    distress: float = 0.0
    as_of: float = 0.0
    carried: list[Episode] = field(default_factory=list)
    open_after_close: int = 0

    @property
    def experience(self) -> float:
        return self.start + self.practice + self.failure + self.observing


def logit(p: float) -> float:
    return -math.inf if p == 0 else math.inf if p == 1 else math.log(p / (1 - p))


def shifted(chance: float, logits: float) -> float:
    return chance if chance in (0, 1) else 1 / (1 + math.exp(-(logit(chance) + logits)))


class Recount:
    """Reads a whole log; what it comes to is in tests.recount_outcomes."""

    def __init__(self, told: Scenario, log: list[Event], seed: int, replication: int = 0) -> None:
        self.told, self.seed, self.replication = told, seed, replication
        self.weights = [0.0, *(getattr(told.harm_weights, name) for name in LEVELS[1:])]
        self.last_case = {row.trainee: row.case for row in log if not row.independent}
        self.cases: dict[Key, Case] = {}
        self.count: dict[str, float] = defaultdict(float)
        self.trainees = [self._trainee(number) for number in range(told.trainees.count)]
        self.at_last_booking: list[State] | None = None
        self.log = log
        self.talking_min = 0.0
        self.talking_since: dict[Key, float] = {}
        self.under_way: Key | None = None  # the case of independent practice
        self.last_row = 0.0
        for row in log:
            self._read(row)
        self._end_of_training()
        self._book_alone(None)

    # ---- luck ----------------------------------------------------------------------------------

    def _u(
        self, purpose: Purpose, place: tuple[int, int, int], occurrence: int, alone: bool
    ) -> float:
        trainee, case, step = place
        return at(
            purpose,
            seed=self.seed,
            replication=self.replication,
            trainee=trainee,
            case=case,
            step=step,
            occurrence=occurrence,
            independent=alone,
        )

    def _draw(self, what, purpose, place, occurrence=0, alone=False) -> float:
        law = what.standard
        u = self._u(purpose, place, occurrence, alone)
        return float(quantile(law.family, law.a, law.b, law.c, law.values, u))

    def _trainee(self, number: int) -> State:
        speed = self._draw(
            self.told.trainees.learning_speed, Purpose.LEARNING_SPEED, (number, 0, 0)
        )
        return State(self.told.trainees.experience, speed)

    # ---- rows ----------------------------------------------------------------------------------

    def _read(self, row: Event) -> None:
        if row.independent:
            self._end_of_training()
        else:
            self.last_row = row.time
        key = (row.independent, row.trainee, row.case)
        if row.kind == "case_start":
            self._case_start(row, key)
        elif row.kind == "case_close":
            self._case_close(row, key)
        elif row.kind == "step_end":
            self._step_end(row, self.cases[key])
        elif row.kind.startswith("debrief"):
            self._debrief(row, key)
        elif row.kind == "error":
            self._error(row, self.cases[key])
        else:
            self._episode(row, self.cases[key])

    def _case_start(self, row: Event, key: Key) -> None:
        state, alone = self.trainees[row.trainee], row.independent
        place = (row.trainee, row.case, 0)
        if alone:
            self._book_alone(row)
        else:
            self._bring(state, row.time)
        z = NormalDist().inv_cdf(self._u(Purpose.DIFFICULTY, place, 0, alone))
        self.cases[key] = Case(
            row.second == 1,
            self._draw(self.told.patient.fragility, Purpose.FRAGILITY, place, 0, alone),
            self.told.patient.difficulty_sd * z,
            state.experience,
            state.resilience,
            0.0 if alone else state.distress,
        )

    def _error_chance(self, case: Case, step: int) -> float:
        chances = self.told.task.steps[step].error_probability
        gone = math.exp(-case.experience / self.told.task.learning_cases)
        chance = chances.expert + (chances.novice - chances.expert) * gone
        return shifted(chance, case.difficulty + self._burdened(case))

    def _burdened(self, case: Case) -> float:
        return math.log(self.told.distress.error_odds_ratio) * case.distress

    def _check_error(self, row: Event, case: Case, fell: bool) -> None:
        u = self._u(Purpose.ERROR, (row.trainee, row.case, row.step), 0, row.independent)
        assert (u < self._error_chance(case, row.step)) == fell, row

    def _step_end(self, row: Event, case: Case) -> None:
        if row.second == 0:
            self._check_error(row, case, row.step in case.episodes)
        if row.step not in case.episodes:
            case.done[row.step] = "observed" if row.second else "practised"

    def _error(self, row: Event, case: Case) -> None:
        self._check_error(row, case, True)
        kind = self.told.task.steps[row.step].errors[int(row.number)]
        place = (row.trainee, row.case, row.step)
        episode = Episode(kind, place, row.time, row.second == 1, reached=row.time)
        gone = math.exp(-case.resilience / kind.recovery.learning_episodes)
        chance = kind.recovery.expert + (kind.recovery.novice - kind.recovery.expert) * gone
        chance = shifted(chance, -case.difficulty - self._burdened(case))
        if self._u(Purpose.RECOVERY, place, 0, row.independent) < chance:
            takes = self._draw(kind.recovery.time, Purpose.RECOVERY_TIME, place, 0, row.independent)
            episode.recovery_due = row.time + takes
        case.episodes[row.step] = episode
        self._add("errors", row)

    def _debrief(self, row: Event, key: Key) -> None:
        if row.kind in ("debrief_start", "debrief_resumed"):
            self.talking_since[key] = row.time
        elif row.kind in ("debrief_interrupted", "debrief_end"):
            self.talking_min += row.time - self.talking_since.pop(key)
            self.count["debriefs"] += row.kind == "debrief_end"

    def _add(self, name: str, row: Event, amount: float = 1) -> None:
        self.count[("independent_" if row.independent else "") + name] += amount

    def _episode(self, row: Event, case: Case) -> None:
        episode = case.episodes[row.step]
        episode.level = row.level
        if row.kind == "harm":
            episode.reached = row.time
            case.worst = max(case.worst, row.level)
            if case.watched and episode.noticed is None:
                episode.noticed = row.time
        elif row.kind == "visible":
            episode.noticed = row.time
        elif row.kind in ("judge_now", "judge_wait"):
            if episode.judged is None:
                episode.judged = row.time
                self._add("judged", row)
                self._add("notice_wait_min", row, row.time - episode.noticed)
        elif row.kind == "cue" and row.number == 1:
            assert episode.recovery_due == math.inf
            takes = self._draw(
                episode.kind.recovery.time, Purpose.CUED_RECOVERY_TIME, episode.place, row.level
            )
            episode.recovery_due = row.time + takes
        elif row.kind == "request":
            episode.request, episode.level_at_request = row, row.level
        elif row.kind == "assigned":
            episode.waited = row.number
        elif row.kind == "hands_on":
            episode.hands_on = row
            episode.needless = episode.recovery_due < self._next_harm(episode, case, row)
        elif row.kind == "backup":
            self._add("backups", row)
        elif row.kind == "resolved":
            self._resolved(row, case, episode)

    def _next_harm(self, episode: Episode, case: Case, row: Event) -> float:
        alone = row.independent
        if episode.level == 0:
            takes = self._draw(
                episode.kind.time_to_harm, Purpose.TIME_TO_HARM, episode.place, 0, alone
            )
        else:
            takes = self._draw(
                episode.kind.escalation, Purpose.ESCALATION, episode.place, episode.level, alone
            )
        return episode.reached + takes / case.fragility

    def _resolved(self, row: Event, case: Case, episode: Episode) -> None:
        episode.ended, episode.by, episode.fate = row.time, int(row.number), int(row.second)
        for name in (RESOLVERS[episode.by], CLASSES[episode.fate]):
            self._add(name, row)
        if CLASSES[episode.fate] == "allowed" and row.level == 0:
            self._add("allowed_unharmed", row)
        if episode.hands_on is not None and not row.independent:
            self._add("rescues", row)
            self._add("latency_min", row, episode.hands_on.number)
            self._add("wait_min", row, episode.waited)
            if episode.request.number == 0:
                late = "late" if row.level > episode.level_at_request else "necessary"
                self._add("needless" if episode.needless else late, row)
        if row.independent:
            return
        state = self.trainees[row.trainee]
        if case.closed:
            state.open_after_close -= 1
            state.carried.append(episode)
            last = self.cases.get((False, row.trainee, self.last_case[row.trainee]))
            if state.open_after_close == 0 and last is not None and last.closed:
                self._bring(state, row.time)
                self._book_carried(state, debriefed=False)

    # ---- learning ------------------------------------------------------------------------------

    def _bring(self, state: State, now: float) -> None:
        kept = 2.0 ** -((now - state.as_of) / self.told.learning.half_life)
        state.practice *= kept
        state.failure *= kept
        state.observing *= kept
        state.resilience *= kept
        state.distress *= 2.0 ** -((now - state.as_of) / self.told.distress.half_life)
        state.as_of = now

    def _case_close(self, row: Event, key: Key) -> None:
        state, case = self.trainees[row.trainee], self.cases[key]
        case.closed = True
        self._bring(state, row.time)
        self._book_carried(state, row.number == 1)
        self._book_steps(state, case, row.number == 1, alone=False)
        state.open_after_close += sum(each.ended is None for each in case.episodes.values())

    def _book_carried(self, state: State, debriefed: bool) -> None:
        for episode in sorted(state.carried, key=lambda each: each.place):
            self._book_episode(state, episode, debriefed, alone=False)
        state.carried = []

    def _book_steps(self, state: State, case: Case, debriefed: bool, alone: bool) -> None:
        learning, steps = self.told.learning, len(self.told.task.steps)
        for step in range(steps):
            episode = case.episodes.get(step)
            if episode is not None and episode.ended is not None:
                self._book_episode(state, episode, debriefed, alone)
            elif case.done.get(step) == "practised":
                state.practice += state.speed * learning.practice / steps
            elif case.done.get(step) == "observed":
                state.observing += state.speed * learning.observing / steps

    def _book_episode(self, state: State, episode: Episode, debriefed: bool, alone: bool) -> None:
        learning, steps = self.told.learning, len(self.told.task.steps)
        case = self.cases[(alone, *episode.place[:2])]
        in_sight = case.watched and episode.level > 0
        known = episode.judged is not None or episode.request is not None or in_sight
        rate = "debriefed" if debriefed and known else "alone"
        phi = self._struggled(episode, case, alone)
        value = episode.kind.educational_value
        failure = state.speed * value * phi * getattr(learning.failure, rate) / steps
        practice = state.speed * learning.practice / steps
        if episode.by in (TRAINEE, CUED) and practice >= failure:
            state.practice += practice
        else:
            state.failure += failure
        if episode.level <= 1:
            state.resilience += state.speed * phi * getattr(learning.resilience, rate)
        if not alone:
            relief = self.told.distress.relief if rate == "debriefed" else 0
            state.distress += self.told.distress.shock * self.weights[episode.level] * (1 - relief)

    def _struggled(self, episode: Episode, case: Case, alone: bool) -> float:
        by_harm = episode.by == EXHAUSTED and episode.hands_on is None
        if episode.by in (TRAINEE, CUED) or by_harm:
            return 1.0
        until = episode.ended if episode.hands_on is None else episode.hands_on.time
        takes = self._draw(episode.kind.time_to_harm, Purpose.TIME_TO_HARM, episode.place, 0, alone)
        way = (episode.opened + takes / case.fragility) - episode.opened
        return 1.0 if way == 0 else min(1.0, (until - episode.opened) / way)

    def _end_of_training(self) -> None:
        if self.at_last_booking is None:
            self.at_last_booking = [replace(state) for state in self.trainees]

    def _book_alone(self, row: Event | None) -> None:
        """Book the case of independent practice that has just ended, if there is one."""
        if self.under_way is not None:
            key, self.under_way = self.under_way, None
            self._book_steps(self.trainees[key[1]], self.cases[key], debriefed=False, alone=True)
        if row is not None:
            self.under_way = (True, row.trainee, row.case)
