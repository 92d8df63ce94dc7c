"""What crews have in common.

A task is the name of a block. A crew takes names and gives each back finished: the block is in
the store, or it says why not. Crews differ in nothing else, so no result can depend on them.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

Compute = Callable[[str], bytes]
"""The data of a block from its name alone; picklable, and the same on every machine."""

Notice = Callable[[str], None]
"""Where a crew says something that its user should know while waiting."""


class Finished(NamedTuple):
    """A task come back: `wrong` says in words why its block isn't in the store, else None."""

    name: str
    wrong: str | None


class Crew(Protocol):
    """Carries out tasks, some at a time."""

    def capacity(self) -> int:
        """How many tasks it should have at a time, handed over and not back; at least 1."""

    def submit(self, name: str) -> None:
        """Hand a task over."""

    def wait(self) -> Finished:
        """The next task to come back. Raises LeewayError where the whole sweep must stop."""

    def close(self) -> None:
        """End at once whatever is under way; processes that the crew started are gone then."""
