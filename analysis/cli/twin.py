"""`leeway twin`: two settings of one scenario in the same luck."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from analysis import folder, progress, study, twins_story, words
from analysis import twins_words as told
from analysis.changes import changed, read_changes
from analysis.cli.terminal import (
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
from analysis.console import plain_table
from analysis.twins import Shown, Twins, simulations, twins
from engine import loader
from engine.run import DEFAULT_ENGINE


def twin(
    context: typer.Context,
    scenario: ScenarioFile,
    first: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="PATH=A",
            show_default=False,
            help="A change of world A, such as supervision.permissiveness=0.5; may be repeated.",
        ),
    ] = None,
    against: Annotated[
        list[str] | None,
        typer.Option(
            "--against",
            metavar="PATH=B",
            show_default=False,
            help="A change of world B; may be repeated. Without any, B is as written.",
        ),
    ] = None,
    seed: Seed = 0,
    replications: Annotated[
        int | None,
        typer.Option(min=1, max=10_000_000, show_default=False, help="How many replications."),
    ] = None,
    followed: Annotated[
        int | None,
        typer.Option(
            min=1, show_default=False, help="How many of them are read case by case, else up to 40."
        ),
    ] = None,
    replication: Annotated[
        int | None,
        typer.Option(min=0, show_default=False, help="Show an attempt of this one, from 0."),
    ] = None,
    trainee: Annotated[
        int | None, typer.Option(min=0, show_default=False, help="Show one of this trainee's.")
    ] = None,
    case: Annotated[
        int | None, typer.Option(min=0, show_default=False, help="Show a case of this number.")
    ] = None,
    variant: Variant = None,
    engine: Engine = DEFAULT_ENGINE,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", show_default=False, help="Folder for page, figures, tables."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Compare two settings in the same luck: which cases go otherwise, why, and at what price.

    --set makes world A, --against world B; each may be repeated. Differences are A minus B.
    """
    check_engine(engine)
    changes = read_changes(first or ()), read_changes(against or (), option="--against")
    if not changes[0] and not changes[1]:
        folder.refuse(
            "--set", "no change was given", "two settings are needed",
            "write --set supervision.permissiveness=0.5 --against supervision.permissiveness=0.05",
        )  # fmt: skip
    base = changed(scenario, variant, None)
    count = study.replications_for(engine) if replications is None else replications
    started = now()

    def simulated() -> Twins:
        total = simulations(base, count, followed)
        with progress.bar(printer(errors=True), "simulating", total) as advance:
            return twins(
                loader.load(scenario), *changes, seed=seed, replications=count,
                followed=followed, variant=variant, engine=engine,
                attempt=(replication, trainee, case),
                progress=advance if engine == "kernel" else foretold(total, advance),
            )  # fmt: skip

    if out is None:
        done = simulated()
    else:
        from analysis import twins_report as report  # figures are slow to import

        with folder.replacing(out, report.COMPARISON) as draft:
            done = simulated()
            command = context.find_root().obj
            report.save(draft, done, command=command, started=started, ended=now())
    if as_json:
        from analysis import twins_report as report

        say(json.dumps(report.as_object(done), allow_nan=False))
    else:
        show(done)
    if out is not None:
        (tell if as_json else say)(f"The page, figures and tables: {out / 'comparison.html'}")


def foretold(total: int, advance: progress.Advance | None) -> progress.Advance:
    """Progress that says how long the reference will take; the compiled engine's numbers go so
    much faster than its event logs that no such guess holds."""
    return progress.foretelling(total, tell, advance)


def show(done: Twins) -> None:
    """The comparison in a terminal."""
    screen = printer()
    title, *rest = told.heading(done)
    screen.print(title, style="bold")
    for line in [*rest, "", *told.in_short(done)]:
        screen.print(line)
    if done.identical:
        screen.print(told.worth_of_pairing(done))
        return
    table("What differs", told.HEADS, told.outcome_rows(done))
    for line in (told.PAIRING, told.worth_of_pairing(done)):
        screen.print(line, style="dim")
    heads = ["", *(told.words_of(period) for period in told.periods(done))]
    table("Case by case", heads, told.balance_rows(done))
    screen.print(told.case_by_case(done), style="dim")
    reasons(done)
    screen.print()
    screen.print("Where the worlds part", style="bold")
    for line in twins_story.parted(done):
        screen.print(line)
    if done.shown is not None:
        attempt(done, done.shown)
    else:
        screen.print(twins_story.none_shown(done))
    table("Direct, and by busy supervisors (A minus B)", told.PART_HEADS, told.split_rows(done))
    screen.print(told.split_says(done))
    screen.print(told.DIRECT, style="dim")


def table(title: str, heads: Sequence[str], rows: Sequence[told.Row]) -> None:
    """A table with its title, after an empty line; nothing without rows."""
    if not rows:
        return
    screen, drawn = printer(), plain_table(*heads)
    for column in drawn.columns[1:]:
        column.justify = "right"
    for row in rows:
        drawn.add_row(row.label, *row.cells)
    screen.print()
    screen.print(title, style="bold")
    screen.print(drawn)


def reasons(done: Twins) -> None:
    """Why training cases went otherwise."""
    found = told.whys(done)
    if found:
        rows = [told.Row(one.why, (words.percent(one.share),)) for one in found]
        table("Why training cases went otherwise", ("", "of them"), rows)


def attempt(done: Twins, shown: Shown) -> None:
    """One attempt, told in both worlds."""
    screen = printer()
    screen.print()
    screen.print(f"One attempt in both worlds: {twins_story.shown_title(shown)}", style="bold")
    screen.print(f"The options that show it: {twins_story.shown_options(shown)}", style="dim")
    for line in shown.sentences:
        screen.print(line)
    for world, lines in twins_story.shown_stories(shown):
        screen.print(f"Under {world}:")
        for time, text in lines:
            screen.print(f"  {time:>{twins_story.CLOCK_WIDTH}}  {text}")
    for line in [twins_story.chosen_by(done), *twins_story.to_look_at(done)]:
        screen.print(line, style="dim")
