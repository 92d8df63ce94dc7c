"""What is said of a stylised fact: the parts of its claim, each with the range it must lie in.

A fact is reproduced where every part lies in its range. Ranges come from the sources, or are ours
where a source gives a direction only. A difference must be clear of Monte-Carlo error by two
standard errors. Nothing in the model knows of these checks.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.validation.checks import Check, Line, Outcome, Setting, Verdict

SOME = 1e-9
"""The low end of a range that only leaves out 0."""


@dataclass(frozen=True)
class Part:
    """One measured number of a fact, and the range in which it bears the fact out."""

    name: str
    measured: float
    low: float = -math.inf
    high: float = math.inf

    @property
    def holds(self) -> bool:
        """Whether the number lies in its range; a missing one doesn't."""
        return self.low <= self.measured <= self.high

    @property
    def wanted(self) -> str:
        """The range in words."""
        if self.low == SOME:
            return f"more than 0, at most {_short(self.high)}"
        if self.high == math.inf:
            return f"at least {_short(self.low)}"
        if self.low == -math.inf:
            return f"at most {_short(self.high)}"
        return f"{_short(self.low)} to {_short(self.high)}"


def near(name: str, measured: float, reported: float, within: float) -> Part:
    """A number that must lie near a reported one."""
    return Part(name, measured, reported - within, reported + within)


def rises(name: str, difference: "Measured") -> Part:
    """A difference that must be above 0 by two standard errors."""
    return Part(name, difference.mean, low=2 * difference.se)


def falls(name: str, difference: "Measured") -> Part:
    """A difference that must be below 0 by two standard errors."""
    return Part(name, difference.mean, high=-2 * difference.se)


def said(parts: Sequence[Part], detail: str, figures: dict[str, float] | None = None) -> Verdict:
    """Reproduced where all parts hold. `figures`: further numbers, which decide nothing."""
    missed = [part.name for part in parts if not part.holds]
    return Verdict(
        Outcome.FAILS if missed else Outcome.HOLDS,
        "; ".join(f"{part.name} {part.wanted}" for part in parts),
        "; ".join(f"{part.name} {_short(part.measured)}" for part in parts),
        detail + (f" (missed: {', '.join(missed)})" if missed else ""),
        {part.name: part.measured for part in parts} | (figures or {}),
        tuple(Line(part.name, part.wanted, _short(part.measured)) for part in parts),
    )


def cannot_be_said(expected: str, why: str, figures: dict[str, float] | None = None) -> Verdict:
    """The verdict on a fact that the model has no words for."""
    shown = figures or {}
    measured = "; ".join(f"{name} {_short(value)}" for name, value in shown.items())
    return Verdict(Outcome.CANNOT_BE_SAID, expected, measured or "nothing", why, shown)


def fact(
    number: str,
    title: str,
    claim: str,
    source: str,
    cases: tuple[int, int],
    run: Callable[[Setting], Verdict],
) -> Check:
    """A stylised fact as a check. `cases`: simulated by a quick and by a full run, roughly."""
    return Check(f"sf-{number}", "external", title, claim, source, *cases, run)


@dataclass(frozen=True)
class Measured:
    """A mean over independent units and its standard error."""

    mean: float
    se: float


def mean_of(values: "pd.Series[float] | np.ndarray[tuple[int], np.dtype[np.float64]]") -> Measured:
    """Mean and standard error of one value per replication."""
    every = np.asarray(values, dtype=np.float64)
    every = every[~np.isnan(every)]
    return Measured(float(every.mean()), float(every.std(ddof=1) / math.sqrt(len(every))))


def odds(chance: float) -> float:
    """The odds of a chance."""
    return chance / (1 - chance)


def _short(value: float) -> str:
    return f"{value:.3g}"
