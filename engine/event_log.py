"""The rows of the event log that every engine writes (model, section 10)."""

from typing import NamedTuple

from engine.rules import LEVEL_NAMES

KINDS = (
    "case_start", "step_end", "error", "harm", "visible", "judge_now", "judge_wait", "cue",
    "call", "alarm", "request", "assigned", "hands_on", "fix_failed", "backup", "resolved",
    "sent_away", "debrief_start", "debrief_interrupted", "debrief_resumed", "debrief_end",
    "debrief_dropped", "case_close",
)  # fmt: skip

TAKEOVER, CALL, ALARM = 0, 1, 2
REQUESTS = ("takeover", "call", "alarm")
"""Why a rescue was requested: `number` of a request."""

TRAINEE, CUED, SAFETY_NET, SUPERVISOR, BACKUP, EXHAUSTED, SUBSIDED = range(7)
NOBODY = -1
"""Not ended yet."""

RESOLVERS = ("trainee", "cued", "safety_net", "supervisor", "backup", "exhausted", "subsided")
"""Who ended an episode: `number` of a resolved row."""

PREVENTED, ALLOWED, LATE_NOTICED, CALLED, UNNOTICED = range(5)
CLASSES = ("prevented", "allowed", "late_noticed", "called", "unnoticed")
"""The class of an episode: `second` of a resolved row."""

LEVELS = LEVEL_NAMES


class Event(NamedTuple):
    """One row. (trainee, case, step) names the episode: a step of a case has one at most.

    `step` is 0 in rows about the whole case; `level` is the harm standing after the event.
    `number` and `second` mean, by kind (0 where none is named):

    case_start: the supervising person, 1 if watched | step_end: duration (min), 1 if a
    supervisor completed it | error: index of its kind in the step, 1 if latent | judge_now,
    judge_wait: the tolerated chance q, the perceived chance c (q is 0 under the policies that
    don't weigh: zero_tolerance, hands_off, time_limit) | cue: 1 if a recovery will come of it |
    request: why (`REQUESTS`) | assigned: minutes since the request | hands_on: rescue latency
    (min) | fix_failed: number of the try, from 0 | resolved: by whom (`RESOLVERS`), class
    (`CLASSES`) | debrief_start: its duration (min) | debrief_interrupted, debrief_resumed: what
    remains (min) | debrief_dropped: minutes waited | case_close: 1 if debriefed.
    """

    time: float
    """Minutes from the start of training; in independent practice, from the start of the case."""
    kind: str
    trainee: int
    case: int
    step: int
    level: int
    number: float
    second: float
    independent: bool
    """True for a case of independent practice."""
