"""A scenario file as text with places: what stands where, so that one value can be changed in it.

A round trip through a YAML writer would fold long lines anew, quote and indent to its own taste;
here the characters of a value are replaced and all others stay. The text must be one that
engine.loader has read: nothing is checked again.
"""

import io
import json
import re
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from analysis.view import tokens
from engine.errors import Key, Loc
from engine.reading import read_duration
from engine.scalars import text_scalar

_BREAK = re.compile(r"\r\n|\n|\r|\x85|\Z")
_COLON = re.compile(r"\s*:")


@dataclass
class Node:
    """A value in the text: its first character and the one after its last.

    flow: written in brackets or braces. below: what a list or mapping holds, by key. keys: where
    each key of a mapping begins. lead: what a new value needs before it, where none is written.
    """

    kind: str
    start: int
    end: int
    flow: bool = False
    lead: str = ""
    below: dict[Key, "Node"] = field(default_factory=dict)
    keys: dict[Key, int] = field(default_factory=dict)


class Places:
    """The values of a text by their places."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.scalars: list[tuple[int, int]] = []
        parser = YAML(typ="safe", pure=True)
        self._events = iter(parser.parse(io.StringIO(text)))
        started = (MappingStartEvent, SequenceStartEvent, ScalarEvent)
        first = next(event for event in self._events if isinstance(event, started))
        self.top = self._node(first)

    def deepest(self, loc: Loc) -> tuple[Node, int]:
        """The deepest value on the way to a place, and how many of its keys lead there."""
        here = self.top
        for depth, key in enumerate(loc):
            if key not in here.below:
                return here, depth
            here = here.below[key]
        return here, len(loc)

    def line_end(self, index: int) -> int:
        """Where a comment can follow a character: at the next line break that is in no value."""
        while True:
            found = _BREAK.search(self.text, index)
            assert found is not None
            at = found.start()
            inside = [last for first, last in self.scalars if first <= at < last]
            if not inside:
                return at
            index = max(inside)

    def comments(self, start: int, end: int) -> list[tuple[int, int]]:
        """Where comments are between two characters: from each # to the end of its line."""
        found = []
        at = start
        while (at := self.text.find("#", at, end)) >= 0:
            inside = any(first <= at < last for first, last in self.scalars)
            if inside or (at > 0 and not self.text[at - 1].isspace()):
                at += 1
                continue
            stop = min(end, self.line_end(at))
            found.append((at, stop))
            at = stop
        return found

    def _node(self, event: Any) -> Node:
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        is_mapping = isinstance(event, MappingStartEvent)
        kind = "mapping" if is_mapping else "list"
        node = Node(kind, event.start_mark.index, 0, flow=bool(event.flow_style))
        while not isinstance(event := next(self._events), MappingEndEvent | SequenceEndEvent):
            key: Key = len(node.below)
            if is_mapping:
                key = str(text_scalar(event.value))
                node.keys[key] = event.start_mark.index
                self.scalars.append((event.start_mark.index, event.end_mark.index))
                key_end, event = event.end_mark.index, next(self._events)
            below = self._node(event)
            if is_mapping and below.kind == "scalar" and below.start == below.end:
                colon = _COLON.match(self.text, key_end)
                below.start = below.end = key_end if colon is None else colon.end()
                below.lead = ": " if colon is None else " "
            node.below[key] = below
        node.end = event.end_mark.index
        if not node.flow:
            node.end = max(each.end for each in node.below.values())
        return node

    def _scalar(self, event: Any) -> Node:
        start, end = event.start_mark.index, event.end_mark.index
        end = start + len(self.text[start:end].rstrip())
        self.scalars.append((start, end))
        return Node("scalar", start, end)


# ---- values as text --------------------------------------------------------------------------

_WORD = re.compile(r"[A-Za-z][A-Za-z_-]*")
_NOT_PLAIN = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))
_TIME = re.compile(r"[0-9][0-9.e+-]* min")
_UNIT = re.compile(r"(?<=[0-9.])(?=[a-z]+$)")
_BROKEN_BY = {"\x85": "\\x85", "\u2028": "\\u2028", "\u2029": "\\u2029", "\ufeff": "\\ufeff"}


def flow(value: Any) -> str:
    """A value of a resolved scenario on one line of YAML; times in the unit that says them best.

    A distribution that is one fixed value is written as that value.
    """
    if isinstance(value, dict):
        if list(value) == ["fixed"]:
            return flow(value["fixed"])
        return "{" + ", ".join(f"{quoted(str(k))}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(each) for each in value) + "]"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return quoted(value) if isinstance(value, str) else tokens.write("number", value)


def quoted(text: str) -> str:
    """Text as YAML has it: without quotes where it is a plain word or a time."""
    if _TIME.fullmatch(text) is not None:
        minutes = read_duration(text)
        if isinstance(minutes, float):
            return _UNIT.sub(" ", tokens.write("duration", minutes))
    if _WORD.fullmatch(text) is not None and text.lower() not in _NOT_PLAIN:
        return text
    escaped = json.dumps(text, ensure_ascii=False)
    return "".join(_BROKEN_BY.get(each, each) for each in escaped)
