"""A whole sweep on a real Dask scheduler, and workers that are processes: the bytes of home."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import dask
import pytest
from distributed import Client

from analysis import sweep_plan
from analysis.slices import Layout
from analysis.store import Store
from analysis.sweep import sweep
from analysis.sweep_again import verify
from analysis.sweep_folder import FILES
from tests import test_dask
from tests.analysis_samples import small_scenario
from tests.block_samples import content_of

cluster, client, kinds = test_dask.cluster, test_dask.client, test_dask.kinds

VARY = {"supervision.permissiveness": [0, 0.5]}
REPLICATIONS, BLOCKS = 60, 24


@pytest.fixture(scope="module", autouse=True)
def small_blocks() -> Iterator[None]:
    """A point and five replications to a block."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep_plan, "layout_of", lambda *_: Layout(1, 5))
        yield


@pytest.fixture(scope="module")
def at_home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The folder as this process alone makes it."""
    folder = tmp_path_factory.mktemp("home") / "sweep"
    sweep(small_scenario(), VARY, replications=REPLICATIONS, out=folder, workers=0)
    content = content_of(folder)
    assert set(FILES) < set(content)
    assert sum(name.startswith("blocks/") for name in content) == BLOCKS
    return content


@pytest.mark.parametrize("shared", [True, False])
def test_a_sweep_on_a_cluster_that_loses_a_worker_gives_the_bytes_of_home(
    client: Client,
    kinds: list[str],
    at_home: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    shared: bool,
) -> None:
    """shared: whether workers see the folder, and write the blocks themselves."""
    if not shared:
        monkeypatch.setattr(Store, "raise_flag", lambda _store: ".tmp-on-another-disk")
    client.wait_for_workers(2)
    victim = next(iter(client.run(os.getpid).values()))
    done = []

    def kill(replications: int) -> None:
        done.append(replications)
        if len(done) == BLOCKS // 4:
            os.kill(victim, signal.SIGKILL)

    with dask.config.set({"distributed.scheduler.allowed-failures": 0}):
        found = sweep(
            small_scenario(), VARY, replications=REPLICATIONS, out=tmp_path / "sweep",
            executor=client, progress=kill,
        )  # fmt: skip
    assert found.failed == ()
    assert sum(done) == len(VARY["supervision.permissiveness"]) * REPLICATIONS
    ours, others = ("kept", "data") if shared else ("data", "kept")
    assert ours in kinds
    assert others not in kinds
    content = content_of(tmp_path / "sweep")
    for name in ("table.parquet", "table.csv", "points.csv"):
        assert content[name] == at_home[name]
    assert content == at_home
    assert verify(tmp_path / "sweep").problems == ()
    client.wait_for_workers(2)
    assert victim not in client.run(os.getpid).values()
