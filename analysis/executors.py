"""Who carries out tasks: this process, workers on this machine, or a Dask cluster."""

from typing import Any

from analysis.executors_dask import DASK, cluster_of
from analysis.executors_local import Local
from analysis.executors_worker import reason
from analysis.store import Store
from analysis.tasks import Compute, Crew, Finished, Notice
from engine.errors import LeewayError, Problem, ScenarioError
from engine.run import cores

LOCAL = "local"


class InProcess:
    """This process, one task after another."""

    def __init__(self, store: Store, compute: Compute) -> None:
        self._store, self._compute = store, compute
        self._names: list[str] = []

    def capacity(self) -> int:
        return 1

    def submit(self, name: str) -> None:
        self._names.append(name)

    def wait(self) -> Finished:
        name = self._names.pop(0)
        try:
            data = self._compute(name)
        except LeewayError:
            raise
        except Exception as error:
            return Finished(name, reason(error))
        self._store.write(name, data)
        return Finished(name, None)

    def close(self) -> None:
        self._names.clear()


def crew_of(
    executor: Any,
    store: Store,
    compute: Compute,
    workers: int | None,
    notice: Notice | None = None,
) -> Crew:
    """The crew that an executor's name, or a client of a cluster, stands for.

    Raises ScenarioError where it stands for none, OutputError where a cluster can't be reached.
    """
    if workers is not None and (not isinstance(workers, int) or workers < 0):
        raise _refused(
            "--workers", f"{workers} was given", "a whole number from 0 is needed",
            "0 computes in this process",
        )  # fmt: skip
    if executor == LOCAL:
        count = cores() if workers is None else workers
        return InProcess(store, compute) if count == 0 else Local(store, compute, count)
    if isinstance(executor, str) and not executor.startswith(DASK):
        raise _refused(
            "--executor", f"{executor} was given", f"{LOCAL} or {DASK}HOST:PORT is needed",
            f"try --executor {LOCAL}",
        )  # fmt: skip
    return cluster_of(executor, store, compute, workers, notice)


def _refused(path: str, given: str, allowed: str, advice: str) -> ScenarioError:
    return ScenarioError([Problem(None, None, None, path, given, allowed, advice)])
