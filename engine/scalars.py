"""YAML scalars -> null, booleans, numbers and text, by the core schema of YAML 1.2 (10.3.2).

`1e-3` is a number; `NO`, `12:30` and `1_000` are text. What could be read as two different numbers
(017, 0o17, 0x1F), what no float64 can hold and what is no number (.inf, .nan) is refused.
"""

import math
import re

from engine.errors import Finding
from engine.words import plain

# Every integer up to here is a float64; beyond, a number would be changed in silence.
_EXACT = 2**53
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OTHER_BASE = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+|[-+]?0[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_ZERO = re.compile(r"[-+]?[0.]+([eE].*)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
# Line and paragraph separators, byte order marks and what is no character at all.
_UNSEEN = "\u2028\u2029\ufeff\ufffe\uffff"
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}

Scalar = str | int | float | bool | None


def plain_scalar(value: str) -> Scalar | Finding:
    """What a scalar without quotes means, or why it is refused."""
    if value in _WORDS:
        return _WORDS[value]
    if _OTHER_BASE.fullmatch(value) is not None:
        allowed = "numbers are decimal and don't begin with 0"
        return _finding(value, allowed, f"write {_decimal(value)}, or quote it if it is text")
    if _FLOAT.fullmatch(value) is not None:
        return _number(value)
    if _NOT_FINITE.fullmatch(value) is not None:
        advice = "write never for a time without end, or quote it if it is text"
        return _finding(value, "a finite number is needed", advice)
    return text_scalar(value)


def text_scalar(value: str) -> str | Finding:
    """Text without control characters. The two halves of a JSON escape are put together."""
    text = _paired(value) if any(map(_is_surrogate, value)) else value
    bad = next((one for one in text if _is_control(one) or _is_surrogate(one)), None)
    if bad is None:
        return text
    given = f"the character U+{ord(bad):04X} was given"
    return Finding((), given, "text holds no control characters", "delete it")


def _finding(value: str, allowed: str, advice: str) -> Finding:
    return Finding((), f"{plain(value)} was given", allowed, advice)


def _decimal(value: str) -> str:
    """What somebody who wrote another base may have meant."""
    if len(value) > 12:
        return "the decimal number"
    return str(int(value, 0)) if value[1] in "ox" else str(int(value))


def _number(value: str) -> int | float | Finding:
    number = float(value)
    if math.isinf(number) or (number == 0 and _ZERO.fullmatch(value) is None):
        advice = "write a number between 1e-300 and 1e300"
        return _finding(value, "this is outside what a float64 can hold", advice)
    if _INTEGER.fullmatch(value) is None:
        return number
    if len(value) > len(str(_EXACT)) + 1 or abs(int(value)) > _EXACT:
        advice = "write a smaller number, or quote it if it is text"
        return _finding(value, "a whole number can be at most 2**53", advice)
    return int(value)


def _is_control(character: str) -> bool:
    code = ord(character)
    return (code < 32 and character not in "\n\t") or 127 <= code < 160 or character in _UNSEEN


def _is_surrogate(character: str) -> bool:
    return "\ud800" <= character <= "\udfff"


def _paired(text: str) -> str:
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        return text  # a lone half, which the caller refuses
