"""A class: 30 clients that each move a slider 5 times a second, for a minute, on one server.

The server is a process of its own, as `leeway explore --host` starts it for a class: whoever comes
shows the token, has a cookie, and a budget of their own. The clients are another process: all open
the address with the token, get the files of the page, and read for ten seconds. Each stands at one
of the shipped scenarios and walks one of its sliders at random, as hands do. Its page asks as the
real one does: one request at a time; what was moved meanwhile is asked for next; after a pause the
answer is refined, and given up when the slider moves on. Moving permissiveness within its positions
asks for nothing, since an answer holds the whole curve; so those who move it type values between
the positions. Latency is what a client waits for a coarse answer.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlencode

import psutil

from benchmarks.measure import NAMES, SCENARIOS

CLIENTS, PER_SECOND, SECONDS = 30, 5, 60
HOST = "127.0.0.1"
READING_SECONDS = 10
"""Everybody reads a little of the page before they touch anything."""
COARSE, FINE, FINEST = 16, 100, 500
REST_EVERY, REST_SECONDS = 12.0, 2.0
"""Everybody looks at what they see now and then, and the answer is refined."""
PAUSE = 0.25
KEYS = ("latency", "supervisors", "trainees", "watched", "debrief", "fragility", "permissiveness")
LEEWAY = [sys.executable, "-c", "import sys; from analysis.cli import main; sys.exit(main())"]


@dataclass
class Seen:
    """What all clients saw."""

    waits: list[float] = field(default_factory=list)
    refined: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    moves: int = 0
    answers: dict[str, bytes] = field(default_factory=dict)
    memory: list[float] = field(default_factory=list)

    @property
    def errors(self) -> int:
        """Answers that were none."""
        return sum(count for status, count in self.statuses.items() if status != "200")

    def percentile(self, share: float) -> float:
        """So many of all waits for a coarse answer were shorter (ms)."""
        ordered = sorted(self.waits)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@contextmanager
def server(names: tuple[str, ...] = NAMES) -> Iterator[tuple["Place", psutil.Process]]:
    """`leeway explore` for a class, in a process of its own: where it is, and the process."""
    files = [str(SCENARIOS / f"{name}.yaml") for name in names]
    process = subprocess.Popen(
        [*LEEWAY, "explore", *files, "--host", HOST, "--port", "0", "--no-browser"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        for line in process.stdout:
            found = re.search(rf"http://{re.escape(HOST)}:(\d+)/\?token=(\S+)", line)
            if found is not None:
                break
        else:
            raise RuntimeError("the server didn't start")
        yield Place(int(found[1]), found[2]), psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


class Place(NamedTuple):
    """Where the server is, and what lets people in."""

    port: int
    token: str


class Connection:
    """One connection that stays, as a browser's: plain HTTP/1.1, one request at a time."""

    def __init__(self, place: Place) -> None:
        self.port, self.token = place
        self.cookies: dict[str, str] = {}
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> tuple[int, bytes]:
        """Status and body; a connection that was given up is opened anew."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(HOST, self.port)
        reader, writer = self._streams
        try:
            writer.write(
                f"GET {path} HTTP/1.1\r\nHost: {HOST}:{self.port}\r\n{self._cookie_header()}"
                "Sec-Fetch-Site: same-origin\r\n\r\n".encode()
            )
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = re.search(r"(?im)^content-length: (\d+)", head)
            self.cookies.update(re.findall(r"(?im)^set-cookie: ([^=]+)=([^;]+)", head))
            body = await reader.readexactly(0 if length is None else int(length[1]))
        except BaseException:
            self.close()  # a browser that gives a request up closes its connection
            raise
        return int(head.split(" ", 2)[1]), body

    async def enter(self) -> str:
        """Show the token, then open the page, as a browser is led to; its text."""
        status, _ = await self.get(f"/?token={self.token}")
        page_status, page = await self.get("/")
        if (status, page_status) != (303, 200):
            raise AssertionError(
                f"the token was answered with {status}, the page with {page_status}"
            )
        return page.decode()

    def _cookie_header(self) -> str:
        pairs = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return f"Cookie: {pairs}\r\n" if pairs else ""

    def close(self) -> None:
        """Give up what is under way."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


class Client:
    """Somebody at a slider, and their page."""

    def __init__(self, number: int, place: Place, names: tuple[str, ...], seen: Seen) -> None:
        self.luck = random.Random(number)
        self.scenario = names[number % len(names)]
        self.key = KEYS[number // len(names) % len(KEYS)]
        self.line = Connection(place)
        self.seen = seen
        self.positions: list[str] = []
        self.at = 0
        self.wanted = asyncio.Event()
        self.cell = ""

    async def arrive(self) -> None:
        """Open the page, with all its files."""
        page = await self.line.enter()
        for name in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
            await self.line.get(name)
        _, body = await self.line.get(f"/api/boot?scenario={self.scenario}")
        controls = {each["key"]: each for each in json.loads(body)["controls"]}
        control = controls.get(self.key) or controls["watched"]
        self.key = control["key"]
        self.positions = [each["token"] for each in control["positions"]]
        self.at = self.positions.index(control["own"])

    def move(self) -> None:
        """One step to the left or right; permissiveness is typed, to a hundredth."""
        if self.key == "permissiveness":
            token = f"{self.luck.randrange(100) / 100}"
        else:
            step = self.luck.choice((-1, 1))
            self.at = min(max(0, self.at + step), len(self.positions) - 1)
            token = self.positions[self.at]
        self.cell = urlencode({"scenario": self.scenario, self.key: token})
        self.seen.moves += 1
        self.wanted.set()

    async def drag(self, seconds: float, per_second: float) -> None:
        """Move the slider, with a rest now and then."""
        start = time.perf_counter()
        rest = start + self.luck.random() * REST_EVERY
        while time.perf_counter() - start < seconds:
            await asyncio.sleep((0.75 + self.luck.random() / 2) / per_second)
            self.move()
            if time.perf_counter() > rest:
                await asyncio.sleep(REST_SECONDS)
                rest = time.perf_counter() + REST_EVERY

    async def look(self) -> None:
        """The page's part: ask for what is wanted now, then refine it until it moves on."""
        while True:
            await self.wanted.wait()
            self.wanted.clear()
            cell = self.cell
            await self.ask(cell, COARSE)
            for level in (FINE, FINEST):
                if self.wanted.is_set() or not await self.unless_moved(asyncio.sleep(PAUSE)):
                    break
                if not await self.unless_moved(self.ask(cell, level)):
                    break

    async def unless_moved(self, doing: Any) -> bool:
        """Do something unless the slider moves on before it is done; whether it was done."""
        task, moved = asyncio.ensure_future(doing), asyncio.ensure_future(self.wanted.wait())
        try:
            await asyncio.wait({task, moved}, return_when=asyncio.FIRST_COMPLETED)
            return task.done()
        finally:
            for each in (task, moved):
                each.cancel()
            await asyncio.gather(task, moved, return_exceptions=True)

    async def ask(self, cell: str, level: int) -> None:
        """One request, and how long it took."""
        path = f"/api/answer?{cell}&replications={level}"
        begun = time.perf_counter()
        try:
            status, body = await self.line.get(path)
        except (OSError, asyncio.IncompleteReadError) as error:
            self.seen.statuses[type(error).__name__] += 1
            await asyncio.sleep(0.1)
            return
        (self.seen.waits if level == COARSE else self.seen.refined).append(
            time.perf_counter() - begun
        )
        self.seen.statuses[str(status)] += 1
        if status == 200:
            self.seen.answers.setdefault(path, body)


async def asked_again(place: Place, seen: Seen, process: psutil.Process, times: int) -> list[float]:
    """Ask all that was answered once more, so many times; the server's memory (MB) after each."""
    line, memory = Connection(place), []
    await line.enter()
    for _ in range(times):
        for path, body in seen.answers.items():
            status, again = await line.get(path)
            if (status, again) != (200, body):
                raise AssertionError(f"{path} was answered otherwise, with {status}")
        memory.append(process.memory_info().rss / 2**20)
    line.close()
    return memory


@asynccontextmanager
async def background(*doing: Any) -> AsyncIterator[None]:
    """Tasks that run beside something, and end with it."""
    tasks = [asyncio.ensure_future(each) for each in doing]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def lesson(
    place: Place,
    process: psutil.Process,
    *,
    clients: int = CLIENTS,
    seconds: float = SECONDS,
    per_second: float = PER_SECOND,
    reading: float = READING_SECONDS,
    names: tuple[str, ...] = NAMES,
) -> Seen:
    """All clients at once; what they saw, and the server's memory (MB) every second."""
    seen = Seen()
    people = [Client(number, place, names, seen) for number in range(clients)]
    for each in people:
        await each.arrive()
    await asyncio.sleep(reading)

    async def watch() -> None:
        while True:
            seen.memory.append(process.memory_info().rss / 2**20)
            await asyncio.sleep(1)

    async with background(watch(), *(each.look() for each in people)):
        await asyncio.gather(*(each.drag(seconds, per_second) for each in people))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.sleep(PAUSE), 2 * PAUSE)
    for each in people:
        each.line.close()
    return seen


def row(name: str, seen: Seen) -> str:
    """A row of the table."""
    shares = " / ".join(f"{seen.percentile(share):.0f}" for share in (0.5, 0.95, 0.99))
    slowest = 1000 * max(seen.waits)
    fine = 1000 * statistics.median(seen.refined) if seen.refined else float("nan")
    memory = f"{seen.memory[0]:.0f} / {max(seen.memory):.0f} / {seen.memory[-1]:.0f}"
    return (
        f"| {name} | {seen.moves:,} | {len(seen.waits):,} | {shares} | {slowest:.0f} "
        f"| {fine:.0f} | {seen.errors} | {memory} |"
    )


def run(clients: int, seconds: float) -> None:
    """The same lesson twice: with nothing simulated yet, and once more."""
    head = (
        "class", "moves", "coarse answers", "p50 / p95 / p99 (ms)", "slowest (ms)",
        "refined, median (ms)", "errors", "memory at start / most / end (MB)",
    )  # fmt: skip
    print(f"{clients} clients, {PER_SECOND} moves a second each, {seconds:.0f} s\n")
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
    with server() as (place, process):
        for name in ("first lesson", "the same again"):
            seen = asyncio.run(lesson(place, process, clients=clients, seconds=seconds))
            print(row(name, seen), flush=True)
            if seen.errors:
                print(dict(seen.statuses))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    chosen, _ = parser.parse_known_args()
    run(chosen.clients, chosen.seconds)


if __name__ == "__main__":
    main()
