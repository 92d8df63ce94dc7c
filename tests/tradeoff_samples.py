"""Sweeps made by hand, and a small one that is simulated once per process."""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from engine.outcomes import OUTCOME_NAMES
from engine.run import outcomes
from tests.analysis_samples import small_scenario

PATH = "supervision.permissiveness"
SETTINGS = (0.0, 0.05, 0.1, 0.2, 0.5, 1.0)
RUNS = 2000
SLACK = 4.2 * math.sqrt(0.95 * 0.05 / RUNS)
"""How far from 95 % a share of RUNS may lie by chance."""


def shared_luck(luck: Any, columns: int, replications: int, alone: float = 0.5) -> Any:
    """Normal columns in the same luck, with some of their own, shape (columns, replications)."""
    return luck.normal(size=replications) + alone * luck.normal(size=(columns, replications))


def made_up(
    settings: Sequence[float], values: Mapping[str, Any], *, path: str = PATH, scenario: Any = None
) -> SimpleNamespace:
    """A sweep with these values: outcome -> shape (settings, replications)."""
    first = np.asarray(next(iter(values.values())), np.float64)
    count = first.shape[1]
    table = pd.DataFrame(
        {
            "point": np.repeat(np.arange(len(settings)), count),
            path: np.repeat([float(setting) for setting in settings], count),
            "replication": np.tile(np.arange(count), len(settings)),
            **{name: np.asarray(each, np.float64).ravel() for name, each in values.items()},
        }
    )
    base = small_scenario() if scenario is None else scenario
    return SimpleNamespace(
        scenario=base, seed=0, engine="kernel", paths=(path,), table=table,
        scenario_at=lambda point: base.with_({path: float(settings[point % len(settings)])}),
    )  # fmt: skip


@cache
def small_sweep() -> SimpleNamespace:
    """First intubations, small, at six settings, 60 replications. Don't change its table."""
    scenario = small_scenario()
    points = [scenario.with_({PATH: value}) for value in SETTINGS]
    found = outcomes(points, 0, range(60))
    return made_up(SETTINGS, {name: found[:, :, i] for i, name in enumerate(OUTCOME_NAMES)})


def curve(gain: Any, harm: Any, settings: Sequence[float] | None = None) -> SimpleNamespace:
    """A sweep with learning and harm alone, shapes (settings, replications)."""
    chosen = [0.2 * place for place in range(len(gain))] if settings is None else settings
    return made_up(chosen, {"experience": gain, "harm_any": harm})


def spread(values, scale=0.1):
    """Values with some spread around them, shape (settings, 40); their means are exact."""
    luck = np.random.default_rng(1).normal(size=(len(values), 40))
    return np.array(values)[:, np.newaxis] + scale * (luck - luck.mean(axis=1, keepdims=True))
