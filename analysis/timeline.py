"""What a timeline of one episode is drawn from: what the supervisor does when, in which unit.

The instants and the levels of harm are in analysis.episode.
"""

import math

import pandas as pd

from analysis.episode import Episode

DOING = ("start", "end", "doing")


def supervising(one: Episode) -> pd.DataFrame:
    """What the supervisor does in an episode: start, end (minutes after the error), doing.

    `supervisor waits` from the first judgement to wait, `nobody is free` while a notice or a
    request waits, `on the way`, `hands on`.
    """
    times: dict[str, float] = {}
    for row in one.events:
        times.setdefault(row.kind, row.time)
    end = one.end.time
    requested = times.get("request", end)
    assigned, hands_on = times.get("assigned", end), times.get("hands_on", end)
    judged = min(times.get("judge_wait", math.inf), times.get("judge_now", math.inf))
    spans = []
    if "visible" in times and judged < math.inf:
        spans.append((times["visible"], judged, "nobody is free"))
    if "judge_wait" in times:
        spans.append((times["judge_wait"], requested, "supervisor waits"))
    if "request" in times:
        spans.append((requested, assigned, "nobody is free"))
        spans.append((assigned, hands_on, "on the way"))
        spans.append((hands_on, end, "hands on"))
    rows = [(a - one.start, b - one.start, what) for a, b, what in spans if b > a]
    return pd.DataFrame(rows, columns=list(DOING))


def unit_for(minutes: float) -> tuple[str, float]:
    """The unit in which a span of so many minutes reads well, and its length in minutes."""
    for name, length in (("days", 1440.0), ("hours", 60.0), ("minutes", 1.0)):
        if minutes >= 2 * length:
            return name, length
    return "seconds", 1 / 60
