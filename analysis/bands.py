"""Intervals that hold together: at every setting, and for learning and harm, all at once.

An interval per point is right 19 times in 20 for that point; a curve of forty such intervals is
almost never right everywhere. Two remedies:

max-t        the quantile of the largest |t| over all columns, with the correlation that the columns
             have over replications: single-step intervals of Hothorn, Bretz, Westfall, Biometrical
             Journal 2008;50:346-363. The largest |t| is simulated with Gaussian multipliers on the
             replications (Chernozhukov, Chetverikov, Kato, Annals of Statistics 2013;41:2786-2819)
             over a chi of the degrees of freedom. Settings share their luck, so their errors go
             together and these bands are the narrower.
bonferroni   the t quantile at (1 - level) / columns: right whatever the correlation, and wider.

The factor of max-t is kept between that of a single t interval and Bonferroni's, which enclose it.
With fewer than ENOUGH replications the correlations of many columns are not known well: max-t would
hold for 18 columns in 83 to 89 % of runs of 5 to 10 replications, so Bonferroni is taken.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.estimate import LEVEL, estimate, t_quantile
from analysis.folder import refuse

Floats = NDArray[np.float64]
METHODS = ("max-t", "bonferroni")
DRAWS = 20_000
ENOUGH = 100
"""Replications from which the correlation of columns is known well enough for max-t."""
BLOCK = 1000  # draws held at once


class Bands(NamedTuple):
    """Means with intervals that hold together. Arrays have shape (columns,).

    method: the one that was taken. factor: each interval is mean -+ factor * se; NaN (and so low
    and high) with fewer than two replications. A column without any spread has an interval of no
    width.
    """

    mean: Floats
    se: Floats
    low: Floats
    high: Floats
    replications: NDArray[np.int64]
    missing: NDArray[np.int64]
    factor: float
    method: str


def together(
    values: Floats,
    *,
    level: float = LEVEL,
    method: str = "max-t",
    seed: int = 0,
    draws: int = DRAWS,
) -> Bands:
    """Intervals that hold for all columns at once with probability `level`.

    values: shape (columns, replications), any units, NaN where missing.
    With fewer than ENOUGH replications the method is Bonferroni's, whichever is asked for.
    Raises ScenarioError for a method that isn't one of METHODS.
    """
    if method not in METHODS:
        refuse("bands", f"{method} was given", f"one of {', '.join(METHODS)}", "try max-t")
    found = [estimate(column) for column in values]
    mean, se = (np.array([each[i] for each in found], np.float64) for i in range(2))
    replications, missing = (np.array([each[i] for each in found], np.int64) for i in range(4, 6))
    degrees = int(replications.min(initial=2**31)) - 1
    factor = np.nan
    if degrees + 1 < ENOUGH:
        method = "bonferroni"
    if degrees >= 1:
        factor = t_quantile(1 - (1 - level) / (2 * len(values)), degrees)
        if method == "max-t" and len(values) > 1:
            single = t_quantile(0.5 + level / 2, degrees)
            drawn = largest_t(values, degrees, seed=seed, draws=draws)
            quantile = float(np.quantile(drawn, level, method="higher"))
            factor = float(np.clip(quantile, single, factor))
    return Bands(
        mean, se, mean - factor * se, mean + factor * se, replications, missing, factor, method
    )


def largest_t(values: Floats, degrees: int, *, seed: int, draws: int) -> Floats:
    """Draws of the largest |t| over the columns, shape (draws,); 0 where no column has a spread."""
    there = ~np.isnan(values)
    number = np.maximum(there.sum(axis=1, keepdims=True), 1)
    mean = np.where(there, values, 0.0).sum(axis=1, keepdims=True) / number
    away = np.where(there, values - mean, 0.0)
    length = np.sqrt((away**2).sum(axis=1, keepdims=True))
    spread = (length > 1e-12 * np.abs(mean) * np.sqrt(number))[:, 0]
    if not spread.any():
        return np.zeros(draws)
    scaled = (away[spread] / length[spread]).T
    luck = np.random.default_rng(seed)
    parts = []
    for start in range(0, draws, BLOCK):
        count = min(BLOCK, draws - start)
        chi = np.sqrt(luck.chisquare(degrees, size=count) / degrees)
        multipliers = luck.standard_normal((count, len(scaled)))
        parts.append(np.abs(multipliers @ scaled).max(axis=1) / chi)
    return np.concatenate(parts)
