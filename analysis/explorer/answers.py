"""What is computed for an address, as bytes. Runs in the threads of the queue, never in its loop.

Nothing here is about the web: the same functions answer the report and the notebook.
"""

import json
from typing import Any

from analysis import study
from analysis.explorer import shelf
from analysis.explorer.budget import cases_of, check_work, replications_of_report
from analysis.explorer.shelf import Book
from analysis.explorer.work import ShouldStop, StoppedError
from analysis.view import answer, boot, cells, grid, refusals, save_as, twin
from analysis.view.settings import State, apply, of_second
from engine import run
from engine.errors import ScenarioError

MOST_BYTES = 128 * 2**20
"""Of what was simulated; finished answers are kept elsewhere (analysis.explorer.kept)."""
MOST_ANSWERS_BYTES = 2**20


def encoded(found: Any) -> bytes:
    """Plain data as JSON: no NaN, no spaces."""
    return json.dumps(found, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()


class Answers:
    """Answers about scenarios, with what was simulated for the earlier ones. Threads share it.

    seed: of the luck where an address names none.
    """

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        # many ask at a time, so one answer has half of the cores at most
        self._threads = max(1, run.cores() // 2)
        self._cells = cells.Cells(
            threads=self._threads, most_bytes=MOST_BYTES,
            most_answers_bytes=MOST_ANSWERS_BYTES,
        )  # fmt: skip

    def boot(self, book: Book, offered: list[Book]) -> bytes:
        """What the page starts from."""
        listed = shelf.listed(offered)
        about = boot.boot(book.scenario, key=book.key, scenarios=listed, seed=self._seed)
        return encoded(about | {"edition": book.digest})

    def answer(self, book: Book, state: State, replications: int, should_stop: ShouldStop) -> bytes:
        """The curve of a cell. Raises ScenarioError, and StoppedError where it should stop."""
        scenario = apply(book.scenario, state.settings)
        settings = 1 + len(study.settings_to_try(scenario))
        check_work(settings * replications * cases_of(scenario))
        try:
            return answer.answer_json(
                book.scenario, state.settings, seed=state.seed, replications=replications,
                key=book.key, source=book.source, cells=self._cells, should_stop=should_stop,
            )  # fmt: skip
        except cells.Abandoned:
            raise StoppedError from None

    def cost(self, book: Book, state: State, replications: int) -> int:
        """Cases yet to be simulated for an answer. Raises ScenarioError as `answer` does."""
        return answer.cost(
            book.scenario, state.settings, seed=state.seed, replications=replications,
            key=book.key, source=book.source, cells=self._cells,
        )  # fmt: skip

    def twin(self, book: Book, state: State, replications: int, should_stop: ShouldStop) -> bytes:
        """Two worlds. Raises ScenarioError, and StoppedError where it should stop."""
        a = apply(book.scenario, state.settings)
        b = of_second(book.scenario, state.settings, state.second).scenario
        check_work(replications * (cases_of(a) + cases_of(b)))
        try:
            found = twin.twin(
                book.scenario, state.settings, state.second, seed=state.seed,
                replications=replications, attempt=state.attempt, key=book.key,
                should_stop=should_stop, threads=self._threads,
            )  # fmt: skip
        except twin.Abandoned:
            raise StoppedError from None
        return encoded(found)

    def scenario_yaml(self, book: Book, state: State) -> bytes:
        """The scenario's file with the settings in it. Raises ScenarioError."""
        return save_as.save_as(book.text, state.settings).encode()

    def cost_of_report(self, book: Book, state: State) -> int:
        """Cases simulated for a report: its run, and the grid. Raises ScenarioError."""
        scenario = apply(book.scenario, state.settings)
        count = replications_of_report(scenario)
        run_cases = study.simulations(scenario, count, curve=True) * cases_of(scenario)
        return run_cases + grid.MOST_CASES

    def report_html(self, book: Book, state: State, should_stop: ShouldStop) -> bytes:
        """The report of these settings. Raises ScenarioError and StoppedError."""
        from analysis.explorer import reporting  # and with it much that no other answer needs

        return reporting.report_html(book, state, should_stop).encode()


def problems(error: ScenarioError) -> list[dict[str, str]]:
    """The problems as plain data, for the page."""
    return [refusals.as_object(each) for each in error.problems]
