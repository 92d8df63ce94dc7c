"""The page in a notebook: `analysis.explore(scenario)`; needs the extra `notebook`.

The same scripts draw as in the explorer and in the report. What they ask for is computed here, in
a thread of its own, so that the notebook goes on working meanwhile. What the reader has set comes
back to Python: `.settings`, `.scenario`.
"""

import logging
import os
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache
from numbers import Integral, Real
from os import PathLike
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import engine
from analysis.view import answer, boot, bundle, refusals, tokens, twin
from analysis.view import settings as states
from analysis.view.cells import Abandoned, Cells
from analysis.view.repeat import Source
from engine import kernel
from engine.errors import ScenarioError
from engine.scenario import Scenario
from engine.words import plain

try:
    import anywidget
    import traitlets
except ImportError as missing:
    raise ImportError(
        "analysis.explore shows the page in a notebook and needs anywidget, which isn't installed; "
        "pip install -e '.[notebook]' (in a copy of the project), or "
        "pip install 'leeway-sim[notebook]'"
    ) from missing

REFUSED, FAILED = 422, 500
"""Status of an error as the explorer has it: a setting that can't be; a fault of leeway's own."""
REPLICATIONS = "replications"

COMPILING = "Compiling the model for this machine, once: about 5 s…"
"""Said by the page itself until its first answer: the kernel is busy then."""
IN_PYTHON = Source(
    without="This scenario is in no file, so no command gives these numbers yet. Save it first: "
    'pathlib.Path("mine.yaml").write_text(engine.loader.to_yaml(scenario), "utf-8"), then show it '
    'with analysis.explore("mine.yaml").'
)
CHANGED = Source(
    without="The file isn't there any more as it was when this page was made, so no command gives "
    "these numbers: run its cell again."
)

log = logging.getLogger(__name__)


def explore(scenario: Scenario | str | PathLike[str]) -> "Page":
    """The page of a scenario or of a scenario file: make it the last line of a notebook's cell.

    Raises ScenarioError for a file that is no scenario.
    """
    if isinstance(scenario, Scenario):
        return Page(scenario)
    return Page(engine.load(scenario), file=os.fspath(scenario))


class Page(anywidget.AnyWidget):
    """The page of one scenario, with sliders, in a notebook.

    What the reader has set is in `query`, as in the address of the explorer's page; the properties
    say it in Python's words. `page.observe(function, "query")` tells of every change.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    boot = traitlets.Dict().tag(sync=True)
    query = traitlets.Unicode().tag(sync=True)

    def __init__(self, scenario: Scenario, *, file: str | None = None) -> None:
        self._file = scenario
        self._name = file
        self._cells = Cells()
        self._asked: dict[int, tuple[Future[None], threading.Event]] = {}
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="leeway-page")
        super().__init__(
            _esm=bundle.esm(),
            _css=bundle.style(),
            boot=boot.boot(scenario, key=scenario.id)
            | ({} if kernel.is_compiled() else {"at_first": COMPILING}),
            query=f"scenario={scenario.id}",
        )
        self.on_msg(self._hear)

    @property
    def title(self) -> str:
        """The scenario's title."""
        return self._file.title

    @property
    def settings(self) -> dict[str, str]:
        """What departs from the file: token by control, such as {"latency": "30s"}.

        Setting it moves the sliders, and takes numbers as well, such as {"permissiveness": 0.3}; a
        time needs its unit, "60 s". Raises ScenarioError for what the page can't set.
        """
        return states.canonical(self._file, self._state.settings)

    @settings.setter
    def settings(self, given: Mapping[str, str | float]) -> None:
        known = states.canonical(self._file, typed(given))
        self.query = states.query(replace(self._state, settings=known))

    @property
    def scenario(self) -> Scenario:
        """The scenario with the present settings."""
        return states.apply(self._file, self._state.settings)

    @property
    def changes(self) -> dict[str, Any]:
        """path: value of what the present settings change, besides a variant chosen."""
        return states.meant(self._file, self._state.settings).changes

    @property
    def seed(self) -> int:
        """The seed of the luck that the page shows."""
        return self._state.seed

    @property
    def _state(self) -> states.State:
        return states.parse(parse_qsl(self.query, keep_blank_values=True))

    def __repr__(self) -> str:
        """What is shown where the page can't be: without JavaScript, or in a saved notebook."""
        said = [f"{key} {token}" for key, token in self.settings.items()]
        return (
            f"The page of “{self.title}”, {', '.join(said) or 'as the file has it'}: sliders, the "
            "trade-off curve, what became of errors, and the same luck under a second supervisor. "
            "It needs a running notebook; `leeway run` writes a page that doesn't. "
            f"{self.boot['simulated']} {self.boot['share']}"
        )

    def close(self) -> None:
        """Take the page away and give up what it asked for."""
        for future, stop in list(self._asked.values()):
            stop.set()
            future.cancel()
        self._worker.shutdown(wait=False, cancel_futures=True)
        super().close()

    # ---- what the page asks for: {kind: "answer" | "twin" | "cancel", id, query} --------------

    def _hear(self, _: Any, content: dict[str, Any], __: Any) -> None:
        """Take a question of the page, or take it back. Called in the kernel's own thread."""
        number = content["id"]
        if content["kind"] == "cancel":
            future, stop = self._asked.get(number, (None, None))
            if future is not None and stop is not None:
                stop.set()
                future.cancel()
            return
        stop = threading.Event()
        future = self._worker.submit(self._tell, number, content, stop)
        self._asked[number] = future, stop
        future.add_done_callback(lambda _: self._asked.pop(number, None))

    def _tell(self, number: int, content: dict[str, Any], stop: threading.Event) -> None:
        """Compute an answer and send it, unless nobody waits any more. Called in the worker."""
        try:
            reply = {"ok": True, "result": self._result(content["kind"], content["query"], stop)}
        except (Abandoned, twin.Abandoned):
            return
        except ScenarioError as error:
            reply = {"ok": False, "error": refusal(error)}
        except Exception as error:
            log.exception("the page asked for %s", content)
            reply = {
                "ok": False,
                "error": {"status": FAILED, "message": str(error), "problems": []},
            }
        if not stop.is_set():
            self.send({"id": number, **reply})

    def _result(self, kind: str, query: str, stop: threading.Event) -> dict[str, Any]:
        """An answer of analysis.view. Raises ScenarioError for what can't be set."""
        pairs = parse_qsl(query, keep_blank_values=True)
        replications = int(dict(pairs)[REPLICATIONS])
        state = states.parse((key, value) for key, value in pairs if key != REPLICATIONS)
        shared: dict[str, Any] = {
            "seed": state.seed, "replications": replications, "key": self._file.id,
            "should_stop": stop.is_set,
        }  # fmt: skip
        if kind == "twin":
            return twin.twin(
                self._file, state.settings, state.second, attempt=state.attempt, **shared
            )
        return answer.answer(
            self._file, state.settings, source=self._source(), cells=self._cells, **shared
        )

    def _source(self) -> Source:
        """The scenario's file, as long as it holds this scenario."""
        if self._name is None:
            return IN_PYTHON
        try:
            status = Path(self._name).stat()
            now = hash_of(self._name, status.st_mtime_ns, status.st_size)
        except (OSError, ScenarioError):
            return CHANGED
        return Source(self._name) if now == self._file.hash else CHANGED


@lru_cache(maxsize=16)
def hash_of(file: str, _changed: int, _size: int) -> str:
    """The hash of a file's scenario, read anew when the file has changed. Raises ScenarioError."""
    return engine.load(file).hash


def typed(given: Mapping[str, str | float]) -> dict[str, str]:
    """Settings as a reader would type them. Raises ScenarioError for neither text nor number."""
    wrong = [
        states.problem(
            key, f"{plain(str(value))} was given", "text or a number is needed",
            'write it like "0.3", or with a unit where it is a time: "60 s"',
        )
        for key, value in given.items()
        if isinstance(value, bool) or not isinstance(value, str | Real)
    ]  # fmt: skip
    if wrong:
        raise ScenarioError(wrong)
    return {
        key: value if isinstance(value, str) else tokens.write("number", plain_number(value))
        for key, value in given.items()
    }


def plain_number(value: float) -> float | int:
    """The number without the type it came in, such as numpy's; a large whole one isn't rounded."""
    return int(value) if isinstance(value, Integral) else float(value)


def refusal(error: ScenarioError) -> dict[str, Any]:
    """A refusal as the page takes it: the first problem as a sentence, and all of them in parts."""
    return {
        "status": REFUSED,
        "message": refusals.sentence(error.problems[0]),
        "problems": [refusals.as_object(problem) for problem in error.problems],
    }
