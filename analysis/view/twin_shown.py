"""One attempt in two worlds as plain data: timelines, stories; and which attempts to offer."""

from collections.abc import Mapping, Sequence
from typing import Any

from analysis import episode as episodes
from analysis import side_by_side, story, twins_story, words
from analysis.episode import Episode
from analysis.parting import JUDGEMENTS, Side
from analysis.side_by_side import Candidate
from analysis.timeline import supervising, unit_for
from analysis.twins import Shown
from analysis.view import twin_words

MOST = 12
"""Attempts to choose from."""
AGAIN = {"judge_wait": "waited", "judge_now": "request"}
"""Kinds of marks of a judgement that isn't the first, which is `noticed`; others are as logged."""


def as_object(shown: Shown, names: Mapping[str, str]) -> dict[str, Any]:
    """The attempt shown. names: world -> its label."""
    worlds = [world(side, shown.step, names[side.name]) for side in (shown.a, shown.b)]
    longest = max((mark["minutes"] for each in worlds for mark in each["marks"]), default=0.0)
    unit, minutes = unit_for(longest)
    return {
        "replication": shown.replication,
        "trainee": shown.key.trainee,
        "case": shown.key.case,
        "step": shown.step,
        "title": title(shown),
        "start": start(shown),
        "unit": unit,
        "minutes_per_unit": minutes,
        "worlds": worlds,
        "parts_at": parts_at(shown),
        "sentences": twin_words.sentences(shown),
    }


def title(shown: Shown) -> str:
    """Which attempt it is, and which error."""
    names = [story.error_name(side.scenario, one.events[0]) for side, one in errors(shown)]
    error = "" if not names else f": {words.listed(list(dict.fromkeys(names)), 'or')}"
    return f"{twins_story.shown_title(shown)}{error}"


def start(shown: Shown) -> str:
    """On which day of training the error falls."""
    times = {side.name: one.start for side, one in errors(shown)}
    if not times:
        return "No error is made in this attempt."
    days = {name: words.day(time) for name, time in times.items()}
    if len(set(days.values())) == 1:
        where = "" if len(days) == 2 else f", under {next(iter(days))} alone"
        return f"The error falls {next(iter(days.values()))} of training{where}."
    told = [f"{day} under {name}" for name, day in days.items()]
    return f"The error falls {words.listed(told)} of training."


def errors(shown: Shown) -> list[tuple[Side, Episode]]:
    """The error shown, in the worlds that have it."""
    found = [(side, side.episode(shown.step)) for side in (shown.a, shown.b)]
    return [(side, one) for side, one in found if one is not None]


def world(side: Side, step: int, label: str) -> dict[str, Any]:
    """One world's view of the attempt: what happens when, in minutes after the error."""
    one = side.episode(step)
    told: dict[str, Any] = {"name": side.name, "label": label}
    if one is None:
        why = twins_story.nothing(side.rows)
        return told | {
            "end": why,
            "marks": [],
            "harm": [],
            "doing": [],
            "story": [{"time": "", "text": why}],
        }
    lines = episodes.told(side.scenario, one)
    return told | {
        "end": twin_words.end_in_short(one),
        "marks": marks(side, one),
        "harm": episodes.spans(one).to_dict("records"),
        "doing": [
            {"start": row["start"], "end": row["end"], "what": row["doing"]}
            for row in supervising(one).to_dict("records")
        ],
        "story": [{"time": time, "text": text} for time, text in lines],
    }


def marks(side: Side, one: Episode) -> list[dict[str, Any]]:
    """The labelled instants of an error."""
    found: list[dict[str, Any]] = []
    noticed = False
    for row in episodes.flags(side.scenario, one).to_dict("records"):
        kind = row["kind"]
        if kind in JUDGEMENTS:
            kind, noticed = AGAIN[kind] if noticed else "noticed", True
        found.append({"minutes": row["minutes"], "kind": kind, "label": row["label"]})
    return found


def parts_at(shown: Shown) -> float | None:
    """Minutes after the error at which the worlds part; None where they don't, or before it."""
    if shown.parted is None:
        return None
    for side, one in errors(shown):
        since = shown.parted.since_start - (one.start - side.rows[0].time)
        if one.events[0].step == shown.parted.step:
            return max(0.0, since)
    return None


# ---- which to choose from --------------------------------------------------------------------


def choices(candidates: Sequence[Candidate]) -> list[dict[str, Any]]:
    """Up to MOST attempts, the most telling first, then in turn one of each way of differing."""
    best = side_by_side.most_telling(candidates)
    ways: dict[Any, list[Candidate]] = {}
    for one in sorted(candidates, key=lambda each: -each.kinds):
        if one is not best:
            ways.setdefault(one.ends, []).append(one)
    apart = sorted(ways.values(), key=lambda group: (not group[0].apart, -len(group)))
    taken = [] if best is None else [best]
    while len(taken) < MOST and any(apart):
        for group in apart:
            if group and len(taken) < MOST:
                taken.append(group.pop(0))
    return [choice(one) for one in taken]


def choice(one: Candidate) -> dict[str, Any]:
    """An attempt to choose: its address, and what differs in it."""
    return {
        "replication": one.replication,
        "trainee": one.key.trainee,
        "case": one.key.case,
        "label": f"{differs(one)} ({words.attempt(one.key.trainee, one.key.case)}, "
        f"{words.ordinal(one.replication)} replication).",
    }


def differs(one: Candidate) -> str:
    """How the error ends in either world."""
    a, b = (end_words(end) for end in one.ends)
    if a == b:
        return "No error in either world" if one.ends[0] is None else f"A and B: {a}"
    return f"A: {a}; B: {b}"


def end_words(end: tuple[int, int] | None) -> str:
    """How an error ends, where there is one."""
    return "no error" if end is None else twin_words.how(*end)
