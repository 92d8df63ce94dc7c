"""What a sensitivity analysis asks about: one number that a scenario comes to, with its noise.

It may be an outcome; the difference of an outcome between the scenario as written and under other
settings, in the same luck; or the setting of the leeway with the least total burden.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis import estimate, words
from analysis import study as studies
from analysis.estimate import Estimate
from analysis.folder import refuse
from engine.outcomes import OUTCOME_NAMES, OUTCOMES, Outcome
from engine.run import DEFAULT_ENGINE, outcomes
from engine.scenario import Scenario
from engine.words import close

BEST = "best_"
"""In front of the leeway's axis: the setting with the least of `JUDGED_BY`."""
JUDGED_BY = "total_burden"
LATER = "independent practice"  # the group of its outcomes
RESAMPLES = 200  # of replications, for the spread of a best setting
_CHUNK = 8000  # replications between two calls of `progress`, at most 64 points of them

Floats = NDArray[np.float64]
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Conclusion:
    """A number to be concluded from simulated settings of one scenario.

    name: as it was asked for. kind: level, difference or best. outcome: whose means decide.
    settings: changes by path, for every setting that is simulated at a point; the first is {}
    (the point as it is), but for `best`, where `values` are their places on the axis. held: paths
    that the question itself is about, which therefore are not varied.
    """

    name: str
    kind: str
    outcome: str
    settings: tuple[Mapping[str, Any], ...]
    values: tuple[float, ...]
    held: tuple[str, ...]
    unit: str
    better: str
    words: str


def conclude(
    scenario: Scenario, outcome: str, *, against: Mapping[str, Any] | None = None
) -> Conclusion:
    """The conclusion of that name.

    outcome: a name of the registry, or `best_permissiveness` (`best_time_limit` under that
    policy); against: changes by path, for the difference as written minus changed.
    Raises ScenarioError for a name there isn't, and for changes that the scenario refuses.
    """
    axis = studies.axis_of(scenario)
    names = [*OUTCOME_NAMES, BEST + axis]
    if outcome not in names:
        guess = close(outcome, names)
        refuse(
            "outcome", f"{outcome} was given",
            f"an outcome of `leeway outcomes` or {BEST}{axis} is needed",
            "try total_burden" if guess is None else f"did you mean {guess}?",
        )  # fmt: skip
    if outcome == BEST + axis:
        return _best(scenario, outcome, axis, against)
    told = next(each for each in OUTCOMES if each.name == outcome)
    _check_later(scenario, told)
    if against is None or len(against) == 0:
        return Conclusion(
            outcome, "level", outcome, ({},), (), (), told.unit, told.better, told.meaning
        )
    _check_later(scenario.with_(against), told)  # refused here rather than at a point
    changed = words.listed([f"{path} = {words.flow(value)}" for path, value in against.items()])
    return Conclusion(
        name=outcome,
        kind="difference",
        outcome=outcome,
        settings=({}, dict(against)),
        values=(),
        held=tuple(against),
        unit=told.unit,
        better=told.better,
        words=f"{told.meaning}: as written, minus what it is with {changed}",
    )


def _check_later(scenario: Scenario, asked: Outcome) -> None:
    """Raises ScenarioError for an outcome of later practice where none is simulated."""
    if asked.group == LATER and scenario.independent.cases == 0:
        refuse(
            "outcome", f"{asked.name} was given, and independent.cases is 0",
            "it is counted in later, independent practice",
            "set independent.cases=100, or ask for another outcome",
        )  # fmt: skip


def _best(
    scenario: Scenario, name: str, axis: str, against: Mapping[str, Any] | None
) -> Conclusion:
    if against is not None and len(against) > 0:
        refuse(
            "against", "it was given with a best setting", "a difference is that of an outcome",
            f"leave it out, or ask for {JUDGED_BY}",
        )  # fmt: skip
    no_curve = studies.why_no_curve(scenario, curve=True)
    if no_curve is not None:
        refuse("outcome", f"{name} was given", no_curve, f"try {JUDGED_BY}")
    path = f"supervision.{axis}"
    values = studies.settings_to_try(scenario)
    return Conclusion(
        name=name,
        kind="best",
        outcome=JUDGED_BY,
        settings=tuple({path: studies.at_setting(scenario, each).get(path)} for each in values),
        values=values,
        held=(path,),
        unit="minutes" if axis == "time_limit" else "chance of mild harm",
        better="neither",
        words=f"the {words.axis_label(axis)} with the least total burden",
    )


@dataclass(frozen=True, eq=False, repr=False)
class Readings:
    """A conclusion at several points that share their luck.

    value: shape (points,), NaN where there was nothing to divide by. replicates: shape (points,
    columns); one column per replication, whose mean is the value (`averaged`), or one per
    resampling of all points' replications together. missing: replications without a value, of all
    points. judged: of a best setting, what it is judged by, [point, setting, replication], and
    settings, their places on the axis.
    """

    value: Floats
    replicates: Floats
    averaged: bool
    missing: int
    judged: Floats | None = None
    settings: tuple[float, ...] = ()

    def at(self, point: int) -> Estimate:
        """The conclusion at a point, with its interval; that of a best setting goes from the first
        to the last one kept."""
        if self.averaged:
            return estimate.estimate(self.replicates[point])
        value, kept = float(self.value[point]), self.kept(point)
        se = _spread(self.replicates[point])
        return Estimate(value, se, kept[0], kept[-1], self._count, 0)

    def kept(self, point: int) -> tuple[float, ...]:
        """The settings that can't be told from the best, in order (`analysis.estimate.lowest`).

        A resampling interval hides rivals that are only just worse: it never looks at how surely.
        """
        if self.judged is None:
            return ()
        samples = dict(zip(self.settings, self.judged[point], strict=True))
        return estimate.lowest(samples, self.settings[0]).kept

    @property
    def _count(self) -> int:
        return 0 if self.judged is None else self.judged.shape[2]

    def between(self, point: int, other: int) -> Estimate:
        """The conclusion at a point minus that at another, in the same luck."""
        if self.averaged:
            return estimate.paired(self.replicates[point], self.replicates[other])
        gap = float(self.value[point] - self.value[other])
        return _of_resamples(gap, self.replicates[point] - self.replicates[other])


def _of_resamples(value: float, resamples: Floats) -> Estimate:
    """A bootstrap interval (2.5 to 97.5 %) that holds the value."""
    tail = (1 - estimate.LEVEL) / 2
    low, high = np.quantile(resamples, [tail, 1 - tail])
    ends = min(value, float(low)), max(value, float(high))
    return Estimate(value, _spread(resamples), *ends, resamples.size, 0)


def _spread(resamples: Floats) -> float:
    return float(np.std(resamples, ddof=1)) if resamples.size > 1 else math.nan


def readings(conclusion: Conclusion, simulated: Floats, *, seed: int) -> Readings:
    """What simulated values of the conclusion's outcome, [point, setting, replication], come to.

    seed: of the resampling behind a best setting.
    """
    if conclusion.kind == "best":
        return _best_readings(conclusion, simulated, seed)
    each = simulated[:, 0] if conclusion.kind == "level" else simulated[:, 0] - simulated[:, 1]
    gone = np.isnan(each)
    there = np.maximum(1, (~gone).sum(axis=1))
    value = np.where(gone.all(axis=1), np.nan, np.where(gone, 0.0, each).sum(axis=1) / there)
    return Readings(value, each, averaged=True, missing=int(gone.sum()))


def _best_readings(conclusion: Conclusion, simulated: Floats, seed: int) -> Readings:
    """The setting whose mean is least, the lower of two that tie."""
    count = simulated.shape[2]
    settings = np.array(conclusion.values)
    rng = np.random.default_rng([seed, RESAMPLES])
    weights = rng.multinomial(count, np.full(count, 1 / count), size=RESAMPLES).T / count
    value = settings[np.argmin(simulated.mean(axis=2), axis=1)]
    # point by point: all resampled means at once would take settings times the memory
    resampled = [settings[np.argmin(point @ weights, axis=0)] for point in simulated]
    replicates = np.array(resampled) if count > 1 else value[:, None]
    return Readings(
        value,
        replicates,
        averaged=False,
        missing=int(np.isnan(simulated).sum()),
        judged=simulated,
        settings=conclusion.values,
    )


def simulate(
    conclusion: Conclusion,
    points: Iterable[Scenario],
    *,
    seed: int,
    replications: int,
    engine: str = DEFAULT_ENGINE,
    progress: Progress | None = None,
) -> Floats:
    """The conclusion's outcome at every point, [point, setting, replication].

    Points are taken some at a time, so that memory doesn't grow with them but for what is given
    back. progress: called with the number of points just finished.
    """
    settings, place = conclusion.settings, OUTCOME_NAMES.index(conclusion.outcome)
    some = min(64, max(1, _CHUNK // (len(settings) * replications)))
    parts = []
    for chunk in _chunks(points, some):
        every = [point.with_(each) if each else point for point in chunk for each in settings]
        found = outcomes(every, seed, range(replications), engine=engine)[:, :, place]
        parts.append(found.reshape(len(chunk), len(settings), replications))
        if progress is not None:
            progress(len(chunk))
    return np.concatenate(parts)


def _chunks(points: Iterable[Scenario], count: int) -> Iterator[Sequence[Scenario]]:
    rest = iter(points)
    while chunk := list(islice(rest, count)):
        yield chunk
