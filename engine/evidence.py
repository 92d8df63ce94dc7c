"""Evidence: that every entry names something, cites a known source and gives a usable range."""

from collections.abc import Collection, Sequence, Set
from typing import Any

from pydantic import BaseModel

from engine.changes import apply
from engine.errors import Finding, Key, Loc
from engine.paths import Wrong, get_at, resolve, shown_path
from engine.quantities import Distribution
from engine.reading import FAMILIES, read_duration
from engine.shape import annotation_at, bare, quantity_loc
from engine.words import close, joined, plain, shown

ASSUMPTION = "assumption"
MOST_EVIDENCE = 300


# What engine.explain and engine.reading say of a misspelt key, family or parameter.
_NOT_KNOWN = "is not known"
_COMPARED = 20  # comparing words with more findings takes too long


def already_explained(content: Any, path: str | None, known: Sequence[Finding]) -> bool:
    """Whether a path names nothing only because of what has a finding of its own already."""
    loc = resolve(content, path) if path is not None else ()
    return isinstance(loc, Wrong) and _hidden(loc.would_be, known)


def _hidden(place: Loc, known: Sequence[Finding]) -> bool:
    """Whether something is wrong on the way to a place, or a key on the way is misspelt."""
    return any(_is_on_way(finding, place) for finding in known) or any(
        _is_misspelt(finding, place) for finding in known[:_COMPARED]
    )


def _is_on_way(finding: Finding, place: Loc) -> bool:
    return bool(finding.loc) and place[: len(finding.loc)] == finding.loc


def _is_misspelt(finding: Finding, place: Loc) -> bool:
    """Whether the finding is about a key that was meant to be one on the way to the place.

    An item of a list can't be found by its name where that key is wrong or misspelt.
    """
    if not finding.loc:
        return False
    *above, key = finding.loc
    if len(above) == len(place) and above[:-1] == list(place[:-1]) and isinstance(place[-1], str):
        return isinstance(above[-1], int) and close(key, ["name"]) is not None
    if _NOT_KNOWN not in finding.given or len(place) < len(finding.loc):
        return False
    return list(place[: len(above)]) == above and close(key, [str(place[len(above)])]) is not None


def single(content: Any, place: Loc) -> Loc | None:
    """The place of the one number or duration that stands at `place`; None where there is none."""
    now = get_at(content, place)
    if isinstance(now, dict) and list(now) == ["fixed"]:
        return (*place, "fixed")
    return None if isinstance(now, dict | list | bool) or now is None else place


def after_change(before: Any, after: Any) -> Any:
    """`after` without the evidence that lost its place in the change from `before`.

    The range of an entry goes where no single number is left for it. Entries that were given with
    the change stay, right or wrong. Both are resolved content.
    """
    old = {id(entry) for entry in before["evidence"]}  # what a change doesn't touch is shared
    entries = [_left(entry, after) if id(entry) in old else entry for entry in after["evidence"]]
    return after | {"evidence": [entry for entry in entries if entry is not None]}


def _left(entry: dict[str, Any], content: Any) -> dict[str, Any] | None:
    place = resolve(content, entry["about"])
    if isinstance(place, Wrong):
        return None
    has_range = entry["range"] is not None
    return entry | {"range": None} if has_range and single(content, place) is None else entry


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
    reader = _EvidenceReader(model, content, keys, known, between)
    canonical = [
        reader.entry(entry, ("evidence", place)) if isinstance(entry, dict) else entry
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


def _parts_below(above: Loc) -> Collection[Key]:
    """What can stand in a distribution: the families and, below one of them, its parameters."""
    if not above:
        return FAMILIES
    return {name for one in FAMILIES[str(above[0])].sets for name in one}


class _EvidenceReader:
    def __init__(
        self,
        model: type[BaseModel],
        content: Any,
        sources: list[str] | None,
        known: Sequence[Finding],
        between: Set[Finding],
    ) -> None:
        self.known = known
        self.between = between
        self.model = model
        self.content = content
        self.sources = sources
        self.found: list[Finding] = []
        self.seen: dict[Loc, int] = {}

    def wrong(self, loc: Loc, given: str, allowed: str, advice: str) -> None:
        self.found.append(Finding(loc, given, allowed, advice))

    def entry(self, entry: dict[str, Any], loc: Loc) -> dict[str, Any]:
        """One entry, its path and range in canonical form."""
        self.source(entry.get("source"), (*loc, "source"))
        about = entry.get("about")
        if not isinstance(about, str):
            return entry
        place = resolve(self.content, about)
        if isinstance(place, Wrong):
            if not _hidden(place.would_be, self.known):
                self.found.append(self.lost(place).below((*loc, "about")))
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

    def lost(self, wrong: Wrong) -> Finding:
        """Why an entry names nothing, with advice where its place may have been replaced."""
        if not wrong.would_be:
            return wrong.finding
        above, name = wrong.would_be[:-1], wrong.would_be[-1]
        part = quantity_loc(self.model, wrong.would_be)
        is_distribution = bare(annotation_at(self.model, part)) is Distribution
        if is_distribution and name in _parts_below(above[len(part) :]):
            at = shown_path(self.content, part)
            advice = (
                f"this entry is about the {name} that stood here; delete it or point it at {at}"
            )
            return wrong.finding._replace(advice=advice)
        if get_at(self.content, above) is None:
            at = shown_path(self.content, above)
            return wrong.finding._replace(advice=f"delete this entry, or give {at} a value")
        return wrong.finding

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
        number_at = single(self.content, place)
        if number_at is None:
            if _hidden(place, self.known):
                return ends
            self.wrong(
                loc,
                "a range was given",
                f"{path} is not a single number or duration",
                "name one number below it, or take the range away",
            )
            return ends
        path = path if number_at == place else f"{path}.fixed"
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
