"""The one telling episode that a report shows: chosen by a stated rule, laid out as tables."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from analysis import story, story_words, words
from engine.event_log import ALLOWED, CLASSES, LEVELS, RESOLVERS, Event
from engine.scenario import Scenario

RULE = (
    "of the training episodes of replication 0: an allowed failure before any other that was "
    "noticed, before any other; then the one with the most different kinds of events; then the "
    "first"
)

# What a flag on the timeline says, by kind; kinds not named here get no flag.
FLAGS = {
    "error": "error",
    "judge_wait": "notices, waits",
    "judge_now": "steps in",
    "cue": "cue",
    "call": "call for help",
    "alarm": "alarm",
    "request": "takeover begins",
    "hands_on": "hands on",
    "fix_failed": "try fails",
    "backup": "backup sent for",
    "resolved": "end",
}
END_FLAGS = {
    "trainee": "trainee puts it right",
    "cued": "trainee puts it right",
    "safety_net": "somebody else catches it",
    "supervisor": "supervisor puts it right",
    "backup": "backup puts it right",
    "exhausted": "harm has run its course",
    "subsided": "comes to nothing more",
}


@dataclass(frozen=True)
class Episode:
    """One episode of training: its rows of the log in time order, from the error to its end."""

    events: tuple[Event, ...]

    @property
    def trainee(self) -> int:
        return self.events[0].trainee

    @property
    def case(self) -> int:
        return self.events[0].case

    @property
    def start(self) -> float:
        """When the error fell, in minutes from the start of training."""
        return self.events[0].time

    @property
    def end(self) -> Event:
        """The row that resolves it."""
        return next(event for event in reversed(self.events) if event.kind == "resolved")


def episodes(events: Iterable[Event]) -> list[Episode]:
    """The training episodes that come to their end in a log, by the time of their error."""
    found: dict[tuple[int, int, int], list[Event]] = {}
    for event in events:
        if not event.independent and event.kind in story.OF_EPISODE:
            found.setdefault((event.trainee, event.case, event.step), []).append(event)
    whole = [rows for rows in found.values() if any(row.kind == "resolved" for row in rows)]
    return [Episode(tuple(rows)) for rows in whole]


def choose(events: Iterable[Event]) -> Episode | None:
    """The most telling episode by RULE; None where a log holds no episode."""
    candidates = episodes(events)
    if not candidates:
        return None
    return max(
        enumerate(candidates),
        key=lambda numbered: (*telling(numbered[1]), -numbered[0]),
    )[1]


def telling(episode: Episode) -> tuple[int, int]:
    """How much an episode shows: its class (allowed 2, else noticed 1, else 0), kinds of events."""
    of_class = int(episode.end.second)
    noticed = CLASSES.index("prevented") <= of_class <= CLASSES.index("late_noticed")
    rank = 2 if of_class == ALLOWED else int(noticed)
    return rank, len({event.kind for event in episode.events})


def told(scenario: Scenario, episode: Episode) -> list[tuple[str, str]]:
    """The episode as (time after the error, what happens), to be read aloud.

    Rows that only repeat what the row before them says are left out.
    """
    lines = []
    before = ""
    for one in story.tell(scenario, episode.events):
        event = one.event
        at_once = event.kind == "assigned" and event.number == 0
        repeats = event.kind == "request" and before in ("judge_now", "call", "alarm")
        if not at_once and not repeats and event.kind != "visible":
            lines.append((f"+{words.clock(event.time - episode.start)}", one.text))
        before = event.kind
    return lines


def title(scenario: Scenario, episode: Episode) -> str:
    """Which episode it is."""
    error = next(event for event in episode.events if event.kind == "error")
    name = story.error_name(scenario, error)
    return f"{words.attempt(episode.trainee, episode.case).capitalize()}: {name}"


def flags(scenario: Scenario, episode: Episode) -> pd.DataFrame:
    """The labelled instants of an episode: columns minutes (after the error), label, kind, level.

    Rows of one instant and the same label are merged; a request that follows a judgement to step
    in at once says nothing new and is left out.
    """
    rows: list[dict[str, object]] = []
    kinds_at: dict[float, set[str]] = {}
    for event in episode.events:
        kinds = kinds_at.setdefault(event.time, set())
        kinds.add(event.kind)
        label = flag(scenario, event, kinds, first=not any(r["kind"] == "judge_wait" for r in rows))
        if label is not None:
            rows.append(
                {
                    "minutes": event.time - episode.start,
                    "label": label,
                    "kind": event.kind,
                    "level": event.level,
                }
            )
    return pd.DataFrame(rows, columns=["minutes", "label", "kind", "level"])


def flag(scenario: Scenario, event: Event, kinds: set[str], *, first: bool) -> str | None:
    """The label of one event on the timeline; None for events not worth one."""
    if event.kind == "harm":
        return story_words.harm_words(event.level)
    if event.kind == "error":
        return story.error_name(scenario, event)
    if event.kind == "request" and kinds & {"judge_now", "call", "alarm"}:
        return None
    if event.kind == "judge_wait" and not first:
        return "goes on waiting"
    if event.kind == "resolved":
        return END_FLAGS[RESOLVERS[int(event.number)]]
    return FLAGS.get(event.kind)


def spans(episode: Episode) -> pd.DataFrame:
    """The harm levels of an episode in time: columns start, end (minutes after the error), level.

    The spans follow one another from the error to the end of the episode.
    """
    changes: list[tuple[float, int]] = [(0.0, 0)]
    for event in episode.events:
        if event.kind == "harm":
            changes.append((event.time - episode.start, event.level))
    ends = [start for start, _ in changes[1:]] + [episode.end.time - episode.start]
    return pd.DataFrame(
        [
            {"start": start, "end": end, "level": LEVELS[level]}
            for (start, level), end in zip(changes, ends, strict=True)
        ]
    )


def sentence(episode: Episode) -> str:
    """What the timeline shows, in a sentence or two."""
    end = episode.end
    took = words.duration(end.time - episode.start)
    how = END_FLAGS[RESOLVERS[int(end.number)]]
    left = "the patient is unharmed"
    if end.level > 0:
        left = f"the patient is left with {story_words.harm_words(end.level)}"
    if LEVELS[end.level] == "death":
        left = "the patient has died"
    return (
        f"It is over after {took} ({how}); {left}. "
        f"Class: {story_words.CLASS_WORDS[CLASSES[int(end.second)]]}."
    )
