"""The `leeway` command: parse, call, print. Imported by nobody; nothing else prints.

terminal.py    options, exit codes and streams that commands share
interrupts.py  Ctrl-C that would be lost
NAME.py        the commands, a file for those that belong together

Exit codes: 0 done, 2 bad input, 3 input or output failure, 4 some checks or blocks failed,
130 interrupted. Results go to stdout, messages and progress to stderr.
"""

import gc
import io
import os
import shlex
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated, NoReturn

import typer
from pydantic import ValidationError

from analysis import folder
from analysis.cli import explore, interrupts, run, scenarios, sensitivity, sweep, twin, validate
from analysis.cli.terminal import BAD_INPUT, INTERRUPTED, IO_FAILURE, failed, say, tell
from engine.errors import LeewayError, OutputError, ScenarioError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="How far may a supervisor let a trainee go wrong, for the learning in it, before a "
    "patient pays? Simulated, not clinical advice.",
)
app.command("run")(run.run)
app.command("explore")(explore.explore)
app.command("sweep")(sweep.sweep)
app.command("twin")(twin.twin)
app.command("sensitivity")(sensitivity.sensitivity)
app.command("verify")(sweep.verify)
app.command("validate")(validate.validate)
app.command("check")(scenarios.check)
app.command("schema")(scenarios.schema)
app.command("outcomes")(scenarios.outcomes)
app.command("trace")(scenarios.trace)
app.command("report")(run.remake)


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


def command() -> NoReturn:
    """The program: `main`, and the end of the process.

    After Ctrl-C nothing is waited for: compiled code may still be at a long replication.
    """
    interrupts.listen()
    gc.freeze()  # what was imported stays to the end: looking for garbage there takes a second
    gc.set_threshold(100_000, 50, 1000)  # what a run makes, it keeps, or lets go of by itself
    code = main()
    if code == INTERRUPTED:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


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
    except KeyboardInterrupt as stopped:
        return broken_off(stopped)
    except Exception as error:
        if interrupts.heard():
            return broken_off(error)
        raise
    return code


def broken_off(how: BaseException) -> int:
    """Say so, and keep what was under way: llvmlite crashes when half an object is taken down."""
    _broken_off.append(how)
    return failed("interrupted", INTERRUPTED)


_broken_off: list[BaseException] = []


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
    except LeewayError as error:
        return failed(str(error), BAD_INPUT)
    except typer.TyperException as error:
        return failed(f"{refusal(error)}\nTry {helped(arguments)} --help.", BAD_INPUT)
    return 0


def refusal(error: typer.TyperException) -> str:
    """What the option parser refuses, in our words: what was given, and what is allowed."""
    cause, option = error.__cause__, getattr(error, "param", None)
    if not isinstance(cause, ValidationError) or option is None:
        return error.format_message()
    found = cause.errors()[0]
    kind, limits = found["type"], found.get("ctx", {})
    if kind == "greater_than_equal":
        allowed = f"{limits['ge']} is the least"
    elif kind == "less_than_equal":
        allowed = f"{limits['le']:,} is the most"
    elif kind.startswith("int_"):
        allowed = "a whole number is needed"
    elif " is not one of " in found["msg"]:
        choices = found["msg"].partition(" is not one of ")[2].rstrip(".").replace("'", "")
        allowed = f"one of {choices} is needed"
    else:
        return error.format_message()
    name = option.opts[-1] if option.opts[-1].startswith("-") else option.human_readable_name
    return f"{name}: {found['input']} was given; {allowed}"


def helped(arguments: Sequence[str]) -> str:
    """The command whose help says more: `leeway run`, or `leeway` where there is no such."""
    known = {command.name for command in app.registered_commands}
    return " ".join(["leeway", *arguments[:1]]) if known & set(arguments[:1]) else "leeway"
