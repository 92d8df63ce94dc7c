"""The `leeway` command: parse, call, print. Imported by nobody; nothing else prints.

Exit codes: 0 done, 2 bad input, 3 input or output failure, 4 a check of `leeway validate` failed,
130 interrupted. Results go to stdout, messages and progress to stderr.
"""

import io
import json
import os
import shlex
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from analysis import console, findings, folder, progress, report, story, study, words
from analysis.changes import changed, read_changes
from engine import kernel, loader
from engine.errors import OutputError, ScenarioError
from engine.results import versions
from engine.run import DEFAULT_ENGINE, ENGINES, events
from engine.scenario import json_schema

BAD_INPUT, IO_FAILURE, CHECK_FAILED, INTERRUPTED = 2, 3, 4, 130
RUNS = Path("runs")
VALIDATION = RUNS / "validation"
LARGEST_SEED = 2**64 - 1

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="How far may a supervisor let a trainee go wrong, for the learning in it, before a "
    "patient pays? Simulated, not clinical advice.",
)


class Format(StrEnum):
    """How `leeway trace` prints."""

    text = "text"
    jsonl = "jsonl"


ScenarioFile = Annotated[
    Path, typer.Argument(metavar="SCENARIO", show_default=False, help="A scenario file (YAML).")
]
Seed = Annotated[int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of the luck.")]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        show_default=False,
        help="Change one setting, such as supervision.permissiveness=0.1; may be repeated.",
    ),
]
Variant = Annotated[
    str | None,
    typer.Option(metavar="NAME", show_default=False, help="Use a variant that the file names."),
]
Engine = Annotated[str, typer.Option(help=f"Engine: {', '.join(ENGINES)}.")]


def printer(*, errors: bool = False) -> Console:
    """Where output goes. User's texts are never read as markup."""
    return console.Screen(stderr=errors, markup=False, emoji=False, highlight=False)


def say(*lines: str) -> None:
    """Lines to stdout, as they are: not wrapped, not coloured."""
    for line in lines:
        sys.stdout.write(line + "\n")


def tell(*lines: str) -> None:
    """Lines to stderr."""
    for line in lines:
        sys.stderr.write(line + "\n")


@app.command()
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
    started = now()

    def simulated() -> study.Study:
        total = study.simulations(chosen, count, curve=not no_curve)
        with progress.bar(printer(errors=True), "simulating", total) as advance:
            return study.run_study(
                chosen, seed=seed, replications=count, engine=engine, curve=not no_curve,
                variant=variant, changes=values,
                progress=progress.foretelling(total, tell, advance),
            )  # fmt: skip

    if target is None:
        done = simulated()
    else:
        with folder.replacing(target) as draft:
            done = simulated()
            save(draft, done, command=context.find_root().obj, started=started)
    if as_json:
        say(json.dumps(console.as_object(done), allow_nan=False))
    else:
        show(done)
    if target is not None:
        page = target / "report.html"
        (tell if as_json else say)(f"The page, figures and tables: {page}")


def check_engine(engine: str) -> None:
    """Refuse an engine that there isn't."""
    if engine not in ENGINES:
        folder.refuse(
            "--engine", f"{engine} was given", f"one of {', '.join(ENGINES)} is needed",
            f"try --engine {DEFAULT_ENGINE}",
        )  # fmt: skip
    if engine == "kernel" and not kernel.is_compiled():
        tell("compiling the model for this machine, once: about 20 s")


def now() -> str:
    """The time of day, in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def save(draft: Path, done: study.Study, *, command: str, started: str) -> None:
    """The whole folder of a run."""
    papers = {"versions": versions(), "command": command, "started": started, "ended": now()}
    record = folder.run_record(done, **papers)
    folder.write(draft, done, record)
    report.save(draft, done, record)


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
        screen.print(console.CURVE_LEGEND + star, style="dim")
    screen.print()
    for line in findings.verdict(done):
        screen.print(line)


@app.command()
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


@app.command()
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


@app.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    say(json.dumps(json_schema(), indent=2))


@app.command()
def outcomes() -> None:
    """List the outcomes, what they mean and in what unit."""
    printer().print(console.outcomes())


@app.command()
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


def check_number(option: str, number: int | None, count: int) -> None:
    """Refuse the number of somebody or something that there isn't."""
    if number is not None and number >= count:
        folder.refuse(
            option, f"{number} was given", f"a number from 0 to {count - 1} is needed",
            "they are counted from 0",
        )  # fmt: skip


@app.command("report")
def remake(
    run_folder: Annotated[
        Path, typer.Argument(metavar="DIR", show_default=False, help="A folder of leeway run.")
    ],
) -> None:
    """Make the page and figures of a run folder anew from its tables and record."""
    done, record = folder.read(run_folder)
    try:
        report.save(run_folder, done, record)
    except OSError as error:
        raise OutputError(f"{run_folder} can't be written: {folder.reason(error)}") from error
    say(f"The page and its figures: {run_folder / 'report.html'}")


def show_version(wanted: bool) -> None:
    """Print the version and end."""
    if wanted:
        say(f"leeway {version('leeway-sim')}")
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Options of leeway itself."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and give its exit code; every failure a user can cause is one line or so."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a narrow terminal must not stop a run
    try:
        code = invoke(sys.argv[1:] if arguments is None else list(arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        # who read us has had enough; leave nothing that the interpreter would try to flush
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return IO_FAILURE
    except OSError as error:
        return failed(folder.reason(error), IO_FAILURE)
    except KeyboardInterrupt:
        return failed("interrupted", INTERRUPTED)
    return code


def invoke(arguments: list[str]) -> int:
    """Parse and call. Raises OSError and KeyboardInterrupt; other user errors become a code."""
    command = typer.main.get_command(app)
    try:
        spoken = shlex.join(["leeway", *arguments])  # for the run record
        with command.make_context("leeway", arguments, obj=spoken) as context:
            command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    except ScenarioError as error:
        tell(str(error))
        return BAD_INPUT
    except OutputError as error:
        return failed(str(error), IO_FAILURE)
    except typer.TyperException as error:
        return failed(f"{error.format_message()}\nTry leeway --help.", BAD_INPUT)
    return 0


def failed(message: str, code: int) -> int:
    """Say why on stderr and give the exit code back."""
    tell(f"leeway: {message}")
    return code
