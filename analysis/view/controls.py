"""The controls of the page: what may be set, in which steps, and in what words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from analysis import study
from analysis.input_words import path_words
from analysis.view import places, ranges, tokens
from analysis.view.control_words import (
    FRAGILE,
    NEEDS,
    POLICIES,
    TYPICALLY,
    WHOLE,
    WORDS,
    Group,
    Needs,
)
from analysis.view.places import AS_WRITTEN, PLACES, VARIANT
from analysis.view.tokens import Kind, Value
from engine.checks import MOST_WORK
from engine.errors import ScenarioError
from engine.evidence import ASSUMPTION, size
from engine.inputs import Input
from engine.scenario import Scenario
from engine.sections import MOST_PEOPLE

MOST_SUPERVISORS, MOST_TRAINEES = 20, 40
"""People on a page, unless the scenario has more itself: beyond that an answer takes too long."""
MOST_PERMISSIVENESS = 10.0


@dataclass(frozen=True)
class Position:
    """One step of a slider, or one choice. `value` is in minutes for a time; None for a choice."""

    token: str
    label: str
    value: float | None


@dataclass(frozen=True)
class Typed:
    """What may be typed between the positions: an example, the limits in words."""

    example: str
    says: str


@dataclass(frozen=True)
class Control:
    """One control, all its words included.

    own: the token of the file; own_under: that of a variant which changes it, by variant.
    from_file: whether the file has a value of its own, and not just the page one to start from.
    range: in words. limits: the least and the greatest value that may be set, None for a choice.
    leeway: whether it is the axis of the curve, so that moving it needs no new answer.
    """

    key: str
    label: str
    help: str
    group: Group
    kind: Literal["slider", "choice"]
    positions: tuple[Position, ...]
    own: str
    own_under: Mapping[str, str]
    from_file: bool
    range: str | None
    typed: Typed | None
    assumption: bool
    source: str | None
    needs: Needs | None
    leeway: bool
    limits: tuple[float, float] | None

    def as_object(self) -> dict[str, Any]:
        """The control as plain data, for the page."""
        return {name: each for name, each in asdict(self).items() if name != "limits"}

    def has(self, token: str) -> bool:
        """Whether a token is one of the positions."""
        return any(position.token == token for position in self.positions)


def controls(scenario: Scenario) -> tuple[Control, ...]:
    """The controls of a scenario, in the order in which the page shows them.

    What a scenario gives by no single number (a latency by two percentiles, say) has no control.
    """
    inputs = [*scenario.inputs(), *scenario.choices()]
    under = dict(variants(scenario))
    found = [control(scenario, key, inputs, under) for key in PLACES]
    told = [each for each in found if each is not None]
    if scenario.variants:
        told.insert(len(told) - 1, variant_control(scenario))
    return tuple(told)


def variants(scenario: Scenario) -> Iterator[tuple[str, Scenario]]:
    """The scenario with each of its variants."""
    for name in scenario.variants:
        yield name, scenario.with_variant(name)


def control(
    scenario: Scenario, key: str, inputs: Sequence[Input], under: Mapping[str, Scenario]
) -> Control | None:
    """One control, or None where the scenario has no single value for it."""
    own, path = places.own(scenario, key), places.path(scenario, key)
    if own is None or path is None:
        return None
    kind = PLACES[key].kind
    others = {name: places.own(each, key) for name, each in under.items()}
    ends = range_of(scenario, path)
    values = positions(scenario, key, own, ends)
    values = tuple(sorted({*values, *(each for each in others.values() if each is not None)}))
    if kind == "word":
        values = tuple(POLICIES)
    status = status_of(path, inputs)
    limits = limits_of(scenario, key, values)
    return Control(
        key=key,
        label=WORDS[key].label,
        help=help_of(scenario, key),
        group=WORDS[key].group,
        kind="choice" if kind == "word" else "slider",
        positions=tuple(position(kind, each) for each in values),
        own=tokens.write(kind, own),
        own_under={
            name: tokens.write(kind, each)
            for name, each in others.items()
            if each is not None and each != own
        },
        from_file=not places.is_lent(scenario, key),
        range=range_words(kind, values, ends),
        typed=None if limits is None else typed(kind, values, limits),
        assumption=status is not None and status.status == ASSUMPTION,
        source=None if status is None or status.source is None else source(scenario, status.source),
        needs=NEEDS.get(key),
        leeway=key in NEEDS,
        limits=limits,
    )


def position(kind: Kind, value: Value) -> Position:
    """A value as a step of a slider or a choice."""
    if isinstance(value, str):
        return Position(value, POLICIES[value], None)
    return Position(tokens.write(kind, value), tokens.label(kind, value), float(value))


def positions(
    scenario: Scenario, key: str, own: Value, ends: tuple[float, float] | None
) -> tuple[Value, ...]:
    """The values a slider steps through, the scenario's own among them."""
    if isinstance(own, str):
        return (own,)
    spanned = () if ends is None else ends
    if key in NEEDS:
        return leeway_values(scenario, key)
    if key == "supervisors":
        return ranges.counts(int(own), (1, 2, 3, 4, 6, 8), most_people(scenario, key, int(own)))
    if key == "trainees":
        return ranges.counts(int(own), (1, 2, 3, 4, 6, 8, 12), most_people(scenario, key, int(own)))
    if PLACES[key].kind == "share":
        return ranges.shares(own, spanned)
    return ranges.times(own, spanned) if key == "latency" else ranges.factors(own, spanned)


def leeway_values(scenario: Scenario, key: str) -> tuple[float, ...]:
    """The settings of the curve that `leeway run` would draw under a policy with this leeway."""
    if study.axis_of(scenario) != key:
        policy = NEEDS[key].tokens[0]
        update: dict[str, Value] = {"policy": policy}
        if key == "time_limit":
            update["time_limit"] = float(places.own(scenario, key) or 0.0)
        scenario = places.changed(scenario, update)
    return study.settings_to_try(scenario)


def most_people(scenario: Scenario, key: str, own: int) -> int:
    """The greatest number of people that may be set."""
    most = max(2 * own, MOST_SUPERVISORS if key == "supervisors" else MOST_TRAINEES)
    if key == "trainees":
        cases = scenario.study.cases + scenario.independent.cases
        most = min(most, max(own, MOST_WORK // (cases * len(scenario.task.steps))))
    return min(most, MOST_PEOPLE)


def limits_of(scenario: Scenario, key: str, values: Sequence[Value]) -> tuple[float, float] | None:
    """The least and the greatest value that may be set; None for a choice."""
    numbers = [float(each) for each in values if not isinstance(each, str)]
    if not numbers:
        return None
    if key in ("supervisors", "trainees"):
        own = int(places.own(scenario, key) or 1)
        return 1.0, float(max(most_people(scenario, key, own), *numbers))
    if PLACES[key].kind == "share":
        return 0.0, 1.0
    if key == "permissiveness":
        return 0.0, max(MOST_PERMISSIVENESS, *numbers)
    if key == "time_limit":
        return 0.0, ranges.above(5 * numbers[-1])
    above_zero = [each for each in numbers if each > 0]
    if key == "fragility":
        return above_zero[0] / 5, above_zero[-1] * 5
    least = above_zero[0] / 10
    return 0.0 if numbers[0] == 0 or takes_zero(scenario) else least, ranges.above(5 * numbers[-1])


def takes_zero(scenario: Scenario) -> bool:
    """Whether a latency of 0 may be written in the family the scenario has."""
    path = places.path(scenario, "latency")
    try:
        scenario.with_({str(path): "0 min"})
    except ScenarioError:
        return False
    return True


def typed(kind: Kind, values: Sequence[Value], limits: tuple[float, float]) -> Typed:
    """What may be typed: an example between two positions, and the limits."""
    low, high = (int(each) if kind == "count" else each for each in limits)
    says = f"from {tokens.label(kind, low)} to {tokens.label(kind, high)}"
    if kind == "share":
        says += " (50 means 50 %)"
    return Typed(tokens.label(kind, example(kind, values, limits)), says)


def example(kind: Kind, values: Sequence[Value], limits: tuple[float, float]) -> Value:
    """A value that may be typed, mostly one that is no position."""
    numbers = [float(each) for each in values if not isinstance(each, str)]
    if kind == "count":
        return int(min(limits[1], numbers[-1] + 1))
    middle = len(numbers) // 2
    if kind == "duration":
        return ranges.nearest(max(numbers[middle], ranges.NICE_TIMES[0]), ranges.NICE_TIMES)
    return float(f"{(numbers[max(0, middle - 1)] + numbers[middle]) / 2:.2g}")


def help_of(scenario: Scenario, key: str) -> str:
    """What a control means, with what its number is of a distribution."""
    text = WORDS[key].help
    if "{}" not in text:
        return text
    place = PLACES[key]
    name = places.typical(getattr(getattr(scenario, place.section), place.key))
    means = FRAGILE if key == "fragility" else TYPICALLY
    return text.format("" if name is None else means[name])


def range_of(scenario: Scenario, path: str) -> tuple[float, float] | None:
    """The plausible range the evidence list gives for a path (minutes for a time), if any."""
    for entry in scenario.evidence:
        if entry.range is None or entry.about not in (path, path.removesuffix(".fixed")):
            continue
        low, high = (size(end) for end in entry.range)
        if low is not None and high is not None:
            return low, high
    return None


def range_words(
    kind: Kind, values: Sequence[Value], ends: tuple[float, float] | None
) -> str | None:
    """Where the range of a slider comes from; None for a choice."""
    if kind == "word":
        return None
    low, high = (values[0], values[-1]) if ends is None else ends
    text = f"{tokens.label(kind, low)} to {tokens.label(kind, high)}"
    return (
        f"the slider goes from {text}"
        if ends is None
        else f"plausible range, by the file's evidence: {text}"
    )


def status_of(path: str, inputs: Sequence[Input]) -> Input | None:
    """The input, or the choice with evidence, that holds a path; None where none does."""
    held = (one for one in inputs if path == one.path or path.startswith(f"{one.path}."))
    return next(held, None)


def source(scenario: Scenario, key: str) -> str:
    """The full reference of a source."""
    return scenario.sources.get(key, key)


def variant_control(scenario: Scenario) -> Control:
    """The choice between the file as written and its variants."""
    learning = all(
        path.startswith("learning") for changes in scenario.variants.values() for path in changes
    )
    named = {AS_WRITTEN: "As written"}
    named |= {name: variant_label(name) for name in scenario.variants}
    return Control(
        key=VARIANT,
        label="What failure teaches" if learning else "Variant",
        help=variant_help(scenario),
        group="Learning",
        kind="choice",
        positions=tuple(Position(token, label, None) for token, label in named.items()),
        own=AS_WRITTEN,
        own_under={},
        from_file=True,
        range=None,
        typed=None,
        assumption=False,
        source=None,
        needs=None,
        leeway=False,
        limits=None,
    )


def variant_label(name: str) -> str:
    """The name of a variant as words."""
    words = name.replace("_", " ").replace("-", " ").strip() or name
    return words[:1].upper() + words[1:]


def variant_help(scenario: Scenario) -> str:
    """What the variants are about."""
    paths = dict.fromkeys(path for changes in scenario.variants.values() for path in changes)
    told = [WHOLE.get(path) or path_words(scenario, path) for path in paths]
    more = f", and {len(told) - 3} more" if len(told) > 3 else ""
    what = ", ".join(told[:3]) if more else " and ".join(told[:3])
    return f"Other readings of what is uncertain, as the file gives them: {what}{more}."
