"""Checks between keys: what no single key can know about itself.

They run over the filled data and not over the models, because a model with one wrong key is never
built, and one wrong key must not hide that the shares of another step don't sum to 1. A check
looks only at inputs that are sound; what is unsound has its own finding.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

from engine.errors import Finding, Loc
from engine.sections import LEVELS, MOST_KINDS, MOST_STEPS
from engine.words import close, joined, plain

# Steps per replication. At the kernel's measured millions of cases a second this is seconds.
MOST_WORK = 10_000_000
_SHARES_TOLERANCE = 1e-9


def cross_findings(content: Any) -> list[Finding]:
    """All that is wrong between keys of a filled scenario."""
    steps = _items(_get(content, "task", "steps"))[:MOST_STEPS]
    found = [*_harm_weights(content), *_unique_names(steps, ("task", "steps"), "step")]
    for place, step in enumerate(steps):
        loc: Loc = ("task", "steps", place, "errors")
        kinds = _items(_get(step, "errors"))[:MOST_KINDS]
        found += _unique_names(kinds, loc, "error kind of this step")
        found += _shares(kinds, loc)
        found += _harms(kinds, loc)
    return [*found, *_policy(content), *_never_allow(content, steps), *_work(content, steps)]


def _get(content: Any, *keys: str) -> Any:
    for key in keys:
        content = content.get(key) if isinstance(content, dict) else None
    return content


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _number(value: Any, least: float, most: float) -> float | None:
    sound = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if sound and least <= value <= most else None


def _numbers(values: Sequence[Any], least: float, most: float) -> list[float] | None:
    read = [_number(value, least, most) for value in values]
    sound = [value for value in read if value is not None]
    return sound if len(sound) == len(read) else None


def _harm_weights(content: Any) -> Iterator[Finding]:
    weights = _get(content, "harm_weights")
    for lower, upper in itertools.pairwise(LEVELS):
        below, above = (_number(_get(weights, level), 0, math.inf) for level in (lower, upper))
        if below is not None and above is not None and below > above:
            yield Finding(
                ("harm_weights", upper),
                f"{above:g} was given, and {lower} weighs {below:g}",
                "weights rise with the harm: 0 < mild <= moderate <= severe <= death",
                f"give {upper} at least {below:g}",
            )


def _unique_names(items: Sequence[Any], loc: Loc, what: str) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for place, item in enumerate(items):
        name = _get(item, "name")
        if not isinstance(name, str):
            continue
        if name in seen:
            yield Finding(
                (*loc, place, "name"),
                f'"{plain(name)}" was given before, as number {seen[name] + 1}',
                f"each {what} has a name of its own",
                "rename one of the two",
            )
        seen.setdefault(name, place)


def _shares(kinds: Sequence[Any], loc: Loc) -> Iterator[Finding]:
    shares = _numbers([_get(kind, "share") for kind in kinds], 0, 1)
    if not shares:
        return
    total = math.fsum(shares)
    if abs(total - 1) > _SHARES_TOLERANCE:
        advice = "write 1" if len(shares) == 1 else f"change them by {1 - total:+.10g} in all"
        yield Finding(
            loc, f"the shares sum to {total:.10g}", "the shares of a step must sum to 1", advice
        )


def _harms(kinds: Sequence[Any], loc: Loc) -> Iterator[Finding]:
    for place, kind in enumerate(kinds):
        first, worst = _get(kind, "first_harm"), _get(kind, "worst_harm")
        known = first in LEVELS and worst in LEVELS
        if known and LEVELS.index(worst) < LEVELS.index(first):
            yield Finding(
                (*loc, place, "worst_harm"),
                f"{worst} was given, and harm begins with {first}",
                "the worst harm is the first or a graver one",
                f"write {joined(LEVELS[LEVELS.index(first) :], 'or')}",
            )


def _policy(content: Any) -> Iterator[Finding]:
    supervision = _get(content, "supervision")
    if _get(supervision, "policy") == "time_limit" and _get(supervision, "time_limit") is None:
        yield Finding(
            ("supervision", "time_limit"),
            "no time_limit was given",
            "policy time_limit needs one",
            "add time_limit: 2 min, or choose another policy",
        )


def _never_allow(content: Any, steps: Sequence[Any]) -> Iterator[Finding]:
    kinds = [kind for step in steps for kind in _items(_get(step, "errors"))]
    names = [_get(kind, "name") for kind in kinds]
    known = [name for name in names if isinstance(name, str)]
    if not known or len(known) < len(names):
        return
    for place, name in enumerate(_items(_get(content, "supervision", "never_allow"))):
        if isinstance(name, str) and name not in known:
            guess = close(name, known)
            advice = "choose one of these" if guess is None else f"did you mean {plain(guess)}?"
            yield Finding(
                ("supervision", "never_allow", place),
                f'there is no error kind "{plain(name)}"',
                f"the error kinds are {joined(dict.fromkeys(known), 'and')}",
                advice,
            )


def _work(content: Any, steps: Sequence[Any]) -> Iterator[Finding]:
    counts = (
        _get(content, "trainees", "count"),
        _get(content, "study", "cases"),
        _get(content, "independent", "cases"),
    )
    sound = _numbers(counts, 0, MOST_WORK)
    if sound is None or not steps:
        return
    trainees, training, independent = (int(count) for count in sound)
    work = trainees * (training + independent) * len(steps)
    if work > MOST_WORK:
        yield Finding(
            ("study", "cases"),
            f"{trainees:,} trainees x ({training:,} + {independent:,}) cases x {len(steps):,} steps"
            f" are {work:,} steps in each replication",
            f"at most {MOST_WORK:,} are simulated",
            "give fewer cases or trainees, and more replications",
        )
