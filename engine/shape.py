"""The shape of the format, read off the pydantic models: what stands where, and its defaults."""

from collections.abc import Iterator
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from engine.errors import Loc
from engine.quantities import Distribution


@cache
def bare(annotation: Any) -> Any:
    """An annotation without notes and without `or None`."""
    if get_origin(annotation) is Annotated:
        return bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return bare(next(one for one in get_args(annotation) if one is not NoneType))
    return annotation


def fields(annotation: Any) -> dict[str, FieldInfo]:
    """The keys of a section; none where the annotation is not a section."""
    kind = bare(annotation)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return dict(kind.model_fields)
    return {}


@cache
def annotations(section: type[BaseModel]) -> dict[str, Any]:
    """The annotations of a section's keys with their notes, which pydantic keeps apart."""
    found: dict[str, Any] = {}
    for name, field in section.model_fields.items():
        here: Any = field.annotation
        for note in field.metadata:
            here = Annotated[here, note]
        found[name] = here
    return found


def steps_down(annotation: Any, loc: Loc) -> Iterator[Any]:
    """The annotations on the way down to `loc`, the top first; Any where the format ends."""
    yield annotation
    here = annotation
    for part in loc:
        kind = bare(here)
        if get_origin(kind) is tuple:
            here = get_args(kind)[0]
        elif get_origin(kind) is dict:
            here = get_args(kind)[1]
        else:
            here = annotations(kind).get(str(part), Any) if fields(kind) else Any
        yield here


def annotation_at(annotation: Any, loc: Loc) -> Any:
    """The annotation at `loc`; Any where the format says nothing about it."""
    *_, last = steps_down(annotation, loc)
    return last


def quantity_loc(annotation: Any, loc: Loc) -> Loc:
    """`loc`, or the distribution it lies in: the smallest part that can be read alone."""
    for depth, here in enumerate(steps_down(annotation, loc)):
        if bare(here) is Distribution:
            return loc[:depth]
    return loc


def filled(annotation: Any, raw: Any) -> Any:
    """`raw` with every default explicit and bare quantities as `fixed`; unsound parts as they are.

    Keys come in the order of the format; keys the format doesn't know are kept at the end.
    """
    kind = bare(annotation)
    if kind is Distribution:
        is_bare = isinstance(raw, str | int | float) and raw != "never"
        return {"fixed": raw} if is_bare else raw
    if get_origin(kind) is tuple and isinstance(raw, list):
        return [filled(get_args(kind)[0], item) for item in raw]
    known = fields(kind)
    if not known or not isinstance(raw, dict):
        return raw
    content: dict[str, Any] = {}
    for name, field in known.items():
        if name in raw or not field.is_required():
            content[name] = filled(annotations(kind)[name], raw.get(name, field.default))
    return content | {name: value for name, value in raw.items() if name not in known}


@cache
def _adapter(annotation: Any) -> TypeAdapter[Any]:
    return TypeAdapter(annotation)


def canonical(annotation: Any, raw: Any) -> Any:
    """A part of a scenario in canonical file form. Raises pydantic's ValidationError."""
    adapter = _adapter(annotation)
    read = adapter.validate_python(filled(annotation, raw), strict=True)
    return adapter.dump_python(read, mode="json")
