"""What a map of permissiveness and rescue latency says, in sentences made from its numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from analysis import estimate, words

if TYPE_CHECKING:
    from analysis.latency_map import LatencyMap

QUESTION = "How far may I let them go, given how fast I can be there?"
RECKONED = "Supervisors in the model know how fast they usually are, and reckon with it."
ALL_HARM = "total_burden"


def subtitle(found: LatencyMap) -> str:
    """The scenario, and its variant."""
    return found.scenario.title + ("" if found.variant is None else f" (variant {found.variant})")


def note(found: LatencyMap) -> str:
    """The line under the map: its uncertainty, its share of assumed inputs, what it isn't."""
    statuses = [one.status for one in found.scenario.inputs()]
    assumed = statuses.count("assumption")
    verb = "is an assumption" if assumed == 1 else "are assumptions"
    share = f"{assumed} of {words.plural(len(statuses), 'input')} {verb}"
    if found.replications < estimate.FEWEST:
        doubt = f"{words.plural(found.replications, 'replication')}: too few to compare settings."
    else:
        doubt = (
            f"Means of {found.replications} replications in the same luck (grey: 95 % interval), "
            f"shades drawn smoothly between the settings tried. Hatched: can't be told from the "
            f"best at that latency (paired comparisons, 95 %); dashed: nor can stepping in at once."
        )
    return f"{doubt} {RECKONED} {share}. {words.SIMULATED}"


def thing(found: LatencyMap) -> str:
    """The outcome in a few words."""
    if found.outcome == ALL_HARM:
        return "total burden of harm, now and later"
    return words.PLAIN.get(found.outcome, found.about.meaning)


def named(found: LatencyMap) -> str:
    """The outcome in the middle of a sentence."""
    return "total burden" if found.outcome == ALL_HARM else thing(found)


def extreme(found: LatencyMap) -> str:
    """`least` or `most`, whichever is the better."""
    return "least" if found.about.better == "lower" else "most"


def worse_label(found: LatencyMap) -> str:
    """What the shades of the map mean."""
    side = "above the least" if found.about.better == "lower" else "below the most"
    return f"{thing(found)}: {side} at that latency"


def strip_label(found: LatencyMap) -> str:
    """What the line above the map shows."""
    return f"{extreme(found)} {thing(found)} ({found.about.unit})"


def says(found: LatencyMap) -> list[str]:
    """What the map says: the ridge, what being slow costs, how the scenario as written fares."""
    if found.replications < estimate.FEWEST:
        return [f"{words.plural(found.replications, 'replication')} can't tell settings apart."]
    told = [ridge(found), at_once(found), slowness(found), as_written(found)]
    if found.scenario.independent.cases == 0:
        told.append(
            "No independent practice is simulated: nothing that leeway might gain for later "
            "patients is counted."
        )
    return [sentence for sentence in told if sentence != ""]


def chance(permissiveness: float) -> str:
    """A permissiveness as the chance of mild harm that would be run."""
    if permissiveness == 0:
        return "0"
    return words.percent(permissiveness)


def chances(row: pd.Series) -> str:
    """The settings that can't be told from the best, as chances: `5 to 10 %`, `2 %`."""
    low, high = float(row["kept_low"]), float(row["kept_high"])
    if low == high:
        return chance(low)
    return f"{chance(low).removesuffix(' %')} to {chance(high)}"


def when(row: pd.Series) -> str:
    """A response in words."""
    return words.duration(float(row["response"]))


def ridge(found: LatencyMap) -> str:
    """How far to let an error go, by how fast the supervisor is there."""
    rows = [row for _, row in found.ridge.iterrows() if row["told"]]
    if not rows:
        return (
            f"In this simulation {words.plural(found.replications, 'replication')} can't tell any "
            f"setting from any other, at any latency."
        )
    best = f"{named(found)} is {extreme(found)}"
    first, last = rows[0], rows[-1]
    low, high = (max(row["kept_low"] for row in rows), min(row["kept_high"] for row in rows))
    if low <= high:
        both = pd.Series({"kept_low": low, "kept_high": high})
        return (
            f"In this simulation one answer serves from {when(first)} to {when(last)} away: "
            f"{best} if I let an error run to {a_chance(both)}, however fast I can be there."
        )
    told = [first, next((row for row in rows if apart(row, first)), last)]
    # the slowest at which something may clearly be let run, where that is yet another answer
    slowest = [row for row in rows if row["kept_low"] > 0 and apart(row, told[1])][-1:]
    told += [row for row in slowest if row["response"] > told[1]["response"]]
    parts = [
        f"if I can be there in {when(first)}, {best} when I let an error run to {a_chance(first)}",
        *(f"if I need {when(row)}, to {chances(row)}" for row in told[1:]),
    ]
    return "In this simulation: " + "; ".join(parts) + "."


def a_chance(row: pd.Series) -> str:
    """`a 5 to 10 % chance of mild harm, as I see it`; in words where nothing is let run."""
    if row["kept_high"] == 0:
        return "no chance of harm at all"
    return f"a {chances(row)} chance of mild harm, as I see it"


def apart(row: pd.Series, other: pd.Series) -> bool:
    """Whether no setting may be the best at both responses."""
    return bool(row["kept_high"] < other["kept_low"] or row["kept_low"] > other["kept_high"])


def at_once(found: LatencyMap) -> str:
    """From where on stepping in at once is as good as anything; empty where it never is."""
    allowed = (found.ridge["kept_low"] > 0).to_numpy(dtype=bool)
    first = int(allowed.sum())
    if allowed[-1] or first == 0 or not allowed[:first].all():
        return ""
    return (
        f"If I need {when(found.ridge.iloc[first])} or more, nothing tried is clearly better than "
        f"stepping in at once."
    )


def slowness(found: LatencyMap) -> str:
    """What being slower costs at the best setting; empty where nothing can be told."""
    first, last = found.ridge.iloc[0], found.ridge.iloc[-1]
    near, far = (found.at(float(row["response"]), float(row["best"])) for row in (first, last))
    lower = found.about.better == "lower"
    change = estimate.paired(far, near) if lower else estimate.paired(near, far)
    if not change.low > 0:
        return ""
    verb = "rises" if lower else "falls"
    means = words.aligned([float(row["mean"]) for row in (first, last)])
    return (
        f"Being slower costs at every setting: even at the best, {named(found)} {verb} from "
        f"{means[0]} ({when(first)}) to {means[1]} ({when(last)}; {found.about.unit})."
    )


def as_written(found: LatencyMap) -> str:
    """How far the scenario as written is from the best at its own response."""
    setting, time = found.own
    rows = found.field[found.field["response"] == time]
    if rows.empty:
        return ""
    row = rows[rows["permissiveness"] == setting].iloc[0]
    place = f"As written (there in {words.duration(time)}, permissiveness {words.number(setting)})"
    if row["kept"]:
        return f"{place}, the scenario can't be told from the best at that latency."
    half = (row["worse_high"] - row["worse_low"]) / 2
    worse = words.interval(
        estimate.Estimate(row["worse"], half / 2, row["worse_low"], row["worse_high"], 2, 0)
    )
    share = "" if math.isnan(row["share"]) else f", that is {words.percent(row['share'])}"
    side = "above the least" if found.about.better == "lower" else "below the most"
    return f"{place}, {named(found)} is {worse} {found.about.unit} {side} at that latency{share}."
