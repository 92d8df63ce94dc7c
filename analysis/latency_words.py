"""What a map of permissiveness and rescue latency says, in sentences made from its numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
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
            f"shades drawn smoothly between the settings tried{of_what(found)}. Hatched: can't be "
            f"told from the best at that latency (paired comparisons, 95 % for all latencies "
            f"together); dashed: nor can stepping in at once."
        )
    return f"{doubt} {RECKONED} {share}. {words.SIMULATED}"


def of_what(found: LatencyMap) -> str:
    """What the shades are percentages of; empty where they are in the outcome's own unit."""
    if not in_percent(found):
        return ""
    text = f", in percent of the {extreme(found)} at that latency"
    if not slowness(found):
        return text
    more = "more" if found.about.better == "lower" else "less"
    return f"{text}: where that {moves(found)}, a shade stands for {more}"


def in_percent(found: LatencyMap) -> bool:
    """Whether the shades are percentages of the best: it is nowhere 0."""
    return bool(found.field["share"].notna().all())


def moves(found: LatencyMap) -> str:
    """The verb for what grows worse."""
    return "rises" if found.about.better == "lower" else "falls"


def thing(found: LatencyMap) -> str:
    """The outcome in a few words."""
    if found.outcome == ALL_HARM:
        return "total burden of harm, now and later"
    return words.PLAIN.get(found.outcome, found.about.meaning)


def named(found: LatencyMap) -> str:
    """The outcome in the middle of a sentence."""
    return "total burden" if found.outcome == ALL_HARM else thing(found).split(", ")[0]


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
    told = [ridge(found), beyond(found), at_once(found), slowness(found), as_written(found)]
    if found.scenario.independent.cases == 0:
        told.append(
            "No independent practice is simulated: nothing that leeway might gain for later "
            "patients is counted."
        )
    return [sentence for sentence in told if sentence != ""]


def chances(low: float, high: float) -> str:
    """Permissiveness from low to high as chances of mild harm: `5 to 10 %`, `20 % or more`.

    From 1 up any chance is run.
    """
    if high == 0:
        return "no chance at all"
    if low >= 1:
        return "any chance"
    if high >= 1:
        return (
            "anything from nothing to any chance" if low == 0 else f"{words.percent(low)} or more"
        )
    if low == high:
        return words.percent(low)
    return f"{words.percent(low).removesuffix(' %')} to {words.percent(high)}"


def a_chance(low: float, high: float) -> str:
    """`a 5 to 10 % chance of mild harm, as I see it`; in words where nothing is let run."""
    text = chances(low, high)
    if high == 0:
        return "no chance of harm at all"
    if high < 1:
        return f"a {text} chance of mild harm, as I see it"
    if 0 < low < 1:
        return f"a chance of mild harm of {text}, as I see it"
    return f"{text} of mild harm"


def when(row: pd.Series) -> str:
    """A response in words."""
    return words.duration(float(row["response"]))


def latencies(found: LatencyMap, meant: Sequence[bool]) -> str:
    """Some of the latencies, neighbours together: `from 2 s to 20 s and at 1 h`."""
    times = [words.duration(time) for time in found.ridge["response"].tolist()]
    runs = neighbours(meant)
    return words.listed(
        [
            f"at {times[run[0]]}" if len(run) == 1 else f"from {times[run[0]]} to {times[run[-1]]}"
            for run in runs
        ]
    )


def neighbours(meant: Sequence[bool]) -> list[list[int]]:
    """The places of what is true, those without a gap together."""
    runs: list[list[int]] = []
    for place in (place for place, one in enumerate(meant) if one):
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs


def ridge(found: LatencyMap) -> str:
    """How far to let an error go, by how fast the supervisor is there."""
    rows = [row for _, row in found.ridge.iterrows() if row["told"]]
    many = words.plural(found.replications, "replication")
    if not rows:
        return f"In this simulation {many} can't tell any setting from any other, at any latency."
    everywhere = found.field.groupby("permissiveness")["kept"].all()  # no latency rules it out
    if everywhere.any():
        return on_one_answer(found, everywhere)
    best = f"{named(found)} is {extreme(found)}"
    # the first that can't have the same answer as another, and that other
    first, other = next(
        (pair for pair in combinations(rows, 2) if apart(*pair)), (rows[0], rows[-1])
    )
    told = [first, other]
    # the slowest at which something may clearly be let run, where that is yet another answer
    slowest = [row for row in rows if row["kept_low"] > 0 and apart(row, other)][-1:]
    told += [row for row in slowest if row["response"] > other["response"]]
    parts = [
        f"if I can be there in {when(first)}, {best} when I let an error run to "
        f"{a_chance(first['kept_low'], first['kept_high'])}",
        *(f"if I need {when(row)}, to {chances(row['kept_low'], row['kept_high'])}"
          for row in told[1:]),
    ]  # fmt: skip
    text = "In this simulation: " + "; ".join(parts) + "."
    if any(row["kept_low"] < row["kept_high"] for row in told):
        text += f" Where in such a range, {many} can't tell."
    return text


def on_one_answer(found: LatencyMap, everywhere: pd.Series) -> str:
    """What to say where some settings may be the best at all latencies.

    everywhere: by permissiveness, whether it can't be told from the best at any latency.
    """
    span = f"{when(found.ridge.iloc[0])} to {when(found.ridge.iloc[-1])}"
    settings = everywhere.index.tolist()
    run = max(neighbours(everywhere.tolist()), key=len)
    answer = a_chance(settings[run[0]], settings[run[-1]])
    if (found.ridge["kept_low"] == found.ridge["kept_high"]).all():
        return (
            f"In this simulation one answer serves from {span} away: of the settings tried, "
            f"{named(found)} is {extreme(found)} if I let an error run to {answer}, however fast I "
            f"can be there."
        )
    return (
        f"In this simulation {words.plural(found.replications, 'replication')} can't tell whether "
        f"the best setting depends on how fast I can be there. At every latency, {span}, this "
        f"can't be told from the best: letting an error run to {answer}."
    )


def apart(row: pd.Series, other: pd.Series) -> bool:
    """Whether no setting may be the best at both responses."""
    return bool(row["kept_high"] < other["kept_low"] or row["kept_low"] > other["kept_high"])


def beyond(found: LatencyMap) -> str:
    """Where the best may lie beyond the settings tried; empty where it lies among them."""
    table = found.ridge
    low, high = found.field["permissiveness"].min(), found.field["permissiveness"].max()
    edge = (table["kept_high"] == high) | ((table["kept_low"] == low) & (low > 0))
    meant = (edge & table["told"]).tolist()
    if not any(meant):
        return ""
    place = "at any latency" if all(meant) else latencies(found, meant)
    tried = f"permissiveness {words.number(low)} to {words.number(high)}"
    return f"The best may lie beyond the range tried ({tried}) {place}."


def at_once(found: LatencyMap) -> str:
    """Where stepping in at once can't be told from the best; empty where it always can be."""
    if not found.ridge["told"].any():
        return ""
    meant = (found.ridge["kept_low"] == 0).tolist()
    runs = neighbours(meant)
    nothing = "nothing tried is clearly better than stepping in at once"
    if not runs:
        return ""
    if all(meant):
        return f"At any latency, {nothing}."
    if len(runs) == 1 and meant[-1]:
        return f"If I need {when(found.ridge.iloc[runs[0][0]])} or more, {nothing}."
    place = latencies(found, meant)
    return f"{place[0].upper()}{place[1:]}, {nothing}."


def slowness(found: LatencyMap) -> str:
    """What being slower costs at the best setting; empty where nothing can be told."""
    first, last = found.ridge.iloc[0], found.ridge.iloc[-1]
    near, far = (found.at(float(row["response"]), float(row["best"])) for row in (first, last))
    lower = found.about.better == "lower"
    change = estimate.paired(far, near) if lower else estimate.paired(near, far)
    if not change.low > 0:
        return ""
    means = words.aligned([float(row["mean"]) for row in (first, last)])
    return (
        f"Being slower costs, however well one chooses: even at the best setting, {named(found)} "
        f"{moves(found)} from {means[0]} ({when(first)}) to {means[1]} ({when(last)}; "
        f"{found.about.unit})."
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
