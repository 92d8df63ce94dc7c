"""What to make of a simulation: sweeps, trade-offs, twins, sensitivity; figures, pages, commands.

import analysis, engine
scenario = engine.load("scenarios/first-intubations.yaml")
result = analysis.sweep(scenario, {"supervision.permissiveness": [0, 0.05, 0.1, 0.2, 0.5]})
analysis.tradeoff(result).plot()
"""

import importlib
from typing import Any

# these functions take the place of their modules' names in this package, so they are imported here
from analysis.latency_map import latency_map
from analysis.sensitivity import sensitivity
from analysis.sweep import Between, Sweep, Until, sweep
from analysis.tradeoff import tradeoff
from analysis.twins import twins

__all__ = [
    "Between",
    "Sweep",
    "Until",
    "latency_map",
    "sensitivity",
    "sweep",
    "tradeoff",
    "twins",
]


def __getattr__(name: str) -> Any:
    """`analysis.figures` and `analysis.explore`, imported when they are first asked for.

    matplotlib takes a while; anywidget, for the page in a notebook, may not be there.
    """
    if name == "figures":
        return importlib.import_module("analysis.figures")
    if name == "explore":
        return importlib.import_module("analysis.widget").explore
    raise AttributeError(f"module 'analysis' has no attribute {name!r}")
