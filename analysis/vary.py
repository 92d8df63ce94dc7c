"""PATH=VALUES, as given to --vary: what a sweep changes, read by the loader's own rules.

supervision.permissiveness=0:0.5:11        11 values from 0 to 0.5, both included
supervision.response.lognormal.median=5 s, 1 min, 3 min
supervision.response.lognormal.median=5 s:10 min:7:log       even steps of the logarithm
supervision.policy=value_weighted,entrustment
supervision.permissiveness=0:0.5           for Latin hypercube and Sobol designs: all between
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from analysis.axes import Between
from analysis.changes import read_value
from engine.errors import Problem, ScenarioError

# names of list items stand in brackets and may hold an equals sign
_VARY = re.compile(r"(?P<path>(?:[^=\[]|\[[^\]]*\])+)=(?P<values>.*)", re.DOTALL)
_WHOLE = re.compile(r"[0-9]{1,18}")
EXAMPLE = "write supervision.permissiveness=0:0.5:11, or values separated by commas"
MOST_TEXT = 100_000
"""Characters of one --vary; a list that long belongs into Python."""


def read_vary(texts: Iterable[str]) -> dict[str, Any]:
    """path: list of values in file form, or Between, of each PATH=VALUES.

    Raises ScenarioError with all that can't be read.
    """
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for text in texts:
        match = _VARY.fullmatch(text) if len(text) <= MOST_TEXT else None
        if match is None:
            given = f'"{text[:60]}" was given'
            problems.append(_problem("--vary", given, "PATH=VALUES is needed", EXAMPLE))
            continue
        path = match["path"].strip()
        if path in found:
            given, advice = "it is varied twice", "put all its values into one"
            problems.append(_problem(path, given, "each path is varied once", advice))
            continue
        found[path], wrong = _values(path, match["values"])
        problems += wrong
    if problems:
        raise ScenarioError(problems)
    return found


def _values(path: str, text: str) -> tuple[Any, list[Problem]]:
    """What one path takes, or why it can't be read."""
    ends = pieces(text, ":")
    if 2 <= len(ends) <= 4 and len(pieces(text, ",")) == 1:
        return _between(path, ends)
    values, problems = [], []
    for piece in pieces(text, ","):
        if not piece:
            problems.append(_problem(path, "an empty value was given", "values are separated by "
                                     "single commas", EXAMPLE))  # fmt: skip
            continue
        value, wrong = read_value(path, piece)
        values.append(value)
        problems += wrong
    return values, problems


def _between(path: str, parts: list[str]) -> tuple[Any, list[Problem]]:
    """LOW:HIGH, LOW:HIGH:COUNT, either with :log behind."""
    spacing = "even"
    if parts[-1] in ("log", "even"):
        *parts, spacing = parts
    count = None
    if len(parts) == 3 and _WHOLE.fullmatch(parts[2]):
        count = int(parts[2])
    elif len(parts) != 2:
        given = f"{':'.join(parts)} was given"
        return None, [_problem(path, given, "LOW:HIGH:COUNT is needed", EXAMPLE)]
    low, wrong_low = read_value(path, parts[0])
    high, wrong_high = read_value(path, parts[1])
    return Between(low, high, count, spacing), wrong_low + wrong_high


def pieces(text: str, separator: str) -> list[str]:
    """A text cut at a separator, but not inside brackets, braces or quotes."""
    found: list[list[str]] = [[]]
    for character, inside in _told_apart(text):
        if character == separator and not inside:
            found.append([])
        else:
            found[-1].append(character)
    return ["".join(piece).strip() for piece in found]


def _told_apart(text: str) -> Iterator[tuple[str, bool]]:
    """Each character, and whether it stands inside brackets, braces or quotes."""
    depth = 0
    quote = ""
    for character in text:
        if quote:
            yield character, True
            quote = "" if character == quote else quote
            continue
        yield character, depth > 0
        if character in "[{":
            depth += 1
        elif character in "]}":
            depth = max(0, depth - 1)
        elif character in "\"'":
            quote = character


def _problem(path: str, given: str, allowed: str, advice: str) -> Problem:
    return Problem(None, None, None, path, given, allowed, advice)
