"""The model: one law per function, floats in, floats out.

Both engines call these functions and no others for what happens to patients, trainees and
supervisors; docs/model.md says in words what they say in formulae. Times are minutes on one
absolute clock from 0; levels count from 0 (none) to 4 (death); chances are probabilities.
"""

import math

from engine.elementary import LN2, exp, expit, log, logit, power
from engine.jit import law

NONE, MILD, MODERATE, SEVERE, DEATH = 0, 1, 2, 3, 4
"""Harm levels: AHRQ Harm Scale v1.2."""

LEVEL_NAMES = ("none", "mild", "moderate", "severe", "death")


# ---- chances ---------------------------------------------------------------------------------


@law
def shifted(chance: float, logits: float) -> float:
    """A chance moved on the logit scale; 0 and 1 stay 0 and 1."""
    if chance <= 0.0 or chance >= 1.0:
        return chance
    return expit(logit(chance) + logits)


@law
def learned(novice: float, expert: float, amount: float, scale: float) -> float:
    """A chance on its way from novice to expert: exponential in experience.

    Individual learning curves are exponential (Heathcote, Brown, Mewhort, Psychon Bull Rev
    2000;7:185).
    """
    return expert + (novice - expert) * exp(-amount / scale)


@law
def error_probability(
    novice: float,
    expert: float,
    learning_cases: float,
    experience: float,
    difficulty: float,
    distress: float,
    error_odds_ratio: float,
) -> float:
    """The chance that a step goes wrong, for this trainee with this patient (model, section 3)."""
    chance = learned(novice, expert, experience, learning_cases)
    return shifted(chance, difficulty + log(error_odds_ratio) * distress)


@law
def recovery_probability(
    novice: float,
    expert: float,
    learning_episodes: float,
    resilience: float,
    difficulty: float,
    distress: float,
    error_odds_ratio: float,
) -> float:
    """The chance that the trainee sees the error and puts it right (model, section 4)."""
    chance = learned(novice, expert, resilience, learning_episodes)
    return shifted(chance, -difficulty - log(error_odds_ratio) * distress)


@law
def rescue_probability(success: float, difficulty: float, level: int, penalty: float) -> float:
    """The chance that one try of a rescue works, `level` being the harm at its start.

    Hard cases are hard for the rescuer too: after a trainee's failure rescue succeeds less often
    (Tassios et al., Endoscopy 1999;31:702: 91 % of own cases, 79 % of cases taken over).
    """
    return shifted(success, -difficulty + level * log(penalty))


@law
def difficulty(difficulty_sd: float, z: float) -> float:
    """A patient's difficulty in logits, from a standard normal z."""
    return difficulty_sd * z


@law
def multiplier(sigma: float, z: float) -> float:
    """A lognormal factor with median 1: of a person on permissiveness, or of one judgement."""
    return exp(sigma * z)


# ---- judgement (model, section 5) ------------------------------------------------------------


@law
def perceived_window(window_min: float, bias: float, noise: float, z: float) -> float:
    """How long the supervisor believes the next level of harm takes, from the standing one."""
    if window_min == math.inf:
        return math.inf
    return window_min * exp(bias + noise * z)


@law
def perceived_chance(
    now: float, reached: float, window_min: float, usual_latency_min: float, sharpness: float
) -> float:
    """The chance, as the supervisor sees it, that harm comes before a takeover begun now is done.

    `reached`: when the standing level was reached; `window_min`: the perceived window;
    `usual_latency_min`: median response + median fix.
    """
    needed = now - reached + usual_latency_min
    if needed == 0.0:
        return 0.0
    return 1.0 / (1.0 + power(window_min / needed, sharpness))


@law
def tolerated_chance(
    permissiveness: float,
    person: float,
    slip: float,
    value: float,
    trust: float,
    weight_mild: float,
    weight_next: float,
) -> float:
    """The chance of the next level of harm that the supervisor would run for the learning in it.

    Failure is allowed when its educational value outweighs the risk (Klasen et al., BMJ Qual Saf
    2020;29:727); graver harm is tolerated in inverse proportion to its weight (an assumption).
    """
    return permissiveness * person * slip * value * trust * weight_mild / weight_next


@law
def threshold_time(
    now: float,
    reached: float,
    window_min: float,
    usual_latency_min: float,
    sharpness: float,
    tolerated: float,
) -> float:
    """When the perceived chance reaches the tolerated one; it may lie in the past."""
    if tolerated <= 0.0:
        return now
    if tolerated >= 1.0 or window_min == math.inf:
        return math.inf
    odds = tolerated / (1.0 - tolerated)
    return reached + window_min * power(odds, 1.0 / sharpness) - usual_latency_min


@law
def planned_takeover(now: float, wanted: float, opened: float, time_cap_min: float) -> float:
    """When the supervisor will step in: not in the past, not after the cap on an episode."""
    return max(now, min(wanted, opened + time_cap_min))


@law
def trust(good: float, seen: float) -> float:
    """Trust in a trainee who put right `good` of `seen` episodes unharmed; 1 for a stranger."""
    return 2.0 * (1.0 + good) / (2.0 + seen)


@law
def cue_time(now: float, planned: float, at: float) -> float:
    """When a supervisor who waits speaks a cue: a fraction of the way to the takeover."""
    return now + at * (planned - now)


# ---- learning (model, section 6) -------------------------------------------------------------


@law
def kept(elapsed_min: float, half_life_min: float) -> float:
    """The share of a gain that is left: half of it after one half-life.

    Source of the form: Tatel and Ackerman, Psychol Bull, 10.1037/bul0000481.
    """
    return exp(-(elapsed_min / half_life_min) * LN2)


@law
def struggle_share(opened: float, first_harm_due: float, until: float) -> float:
    """How much of the way to harm the trainee struggled before somebody else put it right."""
    way = first_harm_due - opened
    if way == 0.0:
        return 1.0
    if way == math.inf:
        return 0.0
    return min(1.0, (until - opened) / way)


@law
def step_gain(speed: float, rate: float, steps: float) -> float:
    """Experience from a step done without error, or observed, in cases."""
    return speed * rate / steps


@law
def failure_gain(speed: float, value: float, share: float, rate: float, steps: float) -> float:
    """Experience from an error, in cases: its value times the share struggled through."""
    return speed * value * share * rate / steps


@law
def resilience_gain(speed: float, share: float, rate: float) -> float:
    """Resilience from an error lived through without grave harm, in episodes."""
    return speed * share * rate


@law
def distress_gain(shock: float, weight: float, relief: float) -> float:
    """Distress from an error, by the weight of its harm; `relief` is 0 without a debrief."""
    return shock * weight * (1.0 - relief)
