"""What a request may be, before anything looks at it: whose, from where, how, and how large.

A page of another site can make a browser ask this server for anything. So a request must name this
server as its host (a name that only points here is refused), what changes something must come from
this server's own page, and no other site's page may read an answer. Whatever isn't allowed by name
is refused. The same headers go with every answer: nothing from outside, no frames, no sniffing.
"""

import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from analysis.explorer import query
from analysis.explorer.clients import Clients, read_cookies, set_cookie

log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

METHODS = ("GET", "HEAD", "POST")
LONGEST_PATH = 512
LONGEST_TARGET = LONGEST_PATH + query.LONGEST
MOST_HEADERS = 64
MOST_HEADER_BYTES = 16 * 1024
LARGEST_BODY = 2**20
"""Bytes of an uploaded scenario, as many as a scenario file may have."""

HEADERS = {
    "content-security-policy": "default-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
NO_STORE = {"cache-control": "no-store"}


@dataclass(frozen=True)
class Refusal(Exception):  # noqa: N818 - it ends in an answer, not in a traceback
    """A request that is answered with a status and a sentence, and not looked at any further."""

    status: int
    message: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Place:
    """Where this server is: its port, the names it goes by, and whether others may reach it.

    own_address: whether the numeric address a connection came to is one of its names as well.
    """

    port: int
    names: frozenset[str]
    own_address: bool = False

    def is_host(self, host: str, reached: tuple[str, int] | None) -> bool:
        """Whether a Host header names this server, its port included (80 may be left out)."""
        names = set(self.names)
        if self.own_address and reached is not None:
            names.add(bracketed(reached[0]))
        hosts = {f"{name}:{self.port}" for name in names}
        if self.port == 80:
            hosts |= names
        return host.lower() in hosts


def bracketed(address: str) -> str:
    """A numeric address as a URL has it."""
    return f"[{address}]" if ":" in address else address


class Guard:
    """The application behind it sees only requests that may be."""

    def __init__(self, app: App, place: Place, clients: Clients) -> None:
        self.app = app
        self.place = place
        self.clients = clients

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, Sending(send, scope))
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Scope, receive: Receive, sending: "Sending") -> None:
        try:
            headers = checked_headers(scope)
            check_target(scope)
            self._check_host(scope, headers)
            check_way(scope["method"], headers)
            entering = self._entering(scope, headers)
            check_site(scope, headers)
            if entering is not None:
                await sending.answer(*entering)
                return
            check_body_headers(scope["method"], headers)
            await self.app(scope, Receiving(receive).receive, sending)
        except Refusal as refusal:
            if not sending.started:
                await sending.refuse(refusal)
        except Exception:
            log.exception("an address could not be answered")
            if not sending.started:
                await sending.refuse(
                    Refusal(500, "leeway itself went wrong here; its log says how")
                )

    def _check_host(self, scope: Scope, headers: dict[str, list[str]]) -> None:
        hosts = headers.get("host", [])
        if len(hosts) != 1:
            raise Refusal(400, "one Host header is needed")
        if not self.place.is_host(hosts[0], scope.get("server")):
            raise Refusal(421, "this server doesn't go by that name; use the address it printed")

    def _entering(
        self, scope: Scope, headers: dict[str, list[str]]
    ) -> tuple[int, bytes, dict[str, str]] | None:
        """The answer to a first visit with the token; None for one who is in already.

        Raises Refusal for everybody else.
        """
        cookies = read_cookies(headers.get("cookie", []))
        found = None
        if scope["path"] == "/" and scope["method"] == "GET" and self.clients.token is not None:
            try:
                found = query.pairs(scope["query_string"])
            except query.QueryError:
                found = None
        if found is not None and "token" in found:
            if self.clients.knows_token(found.pop("token")):
                return welcome(self.clients, found, headers)
            raise Refusal(403, OUTSIDE)
        if not self.clients.may_enter(cookies):
            raise Refusal(403, OUTSIDE)
        return None


OUTSIDE = (
    "This page is open to those who have its whole address: the one that `leeway explore` "
    "printed, with ?token= and what follows."
)


def welcome(
    clients: Clients, state: dict[str, str], headers: dict[str, list[str]]
) -> tuple[int, bytes, dict[str, str]]:
    """Set the cookie, and go on to the address without the token.

    Who follows a link from another site is sent on by the page itself and not by a redirection:
    browsers keep strict cookies back for the whole of a journey that began elsewhere.
    """
    rest = "&".join(
        f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in state.items()
    )
    target = f"/?{rest}" if rest else "/"
    cookie = {"set-cookie": set_cookie(clients.token_cookie, clients.pass_value)}
    if headers.get("sec-fetch-site", ["none"])[0] in ("cross-site", "same-site"):
        return 200, b"Opening leeway ...\n", {**cookie, "refresh": f"0; url={target}"}
    return 303, b"", {**cookie, "location": target}


def checked_headers(scope: Scope) -> dict[str, list[str]]:
    """Name: values of the headers. Raises Refusal for too many or too large ones."""
    raw = scope["headers"]
    if len(raw) > MOST_HEADERS or sum(len(n) + len(v) + 4 for n, v in raw) > MOST_HEADER_BYTES:
        raise Refusal(
            431, f"at most {MOST_HEADERS} headers of {MOST_HEADER_BYTES:,} bytes are read"
        )
    found: dict[str, list[str]] = {}
    for name, value in raw:
        found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return found


def check_target(scope: Scope) -> None:
    """The address itself: short, a path of this server, plainly written."""
    raw = scope.get("raw_path") or scope["path"].encode()
    if len(raw) > LONGEST_PATH or len(scope["query_string"]) > query.LONGEST:
        raise Refusal(414, f"an address has at most {LONGEST_TARGET:,} bytes")
    if not scope["path"].startswith("/"):
        raise Refusal(400, "a path of this server is needed")
    if b"%" in raw or b"\\" in raw or not scope["path"].isprintable():
        # no address of this server has anything to escape
        raise Refusal(404, "there is no such page")


def check_way(method: str, headers: dict[str, list[str]]) -> None:
    """The method, and no change to another protocol."""
    if method not in METHODS:
        raise Refusal(405, f"{', '.join(METHODS)} are answered", (("allow", ", ".join(METHODS)),))
    if any("websocket" in value.lower() for value in headers.get("upgrade", [])):
        raise Refusal(400, "there are no sockets here")


def check_site(scope: Scope, headers: dict[str, list[str]]) -> None:
    """Where the request comes from: this server's page, or somebody who typed the address.

    A link from elsewhere may lead to the page itself, in a window of its own.
    """
    method, host = scope["method"], headers["host"][0]
    origins, sites = headers.get("origin", []), headers.get("sec-fetch-site", [])
    own = f"{scope.get('scheme', 'http')}://{host.lower()}"
    if len(origins) > 1 or len(sites) > 1 or any(origin != own for origin in origins):
        raise Refusal(403, "this comes from another site's page")
    if method == "POST" and not origins:
        raise Refusal(403, f"an Origin header is needed to change anything: {own}")
    site = sites[0] if sites else "none"
    allowed = ("same-origin",) if method == "POST" and sites else ("same-origin", "none")
    visit = (
        scope["path"] == "/" and method != "POST"
        and headers.get("sec-fetch-mode") == ["navigate"]
        and headers.get("sec-fetch-dest") == ["document"]
    )  # fmt: skip
    if site not in allowed and not visit:
        raise Refusal(403, "this comes from another site's page")


def check_body_headers(method: str, headers: dict[str, list[str]]) -> None:
    """What is said of the body before it comes."""
    lengths = headers.get("content-length", [])
    coded = "transfer-encoding" in headers
    if method != "POST":
        if coded or any(length != "0" for length in lengths):
            raise Refusal(413, "only an upload has a body")
        return
    if "content-encoding" in headers:
        raise Refusal(415, "send the text as it is, not compressed")
    if len(lengths) > 1 or (lengths and not (lengths[0].isascii() and lengths[0].isdigit())):
        raise Refusal(400, "the length can't be read")
    if lengths and (len(lengths[0]) > 12 or int(lengths[0]) > LARGEST_BODY):
        raise Refusal(413, TOO_LARGE)


TOO_LARGE = f"a scenario has at most {LARGEST_BODY:,} bytes"


class Receiving:
    """Takes a body in, up to its limit, whatever its headers said."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._taken = 0

    async def receive(self) -> Message:
        """The next part. Raises Refusal where there is too much."""
        message = await self._receive()
        self._taken += len(message.get("body", b""))
        if self._taken > LARGEST_BODY:
            raise Refusal(413, TOO_LARGE, (("connection", "close"),))
        return message


class Sending:
    """Sends answers with the headers that all have, and knows whether one has begun."""

    def __init__(self, send: Send, scope: Scope) -> None:
        self._send = send
        self._api = scope.get("path", "").startswith("/api/")
        self.started = False

    async def __call__(self, message: Message) -> None:
        """ASGI's send."""
        if message["type"] == "http.response.start":
            self.started = True
            given = message.get("headers", [])
            names = {name.lower() for name, _ in given}
            common = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
            message = {**message, "headers": [*given, *(p for p in common if p[0] not in names)]}
        await self._send(message)

    async def refuse(self, refusal: Refusal) -> None:
        """JSON for the page's own requests, a line of text for a reader."""
        if self._api:
            found = {"error": {"message": refusal.message, "problems": []}}
            text, kind = json.dumps(found), "application/json"
        else:
            text, kind = f"{refusal.message}\n", "text/plain; charset=utf-8"
        await self.answer(
            refusal.status, text.encode(), {"content-type": kind, **dict(refusal.headers)}
        )

    async def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        """A whole answer."""
        found = {"content-type": "text/plain; charset=utf-8", **NO_STORE, **headers}
        found["content-length"] = str(len(body))
        coded = [(name.encode(), value.encode("latin-1")) for name, value in found.items()]
        await self({"type": "http.response.start", "status": status, "headers": coded})
        await self({"type": "http.response.body", "body": body})
