"""How much each input of a function matters: Sobol' and Morris indices through SALib.

Knows nothing of scenarios: any function of an array will do, which is how it is tested against
functions whose indices are proved. Inputs vary independently and evenly over their ranges. A
*dummy input*, which the function never sees, is always added: its index is 0 where the function
answers the same to the same question, and says how much to distrust the others where it isn't.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.errors import Problem, ScenarioError

METHODS = ("sobol", "morris")
DUMMY = "dummy input"
LEVELS = 4  # of Morris' grid: 0, 1/3, 2/3 and 1 of each range
RESAMPLES = 1000
MOST_POINTS = 200_000
TOLD_APART = 0.025  # share of resamples that may reverse an order that counts as told

Function = Callable[[NDArray[np.float64]], NDArray[np.float64]]


class Range(NamedTuple):
    """An input and the ends between which it varies evenly; `whole` takes whole numbers only."""

    name: str
    low: float
    high: float
    whole: bool = False


@dataclass(frozen=True, eq=False, repr=False)
class Design:
    """The points at which a function is asked.

    unit: shape (points, inputs + 1), from 0 to 1, the dummy input last; values: shape
    (points, inputs), within the ranges.
    """

    method: str
    ranges: tuple[Range, ...]
    samples: int
    seed: int
    unit: NDArray[np.float64]
    values: NDArray[np.float64]

    @property
    def independent(self) -> NDArray[np.int64]:
        """Rows drawn independently of one another: two per Sobol' sample, one per trajectory."""
        step = size(self.method, len(self.ranges), 1)
        first = np.arange(0, len(self.unit), step)
        return np.concatenate([first, first + step - 1]) if self.method == "sobol" else first


@dataclass(frozen=True, eq=False, repr=False)
class Indices:
    """What came of it.

    table: one row per input in the order given, the dummy last: `input`, `is_dummy`, then for
    sobol `first`, `first_low`, `first_high` (share of the output's variance due to the input
    alone), `total`, `total_low`, `total_high` (with what it does together with others); for morris
    `mu` (mean effect of going through the whole range, in the unit of the output), `mu_star`,
    `mu_star_low`, `mu_star_high` (mean size of that effect), `sigma` (its spread: interaction or
    curvature). `tied` says that it can't be told from the input with the largest total (mu_star).
    noise_share: share of the variance between points that is noise of the means over replications;
    NaN where there was one replication or no variance. dummy_is_zero: whether the dummy's intervals
    hold 0. output: shape (points,).
    """

    method: str
    samples: int
    table: pd.DataFrame
    noise_share: float
    dummy_is_zero: bool
    output: NDArray[np.float64]

    @property
    def noise_floor(self) -> float:
        """The main index that luck alone may give to an input without any influence; NaN unknown.

        With shared luck the dummy is 0 even so, since it changes nothing at all; an input that
        changes the course of events without changing what they come to on average gives them other
        luck. Its total order is then the noise share; its mu_star, with normal noise of standard
        error s, E|e - e'| / (2/3) = 3 s / sqrt(pi).
        """
        if self.method == "sobol":
            return self.noise_share
        between = float(np.var(self.output, ddof=1))
        return 3 * math.sqrt(self.noise_share * between / math.pi)

    @property
    def main(self) -> str:
        """The column that inputs are ranked by."""
        return "total" if self.method == "sobol" else "mu_star"

    def ranked(self) -> pd.DataFrame:
        """The rows without the dummy, the largest first."""
        real = self.table[~self.table["is_dummy"]]
        return real.sort_values(self.main, ascending=False, kind="stable", ignore_index=True)


def size(method: str, inputs: int, samples: int) -> int:
    """Points of a design, the dummy input counted: (D + 2) per Sobol' sample, (D + 1) per
    trajectory (Saltelli et al., Comput Phys Commun 2010;181:259; Morris, Technometrics
    1991;33:161)."""
    return samples * (inputs + 1 + (2 if method == "sobol" else 1))


def check(method: str, inputs: int, samples: int) -> None:
    """Raises ScenarioError for a method, or a number of samples, that can't be."""
    if method not in METHODS:
        refuse("method", f"{method} was given", f"it must be {' or '.join(METHODS)}", "try sobol")
    is_whole = isinstance(samples, int | np.integer) and not isinstance(samples, bool)
    if not is_whole or samples < 2:
        refuse("samples", f"{samples!r} was given", "a whole number from 2 is needed", "try 64")
    if method == "sobol" and samples & (samples - 1) != 0:
        below = 1 << (int(samples).bit_length() - 1)
        refuse(
            "samples", f"{samples} was given", "Sobol' points are even in powers of 2 only",
            f"try {below} or {2 * below}",
        )  # fmt: skip
    count = size(method, inputs, samples)
    if count > MOST_POINTS:
        refuse(
            "samples", f"{samples:,} samples of {inputs} inputs are {count:,} points",
            f"at most {MOST_POINTS:,} are simulated", "ask for fewer samples, or try morris",
        )  # fmt: skip


def refuse(path: str, given: str, allowed: str, advice: str) -> None:
    """Raises ScenarioError."""
    raise ScenarioError([Problem(None, None, None, path, given, allowed, advice)])


def design(ranges: Sequence[Range], *, method: str, samples: int, seed: int = 0) -> Design:
    """Points for ranges; the arguments alone decide them.

    samples: rows of the Sobol' sequence (a power of 2), or Morris' trajectories.
    Raises ScenarioError as `check` does, ValueError for a range without width or none at all.
    """
    check(method, len(ranges), samples)
    if not ranges or any(not each.low < each.high for each in ranges):
        raise ValueError("at least one range is needed, and each must go up from low to high")
    problem = _problem(ranges)
    if method == "sobol":
        from SALib.sample import sobol

        unit = sobol.sample(problem, samples, calc_second_order=False, seed=seed)
    else:
        from SALib.sample import morris

        unit = morris.sample(problem, samples, num_levels=LEVELS, seed=seed)
    unit = np.ascontiguousarray(unit, dtype=np.float64)
    columns = [_between(each, unit[:, place]) for place, each in enumerate(ranges)]
    return Design(method, tuple(ranges), samples, seed, unit, np.column_stack(columns))


def _problem(ranges: Sequence[Range]) -> dict[str, Any]:
    """What SALib calls a problem, all inputs from 0 to 1, and the dummy last."""
    names = [*(f"x{place}" for place in range(len(ranges))), DUMMY]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def _between(each: Range, unit: NDArray[np.float64]) -> NDArray[np.float64]:
    """Places from 0 to 1 as values of the range, whole numbers equally often."""
    if each.whole:
        steps = np.floor(each.low + unit * (each.high - each.low + 1))
        return np.minimum(steps, each.high)
    # never beyond an end by rounding: the format may refuse what lies beyond
    return np.clip(each.low + unit * (each.high - each.low), each.low, each.high)


def analyse(
    design: Design, output: NDArray[np.float64], *, noise_share: float = math.nan
) -> Indices:
    """The indices of a function that gave `output`, shape (points,), at the points of a design.

    Intervals are 95 % ones from a bootstrap over rows of the Sobol' sequence, or trajectories.
    Raises ValueError where the output is of another shape or not finite.
    """
    values = np.ascontiguousarray(output, dtype=np.float64)
    if values.shape != (len(design.unit),) or not np.isfinite(values).all():
        raise ValueError(f"a finite number is needed for each of {len(design.unit)} points")
    names = [*(each.name for each in design.ranges), DUMMY]
    is_dummy = np.arange(len(names)) == len(names) - 1
    table = pd.DataFrame({"input": names, "is_dummy": is_dummy})
    columns = (_sobol if design.method == "sobol" else _morris)(design, values)
    table = table.assign(**columns)
    last = table.iloc[-1]
    kinds = ("first", "total") if design.method == "sobol" else ("mu_star",)
    zero = all(not (last[f"{kind}_low"] > 0 or last[f"{kind}_high"] < 0) for kind in kinds)
    return Indices(design.method, design.samples, table, noise_share, zero, values)


def _sobol(design: Design, output: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
    """First and total order (Saltelli et al. 2010; Jansen, Comput Phys Commun 1999;117:35)."""
    from SALib.analyze import sobol

    count = len(design.ranges) + 1
    if np.ptp(output[design.independent]) == 0:  # nothing moves: no variance to share out
        names = ("first", "first_low", "first_high", "total", "total_low", "total_high")
        return {name: np.full(count, math.nan) for name in names} | {"tied": np.ones(count, bool)}
    found = sobol.analyze(
        _problem(design.ranges), output, calc_second_order=False, num_resamples=RESAMPLES,
        keep_resamples=True, seed=design.seed + 1,  # 0 would count as none
    )  # fmt: skip
    tied = _tied(found["ST"], found["ST_conf_all"])
    return (
        _with_ends("first", found["S1"], found["S1_conf"])
        | _with_ends("total", found["ST"], found["ST_conf"])
        | {"tied": tied}
    )


def _morris(design: Design, output: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
    """Elementary effects over the whole range (Campolongo et al., Environ Model Softw
    2007;22:1509 for mu_star)."""
    from SALib.analyze import morris

    found = morris.analyze(
        _problem(design.ranges), design.unit, output, num_levels=LEVELS,
        num_resamples=RESAMPLES, seed=design.seed + 1,
    )  # fmt: skip
    stars, arms = (np.asarray(found[name], np.float64) for name in ("mu_star", "mu_star_conf"))
    ends = _with_ends("mu_star", stars, arms)
    top = int(np.argmax(stars[:-1]))
    tied = ends["mu_star_high"] >= ends["mu_star_low"][top]
    return (
        {"mu": np.asarray(found["mu"], np.float64)}
        | ends
        | {"sigma": np.asarray(found["sigma"], np.float64), "tied": tied}
    )


def _with_ends(name: str, value: Any, arm: Any) -> dict[str, NDArray[Any]]:
    middle, half = np.asarray(value, np.float64), np.asarray(arm, np.float64)
    return {name: middle, f"{name}_low": middle - half, f"{name}_high": middle + half}


def _tied(total: NDArray[np.float64], resampled: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Inputs that can't be told from the largest: rows are resampled for all inputs together."""
    top = int(np.argmax(total[:-1]))
    above = np.mean(resampled >= resampled[:, [top]], axis=0)
    return np.asarray(above > TOLD_APART)


def noise_share(replicates: NDArray[np.float64], *, averaged: bool = True) -> float:
    """The share of the variance between points that is noise, and not due to the inputs.

    replicates: shape (points, replications); the output of a point is the mean over its
    replications, or, without `averaged`, each column is a resampled output of its own. Points
    share the luck of a replication: what it does to all of them alike moves no index, so the noise
    is what is left in two-way analysis of variance once points and replications are taken out,
    sum (y_pr - y_p. - y_.r + y..)^2 / ((P - 1)(R - 1)). Its square root over sqrt(R) is the
    standard error of an output against the other points. NaN where nothing can be said.
    """
    points, count = replicates.shape
    between = float(np.var(replicates.mean(axis=1), ddof=1)) if points > 1 else 0.0
    if points < 2 or count < 2 or between == 0 or not np.isfinite(replicates).all():
        return math.nan
    centred = replicates - replicates.mean(axis=1, keepdims=True)
    centred -= centred.mean(axis=0, keepdims=True)
    variance = float(np.sum(centred * centred)) / ((points - 1) * (count - 1))
    return float(min(1.0, variance / (count if averaged else 1) / between))


def indices(
    function: Function,
    ranges: Sequence[Range],
    *,
    method: str = "sobol",
    samples: int = 64,
    seed: int = 0,
) -> Indices:
    """How much each input of any function matters.

    function: from values of shape (points, inputs) to outputs of shape (points,), or (points,
    replications) where its noise is to be reckoned with. Raises as `design` and `analyse` do.
    """
    asked = design(ranges, method=method, samples=samples, seed=seed)
    given = np.asarray(function(asked.values), dtype=np.float64)
    if given.ndim == 1:
        return analyse(asked, given)
    return analyse(asked, given.mean(axis=1), noise_share=noise_share(given))
