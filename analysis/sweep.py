"""Sweeps: a scenario at many settings, all in the same luck, as one tidy table.

    result = sweep(scenario, {"supervision.permissiveness": [0, 0.1, 0.2]}, replications=200)
    result.table      a row per point and replication

A number of the table depends on its point's scenario, the seed and the number of its replication
alone: not on the other points, the blocks, the workers or the sitting.

    axes.py, vary.py    what one path takes, from Python and from --vary
    design.py           which settings are tried, and that each is good
    stopping.py         when a point has enough replications
    slices.py           a sweep cut into blocks, and what computes one
    collect.py          from blocks to one array
    sweep_plan.py       a sweep checked, estimated and carried out
    sweep_result.py     what it gives back
    sweep_folder.py     what it writes
    sweep_other.py      why the folder of another sweep is refused, in words
    sweep_again.py      going on with a folder, checking it
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.axes import Between
from analysis.stopping import Until
from analysis.sweep_plan import Progress, plan
from analysis.sweep_result import Sweep
from engine.run import DEFAULT_ENGINE, DEFAULT_REPLICATIONS
from engine.scenario import Scenario

__all__ = ["Between", "Sweep", "Until", "plan", "sweep"]


def sweep(
    scenario: Scenario,
    vary: Mapping[str, Any],
    *,
    design: str = "grid",
    points: int | None = None,
    seed: int = 0,
    replications: int | Until = DEFAULT_REPLICATIONS,
    variant: str | None = None,
    engine: str = DEFAULT_ENGINE,
    out: str | Path | None = None,
    executor: Any = "local",
    workers: int | None = None,
    progress: Progress | None = None,
) -> Sweep:
    """Simulate a scenario at many settings, all in the same luck.

    vary: path: values in file form (numbers, "90 s", names, `{"fixed": "5 min"}`), or a
    `Between(low, high, count)`; under `lhs` and `sobol` a pair (low, high) or a
    `Between(low, high)`, with choices that aren't numbers as a list. design: `grid`, `lhs`
    (Latin hypercube) or `sobol`, the latter two with so many `points`. replications: of every
    point, or an `Until`. variant: of the scenario, put on first.

    out: a folder that every finished block is kept in; calling again with the same arguments goes
    on there, more replications of the same sweep are added, and anything else that differs is
    refused, fewer replications included. Tables are written there too, as Parquet and CSV.
    executor: "local", "dask://HOST:PORT" or a distributed.Client; workers: processes, 0 for this
    one; both as analysis.blocks.carry_out has them. progress: called with the number of
    replications that have been finished, counted over all points.
    Raises ScenarioError before anything runs where the scenario, a point or an argument can't be,
    OutputError where `out` can't be written or read, KeyboardInterrupt on Ctrl-C.
    """
    return plan(
        scenario, vary, design=design, points=points, seed=seed, replications=replications,
        variant=variant, engine=engine,
    ).carry_out(
        out=None if out is None else Path(out), executor=executor, workers=workers,
        progress=progress,
    )  # fmt: skip
