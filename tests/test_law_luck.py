"""Luck has an address: word for word Philox, and nothing else moves it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import Philox

from engine.luck import INDEPENDENT, Purpose, block, luck, philox, unit
from tests.build import scenario

words = st.integers(0, 2**64 - 1)
small = st.integers(0, 10_000)


def raw(counter, key):
    return [int(word) for word in philox(*map(np.uint64, [*counter, *key]))]


@given(st.lists(words, min_size=4, max_size=4), st.lists(words, min_size=2, max_size=2))
def test_word_for_word_numpys_philox(counter, key):
    as_words = [np.array(each, dtype=np.uint64) for each in (counter, key)]
    theirs = Philox(counter=as_words[0], key=as_words[1])  # it counts up before it generates
    number = sum(word << (64 * i) for i, word in enumerate(counter)) + 1
    carried = [(number >> (64 * i)) % 2**64 for i in range(4)]
    assert raw(carried, key) == theirs.random_raw(4).tolist()


def test_the_ends_of_the_unit_interval_are_never_reached():
    assert 0 < unit(np.uint64(0)) < 1
    assert 0 < unit(np.uint64(2**64 - 1)) < 1


def at(seed=0, replication=0, trainee=0, case=0, step=0, purpose=0, occurrence=0):
    return luck(np.uint64(seed), np.uint64(replication), trainee, case, step, purpose, occurrence)


@given(words, words, small, small, small, st.sampled_from(Purpose), small)
def test_luck_is_a_word_of_its_block(seed, replication, trainee, case, step, purpose, occurrence):
    key = (np.uint64(seed), np.uint64(replication))
    four = block(*key, trainee, case, step, purpose >> 2, occurrence)
    mine = at(seed, replication, trainee, case, step, int(purpose), occurrence)
    assert mine == four[purpose & 3]
    counter = [trainee, case, (step << 32) | occurrence, purpose // 4]
    assert mine == unit(np.uint64(raw(counter, [seed, replication])[purpose % 4]))


def test_every_slot_of_the_address_counts():
    names = ["seed", "replication", "trainee", "case", "step", "purpose", "occurrence"]
    values = {at()} | {at(**{name: number}) for name in names for number in (1, 2, 5)}
    values |= {at(purpose=INDEPENDENT), at(step=1, occurrence=1), at(seed=2**64 - 1)}
    assert len(values) == 1 + 3 * len(names) + 3


def test_purposes_keep_their_numbers():
    """The list only grows: a purpose added at its end moves no other draw."""
    assert [purpose.name for purpose in sorted(Purpose)][:30] == [
        "GAP", "FRAGILITY", "DIFFICULTY", "PERSON", "WATCHED", "DEBRIEF", "DEBRIEF_DURATION",
        "LEARNING_SPEED", "STEP_DURATION", "ERROR", "ERROR_TIME", "ERROR_KIND", "TIME_TO_HARM",
        "RECOVERY", "RECOVERY_TIME", "VISIBLE", "CALL", "CALL_TIME", "SAFETY_NET",
        "SAFETY_NET_TIME", "RESPONSE", "BACKUP_RESPONSE", "ESCALATION", "MISJUDGEMENT", "SLIP",
        "CUE", "CUED_RECOVERY_TIME", "FIX", "RESCUE_SUCCESS", "PERSON_MULTIPLIER",
    ]  # fmt: skip
    assert [int(purpose) for purpose in sorted(Purpose)] == list(range(len(Purpose)))


def test_golden_luck():
    """Words that must never change: all numbers of all scenarios hang on them."""
    assert raw([0, 0, 0, 0], [0, 0]) == [
        0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B,
    ]  # fmt: skip
    assert at() == unit(np.uint64(0x16554D9ECA36314C))


def test_uniform_over_addresses():
    us = np.array([at(case=case, purpose=1) for case in range(20_000)])
    assert us.mean() == pytest.approx(0.5, abs=4.2 / np.sqrt(12 * 20_000))
    assert np.corrcoef(us[:-1], us[1:])[0, 1] == pytest.approx(0, abs=4.2 / np.sqrt(20_000))


LIVELY = {
    "supervision.watched": 0.5,
    "study.cases": 4,
    "study.gap": {"exponential": {"mean": "1 h"}},
    "trainees.count": 2,
    "supervision.supervisors": 9,
    "task.steps[step].duration": {"lognormal": {"median": "8 min", "cv": 0.5}},
}


def rows(changes, replication=0):
    from engine.run import events

    return events(scenario({**LIVELY, **changes}), replication=replication)


def test_another_trainee_moves_no_draw():
    two = rows({})
    three = rows({"trainees.count": 3})
    assert [row for row in three if row.trainee < 2] == two


def test_another_case_moves_no_draw():
    assert [row for row in rows({"study.cases": 5}) if row.case < 4] == rows({})


def test_replications_differ_and_stay():
    assert rows({}, replication=1) != rows({})
    assert rows({}, replication=1) == rows({}, replication=1)


def test_permissiveness_moves_no_draw():
    def luck_of(events):
        kinds = ("case_start", "error")
        return [(row.trainee, row.case, row.number) for row in events if row.kind in kinds]

    assert sorted(luck_of(rows({"supervision.permissiveness": 0.9}))) == sorted(luck_of(rows({})))
