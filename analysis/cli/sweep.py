"""`leeway sweep` and `leeway verify`: a scenario at many settings, kept block by block."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from analysis import progress, study, sweep_folder, sweep_words, words
from analysis.changes import changed, read_changes, read_value
from analysis.cli.terminal import (
    CHECK_FAILED,
    INTERRUPTED,
    RUNS,
    Changes,
    Engine,
    Seed,
    Variant,
    check_engine,
    printer,
    say,
    tell,
)
from analysis.design import DESIGNS, GRID, lay_out
from analysis.folder import refuse
from analysis.stopping import DEFAULT_CAP, Until
from analysis.sweep_plan import Plan, check_arguments, plan_of
from analysis.sweep_result import Sweep
from analysis.vary import read_vary
from engine.errors import Problem, ScenarioError
from engine.run import DEFAULT_ENGINE, DEFAULT_REPLICATIONS

MANY_POINTS = 2_000
"""From so many on, checking them all takes seconds."""

Targets = list[str] | None


def sweep(
    context: typer.Context,
    scenario: Annotated[
        Path,
        typer.Argument(
            metavar="SCENARIO",
            show_default=False,
            help="A scenario file (YAML), or the folder of a sweep to go on with as it was begun.",
        ),
    ],
    vary: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH=VALUES",
            show_default=False,
            help="What varies: PATH=LOW:HIGH:COUNT (evenly, both ends included; :log behind it for "
            "even steps of the logarithm) or PATH=a,b,c; PATH=LOW:HIGH for lhs and sobol. Times "
            "carry a unit. May be repeated.",
        ),
    ] = None,
    design: Annotated[
        str, typer.Option(help=f"{', '.join(DESIGNS)}: all combinations, or a sample.")
    ] = GRID,
    points: Annotated[
        int | None, typer.Option(min=1, show_default=False, help="Points of lhs and sobol.")
    ] = None,
    seed: Seed = 0,
    replications: Annotated[
        int | None,
        typer.Option(
            min=1,
            show_default=False,
            help=f"Replications of every point; {DEFAULT_REPLICATIONS} unless there is a target.",
        ),
    ] = None,
    until: Annotated[
        Targets,
        typer.Option(
            metavar="OUTCOME=WIDTH",
            show_default=False,
            help="Instead: until the 95 % interval of this outcome is mean ± WIDTH, in its unit or "
            "as a share of the mean (5%). May be repeated; all targets must be reached.",
        ),
    ] = None,
    until_paired: Annotated[
        Targets,
        typer.Option(
            metavar="OUTCOME=WIDTH",
            show_default=False,
            help="The same for the paired difference of every point from the reference point.",
        ),
    ] = None,
    reference: Annotated[int, typer.Option(min=0, help="The reference point, from 0.")] = 0,
    cap: Annotated[
        int, typer.Option(min=1, help="The most replications of a point, with a target.")
    ] = DEFAULT_CAP,
    together: Annotated[
        bool, typer.Option("--together", help="With a target: no point stops before all may.")
    ] = False,
    changes: Changes = None,
    variant: Variant = None,
    engine: Engine = DEFAULT_ENGINE,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", show_default=False, help="Folder to write, else one in runs."),
    ] = None,
    executor: Annotated[
        str, typer.Option(help="Who simulates: local, or dask://HOST:PORT.")
    ] = "local",
    workers: Annotated[
        int | None,
        typer.Option(
            min=0,
            show_default=False,
            help="Worker processes; 0 for none: quickest for small sweeps, but a crash ends all. "
            "Unless given, as many as cores where it takes long, else 0.",
        ),
    ] = None,
    only_block: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", show_default=False, help="Compute only this block, in this process."
        ),
    ] = None,
) -> None:
    """Simulate a scenario at many settings, all in the same luck, and write one table.

    What is finished is kept: after an interruption of any kind the same command goes on. It adds
    replications to a folder, never takes any away, and refuses one in which anything else is
    different. The folder has table.csv and table.parquet (a row per point and replication),
    dictionary.csv, points.csv, the scenario, and the blocks of the simulation, which `leeway
    verify` checks.
    """
    if scenario.is_dir():
        made, folder = _again(scenario, context, out)
        departure = study.departure(made.variant, {})
    else:
        check_engine(engine)
        _check_used(context, until, until_paired)
        number = _replications(replications, until, until_paired, reference, cap, together)
        made = _planned(
            scenario, vary, design, points, variant, changes,
            seed=seed, replications=number, engine=engine,
        )  # fmt: skip
        folder = RUNS / _folder_name(made) if out is None else out
        departure = study.departure(variant, read_changes(changes or ()))
    if only_block is not None:
        _one_block(made, folder, only_block)
        return
    tell(sweep_words.foretold(made.work()))
    done = _carried_out(made, folder, executor, workers, context.find_root().obj)
    target = made.replications
    show(done, departure, reference=target.reference if isinstance(target, Until) else 0)
    say(f"The tables: {folder / sweep_folder.CSV}, {folder / sweep_folder.PARQUET}")
    if done.failed:
        _tell_failed(done)
        raise typer.Exit(CHECK_FAILED)


def verify(
    sweep_dir: Annotated[
        Path, typer.Argument(metavar="DIR", show_default=False, help="A folder of leeway sweep.")
    ],
) -> None:
    """Check the folder of a sweep: every block, and that the tables are what the blocks say.

    Nothing is simulated or changed. Exit code 4 where something is damaged, missing or not
    complete; running the sweep again mends that.
    """
    from analysis.sweep_again import verify as verified

    with progress.bar(printer(errors=True), "checking points", None) as advance:
        found = verified(sweep_dir, progress=advance)
    for problem in found.problems:
        say(problem)
    if found.problems:
        again = sweep_folder.command_for(sweep_dir)
        count = words.plural(len(found.problems), "problem")
        tell(f"leeway: {count}; this mends what can be: {again}")
        raise typer.Exit(CHECK_FAILED)
    blocks, rows = words.plural(found.blocks, "block"), words.plural(found.rows, "row")
    say(f"good: {blocks} and {rows}; the tables are what the blocks say")


# ---- planning --------------------------------------------------------------------------------


def _planned(
    scenario: Path,
    vary: list[str] | None,
    design: str,
    points: int | None,
    variant: str | None,
    changes: list[str] | None,
    **options: Any,
) -> Plan:
    """The sweep that the options describe, every point checked."""
    check_arguments(**options)
    chosen, varied = changed(scenario, variant, changes), read_vary(vary or ())
    if not varied:
        refuse(
            "--vary", "nothing was given", "at least one path varies",
            "write --vary supervision.permissiveness=0:0.5:11",
        )  # fmt: skip
    _check_changes(read_changes(changes or ()), varied)
    try:
        laid_out = lay_out(chosen, varied, kind=design, points=points, seed=options["seed"])
        if laid_out.count >= MANY_POINTS:
            tell(sweep_words.first_checked(laid_out.count))
    except ScenarioError as error:
        raise ScenarioError(_as_options(error.problems)) from error
    with progress.bar(printer(errors=True), "checking points", laid_out.count) as advance:
        return plan_of(chosen, laid_out, variant=variant, progress=advance, **options)


def _as_options(problems: Sequence[Problem]) -> list[Problem]:
    """What is wrong with arguments, said of the options that they came from."""
    names = {"vary": "--vary", "design": "--design", "points": "--points"}
    return [replace(one, path=names.get(one.path, one.path)) for one in problems]


def _given(context: typer.Context) -> list[str]:
    """The parameters that were given and not left to their defaults, in order."""
    sources = {name: str(context.get_parameter_source(name)) for name in context.params}
    return [name for name, source in sources.items() if source.endswith("COMMANDLINE")]


def _check_used(context: typer.Context, until: Targets, paired: Targets) -> None:
    """Refuse options that would do nothing: those of a target where there is none."""
    given = _given(context)
    for name in ("cap", "together"):
        if name in given and not until and not paired:
            refuse(
                f"--{name}", "it was given without a target", "it says how a target is reached",
                "add --until total_burden=5%, or leave it out",
            )  # fmt: skip
    if "reference" in given and not paired:
        refuse(
            "--reference", "it was given without --until-paired",
            "it is what paired differences are taken from",
            "add --until-paired total_burden=0.1, or leave it out",
        )  # fmt: skip


def _check_changes(changes: Mapping[str, Any], varied: Mapping[str, Any]) -> None:
    """Refuse a change that no point has, since what varies takes its place."""
    for path, value in changes.items():
        for other in varied:
            if path == other or path.startswith((f"{other}.", f"{other}[")):
                refuse(
                    "--set", f"{path}={words.flow(value)} was given, and {other} varies",
                    "no point would have it", "leave one of the two out",
                )  # fmt: skip


def _again(folder: Path, context: typer.Context, out: Path | None) -> tuple[Plan, Path]:
    """The sweep of a folder as it was begun; options that would change it are refused."""
    from analysis.sweep_again import plan_from

    free = {"scenario", "executor", "workers", "only_block"}
    given = [name for name in _given(context) if name not in free]
    if given or out is not None:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        refuse(
            "SCENARIO", f"{folder} was given with {options}",
            "the folder of a sweep goes on as it was begun",
            f"leave {options} out, or name the scenario file instead",
        )  # fmt: skip
    with progress.bar(printer(errors=True), "checking points", None) as advance:
        return plan_from(folder, progress=advance), folder


def _replications(
    number: int | None, until: Targets, paired: Targets, reference: int, cap: int, together: bool
) -> int | Until:
    """A fixed number, or the targets."""
    if not until and not paired:
        return DEFAULT_REPLICATIONS if number is None else number
    if number is not None:
        refuse(
            "--replications", f"{number} was given, and a target, too", "one of them is needed",
            f"use --cap {number} for at most so many",
        )  # fmt: skip
    half_width, relative = _widths("--until", until)
    paired_half, paired_relative = _widths("--until-paired", paired)
    return Until(
        half_width=half_width or None, relative=relative or None, paired=paired_half or None,
        paired_relative=paired_relative or None, reference=reference, cap=cap, together=together,
    )  # fmt: skip


def _widths(option: str, given: Targets) -> tuple[dict[str, float], dict[str, float]]:
    """Absolute and relative half-widths by outcome."""
    absolute: dict[str, float] = {}
    relative: dict[str, float] = {}
    for text in given or ():
        name, _, width = (part.strip() for part in text.partition("="))
        percent = width.endswith("%")
        value, wrong = read_value(f"{option} {name}", width.rstrip("% ") or "nothing")
        if wrong:
            raise ScenarioError(wrong)
        if not isinstance(value, int | float) or isinstance(value, bool):
            refuse(
                option, f'"{text}" was given', "OUTCOME=WIDTH is needed",
                f"write {option} total_burden=0.1, or total_burden=5%",
            )  # fmt: skip
        if not 0 < value < math.inf:
            refuse(option, f"{text} was given", "a width above 0 is needed",
                   f"write {option} {name}={'5%' if percent else '0.1'}")  # fmt: skip
        widths = relative if percent else absolute
        if name in widths:
            refuse(option, f"two widths were given for {name}", "one counts", "leave one out")
        widths[name] = value / 100 if percent else value
    return absolute, relative


def _folder_name(made: Plan) -> str:
    """The usual folder of a sweep: the same for the same scenario, points, seed and engine."""
    parts = [made.scenario.id, *([] if made.variant is None else [made.variant])]
    return "-".join([*parts, "sweep", made.short_name])


# ---- carrying out ----------------------------------------------------------------------------


def _carried_out(
    made: Plan, folder: Path, executor: str, workers: int | None, command: str | None
) -> Sweep:
    """The sweep done; what Ctrl-C leaves is said, with the command to go on."""
    fixed = not isinstance(made.replications, Until)
    total = made.design.count * made.most if fixed else None
    try:
        with progress.bar(printer(errors=True), "simulating", total) as advance:
            return made.carry_out(
                out=folder, executor=executor, workers=workers, progress=advance, command=command,
                notice=tell,
            )  # fmt: skip
    except KeyboardInterrupt:
        tell("leeway: interrupted; what is finished is kept. To go on:",
             sweep_folder.command_for(folder))  # fmt: skip
        raise typer.Exit(INTERRUPTED) from None


def _one_block(made: Plan, folder: Path, name: str) -> None:
    from analysis.sweep_again import only_block

    piece = only_block(made, folder, name)
    count = (piece.last - piece.first) * len(piece.points)
    say(f"{name}: {count:,} replications, kept in {folder}")


def show(done: Sweep, departure: str | None, *, reference: int = 0) -> None:
    """The sweep in a terminal: what was simulated, then the points side by side.

    reference: the point that others are compared with, where they need that.
    """
    screen = printer()
    title, *rest = sweep_words.heading(done, departure)
    screen.print(title, style="bold")
    for line in rest:
        screen.print(line)
    screen.print()
    table = sweep_words.points_table(done, reference)
    screen.print(table, width=sweep_words.width(table, screen), crop=False, no_wrap=True)
    screen.print(sweep_words.legend(done, reference), style="dim")
    ended = sweep_words.endings(done)
    if ended is not None:
        screen.print(ended)
    hidden = len(done.points) - sweep_words.MOST_SHOWN
    if hidden > 0:
        screen.print(f"{hidden:,} more points are in the tables.")


def _tell_failed(done: Sweep) -> None:
    blocks = words.plural(len(done.failed), "block")
    tell(f"leeway: {blocks} failed twice and set aside:")
    for one in done.failed:
        tell(f"  {one.name}: {one.reason}", f"  to see it again: {one.command}")
