"""What a sweep says in a terminal: what it will take, and its points side by side."""

import math
from collections.abc import Sequence

import pandas as pd
from rich.console import Console
from rich.table import Table

from analysis import estimate, findings, words
from analysis.axes import MINUTES, NUMBER, WORDS
from analysis.console import plain_table
from analysis.sweep_plan import Work
from analysis.sweep_result import Sweep
from engine.scenario import Scenario

MOST_SHOWN = 50
"""Points of a table in a terminal; points.csv has them all."""
HEADS = ("harmed\nnow", "expe-\nrience", "resi-\nlience", "harmed\nlater", "total\nburden")
MOST_WIDE = 400
WIDE = 9
"""Characters of the head of a column."""
CHECK_S = 0.001
"""Seconds, roughly, that checking a point takes."""
UNTOLD = ("lognormal", "fixed", "exponential", "weibull", "loglogistic", "median", "mean")
"""Parts of a path that tell an educator nothing."""
ENDS = {
    "target": "reached every target",
    "cap": "ended at the cap",
    "failed": "ended at a block that failed",
}

LEGEND = (
    "harmed now, later: patients per 100 training, per 100 independent cases; experience, "
    "resilience: of a trainee at the end of training; total burden: harm weights of a trainee's "
    "patients, now and later."
)
ALONE = "After ±, half of the 95 % interval of each point alone"
SHARED = "all points share their luck, so differences between them are known better than that."
UNLIKE = (
    "the points have different numbers of replications, so don't subtract one row from another: "
    "the last column has the difference in total burden from point {reference} in the replications "
    "that both have. --together gives all points the same number; analysis.tradeoff compares them "
    "in Python."
)
FEW = f"Fewer than {estimate.FEWEST} replications tell nothing of chance"
NOTHING = "–"  # a mean of no values at all


def first_checked(points: int) -> str:
    """What is said before the points of a large design are checked, each about a millisecond."""
    return (
        f"{points:,} points: each is checked before anything runs, about "
        f"{words.duration(points * CHECK_S / 60)}; then the work is estimated."
    )


def foretold(work: Work) -> str:
    """What a sweep will take, in a sentence."""
    most = "at most " if work.at_most else ""
    return (
        f"{words.plural(work.points, 'point')}, {most}{work.replications:,} replications with "
        f"{work.cases:,} cases in {words.plural(work.blocks, 'block')}: about "
        f"{rough_time(work.seconds)} on this machine, about {rough_size(work.bytes)} on disk."
    )


def rough_time(seconds: float) -> str:
    """Seconds in words, to one digit or so."""
    if seconds < 1.5:
        return "a second"
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= 1.5 * size:
            return words.plural(round(seconds / size), name)
    return words.plural(round(seconds), "second")


def rough_size(count: float) -> str:
    """Bytes in words."""
    for power, name in ((3, "GB"), (2, "MB"), (1, "kB")):
        if count >= 1000**power:
            return f"{words.number(count / 1000**power, 2)} {name}"
    return "1 kB"


def heading(sweep: Sweep, departure: str | None) -> list[str]:
    """The lines above the table of points."""
    return [
        sweep.scenario.title,
        *([] if departure is None else [departure]),
        f"{sweep.design.in_words()}. {replications(sweep)}, seed {sweep.seed}.",
        f"{share_of_assumed(sweep.scenario)}. {words.SIMULATED}",
    ]


def replications(sweep: Sweep) -> str:
    """`200 replications of each`, or `from 20 to 294 replications of each`."""
    numbers = sweep.points["replications"]
    low, high = int(numbers.min()), int(numbers.max())
    count = words.plural(high, "replication")
    return f"{count} of each" if low == high else f"From {low:,} to {count} of each"


def share_of_assumed(scenario: Scenario) -> str:
    """How many of the inputs are assumed, in words."""
    statuses = [one.status for one in scenario.inputs()]
    return findings.Inputs(statuses.count("sourced"), statuses.count("assumption")).share


def unlike(sweep: Sweep) -> bool:
    """Whether points have different numbers of replications, so that their rows have other luck."""
    return int(sweep.points["replications"].nunique()) > 1


def legend(sweep: Sweep, reference: int = 0) -> str:
    """What the table of points shows, and what may be read from it."""
    counts = sweep.table.groupby("point")[list(findings.CURVE)].count()
    counts = counts.reindex(range(min(MOST_SHOWN, len(sweep.points))), fill_value=0)
    known = counts.ge(estimate.FEWEST)
    few = counts.gt(0) & ~known
    several = len(sweep.points) > 1
    told = [LEGEND]
    if known.any(axis=None):
        about = UNLIKE.format(reference=reference) if unlike(sweep) else SHARED
        told.append(f"{ALONE}{f'; {about}' if several else '.'}")
    if few.any(axis=None):
        bare = " a mean without ± is of so few." if known.any(axis=None) else ""
        told.append(f"{FEW}{':' if bare else '.'}{bare}")
    if counts.eq(0).any(axis=None):
        told.append(f"{NOTHING}: nothing to count.")
    return " ".join(told)


def points_table(sweep: Sweep, reference: int = 0) -> Table:
    """The points side by side: settings, learning and harm with intervals.

    Where points have different numbers of replications, these have a column, and so has the
    paired difference in total burden from the point `reference`.
    """
    shown = sweep.points.head(MOST_SHOWN)
    rows = sweep.table[sweep.table["point"] < len(shown)].groupby("point")
    columns = {"point": [str(point) for point in shown["point"]]}
    for path in sweep.paths:
        columns[short(path, sweep.paths)] = settings(sweep, path, shown[path])
    if unlike(sweep):
        columns["repli-\ncations"] = [str(number) for number in shown["replications"]]
    for head, name in zip(HEADS, findings.CURVE, strict=True):
        columns[head] = spread(
            [
                estimate.estimate(rows.get_group(point)[name]) if number else None
                for point, number in zip(shown["point"], shown["replications"], strict=True)
            ]
        )
    if unlike(sweep):
        columns[f"burden,\nagainst\npoint {reference}"] = against(sweep, len(shown), reference)
    table = plain_table(*columns)
    table.padding = (0, 1, 0, 0)
    wordy = [short(axis.path, sweep.paths) for axis in sweep.design.axes if axis.kind == WORDS]
    for row in zip(*columns.values(), strict=True):
        table.add_row(*row)
    for column in table.columns:
        column.justify, column.no_wrap = "right", column.header not in wordy
        told = (column.header, *column.cells)
        words_in = (word for cell in told for word in str(cell).split())
        column.min_width = max(map(len, words_in), default=0)
    return table


def against(sweep: Sweep, shown: int, reference: int) -> list[str]:
    """The paired differences of the first points from one of them, in total burden."""
    burden = sweep.table.pivot(index="replication", columns="point", values="total_burden")
    if reference not in burden:
        return [NOTHING] * shown
    found = [
        estimate.paired(burden[point], burden[reference])
        if point in burden and point != reference
        else None
        for point in range(shown)
    ]
    return spread(found, signed=True)


def settings(sweep: Sweep, path: str, column: pd.Series) -> list[str]:
    """The settings of a path, as an educator reads them."""
    kind = next(axis.kind for axis in sweep.design.axes if axis.path == path)
    if kind == NUMBER:
        return [words.number(value, 4) for value in column]
    if kind == MINUTES:
        return [words.duration(value) for value in column]
    return [words.flow(value).replace("_", " ") for value in column]


def width(table: Table, screen: Console) -> int:
    """The width a table needs, so that no number is ever cut off: that of the screen, or more."""
    needed = table.__rich_measure__(screen, screen.options.update(max_width=MOST_WIDE))
    return max(screen.width, needed.minimum)


def spread(found: Sequence[estimate.Estimate | None], *, signed: bool = False) -> list[str]:
    """`3.62±0.31` of each point, all with the same decimals.

    The mean alone where there are too few replications to tell of chance.
    """
    means = [math.nan if one is None else one.mean for one in found]
    halves = [
        (one.high - one.low) / 2
        if one is not None and one.replications >= estimate.FEWEST
        else math.nan
        for one in found
    ]
    decimals = max((words.decimals_for(half) for half in halves), default=-1)
    plain = words.aligned(means)
    told = []
    for mean, half, text in zip(means, halves, plain, strict=True):
        if math.isnan(mean):
            told.append(NOTHING)
            continue
        shown = words.unsigned_zero(text if decimals < 0 else f"{mean:.{decimals}f}")
        sign = "+" if signed and float(shown) > 0 else ""
        known = "" if decimals < 0 or math.isnan(half) else f"±{half:.{decimals}f}"
        told.append(f"{sign}{shown}{known}")
    return told


def short(path: str, paths: Sequence[str]) -> str:
    """As much of the end of a path as tells it from the others, in lines of at most WIDE."""
    parts = [part for part in path.split(".") if part not in UNTOLD] or [path]
    others = [[part for part in other.split(".") if part not in UNTOLD] for other in paths]
    count = 1
    while count < len(parts) and sum(other[-count:] == parts[-count:] for other in others) > 1:
        count += 1
    lines = []
    for part in ".".join(parts[-count:]).replace("_", " ").split():
        cuts = range(0, len(part), WIDE - 1) if len(part) > WIDE else (0,)
        pieces = [part[cut : cut + WIDE - 1] for cut in cuts] if len(part) > WIDE else [part]
        lines += [f"{piece}-" for piece in pieces[:-1]] + pieces[-1:]
    return "\n".join(lines)


def endings(sweep: Sweep) -> str | None:
    """What ended the points of a sweep with a target; None where all had a fixed number."""
    counts = sweep.points["stopped"].value_counts()
    told = [
        f"{words.plural(int(counts[why]), 'point')} {said}"
        for why, said in ENDS.items()
        if why in counts
    ]
    return None if not told else f"{words.listed(told)}."
