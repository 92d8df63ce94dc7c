"""Kill a whole sweep, or let it fail, at any call that changes files: the same command mends it."""

import errno
import functools
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis import sweep_plan
from analysis.cli import main
from analysis.slices import Layout
from analysis.sweep_again import plan_from, verify
from analysis.sweep_folder import FILES, RECORD
from engine.errors import OutputError
from tests.analysis_samples import FILE, SMALL
from tests.block_driver import WORKS, calls_seen, whole
from tests.block_samples import content_of
from tests.test_crash import CALLS, DRIVER, HOUSE, Failing, needs_strace

Content = dict[str, bytes]
ADVICE = {
    errno.ENOSPC: "make room",
    errno.EIO: "the disk fails",
    errno.EACCES: "who may write there",
}
LONG = functools.partial(pytest.param, marks=pytest.mark.long)


@pytest.fixture(scope="module", autouse=True)
def small_blocks() -> Iterator[None]:
    """Blocks as small as those of the driver."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep_plan, "layout_of", lambda *_: Layout(2, 2))
        yield


@pytest.fixture(scope="module")
def peace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sweeps carried out in peace: `whole`, `fewer` replications of it, and both one by one."""
    folder = tmp_path_factory.mktemp("peace")
    whole(folder / "whole")
    whole(folder / "fewer", 2)
    shutil.copytree(folder / "fewer", folder / "more")
    whole(folder / "more")
    return folder


@pytest.fixture(scope="module")
def undisturbed(peace: Path) -> Content:
    content = content_of(peace / "whole")
    assert set(FILES) < set(content)
    assert sum(name.startswith("blocks/") for name in content) == 2
    assert content_of(peace / "more") == content
    assert verify(peace / "whole").problems == ()
    return content


def begun(work: str, peace: Path) -> Content:
    """What is there before a work begins."""
    return content_of(peace / "fewer") if work == "more" else {}


def check_kept(folder: Path, before: Content, after: Content, *, alive: bool) -> None:
    """What a sweep that ended anywhere has left: whole files, old or new, and an honest record.

    alive: whether its process had the time to tidy up.
    """
    left = content_of(folder) if folder.exists() else {}
    temporary = {name for name in left if Path(name).name.startswith(".tmp-")}
    assert not (alive and temporary)
    kept = {name: data for name, data in left.items() if name not in temporary}
    record = kept.pop(RECORD, b"")
    torn = {name for name, data in kept.items() if data not in (before.get(name), after.get(name))}
    assert torn == set()
    if record == after[RECORD]:
        assert {**kept, RECORD: record} == after
    elif record and record == before.get(RECORD):
        assert {**kept, RECORD: record} == before
    elif record:
        assert json.loads(record)["complete"] is False


def check_mended(folder: Path, after: Content, *, by_folder: bool = False) -> None:
    """Asking again, in the same words or by the folder alone, gives what peace gives."""
    if by_folder and (folder / RECORD).exists():
        again = plan_from(folder)
        if again.replications == 4:  # else the record doesn't know yet that more are asked for
            again.carry_out(out=folder, workers=0)
            assert content_of(folder) == after
            return
    whole(folder)
    assert content_of(folder) == after


# ---- killed ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("work", "step"), [("sweep", 1), ("more", 4), LONG("more", 1)])
def test_killed_before_every_call_that_changes_files(
    tmp_path: Path, peace: Path, undisturbed: Content, work: str, step: int
) -> None:
    run = subprocess.run(
        [*DRIVER, "die-each", work, tmp_path, str(step)],
        cwd=HOUSE, capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    codes = json.loads(run.stdout)
    assert codes == [-signal.SIGKILL] * (len(codes) - 1) + [0]
    assert step * len(codes) > 5 * len(FILES)  # a file is five such calls, about
    for place in range(len(codes)):
        folder = tmp_path / str(1 + step * place)
        check_kept(folder, begun(work, peace), undisturbed, alive=False)
        check_mended(folder, undisturbed, by_folder=place % 2 == 0)


KINDS = ["write", "fsync", "rename", "link", "unlink", "mkdir"]
AT = 400
"""More calls of any kind than a sweep makes: pyarrow writes each column by a few calls."""


def meddled(
    folder: Path, kinds: list[str], how: str, calls: str = CALLS, step: int = 1
) -> dict[str, list[int]]:
    """How forks ended in which a system call, one after another of each kind, was meddled with."""
    needs_strace()
    run = subprocess.run(
        ["strace", "-f", "-qq", "-o", folder / "trace",
         "-e", f"trace={calls}", "-e", f"inject={calls}:{how}:when={AT}",
         *DRIVER, "burn", "sweep", folder, str(step), str(AT), *kinds],
        cwd=HOUSE, capture_output=True, text=True, check=True, timeout=600,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    ends: dict[str, list[int]] = json.loads(run.stdout)
    return ends


@pytest.mark.parametrize("kinds", [["rename"], LONG(KINDS)])
def test_killed_at_every_system_call_that_changes_files(
    tmp_path: Path, undisturbed: Content, kinds: list[str]
) -> None:
    """Those that pyarrow makes are among them."""
    ends = meddled(tmp_path, kinds, "signal=KILL")
    for kind, codes in ends.items():
        assert codes == [-signal.SIGKILL] * (len(codes) - 1) + [0]
        for number in range(1, len(codes) + 1):
            folder = tmp_path / f"{kind}-{number}"
            check_kept(folder, {}, undisturbed, alive=False)
            check_mended(folder, undisturbed, by_folder=number % 2 == 0)
    deaths = {kind: len(codes) - 1 for kind, codes in ends.items()}
    # the record is written twice; the store's papers are linked
    assert deaths["rename"] == len(undisturbed)
    if kinds == KINDS:
        assert (deaths["link"], deaths["unlink"], deaths["mkdir"]) == (1, 1, 2)
        assert deaths["write"] > len(undisturbed)
        assert deaths["fsync"] > 2 * len(undisturbed)


# ---- failing -----------------------------------------------------------------------------------


def check_told(told: str, code: int) -> None:
    assert ADVICE[code] in told
    assert os.strerror(code) in told
    assert "run the same command again" in told


@pytest.mark.parametrize("work", ["sweep", LONG("more")])
@pytest.mark.parametrize("turn", [0, LONG(1), LONG(2)])
def test_every_call_failing_is_told_and_mended(
    tmp_path: Path, peace: Path, undisturbed: Content, work: str, turn: int
) -> None:
    """The errors take turns; in the three turns together, each call fails in each way."""
    failed = set()
    for number in range(1, 1000):
        folder, code = tmp_path / str(number), list(ADVICE)[(number + turn) % len(ADVICE)]
        if work == "more":
            shutil.copytree(peace / "fewer", folder)
        failing, told = Failing(number, code), ""
        try:
            with calls_seen(failing):
                WORKS[work].carry_out(folder)
        except OutputError as error:
            told = str(error)
        if failing.left > 0:
            break
        failed.add(failing.name)
        check_told(told, code)
        check_kept(folder, begun(work, peace), undisturbed, alive=True)
        check_mended(folder, undisturbed, by_folder=number % 2 == 0)
    assert number > 5 * len(FILES)
    always = {"open", "write", "fsync", "replace", "write_table", "write_csv"}
    assert failed == always | ({"mkdir", "link", "unlink"} if work == "sweep" else set())


@pytest.mark.parametrize(
    ("code", "step"), [(errno.ENOSPC, 20), LONG(errno.ENOSPC, 1), LONG(errno.EIO, 1)]
)
def test_every_write_failing_in_the_system_is_told_and_mended(
    tmp_path: Path, undisturbed: Content, code: int, step: int
) -> None:
    """Those that pyarrow makes are among them: it has errors of its own."""
    name = errno.errorcode[code]
    ends = meddled(tmp_path, ["write"], f"error={name}", calls="write", step=step)["write"]
    assert ends == [3] * (len(ends) - 1) + [0]
    assert step * len(ends) > len(undisturbed)
    for place in range(len(ends) - 1):
        number = 1 + step * place
        folder = tmp_path / f"write-{number}"
        check_told((tmp_path / f"write-{number}.told").read_text(), code)
        check_kept(folder, {}, undisturbed, alive=True)
        check_mended(folder, undisturbed)


# ---- by command --------------------------------------------------------------------------------

SET = [word for path, value in SMALL.items() for word in ("--set", f"{path}={value}")]
COMMAND = [
    "sweep", str(FILE), *SET, "--vary", "supervision.permissiveness=0,0.5", "--replications", "4",
    "--out", "out",
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "number"), [(errno.ENOSPC, 8), (errno.EIO, 40), (errno.EACCES, 60)]
)
def test_a_failing_disk_is_exit_code_3_and_the_same_command_mends_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    code: int,
    number: int,
) -> None:
    for name in ("sound", "failing"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "sound")
    assert main(COMMAND) == 0
    monkeypatch.chdir(tmp_path / "failing")
    capsys.readouterr()
    failing = Failing(number, code)
    with calls_seen(failing):
        assert main(COMMAND) == 3
    assert failing.name
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    check_told(err, code)
    assert not [name for name in content_of(tmp_path) if ".tmp-" in name]
    assert main(COMMAND) == 0
    assert content_of(tmp_path / "failing") == content_of(tmp_path / "sound")
