"""The format, by example: each invalid file gives exactly the messages stored next to it."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.errors import ScenarioError
from engine.loader import LARGEST_FILE, load, loads

CASES = Path(__file__).parent / "cases"
INVALID = sorted((CASES / "invalid").glob("*.yaml"))
VALID = sorted((CASES / "valid").glob("*.yaml"))
SMALLEST = (CASES / "valid" / "smallest.yaml").read_text(encoding="utf-8")


def messages(path: Path | str) -> list[str]:
    """What loading `path` complains of, without the name of the file."""
    with pytest.raises(ScenarioError) as caught:
        load(path)
    return [str(problem).removeprefix(f"{path}:").lstrip() for problem in caught.value.problems]


def test_there_are_enough_cases() -> None:
    assert len(INVALID) >= 60


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_an_invalid_file_gives_its_messages(path: Path) -> None:
    expected = path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    assert messages(path) == expected


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_a_valid_file_loads(path: Path) -> None:
    assert load(path).leeway == "1.0"


def test_every_expectation_has_its_file() -> None:
    assert {path.stem for path in (CASES / "invalid").glob("*.txt")} == {p.stem for p in INVALID}


# ----------------------------------------------------------------- cases made at run time
def test_a_missing_file(tmp_path: Path) -> None:
    assert messages(tmp_path / "none.yaml") == [
        "it can't be read (No such file or directory); a scenario file is needed; "
        "check the name and the folder"
    ]


def test_a_folder(tmp_path: Path) -> None:
    assert messages(tmp_path) == ["this is a folder; a scenario is a file; name a .yaml file"]


def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    assert messages(pipe) == [
        "this is a pipe, a device or the like; a scenario is a file; name a .yaml file"
    ]


def test_a_pipe_that_takes_a_files_place_does_not_hang(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    ordinary = CASES.joinpath("valid", "smallest.yaml").stat()
    monkeypatch.setattr(Path, "stat", lambda self: ordinary)
    assert messages(pipe) == [
        "this is a pipe, a device or the like; a scenario is a file; name a .yaml file"
    ]


def test_a_device() -> None:
    assert messages("/dev/zero") == [
        "this is a pipe, a device or the like; a scenario is a file; name a .yaml file"
    ]


def test_a_name_with_a_nul() -> None:
    with pytest.raises(ScenarioError, match="embedded null"):
        load("a\0b.yaml")


def test_a_file_that_may_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    assert messages(CASES / "valid" / "smallest.yaml") == [
        "it can't be read (Permission denied); a scenario file is needed; "
        "check the name and the folder"
    ]


def test_two_mebibytes(tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    path.write_bytes(SMALLEST.encode() + b"#" * 2 * LARGEST_FILE)
    assert messages(path) == [
        "the file is longer than 1 MiB; a scenario has at most 1,048,576 bytes; shorten it"
    ]


def test_one_mebibyte_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    path.write_bytes(SMALLEST.encode().ljust(LARGEST_FILE, b"#"))
    assert load(path).id == "smallest"


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "mark.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALLEST.encode())
    assert load(path).hash == loads(SMALLEST).hash


def test_windows_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "windows.yaml"
    path.write_bytes(SMALLEST.replace("\n", "\r\n").encode())
    assert load(path).hash == loads(SMALLEST).hash


_DEEP = "this is nested more than 32 deep; a scenario is at most 32 deep; "
_MANY = "there are more than 30,000 values; a scenario holds at most 30,000; shorten its lists"
_HOSTILE = {
    "brackets": ("[" * 100_000, "1:34: " + _DEEP + "look for brackets that are not closed"),
    "braces": ("{a: " * 100_000, "1:133: " + _DEEP + "look for brackets that are not closed"),
    "dashes": ("- " * 100_000, "1:67: " + _DEEP + "look for brackets that are not closed"),
    "questions": ("? " * 100_000, "1:69: " + _DEEP + "look for brackets that are not closed"),
    "items": ("a: [" + "1," * 500_000 + "]", "1:59999: " + _MANY),
    "keys": ("".join(f"key{i}: 1\n" for i in range(60_000)), "15000:11: " + _MANY),
    "a tag": (
        "a: !" + "x" * 1_000_000,
        "1:4: a word of more than 2,000 characters begins with !; tags are not used in a "
        "scenario; delete it",
    ),
    "comments": (
        "#\n" * 500_000,
        "1:1: there is nothing in it; a scenario is a mapping of keys to values; "
        "copy a scenario from scenarios/ and change it",
    ),
    "a word": (
        "x" * 1_000_000,
        f'1:1: "{"x" * 57}..." was given; a scenario is a mapping of keys to values; '
        'begin with the line leeway: "1.0"',
    ),
}


@pytest.mark.parametrize("name", _HOSTILE)
def test_a_hostile_file_is_answered_soon(name: str, tmp_path: Path) -> None:
    text, expected = _HOSTILE[name]
    path = tmp_path / "hostile.yaml"
    path.write_text(text, encoding="utf-8")
    begun = time.process_time()
    assert messages(path) == [expected]
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    "text",
    [
        "a:\n" + "  - !x 1\n" * 14_000,
        "task: {steps: [" + "{}," * 14_000 + "]}",
        "a: 1\n" * 14_000,
        SMALLEST.replace("gap: 1 d", "gap: {empirical: [" + "1," * 9_999 + "2]}"),
        SMALLEST + "evidence:\n" + "  - {about: task.stepps, source: nobody}\n" * 299,
        "'" + "a " * 400_000,
        "%TAG\n" * 200_000,
        'a: "' + "\\n" * 500_000 + '"',
    ],
    ids=["tags", "sections", "duplicates", "values", "evidence", "quote", "directives", "escapes"],
)
def test_many_problems_are_answered_soon(text: str) -> None:
    begun = time.process_time()
    with pytest.raises(ScenarioError) as caught:
        loads(text)
    assert 1 <= len(caught.value.problems) <= 200
    assert time.process_time() - begun < 10


_MEASURE = """
import os, resource, sys
from engine.errors import ScenarioError
from engine.loader import load
for path in sys.argv[1:]:
    try:
        load(path)
    except ScenarioError:
        pass
    else:
        sys.exit(path + " was read")
# Linux counts into ru_maxrss what the test process held when it forked; VmHWM begins anew at exec
if os.path.exists("/proc/self/status"):
    with open("/proc/self/status") as status:
        peak = [line.split()[1] for line in status if line.startswith("VmHWM")][0]
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak)
"""


def test_invalid_files_take_less_than_256_mebibytes_and_write_nothing(tmp_path: Path) -> None:
    paths = [str(path) for path in INVALID]
    for number, (text, _) in enumerate(_HOSTILE.values()):
        path = tmp_path / f"{number}.yaml"
        path.write_text(text, encoding="utf-8")
        paths.append(str(path))
    folder = tmp_path / "empty"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, *paths],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) < 256 * 1024
    assert list(folder.iterdir()) == []
