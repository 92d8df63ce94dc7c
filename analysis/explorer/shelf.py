"""Scenarios there are to choose from: those of files, and those that readers have opened.

A file is read again when its page is opened after it has changed. What a reader opens in the page
is kept in memory only, under a name made of its content, a few per reader and some in all.
"""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.view.repeat import Source
from engine import loader
from engine.errors import LeewayError, Problem, ScenarioError
from engine.scenario import Scenario

MOST_UPLOADS = 32
MOST_UPLOADS_OF_A_CLIENT = 4
MOST_OWNERS = 256
"""Readers remembered as having opened something."""
MOST_UPLOADED_BYTES = 16 * 2**20
PLACE = "scenarios"
"""Folder looked into where no scenario is named."""


LONGEST_NAME = 80
_PLAIN_NAME = re.compile(rf"\w[\w .,()+-]{{0,{LONGEST_NAME - 1}}}")
"""Names of files that are shown: letters and digits, and little else; no option, and no path."""


class UnknownScenarioError(LeewayError):
    """There is no scenario of that name, or no more."""


@dataclass(frozen=True, eq=False)
class Book:
    """A scenario on the shelf.

    key: its name in addresses; text: its file as it is, to be saved with changes; source: what a
    command calls its file; digest: of the text, so that answers about an earlier text aren't
    mistaken for it; path, stamp: None for what a reader has opened.
    """

    key: str
    scenario: Scenario
    text: str
    source: Source
    digest: str
    path: Path | None = None
    stamp: tuple[int, int] | None = None


class Shelf:
    """The books, by key. The first one is shown to who names none."""

    def __init__(self, books: Iterable[Book]) -> None:
        self._files = {book.key: book for book in books}
        self._uploads: OrderedDict[str, Book] = OrderedDict()
        self._owners: dict[str, list[str]] = {}

    @property
    def first(self) -> str:
        """The key of the scenario shown first."""
        return next(iter(self._files))

    def find(self, key: str | None) -> Book:
        """The book of that key, the first one for None. Raises UnknownScenarioError."""
        name = self.first if key is None else key
        found = self._files.get(name)
        if found is not None:
            return found
        found = self._uploads.get(name)
        if found is None:
            raise UnknownScenarioError(
                "there is no scenario of that name here, or no more; choose one of the list, or "
                "open its file again"
            )
        self._uploads.move_to_end(name)
        return found

    def changed_file(self, book: Book) -> Path | None:
        """Its file, if that has changed since it was read; one that is gone hasn't."""
        stamp = None if book.path is None else stamp_of(book.path)
        return book.path if stamp is not None and stamp != book.stamp else None

    def replace(self, book: Book) -> None:
        """Another edition of a book from a file."""
        self._files[book.key] = book

    def offered(self, client: str) -> list[Book]:
        """What a client may choose from: all files, and what they opened themselves."""
        own = self._owners.get(client, [])
        return [*self._files.values(), *(self._uploads[key] for key in own if key in self._uploads)]

    def put(self, book: Book, client: str) -> None:
        """Keep what a client has opened; the oldest of theirs, or of all, makes room."""
        self._uploads[book.key] = book
        self._uploads.move_to_end(book.key)
        own = [key for key in self._owners.pop(client, []) if key != book.key]
        self._owners[client] = [*own, book.key][-MOST_UPLOADS_OF_A_CLIENT:]
        self._let_go()

    def _let_go(self) -> None:
        while len(self._owners) > MOST_OWNERS:
            del self._owners[next(iter(self._owners))]
        owned = {key for keys in self._owners.values() for key in keys}
        for key in [key for key in self._uploads if key not in owned]:
            del self._uploads[key]
        while len(self._uploads) > MOST_UPLOADS or self._bytes() > MOST_UPLOADED_BYTES:
            self._uploads.popitem(last=False)
        kept = {
            client: [key for key in keys if key in self._uploads]
            for client, keys in self._owners.items()
        }
        self._owners = {client: keys for client, keys in kept.items() if keys}

    def _bytes(self) -> int:
        return sum(len(book.text.encode()) for book in self._uploads.values())


def named(paths: Sequence[Path]) -> list[Book]:
    """The books of these files. Raises ScenarioError with the problems of all of them."""
    books: list[Book] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            scenario = loader.load(path)
        except ScenarioError as error:
            problems += error.problems
            continue
        books.append(from_file(path, _unused(scenario.id, [book.key for book in books]), scenario))
    if problems:
        raise ScenarioError(problems)
    return books


def from_file(path: Path, key: str, scenario: Scenario | None = None) -> Book:
    """The book of a file as it is now. Raises ScenarioError where it is no scenario."""
    stamp = stamp_of(path)
    found = loader.load(path) if scenario is None else scenario
    text = path.read_bytes().decode("utf-8-sig")
    return Book(key, found, text, Source(path.as_posix()), _digest(text), path, stamp)


def uploaded(content: bytes, name: str | None = None) -> Book:
    """The book of what a reader has opened. Raises ScenarioError where it is no scenario.

    name: what the reader's file is called, as far as it is told; only ever shown.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        given = f"byte {error.start + 1:,} is no UTF-8"
        allowed, advice = "a scenario is UTF-8 text", "save the file as UTF-8"
        raise ScenarioError([Problem(None, None, None, "", given, allowed, advice)]) from None
    scenario = loader.loads(text, "the file")
    shown = None if name is None or _PLAIN_NAME.fullmatch(name) is None else name
    digest = _digest(text if shown is None else f"{shown}\n{text}")  # its answers name the file
    safe = re.sub(r"[^a-z0-9-]", "", scenario.id)[:40]
    says = f"{shown} is the file that was opened here: give the command in its folder."
    source = Source() if shown is None else Source(shown, says)
    return Book(f"own-{safe}-{digest[:12]}", scenario, text, source, digest)


def listed(books: Sequence[Book]) -> list[dict[str, str]]:
    """Key and title of each, as the page lists them: what has the same title is told apart."""
    return [{"key": book.key, "title": _title(book, books)} for book in books]


def _title(book: Book, books: Sequence[Book]) -> str:
    title, file = book.scenario.title, book.source.file
    if book.path is None:
        return f"{title} (your file{'' if file is None else f' {file}'})"
    same = [one for one in books if one.path is not None and one.scenario.title == title]
    return title if len(same) == 1 else f"{title} ({file})"


def found_here(folder: Path) -> list[Path]:
    """The scenario files of `scenarios` in a folder, in the order of their names."""
    return sorted(path for path in (folder / PLACE).glob("*.yaml") if path.is_file())


def stamp_of(path: Path) -> tuple[int, int] | None:
    """When a file was changed, and how long it is; None where it can't be said."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _unused(wanted: str, used: Sequence[str]) -> str:
    numbered = (f"{wanted}-{number}" for number in range(2, len(used) + 3))
    return wanted if wanted not in used else next(name for name in numbered if name not in used)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
