"""The door to the engines: what it refuses, and the papers of a result."""

import math
import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import numpy as np
import pytest

import engine
from engine.run import ENGINES
from tests.build import scenario

ROOT = Path(__file__).parent.parent


def wait_for_ever(situation):
    return math.inf


def step_in(situation):
    return situation.now


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": -1}, "seed: -1 was given; a whole number from 0"),
        ({"seed": 2**64}, "seed: 18446744073709551616 was given"),
        ({"seed": True}, "seed: True was given"),
        ({"seed": 1.5}, "seed: 1.5 was given"),
        ({"replications": 0}, "replications: 0 was given; a whole number from 1"),
        ({"replications": "3"}, "replications: '3' was given"),
        ({"engine": "steam"}, "engine: steam was given; one of kernel, simpy"),
    ],
)
def test_what_cannot_be_simulated_is_refused(arguments, message):
    with pytest.raises(engine.ScenarioError) as refused:
        engine.simulate(scenario(), **arguments)
    assert str(refused.value).startswith(message)


def test_a_replication_that_cannot_be_is_refused():
    with pytest.raises(engine.ScenarioError, match="replication: -1 was given"):
        engine.events(scenario(), replication=-1)


def test_numpys_numbers_are_numbers():
    ours = engine.simulate(scenario(), seed=3, replications=2)
    theirs = engine.simulate(scenario(), seed=np.int64(3), replications=np.int64(2))
    assert ours.table.equals(theirs.table)


def test_seed_0_and_the_largest_seed_are_seeds():
    lively = scenario({"task.steps[step].duration": {"exponential": {"mean": "8 min"}}})
    times = [engine.events(lively, seed=seed)[1].time for seed in (0, 1, 2**64 - 1)]
    assert len(set(times)) == 3


def test_progress_counts_every_replication():
    seen = []
    engine.simulate(scenario(), replications=3, progress=seen.append)
    assert sum(seen) == 3


def test_the_papers_of_a_result_name_a_policy_of_ones_own():
    plain = engine.simulate(scenario(), replications=1)
    assert plain.policy is None
    assert plain.hash == scenario().hash
    hashes = {plain.hash}
    for policy in (wait_for_ever, step_in):
        result = engine.simulate(scenario(), replications=1, policy=policy)
        assert result.policy["name"] == f"{__name__}.{policy.__name__}"
        assert "return" in result.policy["source"]
        hashes.add(result.hash)
    assert len(hashes) == 3


def test_a_policy_without_source_is_told_by_its_code():
    hashes = set()
    for answer in ("0.0", "1.0"):
        scope = {}
        exec(f"def own(situation):\n    return {answer}", scope)
        result = engine.simulate(scenario(), replications=1, policy=scope["own"])
        assert result.policy["source"].startswith("not kept")
        hashes.add(result.hash)
    assert len(hashes) == 2


def test_a_policy_answers_with_a_time():
    with pytest.raises(TypeError, match="a policy is a Python function"):
        engine.simulate(scenario(), replications=1, policy="hands_off")
    with pytest.raises(ValueError, match="answered with NaN"):
        engine.simulate(scenario(), replications=1, policy=lambda _: math.nan)


def test_the_makefile_names_only_files_that_exist():
    named = [
        word
        for line in (ROOT / "Makefile").read_text().splitlines()
        for word in line.split()
        if word.endswith((".py", ".yaml", ".txt", ".toml"))
    ]
    assert "docs/images/make.py" in named
    assert [name for name in named if not (ROOT / name.rstrip(";")).exists()] == []


def test_both_engines_give_the_same_result():
    told = scenario({"task.steps[step].duration": {"exponential": {"mean": "8 min"}}})
    compiled, reference = (
        engine.simulate(told, seed=5, replications=7, engine=name) for name in ENGINES
    )
    assert (reference.engine, compiled.engine) == ("simpy", "kernel")
    assert compiled.table.equals(reference.table)
    assert compiled.fates.equals(reference.fates)


@pytest.mark.parametrize("name", ENGINES)
def test_a_policy_of_ones_own_is_asked_by_the_reference_which_is_said(name, caplog):
    result = engine.simulate(scenario(), replications=1, engine=name, policy=step_in)
    assert result.engine == "simpy"
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == (name == "kernel")
    assert all("step_in is Python, which only the reference engine can ask" in one for one in said)


def test_compiling_is_told_once_where_it_takes_place():
    """In a script or notebook as in a command: a warning, on stderr where no log is kept."""
    told = (
        "import engine; s = engine.load('scenarios/chest-pain.yaml'); "
        "[engine.simulate(s, replications=1, engine=e) for e in ('simpy', 'kernel', 'kernel')]"
    )
    with tempfile.TemporaryDirectory() as folder:
        said = [
            subprocess.run(
                [sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True,
                env={**os.environ, "LEEWAY_CACHE_DIR": folder},
            ).stderr
            for _ in range(2)
        ]  # fmt: skip
    assert said == ["compiling the model for this machine, once: about 5 s\n", ""]


def test_the_contract_of_the_engines_names_every_module_of_the_kernel():
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    kernel = next(one for one in contracts if one["name"].startswith("the kernel shares"))
    modules = {f"engine.{path.stem}" for path in (ROOT / "engine").glob("kernel*.py")}
    assert set(kernel["source_modules"]) == modules | {"engine.columns"}
