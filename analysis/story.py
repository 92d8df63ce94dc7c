"""The event log of one replication told as a story, and as one JSON object a row.

Trainees, cases and replications are counted from 0 everywhere: in the story, in `--trainee`,
`--case` and `--replication`, and in the log, so that a number means the same wherever it is read.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from analysis import words
from analysis.story_words import WORDS, Context, Details
from engine.event_log import LEVELS, Event
from engine.scenario import Scenario
from engine.sections import ErrorKind

CLOCK_WIDTH = len("100 d 23:59:59")

OF_EPISODE = frozenset(
    ("error", "harm", "visible", "judge_now", "judge_wait", "cue", "call", "alarm", "request",
     "assigned", "hands_on", "fix_failed", "backup", "resolved", "sent_away")
)  # fmt: skip
"""Kinds of rows about an episode; the others are about a step or a case."""


@dataclass(frozen=True)
class Told:
    """One row of the log with its names: who acted, of which step and error, in what words."""

    event: Event
    step: str | None
    error: str | None
    who: str | None
    text: str
    details: Details


def tell(scenario: Scenario, events: Iterable[Event]) -> Iterator[Told]:
    """Each event with its names and words, in the order given.

    Events must be whole episodes in time order, as engine.events gives them; filter afterwards.
    """
    kinds: dict[tuple[bool, int, int, int], ErrorKind] = {}
    last: dict[tuple[bool, int, int, int], Event] = {}
    judged: set[tuple[bool, int, int, int]] = set()
    for event in events:
        episode = (event.independent, event.trainee, event.case, event.step)
        of_episode = event.kind in OF_EPISODE
        if event.kind == "error":
            kinds[episode] = error_kind(scenario, event)
        before, kind = last.get(episode), kinds.get(episode) if of_episode else None
        context = Context(
            scenario,
            None if kind is None else kind.name,
            scenario.task.steps[event.step].name,
            judged=episode in judged,
            stepping_in=before is not None and before.kind == "judge_now",
            value=None if kind is None else kind.educational_value,
        )
        who, text, details = WORDS[event.kind](event, context)
        step = context.step if of_episode or event.kind == "step_end" else None
        yield Told(event, step, context.error, who, text, details)
        if of_episode:
            last[episode] = event
        if event.kind in ("judge_now", "judge_wait"):
            judged.add(episode)


def error_kind(scenario: Scenario, event: Event) -> ErrorKind:
    """The kind of error that an `error` row opens."""
    return scenario.task.steps[event.step].errors[int(event.number)]


def error_name(scenario: Scenario, event: Event) -> str:
    """The name of the kind of error that an `error` row opens."""
    return error_kind(scenario, event).name


def wanted(event: Event, trainee: int | None, case: int | None) -> bool:
    """Whether a row is about that trainee and that case (None: any)."""
    return trainee in (None, event.trainee) and case in (None, event.case)


def without_case(
    scenario: Scenario, events: Iterable[Event], trainee: int | None, case: int | None
) -> Iterator[str]:
    """What to say where a part of the log has no case of that number (None: none was asked for)."""
    if case is None:
        return
    begun = [event for event in events if wanted(event, trainee, None)]
    for part, practice in (("training", False), ("independent", True)):
        if practice and scenario.independent.cases == 0:
            continue
        last = max((one.case for one in begun if bool(one.independent) == practice), default=-1)
        if case > last:
            known = "none was begun" if last < 0 else f"the last is {last}"
            yield f"no {part} case {case} ({known})"


def row(told: Told) -> Details:
    """A row as an object of plain values: what `leeway trace --format jsonl` prints.

    time in minutes; harm the name of the level standing after the event; not-finite numbers null.
    """
    event = told.event
    return {
        "time": event.time,
        "clock": words.clock(event.time),
        "kind": event.kind,
        "trainee": event.trainee,
        "case": event.case,
        "step": event.step,
        "step_name": told.step,
        "episode": told.error,
        "level": event.level,
        "harm": LEVELS[event.level],
        "who": told.who,
        "independent": event.independent,
        "details": {name: plain(value) for name, value in told.details.items()},
        "text": told.text,
    }


def plain(value: Any) -> Any:
    """A value that JSON can hold: numbers that aren't finite become None."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def lines(told: Iterable[Told]) -> Iterator[str]:
    """The story, a line a row, with a heading where training ends and practice alone begins."""
    heading: tuple[bool, int] | None = None
    for one in told:
        event = one.event
        part = (event.independent, event.trainee if event.independent else -1)
        if part != heading:
            yield from headings(event, first=heading is None)
            heading = part
        who = f"trainee {event.trainee}, case {event.case}"
        yield f"{words.clock(event.time):>{CLOCK_WIDTH}}  {who}: {one.text}"


def headings(event: Event, *, first: bool) -> Iterator[str]:
    """The lines that open a part of the story."""
    if not first:
        yield ""
    if event.independent:
        yield f"Independent practice of trainee {event.trainee} (the clock starts anew each case)"
    else:
        yield "Training (the clock shows days, then hours:minutes:seconds)"
