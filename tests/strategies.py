"""Scenarios drawn over the whole format, in file form: what the two engines must agree on.

Counts are small and errors frequent, so that a few cases hold many encounters. Half of the
scenarios draw their times from a short list of round minutes, zero among them: then clocks, waits
and steps of several trainees end at the same instant and every rule for ties is needed.
"""

from typing import Any

from hypothesis import strategies as st

from engine.sections import LEVELS

Draw = st.DrawFn
Data = dict[str, Any]

POLICIES = (
    "value_weighted", "risk_threshold", "entrustment", "zero_tolerance", "hands_off", "time_limit",
)  # fmt: skip
ROUND = ("0 min", "1 min", "2 min", "3 min", "5 min", "8 min")
UNITS = ("s", "min", "h")

chances = st.one_of(st.sampled_from([0, 1, 0.5]), st.floats(0, 1).map(lambda p: round(p, 3)))
gains = st.one_of(st.sampled_from([0, 1]), st.floats(0, 3).map(lambda x: round(x, 2)))
above_zero = st.floats(0.05, 5).map(lambda x: round(x, 2))
shapes = st.floats(0.3, 6).map(lambda x: round(x, 2))


@st.composite
def plain_times(draw: Draw) -> str:
    """A duration of 0 to some hours."""
    return f"{draw(st.integers(0, 400)) / 4:g} {draw(st.sampled_from(UNITS))}"


@st.composite
def distributions(draw: Draw, quantities: Any) -> Data:
    """A distribution of some family; `quantities` gives its durations or numbers, above 0."""
    family = draw(st.sampled_from(
        ["fixed", "uniform", "triangular", "exponential", "lognormal", "weibull", "loglogistic",
         "empirical"]
    ))  # fmt: skip
    several = sorted((draw(quantities) for _ in range(3)), key=_size)
    if family == "fixed":
        return {"fixed": several[0]}
    if family == "uniform":
        return {"uniform": several[:2]}
    if family == "triangular":
        return {"triangular": dict(zip(("low", "mode", "high"), several, strict=True))}
    if family == "exponential":
        return {"exponential": {"mean": several[0]}}
    if family == "empirical":
        return {"empirical": several + [draw(quantities) for _ in range(draw(st.integers(0, 3)))]}
    return {family: draw(_parameters(family, several))}


@st.composite
def _parameters(draw: Draw, family: str, several: list[Any]) -> Data:
    spread = draw(st.sampled_from([0, 0.3, 0.8, 2]))
    if family == "weibull":
        return {draw(st.sampled_from(["scale", "median"])): several[0], "shape": draw(shapes)}
    if family == "loglogistic":
        return {"median": several[0], "shape": draw(shapes)}
    return draw(
        st.sampled_from([
            {"median": several[0], "cv": spread},
            {"mean": several[1], "sd": several[0]},
            {"p5": several[0], "p95": several[2]},
        ])
    )  # fmt: skip


def _size(quantity: Any) -> float:
    """A number, or the minutes of a duration."""
    if not isinstance(quantity, str):
        return float(quantity)
    number, unit = quantity.split()
    return float(number) * {"s": 1 / 60, "min": 1, "h": 60}[unit]


def _positive_times() -> Any:
    return st.builds(
        lambda number, unit: f"{number / 4:g} {unit}", st.integers(1, 200), st.sampled_from(UNITS)
    )


class Times:
    """Where a scenario's times come from: round minutes that meet, or anything."""

    def __init__(self, tied: bool) -> None:
        rounds = st.sampled_from(ROUND)
        self.fixed = rounds if tied else st.one_of(rounds, plain_times())
        listed = st.lists(rounds, min_size=1, max_size=4).map(lambda each: {"empirical": each})
        self.any = (
            st.one_of(rounds, rounds, listed)
            if tied
            else st.one_of(plain_times(), distributions(_positive_times()))
        )
        self.clock = st.one_of(self.any, self.any, self.any, st.just("never"))
        self.soon = st.one_of(st.sampled_from(ROUND[:4]), self.clock)


@st.composite
def error_kinds(draw: Draw, times: Times, name: str, share: float) -> Data:
    """One kind of error, its optional parts present or not."""
    first = draw(st.sampled_from([0, 0, 0, 1, 3]))
    content: Data = {
        "name": name,
        "share": share,
        "educational_value": draw(chances),
        "time_to_harm": draw(times.clock),
        "first_harm": LEVELS[first],
        "worst_harm": LEVELS[max(first, draw(st.sampled_from([3, 3, 2, 1, 0])))],
        "visible_after": draw(times.soon),
        "latent": draw(st.booleans()),
    }
    if draw(st.sampled_from([True, True, False])):
        content["escalation"] = draw(times.clock)
    if draw(st.booleans()):
        content["recovery"] = {
            "novice": draw(chances),
            "expert": draw(chances),
            "learning_episodes": draw(above_zero),
            "time": draw(times.clock),
        }
    for clock in ("call", "safety_net"):
        if draw(st.booleans()):
            content[clock] = {"probability": draw(chances), "time": draw(times.clock)}
    return content


@st.composite
def steps(draw: Draw, times: Times, name: str) -> Data:
    """One step with up to three kinds of error."""
    shares = draw(st.sampled_from([[1], [0.5, 0.5], [0.25, 0.25, 0.5], [0, 1], [0.1, 0.2, 0.7]]))
    likely = st.one_of(st.just(1), st.just(0.5), chances)
    return {
        "name": name,
        "duration": draw(times.any),
        "error_probability": {"novice": draw(likely), "expert": draw(likely)},
        "errors": [
            draw(error_kinds(times, f"kind {number}", share)) for number, share in enumerate(shares)
        ],
    }


@st.composite
def supervisions(draw: Draw, times: Times, kinds: list[str]) -> Data:
    """How supervisors supervise, by any policy."""
    content: Data = {
        "supervisors": draw(st.sampled_from([1, 1, 2, 3])),
        "pool": draw(st.integers(1, 4)),
        "watched": draw(st.one_of(st.just(1), chances)),
        "permissiveness": draw(st.sampled_from([0.3, 0.9, 2, 0, 0.05])),
        "policy": draw(st.sampled_from(["value_weighted", *POLICIES])),
        "time_limit": draw(times.fixed),
        "time_cap": draw(st.one_of(st.none(), st.none(), times.fixed)),
        "never_allow": draw(st.lists(st.sampled_from(kinds), max_size=1)),
        "stop_at": draw(st.sampled_from([None, None, None, *LEVELS])),
        "judgement": {
            "bias": draw(st.sampled_from([0, 0, 0.5, -1])),
            "noise": draw(st.sampled_from([0, 0.3, 1.5])),
            "sharpness": draw(st.one_of(st.sampled_from([1, 2]), above_zero)),
            "between_supervisors_cv": draw(st.sampled_from([0, 1.3])),
            "within_supervisor_cv": draw(st.sampled_from([0, 0.8])),
        },
        "response": draw(times.any),
        "fix": draw(times.any),
        "rescue": {
            "success": draw(chances),
            "tries": draw(st.sampled_from([1, 2, 3, 6])),
            "penalty": draw(st.sampled_from([1, 0.5, 2])),
        },
        "backup": {"response": draw(times.any)},
        "after_takeover": draw(st.sampled_from(["hand_back", "finish"])),
        "alarm_from": draw(st.sampled_from(["never", "never", *LEVELS])),
    }
    if draw(st.sampled_from([True, True, False])):
        content["cue"] = {"at": draw(chances), "works": draw(chances)}
    return content


@st.composite
def learnings(draw: Draw, times: Times) -> Data:
    """Debriefs, learning and distress."""
    half_lives = st.sampled_from(["never", "30 min", "3 h", "2 d"])
    content: Data = {
        "learning": {
            "practice": draw(gains),
            "failure": {"debriefed": draw(gains), "alone": draw(gains)},
            "observing": draw(gains),
            "resilience": {"debriefed": draw(gains), "alone": draw(gains)},
            "half_life": draw(half_lives),
        }
    }
    if draw(st.sampled_from([True, True, False])):
        content["debrief"] = {
            "probability": draw(st.one_of(st.just(1), chances)),
            "duration": draw(times.any),
            "wait": draw(st.one_of(st.just("never"), times.fixed)),
        }
    if draw(st.booleans()):
        content["distress"] = {
            "shock": draw(gains),
            "relief": draw(chances),
            "error_odds_ratio": draw(above_zero),
            "half_life": draw(half_lives),
        }
    return content


@st.composite
def scenario_data(draw: Draw) -> Data:
    """A whole scenario in file form."""
    times = Times(draw(st.booleans()))
    count = draw(st.integers(1, 4))
    task = [draw(steps(times, f"step {number}")) for number in range(count)]
    kinds = [kind["name"] for step in task for kind in step["errors"]]
    weights = sorted(draw(above_zero) for _ in LEVELS)
    numbers = distributions(above_zero)
    return {
        "leeway": "1.0",
        "id": "drawn",
        "title": "A drawn scenario",
        "domain": "procedure",
        "description": "Whatever the format allows.",
        "study": {
            "cases": draw(st.sampled_from([4, 1, 2, 8])),
            "gap": draw(times.any),
            "horizon": draw(st.sampled_from([None, None, None, "0 min", "8 min", "40 min", "4 h"])),
        },
        "independent": {"cases": draw(st.integers(0, 4)), "safety_net": draw(st.booleans())},
        "patient": {
            "fragility": draw(st.one_of(st.just(1), numbers)),
            "difficulty_sd": draw(st.sampled_from([0, 1.2])),
        },
        "harm_weights": dict(zip(LEVELS, weights, strict=True)),
        "trainees": {
            "count": draw(st.sampled_from([3, 1, 2, 4, 6])),
            "experience": draw(gains),
            "learning_speed": draw(st.one_of(st.just(1), numbers)),
        },
        "task": {"learning_cases": draw(above_zero), "steps": task},
        "supervision": draw(supervisions(times, kinds)),
        **draw(learnings(times)),
    }
