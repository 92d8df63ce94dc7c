"""What can go wrong, as a tree.

    LeewayError             everything leeway raises on purpose
    |-- ScenarioError       bad input: a file, a path, a value     (exit code 2)
    `-- OutputError         a result can't be written or read back (exit code 3)

A ScenarioError carries every problem found, not the first one. A problem says where, what was
given, what is allowed and what to try. Checks that don't know about files speak of a Finding;
the loader, which knows the lines, turns findings into problems.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

Key = str | int
Loc = tuple[Key, ...]


class Finding(NamedTuple):
    """Something wrong at a place in a scenario: keys and list positions from the top.

    `on_key` says that it is the key that is wrong and not its value.
    """

    loc: Loc
    given: str
    allowed: str
    advice: str
    on_key: bool = False

    def below(self, loc: Loc) -> "Finding":
        """The same finding, seen from further up: `loc` is put in front of its place."""
        return self._replace(loc=loc + self.loc)


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the input. Line and column count from 1; None where there is no file."""

    file: str | None
    line: int | None
    column: int | None
    path: str
    given: str
    allowed: str
    advice: str

    def __str__(self) -> str:
        numbers = [str(number) for number in (self.line, self.column) if number is not None]
        place = ":".join([self.file or "", *numbers]).strip(":")
        where = [part for part in (place, self.path) if part]
        what = [part for part in (self.given, self.allowed, self.advice) if part]
        return ": ".join([*where, "; ".join(what)])


class LeewayError(Exception):
    """Everything leeway raises on purpose."""


class ScenarioError(LeewayError):
    """Bad input. `problems` holds all that was found, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class OutputError(LeewayError):
    """A result can't be written, or what was written can't be read back."""
