"""When enough has been simulated: replications until the intervals are as narrow as asked for.

The confidence interval method with look-ahead (Hoad, Robinson and Davies, J Oper Res Soc
2010;61:1632, doi:10.1057/jors.2009.121): after each replication from the n0-th on, the t interval
of all so far is looked at; once its half-width is within the target, and stays there for the next
f(k, n) = k * max(n, 100) / 100 replications, the point has enough. The look-ahead is what keeps a
sample that is narrow by chance from ending the matter; its replications count like all others.

Whether a point stops after replication n depends on its first n replications alone (and on those
of the reference, for paired differences), never on how they were cut into blocks.

What is missing (NaN) is left out of an interval, counts towards nothing, and never converges. Nor
do values that are all alike converge before `ALIKE` of them: they show no spread, which isn't to
say that there is none.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from analysis.folder import refuse
from engine.outcomes import OUTCOME_NAMES
from engine.words import did_you_mean

FEWEST, LEAST_LOOK_AHEAD = 10, 5
ALIKE = 300
"""Equal values that count as converged: with 300, what happens in 1 % of replications would have
shown up with a probability of 95 %."""
SKEWED = 25.0
"""A t interval is trusted from 25 times the squared skewness of the values on (Cochran, Sampling
Techniques, 3rd ed. 1977, section 2.15). Of something rare about 25 events must have been seen:
after one, an interval is narrow because it is wrong."""
DEFAULT_CAP = 5_000

FIXED, TARGET, CAP, FAILED = "fixed", "target", "cap", "failed"

Width = float | Mapping[str, float] | None
"""A half-width for all outcomes, or one by outcome."""


class Target(NamedTuple):
    """One half-width to be reached.

    width: in the outcome's unit or, where `relative`, a share of its mean's size; paired: of the
    difference to the reference point, a relative one being a share of the reference's mean.
    """

    outcome: int
    width: float
    relative: bool
    paired: bool


@dataclass(frozen=True, init=False)
class Until:
    """Replications until every target is reached, or until there are `cap`.

    outcomes: names; half_width: absolute, in each outcome's unit; relative: a share of the mean
    (0.05 is five percent); paired and paired_relative: the same for the differences of every other
    point from the point `reference` (the first unless given). Each is one number for all outcomes
    or a mapping by outcome, and all that are given must be reached. n0: replications before any
    point may stop; look_ahead: further ones in which the target must hold; cap: the most that any
    point gets; together: no point stops before all may. level: of the intervals.
    Raises ScenarioError.
    """

    targets: tuple[Target, ...]
    reference: int = 0
    n0: int = FEWEST
    look_ahead: int = LEAST_LOOK_AHEAD
    cap: int = DEFAULT_CAP
    together: bool = False
    level: float = 0.95
    given: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def __init__(
        self,
        *outcomes: str,
        half_width: Width = None,
        relative: Width = None,
        paired: Width = None,
        paired_relative: Width = None,
        reference: int = 0,
        n0: int = FEWEST,
        look_ahead: int = LEAST_LOOK_AHEAD,
        cap: int = DEFAULT_CAP,
        together: bool = False,
        level: float = 0.95,
    ) -> None:
        widths = {
            "half_width": half_width, "relative": relative,
            "paired": paired, "paired_relative": paired_relative,
        }  # fmt: skip
        numbers = {"reference": reference, "n0": n0, "look_ahead": look_ahead, "cap": cap}
        targets = tuple(
            Target(_place(name), width, key.endswith("relative"), key.startswith("paired"))
            for key, given in widths.items()
            for name, width in _by_outcome(key, outcomes, given).items()
        )
        if not targets:
            refuse("replications", "no half-width was given", "at least one is needed",
                   'write Until("total_burden", half_width=0.1)')  # fmt: skip
        _at_least("reference", reference, 0)
        _at_least("n0", n0, FEWEST)
        _at_least("look_ahead", look_ahead, LEAST_LOOK_AHEAD)
        _at_least("cap", cap, n0 + ahead(look_ahead, n0))
        if not 0.5 <= level < 1:
            refuse("level", f"{level} was given", "it lies from 0.5 to below 1", "try 0.95")
        numbers = {name: int(value) for name, value in numbers.items()}
        for name, value in {**numbers, "targets": targets, "together": bool(together),
                            "level": float(level)}.items():  # fmt: skip
            object.__setattr__(self, name, value)
        record = {key: _as_record(given) for key, given in widths.items()}
        object.__setattr__(
            self, "given",
            {"outcomes": list(outcomes), **record, **numbers, "together": bool(together),
             "level": float(level)},
        )  # fmt: skip

    @property
    def is_paired(self) -> bool:
        """Whether any target is a paired difference."""
        return any(target.paired for target in self.targets)

    def stop(
        self, values: NDArray[np.float64], reference: NDArray[np.float64] | None
    ) -> int | None:
        """After how many replications a point has enough; None where these aren't.

        values: [replication, outcome] of the point; reference: of the reference point, at least as
        many, or None for the reference itself, which has no difference to reach.
        """
        kept = np.ones(len(values), dtype=bool)
        for target in self.targets:
            if target.paired and reference is None:
                continue
            column = values[:, target.outcome]
            base = None
            if target.paired and reference is not None:
                base = reference[: len(values), target.outcome]
                column = column - base
            kept &= reached(column, target, base, level=self.level)
        found = stop_after(kept, n0=self.n0, look_ahead=self.look_ahead)
        return None if found > self.cap else int(found)


def until_from(record: Mapping[str, Any]) -> Until:
    """An Until from what it was `given`."""
    options = dict(record)
    return Until(*options.pop("outcomes"), **options)


def cumulative(
    values: ArrayLike, *, level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Mean, half-width and count after each of the replications, which are the last axis.

    NaN is left out. The mean is NaN before the first value, the half-width before the second.
    Each depends on the values up to its own alone, to the bit. Sums are of differences from the
    first value, so that a small spread around a large mean isn't lost.
    """
    every = np.asarray(values, dtype=np.float64)
    there = ~np.isnan(every)
    count = np.cumsum(there, axis=-1)
    first = np.argmax(there, axis=-1)[..., np.newaxis]
    origin = np.take_along_axis(every, first, axis=-1)
    away = np.where(there, every - origin, 0.0)
    total, squares = np.cumsum(away, axis=-1), np.cumsum(away * away, axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(count > 0, origin + total / count, np.nan)
        variance = np.maximum(squares - total * total / count, 0.0) / (count - 1)
        degrees = np.arange(-1, every.shape[-1])  # of so many values, from none
        quantiles = scipy.special.stdtrit(np.maximum(degrees, 1), 0.5 + level / 2)
        half = np.where(count > 1, quantiles[count] * np.sqrt(variance / count), np.nan)
    return mean, half, count


def reached(
    values: ArrayLike,
    target: Target,
    reference: ArrayLike | None = None,
    *,
    level: float = 0.95,
) -> NDArray[np.bool_]:
    """Whether the interval is within the target after each replication (the last axis).

    reference: the values that a paired difference was taken from.
    """
    every = np.asarray(values, dtype=np.float64)
    mean, half, count = cumulative(every, level=level)
    if reference is not None:
        mean, _, _ = cumulative(reference, level=level)
    bound = target.width * np.abs(mean) if target.relative else np.full(half.shape, target.width)
    with np.errstate(invalid="ignore"):
        narrow = half <= bound  # False where either is NaN
    if target.relative:
        narrow &= bound > 0  # a share of nothing is no width
    alike = np.fmax.accumulate(every, axis=-1) == np.fmin.accumulate(every, axis=-1)
    plain = np.where(alike, count >= ALIKE, count >= SKEWED * squared_skewness(every))
    found: NDArray[np.bool_] = narrow & (count >= FEWEST) & plain
    return found


def squared_skewness(values: ArrayLike) -> NDArray[np.float64]:
    """The squared skewness of the values up to each of the replications, the last axis; NaN is out.

    0 where there is no spread.
    """
    every = np.asarray(values, dtype=np.float64)
    there = ~np.isnan(every)
    count = np.maximum(np.cumsum(there, axis=-1), 1)
    first = np.argmax(there, axis=-1)[..., np.newaxis]
    away = np.where(there, every - np.take_along_axis(every, first, axis=-1), 0.0)
    one, two, three = (np.cumsum(away**power, axis=-1) / count for power in (1, 2, 3))
    second = two - one * one
    third = three - 3.0 * one * two + 2.0 * one**3
    known = second > 1e-12 * two
    return np.where(known, third**2 / np.where(known, second, 1.0) ** 3, 0.0)


def ahead(look_ahead: int, replications: int) -> int:
    """f(k, n): how many further replications must keep the target, after n of them."""
    return math.ceil(look_ahead * max(replications, 100) / 100)


def stop_after(kept: ArrayLike, *, n0: int = FEWEST, look_ahead: int = LEAST_LOOK_AHEAD) -> Any:
    """How many replications it takes, the look-ahead among them; more than there are, for never.

    kept: whether every target is reached after each replication, which are the last axis. The
    answer has the shape of the other axes.
    """
    good = np.asarray(kept, dtype=bool).copy()
    length = good.shape[-1]
    good[..., : n0 - 1] = False
    numbers = np.arange(1, length + 1)
    # replications in a row that keep the target, counted backwards from each one on
    place = np.where(good, length, np.arange(length))
    next_bad = np.minimum.accumulate(place[..., ::-1], axis=-1)[..., ::-1]
    further = np.ceil(look_ahead * np.maximum(numbers, 100) / 100).astype(np.int64)
    enough = good & (next_bad - np.arange(length) > further)
    first = np.argmax(enough, axis=-1)
    return np.where(enough.any(axis=-1), numbers[first] + further[first], np.iinfo(np.int64).max)


def _as_record(given: Width) -> Any:
    """A half-width, or those by outcome, as JSON."""
    if isinstance(given, Mapping):
        return {name: float(width) for name, width in given.items()}
    return None if given is None else float(given)


def _by_outcome(key: str, outcomes: tuple[str, ...], given: Width) -> dict[str, float]:
    if given is None:
        return {}
    widths = dict(given) if isinstance(given, Mapping) else dict.fromkeys(outcomes, given)
    if not widths:
        refuse("replications", f"{key} was given without an outcome", "name at least one outcome",
               'write Until("total_burden", half_width=0.1)')  # fmt: skip
    for name, width in widths.items():
        number = isinstance(width, int | float | np.number) and not isinstance(width, bool)
        if not number or not 0 < width < math.inf:
            relative = key.endswith("relative")
            refuse(
                f"{key} of {name}", f"{width} was given",
                f"a {'share of the mean' if relative else 'width'} above 0 is needed",
                "try 0.05, which is 5 %" if relative else "try 0.1",
            )  # fmt: skip
    return {name: float(width) for name, width in widths.items()}


def _place(name: str) -> int:
    if name not in OUTCOME_NAMES:
        refuse("outcome", f"there is no outcome {name}", "`leeway outcomes` lists them",
               did_you_mean(name, OUTCOME_NAMES) or "choose one of these")  # fmt: skip
    return OUTCOME_NAMES.index(name)


def _at_least(name: str, value: Any, least: int) -> None:
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
        refuse(name, f"{value} was given", f"a whole number from {least} is needed",
               f"try {least}")  # fmt: skip
