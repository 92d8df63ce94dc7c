"""Resampling over replications, all settings kept together since they share their luck.

Efron, Tibshirani: An introduction to the bootstrap (1993), chapter 8: the unit drawn again is the
one that was drawn independently. Here that is the replication, with all its settings and outcomes.
"""

from collections.abc import Iterator

import numpy as np
import scipy
from numpy.typing import NDArray

from analysis.estimate import FEWEST

Floats = NDArray[np.float64]
DRAWS = 2000
"""Resamples: they leave a frequency near 0.5 uncertain by 0.011, one near 0.95 by 0.005."""
CELLS = 4_000_000  # numbers held at once
DIGITS = 12


def resampled_means(values: Floats, *, draws: int = DRAWS, seed: int = 0) -> Floats:
    """Means over resampled replications, shape (draws, columns).

    values: shape (columns, replications), NaN where missing; a mean is over what there is, NaN
    where a resample holds none. All columns see the same resamples, and equal columns have equal
    means to the last bit.
    """
    there = ~np.isnan(values)
    filled = np.where(there, values, 0.0)
    parts = []
    for counts in resamples(values.shape[1], draws=draws, seed=seed):
        number = counts @ there.T
        with np.errstate(invalid="ignore"):
            parts.append(np.where(number > 0, (counts @ filled.T) / number, np.nan))
    return snapped(np.concatenate(parts), filled)


def resamples(replications: int, *, draws: int, seed: int) -> Iterator[Floats]:
    """How often each replication is drawn, in blocks of shape (some draws, replications)."""
    luck = np.random.default_rng(seed)
    even = np.full(replications, 1 / replications)
    block = max(1, CELLS // replications)
    for start in range(0, draws, block):
        count = min(block, draws - start)
        yield luck.multinomial(replications, even, size=count).astype(np.float64)


def snapped(means: Floats, values: Floats) -> Floats:
    """Means without the digits that the order of summing decides, so that ties are ties.

    values: what the means are of; their size says which digits those are.
    """
    largest = float(np.max(np.abs(values), initial=0.0))
    if largest == 0:
        return means
    decimals = DIGITS - 1 - int(np.floor(np.log10(largest)))
    return np.round(means, decimals)


def means(values: Floats) -> Floats:
    """Means over replications, shape (columns,), of values of shape (columns, replications)."""
    there = ~np.isnan(values)
    filled = np.where(there, values, 0.0)
    number = there.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return snapped(np.where(number > 0, filled.sum(axis=1) / number, np.nan), filled)


def clearly_above(values: Floats, *, risk: float) -> NDArray[np.bool_]:
    """above[i, j]: column i is above column j by a one-sided paired t test at that risk.

    values: shape (columns, replications), NaN where missing. Fewer than FEWEST common replications
    tell nothing apart.
    """
    above = np.zeros((len(values), len(values)), dtype=bool)
    for i, own in enumerate(values):
        difference = own - values
        there = ~np.isnan(difference)
        number = there.sum(axis=1)
        enough = number >= FEWEST
        safe = np.maximum(number, 2)
        mean = np.where(there, difference, 0.0).sum(axis=1) / safe
        away = np.where(there, difference - mean[:, np.newaxis], 0.0)
        se = np.sqrt((away**2).sum(axis=1) / (safe - 1) / safe)
        above[i] = enough & (mean - scipy.special.stdtrit(safe - 1, 1 - risk) * se > 0)
    return above
