"""A query string, read strictly: each key once, UTF-8, nothing unprintable.

What the keys and values mean is for analysis.view.settings to say; here it is only decided what is
a query.
"""

import re

from engine.errors import LeewayError
from engine.words import plain

LONGEST = 4096
"""Bytes of a query string; the longest state of a page needs a quarter of it."""
MOST_PAIRS = 40

_ESCAPED = re.compile(rb"%([0-9A-Fa-f]{2})")
_STRAY = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class QueryError(LeewayError):
    """A query that can't be read, in a sentence."""


def pairs(query: bytes) -> dict[str, str]:
    """Key: value of a query string. Raises QueryError."""
    if len(query) > LONGEST:
        raise QueryError(f"the query has {len(query):,} bytes; at most {LONGEST:,} are read")
    found: dict[str, str] = {}
    for part in query.split(b"&") if query else []:
        name, equals, value = part.partition(b"=")
        if not equals:
            raise QueryError(f'"{_shown(part)}" was given in the query; key=value is needed')
        key = _decoded(name)
        if key in found:
            raise QueryError(f'"{plain(key)}" is given twice; keep one of the two')
        found[key] = _decoded(value)
        if len(found) > MOST_PAIRS:
            raise QueryError(f"the query has more than {MOST_PAIRS} keys")
    return found


def _decoded(text: bytes) -> str:
    if _STRAY.search(text):
        raise QueryError(f'"{_shown(text)}" has a % without two hexadecimal digits after it')
    raw = _ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), text.replace(b"+", b" "))
    try:
        found = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise QueryError(f'"{_shown(text)}" isn\'t UTF-8') from None
    if not found.isprintable():
        raise QueryError(f'"{_shown(text)}" holds a character that can\'t be printed')
    return found


def _shown(text: bytes) -> str:
    return plain(text.decode("ascii", "backslashreplace"))
