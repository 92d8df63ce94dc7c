"""Processes that carry out blocks in order to be killed; run by tests as `-m tests.block_driver`.

serve            reads jobs, a line of JSON each, and carries each out in a fork of its own
die-each FOLDER  carries out a small job again and again, killed at its 1st, 2nd, 3rd, ... call
                 that changes files, until one comes through; each in a folder of its own
burn FOLDER N    the same, but somebody else (strace) kills at the Nth call of each kind: the fork
                 that is to die at its kth call makes N - k idle ones of that kind before

Everything is imported once, so a fork costs milliseconds; and this process has but one thread, so
that forking is safe.
"""

import functools
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from analysis.blocks import Outcome, carry_out
from analysis.store import Store
from engine.errors import OutputError, ScenarioError
from tests.block_samples import IDENTITY, Ordinary, block_names, reproduce

SMALL = 3
CHANGING = ("open", "write", "fsync", "replace", "link", "unlink", "mkdir")
"""Functions of os by which a store changes files."""


def small(folder: Path) -> None:
    """A small job in this process. Raises what carrying out raises."""
    carried_out({"folder": str(folder), "count": SMALL})


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

    real = {name: getattr(os, name) for name in CHANGING}
    for name, function in real.items():
        setattr(os, name, watched(name, function))
    try:
        yield
    finally:
        for name, function in real.items():
            setattr(os, name, function)


class Killer:
    """Kills this process at its `number`th call that changes files; `torn`: half a write first."""

    def __init__(self, number: int, *, torn: bool) -> None:
        self.left, self.torn = number, torn
        self.write = os.write

    def __call__(self, name: str, arguments: tuple[Any, ...]) -> None:
        self.left -= 1
        if self.left == 0:
            if name == "write" and self.torn:
                handle, content = arguments
                self.write(handle, content[: len(content) // 2])
            os.kill(os.getpid(), signal.SIGKILL)


def die_each(folder: Path) -> None:
    """One fork after another until one comes through; says how many were killed."""

    def dying(number: int) -> None:
        with calls_seen(Killer(number, torn=True)):
            small(folder / str(number))

    print(json.dumps(until_through(dying)))  # noqa: T201


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


def burn(folder: Path, at: int) -> None:
    """Forks until one comes through, for each kind of call; says how they ended, kind by kind."""

    def dying(kind: str, number: int) -> None:
        for _ in range(at - number):
            with suppress(OSError):
                IDLE[kind](folder / "nothing")
        small(folder / f"{kind}-{number}")

    codes = {kind: until_through(functools.partial(dying, kind), at) for kind in IDLE}
    print(json.dumps(codes))  # noqa: T201


def until_through(dying: Callable[[int], None], most: int = 1000) -> list[int]:
    """How forks ended, the last of which came through."""
    codes = []
    for number in range(1, most):
        codes.append(ended(forked(functools.partial(dying, number))))
        if codes[-1] != -signal.SIGKILL:
            break
    return codes


def main(arguments: Sequence[str]) -> None:
    match arguments:
        case ["serve"]:
            serve()
        case ["die-each", folder]:
            die_each(Path(folder))
        case ["burn", folder, at]:
            burn(Path(folder), int(at))


if __name__ == "__main__":
    main(sys.argv[1:])
