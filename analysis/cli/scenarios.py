"""Commands that look at scenario files: check, schema, outcomes, trace."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from analysis import console, story, study, words
from analysis.changes import changed, read_changes
from analysis.cli.terminal import (
    BAD_INPUT,
    Changes,
    Engine,
    ScenarioFile,
    Seed,
    Variant,
    check_engine,
    check_number,
    printer,
    say,
    tell,
)
from engine import loader
from engine.errors import ScenarioError
from engine.run import DEFAULT_ENGINE, events
from engine.scenario import json_schema


class Format(StrEnum):
    """How `leeway trace` prints."""

    text = "text"
    jsonl = "jsonl"


def check(
    scenarios: Annotated[
        list[Path], typer.Argument(metavar="SCENARIO...", show_default=False, help="Files.")
    ],
) -> None:
    """Say whether scenario files are good, and all that is wrong with those that aren't."""
    bad = 0
    for path in scenarios:
        try:
            scenario = loader.load(path)
        except ScenarioError as error:
            bad += 1
            tell(str(error))
            continue
        say(f"{path}: {console.checked(scenario)}")
        tell(*(f"{path}: warning: {warning}" for warning in scenario.warnings()))
    if bad > 0:
        raise typer.Exit(BAD_INPUT)


def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    say(json.dumps(json_schema(), indent=2))


def outcomes() -> None:
    """List the outcomes, what they mean and in what unit."""
    printer().print(console.outcomes())


def trace(
    scenario: ScenarioFile,
    replication: Annotated[int, typer.Option(min=0, help="Which replication, from 0.")] = 0,
    trainee: Annotated[
        int | None, typer.Option(min=0, show_default=False, help="Only this trainee, from 0.")
    ] = None,
    case: Annotated[
        int | None, typer.Option(min=0, show_default=False, help="Only this case, from 0.")
    ] = None,
    seed: Seed = 0,
    changes: Changes = None,
    variant: Variant = None,
    engine: Engine = DEFAULT_ENGINE,
    format_: Annotated[
        Format, typer.Option("--format", help="A story, or one JSON object a line.")
    ] = Format.text,
) -> None:
    """Tell one replication as a story, event by event.

    Trainees, cases and replications are counted from 0, here as in the story. --case J tells the
    case of that number in training and in independent practice.
    """
    check_engine(engine)
    chosen = changed(scenario, variant, changes)
    check_number("--trainee", trainee, chosen.trainees.count)
    check_number("--case", case, max(chosen.study.cases, chosen.independent.cases))
    log = events(chosen, seed=seed, replication=replication, engine=engine)
    tell(*story.without_case(chosen, log, trainee, case))
    told = (one for one in story.tell(chosen, log) if story.wanted(one.event, trainee, case))
    if format_ is Format.jsonl:
        for one in told:
            say(json.dumps(story.row(one), allow_nan=False))
        return
    say(f"{chosen.title}: replication {replication}, seed {seed}. {words.SIMULATED}")
    departure = study.departure(variant, read_changes(changes or ()))
    say(*([] if departure is None else [departure]))
    say("Trainees, cases and supervisors are counted from 0.", "")
    say(*story.lines(told))
