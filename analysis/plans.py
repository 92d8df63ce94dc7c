"""The figures of one run, planned: what each shows, from which table, in which words.

Nothing is drawn here (analysis.drawing), and nothing needs matplotlib.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd

from analysis import captions, episode, findings, timeline, words
from analysis.drawing import Plan
from analysis.study import Study
from engine.scenario import Scenario

INPUT_STYLE = {"sourced": ("#9fd3bd", ""), "assumption": ("#E69F00", "///")}

LEARNING = {
    "experience": ("experience", "experience at the end of training\n(in cases' worth)"),
    "resilience": ("resilience", "resilience at the end of training\n(mistakes lived through)"),
}
TAKEOVERS = {
    "needless_takeovers": "needless",
    "necessary_takeovers": "necessary",
    "late_takeovers": "late",
}
HARMED_NOW = "patients harmed per 100 training cases"

SMALL, WIDE, LETTERS = (3.6, 2.7), (7.3, 3.0), 8.5
"""Sizes of figures in inches: two small ones, or a wide one, across an A4 page at about full size,
so that their print is legible there."""
BURDEN = "total burden of harm per trainee\n(harm weights, now and later)"


def planned(study: Study) -> list[Plan]:
    """All figures of the page: those of the run, and the count of its inputs."""
    departs = study.departure_in_short
    return [assumptions(study.scenario, departs), *of_run(study)]


def of_run(study: Study) -> list[Plan]:
    """The figures of a study, in the order of the page; those with nothing to show left out."""
    errors = findings.estimates(study)["errors"].mean  # NaN where no training case starts
    points = pd.DataFrame() if study.no_curve is not None else findings.points(study)
    planned = []
    if study.no_curve is None and not math.isnan(errors):
        planned = along_the_curve(study, points)
    if errors > 0:
        planned += [fates(study), takeovers(study, points)]
    if study.episode is not None:
        planned.append(one_episode(study, study.episode))
    return planned


def note(study: Study, what: str) -> str:
    """The line under a figure: its uncertainty, its share of assumed inputs, what it isn't."""
    return f"{what} {findings.inputs(study).share}. {words.SIMULATED}{departs(study)}"


def departs(study: Study) -> str:
    """How the scenario departs from its file, to go on with; empty where it doesn't."""
    return "" if study.departure_in_short is None else f" {study.departure_in_short}"


def means(study: Study, marks: str) -> str:
    """How the uncertainty of a figure of means reads."""
    if study.replications < 2:
        return "One replication: its uncertainty is unknown."
    return f"{marks} of {study.replications} replications with 95 % intervals."


def along_the_curve(study: Study, points: pd.DataFrame) -> list[Plan]:
    """The figures with a point for each setting of the curve (findings.points)."""
    label: Callable[[float], str] = partial(words.setting, study.axis)
    under = note(study, means(study, "Points: means"))
    settings = settings_label(study)
    planned = [
        Plan(
            f"learning-{name}",
            f"Learning against harm: {title}",
            captions.on_learning(study, name, title),
            "learning_against_harm",
            {
                "points": points, "learning": name, "learning_label": axis,
                "harm_label": HARMED_NOW, "setting_label": label, "note": under,
                "own_name": study.own_name,
            },
            size=SMALL, text=LETTERS,
        )
        for name, (title, axis) in LEARNING.items()
    ]  # fmt: skip
    series = {"harm_any": "now, in training"}
    if study.scenario.independent.cases > 0:
        series["independent_harm_any"] = "later, in independent practice"
    planned.append(
        Plan(
            "now-and-later",
            "Harm now and harm later",
            captions.on_now_and_later(study),
            "along_settings",
            {
                "points": points, "series": series, "axis_label": settings, "note": under,
                "value_label": "patients harmed per 100 cases", "setting_label": label,
                "own_name": study.own_name,
            },
            size=SMALL, text=LETTERS,
        )
    )  # fmt: skip
    low = findings.lowest_burden(study)
    if low is not None:
        planned.append(
            Plan(
                "total-burden",
                "Harm now and later, added up",
                " ".join(findings.verdict(study)),
                "along_settings",
                {
                    "points": points, "series": {"total_burden": "total burden"},
                    "axis_label": settings, "setting_label": label, "note": under,
                    "own_name": study.own_name,
                    "value_label": BURDEN,
                    "kept": low.kept if study.replications > 1 else (),
                },
                size=SMALL, text=LETTERS,
            )
        )  # fmt: skip
    return planned


def settings_label(study: Study) -> str:
    """What the horizontal axis of a figure along the settings says."""
    return f"{words.axis_label(study.axis)}\n(settings tried; not an even scale)"


def fates(study: Study) -> Plan:
    """What became of errors."""
    rows, totals = captions.fate_bars(study)
    return Plan(
        "fates",
        "What became of errors",
        captions.on_fates(study),
        "stacked",
        {
            "rows": rows, "totals": totals,
            "value_label": "errors per 100 training cases,\nby the harm they ended in",
            "note": note(study, means(study, "Bars: means") + " Intervals: of the totals."),
        },
        size=SMALL, text=LETTERS,
    )  # fmt: skip


def takeovers(study: Study, points: pd.DataFrame) -> Plan:
    """Takeovers by a supervisor's own judgement: needless, necessary, late."""
    given: dict[str, Any] = {"value_label": "takeovers per 100 training cases"}
    if study.no_curve is not None:
        make = "dots"
        given |= {
            "rows": captions.bars(study, TAKEOVERS),
            "note": note(study, means(study, "Dots: means")),
        }
    else:
        make = "along_settings"
        given |= {
            "points": points, "series": TAKEOVERS,
            "axis_label": settings_label(study),
            "setting_label": partial(words.setting, study.axis), "own_name": study.own_name,
            "note": note(study, means(study, "Points: means")),
        }  # fmt: skip
    title, says = "Takeovers: needless, necessary, late", captions.on_takeovers(study)
    return Plan("takeovers", title, says, make, given, size=SMALL, text=LETTERS)


def one_episode(study: Study, shown: episode.Episode) -> Plan:
    """One episode, drawn."""
    spans = episode.spans(shown)
    unit, minutes = timeline.unit_for(float(spans["end"].max()))
    return Plan(
        "episode",
        episode.title(study.scenario, shown),
        captions.on_episode(study, shown),
        "timeline",
        {
            "flags": episode.flags(study.scenario, shown), "spans": spans,
            "time_label": f"{unit} after the error", "minutes_per_unit": minutes,
            "note": note(study, "One simulated episode, an example and not an average: "
                         "no interval."),
        },
        size=WIDE,
        wide=True,
    )  # fmt: skip


def assumptions(scenario: Scenario, departure: str | None) -> Plan:
    """How much of a scenario is assumed; departure: how it departs from its file, in short."""
    departs = "" if departure is None else f" {departure}"
    rows, totals = captions.input_bars(scenario)
    share = findings.inputs_of(scenario).share
    return Plan(
        "inputs",
        "Where the inputs come from",
        f"{share}: numbers that no source gives as such, though a note may say what one leans on. "
        "What follows from this page follows from them, too.",
        "stacked",
        {
            "rows": rows, "totals": totals, "styles": INPUT_STYLE,
            "value_label": "inputs (numbers, durations, distributions)",
            "note": f"A count, not an estimate: no interval. {share}.{departs}",
        },
    )  # fmt: skip
