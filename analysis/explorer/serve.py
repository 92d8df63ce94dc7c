"""The server: its port, its start, and its end at Ctrl-C."""

import errno
import ipaddress
import logging
import os
import secrets
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass

import uvicorn

from analysis.explorer import app, handling, page
from analysis.explorer.answers import Answers
from analysis.explorer.guard import App, Place, bracketed
from analysis.explorer.protocol import KEEP_ALIVE_SECONDS, LARGEST_HEAD, Protocol
from analysis.explorer.shelf import Book
from engine import run
from engine.errors import OutputError

LOOPBACK = "127.0.0.1"
FIRST_PORT, PORTS = 8000, 20
LAST_WORDS_SECONDS = 2
"""For answers under way to be given up, once the server is to stop."""
TOKEN_BYTES = 32
BACKLOG = 128


@dataclass(frozen=True)
class Address:
    """Where the server is reached.

    host: the address it is bound to; open: whether it was asked for by name, so that a token is
    needed; token: that token.
    """

    host: str
    port: int
    token: str | None

    @property
    def url(self) -> str:
        """What to open, on this machine or, where others may come, on any."""
        shown = own_address(self.host) if is_any(self.host) else self.host
        query = "" if self.token is None else f"?token={self.token}"
        return f"http://{bracketed(shown)}:{self.port}/{query}"

    @property
    def is_public(self) -> bool:
        """Whether other machines reach it."""
        return not ipaddress.ip_address(self.host).is_loopback

    @property
    def place(self) -> Place:
        """The names it goes by."""
        names = {bracketed(self.host)}
        if self.is_public:
            own = socket.gethostname().lower()
            names |= {own, f"{own}.local", socket.getfqdn().lower()}
        if is_any(self.host) or not self.is_public:
            names |= {"localhost", LOOPBACK, "[::1]"}
        return Place(self.port, frozenset(names), own_address=self.is_public)


def bind(host: str | None, port: int | None) -> tuple[socket.socket, Address]:
    """A listening socket: at the port asked for, or the first free one from 8000 on.

    host: None is this machine alone, without a token. Raises OutputError where there is no such
    place or port.
    """
    numeric, family = resolved(LOOPBACK if host is None else host)
    token = None if host is None else secrets.token_urlsafe(TOKEN_BYTES)
    wanted = range(FIRST_PORT, FIRST_PORT + PORTS) if port is None else range(port, port + 1)
    taken: OSError | None = None
    for number in wanted:
        listening = socket.socket(family, socket.SOCK_STREAM)
        try:
            if os.name == "posix":
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((numeric, number))
            listening.listen(BACKLOG)  # from now on nobody else has the port
        except OSError as error:
            listening.close()
            if error.errno != errno.EADDRINUSE:
                raise OutputError(f"port {number} of {numeric}: {error.strerror}") from error
            taken = error
            continue
        return listening, Address(numeric, listening.getsockname()[1], token)
    used = f"port {port} is" if port is not None else f"ports {wanted[0]} to {wanted[-1]} are"
    raise OutputError(f"{used} in use by another program; try --port with another") from taken


def resolved(host: str) -> tuple[str, socket.AddressFamily]:
    """The numeric address of a host, and its family. Raises OutputError where there is none."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise OutputError(
            f"--host {host}: there is no such address; try 0.0.0.0 for all of this machine's"
        ) from error
    family, _, _, _, address = found[0]
    return str(address[0]), family


def is_any(host: str) -> bool:
    """Whether this stands for all addresses of the machine."""
    return ipaddress.ip_address(host).is_unspecified


def own_address(host: str) -> str:
    """The address by which others reach this machine, as far as it can tell; nothing is sent."""
    version6 = ":" in host
    family = socket.AF_INET6 if version6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("2001:db8::1" if version6 else "192.0.2.1", 9))
        except OSError:
            return "::1" if version6 else LOOPBACK
        return str(probe.getsockname()[0])


class Server(uvicorn.Server):
    """uvicorn's, which says when it has begun, and doesn't wait for long answers at its end."""

    def __init__(
        self, config: uvicorn.Config, began: Callable[[], None], ending: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._began = began
        self._ending = ending

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        self._began()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Send away who waits, then close."""
        self._ending()
        await super().shutdown(sockets)


def configured(application: App, protocol: type[Protocol] = Protocol) -> uvicorn.Config:
    """uvicorn with our limits: no log of addresses, which may hold a token; no name of a server."""
    return uvicorn.Config(
        application,
        loop="asyncio",
        http=protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level=logging.ERROR,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=LAST_WORDS_SECONDS,
        h11_max_incomplete_event_size=LARGEST_HEAD,
    )


def serve(
    books: list[Book],
    listening: socket.socket,
    address: Address,
    began: Callable[[], None],
    *,
    seed: int = 0,
) -> None:
    """Serve until Ctrl-C. Raises KeyboardInterrupt then; work under way is not waited for.

    began: called when the page can be opened.
    """
    parts = handling.parts(
        books, Answers(seed), port=address.port, token=address.token, cores=run.cores(),
        page=page.page(), files=page.files(), seed=seed,
    )  # fmt: skip
    # Threads that make answers give way to the loop that sends them, after 1 ms instead of 5
    sys.setswitchinterval(0.001)
    config = configured(app.guarded(parts, address.place))
    Server(config, began, parts.queue.close).run([listening])


def warm_up(books: list[Book]) -> None:
    """Have the model compiled, or loaded, before the first answer is asked for."""
    threading.Thread(
        target=run.outcomes, args=([books[0].scenario], 0, range(1)), daemon=True
    ).start()


def can_show() -> bool:
    """Whether a browser would have a screen to open on."""
    if sys.platform.startswith("linux"):
        return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
    return True


def open_browser(url: str) -> None:
    """Open a page beside all else, since some browsers come back only when they are closed."""
    threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
