"""What the commands share: their common options, exit codes, and the two streams they write to."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from analysis import console, folder
from engine.run import DEFAULT_ENGINE, ENGINES

BAD_INPUT, IO_FAILURE, CHECK_FAILED, INTERRUPTED = 2, 3, 4, 130
RUNS = Path("runs")
LARGEST_SEED = 2**64 - 1

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


def check_engine(engine: str) -> None:
    """Refuse an engine that there isn't."""
    if engine not in ENGINES:
        folder.refuse(
            "--engine", f"{engine} was given", f"one of {', '.join(ENGINES)} is needed",
            f"try --engine {DEFAULT_ENGINE}",
        )  # fmt: skip


def now() -> str:
    """The time of day, in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def check_number(option: str, number: int | None, count: int) -> None:
    """Refuse the number of somebody or something that there isn't."""
    if number is not None and number >= count:
        folder.refuse(
            option, f"{number} was given", f"a number from 0 to {count - 1} is needed",
            "they are counted from 0",
        )  # fmt: skip


def failed(message: str, code: int) -> int:
    """Say why on stderr and give the exit code back."""
    tell(f"leeway: {message}")
    return code
