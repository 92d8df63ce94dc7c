"""One input at a time from end to end of its range, all else as written, in the same luck."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.conclusion import Conclusion, Readings, readings, simulate
from analysis.estimate import Estimate
from analysis.varied import Varied, alternatives, at_ends, bare
from engine.scenario import Scenario

Progress = Callable[[int], None]


@dataclass(frozen=True, eq=False, repr=False)
class Tornado:
    """What each input moves alone.

    as_written: the conclusion as written. table: one row per input, the largest swing first:
    `input` (path), `words`, `status`, `is_time`, `own`, `low`, `high` (values, in minutes for
    durations), then `at_low`, `at_high` (the conclusion there minus as written) and `swing` (at the
    high end minus at the low one), each with its interval as `_from` and `_to`; intervals are 95 %
    ones, paired over replications, of one comparison at a time. `value_low` and `value_high` are
    the conclusion itself at the ends, with intervals of their own. alternatives: one row per
    variant of the scenario and per channel switched off: `name`, `kind`, `change` and its interval,
    and `value`, the conclusion there, with its own. kept: of a best setting, those that can't be
    told from it as written; else empty.
    """

    as_written: Estimate
    kept: tuple[float, ...]
    replications: int
    table: pd.DataFrame
    alternatives: pd.DataFrame


def tornado(
    scenario: Scenario,
    conclusion: Conclusion,
    inputs: Sequence[Varied],
    *,
    seed: int,
    replications: int,
    engine: str,
    progress: Progress | None = None,
) -> Tornado:
    """Move each input alone from low to high; then the variants, and the channels switched off.

    Raises ScenarioError where a value at an end is refused.
    """
    others = alternatives(scenario)

    def points() -> Iterator[Scenario]:
        base = bare(scenario)
        yield base
        for _, low, high in at_ends(base, inputs):
            yield low
            yield high
        for _, _, other in others:
            yield other

    simulated = simulate(
        conclusion, points(), seed=seed, replications=replications, engine=engine,
        progress=progress,
    )  # fmt: skip
    found = readings(conclusion, simulated, seed=seed)
    rows = [_row(one, found, 1 + 2 * place) for place, one in enumerate(inputs)]
    table = pd.DataFrame(rows)
    order = table["swing"].abs().sort_values(ascending=False, kind="stable").index
    first = 1 + 2 * len(inputs)
    told: list[dict[str, Any]] = [
        {"name": name, "kind": kind}
        | _ends("change", found.between(first + place, 0))
        | _ends("value", found.at(first + place))
        for place, (name, kind, _) in enumerate(others)
    ]
    columns = ["name", "kind", *_names("change"), *_names("value")]
    return Tornado(
        as_written=found.at(0),
        kept=found.kept(0),
        replications=replications,
        table=table.loc[order].reset_index(drop=True),
        alternatives=pd.DataFrame(told, columns=columns),
    )


def _row(one: Varied, found: Readings, low: int) -> dict[str, Any]:
    return (
        {
            "input": one.path,
            "words": one.words,
            "status": one.status,
            "is_time": one.is_time,
            "own": one.own,
            "low": one.low,
            "high": one.high,
        }
        | _ends("at_low", found.between(low, 0))
        | _ends("at_high", found.between(low + 1, 0))
        | _ends("swing", found.between(low + 1, low))
        | _ends("value_low", found.at(low))
        | _ends("value_high", found.at(low + 1))
    )


def _names(name: str) -> tuple[str, str, str]:
    return name, f"{name}_from", f"{name}_to"


def _ends(name: str, found: Estimate) -> dict[str, Any]:
    return dict(zip(_names(name), (found.mean, found.low, found.high), strict=True))
