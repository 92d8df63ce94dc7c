"""The engines against each other: the same story of every shipped scenario, bit for bit."""

import math
from itertools import zip_longest
from typing import Any

import engine
from analysis.validation.checks import REFERENCE, Check, Line, Outcome, Setting, Verdict
from analysis.validation.facts_watch import SHIPPED_NAMES, shipped
from engine import run
from engine.event_log import Event
from engine.outcomes import OUTCOME_NAMES
from engine.scenario import Scenario


def exactly(value: Any) -> Any:
    """A value such that equal means the same bits; a missing number is like any other."""
    if isinstance(value, float):
        return "missing" if math.isnan(value) else float(value).hex()
    return value


def differing_rows(one: list[Event], other: list[Event]) -> int:
    """In how many places two event logs differ; a row that only one has counts."""
    pairs = zip_longest(one, other, fillvalue=())
    return sum(tuple(map(exactly, a)) != tuple(map(exactly, b)) for a, b in pairs)


def differing_outcomes(one: engine.Result, other: engine.Result) -> int:
    """How many outcomes of all replications differ between two results."""
    return sum(
        exactly(float(a)) != exactly(float(b))
        for name in OUTCOME_NAMES
        for a, b in zip(one.table[name], other.table[name], strict=True)
    )


def _compared(name: str, other: str, setting: Setting) -> tuple[Line, bool]:
    """One scenario told by the reference and by another engine: the line, and whether they agree.

    The variants count too, each with one replication.
    """
    scenario = shipped(name)
    rows = differ = 0
    for told in (scenario, *(scenario.with_variant(each) for each in scenario.variants)):
        logs = [run.events(told, setting.seed, engine=each) for each in (REFERENCE, other)]
        rows += len(logs[0])
        differ += differing_rows(*logs)
    outcomes = _outcomes(scenario, other, setting)
    measured = f"{differ} rows of {rows:,}, {outcomes} outcomes"
    line = Line(f"{name}, {other} against {REFERENCE}", "0 rows, 0 outcomes differ", measured)
    return line, differ == 0 and outcomes == 0


def _outcomes(scenario: Scenario, other: str, setting: Setting) -> int:
    replications = 3 if setting.quick else 60
    one, two = (
        run.simulate(scenario, setting.seed, replications, engine=each)
        for each in (REFERENCE, other)
    )
    return differing_outcomes(one, two)


def _run(setting: Setting) -> Verdict:
    others = [each for each in run.ENGINES if each != REFERENCE]
    if not others:
        return Verdict(
            Outcome.NOT_DONE, "the same event log and outcomes from every engine", "nothing",
            "Only the reference engine exists so far; there is nothing to compare it with.",
        )  # fmt: skip
    found = [_compared(name, other, setting) for other in others for name in SHIPPED_NAMES]
    bad = [line.name for line, same in found if not same]
    return Verdict(
        Outcome.FAILS if bad else Outcome.HOLDS,
        "the same bits",
        f"different: {', '.join(bad)}" if bad else "equal",
        "Every row of the event log and every outcome of the six shipped scenarios was compared "
        "bit by bit, and the event logs of their variants.",
        {"scenarios": float(len(found)), "scenarios that differ": float(len(bad))},
        tuple(line for line, _ in found),
    )


CHECK = Check(
    id="engines",
    heading="cross",
    title="Engine against engine",
    claim="All engines tell the same story of the shipped scenarios, event by event.",
    source="the reference engine, written to be read, is the specification",
    cost_quick=60_000,
    cost_full=600_000,
    run=_run,
)
