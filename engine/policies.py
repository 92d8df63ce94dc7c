"""What a supervisor plans on judging an episode: the six policies, and those of one's own.

A policy gives the time of the planned takeover, in minutes on the absolute clock: now or earlier to
step in at once, infinity to wait for the next level of harm. `never_allow`, `stop_at` and
`time_cap` are applied to what it gives, whatever the policy (model, section 5).
"""

import hashlib
import inspect
import marshal
import math
from collections.abc import Callable
from dataclasses import dataclass

from engine import rules
from engine.sections import Supervision


@dataclass(frozen=True, slots=True)
class Situation:
    """What there is to judge by. Times are minutes on the absolute clock."""

    now: float
    opened: float
    """When the error fell."""
    reached: float
    """When the standing level of harm was reached; at first, when the error fell."""
    level: int
    """The harm standing: 0 none, 1 mild, 2 moderate, 3 severe, 4 death."""
    window_min: float
    """How long the supervisor believes the next level takes, counted from `reached`."""
    usual_latency_min: float
    """Median response + median fix: how long a takeover usually takes."""
    perceived: float
    """c: the chance, as the supervisor sees it, that harm comes before a takeover begun now."""
    tolerated: float
    """q: the chance that the default policy would tolerate."""
    educational_value: float
    error: str
    """The name of the kind of error."""
    trainee: int
    seen: int
    """Episodes of this trainee that have ended so far."""
    good: int
    """Those of them that the trainee put right unharmed."""


NOT_WEIGHING = ("zero_tolerance", "hands_off", "time_limit")
"""Policies under which no risk is weighed against educational value."""

Policy = Callable[[Situation], float]
"""A policy of one's own: the planned takeover for a situation, on the absolute clock (min)."""


def planned_by(supervision: Supervision, own: Policy | None, seen: Situation) -> float:
    """When the policy would step in, in minutes on the absolute clock.

    Raises ValueError where a policy of one's own answers with NaN.
    """
    if own is not None:
        planned = float(own(seen))
        if math.isnan(planned):
            raise ValueError(f"the policy {own!r} answered with NaN; it must answer with a time")
        return planned
    if supervision.policy == "hands_off":
        return math.inf
    if supervision.policy == "time_limit":
        assert supervision.time_limit is not None
        return seen.reached + supervision.time_limit if seen.level == rules.NONE else seen.now
    return rules.threshold_time(
        seen.now,
        seen.reached,
        seen.window_min,
        seen.usual_latency_min,
        supervision.judgement.sharpness,
        seen.tolerated,
    )


def papers_of(own: Policy) -> dict[str, str]:
    """The qualified name and the source of a policy of one's own, for a result's papers.

    Of a function typed at a bare prompt, whose source nobody kept, a digest of its code stands for
    the source. Raises TypeError where `own` is no Python function.
    """
    if not inspect.isfunction(own):
        raise TypeError(f"a policy is a Python function of one situation; {own!r} is none")
    try:
        source = inspect.getsource(own)
    except OSError:
        digest = hashlib.sha256(marshal.dumps(own.__code__)).hexdigest()
        source = f"not kept; sha256 of its code: {digest}"
    return {"name": f"{own.__module__}.{own.__qualname__}", "source": source}
