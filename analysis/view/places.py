"""What each control of the page changes in a scenario, and how that is done quickly.

A checked scenario with one more checked value is built without checking all of it anew, which
would take longer than simulating it. `Scenario.with_` makes the same scenario of `in_file_form`
(tests/test_view_settings.py), and whatever it would refuse is refused here, by the same words.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from analysis.rebuilt import rebuilt
from analysis.view.tokens import Kind, Value, file_form
from engine.checks import MOST_WORK
from engine.fields import DurationDistribution, PositiveDistribution
from engine.quantities import Distribution
from engine.scenario import Scenario
from engine.shape import canonical

WEIGHING = ("value_weighted", "risk_threshold", "entrustment")
"""The policies that weigh, and so have permissiveness."""
VARIANT = "variant"
AS_WRITTEN = "-"
"""Token of variant for none: no variant can have this name."""


class Place(NamedTuple):
    """Where a control's value stands: a section and a key of it, and of what kind it is."""

    section: str
    key: str
    kind: Kind


PLACES: Mapping[str, Place] = {
    "policy": Place("supervision", "policy", "word"),
    "permissiveness": Place("supervision", "permissiveness", "number"),
    "time_limit": Place("supervision", "time_limit", "duration"),
    "latency": Place("supervision", "response", "duration"),
    "watched": Place("supervision", "watched", "share"),
    "supervisors": Place("supervision", "supervisors", "count"),
    "trainees": Place("trainees", "count", "count"),
    "fragility": Place("patient", "fragility", "number"),
    "debrief": Place("debrief", "probability", "share"),
}
"""Every control but the variant, in the order in which they are told."""

KEYS = (*PLACES, VARIANT)
SECOND = ("permissiveness", "time_limit", "policy", "latency")
"""What a second supervisor may have of their own."""

_TYPICAL = {
    "fixed": ("value",),
    "exponential": ("mean",),
    "lognormal": ("median", "mean"),
    "weibull": ("median", "scale"),
    "loglogistic": ("median",),
}
"""The parameter that says how large a distribution's values typically are, by family."""
_TYPES = {"response": DurationDistribution, "fragility": PositiveDistribution}

_LIMITS = (
    (1 / 60, (1, 2, 4, 8, 20)),
    (1.0, (1, 2, 4, 8, 20)),
    (60.0, (1, 2, 4, 8, 12)),
    (1440.0, (1, 2, 4)),
    (10080.0, (1, 2, 4, 8, 20, 40)),
)
"""Time limits whose quarters are easily read, in minutes: unit and numbers."""


def typical(distribution: Distribution) -> str | None:
    """The parameter that says where a distribution lies; None where no single one does."""
    names = _TYPICAL.get(distribution.family, ())
    return next((name for name in names if name in distribution.parameters), None)


def path(scenario: Scenario, key: str) -> str | None:
    """The path a control changes; None where this scenario has no single number there."""
    place = PLACES[key]
    above = f"{place.section}.{place.key}"
    found = getattr(getattr(scenario, place.section), place.key)
    if not isinstance(found, Distribution):
        return above
    name = typical(found)
    if name is None:
        return None
    return f"{above}.fixed" if found.family == "fixed" else f"{above}.{found.family}.{name}"


def own(scenario: Scenario, key: str) -> Value | None:
    """A scenario's own value of a control; None where it has no single one.

    A scenario without a time limit has the usual one, should the policy ask for it.
    """
    place = PLACES[key]
    found = getattr(getattr(scenario, place.section), place.key)
    if isinstance(found, Distribution):
        name = typical(found)
        number = None if name is None else found.parameters[name]
        return number if isinstance(number, float) else None
    if found is None:
        return usual_time_limit(scenario)
    value: Value = found
    return value


def is_lent(scenario: Scenario, key: str) -> bool:
    """Whether a scenario has no value of a control itself, so that the page lends it one."""
    return key == "time_limit" and scenario.supervision.time_limit is None


def usual_time_limit(scenario: Scenario) -> float:
    """A time limit for a scenario without one (minutes).

    About what a rescue typically takes; where errors show late and harm comes later still, half
    way (by ratio) from the one to the other, since a limit below the first changes nothing.
    """
    supervision = scenario.supervision
    latency = supervision.response.standard.median + supervision.fix.standard.median
    wanted = max([latency, *_half_way(scenario)])
    easy = [unit * number for unit, numbers in _LIMITS for number in numbers]
    if wanted <= 0:
        return 1.0
    return min(easy, key=lambda each: max(each / wanted, wanted / each))


def _half_way(scenario: Scenario) -> list[float]:
    """The time half way, by ratio, from when a typical error shows until it does harm, if any."""
    kinds = [kind for step in scenario.task.steps for kind in step.errors]
    shows, harms = (
        sorted(time for time in times if 0 < time < math.inf)
        for times in (
            [kind.visible_after.standard.median for kind in kinds],
            [kind.time_to_harm.standard.median for kind in kinds],
        )
    )
    if not shows or not harms:
        return []
    return [math.sqrt(shows[len(shows) // 2] * harms[len(harms) // 2])]


def changed(scenario: Scenario, values: Mapping[str, Value]) -> Scenario:
    """A scenario with other values of controls, by key, which it must have.

    Raises ScenarioError for what a scenario can't hold, as `Scenario.with_` does.
    """
    sections: dict[str, dict[str, Any]] = {}
    for key, value in values.items():
        place = PLACES[key]
        before = getattr(getattr(scenario, place.section), place.key)
        after = _moved(before, place, value) if isinstance(before, Distribution) else value
        if after is None:
            return scenario.with_(in_file_form(scenario, values))
        sections.setdefault(place.section, {})[place.key] = after
    built = {name: rebuilt(getattr(scenario, name), update) for name, update in sections.items()}
    made = rebuilt(scenario, built)
    return made if _work(made) <= MOST_WORK else scenario.with_(in_file_form(scenario, values))


def _work(scenario: Scenario) -> int:
    """Steps in each replication, of which the format limits the number."""
    cases = scenario.study.cases + scenario.independent.cases
    return scenario.trainees.count * cases * len(scenario.task.steps)


def _moved(before: Distribution, place: Place, value: Value) -> Distribution | None:
    """A distribution moved to another typical value; None where the format refuses it."""
    name = typical(before)
    assert name is not None  # a control is offered only where there is one
    assert not isinstance(value, str)
    after = Distribution(
        before.family, {**before.parameters, name: float(value)}, before.is_duration
    )
    try:
        canonical(_TYPES[place.key], after.written())
    except ValidationError:
        return None
    return after


def in_file_form(scenario: Scenario, values: Mapping[str, Value]) -> dict[str, Any]:
    """The same changes as path: value in file form, for `Scenario.with_` and for `--set`."""
    found = {}
    for key, value in values.items():
        where = path(scenario, key)
        assert where is not None  # a control is offered only where there is such a path
        found[where] = file_form(PLACES[key].kind, value)
    return found
