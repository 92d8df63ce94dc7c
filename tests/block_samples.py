"""Blocks for the tests of store and executors: quick to compute, and the same every time.

Workers import this module, so it imports nothing of ours.
"""

import hashlib
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

IDENTITY = {"scenario": "0a1b2c", "seed": 0, "design": "d41d8c", "version": "0.1.0"}


def block_names(count: int) -> list[str]:
    return [f"p{number:05d}_r00000-00200" for number in range(count)]


@dataclass(frozen=True)
class Ordinary:
    """`size` bytes that follow from the name, after `seconds`."""

    size: int = 100
    seconds: float = 0.0

    def __call__(self, name: str) -> bytes:
        time.sleep(self.seconds)
        seed = hashlib.sha256(name.encode()).digest()
        return (seed * (self.size // len(seed) + 1))[: self.size]


@dataclass(frozen=True)
class Perilous:
    """Like Ordinary, but some names do harm to whoever computes them; `traces` keeps tries.

    harm: "exit", "segv", "kill", "raise" or "memory"; with " once" behind it, only the first time.
    """

    traces: Path
    harm: Mapping[str, str] = field(default_factory=dict)
    ordinary: Ordinary = field(default_factory=Ordinary)

    def __call__(self, name: str) -> bytes:
        harm, once = (*self.harm.get(name, "").split(), "", "")[:2]
        trace = self.traces / name
        first = not trace.exists()
        with trace.open("a") as out:
            out.write(f"{time.monotonic_ns()}\n")
        if harm and (first or not once):
            self.harmed(harm)
        return self.ordinary(name)

    def began(self, name: str) -> list[int]:
        """When the tries of a block began (ns on the clock of this machine)."""
        trace = self.traces / name
        return [int(line) for line in trace.read_text().split()] if trace.exists() else []

    def tries(self, name: str) -> int:
        return len(self.began(name))

    @staticmethod
    def harmed(harm: str) -> None:
        match harm:
            case "exit":
                os._exit(77)
            case "segv":
                os.kill(os.getpid(), signal.SIGSEGV)
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "memory":
                raise MemoryError
            case _:
                raise RuntimeError("this block can't be computed")


@dataclass(frozen=True)
class Refusing:
    """Refuses, as the engine does a scenario, or as the store does where a disk is full."""

    what: str = "scenario"

    def __call__(self, name: str) -> bytes:
        from engine.errors import OutputError, Problem, ScenarioError

        if self.what == "disk":
            raise OutputError("the disk is full")
        raise ScenarioError([Problem(None, None, None, "trainees.count", "0", "from 1", "try 1")])


@dataclass(frozen=True)
class Talking:
    """Prints, as a library may."""

    def __call__(self, name: str) -> bytes:
        print("garbage", flush=True)  # noqa: T201
        os.write(1, b"garbage")
        return name.encode()


def reproduce(name: str) -> str:
    """The command that a failed block is told with."""
    return f"leeway sweep --only {name}"


def content_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too, with its bytes."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
