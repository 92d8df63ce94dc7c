"""Worker processes on this machine.

A worker computes (`analysis.executors_worker`); this process keeps. Each worker has a thread here
that hands it a name, waits for the data and writes the block. A worker that dies takes one block
with it and no neighbour, and a fresh one takes its place.
"""

import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import Any

from analysis import executors_worker
from analysis.executors_worker import DATA, READY, STOP, WRONG
from analysis.store import Store
from analysis.tasks import Compute, Finished
from engine.errors import OutputError

_STARTS = 3
"""Times in a row that a worker may die before it is ready, until we give up."""
_PATIENCE_S = 1.0
"""How long to wait at the end for a block that is being written."""


class WorkerGoneError(Exception):
    """A worker that has died; says how, in words."""


class Worker:
    """A worker process and the two pipes to it."""

    def __init__(self) -> None:
        # -P: the folder of the script is no place to import from. A session of its own: Ctrl-C in
        # the terminal reaches us alone, and we end the workers.
        self._process = subprocess.Popen(
            [sys.executable, "-P", executors_worker.__file__],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip

    def lives(self) -> bool:
        return self._process.poll() is None

    def ask(self, question: Any) -> tuple[str, Any]:
        """Send something and wait for the answer. Raises WorkerGoneError."""
        source, sink = self._process.stdout, self._process.stdin
        assert source is not None
        assert sink is not None
        try:
            pickle.dump(question, sink, protocol=5)
            sink.flush()
            kind, content = pickle.load(source)
        except (OSError, ValueError, EOFError, pickle.UnpicklingError):
            self._process.kill()
            raise WorkerGoneError(_end(self._process.wait())) from None
        return kind, content

    def kill(self) -> None:
        self._process.kill()

    def bury(self) -> None:
        """End the process if it still runs, and let go of its pipes."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what couldn't be sent is of no use any more
                    pipe.close()


class Local:
    """A crew of worker processes.

    count: how many, at least 1. Raises TypeError or PicklingError for a `compute` that can't be
    pickled.
    """

    def __init__(self, store: Store, compute: Compute, count: int) -> None:
        self._store = store
        self._hello = (list(sys.path), pickle.dumps(compute, protocol=5))
        self._count = count
        self._names = queue.SimpleQueue[str | None]()
        self._back = queue.SimpleQueue[Finished | BaseException]()
        self._workers: set[Worker] = set()
        self._lock = threading.Lock()
        self._closing = False
        self._threads = [
            threading.Thread(target=self._serve, name=f"leeway worker {number}", daemon=True)
            for number in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def capacity(self) -> int:
        return 2 * self._count  # one at work and one that waits, so that no worker is idle

    def submit(self, name: str) -> None:
        self._names.put(name)

    def wait(self) -> Finished:
        back = self._back.get()
        if isinstance(back, BaseException):
            raise back
        return back

    def close(self) -> None:
        with self._lock:
            self._closing = True
            for worker in self._workers:
                worker.kill()
        for _ in self._threads:
            self._names.put(None)
        end = time.monotonic() + _PATIENCE_S
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    # ---- in the thread of a worker -----------------------------------------------------------

    def _serve(self) -> None:
        """Carry out tasks with a worker, and with the next one when it dies."""
        worker: Worker | None = None
        try:
            while (name := self._names.get()) is not None and not self._closing:
                if worker is not None and not worker.lives():  # it died while it had nothing to do
                    self._dismiss(worker)
                    worker = None
                if worker is None:
                    worker = self._hire()
                try:
                    self._back.put(self._task(worker, name))
                except WorkerGoneError as end:
                    self._dismiss(worker)
                    worker = None
                    self._back.put(Finished(name, str(end)))
        except BaseException as error:
            self._back.put(error)
        finally:
            if worker is not None:
                self._dismiss(worker)

    def _task(self, worker: Worker, name: str) -> Finished:
        """One block, computed there and kept here.

        Raises WorkerGoneError, OutputError, or what stopped the computation on purpose.
        """
        kind, content = worker.ask(name)
        if kind == STOP:
            error: BaseException = pickle.loads(content)
            raise error
        if kind == WRONG:
            return Finished(name, content)
        assert kind == DATA
        self._store.write(name, content)
        return Finished(name, None)

    def _hire(self) -> Worker:
        """A worker that is ready. Raises OutputError where none can be had."""
        how = ""
        for _ in range(_STARTS):
            with self._lock:
                if self._closing:
                    break
                try:
                    worker = Worker()
                except OSError as error:
                    raise OutputError(f"worker processes can't be started: {error}") from error
                self._workers.add(worker)
            try:
                kind, content = worker.ask(self._hello)
            except WorkerGoneError as end:
                how = str(end)
                self._dismiss(worker)
                continue
            if kind == READY:
                return worker
            self._dismiss(worker)
            raise TypeError(
                f"a worker process can't load what computes the blocks ({content}); it must be "
                "defined in a module that can be imported"
            )
        raise OutputError(
            f"worker processes can't be started: {how}; try again with --workers 0, which "
            "computes in this process"
        )

    def _dismiss(self, worker: Worker) -> None:
        worker.bury()
        with self._lock:
            self._workers.discard(worker)


def _end(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"its worker ended with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    hint = ", as when memory runs out" if name == "SIGKILL" else ""
    return f"its worker was killed by {name}{hint}"
