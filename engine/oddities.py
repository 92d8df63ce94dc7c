"""What is allowed in a scenario and yet odd: said by `leeway check`, never refused."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.evidence import size
from engine.paths import Wrong, get_at, resolve
from engine.sections import LEVELS
from engine.words import plain

if TYPE_CHECKING:
    from engine.scenario import Scenario

BOTH_VARIANTS = ("optimistic", "pessimistic")


def oddities(scenario: "Scenario") -> tuple[str, ...]:
    """One sentence for each thing that is allowed and probably not meant."""
    return (
        *_supervision(scenario),
        *_kinds(scenario),
        *_variants(scenario),
        *_sources(scenario),
        *_ranges(scenario),
    )


def _supervision(scenario: "Scenario") -> Iterator[str]:
    supervision = scenario.supervision
    if supervision.alarm_from != "never":
        worst = [
            LEVELS.index(kind.worst_harm) for step in scenario.task.steps for kind in step.errors
        ]
        if max(worst) <= LEVELS.index(supervision.alarm_from):
            yield (
                f"supervision.alarm_from: no worst_harm lies above {supervision.alarm_from},"
                " so the alarm comes when the episode is over and can never help"
            )
    if supervision.judgement.noise == 0:
        yield (
            "supervision.judgement.noise: with 0 supervisors know the true time to harm;"
            " nobody is that clairvoyant"
        )
    if supervision.stop_at is not None and supervision.policy == "hands_off":
        yield (
            "supervision.stop_at: policy hands_off judges once, so this counts only where harm is"
            " already standing then; alarm_from brings help at later harm"
        )
    if supervision.time_limit is not None and supervision.policy != "time_limit":
        yield f"supervision.time_limit: policy {supervision.policy} doesn't use it"


def _kinds(scenario: "Scenario") -> Iterator[str]:
    for step in scenario.task.steps:
        chances = step.error_probability
        if chances.expert > chances.novice:
            yield (
                f"task.steps[{step.name}].error_probability: experts err more often than novices,"
                " so this trainee gets worse with experience"
            )
        for kind in step.errors:
            where = f"task.steps[{step.name}].errors[{kind.name}]"
            if kind.recovery.expert < kind.recovery.novice:
                yield f"{where}.recovery: resilience makes recovery less likely"
            if kind.worst_harm != kind.first_harm and kind.escalation.family == "never":
                yield (
                    f"{where}.escalation: it is never, so worst_harm {kind.worst_harm}"
                    " can't be reached"
                )


def _variants(scenario: "Scenario") -> Iterator[str]:
    missing = [name for name in BOTH_VARIANTS if name not in scenario.variants]
    if missing:
        yield (
            f"variants: there is no {' and no '.join(missing)} variant; what failure teaches is"
            " uncertain, and both show how much hangs on it"
        )
    for name, changes in scenario.variants.items():
        if not changes:
            yield f"variants.{name}: it changes nothing"


def _sources(scenario: "Scenario") -> Iterator[str]:
    cited = {entry.source for entry in scenario.evidence}
    for key in scenario.sources:
        if key not in cited:
            yield f"sources.{key}: no evidence cites it"


def _ranges(scenario: "Scenario") -> Iterator[str]:
    content = scenario.resolved()
    for entry in scenario.evidence:
        loc = resolve(content, entry.about)
        if entry.range is None or isinstance(loc, Wrong):
            continue
        now = get_at(content, loc)
        value = size(now["fixed"] if isinstance(now, dict) else now)
        low, high = (size(end) for end in entry.range)
        if value is None or low is None or high is None:
            continue
        if not low <= value <= high:
            yield f"evidence about {plain(entry.about)}: the value itself is outside its range"
