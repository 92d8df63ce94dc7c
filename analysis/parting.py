"""Where two worlds of the same luck part: the first row of the log that one has and the other not.

What a supervisor thinks (the chances at a judgement) is no event: worlds part when somebody does
something else, not when somebody would. A case is compared by the time since its start, since in
one of the worlds it may start later.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from analysis import episode as episodes
from analysis import story, story_words, words
from analysis.attempts import Key
from analysis.episode import Episode
from engine.event_log import ALARM, CALL, KINDS, LEVELS, RESOLVERS, TAKEOVER, Event
from engine.scenario import Scenario

TOLERANCE = 1e-6
"""Minutes by which clocks of one case may differ through rounding alone, when it starts later."""

JUDGEMENTS = ("judge_now", "judge_wait")


class Rows(NamedTuple):
    """The row of each world at which they part; None where a world has none at that moment."""

    a: Event | None
    b: Event | None


@dataclass(frozen=True)
class Parting:
    """Where a case goes apart: which case, when (minutes since its start), by which rows."""

    key: Key
    step: int
    since_start: float
    rows: Rows

    @property
    def order(self) -> tuple[float, ...]:
        """What comes first: training by the clock, then independent practice case by case."""
        key = self.key
        time = next(row.time for row in self.rows if row is not None)
        if key.independent:
            return (1, key.trainee, key.case, time)
        return (0, time, key.trainee, key.case)


# ---- finding it ------------------------------------------------------------------------------


def by_case(log: Iterable[Event]) -> dict[Key, list[Event]]:
    """The rows of each case, in the order of the log."""
    found: dict[tuple[bool, int, int], list[Event]] = {}
    for row in log:
        found.setdefault((row.independent, row.trainee, row.case), []).append(row)
    return {Key(*key): rows for key, rows in found.items()}


def rows_of(log: Iterable[Event], key: Key) -> list[Event]:
    """The rows of one case."""
    return [row for row in log if key == (row.independent, row.trainee, row.case)]


def same(one: Event, other: Event) -> bool:
    """Whether two rows are the same event, to the last bit, but for what is thought in them."""
    if one == other:
        return True
    return one.kind in JUDGEMENTS and one[:6] == other[:6] and one.independent == other.independent


def first_parting(a: Sequence[Event], b: Sequence[Event]) -> Parting | None:
    """Where two whole logs part first; None where nothing differs.

    Both are compared row by row; where several cases go apart at one instant, the one with the
    lowest numbers is told.
    """
    pairs = zip(a, b, strict=False)
    place = next((i for i, (x, y) in enumerate(pairs) if not same(x, y)), min(len(a), len(b)))
    differing = [log[place] for log in (a, b) if place < len(log)]
    if not differing:
        return None
    keys = sorted({Key(row.independent, row.trainee, row.case) for row in differing})
    found = [
        parted
        for key in keys
        if (parted := case_parting(key, rows_of(a, key), rows_of(b, key), tolerance=0.0))
    ]
    if not found:  # apart by a rounding that the time since the start of the case doesn't show
        return None
    return min(found, key=lambda one: one.order)


def case_parting(
    key: Key, a: Sequence[Event], b: Sequence[Event], *, tolerance: float = TOLERANCE
) -> Parting | None:
    """Where one case goes apart; None where it takes the same course in both worlds.

    a and b are the rows of the case in either world; empty where a world doesn't have it.
    """
    start_a, start_b = (rows[0].time if rows else 0.0 for rows in (a, b))
    place = 0
    while place < len(a) and place < len(b):
        x, y = a[place], b[place]
        if not alike(x, y, x.time - start_a, y.time - start_b, tolerance):
            break
        place += 1
    x_or_none = a[place] if place < len(a) else None
    y_or_none = b[place] if place < len(b) else None
    if x_or_none is None and y_or_none is None:
        return None
    rows, since = earliest(x_or_none, y_or_none, start_a, start_b, tolerance)
    told = rows.a if rows.a is not None else rows.b
    assert told is not None
    return Parting(key, told.step, since, rows)


def alike(x: Event, y: Event, at_x: float, at_y: float, tolerance: float) -> bool:
    """Whether two rows of a case say the same, so many minutes after its start."""
    return (
        x.kind == y.kind
        and x.step == y.step
        and x.level == y.level
        and close(at_x, at_y, tolerance)
        and (x.kind in JUDGEMENTS or close(x.number, y.number, tolerance))
        and (x.kind in JUDGEMENTS or x.second == y.second)
    )


def close(one: float, other: float, tolerance: float) -> bool:
    """Whether two numbers are the same but for rounding."""
    return one == other or abs(one - other) <= tolerance


def earliest(
    x: Event | None, y: Event | None, start_a: float, start_b: float, tolerance: float
) -> tuple[Rows, float]:
    """The rows of the earlier moment, and how long after the start of the case that is."""
    if x is None or y is None:
        there = x if x is not None else y
        assert there is not None
        return Rows(x, y), there.time - (start_a if x is not None else start_b)
    at_x, at_y = x.time - start_a, y.time - start_b
    if abs(at_x - at_y) <= tolerance:
        return Rows(x, y), at_x
    return (Rows(x, None), at_x) if at_x < at_y else (Rows(None, y), at_y)


# ---- why, in short ---------------------------------------------------------------------------

ONE_ONLY = "the case is there in one world only"
TEACHES = "the same course, but it teaches otherwise"
WAITED = "the supervisor was ready to wait longer in one world"
REASONS = {
    "error": "the trainee made the error, or another, in one world only",
    "step_end": "a step took longer in one world",
    "judge_now": "a supervisor had eyes for it sooner in one world",
    "judge_wait": "a supervisor had eyes for it sooner in one world",
    "cue": WAITED,
    "call": "the trainee called in one world only",
    "alarm": "the harm summoned help in one world only",
    "assigned": "a supervisor was free sooner in one world",
    "hands_on": "the supervisor was there sooner in one world",
    "backup": "the rescue failed in one world only",
    "fix_failed": "the rescue failed in one world only",
    "harm": "harm came sooner in one world",
    "visible": "the error could be noticed sooner in one world",
    "case_start": "the case began under other eyes",
    "case_close": "it was talked through in one world only",
}
RESOLVED = {
    "trainee": "the trainee saw it and put it right in one world only",
    "cued": "the supervisor's cue worked in one world only",
    "safety_net": "somebody else caught it in one world only",
    "supervisor": "the rescue went otherwise",
    "backup": "the rescue went otherwise",
    "exhausted": "the harm ran its course in one world only",
    "subsided": "it came to nothing more in one world only",
}


def reason(parted: Parting | None) -> str:
    """What made a case go otherwise, in a few words that name neither world."""
    if parted is None:
        return TEACHES
    a, b = parted.rows
    if a is not None and b is not None and {a.kind, b.kind} == set(JUDGEMENTS):
        return "the supervisor stepped in in one world and waited in the other"
    if (a is None or b is None) and "case_start" in {row.kind for row in parted.rows if row}:
        return ONE_ONLY
    row = min((each for each in parted.rows if each is not None), key=told_first)
    if row.kind == "request":
        return WAITED if row.number == TAKEOVER else "help was asked for in one world only"
    if row.kind == "resolved":
        return RESOLVED[RESOLVERS[int(row.number)]]
    if row.kind.startswith("debrief"):
        return "it was talked through in one world only, or sooner there"
    return REASONS.get(row.kind, "it went otherwise")


def told_first(row: Event) -> tuple[bool, int, float, float]:
    """Which of two rows of one moment is told of, whichever world has it: an error before all."""
    return row.kind != "error", KINDS.index(row.kind), row.number, row.second


# ---- why, told -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Side:
    """One world's view of a case: its name, its scenario, the rows of the case."""

    name: str
    scenario: Scenario
    rows: Sequence[Event]

    def episode(self, step: int) -> Episode | None:
        """The error of a step that came to its end in training; None where there is none."""
        found = (one for one in episodes.episodes(self.rows) if one.events[0].step == step)
        return next(found, None)

    def told(self, row: Event) -> str:
        """One of the rows in the words of the story."""
        tellers = story.tell(self.scenario, self.rows)
        return next(one.text for one in tellers if one.event == row)


def sentences(a: Side, b: Side, parted: Parting) -> list[str]:
    """Where the worlds part, what made the difference, and what came of it."""
    told = [f"{where(a, b, parted)}.", *first_words(a, b, parted)]
    one, other = a.episode(parted.step), b.episode(parted.step)
    if one is not None and other is not None:
        because = (judged(a, b, parted, one, other), ran(a, b, one, other), alone(a, b, one, other))
        told += [text for text in because if text]
    ends = [
        f"Under {side.name}, {ending(found)}"
        for side, found in ((a, one), (b, other))
        if found is not None
    ]
    return told + ends


def where(a: Side, b: Side, parted: Parting) -> str:
    """`In the second trainee's fifth case (failed pass), 40 s after the error`."""
    key = parted.key
    practice = " of independent practice" if key.independent else ""
    text = f"In the {words.ordinal(key.trainee)} trainee's {words.ordinal(key.case)} case{practice}"
    for side in (a, b):
        error = next(
            (row for row in side.rows if row.kind == "error" and row.step == parted.step), None
        )
        if error is not None and of_episode(parted):
            since = parted.since_start - (error.time - side.rows[0].time)
            name = story.error_name(side.scenario, error)
            moment = "as it falls" if since <= 0 else f"{words.duration(since)} after the error"
            return f"{text} ({name}), {moment}"
    if parted.since_start <= 0:
        return f"{text}, at its start"
    return f"{text}, {words.duration(parted.since_start)} after its start"


def of_episode(parted: Parting) -> bool:
    """Whether they part over an error, and not over a step or the case."""
    return any(row is not None and row.kind in story.OF_EPISODE for row in parted.rows)


def first_words(a: Side, b: Side, parted: Parting) -> list[str]:
    """What happens in either world at that moment."""
    return [
        f"Under {side.name}, {at_parting(side, row, parted)}."
        for side, row in ((a, parted.rows.a), (b, parted.rows.b))
    ]


def at_parting(side: Side, row: Event | None, parted: Parting) -> str:
    """What a world does at the moment of parting, or what it does next."""
    if row is not None:
        return side.told(row)
    if not side.rows:
        return "there is no such case"
    start = side.rows[0].time
    later = [each for each in side.rows if each.time - start > parted.since_start]
    if not later:
        return "nothing more happens"
    after = words.duration(later[0].time - start - parted.since_start)
    return f"nothing yet; {after} later, {side.told(later[0])}"


def judged(a: Side, b: Side, parted: Parting, one: Episode, other: Episode) -> str:
    """What the supervisors tolerated when they last judged, where that is not told already."""
    if any(row is not None and row.kind in JUDGEMENTS for row in parted.rows):
        return ""
    if {a.scenario.supervision.policy, b.scenario.supervision.policy} - set(story_words.WEIGHING):
        return ""
    last = [last_judgement(found, side, parted) for found, side in ((one, a), (other, b))]
    if last[0] is None or last[1] is None or last[0].number == last[1].number:
        return ""
    level = LEVELS[min(last[0].level + 1, len(LEVELS) - 1)]
    coming = level if level == "death" else f"{level} harm"
    first, second = (tolerated(row.number, coming) for row in last if row is not None)
    return (
        f"When they last judged, the supervisor tolerated {first} under {a.name}, {second} under "
        f"{b.name}."
    )


def last_judgement(found: Episode, side: Side, parted: Parting) -> Event | None:
    """The last judgement of an episode before the parting."""
    until = side.rows[0].time + parted.since_start
    rows = [row for row in found.events if row.kind in JUDGEMENTS and row.time <= until]
    return rows[-1] if rows else None


def tolerated(share: float, coming: str) -> str:
    """A tolerated chance of some harm in words, as the story has it; it may exceed 1."""
    if 0 < share < 1:
        return f"a chance of {coming} of {story_words.chance(share)}"
    return f"{'any' if share >= 1 else 'no'} chance of {coming}"


def ran(a: Side, b: Side, one: Episode, other: Episode) -> str:
    """How much earlier help was under way, or the error over, in one of the worlds."""
    apart = until_help(one) - until_help(other)
    if abs(apart) <= TOLERANCE:
        return ""
    early, late = (b, a) if apart > 0 else (a, b)
    first, last = (other, one) if apart > 0 else (one, other)
    by = words.duration(abs(apart))
    soon, later = help_began(first), help_began(last)
    text = f"{soon or OVER} {by} earlier under {early.name}"
    if soon != later:
        text = f"{soon or OVER} under {early.name} {by} before {later or OVER} under {late.name}"
    return f"{text[0].upper()}{text[1:]}."


BEGAN = {
    TAKEOVER: "the supervisor stepped in",
    CALL: "the trainee called for help",
    ALARM: "the harm summoned help",
}
"""How a rescue began, by what asked for it."""
OVER = "it was over"


def help_began(found: Episode) -> str | None:
    """How the rescue of an episode began, in words; None where there was none."""
    return next((BEGAN[int(row.number)] for row in found.events if row.kind == "request"), None)


def alone(a: Side, b: Side, one: Episode, other: Episode) -> str:
    """For how long no supervisor was free, where that differs."""
    waits = nobody_free(one), nobody_free(other)
    if abs(waits[0] - waits[1]) <= TOLERANCE:
        return ""
    by_name = sorted(((wait, side.name) for side, wait in zip((a, b), waits, strict=True)))
    (less, quick), (most, slow) = by_name
    if less <= 0:
        return (
            f"No supervisor was free for it for {words.duration(most)} under {slow}; one was free "
            f"at once under {quick}."
        )
    told = [
        f"under {side.name} for {words.duration(wait)}"
        for side, wait in zip((a, b), waits, strict=True)
    ]
    return f"No supervisor was free for it {words.listed(told)}."


def nobody_free(found: Episode) -> float:
    """Minutes for which a notice waited for eyes, or a rescue for hands."""
    times: dict[str, float] = {}
    for row in found.events:
        times.setdefault("judged" if row.kind in JUDGEMENTS else row.kind, row.time)
    eyes = times["judged"] - times["visible"] if {"judged", "visible"} <= set(times) else 0.0
    return eyes + sum(row.number for row in found.events if row.kind == "assigned")


def until_help(found: Episode) -> float:
    """Minutes from the error until somebody is asked to take over, or until it is over."""
    until = next((row.time for row in found.events if row.kind in ("request", "resolved")), None)
    return (found.end.time if until is None else until) - found.start


def ending(found: Episode) -> str:
    """How an episode ends, to go on with after a comma; its class is in the story already."""
    text = episodes.sentence(found).split(" Class: ", 1)[0]
    return text[0].lower() + text[1:]
