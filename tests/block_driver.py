"""Processes that carry out blocks in order to be killed; run by tests as `-m tests.block_driver`.

serve                 reads jobs, a line of JSON each, and carries each out in a fork of its own
die-each WORK FOLDER STEP
                      carries out a small work again and again, killed at its 1st, 2nd, 3rd, ...
                      call that changes files, until one comes through; each in a folder of its
                      own, named after the call; STEP: 1 for every call, 3 for every third
burn WORK FOLDER STEP N KIND ...
                      the same, but somebody else (strace) meddles with the Nth call of each kind:
                      the fork that is to suffer at its kth call makes N - k idle ones of that kind
                      before

Works are those of WORKS: some blocks, a whole sweep, and a finished sweep that gets more
replications. Everything is imported and compiled once, so a fork costs milliseconds; and this
process runs no thread but idle ones of libraries that know of forks, so that forking is safe.
"""

import functools
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest import mock

from analysis.blocks import Outcome, carry_out
from analysis.store import Store
from engine.errors import OutputError, ScenarioError
from tests.block_samples import IDENTITY, Ordinary, block_names, reproduce

if TYPE_CHECKING:
    from analysis.sweep_plan import Plan

SMALL = 3
CHANGING = ("open", "write", "fsync", "replace", "rename", "link", "unlink", "mkdir", "truncate")
"""Functions of os by which a store and a sweep change files."""
TABLES = {"pyarrow.parquet": "write_table", "pyarrow.csv": "write_csv"}
"""Functions of modules that write a whole table into the file that is their second argument."""


def small(folder: Path) -> None:
    """A small job in this process. Raises what carrying out raises."""
    carried_out({"folder": str(folder), "count": SMALL})


def whole(folder: Path, replications: int = 4) -> None:
    """A whole small sweep in this process: 2 points, 2 blocks. Raises what a sweep raises."""
    from engine import loader

    made, text = planned(replications)
    with mock.patch.object(loader, "to_yaml", return_value=text):  # half of the time it would take
        made.carry_out(out=folder, workers=0)


@functools.cache
def planned(replications: int) -> tuple["Plan", str]:
    """The small sweep, and its scenario as YAML."""
    from analysis import sweep_plan
    from analysis.slices import Layout
    from engine import loader
    from tests.analysis_samples import small_scenario

    vary = {"supervision.permissiveness": [0, 0.5]}
    with mock.patch.object(sweep_plan, "layout_of", return_value=Layout(2, 2)):
        made = sweep_plan.plan(small_scenario(), vary, replications=replications)
        assert made.layout == Layout(2, 2)  # worked out once and kept
    return made, loader.to_yaml(made.scenario)


class Work(NamedTuple):
    """What is killed, and what comes before it in peace."""

    carry_out: Callable[[Path], None]
    before: Callable[[Path], None] = lambda _: None


WORKS = {
    "blocks": Work(small),
    "sweep": Work(whole),
    "more": Work(whole, lambda folder: whole(folder, 2)),
}


def warm_up(work: Work) -> None:
    """Import and load what a work needs."""
    folder = Path(tempfile.mkdtemp())
    try:
        work.before(folder / "warm")
        work.carry_out(folder / "warm")
    finally:
        shutil.rmtree(folder)


def carried_out(wanted: dict[str, Any]) -> Outcome:
    """Carry out what is wanted."""
    store = Store.open(Path(wanted["folder"]), wanted.get("identity", IDENTITY))
    return carry_out(
        store,
        block_names(wanted["count"]),
        Ordinary(wanted.get("size", 100), wanted.get("seconds", 0.0)),
        executor=wanted.get("executor", "local"),
        workers=wanted.get("workers", 0),
        reproduce=reproduce,
        progress=Memory(wanted["memory"]) if "memory" in wanted else None,
    )


def job(wanted: dict[str, Any]) -> int:
    """Carry out what is wanted; an exit code like that of the command line."""
    if wanted.get("no_flush"):  # where memory is measured and not durability
        os.fsync = lambda _handle: None
    try:
        return 4 if carried_out(wanted).failed else 0
    except ScenarioError:
        return 2
    except OutputError:
        return 3
    except KeyboardInterrupt:
        return 130


class Memory:
    """Notes the resident memory of this process (MB) after every thousandth block."""

    def __init__(self, path: str) -> None:
        self.path, self.done = Path(path), 0

    def __call__(self, name: str) -> None:
        self.done += 1
        if self.done % 1000 == 0:
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            with self.path.open("a") as out:
                out.write(f"{pages * os.sysconf('SC_PAGE_SIZE') / 1e6}\n")


def forked(work: Callable[[], int | None]) -> int:
    """Start `work` in a fork; its process id."""
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        code = work() or 0
    finally:
        os._exit(code)


def ended(pid: int) -> int:
    """Wait for a fork; its exit code, or minus the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def serve() -> None:
    for line in sys.stdin:
        pids = [forked(lambda wanted=wanted: job(wanted)) for wanted in json.loads(line)]
        print(json.dumps(pids), flush=True)  # noqa: T201
        print(json.dumps([ended(pid) for pid in pids]), flush=True)  # noqa: T201


@contextmanager
def calls_seen(seen: Callable[[str, tuple[Any, ...]], None]) -> Iterator[None]:
    """Tell `seen` the name and arguments of each call that changes files, before it is made."""

    def watched(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **more: Any) -> Any:
            seen(name, arguments)
            return real(*arguments, **more)

        return call

    real: list[tuple[Any, str]] = [(os, name) for name in CHANGING]
    real += [(sys.modules[name], call) for name, call in TABLES.items() if name in sys.modules]
    with ExitStack() as stack:
        for module, name in real:
            call = watched(name, getattr(module, name))
            stack.enter_context(mock.patch.object(module, name, call))
        yield


class Killer:
    """Kills this process at its `number`th call that changes files, half a write done."""

    def __init__(self, number: int) -> None:
        self.left = number
        self.write = os.write

    def __call__(self, name: str, arguments: tuple[Any, ...]) -> None:
        self.left -= 1
        if self.left == 0:
            tear(name, arguments, self.write)
            os.kill(os.getpid(), signal.SIGKILL)


def tear(name: str, arguments: tuple[Any, ...], write: Callable[[int, bytes], object]) -> None:
    """Do half of what a call would write."""
    if name == "write":
        handle, content = arguments
        write(handle, content[: len(content) // 2])
    elif name in TABLES.values():
        Path(arguments[1]).write_bytes(b"half a table")


def die_each(work: Work, folder: Path, step: int) -> None:
    """One fork after another until one comes through; says how they ended."""

    def dying(number: int) -> None:
        work.before(folder / str(number))
        with calls_seen(Killer(number)):
            work.carry_out(folder / str(number))

    warm_up(work)
    print(json.dumps(until_through(dying, step)))  # noqa: T201


IDLE: dict[str, Callable[[Path], object]] = {
    "write": lambda _: os.write(_null(), b""),
    "fsync": lambda _: os.fsync(_null()),
    "rename": lambda nothing: os.rename(nothing, nothing),  # noqa: PTH104
    "link": lambda nothing: os.link(nothing, nothing),
    "unlink": lambda nothing: os.unlink(nothing),  # noqa: PTH108
    "mkdir": lambda nothing: os.mkdir(nothing / "nothing"),  # noqa: PTH102
}
"""Calls that come to nothing, by kind."""


@functools.cache
def _null() -> int:
    return os.open(os.devnull, os.O_WRONLY)


def burn(work: Work, folder: Path, step: int, at: int, kinds: Sequence[str]) -> None:
    """Forks until one comes through, for each kind of call; says how they ended, kind by kind."""

    def dying(kind: str, number: int) -> int:
        for _ in range(at - number):
            with suppress(OSError):
                IDLE[kind](folder / "nothing")
        try:
            work.carry_out(folder / f"{kind}-{number}")
        except OutputError as error:
            (folder / f"{kind}-{number}.told").write_text(str(error))
            return 3
        return 0

    warm_up(work)
    codes = {kind: until_through(functools.partial(dying, kind), step, at) for kind in kinds}
    print(json.dumps(codes))  # noqa: T201


def until_through(dying: Callable[[int], int | None], step: int, most: int = 1000) -> list[int]:
    """How forks ended, the last of which came through."""
    codes = []
    for number in range(1, most, step):
        codes.append(ended(forked(functools.partial(dying, number))))
        if codes[-1] not in (-signal.SIGKILL, 3):
            break
    return codes


def main(arguments: Sequence[str]) -> None:
    # a shell starts background jobs, and all below them, deaf to Ctrl-C
    signal.signal(signal.SIGINT, signal.default_int_handler)
    match arguments:
        case ["serve"]:
            serve()
        case ["die-each", work, folder, step]:
            die_each(WORKS[work], Path(folder), int(step))
        case ["burn", work, folder, step, at, *kinds]:
            burn(WORKS[work], Path(folder), int(step), int(at), kinds)


if __name__ == "__main__":
    main(sys.argv[1:])
