"""The page of one run: self-contained, without scripts, the same bytes for the same run."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from markupsafe import Markup
from matplotlib.axes import Axes

from analysis import captions, describe, episode, figures, findings, pages, svg, words
from analysis.study import Study
from engine.inputs import Input

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


@dataclass(frozen=True)
class Picture:
    """A figure of the page: file name, heading, the drawing, and what it shows in a sentence."""

    name: str
    title: str
    axes: Axes
    says: str
    wide: bool = False

    @cached_property
    def svg(self) -> str:
        """The drawing as SVG text."""
        return figures.svg(self.axes, self.name)


def pictures(study: Study) -> list[Picture]:
    """The figures of a study, in the order of the page; those with nothing to show left out."""
    errors = findings.estimates(study)["errors"].mean  # NaN where no training case starts
    drawn = []
    if study.no_curve is None and not math.isnan(errors):
        drawn = along_the_curve(study)
    if errors > 0:
        drawn += [fates(study), takeovers(study)]
    if study.episode is not None:
        drawn.append(timeline(study, study.episode))
    return [*drawn, assumptions(study)]


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


def along_the_curve(study: Study) -> list[Picture]:
    """The figures with a point for each setting of the curve."""
    points = findings.points(study)
    label: Callable[[float], str] = partial(words.setting, study.axis)
    under = note(
        study,
        means(study, "Points: means")
        + " Settings share their luck: differences between them are surer than the bars suggest.",
    )
    settings = f"{words.axis_label(study.axis)} (settings tried; not an even scale)"
    drawn = [
        Picture(
            f"learning-{name}",
            f"Learning against harm: {title}",
            figures.learning_against_harm(
                points, learning=name, learning_label=axis, harm_label=HARMED_NOW,
                setting_label=label, note=under,
            ),
            captions.on_learning(study, name, title),
        )
        for name, (title, axis) in LEARNING.items()
    ]  # fmt: skip
    series = {"harm_any": "now, in training"}
    if study.scenario.independent.cases > 0:
        series["independent_harm_any"] = "later, in independent practice"
    now_later = figures.along_settings(
        points, series, axis_label=settings, value_label="patients harmed per 100 cases",
        setting_label=label, note=under,
    )  # fmt: skip
    drawn.append(
        Picture("now-and-later", "Harm now and harm later", now_later,
                captions.on_now_and_later(study))
    )  # fmt: skip
    low = findings.lowest_burden(study)
    if low is not None:
        burden = figures.along_settings(
            points, {"total_burden": "total burden"}, axis_label=settings,
            value_label="total burden of harm per trainee\n(harm weights, now and later)",
            setting_label=label, note=under, kept=low.kept if study.replications > 1 else (),
        )  # fmt: skip
        drawn.append(
            Picture("total-burden", "Harm now and later, added up", burden,
                    " ".join(findings.verdict(study)))
        )  # fmt: skip
    return drawn


def fates(study: Study) -> Picture:
    """What became of errors."""
    rows, totals = captions.fate_bars(study)
    axes = figures.stacked(
        rows, totals, value_label="errors per 100 training cases, by the harm they ended in",
        note=note(study, means(study, "Bars: means") + " Intervals are those of the totals."),
    )  # fmt: skip
    return Picture("fates", "What became of errors", axes, captions.on_fates(study))


def takeovers(study: Study) -> Picture:
    """Takeovers by a supervisor's own judgement: needless, necessary, late."""
    says = captions.on_takeovers(study)
    value_label = "takeovers per 100 training cases"
    if study.no_curve is not None:
        axes = figures.dots(
            captions.bars(study, TAKEOVERS), value_label=value_label,
            note=note(study, means(study, "Dots: means")),
        )  # fmt: skip
    else:
        axes = figures.along_settings(
            findings.points(study), TAKEOVERS, value_label=value_label,
            axis_label=f"{words.axis_label(study.axis)} (settings tried; not an even scale)",
            setting_label=partial(words.setting, study.axis),
            note=note(study, means(study, "Points: means")),
        )  # fmt: skip
    return Picture("takeovers", "Takeovers: needless, necessary, late", axes, says)


def timeline(study: Study, shown: episode.Episode) -> Picture:
    """One episode, drawn."""
    spans = episode.spans(shown)
    unit, minutes = unit_for(float(spans["end"].max()))
    axes = figures.timeline(
        episode.flags(study.scenario, shown), spans, time_label=f"{unit} after the error",
        minutes_per_unit=minutes,
        note=note(study, "One simulated episode, an example and not an average: no interval."),
    )  # fmt: skip
    title = episode.title(study.scenario, shown)
    return Picture("episode", title, axes, episode.sentence(shown), wide=True)


def unit_for(minutes: float) -> tuple[str, float]:
    """The unit in which a span of so many minutes reads well, and its length in minutes."""
    for name, length in (("days", 1440.0), ("hours", 60.0), ("minutes", 1.0)):
        if minutes >= 2 * length:
            return name, length
    return "seconds", 1 / 60


def assumptions(study: Study) -> Picture:
    """How much of the scenario is assumed."""
    rows, totals = captions.input_bars(study)
    counted = findings.inputs(study)
    axes = figures.stacked(
        rows, totals, value_label="inputs (numbers, durations, distributions)",
        styles=INPUT_STYLE,
        note=f"A count, not an estimate: no interval. {counted.share}.{departs(study)}",
    )  # fmt: skip
    says = (
        f"{counted.share}: no source is given for them. "
        f"What follows from this page follows from them, too."
    )
    return Picture("inputs", "Where the inputs come from", axes, says)


def render(study: Study, record: Mapping[str, Any], drawn: list[Picture]) -> str:
    """The page as HTML. `record` is the run record (analysis.folder.run_record)."""
    low = findings.lowest_burden(study)
    return pages.fill(
        "report.html",
        scenario=study.scenario,
        study=study,
        record=record,
        simulated=words.SIMULATED,
        replication=words.REPLICATION,
        one_at_a_time=findings.ONE_AT_A_TIME,
        inputs=[(one, plausible(one)) for one in study.scenario.inputs()],
        choices=[(one, plausible(one)) for one in study.scenario.choices()],
        share=findings.inputs(study).share,
        sentences=describe.sentences(study.scenario),
        verdict=findings.verdict(study),
        groups=findings.groups(study),
        curve_heads=findings.CURVE_HEADS,
        curve=[] if low is None else findings.curve_rows(study, low),
        axis=words.axis_label(study.axis),
        pictures={picture.name: panel(picture) for picture in drawn},
        order=[picture.name for picture in drawn if picture.name not in PLACED],
        story=[] if study.episode is None else episode.told(study.scenario, study.episode),
        episode_start=None if study.episode is None else words.clock(study.episode.start),
        rule=episode.RULE,
        weights=weights(study),
    )


PLACED = ("episode", "inputs")
"""Figures that the template places itself; the others come one after the other."""


def panel(picture: Picture) -> dict[str, Any]:
    """A picture as the template wants it."""
    alt = f"{picture.title}. {picture.says}"
    drawing = svg.inline(picture.svg, name=picture.name, alt=alt)
    return {
        "title": picture.title,
        "says": picture.says,
        "wide": picture.wide,
        "svg": Markup(drawing),
    }


def plausible(one: Input) -> str:
    """The plausible range of an input in words; empty where none is given."""
    if one.range is None:
        return ""
    say = words.duration if one.unit == "min" else words.number
    return f"{say(one.range[0])} to {say(one.range[1])}"


def weights(study: Study) -> str:
    """The harm weights in words."""
    given = study.scenario.harm_weights
    levels = ("mild", "moderate", "severe", "death")
    return words.listed([f"{level} {words.number(getattr(given, level))}" for level in levels])


def save(folder: Path, study: Study, record: Mapping[str, Any]) -> None:
    """Draw and write the page and its figures into an existing folder. Raises OSError."""
    drawn = pictures(study)
    page = render(study, record, drawn)
    shelf = folder / "figures"
    shelf.mkdir(exist_ok=True)
    for picture in drawn:
        (shelf / f"{picture.name}.svg").write_text(picture.svg, encoding="utf-8")
        (shelf / f"{picture.name}.png").write_bytes(figures.png(picture.axes))
    (folder / "report.html").write_text(page, encoding="utf-8")
