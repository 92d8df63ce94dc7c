"""Carrying out blocks on a Dask cluster: a real scheduler, and workers that are processes."""

import importlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dask
import pytest
from distributed import Client, LocalCluster

from analysis import executors_dask
from analysis.blocks import Failed, Interrupted, Outcome, carry_out
from analysis.executors_dask import Cluster
from analysis.store import Store
from engine.errors import OutputError, ScenarioError
from tests.block_samples import (
    IDENTITY,
    Ordinary,
    Perilous,
    Refusing,
    block_names,
    content_of,
    reproduce,
)

COUNT = 40
LOOPBACK: dict[str, Any] = {
    "host": "127.0.0.1",
    "dashboard_address": "127.0.0.1:0",  # None would still open port 8787
    "scheduler_kwargs": {"dashboard": False},
}


class Loopback(LocalCluster):  # type: ignore[misc]
    """Workers that are processes of this machine, some of which are killed here.

    Told of the end of a worker that it has not yet heard of, a cluster of distributed 2026.8 fails
    with a KeyError when it is closed (dask/distributed issue 5407).
    """

    def _update_worker_status(self, op: str, msg: Any) -> None:
        if op != "remove" or msg in self.scheduler_info["workers"]:
            super()._update_worker_status(op, msg)


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with (
        # a block that kills its worker is given up at once and not after four workers
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        Loopback(n_workers=2, threads_per_worker=1, memory_limit=0, **LOOPBACK) as cluster,
    ):
        yield cluster


@pytest.fixture(scope="module")
def client(cluster: LocalCluster) -> Iterator[Client]:
    with Client(cluster, set_as_default=False) as client:
        yield client


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "sweep", IDENTITY)


@pytest.fixture(scope="module")
def at_home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The folder as this process alone makes it."""
    store = Store.open(tmp_path_factory.mktemp("home") / "sweep", IDENTITY)
    work(store, Ordinary(), executor="local", workers=0)
    return content_of(store.folder)


def work(store: Store, compute: Any, count: int = COUNT, **more: Any) -> Outcome:
    return carry_out(store, block_names(count), compute, reproduce=reproduce, **more)


def address(cluster: LocalCluster) -> str:
    return cluster.scheduler_address.replace("tcp://", "dask://")


def test_a_worker_killed_in_mid_sweep(
    client: Client, store: Store, at_home: dict[str, bytes]
) -> None:
    with dask.config.set({"distributed.scheduler.allowed-failures": 0}):
        victim = next(iter(client.run(os.getpid).values()))
        told: list[str] = []

        def kill(name: str) -> None:
            told.append(name)
            if len(told) == COUNT // 4:
                os.kill(victim, signal.SIGKILL)

        outcome = work(store, Ordinary(seconds=0.01), executor=client, progress=kill)
    assert outcome == Outcome(COUNT, COUNT, ())
    assert len(set(told)) == COUNT
    assert content_of(store.folder) == at_home
    client.wait_for_workers(2)
    assert victim not in client.run(os.getpid).values()


def test_few_tasks_are_under_way_and_nothing_stays_behind(
    cluster: LocalCluster, client: Client, store: Store
) -> None:
    most, names = [], []

    def look(_name: str) -> None:
        states = list(cluster.scheduler.workers.values())
        most.append(max((len(state.processing) for state in states), default=0))
        names.append(len(cluster.scheduler.tasks))

    work(store, Ordinary(), 100, executor=client, progress=look)
    assert 1 <= max(most) <= 3
    assert max(names) <= 8  # of 100
    end = time.monotonic() + 5
    while cluster.scheduler.tasks and time.monotonic() < end:
        time.sleep(0.01)
    assert not cluster.scheduler.tasks


class Counting(Cluster):
    """Notes what came back for each task."""

    kinds: list[str]

    def _settle(self, name: str, reply: executors_dask.Reply) -> Any:
        self.kinds.append(reply.kind)
        return super()._settle(name, reply)


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What tasks bring back, in the order in which they come."""
    Counting.kinds = []
    monkeypatch.setattr(executors_dask, "Cluster", Counting)
    return Counting.kinds


def test_with_a_shared_disk_only_paths_and_checksums_travel(
    client: Client, store: Store, at_home: dict[str, bytes], kinds: list[str]
) -> None:
    assert work(store, Ordinary(), executor=client).done == COUNT
    assert kinds == ["kept"] * COUNT
    assert content_of(store.folder) == at_home


def test_without_a_shared_disk_the_blocks_travel(
    client: Client,
    store: Store,
    at_home: dict[str, bytes],
    kinds: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Store, "raise_flag", lambda _store: ".tmp-on-another-disk")
    assert work(store, Ordinary(), executor=client).done == COUNT
    assert kinds == ["data"] * COUNT
    assert content_of(store.folder) == at_home


def test_a_disk_that_shows_blocks_late(
    client: Client,
    store: Store,
    at_home: dict[str, bytes],
    kinds: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Store, "keeps", lambda _store, _receipt: False)
    assert work(store, Ordinary(), executor=client) == Outcome(COUNT, COUNT, ())
    assert sorted(kinds) == ["data"] * COUNT + ["kept"] * COUNT
    assert content_of(store.folder) == at_home


@pytest.mark.parametrize("field", ["sources of leeway", "numba", "python", "machine"])
def test_a_worker_with_another_version_is_refused(
    client: Client, store: Store, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    here = executors_dask.papers(Ordinary())
    monkeypatch.setattr(executors_dask, "papers", lambda _compute: {**here, field: "another"})
    with pytest.raises(ScenarioError) as caught:
        work(store, Ordinary(), executor=client)
    assert str(caught.value) == (
        f"--executor: {field}: a worker of the cluster has {here[field]}, here it is another; "
        "both sides must be the same, or blocks could differ; install the same versions on the "
        "workers and start them again"
    )
    assert sorted(content_of(store.folder)) == ["store.json"]


def test_blocks_that_go_wrong_are_set_aside(client: Client, store: Store, tmp_path: Path) -> None:
    names = block_names(8)
    (tmp_path / "traces").mkdir()
    compute = Perilous(tmp_path / "traces", {names[2]: "raise", names[5]: "exit"})
    outcome = work(store, compute, 8, executor=client)
    assert (outcome.done, outcome.computed) == (6, 6)
    assert sorted(outcome.failed) == [
        Failed(
            names[2], "RuntimeError: this block can't be computed",
            f"leeway sweep --only {names[2]}",
        ),
        Failed(
            names[5], "it was tried on the cluster, and its worker was killed",
            f"leeway sweep --only {names[5]}",
        ),
    ]  # fmt: skip
    assert compute.tries(names[5]) == 2


def test_what_is_wrong_with_all_blocks_stops_the_sweep(client: Client, store: Store) -> None:
    with pytest.raises(ScenarioError, match=r"trainees\.count: 0; from 1; try 1"):
        work(store, Refusing(), executor=client)
    assert sorted(content_of(store.folder)) == ["store.json"]


def test_workers_that_lack_a_module_are_refused(
    client: Client, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "only_here.py").write_text("def compute(name):\n    return name.encode()\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ScenarioError, match="a worker of the cluster lacks only_here; leeway is"):
        work(store, importlib.import_module("only_here").compute, executor=client)
    assert sorted(content_of(store.folder)) == ["store.json"]
    assert work(store, Ordinary(), executor=client).done == COUNT  # no worker was lost by it


@pytest.fixture
def hears_interrupts() -> Iterator[None]:
    """A shell starts background jobs, and all below them, deaf to Ctrl-C."""
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, usual)


@pytest.mark.usefixtures("hears_interrupts")
def test_ctrl_c_ends_within_two_seconds(cluster: LocalCluster, store: Store) -> None:
    main = threading.main_thread().ident
    assert main is not None

    def interrupt() -> None:
        end = time.monotonic() + 30
        while len(list(store.names())) < 3 and time.monotonic() < end:
            time.sleep(0.01)
        began.append(time.monotonic())
        signal.pthread_kill(main, signal.SIGINT)

    began: list[float] = []
    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(Interrupted):
        work(store, Ordinary(seconds=0.05), 1000, executor=address(cluster))
    assert time.monotonic() - began[0] < 2.0
    thread.join()
    assert store.verify() == []


@pytest.mark.parametrize("workers", [2, 1, pytest.param(4, marks=pytest.mark.long)])
def test_the_folder_is_the_same_for_any_number_of_workers(
    cluster: LocalCluster, client: Client, store: Store, at_home: dict[str, bytes], workers: int
) -> None:
    cluster.scale(workers)
    client.wait_for_workers(workers)
    while len(client.nthreads()) != workers:
        time.sleep(0.05)
    outcome = work(store, Ordinary(), executor=address(cluster))
    assert outcome == Outcome(COUNT, COUNT, ())
    assert content_of(store.folder) == at_home


def test_no_scheduler_there(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors_dask, "_CONNECT_S", 0.2)
    with pytest.raises(OutputError, match=r"no Dask scheduler answers at 127\.0\.0\.1:9 within"):
        work(store, Ordinary(), executor="dask://127.0.0.1:9")


def test_a_cluster_without_workers_is_waited_for_and_one_that_goes_is_told(
    store: Store,
) -> None:
    told: list[str] = []
    cluster = Loopback(n_workers=0, **LOOPBACK)
    closing = threading.Thread(target=cluster.close)

    def tell(words: str) -> None:
        told.append(words)
        closing.start()

    try:
        with pytest.raises(OutputError, match="connection to the Dask cluster is lost"):
            work(store, Ordinary(), executor=address(cluster), notice=tell)
    finally:
        closing.join(10)
    assert told == ["the cluster has no workers yet; waiting for the first to join"]
