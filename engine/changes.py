"""Changes by path: several places of a scenario's data, changed at once and checked."""

from collections.abc import Mapping, Set
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from engine.checks import cross_findings
from engine.errors import Finding, Loc
from engine.explain import explain
from engine.paths import Wrong, get_at, replaced, resolve, shown_path
from engine.shape import annotation_at, canonical, quantity_loc
from engine.words import plain


class Applied(NamedTuple):
    """Data with changes made: canonical values by canonical path, or what is wrong, by path.

    A finding's place is below the changed path; under None stand those that lie elsewhere.
    """

    content: Any
    values: dict[str, Any]
    findings: list[tuple[str | None, Finding]]


def apply(
    model: type[BaseModel], content: Any, changes: Mapping[str, Any], known: Set[Finding]
) -> Applied:
    """Make `changes` (path: value in file form) in filled data, all at once.

    Paths are resolved before anything changes; two that overlap are refused, as their order
    would decide. Only the parts changed are read, then the keys checked against each other:
    `known` is what was wrong between keys before.
    """
    places: dict[Loc, str] = {}
    wrong: list[tuple[str | None, Finding]] = []
    values: dict[str, Any] = {}
    changed = content
    for path, value in changes.items():
        loc = resolve(content, path)
        if isinstance(loc, Wrong):
            wrong.append((path, loc.finding._replace(on_key=True)))
            continue
        overlap = next((other for other in places if _overlap(loc, other)), None)
        if overlap is not None:
            wrong.append((path, _twice(places[overlap])))
            continue
        places[loc] = path
        changed = replaced(changed, loc, value)
    for loc, path in places.items():
        value, found = _read_part(model, changed, loc)
        changed = replaced(changed, loc, value)
        values[shown_path(content, loc)] = value
        wrong += [(path, finding._replace(loc=finding.loc[len(loc) :])) for finding in found]
    if not wrong:
        wrong = _consequences(changed, places, known)
    return Applied(changed, values, wrong)


def _overlap(one: Loc, other: Loc) -> bool:
    short = min(len(one), len(other))
    return one[:short] == other[:short]


def _twice(path: str) -> Finding:
    return Finding(
        (),
        f"this changes the same as {plain(path)}",
        "each place is changed once",
        "keep one of the two",
        on_key=True,
    )


def _consequences(
    after: Any, places: Mapping[Loc, str], known: Set[Finding]
) -> list[tuple[str | None, Finding]]:
    """What the changes make wrong between keys that was not wrong before."""
    wrong: list[tuple[str | None, Finding]] = []
    for finding in cross_findings(after):
        if finding in known:
            continue
        owner = next((loc for loc in places if finding.loc[: len(loc)] == loc), None)
        if owner is None:
            given = f"{shown_path(after, finding.loc)}: {finding.given}"
            wrong.append((None, finding._replace(loc=(), given=given)))
        else:
            wrong.append((places[owner], finding._replace(loc=finding.loc[len(owner) :])))
    return wrong


def _read_part(model: type[BaseModel], content: Any, loc: Loc) -> tuple[Any, list[Finding]]:
    """The value at `loc` in canonical file form, and what is wrong with it."""
    part = quantity_loc(model, loc)
    annotation = annotation_at(model, part)
    try:
        written = canonical(annotation, get_at(content, part))
    except ValidationError as error:
        return get_at(content, loc), explain(model, error.errors(include_url=False), part)
    return get_at(written, loc[len(part) :]), []
