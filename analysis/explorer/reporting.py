"""The report of a state of the page: what `leeway run` would write for it, as one page."""

from datetime import UTC, datetime

from analysis import drawing, folder, plans, report, study
from analysis.explorer.budget import MOST_CASES, cases_of, check_work
from analysis.explorer.shelf import Book
from analysis.explorer.work import ShouldStop, StoppedError
from analysis.view import grid, settings
from analysis.view.settings import State
from engine.results import versions
from engine.run import DEFAULT_ENGINE
from engine.scenario import Scenario


def report_html(book: Book, state: State, should_stop: ShouldStop) -> str:
    """The page of a run with these settings, results inlined.

    Raises ScenarioError for what can't be set or is too much work, and StoppedError where it
    should stop.
    """
    meaning = settings.meant(book.scenario, state.settings)
    scenario = meaning.scenario
    count = replications(scenario)

    def look(_: int) -> None:
        if should_stop():
            raise StoppedError

    started = now()
    done = study.run_study(
        scenario, seed=state.seed, replications=count, engine=DEFAULT_ENGINE,
        variant=meaning.variant, changes=meaning.changes, progress=look,
    )  # fmt: skip
    command = settings.command(meaning, file=book.file, seed=state.seed, replications=count)
    cells = grid.grid(done)
    look(0)
    drawn = [drawing.draw(plan, png=False) for plan in plans.planned(done)]
    papers = {"versions": versions(), "command": command, "started": started, "ended": now()}
    return report.render(
        done, folder.run_record(done, **papers), drawn, grid.page_data(done, cells)
    )


def replications(scenario: Scenario) -> int:
    """As many as `leeway run` takes, or fewer where that would be too much work here.

    Raises ScenarioError where even a hundred are.
    """
    each = study.simulations(scenario, 1, curve=True) * cases_of(scenario)
    usual = study.replications_for(DEFAULT_ENGINE)
    fitting = min(usual, MOST_CASES // each)
    check_work(min(usual, 100) * each)
    return fitting


def now() -> str:
    """The time of day, in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
