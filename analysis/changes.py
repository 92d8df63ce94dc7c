"""PATH=VALUE, as given to --set: one change of a scenario, read by the loader's own rules."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from engine import loader
from engine.errors import Problem, ScenarioError
from engine.nodes import UnreadableError, compose
from engine.scenario import Scenario

# names of list items stand in brackets and may hold an equals sign
_CHANGE = re.compile(r"(?P<path>(?:[^=\[]|\[[^\]]*\])+)=(?P<value>.*)", re.DOTALL)
_KEY = "value"


def changed(path: Path, variant: str | None, changes: Sequence[str] | None) -> Scenario:
    """The scenario of a file, with a variant first and then the changes of --set."""
    scenario = loader.load(path)
    if variant is not None:
        scenario = scenario.with_variant(variant)
    values = read_changes(changes or ())
    return scenario.with_(values) if values else scenario


def read_changes(texts: Iterable[str], *, option: str = "--set") -> dict[str, Any]:
    """path: value of each PATH=VALUE. Raises ScenarioError with all that can't be read.

    option: the one they were given to, as it is named where one of them is no PATH=VALUE.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for text in texts:
        match = _CHANGE.fullmatch(text)
        if match is None:
            allowed, advice = "PATH=VALUE is needed", "write supervision.permissiveness=0.1"
            problems.append(_problem(option, f'"{text}" was given', allowed, advice))
            continue
        path = match["path"].strip()
        if path in values:
            advice = "keep one of the two"
            problems.append(_problem(path, "it is set twice", "each path is set once", advice))
            continue
        value, wrong = read_value(path, match["value"])
        values[path] = value
        problems += wrong
    if problems:
        raise ScenarioError(problems)
    return values


def read_value(path: str, text: str) -> tuple[Any, list[Problem]]:
    """A value as a scenario file would hold it: a word, a number, `5 min`, `{fixed: 5 min}`."""
    try:
        composed = compose(f"{_KEY}: {text}")
    except UnreadableError as error:
        return None, [_problem(path, *error.finding[1:4])]
    data: dict[str, Any] = composed.data
    if list(data) != [_KEY]:
        return None, [_problem(path, "more than one value was given", "one value is needed", "")]
    return data[_KEY], [_problem(path, *finding[1:4]) for finding, _ in composed.findings]


def _problem(path: str, given: str, allowed: str, advice: str) -> Problem:
    return Problem(None, None, None, path, given, allowed, advice)
