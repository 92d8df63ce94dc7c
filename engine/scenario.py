"""A scenario: one file's content, checked, every default explicit, ready for both engines."""

import copy
import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any

import numpy as np

from engine.changes import apply
from engine.errors import Finding, Problem, ScenarioError
from engine.evidence import after_change
from engine.fields import Content, Id, Listed, Version, optional, required
from engine.inputs import Input, choices, inputs
from engine.oddities import oddities
from engine.paths import Wrong, get_at, resolve, shown_path
from engine.schema import schema_of
from engine.sections import (
    Changes,
    Debrief,
    Distress,
    Domain,
    Education,
    Evidence,
    HarmWeights,
    Independent,
    Learning,
    Line,
    Patient,
    SourceKey,
    Study,
    Supervision,
    Task,
    Text,
    Trainees,
    VariantName,
)
from engine.validate import check
from engine.words import did_you_mean, joined, plain


class Scenario(Content):
    """One ward, one task, one way of supervising.

    Frozen: a change is a new scenario. Attributes are the keys of a scenario file; times are
    minutes (float64), `never` is infinity and distributions are engine.quantities.Distribution.
    Paths and values of the methods are as in a file:
    `scenario.with_({"supervision.time_limit": "5 min"})`.
    """

    leeway: Version = required('Version of the format, in quotes: "1.0".')
    id: Id = required("Short name of the scenario: small letters, digits and hyphens.")
    title: Line = required("Title of the scenario.")
    domain: Domain = required("What kind of task it is.")
    description: Text = required("Read aloud, this tells a colleague what happens here.")
    education: Education = optional({}, "For the educator; never alters a number.")
    study: Study = required("How much training is simulated.")
    independent: Independent = optional({}, "Practice after training, where nobody watches.")
    patient: Patient = optional({}, "How patients differ.")
    harm_weights: HarmWeights = required("How much a patient's harm counts, by level.")
    trainees: Trainees = required("Who learns.")
    task: Task = required("What the trainee does.")
    supervision: Supervision = required("Who supervises, and how.")
    debrief: Debrief = optional(
        {"probability": 0, "duration": {"fixed": "0 min"}, "wait": "never"},
        "Talking a case through afterwards; left out, it never happens.",
    )
    learning: Learning = required("What cases and mistakes teach.")
    distress: Distress = optional({}, "What harm does to the trainee; left out, nothing.")
    variants: dict[VariantName, Changes] = optional(
        {}, "Named sets of changes, each a mapping of paths to values; chosen with --variant."
    )
    sources: dict[SourceKey, Line] = optional({}, "Short key of a source: its full reference.")
    evidence: Annotated[tuple[Evidence, ...], Listed] = optional(
        [], "Where numbers come from. What is not listed here counts as an assumption."
    )

    @cached_property
    def _content(self) -> dict[str, Any]:
        return self.model_dump(mode="json")

    def resolved(self) -> dict[str, Any]:
        """The content in file form, every default explicit: a valid scenario file once dumped."""
        return copy.deepcopy(self._content)

    def get(self, path: str) -> Any:
        """The value at a path, in file form. Raises ScenarioError where it names nothing."""
        loc = resolve(self._content, path)
        if isinstance(loc, Wrong):
            raise ScenarioError([_problem(path, loc.finding)])
        return copy.deepcopy(get_at(self._content, loc))

    def with_(self, changes: Mapping[str, Any]) -> "Scenario":
        """A new scenario with `changes`, path: value in file form; this one stays as it is.

        All changes are made at once. Evidence about a place that the changes replace is dropped:
        what it says of the old number doesn't hold for the new one. Raises ScenarioError with
        every wrong path and value, and where a variant or the range of a piece of evidence no
        longer fits.
        """
        given = {str(path): _plain(value) for path, value in changes.items()}
        applied = apply(type(self), self._content, given, frozenset())
        if applied.findings:
            raise ScenarioError(
                _problem(_joined(path, applied.content, finding), finding)
                for path, finding in applied.findings
            )
        content = after_change(self._content, applied.content)
        changed, found = check(type(self), content)
        if changed is None:
            raise ScenarioError(
                _problem(shown_path(content, finding.loc), finding) for finding in found
            )
        return changed

    def with_variant(self, name: str) -> "Scenario":
        """This scenario with the changes of one of its variants."""
        if name in self.variants:
            return self.with_(self.variants[name])
        names = list(self.variants)
        allowed = f"its variants are {joined(names, 'and')}" if names else "it has no variants"
        advice = did_you_mean(name, names) or "leave the variant out"
        given = f"there is no variant {plain(name)}"
        raise ScenarioError([_problem("variants", Finding((), given, allowed, advice))])

    def canonical_json(self) -> str:
        """The content that can alter a number, as JSON with sorted keys."""
        content = {key: value for key, value in self._content.items() if key not in _WORDS}
        content["evidence"] = [
            {key: value for key, value in entry.items() if key != "note"}
            for entry in self._content["evidence"]
        ]
        return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of canonical_json(), in hexadecimal."""
        return hashlib.sha256(self.canonical_json().encode()).hexdigest()

    def inputs(self) -> tuple[Input, ...]:
        """Every quantity of the scenario with its source, or the confession that it has none."""
        return inputs(type(self), self, self._content)

    def choices(self) -> tuple[Input, ...]:
        """Permissiveness, and what else has evidence without being one of the inputs."""
        return choices(type(self), self, self._content)

    def warnings(self) -> tuple[str, ...]:
        """What is allowed and yet odd, one sentence each."""
        return oddities(self)


# Sections that are words only: not part of the hash.
_WORDS = ("education", "title", "description", "sources")


def _problem(path: str, finding: Finding) -> Problem:
    return Problem(None, None, None, path, finding.given, finding.allowed, finding.advice)


def _plain(value: Any) -> Any:
    """A value as a file would hold it: numpy's numbers and tuples as Python's numbers and lists."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _joined(path: str | None, content: Any, finding: Finding) -> str:
    """The path of a finding below a changed path."""
    below = shown_path(content, finding.loc)
    if path is None or not below:
        return path or ""
    return path + below if below.startswith("[") else f"{path}.{below}"


def json_schema() -> dict[str, Any]:
    """The format as JSON Schema (draft 2020-12), for editors."""
    return schema_of(Scenario)
