"""Distributions: what a scenario holds, and what the engines are given.

A distribution is a family with one of the family's parameter sets, durations in minutes. Nothing
here reads text (engine.reading does) and nothing draws: `Distribution.standard` is a code of
engine.quantiles with its parameters.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine import quantiles
from engine.elementary import log, power

# 1.6448536269514722 is the 95th percentile of the standard normal distribution.
_Z95 = 1.6448536269514722
# Parameters that are plain numbers even where the distribution is one of durations.
PLAIN_PARAMETERS = ("cv", "shape")


class Standard(NamedTuple):
    """A distribution as the engines take it: a code of engine.quantiles and its parameters.

    What a, b and c mean depends on the family (see engine.quantiles). `values` is the sorted list
    of an empirical distribution, float64, shape (n,), else empty. Durations are in minutes.
    """

    family: int
    a: float
    b: float
    c: float
    values: NDArray[np.float64]
    median: float


@dataclass(frozen=True)
class Distribution:
    """One distribution of a scenario, as it was given.

    `parameters` are the numbers of the parameter set that was written, durations in minutes:
    `{"median": 2.0, "cv": 0.4}`, `{"value": 5.0}` for fixed, `{"values": (..)}` for empirical.
    """

    family: str
    parameters: Mapping[str, float | tuple[float, ...]]
    is_duration: bool

    @cached_property
    def standard(self) -> Standard:
        """The same distribution as code and parameters for engine.quantiles."""
        return _standard(self.family, self.parameters)

    def written(self) -> object:
        """The distribution as a scenario file writes it, durations in minutes."""
        if self.family == "never":
            return "never"
        given = {name: self._one(name, value) for name, value in self.parameters.items()}
        if self.family == "fixed":
            return {"fixed": given["value"]}
        if self.family == "uniform":
            return {"uniform": [given["low"], given["high"]]}
        if self.family == "empirical":
            return {"empirical": given["values"]}
        return {self.family: given}

    def _one(self, name: str, value: float | tuple[float, ...]) -> object:
        plain_number = not self.is_duration or name in PLAIN_PARAMETERS
        write = float if plain_number else written
        return [write(each) for each in value] if isinstance(value, tuple) else write(value)


def written(minutes: float) -> str:
    """A duration as a scenario file writes it; reading it gives the same float64 back."""
    return "never" if minutes == math.inf else f"{float(minutes)!r} min"


def _standard(family: str, parameters: Mapping[str, float | tuple[float, ...]]) -> Standard:
    none = np.empty(0, dtype=np.float64)
    if family == "never":
        return Standard(quantiles.NEVER, 0.0, 0.0, 0.0, none, math.inf)
    if family == "empirical":
        values = np.sort(np.asarray(parameters["values"], dtype=np.float64))
        middle = float(values[(len(values) - 1) // 2])
        return Standard(quantiles.EMPIRICAL, 0.0, 0.0, 0.0, values, middle)
    given = {name: float(value) for name, value in parameters.items() if isinstance(value, float)}
    code, numbers, median = _CONVERSIONS[family](given)
    a, b, c = (*numbers, 0.0, 0.0)[:3]
    if median is None:
        median = float(quantiles.quantile(code, a, b, c, none, 0.5))
    return Standard(code, a, b, c, none, median)


_Converted = tuple[int, tuple[float, ...], float | None]
_Given = Mapping[str, float]


def _fixed(given: _Given) -> _Converted:
    return quantiles.FIXED, (given["value"],), given["value"]


def _uniform(given: _Given) -> _Converted:
    return quantiles.UNIFORM, (given["low"], given["high"]), None


def _triangular(given: _Given) -> _Converted:
    return quantiles.TRIANGULAR, (given["low"], given["mode"], given["high"]), None


def _exponential(given: _Given) -> _Converted:
    return quantiles.EXPONENTIAL, (given["mean"],), None


def _lognormal(given: _Given) -> _Converted:
    if "p5" in given:
        median = math.sqrt(given["p5"] * given["p95"])
        sigma = float(log(given["p95"] / given["p5"])) / (2.0 * _Z95)
    elif "mean" in given:
        cv = given["sd"] / given["mean"]
        median = given["mean"] / math.sqrt(1.0 + cv * cv)
        sigma = quantiles.lognormal_sigma(cv)
    else:
        median = given["median"]
        sigma = quantiles.lognormal_sigma(given["cv"])
    return quantiles.LOGNORMAL, (median, sigma), median


def _weibull(given: _Given) -> _Converted:
    shape = given["shape"]
    if "scale" in given:
        return quantiles.WEIBULL, (given["scale"], shape), None
    scale = given["median"] / float(power(float(log(2.0)), 1.0 / shape))
    return quantiles.WEIBULL, (scale, shape), given["median"]


def _loglogistic(given: _Given) -> _Converted:
    return quantiles.LOGLOGISTIC, (given["median"], given["shape"]), given["median"]


_CONVERSIONS: Mapping[str, Callable[[_Given], _Converted]] = {
    "fixed": _fixed,
    "uniform": _uniform,
    "triangular": _triangular,
    "exponential": _exponential,
    "lognormal": _lognormal,
    "weibull": _weibull,
    "loglogistic": _loglogistic,
}


# Minutes in each unit of the format, as the two whole numbers of a fraction.
_UNITS = {"s": (1, 60), "min": (1, 1), "h": (60, 1), "d": (1440, 1), "wk": (10080, 1)}


def spoken(minutes: float) -> str:
    """A duration in the unit that says it in the fewest characters: `90 s`, `2 d`, `never`."""
    if minutes == math.inf:
        return "never"
    said = [(said_number(minutes * part / whole), unit) for unit, (whole, part) in _UNITS.items()]
    number, unit = min(said, key=lambda each: (len(each[0]), each[1] != "min"))
    return f"{number} {unit}"


def said_number(value: float) -> str:
    """A number for a reader: at most six digits, no trailing zeros."""
    return f"{value:.6g}"


def said(distribution: Distribution) -> str:
    """A distribution for a reader: `lognormal: median 2 min, cv 0.4`."""
    family, parameters = distribution.family, distribution.parameters

    def say(name: str, value: float) -> str:
        is_plain = not distribution.is_duration or name in PLAIN_PARAMETERS
        return said_number(value) if is_plain else spoken(value)

    if family == "never":
        return "never"
    named = [
        f"{name} {say(name, value)}" if isinstance(value, float) else f"{len(value)} values"
        for name, value in parameters.items()
    ]
    text = ", ".join(named)
    return text.removeprefix("value ") if family == "fixed" else f"{family}: {text}"
