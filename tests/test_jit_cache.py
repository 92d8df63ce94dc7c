"""Compiled code is kept between processes, and never answers with old or damaged rules."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import engine

ASK = "from engine.rules import trust; print(trust(2.0, 2.0))"
SLOW = pytest.approx(1.5)


@pytest.fixture
def copy(tmp_path):
    """A private copy of the engine, so that its laws can be edited, and a cache of its own."""
    shutil.copytree(
        Path(engine.__file__).parent,
        tmp_path / "engine",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    (tmp_path / "engine" / "__init__.py").write_text("")
    return tmp_path


def ask(folder, question=ASK, **environment):
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", question],
        cwd=folder,
        env={**os.environ, "LEEWAY_CACHE_DIR": str(folder / "cache"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return float(answer.stdout)


def entries(folder):
    return sorted((folder / "cache").rglob("*.code"))


def test_a_second_process_loads_what_the_first_compiled(copy):
    assert ask(copy) == SLOW
    written = {path: path.stat().st_mtime_ns for path in entries(copy)}
    assert written
    assert ask(copy) == SLOW
    assert {path: path.stat().st_mtime_ns for path in entries(copy)} == written


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("rules.py", "2.0 * (1.0 + good)", "4.0 * (1.0 + good)"),
        ("elementary.py", "LN2 = 0.6931471805599453", "LN2 = 0.6931471805599453 * 2"),
    ],
)
def test_an_edited_law_answers_at_once(copy, module, old, new):
    question = "from engine.rules import kept, trust; print(trust(2.0, 2.0) + 1 / kept(1.0, 1.0))"
    assert ask(copy, question) == pytest.approx(3.5)
    path = copy / "engine" / module
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    expected = {"rules.py": 5.0, "elementary.py": 5.5}[module]
    assert ask(copy, question) == pytest.approx(expected)


@pytest.mark.parametrize("damage", [b"", b"short", None])
def test_a_damaged_entry_is_compiled_again(copy, damage):
    assert ask(copy) == SLOW
    for path in entries(copy):
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(bytes(content) if damage is None else damage)
        spoilt = path.read_bytes()
    assert ask(copy) == SLOW
    assert all(path.read_bytes() != spoilt for path in entries(copy))


def test_an_entry_others_may_write_is_not_trusted(copy):
    assert ask(copy) == SLOW
    for path in entries(copy):
        path.write_bytes(b"x" * 100)
        path.chmod(0o666)
    assert ask(copy) == SLOW


def test_a_cache_folder_that_cannot_be_made_costs_only_time(copy):
    (copy / "cache").write_text("a file where the folder should be")
    assert ask(copy) == SLOW


def test_a_full_disk_costs_only_time(copy):
    (copy / "cache").symlink_to("/dev/full")
    assert ask(copy) == SLOW


def test_many_processes_start_cold_at_once(copy):
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: ask(copy), range(8))) == {1.5}
    assert not list((copy / "cache").rglob("tmp*"))
