"""Settings of the page: from an address to a scenario, and back.

A state holds tokens by control (analysis.view.tokens); what it leaves out is as the file, with the
variant chosen, has it. Everything else is refused in a sentence that names the control.
"""

import math
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote

from analysis.view import places, tokens
from analysis.view.control_words import NEEDS, WORDS
from analysis.view.controls import Control
from analysis.view.places import AS_WRITTEN, KEYS, PLACES, SECOND, VARIANT
from analysis.view.prepared import Prepared, prepared
from analysis.view.refusals import Refused
from analysis.view.tokens import Value
from engine.errors import Problem, ScenarioError
from engine.luck import MAX_SEED
from engine.scenario import Scenario
from engine.words import did_you_mean, joined, plain

MOST_PAIRS = 30
"""Settings of one address: more than there are controls."""
OF_SECOND = "second."
NO_SUCH = "the page has no setting of that name"
OTHERS = ("scenario", "seed", "attempt")

Tokens = Mapping[str, str]
Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class State:
    """What an address of the page says.

    settings, second: tokens by control, of the world and of its second supervisor, as they were
    given; attempt: (replication, trainee, case), counted from 0.
    """

    scenario: str | None = None
    settings: Tokens = field(default_factory=dict)
    second: Tokens = field(default_factory=dict)
    seed: int = 0
    attempt: tuple[int, int, int] | None = None


# ---- reading and writing an address -----------------------------------------------------------


def parse(pairs: Pairs) -> State:
    """The state of a query's pairs (name, value), already decoded.

    Whether a scenario has the controls, and takes the tokens, is for `apply` to say. Raises
    ScenarioError for a name that is no control, a name given twice, and what is no seed or attempt.
    """
    problems: list[Problem] = []
    found: dict[str, str] = {}
    for number, (name, value) in enumerate(pairs):
        if number >= MOST_PAIRS:
            problems.append(
                problem("settings", "too many were given", f"at most {MOST_PAIRS} are read", "")
            )
            break
        problems += _wrong_name(name, value, found)
        found.setdefault(name, value)
    if problems:
        raise ScenarioError(problems)
    return State(
        scenario=found.get("scenario"),
        settings={key: found[key] for key in KEYS if key in found},
        second={key: found[OF_SECOND + key] for key in SECOND if OF_SECOND + key in found},
        seed=seed_of(found.get("seed", "0")),
        attempt=attempt_of(found.get("attempt")),
    )


def _wrong_name(name: str, value: str, found: Mapping[str, str]) -> list[Problem]:
    """What is wrong with a pair for every scenario."""
    known = (*KEYS, *(OF_SECOND + key for key in SECOND), *OTHERS)
    shown = plain(name)
    if name not in known:
        advice = did_you_mean(name, known) or "leave it out"
        return [Refused(None, None, None, shown, NO_SUCH, "", advice)]
    if name in found:
        return [
            problem(
                shown, "it was given twice", "each setting is given once", "keep one of the two"
            )
        ]
    if len(value) > tokens.LONGEST:
        most = f"at most {tokens.LONGEST} are read"
        return [problem(shown, f"{len(value)} characters were given", most, "write less")]
    return []


def seed_of(text: str) -> int:
    """A seed. Raises ScenarioError for what is none."""
    if text.isascii() and text.isdigit() and int(text) <= MAX_SEED:
        return int(text)
    allowed = f"it must be a whole number from 0 to {MAX_SEED}"
    raise ScenarioError([problem("seed", f'"{plain(text)}" was given', allowed, "try 0")])


def attempt_of(text: str | None) -> tuple[int, int, int] | None:
    """Replication, trainee and case. Raises ScenarioError for what is no address of an attempt."""
    if text is None:
        return None
    parts = text.split(".")
    if len(parts) == 3 and all(
        part.isascii() and part.isdigit() and len(part) < 10 for part in parts
    ):
        return int(parts[0]), int(parts[1]), int(parts[2])
    allowed = "replication, trainee and case are needed, counted from 0"
    raise ScenarioError(
        [problem("attempt", f'"{plain(text)}" was given', allowed, "write it like 0.3.2")]
    )


def query(state: State) -> str:
    """The state as a query string; reading it gives the same state back."""
    pairs = [] if state.scenario is None else [("scenario", state.scenario)]
    pairs += [(key, state.settings[key]) for key in KEYS if key in state.settings]
    pairs += [(OF_SECOND + key, state.second[key]) for key in SECOND if key in state.second]
    pairs += [("seed", str(state.seed))] if state.seed != 0 else []
    if state.attempt is not None:
        pairs.append(("attempt", ".".join(str(part) for part in state.attempt)))
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in pairs)


# ---- what tokens mean for a scenario ----------------------------------------------------------


@dataclass(frozen=True)
class Meant:
    """What tokens come to for a scenario.

    tokens: what departs from the file, each token in its one spelling, by control. variant: its
    name, if one is chosen. values: what is changed after it. base: the scenario with the variant.
    """

    tokens: dict[str, str]
    variant: str | None
    values: dict[str, Value]
    base: Scenario

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario with variant and values."""
        return places.changed(self.base, self.values)

    @property
    def changes(self) -> dict[str, Any]:
        """path: value in file form of what is changed after the variant."""
        return places.in_file_form(self.base, self.values)


def meant(scenario: Scenario, given: Tokens) -> Meant:
    """What tokens by control mean. Raises ScenarioError with all that can't be set, by control.

    Leeway of a policy other than the one chosen is checked, and kept as a token, but changes
    nothing: supervisors who wait a fixed time have no use for permissiveness.
    """
    known = prepared(scenario)
    unknown = [key for key in given if key not in KEYS]
    if unknown:
        raise ScenarioError(_wrong_name(key, "", {})[0] for key in unknown)
    variant, base = _variant(known, given.get(VARIANT, AS_WRITTEN))
    found: dict[str, str] = {}
    values: dict[str, Value] = {}
    problems: list[Problem] = []
    for key in PLACES:
        if key not in given:
            continue
        value = _value(known.control(key, variant), key, given[key])
        if isinstance(value, Problem):
            problems.append(value)
        elif value != places.own(base, key):
            found[key], values[key] = tokens.write(PLACES[key].kind, value), value
    if problems:
        raise ScenarioError(problems)
    if variant is not None:
        found[VARIANT] = variant
    return Meant(found, variant, _in_force(base, values), base)


def _variant(known: Prepared, token: str) -> tuple[str | None, Scenario]:
    if token == AS_WRITTEN:
        return None, known.scenario
    names = list(known.scenario.variants)
    if token in names:
        return token, known.base(token)
    allowed = f"it can be {joined(names, 'or')}" if names else "this scenario has no variants"
    advice = did_you_mean(token, names) or "leave it out for the file as written"
    raise ScenarioError([problem(VARIANT, f'"{plain(token)}" was given', allowed, advice)])


def _value(control: Control | None, key: str, token: str) -> Value | Problem:
    """The value of a token, where the control takes it."""
    if control is None:
        allowed = "this scenario has no single number for it"
        return problem(key, f'"{plain(token)}" was given', allowed, "leave it out")
    value = tokens.read(PLACES[key].kind, token)
    if isinstance(value, tokens.Wrong):
        return _unread(control, key, token, value)
    if control.limits is None:
        choices = [position.token for position in control.positions]
        if value in choices:
            return value
        allowed = f"it can be {joined(choices, 'or')}"
        advice = did_you_mean(token, choices) or "choose one of these"
        return problem(key, f'"{plain(token)}" was given', allowed, advice)
    low, high = control.limits
    if isinstance(value, str) or low <= value <= high:
        return value
    kind = PLACES[key].kind
    advice = f"try {tokens.label(kind, low if value < low else high)}"
    says = "" if control.typed is None else f"it can be set {control.typed.says}"
    return problem(key, f"{tokens.label(kind, value)} was given", says, advice)


def _unread(control: Control, key: str, token: str, wrong: tokens.Wrong) -> Problem:
    """Why a token can't be read, for a control with these limits."""
    kind, typed = PLACES[key].kind, control.typed
    if control.limits is None or typed is None:
        return problem(key, wrong.given, wrong.allowed, wrong.advice)
    given, within = f'"{plain(token)}" was given', f"it can be set {typed.says}"
    bare = token.strip()
    low, high = control.limits
    below_zero = bare[:1] in ("-", "\N{MINUS SIGN}")
    if below_zero and not isinstance(tokens.read(kind, bare[1:]), tokens.Wrong):
        least = tokens.label(kind, int(low) if kind == "count" else low)
        return problem(key, given, within, f"try {least}")
    number = tokens.read("number", bare)
    if isinstance(number, float) and kind == "duration":
        return problem(key, given, f"{within}, with its unit", f"write it like {typed.example}")
    if isinstance(number, float) and kind == "count":
        near = [each for each in (math.floor(number), math.ceil(number)) if low <= each <= high]
        tried = joined(near or [int(low)], "or")
        return problem(key, given, "a whole number is needed", f"try {tried}")
    return problem(key, wrong.given, wrong.allowed, wrong.advice)


def _in_force(base: Scenario, values: Mapping[str, Value]) -> dict[str, Value]:
    """The values that count under the policy, and the usual time limit where it needs one."""
    policy = values.get("policy", base.supervision.policy)
    kept = {
        key: value
        for key, value in values.items()
        if key not in NEEDS or policy in NEEDS[key].tokens
    }
    if policy == "time_limit" and base.supervision.time_limit is None:
        kept.setdefault("time_limit", places.usual_time_limit(base))
    return kept


def canonical(scenario: Scenario, given: Tokens) -> dict[str, str]:
    """The tokens that depart from the file, each in its one spelling, in the order of controls."""
    return meant(scenario, given).tokens


def in_force(scenario: Scenario, given: Tokens) -> dict[str, str]:
    """The canonical tokens without a leeway that the policy has no use for."""
    found = meant(scenario, given)
    idle = [key for key in NEEDS if key not in found.values]
    return {key: token for key, token in found.tokens.items() if key not in idle}


def apply(scenario: Scenario, given: Tokens) -> Scenario:
    """The scenario with tokens: its variant first, then the changes. Raises as `meant` does."""
    return meant(scenario, given).scenario


def with_second(given: Tokens, second: Tokens) -> dict[str, str]:
    """The tokens of the second supervisor's world: all of the first's but what `second` sets."""
    return {**given, **second}


def of_second(scenario: Scenario, given: Tokens, second: Tokens) -> Meant:
    """What the tokens of the second supervisor's world mean.

    Raises ScenarioError as `meant` does; what the second supervisor's own settings are refused for
    is told of `second.latency` and the like.
    """
    try:
        return meant(scenario, with_second(given, second))
    except ScenarioError as error:
        raise ScenarioError(
            problem(f"{OF_SECOND}{each.path}", each.given, each.allowed, each.advice)
            if each.path in second
            else each
            for each in error.problems
        ) from None


def line(
    variant: str | None, changes: Mapping[str, Any], *, file: str, seed: int, replications: int
) -> str:
    """The `leeway run` line of a file with a variant, then with changes by path."""
    parts = ["leeway", "run", file]
    parts += [] if variant is None else ["--variant", variant]
    for path, value in changes.items():
        text = value if isinstance(value, str) else tokens.write("number", value)
        parts += ["--set", f"{path}={text}"]
    parts += ["--seed", str(seed), "--replications", str(replications)]
    return shlex.join(parts)


def problem(path: str, given: str, allowed: str, advice: str) -> Problem:
    """Something wrong with a setting; path: its key, with `second.` in front for world B's."""
    key = path.removeprefix(OF_SECOND)
    label = WORDS[key].label if key in WORDS else NAMES.get(key, "")
    if label and key != path:
        label += " of the second supervisor"
    return Refused(None, None, None, path, given, allowed, advice, label)


NAMES = {VARIANT: "Variant", "seed": "Seed", "attempt": "Attempt", "replications": "Replications"}
"""What a reader calls settings that are no control with words of its own."""
