"""Workers of a Dask cluster.

Each task checks for itself that its worker has the same leeway, and the same versions of what
leeway computes with, as the process that asks; else the sweep is refused, since its blocks might
differ in the last bit. Workers may come and go meanwhile.

Where a worker sees the folder of the store, it writes the block itself and only its path and
checksum travel back. Whether it sees it is found out for each task: the asking process has put a
file with a random name there. Otherwise the block travels and is written here.
"""

import functools
import hashlib
import pickle
import platform
import queue
import re
import secrets
import sys
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

from analysis.executors_worker import DATA, STOP, WRONG, reason
from analysis.store import Receipt, Store
from analysis.tasks import Compute, Finished, Notice
from engine.errors import LeewayError, OutputError, Problem, ScenarioError

DASK = "dask://"
KEPT, DIFFERS = "kept", "differs"

PACKAGES = ("leeway-sim", "llvmlite", "numba", "numpy", "pandas", "pyarrow", "scipy", "simpy")
"""What a block may depend on, beside leeway's own sources."""

_CONNECT_S, _LOOK_S, _TICK_S, _CLOSE_S = 10.0, 5.0, 1.0, 1.0
"""Seconds: to reach a scheduler, between counts of its workers, between looks at it, to part."""

Papers = dict[str, str]


class Reply(NamedTuple):
    """What a task brings back; `content` is data, Receipt, words, exception or papers by kind."""

    kind: str
    content: Any


class Order(NamedTuple):
    """What all tasks of a sweep share."""

    store: Store
    compute: Compute
    papers: Papers
    flag: str
    """Name of a file in the store's folder, by which a worker knows that folder."""


# ---- on a worker -----------------------------------------------------------------------------


@functools.cache
def _papers(module: str) -> tuple[tuple[str, str], ...]:
    engine = Path(__file__).parent.parent / "engine"
    own = getattr(sys.modules.get(module), "__file__", None)
    digest = hashlib.sha256()
    for source in [*sorted(engine.glob("*.py")), *([] if own is None else [Path(own)])]:
        digest.update(f"{source.name}\n".encode())
        digest.update(hashlib.sha256(source.read_bytes()).digest())
    found = {"sources of leeway": digest.hexdigest()[:16], "machine": platform.machine()}
    found["python"] = ".".join(platform.python_version_tuple()[:2])
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "none"
    return tuple(found.items())


def papers(compute: Compute) -> Papers:
    """What the blocks depend on where this process computes them, beside the sweep's identity.

    The sources are those of the engine, and of the module that computes.
    """
    return dict(_papers(compute.__module__))


def carry_out_task(order: Order, name: str, bring: bool) -> Reply:
    """One block, computed here; kept here where the store's folder is seen, unless `bring`."""
    here = papers(order.compute)
    if here != order.papers:
        return Reply(DIFFERS, here)
    try:
        data = order.compute(name)
    except LeewayError as error:
        return Reply(STOP, pickle.dumps(error))
    except Exception as error:
        return Reply(WRONG, reason(error))
    if not bring and sees(order.store, order.flag):
        with suppress(OutputError):  # what can't be kept here may be kept there
            return Reply(KEPT, order.store.write(name, data))
    return Reply(DATA, data)


class Errand:
    """A call that is made where its pickle is loaded.

    A worker that can't load a task's function or arguments breaks with its scheduler and is lost
    to everybody. Loaded inside a task, what a worker lacks is that task's error and nothing more.
    """

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self._call = function, arguments

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self._call


def sees(store: Store, flag: str) -> bool:
    """Whether this machine sees the very folder in which the asking process has put `flag`."""
    try:
        return (store.folder / flag).exists()
    except OSError:
        return False


# ---- where the sweep is asked for ------------------------------------------------------------


class Cluster:
    """A crew made of a Dask cluster's workers, through a `distributed.Client`.

    limit: at most so many tasks at a time, where given; own: whether to close the client.
    """

    def __init__(
        self,
        client: Any,
        store: Store,
        compute: Compute,
        *,
        limit: int | None = None,
        own: bool = False,
        notice: Notice | None = None,
    ) -> None:
        self._client, self._own, self._store = client, own, store
        self._limit, self._notice = limit, notice
        self._order = Order(store, compute, papers(compute), store.raise_flag())
        self._batch = secrets.token_hex(6)  # a key that Dask knows already wouldn't run again
        self._sent = 0
        self._futures: dict[Any, str] = {}
        self._back: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._capacity, self._looked = 2, float("-inf")
        self._waiting = False

    def capacity(self) -> int:
        """One task for each thread there is and one that waits with each worker."""
        if time.monotonic() - self._looked > _LOOK_S:
            with suppress(Exception):  # it shows soon enough if the scheduler is gone
                self._look()
            self._looked = time.monotonic()
        return self._capacity if self._limit is None else max(1, min(self._capacity, self._limit))

    def _look(self) -> None:
        """Count the workers, and say so when there are none."""
        threads = self._client.nthreads()
        self._capacity = max(2, sum(threads.values()) + len(threads))
        if threads:
            self._waiting = False
        elif not self._waiting and self._notice is not None:
            self._waiting = True
            self._notice("the cluster has no workers yet; waiting for the first to join")

    def submit(self, name: str, *, bring: bool = False) -> None:
        from distributed.protocol import pickle as dask_pickle  # takes what a notebook defines, too

        self._sent += 1
        dumps: Callable[[Any], bytes] = dask_pickle.dumps
        errand = dumps(Errand(carry_out_task, self._order, name, bring))
        future = self._client.submit(
            pickle.loads, errand,
            key=f"leeway-{self._batch}-{self._sent}-{name}", pure=False, retries=0,
        )  # fmt: skip
        self._futures[future] = name
        future.add_done_callback(self._back.put)

    def wait(self) -> Finished:
        while True:
            future = self._next()
            name = self._futures.pop(future)
            finished = self._settle(name, self._reply(future))
            if finished is not None:
                return finished

    def close(self) -> None:
        self._store.lower_flag(self._order.flag)
        with suppress(Exception):  # a cluster that is gone can't be asked for anything
            if self._futures and self._client.status == "running":
                self._client.cancel(list(self._futures), force=True)
        self._futures.clear()
        if self._own:
            with suppress(Exception):
                self._client.close(timeout=_CLOSE_S)

    def _next(self) -> Any:
        """The next future that is done, well or not."""
        while True:
            try:
                return self._back.get(timeout=_TICK_S)
            except queue.Empty:
                if self._client.status not in ("running", "connecting"):
                    raise _lost() from None
                self.capacity()

    def _reply(self, future: Any) -> Reply:
        """What a task brought back. Raises LeewayError where the whole sweep must stop."""
        from distributed import KilledWorker

        try:
            if future.cancelled():
                raise _lost()
            reply: Reply = future.result()
        except KilledWorker:
            return Reply(WRONG, "it was tried on the cluster, and its worker was killed")
        except LeewayError:
            raise
        except (OSError, TimeoutError, CancelledError) as error:
            raise _lost() from error
        except ModuleNotFoundError as error:
            raise _refused(
                f"a worker of the cluster lacks {error.name}", "leeway is needed there too",
                "install this version of leeway on the workers and start them again",
            ) from error  # fmt: skip
        except Exception as error:
            return Reply(WRONG, reason(error))
        finally:
            future.release()
        return reply

    def _settle(self, name: str, reply: Reply) -> Finished | None:
        """Keep what came back; None where the task had to be sent once more."""
        if reply.kind == DIFFERS:
            raise _other(self._order.papers, reply.content)
        if reply.kind == STOP:
            error: BaseException = pickle.loads(reply.content)
            raise error
        if reply.kind == WRONG:
            return Finished(name, reply.content)
        if reply.kind == KEPT and not self._shows(reply.content):
            self.submit(name, bring=True)  # a network disk may show it to us much later
            return None
        if reply.kind == DATA:
            self._store.write(name, reply.content)
        return Finished(name, None)

    def _shows(self, receipt: Receipt) -> bool:
        """Whether a block written elsewhere is seen here."""
        try:
            return self._store.keeps(receipt)
        except OutputError:  # a network disk may name a file that it can't open yet
            return False


def cluster_of(
    executor: Any, store: Store, compute: Compute, limit: int | None, notice: Notice | None
) -> Cluster:
    """The cluster at "dask://HOST:PORT", or that of a `distributed.Client`.

    Raises ScenarioError where it is neither or Dask isn't installed, OutputError where no
    scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise _refused(
            f"{executor} was given", "Dask isn't installed", "pip install -e '.[cluster]'"
        ) from error
    own = isinstance(executor, str)
    if not own and (not isinstance(executor, Client) or executor.asynchronous):
        raise _refused(
            f"{type(executor).__name__} was given",
            f"local, {DASK}HOST:PORT or a distributed.Client (not an asynchronous one) is needed",
            "see docs/cluster.md",
        )
    client = _connect(executor, Client) if own else executor
    try:
        return Cluster(client, store, compute, limit=limit, own=own, notice=notice)
    except BaseException:
        if own:
            client.close()
        raise


def _connect(address: str, connect: Callable[..., Any]) -> Any:
    """A client of the scheduler at "dask://HOST:PORT"."""
    place = address.removeprefix(DASK)
    found = re.fullmatch(r"[^\s:/]+:([0-9]{1,5})|\[[0-9A-Fa-f:.]+\]:([0-9]{1,5})", place)
    if found is None or int(found[1] or found[2]) > 65535:
        raise _refused(
            f"{address} was given", f"{DASK}HOST:PORT is needed",
            f"such as {DASK}localhost:8786; dask scheduler prints its address",
        )  # fmt: skip
    try:
        return connect(f"tcp://{place}", timeout=_CONNECT_S, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise OutputError(
            f"no Dask scheduler answers at {place} within {_CONNECT_S:g} s; start one with "
            "dask scheduler, or check the address (see docs/cluster.md)"
        ) from error


def _other(here: Papers, there: Papers) -> ScenarioError:
    """The refusal of a worker that might compute other bits."""
    field = next(name for name in here if here[name] != there.get(name))
    return _refused(
        f"{field}: a worker of the cluster has {there.get(field, 'none')}, here it is "
        f"{here[field]}", "both sides must be the same, or blocks could differ",
        "install the same versions on the workers and start them again",
    )  # fmt: skip


def _lost() -> OutputError:
    return OutputError(
        "the connection to the Dask cluster is lost; when the cluster is back, run the same "
        "command again: what is done is kept"
    )


def _refused(given: str, allowed: str, advice: str) -> ScenarioError:
    return ScenarioError([Problem(None, None, None, "--executor", given, allowed, advice)])
