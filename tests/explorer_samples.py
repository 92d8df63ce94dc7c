"""A server of the page for tests: behind httpx, without a socket, or listening in a thread."""

import asyncio
import json
import logging
import socket
import threading
import time
import urllib.request
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import httpx

from analysis.explorer import app, handling, shelf
from analysis.explorer.answers import Answers, encoded
from analysis.explorer.guard import Place
from analysis.explorer.kept import packed
from analysis.explorer.page import File
from analysis.explorer.protocol import Protocol
from analysis.explorer.serve import Server, configured
from analysis.view.settings import apply

SCENARIOS = Path(__file__).parent.parent / "scenarios"
PORT = 8000
HOST = f"127.0.0.1:{PORT}"
ORIGIN = f"http://{HOST}"
FIRST, OTHER = "first-intubations", "chest-pain"
ANSWER = f"/api/answer?scenario={FIRST}"
TEXT = (SCENARIOS / f"{FIRST}.yaml").read_text()

SAME = {"sec-fetch-site": "same-origin"}
YAML = {"origin": ORIGIN, "content-type": "application/yaml"}
UPLOAD = ("POST /api/scenarios HTTP/1.1", "Content-Type: text/yaml")

PAGE = File(
    "text/html; charset=utf-8", packed(b"<!DOCTYPE html><title>leeway</title>" + b" " * 2000)
)
FILES = {"vendor/d3.min.js": File("text/javascript; charset=utf-8", packed(b"//" + b"x" * 3000))}


@cache
def books():
    return tuple(shelf.named([SCENARIOS / f"{FIRST}.yaml", SCENARIOS / f"{OTHER}.yaml"]))


@cache
def answers():
    """What was simulated for one test serves the next."""
    return Answers()


def parts(*, token=None, port=PORT, made=None, **changes):
    found = handling.parts(
        list(books()), answers() if made is None else made, port=port, token=token, cores=2,
        page=PAGE, files=FILES,
    )  # fmt: skip
    for name, value in changes.items():
        setattr(found, name, value)
    return found


def place(port=PORT):
    names = {"127.0.0.1", "localhost", "[::1]"}
    return Place(port, frozenset(names))


def visit(script, **options):
    """Run `script(client, parts)` against a new server without a socket; what it returns."""

    async def run():
        found = parts(**options)
        transport = httpx.ASGITransport(app.guarded(found, place()), client=("127.0.0.1", 5000))
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
            try:
                return await script(client, found)
            finally:
                found.queue.close()

    return asyncio.run(run())


def get(path, headers=None, **options):
    """The answer to one request of the page's own, from a new server without a socket."""

    async def script(client, parts):
        return await client.get(path, headers=headers or SAME)

    return visit(script, **options)


class Quick(Answers):
    """Answers that are checked and not simulated: what was asked for, and how often."""

    def __init__(self, seed=0):
        super().__init__(seed)
        self.asked = []

    def answer(self, book, state, replications, should_stop):
        apply(book.scenario, state.settings)
        self.asked.append((book.key, dict(state.settings), replications))
        return encoded({"settings": dict(state.settings), "replications": replications})

    def twin(self, book, state, replications, should_stop):
        return encoded({"twin": dict(state.second)})


class Impatient(Protocol):
    """A protocol for tests that don't wait for long."""

    request_seconds = 0.5
    reading_seconds = 0.5


@contextmanager
def listening(*, token=None, made=None, protocol=Protocol):
    """A server with a socket, in a thread; gives its port and its parts."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    began, holder = threading.Event(), {}

    def run():
        async def main():
            found = holder["parts"] = parts(token=token, port=port, made=made)
            config = configured(app.guarded(found, place(port)), protocol)
            holder["server"] = Server(config, began.set, found.queue.close)
            await holder["server"].serve([listener])

        asyncio.run(main())

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert began.wait(20)
        yield port, holder["parts"]
    finally:
        holder["server"].should_exit = True
        thread.join(20)
        assert not thread.is_alive()


def until(condition):
    """Wait until something holds."""
    for _ in range(4000):
        if condition():
            return
        time.sleep(0.005)
    raise AssertionError("it never came to that")


def tell(port, *messages, seconds=5.0, pause=0.0):
    """Send bytes as they are over one connection; what comes back until it is closed or silent."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        for message in messages:
            connection.sendall(message)
            time.sleep(pause)
        return read_all(connection)


def read_all(connection):
    found = b""
    try:
        while part := connection.recv(65536):
            found += part
    except (TimeoutError, ConnectionResetError):
        pass
    return found


def status(answer):
    """The status of the first answer in what came back; None where there is none."""
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else None


def errors(caplog):
    """What was logged that shouldn't be."""
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


def head(port, first="GET / HTTP/1.1", *others, stay=False):
    """The head of a request, as bytes; a connection that isn't to stay is closed after it."""
    if not stay and not any(each.startswith("Connection:") for each in others):
        others = (*others, "Connection: close")
    return "\r\n".join([first, f"Host: 127.0.0.1:{port}", *others, "", ""]).encode()


def honest(port):
    """The page's own request is answered."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{ANSWER}", timeout=20) as answer:
        assert json.load(answer)["replications"] == 16
