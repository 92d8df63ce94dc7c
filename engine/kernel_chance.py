"""Whether a step goes wrong, decided without computing the law wherever that is certain.

A step errs where u < expit(logit(c) + d + ln(ratio) D), c being the chance that experience E gives.
In odds, u / (1 - u) e^-d < c / (1 - c) ratio^D: the left side is luck alone, the same for every
point of a group and kept with it (ODDS); the right side falls with E and rises with D, so that its
value at one E and D, kept as a BOUND, is an upper bound wherever E is not less and D not greater.

The law is what decides. Both sides are compared with a margin of 1e-6, which is far beyond what
rounding does: chances are only compared by their odds where both they and u are at least 1e-6 away
from 1, so that a rounding error of 1e-15 in a chance is at most 1e-9 of its odds; logits below 700
carry errors below 1e-12. Within the margin, or outside of that range, the law is computed.
"""

import math
from typing import Any

from engine.elementary import exp
from engine.kernel_luck import detail_case, odds_of
from engine.kernel_memory import unit
from engine.kernel_state import (
    LEAST_CHANCE,
    MOST_CHANCE,
    MOST_ODDS,
    NEVER,
    bound_at,
    case_luck_at,
    odds_at,
    setting_at,
    step_at,
    step_luck_at,
)
from engine.rules import learned, shifted

_NO, _YES, _UNSURE = range(3)

_ABOVE, _BELOW = 1.0 + 1e-6, 1.0 - 1e-6

_SLACK = 1.0 / 32.0
"""How much of `learning_cases` may be forgotten before a bound must be found anew."""
_SLACK_FACTOR = math.exp(_SLACK) * _ABOVE


@unit
def forget_bounds(ward: Any, who: int) -> None:
    """A trainee begins at this point: no bound is known."""
    for step in range(setting_at(ward, 0).draws.steps):
        bound_at(ward, who, step).experience = NEVER


@unit
def surely_right(bound: Any, odds: float, experience: float, distress: float) -> bool:
    """Whether a step with these ODDS can't go wrong."""
    return bool(odds > bound.odds and experience >= bound.experience and distress <= bound.distress)


@unit
def goes_wrong(
    ward: Any, who: int, case: int, row: int, step: int, experience: float, distress: float
) -> bool:
    """Whether a step goes wrong."""
    bound, odds = bound_at(ward, who, step), odds_at(ward, row, step).odds
    if surely_right(bound, odds, experience, distress):
        return False
    setting, chances = setting_at(ward, 0), step_at(ward, step)
    chance = learned(chances.novice, chances.expert, experience, setting.learning_cases)
    ratio = 1.0 if distress == 0.0 else exp(setting.log_odds_ratio * distress)
    _set_bound(setting, chances, bound, experience, distress, chance, ratio)
    answer = _compared(odds, chance, ratio)
    if answer != _UNSURE:
        return bool(answer == _YES)
    detail_case(ward, row, who, case)
    logits = case_luck_at(ward, row).difficulty + setting.log_odds_ratio * distress
    return bool(step_luck_at(ward, row, step).error < shifted(chance, logits))


@unit
def recovers(
    setting: Any, kind: Any, luck: Any, resilience: float, difficulty: float, distress: float
) -> bool:
    """Whether the trainee sees an error and puts it right."""
    chance = learned(
        kind.recovery_novice, kind.recovery_expert, resilience, kind.learning_episodes
    )
    ratio = 1.0 if distress == 0.0 else exp(-setting.log_odds_ratio * distress)
    answer = _compared(luck.recovery_odds, chance, ratio)
    if answer != _UNSURE:
        return bool(answer == _YES)
    logits = -difficulty - setting.log_odds_ratio * distress
    return bool(luck.recovery < shifted(chance, logits))


@unit
def works(setting: Any, episode: Any, u: float, easiness: float) -> bool:
    """Whether a try of a rescue works."""
    odds, level = odds_of(u, 1.0 / easiness), episode.try_level
    answer = _compared(odds, setting.success, setting.penalty[level])
    if answer != _UNSURE:
        return bool(answer == _YES)
    logits = -episode.difficulty + level * setting.log_penalty
    return bool(u < shifted(setting.success, logits))


@unit
def _compared(odds: float, chance: float, ratio: float) -> int:
    """Whether luck of these odds is below a chance whose odds are changed by a ratio."""
    if LEAST_CHANCE < chance < MOST_CHANCE and odds > 0.0:
        limit = chance / (1.0 - chance) * ratio
        if odds > limit * _ABOVE:
            return _NO
        if odds < limit * _BELOW and limit < MOST_ODDS:
            return _YES
    return _UNSURE


@unit
def _set_bound(
    setting: Any, chances: Any, bound: Any, experience: float, distress: float, chance: float,
    ratio: float,
) -> None:  # fmt: skip
    """A bound that holds from a little less than this experience upwards."""
    bound.experience = experience - _SLACK * setting.learning_cases
    most = chances.expert
    if chances.novice > chances.expert:
        most += (chance - chances.expert) * _SLACK_FACTOR
    bound.distress = distress
    if setting.log_odds_ratio <= 0.0:
        bound.distress, ratio = NEVER, 1.0
    most = max(most, LEAST_CHANCE)
    bound.odds = most / (1.0 - most) * ratio * _ABOVE if most < MOST_CHANCE else NEVER
