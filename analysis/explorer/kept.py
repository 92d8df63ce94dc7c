"""Answers kept, up to a number of bytes: the one used longest ago goes first."""

import gzip
import re
from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple

MOST_BYTES = 64 * 2**20
LEAST_TO_COMPRESS = 1024


class Body(NamedTuple):
    """A response body as it is, and as a browser takes it over a slow network."""

    plain: bytes
    compressed: bytes | None

    @property
    def size(self) -> int:
        """Bytes kept."""
        return len(self.plain) + len(self.compressed or b"")


def takes_gzip(accepted: list[str]) -> bool:
    """Whether Accept-Encoding headers allow gzip: by name, or by *; a weight of 0 forbids it."""
    weights = {}
    for part in ",".join(accepted).lower().split(","):
        name, _, rest = part.partition(";")
        key, _, weight = rest.replace(" ", "").replace("\t", "").partition("=")
        zero = key == "q" and re.fullmatch(r"0(\.0{0,3})?", weight) is not None
        weights[name.strip()] = not zero
    return weights.get("gzip", weights.get("*", False))


def packed(plain: bytes) -> Body:
    """A body; small ones aren't compressed."""
    small = len(plain) < LEAST_TO_COMPRESS
    return Body(plain, None if small else gzip.compress(plain, 5, mtime=0))


class Kept:
    """Bodies by key. One too large for all the room isn't kept."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._bodies: OrderedDict[Hashable, Body] = OrderedDict()

    def __len__(self) -> int:
        return len(self._bodies)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._bodies

    def get(self, key: Hashable) -> Body | None:
        """The body, which counts as used now; None where it isn't kept."""
        found = self._bodies.get(key)
        if found is not None:
            self._bodies.move_to_end(key)
        return found

    def put(self, key: Hashable, found: Body) -> None:
        """Keep a body, and let go of others until all fit."""
        old = self._bodies.pop(key, None)
        if old is not None:
            self.bytes -= old.size
        if found.size > self.most_bytes:
            return
        self._bodies[key] = found
        self.bytes += found.size
        while self.bytes > self.most_bytes:
            _, gone = self._bodies.popitem(last=False)
            self.bytes -= gone.size
