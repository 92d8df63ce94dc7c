"""What a scenario assumes: its quantities with their sources, and what is odd about them."""

from typing import Any, NamedTuple, get_args, get_origin

from pydantic import BaseModel

from engine.errors import Loc
from engine.evidence import ASSUMPTION, size
from engine.paths import Wrong, get_at, resolve, shown_path
from engine.quantities import Distribution, said, said_number, spoken
from engine.shape import annotations, bare, canonical, fields

# Choices of design, not facts about the world.
_CHOICES: tuple[Loc, ...] = (
    ("study",),
    ("independent",),
    ("trainees", "count"),
    ("supervision", "supervisors"),
    ("supervision", "pool"),
    ("supervision", "permissiveness"),
    ("supervision", "time_limit"),
    ("supervision", "time_cap"),
)


class Input(NamedTuple):
    """One quantity: a number, a duration or a whole distribution.

    `status` is "sourced" or "assumption". `range` is the plausible range, in minutes where `unit`
    is "min" and plain where it is "".
    """

    path: str
    value: str
    status: str
    source: str | None
    note: str | None
    range: tuple[float, float] | None
    unit: str


def inputs(model: type[BaseModel], scenario: BaseModel, content: Any) -> tuple[Input, ...]:
    """The inputs of a scenario, in the order of the format. `content` is its resolved form."""
    places: list[tuple[Loc, Any]] = []
    for name, annotation in annotations(model).items():
        if name not in ("variants", "sources", "evidence", "education"):
            _collect(annotation, getattr(scenario, name), (name,), content, places)
    found: dict[Loc, dict[str, Any]] = {}
    for entry in content["evidence"]:
        loc = resolve(content, entry["about"])
        if not isinstance(loc, Wrong):
            found[loc] = entry
    return tuple(_input(content, loc, value, found) for loc, value in places)


def _collect(
    annotation: Any, value: Any, loc: Loc, content: Any, places: list[tuple[Loc, Any]]
) -> None:
    """Add the quantities at and below `loc` that are not choices and not a neutral default."""
    kind = bare(annotation)
    if loc in _CHOICES or value is None:
        return
    if kind is Distribution or kind in (int, float):
        places.append((loc, value))
    elif get_origin(kind) is tuple:
        for place, item in enumerate(value):
            _collect(get_args(kind)[0], item, (*loc, place), content, places)
    for name, field in fields(kind).items():
        below = (*loc, name)
        inner = annotations(kind)[name]
        if not field.is_required() and canonical(inner, field.default) == get_at(content, below):
            continue  # neutral
        if not _is_forced(content, below):
            _collect(inner, getattr(value, name), below, content, places)


def _is_forced(content: Any, loc: Loc) -> bool:
    """A kind that is alone in its step has the share 1: nobody chose that."""
    return loc[-1] == "share" and len(get_at(content, loc[:-2])) == 1


def _input(content: Any, loc: Loc, value: Any, found: dict[Loc, dict[str, Any]]) -> Input:
    """One input with the evidence that names it or, failing that, the section it is in.

    A distribution is also sourced where each of its parameters is.
    """
    entry = next(
        (found[loc[:depth]] for depth in range(len(loc), 0, -1) if loc[:depth] in found), None
    )
    if isinstance(value, Distribution) and (entry is None or entry["source"] == ASSUMPTION):
        entry = _by_parameters(loc, value, found) or entry
    sourced = entry is not None and entry["source"] != ASSUMPTION
    is_time = isinstance(get_at(content, loc), str) or getattr(value, "is_duration", False)
    return Input(
        path=shown_path(content, loc),
        value=_said(value, is_time=is_time),
        status="sourced" if sourced else ASSUMPTION,
        source=entry["source"] if entry is not None and sourced else None,
        note=None if entry is None else entry["note"],
        range=_range(found[loc]["range"]) if loc in found else None,
        unit="min" if is_time else "",
    )


def _by_parameters(
    loc: Loc, value: Distribution, found: dict[Loc, dict[str, Any]]
) -> dict[str, Any] | None:
    """The entry of the first parameter, where every parameter has a source of its own."""
    places = [(*loc, value.family, name) for name in value.parameters]
    entries = [found[place] for place in places if place in found]
    sourced = [entry for entry in entries if entry["source"] != ASSUMPTION]
    return sourced[0] if sourced and len(sourced) == len(places) else None


def _said(value: Any, *, is_time: bool) -> str:
    if isinstance(value, Distribution):
        return said(value)
    return spoken(value) if is_time else said_number(value)


def _range(ends: Any) -> tuple[float, float] | None:
    if ends is None:
        return None
    low, high = (size(end) for end in ends)
    return None if low is None or high is None else (low, high)
