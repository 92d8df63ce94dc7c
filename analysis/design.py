"""Designs: which settings a sweep tries.

`grid`: every combination, the last path changing fastest. `lhs`: a Latin hypercube, in which each
of N equal slices of every path holds one of N points (McKay, Beckman and Conover, Technometrics
1979;21:239). `sobol`: a scrambled Sobol sequence (Owen, J Complexity 1998;14:466), even in many
dimensions at once; its balance is best where the number of points is a power of two.

A grid and a Sobol design keep their settings when values or points are added. A Latin hypercube
of another size is another design. Points of all of them are laid out by the sweep's seed alone.
"""

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.axes import Axis, axis_of, from_record, normal
from analysis.folder import refuse
from analysis.words import flow
from engine.errors import Problem, ScenarioError
from engine.scenario import Scenario

GRID, LHS, SOBOL = "grid", "lhs", "sobol"
DESIGNS = (GRID, LHS, SOBOL)
MOST_POINTS = 1_000_000
MOST_PROBLEMS = 20

_LUCK_OF_DESIGNS = 0x1EE3A7  # sets the luck of designs apart from any other use of the seed


@dataclass(frozen=True)
class Design:
    """Points numbered from 0, each a value for every path.

    count: how many points there are; seed: decides the points of lhs and sobol.
    """

    kind: str
    axes: tuple[Axis, ...]
    count: int
    seed: int

    @property
    def paths(self) -> tuple[str, ...]:
        """What varies, in order."""
        return tuple(axis.path for axis in self.axes)

    def settings(self, point: int) -> dict[str, Any]:
        """path: value in file form of a point."""
        if self.kind == GRID:
            places = np.unravel_index(point, [len(axis) for axis in self.axes])
            return {
                axis.path: axis.value(int(place))
                for axis, place in zip(self.axes, places, strict=True)
            }
        shares = shares_of(self.kind, len(self.axes), self.count, self.seed)[point]
        return {
            axis.path: axis.share(float(share))
            for axis, share in zip(self.axes, shares, strict=True)
        }

    def table(self) -> pd.DataFrame:
        """A row per point: `point`, then a column per path (see analysis.axes for their form)."""
        every = [list(self.settings(point).values()) for point in range(self.count)]
        columns = {"point": pd.Series(np.arange(self.count))}
        for axis, values in zip(self.axes, zip(*every, strict=True), strict=True):
            columns[axis.path] = axis.column(values)
        return pd.DataFrame(columns)

    def digest(self) -> str:
        """SHA-256 (hex) over the settings of all points, equal for equal ones in equal order."""
        found = hashlib.sha256()
        for point in range(self.count):
            settings = {path: normal(value) for path, value in self.settings(point).items()}
            found.update(json.dumps(settings, sort_keys=True, default=str).encode() + b"\n")
        return found.hexdigest()

    def in_words(self) -> str:
        """`grid of 21 points: supervision.permissiveness (21)`."""
        name = {GRID: "grid", LHS: "Latin hypercube", SOBOL: "Sobol design"}[self.kind]
        sizes = [f"{axis.path} ({len(axis)})" if len(axis) else axis.path for axis in self.axes]
        plural = "" if self.count == 1 else "s"
        return f"{name} of {self.count:,} point{plural}: {', '.join(sizes)}"

    def as_record(self) -> dict[str, Any]:
        """The design as JSON; `design_from` reads it back."""
        return {
            "kind": self.kind,
            "points": self.count,
            "seed": self.seed,
            "vary": {axis.path: axis.as_record() for axis in self.axes},
        }


def design_from(record: Mapping[str, Any]) -> Design:
    """A design as `as_record` wrote it. Raises KeyError, TypeError or ValueError where it isn't."""
    axes = tuple(from_record(path, axis) for path, axis in record["vary"].items())
    found = Design(record["kind"], axes, int(record["points"]), int(record["seed"]))
    combinations = math.prod(len(axis) for axis in axes)
    sound = 0 < found.count <= MOST_POINTS and axes and found.kind in DESIGNS
    if not sound or (found.kind == GRID and found.count != combinations):
        raise ValueError(f"no {found.kind} of {found.count} points")
    return found


def lay_out(
    scenario: Scenario,
    vary: Mapping[str, Any],
    *,
    kind: str = GRID,
    points: int | None = None,
    seed: int = 0,
) -> Design:
    """The design of what varies (path: values, see analysis.axes.axis_of).

    points: how many, for lhs and sobol; a grid has as many as there are combinations. Nothing is
    laid out in memory before the number of points is known to be bearable. Raises ScenarioError.
    """
    if kind not in DESIGNS:
        refuse("design", f"{kind} was given", f"one of {', '.join(DESIGNS)} is needed", "try grid")
    if not isinstance(vary, Mapping) or not vary:
        refuse(
            "vary", f"{flow(vary)} was given" if vary else "nothing was given",
            "at least one path and its values are needed",
            'write {"supervision.permissiveness": [0, 0.1, 0.2]}',
        )  # fmt: skip
    axes = _axes(scenario, vary, kind)
    if kind == GRID and points is not None:
        refuse(
            "points", f"{points} was given", "a grid has as many points as combinations",
            "leave it out, or use the design sobol",
        )  # fmt: skip
    if kind != GRID and (not isinstance(points, int | np.integer) or points < 1):
        refuse(
            "points", "nothing was given" if points is None else f"{points} was given",
            "the number of points is needed, a whole number from 1", "try 64",
        )  # fmt: skip
    count = math.prod(len(axis) for axis in axes) if points is None else int(points)
    if count > MOST_POINTS:
        refuse(
            "vary", f"{count:,} points were asked for", f"at most {MOST_POINTS:,} are tried",
            "vary fewer paths, or take a sample of them: the design sobol with 1024 points",
        )  # fmt: skip
    return Design(kind, axes, count, int(seed))


def _axes(scenario: Scenario, vary: Mapping[str, Any], kind: str) -> tuple[Axis, ...]:
    """An axis for every path. Raises ScenarioError with all paths and values that can't be."""
    axes: list[Axis] = []
    problems: list[Problem] = []
    for path, given in vary.items():
        try:
            scenario.get(path)
            axes.append(axis_of(scenario, path, given, grid=kind == GRID))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return tuple(axes)


@lru_cache(maxsize=4)
def shares_of(kind: str, dimensions: int, count: int, seed: int) -> NDArray[np.float64]:
    """Points [point, axis] in [0, 1) of a Latin hypercube or a Sobol sequence."""
    from scipy.stats import qmc  # slow to import, and needed for these designs only

    luck = np.random.default_rng([_LUCK_OF_DESIGNS, int(seed), DESIGNS.index(kind)])
    if kind == LHS:
        shares = qmc.LatinHypercube(dimensions, rng=luck).random(count)
    else:
        # a whole power of two is drawn, so that the first points are the same for any number
        shares = qmc.Sobol(dimensions, rng=luck).random_base2(max(0, (count - 1).bit_length()))
    found: NDArray[np.float64] = shares[:count]
    found.setflags(write=False)
    return found


# ---- scenarios of points ---------------------------------------------------------------------


def bare(scenario: Scenario) -> Scenario:
    """The scenario without variants and evidence: what is simulated, and quick to change.

    Neither alters a number, and evidence about the values that a sweep replaces says nothing about
    its points.
    """
    return scenario.with_({"variants": {}, "evidence": []})


def check_points(
    base: Scenario,
    design: Design,
    *,
    keep: int = 0,
    look: Callable[[int, Scenario], object] | None = None,
    progress: Callable[[int], object] | None = None,
) -> list[Scenario]:
    """Build the scenario of every point of `base`; the first `keep` are given back.

    look: called with each point and its scenario. progress: called with 1 for each point. Raises
    ScenarioError with what is wrong, path by path, each thing once with the first point that has
    it; all points along one path are tried before combinations are, so that most is said at once.
    """
    found: dict[tuple[str, str], Problem] = {}
    kept: list[Scenario] = []
    for point in _along_axes(design) if design.count > keep else ():
        _built(base, design, point, found)
    if found:
        raise ScenarioError(islice(found.values(), MOST_PROBLEMS))
    for point in range(design.count):
        scenario = _built(base, design, point, found)
        if len(found) >= MOST_PROBLEMS:
            break
        if scenario is not None and not found:
            if point < keep:
                kept.append(scenario)
            if look is not None:
                look(point, scenario)
        if progress is not None:
            progress(1)
    if found:
        raise ScenarioError(islice(found.values(), MOST_PROBLEMS))
    return kept


def _along_axes(design: Design) -> Iterator[int]:
    """The points of a grid that differ from point 0 along one path alone."""
    if design.kind != GRID:
        return
    stride = design.count
    for axis in design.axes:
        stride //= len(axis)
        yield from (place * stride for place in range(len(axis)))


def _built(
    base: Scenario, design: Design, point: int, found: dict[tuple[str, str], Problem]
) -> Scenario | None:
    """The scenario of a point, or None, with what is wrong added to `found`."""
    settings = design.settings(point)
    try:
        return base.with_(settings)
    except ScenarioError as error:
        for problem in error.problems:
            told = replace(problem, given=problem.given + _whereabouts(point, settings))
            found.setdefault((problem.path, problem.given), told)
    return None


def _whereabouts(point: int, settings: Mapping[str, Any]) -> str:
    """Which point it is, where a path alone doesn't say so."""
    if len(settings) == 1:
        return ""
    said = ", ".join(f"{path} = {flow(value)}" for path, value in settings.items())
    return f" (at point {point}: {said})"


def scenarios_of(base: Scenario, design: Design, points: Sequence[int]) -> list[Scenario]:
    """The scenarios of some points, all of which are known to be good."""
    return [base.with_(design.settings(point)) for point in points]
