"""The exchange rate: how much more harm comes with a unit more of learning.

A rate is a ratio of two paired differences, (harm there - harm here) / (gain there - gain here).
Its interval is Fieller's (Journal of the Royal Statistical Society B 1954;16:175-185), since the
divisor may lie near 0: where gain can't be told from none, any rate fits the replications as well
as any other, and the rate is called not determined.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from analysis.estimate import FEWEST, LEVEL, Estimate, paired, t_quantile


class Rate(NamedTuple):
    """Extra harm per unit of extra gain, from one setting to another.

    rate, low, high: NaN where not `determined`. gain, harm: the paired differences themselves.
    """

    rate: float
    low: float
    high: float
    determined: bool
    gain: Estimate
    harm: Estimate

    @property
    def reading(self) -> str:
        """How to read it: a `price` of more learning; `learning falls`; `not determined`."""
        if not self.determined:
            return "not determined"
        return "price" if self.gain.mean > 0 else "learning falls"


class Exchange(NamedTuple):
    """The rate from one setting to another.

    kind: `step` between neighbours, `front` from the least to the most harmful setting on the
    front, `range` from the lowest to the highest setting. on_front: whether both are on the front.
    """

    kind: str
    first: float
    second: float
    on_front: bool
    rate: Rate


def exchange_rate(
    gain: tuple[ArrayLike, ArrayLike], harm: tuple[ArrayLike, ArrayLike], *, level: float = LEVEL
) -> Rate:
    """The rate from a first setting to a second; gain and harm are each (first, second).

    Each has shape (replications,), in the same order; a replication with any of the four missing
    is left out of the rate. Raises ValueError where the lengths differ.
    """
    more_gain = paired(gain[1], gain[0], level=level)
    more_harm = paired(harm[1], harm[0], level=level)
    divisor = np.asarray(gain[1], np.float64) - np.asarray(gain[0], np.float64)
    dividend = np.asarray(harm[1], np.float64) - np.asarray(harm[0], np.float64)
    rate, low, high = fieller(dividend, divisor, level=level)
    return Rate(rate, low, high, not math.isnan(low), more_gain, more_harm)


def fieller(
    dividend: ArrayLike, divisor: ArrayLike, *, level: float = LEVEL
) -> tuple[float, float, float]:
    """The ratio of two means and its interval; three NaN where it isn't determined.

    dividend, divisor: paired, shape (replications,). The values r kept are those for which the mean
    of dividend - r * divisor can't be told from 0 by a t test. They are an interval where the
    divisor can be told from 0 by the same test, else everything or everything but an interval.
    A rate is given *and* wrong in at most 1 - level of cases; of rates given where the divisor is
    hardly told from 0, the share that is wrong can be greater.
    """
    top, bottom = (np.asarray(one, np.float64) for one in (dividend, divisor))
    there = ~(np.isnan(top) | np.isnan(bottom))
    n = int(there.sum())
    nothing = (math.nan, math.nan, math.nan)
    if n < FEWEST:
        return nothing
    tops, bottoms = top[there].tolist(), bottom[there].tolist()
    y, x = math.fsum(tops) / n, math.fsum(bottoms) / n
    share = t_quantile(0.5 + level / 2, n - 1) ** 2 / (n * (n - 1))
    away = [(one - y, other - x) for one, other in zip(tops, bottoms, strict=True)]
    a = x * x - share * math.fsum(v * v for _, v in away)
    b = x * y - share * math.fsum(u * v for u, v in away)
    c = y * y - share * math.fsum(u * u for u, _ in away)
    # a > 0 says that the divisor is told from 0; rounding alone may leave it above by a hair
    if not a > 1e-12 * x * x:
        return nothing
    root = math.sqrt(max(0.0, b * b - a * c))
    return y / x, (b - root) / a, (b + root) / a
