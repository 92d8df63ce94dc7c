"""How the numbers of the page can be had again: by which command, or what has to be done first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analysis.view.settings import Meant, line
from engine.scenario import Scenario

SAVE_FIRST = (
    "Save this scenario in a file first; leeway run with that file then gives these numbers again."
)


@dataclass(frozen=True)
class Source:
    """Where a scenario comes from.

    file: what a command calls its file; None where there is none that is known to hold it. says:
    what has to be known beside the command; without: what is said where there is no command.
    """

    file: str | None = None
    says: str | None = None
    without: str = SAVE_FIRST

    def command(self, meaning: Meant, *, seed: int, replications: int) -> str | None:
        """The `leeway run` line that gives the same numbers; None where there is none."""
        if self.file is None:
            return None
        return line(
            meaning.variant, meaning.changes,
            file=self.file, seed=seed, replications=replications,
        )  # fmt: skip

    def as_object(self) -> dict[str, str | None]:
        """What goes with the commands, as plain data."""
        return {"says": self.says, "without": self.without}


UNSAVED = Source()


@dataclass(frozen=True)
class Departed(Source):
    """Where a scenario comes from that is a file with a variant, then with changes by path.

    written: the file's scenario.
    """

    written: Scenario | None = None
    variant: str | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)

    def command(self, meaning: Meant, *, seed: int, replications: int) -> str | None:
        """The line with both departures: those of the scenario, and those of `meaning` from it."""
        variant = self.variant if meaning.variant is None else meaning.variant
        changes = {**self.changes, **meaning.changes}
        if self.file is None or not self._comes_to(meaning, variant, changes):
            return None
        return line(variant, changes, file=self.file, seed=seed, replications=replications)

    def _comes_to(self, meaning: Meant, variant: str | None, changes: Mapping[str, Any]) -> bool:
        """Whether the line means the same: it puts a variant before all changes."""
        if self.written is None or meaning.variant is None or not self.changes:
            return True
        made = self.written if variant is None else self.written.with_variant(variant)
        return made.with_(changes).hash == meaning.scenario.hash
