"""The absorbing Markov chain of an episode, solved.

T holds the rates between the states, R those to the ends, alpha where the chain begins. Then

    chance of each end        B = alpha (-T)^-1 R
    mean duration             alpha (-T)^-1 1
    P(duration <= t)          1 - alpha e^(Tt) 1

(Neuts, Matrix-Geometric Solutions in Stochastic Models, 1981, chapter 2).
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import expm

from analysis.validation.chain import Branch, Chain, End, Moment, Phase
from engine.scenario import Scenario

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class EpisodeLaw:
    """What the chain says of an episode. Times are minutes."""

    ends: dict[End, float]
    alpha: Array
    rates: Array  # T
    duration: float
    duration_sd: float
    hands_on: float
    """Chance that a supervisor's rescue reaches hands-on; NaN where the response takes no time."""
    latency: float
    """Mean rescue latency of those that do."""
    latency_sd: float

    def over_by(self, minutes: float) -> float:
        """The chance that the episode is over after so many minutes."""
        return float(1.0 - (self.alpha @ expm(self.rates * minutes)).sum())


def compile_episode(
    scenario: Scenario, step: int = 0, kind: int = 0, *, independent: bool = False
) -> EpisodeLaw:
    """The law of an episode of one kind of error, from the error to its end.

    `independent`: in independent practice. Raises NotAChainError where it is no Markov chain.
    """
    return _solved(Chain(scenario, scenario.task.steps[step].errors[kind], independent))


def _solved(chain: Chain) -> EpisodeLaw:
    start = chain.settled(chain.opened())
    moments = _reachable(chain, start)
    number = {moment: i for i, moment in enumerate(moments)}
    size = len(moments)
    ends: dict[End, Array] = {}  # rates to each end, by state
    rates = np.zeros((size, size))
    responding = np.array([moment.phase is Phase.RESPONDING for moment in moments], dtype=bool)
    for moment, i in number.items():
        for rate, branch in chain.clocks(moment):
            rates[i, i] -= rate
            for chance, target in chain.settled(branch):
                if isinstance(target, End):
                    ends.setdefault(target, np.zeros(size))[i] += rate * chance
                else:
                    rates[i, number[target]] += rate * chance
    alpha = np.zeros(size)
    at_once: dict[End, float] = {}
    for chance, target in start:
        if isinstance(target, End):
            at_once[target] = at_once.get(target, 0.0) + chance
        else:
            alpha[number[target]] += chance
    # mean minutes in each state, from each
    times: Array = np.asarray(np.linalg.inv(-rates), dtype=np.float64)
    spent = alpha @ times
    chances = {end: float(spent @ to) for end, to in ends.items()}
    for end, chance in at_once.items():
        chances[end] = chances.get(end, 0.0) + chance
    mean = float(spent.sum())
    second = 2.0 * float((spent @ times).sum())
    duration_sd = math.sqrt(max(0.0, second - mean * mean))
    latency = _latency(responding, spent, times, chain.responds)
    return EpisodeLaw(chances, alpha, rates, mean, duration_sd, *latency)


def _latency(
    responding: npt.NDArray[np.bool_], spent: Array, times: Array, rate: float
) -> tuple[float, float, float]:
    """Chance of hands-on, and mean and spread of the rescue latency of those who reach it.

    With v(s) the chance to reach it from state s: E[L; reached] is the time spent responding
    weighted by v, and E[L^2; reached] twice that time weighted by the further time likewise.
    """
    if not responding.any():
        return math.nan, math.nan, math.nan
    responds = np.where(responding, rate, 0.0)
    reach = times @ responds
    reached = float(spent @ responds)
    first = float(spent @ np.where(responding, reach, 0.0)) / reached
    further = np.where(responding, times @ np.where(responding, reach, 0.0), 0.0)
    second = 2.0 * float(spent @ further) / reached
    return reached, first, math.sqrt(max(0.0, second - first * first))


def _reachable(chain: Chain, start: Branch) -> list[Moment]:
    found: dict[Moment, None] = {}
    todo = [target for _, target in start if isinstance(target, Moment)]
    while todo:
        moment = todo.pop()
        if moment not in found:
            found[moment] = None
            for _, branch in chain.clocks(moment):
                reached = chain.settled(branch)
                todo += [target for _, target in reached if isinstance(target, Moment)]
    return list(found)
