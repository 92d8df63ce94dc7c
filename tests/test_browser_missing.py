"""Without a browser its tests are left out by name, aloud; where one is required they fail."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOME = "tests/test_browser_itself.py"


def without_chromium(*, workers, **environment):
    """What pytest says of some browser tests where no Chromium can be found."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("LEEWAY_")}
    bare = {name: value for name, value in bare.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-n", str(workers), "--dist", "worksteal", SOME],
        cwd=ROOT,
        env={**bare, "PATH": "/nowhere", **environment},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("workers", [0, 2])
def test_tests_left_out_are_named_and_counted_with_the_reason(workers):
    done = without_chromium(workers=workers)
    assert done.returncode == 0
    names = [line for line in done.stdout.splitlines() if line.startswith(f"    {SOME}: ")]
    assert len(names) == 1
    assert "test_no_name_is_ever_looked_up" in names[0]
    count = names[0].count("test_") - 1  # the file's own name has one
    assert f"{count} of the tests LEFT OUT: no Chromium found" in done.stdout
    assert "passed" not in done.stdout


def test_where_a_browser_is_required_its_absence_fails():
    done = without_chromium(workers=0, LEEWAY_BROWSER="required")
    assert done.returncode == 1
    assert "no Chromium found: install Debian's package chromium" in done.stdout
    assert "of the tests LEFT OUT" not in done.stdout
