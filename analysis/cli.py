"""The `leeway` command: parse, call, print. Imported by nobody; nothing else prints.

Exit codes: 0 done, 2 bad input, 3 input or output failure, 130 interrupted. Results go to stdout,
messages and progress to stderr.
"""

import contextlib
import io
import json
import os
import shlex
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from analysis import console, findings, folder, report, story, study, words
from analysis.changes import read_changes
from engine import loader
from engine.errors import OutputError, ScenarioError
from engine.results import versions
from engine.run import DEFAULT_ENGINE, ENGINES, events
from engine.scenario import Scenario, json_schema

BAD_INPUT, IO_FAILURE, INTERRUPTED = 2, 3, 130
RUNS = Path("runs")
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
    return Console(stderr=errors, markup=False, emoji=False, highlight=False)


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
        typer.Option(metavar="DIR", show_default=False, help="Folder to write; runs/<id> if none."),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print one JSON object; a folder is written only with --out."),
    ] = False,
) -> None:
    """Simulate a scenario as written and along a range of leeway, and write its page."""
    check_engine(engine)
    chosen = changed(scenario, variant, changes)
    count = study.replications_for(engine) if replications is None else replications
    target = out if out is not None else None if as_json else RUNS / chosen.id
    started = now()

    def simulated() -> study.Study:
        with progress_bar(chosen, count, curve=not no_curve) as advance:
            return study.run_study(
                chosen, seed=seed, replications=count, engine=engine, curve=not no_curve,
                progress=advance,
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
        (tell if as_json else say)(f"The page, its figures and tables: {page}")


def check_engine(engine: str) -> None:
    """Refuse an engine that there isn't."""
    if engine not in ENGINES:
        folder.refuse(
            "--engine", f"{engine} was given", f"one of {', '.join(ENGINES)} is needed",
            f"try --engine {DEFAULT_ENGINE}",
        )  # fmt: skip


def changed(path: Path, variant: str | None, changes: Sequence[str] | None) -> Scenario:
    """The scenario of a file, with a variant first and then the changes of --set."""
    scenario = loader.load(path)
    if variant is not None:
        scenario = scenario.with_variant(variant)
    values = read_changes(changes or ())
    return scenario.with_(values) if values else scenario


def now() -> str:
    """The time of day, in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def save(draft: Path, done: study.Study, *, command: str, started: str) -> None:
    """The whole folder of a run."""
    record = folder.run_record(
        done,
        versions=versions(),
        command=command,
        started=started,
        ended=now(),
    )
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


@contextlib.contextmanager
def progress_bar(scenario: Scenario, count: int, *, curve: bool) -> Iterator[study.Progress | None]:
    """A bar on stderr for what takes over a second, on a terminal only."""
    screen = printer(errors=True)
    if not screen.is_terminal:
        yield None
        return
    settings = 1
    if study.why_no_curve(scenario, curve=curve) is None:
        settings = len(study.settings_to_try(scenario))
    columns = (TextColumn("simulating"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=screen, transient=True)
    task = bar.add_task("", total=settings * count)
    start = time.monotonic()

    def advance(more: int) -> None:
        bar.advance(task, more)
        if time.monotonic() - start > 1:
            bar.start()

    try:
        yield advance
    finally:
        bar.stop()


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
