"""What the page needs before it asks for anything: one scenario, its controls, all fixed words."""

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any

from analysis import describe, words
from analysis.view import tokens
from analysis.view.answer import LEVELS_OF_REFINEMENT
from analysis.view.glossary import glossary
from analysis.view.places import SECOND
from analysis.view.prepared import prepared
from analysis.view.sheet import sheet
from engine.outcomes import OUTCOMES
from engine.scenario import Scenario

FORMAT = 1
LIMITS = (
    "All harm here is simulated; no patient's data went into it.",
    "No trial has given supervisors more or less leeway by lot and counted later patients: that "
    "link runs through stated assumptions.",
    "The intervals tell how far chance moves the simulation, not how far the assumptions may be "
    "wrong.",
    "Supervisors reckon with the typical rescue latency, not with a queue; trainees don't learn "
    "from one another; each patient has one attempt.",
    "It is for thinking about supervision and for teaching it, not for deciding about a patient or "
    "judging a person.",
)
"""What the page does not claim (docs/model.md, section 9)."""


def boot(
    scenario: Scenario, *, key: str, scenarios: Iterable[Mapping[str, str]] = (), seed: int = 0
) -> dict[str, Any]:
    """Everything about a scenario but its numbers, as plain data.

    key: what the page calls the scenario. scenarios: {key, title} of each that can be chosen; this
    one alone unless given.
    """
    known = prepared(scenario)
    told = sheet(scenario)
    chosen = list(scenarios) or [{"key": key, "title": scenario.title}]
    kept = {each.key for each in known.controls}
    return {
        "format": FORMAT,
        "version": version("leeway-sim"),
        "scenarios": [{"key": each["key"], "title": each["title"]} for each in chosen],
        "scenario": about(scenario, key),
        "controls": [each.as_object() for each in known.controls],
        "second": [each for each in SECOND if each in kept],
        "levels": list(LEVELS_OF_REFINEMENT),
        "seed": tokens.seed_of_page(seed),
        "glossary": glossary(),
        "sheet": told,
        "share": told["share"],
        "simulated": words.SIMULATED,
        "limits": list(LIMITS),
        "outcomes": outcomes(),
    }


def about(scenario: Scenario, key: str) -> dict[str, Any]:
    """The scenario in words."""
    education = scenario.education
    return {
        "key": key,
        "id": scenario.id,
        "title": scenario.title,
        "description": scenario.description,
        "hash": scenario.hash,
        "sentences": describe.sentences(scenario),
        "education": {
            "learner_level": education.learner_level,
            "objectives": list(education.objectives),
            "prebriefing": education.prebriefing,
            "debriefing_points": list(education.debriefing_points),
        },
    }


def outcomes() -> dict[str, dict[str, str]]:
    """Every outcome: what it is called, its unit, which way is better, its exact meaning."""
    return {
        each.name: {
            "label": words.PLAIN.get(each.name, each.meaning),
            "unit": each.unit,
            "better": each.better,
            "meaning": each.meaning,
        }
        for each in OUTCOMES
    }
