"""Why a folder is refused: what its sweep has and the one asked for hasn't, in words.

A store knows hashes alone. The papers beside it know the settings: they say which of them changed.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis import sweep_folder
from analysis.axes import MINUTES, Axis
from analysis.design import GRID, design_from
from analysis.words import duration, flow, listed, number
from engine.errors import OutputError, Problem, ScenarioError

if TYPE_CHECKING:
    from analysis.sweep_plan import Plan

MOST_TOLD, MOST_VALUES, MOST_LONG = 3, 8, 60
GONE = "nothing"
HASHES = ("outcomes", "source of the engine")
"""Fields of an identity whose values tell a reader nothing."""


def told(problems: Sequence[Problem], folder: Path, plan: "Plan") -> list[Problem]:
    """Why a store refused a plan, with hashes put into words where the papers allow it.

    The field that differs stays named first.
    """
    return [_told(problem, folder, plan) for problem in problems]


def _told(problem: Problem, folder: Path, plan: "Plan") -> Problem:
    if problem.path in HASHES:
        return replace(
            problem, given=f"{folder} holds a sweep of another leeway",
            advice="use the version that began it, or choose another folder with --out",
        )  # fmt: skip
    differences = {"scenario": _scenario, "design": _design}.get(problem.path)
    if differences is None:
        return problem
    try:
        found = list(differences(folder, sweep_folder.read_record(folder), plan))
    except (OutputError, ScenarioError, KeyError, TypeError, ValueError, ArithmeticError):
        return problem  # papers that are damaged: the hashes are all there is
    if not found:
        return problem
    return replace(
        problem, given=f"{folder} holds another sweep: {'; '.join(found)}",
        advice="take back what changed, or choose another folder with --out",
    )  # fmt: skip


def _scenario(folder: Path, record: Mapping[str, Any], plan: "Plan") -> Iterator[str]:
    """In which settings the scenario of a folder differs."""
    if record["variant"] != plan.variant:
        variants = ("none" if one is None else one for one in (record["variant"], plan.variant))
        yield "variant: {} there, {} now".format(*variants)
        return
    scenario = sweep_folder.read_scenario(folder, dict(record))
    then, now = (
        dict(_leaves("", json.loads(one.canonical_json()))) for one in (scenario, plan.scenario)
    )
    every = sorted({**then, **now}, key=lambda path: path.startswith(("evidence", "variants")))
    changed = [path for path in every if then.get(path, GONE) != now.get(path, GONE)]
    for path in changed[:MOST_TOLD]:
        yield f"{path} is {_short(then.get(path, GONE))} there, {_short(now.get(path, GONE))} now"
    if len(changed) > MOST_TOLD:
        yield f"and {len(changed) - MOST_TOLD} more"


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """path: value of all that stands in a resolved scenario."""
    if isinstance(value, Mapping) and value:
        for key, each in value.items():
            yield from _leaves(f"{path}.{key}" if path else str(key), each)
    elif isinstance(value, list) and value and all(isinstance(each, Mapping) for each in value):
        for place, each in enumerate(value):
            name = each.get("name", each.get("about", place))
            yield from _leaves(f"{path}[{name}]", each)
    else:
        yield path, value


def _design(_folder: Path, record: Mapping[str, Any], plan: "Plan") -> Iterator[str]:
    """In what the points of a folder differ."""
    then, now = design_from(record["design"]), plan.design
    if then.kind != now.kind:
        yield f"a {then.kind} there, a {now.kind} now"
    before, after = ({axis.path: _axis(axis) for axis in one.axes} for one in (then, now))
    for path in {**before, **after}:
        if before.get(path) != after.get(path):
            ends = (one.get(path, "as written") for one in (before, after))
            yield "{} is {} there, {} now".format(path, *ends)
    if before == after and list(before) != list(after):
        yield f"it varies {listed(then.paths)} in this order, {listed(now.paths)} now"
    if then.count != now.count and GRID not in (then.kind, now.kind):
        yield f"{then.count:,} points there, {now.count:,} now"


def _axis(axis: Axis) -> str:
    """What an axis takes: `[0, 0.5, 1]`, or `0 to 0.5 (11 values)`."""
    if axis.span is None:
        shown = [_short(value) for value in axis.listed[:MOST_VALUES]]
        more = len(axis.listed) - len(shown)
        return f"[{', '.join(shown)}{f', and {more} more' if more > 0 else ''}]"
    name = duration if axis.span.unit == MINUTES else number
    ends = f"{name(float(axis.span.low))} to {name(float(axis.span.high))}"
    spacing = ", log" if axis.span.log else ""
    count = "" if axis.count is None else f"{axis.count} values"
    about = f"{count}{spacing}".removeprefix(", ")
    return f"{ends} ({about})" if about else ends


def _short(value: Any) -> str:
    """A value in a message."""
    text = flow(value)
    return text if len(text) <= MOST_LONG else f"{text[:MOST_LONG]}..."
