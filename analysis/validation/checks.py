"""What a check of the model is: a claim, how it is measured, and what came of it.

The statistical rule of every check against a number: fixed seeds, so that it never fails by chance
of the day; it holds where |z| <= 4.2; it names the smallest defect (a relative shift of the
answer) that it must catch, and takes the sample that catches it with power .999. No retries.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Z_LIMIT = 4.2
POWER_Z = 3.0902323061678132
"""Standard normal quantile of .999, the power with which the smallest defect is caught."""

REFERENCE = "simpy"
"""The slow engine: it takes smaller samples, and so must catch only larger defects."""

Heading = Literal["verification", "face", "cross", "external", "predictive"]


class Outcome(StrEnum):
    """What came of a check."""

    HOLDS = "holds"
    FAILS = "fails"
    NOT_DONE = "not done"
    CANNOT_BE_SAID = "cannot be said"
    CRASHED = "crashed"


@dataclass(frozen=True)
class Setting:
    """How much effort a check may make, and on which engine. The seed is fixed: no retries."""

    quick: bool
    engine: str
    seed: int = 20201

    @property
    def smallest(self) -> float:
        """The smallest relative defect of a chance that must be caught."""
        if self.engine == REFERENCE:
            return 0.08 if self.quick else 0.02
        return 0.02 if self.quick else 0.01


@dataclass(frozen=True)
class Line:
    """One number of a verdict beside what it should be; `z` where it was tested against chance."""

    name: str
    expected: str
    measured: str
    z: float | None = None


@dataclass(frozen=True)
class Verdict:
    """What a check found. `detail` is one sentence in plain words.

    `lines` are `expected` and `measured` taken apart, where they have parts.
    """

    outcome: Outcome
    expected: str
    measured: str
    detail: str
    figures: dict[str, float] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the claim stands."""
        return self.outcome is Outcome.HOLDS


@dataclass(frozen=True)
class Check:
    """One claim about the model and the way to put it to the test."""

    id: str
    heading: Heading
    title: str
    claim: str
    """A sentence that is true or false."""
    source: str
    """Where the claim comes from, with the status and strength of its evidence."""
    cost_quick: int
    """Cases simulated by a quick run, roughly."""
    cost_full: int
    run: Callable[[Setting], Verdict]
    recorded: Outcome = Outcome.HOLDS
    """The verdict on record: one that comes out otherwise has changed, and somebody must look."""


@dataclass(frozen=True)
class Comparison:
    """A measured number beside the one that was derived.

    `se` is the standard error of `measured`; 0 where the two must be equal. `smallest` is the
    relative defect that must be caught.
    """

    name: str
    expected: float
    measured: float
    se: float
    smallest: float = 0.0

    @property
    def z(self) -> float:
        """How many standard errors the two lie apart."""
        return _apart(self.measured, self.expected, self.se)

    @property
    def holds(self) -> bool:
        """Whether they agree."""
        return abs(self.z) <= Z_LIMIT

    @property
    def catches(self) -> bool:
        """Whether this very sample would have refused an answer off by the smallest defect."""
        if self.smallest == 0:
            return True
        shifted = (self.expected * (1 + sign * self.smallest) for sign in (-1, 1))
        return all(abs(_apart(self.measured, answer, self.se)) > Z_LIMIT for answer in shifted)


def _apart(measured: float, expected: float, se: float) -> float:
    if measured == expected:
        return 0.0
    return (measured - expected) / se if se > 0 else math.copysign(math.inf, measured - expected)


def needed(chance: float, smallest: float) -> int:
    """Independent trials after which a chance off by the relative shift is refused, power .999."""
    off = chance * (1 + smallest)
    spread = Z_LIMIT * math.sqrt(chance * (1 - chance)) + POWER_Z * math.sqrt(off * (1 - off))
    return math.ceil((spread / (off - chance)) ** 2)


def share(name: str, expected: float, count: float, trials: int, smallest: float) -> Comparison:
    """A count of independent trials against the chance of each."""
    se = math.sqrt(expected * (1 - expected) / trials)
    return Comparison(name, expected, count / trials, se, smallest)


def mean(
    name: str, expected: float, sd: float, values: Iterable[float], smallest: float
) -> Comparison:
    """A mean of independent values against its expectation; `sd` is that of one value."""
    every = list(values)
    return Comparison(
        name, expected, math.fsum(every) / len(every), sd / math.sqrt(len(every)), smallest
    )


def equal(name: str, expected: float, measured: float) -> Comparison:
    """Two numbers that must be the same to the last bit."""
    return Comparison(name, expected, measured, 0.0)


def judged(comparisons: list[Comparison], detail: str) -> Verdict:
    """The verdict on all comparisons of a check together; the worst is named."""
    worst = max(comparisons, key=lambda each: abs(each.z))
    figures = {f"z of {each.name}": each.z for each in comparisons}
    figures["smallest defect"] = max(each.smallest for each in comparisons)
    figures["would be caught"] = float(all(each.catches for each in comparisons))
    return Verdict(
        Outcome.HOLDS if worst.holds else Outcome.FAILS,
        "; ".join(f"{each.name} {each.expected:.6g}" for each in comparisons),
        "; ".join(f"{each.name} {each.measured:.6g}" for each in comparisons),
        f"{detail} (furthest apart: {worst.name}, z = {worst.z:+.2f})",
        figures,
        tuple(
            Line(each.name, f"{each.expected:.6g}", f"{each.measured:.6g}", each.z)
            for each in comparisons
        ),
    )


def exact(differences: list[str], same: str, detail: str) -> Verdict:
    """The verdict where things must be equal: `differences` says in words which are not.

    `same` names what had to be equal.
    """
    return Verdict(
        Outcome.FAILS if differences else Outcome.HOLDS,
        same,
        "; ".join(differences[:3]) if differences else "equal",
        detail,
        {"differences": float(len(differences))},
    )
