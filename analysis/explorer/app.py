"""The addresses of the explorer, and what each answers.

/  /static/NAME  /api/boot  /api/answer  /api/twin  /api/scenario.yaml  /api/report.html
and POST /api/scenarios. Everything else there is not. Nothing is computed in the event loop.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from hashlib import sha256

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from analysis.explorer import query, shelf
from analysis.explorer.answers import encoded
from analysis.explorer.clients import set_cookie
from analysis.explorer.guard import Guard, Place
from analysis.explorer.handling import (
    NO_PAGE,
    NO_STORE,
    Parts,
    Problem,
    answered,
    as_json,
    cases_of,
    cell_key,
    charge,
    computed,
    cookies,
    opened,
    query_of,
    question,
    reckoned,
    sent,
    waited_for,
)
from analysis.explorer.kept import Body, packed
from analysis.explorer.shelf import Book
from analysis.explorer.work import Kind, Work
from analysis.view.against_file import file_name
from analysis.view.settings import State, meant
from engine.words import plain

LEVELS = (16, 100, 500)
"""Replications of an answer: at once, a little later, and as many as `leeway run` has."""
KINDS_OF_TEXT = ("application/yaml", "application/x-yaml", "text/yaml", "text/plain")
UPLOAD_COST = 2_000_000
"""What reading a scenario counts as, in cases: it takes up to a second."""


def guarded(found: Parts, place: Place) -> Guard:
    """The whole application, behind its guard."""
    return Guard(application(found), place, found.clients)


def application(found: Parts) -> Starlette:
    """The addresses, without the guard."""
    places: list[tuple[str, str, Callable[[Parts, Request], Awaitable[Response]]]] = [
        ("/", "GET", page),
        ("/static/{name:path}", "GET", static),
        ("/api/boot", "GET", boot),
        ("/api/answer", "GET", answer),
        ("/api/twin", "GET", twin),
        ("/api/scenario.yaml", "GET", scenario_yaml),
        ("/api/report.html", "GET", report_html),
        ("/api/scenarios", "POST", upload),
    ]
    routes = [
        Route(path, partial(answered, handler, found), methods=[method])
        for path, method, handler in places
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: as_json})
    app.router.redirect_slashes = False
    return app


# ---- the page and its files --------------------------------------------------------------------


async def page(found: Parts, request: Request) -> Response:
    """The page; a browser that is new gets its number."""
    charge(found, request, 0)
    response = sent(found.page.body, request, found.page.kind)
    if found.clients.client(cookies(request)) is None:
        name, value = found.clients.client_cookie, found.clients.new()
        response.headers["set-cookie"] = set_cookie(name, value)
    return response


async def static(found: Parts, request: Request) -> Response:
    """A file of the fixed list; a browser may keep it, and asks whether it is still the same."""
    query_of(request)
    charge(found, request, 0)
    file = found.files.get(request.path_params["name"])
    if file is None:
        raise Problem(404, NO_PAGE)
    checked = {"cache-control": "no-cache", "etag": file.etag}
    if file.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=checked)
    response = sent(file.body, request, file.kind)
    response.headers.update(checked)
    return response


# ---- data --------------------------------------------------------------------------------------


async def boot(found: Parts, request: Request) -> Response:
    """What the page starts from; a scenario whose file has changed is read again."""
    given = query_of(request, ("scenario",))
    client = charge(found, request, 0)
    book = found.shelf.find(given.get("scenario"))
    stale = found.shelf.changed_file(book)
    if stale is not None:
        again: Work[Book] = lambda _stop: shelf.from_file(stale, book.key)  # noqa: E731
        turn = found.queue.do(("file", book.key), Kind.COARSE, client, again)
        book = await waited_for(request, turn)
        found.shelf.replace(book)
    offered = found.shelf.offered(client)
    listed = tuple((each.key, each.digest) for each in offered)
    key = ("boot", book.key, book.digest, listed)
    work: Work[Body] = lambda _stop: packed(found.answers.boot(book, offered))  # noqa: E731
    response = await computed(found, request, key, Kind.COARSE, work, 0)
    found.ahead.walk(book, found.seed, partial(question, found, replications=LEVELS[0]))
    return response


async def answer(found: Parts, request: Request) -> Response:
    """The curve of a cell."""
    state, replications, book = asked(found, request)
    key, work = question(found, book, state, replications)
    kind = Kind.COARSE if replications == LEVELS[0] else Kind.REFINED
    cost = 0 if key in found.kept else reckoned(found.answers.cost, book, state, replications)
    return await computed(found, request, key, kind, work, cost)


async def twin(found: Parts, request: Request) -> Response:
    """Two worlds in the same luck."""
    state, replications, book = asked(found, request)
    second = tuple(sorted(state.second.items()))
    key = ("twin", book.key, book.digest, cell_key(state), second, state.attempt, replications)
    cost = 4 * replications * cases_of(book, state)
    work: Work[Body] = lambda stop: packed(  # noqa: E731
        found.answers.twin(book, state, replications, stop)
    )
    return await computed(found, request, key, Kind.TWIN, work, cost)


async def scenario_yaml(found: Parts, request: Request) -> Response:
    """The scenario's file with the settings in it, to be saved."""
    state, book = opened(found, query_of(request, None))
    key = ("yaml", book.key, book.digest, cell_key(state))
    work: Work[Body] = lambda _stop: packed(  # noqa: E731
        found.answers.scenario_yaml(book, state)
    )
    kind = "application/yaml; charset=utf-8"
    response = await computed(found, request, key, Kind.TWIN, work, UPLOAD_COST, kind)
    return as_file(response, f"{book.scenario.id}.yaml")


async def report_html(found: Parts, request: Request) -> Response:
    """The report of the settings, to be saved."""
    state, book = opened(found, query_of(request, None))
    second = tuple(sorted(state.second.items()))
    key = ("report", book.key, book.digest, cell_key(state), second, state.attempt)
    cost = 0 if key in found.kept else reckoned(found.answers.cost_of_report, book, state)
    work: Work[Body] = lambda stop: packed(  # noqa: E731
        found.answers.report_html(book, state, stop)
    )
    kind = "text/html; charset=utf-8"
    response = await computed(found, request, key, Kind.TWIN, work, cost, kind)
    name = file_name(book.scenario, meant(book.scenario, state.settings), seed=state.seed)
    return as_file(response, f"{name}.html")


async def upload(found: Parts, request: Request) -> Response:
    """Open a scenario that a reader has: it is kept in memory, for a while.

    name: what the reader's file is called. It is shown in commands and in lists, and no path.
    """
    name = query_of(request, ("name",)).get("name")
    check_text(request.headers.getlist("content-type"))
    client = charge(found, request, UPLOAD_COST)
    raw = await request.body()
    key = ("upload", name, sha256(raw).hexdigest())
    work: Work[Book] = lambda _stop: shelf.uploaded(raw, name)  # noqa: E731
    book = await waited_for(request, found.queue.do(key, Kind.TWIN, client, work))
    found.shelf.put(book, client)
    content = encoded({"key": book.key, "title": book.scenario.title})
    return Response(content, 201, NO_STORE, media_type="application/json")


def asked(found: Parts, request: Request) -> tuple[State, int, Book]:
    """State, replications and scenario of an answer. Raises what a wrong query raises."""
    given = query_of(request, allowed=None)
    text = given.pop("replications", str(LEVELS[0]))
    levels = [str(level) for level in LEVELS]
    if text not in levels:
        known = ", ".join(levels)
        raise query.QueryError(f'replications: "{plain(text)}" was given; one of {known} is needed')
    state, book = opened(found, given)
    return state, int(text), book


def check_text(kinds: list[str]) -> None:
    """Refuse an upload that isn't said to be text. Raises Problem."""
    kind, _, rest = (kinds[0] if len(kinds) == 1 else "").lower().partition(";")
    charset = rest.strip().replace(" ", "").replace('"', "")
    if kind.strip() not in KINDS_OF_TEXT or charset not in ("", "charset=utf-8"):
        known = ", ".join(KINDS_OF_TEXT)
        raise Problem(415, f"Content-Type must be one of {known}, in UTF-8")


def as_file(response: Response, name: str) -> Response:
    """To be saved under this name, which has letters, digits, hyphens and dots only."""
    response.headers["content-disposition"] = f'attachment; filename="{name}"'
    return response
