"""The numbers of the shipped scenarios have not moved, here or on another processor."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy._core import _multiarray_umath

import engine
from engine.loader import to_yaml
from engine.run import ENGINES
from tests.golden import FILE, SCENARIOS, digest

GOLDEN = json.loads(FILE.read_text())
ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_numbers_have_not_moved(name, engine_name):
    assert digest(SCENARIOS / f"{name}.yaml", engine_name) == GOLDEN[name]


def test_every_scenario_has_its_digest():
    assert sorted(GOLDEN) == sorted(path.stem for path in SCENARIOS.glob("*.yaml"))


def test_a_digest_sees_one_ulp(tmp_path):
    """A duration that is longer by its last bit gives another digest."""
    changed = engine.load(SCENARIOS / "night-handover.yaml")
    duration = changed.supervision.fix.standard.median
    longer = f"{np.nextafter(duration, np.inf)!r} min".replace("np.float64(", "").replace(")", "")
    digests = []
    for number, fix in enumerate([f"{duration!r} min", longer]):
        path = tmp_path / f"{number}.yaml"
        path.write_text(to_yaml(changed.with_({"supervision.fix": fix})))
        digests.append(digest(path))
    assert digests[0] != digests[1]


def _numpy_features() -> str:
    """What numpy would choose between on this processor: all of it is switched off."""
    found = _multiarray_umath.__cpu_features__
    return " ".join(name for name in _multiarray_umath.__cpu_dispatch__ if found.get(name))


PROCESSORS = {
    "plain": {},
    "C library without FMA and AVX2": {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-FMA,-AVX2"},
    "numpy without its fast paths": {"NPY_DISABLE_CPU_FEATURES": _numpy_features()},
    "machine code for any x86-64": {"NUMBA_CPU_NAME": "generic"},
}


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("processor", PROCESSORS)
def test_the_same_bits_on_any_processor(processor, engine_name):
    done = subprocess.run(
        [sys.executable, "-m", "tests.golden", "show", engine_name],
        cwd=ROOT,
        env={**os.environ, **PROCESSORS[processor]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == GOLDEN
