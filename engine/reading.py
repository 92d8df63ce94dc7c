"""Reading quantities: numbers, durations and distributions as a scenario file writes them.

A duration is text with a unit (`90 s`). It is read as an exact fraction and rounded once, so
`90 s` and `1.5 min` are the same float64. A distribution is one key, its family, with one of the
family's parameter sets; a bare quantity is `fixed`. Whatever can't be read comes back as Findings.
"""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from engine.errors import Finding, Loc
from engine.quantities import PLAIN_PARAMETERS, Distribution
from engine.words import close, joined, shown

UNITS = {
    "s": Fraction(1, 60),
    "min": Fraction(1),
    "h": Fraction(60),
    "d": Fraction(1440),
    "wk": Fraction(10080),
}
# The longest duration and the largest number a file may hold: far above anything meant, and far
# below where sums and products of them stop being finite float64.
LARGEST = 1e12
# Below this shape the far tail of a log-logistic time is no longer a finite float64.
LEAST_SHAPE = 0.1
# Fragility divides times: its least draw must stay above 0 in every family.
LEAST_DIVISOR = 1e-12
MOST_VALUES = 10_000

DURATION_PATTERN = r"([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,2})? ?(s|min|h|d|wk)"
_DURATION = re.compile(DURATION_PATTERN)
_LONGEST_TEXT = 60
_LOOSE = re.compile(r"([-+]?)([0-9.,_]*[0-9][0-9.,_]*(?:[eE][-+]?[0-9]+)?)\s*([^\W\d_]*)\.?")
_COMPOUND = re.compile(r"([0-9.]+ ?[a-z]+,? ?(and )?){2,4}")
_CLOCK = re.compile(r"[0-9]+:[0-9]{2}(:[0-9]{2})?")
_SAID_OTHERWISE = {
    "s": "sec secs second seconds",
    "min": "m mins minute minutes",
    "h": "hr hrs hour hours",
    "d": "day days",
    "wk": "w wks week weeks",
}
_UNIT_WORDS = {word: unit for unit, words in _SAID_OTHERWISE.items() for word in words.split()}
_DAYS = {
    word: days
    for words, days in (
        ("month months mo mos", Fraction(1461, 48)),
        ("year years yr yrs y a", Fraction(1461, 4)),
    )
    for word in words.split()
}
A_DURATION = "a duration is a number with a unit (s, min, h, d or wk)"


class Family(NamedTuple):
    """How a family is written: its parameter sets (none where it takes a value or a list)."""

    sets: tuple[tuple[str, ...], ...]
    example: str


FAMILIES: Mapping[str, Family] = {
    "fixed": Family((), "{fixed: 5 min}"),
    "uniform": Family((), "{uniform: [2 min, 8 min]}"),
    "triangular": Family(
        (("low", "mode", "high"),), "{triangular: {low: 2 min, mode: 3 min, high: 8 min}}"
    ),
    "exponential": Family((("mean",),), "{exponential: {mean: 5 min}}"),
    "lognormal": Family(
        (("median", "cv"), ("mean", "sd"), ("p5", "p95")), "{lognormal: {median: 5 min, cv: 0.5}}"
    ),
    "weibull": Family(
        (("shape", "scale"), ("shape", "median")), "{weibull: {shape: 2, median: 5 min}}"
    ),
    "loglogistic": Family((("median", "shape"),), "{loglogistic: {median: 5 min, shape: 3}}"),
    "empirical": Family((), "{empirical: [2 min, 3 min, 8 min]}"),
}


# ---------------------------------------------------------------------------------- durations
def read_duration(raw: object) -> float | Finding:
    """Minutes from text such as `90 s`. Exact: the fraction is rounded once, to float64."""
    if not isinstance(raw, str):
        return Finding((), f"{shown(raw)} was given", A_DURATION, _unit_advice(raw))
    if len(raw) <= _LONGEST_TEXT and (match := _DURATION.fullmatch(raw)) is not None:
        unit = match.group(4)
        minutes = Fraction(raw[: match.start(4)].strip()) * UNITS[unit]
        if minutes <= LARGEST:
            return float(minutes)
        most = "it can be at most 1e12 min"
        return Finding((), f"{shown(raw)} was given", most, "write never for a clock without end")
    return Finding((), f"{shown(raw)} was given", A_DURATION, _duration_advice(raw))


def _unit_advice(raw: object) -> str:
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return f"add the unit, such as {shown(raw)} min" if raw >= 0 else "write 0 min or more"
    return "write it as 90 s, 6 min or 4 h"


def _duration_advice(text: str) -> str:
    """What to try instead of a text that is no duration."""
    example = "write it as 90 s, 6 min or 4 h"
    if len(text) > _LONGEST_TEXT:
        return example
    if _CLOCK.fullmatch(text) is not None:
        return "a clock reading is not a duration: write 12:30 as 12.5 min or 12.5 h"
    if _COMPOUND.fullmatch(text) is not None:
        return "write it in one unit: 1 h 30 min is 90 min"
    match = _LOOSE.fullmatch(text.strip())
    if match is None:
        return example
    sign, number, word = match.groups()
    if sign == "-":
        return "a duration can't be negative: write 0 min or more"
    if "," in number or "_" in number:
        return "write the number with a decimal point and without commas or underscores"
    if not word:
        return f"add the unit, such as {number} min"
    unit = word if word in UNITS else _UNIT_WORDS.get(word.lower()) or close(word, list(UNITS))
    if unit == word:
        return example
    if unit is None:
        meant = _in_known_units(number, word)
        advice = example if meant is None else f"did you mean {meant}?"
        return f'the unit "{word}" is not known; {advice}'
    return f"did you mean {number} {unit}?"


def _in_known_units(number: str, word: str) -> str | None:
    """About so many months or years in whole weeks, or days where they are few; None otherwise."""
    days = _DAYS.get(word.lower())
    match = _DURATION.fullmatch(f"{number} d")
    if days is None or match is None:
        return None
    count = Fraction(number) * days
    whole, unit = (round(count / 7), "wk") if count >= 28 else (round(count), "d")
    return f"{whole} {unit}" if 0 < whole <= LARGEST / 10080 else None


# ------------------------------------------------------------------------------------ numbers
def read_number(raw: object) -> float | Finding:
    """A float64 from a plain number; never from text, true or false."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return Finding(
            (), f"{shown(raw)} was given", "a plain number is needed", number_advice(raw)
        )
    if not abs(raw) <= LARGEST:  # nan compares false, so it is refused here as well
        return Finding((), f"{shown(raw)} was given", "it can be at most 1e12", "write less")
    return float(raw) + 0.0  # not -0.0


def number_advice(raw: object, example: str = "write it as a decimal, such as 0.5") -> str:
    """What to try instead of something that is no number."""
    if not isinstance(raw, str) or len(raw) > _LONGEST_TEXT:
        return example
    text = raw.strip()
    if re.fullmatch(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?", text) is not None:
        return "take the quotes away"
    if re.fullmatch(r"[0-9]+([.,][0-9]+)? ?%", text) is not None:
        percent = Fraction(text.rstrip(" %").replace(",", "."))
        return f"write it as a decimal: {float(percent / 100)!r}"
    if re.fullmatch(r"[-+]?[0-9]+,[0-9]+", text) is not None:
        return f"write it with a decimal point: {text.replace(',', '.')}"
    if re.fullmatch(r"[-+]?[0-9][0-9_]*(\.[0-9_]*)?", text) is not None:
        return f"write it without underscores: {text.replace('_', '')}"
    if re.fullmatch(r"[0-9]+/[1-9][0-9]*", text) is not None:
        return f"write the fraction as a decimal: {float(Fraction(text)):.6g}"
    if _DURATION.fullmatch(text) is not None:
        return "this number has no unit: take the unit away"
    return example


# ------------------------------------------------------------------------------ distributions
class Wanted(NamedTuple):
    """What a field takes: durations or plain numbers, `never` or not, 0 or only more than 0."""

    duration: bool
    never: bool = False
    positive: bool = False

    @property
    def bare(self) -> str:
        """The kind of quantity, in words."""
        return "a duration such as 6 min" if self.duration else "a plain number"

    @property
    def allowed(self) -> str:
        """What may be written, in words."""
        never = ", or never" if self.never else ""
        return f"it must be {self.bare}, or a distribution ({joined(FAMILIES, 'or')}){never}"


class _Reader:
    """Reads one distribution and keeps everything that is wrong with it."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.findings: list[Finding] = []

    def wrong(self, loc: Loc, given: str, allowed: str, advice: str) -> None:
        self.findings.append(Finding(loc, given, allowed, advice))

    def example(self, family: str) -> str:
        text = FAMILIES[family].example
        return text if self.wanted.duration else text.replace(" min", "")

    def quantity(self, raw: object, loc: Loc, *, plain: bool = False) -> float | None:
        """A duration in minutes or a plain number, at least 0 (above 0 where that is wanted)."""
        read = read_number if plain or not self.wanted.duration else read_duration
        value = read(raw)
        if isinstance(value, Finding):
            self.findings.append(value.below(loc))
            return None
        if value < 0:
            self.wrong(
                loc, f"{shown(raw)} was given", "it must be 0 or more", "take the minus away"
            )
            return None
        return value

    def above_zero(self, value: float | None, raw: object, loc: Loc) -> float | None:
        least = LEAST_DIVISOR if self.wanted.positive else 0.0
        if value is None or (value > 0 and value >= least):
            return value
        allowed = "it must be more than 0" if value <= 0 else f"it must be at least {least:g}"
        self.wrong(loc, f"{shown(raw)} was given", allowed, "write more than 0")
        return None

    def item(self, raw: object, loc: Loc) -> float | None:
        """A quantity that is more than 0 where the field wants no 0."""
        value = self.quantity(raw, loc)
        return self.above_zero(value, raw, loc) if self.wanted.positive else value

    def listed(self, family: str, raw: object, least: int, most: int) -> list[float] | None:
        if not isinstance(raw, list) or not least <= len(raw) <= most:
            count = "two values" if most == 2 else f"{least} to {most:,} values"
            given = f"{shown(raw)} was given"
            self.wrong((family,), given, f"a list of {count} is needed", self.write(family))
            return None
        read = [self.item(each, (family, place)) for place, each in enumerate(raw)]
        values = [each for each in read if each is not None]
        return values if len(values) == len(raw) else None

    def write(self, family: str) -> str:
        return f"write it as {self.example(family)}"

    def parameters(self, family: str, raw: object) -> dict[str, float] | None:
        """The numbers of one parameter set of a family that takes a mapping."""
        sets = FAMILIES[family].sets
        allowed = "its parameters are " + joined((" and ".join(one) for one in sets), "or")
        if not isinstance(raw, dict):
            self.wrong((family,), f"{shown(raw)} was given", allowed, self.write(family))
            return None
        if set(raw) not in [set(one) for one in sets]:
            self._wrong_set(family, raw, allowed)
            return None
        read = {name: self._parameter(family, name, value) for name, value in raw.items()}
        chosen = next(one for one in sets if set(raw) == set(one))
        values = {name: value for name in chosen if (value := read[name]) is not None}
        return values if len(values) == len(chosen) else None

    def _wrong_set(self, family: str, raw: Mapping[str, object], allowed: str) -> None:
        names = sorted({name for one in FAMILIES[family].sets for name in one})
        unknown = [name for name in raw if name not in names]
        for name in unknown:
            guess = close(name, names)
            advice = self.write(family) if guess is None else f"did you mean {guess}?"
            self.wrong((family, name), "this parameter is not known here", allowed, advice)
        if not unknown:
            given = f"{joined(raw, 'and')} given" if raw else "no parameter was given"
            self.wrong((family,), given, allowed, self.write(family))

    def _parameter(self, family: str, name: str, raw: object) -> float | None:
        loc = (family, name)
        value = self.quantity(raw, loc, plain=name in PLAIN_PARAMETERS)
        if name == "shape" and value is not None and value < LEAST_SHAPE:
            allowed = f"a shape must be at least {LEAST_SHAPE}"
            self.wrong(loc, f"{shown(raw)} was given", allowed, "write 1 for a constant risk")
            return None
        may_be_zero = name in ("cv", "sd") or family in ("exponential", "triangular")
        if not may_be_zero or (self.wanted.positive and name in ("mean", "low")):
            return self.above_zero(value, raw, loc)
        return value

    # Each family gives its numbers in the order they are written in, or None.
    def fixed(self, raw: object) -> Distribution | None:
        value = self.item(raw, ("fixed",))
        return None if value is None else self._made("fixed", {"value": value})

    def uniform(self, raw: object) -> Distribution | None:
        values = self.listed("uniform", raw, 2, 2)
        if values is None or not self._rising("uniform", ("low", "high"), values, raw):
            return None
        return self._made("uniform", {"low": values[0], "high": values[1]})

    def empirical(self, raw: object) -> Distribution | None:
        values = self.listed("empirical", raw, 1, MOST_VALUES)
        return None if values is None else self._made("empirical", {"values": tuple(values)})

    def by_parameters(self, family: str, raw: object) -> Distribution | None:
        values = self.parameters(family, raw)
        if values is None:
            return None
        rising = {"triangular": ("low", "mode", "high"), "lognormal": ("p5", "p95")}
        names = [name for name in rising.get(family, ()) if name in values]
        if not self._rising(family, names, [values[name] for name in names], raw):
            return None
        return self._made(family, dict(values)) if self._holds(family, values) else None

    def _rising(self, family: str, names: Sequence[str], values: Sequence[float], raw: Any) -> bool:
        if list(values) == sorted(values):
            return True
        written = [raw[name] for name in names] if isinstance(raw, dict) else raw
        pairs = zip(names, written, strict=True)
        given = joined((f"{name} {text}" for name, text in pairs), "and")
        order = f"{' <= '.join(names)} is needed"
        self.wrong((family,), f"{given} were given", order, "put the smaller value first")
        return False

    def _holds(self, family: str, values: Mapping[str, float]) -> bool:
        """Whether the spread stays within what a float64 can hold."""
        wide = values.get("cv", 0.0)
        if "sd" in values:
            wide = values["sd"] / values["mean"]
        if "p95" in values:
            wide = values["p95"] / values["p5"]
        if wide <= LARGEST:
            return True
        self.wrong(
            (family,),
            "the spread given is too wide",
            "sd/mean, cv and p95/p5 can be at most 1e12",
            "narrow it",
        )
        return False

    def _made(
        self, family: str, parameters: Mapping[str, float | tuple[float, ...]]
    ) -> Distribution:
        return Distribution(family, parameters, self.wanted.duration)


def read_distribution(raw: object, wanted: Wanted) -> Distribution | list[Finding]:
    """A distribution from a bare quantity, `never`, or a mapping from one family to parameters."""
    reader = _Reader(wanted)
    made = _read(reader, raw)
    if made is None or reader.findings:
        return reader.findings
    return made


def _read(reader: _Reader, raw: object) -> Distribution | None:
    wanted = reader.wanted
    if raw == "never":
        if wanted.never:
            return Distribution("never", {}, wanted.duration)
        reader.wrong((), "never was given", wanted.allowed, "write how long it takes")
        return None
    if not isinstance(raw, dict):
        return _bare(reader, raw)
    if len(raw) != 1 or next(iter(raw)) not in FAMILIES:
        _no_family(reader, raw)
        return None
    family, value = next(iter(raw.items()))
    by_list = {"fixed": reader.fixed, "uniform": reader.uniform, "empirical": reader.empirical}
    if family in by_list:
        return by_list[family](value)
    return reader.by_parameters(family, value)


def _bare(reader: _Reader, raw: object) -> Distribution | None:
    """A quantity alone: the same as `fixed`. What is wrong with it is wrong with the key itself."""
    made = reader.fixed(raw)
    reader.findings = [finding._replace(loc=()) for finding in reader.findings]
    if isinstance(raw, list) or raw is None:
        reader.findings = []
        reader.wrong((), f"{shown(raw)} was given", reader.wanted.allowed, reader.write("fixed"))
    return made


def _no_family(reader: _Reader, raw: Mapping[str, object]) -> None:
    families = f"exactly one family is needed ({joined(FAMILIES, 'or')})"
    unknown = [name for name in raw if name not in FAMILIES]
    parameters = {name for family in FAMILIES.values() for one in family.sets for name in one}
    for name in unknown:
        guess = close(name, list(FAMILIES))
        advice = reader.write("lognormal") if guess is None else f"did you mean {guess}?"
        if name in parameters:
            advice = f"put the parameters below a family, such as {reader.example('lognormal')}"
        reader.wrong((name,), "this family is not known", families, advice)
    if not unknown:
        given = f"{joined(raw, 'and')} were given" if raw else "an empty mapping was given"
        reader.wrong((), given, families, reader.write("lognormal"))
