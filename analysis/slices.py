"""A sweep cut into blocks: some points in some replications, each block the work of a second or so.

All points of a block are simulated in one call, in which they share the variates that luck is
turned into: that is what makes a sweep fast. How a sweep is cut depends on its scenario and its
number of points alone, never on the machine, so that every sitting finds the blocks of the last.
No number depends on it at all.
"""

import re
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.design import Design
from engine.outcomes import OUTCOME_NAMES
from engine.run import outcomes
from engine.scenario import Scenario

MOST_POINTS = 64
"""Points of a block: more of them would hardly share more."""
STEPS = {"kernel": 2_000_000, "simpy": 10_000}
"""Steps of cases in a block: half a second to a second on one core."""
ROUND = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
"""Replications of a block: people ask for multiples of these, and go on from there."""
KEPT = 1024
"""Scenarios that a worker keeps for the next block."""

_NAME = re.compile(r"p([0-9]{6,7})-([0-9]{6,7})(?:_m([0-9a-f]+))?_r([0-9]{8,9})-([0-9]{8,9})")


class Slice(NamedTuple):
    """Some points, ascending, in replications `first` to `last` (excluded)."""

    points: tuple[int, ...]
    first: int
    last: int

    @property
    def name(self) -> str:
        """`p000000-000021_r00000000-00000200`; the ends are excluded.

        Where points between the ends are left out, a mask (hex) has a bit for each that is in.
        """
        low, high = self.points[0], self.points[-1] + 1
        mask = ""
        if len(self.points) < high - low:
            mask = f"_m{sum(1 << (point - low) for point in self.points):x}"
        return f"p{low:06d}-{high:06d}{mask}_r{self.first:08d}-{self.last:08d}"

    @classmethod
    def of(cls, name: str) -> "Slice":
        """The slice of a name. Raises ValueError where it is no slice's."""
        match = _NAME.fullmatch(name)
        if match is None:
            raise ValueError(f"{name!r} names no block of a sweep")
        low, high, mask, first, last = match.groups()
        every = range(int(low), int(high))
        bits = int(mask, 16) if mask else (1 << len(every)) - 1
        points = tuple(point for place, point in enumerate(every) if bits >> place & 1)
        found = cls(points, int(first), int(last))
        if not points or found.name != name:
            raise ValueError(f"{name!r} names no block of a sweep")
        return found

    @property
    def shape(self) -> tuple[int, int, int]:
        """(points, replications, outcomes) of its data."""
        return len(self.points), self.last - self.first, len(OUTCOME_NAMES)

    def pack(self, values: NDArray[np.float64]) -> bytes:
        """Outcomes of this shape as bytes: float64, little-endian, in C order."""
        return np.ascontiguousarray(values, dtype="<f8").tobytes()

    def unpack(self, data: bytes) -> NDArray[np.float64]:
        """The outcomes that `pack` packed. Raises ValueError for another number of bytes."""
        return np.frombuffer(data, dtype="<f8").reshape(self.shape)


class Layout(NamedTuple):
    """How a sweep is cut: so many points and so many replications to a block, at most."""

    points: int
    replications: int

    def slices(self, points: Sequence[int], first: int, last: int) -> Iterator[Slice]:
        """The blocks of some points, ascending, in replications `first` to `last` (excluded).

        Points of one block lie in one stretch of the numbering, replications likewise.
        """
        groups: dict[int, list[int]] = {}
        for point in points:
            groups.setdefault(point // self.points, []).append(point)
        for group in groups.values():
            edge = first
            while edge < last:
                stop = min(last, (edge // self.replications + 1) * self.replications)
                yield Slice(tuple(group), edge, stop)
                edge = stop


def layout_of(points: int, steps: float, engine: str) -> Layout:
    """The layout of so many points; steps: of the cases of one replication of one, on average."""
    budget = STEPS[engine] / max(1.0, steps)
    together = max(1, min(points, MOST_POINTS, int(budget)))
    return Layout(together, max(n for n in ROUND if n == 1 or n <= budget / together))


def steps_of(scenario: Scenario) -> int:
    """Steps of all cases of one replication, training and independent practice."""
    cases = scenario.study.cases + scenario.independent.cases
    return scenario.trainees.count * cases * len(scenario.task.steps)


_kept: OrderedDict[tuple[str, int], Scenario] = OrderedDict()
"""Scenarios of points that this process has simulated last: the next block has the same."""


@dataclass(frozen=True, eq=False)
class Simulate:
    """Computes blocks of a sweep; may be pickled.

    base: the scenario without what can't alter a number; threads: None for one per core.
    """

    base: Scenario
    design: Design
    key: str
    """Tells sweeps apart: equal for equal base and design."""
    seed: int
    engine: str
    threads: int | None

    def __call__(self, name: str) -> bytes:
        """The data of the block of this name."""
        piece = Slice.of(name)
        return piece.pack(self.values(piece))

    def values(self, piece: Slice) -> NDArray[np.float64]:
        """Outcomes [point, replication, outcome] of a slice."""
        scenarios = [self._scenario(point) for point in piece.points]
        numbers = range(piece.first, piece.last)
        return outcomes(scenarios, self.seed, numbers, engine=self.engine, threads=self.threads)

    def keep(self, point: int, scenario: Scenario) -> None:
        """Remember the scenario of a point, and forget that which was asked for longest ago."""
        _kept[self.key, point] = scenario
        _kept.move_to_end((self.key, point))
        while len(_kept) > KEPT:
            _kept.popitem(last=False)

    def _scenario(self, point: int) -> Scenario:
        found = _kept.get((self.key, point))
        scenario = self.base.with_(self.design.settings(point)) if found is None else found
        self.keep(point, scenario)
        return scenario
