"""Inverse distribution functions of scalars: one uniform number gives one variate.

Monotone in u and without rejection, so that the same luck means the same rank under any
setting. Every family is a product or sum of its parameters with a function of u alone, so that
doubling all durations doubles every variate to the bit.
"""

import math

import numpy as np
import numpy.typing as npt

from engine.elementary import exp, log, power
from engine.jit import law

FIXED, UNIFORM, TRIANGULAR, EXPONENTIAL = 0, 1, 2, 3
LOGNORMAL, WEIBULL, LOGLOGISTIC, EMPIRICAL, NEVER = 4, 5, 6, 7, 8

FAMILY_CODES = {
    "fixed": FIXED,
    "uniform": UNIFORM,
    "triangular": TRIANGULAR,
    "exponential": EXPONENTIAL,
    "lognormal": LOGNORMAL,
    "weibull": WEIBULL,
    "loglogistic": LOGLOGISTIC,
    "empirical": EMPIRICAL,
    "never": NEVER,
}


CENTRAL = 0.425
"""How far from the median one rational function serves."""


@law
def standard_normal(u: float) -> float:
    """The standard normal quantile, relative error about 1e-16.

    Source: Wichura, Algorithm AS 241 (PPND16), Applied Statistics 1988;37:477.
    """
    q = u - 0.5
    if abs(q) <= CENTRAL:
        return normal_in_the_middle(q)
    r = math.sqrt(-log(u if q < 0.0 else 1.0 - u))
    z = _near_tail(r - 1.6) if r <= 5.0 else _far_tail(r - 5.0)
    return -z if q < 0.0 else z


@law
def normal_in_the_middle(q: float) -> float:
    """The standard normal quantile of q + 1/2 for abs(q) <= CENTRAL."""
    return q * _central(0.180625 - q * q)


# fmt: off
@law
def _central(r: float) -> float:
    top = (((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853)
        * r + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427)
        * r + 133.14166789178437745) * r + 3.3871328727963666080)
    bottom = (((((((5226.4952788528545610 * r + 28729.085735721942674) * r + 39307.895800092710610)
        * r + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.18700749205790830)
        * r + 42.313330701600911252) * r + 1.0)
    return top / bottom


@law
def _near_tail(r: float) -> float:
    top = (((((((7.74545014278341407640e-4 * r + 0.0227238449892691845833) * r
        + 0.241780725177450611770) * r + 1.27045825245236838258) * r + 3.64784832476320460504)
        * r + 5.76949722146069140550) * r + 4.63033784615654529590) * r + 1.42343711074968357734)
    bottom = (((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r
        + 0.0151986665636164571966) * r + 0.148103976427480074590) * r + 0.689767334985100004550)
        * r + 1.67638483018380384940) * r + 2.05319162663775882187) * r + 1.0)
    return top / bottom


@law
def _far_tail(r: float) -> float:
    top = (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r
        + 1.24266094738807843860e-3) * r + 0.0265321895265761230930) * r + 0.296560571828504891230)
        * r + 1.78482653991729133580) * r + 5.46378491116411436990) * r + 6.65790464350110377720)
    bottom = (((((((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r
        + 1.84631831751005468180e-5) * r + 7.86869131145613259100e-4) * r
        + 0.0148753612908506148525) * r + 0.136929880922735805310) * r + 0.599832206555887937690)
        * r + 1.0)
    return top / bottom
# fmt: on


@law
def triangular(low: float, mode: float, high: float, u: float) -> float:
    """Quantile of the triangular distribution on [low, high] with its peak at mode."""
    if high <= low:
        return low
    if u * (high - low) < mode - low:
        return low + math.sqrt(u * (high - low) * (mode - low))
    return high - math.sqrt((1.0 - u) * (high - low) * (high - mode))


@law
def quantile(
    family: int, a: float, b: float, c: float, values: npt.NDArray[np.float64], u: float
) -> float:
    """The variate of a family at u in (0, 1), in the unit of its parameters.

    fixed: a. uniform: a to b. triangular: low a, mode b, high c. exponential: mean a. lognormal:
    median a, sigma b. weibull: scale a, shape b. loglogistic: median a, shape b. empirical: the
    sorted `values`, each as likely as the other. never: infinity.
    """
    if family == FIXED:
        return a
    if family == LOGNORMAL:
        return a * exp(b * standard_normal(u))
    if family == EXPONENTIAL:
        return a * -log(1.0 - u)
    if family == UNIFORM:
        return a + (b - a) * u
    if family == WEIBULL:
        return a * power(-log(1.0 - u), 1.0 / b)
    if family == LOGLOGISTIC:
        return a * power(u / (1.0 - u), 1.0 / b)
    if family == TRIANGULAR:
        return triangular(a, b, c, u)
    if family == EMPIRICAL:
        return float(values[int(u * len(values))])
    return math.inf


def lognormal_sigma(cv: float) -> float:
    """Sigma of a lognormal whose standard deviation is cv times its mean."""
    return math.sqrt(log(1.0 + cv * cv))
