"""A sweep checked from end to end before anything runs: what it will take, and how to carry it out.

plan() reads and checks everything; Plan.work() says what it will take; Plan.carry_out() does it,
in memory or block by block into a folder (analysis.store).
"""

import hashlib
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis import sweep_folder, sweep_other
from analysis.blocks import Failed, carry_out
from analysis.collect import Counts, Source, Values, collect
from analysis.design import Design, bare, check_points, lay_out
from analysis.executors import LOCAL
from analysis.executors_dask import DASK
from analysis.folder import refuse
from analysis.slices import KEPT, Layout, Simulate, Slice, layout_of, steps_of
from analysis.stopping import Until
from analysis.store import Store
from analysis.sweep_result import Sweep
from analysis.tasks import Notice
from engine.errors import ScenarioError
from engine.luck import MAX_SEED
from engine.outcomes import OUTCOME_NAMES
from engine.results import versions
from engine.run import DEFAULT_ENGINE, DEFAULT_REPLICATIONS, ENGINES, cores
from engine.scenario import Scenario

MOST_ROWS = 10_000_000
"""Rows of a table (about 400 bytes each) that memory should hold."""
ALONE_S = 10.0
"""Seconds up to which no worker processes are started: they take seconds to start themselves."""
STEPS_PER_S = {"kernel": 4e6, "simpy": 1e4}
"""Steps of cases per second and core, roughly: decides nothing but whether workers are worth it."""

Progress = Callable[[int], object]


class Work(NamedTuple):
    """What a sweep takes: replications of any point and cases, at most where a target may end it
    sooner; seconds and bytes are rough."""

    points: int
    replications: int
    cases: int
    blocks: int
    seconds: float
    bytes: int
    at_most: bool


@dataclass(frozen=True, eq=False)
class Plan:
    """A sweep that has been checked from end to end and can be carried out."""

    scenario: Scenario
    base: Scenario
    design: Design
    seed: int
    engine: str
    replications: int | Until
    variant: str | None
    steps: int
    """Of one replication of every point."""
    cases: int
    versions: dict[str, str] = field(default_factory=lambda: sweep_versions())

    @cached_property
    def digest(self) -> str:
        """Of the settings of all points (hex)."""
        return self.design.digest()

    @cached_property
    def hash(self) -> str:
        """Of what is simulated: the scenario and the points (hex)."""
        return hashlib.sha256(f"{self.scenario.hash} {self.digest}".encode()).hexdigest()

    @property
    def short_name(self) -> str:
        """Tells sweeps apart: the start of a hash of scenario, points, seed and engine."""
        told = f"{self.hash} {self.seed} {self.engine}"
        return hashlib.sha256(told.encode()).hexdigest()[:8]

    @cached_property
    def layout(self) -> Layout:
        """How it is cut into blocks."""
        return layout_of(self.design.count, self.steps / self.design.count, self.engine)

    @property
    def most(self) -> int:
        """Replications of a point, at most."""
        return self.replications if isinstance(self.replications, int) else self.replications.cap

    def simulate(self, threads: int | None) -> Simulate:
        """What computes the blocks."""
        return Simulate(self.base, self.design, self.hash, self.seed, self.engine, threads)

    def identity(self) -> dict[str, Any]:
        """What the blocks of this sweep are results of; a store refuses another."""
        return sweep_folder.identity(self.scenario, self.seed, self.digest, self.engine)

    def work(self) -> Work:
        """What it takes, the time measured on the first points (some hundredths of a second)."""
        rows = self.design.count * self.most
        blocks = sum(1 for _ in self.layout.slices(range(self.design.count), 0, self.most))
        cells = rows * len(OUTCOME_NAMES)
        return Work(
            self.design.count, rows, self.cases * self.most, blocks,
            self.most * self.steps * self.seconds_per_step() / cores(),
            cells * sweep_folder.BYTES_PER_CELL, isinstance(self.replications, Until),
        )  # fmt: skip

    def seconds_per_step(self) -> float:
        """Seconds of one core per step of a case, measured in some hundredths of a second."""
        simulate = self.simulate(1)
        simulate.values(Slice((0,), 0, 1))  # loads what is compiled
        every = tuple(range(min(self.design.count, self.layout.points)))
        points, number = every[:1], 1
        while True:
            begun = time.perf_counter()
            simulate.values(Slice(points, 0, number))
            elapsed = time.perf_counter() - begun
            if elapsed > 0.02 or (points == every and number >= self.layout.replications):
                break
            points, number = every, number if points != every else 4 * number
        return elapsed * self.design.count / (len(points) * number * max(1, self.steps))

    def workers(self, asked: int | None) -> int:
        """Worker processes: as asked, else as many as cores where they are worth starting."""
        if asked is not None:
            return asked
        seconds = self.most * self.steps / STEPS_PER_S[self.engine] / cores()
        return 0 if seconds < ALONE_S else cores()

    def carry_out(
        self,
        *,
        out: Path | None = None,
        executor: Any = LOCAL,
        workers: int | None = None,
        progress: Progress | None = None,
        command: str | None = None,
        notice: Notice | None = None,
    ) -> Sweep:
        """Simulate, and write the folder `out` where one is given; see `sweep`.

        notice is called with what the user of a cluster should know while waiting.
        """
        _check_executor(executor, workers)
        if out is not None:
            return self._into(Path(out), executor, workers, progress, command, notice)
        if executor == LOCAL and not workers:
            return self.sweep_of(*collect(self, _Here(self.simulate(None), progress)))
        with tempfile.TemporaryDirectory(prefix="leeway-") as folder:
            store = Store.open(Path(folder), self.identity())
            found = collect(self, self._stored(store, executor, workers, progress, notice))
            return self.sweep_of(*found)

    def _into(
        self,
        out: Path,
        executor: Any,
        workers: int | None,
        progress: Progress | None,
        command: str | None,
        notice: Notice | None,
    ) -> Sweep:
        try:
            store = Store.open(out, self.identity(), beside=sweep_folder.FILES)
        except ScenarioError as error:
            raise ScenarioError(sweep_other.told(error.problems, out, self)) from error
        before = sweep_folder.begin(out, self, command)
        found = collect(self, self._stored(store, executor, workers, progress, notice))
        done = self.sweep_of(*found)
        sweep_folder.finish(out, self, done, command, before)
        return done

    def _stored(
        self,
        store: Store,
        executor: Any,
        workers: int | None,
        progress: Progress | None,
        notice: Notice | None,
    ) -> "_Stored":
        count = self.workers(workers) if executor == LOCAL else workers
        simulate = self.simulate(None if count == 0 else 1)
        return _Stored(store, simulate, executor, count, progress, notice)

    def sweep_of(self, counts: Counts, values: Values, failed: tuple[Failed, ...]) -> Sweep:
        """The sweep of what was simulated: see analysis.collect."""
        settings = self.design.table()
        points = settings.assign(
            replications=np.asarray(counts.replications, dtype=np.int64),
            stopped=pd.Series(counts.stopped, dtype="str"),
        )
        numbers = points["replications"].to_numpy()
        keys = settings.loc[settings.index.repeat(numbers)].reset_index(drop=True)
        starts = np.repeat(np.cumsum(numbers) - numbers, numbers)
        keys["replication"] = np.arange(len(keys)) - starts
        outcomes = pd.DataFrame(values, columns=list(OUTCOME_NAMES), copy=False)
        return Sweep(
            scenario=self.scenario, seed=self.seed, engine=self.engine, paths=self.design.paths,
            points=points, table=pd.concat([keys, outcomes], axis=1), hash=self.hash,
            versions=self.versions, failed=failed, design=self.design, variant=self.variant,
        )  # fmt: skip


@dataclass(frozen=True)
class _Here(Source):
    """Computes blocks in this process, and keeps none."""

    simulate: Simulate
    progress: Progress | None

    def fetch(self, _pieces: list[Slice]) -> tuple[Failed, ...]:
        return ()

    def values(self, piece: Slice) -> Values:
        found = self.simulate.values(piece)
        if self.progress is not None:
            self.progress(len(piece.points) * (piece.last - piece.first))
        return found


@dataclass(frozen=True)
class _Stored(Source):
    """Computes blocks into a store, and reads them from there."""

    store: Store
    simulate: Simulate
    executor: Any
    workers: int | None
    progress: Progress | None
    notice: Notice | None

    def fetch(self, pieces: list[Slice]) -> tuple[Failed, ...]:
        folder = self.store.folder
        return carry_out(
            self.store,
            (piece.name for piece in pieces),
            self.simulate,
            executor=self.executor,
            workers=self.workers,
            reproduce=lambda name: sweep_folder.command_for(folder, name),
            progress=self._told,
            notice=self.notice,
        ).failed

    def _told(self, name: str) -> None:
        if self.progress is not None:
            piece = Slice.of(name)
            self.progress(len(piece.points) * (piece.last - piece.first))

    def values(self, piece: Slice) -> Values:
        return sweep_folder.values_of(self.store, piece)


def plan(
    scenario: Scenario,
    vary: Mapping[str, Any],
    *,
    design: str = "grid",
    points: int | None = None,
    seed: int = 0,
    replications: int | Until = DEFAULT_REPLICATIONS,
    variant: str | None = None,
    engine: str = DEFAULT_ENGINE,
    progress: Progress | None = None,
) -> Plan:
    """Check a sweep from end to end, every point's scenario included; nothing is simulated.

    Arguments are those of `sweep`; progress is called with 1 for each point checked. Raises
    ScenarioError with what is wrong.
    """
    if not isinstance(scenario, Scenario):
        refuse("scenario", f"{scenario!r} was given", "a Scenario is needed",
               "load the file first: engine.load(path)")  # fmt: skip
    check_arguments(seed=seed, replications=replications, engine=engine)
    chosen = scenario if variant is None else scenario.with_variant(variant)
    laid_out = lay_out(chosen, vary, kind=design, points=points, seed=int(seed))
    return plan_of(
        chosen, laid_out, seed=seed, replications=replications, engine=engine, variant=variant,
        progress=progress,
    )  # fmt: skip


def plan_of(
    scenario: Scenario,
    design: Design,
    *,
    seed: int,
    replications: int | Until,
    engine: str,
    variant: str | None = None,
    progress: Progress | None = None,
) -> Plan:
    """The plan of a design; `scenario` has the variant already. Raises ScenarioError."""
    check_arguments(seed=seed, replications=replications, engine=engine)
    _check_rows(design, replications)
    base = bare(scenario)
    steps = cases = 0

    def look(_point: int, at_point: Scenario) -> None:
        nonlocal steps, cases
        steps += steps_of(at_point)
        cases += steps_of(at_point) // len(at_point.task.steps)

    kept = check_points(base, design, keep=KEPT, look=look, progress=progress)
    number = replications if isinstance(replications, Until) else int(replications)
    made = Plan(scenario, base, design, int(seed), engine, number, variant, steps, cases)
    simulate = made.simulate(None)
    for point, at_point in enumerate(kept):
        simulate.keep(point, at_point)
    return made


def sweep_versions() -> dict[str, str]:
    """Versions that a sweep depends on: those of a result, and of what designs and tables need."""
    return {**versions(), **{name: version(name) for name in ("scipy", "pyarrow")}}


def check_arguments(*, seed: int, replications: int | Until, engine: str) -> None:
    """Refuse what can't be, whatever the scenario. Raises ScenarioError."""
    if engine not in ENGINES:
        refuse("engine", f"{engine} was given", f"one of {', '.join(ENGINES)} is needed",
               f"try {DEFAULT_ENGINE}")  # fmt: skip
    if not _whole(seed) or not 0 <= seed <= MAX_SEED:
        refuse("seed", f"{seed} was given", f"a whole number from 0 to {MAX_SEED}", "try 0")
    if isinstance(replications, Until):
        return
    if not _whole(replications) or replications < 1:
        refuse("replications", f"{replications} was given", "a whole number from 1", "try 200")


def _check_rows(design: Design, replications: int | Until) -> None:
    """Refuse what memory wouldn't hold, and a reference point that there isn't."""
    if isinstance(replications, Until) and replications.is_paired:
        if replications.reference >= design.count:
            refuse("reference", f"point {replications.reference} was given",
                   f"points run from 0 to {design.count - 1}", "try 0")  # fmt: skip
        if design.count < 2:
            refuse("reference", "a target for paired differences was given, and one point",
                   "at least two points are needed", "vary something more")  # fmt: skip
    most = replications.cap if isinstance(replications, Until) else int(replications)
    if design.count * most > MOST_ROWS:
        refuse(
            "replications", f"{design.count:,} points x {most:,} replications were asked for",
            f"at most {MOST_ROWS:,} rows are kept in one table",
            "take fewer points or replications (with a target, a lower cap), or several sweeps",
        )  # fmt: skip


def _check_executor(executor: Any, workers: int | None) -> None:
    """Refuse what can't carry anything out before a folder is made for it."""
    if isinstance(executor, str) and executor != LOCAL and not executor.startswith(DASK):
        refuse("--executor", f"{executor} was given", f"{LOCAL} or {DASK}HOST:PORT is needed",
               f"try --executor {LOCAL}")  # fmt: skip
    if workers is not None and (not _whole(workers) or workers < 0):
        refuse("--workers", f"{workers} was given", "a whole number from 0 is needed",
               "0 computes in this process")  # fmt: skip


def _whole(number: object) -> bool:
    return isinstance(number, int | np.integer) and not isinstance(number, bool)
