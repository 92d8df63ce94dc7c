"""A scenario file with changed settings, its comments and every line not concerned kept.

What is changed is replaced in the text, in its place. A comment beside a changed number was
written for the number before: it stays, quoted, and says so (`# was 1.0: "nobody is alone"`), and
where there is none, `# was 1.0` is added. Evidence that `Scenario.with_` drops stays as a comment.
The saved file is loaded once more and must be the scenario meant.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from analysis.view import settings
from analysis.view.yaml_text import Node, Places, flow, quoted
from engine.errors import Key, Loc
from engine.loader import loads
from engine.paths import Wrong, get_at, resolve, shown_path
from engine.scenario import Scenario

LONGEST_WAS = 80
"""Characters of an old value that a comment repeats."""
MODELINE = "# yaml-language-server:"
_KEY, _COMMENT, _LINE = 1, 2, 3
"""What comes after a value at the same place: a key after it, a comment, a line of its own."""


def save_as(text: str, given: settings.Tokens, *, scenario: Scenario | None = None) -> str:
    """The scenario file `text` with settings, tokens by control as an address of the page has them.

    The changes of a variant are written into the body. scenario: what `text` holds, where that has
    been loaded already. Raises ScenarioError where the text is no scenario and where a setting
    can't be.
    """
    before = loads(text) if scenario is None else scenario
    meaning = settings.meant(before, given)
    return with_changes(text, meaning.changes, variant=meaning.variant, scenario=before)


def with_changes(
    text: str,
    changes: Mapping[str, Any],
    *,
    variant: str | None = None,
    scenario: Scenario | None = None,
) -> str:
    """The scenario file `text` with a variant's changes, and then others (path: value), made in it.

    Loaded, it is the scenario of `with_variant` and `with_`, to the hash. Without any change it is
    `text`. Raises ScenarioError as these do.
    """
    mark, text = text[: text.startswith("\ufeff")], text.removeprefix("\ufeff")
    before = loads(text) if scenario is None else scenario
    after = before if variant is None else before.with_variant(variant)
    after = after.with_(changes) if changes else after
    if after.resolved() == before.resolved():
        return mark + text
    saved = _Editor(text, before, after).edited(variant)
    if loads(saved).resolved() != after.resolved():
        raise AssertionError("the saved file isn't the scenario that was meant")
    return mark + saved


def differing(before: Any, after: Any, loc: Loc = ()) -> Iterator[Loc]:
    """The smallest places at which two resolved contents differ; lists as long, mappings alike."""
    keys: list[Key] | None = None
    if isinstance(before, dict) and isinstance(after, dict) and list(before) == list(after):
        keys = list(before)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        keys = list(range(len(before)))
    if keys is not None:
        for key in keys:
            yield from differing(before[key], after[key], (*loc, key))
    elif before != after:
        yield loc


class _Editor:
    """Collects what is to be replaced, and what comments are to say, and does it all at once."""

    def __init__(self, text: str, before: Scenario, after: Scenario) -> None:
        self.text = text
        self.places = Places(text)
        self.before, self.after = before.resolved(), after.resolved()
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.told: list[str] = []
        self.written: set[Loc] = set()
        self.replaced: dict[tuple[int, int, int], str] = {}
        """What is written over some characters: first, last, and what comes first of two there."""
        self.was: defaultdict[int, list[str]] = defaultdict(list)
        """What comments are to say, by the end of their line."""
        self.values_end: dict[int, int] = {}
        """Where the last value changed in a line ends, by the end of the line."""

    def edited(self, variant: str | None) -> str:
        """The text with all differences made."""
        old, new = ({**each, "evidence": None} for each in (self.before, self.after))
        places = list(differing(old, new))
        for loc in places:
            self.value(loc)
        self.evidence(places)
        self.comments()
        out, at = [], 0
        for (start, end, _), text in sorted(self.replaced.items()):
            out += [self.text[at:start], text]
            at = end
        return self.headed("".join([*out, self.text[at:]]), variant)

    # ---- values ------------------------------------------------------------------------------

    def value(self, loc: Loc) -> None:
        """Write the new value of a place over the old one, or where it would be."""
        old, new = (short(flow(get_at(each, loc))) for each in (self.before, self.after))
        self.told.append(f"{shown_path(self.after, loc)}: {new}, was {old}")
        node, depth = self.places.deepest(loc)
        lacks = depth < len(loc) and node.kind == "mapping"
        whole = loc[: depth + 1] if lacks else loc[:depth]
        if whole in self.written:
            return
        self.written.add(whole)
        if lacks:
            self.insert(node, whole)
        else:
            self.replace(node, whole, flow(get_at(self.after, whole)))

    def replace(self, node: Node, loc: Loc, new: str) -> None:
        """Another value in the place of one that is written."""
        written = self.text[node.start : node.end]
        plain = written != "" and "\n" not in written and "\r" not in written
        old = short(written if plain else flow(get_at(self.before, loc)))
        lead = "  " if node.kind == "list" and not node.flow else node.lead
        self.put(node.start, node.end, lead + new)
        inside = self.places.comments(node.start, node.end)
        kept = [self.text[start:end].lstrip("#").strip() for start, end in inside]
        self.say(node.end, "; ".join([f"was {self.name(loc)}{old}", *kept]))

    def name(self, loc: Loc) -> str:
        """The name of a value that doesn't stand alone in its line."""
        above, depth = self.places.deepest(loc[:-1])
        names = [str(key) for key in loc if isinstance(key, str)]
        return f"{names[-1]} " if depth == len(loc) - 1 and above.flow and names else ""

    def insert(self, above: Node, loc: Loc) -> None:
        """A key that the file leaves out, into the mapping it belongs to."""
        new = f"{quoted(str(loc[-1]))}: {flow(get_at(self.after, loc))}"
        was = f"left out before, which meant {short(flow(get_at(self.before, loc)))}"
        if above.flow:
            last = max((each.end for each in above.below.values()), default=None)
            at = above.start + 1 if last is None else last
            comma = ", " if last is not None or (at, at, _KEY) in self.replaced else ""
            self.put(at, at, comma + new, rank=_KEY)
            self.say(at, f"{loc[-1]} {was}")
            return
        at, column = self.room(above)
        self.put(at, at, f"{self.newline}{' ' * column}{new} # {was}", rank=_LINE)

    def room(self, above: Node) -> tuple[int, int]:
        """Where a line can be added to a mapping written line by line: its end, and the column."""
        first = min(above.keys.values())
        column = first - self.line_start(first)
        ends = [
            self.places.line_end(each.end)
            for key, each in above.below.items()
            if "\n" not in self.text[above.keys[key] : each.end]
        ]
        return max(ends, default=self.places.line_end(above.end)), column

    def line_start(self, index: int) -> int:
        """Where the line of a character begins."""
        return max(self.text.rfind(each, 0, index) for each in "\n\r\x85") + 1

    def put(self, start: int, end: int, new: str, *, rank: int = 0) -> None:
        """Write over some characters; what is added at one place stands in the order it came."""
        self.replaced[start, end, rank] = self.replaced.get((start, end, rank), "") + new

    # ---- comments ----------------------------------------------------------------------------

    def say(self, end: int, what: str) -> None:
        """Have a comment beside a value that ends there."""
        line = self.places.line_end(end)
        self.values_end[line] = max(end, self.values_end.get(line, 0))
        if what not in self.was[line]:
            self.was[line].append(what)

    def comments(self) -> None:
        """Say beside each changed value what was there before."""
        for end, said in self.was.items():
            start = self.values_end[end]
            new = f"# {'; '.join(said)}"
            there = self.places.comments(start, end)
            if there:
                old = self.text[there[0][0] : end].lstrip("#").strip()
                self.put(there[0][0], end, f'{new}: "{old}"' if old else new, rank=_COMMENT)
            else:
                bare = start + len(self.text[start:end].rstrip())
                self.put(bare, end, f" {new}", rank=_COMMENT)

    def headed(self, text: str, variant: str | None) -> str:
        """The text with what was changed at its head."""
        lines = [f"# {self.before['id']}, changed on leeway's page:"]
        if variant is not None:
            lines.append(f"#   variant {variant}, whose changes are written in below")
        lines += [f"#   {line}" for line in self.told]
        lines.append("# Description, comments and notes below were written for the values before.")
        head = self.newline.join([*lines, ""])
        first = text.find(self.newline) + len(self.newline) if text.startswith(MODELINE) else 0
        return text[:first] + head + text[first:]

    # ---- evidence ----------------------------------------------------------------------------

    def evidence(self, changed: list[Loc]) -> None:
        """Drop the evidence that lost its place, as comments; say where other values are meant."""
        old, new = self.before["evidence"], self.after["evidence"]
        left = {entry["about"]: entry for entry in new}
        bare = [{**entry, "range": None} for entry in old if entry["about"] in left]
        if bare != [{**entry, "range": None} for entry in new]:
            self.value(("evidence",))  # given with the changes
            return
        node, _ = self.places.deepest(("evidence",))
        gone = [place for place, entry in enumerate(old) if entry["about"] not in left]
        if gone and node.flow:
            self.put(node.start, node.end, flow(new))
            return
        for place, entry in enumerate(old):
            if place in gone:
                self.comment_out(node.below[place])
            elif entry["range"] != left[entry["about"]]["range"]:
                loc: Loc = ("evidence", place, "range")
                self.replace(node.below[place].below["range"], loc, "null")
            else:
                self.date(node.below[place], entry["about"], changed)
        if old and len(gone) == len(old):
            colon = self.text.index(":", self.places.top.keys["evidence"])
            self.put(colon + 1, colon + 1, " []")

    def comment_out(self, item: Node) -> None:
        """An item of a list that is written line by line, as a comment."""
        dash = self.text.rfind("-", 0, item.start)
        start, end = self.line_start(dash), self.places.line_end(item.end)
        column = dash - start
        lines = self.text[start:end].splitlines(keepends=True)
        note = f"{' ' * column}# no longer said, since what it is about was replaced:{self.newline}"
        told = [f"{line[:column]}# {line[column:]}" if line.strip() else line for line in lines]
        self.put(start, end, note + "".join(told))

    def date(self, item: Node, about: str, changed: list[Loc]) -> None:
        """Say of evidence about a changed value that it speaks of the one before."""
        loc = resolve(self.before, about)
        if isinstance(loc, Wrong):
            return
        if any(loc[: len(each)] == each or each[: len(loc)] == loc for each in changed):
            old = short(flow(get_at(self.before, loc)))
            self.say(item.below["about"].end, f"said of the value before, {old}")


def short(text: str) -> str:
    """A value as a comment repeats it: on one line, and not too long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_WAS else f"{line[: LONGEST_WAS - 1]}…"
