"""The assumption sheet of the page: every input of a scenario and where it comes from."""

from typing import Any

from analysis.findings import inputs_of
from analysis.input_words import path_words
from analysis.words import duration, number
from engine.inputs import Input
from engine.scenario import Scenario

SECTIONS = {
    "study": "Training",
    "independent": "Independent practice",
    "patient": "Patients",
    "harm_weights": "Harm weights",
    "trainees": "Trainees",
    "task": "The task",
    "supervision": "Supervision",
    "debrief": "Debriefs",
    "learning": "Learning",
    "distress": "Distress",
}
"""Sections of a scenario that hold inputs, as headings."""


def sheet(scenario: Scenario) -> dict[str, Any]:
    """The sheet as plain data (Sheet): counts, share, a row per input, choices, sources.

    Rows stand in the order of the format; a range is in words, None where there is none.
    """
    counted = inputs_of(scenario)
    return {
        "counts": {
            "sourced": counted.sourced,
            "assumptions": counted.assumptions,
            "total": counted.total,
        },
        "share": counted.share,
        "rows": [row(scenario, one) for one in scenario.inputs()],
        "choices": [row(scenario, one) for one in scenario.choices()],
        "sources": sources(scenario),
    }


def row(scenario: Scenario, one: Input) -> dict[str, Any]:
    """One input, or one choice of design, in words."""
    return {
        "path": one.path,
        "words": path_words(scenario, one.path),
        "section": section(one.path),
        "value": one.value,
        "status": one.status,
        "source": one.source,
        "note": one.note,
        "range": None if one.range is None else range_words(one.range, one.unit),
    }


def section(path: str) -> str:
    """The heading under which an input stands."""
    return SECTIONS[path.split(".", 1)[0].split("[", 1)[0]]


def range_words(ends: tuple[float, float], unit: str) -> str:
    """A plausible range: `8 min to 11 min`, `0.28 to 0.45`."""
    say = duration if unit == "min" else number
    low, high = (say(end) for end in ends)
    return f"{low} to {high}"


def sources(scenario: Scenario) -> list[str]:
    """The full references, in the order of the file: inputs, choices and notes name their keys."""
    return [f"{key}: {text}" for key, text in scenario.sources.items()]
