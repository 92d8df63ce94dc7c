"""One episode as an absorbing Markov chain: an answer to model.md that shares no code with it.

Where every clock of an episode is exponential, what happens next depends only on who is doing what
and on the harm standing. The chain has one state for each such situation; where it begins
(whether a recovery, a call or a safety net is coming, and whether anybody watches) is decided at
the error. A clock of no duration makes its state one that is left at once. The supervisor is
free when the error falls, as in any scenario with as many supervisors as trainees and no
latent error. `episode_law` solves it.
"""

import math
from enum import Enum, auto
from itertools import product
from typing import NamedTuple

from engine.event_log import (
    ALLOWED,
    BACKUP,
    CALLED,
    EXHAUSTED,
    LATE_NOTICED,
    LEVELS,
    NOBODY,
    PREVENTED,
    SAFETY_NET,
    SUBSIDED,
    SUPERVISOR,
    TRAINEE,
    UNNOTICED,
)
from engine.quantities import Distribution
from engine.scenario import Scenario
from engine.sections import ErrorKind


class NotAChainError(ValueError):
    """The episode has a clock without exponential law, or a choice that depends on time."""


class Phase(Enum):
    """Who is doing what."""

    OPEN = auto()  # nobody has judged it or was summoned
    LEFT_ALONE = auto()  # judged, under hands_off
    RESPONDING = auto()
    TRYING = auto()  # hands-on
    BACKUP_AWAITED = auto()  # all tries have failed; the supervisor stays
    BACKUP_COMING = auto()  # in independent practice: before hands-on
    BACKUP_FIXING = auto()


BEFORE_HANDS_ON = (Phase.OPEN, Phase.LEFT_ALONE, Phase.RESPONDING, Phase.BACKUP_COMING)
NO_LEDGER, NEEDLESS, NECESSARY, LATE = range(4)
LEDGER = ("none", "needless", "necessary", "late")


class Moment(NamedTuple):
    """A state of the chain: all that the rest of the episode depends on."""

    phase: Phase
    level: int
    recovery: bool  # one is coming; from hands-on: one would still come before the next harm
    call: bool
    net: bool
    watched: bool
    fate: int = NOBODY  # the class, once it is fixed
    own: bool = False  # requested by the supervisor's own judgement
    level_then: int = 0  # at the request
    failed: int = 0  # tries so far
    level_tried: int = 0  # at the start of the try
    needless: bool = False


class End(NamedTuple):
    """How an episode ended: who resolved it, the harm standing, its class, the ledger of it."""

    by: int
    level: int
    fate: int
    ledger: int
    backup: bool
    """Whether the backup was called."""


Branch = list[tuple[float, Moment | End]]
"""Where a change leads, each with its chance."""


class Chain:
    """The clocks that run in each state, and what each of them brings about."""

    def __init__(self, scenario: Scenario, kind: ErrorKind, independent: bool) -> None:
        self.kind, self.rules, self.independent = kind, scenario.supervision, independent
        self.watched = 0.0 if independent else self.rules.watched
        self.net = scenario.independent.safety_net or not independent
        self.worst = LEVELS.index(kind.worst_harm)
        alarm_from = self.rules.alarm_from
        self.alarm_from = math.inf if alarm_from == "never" else LEVELS.index(alarm_from)
        weighs = self.rules.policy in ("value_weighted", "risk_threshold", "entrustment")
        # a tolerated chance of 0 is reached at once
        self.at_once = self.rules.policy == "zero_tolerance" or (
            weighs and self.rules.permissiveness == 0
        )
        self._refuse(scenario)
        fragility = scenario.patient.fragility.standard.a
        self.first = _rate(kind.time_to_harm) * fragility
        self.further = _rate(kind.escalation) * fragility
        self.recovers = _rate(kind.recovery.time)
        self.calls = _rate(kind.call.time)
        self.nets = _rate(kind.safety_net.time)
        self.shows = _rate(kind.visible_after)
        self.responds = _rate(self.rules.response)
        self.fixes = _rate(self.rules.fix)
        self.backs_up = _rate(self.rules.backup.response)

    def _refuse(self, scenario: Scenario) -> None:
        constant = scenario.patient.fragility.family == "fixed"
        learns = scenario.learning.resilience.debriefed or scenario.learning.resilience.alone
        recovery = self.kind.recovery
        tells = {
            "latent": self.kind.latent,
            "patients differ": scenario.patient.difficulty_sd != 0 or not constant,
            "recovery is learned": learns != 0 and recovery.novice != recovery.expert,
            "distress counts": scenario.distress.shock != 0
            and scenario.distress.error_odds_ratio != 1,
            "the policy looks at the clock": self.watched > 0
            and not (self.at_once or self.rules.policy == "hands_off"),
            "a time cap looks at the clock": self.watched > 0 and self.rules.time_cap is not None,
        }
        wrong = [what for what, so in tells.items() if so]
        if wrong:
            raise NotAChainError("; ".join(wrong))

    # ---- the beginning ---------------------------------------------------------------------

    def opened(self) -> Branch:
        """Which clocks have been set when the error falls."""
        chances = (
            self.kind.recovery.novice if self.recovers > 0 else 0.0,
            self.kind.call.probability if self.calls > 0 else 0.0,
            self.kind.safety_net.probability if self.net and self.nets > 0 else 0.0,
            self.watched,
        )
        branch: Branch = []
        for coming in product((True, False), repeat=4):
            each = (p if yes else 1 - p for p, yes in zip(chances, coming, strict=True))
            chance = math.prod(each)
            if chance > 0:
                branch.append((chance, Moment(Phase.OPEN, 0, *coming)))
        return branch

    # ---- what can happen -------------------------------------------------------------------

    def clocks(self, now: Moment) -> list[tuple[float, Branch]]:
        """The rate of each clock that runs, and where its ringing leads."""
        running = [(self.harm_rate(now), self.harmed(now))]
        if now.recovery:
            running.append((self.recovers, self.recovered(now)))
        if now.phase in BEFORE_HANDS_ON and now.net:
            running.append((self.nets, self.ended(now, SAFETY_NET)))
        if now.phase in (Phase.OPEN, Phase.LEFT_ALONE) and now.call:
            running.append((self.calls, self.requested(now, CALLED)))
        if now.phase is Phase.OPEN and now.watched:
            running.append((self.shows, self.judged(now)))
        if now.phase is Phase.RESPONDING:
            running.append((self.responds, self.hands_on(now)))
        if now.phase is Phase.TRYING:
            running.append((self.fixes, self.tried(now)))
        if now.phase is Phase.BACKUP_AWAITED:
            running.append((self.backs_up, [(1.0, now._replace(phase=Phase.BACKUP_FIXING))]))
        if now.phase is Phase.BACKUP_COMING:
            running.append((self.backs_up, self.hands_on(now)))
        if now.phase is Phase.BACKUP_FIXING:
            running.append((self.fixes, self.ended(now, BACKUP)))
        return [(rate, leads) for rate, leads in running if rate > 0]

    def harm_rate(self, now: Moment) -> float:
        """The rate of the next level of harm."""
        return self.first if now.level == 0 else self.further

    def harmed(self, now: Moment) -> Branch:
        """The next level of harm: the end, an alarm, a notice, or nothing more."""
        level = LEVELS.index(self.kind.first_harm) if now.level == 0 else now.level + 1
        after = now._replace(level=level)
        if now.phase not in BEFORE_HANDS_ON:
            after = after._replace(recovery=False)  # harm came before the recovery would have
        if level == self.worst:
            return self.ended(after, EXHAUSTED)
        if now.phase in (Phase.OPEN, Phase.LEFT_ALONE) and level >= self.alarm_from:
            # one who has judged it and is left to act will, but nobody is under hands_off
            return self.requested(after, UNNOTICED)
        if now.phase is Phase.OPEN and now.watched:
            return self.judged(after)
        return [(1.0, after)]

    def recovered(self, now: Moment) -> Branch:
        """The trainee puts it right; under other hands it is only known that she would have."""
        if now.phase in BEFORE_HANDS_ON:
            return self.ended(now, TRAINEE)
        return [(1.0, now._replace(recovery=False, needless=True))]

    def judged(self, now: Moment) -> Branch:
        """A free supervisor sees it: steps in now or, under hands_off, never."""
        fate = LATE_NOTICED if now.level > 0 else PREVENTED
        stop_at = self.rules.stop_at
        forced = self.kind.name in self.rules.never_allow or (
            stop_at is not None and now.level >= LEVELS.index(stop_at)
        )
        if self.at_once or forced:
            return self.requested(now._replace(own=True), fate)
        allowed = ALLOWED if now.level == 0 else LATE_NOTICED
        return [(1.0, now._replace(phase=Phase.LEFT_ALONE, fate=allowed))]

    def requested(self, now: Moment, fate: int) -> Branch:
        """Somebody is on the way; `fate` is the class where it isn't fixed yet."""
        phase = Phase.BACKUP_COMING if self.independent else Phase.RESPONDING
        fixed = fate if now.fate == NOBODY else now.fate
        return [
            (1.0, now._replace(phase=phase, fate=fixed, call=False, level_then=now.level)),
        ]

    def hands_on(self, now: Moment) -> Branch:
        """Only harm runs on; whether a recovery would have come is followed for the ledger."""
        phase = Phase.BACKUP_FIXING if self.independent else Phase.TRYING
        after = now._replace(phase=phase, net=False, recovery=now.recovery and now.own)
        return [(1.0, after._replace(level_tried=now.level))]

    def tried(self, now: Moment) -> Branch:
        """A try ends; the level at its start decided its chance."""
        works = _moved(self.rules.rescue.success, self.rules.rescue.penalty**now.level_tried)
        failed = now._replace(failed=now.failed + 1, level_tried=now.level)
        if failed.failed == self.rules.rescue.tries:
            failed = failed._replace(phase=Phase.BACKUP_AWAITED, level_tried=0)
        done = [(works * chance, end) for chance, end in self.ended(now, SUPERVISOR)]
        return [*done, (1.0 - works, failed)]

    # ---- the end -----------------------------------------------------------------------------

    def ended(self, now: Moment, by: int) -> Branch:
        """The end, with the ledger of a takeover by own judgement that reached hands-on."""
        fate = UNNOTICED if now.fate == NOBODY else now.fate
        end = End(by, now.level, fate, NO_LEDGER, now.failed == self.rules.rescue.tries)
        if not now.own or now.phase in BEFORE_HANDS_ON:
            return [(1.0, end)]
        if now.needless:
            return [(1.0, end._replace(ledger=NEEDLESS))]
        otherwise = LATE if now.level > now.level_then else NECESSARY
        # undecided: two exponential clocks still race, though nobody will hear either
        first = self.recovers / (self.recovers + self.harm_rate(now)) if now.recovery else 0.0
        return [
            (first, end._replace(ledger=NEEDLESS)),
            (1.0 - first, end._replace(ledger=otherwise)),
        ]

    def settled(self, branch: Branch) -> Branch:
        """A branch with every state that is left at once followed to where it leads."""
        settled: Branch = []
        for chance, target in branch:
            if chance == 0 or isinstance(target, End):
                settled.append((chance, target))
                continue
            clocks = self.clocks(target)
            at_once = [leads for rate, leads in clocks if rate == math.inf]
            if not clocks and target.phase in (Phase.OPEN, Phase.LEFT_ALONE):
                at_once = [self.ended(target, SUBSIDED)]
            if at_once:
                settled += [(chance * p, next_) for p, next_ in self.settled(at_once[0])]
            else:
                settled.append((chance, target))
        return [(chance, target) for chance, target in settled if chance > 0]


def _rate(clock: Distribution) -> float:
    """The rate of an exponential clock per minute; 0 for never, infinite for no duration."""
    law = clock.standard
    if clock.family == "never":
        return 0.0
    if law.a == 0 and clock.family in ("fixed", "exponential"):
        return math.inf
    if clock.family != "exponential":
        raise NotAChainError(f"a clock is {clock.family}, not exponential")
    return 1.0 / law.a


def _moved(chance: float, odds_ratio: float) -> float:
    """A chance with its odds multiplied; 0 and 1 stay."""
    odds = chance * odds_ratio
    return odds / (odds + 1.0 - chance)
