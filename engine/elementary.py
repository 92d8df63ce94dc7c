"""exp, log and their kin from + - * / and square root alone.

The C library picks its code for exp and log by processor: hiding fused multiply-add from it changed
the last bit of some results, and one simulation in ten thousand took another turn. These functions
use only operations that IEEE 754 rounds in one way, so they give the same bits everywhere. They are
the algorithms of fdlibm (Sun Microsystems, 1993: e_exp.c, e_log.c; error below 1 ulp, tested
against mpmath), the only numerics that leeway writes itself.

exp and log are derived from fdlibm, with this notice: Copyright (C) 1993 by Sun Microsystems, Inc.
All rights reserved. Developed at SunPro, a Sun Microsystems, Inc. business. Permission to use,
copy, modify, and distribute this software is freely granted, provided that this notice is
preserved.
"""

import math

import numpy as np

from engine.jit import bits_of, float_of, law

LN2_HIGH = 6.93147180369123816490e-01  # the upper 33 bits of ln 2: its products with k are exact
LN2_LOW = 1.90821492927058770002e-10
INVERSE_LN2 = 1.44269504088896338700
LN2 = 0.6931471805599453

EXP_OVERFLOW = 709.782712893383973096  # above it exp(x) exceeds the largest float64
EXP_UNDERFLOW = -745.133219101941108420  # below it exp(x) is nearer to 0 than to any float64

_ONE_BITS = 0x3FF0000000000000
_SQRT_HALF_BITS = 0x3FE6A09E00000000
_MANTISSA = 0x000FFFFFFFFFFFFF


@law
def exp(x: float) -> float:
    """e**x. exp(0) is exactly 1; infinities give 0 and infinity, NaN gives NaN."""
    if x != x:
        return x
    if x > EXP_OVERFLOW:
        return math.inf
    if x < EXP_UNDERFLOW:
        return 0.0
    k = int(INVERSE_LN2 * x + (0.5 if x >= 0.0 else -0.5))
    return scale_by_power_of_two(_mantissa(x, float(k)), k)


@law
def exp_near(x: float) -> float:
    """exp(x) for -700 <= x <= 700, to the bit, without a branch: loops of it become vector code."""
    k = np.int32(INVERSE_LN2 * x + (0.5 if x >= 0.0 else -0.5))
    factor: float = float_of((np.int64(k) + 1023) << 52)
    return _mantissa(x, float(k)) * factor


@law
def _mantissa(x: float, k: float) -> float:
    """e**x / 2**k, for the whole number k nearest to x / ln 2."""
    high = x - k * LN2_HIGH
    low = k * LN2_LOW
    r = high - low
    t = r * r
    # fmt: off
    c = r - t * (1.66666666666666019037e-01 + t * (-2.77777777770155933842e-03
        + t * (6.61375632143793436117e-05 + t * (-1.65339022054652515390e-06
        + t * 4.13813679705723846039e-08))))
    # fmt: on
    return 1.0 - ((low - (r * c) / (2.0 - c)) - high)


@law
def scale_by_power_of_two(y: float, k: int) -> float:
    """y * 2**k for -1100 < k <= 1024, rounded once at most."""
    if k > 1023:
        return y * 2.0 * 8.98846567431157953865e307  # 2**1023
    if k < -1021:
        factor: float = float_of((k + 1000 + 1023) << 52)
        return y * factor * 9.33263618503218878990e-302  # 2**-1000
    factor = float_of((k + 1023) << 52)
    return y * factor


@law
def log(x: float) -> float:
    """The natural logarithm. log(0) is -infinity; of a negative number, NaN."""
    if x != x or x < 0.0:
        return math.nan
    if x == 0.0:
        return -math.inf
    if x == math.inf:
        return x
    k = 0
    if x < 2.2250738585072014e-308:  # subnormal: bring it into the normal range
        x *= 18014398509481984.0  # 2**54
        k = -54
    bits: int = bits_of(x) + (_ONE_BITS - _SQRT_HALF_BITS)
    k += (bits >> 52) - 1023
    mantissa: float = float_of((bits & _MANTISSA) + _SQRT_HALF_BITS)
    f = mantissa - 1.0  # x = 2**k (1 + f)
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    # fmt: off
    even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01
           + w * 1.531383769920937332e-01))
    odd = z * (6.666666666666735130e-01 + w * (2.857142874366239149e-01
          + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)))
    # fmt: on
    half_square = 0.5 * f * f
    tail = s * (half_square + (even + odd)) + k * LN2_LOW - half_square
    return tail + f + k * LN2_HIGH


@law
def power(x: float, y: float) -> float:
    """x**y for x >= 0; relative error about |y ln x| ulp. x**0 is 1 and x**1 is x."""
    if y == 0.0:
        return 1.0
    if y == 1.0:
        return x
    return exp(y * log(x))


@law
def expit(x: float) -> float:
    """The logistic function 1 / (1 + e**-x)."""
    if x >= 0.0:
        return 1.0 / (1.0 + exp(-x))
    e = exp(x)
    return e / (1.0 + e)


@law
def logit(p: float) -> float:
    """log(p / (1 - p)); -infinity at 0 and infinity at 1."""
    return log(p / (1.0 - p))
