"""The `leeway` command: parse, call, print. Imported by nobody; nothing else prints.

terminal.py    options, exit codes and streams that commands share
NAME.py        the commands, a file for those that belong together

Exit codes: 0 done, 2 bad input, 3 input or output failure, 4 some checks or blocks failed,
130 interrupted. Results go to stdout, messages and progress to stderr.
"""

import io
import os
import shlex
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated

import typer

from analysis import folder
from analysis.cli import run, scenarios, sensitivity, sweep, twin, validate
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
    except LeewayError as error:
        return failed(str(error), BAD_INPUT)
    except typer.TyperException as error:
        return failed(f"{error.format_message()}\nTry leeway --help.", BAD_INPUT)
    return 0
