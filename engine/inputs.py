"""What a scenario assumes: its quantities with their sources, and what is odd about them."""

from collections.abc import Iterable
from typing import Any, NamedTuple, get_args, get_origin

from pydantic import BaseModel

from engine.errors import Key, Loc
from engine.evidence import ASSUMPTION, size
from engine.paths import Wrong, get_at, resolve, shown_path
from engine.quantities import Distribution, said, said_number, spoken
from engine.shape import annotations, bare, canonical, fields

_PERMISSIVENESS: Loc = ("supervision", "permissiveness")
# Choices of design, not facts about the world.
_CHOICES: tuple[Loc, ...] = (
    ("study",),
    ("independent",),
    ("trainees", "count"),
    ("supervision", "supervisors"),
    ("supervision", "pool"),
    _PERMISSIVENESS,
    ("supervision", "policy"),
    ("supervision", "time_limit"),
    ("supervision", "never_allow"),
    ("supervision", "stop_at"),
    ("supervision", "time_cap"),
    ("supervision", "after_takeover"),
    ("supervision", "alarm_from"),
)


class Input(NamedTuple):
    """One quantity: a number, a duration or a whole distribution; in choices(), any setting.

    `status` is "sourced" or "assumption". `note` also tells, by name, what evidence says of a
    distribution's parameters. `range` is the plausible range, in minutes where `unit` is "min"
    and plain where it is "".
    """

    path: str
    value: str
    status: str
    source: str | None
    note: str | None
    range: tuple[float, float] | None
    unit: str


Evidence = dict[Loc, dict[str, Any]]  # the entry about each place


def inputs(model: type[BaseModel], scenario: BaseModel, content: Any) -> tuple[Input, ...]:
    """The inputs of a scenario, in the order of the format. `content` is its resolved form."""
    found = _evidence(content)
    places = _quantities(model, scenario, content)
    return tuple(_input(content, loc, value, found) for loc, value in places)


def choices(model: type[BaseModel], scenario: BaseModel, content: Any) -> tuple[Input, ...]:
    """What has evidence and is not among the inputs, in the order of the format.

    These are the choices of design, and the odd fact that is no quantity. Permissiveness, the
    choice a study is about, is always among them.
    """
    found = _evidence(content)
    counted = {loc for loc, _ in _quantities(model, scenario, content)}
    places: list[tuple[Loc, Any]] = []
    for name, annotation in annotations(model).items():
        if name != "education" and fields(annotation):
            _settings(getattr(scenario, name), (name,), places)
    return tuple(
        _input(content, loc, value, found)
        for loc, value in places
        if loc not in counted and _is_shown(loc, found)
    )


def _evidence(content: Any) -> Evidence:
    found: Evidence = {}
    for entry in content["evidence"]:
        loc = resolve(content, entry["about"])
        if not isinstance(loc, Wrong):
            found[loc] = entry
    return found


def _quantities(model: type[BaseModel], scenario: BaseModel, content: Any) -> list[tuple[Loc, Any]]:
    """Place and value of every input."""
    places: list[tuple[Loc, Any]] = []
    for name, annotation in annotations(model).items():
        if name not in ("variants", "sources", "evidence", "education"):
            _collect(annotation, getattr(scenario, name), (name,), content, places)
    return places


def _settings(value: Any, loc: Loc, places: list[tuple[Loc, Any]]) -> None:
    """Add everything at and below `loc` that is not a section or a list of sections."""
    if isinstance(value, BaseModel):
        for name in fields(type(value)):
            _settings(getattr(value, name), (*loc, name), places)
    elif isinstance(value, tuple) and any(isinstance(item, BaseModel) for item in value):
        for place, item in enumerate(value):
            _settings(item, (*loc, place), places)
    else:
        places.append((loc, value))


def _is_shown(loc: Loc, found: Evidence) -> bool:
    """Whether a setting is listed: evidence names it, a part of it, or its section as a choice."""
    above = [loc[:depth] for depth in range(1, len(loc) + 1)]
    is_choice = any(place in _CHOICES for place in above)
    return (
        loc == _PERMISSIVENESS
        or any(about[: len(loc)] == loc for about in found)
        or (is_choice and any(place in found for place in above))
    )


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


def _input(content: Any, loc: Loc, value: Any, found: Evidence) -> Input:
    """One input with the evidence that names it or, failing that, the section it is in.

    A distribution is also sourced where each of its parameters is.
    """
    own = (*loc, value.family) if isinstance(value, Distribution) else loc
    entry = next(
        (found[own[:depth]] for depth in range(len(own), 0, -1) if own[:depth] in found), None
    )
    notes = [] if entry is None or entry["note"] is None else [entry["note"].strip()]
    if isinstance(value, Distribution) and (entry is None or entry["source"] == ASSUMPTION):
        entry = _by_parameters(loc, value, found) or entry
    source = None if entry is None or entry["source"] == ASSUMPTION else entry["source"]
    notes += [
        text
        for place, each in found.items()
        if len(place) > len(own) and place[: len(own)] == own
        if (text := _told(_part(place, value), each, source))
    ]
    is_time = getattr(value, "is_duration", False) or (
        isinstance(value, float) and isinstance(get_at(content, loc), str)
    )
    ranged = found.get(loc) or found.get(own)
    return Input(
        path=shown_path(content, loc),
        value=_said(value, is_time=is_time),
        status=ASSUMPTION if source is None else "sourced",
        source=source,
        note="; ".join(notes) or None,
        range=None if ranged is None else _range(ranged["range"]),
        unit="min" if is_time else "",
    )


def _by_parameters(loc: Loc, value: Distribution, found: Evidence) -> dict[str, Any] | None:
    """The entry of the first parameter, where every parameter has a source of its own."""
    names: Iterable[Key] = value.parameters
    if value.family == "uniform":
        names = range(2)
    elif value.family == "empirical":
        names = range(len(value.standard.values))
    places = [(*loc, value.family, name) for name in names]
    entries = [found[place] for place in places if place in found]
    sourced = [entry for entry in entries if entry["source"] != ASSUMPTION]
    return sourced[0] if sourced and len(sourced) == len(places) else None


def _part(place: Loc, value: Any) -> str:
    """The name of a parameter, or of an item of a list, for a reader."""
    last = place[-1]
    if not isinstance(last, int):
        return last
    is_uniform = isinstance(value, Distribution) and value.family == "uniform"
    return ("low", "high")[last] if is_uniform else f"value {last + 1}"


def _told(name: str, entry: dict[str, Any], source: str | None) -> str:
    """What the evidence about a parameter says: its note, its range, a source of its own.

    `source` is the one shown already. Empty where there is nothing to say.
    """
    note = (entry["note"] or "").strip()
    ends = " to ".join(_end(end) for end in entry["range"] or ())
    text = f"{note} ({ends})" if note and ends else note or ends
    cited = "" if entry["source"] in (ASSUMPTION, source) else f"source {entry['source']}"
    said = ", ".join(part for part in (text, cited) if part)
    return f"{name}: {said}" if said else ""


def _end(end: Any) -> str:
    value = size(end)
    if value is None:
        return str(end)
    return spoken(value) if isinstance(end, str) else said_number(value)


def _said(value: Any, *, is_time: bool) -> str:
    """A value for a reader; settings that are no quantity as a file writes them."""
    if isinstance(value, Distribution):
        return said(value)
    if value is None or value == ():
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | tuple):
        return value if isinstance(value, str) else ", ".join(str(item) for item in value)
    return spoken(value) if is_time else said_number(value)


def _range(ends: Any) -> tuple[float, float] | None:
    if ends is None:
        return None
    low, high = (size(end) for end in ends)
    return None if low is None or high is None else (low, high)
