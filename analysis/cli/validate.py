"""`leeway validate`: put the model to every test there is."""

from pathlib import Path
from typing import Annotated

import typer

from analysis import folder, progress
from analysis.cli.terminal import (
    CHECK_FAILED,
    RUNS,
    Engine,
    check_engine,
    printer,
    say,
    tell,
)
from engine.results import versions
from engine.run import DEFAULT_ENGINE

VALIDATION = RUNS / "validation"


def validate(
    quick: Annotated[
        bool, typer.Option("--quick/--full", help="Some minutes, or the samples of a release.")
    ] = True,
    engine: Engine = DEFAULT_ENGINE,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", show_default=False, help=f"Folder to write; {VALIDATION} if none."
        ),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print one JSON object; a folder is written only with --out."),
    ] = False,
) -> None:
    """Put the model to every test there is, and write the page of what has been shown.

    Two processes work at it. Exit code 4 where a check fails, crashes, or comes out otherwise than
    on record; the page is written all the same.
    """
    from analysis.validation import page, registry, runner  # slow to import, and needed here only
    from analysis.validation.checks import Setting

    check_engine(engine)
    setting = Setting(quick=quick, engine=engine)
    target = out if out is not None else None if as_json else VALIDATION

    def checked() -> runner.Report:
        with progress.bar(printer(errors=True), "validating", len(registry.CHECKS)) as advance:
            rows = runner.run_checks(registry.CHECKS, setting, progress=advance)
        return runner.Report(setting, versions(), rows)

    if target is None:
        done = checked()
    else:
        with folder.replacing(target, page.FOLDER) as draft:
            done = checked()
            page.save(draft, done)
    say(*([page.as_json(done)] if as_json else page.terminal(done)))
    if target is not None:
        (tell if as_json else say)(f"The page and its data: {target / page.PAGE}")
    if done.alarms:
        tell(f"leeway: {page.conclusion(done)}")
        raise typer.Exit(CHECK_FAILED)
