"""Distributions in words: where their values typically lie, rather than by their parameters."""

from typing import Any

from analysis import words
from engine import quantiles
from engine.paths import split
from engine.quantities import Distribution
from engine.scenario import Scenario

PLAIN = ("never", "fixed", "empirical")
"""Families that are as well said by what they hold."""


def typically(scenario: Scenario, path: str) -> str | None:
    """`typically 5 s (half of them between 3.6 s and 6.9 s)`; None where no number varies there.

    path: of an input of the scenario.
    """
    found = at(scenario, path)
    if not isinstance(found, Distribution) or found.family in PLAIN:
        return None
    say = words.duration if found.is_duration else words.number
    low, middle, high = (say(quantile(found, share)) for share in (0.25, 0.5, 0.75))
    return f"typically {middle} (half of them between {low} and {high})"


def quantile(distribution: Distribution, share: float) -> float:
    """The value that so large a share of a distribution lies below (minutes, or a number)."""
    family, a, b, c, values, _ = distribution.standard
    return float(quantiles.quantile(family, a, b, c, values, share))


def at(scenario: Scenario, path: str) -> Any:
    """What a scenario holds at the path of an input."""
    here: Any = scenario
    for is_item, name in split(path) or []:
        if not is_item:
            here = getattr(here, name)
        elif name.startswith("#"):
            here = here[int(name[1:]) - 1]
        else:
            here = next(each for each in here if each.name == name)
    return here
