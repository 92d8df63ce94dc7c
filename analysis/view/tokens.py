"""Tokens: the text of a setting in file form, without spaces, as an address of the page holds it.

A value has one token: `0.50` and `0.5` are the same number, `90 s` and `1.5min` the same time.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from analysis import words
from engine.errors import Finding
from engine.reading import UNITS, read_duration
from engine.words import joined, plain

Kind = Literal["number", "share", "duration", "count", "word"]
Value = float | int | str
"""Minutes where the kind is duration; a share is a number from 0 to 1."""

LONGEST = 70
"""Characters of a token: more than any value needs, and little enough to be read at once."""

_NUMBER = re.compile(r"([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")
_WHOLE = re.compile(r"[0-9]{1,9}")
_WANTED = {
    "number": ("a number is needed", "write it as a decimal, such as 0.5"),
    "share": ("a share is needed", "write it as 60 % or 0.6"),
    "count": ("a whole number is needed", "write it with digits alone, such as 4"),
}


@dataclass(frozen=True)
class Wrong:
    """Why a token can't be read: the parts of a sentence."""

    given: str
    allowed: str
    advice: str


def read(kind: Kind, text: str) -> Value | Wrong:
    """The value of a token, or of what somebody typed (`60 %`, `90 s`)."""
    if len(text) > LONGEST:
        return Wrong(
            f"{len(text)} characters were given", f"at most {LONGEST} are read", "write less"
        )
    if kind == "word":
        return text
    given = text.strip()
    if kind == "duration":
        minutes = read_duration(given)
        if isinstance(minutes, Finding):
            return Wrong(minutes.given, minutes.allowed, minutes.advice)
        return minutes
    number = _read_number(kind, given)
    if number is None:
        return Wrong(f'"{plain(text)}" was given', *_WANTED[kind])
    return number


def _read_number(kind: Kind, text: str) -> float | int | None:
    if kind == "count":
        return int(text) if _WHOLE.fullmatch(text) else None
    if kind == "share" and text.endswith("%"):
        bare = text[:-1].rstrip()
        return float(Fraction(bare) / 100) if _NUMBER.fullmatch(bare) else None
    return float(text) if _NUMBER.fullmatch(text) else None


def write(kind: Kind, value: Value) -> str:
    """The one token of a value; reading it gives the same value back, to the last bit."""
    if isinstance(value, str):
        return value
    return _duration(value) if kind == "duration" else _plain(value)


@lru_cache(maxsize=4096)
def _duration(minutes: float) -> str:
    """The plainest text that says exactly so many minutes: `30s`, `2min`, `90s`, `0.5s`."""
    if minutes == 0:
        return "0s"
    exact = [(not number.is_integer(), number, text) for number, text in _in_units(minutes)]
    wholes = [(number, text) for broken, number, text in exact if not broken]
    if wholes:
        return min(wholes)[1]
    texts = [text for _, _, text in exact]
    return min(texts, key=len, default=f"{minutes!r}min")


def _in_units(minutes: float) -> list[tuple[float, str]]:
    """The same time in each unit that can say it exactly in a few digits: number and text."""
    found = []
    for unit, size in UNITS.items():
        number = float(f"{float(Fraction(minutes) / size):.12g}")
        text = f"{_plain(number)}{unit}"
        if read_duration(text) == minutes:
            found.append((number, text))
    return found


def _plain(number: float) -> str:
    """A number with every digit needed to read it back; an exponent only for the very small."""
    text = format(Decimal(repr(number)), "f")
    if len(text) > LONGEST // 2:
        return repr(number)
    return text.rstrip("0").rstrip(".") if "." in text else text


def file_form(kind: Kind, value: Value) -> object:
    """A value as a scenario file holds it: text with its unit where it is a duration."""
    return write(kind, value) if kind == "duration" else value


def label(kind: Kind, value: Value) -> str:
    """A value as it is read aloud: `0.3`, `25 %`, `2 min 30 s`."""
    if isinstance(value, str):
        return value
    if kind == "duration":
        return words.duration(value)
    return words.percent(value) if kind == "share" else words.number(value)


def one_of(tokens: tuple[str, ...]) -> str:
    """`a, b or c`."""
    return joined(tokens, "or")
