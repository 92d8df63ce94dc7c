"""What the numbers of a study say, in tables and in sentences with their uncertainty."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis import estimate, words
from analysis.estimate import Estimate, Lowest
from analysis.study import Study
from engine.scenario import Scenario

FATES = ("prevented", "allowed", "late_noticed", "called", "unnoticed")
SHARES = frozenset({"allowed_unharmed", "supervisor_busy", "error_probability"})
TIMES = frozenset({"rescue_latency", "rescue_wait", "notice_wait"})

GROUPS = (
    ("Training, per 100 cases", ("errors", *FATES)),
    ("How errors ended, per 100 cases",
     ("self_recovered", "cue_recovered", "intercepted", "taken_over", "exhausted", "subsided",
      "backups")),
    ("Unasked takeovers, per 100 cases",
     ("needless_takeovers", "necessary_takeovers", "late_takeovers")),
    ("Harm in training, per 100 cases", ("harm_any", "harm_severe", "harm_death")),
    ("Supervision", ("allowed_unharmed", "rescue_latency", "supervisor_busy", "debriefs")),
    ("A trainee at the end of training", ("experience", "resilience", "error_probability")),
    ("Independent practice, per 100 cases",
     ("independent_errors", "independent_harm_any", "independent_harm_severe")),
    ("Burden of harm, now and later", ("total_burden",)),
)  # fmt: skip
"""The telling outcomes, grouped as they are read aloud."""
DROPPED_WHEN_ZERO = frozenset(
    {"cue_recovered", "intercepted", "exhausted", "subsided", "backups", "harm_death"}
)


@dataclass(frozen=True)
class Group:
    """A heading and its rows: (what, how much with its interval)."""

    title: str
    rows: tuple[tuple[str, str], ...]


def estimates(study: Study) -> dict[str, Estimate]:
    """Each outcome of the scenario as written."""
    table = study.as_written
    return {name: estimate.estimate(table[name]) for name in estimate.outcome_names(table)}


def groups(study: Study) -> list[Group]:
    """The telling outcomes of the scenario as written, in words; what nothing can be said of is
    left out."""
    found = estimates(study)
    told = []
    for title, names in GROUPS:
        rows = tuple(
            (words.PLAIN[name], value(name, found[name]))
            for name in names
            if not math.isnan(found[name].mean)
            and not (name in DROPPED_WHEN_ZERO and found[name].mean == 0)
        )
        if rows:
            told.append(Group(title, rows))
    return told


def value(name: str, found: Estimate) -> str:
    """An estimate as it is read: shares in percent, waits as durations, the rest as numbers.

    No outcome can be below 0, nor a share above 1: an interval is read as far as there.
    """
    if math.isnan(found.mean):
        return words.MISSING
    found = found._replace(low=max(0.0, found.low)) if found.low < 0 else found
    if name in SHARES:
        mean, se, low, high = (100 * number for number in found[:4])
        shown = found._replace(mean=mean, se=se, low=low, high=min(100.0, high))
        text = words.interval(shown, most=1 if mean >= 1 else 2)
        return text.replace(" (", " % (", 1) if "(" in text else f"{text} %"
    return time(found) if name in TIMES else words.interval(found)


def time(found: Estimate) -> str:
    """A wait with its interval: `5.64 s (5.61 s to 5.67 s)`, `3 min 2 s (2 min 50 s to ...)`."""
    if math.isnan(found.se):
        return words.duration(found.mean)
    mean, low, high = found.mean, found.low, found.high
    if 60 * high < 59.5:
        decimals = max(0, min(2, words.decimals_for(30 * (high - low))))
        mean_text, low_text, high_text = (
            f"{60 * each:.{decimals}f} s" for each in (mean, low, high)
        )
    else:
        mean_text, low_text, high_text = (words.duration(each) for each in (mean, low, high))
    return mean_text if low_text == high_text else f"{mean_text} ({low_text} to {high_text})"


ONE_AT_A_TIME = (
    "Intervals in the table are for one comparison at a time; the verdict allows for all settings."
)
CURVE = ("harm_any", "experience", "resilience", "independent_harm_any", "total_burden")
"""The outcomes shown along the curve."""
CURVE_HEADS = (
    "patients harmed per 100 training cases",
    "experience",
    "resilience",
    "patients harmed per 100 independent cases",
    "total burden per trainee",
)


@dataclass(frozen=True)
class CurveRow:
    """One setting: its label, its values in words, its total burden against the one as written."""

    label: str
    as_written: bool
    kept: bool
    values: tuple[str, ...]
    difference: str


def curve_rows(study: Study, low: Lowest) -> list[CurveRow]:
    """The curve as a table, by setting."""
    own = burdens(study, study.own)
    means = study.table.groupby("setting", sort=True)[list(CURVE)].mean()
    rows = []
    for place, setting in enumerate(low.settings):
        mine = setting == study.own
        against = estimate.paired(burdens(study, setting), own)
        rows.append(
            CurveRow(
                words.setting(study.axis, setting),
                mine,
                setting in low.kept,
                tuple(words.aligned(means[name].tolist())[place] for name in CURVE),
                study.own_name if mine else words.interval(against, signed=True),
            )
        )
    return rows


def burdens(study: Study, setting: float) -> list[float]:
    """Total burden at a setting, one value per replication, by replication."""
    rows = study.table[study.table["setting"] == setting]
    return [float(value) for value in rows.sort_values("replication")["total_burden"]]


def lowest_burden(study: Study) -> Lowest | None:
    """Where total burden is lowest along the curve; None without a curve."""
    if study.no_curve is not None:
        return None
    settings = sorted({float(value) for value in study.table["setting"]})
    return estimate.lowest({one: burdens(study, one) for one in settings}, study.own)


NO_LATER = (
    "No independent practice is simulated: total burden counts training alone, and "
    "nothing that leeway might gain for later patients."
)


def verdict(study: Study) -> list[str]:
    """Whether more or less leeway would lower total burden in this model, with its doubt."""
    low = lowest_burden(study)
    if low is None:
        return [f"No curve: {study.no_curve}."]
    compared = Compared(
        study.axis, study.replications, low, own=study.own_name, weights=weights(study.scenario),
        alike=alike_in(study),
    )  # fmt: skip
    own = estimate.estimate(burdens(study, low.own))
    told = [text for text in (where_lowest(compared), what_to_change(compared, own)) if text]
    if study.scenario.independent.cases == 0:
        told.append(NO_LATER)
    return told


@dataclass(frozen=True)
class Compared:
    """The settings of a curve compared by total burden, one of them as one's own.

    axis: permissiveness or time_limit; own: what the setting one stands at is called; weights: of
    harm, in words; so_far: whether more replications are still to come; alike: the sentence that
    says so where leeway makes no difference at all.
    """

    axis: str
    replications: int
    low: Lowest
    own: str = "as written"
    weights: str = ""
    so_far: bool = False
    alike: str | None = None

    def label(self, setting: float) -> str:
        """A setting in words."""
        return label(self.axis, setting)


def where_lowest(compared: Compared) -> str:
    """The settings that may be the lowest, as far as the replications can tell."""
    axis, low = words.axis_label(compared.axis), compared.low
    if compared.replications < 2:
        return "One replication tells nothing about chance; ask for more to compare settings."
    if compared.alike is not None:
        return compared.alike
    where, verb = "In this simulation", "is"
    if compared.so_far:
        where, verb = f"So far, from {compared.replications} replications", "looks"
    if len(low.kept) == len(low.settings):
        count = words.spelled(len(low.settings))
        return (
            f"{where}, none of the {count} settings can be told from the lowest (allowing for "
            f"{count} looks)."
        )
    if len(low.kept) == 1:
        text = f"{where}, total burden {verb} lowest at {axis} {compared.label(low.best)}, "
        text += "below all others tried" if compared.so_far else "clearly below all others tried"
    else:
        text = f"{where}, total burden {verb} lowest at {axis} {among(compared)}: these can't be "
        text += (
            "told apart yet, the others look worse"
            if compared.so_far
            else f"told apart with {compared.replications} replications, the others are worse"
        )
    if low.kept[-1] == low.settings[-1]:
        text += "; it may be lower still beyond the range tried"
    return text + "."


def among(compared: Compared) -> str:
    """The settings kept, in words: `0.05 or 0.1`, `somewhere from 0 to 0.3`."""
    low = compared.low
    names = [compared.label(setting) for setting in low.kept]
    first = low.settings.index(low.kept[0])
    neighbours = low.kept == low.settings[first : first + len(low.kept)]
    if neighbours and len(names) > 2:
        return f"somewhere from {names[0]} to {names[-1]}"
    return words.listed(names, "or")


def label(axis: str, setting: float) -> str:
    """A setting in words."""
    return words.setting(axis, setting)


def what_to_change(compared: Compared, burden: Estimate) -> str:
    """Less leeway, more, or no telling: one's own setting, of that burden, against the lowest."""
    low = compared.low
    axis, own = words.axis_label(compared.axis), compared.label(low.own)
    if compared.replications < 2:
        return f"The {axis} {compared.own} is {own}."
    if compared.alike is not None:
        return ""
    if low.own in low.kept:
        return (
            f"The {axis} {compared.own}, {own}, is among them: neither more nor less leeway "
            f"clearly lowers total burden{' so far' if compared.so_far else ''}."
            if len(low.kept) < len(low.settings)
            else f"With {compared.replications} replications one can't tell whether {own} is too "
            f"much or too little."
        )
    direction = "less" if max(low.kept) < low.own else "more"
    if min(low.kept) < low.own < max(low.kept):
        direction = "another"
    lower = -low.difference.mean / burden.mean if burden.mean > 0 else 1.0
    share = f", which is {words.number(100 * lower, 2)} %" if burden.mean > 0 else ""
    slightly = " slightly" if lower < SLIGHT else ""
    where = "so far in this simulation" if compared.so_far else "in this simulation"
    weighed = f", with its harm weights ({compared.weights})" if compared.weights else ""
    return (
        f"The {axis} {compared.own} is {own}: {where}{weighed}, {direction} leeway would lower "
        f"total burden{slightly}: at {compared.label(low.best)} by "
        f"{words.interval(mirrored(low.difference))} per trainee{share}."
    )


SLIGHT = 0.05
"""A share of total burden below which less of it is said to be slightly less."""


def weights(scenario: Scenario) -> str:
    """What each level of harm counts: `mild 0.05, moderate 0.2, severe 0.6, death 1`."""
    found = scenario.harm_weights
    return ", ".join(f"{level} {words.number(getattr(found, level))}" for level in words.LEVELS[1:])


def alike_in(study: Study) -> str | None:
    """That leeway makes no difference in a study, and why; None where it makes one."""
    names = estimate.outcome_names(study.table)
    rows = [
        table.sort_values("replication")[names].to_numpy()
        for _, table in study.table.groupby("setting")
    ]
    return no_difference(study.scenario, study.axis, rows)


def no_difference(scenario: Scenario, axis: str, outcomes: Sequence[ArrayLike]) -> str | None:
    """That leeway makes no difference at all, and why, where that is known; else None.

    outcomes: of each setting, [replication, outcome], all in the same luck.
    """
    first, *others = (np.asarray(each) for each in outcomes)
    if not others or not all(np.array_equal(first, each, equal_nan=True) for each in others):
        return None
    name = words.axis_label(axis)
    why = why_alike(scenario, axis)
    reason = "whatever it is set to, every number stays the same" if why is None else why
    return f"{name[0].upper()}{name[1:]} makes no difference here: {reason}."


def why_alike(scenario: Scenario, axis: str) -> str | None:
    """Why leeway can make no difference in a scenario; None where that isn't known."""
    supervision = scenario.supervision
    kinds = [kind for step in scenario.task.steps for kind in step.errors]
    if supervision.watched == 0:
        return "no case is watched, so no supervisor sees an error in time to let it run"
    if all(kind.name in supervision.never_allow for kind in kinds):
        return "every error of this scenario is one that is never allowed"
    teaching = supervision.policy in ("value_weighted", "entrustment")
    if axis == "permissiveness" and teaching and all(k.educational_value == 0 for k in kinds):
        return "no error of this scenario teaches anything, so none is let run"
    return None


def mirrored(found: Estimate) -> Estimate:
    """The estimate of minus the same quantity."""
    return found._replace(mean=-found.mean, low=-found.high, high=-found.low)


@dataclass(frozen=True)
class Inputs:
    """How many inputs of a scenario are sourced, how many are assumptions."""

    sourced: int
    assumptions: int

    @property
    def total(self) -> int:
        return self.sourced + self.assumptions

    @property
    def share(self) -> str:
        """`24 of 41 inputs are assumptions`."""
        verb = "is an assumption" if self.assumptions == 1 else "are assumptions"
        return f"{self.assumptions} of {words.plural(self.total, 'input')} {verb}"


def inputs(study: Study) -> Inputs:
    """The count of a study's inputs."""
    return inputs_of(study.scenario)


def inputs_of(scenario: Scenario) -> Inputs:
    """The count of a scenario's inputs."""
    statuses = [one.status for one in scenario.inputs()]
    assumed = statuses.count("assumption")
    return Inputs(len(statuses) - assumed, assumed)


def points(study: Study) -> pd.DataFrame:
    """Each outcome at each setting with its interval (analysis.estimate.summary)."""
    return estimate.summary(study.table)
