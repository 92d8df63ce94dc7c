"""What pydantic found, in words: given, allowed, what to try."""

from collections.abc import Iterable
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from engine.errors import Finding, Loc
from engine.fields import FINDINGS
from engine.reading import number_advice
from engine.shape import annotation_at, bare, fields
from engine.words import close, joined, shown

_MISSING = "this key is missing"
_UNKNOWN = "this key is not known here"
_WRONG_BOOLEANS = {
    **dict.fromkeys(("yes", "on", "y", "1"), "true"),
    **dict.fromkeys(("no", "off", "n", "0"), "false"),
}


def explain(
    model: type[BaseModel], errors: Iterable[ErrorDetails], base: Loc = ()
) -> list[Finding]:
    """The findings behind pydantic's errors, in the same order.

    `base` is the place in `model` of what was read, where that was only a part of it.
    """
    found: list[Finding] = []
    for error in errors:
        loc = (*base, *(part for part in error["loc"] if part != "[key]"))
        if _only_follows(error):
            continue
        if "[key]" in error["loc"]:
            found.append(_wrong_key(model, loc))
        elif error["type"] == FINDINGS:
            found += [finding.below(loc) for finding in error["ctx"]["findings"]]
        elif error["type"] == "missing":
            allowed = allowed_at(model, loc)
            found.append(Finding(loc, _MISSING, allowed, _add(model, loc)))
        elif error["type"] == "extra_forbidden":
            found.append(_unknown(model, loc))
        else:
            found.append(_wrong_value(model, loc, error))
    return _without_misspelt(model, found)


def _without_misspelt(model: type[BaseModel], found: list[Finding]) -> list[Finding]:
    """Without the missing keys that stand there misspelt: to say so once is enough."""
    meant = {
        (*finding.loc[:-1], guess)
        for finding in found
        if finding.given == _UNKNOWN and (guess := _meant(model, finding.loc)) is not None
    }
    return [each for each in found if each.given != _MISSING or each.loc not in meant]


def _meant(model: type[BaseModel], loc: Loc) -> str | None:
    return close(loc[-1], list(fields(annotation_at(model, loc[:-1]))))


def _only_follows(error: ErrorDetails) -> bool:
    """Whether a list counts as too short only because some of its items were refused."""
    given = error["input"]
    return (
        error["type"] == "too_short"
        and isinstance(given, list | tuple)
        and len(given) >= error["ctx"]["min_length"]
    )


def _add(model: type[BaseModel], loc: Loc) -> str:
    field = fields(annotation_at(model, loc[:-1])).get(str(loc[-1]))
    about = (field.description if field is not None else None) or ""
    return f"add the key {loc[-1]}: {about[:1].lower()}{about[1:].rstrip('.')}"


def _unknown(model: type[BaseModel], loc: Loc) -> Finding:
    names = list(fields(annotation_at(model, loc[:-1])))
    guess = _meant(model, loc)
    advice = "take it away" if guess is None else f"did you mean {guess}?"
    allowed = f"the keys are {joined(names, 'and')}"
    return Finding(loc, _UNKNOWN, allowed, advice, on_key=True)


def _wrong_key(model: type[BaseModel], loc: Loc) -> Finding:
    names = get_args(bare(annotation_at(model, loc[:-1])))[0]
    given = f"{shown(loc[-1])} was given as a name"
    return Finding(loc, given, _words(names), "choose another name", on_key=True)


def _wrong_value(model: type[BaseModel], loc: Loc, error: ErrorDetails) -> Finding:
    value: object = error["input"]
    allowed = allowed_at(model, loc)
    given = "nothing (null) was given" if value is None else f"{shown(value)} was given"
    return Finding(loc, given, allowed, _advice(annotation_at(model, loc), value, error))


def _advice(annotation: Any, value: object, error: ErrorDetails) -> str:
    kind = bare(annotation)
    if value is None:
        return "give a value, or leave the key out where it is optional"
    if get_origin(kind) is Literal:
        choices = [str(choice) for choice in get_args(kind)]
        guess = close(value, choices)
        return "choose one of these" if guess is None else f"did you mean {guess}?"
    if kind is bool:
        word = _WRONG_BOOLEANS.get(str(value).lower())
        return "write true or false" if word is None else f"did you mean {word}?"
    if kind is int and isinstance(value, float):
        return f"write {round(value)}" if value == round(value) else "write it without decimals"
    if kind in (int, float):
        too_much = str(error["type"]).startswith(("less_than", "greater_than"))
        if too_much:
            return "choose a number in that range"
        return number_advice(value, "write a whole number") if kind is int else number_advice(value)
    if kind is str:
        return _text_advice(value, error)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return f"write its keys below it: {joined(kind.model_fields, 'and')}"
    if get_origin(kind) is tuple:
        return _list_advice(value, error)
    return "write key: value"


def _list_advice(value: object, error: ErrorDetails) -> str:
    if error["type"] == "too_long":
        return f"keep at most {error['ctx']['max_length']}"
    if error["type"] == "too_short":
        return "list at least one"
    if isinstance(value, str):
        return f"put it in brackets: [{shown(value)}]"
    return "begin each item with a dash"


def _text_advice(value: object, error: ErrorDetails) -> str:
    if isinstance(value, str):
        if error["type"] == "string_too_long":
            return "shorten it"
        if not value.strip():
            return "write a few words"
        if "\n" in value:
            return "write it on one line"
        if "]" in value:
            return "write ( ) in place of [ ]"
        return "take the spaces at its ends away" if value != value.strip() else "change it to fit"
    if isinstance(value, bool | int | float):
        return f'if it is text, put it in quotes: "{shown(value)}"'
    return "write text"


def allowed_at(model: type[BaseModel], loc: Loc) -> str:
    """What may stand at a place of the format, in words."""
    return _words(annotation_at(model, loc))


def _words(annotation: Any) -> str:
    arguments = get_args(annotation)
    if get_origin(annotation) in (Union, UnionType):
        inner = next(argument for argument in arguments if argument is not NoneType)
        return _words(inner) + ", or null"
    if get_origin(annotation) is Annotated:
        for note in reversed(arguments[1:]):
            words = getattr(note, "words", None)
            if isinstance(words, str):
                return words
        return _words(arguments[0])
    if get_origin(annotation) is Literal:
        return f"it must be {joined(arguments, 'or')}"
    if get_origin(annotation) is tuple:
        return "a list is needed"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"a mapping is needed with the keys {joined(annotation.model_fields, 'and')}"
    plain = {bool: "it must be true or false", str: "text is needed"}
    return plain.get(annotation, "a mapping is needed")
