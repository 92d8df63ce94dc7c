"""How a scenario departs from its file: in words, with the file's own values beside the new ones.

What a saved page shows is the scenario with its changes; without this, nobody who opens it could
tell what was changed, nor that a value lies outside what is plausible.
"""

import re
from collections.abc import Mapping
from typing import Any

from analysis import words
from analysis.study import sentence
from analysis.view import places, tokens
from analysis.view.answer import warnings
from analysis.view.asked import Asked
from analysis.view.control_words import POLICIES, WORDS
from analysis.view.places import PLACES
from analysis.view.settings import Meant
from engine.scenario import Scenario

MOST_IN_A_NAME = 60
"""Characters of a file's name, beyond which the rest of the changes is told by a hash."""


def against_file(
    file: Scenario, made: Scenario, *, variant: str | None, changes: Mapping[str, Any]
) -> dict[str, Any] | None:
    """What is told of `made`, which is `file` with a variant, then with changes by path.

    As plain data: says (a sentence), warnings (of values outside their plausible range), own (the
    file's own value of each control that moved, in words, by control). None where nothing departs.
    """
    if variant is None and not changes:
        return None
    base = file if variant is None else file.with_variant(variant)
    values = moved(base, made)
    controls = {places.path(made, key): key for key in values}
    told = [
        beside(base, controls[path], values[controls[path]])
        if path in controls
        else f"{path} = {words.flow(value)}"
        for path, value in changes.items()
    ]
    meaning = Meant({}, variant, values, base)
    return {
        "says": sentence(variant, f"changed: {', '.join(told)}" if told else ""),
        "warnings": warnings(Asked(file, meaning, None, (), 0.0)),
        "own": {key: in_words(base, key) for key in values},
    }


def moved(base: Scenario, made: Scenario) -> dict[str, tokens.Value]:
    """The values of controls in which two scenarios differ, by control."""
    found: dict[str, tokens.Value] = {}
    for key in PLACES:
        value = places.own(made, key)
        lent = key == "time_limit" and made.supervision.time_limit is None
        if value is not None and not lent and value != given(base, key):
            found[key] = value
    return found


def given(scenario: Scenario, key: str) -> tokens.Value | None:
    """A file's own value of a control; None where it gives none."""
    if key == "time_limit" and scenario.supervision.time_limit is None:
        return None
    return places.own(scenario, key)


def beside(base: Scenario, key: str, value: tokens.Value) -> str:
    """`rescue latency 45 s (5 s in the file)`."""
    return f"{WORDS[key].label.lower()} {label(key, value)} ({in_words(base, key)} in the file)"


def in_words(base: Scenario, key: str) -> str:
    """A file's own value of a control as it is read; `none` where it gives none."""
    value = given(base, key)
    return "none" if value is None else label(key, value)


def label(key: str, value: tokens.Value) -> str:
    """A value of a control as it is read."""
    if isinstance(value, str):
        return POLICIES[value].lower()
    return tokens.label(PLACES[key].kind, value)


def file_name(scenario: Scenario, meaning: Meant, *, seed: int) -> str:
    """A name for the file of a page that shows these settings: letters, digits, hyphens and dots.

    `first-intubations-permissiveness-0.37-latency-45s`; where that gets long, changes are told
    apart by the start of the hash of the scenario with them.
    """
    parts = [f"{key}-{token}" for key, token in meaning.tokens.items()]
    luck = [] if seed == 0 else [f"seed-{seed}"]
    name = plain("-".join([scenario.id, *parts, *luck]))
    if len(name) <= MOST_IN_A_NAME:
        return name
    return plain("-".join([scenario.id, meaning.scenario.hash[:8], *luck]))


def plain(name: str) -> str:
    """A name of letters and digits of ASCII, with hyphens and dots between them."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-.")
