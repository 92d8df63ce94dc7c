"""The JSON Schema of the format, generated from the models."""

from typing import Any

from pydantic import BaseModel

from engine.fields import distribution_schema
from engine.reading import Wanted

DIALECT = "https://json-schema.org/draft/2020-12/schema"
# The distributions a scenario holds: written out once, and referred to from each key.
_SHARED = {
    "DurationDistribution": Wanted(duration=True),
    "ClockDistribution": Wanted(duration=True, never=True),
    "NumberDistribution": Wanted(duration=False),
    "PositiveDistribution": Wanted(duration=False, positive=True),
}


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of what a file may hold."""
    shared = {name: distribution_schema(wanted) for name, wanted in _SHARED.items()}
    schema = _tidied(model.model_json_schema(mode="validation"), shared)
    definitions = dict(sorted({**schema.pop("$defs"), **shared}.items()))
    head = {
        "$schema": DIALECT,
        "title": "A leeway scenario",
        "description": schema["description"].split("\n")[0],
    }
    return {**head, **{key: schema[key] for key in schema if key not in head}, "$defs": definitions}


def _tidied(part: Any, shared: dict[str, Any]) -> Any:
    """`part` without generated titles, with references to shared parts, and with closed names."""
    if isinstance(part, list):
        return [_tidied(item, shared) for item in part]
    if not isinstance(part, dict):
        return part
    for name, whole in shared.items():
        if part.get("oneOf") == whole["oneOf"]:
            kept = {key: part[key] for key in ("default", "description") if key in part}
            return {**kept, "$ref": f"#/$defs/{name}"}
    if "patternProperties" in part:
        part = {**part, "additionalProperties": False}
    named = part if "type" in part and isinstance(part.get("title"), str) else {}
    return {
        key: _tidied(value, shared) for key, value in part.items() if key != "title" or not named
    }
