"""The report of a state of the page: what `leeway run` would write for it, as one page."""

from datetime import UTC, datetime

from analysis import drawing, folder, plans, report, study
from analysis.explorer.budget import replications_of_report
from analysis.explorer.shelf import Book
from analysis.explorer.work import ShouldStop, StoppedError
from analysis.view import grid, settings
from analysis.view.against_file import against_file
from analysis.view.repeat import Departed
from analysis.view.settings import State
from engine.results import versions
from engine.run import DEFAULT_ENGINE


def report_html(book: Book, state: State, should_stop: ShouldStop) -> str:
    """The page of a run with these settings, results inlined.

    Raises ScenarioError for what can't be set or is too much work, and StoppedError where it
    should stop.
    """
    meaning = settings.meant(book.scenario, state.settings)
    scenario = meaning.scenario
    count = replications_of_report(scenario)
    departs = against_file(
        book.scenario, scenario, variant=meaning.variant, changes=meaning.changes
    )

    def look(_: int) -> None:
        if should_stop():
            raise StoppedError

    started = now()
    done = study.run_study(
        scenario, seed=state.seed, replications=count, engine=DEFAULT_ENGINE,
        variant=meaning.variant, changes=meaning.changes, against_file=departs,
        progress=look,
    )  # fmt: skip
    source = Departed(
        **vars(book.source), written=book.scenario, variant=meaning.variant, changes=meaning.changes
    )
    command = book.source.command(meaning, seed=state.seed, replications=count)
    cells = grid.grid(done, source)
    look(0)
    drawn = [drawing.draw(plan, png=False) for plan in plans.planned(done)]
    papers = {"versions": versions(), "command": command, "started": started, "ended": now()}
    return report.render(
        done, folder.run_record(done, **papers), drawn, grid.page_data(done, cells)
    )


def now() -> str:
    """The time of day, in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
