"""An error and what comes of it: clocks, judgement, rescue (model, sections 4 and 5)."""

import math
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

import simpy

from engine import event_log as events
from engine import judgement, rules
from engine.luck import Purpose
from engine.quantities import Distribution
from engine.timetable import Bell, Place, Rank

if TYPE_CHECKING:
    from engine.trainee import Case


class Episode:
    """From the error to its end. Its clocks are bells at absolute times; `end` cancels them all."""

    def __init__(self, case: "Case", step: int, kind_index: int) -> None:
        self.case = case
        self.ward = case.ward
        self.place = Place(case.trainee.number, case.number, step)
        self.kind_index = kind_index
        self.kind = case.task.steps[step].errors[kind_index]
        self.opened = self.ward.now
        self.level = rules.NONE
        self.reached = self.opened  # when the standing level was
        self.next_harm_due = math.inf
        self.recovery_due = math.inf
        self.cued = False
        self.judged = False
        self.noticed_at: float | None = None
        self.waits_for_eyes = False
        self.requested_at: float | None = None
        self.reason = events.NOBODY  # why it was requested: events.REQUESTS
        self.level_at_request = rules.NONE
        self.assigned_at = math.nan
        self.hands_on_at: float | None = None
        self.needless = False
        self.classed: int | None = None  # events.CLASSES
        self.by = events.NOBODY  # events.RESOLVERS
        self.ended_at = math.nan
        self.rescue: simpy.Process | None = None
        self.finishing = False  # the rescuer completes the remaining steps
        self.ended = self.ward.timetable.event()
        self._bells: dict[Rank, Bell] = {}
        self.first_harm_due = self.opened + self._patient_time(
            self.kind.time_to_harm, Purpose.TIME_TO_HARM, 0
        )

    # ---- clocks ------------------------------------------------------------------------------

    def open(self) -> None:
        """The error falls: every clock of the episode starts, each by its own luck."""
        self._note("error", self.kind_index, self.kind.latent)
        self.ward.book(self.place.trainee).errors += 1
        self._set_harm(self.first_harm_due)
        draw, place, kind = self.ward.draw, self.place, self.kind
        if self.ward.happens(self._recovery_probability(), place, Purpose.RECOVERY):
            self._set_recovery(self.opened + draw(kind.recovery.time, place, Purpose.RECOVERY_TIME))
        if self.ward.happens(kind.call.probability, place, Purpose.CALL):
            called_at = self.opened + draw(kind.call.time, place, Purpose.CALL_TIME)
            self._ring(called_at, Rank.CALL, self._call)
        if self.case.safety_net and self.ward.happens(
            kind.safety_net.probability, place, Purpose.SAFETY_NET
        ):
            caught_at = self.opened + draw(kind.safety_net.time, place, Purpose.SAFETY_NET_TIME)
            self._ring(caught_at, Rank.SAFETY_NET, lambda: self.end(events.SAFETY_NET))
        if self.case.watched:
            visible_at = self.opened + draw(kind.visible_after, place, Purpose.VISIBLE)
            self._ring(visible_at, Rank.VISIBLE, self._visible)
        self._settle()

    def _ring(self, time: float, rank: Rank, action: Callable[[], None]) -> None:
        """Set a clock; one that never rings is none."""
        if time == math.inf:
            return

        def rung() -> None:
            del self._bells[rank]
            action()
            self._settle()

        self._bells[rank] = self.ward.timetable.at(time, rank, self.place, rung)

    def _silence(self, *ranks: Rank) -> None:
        for rank in ranks:
            bell = self._bells.pop(rank, None)
            if bell is not None:
                bell.cancel()

    def _settle(self) -> None:
        """An episode that no clock, queue or supervisor holds any more has subsided."""
        held = self._bells or self.waits_for_eyes or self.requested_at is not None
        if self.by == events.NOBODY and not held:
            self.end(events.SUBSIDED)

    def _set_harm(self, due: float) -> None:
        self.next_harm_due = due
        self._ring(due, Rank.HARM, self._harm)

    def _set_recovery(self, due: float) -> None:
        self.recovery_due = due
        by = events.CUED if self.cued else events.TRAINEE
        self._ring(due, Rank.RECOVERY, lambda: self.end(by))

    # ---- what rings --------------------------------------------------------------------------

    def _harm(self) -> None:
        """The next level of harm is reached; the worst one ends the episode."""
        self.level = self.next_level()
        self.reached = self.ward.now
        self.case.harmed(self.level)
        self._note("harm")
        if self.level == rules.LEVEL_NAMES.index(self.kind.worst_harm):
            self.end(events.EXHAUSTED)
            return
        self._set_harm(
            self.ward.now + self._patient_time(self.kind.escalation, Purpose.ESCALATION, self.level)
        )
        if self.requested_at is not None:
            return
        own_policy = self.ward.world.policy is not None
        hands_off = not own_policy and self.case.supervision.policy == "hands_off"
        if self._alarming() and (not self.judged or hands_off):
            self._note("alarm")
            self._request(events.ALARM)
        elif self.judged:
            if not hands_off:
                self.judge()
        elif self.case.watched and not self.waits_for_eyes:
            self._notice()

    def _visible(self) -> None:
        self._note("visible")
        self._notice()

    def _call(self) -> None:
        self._note("call")
        self._request(events.CALL)

    def _cue(self) -> None:
        """A word from the supervisor; it helps only where no recovery is coming anyway."""
        supervision = self.case.supervision
        assert supervision.cue is not None
        helps = self.recovery_due == math.inf and self.ward.happens(
            supervision.cue.works, self.place, Purpose.CUE, self.level
        )
        due = math.inf
        if helps:
            due = self.ward.now + self.ward.draw(
                self.kind.recovery.time, self.place, Purpose.CUED_RECOVERY_TIME, self.level
            )
        self._note("cue", due != math.inf)
        if due != math.inf:
            self.cued = True
            self._set_recovery(due)

    # ---- the supervisor's judgement ----------------------------------------------------------

    def _notice(self) -> None:
        """The supervisor could notice; the notice waits for somebody with eyes for it."""
        assert self.ward.supervisors is not None
        self._silence(Rank.VISIBLE)
        self.noticed_at = self.ward.now
        self.waits_for_eyes = True
        self.ward.supervisors.notice(self)

    def first_judged(self) -> None:
        """A supervisor has eyes for the notice."""
        assert self.noticed_at is not None
        self.waits_for_eyes = False
        book = self.ward.book(self.place.trainee)
        book.judged += 1
        book.notice_wait_min += self.ward.now - self.noticed_at
        self.judge()
        self._settle()

    def judge(self) -> None:
        """Step in now, or wait with a planned takeover and a cue."""
        self._silence(Rank.TAKEOVER, Rank.CUE)
        now, supervision = self.ward.now, self.case.supervision
        situation = judgement.situation(self)
        planned = judgement.planned_takeover(self, situation)
        steps_in = planned <= now
        if not self.judged:
            self.judged = True
            at_none = events.PREVENTED if steps_in else events.ALLOWED
            self.classed = at_none if self.level == rules.NONE else events.LATE_NOTICED
        self._note(
            "judge_now" if steps_in else "judge_wait", situation.tolerated, situation.perceived
        )
        if steps_in:
            self._request(events.TAKEOVER)
            return
        self._ring(planned, Rank.TAKEOVER, lambda: self._request(events.TAKEOVER))
        if supervision.cue is not None and planned != math.inf:
            self._ring(rules.cue_time(now, planned, supervision.cue.at), Rank.CUE, self._cue)

    def _alarming(self) -> bool:
        alarm_from = self.case.supervision.alarm_from
        return alarm_from != "never" and self.level >= rules.LEVEL_NAMES.index(alarm_from)

    # ---- the rescue --------------------------------------------------------------------------

    def _request(self, reason: int) -> None:
        """The episode's one rescue request; from here on nobody judges, calls or cues."""
        if self.classed is None:
            self.classed = events.CALLED if reason == events.CALL else events.UNNOTICED
        self._silence(Rank.TAKEOVER, Rank.CUE, Rank.CALL, Rank.VISIBLE)
        self._forget_notice()
        self.requested_at = self.ward.now
        self.reason = reason
        self.level_at_request = self.level
        self._note("request", reason)
        if self.ward.supervisors is None:
            self.rescue = self.ward.timetable.process(self._answered_by_backup())
        else:
            self.ward.supervisors.request(self)

    def assigned(self) -> None:
        """A supervisor is free and on the way."""
        assert self.requested_at is not None
        self.assigned_at = self.ward.now
        self._note("assigned", self.assigned_at - self.requested_at)
        self.rescue = self.ward.timetable.process(self._rescued())

    def _rescued(self) -> Generator[Any, Any, None]:
        """A supervisor's rescue: response, hands-on, one try after the other, the backup."""
        assert self.ward.supervisors is not None
        supervision = self.case.supervision
        try:
            response_min = self.ward.draw(supervision.response, self.place, Purpose.RESPONSE)
            yield self._bell(self.ward.now + response_min, Rank.HANDS_ON)
            self._hands_on()
            for number in range(supervision.rescue.tries):
                works = self._try_works(number)
                yield self._bell(self._fixed_at(self.ward.now, number), Rank.FIX_ENDS)
                if works:
                    self.end(events.SUPERVISOR)
                    break
                self._note("fix_failed", number)
            else:
                yield from self._backed_up()
        except simpy.Interrupt:
            if self.by in (events.TRAINEE, events.CUED, events.SAFETY_NET):
                self._note("sent_away")
        if not self.finishing:
            self.ward.supervisors.release(self.place, self.assigned_at)

    def _backed_up(self) -> Generator[Any, Any, None]:
        """The backup comes while the supervisor stays, and its one fix is certain."""
        self._note("backup")
        self.ward.book(self.place.trainee).backups += 1
        supervision = self.case.supervision
        response = supervision.backup.response
        arrives = self.ward.now + self.ward.draw(response, self.place, Purpose.BACKUP_RESPONSE)
        yield self._bell(self._fixed_at(arrives, supervision.rescue.tries), Rank.FIX_ENDS)
        self.end(events.BACKUP)

    def _answered_by_backup(self) -> Generator[Any, Any, None]:
        """In independent practice the backup answers: response, hands-on, one certain fix."""
        supervision = self.case.supervision
        try:
            self._note("backup")
            response = supervision.backup.response
            response_min = self.ward.draw(response, self.place, Purpose.BACKUP_RESPONSE)
            yield self._bell(self.ward.now + response_min, Rank.HANDS_ON)
            self._hands_on()
            fixed_at = self._fixed_at(self.ward.now, supervision.rescue.tries)
            yield self._bell(fixed_at, Rank.FIX_ENDS)
            self.end(events.BACKUP)
        except simpy.Interrupt:
            if self.by in (events.TRAINEE, events.CUED, events.SAFETY_NET):
                self._note("sent_away")

    def _hands_on(self) -> None:
        """From here on only harm runs."""
        assert self.requested_at is not None
        self.hands_on_at = self.ward.now
        self._silence(Rank.SAFETY_NET, Rank.RECOVERY)
        self._note("hands_on", self.hands_on_at - self.requested_at)
        # a recovery was coming, and would have been in time: the takeover was needless
        self.needless = self.recovery_due < self.next_harm_due

    def _fixed_at(self, begun: float, number: int) -> float:
        return begun + self.ward.draw(self.case.supervision.fix, self.place, Purpose.FIX, number)

    def _try_works(self, number: int) -> bool:
        rescue = self.case.supervision.rescue
        chance = rules.rescue_probability(
            rescue.success, self.case.difficulty, self.level, rescue.penalty
        )
        return self.ward.happens(chance, self.place, Purpose.RESCUE_SUCCESS, number)

    # ---- the end -----------------------------------------------------------------------------

    def end(self, by: int) -> None:
        """Resolved by somebody, exhausted or subsided: everybody in it is released."""
        self.by = by
        if self.classed is None:
            self.classed = events.UNNOTICED
        self._silence(*self._bells)
        self._forget_notice()
        self.ended_at = self.ward.now
        self._note("resolved", by, self.classed)
        if by not in (events.SUPERVISOR, events.BACKUP):
            self._send_rescue_away()
        self.case.episode_ended(self)
        self.ended.succeed()

    def _send_rescue_away(self) -> None:
        """Withdraw a rescue that waits, or stop one under way."""
        if self.rescue is not None:
            self.rescue.interrupt()
        elif self.requested_at is not None and self.ward.supervisors is not None:
            self.ward.supervisors.withdraw(self)

    @property
    def known(self) -> bool:
        """Whether there is something to talk about in a debrief."""
        harmed_in_sight = self.case.watched and self.level > rules.NONE
        return self.judged or self.requested_at is not None or harmed_in_sight

    @property
    def struggle_share(self) -> float:
        """phi: 1 if the trainee put it right, or harm ended it before anybody's hands were on."""
        alone = self.by in (events.TRAINEE, events.CUED)
        if alone or (self.by == events.EXHAUSTED and self.hands_on_at is None):
            return 1.0
        until = self.ended_at if self.hands_on_at is None else self.hands_on_at
        share: float = rules.struggle_share(self.opened, self.first_harm_due, until)
        return share

    @property
    def ledger(self) -> str | None:
        """Whether a takeover by a supervisor's own judgement was needless, late or necessary."""
        if self.reason != events.TAKEOVER or self.hands_on_at is None:
            return None
        if self.needless:
            return "needless"
        return "late" if self.level > self.level_at_request else "necessary"

    def next_level(self) -> int:
        """The level of harm that comes next."""
        first = rules.LEVEL_NAMES.index(self.kind.first_harm)
        return first if self.level == rules.NONE else self.level + 1

    # ---- small change ------------------------------------------------------------------------

    def _forget_notice(self) -> None:
        if self.waits_for_eyes and self.ward.supervisors is not None:
            self.waits_for_eyes = False
            self.ward.supervisors.forget_notice(self)

    def _patient_time(self, what: Distribution, purpose: Purpose, occurrence: int) -> float:
        """A time to harm of this patient (min): the fragile have less."""
        return self.ward.draw(what, self.place, purpose, occurrence) / self.case.fragility

    def _recovery_probability(self) -> float:
        recovery, case = self.kind.recovery, self.case
        chance: float = rules.recovery_probability(
            recovery.novice,
            recovery.expert,
            recovery.learning_episodes,
            case.resilience,
            case.difficulty,
            case.distress,
            case.scenario.distress.error_odds_ratio,
        )
        return chance

    def _bell(self, time: float, rank: Rank) -> Bell:
        return self.ward.timetable.at(time, rank, self.place)

    def _note(self, kind: str, number: float = 0.0, second: float = 0.0) -> None:
        self.ward.note(kind, self.place, self.level, number, second)
