"""Defects (tests/defects.py) planted in a copy of the engines, and what must turn red."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from engine.jit import CACHE_VARIABLE, cache_folder, engine_key
from tests.defects import Defect

ROOT = Path(__file__).parents[1]
COPIED = ("engine", "analysis", "tests", "scenarios")
LONGEST_S = 300
"""A defect that hangs the suite is caught by nobody."""

_RUN = """
import pathlib, sys
import pytest
import engine
import engine.jit
copy, key, tests = pathlib.Path.cwd(), sys.argv[1], sys.argv[2:]
for name in ("engine", "analysis", "tests"):
    assert pathlib.Path(__import__(name).__file__).is_relative_to(copy), name
if key:
    engine.jit.engine_key = lambda: key
sys.exit(pytest.main(["-x", "-q", "-n0", "-p", "no:cacheprovider", "-m", "not long", *tests]))
"""


BOTH_ENGINES = 'ENGINES = ("kernel", "simpy")'


def copied(folder: Path) -> Path:
    """A copy of the project that can be imported in its place, with the reference alone.

    With two engines every defect of one would be caught by comparing them, whatever the rest of the
    suite is worth.
    """
    for name in COPIED:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", folder)
    door = folder / "engine" / "run.py"
    text = door.read_text()
    assert text.count(BOTH_ENGINES) == 1
    door.write_text(text.replace(BOTH_ENGINES, 'ENGINES = ("simpy",)'))
    return folder


def plant(copy: Path, defect: Defect) -> bool:
    """Make the edit; True if it is in compiled code. The text must be there exactly once."""
    path = copy / "engine" / defect.file
    text = path.read_text()
    assert text.count(defect.old) == 1, f"{defect.file} holds {text.count(defect.old)} of them"
    path.write_text(text.replace(defect.old, defect.new))
    return "from engine.jit import" in text or defect.file.startswith("kernel")


def run(copy: Path, tests: tuple[str, ...], *, compiled: bool) -> tuple[int, str]:
    """Run test files in the copy: pytest's exit code and what it said.

    What was compiled from this very code is used again, unless the edit is in compiled code.
    """
    cache = copy / "cache" if compiled else cache_folder().parent
    environment = {**os.environ, "PYTHONPATH": str(copy), CACHE_VARIABLE: str(cache)}
    environment.pop("PYTEST_ADDOPTS", None)
    files = [f"tests/{name.replace('::', '.py::')}" for name in tests]
    files = [name if "::" in name else f"{name}.py" for name in files]
    done = subprocess.run(
        [sys.executable, "-c", _RUN, "" if compiled else engine_key(), *files],
        cwd=copy,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    return done.returncode, done.stdout


def caught(code: int, said: str) -> bool:
    """Whether a test failed at an assertion, and not because the edit was no Python."""
    return code == 1 and re.search(r"^E +(AssertionError|assert |Failed)", said, re.M) is not None
