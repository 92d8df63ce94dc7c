"""What `leeway run` computes: a scenario as written, and along a range of leeway.

All settings share their luck (same seed and replications), so that they differ by leeway alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from analysis import describe, words
from analysis import episode as episodes
from analysis.episode import Episode
from analysis.rebuilt import rebuilt
from engine.run import events as events_of
from engine.run import simulate_all
from engine.scenario import Scenario

GRID = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0)
"""Permissiveness tried: it matters most near 0, so the steps widen."""
MULTIPLES = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0)
"""Time limits tried, in multiples of the scenario's own."""
REPLICATIONS = {"simpy": 40, "kernel": 500}
"""Replications of a run unless asked otherwise: what takes a second or so of simulation with the
compiled engine, and half a minute with the reference."""

MOST_CHANGES_IN_SHORT = 2
AS_WRITTEN, IN_THIS_RUN = "as written", "in this run"
"""What the scenario that was run is called: as its file has it, or with other numbers."""

Progress = Callable[[int], None]


def replications_for(engine: str) -> int:
    """Replications of a run unless asked otherwise."""
    return REPLICATIONS[engine]


@dataclass(frozen=True)
class Study:
    """A scenario simulated at one or more settings of its leeway.

    axis: `permissiveness` (a number) or `time_limit` (minutes), what `setting` means.
    table: columns setting, as_written, replication, then one float column per outcome.
    fates: columns setting, as_written, replication, fate, harm, per_100_cases.
    episode: one telling episode of replication 0 of the scenario as written, if there is any.
    no_curve: why only the scenario as written was simulated, in words; None where there is a curve.
    variant, changes: how the scenario departs from its file, with values in file form by path; it
    is the scenario with them that counts as the one as written. against_file: the same in words,
    with the file's own values (analysis.view.against_file); None where nobody said.
    """

    scenario: Scenario
    seed: int
    replications: int
    engine: str
    axis: str
    table: pd.DataFrame
    fates: pd.DataFrame
    episode: Episode | None
    no_curve: str | None
    variant: str | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    against_file: Mapping[str, Any] | None = None

    @property
    def departure(self) -> str | None:
        """How the scenario departs from its file, in words; None where it doesn't."""
        return departure(self.variant, self.changes)

    @property
    def departure_in_short(self) -> str | None:
        """The same for places with little room: more than two changes are only counted."""
        return departure_in_short(self.variant, self.changes)

    @property
    def own_name(self) -> str:
        """What the scenario's own setting and numbers are called."""
        return AS_WRITTEN if self.departure is None else IN_THIS_RUN

    @property
    def own(self) -> float:
        """The scenario's own setting."""
        return own_setting(self.scenario)

    @property
    def as_written(self) -> pd.DataFrame:
        """The rows of `table` of the scenario as written."""
        return self.table[self.table["as_written"]]


def departure(variant: str | None, changes: Mapping[str, Any]) -> str | None:
    """`Variant pessimistic; changed: supervision.permissiveness = 0.5.`; None for neither."""
    told = ", ".join(f"{path} = {words.flow(value)}" for path, value in changes.items())
    return sentence(variant, f"changed: {told}" if told else "")


def departure_in_short(variant: str | None, changes: Mapping[str, Any]) -> str | None:
    """The same for places with little room: more than two changes are only counted."""
    if len(changes) <= MOST_CHANGES_IN_SHORT:
        return departure(variant, changes)
    return sentence(variant, f"{len(changes)} settings changed")


def sentence(variant: str | None, change: str) -> str | None:
    """A sentence of a variant and a change, where there are such; None for neither."""
    parts = ["" if variant is None else f"variant {variant}", change]
    text = "; ".join(part for part in parts if part)
    return f"{text[0].upper()}{text[1:]}." if text else None


def folder_name(scenario: Scenario, variant: str | None, changes: Mapping[str, Any]) -> str:
    """The usual name of a run's folder: a variant and changes have one of their own each.

    Changes are told apart by the start of the hash of the scenario with them.
    """
    parts = [scenario.id] + ([] if variant is None else [variant])
    return "-".join(parts + (["set", scenario.hash[:8]] if changes else []))


def simulations(scenario: Scenario, count: int, *, curve: bool) -> int:
    """How many replications a run of `count` simulates, all settings together."""
    if why_no_curve(scenario, curve=curve) is not None:
        return count
    return count * len(settings_to_try(scenario))


def axis_of(scenario: Scenario) -> str:
    """Which setting is the scenario's leeway."""
    return "time_limit" if scenario.supervision.policy == "time_limit" else "permissiveness"


def own_setting(scenario: Scenario) -> float:
    """The scenario's own value on its axis (a number, or minutes)."""
    supervision = scenario.supervision
    if axis_of(scenario) == "time_limit":
        assert supervision.time_limit is not None  # the format asks for it under this policy
        return supervision.time_limit
    return float(supervision.permissiveness)


def settings_to_try(scenario: Scenario) -> tuple[float, ...]:
    """The settings of the curve, ascending, the scenario's own among them.

    Under time_limit they are multiples of the scenario's limit; where that is 0, of the latency a
    supervisor reckons with (median response and fix); where that is 0 too, of one minute.
    """
    own = own_setting(scenario)
    if axis_of(scenario) == "permissiveness":
        return tuple(sorted({*GRID, own}))
    supervision = scenario.supervision
    latency = supervision.response.standard.median + supervision.fix.standard.median
    unit = own if own > 0 else latency if latency > 0 else 1.0
    return tuple(sorted({own, *(unit * multiple for multiple in MULTIPLES)}))


def at_setting(scenario: Scenario, value: float) -> Scenario:
    """The scenario with another value on its axis; itself at its own value."""
    if value == own_setting(scenario):
        return scenario
    if axis_of(scenario) == "time_limit":
        return scenario.with_({"supervision.time_limit": f"{value!r} min"})
    if value not in GRID:
        return scenario.with_({"supervision.permissiveness": value})
    # what is always allowed needn't be checked, which takes longer than simulating it
    supervision = rebuilt(scenario.supervision, {"permissiveness": value})
    return rebuilt(scenario, {"supervision": supervision})


def why_no_curve(scenario: Scenario, *, curve: bool) -> str | None:
    """Why only the scenario as written is simulated, in words; None where there is a curve."""
    reason = describe.why_no_leeway(scenario)
    if reason is None and not curve:
        reason = "no curve was asked for"
    return reason


def run_study(
    scenario: Scenario,
    *,
    seed: int,
    replications: int,
    engine: str,
    curve: bool = True,
    variant: str | None = None,
    changes: Mapping[str, Any] | None = None,
    against_file: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Study:
    """Simulate a scenario as written and, with `curve`, along its axis.

    `scenario` has the variant and the changes already; they, and `against_file`, are kept to be
    told.

    progress(n) is called when n more replications, of any setting, are finished; there will be
    `replications` for each setting. Raises ScenarioError as engine.simulate does.
    """
    no_curve = why_no_curve(scenario, curve=curve)
    own = own_setting(scenario)
    settings = settings_to_try(scenario) if no_curve is None else (own,)
    results = simulate_all(
        [at_setting(scenario, value) for value in settings],
        seed=seed,
        replications=replications,
        engine=engine,
        progress=progress,
    )
    pairs = list(zip(results, settings, strict=True))
    log = events_of(scenario, seed=seed, replication=0, engine=engine)
    return Study(
        scenario=scenario,
        seed=seed,
        replications=replications,
        engine=engine,
        axis=axis_of(scenario),
        table=pd.concat([labelled(r.table, value, own) for r, value in pairs], ignore_index=True),
        fates=pd.concat([labelled(r.fates, value, own) for r, value in pairs], ignore_index=True),
        episode=episodes.choose(log),
        no_curve=no_curve,
        variant=variant,
        changes={} if changes is None else changes,
        against_file=against_file,
    )


def labelled(table: pd.DataFrame, value: float, own: float) -> pd.DataFrame:
    """A result's table with its setting in front."""
    named = table.copy()
    named.insert(0, "setting", float(value))
    named.insert(1, "as_written", value == own)
    return named
