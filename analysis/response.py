"""How fast a supervisor is there, as something to vary: the median response of a scenario."""

import math
import numbers
from collections.abc import Mapping
from typing import Any

from engine.errors import Finding
from engine.quantities import PLAIN_PARAMETERS, Distribution, written
from engine.reading import read_duration
from engine.scenario import Scenario

PATH = "supervision.response"

# Families with a parameter that moves the whole distribution and leaves its spread (the quotient of
# any two quantiles) alone: the parameter sets that have it, and the name of that parameter.
_LOCATION: Mapping[tuple[str, frozenset[str]], str] = {
    ("exponential", frozenset({"mean"})): "mean",
    ("lognormal", frozenset({"median", "cv"})): "median",
    ("weibull", frozenset({"median", "shape"})): "median",
    ("weibull", frozenset({"scale", "shape"})): "scale",
    ("loglogistic", frozenset({"median", "shape"})): "median",
}


def median_response(scenario: Scenario) -> float:
    """The median response in minutes, as the supervisors of the model reckon with it."""
    return scenario.supervision.response.standard.median


def read_median(given: object) -> float:
    """A median response as given: minutes, or text with a unit such as `90 s`, in minutes.

    Raises ValueError with what is allowed and, after a semicolon, what to try, where it is neither
    or isn't finite and above 0.
    """
    if isinstance(given, str):
        found = read_duration(given)
        if isinstance(found, Finding):
            raise ValueError(f"{found.allowed}; {found.advice}")
        minutes = found
    elif isinstance(given, numbers.Real):
        minutes = float(given)
    else:
        minutes = math.nan
    if not (math.isfinite(minutes) and minutes > 0):
        raise ValueError("a time above 0 is needed; write it as '90 s', or 1.5 for minutes")
    return minutes


def with_median(scenario: Scenario, minutes: float) -> tuple[str, Any]:
    """The path and the value, in file form, that make the median response so many minutes.

    The spread stays: where one parameter moves the whole distribution, the path is that of this
    parameter; otherwise (uniform, triangular, empirical, a lognormal by mean and sd or by p5 and
    p95) it is that of the whole distribution, all of its times multiplied alike. The value as
    written is given back untouched for the scenario's own median. A response whose median is 0 has
    nothing to multiply and becomes a fixed time.
    Raises ValueError where minutes is negative or not finite.
    """
    if not (math.isfinite(minutes) and minutes >= 0):
        raise ValueError(f"a median response is a finite time from 0; got {minutes}")
    response, own = scenario.supervision.response, median_response(scenario)
    if own == 0 or response.family == "fixed":
        return PATH, {"fixed": written(minutes)}
    name = _LOCATION.get((response.family, frozenset(response.parameters)))
    if name is None:
        same = minutes == own
        return PATH, response.written() if same else _times(response, minutes / own).written()
    path = f"{PATH}.{response.family}.{name}"
    if minutes == own:
        return path, scenario.get(path)
    if name == "median":
        return path, written(minutes)
    value = response.parameters[name]
    assert isinstance(value, float)  # only an empirical distribution holds a list
    return path, written(value * (minutes / own))


def _times(response: Distribution, factor: float) -> Distribution:
    """The distribution with every time in it multiplied."""
    parameters: dict[str, float | tuple[float, ...]] = {}
    for name, value in response.parameters.items():
        if name in PLAIN_PARAMETERS:
            parameters[name] = value
        elif isinstance(value, tuple):
            parameters[name] = tuple(each * factor for each in value)
        else:
            parameters[name] = value * factor
    return Distribution(response.family, parameters, response.is_duration)
