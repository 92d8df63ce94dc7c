"""Means, intervals and paired differences, with the replication as the unit.

Cases inside a replication interact (they share trainees and supervisors), so no interval is ever
computed over cases. Replications are independent of one another, hence Student's t. Two settings
of one scenario share their luck replication by replication, hence paired differences.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
import scipy  # loads its parts when they are first asked for
from numpy.typing import ArrayLike

LEVEL = 0.95
FEWEST = 5
"""Replications from which two settings may be told apart."""
KEYS = ("replication", "setting", "as_written")  # the columns of a table that are not outcomes


class Estimate(NamedTuple):
    """A mean over replications, in the unit of the outcome.

    `se`, `low` and `high` are NaN with fewer than two replications, and so is the mean with none.
    `missing` counts the replications left out because there was nothing to divide by.
    """

    mean: float
    se: float
    low: float
    high: float
    replications: int
    missing: int


def t_quantile(probability: float, degrees: int) -> float:
    """Quantile of Student's t with that many degrees of freedom."""
    return float(scipy.special.stdtrit(degrees, probability))


def estimate(values: ArrayLike, *, level: float = LEVEL) -> Estimate:
    """Mean, standard error and t interval of one value per replication.

    values: shape (replications,), any unit; NaN where a replication has nothing to divide by.
    Sums are exact (math.fsum), so that neither order nor processor moves the last digit.
    """
    every = np.asarray(values, dtype=np.float64)
    there = every[~np.isnan(every)].tolist()
    n, missing = len(there), int(every.size - len(there))
    if n == 0:
        return Estimate(math.nan, math.nan, math.nan, math.nan, 0, missing)
    mean = math.fsum(there) / n
    if n == 1:
        return Estimate(mean, math.nan, math.nan, math.nan, 1, missing)
    variance = math.fsum((value - mean) ** 2 for value in there) / (n - 1)
    se = math.sqrt(variance / n)
    half = t_quantile(0.5 + level / 2, n - 1) * se
    return Estimate(mean, se, mean - half, mean + half, n, missing)


def paired(values: ArrayLike, reference: ArrayLike, *, level: float = LEVEL) -> Estimate:
    """The difference values - reference, replication by replication (both share their luck).

    Both have shape (replications,) in the same order. A replication missing in either is left out.
    Raises ValueError where the lengths differ.
    """
    first = np.asarray(values, dtype=np.float64)
    second = np.asarray(reference, dtype=np.float64)
    if first.shape != second.shape:
        raise ValueError(f"paired values need equal shapes; got {first.shape} and {second.shape}")
    return estimate(first - second, level=level)


def replications_needed(now: Estimate, half_width: float, *, level: float = LEVEL) -> int | None:
    """The least number of replications whose interval would be mean +- half_width.

    Supposes the spread seen so far. None where nothing is known about the spread (fewer than two
    replications). Raises ValueError where half_width is not above 0.
    """
    if not half_width > 0:
        raise ValueError(f"half_width must be above 0; got {half_width}")
    if math.isnan(now.se):
        return None
    spread = now.se * math.sqrt(now.replications)

    def wide(n: int) -> bool:
        return t_quantile(0.5 + level / 2, n - 1) * spread / math.sqrt(n) > half_width

    high = 2
    while wide(high):
        high *= 2
    low = max(2, high // 2)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if wide(middle) else (low, middle)
    return low


def outcome_names(table: pd.DataFrame) -> list[str]:
    """The outcome columns of a table with one row per setting and replication."""
    return [str(name) for name in table.columns if name not in KEYS]


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """One row per setting and outcome, from one row per setting and replication.

    table: columns setting, as_written, replication and one float column per outcome.
    Returns columns setting, as_written, outcome, mean, se, low, high, replications, missing, with
    settings ascending and outcomes in the order of the table.
    """
    rows = []
    for (setting, as_written), group in table.groupby(["setting", "as_written"], sort=True):
        for name in outcome_names(table):
            found = estimate(group[name].to_numpy())
            rows.append(
                {"setting": setting, "as_written": as_written, "outcome": name} | found._asdict()
            )
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class Lowest:
    """Where along a curve an outcome is lowest, as far as the replications can tell.

    `kept` are the settings that can't be told from the lowest: with confidence 0.95 the setting
    that is truly lowest (in the model, among those tried) is one of them. `difference` is the
    paired difference of the best setting from the one as written.
    """

    settings: tuple[float, ...]
    best: float
    kept: tuple[float, ...]
    own: float
    difference: Estimate


def lowest(samples: Mapping[float, ArrayLike], own: float, *, level: float = LEVEL) -> Lowest:
    """The settings that may have the lowest mean: multiple comparisons with the best.

    samples: setting -> values of shape (replications,), all settings in the same luck; own: the
    setting as written, one of them. A setting is dropped when some other setting is lower by a
    one-sided paired t test at (1 - level) / (settings - 1), so that the truly lowest one is dropped
    with probability at most 1 - level (Bonferroni over its rivals).
    Raises ValueError where `own` is not among the settings or a sample holds no value at all.
    """
    if own not in samples:
        raise ValueError(f"the setting as written, {own}, is not among {sorted(samples)}")
    settings = tuple(sorted(samples))
    means = comparable_means({setting: samples[setting] for setting in settings})
    if any(math.isnan(mean) for mean in means.values()):
        raise ValueError("a setting without any value can't be compared")
    rivals = max(1, len(settings) - 1)
    # a two-sided interval of this level has the one-sided risk wanted in its lower tail
    each = 1 - 2 * (1 - level) / rivals
    kept = tuple(
        setting
        for setting in settings
        if not any(
            clearly_above(samples[setting], samples[other], level=each)
            for other in settings
            if other != setting
        )
    )
    # pairs may have more replications in common than all have: the least may be told from another
    best = min(kept or settings, key=lambda setting: means[setting])
    return Lowest(settings, best, kept, own, paired(samples[best], samples[own], level=level))


def comparable_means(samples: Mapping[float, ArrayLike]) -> dict[float, float]:
    """The mean of each setting over the replications that all of them have; NaN if it has none.

    Only there does shared luck cancel. Where they have none in common, each mean is its own.
    """
    rows = np.array([np.asarray(values, dtype=np.float64) for values in samples.values()])
    common = ~np.isnan(rows).any(axis=0)
    chosen = rows[:, common] if common.any() else rows
    return {setting: estimate(row).mean for setting, row in zip(samples, chosen, strict=True)}


def clearly_above(values: ArrayLike, reference: ArrayLike, *, level: float) -> bool:
    """Whether the paired difference values - reference is above 0 with that confidence.

    Fewer than FEWEST replications say nothing: they may agree by chance, and show no spread at all.
    """
    found = paired(values, reference, level=level)
    return found.replications >= FEWEST and found.low > 0
