"""The inputs of a scenario that have a plausible range, and the points to which they are moved."""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis import words
from analysis.folder import refuse
from analysis.indices import Range
from analysis.input_words import path_words
from engine.errors import ScenarioError
from engine.evidence import ASSUMPTION, size
from engine.paths import Wrong, resolve
from engine.quantities import said_number, spoken
from engine.scenario import Scenario
from engine.words import close

CHOICES = ("supervision.permissiveness", "supervision.time_limit")
"""What a supervisor chooses, and nobody can look up."""
SHOWN = 3
UNITS = {"wk": 10080, "d": 1440, "h": 60, "min": 1, "s": 1 / 60}
"""Minutes in each unit, the largest first."""
MOST_OF_A_UNIT = 120  # beyond, a larger unit reads better


@dataclass(frozen=True)
class Varied:
    """An input with a range. Numbers are minutes where `is_time`.

    status: sourced, assumption or choice. also: the paths of other inputs that take the same number
    from the same source, and move with it.
    """

    path: str
    words: str
    own: float
    low: float
    high: float
    is_time: bool
    is_whole: bool
    status: str
    source: str | None
    note: str | None
    also: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """All paths that move."""
        return (self.path, *self.also)

    @property
    def range(self) -> Range:
        """The range as the indices know it."""
        return Range(self.path, self.low, self.high, self.is_whole)

    def written(self, value: float) -> Any:
        """A value as a scenario file writes it."""
        if self.is_time:
            return f"{float(value)!r} min"
        return int(value) if self.is_whole else float(value)

    def said(self, value: float) -> str:
        """A value for a reader."""
        if not self.is_time:
            return said_number(value)
        return in_one_unit(value, (self.own, self.low, self.high))


def in_one_unit(minutes: float, beside: Sequence[float]) -> str:
    """A duration in the unit that suits all those it stands beside: `13 wk` beside 56 wk, not
    `91 d`. Where no unit says all of them shortly, in the one that suits it best."""
    if math.isnan(minutes):
        return words.MISSING
    there = [each for each in beside if math.isfinite(each) and each > 0]
    for unit, size_of in UNITS.items():
        counts = [each / size_of for each in there]
        if all(1 <= each <= MOST_OF_A_UNIT and is_short(each) for each in counts):
            return f"{said_number(minutes / size_of)} {unit}"
    return spoken(minutes)


def is_short(count: float) -> bool:
    """Whether a number has one decimal at most."""
    return math.isclose(count, round(count, 1), rel_tol=1e-9)


def varied(
    scenario: Scenario,
    held: Collection[str] = (),
    *,
    about: Collection[str] = (),
    together: bool = True,
) -> tuple[tuple[Varied, ...], dict[str, str]]:
    """The inputs to vary, in the order of the evidence, and why others with a range are not.

    held: paths that stay as written, with all below and above them; about: those that the question
    itself is about, which stay as written likewise, and need no range. together: the same quantity
    of several steps or kinds of error moves as one where value, range and source are the same: it
    is one finding, and wrong for all of them or for none. Raises ScenarioError where a path names
    nothing, where holding it would hold nothing, or where nothing is left to vary.
    """
    content = scenario.resolved()
    places = {path: resolve(content, path) for path in (*about, *held)}
    for path, place in places.items():
        if isinstance(place, Wrong):
            scenario.get(path)  # raises, with the nearest path that there is
    _refuse_idle(scenario, {path: places[path] for path in held}, content)
    found, left = [], {}
    for entry in scenario.evidence:
        if entry.range is None:
            continue
        loc = resolve(content, entry.about)
        if any(_overlap(loc, place) for place in places.values()):
            left[entry.about] = "held as written"
            continue
        one = _varied(scenario, entry.about, entry.range, entry.source, entry.note)
        if one.low < one.high:
            found.append(one)
        else:
            left[entry.about] = "its range is a single value"
    if not found:
        refuse(
            "evidence", "no input is left with a range", "sensitivity analysis varies ranges",
            "add range: [low, high] to the scenario's evidence"
            if not left else "hold fewer paths, or add ranges to the evidence",
        )  # fmt: skip
    return tuple(_together(scenario, found) if together else found), left


def _refuse_idle(scenario: Scenario, held: Mapping[str, Any], content: Any) -> None:
    """Raises ScenarioError where a path is to be held that isn't varied anyway."""
    ranged = [entry.about for entry in scenario.evidence if entry.range is not None]
    places = [resolve(content, path) for path in ranged]
    idle = [path for path, at in held.items() if not any(_overlap(at, place) for place in places)]
    if not idle:
        return
    guess = close(idle[0], ranged)
    refuse(
        "hold",
        f"{words.listed(idle)} was given, which isn't varied anyway",
        "a path with a range in the scenario's evidence is needed, or one above it",
        f"leave it out{'' if guess is None else f'; did you mean {guess}?'}",
    )


def _together(scenario: Scenario, found: Sequence[Varied]) -> list[Varied]:
    """One input of those that rest on one number of one source."""
    groups: dict[tuple[object, ...], list[Varied]] = {}
    for one in found:
        tail = one.path.rsplit("]", 1)[-1]
        shared = (one.source, tail, one.own, one.low, one.high)
        groups.setdefault((one.path,) if one.source is None else shared, []).append(one)
    return [
        replace(
            first,
            words=path_words(scenario, first.path, shared_by=1 + len(rest)),
            also=tuple(other.path for other in rest),
        )
        for first, *rest in groups.values()
    ]


def _overlap(one: Any, other: Any) -> bool:
    short = min(len(one), len(other))
    return bool(one[:short] == other[:short])


def _varied(
    scenario: Scenario, path: str, ends: Sequence[Any], source: str, note: str | None
) -> Varied:
    low, high = (size(end) for end in ends)
    assert low is not None  # the format reads each end as the place would
    assert high is not None
    now = scenario.get(path)
    now = now["fixed"] if isinstance(now, dict) else now  # of a distribution that is one number
    own = size(now)
    return Varied(
        path=path,
        words=path_words(scenario, path),
        own=math.nan if own is None else own,
        low=low,
        high=high,
        is_time=isinstance(ends[0], str),
        is_whole=isinstance(now, int),
        status="choice" if path in CHOICES else "assumption" if source == ASSUMPTION else "sourced",
        source=None if source == ASSUMPTION else source,
        note=None if note is None else " ".join(note.split()),
    )


def bare(scenario: Scenario) -> Scenario:
    """The scenario without what alters no number: what a range or variant says of the number as
    written needn't hold at a point that lies elsewhere."""
    return scenario.with_({"evidence": [], "variants": {}, "sources": {}, "education": {}})


def point(base: Scenario, inputs: Sequence[Varied], values: Iterable[float]) -> Scenario:
    """The scenario with these values of the inputs. Raises ScenarioError where they don't fit
    together."""
    moved = zip(inputs, values, strict=True)
    return base.with_({path: one.written(value) for one, value in moved for path in one.paths})


class Points:
    """The scenarios at the points of a design, each checked before any is simulated.

    Few of them are kept; many are built again when they are asked for, since each takes some 100
    kB.
    """

    KEPT = 2500

    def __init__(
        self, base: Scenario, inputs: Sequence[Varied], values: NDArray[np.float64]
    ) -> None:
        """Raises ScenarioError, with how many there are, where a point is refused."""
        self._base, self._inputs, self._values = base, inputs, values
        self._kept: list[Scenario] = []
        refused: list[tuple[int, ScenarioError]] = []
        for number, row in enumerate(values):
            try:
                one = point(base, inputs, row)
            except ScenarioError as error:
                refused.append((number, error))
                continue
            if len(values) <= self.KEPT:
                self._kept.append(one)
        if refused:
            _refuse_points(refused, len(values), inputs)

    def __iter__(self) -> Iterator[Scenario]:
        if self._kept:
            return iter(self._kept)
        return (point(self._base, self._inputs, row) for row in self._values)

    def __len__(self) -> int:
        return len(self._values)


def _refuse_points(
    refused: Sequence[tuple[int, ScenarioError]], count: int, inputs: Sequence[Varied]
) -> None:
    """Ranges that are each allowed alone and not all together: say so, before anything runs."""
    paths = {path for one in inputs for path in one.paths}
    problems = [problem for _, error in refused for problem in error.problems]
    about = list(dict.fromkeys(problem.path for problem in problems))
    known = [path for path in about if path in paths]
    first = problems[0]
    refuse(
        words.listed(about[:SHOWN]),
        f"ranges can't all be used together: of {count:,} points, {len(refused):,} are refused, "
        f"such as where {first.given}",
        first.allowed,
        "inputs are varied independently of one another: narrow the ranges so that they can't "
        f"cross, or hold one of them ({known[0] if known else 'see the paths'})",
    )


def at_ends(
    base: Scenario, inputs: Sequence[Varied]
) -> Iterator[tuple[Varied, Scenario, Scenario]]:
    """Each input with the scenario at the low and at the high end of its range, all else as
    written."""
    for one in inputs:
        yield one, point(base, [one], [one.low]), point(base, [one], [one.high])


SWITCHES: Mapping[str, Mapping[str, Any]] = {
    "resilience never grows": {
        "learning.resilience.debriefed": 0.0,
        "learning.resilience.alone": 0.0,
    },
    "no skill is learnt from errors": {
        "learning.failure.debriefed": 0.0,
        "learning.failure.alone": 0.0,
    },
    "harm distresses nobody": {"distress.shock": 0.0},
}
"""The channels from an error to the trainee, each switched off: through which does a gain run?"""


def alternatives(scenario: Scenario) -> list[tuple[str, str, Scenario]]:
    """(name, kind, scenario) of the scenario's variants, and of its channels switched off.

    kind is variant or switched_off. Those that change nothing are left out.
    """
    base = bare(scenario)
    found = [(name, "variant", bare(scenario.with_variant(name))) for name in scenario.variants]
    found += [(name, "switched_off", base.with_(change)) for name, change in SWITCHES.items()]
    return [each for each in found if each[2].hash != base.hash]
