"""YAML text -> plain data with the line and column of every key and value.

The event stream of ruamel.yaml (YAML 1.2, pure Python) is put together here, and not by a YAML
loader, because loaders repair: they take the last of two equal keys, read 12:30 as 750, follow
aliases until memory ends. Events come one at a time, so a limit stops the work where it is met.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamStartEvent,
)

from engine.errors import Finding, Loc
from engine.scalars import plain_scalar, text_scalar
from engine.words import plain, shown

DEEPEST = 32
MOST_NODES = 30_000


class Unsound:
    """Stands in the data where something was refused; nothing more is said about that place."""

    def __repr__(self) -> str:
        return "unsound"


UNSOUND = Unsound()


class Place(NamedTuple):
    """Where something is written, counted from 1."""

    line: int
    column: int


@dataclass
class Text:
    """What a file says: its data, where each key and value is, and what was refused on the way."""

    data: Any = None
    keys: dict[Loc, Place] = field(default_factory=dict)
    values: dict[Loc, Place] = field(default_factory=dict)
    findings: list[tuple[Finding, Place]] = field(default_factory=list)


class UnreadableError(Exception):
    """The text can't be read on. Caught by the loader, which knows the file."""

    def __init__(self, place: Place, given: str, allowed: str, advice: str) -> None:
        self.place = place
        self.finding = Finding((), given, allowed, advice)
        super().__init__(given)


def compose(text: str) -> Text:
    """The data of one YAML document whose top is a mapping. Raises UnreadableError."""
    _refuse_characters(text)
    return _Composer(text).document()


# What YAML calls printable, and tags longer than any tag (the parser takes seconds over them).
_UNPRINTABLE = re.compile(r"[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENDLESS_TAG = re.compile(r"![^\s,\[\]{}\"']{2000}")


def _refuse_characters(text: str) -> None:
    bad = _UNPRINTABLE.search(text)
    if bad is not None:
        character = f"the character U+{ord(bad.group()):04X} was given"
        advice = "delete it"
        if bad.group() == "\0":
            advice = "save the file as UTF-8 text; it may be UTF-16 or damaged"
        raise UnreadableError(_at(text, bad.start()), character, "a scenario is plain text", advice)
    tag = _ENDLESS_TAG.search(text)
    if tag is not None:
        given = "a word of more than 2,000 characters begins with !"
        raise UnreadableError(
            _at(text, tag.start()), given, "tags are not used in a scenario", "delete it"
        )


def _at(text: str, index: int) -> Place:
    start = text.rfind("\n", 0, index) + 1
    return Place(text.count("\n", 0, index) + 1, index - start + 1)


class _Composer:
    def __init__(self, text: str) -> None:
        self.events = _events(text)
        self.out = Text()
        self.count = 0

    def document(self) -> Text:
        first = next(self.events)
        if not isinstance(first, DocumentStartEvent):
            raise UnreadableError(
                Place(1, 1),
                "there is nothing in it",
                "a scenario is a mapping of keys to values",
                "copy a scenario from scenarios/ and change it",
            )
        if first.version is not None or first.tags:
            raise UnreadableError(
                _place(first),
                "a % directive was given",
                "a scenario has no directives",
                "delete the line that begins with %",
            )
        top = next(self.events)
        self.out.data = self.node(top, ())
        if not isinstance(top, MappingStartEvent):
            raise UnreadableError(
                _place(top),
                f"{shown(self.out.data)} was given",
                "a scenario is a mapping of keys to values",
                'begin with the line leeway: "1.0"',
            )
        next(self.events)  # the end of the document
        after = next(self.events)
        if isinstance(after, DocumentStartEvent):
            raise UnreadableError(
                _place(after),
                "a second document begins here",
                "a file holds one scenario",
                "delete the line --- or put the second scenario into a file of its own",
            )
        return self.out

    def node(self, event: Any, loc: Loc) -> Any:
        self.limits(event, loc)
        self.out.values.setdefault(loc, _place(event))
        if isinstance(event, AliasEvent):
            return self.refuse(
                event,
                loc,
                f"the alias *{plain(event.anchor)} was given",
                "aliases are not used in a scenario",
                "write the value out here",
            )
        sound = self.undecorated(event, loc)
        if isinstance(event, ScalarEvent):
            value = self.scalar(event, loc)
            return value if sound else UNSOUND
        if isinstance(event, SequenceStartEvent):
            return self.sequence(loc)
        return self.mapping(loc)

    def limits(self, event: Any, loc: Loc) -> None:
        self.count += 1
        if self.count > MOST_NODES:
            raise UnreadableError(
                _place(event),
                f"there are more than {MOST_NODES:,} values",
                f"a scenario holds at most {MOST_NODES:,}",
                "shorten its lists",
            )
        if len(loc) > DEEPEST:
            raise UnreadableError(
                _place(event),
                f"this is nested more than {DEEPEST} deep",
                f"a scenario is at most {DEEPEST} deep",
                "look for brackets that are not closed",
            )

    def undecorated(self, event: Any, loc: Loc) -> bool:
        """Refuse a tag or an anchor. Answers whether a scalar can still be taken at its word."""
        if event.anchor is not None:
            self.refuse(
                event,
                loc,
                f"the anchor &{plain(event.anchor)} was given",
                "anchors are not used in a scenario",
                "take it away, and write the value where it is needed",
            )
        tag = None if event.tag is None else str(event.tag)
        if tag is not None:
            self.refuse(
                event,
                loc,
                f"the tag {plain(tag)} was given",
                "tags are not used in a scenario",
                "take it away",
            )
        return tag is None

    def refuse(self, event: Any, loc: Loc, given: str, allowed: str, advice: str) -> Unsound:
        self.out.findings.append((Finding(loc, given, allowed, advice), _place(event)))
        return UNSOUND

    def sequence(self, loc: Loc) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            items.append(self.node(event, (*loc, len(items))))
        return items

    def mapping(self, loc: Loc) -> dict[str, Any]:
        content: dict[str, Any] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            key = self.key(event, loc)
            if key is None:
                self.node(next(self.events), (*loc, "?"))
                continue
            below = (*loc, key)
            if key in content:
                first = self.out.keys[below]
                self.refuse(
                    event,
                    below,
                    "this key was given before",
                    "a key is given once",
                    f"keep this one or the one in line {first.line}",
                )
                self._skip(next(self.events), below)
                continue
            self.out.keys[below] = _place(event)
            value = next(self.events)
            content[key] = self.node(value, below)
            if isinstance(value, ScalarEvent) and value.value == "" and value.implicit[0]:
                self.out.values[below] = _place(event)  # nothing was written: point at its key
        return content

    def _skip(self, event: Any, loc: Loc) -> None:
        """Read a value that is not kept; only the limits apply to it."""
        self.limits(event, loc)
        if isinstance(event, SequenceStartEvent | MappingStartEvent):
            while not isinstance(event := next(self.events), SequenceEndEvent | MappingEndEvent):
                self._skip(event, (*loc, 0))

    def key(self, event: Any, loc: Loc) -> str | None:
        """The text of a key, or None where it can't be one. Keys are text, even 12 and true."""
        if not isinstance(event, ScalarEvent):
            self._skip(event, loc)
            given = "an alias" if isinstance(event, AliasEvent) else "a list or mapping"
            self.refuse(
                event,
                loc,
                f"{given} was given as a key",
                "a key is a word",
                "write a plain word",
            )
            return None
        self.limits(event, loc)
        self.undecorated(event, (*loc, event.value))
        if event.value == "<<" and event.implicit[0]:
            self.refuse(
                event,
                (*loc, "<<"),
                "a merge key << was given",
                "merge keys are not used in a scenario",
                "write the keys out here",
            )
            return None
        text = text_scalar(event.value)
        if isinstance(text, Finding):
            self.refuse(event, loc, text.given, text.allowed, text.advice)
            return None
        return text

    def scalar(self, event: Any, loc: Loc) -> Any:
        read = plain_scalar(event.value) if event.implicit[0] else text_scalar(event.value)
        if isinstance(read, Finding):
            return self.refuse(event, loc, read.given, read.allowed, read.advice)
        return read


def _place(event: Any) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)


def _events(text: str) -> Iterator[Any]:
    """The events after the stream's start. Raises UnreadableError where the text is not YAML."""
    parser = YAML(typ="safe", pure=True)
    stream = parser.parse(io.StringIO(text))
    while True:
        try:
            event = next(stream, None)
        except MarkedYAMLError as error:
            raise _syntax(error) from None
        except Exception as error:
            raise UnreadableError(
                Place(1, 1),
                f"the YAML parser gave up ({type(error).__name__})",
                "the file must be YAML 1.2",
                "look for odd characters and escapes",
            ) from error
        if event is None:
            return
        if not isinstance(event, StreamStartEvent):
            yield event


# What a YAML author most often did, by a part of the parser's complaint.
_TRY = {
    "escape": "a backslash in double quotes begins an escape: use single quotes",
    "'\\t'": "indent with spaces, not with tabs",
    "'%'": "put text that begins with % in quotes",
    "'@'": "put text that begins with @ in quotes",
    "'`'": "put text that begins with ` in quotes",
    "mapping values are not allowed": "put text that holds a colon in quotes, and begin the keys of"
    " one section in the same column",
    "could not find expected ':'": "write key: value, and put text of several lines in quotes",
    "<block end>": "begin the keys of one section in the same column",
    "unexpected end of stream": "close the quote that was opened last",
    "'['": "inside { } put text that holds [ ] in quotes, and close what you open",
    "']'": "close the bracket [ and put a comma between its items",
    "'}'": "close the brace { and put a comma between its keys",
    "<document start>": "put the text in quotes if it belongs to the value above",
    "node content": "give a value, or close the bracket before it",
}


def _syntax(error: MarkedYAMLError) -> UnreadableError:
    mark = error.problem_mark or error.context_mark
    place = Place(1, 1) if mark is None else Place(mark.line + 1, mark.column + 1)
    what = " ".join(str(error.problem or error.context or "").split())
    advice = next(
        (_TRY[sign] for sign in _TRY if sign in what), "look at this line and the one above"
    )
    given = f"this is not YAML ({plain(what)})"
    return UnreadableError(place, given, "a scenario is YAML 1.2", advice)
