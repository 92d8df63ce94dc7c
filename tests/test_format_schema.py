"""The JSON Schema says what the loader says, as far as a schema can."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from engine.loader import load
from engine.scenario import json_schema

CASES = Path(__file__).parent / "cases"
SCHEMA = json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def read(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def test_it_is_a_schema_that_json_can_hold() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA, allow_nan=False)) == SCHEMA


@pytest.mark.parametrize("name", ["smallest", "first-intubations", "all-families"])
def test_it_takes_what_the_loader_takes(name: str) -> None:
    path = CASES / "valid" / f"{name}.yaml"
    VALIDATOR.validate(read(path))
    VALIDATOR.validate(load(path).resolved())


@pytest.mark.parametrize(
    "name",
    [
        "typo-in-key", "unknown-key", "missing-in-list", "missing-many", "percent", "quoted-number",
        "duration-without-unit", "duration-unknown-unit", "duration-negative", "duration-compound",
        "family-typo", "two-families", "mixed-parameters", "parameter-units", "uniform-three",
        "never-for-a-step", "never-for-response", "probability-above-one", "noise-negative",
        "sharpness-zero", "half-a-case", "no-trainees", "no-steps", "id-climbs", "version-number",
        "version-newer-major", "level-unknown", "policy-unknown", "domain-unknown", "section-null",
        "five-objectives", "name-with-bracket", "fragility-with-unit", "variant-name", "source-key",
        "title-two-lines", "one-is-not-true", "no-is-text", "empirical-empty", "shape-too-small",
        "half-life-zero",
    ],
)  # fmt: skip
def test_it_refuses_what_the_loader_refuses(name: str) -> None:
    assert not VALIDATOR.is_valid(read(CASES / "invalid" / f"{name}.yaml"))


def test_every_key_is_described() -> None:
    for name, section in {**SCHEMA["$defs"], "Scenario": SCHEMA}.items():
        for key, field in section.get("properties", {}).items():
            reference = field.get("$ref", "").rsplit("/", 1)[-1]
            described = field.get("description") or SCHEMA["$defs"][reference]["description"]
            assert len(described) > 9, f"{name}.{key}"
