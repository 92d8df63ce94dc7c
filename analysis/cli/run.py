"""`leeway run` and `leeway report`: simulate a scenario along its leeway, and write its page.

What makes the page is imported where it is made: all commands load this file.
"""

import json
from pathlib import Path
from typing import Annotated

import typer

from analysis import console, drawing, findings, folder, plans, progress, study
from analysis.changes import changed, read_changes
from analysis.cli.terminal import (
    RUNS,
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
from engine import loader
from engine.errors import OutputError
from engine.results import versions
from engine.run import DEFAULT_ENGINE


def run(
    context: typer.Context,
    scenario: ScenarioFile,
    seed: Seed = 0,
    replications: Annotated[
        int | None,
        typer.Option(min=1, max=10_000_000, show_default=False, help="How many replications."),
    ] = None,
    changes: Changes = None,
    variant: Variant = None,
    engine: Engine = DEFAULT_ENGINE,
    no_curve: Annotated[
        bool, typer.Option("--no-curve", help="Only the scenario as written.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", show_default=False, help="Folder to write, else one in runs."),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print one JSON object; a folder is written only with --out."),
    ] = False,
) -> None:
    """Simulate a scenario as written and along a range of leeway, and write its page."""
    check_engine(engine)
    chosen, values = changed(scenario, variant, changes), read_changes(changes or ())
    count = study.replications_for(engine) if replications is None else replications
    target = (
        out
        if out is not None
        else None
        if as_json
        else RUNS / study.folder_name(chosen, variant, values)
    )
    departs = None
    if variant is not None or values:
        from analysis.view.against_file import against_file

        departs = against_file(loader.load(scenario), chosen, variant=variant, changes=values)
    started = now()

    def simulated() -> study.Study:
        total = study.simulations(chosen, count, curve=not no_curve)
        with progress.bar(printer(errors=True), "simulating", total) as advance:
            return study.run_study(
                chosen, seed=seed, replications=count, engine=engine, curve=not no_curve,
                variant=variant, changes=values, against_file=departs,
                progress=progress.foretelling(total, tell, advance),
            )  # fmt: skip

    if target is None:
        done = simulated()
    else:
        with folder.replacing(target) as draft, drawing.board() as board:
            board.hand_in([plans.assumptions(chosen, study.departure_in_short(variant, values))])
            done = simulated()
            board.hand_in(plans.of_run(done))
            save(draft, done, board, command=context.find_root().obj, started=started)
    if as_json:
        say(json.dumps(console.as_object(done), allow_nan=False))
    else:
        show(done)
    if target is not None:
        page = target / "report.html"
        (tell if as_json else say)(f"The page, figures and tables: {page}")


def save(
    draft: Path, done: study.Study, board: drawing.Board, *, command: str, started: str
) -> None:
    """The whole folder of a run."""
    from analysis import report
    from analysis.view import grid

    papers = {"versions": versions(), "command": command, "started": started, "ended": now()}
    record = folder.run_record(done, **papers)
    cells = grid.grid(done)
    folder.write(draft, done, record, cells)
    report.save(draft, done, record, grid.page_data(done, cells), board.fetch())


def show(done: study.Study) -> None:
    """The run in a terminal: what was simulated, the numbers, the curve, the verdict."""
    screen = printer()
    title, *rest = console.heading(done)
    screen.print(title, style="bold")
    for line in rest:
        screen.print(line)
    screen.print()
    screen.print(console.numbers(done))
    curve = console.curve(done)
    if curve is not None:
        screen.print()
        screen.print(curve)
        star = console.STAR if done.replications > 1 else ""
        screen.print(console.curve_legend(done) + star, style="dim")
    screen.print()
    for line in findings.verdict(done):
        screen.print(line)


def remake(
    run_folder: Annotated[
        Path, typer.Argument(metavar="DIR", show_default=False, help="A folder of leeway run.")
    ],
) -> None:
    """Make the page and figures of a run folder anew from its tables and record."""
    from analysis import report
    from analysis.view import grid

    done, record = folder.read(run_folder)
    cells = folder.read_grid(run_folder, record)
    try:
        report.save(run_folder, done, record, grid.page_data(done, cells))
    except OSError as error:
        raise OutputError(
            f"{run_folder} can't be written: {folder.reason(error)}; make room there, or copy the "
            "folder to where you may write"
        ) from error
    say(f"The page and its figures: {run_folder / 'report.html'}")
