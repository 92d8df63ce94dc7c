"""Paths: how a number or a setting of a scenario is named.

`supervision.permissiveness`, `task.steps[laryngoscopy].errors[failed pass].time_to_harm`. Keys are
joined by points; an item of a list is named in brackets, by its name, or `[#2]` for the second.
Paths are resolved against the resolved form of a scenario: every default explicit, distributions
as `{family: parameters}`.
"""

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from engine.errors import Finding, Key, Loc
from engine.words import close, joined, plain

_PART = re.compile(r"(?:^|\.)(?P<key>[^.\[\]]+)|\[(?P<item>[^\]]+)\]")
LONGEST = 1000
_LOOKED_AT = 300  # keys, in search of one that was given without its section; there are about 150


class Wrong(NamedTuple):
    """Why a path names nothing: what was wrong with it, and the place it would have had."""

    finding: Finding
    would_be: Loc


def split(path: str) -> list[tuple[bool, str]] | None:
    """The parts of a path as (is a list item, name); None where the text is not a path."""
    parts: list[tuple[bool, str]] = []
    at = 0
    if path.startswith(".") or len(path) > LONGEST:
        return None
    while at < len(path):
        match = _PART.match(path, at)
        if match is None:
            return None
        item = match.group("item")
        parts.append((False, match.group("key")) if item is None else (True, item))
        at = match.end()
    return parts or None


def resolve(content: Any, path: str) -> Loc | Wrong:
    """The place a path names in the resolved form `content`."""
    parts = split(path)
    if parts is None:
        return _wrong(
            f'"{plain(path)}" is not a path',
            "a path is keys joined by points, with names of list items in brackets",
            "write it like task.steps[name].duration",
        )
    loc: Loc = ()
    here = content
    for is_item, name in parts:
        step = _item(here, loc, name, content) if is_item else _key(here, loc, name, content)
        if isinstance(step, Wrong):
            return step
        loc = (*loc, step)
        here = here[step]
    return loc


def _key(here: Any, loc: Loc, name: str, content: Any) -> Key | Wrong:
    if isinstance(here, Mapping):
        if name in here:
            return name
        return _no_key(list(here), loc, name, content)
    at = shown_path(content, loc)
    advice = f"end the path at {at}"
    if isinstance(here, list):
        advice = f"name an item in brackets, such as {at}[{_names(here)[0]}]" if here else advice
    if here is None:
        advice = f"{at} is null: give all of it a value instead"
    allowed = f"there are no keys below {at}"
    return _wrong(f"there is no {plain(name)} in {at}", allowed, advice, (*loc, name))


def _no_key(names: Sequence[str], loc: Loc, name: str, content: Any) -> Wrong:
    at = shown_path(content, loc) or "the scenario"
    guess = close(name, names)
    keys = () if loc else islice(_keys(content, ()), _LOOKED_AT)
    deeper = [shown_path(content, place) for place in keys if place[-1] == name]
    if deeper:
        guess = joined(deeper[:3], "or")
    advice = "choose one of these" if guess is None else f"did you mean {plain(guess, most=300)}?"
    allowed = f"its keys are {joined(names, 'and')}" if names else "it is empty"
    return _wrong(f"there is no {plain(name)} in {at}", allowed, advice, (*loc, name))


def _keys(here: Any, loc: Loc) -> Iterator[Loc]:
    """The places of all keys of the format, in lists those of the first item only."""
    pairs = here.items() if isinstance(here, Mapping) else enumerate(here[:1])
    for key, below in pairs:
        if not loc and key in ("education", "variants", "sources", "evidence"):
            continue
        yield (*loc, key)
        if isinstance(below, Mapping | list):
            yield from _keys(below, (*loc, key))


def _item(here: Any, loc: Loc, name: str, content: Any) -> Key | Wrong:
    at = shown_path(content, loc) or "the scenario"
    if not isinstance(here, list):
        return _wrong(
            f"{at} is not a list",
            "only items of a list are named in brackets",
            f"write {at}.{plain(name)} for a key",
            (*loc, name),
        )
    names = _names(here)
    if name in names:
        return names.index(name)
    number = re.fullmatch(r"#([1-9][0-9]{0,5})", name)
    if number is not None and int(number.group(1)) <= len(here):
        return int(number.group(1)) - 1
    guess = close(name, names)
    advice = "choose one of these" if guess is None else f"did you mean {plain(guess)}?"
    allowed = f"its items are {joined(names, 'and')}" if names else "it is empty"
    return _wrong(f"there is no {plain(name)} in {at}", allowed, advice, (*loc, name))


def _wrong(given: str, allowed: str, advice: str, would_be: Loc = ()) -> Wrong:
    return Wrong(Finding((), given, allowed, advice), would_be)


def _names(items: Sequence[Any]) -> list[str]:
    return [_name(item, place) for place, item in enumerate(items)]


def _name(item: Any, place: int) -> str:
    name = item.get("name") if isinstance(item, Mapping) else None
    usable = isinstance(name, str) and 0 < len(name) <= 100 and name.isprintable()
    return str(name) if usable else f"#{place + 1}"


def shown_path(content: Any, loc: Loc) -> str:
    """The path of a place, with the names of list items where they have one, and only one does."""
    text = ""
    here = content
    for part in loc:
        if isinstance(part, int):
            items = here if isinstance(here, list) else []
            text += f"[{_unique_name(items, part)}]"
            here = items[part] if part < len(items) else None
        else:
            text += f".{plain(part)}" if text else plain(part)
            here = here.get(part) if isinstance(here, Mapping) else None
    return text


def _unique_name(items: Sequence[Any], place: int) -> str:
    number = f"#{place + 1}"
    name = _name(items[place], place) if place < len(items) else number
    if name == number or "]" in name:
        return number
    same = sum(isinstance(item, Mapping) and item.get("name") == name for item in items)
    return name if same == 1 else number


def get_at(content: Any, loc: Loc) -> Any:
    """What stands at a place."""
    here = content
    for part in loc:
        here = here[part]
    return here


def replaced(content: Any, loc: Loc, value: Any) -> Any:
    """A copy of `content` with `value` at a place. What is not on the way is shared, not copied."""
    if not loc:
        return copy.deepcopy(value)
    changed = content.copy()
    changed[loc[0]] = replaced(content[loc[0]], loc[1:], value)
    return changed
