"""What every event log must keep to, row by row: clocks, judgements, and nobody idle in vain."""

import itertools
import math
from collections import defaultdict
from statistics import NormalDist

import pytest

from engine.luck import Purpose
from engine.quantiles import quantile
from tests.build import at, log
from tests.lively import LIVELY, lively

each_ward = pytest.mark.parametrize("name", LIVELY)
SEEDS = (11, 12)


class Draws:
    """The luck of one episode, by the model's addresses."""

    def __init__(self, told, seed, rows):
        self.told, self.seed = told, seed
        self.alone = rows[0].independent
        self.where = dict(zip(("trainee", "case", "step"), rows[0][2:5], strict=True))
        self.kind = told.task.steps[rows[0].step].errors[int(rows[0].number)]
        case = self.where | {"step": 0}
        self.fragility = self.draw(told.patient.fragility, Purpose.FRAGILITY, where=case)
        self.person = int(self.u(Purpose.PERSON, where=case) * told.supervision.pool)

    def u(self, purpose, occurrence=0, where=None):
        return at(
            purpose,
            seed=self.seed,
            occurrence=occurrence,
            independent=self.alone,
            **(where or self.where),
        )

    def draw(self, what, purpose, occurrence=0, where=None):
        law = what.standard
        u = self.u(purpose, occurrence, where)
        return float(quantile(law.family, law.a, law.b, law.c, law.values, u))


def episodes(told, seed):
    """The rows of each episode, from its error on."""
    found = defaultdict(list)
    for row in log(told, seed):
        if not row.kind.startswith(("case_", "step_", "debrief_")):
            found[row.independent, *row[2:5]].append(row)
    return found.values()


def of_kind(rows, *kinds):
    return [row for row in rows if row.kind in kinds]


def clocks(name):
    for seed in SEEDS:
        told = lively(**LIVELY[name])
        for rows in episodes(told, seed):
            yield told, Draws(told, seed, rows), rows


# ---- clocks ------------------------------------------------------------------------------------


@each_ward
def test_every_level_of_harm_is_due_by_its_own_luck_up_to_the_end(name):
    for _, draws, rows in clocks(name):
        due = rows[0].time + (
            draws.draw(draws.kind.time_to_harm, Purpose.TIME_TO_HARM) / draws.fragility
        )
        end = rows[-1] if rows[-1].kind == "resolved" else rows[-2]
        assert end.kind == "resolved"
        for row in of_kind(rows, "harm"):
            assert row.time == due
            takes = draws.draw(draws.kind.escalation, Purpose.ESCALATION, row.level)
            due = row.time + takes / draws.fragility
        assert end.number == 5 or due > end.time


@each_ward
def test_calls_notices_and_interceptions_come_when_they_are_due_and_only_then(name):
    for _, draws, rows in clocks(name):
        opened, end = rows[0].time, of_kind(rows, "resolved")[0]
        kind = draws.kind
        requested = min((row.time for row in of_kind(rows, "request")), default=math.inf)
        hands_on = min((row.time for row in of_kind(rows, "hands_on")), default=math.inf)
        calls = draws.u(Purpose.CALL) < kind.call.probability
        due = opened + draws.draw(kind.call.time, Purpose.CALL_TIME) if calls else math.inf
        came = [row.time for row in of_kind(rows, "call")]
        assert came == ([due] if came else [])
        assert came or due >= min(requested, end.time)
        caught = draws.u(Purpose.SAFETY_NET) < kind.safety_net.probability
        due = opened + draws.draw(kind.safety_net.time, Purpose.SAFETY_NET_TIME)
        assert end.number != 2 or (caught and end.time == due)
        assert end.number == 2 or not caught or due >= min(hands_on, end.time)
        seen = [row.time for row in of_kind(rows, "visible")]
        assert seen == ([opened + draws.draw(kind.visible_after, Purpose.VISIBLE)] if seen else [])


@each_ward
def test_a_recovery_comes_when_it_is_due_alone_or_by_a_cue(name):
    for told, draws, rows in clocks(name):
        end = of_kind(rows, "resolved")[0]
        if end.number == 0:
            takes = draws.draw(draws.kind.recovery.time, Purpose.RECOVERY_TIME)
            assert end.time == rows[0].time + takes
        helped = [row for row in of_kind(rows, "cue") if row.number == 1]
        assert end.number != 1 or len(helped) == 1
        for cue in helped:
            assert draws.u(Purpose.CUE, cue.level) < told.supervision.cue.works
            takes = draws.draw(draws.kind.recovery.time, Purpose.CUED_RECOVERY_TIME, cue.level)
            assert end.number != 1 or end.time == cue.time + takes


@each_ward
def test_a_rescue_takes_its_response_and_its_tries(name):
    for told, draws, rows in clocks(name):
        supervision, end = told.supervision, of_kind(rows, "resolved")[0]
        if draws.alone or not of_kind(rows, "hands_on"):
            continue
        (assigned,), (hands_on,) = of_kind(rows, "assigned"), of_kind(rows, "hands_on")
        (request,) = of_kind(rows, "request")
        assert assigned.number == assigned.time - request.time
        assert hands_on.number == hands_on.time - request.time
        assert hands_on.time == assigned.time + draws.draw(supervision.response, Purpose.RESPONSE)
        clock, tried = hands_on.time, of_kind(rows, "fix_failed")
        assert [row.number for row in tried] == list(range(len(tried)))
        for row in tried:
            clock = clock + draws.draw(supervision.fix, Purpose.FIX, int(row.number))
            assert row.time == clock
        if end.number == 3:
            assert end.time == clock + draws.draw(supervision.fix, Purpose.FIX, len(tried))
        if end.number == 4:
            arrives = clock + draws.draw(supervision.backup.response, Purpose.BACKUP_RESPONSE)
            assert end.time == arrives + draws.draw(
                supervision.fix, Purpose.FIX, supervision.rescue.tries
            )


# ---- judgement ---------------------------------------------------------------------------------


def judgement_of(told, draws, rows, row):
    """c and the planned takeover of the default policy, by the formulae of section 5."""
    judgement = told.supervision.judgement
    harms = [each for each in of_kind(rows, "harm") if each.level <= row.level]
    reached = harms[-1].time if harms else rows[0].time
    if harms:
        takes = draws.draw(draws.kind.escalation, Purpose.ESCALATION, row.level)
    else:
        takes = draws.draw(draws.kind.time_to_harm, Purpose.TIME_TO_HARM)
    z = NormalDist().inv_cdf(draws.u(Purpose.MISJUDGEMENT, row.level))
    window = takes / draws.fragility * math.exp(judgement.bias + judgement.noise * z)
    usual = told.supervision.response.standard.median + told.supervision.fix.standard.median
    chance = 1 / (1 + (window / (row.time - reached + usual)) ** judgement.sharpness)
    q = row.number
    if q >= 1 or window == math.inf:
        return chance, math.inf
    return chance, reached + window * (q / (1 - q)) ** (1 / judgement.sharpness) - usual


@pytest.mark.parametrize("name", ["value_weighted", "entrustment, one supervisor"])
def test_every_judgement_sees_and_plans_by_the_formulae(name):
    for told, draws, rows in clocks(name):
        for row in of_kind(rows, "judge_now", "judge_wait"):
            chance, planned = judgement_of(told, draws, rows, row)
            assert row.second == pytest.approx(chance, rel=1e-9)
            assert (row.kind == "judge_now") == (planned <= row.time)
            cut = next(
                each.time
                for each in rows
                if (each.time, each.kind) != (row.time, row.kind)
                and each.time >= row.time
                and each.kind in ("harm", "call", "resolved")
                and not (each.kind == "harm" and each.level == row.level)
            )
            takeovers = [
                each.time
                for each in of_kind(rows, "request")
                if each.number == 0 and row.time <= each.time < cut
            ]
            expected = max(planned, row.time)
            assert takeovers == ([pytest.approx(expected, rel=1e-12)] if expected < cut else [])


# ---- supervisors -------------------------------------------------------------------------------


@each_ward
@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_waits_while_a_supervisor_could_serve(name, seed):
    """At the end of every instant, and never more at work than there are."""
    told = lively(**LIVELY[name])
    k = told.supervision.supervisors
    training = [row for row in log(told, seed) if not row.independent]
    for _, together in itertools.groupby(Duty(told, training), key=lambda found: found[0]):
        *_, (time, rescuing, talking, rescues, notices, talks) = together
        assert rescuing + talking <= k, time
        assert not rescues or rescuing == k, time
        assert not notices or rescuing == k, time
        assert not talks or rescuing + talking == k, time


class Duty:
    """How many are at work and who waits, after each row of training."""

    def __init__(self, told, training):
        self.told, self.training = told, training

    def __iter__(self):
        at_work, waiting, notices, judged, talking, talks = (set() for _ in range(6))
        cases = {}
        for i, row in enumerate(self.training):
            key, case = row[2:5], row[2:4]
            if row.kind == "case_start":
                cases[case] = row.second == 1
            elif row.kind == "request":
                waiting.add(key)
                notices.discard(key)
            elif row.kind == "assigned":
                waiting.discard(key)
                at_work.add(key)
            elif row.kind in ("judge_now", "judge_wait"):
                notices.discard(key)
                judged.add(key)
            elif row.kind == "visible" or (row.kind == "harm" and cases[case]):
                if key not in judged | waiting | at_work:
                    notices.add(key)
            elif row.kind == "resolved":
                waiting.discard(key)
                notices.discard(key)
                if not self._finishes(i):
                    at_work.discard(key)
            elif row.kind in ("debrief_start", "debrief_resumed"):
                talking.add(case)
                talks.discard(case)
            elif row.kind in ("debrief_end", "debrief_interrupted"):
                talking.discard(case)
                if row.kind == "debrief_interrupted":
                    talks.add(case)
            over = row.kind == "step_end" and row.step + 1 == len(self.told.task.steps)
            if over or (row.kind == "resolved" and row.level >= 3):  # the end of a finish
                at_work -= {each for each in at_work if each[:2] == case and self._done(each, i)}
            yield row.time, *map(len, (at_work, talking, waiting, notices, talks))

    def _finishes(self, i):
        """Whether the next row of this attempt is a step that a supervisor completes."""
        row = self.training[i]
        for later in self.training[i + 1 :]:
            if later[2:4] == row[2:4] and later.kind == "step_end":
                return later.second == 1 and later.step == row.step + 1
            if later[2:4] == row[2:4] and later.kind == "case_close":
                return False
        return False

    def _done(self, key, i):
        """Whether the episode has ended, so that only its finish kept the supervisor."""
        return any(row.kind == "resolved" and row[2:5] == key for row in self.training[: i + 1])
