"""What each figure of the page shows: the table it draws, and a sentence made from its numbers."""

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis import episode, estimate, words
from analysis.episode import Episode
from analysis.estimate import Estimate
from analysis.findings import FATES, estimates, label, mirrored, value
from analysis.study import Study
from engine.event_log import CLASSES, LEVELS
from engine.scenario import Scenario


def ends(study: Study, name: str) -> tuple[Estimate, Estimate]:
    """An outcome at the lowest and at the highest setting of the curve."""
    settings = study.table["setting"]
    return tuple(  # type: ignore[return-value]
        estimate.estimate(study.table[settings == setting][name])
        for setting in (settings.min(), settings.max())
    )


def change(study: Study, name: str) -> Estimate:
    """The paired difference of an outcome, highest setting minus lowest."""
    settings = study.table["setting"]
    first, last = (
        study.table[settings == setting].sort_values("replication")[name].to_numpy()
        for setting in (settings.min(), settings.max())
    )
    return estimate.paired(last, first)


def moves(found: Estimate) -> str:
    """`rises by 2.1 (1.9 to 2.3)`, `falls by ...`, or `can't be told to change`."""
    if math.isnan(found.mean):
        return "can't be counted"
    if math.isnan(found.se):
        return f"changes by {words.number(found.mean)} (one replication: chance unknown)"
    if found.low > 0:
        return f"rises by {words.interval(found)}"
    if found.high < 0:
        return f"falls by {words.interval(mirrored(found))}"
    if found.mean == 0 and found.se == 0:
        return "stays the same"
    return f"can't be told to change ({words.interval(found, signed=True)})"


def from_to(study: Study) -> str:
    """The range of the curve in words."""
    settings = study.table["setting"]
    return span(study.axis, float(settings.min()), float(settings.max()))


def span(axis: str, low: float, high: float) -> str:
    """A range of leeway in words, as a sentence begins with it."""
    return f"From {words.axis_label(axis)} {label(axis, low)} to {label(axis, high)}"


def on_learning(study: Study, learning: str, name: str) -> str:
    """What the curve of learning against harm shows."""
    return learning_moves(from_to(study), name, change(study, learning), change(study, "harm_any"))


def learning_moves(along: str, name: str, learned: Estimate, harmed: Estimate) -> str:
    """How learning and harm in training change along the curve (`along`: its range in words)."""
    return (
        f"{along}, {name} {moves(learned)}, while the number of patients "
        f"harmed per 100 training cases {moves(harmed)}."
    )


def on_now_and_later(study: Study) -> str:
    """What the curves of harm now and harm later show."""
    is_later = study.scenario.independent.cases > 0
    later = change(study, "independent_harm_any") if is_later else None
    return now_and_later_move(from_to(study), change(study, "harm_any"), later)


def now_and_later_move(along: str, now: Estimate, later: Estimate | None) -> str:
    """How harm in training and afterwards change along the curve; `later` None: not simulated."""
    text = f"{along}, the number of patients harmed per 100 training cases {moves(now)}"
    if later is None:
        return f"{text}. No independent practice is simulated."
    return f"{text}; per 100 later, independent cases it {moves(later)}."


def on_fates(study: Study) -> str:
    """What became of errors, and how many of the allowed ones did no harm."""
    return fates_of(estimates(study))


def fates_of(found: Mapping[str, Estimate]) -> str:
    """What became of errors, from the estimates of one setting."""
    if math.isnan(found["errors"].mean):
        return "No training case was begun."
    if found["errors"].mean == 0:
        return "No errors happened."
    biggest = max(FATES, key=lambda fate: found[fate].mean)
    errors = words.interval(found["errors"])
    allowed, prevented = (count(found[fate]) for fate in ("allowed", "prevented"))
    text = (
        f"Of {errors} {'error' if errors == '1' else 'errors'} per 100 training cases, "
        f"supervisors let {allowed} run (allowed) and stepped in at first sight in {prevented} "
        f"(prevented); the largest group is “{biggest.replace('_', ' ')}”."
    )
    unharmed = found["allowed_unharmed"]
    if not math.isnan(unharmed.mean):
        text += f" {value('allowed_unharmed', unharmed)} of allowed failures ended without harm."
    return text


def count(found: Estimate) -> str:
    """A count as it is read aloud, rounded as its figure and table are: `15.0`, `none` for 0."""
    if found.mean == 0:
        return "none"
    text = words.interval(found).split(" ")[0]
    return text if float(text) > 0 else f"fewer than {text[:-1]}1"


HARDLY_ANY = 0.1
"""Takeovers per 100 cases below which their shares aren't told."""


def on_takeovers(study: Study) -> str:
    """How many takeovers would not have been needed, and how many came late."""
    return takeovers_of(estimates(study))


def takeovers_of(found: Mapping[str, Estimate]) -> str:
    """How many takeovers were needless and late, from the estimates of one setting."""
    kinds = ("needless_takeovers", "necessary_takeovers", "late_takeovers")
    total = sum(found[kind].mean for kind in kinds)
    if total == 0 or math.isnan(total):
        return "No supervisor took over by their own judgement."
    needless, late = (found[kind].mean / total for kind in (kinds[0], kinds[2]))
    if total < HARDLY_ANY:
        return (
            "Supervisors hardly ever took over by their own judgement: fewer than "
            f"{HARDLY_ANY} times per 100 training cases."
        )
    number = words.number(total, 3 if total >= 10 else 2)
    return (
        f"Of the {number} {'takeover' if number == '1' else 'takeovers'} per 100 training cases, "
        f"{words.rough_percent(needless)} were needless (the trainee was about to put it right in "
        f"time) and {words.rough_percent(late)} late (harm came while the supervisor was at it). "
        "At the bedside nobody can tell a needless from a necessary one; in a simulation every "
        "clock is known."
    )


def on_episode(study: Study, shown: Episode) -> str:
    """What one episode shows, why it was chosen, and how common such an end is in the run."""
    return f"{episode.sentence(shown)} {how_common(study, shown)}"


def how_common(study: Study, shown: Episode) -> str:
    """How many errors of the run as written end like an episode, and how most of them do."""
    fates = study.fates[study.fates["as_written"]]
    means = fates.groupby(["fate", "harm"], sort=False)["per_100_cases"].mean()
    ends = [(fate, harm) for fate in CLASSES for harm in LEVELS]
    shares = {end: float(means.loc[end] / means.sum()) for end in ends}
    own = CLASSES[int(shown.end.second)], LEVELS[shown.end.level]
    unharmed = sum(share for (_, harm), share in shares.items() if harm == LEVELS[0])
    most = max(shares, key=lambda end: shares[end])
    text = (
        "It was chosen for showing much, not for being typical: of all errors in training, "
        f"{words.percent(shares[own])} are {of_class(*own)}; "
        f"{words.percent(unharmed)} do no harm."
    )
    if most == own:
        return f"{text} No other kind of end is as common."
    return f"{text} Most often they are {of_class(*most)} ({words.percent(shares[most])})."


def of_class(fate: str, harm: str) -> str:
    """Errors of a class that end in a harm level: `allowed and end in moderate harm`."""
    end = {"none": "end without harm", "death": "end in death"}.get(harm, f"end in {harm} harm")
    return f"{fate.replace('_', ' ')} and {end}"


# ---- tables for the figures ------------------------------------------------------------------


def fate_bars(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What became of errors as written: (bar, part, mean) and the totals (bar, mean, low, high)."""
    fates = study.fates[study.fates["as_written"]]
    means = fates.groupby(["fate", "harm"], sort=False)["per_100_cases"].mean()
    parts = means.reset_index().rename(
        columns={"fate": "bar", "harm": "part", "per_100_cases": "mean"}
    )
    parts["bar"] = parts["bar"].str.replace("_", " ")
    return parts, bars(study, {fate: fate.replace("_", " ") for fate in FATES})


def bars(study: Study, names: dict[str, str]) -> pd.DataFrame:
    """Outcomes of the scenario as written as rows: bar, mean, low, high."""
    found = estimates(study)
    return pd.DataFrame(
        [
            {"bar": text} | {key: getattr(found[name], key) for key in ("mean", "low", "high")}
            for name, text in names.items()
        ]
    )


def input_bars(scenario: Scenario) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Inputs by section of the scenario: (bar, part, mean) and totals without intervals."""
    rows: dict[tuple[str, str], int] = {}
    sections: list[str] = []
    for one in scenario.inputs():
        section = one.path.split(".", 1)[0].replace("_", " ")
        if section not in sections:
            sections.append(section)
        part = "sourced" if one.status == "sourced" else "assumption"
        rows[section, part] = rows.get((section, part), 0) + 1
    parts = pd.DataFrame(
        [{"bar": bar, "part": part, "mean": float(count)} for (bar, part), count in rows.items()]
    )
    totals = pd.DataFrame(
        [
            {
                "bar": section,
                "mean": float(sum(n for (bar, _), n in rows.items() if bar == section)),
                "low": np.nan,
                "high": np.nan,
            }
            for section in sections
        ]
    )
    return parts, totals
