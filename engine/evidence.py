"""Evidence: that every entry names something, cites a known source and gives a usable range."""

from collections.abc import Sequence, Set
from typing import Any

from pydantic import BaseModel

from engine.changes import apply
from engine.errors import Finding, Loc
from engine.paths import Wrong, get_at, resolve, shown_path
from engine.reading import read_duration
from engine.words import close, joined, plain, shown

ASSUMPTION = "assumption"
MOST_EVIDENCE = 300


def already_explained(content: Any, path: str | None, known: Sequence[Finding]) -> bool:
    """Whether a path leads to a place that has a finding of its own already."""
    loc = resolve(content, path) if path is not None else ()
    if not isinstance(loc, Wrong):
        return False
    return any(finding.loc and loc.would_be[: len(finding.loc)] == finding.loc for finding in known)


def too_many(what: str, count: int, most: int) -> Finding:
    return Finding((what,), f"{count:,} were given", f"at most {most} are read", "keep fewer")


def check_evidence(
    model: type[BaseModel], content: Any, known: Sequence[Finding], between: Set[Finding]
) -> tuple[list[Any], list[Finding]]:
    """The evidence in canonical form, and what is wrong with its paths, sources and ranges."""
    entries = content.get("evidence") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        return [], []
    if len(entries) > MOST_EVIDENCE:
        return [], [too_many("evidence", len(entries), MOST_EVIDENCE)]
    sources = content.get("sources")
    keys = list(sources) if isinstance(sources, dict) else None
    reader = _EvidenceReader(model, content, keys, between)
    canonical = [
        reader.entry(entry, ("evidence", place), known) if isinstance(entry, dict) else entry
        for place, entry in enumerate(entries)
    ]
    if isinstance(sources, dict) and ASSUMPTION in sources:
        reader.wrong(
            ("sources", ASSUMPTION),
            "assumption was given as the key of a source",
            "it stands for a number without source",
            "choose another key",
        )
    return canonical, reader.found


class _EvidenceReader:
    def __init__(
        self,
        model: type[BaseModel],
        content: Any,
        sources: list[str] | None,
        between: Set[Finding],
    ) -> None:
        self.between = between
        self.model = model
        self.content = content
        self.sources = sources
        self.found: list[Finding] = []
        self.seen: dict[Loc, int] = {}

    def wrong(self, loc: Loc, given: str, allowed: str, advice: str) -> None:
        self.found.append(Finding(loc, given, allowed, advice))

    def entry(self, entry: dict[str, Any], loc: Loc, known: Sequence[Finding]) -> dict[str, Any]:
        """One entry, its path and range in canonical form."""
        self.source(entry.get("source"), (*loc, "source"))
        about = entry.get("about")
        if not isinstance(about, str):
            return entry
        place = resolve(self.content, about)
        if isinstance(place, Wrong):
            if not already_explained(self.content, about, known):
                self.found.append(place.finding.below((*loc, "about")))
            return entry
        if place in self.seen:
            self.wrong(
                (*loc, "about"),
                f"{plain(about)} was given before, as entry {self.seen[place]}",
                "each quantity has one entry",
                "put both notes into one",
            )
        self.seen.setdefault(place, int(loc[-1]) + 1)
        canonical = shown_path(self.content, place)
        ends = self.range(entry.get("range"), place, canonical, (*loc, "range"))
        return entry | {"about": canonical, "range": ends}

    def source(self, source: object, loc: Loc) -> None:
        if not isinstance(source, str) or source == ASSUMPTION or self.sources is None:
            return
        if source in self.sources:
            return
        choices = [*self.sources, ASSUMPTION]
        guess = close(source, choices)
        advice = "add it to sources, or write assumption"
        if guess is not None:
            advice = f"did you mean {plain(guess)}?"
        allowed = f"it must be a key of sources or assumption: {joined(choices, 'or')}"
        self.wrong(loc, f'there is no source "{plain(source)}"', allowed, advice)

    def range(self, ends: Any, place: Loc, path: str, loc: Loc) -> Any:
        """Both ends in canonical form. They must fit where the path leads, the lower one first."""
        if not isinstance(ends, list) or len(ends) != 2:
            return ends
        now = get_at(self.content, place)
        if isinstance(now, dict) and list(now) == ["fixed"]:
            place, path = (*place, "fixed"), f"{path}.fixed"
        elif isinstance(now, dict | list | bool) or now is None:
            self.wrong(
                loc,
                "a range was given",
                f"{path} is not a single number or duration",
                "name one number below it, or take the range away",
            )
            return ends
        read = [self.end(end, path, (*loc, number)) for number, end in enumerate(ends)]
        low, high = (size(end) for end in read)
        if low is not None and high is not None and low > high:
            self.wrong(
                loc,
                f"{shown(ends[0])} and {shown(ends[1])} were given",
                "the lower end comes first",
                "swap the two",
            )
        return read

    def end(self, end: Any, path: str, loc: Loc) -> Any:
        """One end in canonical form: whatever the place itself would take, except never."""
        if isinstance(end, bool) or not isinstance(end, str | int | float) or end == "never":
            allowed = "an end of a range is a number or a duration"
            self.wrong(loc, f"{shown(end)} was given", allowed, "write the plausible end")
            return end
        applied = apply(self.model, self.content, {path: end}, self.between)
        self.found += [finding._replace(loc=loc) for _, finding in applied.findings]
        return applied.values.get(path, end)


def size(end: Any) -> float | None:
    """The end of a range as a number, minutes where it is a duration; None where it is neither."""
    read = read_duration(end) if isinstance(end, str) else end
    return float(read) if isinstance(read, int | float) else None
