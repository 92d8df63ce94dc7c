"""Refusals in words for a reader of the page, who knows its labels and not the keys of a file."""

import re
from dataclasses import dataclass
from typing import Any

from engine.errors import Problem, ScenarioError

LONG = 80
"""Characters of what is allowed (a list of keys, mostly) beyond which it is told last."""


@dataclass(frozen=True)
class Refused(Problem):
    """Something wrong with a setting; label: what the page calls it, where it has a name there."""

    label: str = ""

    def __str__(self) -> str:
        return said(self.label or self.path, self.given, self.allowed, self.advice)


def said(what: str, *parts: str) -> str:
    """`Rescue latency: "45" was given; ...`."""
    text = "; ".join(part for part in parts if part)
    return f"{what}: {text}" if what else text


def text(error: ScenarioError) -> str:
    """All problems of an error, a line each."""
    return "\n".join(sentence(each) for each in error.problems)


def sentence(problem: Problem) -> str:
    """A problem as a reader of the page is told it, with its place where it is of a file."""
    if isinstance(problem, Refused):
        return str(problem)
    given, allowed, advice = plainly(problem)
    parts = (given, allowed, advice)
    if len(allowed) > LONG:
        parts = (given, advice, "" if advice.startswith("did you mean") else allowed)
    return said(", ".join(part for part in (place(problem), problem.path) if part), *parts)


def place(problem: Problem) -> str:
    """`line 74, column 3`; empty where there is no file."""
    return "" if problem.line is None else f"line {problem.line}, column {problem.column}"


def plainly(problem: Problem) -> tuple[str, str, str]:
    """What was given, what is allowed and what to try, without the words of programmers."""
    given, allowed, advice = problem.given, problem.allowed, problem.advice
    if given.startswith("this is not YAML"):
        return "this can't be read as YAML, the form of a scenario file", "", advice
    if allowed.startswith("a mapping is needed"):
        return given, "keys with values of their own are needed here", advice
    if allowed == "a scenario is a mapping of keys to values":
        allowed = "a scenario consists of lines such as title: First intubations"
    given, allowed = (re.sub(r"\bmapping\b", "section", each) for each in (given, allowed))
    return given, allowed, advice


def as_object(problem: Problem) -> dict[str, Any]:
    """A problem as plain data: its parts, and the sentence of them (message)."""
    found = {
        "path": problem.path,
        "given": problem.given,
        "allowed": problem.allowed,
        "advice": problem.advice,
        "message": sentence(problem),
    }
    where = place(problem)
    return found | ({"place": where} if where else {})
