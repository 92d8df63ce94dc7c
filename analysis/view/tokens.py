"""Tokens: the text of a setting in file form, without spaces, as an address of the page holds it.

A value has one token: `0.50` and `0.5` are the same number, `90 s` and `1.5min` the same time.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from analysis import words
from engine.errors import Finding
from engine.reading import LARGEST, UNITS, read_duration
from engine.words import joined, plain

Kind = Literal["number", "share", "duration", "count", "word"]
Value = float | int | str
"""Minutes where the kind is duration; a share is a number from 0 to 1."""

LONGEST = 70
"""Characters of a token: more than any value needs, and little enough to be read at once."""

_NUMBER = re.compile(r"([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(wk|d|h|min|s)")
_SEVERAL = re.compile(rf"{_PART.pattern}(?:\s*{_PART.pattern})+")
_WHOLE = re.compile(r"[0-9]{1,9}")
_WANTED = {
    "number": ("a number is needed", "write it as a decimal, such as 0.5"),
    "share": ("a share is needed", "write it as 60 %"),
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
        several = _in_several_units(given)
        minutes = read_duration(given) if several is None else several
        if isinstance(minutes, Finding):
            return Wrong(minutes.given, minutes.allowed, minutes.advice)
        return minutes
    number = _read_number(kind, given)
    if number is None:
        return Wrong(f'"{plain(text)}" was given', *_WANTED[kind])
    return number


def _in_several_units(text: str) -> float | None:
    """Minutes of `1 min 30 s`, as the page itself writes them: greatest unit first; else None.

    A scenario file has one unit, so a token has, too.
    """
    if _SEVERAL.fullmatch(text) is None:
        return None
    parts = [(Fraction(number), unit) for number, unit in _PART.findall(text)]
    sizes = [UNITS[unit] for _, unit in parts]
    if any(size <= smaller for size, smaller in pairwise(sizes)):
        return None
    minutes = sum((number * UNITS[unit] for number, unit in parts), Fraction(0))
    return float(minutes) if minutes <= LARGEST else None


def _read_number(kind: Kind, text: str) -> float | int | None:
    if kind == "count":
        return int(text) if _WHOLE.fullmatch(text) else None
    if kind == "share" and text.endswith("%"):
        bare = text[:-1].rstrip()
        return float(Fraction(bare) / 100) if _NUMBER.fullmatch(bare) else None
    if _NUMBER.fullmatch(text) is None:
        return None
    # no share is above 1, so what is must be a percentage; 1 is all, as in a file
    return float(Fraction(text) / 100) if kind == "share" and float(text) > 1 else float(text)


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


LARGEST_OF_PAGE = 2**53 - 1
"""The greatest whole number that JavaScript holds exactly."""


def seed_of_page(seed: int) -> int | str:
    """A seed as the page can hold it: as text where JavaScript would round the number."""
    return seed if seed <= LARGEST_OF_PAGE else str(seed)
