"""What a sweep gives back: a tidy table, and what its columns and points mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.axes import MINUTES, NUMBER
from analysis.blocks import Failed
from analysis.design import Design, bare
from engine.errors import ScenarioError
from engine.outcomes import OUTCOMES
from engine.scenario import Scenario


@dataclass(frozen=True, eq=False, repr=False)
class Sweep:
    """What a sweep gives back.

    points: a row per point: `point`, a column per path, `replications` (how many it has) and
    `stopped` (what ended them: fixed, target, cap, or failed where a block was set aside). table:
    a row per point and replication, sorted: `point`, a column per path, `replication`, and a
    float64 column per outcome, NaN where there was nothing to divide by. Columns of paths hold
    numbers as float64, durations as float64 minutes, anything else as a scenario file writes it.
    failed: the blocks set aside, each with the reason and the command that computes it again.
    """

    scenario: Scenario
    seed: int
    engine: str
    paths: tuple[str, ...]
    points: pd.DataFrame
    table: pd.DataFrame
    hash: str
    """Of what was simulated: the scenario before points are set, and the points (hex)."""
    versions: dict[str, str]
    failed: tuple[Failed, ...]
    design: Design
    variant: str | None = None
    """The variant that `scenario` has on already."""

    def __repr__(self) -> str:
        rows = f"{len(self.points)} points, {len(self.table)} rows"
        return f"Sweep({self.scenario.id}, seed {self.seed}, {rows}, {self.engine})"

    def settings(self, point: int) -> dict[str, Any]:
        """path: value of a point in file form. Raises IndexError where there is no such point."""
        if not 0 <= point < self.design.count:
            raise IndexError(
                f"there is no point {point}: they run from 0 to {len(self.points) - 1}"
            )
        return self.design.settings(int(point))

    def scenario_at(self, point: int) -> Scenario:
        """The scenario of a point. Raises IndexError where there is no such point.

        Variants and evidence stay with it unless the point makes one of them impossible.
        """
        return at_settings(self.scenario, self.settings(point))

    def dictionary(self) -> pd.DataFrame:
        """What the columns of `table` mean: column, meaning, unit, better, denominator."""
        return dictionary(self.design)


def at_settings(scenario: Scenario, settings: Mapping[str, Any]) -> Scenario:
    """The scenario with settings that are known to be good without its variants and evidence."""
    try:
        return scenario.with_(settings)
    except ScenarioError:
        return bare(scenario).with_(settings)


def dictionary(design: Design) -> pd.DataFrame:
    """What the columns of a sweep's table mean, a row each."""
    units = {MINUTES: "minutes", NUMBER: "as in a scenario file"}
    rows = [
        ("point", "number of the setting, from 0", "", "neither", ""),
        *(
            (axis.path, "what varies: the value at this point", units.get(axis.kind, ""),
             "neither", "")
            for axis in design.axes
        ),
        ("replication", "number of the replication, from 0; rows of one replication share their "
         "luck, whatever their point", "", "neither", ""),
        *((one.name, one.meaning, one.unit, one.better, one.denominator) for one in OUTCOMES),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["column", "meaning", "unit", "better", "denominator"])
