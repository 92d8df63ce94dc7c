"""Whether a chance comes true, decided without computing its law wherever that is certain.

A step goes wrong where u < expit(logit(c) + d + ln(ratio) D), c being the chance that experience
gives. In odds: u / (1 - u) e^-d < c / (1 - c) ratio^D. The left side is luck alone, the same for
all points of a group and kept with it. The right side changes with experience and distress; its
least and its most, for at least some experience and at most some distress, are kept as a BOUND, so
that most errors, and their absence, are certain at a glance. Recoveries are alike.

The law is what decides. Odds are compared with a margin of 1e-6, far beyond what rounding does:
they are compared only where u and c are at least 1e-6 away from 1, so that a rounding error of
1e-15 in either is at most 1e-9 of its odds, and between 1e-300 and 1e300, where errors in logits
are below 1e-12. Within the margin, or outside of that range, the law is computed.
"""

import math
from typing import Any

from engine.elementary import exp
from engine.kernel_luck import detail_case, odds_of
from engine.kernel_state import (
    LEAST_CHANCE,
    MOST_CHANCE,
    MOST_ODDS,
    NEVER,
    case_luck_at,
    error_bound_at,
    kind_at,
    odds_at,
    recovery_bound_at,
    setting_at,
    step_at,
    step_luck_at,
)
from engine.parts import part
from engine.rules import learned, shifted

_NO, _YES, _UNSURE = range(3)

_ABOVE, _BELOW = 1.0 + 1e-6, 1.0 - 1e-6

_SMALL, _LARGE = 2.0 * LEAST_CHANCE, 1.0 - 2.0 * LEAST_CHANCE
"""A bound needs no chance nearer to 0 or 1 than these."""

_SLACK, _AHEAD = 1.0 / 32.0, 1.0 / 4.0
"""How much may be forgotten, and learnt, on the scale of the learning, before a bound must be found
anew."""
_BEFORE, _AFTER = math.exp(_SLACK), math.exp(-_AHEAD)


@part
def forget_bounds(ward: Any, who: int) -> None:
    """A trainee begins at this point: no bound is known."""
    for step in range(ward.step_width):
        error_bound_at(ward, who, step).amount = NEVER
    for kind in range(ward.kind_width):
        recovery_bound_at(ward, who, kind).amount = NEVER


@part
def surely_right(bound: Any, odds: float, experience: float, distress: float) -> bool:
    """Whether a step with these ODDS can't go wrong."""
    return bool(odds > bound.beyond and experience >= bound.amount and distress <= bound.distress)


@part
def goes_wrong(
    ward: Any, who: int, case: int, row: int, step: int, experience: float, distress: float
) -> bool:
    """Whether a step goes wrong."""
    bound, odds = error_bound_at(ward, who, step), odds_at(ward, row, step).odds
    answer = _at_a_glance(bound, odds, experience, distress)
    setting, chances = setting_at(ward, 0), step_at(ward, step)
    if answer == _UNSURE:
        shift = setting.log_odds_ratio * distress
        answer = _look(
            bound, odds, chances.novice, chances.expert, experience, setting.learning_cases,
            distress, shift,
        )  # fmt: skip
    if answer != _UNSURE:
        return bool(answer == _YES)
    detail_case(ward, row, who, case)
    chance = learned(chances.novice, chances.expert, experience, setting.learning_cases)
    logits = case_luck_at(ward, row).difficulty + setting.log_odds_ratio * distress
    return bool(step_luck_at(ward, row, step).error < shifted(chance, logits))


@part
def recovers(
    ward: Any, who: int, number: int, luck: Any, resilience: float, difficulty: float,
    distress: float,
) -> bool:  # fmt: skip
    """Whether the trainee sees an error of this kind and puts it right."""
    bound, odds = recovery_bound_at(ward, who, number), luck.recovery_odds
    answer = _at_a_glance(bound, odds, resilience, distress)
    setting, kind = setting_at(ward, 0), kind_at(ward, number)
    if answer == _UNSURE:
        shift = -setting.log_odds_ratio * distress
        answer = _look(
            bound, odds, kind.recovery_novice, kind.recovery_expert, resilience,
            kind.learning_episodes, distress, shift,
        )  # fmt: skip
    if answer != _UNSURE:
        return bool(answer == _YES)
    chance = learned(kind.recovery_novice, kind.recovery_expert, resilience, kind.learning_episodes)
    logits = -difficulty - setting.log_odds_ratio * distress
    return bool(luck.recovery < shifted(chance, logits))


@part
def works(setting: Any, episode: Any, u: float, easiness: float) -> bool:
    """Whether a try of a rescue works."""
    odds, level = odds_of(u, 1.0 / easiness), episode.try_level
    answer = _compared(odds, setting.success, setting.penalty[level])
    if answer != _UNSURE:
        return bool(answer == _YES)
    logits = -episode.difficulty + level * setting.log_penalty
    return bool(u < shifted(setting.success, logits))


@part
def _at_a_glance(bound: Any, odds: float, amount: float, distress: float) -> int:
    """Whether luck of these odds is below the chance, as far as a bound tells."""
    if amount >= bound.amount and distress <= bound.distress:
        if odds > bound.beyond:
            return _NO
        if amount <= bound.enough:
            if odds < bound.least:
                return _YES
            if odds > bound.most:
                return _NO
    return _UNSURE


@part
def _look(
    bound: Any, odds: float, novice: float, expert: float, amount: float, scale: float,
    distress: float, shift: float,
) -> int:  # fmt: skip
    """The same, having found the odds of the chance and with them a new bound."""
    chance = learned(novice, expert, amount, scale)
    ratio = exp(shift) if shift != 0.0 else 1.0
    bound.amount, bound.distress = amount - _SLACK * scale, distress
    bound.enough = amount + _AHEAD * scale
    before, after = expert + (chance - expert) * _BEFORE, expert + (chance - expert) * _AFTER
    bound.least = _odds(min(before, after, _LARGE), 0.0) * min(ratio, 1.0) * _BELOW
    above = max(ratio, 1.0) * _ABOVE
    bound.most = _odds(max(before, after, _SMALL), NEVER) * above
    bound.beyond = _odds(max(before, expert, _SMALL), NEVER) * above
    if not bound.least < MOST_ODDS:
        bound.least = 0.0
    return _compared(odds, chance, ratio)


@part
def _odds(chance: float, otherwise: float) -> float:
    """The odds of a chance; `otherwise` where odds are not compared."""
    return chance / (1.0 - chance) if LEAST_CHANCE < chance < MOST_CHANCE else otherwise


@part
def _compared(odds: float, chance: float, ratio: float) -> int:
    """Whether luck of these odds is below a chance whose odds are changed by a ratio."""
    if LEAST_CHANCE < chance < MOST_CHANCE:
        limit = chance / (1.0 - chance) * ratio
        if odds > limit * _ABOVE:
            return _NO
        if odds < limit * _BELOW and limit < MOST_ODDS:
            return _YES
    return _UNSURE
