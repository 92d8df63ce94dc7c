"""One episode of a scenario whose clocks are all exponential, as an absorbing Markov chain.

Known answer 9, the general oracle: with T the rates between open states, R those into ends and
alpha where it begins, the chances of the ends are -alpha T^-1 R, the mean time to the end is
-alpha T^-1 1, and P(it has ended by t) = 1 - alpha exp(T t) 1. Only for policy zero_tolerance or
hands_off, or where nobody watches: then no judgement depends on a clock.
"""

import math
from collections import defaultdict
from itertools import product
from typing import NamedTuple

import numpy as np
from scipy.linalg import expm

from engine.event_log import (
    ALLOWED,
    BACKUP,
    CALLED,
    EXHAUSTED,
    LATE_NOTICED,
    LEVELS,
    PREVENTED,
    SAFETY_NET,
    SUBSIDED,
    SUPERVISOR,
    TRAINEE,
    UNNOTICED,
)
from engine.scenario import Scenario


class State(NamedTuple):
    """An open episode."""

    level: int
    stage: str  # open, response, try, backup_response, backup_fix
    clocks: frozenset[str]  # of recovery, call, net and visible, those still running
    watched: bool
    judged: bool
    fate: int | None  # the class, once it is fixed
    number: int = 0  # of the try
    works: bool = False


class End(NamedTuple):
    """Who ended it, its class, and the harm done."""

    by: int
    fate: int
    level: int


class Chain:
    """The chain of the first error kind of a scenario's first step."""

    def __init__(self, told: Scenario) -> None:
        self.supervision = told.supervision
        self.kind = told.task.steps[0].errors[0]
        self.begins: dict[State | End, float] = defaultdict(float)
        for state, chance in self._beginnings():
            for settled, share in self._settled(state):
                self.begins[settled] += chance * share
        self.states: list[State] = []
        self.ends: list[End] = []
        self.rates: dict[tuple[State, State | End], float] = defaultdict(float)
        self._explore()
        self._matrices()

    # ---- what can happen -----------------------------------------------------------------------

    def _beginnings(self):
        kind = self.kind
        chances = {
            "recovery": kind.recovery.novice,
            "call": kind.call.probability,
            "net": kind.safety_net.probability,
            "visible": self.supervision.watched,
        }
        for comes in product((True, False), repeat=4):
            present = dict(zip(chances, comes, strict=True))
            chance = math.prod(
                chances[name] if there else 1 - chances[name] for name, there in present.items()
            )
            clocks = frozenset(name for name, there in present.items() if there)
            yield State(0, "open", clocks, present["visible"], False, None), chance

    def _rate(self, clock: str, level: int) -> float:
        kind, supervision = self.kind, self.supervision
        law = {
            "harm": kind.time_to_harm if level == 0 else kind.escalation,
            "recovery": kind.recovery.time,
            "call": kind.call.time,
            "net": kind.safety_net.time,
            "visible": kind.visible_after,
            "response": supervision.response,
            "try": supervision.fix,
            "backup_response": supervision.backup.response,
            "backup_fix": supervision.fix,
        }[clock]
        assert law.family in ("exponential", "never"), clock
        return 0.0 if law.family == "never" else 1 / law.standard.a

    def _moves(self, state: State):
        """(rate, what comes of it) of every clock that runs."""
        yield self._rate("harm", state.level), self._harmed(state)
        for clock in state.clocks:
            yield self._rate(clock, state.level), self._rung(state, clock)
        if state.stage != "open":
            yield self._rate(state.stage, state.level), self._rescued(state)

    def _harmed(self, state: State):
        first, worst = LEVELS.index(self.kind.first_harm), LEVELS.index(self.kind.worst_harm)
        level = first if state.level == 0 else state.level + 1
        if level == worst:
            return [(self._end(state._replace(level=level), EXHAUSTED), 1.0)]
        state = state._replace(level=level)
        if state.stage != "open":
            return [(state, 1.0)]
        alarm = self.supervision.alarm_from
        off = self.supervision.policy == "hands_off"
        if alarm != "never" and level >= LEVELS.index(alarm) and (off or not state.judged):
            return [(self._requested(state, UNNOTICED), 1.0)]
        if state.watched and not state.judged:
            return [(self._noticed(state), 1.0)]
        return [(state, 1.0)]

    def _rung(self, state: State, clock: str):
        if clock == "recovery":
            return [(self._end(state, TRAINEE), 1.0)]
        if clock == "net":
            return [(self._end(state, SAFETY_NET), 1.0)]
        if clock == "call":
            return [(self._requested(state, CALLED), 1.0)]
        return [(self._noticed(state), 1.0)]

    def _noticed(self, state: State) -> State:
        state = state._replace(judged=True, clocks=state.clocks - {"visible"})
        if self.supervision.policy == "hands_off":
            return state._replace(fate=ALLOWED if state.level == 0 else LATE_NOTICED)
        return self._requested(state, PREVENTED if state.level == 0 else LATE_NOTICED)

    def _requested(self, state: State, fate: int) -> State:
        kept = state.clocks & {"recovery", "net"}
        fate = fate if state.fate is None else state.fate
        return state._replace(stage="response", clocks=kept, fate=fate)

    def _rescued(self, state: State):
        tries = self.supervision.rescue.tries
        if state.stage == "response":
            return self._tried(state._replace(clocks=frozenset()), 0)
        if state.stage == "try":
            if state.works:
                return [(self._end(state, SUPERVISOR), 1.0)]
            if state.number + 1 < tries:
                return self._tried(state, state.number + 1)
            return [(state._replace(stage="backup_response", number=0, works=False), 1.0)]
        if state.stage == "backup_response":
            return [(state._replace(stage="backup_fix"), 1.0)]
        return [(self._end(state, BACKUP), 1.0)]

    def _tried(self, state: State, number: int):
        rescue = self.supervision.rescue
        chance = rescue.success
        if 0 < chance < 1:
            logits = math.log(chance / (1 - chance)) + state.level * math.log(rescue.penalty)
            chance = 1 / (1 + math.exp(-logits))
        tried = state._replace(stage="try", number=number)
        return [(tried._replace(works=True), chance), (tried._replace(works=False), 1 - chance)]

    def _end(self, state: State, by: int) -> End:
        return End(by, UNNOTICED if state.fate is None else state.fate, state.level)

    def _settled(self, state: State | End):
        """Where no clock can ring any more, the episode has subsided."""
        if isinstance(state, State) and state.stage == "open":
            names = ["harm", *state.clocks]
            if all(self._rate(name, state.level) == 0 for name in names):
                return [(self._end(state, SUBSIDED), 1.0)]
        return [(state, 1.0)]

    # ---- matrices ------------------------------------------------------------------------------

    def _explore(self) -> None:
        waiting = [state for state in self.begins if isinstance(state, State)]
        seen = set(waiting)
        while waiting:
            state = waiting.pop()
            self.states.append(state)
            for rate, outcomes in self._moves(state):
                if rate == 0:
                    continue
                for target, share in outcomes:
                    for settled, one in self._settled(target):
                        self.rates[state, settled] += rate * share * one
                        if isinstance(settled, State) and settled not in seen:
                            seen.add(settled)
                            waiting.append(settled)
        reached = {target for _, target in self.rates} | set(self.begins)
        self.ends = sorted(end for end in reached if isinstance(end, End))

    def _matrices(self) -> None:
        place = {state: i for i, state in enumerate(self.states)}
        column = {end: i for i, end in enumerate(self.ends)}
        self.alpha = np.array([self.begins.get(state, 0.0) for state in self.states])
        self.t = np.zeros((len(place), len(place)))
        r = np.zeros((len(place), len(column)))
        for (state, target), rate in self.rates.items():
            self.t[place[state], place[state]] -= rate
            if isinstance(target, State):
                self.t[place[state], place[target]] += rate
            else:
                r[place[state], column[target]] += rate
        visits = np.linalg.solve(self.t.T, -self.alpha)
        at_once = np.array([self.begins.get(end, 0.0) for end in self.ends])
        self.chances = dict(zip(self.ends, visits @ r + at_once, strict=True))
        self.mean = float(visits.sum())
        second = np.linalg.solve(self.t.T, -visits)
        self.spread = math.sqrt(2 * float(second.sum()) - self.mean**2)

    def ended_by(self, t: float) -> float:
        """The chance that it has ended t minutes after the error."""
        return 1.0 - float((self.alpha @ expm(self.t * t)).sum())
