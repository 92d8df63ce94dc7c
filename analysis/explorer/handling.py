"""What the addresses share: their parts, reading a request, waiting for work, refusing in words."""

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine, Hashable
from dataclasses import dataclass
from typing import TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from analysis.explorer import budget, query
from analysis.explorer.ahead import Ahead, Question
from analysis.explorer.answers import Answers, encoded, problems
from analysis.explorer.clients import Clients, read_cookies
from analysis.explorer.guard import Refusal
from analysis.explorer.kept import Body, Kept, packed, takes_gzip
from analysis.explorer.page import File
from analysis.explorer.shelf import Book, Shelf, UnknownScenarioError
from analysis.explorer.work import (
    BusyError,
    ClosedError,
    GoneError,
    Kind,
    Queue,
    ShouldStop,
    Work,
)
from analysis.view import refusals
from analysis.view.settings import State, parse
from engine.errors import ScenarioError
from engine.words import plain

T = TypeVar("T")

log = logging.getLogger(__name__)

NO_STORE = {"cache-control": "no-store"}
NO_PAGE = "there is no such page"
BUSY = "more has been asked for than leeway computes at once; wait a moment"


@dataclass
class Parts:
    """What the addresses need."""

    shelf: Shelf
    answers: Answers
    page: File
    files: dict[str, File]
    clients: Clients
    queue: Queue
    kept: Kept
    ahead: Ahead
    budget: budget.Budget
    seed: int = 0


def parts(
    books: list[Book],
    answers: Answers,
    *,
    port: int,
    token: str | None,
    cores: int,
    page: File,
    files: dict[str, File],
    seed: int = 0,
) -> Parts:
    """What a server with these scenarios needs. To be called where its event loop runs.

    Without a token there is one reader, on this machine, who has all of it to themselves.
    """
    queue, kept = Queue(cores), Kept()
    cases = budget.ALONE if token is None else budget.CASES
    return Parts(
        shelf=Shelf(books), answers=answers, page=page, files=files,
        clients=Clients(port, token), queue=queue, kept=kept, ahead=Ahead(queue, kept),
        budget=budget.Budget(time.monotonic, cases=cases), seed=seed,
    )  # fmt: skip


# ---- refusing ----------------------------------------------------------------------------------


class Problem(Exception):  # noqa: N818 - it ends in an answer
    """A request that is answered with a status and a sentence."""

    def __init__(
        self,
        status: int,
        message: str,
        found: list[dict[str, str]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.content = {"error": {"message": message, "problems": found or []}}
        self.headers = headers or {}


async def answered(
    handler: Callable[[Parts, Request], Awaitable[Response]], found: Parts, request: Request
) -> Response:
    """An answer, or why there is none."""
    try:
        return await handler(found, request)
    except Problem as problem:
        return refused(problem)
    except Refusal as refusal:
        return refused(Problem(refusal.status, refusal.message, headers=dict(refusal.headers)))
    except query.QueryError as error:
        return refused(Problem(400, str(error)))
    except UnknownScenarioError as error:
        return refused(Problem(404, str(error)))
    except ScenarioError as error:
        return refused(Problem(422, refusals.text(error), problems(error)))
    except BusyError:
        return refused(Problem(429, BUSY, headers={"retry-after": "1"}))
    except ClosedError:
        return refused(Problem(503, "leeway is being stopped"))
    except (GoneError, ClientDisconnect):
        return refused(Problem(503, "given up"))  # which nobody reads
    except Exception:
        log.exception("an address could not be answered")
        return refused(Problem(500, "leeway itself went wrong here; its log says how"))


def refused(problem: Problem) -> Response:
    """An error as JSON."""
    headers = {**NO_STORE, **problem.headers}
    # what was given is told again: as text, even to a reader that takes it for HTML
    text = encoded(problem.content).replace(b"<", b"\\u003c")
    return Response(text, problem.status, headers, media_type="application/json")


async def as_json(_request: Request, error: Exception) -> Response:
    """What the router refuses, in the form of every other error."""
    assert isinstance(error, HTTPException)
    sentences = {404: NO_PAGE, 405: "this address isn't answered that way"}
    message = sentences.get(error.status_code, error.detail)
    return refused(Problem(error.status_code, message, headers=dict(error.headers or {})))


# ---- a request ---------------------------------------------------------------------------------


def query_of(request: Request, allowed: Collection[str] | None = ()) -> dict[str, str]:
    """The query, with no other keys than these; None: any. Raises QueryError."""
    given = query.pairs(request.scope["query_string"])
    for key in given:
        if allowed is not None and key not in allowed:
            known = f"there is only {', '.join(allowed)}" if allowed else "there are none here"
            raise query.QueryError(f'"{plain(key)}" is no key of this address; {known}')
    return given


def state_of(found: Parts, given: dict[str, str]) -> State:
    """The state of a query; without a seed it has the server's. Raises ScenarioError."""
    return parse({"seed": str(found.seed), **given}.items())


def opened(found: Parts, given: dict[str, str]) -> tuple[State, Book]:
    """The state of a query, and its scenario.

    A page says of which edition of the file it is, so that it doesn't mix two of them. Raises
    ScenarioError, UnknownScenarioError and, where there is another edition by now, Problem.
    """
    edition = given.pop("edition", None)
    state = state_of(found, given)
    book = found.shelf.find(state.scenario)
    if edition is not None and edition != book.digest:
        raise Problem(409, "the file of this scenario has changed since this page was opened")
    return state, book


def cell_key(state: State) -> tuple[object, ...]:
    """The same for states that have the same curve."""
    return (tuple(sorted(state.settings.items())), state.seed)


def cases_of(book: Book, state: State) -> float:
    """About how many cases a replication has; the work itself is checked when it is begun."""
    own = book.scenario.trainees.count
    text = state.settings.get("trainees", "")
    count = int(text) if text.isascii() and text.isdigit() else own
    return budget.cases_of(book.scenario) * count / own


def reckoned(cost: Callable[..., int], *about: object) -> int:
    """Cases an answer costs; none where it can't be given, which the work itself says in words."""
    try:
        return cost(*about)
    except ScenarioError:
        return 0


def question(found: Parts, book: Book, state: State, replications: int) -> Question:
    """What names the curve of a cell, and how it is computed."""
    key = ("answer", book.key, book.digest, cell_key(state), replications)
    return key, lambda stop: packed(found.answers.answer(book, state, replications, stop))


def cookies(request: Request) -> dict[str, str]:
    """The cookies of a request."""
    return read_cookies(request.headers.getlist("cookie"))


def address_of(request: Request) -> str:
    """Where a request comes from; what a proxy says of that isn't believed."""
    return "unknown" if request.client is None else request.client.host


def charge(found: Parts, request: Request, cases: float) -> str:
    """The client who asks, if they may: it is taken from their budget. Raises Problem."""
    address = address_of(request)
    client = found.clients.asking(cookies(request), address)
    wait = found.budget.take(client, address, cases)
    if wait > 0:
        raise Problem(429, BUSY, headers={"retry-after": str(wait)})
    return client


async def computed(
    found: Parts,
    request: Request,
    key: Hashable,
    kind: Kind,
    work: Work[Body],
    cost: float,
    media_type: str = "application/json",
) -> Response:
    """An answer from memory, or computed in its turn; only the latter costs cases."""
    cost = min(cost, budget.MOST_CASES)  # beyond which the work itself is refused
    body = found.kept.get(key)
    client = charge(found, request, 0 if body is not None else cost)
    if body is None:
        # what others have asked for may be in hand already, on this client's account or on theirs
        begun = threading.Event()
        if found.queue.is_asked(key):
            begun.set()
        turn = found.queue.do(key, kind, client, noted(begun, work))
        try:
            body = await waited_for(request, turn)
        except (ScenarioError, BusyError):
            found.budget.give_back(client, address_of(request), cost)  # nothing was computed
            raise
        except GoneError:
            if not begun.is_set():
                found.budget.give_back(client, address_of(request), cost)
            raise
        found.kept.put(key, body)
    return sent(body, request, media_type)


def noted(begun: threading.Event, work: Work[T]) -> Work[T]:
    """The same work, which tells when it begins."""

    def doing(should_stop: ShouldStop) -> T:
        begun.set()
        return work(should_stop)

    return doing


async def waited_for(request: Request, work: Coroutine[object, object, T]) -> T:
    """What is waited for, as long as the client is there. Raises GoneError when they leave."""
    task = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(left(request))
    try:
        await asyncio.wait({task, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise GoneError
        return await task
    finally:
        for each in (task, leaving):
            each.cancel()
        await asyncio.gather(task, leaving, return_exceptions=True)


async def left(request: Request) -> None:
    """Returns when the client has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def sent(body: Body, request: Request, media_type: str) -> Response:
    """A body, compressed for those who take it. Answers are kept by the page, not the browser."""
    headers = {**NO_STORE, "vary": "accept-encoding"}
    content = body.plain
    if body.compressed is not None and takes_gzip(request.headers.getlist("accept-encoding")):
        content = body.compressed
        headers["content-encoding"] = "gzip"
    return Response(content, 200, headers, media_type=media_type)
