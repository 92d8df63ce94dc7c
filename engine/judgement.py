"""Judging an episode: what the supervisor sees, tolerates and plans (model, section 5)."""

import math
from typing import TYPE_CHECKING

from engine import rules
from engine.luck import Purpose
from engine.policies import NOT_WEIGHING, Situation, planned_by

if TYPE_CHECKING:
    from engine.episode import Episode


def situation(episode: "Episode") -> Situation:
    """What the supervisor sees: the truth about the next harm, through bias and noise."""
    ward, judgement = episode.ward, episode.case.supervision.judgement
    z = ward.normal(episode.place, Purpose.MISJUDGEMENT, episode.level)
    window_min = rules.perceived_window(
        episode.next_harm_due - episode.reached, judgement.bias, judgement.noise, z
    )
    latency_min = ward.world.usual_latency_min
    return Situation(
        now=ward.now,
        opened=episode.opened,
        reached=episode.reached,
        level=episode.level,
        window_min=window_min,
        usual_latency_min=latency_min,
        perceived=rules.perceived_chance(
            ward.now, episode.reached, window_min, latency_min, judgement.sharpness
        ),
        tolerated=_tolerated(episode),
        educational_value=episode.kind.educational_value,
        error=episode.kind.name,
        trainee=episode.place.trainee,
        seen=episode.case.trainee.seen,
        good=episode.case.trainee.good,
    )


def planned_takeover(episode: "Episode", seen: Situation) -> float:
    """When the supervisor will step in: by the policy, unless an overriding rule says now."""
    supervision = episode.case.supervision
    wanted = seen.now
    if not _forced(episode):
        wanted = planned_by(supervision, episode.ward.world.policy, seen)
    cap = math.inf if supervision.time_cap is None else supervision.time_cap
    planned: float = rules.planned_takeover(seen.now, wanted, episode.opened, cap)
    return planned


def _tolerated(episode: "Episode") -> float:
    """q; 0 under the policies that don't weigh risk against value."""
    supervision, trainee = episode.case.supervision, episode.case.trainee
    world, policy = episode.ward.world, supervision.policy
    if world.policy is None and policy in NOT_WEIGHING:
        return 0.0
    slip_z = episode.ward.normal(episode.place, Purpose.SLIP, episode.level)
    q: float = rules.tolerated_chance(
        supervision.permissiveness,
        world.person(episode.case.person),
        rules.multiplier(world.slip_sigma, slip_z),
        1.0 if policy == "risk_threshold" else episode.kind.educational_value,
        rules.trust(trainee.good, trainee.seen) if policy == "entrustment" else 1.0,
        world.weights[rules.MILD],
        world.weights[episode.next_level()],
    )
    return q


def _forced(episode: "Episode") -> bool:
    """Kinds and levels at which the supervisor steps in whatever the policy says."""
    supervision = episode.case.supervision
    stop_at = supervision.stop_at
    return episode.kind.name in supervision.never_allow or (
        stop_at is not None and episode.level >= rules.LEVEL_NAMES.index(stop_at)
    )
