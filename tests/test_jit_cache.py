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


EDITS = {
    "rules.py": ("trust(2.0, 2.0)", "2.0 * (1.0 + good)", "4.0 * (1.0 + good)", 1.5, 3.0),
    "elementary.py": (
        "1 / kept(1.0, 1.0)", "LN2 = 0.6931471805599453", "LN2 = 0.6931471805599453 * 2", 2.0, 4.0,
    ),
    "quantiles.py": ("1 + standard_normal(0.5)", "q = u - 0.5", "q = u - 0.25", 1.0, 1.6744897502),
    "luck.py": ("2 ** 53 * unit(np.uint64(0))", "+ 0.5) *", "+ 0.25) *", 1.0, 0.5),
}  # fmt: skip
"""By file of laws: a question, an edit (old, new), and the answers before and after it."""


def test_there_is_an_edit_for_every_file_of_laws():
    compiled = {
        path.name
        for path in Path(engine.__file__).parent.glob("*.py")
        if "\n@law\n" in path.read_text() and not path.name.startswith("kernel")
    }
    assert compiled == EDITS.keys()


@pytest.mark.parametrize("module", EDITS)
def test_an_edited_law_answers_at_once(copy, module):
    asked, old, new, before, after = EDITS[module]
    question = (
        "import numpy as np; from engine.luck import unit; from engine.quantiles import "
        f"standard_normal; from engine.rules import kept, trust; print({asked})"
    )
    assert ask(copy, question) == pytest.approx(before)
    path = copy / "engine" / module
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    assert ask(copy, question) == pytest.approx(after)


LATE = """
from pathlib import Path
from engine.rules import trust
path = Path("engine/rules.py")
path.write_text(path.read_text().replace("2.0 * (1.0 + good)", "4.0 * (1.0 + good)"))
print(trust(2.0, 2.0))
"""


def test_an_edit_after_the_import_leaves_no_old_law_behind(copy):
    """A notebook that is open during an update goes on with what it has read; nobody else does."""
    assert ask(copy, LATE) == SLOW
    assert ask(copy) == pytest.approx(3.0)


def test_any_edit_of_the_engine_makes_a_new_cache(copy):
    """Whatever the file: laws are inlined in one another, and constants come from anywhere."""
    count = ask(
        copy,
        """
from pathlib import Path
from engine.jit import engine_key, key_of_sources
files = sorted(Path("engine").glob("*.py"))
keys = {engine_key()}
for path in files:
    path.write_text(path.read_text() + "# edited")
    keys.add(key_of_sources())
print(float(len(keys) - 1 == len(files) > 40))
""",
    )
    assert count == 1.0


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


FULL = """
import errno, os, tempfile
import engine.jit

class Full:
    def __init__(self, file):
        self.file, self.name = file, file.name
    def __enter__(self):
        return self
    def __exit__(self, *_):
        self.file.close()
    def write(self, _):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    def close(self):
        self.file.close()

def full(**given):
    return Full(tempfile.NamedTemporaryFile(**given))

class ReadOnly:
    def __init__(self, **given):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

class At:
    NamedTemporaryFile = staticmethod({how})

engine.jit.tempfile = At
from engine.rules import trust
print(trust(2.0, 2.0))
"""


@pytest.mark.parametrize("how", ["full", "ReadOnly"])
def test_a_full_or_read_only_disk_costs_only_time(copy, how):
    assert ask(copy, FULL.replace("{how}", how)) == SLOW
    assert not [path for path in (copy / "cache").rglob("*") if path.is_file()]


def test_a_disk_that_fills_half_way_costs_only_time(copy):
    """The system itself refuses to let a file grow beyond 1 kB."""
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))\n" + ASK
    assert ask(copy, limited, PYTHONDONTWRITEBYTECODE="1") == SLOW  # Python keeps half a file
    assert not [path for path in (copy / "cache").rglob("*") if path.is_file()]
    assert ask(copy) == SLOW
    assert entries(copy)


def test_without_a_compiler_it_says_so(copy):
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=copy, capture_output=True, text=True,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
    )  # fmt: skip
    assert done.returncode == 1
    assert "NUMBA_DISABLE_JIT is set: unset it" in done.stderr


def test_32_processes_start_cold_at_once(copy):
    with ThreadPoolExecutor(32) as pool:
        assert list(pool.map(lambda _: ask(copy), range(32))) == [1.5] * 32
    assert not list((copy / "cache").rglob("tmp*"))


SIMULATE = """
import engine
scenario = engine.load("{scenario}")
row = engine.simulate(scenario, 0, 2, engine="{name}").table
print(row["total_burden"].sum())
"""


@pytest.mark.long
def test_32_processes_compile_the_whole_engine_at_once(tmp_path):
    """Each compiles for itself, some twenty seconds of processor time, and all answer right."""
    shipped = Path(__file__).parent.parent / "scenarios" / "night-handover.yaml"
    expected = ask(tmp_path, SIMULATE.format(scenario=shipped, name="simpy"))
    question = SIMULATE.format(scenario=shipped, name="kernel")
    with ThreadPoolExecutor(32) as pool:
        assert list(pool.map(lambda _: ask(tmp_path, question), range(32))) == [expected] * 32
    assert not list((tmp_path / "cache").rglob("tmp*"))
