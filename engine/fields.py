"""Field types of a scenario: pydantic's border between what a file writes and what engines use.

Each type reads the file form and writes it again (`model_dump(mode="json")`), so that a scenario
can be written out, changed by path and read anew. Types speak for themselves in messages through
a Says note, and in the JSON Schema through their own schema.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
)
from pydantic import GetJsonSchemaHandler as Handler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from engine.errors import Finding
from engine.quantities import Distribution, written
from engine.reading import (
    A_DURATION,
    DURATION_PATTERN,
    FAMILIES,
    LARGEST,
    LEAST_SHAPE,
    MOST_VALUES,
    Wanted,
    read_distribution,
    read_duration,
)
from engine.words import shown

FINDINGS = "leeway_findings"
FORMAT_VERSION = "1.0"
MOST_ITEMS = 500  # in lists other than empirical ones
ID_PATTERN = "[a-z0-9][a-z0-9-]{0,63}"


class Content(BaseModel):
    """A part of a scenario: frozen, strict, closed. Defaults are in file form and read as such."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        allow_inf_nan=False,
        validate_default=True,
        use_attribute_docstrings=False,
    )


@dataclass(frozen=True)
class Says:
    """What a field takes, in words: the middle part of a message."""

    words: str


def optional(default: Any, description: str) -> Any:
    """A key that may be left out. `default` is in file form, as `resolved()` will show it."""
    return Field(default=default, description=description)


def required(description: str) -> Any:
    """A key that must be given."""
    return Field(description=description)


def refuse(findings: list[Finding]) -> PydanticCustomError:
    """The findings as one pydantic error; engine.explain unpacks them again."""
    return PydanticCustomError(FINDINGS, "not readable", {"findings": findings})


@dataclass(frozen=True)
class DurationField:
    """Pydantic's view of a duration: text with a unit outside, minutes (float64) inside."""

    never: bool = False
    positive: bool = False

    @property
    def words(self) -> str:
        """What may be written, in words."""
        return A_DURATION + (", or never" if self.never else "")

    def read(self, raw: object) -> float:
        """Minutes; infinity for `never`."""
        if raw == "never" and self.never:
            return math.inf
        if raw == "never":
            advice = "write null where there is no such limit"
            raise refuse([Finding((), "never was given", self.words, advice)])
        value = read_duration(raw)
        if isinstance(value, Finding):
            raise refuse([value._replace(allowed=self.words)])
        if value <= 0 and self.positive:
            more = "it must be longer than 0" + (", or never" if self.never else "")
            advice = "write never if nothing is lost" if self.never else "write a longer time"
            raise refuse([Finding((), f"{raw} was given", more, advice)])
        return value

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.read, serialization=core_schema.plain_serializer_function_ser_schema(written)
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Handler) -> JsonSchemaValue:
        written_as = duration_schema(never=self.never)
        return written_as | {"not": {"pattern": _ZERO_PATTERN}} if self.positive else written_as


_ZERO_PATTERN = r"^[0.]+([eE][-+]?[0-9]+)? ?[a-z]+$"


def duration_schema(*, never: bool = False) -> JsonSchemaValue:
    """A duration in JSON Schema: text of a number and a unit."""
    either = f"({DURATION_PATTERN}|never)" if never else f"({DURATION_PATTERN})"
    return {"type": "string", "pattern": f"^{either}$", "examples": ["90 s", "6 min"]}


@dataclass(frozen=True)
class DistributionField:
    """Pydantic's view of a distribution."""

    wanted: Wanted

    @property
    def words(self) -> str:
        """What may be written, in words."""
        return self.wanted.allowed

    def read(self, raw: object) -> Distribution:
        """The distribution, or all that is wrong with it."""
        made = read_distribution(raw, self.wanted)
        if isinstance(made, list):
            raise refuse(made)
        return made

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.read,
            serialization=core_schema.plain_serializer_function_ser_schema(Distribution.written),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Handler) -> JsonSchemaValue:
        return distribution_schema(self.wanted)


def distribution_schema(wanted: Wanted) -> JsonSchemaValue:
    """A distribution in JSON Schema: a bare quantity, or one family with one parameter set."""
    least = {"exclusiveMinimum" if wanted.positive else "minimum": 0}
    plain: JsonSchemaValue = {"type": "number", "minimum": 0, "maximum": LARGEST}
    one = duration_schema() if wanted.duration else {**plain, **least}
    families = [_family_schema(name, one, plain) for name in FAMILIES]
    bare = duration_schema(never=wanted.never) if wanted.duration else one
    return {"oneOf": [bare, *families]}


def _family_schema(name: str, one: JsonSchemaValue, plain: JsonSchemaValue) -> JsonSchemaValue:
    inner: JsonSchemaValue = one
    if name in ("uniform", "empirical"):
        least, most = (2, 2) if name == "uniform" else (1, MOST_VALUES)
        inner = {"type": "array", "items": one, "minItems": least, "maxItems": most}
    elif FAMILIES[name].sets:
        sets = [_set_schema(names, one, plain) for names in FAMILIES[name].sets]
        inner = sets[0] if len(sets) == 1 else {"oneOf": sets}
    return _closed({name: inner})


def _set_schema(
    names: tuple[str, ...], one: JsonSchemaValue, plain: JsonSchemaValue
) -> JsonSchemaValue:
    numbers = {"cv": plain, "shape": {**plain, "minimum": LEAST_SHAPE}}
    return _closed({name: numbers.get(name, one) for name in names})


def _closed(properties: Mapping[str, JsonSchemaValue]) -> JsonSchemaValue:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def as_tuple(raw: object) -> object:
    """A list as a tuple, so that a frozen model holds nothing that can be changed."""
    if not isinstance(raw, list):
        return raw
    if len(raw) > MOST_ITEMS:
        given = f"{shown(raw)} was given"
        raise refuse([Finding((), given, f"a list holds at most {MOST_ITEMS}", "shorten it")])
    return tuple(raw)


Listed = BeforeValidator(as_tuple)

Duration = Annotated[float, DurationField()]
DurationOrNever = Annotated[float, DurationField(never=True)]
HalfLife = Annotated[float, DurationField(never=True, positive=True)]
DurationDistribution = Annotated[Distribution, DistributionField(Wanted(duration=True))]
ClockDistribution = Annotated[Distribution, DistributionField(Wanted(duration=True, never=True))]
NumberDistribution = Annotated[Distribution, DistributionField(Wanted(duration=False))]
PositiveDistribution = Annotated[
    Distribution, DistributionField(Wanted(duration=False, positive=True))
]

# -0.0 passes for a number of 0 or more; adding 0 makes it the 0.0 that everybody means.
_Plain = AfterValidator(lambda value: value + 0.0)
_SIZE = Field(ge=0, le=LARGEST)
_MORE = Field(gt=0, le=LARGEST)
Probability = Annotated[float, Field(ge=0, le=1), _Plain, Says("a number from 0 to 1 is needed")]
NotNegative = Annotated[
    float, _SIZE, _Plain, Says("a number of 0 or more is needed (at most 1e12)")
]
Positive = Annotated[float, _MORE, _Plain, Says("a number of more than 0 is needed (at most 1e12)")]
# On the logit or log scale 20 is already a factor of five hundred million.
LogScale = Annotated[float, Field(ge=-20, le=20), _Plain, Says("a number from -20 to 20 is needed")]
LogSpread = Annotated[float, Field(ge=0, le=20), _Plain, Says("a number from 0 to 20 is needed")]


@dataclass(frozen=True)
class VersionField:
    """The version of the format, quoted text. This code reads version 1.0."""

    words = f'the version of the format in quotes, "{FORMAT_VERSION}", is needed'

    def read(self, raw: object) -> str:
        """The version, where it is one this code reads."""
        if raw == FORMAT_VERSION:
            return FORMAT_VERSION
        given = f"{shown(raw)} was given"
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            quote = f'put it in quotes: leeway: "{FORMAT_VERSION}"'
            raise refuse([Finding((), f"the number {given}", "the version is text", quote)])
        match = re.fullmatch(r"([0-9]{1,9})\.([0-9]{1,9})", raw) if isinstance(raw, str) else None
        advice = f'write leeway: "{FORMAT_VERSION}"'
        if match is not None and (int(match.group(1)), int(match.group(2))) > (1, 0):
            advice = "use a newer leeway to read this file"
        raise refuse([Finding((), given, f"this leeway reads version {FORMAT_VERSION}", advice)])

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Handler) -> JsonSchemaValue:
        return {"const": FORMAT_VERSION}


@dataclass(frozen=True)
class IdField:
    """The short name of a scenario, which also names folders: nothing that could leave one."""

    words = "it is 1 to 64 small letters, digits and hyphens, and begins with no hyphen"

    def read(self, raw: object) -> str:
        """The name, where it is one."""
        if isinstance(raw, str) and re.fullmatch(ID_PATTERN, raw) is not None:
            return raw
        words = re.findall(r"[a-z0-9]+", raw[:200].lower()) if isinstance(raw, str) else []
        advice = (
            f"write {'-'.join(words)[:64].rstrip('-')}" if words else "write it like first-cases"
        )
        raise refuse([Finding((), f"{shown(raw)} was given", self.words, advice)])

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Handler) -> JsonSchemaValue:
        return {"type": "string", "pattern": f"^{ID_PATTERN}$"}


Version = Annotated[str, VersionField()]
Id = Annotated[str, IdField()]
