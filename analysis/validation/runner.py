"""Runs checks in processes of their own, and collects what came of them in rows."""

import math
import multiprocessing
import re
import signal
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from analysis.validation.checks import Check, Outcome, Setting, Verdict

WORKERS = 2
KIND = "leeway validation"
FORMAT = 1
CALIBRATED, IN_PART = "calibrated", "calibrated in part, predicted in part"

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Row:
    """A check and what came of it. `seconds`: how long it took, in its worker process."""

    check: Check
    verdict: Verdict
    seconds: float

    @property
    def outcome(self) -> Outcome:
        """The verdict in a word."""
        return self.verdict.outcome

    @property
    def alarm(self) -> bool:
        """Whether somebody must look: the verdict isn't the one on record.

        What is on record as not reproduced is an honest result and no alarm; nor is what couldn't
        be done.
        """
        return self.outcome not in (self.check.recorded, Outcome.NOT_DONE)

    @property
    def basis(self) -> str | None:
        """Whether the numbers were fitted to the claim, as far as the check says so."""
        said = self.verdict.detail
        fitted = re.search(r"\bCalibrated\b", said) is not None
        foretold = re.search(r"\bPredicted\b|\bNothing was calibrated\b", said) is not None
        if fitted:
            return IN_PART if foretold else CALIBRATED
        return "predicted" if foretold else None


@dataclass(frozen=True)
class Report:
    """All rows of a validation, in the order of the checks, and how they were come by."""

    setting: Setting
    versions: dict[str, str]
    rows: tuple[Row, ...]

    @property
    def form(self) -> str:
        """`quick` or `full`."""
        return "quick" if self.setting.quick else "full"

    @cached_property
    def alarms(self) -> list[Row]:
        """The rows that somebody must look at."""
        return [row for row in self.rows if row.alarm]

    def under(self, heading: str) -> list[Row]:
        """The rows of one heading."""
        return [row for row in self.rows if row.check.heading == heading]

    def counts(self, heading: str) -> Counter[Outcome]:
        """How many rows of a heading came to what."""
        return Counter(row.outcome for row in self.under(heading))


# ---- running ---------------------------------------------------------------------------------


def run_checks(
    checks: Sequence[Check],
    setting: Setting,
    *,
    workers: int = WORKERS,
    progress: Progress | None = None,
) -> tuple[Row, ...]:
    """Run all checks, the long ones first, and give a row for each in the order given.

    A check that raises, or whose worker process dies, is a row of outcome `crashed`. `progress` is
    called with the number of checks that have just ended.
    """
    found: dict[str, Row] = {}
    longest_first = sorted(checks, key=lambda check: -cost(check, setting))
    with _pool(workers) as pool:
        with _interrupts_ignored():  # processes started meanwhile go on ignoring them
            running = {pool.submit(timed, check, setting): check for check in longest_first}
        for future in as_completed(running):
            check = running[future]
            found[check.id] = Row(check, *_result(future))
            if progress is not None:
                progress(1)
    return tuple(found[check.id] for check in checks)


def cost(check: Check, setting: Setting) -> int:
    """Cases that a check simulates, roughly."""
    return check.cost_quick if setting.quick else check.cost_full


def timed(check: Check, setting: Setting) -> tuple[Verdict, float]:
    """One check, in the worker process: its verdict and the seconds it took."""
    start = time.perf_counter()
    try:
        verdict = check.run(setting)
    except Exception as error:  # whatever a check may raise is shown on the page
        verdict = _crashed(f"{type(error).__name__}: {error}{_where(error)}")
    return verdict, time.perf_counter() - start


def _result(future: "Future[tuple[Verdict, float]]") -> tuple[Verdict, float]:
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, BrokenProcessPool):
        return _crashed("A worker process died (killed, or out of memory) before the end."), 0.0
    return _crashed(f"{type(error).__name__}: {error}"), 0.0


def _crashed(why: str) -> Verdict:
    return Verdict(Outcome.CRASHED, "a verdict", "none", why)


def _where(error: BaseException) -> str:
    """The file and line where an error was raised; no paths of this machine."""
    *_, last = traceback.extract_tb(error.__traceback__)
    return f" ({Path(last.filename).name}, line {last.lineno})"


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Worker processes, which end with the block, however it ends."""
    others = set(multiprocessing.active_children())
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=spawn, initializer=_end_with_parent)
    try:
        yield pool
    except BaseException:
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """Let a worker process end when the one that started it has gone."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        watch = threading.Thread(target=_outlive, args=(parent,), daemon=True)
        watch.start()


def _outlive(parent: Any) -> None:
    parent.join()
    signal.raise_signal(signal.SIGTERM)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ctrl-C reaches every process of a terminal; only this one shall answer it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


# ---- as plain values ---------------------------------------------------------------------------


def as_object(report: Report) -> dict[str, Any]:
    """The object of `leeway validate --json`; a figure that is no finite number is null."""
    return {
        "kind": KIND,
        "format": FORMAT,
        "form": report.form,
        "engine": report.setting.engine,
        "seed": report.setting.seed,
        "versions": report.versions,
        "counts": {word.value: count for word, count in _all_counts(report).items()},
        "alarms": [row.check.id for row in report.alarms],
        "rows": [row_object(row) for row in report.rows],
    }


def _all_counts(report: Report) -> dict[Outcome, int]:
    counted = Counter(row.outcome for row in report.rows)
    return {outcome: counted[outcome] for outcome in Outcome}


def row_object(row: Row) -> dict[str, Any]:
    """One row as plain values."""
    check, verdict = row.check, row.verdict
    return {
        "id": check.id,
        "heading": check.heading,
        "title": check.title,
        "claim": check.claim,
        "source": check.source,
        "verdict": row.outcome.value,
        "on_record": check.recorded.value,
        "alarm": row.alarm,
        "basis": row.basis,
        "expected": verdict.expected,
        "measured": verdict.measured,
        "lines": [
            {
                "name": line.name,
                "expected": line.expected,
                "measured": line.measured,
                "z": _finite(line.z),
            }
            for line in verdict.lines
        ],
        "detail": verdict.detail,
        "figures": {name: _finite(value) for name, value in verdict.figures.items()},
        "seconds": round(row.seconds, 2),
    }


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
