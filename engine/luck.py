"""Luck has an address, never a turn.

Every random choice of a simulation is `luck(seed, replication, trainee, case, step, purpose,
occurrence)`. The address never holds a setting, a clock time or a place in a queue: two settings of
a scenario share their luck, any part of a run can be recomputed alone, and the number of workers
can't matter.

Generator: Philox4x64-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3,
SC11), word for word `numpy.random.Philox`. The key is (seed, replication); the counter is
(trainee, case, step and occurrence, purpose // 4); the word is purpose % 4, so that four
neighbouring purposes cost one block.
"""

from enum import IntEnum

import numpy as np

from engine.jit import high_word, law


class Purpose(IntEnum):
    """What a draw is for. New purposes go to the end: a number, once given, is never reused."""

    # of a case (step 0)
    GAP = 0  # the gap before it
    FRAGILITY = 1
    DIFFICULTY = 2
    PERSON = 3  # who supervises it
    WATCHED = 4
    DEBRIEF = 5
    DEBRIEF_DURATION = 6
    LEARNING_SPEED = 7  # of the trainee (case 0)
    # of a step
    STEP_DURATION = 8
    ERROR = 9
    ERROR_TIME = 10  # the fraction of the step's duration at which the error falls
    ERROR_KIND = 11
    # of an episode
    TIME_TO_HARM = 12
    RECOVERY = 13
    RECOVERY_TIME = 14
    VISIBLE = 15
    CALL = 16
    CALL_TIME = 17
    SAFETY_NET = 18
    SAFETY_NET_TIME = 19
    RESPONSE = 20
    BACKUP_RESPONSE = 21
    # of an episode, once for each harm level standing at the draw (the occurrence)
    ESCALATION = 22
    MISJUDGEMENT = 23
    SLIP = 24
    CUE = 25
    CUED_RECOVERY_TIME = 26
    # of an episode, once for each try (the occurrence)
    FIX = 27
    RESCUE_SUCCESS = 28
    # of a person (in the trainee slot)
    PERSON_MULTIPLIER = 29


INDEPENDENT = 1 << 32
"""The bit of the purpose that independent practice sets: its luck is not that of training."""

MAX_SEED = 2**64 - 1
"""Seeds and replications are unsigned 64-bit words."""

_M0 = np.uint64(0xD2E7470EE14C6C93)
_M1 = np.uint64(0xCA5A826395121157)
_W0 = np.uint64(0x9E3779B97F4A7C15)
_W1 = np.uint64(0xBB67AE8584CAA73B)
_TWELVE = np.uint64(12)
_TWO_TO_MINUS_52 = 2.0**-52


@law
def philox(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """The four words of Philox4x64-10 for a counter and a key."""
    for _ in range(10):
        high0, low0 = high_word(_M0, c0), _M0 * c0
        high1, low1 = high_word(_M1, c2), _M1 * c2
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0 += _W0
        k1 += _W1
    return c0, c1, c2, c3


@law
def unit(word: np.uint64) -> float:
    """A word as a number in (0, 1): the middle of one of 2**52 equal cells, never 0 or 1."""
    return (float(word >> _TWELVE) + 0.5) * _TWO_TO_MINUS_52


@law
def block(
    seed: np.uint64,
    replication: np.uint64,
    trainee: int,
    case: int,
    step: int,
    group: int,
    occurrence: int,
) -> tuple[float, float, float, float]:
    """The luck of four neighbouring purposes, those of group purpose // 4."""
    a, b, c, d = philox(
        np.uint64(trainee),
        np.uint64(case),
        np.uint64((step << 32) | occurrence),
        np.uint64(group),
        seed,
        replication,
    )
    return unit(a), unit(b), unit(c), unit(d)


@law
def luck(
    seed: np.uint64,
    replication: np.uint64,
    trainee: int,
    case: int,
    step: int,
    purpose: int,
    occurrence: int,
) -> float:
    """The uniform number in (0, 1) at an address. Slots that do not apply are 0.

    `purpose` is a `Purpose`, with the `INDEPENDENT` bit in independent practice. `seed` and
    `replication` are uint64.
    """
    a, b, c, d = block(seed, replication, trainee, case, step, purpose >> 2, occurrence)
    word = purpose & 3
    if word == 0:
        return a
    if word == 1:
        return b
    if word == 2:
        return c
    return d
