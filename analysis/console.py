"""What the commands show: tables for a terminal, one object for `--json`. Prints nothing itself."""

import math
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Table

from analysis import describe, estimate, findings, words
from analysis.estimate import Estimate
from analysis.study import Study
from engine.outcomes import OUTCOMES
from engine.scenario import Scenario

UNITS = {outcome.name: outcome.unit for outcome in OUTCOMES}


class Screen(Console):
    """A console that leaves a reader who has gone away to its caller.

    Raises BrokenPipeError then; rich itself would end the program with exit code 1.
    """

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def heading(study: Study) -> list[str]:
    """The lines above the tables."""
    runs = words.plural(study.replications, "replication")
    return [
        study.scenario.title,
        *([] if study.departure is None else [study.departure]),
        *describe.sentences(study.scenario),
        f"{runs} ({words.REPLICATION}), seed {study.seed}. {findings.inputs(study).share}. "
        f"{words.SIMULATED}",
    ]


def numbers(study: Study) -> Table:
    """The telling outcomes of the scenario that was run."""
    value = "mean (95 % interval)" if study.replications > 1 else "value"
    table = plain_table(study.own_name, value)
    table.columns[1].justify = "right"
    for group in findings.groups(study):
        table.add_row(group.title, "", style="bold")
        for what, how_much in group.rows:
            table.add_row(f"  {what}", how_much)
    return table


def curve(study: Study) -> Table | None:
    """The settings side by side; None without a curve."""
    low = findings.lowest_burden(study)
    if low is None:
        return None
    heads = ("harmed\nnow", "expe-\nrience", "resi-\nlience", "harmed\nlater", "total\nburden")
    table = plain_table("setting", *heads, against(study))
    table.title, table.title_justify = f"Along {words.axis_label(study.axis)}", "left"
    table.title_style = "bold"
    for column in table.columns[1:]:
        column.justify = "right"
    for row in findings.curve_rows(study, low):
        label = f"{row.label} *" if row.kept and study.replications > 1 else row.label
        table.add_row(label, *row.values, row.difference, style="bold" if row.as_written else None)
    return table


def against(study: Study) -> str:
    """What the differences of the curve are against."""
    return "against as written" if study.departure is None else "against this run"


def curve_legend(study: Study) -> str:
    """How the curve is to be read."""
    return (
        "harmed now, later: patients per 100 training, per 100 independent cases. Total burden: "
        f"harm weights of a trainee's patients, now and later; {against(study)}: paired difference "
        f"with 95 % interval. {findings.ONE_AT_A_TIME}"
    )


STAR = " * can't be told from the lowest total burden."


def plain_table(*heads: str) -> Table:
    """A table without a frame."""
    return Table(*heads, box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))


def outcomes() -> Table:
    """The registry of outcomes."""
    table = plain_table("outcome", "meaning, unit, what is better")
    group = None
    for outcome in OUTCOMES:
        if outcome.group != group:
            table.add_row(outcome.group, "", style="bold")
            group = outcome.group
        better = "" if outcome.better == "neither" else f"; {outcome.better} is better"
        table.add_row(f"  {outcome.name}", f"{outcome.meaning}\n({outcome.unit}{better})")
    table.columns[0].no_wrap = True
    return table


def checked(scenario: Scenario) -> str:
    """What `leeway check` says of a good file."""
    statuses = [one.status for one in scenario.inputs()]
    count = findings.Inputs(statuses.count("sourced"), statuses.count("assumption"))
    steps = words.plural(len(scenario.task.steps), "step")
    trainees = words.plural(scenario.trainees.count, "trainee")
    return f"good: {scenario.title}; {trainees}, {steps}; {count.share}"


def as_object(study: Study) -> dict[str, Any]:
    """The object that `leeway run --json` prints; what is missing or not finite is null."""
    return {
        "scenario": {"id": study.scenario.id, "hash": study.scenario.hash},
        "seed": study.seed,
        "replications": study.replications,
        "engine": study.engine,
        "outcomes": with_units(findings.estimates(study)),
        "curve": [] if study.no_curve is not None else list(curve_objects(study)),
    }


def curve_objects(study: Study) -> Iterable[dict[str, Any]]:
    """One object per setting of the curve, ascending."""
    for setting, table in study.table.groupby("setting", sort=True):
        found = {
            name: estimate.estimate(table[name]) for name in estimate.outcome_names(study.table)
        }
        yield {study.axis: float(str(setting)), "outcomes": with_units(found)}


def with_units(found: dict[str, Estimate]) -> dict[str, dict[str, float | str | None]]:
    """Estimates by outcome, as plain values."""
    return {
        name: {
            "mean": finite(one.mean),
            "se": finite(one.se),
            "low": finite(one.low),
            "high": finite(one.high),
            "unit": UNITS[name],
        }
        for name, one in found.items()
    }


def finite(value: float) -> float | None:
    """The value, or None where it is no finite number."""
    return value if math.isfinite(value) else None
