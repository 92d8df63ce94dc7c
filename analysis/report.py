"""The page of one run: one file, nothing outside it, the same bytes for the same run.

The still page is all there is without scripts, and what prints. Where the run has a grid
(analysis.view.grid), the interactive view stands above it, and it folds away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from analysis import describe, episode, findings, pages, plans, retold, spread_words, svg, words
from analysis.drawing import Drawn, draw
from analysis.study import Study
from analysis.view import bundle
from engine.inputs import Input
from engine.scenario import Scenario

if TYPE_CHECKING:  # matplotlib: slow to import, and needed by who draws only
    from matplotlib.axes import Axes

STILL = (
    "Nothing moves on this page: it shows this run alone. To move the settings, run "
    "leeway explore, or leeway run with the compiled engine and a curve."
)
ON_PAPER = ("learning-experience", "now-and-later", "total-burden", "fates")
"""The figures that are printed; those of a run without a curve are all printed."""


@dataclass(frozen=True)
class Picture:
    """A drawn figure of a page: file name, heading, axes, and what it shows in a sentence."""

    name: str
    title: str
    axes: "Axes"
    says: str
    wide: bool = False

    @cached_property
    def svg(self) -> str:
        """The drawing as SVG text."""
        from analysis import figures

        return figures.svg(self.axes, self.name)


def render(
    study: Study,
    record: Mapping[str, Any],
    drawn: Sequence[Drawn],
    data: Mapping[str, Any] | None = None,
) -> str:
    """The page as HTML.

    record: the run record (analysis.folder.run_record); data: what the interactive half shows
    (analysis.view.grid.page_data), None where there is no such half.
    """
    low = findings.lowest_burden(study)
    scenario = study.scenario
    return pages.fill(
        "report.html",
        more_styles=[] if data is None else [bundle.style()],
        scripts=[] if data is None else scripts(),
        scenario=scenario,
        study=study,
        record=record,
        simulated=words.SIMULATED,
        replication=words.REPLICATION,
        one_at_a_time=findings.ONE_AT_A_TIME,
        inputs=[(one, in_words(scenario, one), plausible(one)) for one in scenario.inputs()],
        choices=[(one, "", plausible(one)) for one in scenario.choices()],
        weighty=weighty(scenario),
        share=findings.inputs(study).share,
        sentences=describe.sentences(scenario),
        against=against(study),
        verdict=findings.verdict(study),
        groups=findings.groups(study),
        curve_heads=findings.CURVE_HEADS,
        curve=[] if low is None else findings.curve_rows(study, low),
        axis=words.axis_label(study.axis),
        pictures={picture.name: panel(picture) for picture in drawn},
        order=[picture.name for picture in drawn if picture.name not in PLACED],
        on_paper=ON_PAPER,
        story=[] if study.episode is None else episode.told(scenario, study.episode),
        episode_start=None if study.episode is None else words.clock(study.episode.start),
        retold=None if study.episode is None else retold.command(study, study.episode, record),
        rule=episode.RULE,
        own=study.own_name,
        weights=weights(study),
        note=STILL if data is None else data["note"],
        data=None if data is None else Markup(pages.as_json(data)),
    )


def against(study: Study) -> list[str]:
    """How the run departs from the file, and what of that isn't plausible, in sentences."""
    if study.against_file is None:  # a folder of an older version, or a run without a file
        return [] if study.departure is None else [study.departure]
    return [study.against_file["says"], *study.against_file["warnings"]]


def scripts() -> list[str]:
    """The scripts of the interactive half in their order, the page's own last."""
    view = [bundle.text(path) for path in bundle.scripts("report")]
    return [*view, pages.text_of("report.js")]


PLACED = ("episode", "inputs")
"""Figures that the template places itself; the others come one after the other."""


def panel(picture: Picture | Drawn) -> dict[str, Any]:
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


def in_words(scenario: Scenario, one: Input) -> str:
    """Where the values of a distribution typically lie; empty for inputs that are none."""
    return spread_words.typically(scenario, one.path) or ""


WEIGHTY = {
    "learning.failure.debriefed": "what a failure talked over teaches",
    "learning.failure.alone": "what one nobody talked over teaches",
    "learning.resilience.debriefed": "the resilience it leaves when talked over",
    "learning.resilience.alone": "and when not",
    "learning.practice": "what a clean case teaches",
    "supervision.judgement.noise": "how far supervisors misjudge the time left",
    "supervision.judgement.between_supervisors_cv": "how much supervisors differ",
    "supervision.response": "how fast hands are on the patient",
    "supervision.cue.works": "how often a cue works",
    "distress.error_odds_ratio": "how distress breeds errors",
}
"""Inputs that hold up conclusions in every scenario, in words: what failure teaches, how well
supervisors see, how fast they are. `leeway sensitivity` says which matter in one scenario."""


def weighty(scenario: Scenario) -> str:
    """The assumed ones of the weighty inputs with their values; empty where none is assumed."""
    assumed = {one.path: one for one in scenario.inputs() if one.status == "assumption"}
    told = []
    for path in (path for path in WEIGHTY if path in assumed):
        one = assumed[path]
        range, value = plausible(one), in_words(scenario, one) or one.value
        told.append(f"{WEIGHTY[path]}: {value}" + (f" ({range})" if range else ""))
    return "; ".join(told)


def weights(study: Study) -> str:
    """The harm weights in words."""
    given = study.scenario.harm_weights
    levels = ("mild", "moderate", "severe", "death")
    return words.listed([f"{level} {words.number(getattr(given, level))}" for level in levels])


def save(
    folder: Path,
    study: Study,
    record: Mapping[str, Any],
    data: Mapping[str, Any] | None = None,
    drawn: Sequence[Drawn] | None = None,
) -> None:
    """Write the page and its figures into an existing folder, drawn now unless given.

    Raises OSError.
    """
    figures = [draw(plan) for plan in plans.planned(study)] if drawn is None else drawn
    shelf = folder / "figures"
    shelf.mkdir(exist_ok=True)
    for picture in figures:
        (shelf / f"{picture.name}.svg").write_text(picture.svg, encoding="utf-8")
        if picture.png is not None:
            (shelf / f"{picture.name}.png").write_bytes(picture.png)
    (folder / "report.html").write_text(render(study, record, figures, data), encoding="utf-8")
