"""Carrying out blocks: in this process and by worker processes, whatever the blocks do to them."""

import os
import pickle
import sys
import time
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from analysis import executors_local
from analysis.blocks import Failed, Interrupted, Outcome, carry_out
from analysis.executors import crew_of
from analysis.executors_local import Local
from analysis.store import Store
from engine.errors import OutputError, ScenarioError
from tests.block_samples import (
    IDENTITY,
    Ordinary,
    Perilous,
    Refusing,
    Talking,
    block_names,
    content_of,
    reproduce,
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "sweep", IDENTITY)


@pytest.fixture
def traces(tmp_path: Path) -> Path:
    folder = tmp_path / "traces"
    folder.mkdir()
    return folder


def work(store: Store, count: int, compute: Any, **more: Any) -> Outcome:
    return carry_out(store, block_names(count), compute, reproduce=reproduce, **more)


def no_children() -> bool:
    """Whether this process's workers have ended and are buried."""
    return not [each for each in psutil.Process().children() if "executors_worker" in "".join(
        each.cmdline()
    )]  # fmt: skip


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_each_block_is_computed_once_and_the_folder_is_the_same(
    store: Store, tmp_path: Path, traces: Path, workers: int
) -> None:
    compute, names, told = Perilous(traces), block_names(20), []
    outcome = work(store, 20, compute, workers=workers, progress=told.append)
    assert outcome == Outcome(20, 20, ())
    assert sorted(told) == names
    assert {name: store.read(name) for name in names} == {n: Ordinary()(n) for n in names}
    assert [compute.tries(name) for name in names] == [1] * 20
    other = Store.open(tmp_path / "other", IDENTITY)
    work(other, 20, Ordinary(), workers=0)
    assert content_of(other.folder) == content_of(store.folder)
    assert no_children()


def test_what_is_there_is_not_computed_again(store: Store, traces: Path) -> None:
    compute, names, told = Perilous(traces), block_names(6), []
    work(store, 3, compute, workers=0)
    store.path(names[1]).write_bytes(store.path(names[1]).read_bytes()[:-1])
    assert work(store, 6, compute, workers=0, progress=told.append) == Outcome(6, 4, ())
    assert sorted(told) == names
    assert [compute.tries(name) for name in names] == [1, 2, 1, 1, 1, 1]
    assert work(store, 6, compute, workers=0) == Outcome(6, 0, ())


def test_nothing_to_do_starts_nobody(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    work(store, 2, Ordinary(), workers=0)
    monkeypatch.setattr(executors_local, "Worker", None)
    assert work(store, 2, Ordinary(), workers=2) == Outcome(2, 0, ())
    assert work(store, 0, Ordinary(), executor="dask://nowhere:1") == Outcome(0, 0, ())


def test_names_are_taken_as_they_are_needed(store: Store) -> None:
    taken, ahead = 0, []

    def names() -> Iterator[str]:
        nonlocal taken
        for name in block_names(50):
            taken += 1
            yield name

    def note(_name: str) -> None:
        ahead.append(taken - len(ahead))

    carry_out(store, names(), Ordinary(), workers=2, reproduce=reproduce, progress=note)
    assert max(ahead) <= 2 * 2 + 1


# ---- blocks that go wrong --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        ("exit", "its worker ended with exit code 77"),
        ("segv", "its worker was killed by SIGSEGV"),
        ("kill", "its worker was killed by SIGKILL, as when memory runs out"),
        ("raise", "RuntimeError: this block can't be computed"),
        ("memory", "MemoryError:"),
    ],
)
def test_a_block_that_goes_wrong_is_set_aside_and_the_rest_finishes(
    store: Store, traces: Path, harm: str, reason: str
) -> None:
    names, told = block_names(10), []
    compute = Perilous(traces, {names[3]: harm})
    outcome = work(store, 10, compute, workers=2, progress=told.append)
    assert outcome == Outcome(9, 9, (Failed(names[3], reason, f"leeway sweep --only {names[3]}"),))
    assert sorted(told) == names
    assert told[-1] == names[3]
    assert [compute.tries(name) for name in names] == [1, 1, 1, 2, 1, 1, 1, 1, 1, 1]
    assert [fault.name for fault in store.verify(names)] == [names[3]]
    assert work(store, 10, Perilous(traces), workers=0) == Outcome(10, 1, ())


def test_a_block_that_raises_in_this_process_is_set_aside_too(store: Store, traces: Path) -> None:
    names = block_names(4)
    outcome = work(store, 4, Perilous(traces, {names[0]: "raise"}), workers=0)
    assert outcome.done == 3
    assert [failed.name for failed in outcome.failed] == [names[0]]


def test_the_second_try_is_made_alone(store: Store, traces: Path) -> None:
    names = block_names(12)
    compute = Perilous(traces, {names[0]: "exit once", names[5]: "memory once"}, Ordinary())
    assert work(store, 12, compute, workers=3) == Outcome(12, 12, ())
    assert [compute.tries(names[number]) for number in (0, 5)] == [2, 2]
    last = max(compute.began(name)[0] for name in names)
    assert all(compute.began(names[number])[1] > last for number in (0, 5))


def test_every_block_may_go_wrong(store: Store, traces: Path) -> None:
    names = block_names(3)
    outcome = work(store, 3, Perilous(traces, dict.fromkeys(names, "exit")), workers=2)
    assert (outcome.done, outcome.computed) == (0, 0)
    assert sorted(failed.name for failed in outcome.failed) == names
    assert no_children()


def test_a_worker_killed_while_it_has_nothing_to_do_is_replaced(store: Store) -> None:
    crew = Local(store, Ordinary(), 1)
    try:
        for name in block_names(2):
            crew.submit(name)
            assert crew.wait() == (name, None)
            (worker,) = psutil.Process().children()
            worker.kill()
            worker.wait(5)
    finally:
        crew.close()
    assert no_children()


def test_closing_ends_workers_in_the_middle_of_a_block(store: Store) -> None:
    crew = Local(store, Ordinary(seconds=60.0), 2)
    for name in block_names(4):
        crew.submit(name)
    while len(psutil.Process().children()) < 2:
        time.sleep(0.01)
    began = time.monotonic()
    crew.close()
    assert no_children()
    assert time.monotonic() - began < 2.0
    assert list(store.names()) == []


@pytest.mark.parametrize(
    ("compute", "error", "workers"),
    [
        (Refusing(), ScenarioError, 0),
        (Refusing(), ScenarioError, 1),
        (Refusing("disk"), OutputError, 0),
    ],
)
def test_what_is_wrong_with_all_blocks_stops_the_sweep(
    store: Store, compute: Refusing, error: type[Exception], workers: int
) -> None:
    with pytest.raises(error, match=r"trainees\.count: 0|the disk is full"):
        work(store, 20, compute, workers=workers)
    assert no_children()
    assert sorted(content_of(store.folder)) == ["store.json"]


def test_a_disk_that_fails_stops_the_sweep(
    store: Store, monkeypatch: pytest.MonkeyPatch, traces: Path
) -> None:
    def fail(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(OutputError, match="No space left on device; the disk is full"):
            work(store, 20, Ordinary(), workers=2)
    assert no_children()
    assert sorted(content_of(store.folder)) == ["store.json"]
    assert work(store, 20, Ordinary(), workers=0).done == 20


def test_ctrl_c_says_how_many_blocks_are_kept(store: Store) -> None:
    def stop(name: str) -> None:
        if name == block_names(8)[4]:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="5 blocks are kept") as caught:
        work(store, 8, Ordinary(), workers=0, progress=stop)
    assert isinstance(caught.value, KeyboardInterrupt)
    assert (caught.value.done, caught.value.computed) == (5, 5)
    assert work(store, 8, Ordinary(), workers=0).computed == 3


# ---- workers that can't be had ---------------------------------------------------------------


def test_what_cannot_be_pickled(store: Store) -> None:
    with pytest.raises((TypeError, AttributeError, pickle.PicklingError)):
        work(store, 1, lambda name: name.encode(), workers=1)
    assert no_children()


def test_what_workers_cannot_load(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    only_here = types.ModuleType("only_here")  # as the module of a notebook is
    exec("def compute(name):\n    return name.encode()\n", only_here.__dict__)
    monkeypatch.setitem(sys.modules, "only_here", only_here)
    with pytest.raises(TypeError, match=r"No module named 'only_here'.* in a module that can be"):
        work(store, 1, only_here.compute, workers=1)
    assert no_children()


def test_workers_that_cannot_be_started(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors_local.executors_worker, "__file__", "/nowhere/worker.py")
    with pytest.raises(OutputError, match=r"can't be started: .* exit code 2; .*--workers 0"):
        work(store, 1, Ordinary(), workers=1)
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(OutputError, match=r"can't be started: .*No such file"):
        work(store, 1, Ordinary(), workers=1)
    assert no_children()


@pytest.mark.parametrize(
    ("executor", "workers", "told"),
    [
        ("local", -1, "--workers: -1 was given; a whole number from 0 is needed"),
        ("local", 1.5, "--workers: 1.5 was given"),
        ("slurm", None, "--executor: slurm was given; local or dask://HOST:PORT is needed"),
        ("dask://", None, "--executor: dask:// was given; dask://HOST:PORT is needed"),
        ("dask://a:b", None, "--executor: dask://a:b was given"),
        ("dask://a:99999", None, "--executor: dask://a:99999 was given"),
        (None, None, "--executor: NoneType was given; local, dask://HOST:PORT or a"),
    ],
)
def test_executors_that_there_are_not(store: Store, executor: Any, workers: Any, told: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        crew_of(executor, store, Ordinary(), workers)
    assert str(caught.value).startswith(told)


def test_what_a_block_prints_does_not_mix_with_its_data(
    store: Store, capfd: pytest.CaptureFixture[str]
) -> None:
    assert work(store, 3, Talking(), workers=1) == Outcome(3, 3, ())
    assert store.read(block_names(1)[0]) == block_names(1)[0].encode()
    assert capfd.readouterr().out == ""
