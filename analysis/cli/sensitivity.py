"""`leeway sensitivity`: which assumptions a conclusion hangs on."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from analysis import console, folder, progress, words
from analysis.assumptions import moves
from analysis.changes import changed, read_changes
from analysis.cli.terminal import (
    Changes,
    Engine,
    ScenarioFile,
    Seed,
    Variant,
    check_engine,
    now,
    printer,
    say,
    tell,
)
from analysis.study import departure
from engine.run import DEFAULT_ENGINE

SHOWN = 15
"""Rows of the sheet in the terminal; the folder has them all."""


class Method(StrEnum):
    """How indices are estimated."""

    sobol = "sobol"
    morris = "morris"


def sensitivity(
    context: typer.Context,
    scenario: ScenarioFile,
    outcome: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="An outcome, or best_permissiveness: that with the least total burden.",
        ),
    ] = "total_burden",
    against: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH=VALUE",
            show_default=False,
            help="Ask about the difference: as written minus with this change, in the same luck; "
            "such as supervision.permissiveness=0; may be repeated.",
        ),
    ] = None,
    method: Annotated[
        Method, typer.Option(help="Shares of variance, or mean effects from fewer points.")
    ] = Method.sobol,
    hold: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH", show_default=False, help="Don't vary this input; may be repeated."
        ),
    ] = None,
    apart: Annotated[
        bool,
        typer.Option("--apart", help="Vary each input alone, also those with one source."),
    ] = False,
    seed: Seed = 0,
    samples: Annotated[
        int | None,
        typer.Option(
            min=2,
            show_default=False,
            help="Sobol' samples (64; 256 tell more apart), or trajectories (20).",
        ),
    ] = None,
    replications: Annotated[
        int | None,
        typer.Option(
            min=1, max=1_000_000, show_default=False, help="Of each point (8; 16 for a difference)."
        ),
    ] = None,
    changes: Changes = None,
    variant: Variant = None,
    engine: Engine = DEFAULT_ENGINE,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", show_default=False, help="Folder to write, if wanted."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say which assumptions a conclusion hangs on, over the ranges of a scenario's evidence."""
    # slow to import, and needed here only
    from analysis import sensitivity_page
    from analysis.sensitivity import plan
    from analysis.sensitivity import sensitivity as analyse

    check_engine(engine)
    chosen = changed(scenario, variant, changes)
    what: dict[str, Any] = {
        "against": read_changes(against or (), option="--against"),
        "hold": tuple(hold or ()),
        "together": not apart,
        "method": method.value,
        "samples": samples,
        "replications": replications,
    }
    work = plan(chosen, outcome, **what)
    tell(
        f"{words.plural(work.inputs, 'input')}, {work.points:,} points, "
        f"{work.cases / 1e6:,.1f} million cases: about {told_seconds(work.seconds)}."
    )
    started = now()

    def simulated() -> Any:
        with progress.bar(printer(errors=True), "simulating", work.points) as advance:
            return analyse(chosen, outcome, **what, seed=seed, engine=engine, progress=advance)

    if out is None:
        done = simulated()
    else:
        with folder.replacing(out, sensitivity_page.KIND) as draft:
            done = simulated()
            sensitivity_page.save(
                draft, done, variant=variant, changes=read_changes(changes or ()),
                command=context.find_root().obj, started=started, ended=now(),
            )  # fmt: skip
    if as_json:
        say(json.dumps(sensitivity_page.as_object(done), allow_nan=False))
    else:
        show(done, departure(variant, read_changes(changes or ())))
    if out is not None:
        (tell if as_json else say)(f"The sheet and the figures: {out / 'summary.md'}")


def told_seconds(seconds: float) -> str:
    """A rough time: `10 s`, `2 min`."""
    if seconds < 90:
        return f"{max(1, round(seconds / 5) * 5 if seconds > 5 else round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def show(done: Any, departed: str | None) -> None:
    """The analysis in a terminal: what it says, and the sheet's first rows."""
    from analysis.sensitivity_words import sentences

    screen = printer()
    screen.print(f"Which assumptions matter: {done.scenario.title}", style="bold")
    if departed is not None:
        screen.print(departed)
    for sentence in sentences(done):
        screen.print(sentence)
    screen.print()
    head = "conclusion moves, from the low to the high end"
    table = console.plain_table("input", "as written", "source", "range", head)
    sheet = done.sheet[done.sheet["varied"].astype(bool)].drop_duplicates("words")
    for row in sheet.head(SHOWN).to_dict("records"):
        source = row["source"] if isinstance(row["source"], str) else row["status"]
        value = str(row["value"]).split(" (of ", 1)[0]
        table.add_row(row["words"], value, source, f"{row['low']} to {row['high']}", moves(row))
    screen.print(table)
    left = len(sheet) - SHOWN
    more = f" {words.plural(left, 'input')} that move it less: see --out." if left > 0 else ""
    screen.print(f"One input at a time, all else as written.{more} {words.SIMULATED}", style="dim")
