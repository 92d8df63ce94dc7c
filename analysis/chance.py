"""Two kinds of chance limit, which are easily taken for one another.

expected   *expected harm below x with 95 % certainty*: the mean over all cohorts that might be, as
           far as the replications tell it. More replications make it as sure as one likes.
cohort     *a cohort's harm below x with 95 % probability*: what the next single cohort of trainees
           may meet. Cohorts differ by luck, and no number of replications makes them alike.

A cohort is a replication: the training of all trainees of the scenario, and practice after it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy
from numpy.typing import ArrayLike

from analysis.bands import Floats
from analysis.estimate import FEWEST, estimate, t_quantile
from analysis.folder import refuse

CERTAINTY = 0.95
PROBABILITY = 0.95


def expected_limit(values: ArrayLike, *, certainty: float = CERTAINTY) -> float:
    """One-sided upper limit of the mean over replications, in the outcome's unit.

    values: shape (replications,), NaN where missing. Student's limit, moved up where harm is
    skewed to the right (Johnson, Journal of the American Statistical Association 1978;73:536-544):
    a few bad cohorts that haven't shown up yet would raise the mean. Never moved down.
    NaN, not determined, with fewer than five replications and where all are equal: no harm in 200
    cohorts doesn't prove that there is none.
    """
    found = estimate(values)
    if found.replications < FEWEST or not found.se > 1e-12 * abs(found.mean):
        return math.nan
    there = np.asarray(values, np.float64)
    there = there[~np.isnan(there)]
    n = found.replications
    t = t_quantile(certainty, n - 1)
    third = float(np.mean((there - found.mean) ** 3))
    skew = third / (6 * found.se**2 * n * n) * (1 + 2 * t * t)
    return found.mean + t * found.se + max(0.0, skew)


def cohort_limit(
    values: ArrayLike, *, probability: float = PROBABILITY, certainty: float = CERTAINTY
) -> float:
    """What a single cohort stays at or below with that probability, at that certainty.

    values: shape (replications,), NaN where missing. Distribution-free: the r-th smallest value,
    r the least with P(Binomial(n, probability) < r) >= certainty (Wilks, Annals of Mathematical
    Statistics 1941;12:91-96). NaN, not determined, with too few replications (see
    cohorts_needed).
    """
    there = np.asarray(values, np.float64)
    there = np.sort(there[~np.isnan(there)])
    rank = order(len(there), probability, certainty)
    return math.nan if rank is None else float(there[rank - 1])


def order(n: int, probability: float, certainty: float) -> int | None:
    """The rank r (from 1) of cohort_limit; None where even the largest value isn't enough."""
    if n == 0:
        return None
    enough = np.flatnonzero(scipy.special.bdtr(np.arange(n), n, probability) >= certainty)
    return None if len(enough) == 0 else int(enough[0]) + 1


def cohorts_needed(probability: float = PROBABILITY, certainty: float = CERTAINTY) -> int:
    """The fewest replications for cohort_limit: 59 for 95 % at 95 %."""
    return math.ceil(math.log(1 - certainty) / math.log(probability))


def share_below(
    values: ArrayLike, limit: float, *, certainty: float = CERTAINTY
) -> tuple[float, float]:
    """The share of cohorts with harm below a limit, and its one-sided lower limit.

    Clopper and Pearson, Biometrika 1934;26:404-413. Two NaN where there is no value.
    """
    there = np.asarray(values, np.float64)
    there = there[~np.isnan(there)]
    n, below = len(there), int((there < limit).sum())
    if n == 0:
        return math.nan, math.nan
    low = (
        0.0 if below == 0 else float(scipy.special.betaincinv(below, n - below + 1, 1 - certainty))
    )
    return below / n, low


def limits_along(
    settings: Sequence[float],
    values: Floats,
    *,
    certainty: float = CERTAINTY,
    probability: float = PROBABILITY,
) -> pd.DataFrame:
    """Both limits at each setting: setting, mean, expected, cohort, replications, missing.

    values: shape (settings, replications).
    """
    rows = []
    for setting, cohorts in zip(settings, values, strict=True):
        found = estimate(cohorts)
        rows.append(
            {
                "setting": setting,
                "mean": found.mean,
                "expected": expected_limit(cohorts, certainty=certainty),
                "cohort": cohort_limit(cohorts, probability=probability, certainty=certainty),
                "replications": found.replications,
                "missing": found.missing,
            }
        )
    return pd.DataFrame(rows)


@dataclass(frozen=True, eq=False, repr=False)
class ChanceLimits:
    """How far one may go under a limit of harm, by either kind of chance limit.

    expected, cohort: the highest setting reached by going up from the lowest and stopping before
    the first that can't be shown to keep the limit; None where the lowest already can't. Tested in
    this order, given beforehand, each at its full certainty: the chance that any setting passed
    truly breaks the limit is at most 1 - certainty, without correction (Hsu, Berger, Journal of the
    American Statistical Association 1999;94:468-482; Maurer, Hothorn, Lehmacher 1995). That holds
    for each kind by itself.
    table: limits_along, with cohorts_below (share of cohorts below the limit), cohorts_below_low
    (its lower limit), expected_below, cohort_below (does it keep the limit, by itself),
    expected_reached, cohort_reached (and all settings below it, too).
    """

    limit: float
    certainty: float
    probability: float
    table: pd.DataFrame
    expected: float | None
    cohort: float | None


def chance_limits(
    settings: Sequence[float],
    values: Floats,
    *,
    limit: float,
    certainty: float = CERTAINTY,
    probability: float = PROBABILITY,
) -> ChanceLimits:
    """The highest settings that keep harm below `limit`, by either kind of chance limit.

    settings ascending; values: shape (settings, replications). Raises ScenarioError for a limit
    that isn't a number above 0, and for a certainty or probability that isn't between 0 and 1.
    """
    if not 0 < limit < math.inf:
        refuse("limit", f"{limit} was given", "a number above 0", "try the harm as written")
    for name, share in (("certainty", certainty), ("probability", probability)):
        if not 0 < share < 1:
            refuse(name, f"{share} was given", "a number between 0 and 1", "try 0.95")
    table = limits_along(settings, values, certainty=certainty, probability=probability)
    shares = [share_below(cohorts, limit, certainty=certainty) for cohorts in values]
    table["cohorts_below"] = [share for share, _ in shares]
    table["cohorts_below_low"] = [low for _, low in shares]
    reached: dict[str, float | None] = {}
    for kind in ("expected", "cohort"):
        table[f"{kind}_below"] = table[kind] < limit  # NaN keeps nothing
        table[f"{kind}_reached"] = table[f"{kind}_below"].cummin()
        passed = table.loc[table[f"{kind}_reached"], "setting"]
        reached[kind] = None if passed.empty else float(passed.iloc[-1])
    return ChanceLimits(
        limit, certainty, probability, table, reached["expected"], reached["cohort"]
    )
