"""How far may I let them go, given how fast I can be there? Permissiveness by rescue latency.

Every pair of a permissiveness and a median response is simulated in the same luck. At each response
the settings are compared pair by pair, so that the ridge of the best setting comes with those that
can't be told from it. The latency varied is the median of `supervision.response` (from being
assigned to hands-on), its spread kept; waiting for a busy supervisor comes on top, as it falls.
Supervisors in the model know their usual response and reckon with it (docs/model.md, section 5).
"""

import math
import numbers
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import estimate, latency_words, words
from analysis.describe import WEIGHED
from analysis.folder import refuse
from analysis.response import median_response, read_median, with_median
from analysis.sweep import sweep
from analysis.sweep_plan import Progress
from engine.errors import OutputError
from engine.outcomes import OUTCOME_NAMES, Outcome
from engine.outcomes import outcome as outcome_named
from engine.run import DEFAULT_ENGINE, DEFAULT_REPLICATIONS
from engine.scenario import Scenario

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PERMISSIVENESS = (0.0, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0)
"""Permissiveness tried: it matters most near 0, so the steps widen."""
RESPONSES = tuple(s / 60 for s in (5, 10, 20, 30, 60, 120, 180, 300, 600, 1200, 1800, 3600))
"""Median responses tried, in minutes: 5 s to 1 h."""
BEYOND = (0.1 / 60, 0.5 / 60, 1 / 60, 2 / 60, 120.0, 240.0, 480.0, 1440.0, 2880.0, 10080.0)
"""The next median is taken from these where the scenario's own is no faster, or no slower, than all
of RESPONSES."""
PERMISSIVENESS_PATH = "supervision.permissiveness"


def latency_map(
    scenario: Scenario,
    *,
    permissiveness: Sequence[float] = PERMISSIVENESS,
    responses: Sequence[float | str] | None = None,
    outcome: str = "total_burden",
    variant: str | None = None,
    seed: int = 0,
    replications: int = DEFAULT_REPLICATIONS,
    engine: str = DEFAULT_ENGINE,
    out: str | Path | None = None,
    executor: Any = "local",
    workers: int | None = None,
    progress: Progress | None = None,
) -> "LatencyMap":
    """Simulate a scenario at every permissiveness and every median response, in the same luck.

    permissiveness: numbers from 0; responses: medians above 0, as text with a unit (`"90 s"`) or as
    numbers of minutes (`RESPONSES` unless given). The scenario's own values are added to both.
    outcome: what is to be least (or most, for an outcome that is better high). variant, seed,
    replications, engine, out, executor, workers and progress are those of analysis.sweep.sweep:
    with a folder `out`, nothing finished is ever lost.
    Raises ScenarioError where a value can't be or the scenario's policy has no permissiveness,
    OutputError where `out` can't be written or blocks of the sweep were set aside.
    """
    if not isinstance(scenario, Scenario):
        refuse("scenario", f"{scenario!r} was given", "a scenario is needed",
               "load it first: engine.load(PATH)")  # fmt: skip
    base = scenario if variant is None else scenario.with_variant(variant)
    _check(base, outcome)
    settings = sorted({float(base.supervision.permissiveness), *_settings(permissiveness)})
    times = sorted(set(_responses(median_response(base), responses)))
    _check_size(settings, times)
    paths, values = zip(*(with_median(base, time) for time in times), strict=True)
    result = sweep(
        scenario, {paths[0]: list(values), PERMISSIVENESS_PATH: settings}, variant=variant,
        seed=seed, replications=replications, engine=engine, out=out, executor=executor,
        workers=workers, progress=progress,
    )  # fmt: skip
    if result.failed:
        raise OutputError(
            f"{words.plural(len(result.failed), 'block')} of the sweep were set aside, so the map "
            f"has holes; first: {result.failed[0]}"
        )
    # of a grid the last path changes fastest, so that the rows are sorted by response already
    place = result.table["point"].to_numpy()
    table = pd.DataFrame(
        {
            "permissiveness": np.array(settings)[place % len(settings)],
            "response": np.array(times)[place // len(settings)],
        }
        | {name: result.table[name].to_numpy() for name in ("replication", *OUTCOME_NAMES)}
    )
    return LatencyMap(base, seed, replications, engine, outcome, table, variant)


def _check(scenario: Scenario, outcome: str) -> None:
    policy = scenario.supervision.policy
    if policy not in WEIGHED:
        refuse(
            "supervision.policy",
            f"{policy} was given",
            f"a map of permissiveness needs one of {', '.join(WEIGHED)}",
            "set supervision.policy to value_weighted",
        )
    if outcome not in OUTCOME_NAMES or outcome_named(outcome).better == "neither":
        refuse(
            "outcome",
            f"{outcome} was given",
            "an outcome that is better low or better high is needed",
            "try total_burden; `leeway outcomes` lists them",
        )


def _settings(given: Sequence[float]) -> list[float]:
    """Permissiveness as given. Raises ScenarioError where it can't be."""
    for value in _listed("permissiveness", given):
        if not (isinstance(value, numbers.Real) and 0 <= float(value) < math.inf):
            refuse("permissiveness", f"{value!r} was given", "numbers from 0 are needed",
                   "write it as a number, such as 0.2, or leave it out")  # fmt: skip
    return [float(value) for value in given]


def _responses(own: float, given: Sequence[float | str] | None) -> list[float]:
    """The medians to try; by default RESPONSES, and one beyond the scenario's own at least."""
    if given is not None:
        times = [own] if own > 0 else []
        for value in _listed("responses", given):
            try:
                times.append(read_median(value))
            except ValueError as error:
                allowed, _, advice = str(error).partition("; ")
                refuse("responses", f"{value!r} was given", allowed, advice)
        return times
    if own == 0:
        return list(RESPONSES)  # 0 has no place on a logarithmic scale
    # a median tried right beside the scenario's own would draw no clearer map
    apart = [time for time in RESPONSES if abs(math.log(time / own)) > math.log(1.25)]
    faster = [time for time in BEYOND if time < own][-1:] if own <= RESPONSES[0] else []
    slower = [time for time in BEYOND if time > own][:1] if own >= RESPONSES[-1] else []
    return [*faster, *apart, own, *slower]


def _listed(name: str, given: Any) -> list[Any]:
    if isinstance(given, str) or not isinstance(given, Iterable):
        refuse(name, f"{given!r} was given", "a list is needed", f"write [{given!r}]")
    return list(given)


def _check_size(settings: Sequence[float], times: Sequence[float]) -> None:
    for name, values in (("permissiveness", settings), ("responses", times)):
        if len(values) < 2:
            refuse(name, f"{len(values)} is tried", "a map needs two at least", "give more of them")


@dataclass(frozen=True, eq=False, repr=False)
class LatencyMap:
    """A scenario at every pair of a permissiveness and a median response.

    scenario: the one as written, the variant in it. table: one row per pair and replication,
    columns permissiveness, response (median, minutes), replication, then every outcome as float64
    (NaN: nothing to divide by); sorted by response, permissiveness and replication.
    """

    scenario: Scenario
    seed: int
    replications: int
    engine: str
    outcome: str
    table: pd.DataFrame
    variant: str | None = None

    @property
    def about(self) -> Outcome:
        """The outcome mapped: name, unit, which way is better."""
        return outcome_named(self.outcome)

    @property
    def own(self) -> tuple[float, float]:
        """Permissiveness and median response (minutes) as written."""
        return float(self.scenario.supervision.permissiveness), median_response(self.scenario)

    def __repr__(self) -> str:
        sizes = [self.table[name].nunique() for name in ("permissiveness", "response")]
        return (
            f"LatencyMap({self.scenario.id}, {self.outcome}, seed {self.seed}, "
            f"{sizes[0]} x {sizes[1]} settings, {self.replications} replications)"
        )

    def of(self, outcome: str) -> "LatencyMap":
        """The same simulations, mapped by another outcome."""
        _check(self.scenario, outcome)
        return LatencyMap(
            self.scenario, self.seed, self.replications, self.engine, outcome, self.table,
            self.variant,
        )  # fmt: skip

    @cached_property
    def _columns(self) -> dict[float, dict[float, np.ndarray[Any, Any]]]:
        """Values by response and permissiveness, each in the order of replications.

        Raises ScenarioError where there is a pair without any value.
        """
        found: dict[float, dict[float, np.ndarray[Any, Any]]] = {}
        table = self.table.sort_values(["response", "permissiveness", "replication"])
        for time in table["response"].unique().tolist():
            rows = table[table["response"] == time]
            found[time] = {
                setting: rows[rows["permissiveness"] == setting][self.outcome].to_numpy()
                for setting in rows["permissiveness"].unique().tolist()
            }
            for setting, values in found[time].items():
                if np.isnan(values).all():
                    self._refuse(setting, time)
        return found

    def _refuse(self, setting: float, time: float) -> None:
        refuse(
            "outcome",
            f"{self.outcome} has no value at permissiveness {words.number(setting)}, response "
            f"{words.duration(time)}",
            f"it is counted over {self.about.denominator}, and there are none",
            "leave that setting out, or map another outcome",
        )

    def at(self, response: float, permissiveness: float) -> np.ndarray[Any, Any]:
        """The outcome at one pair, shape (replications,). Raises KeyError where it wasn't tried."""
        return self._columns[response][permissiveness]

    @cached_property
    def _lowest(self) -> dict[float, estimate.Lowest]:
        """The settings that may be the best, by response. Its differences are from the lowest.

        With confidence 0.95 the truly best setting is kept at every response (Bonferroni): what is
        said of the ridge compares responses with one another.
        """
        sign = 1.0 if self.about.better == "lower" else -1.0
        level = 1.0 - (1.0 - estimate.LEVEL) / len(self._columns)
        return {
            time: estimate.lowest(
                {one: sign * values for one, values in row.items()}, min(row), level=level
            )
            for time, row in self._columns.items()
        }

    @cached_property
    def field(self) -> pd.DataFrame:
        """The map: one row per response and permissiveness, in this order.

        Columns response (minutes), permissiveness, mean, low, high (95 % interval), worse,
        worse_low, worse_high (paired: how far from the best setting at that response, in the unit
        of the outcome, positive is worse), share (worse as a share of the best mean; NaN where that
        is 0), kept (can't be told from the best), replications, missing.
        """
        sign = 1.0 if self.about.better == "lower" else -1.0
        rows = []
        for time, row in self._columns.items():
            found = self._lowest[time]
            least = estimate.estimate(row[found.best]).mean
            for setting, values in row.items():
                mean = estimate.estimate(values)
                worse = estimate.paired(sign * values, sign * row[found.best])
                rows.append(
                    {
                        "response": time,
                        "permissiveness": setting,
                        "mean": mean.mean,
                        "low": mean.low,
                        "high": mean.high,
                        "worse": worse.mean,
                        "worse_low": worse.low,
                        "worse_high": worse.high,
                        "share": worse.mean / least if least > 0 else math.nan,
                        "kept": setting in found.kept,
                        "replications": mean.replications,
                        "missing": mean.missing,
                    }
                )
        return pd.DataFrame(rows)

    @cached_property
    def ridge(self) -> pd.DataFrame:
        """The best permissiveness by response: one row per response, ascending.

        Columns response (minutes), best, kept_low, kept_high (the outermost settings that can't be
        told from the best), edge_low, edge_high (halfway from there to the next setting tried, on
        a square-root scale), told (whether any setting tried is clearly worse), mean,
        low, high (the outcome at the best setting, with its 95 % interval).
        """
        rows = []
        for time, found in self._lowest.items():
            settings, kept = found.settings, found.kept
            mean = estimate.estimate(self._columns[time][found.best])
            rows.append(
                {
                    "response": time,
                    "best": found.best,
                    "kept_low": kept[0],
                    "kept_high": kept[-1],
                    "edge_low": _halfway(settings, kept[0], -1),
                    "edge_high": _halfway(settings, kept[-1], 1),
                    "told": len(kept) < len(settings),
                    "mean": mean.mean,
                    "low": mean.low,
                    "high": mean.high,
                }
            )
        return pd.DataFrame(rows)

    def says(self) -> list[str]:
        """What the map says, in sentences with their uncertainty."""
        return latency_words.says(self)

    @property
    def note(self) -> str:
        """The line under the map: its uncertainty, its share of assumed inputs, what it isn't."""
        return latency_words.note(self)

    def plot(self, *, axes: "Axes | None" = None) -> "Axes":
        """The map, drawn (analysis.figures.latency_map)."""
        from analysis.figures.latency_map import latency_map as draw  # matplotlib, for who draws

        return draw(
            self.field,
            self.ridge,
            own=self.own,
            title=latency_words.QUESTION,
            subtitle=latency_words.subtitle(self),
            worse_label=latency_words.worse_label(self),
            worse_sign="+" if self.about.better == "lower" else "−",
            strip_label=latency_words.strip_label(self),
            note=self.note,
            axes=axes,
        )


def _halfway(settings: Sequence[float], setting: float, step: int) -> float:
    """Halfway on a square-root scale from a setting to its neighbour; itself at the end."""
    place = settings.index(setting) + step
    if not 0 <= place < len(settings):
        return setting
    return ((math.sqrt(setting) + math.sqrt(settings[place])) / 2) ** 2
