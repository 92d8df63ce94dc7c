"""What one path of a sweep takes: values one by one, evenly spaced ones, or all between two ends.

Values are in the form of a scenario file (`0.2`, `"90 s"`, `{"fixed": "5 min"}`, `"entrustment"`).
Ends are numbers, or durations with a unit. Even spacing is reckoned in fractions and rounded once,
so that 0:1:11 holds 0.3 itself and 5 s:10 min:7 the float64 that a file would hold.

Tables show numbers as float64, durations as float64 minutes (`never` as infinity), true and false
as they are, and everything else as the text that a scenario file would have.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from analysis.folder import refuse
from analysis.words import flow
from engine.errors import Finding
from engine.quantities import written
from engine.reading import UNITS, read_duration
from engine.scenario import Scenario

NUMBER, MINUTES, TRUTH, WORDS = "number", "minutes", "true or false", "words"
SPACINGS = ("even", "log")
MOST_SHOWN = 40


@dataclass(frozen=True)
class Between:
    """All values from `low` to `high`: numbers, or durations with a unit such as "5 s".

    spacing: `even`, or `log` for ends above 0 and even steps of the logarithm; it is never chosen
    for anybody. count: so many values, both ends included (a grid); None leaves the number of
    values to the design (Latin hypercube, Sobol).
    """

    low: float | str
    high: float | str
    count: int | None = None
    spacing: str = "even"


@dataclass(frozen=True)
class Span:
    """The ends of a Between, read: exact, in minutes where they are durations."""

    low: Fraction
    high: Fraction
    unit: str
    whole: bool
    log: bool

    def at(self, share: float) -> float | int:
        """The value a share in [0, 1) of the way up; whole numbers are equally likely."""
        low, high = float(self.low), float(self.high)
        if self.whole:
            return int(low) + min(int(share * (high - low + 1)), int(high - low))
        if self.log:
            return math.exp((1 - share) * math.log(low) + share * math.log(high))
        return min(high, low + share * (high - low))

    def step(self, place: int, count: int) -> float | int:
        """Value number `place` of `count` from end to end."""
        if place in (0, count - 1):
            end = self.low if place == 0 else self.high
        elif self.log:
            return self.at(place / (count - 1))
        else:
            end = self.low + (self.high - self.low) * Fraction(place, count - 1)
        whole = self.unit == NUMBER and end.denominator == 1
        return int(end) if whole else float(end)

    def written(self, value: float | int) -> Any:
        """A value of this span as a scenario file has it."""
        return written(value) if self.unit == MINUTES else value


@dataclass(frozen=True)
class Axis:
    """One path and what it takes.

    Either `listed` values in file form, or a `span`, with `count` evenly spaced values or, where
    that is None, whatever a design of shares asks for.
    """

    path: str
    listed: tuple[Any, ...] = ()
    span: Span | None = None
    count: int | None = None

    def __len__(self) -> int:
        """How many values a grid has here; 0 where that is open."""
        return len(self.listed) if self.span is None else self.count or 0

    def value(self, place: int) -> Any:
        """Value number `place` in file form."""
        if self.span is None:
            return self.listed[place]
        return self.span.written(self.span.step(place, len(self)))

    def share(self, share: float) -> Any:
        """The value in file form a share in [0, 1) of the way along; choices are equally likely."""
        if self.span is None:
            return self.listed[min(int(share * len(self.listed)), len(self.listed) - 1)]
        return self.span.written(self.span.at(share))

    @cached_property
    def kind(self) -> str:
        """What a table's column of this axis holds: number, minutes, true or false, words."""
        if self.span is not None:
            return self.span.unit
        kinds = {kind_of(value) for value in self.listed if value != "never"}
        if kinds == {MINUTES}:
            return MINUTES
        return kinds.pop() if len(kinds) == 1 and "never" not in self.listed else WORDS

    def column(self, values: Sequence[Any]) -> pd.Series:
        """Values in file form as a column of a table."""
        if self.kind == NUMBER:
            return pd.Series(values, dtype=np.float64)
        if self.kind == MINUTES:
            return pd.Series([minutes_of(value) for value in values], dtype=np.float64)
        if self.kind == TRUTH:
            return pd.Series(values, dtype=bool)
        return pd.Series([flow(value) for value in values], dtype="str")

    def as_record(self) -> dict[str, Any]:
        """The axis as JSON; `from_record` reads it back."""
        if self.span is None:
            return {"values": list(self.listed)}
        ends = [self.span.low, self.span.high]
        return {
            "unit": self.span.unit,
            "low": str(ends[0]),
            "high": str(ends[1]),
            "whole": self.span.whole,
            "log": self.span.log,
            "count": self.count,
        }


def from_record(path: str, record: Mapping[str, Any]) -> Axis:
    """An axis as `as_record` wrote it. Raises KeyError, TypeError or ValueError where it isn't."""
    if "values" in record:
        return Axis(path, tuple(record["values"]))
    span = Span(
        Fraction(record["low"]), Fraction(record["high"]), str(record["unit"]),
        bool(record["whole"]), bool(record["log"]),
    )  # fmt: skip
    return Axis(path, (), span, None if record["count"] is None else int(record["count"]))


def kind_of(value: Any) -> str:
    """What a value in file form is."""
    if isinstance(value, bool):
        return TRUTH
    if isinstance(value, int | float):
        return NUMBER
    return MINUTES if isinstance(value, str) and not _unread(value) else WORDS


def normal(value: Any) -> Any:
    """A value as JSON, equal for equal quantities: 1 and 1.0, 90 s and 1.5 min."""
    kind = kind_of(value)
    if kind == NUMBER:
        return float(value)
    return written(minutes_of(value)) if kind == MINUTES else value


def minutes_of(value: Any) -> float:
    """A duration as minutes, `never` as infinity."""
    if value == "never":
        return math.inf
    read = read_duration(value)
    assert isinstance(read, float)
    return read


def _unread(text: str) -> bool:
    return isinstance(read_duration(text), Finding)


# ---- reading -----------------------------------------------------------------------------------


def axis_of(scenario: Scenario, path: str, given: Any, *, grid: bool) -> Axis:
    """The axis of a path and what was given for it.

    given: a sequence of values in file form, a Between, or, for designs that aren't grids, a pair
    of ends. Raises ScenarioError, with the path, where it is none of these.
    """
    if isinstance(given, Between):
        return _between(scenario, path, given, grid=grid)
    values = _listed(path, given)
    if not grid and kind_of(values[0]) in (NUMBER, MINUTES):
        if len(values) != 2:
            refuse(
                path, f"{len(values)} values were given", "a low and a high end are needed here",
                "give two ends, or use a grid",
            )  # fmt: skip
        return _between(scenario, path, Between(*values), grid=grid)
    seen: set[str] = set()
    for value in values:
        shown = json.dumps(normal(value), sort_keys=True, default=str)
        if shown in seen:
            refuse(path, f"{flow(value)} was given twice", "each value is needed once",
                    "leave one out")  # fmt: skip
        seen.add(shown)
    return Axis(path, values)


def _listed(path: str, given: Any) -> tuple[Any, ...]:
    if isinstance(given, str | Mapping) or not isinstance(given, Sequence | np.ndarray | pd.Series):
        refuse(path, f"{flow(given)} was given", "a list of values is needed, or a Between",
                _as_python(given))  # fmt: skip
    values = tuple(_plain(value) for value in given)
    if not values:
        refuse(path, "no value was given", "at least one is needed", "give one")
    return values


def _as_python(given: Any) -> str:
    """What to write in Python for something that is no list; --vary always gives one."""
    parts = given.split(":") if isinstance(given, str) else []
    numbers = [_quoted(part.strip()) for part in parts]
    if len(parts) == 3 and parts[2].strip().isdecimal():
        return f"write Between({', '.join(numbers)}), from analysis.sweep"
    return f"write [{given!r}]"


def _quoted(end: str) -> str:
    """An end as Python has it: a number as it is, a duration in quotes."""
    try:
        float(end)
    except ValueError:
        return repr(end)
    return end


def _plain(value: Any) -> Any:
    """A value as a file would hold it: numpy's numbers and tuples as Python's numbers and lists."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _between(scenario: Scenario, path: str, given: Between, *, grid: bool) -> Axis:
    low, high = (_end(path, end) for end in (given.low, given.high))
    if low[1] != high[1]:
        refuse(path, f"{given.low} and {given.high} were given",
                "both ends are numbers, or both durations", "add the unit to both")  # fmt: skip
    if given.spacing not in SPACINGS:
        refuse(path, f"the spacing {given.spacing} was given", "it is even or log", "try even")
    if grid and given.count is None:
        refuse(path, f"{given.low} to {given.high} was given", "a grid needs a number of values",
                f"write {given.low}:{given.high}:11, in Python "
                f"Between({given.low!r}, {given.high!r}, 11)")  # fmt: skip
    if not grid and given.count is not None:
        refuse(path, f"{given.count} values were given", "this design chooses the values itself",
                f"write {given.low}:{given.high}, in Python "
                f"Between({given.low!r}, {given.high!r})")  # fmt: skip
    if given.count is not None and given.count < 2:
        refuse(path, f"{given.count} values were given", "from end to end there are at least two",
                "write 2 or more, or the one value alone")  # fmt: skip
    if not low[0] < high[0]:
        refuse(path, f"{given.low} and {given.high} were given",
                "the lower end comes first, and the two differ", "swap or change them")  # fmt: skip
    if given.spacing == "log" and not low[0] > 0:
        refuse(path, f"{given.low} was given", "log spacing needs ends above 0",
                "use even spacing, or a small end above 0")  # fmt: skip
    whole = isinstance(_value_now(scenario, path), int) and low[1] == NUMBER and not grid
    if whole and (low[0].denominator, high[0].denominator) != (1, 1):
        refuse(path, f"{given.low} and {given.high} were given", "whole numbers are needed",
                "round them")  # fmt: skip
    if whole and given.spacing == "log":
        refuse(path, "log spacing was given", "whole numbers are spaced evenly", "leave it out")
    return Axis(path, (), Span(low[0], high[0], low[1], whole, given.spacing == "log"), given.count)


def _value_now(scenario: Scenario, path: str) -> Any:
    """What stands at a path now; a truth value counts as no number. Raises ScenarioError."""
    value = scenario.get(path)
    return None if isinstance(value, bool) else value


def _end(path: str, end: Any) -> tuple[Fraction, str]:
    """An end, exact, and its unit."""
    plain = _plain(end)
    kind = kind_of(plain)
    if kind == NUMBER and math.isfinite(plain):
        return Fraction(repr(plain)), kind
    if kind != MINUTES:
        _refuse_end(path, plain)
    return _exact_minutes(plain), kind


def _refuse_end(path: str, plain: Any) -> NoReturn:
    read = read_duration(plain) if isinstance(plain, str) else None
    refuse(
        path, f"{flow(plain)[:MOST_SHOWN]} was given",
        "an end is a number, or a duration with a unit",
        read.advice if isinstance(read, Finding) else "write 0.5 or 5 s",
    )  # fmt: skip


def _exact_minutes(text: str) -> Fraction:
    """A duration that can be read, as an exact number of minutes.

    read_duration rounds to float64; its units are few, so the fraction is put together again here.
    """
    unit = next(name for name in sorted(UNITS, key=len, reverse=True) if text.endswith(name))
    return Fraction(text.removesuffix(unit).strip()) * UNITS[unit]
