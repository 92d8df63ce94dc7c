"""What `leeway twin` hands over: figures, a page, tables and the record, and one JSON object.

comparison.html          the page
figures/*.svg, *.png     its figures
outcomes.csv             a row per world and replication; outcomes-dictionary.csv says what
differences.csv          the paired difference of each outcome, A minus B, and its variance ratio
split.csv                each difference as total = direct + busy
cases.csv                the cases that went otherwise, of the replications followed
balance.csv              cases per 100: who came off better, what was learned
partings.csv             where the worlds part, a row per replication followed
events.csv               the event log of the attempt shown, in both worlds
scenario.yaml            the scenario without the two worlds' changes, every default explicit
twin.json                settings, seed, replications, versions, command, times: the record
"""

import csv
import json
import math
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import console, figures, folder, pages, study, twins_story, words
from analysis import episode as episodes
from analysis import twins_words as told
from analysis.estimate import Estimate
from analysis.figures.twins import direct_and_busy, twin_timelines
from analysis.folder import Kind, Record
from analysis.report import Picture, panel
from analysis.timeline import DOING, supervising, unit_for
from analysis.twins import Shown, Twins, changed
from analysis.twins_numbers import PARTS
from engine import loader
from engine.event_log import Event
from engine.outcomes import OUTCOMES
from engine.outcomes import outcome as registered

PAGE = "comparison.html"
RECORD = "twin.json"
FORMAT = 1
COMPARISON = Kind(
    "leeway twin",
    "comparison",
    RECORD,
    (
        PAGE, "outcomes.csv", "outcomes-dictionary.csv", "differences.csv", "split.csv",
        "cases.csv", "balance.csv", "partings.csv", "events.csv", "scenario.yaml", RECORD,
    ),
)  # fmt: skip

DRAWN = ("harm_any", "resilience", "independent_harm_any", "total_burden")
"""Outcomes whose parts are drawn."""


# ---- figures ---------------------------------------------------------------------------------


def pictures(found: Twins) -> list[Picture]:
    """The figures of a comparison; those with nothing to show left out."""
    drawn = []
    if found.shown is not None:
        drawn.append(timelines(found, found.shown))
    panels = drawn_panels(found)
    if panels:
        split = found.split
        if told.too_few(found):
            split = split.assign(low=math.nan, high=math.nan)
        axes = direct_and_busy(split, panels, note=split_note(found))
        says = f"{told.split_says(found)} {told.DIRECT}"
        drawn.append(Picture("direct-and-busy", "Direct, and by busy supervisors", axes, says,
                             wide=True))  # fmt: skip
    return drawn


def timelines(found: Twins, shown: Shown) -> Picture:
    """The attempt shown, in both worlds."""
    flags, spans, doing = drawn_attempt(shown)
    longest = max([0.0, *spans["end"], *flags["minutes"]])
    unit, minutes = unit_for(float(longest))
    axes = twin_timelines(
        flags, spans, doing,
        {"A": changed(found.changes_a), "B": changed(found.changes_b)},
        time_label=f"{unit} after the error", minutes_per_unit=minutes,
        note=note(found, "One simulated attempt in two worlds that share their luck: an example "
                  "and not an average, so no interval."),
    )  # fmt: skip
    return Picture(
        "attempt", twins_story.shown_title(shown), axes, " ".join(shown.sentences), wide=True
    )


def note(found: Twins, what: str) -> str:
    """The line under a figure: its uncertainty, its share of assumed inputs, what it isn't."""
    variant = study.departure(found.variant, {})
    return (
        f"{what} {told.share(found)}. {words.SIMULATED}{'' if variant is None else ' ' + variant}"
    )


def split_note(found: Twins) -> str:
    """How the uncertainty of the split reads."""
    which = f"A: {changed(found.changes_a)}; B: {changed(found.changes_b)}"
    if told.too_few(found):
        runs = words.plural(found.replications, "replication")
        return note(found, f"Marks: means of {runs}, no intervals. {told.TOO_FEW}. {which}.")
    drawn = found.split["outcome"].isin(list(drawn_panels(found)))
    counted = found.split[drawn]["replications"].min()
    return note(
        found,
        f"Marks: paired means of {int(counted)} replications with 95 % intervals. All in all = "
        f"direct (one supervisor per trainee) + supervisors busy. {which}.",
    )


def drawn_panels(found: Twins) -> dict[str, tuple[str, str]]:
    """The outcomes whose parts are drawn: title and unit."""
    titles = {
        "harm_any": ("Patients harmed in training", "per 100 training cases"),
        "resilience": ("Resilience at the end of training", "mistakes lived through"),
        "independent_harm_any": ("Patients harmed later", "per 100 independent cases"),
        "total_burden": ("Total burden of harm", "harm weights per trainee"),
    }
    return {name: titles[name] for name in told.compared(found, DRAWN)}


def drawn_attempt(shown: Shown) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Tables for figures.twin_timelines: flags, spans of harm, what the supervisor does."""
    flags, spans, doing = [], [], []
    for side in (shown.a, shown.b):
        one = side.episode(shown.step)
        if one is not None:
            flags.append(episodes.flags(side.scenario, one).assign(world=side.name))
            spans.append(episodes.spans(one).assign(world=side.name))
            doing.append(supervising(one).assign(world=side.name))
    kept = [pd.concat(each, ignore_index=True) for each in (flags, spans, doing) if each]
    if not kept:
        return (
            pd.DataFrame(columns=["world", "minutes", "label"]),
            pd.DataFrame(columns=["world", "start", "end", "level"]),
            pd.DataFrame(columns=["world", *DOING]),
        )
    return kept[0], kept[1], kept[2]


# ---- one object ------------------------------------------------------------------------------


def as_object(found: Twins) -> dict[str, Any]:
    """The object that `leeway twin --json` prints; what is missing or not finite is null."""
    split = found.split.set_index(["outcome", "part"])
    return {
        "scenario": {"id": found.scenario.id, "hash": found.scenario.hash},
        "a": {"changes": dict(found.changes_a), "hash": found.a.hash},
        "b": {"changes": dict(found.changes_b), "hash": found.b.hash},
        "variant": found.variant,
        "seed": found.seed,
        "replications": found.replications,
        "followed": found.followed,
        "engine": found.engine,
        "outcomes": {
            str(row["outcome"]): {
                "a": console.finite(row["mean_a"]),
                "b": console.finite(row["mean_b"]),
                "difference": plain(told.as_estimate(row)),
                **{
                    part: plain(told.as_estimate(split.loc[(row["outcome"], part)]))
                    for part in PARTS[1:]
                },
                "variance_ratio": console.finite(row["variance_ratio"]),
                "unit": registered(str(row["outcome"])).unit,
            }
            for _, row in found.differences.iterrows()
        },
        "cases": {
            period: {
                "compared": int(of["compared"].sum()),
                **{
                    str(row["what"]): plain(told.as_estimate(row))
                    for _, row in found.balance[found.balance["period"] == period].iterrows()
                },
            }
            for period, of in found.counts.groupby("period", sort=False)
        },
        "partings": [
            {str(name): value for name, value in row.items()}
            for row in found.partings.to_dict("records")
        ],
        "shown": None if found.shown is None else shown_object(found.shown),
    }


def shown_object(shown: Shown) -> dict[str, Any]:
    """The attempt shown, as plain values."""
    return {
        "replication": shown.replication,
        "trainee": shown.key.trainee,
        "case": shown.key.case,
        "story": shown.sentences,
    }


def plain(one: Estimate) -> dict[str, float | None]:
    """An estimate as plain values."""
    return {name: console.finite(getattr(one, name)) for name in ("mean", "se", "low", "high")}


# ---- the folder ------------------------------------------------------------------------------


def save(where: Path, found: Twins, **papers: Any) -> None:
    """Write everything into an existing folder; papers: command, started, ended. Raises OSError."""
    drawn = pictures(found)
    shelf = where / folder.FIGURES
    shelf.mkdir(exist_ok=True)
    for picture in drawn:
        (shelf / f"{picture.name}.svg").write_text(picture.svg, encoding="utf-8")
        (shelf / f"{picture.name}.png").write_bytes(figures.png(picture.axes))
    tables = {
        "outcomes": found.table,
        "outcomes-dictionary": dictionary(),
        "differences": found.differences,
        "split": found.split,
        "cases": found.cases,
        "balance": found.balance,
        "partings": found.partings,
    }
    for name, table in tables.items():
        folder.write_csv(where / f"{name}.csv", table)
    write_events(where / "events.csv", found.shown)
    (where / "scenario.yaml").write_text(loader.to_yaml(found.scenario), encoding="utf-8")
    text = json.dumps(record(found, **papers), indent=2, ensure_ascii=False, allow_nan=False)
    (where / RECORD).write_text(text + "\n", encoding="utf-8")
    (where / PAGE).write_text(render(found, drawn), encoding="utf-8")


def write_events(path: Path, shown: Shown | None) -> None:
    """The event log of the attempt shown, in both worlds, as CSV."""
    with path.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(["world", "replication", *Event._fields])
        for side in () if shown is None else (shown.a, shown.b):
            rows.writerows([side.name, shown.replication, *row] for row in side.rows if shown)


def dictionary() -> pd.DataFrame:
    """What the columns of outcomes.csv mean."""
    rows = [
        ("world", "", "A or B: which of the two settings", "", "neither", "", "setting"),
        ("supervisors", "", "as set, or one per trainee", "", "neither", "", "setting"),
        ("replication", "", "number of the replication, from 0; rows of one replication share "
         "their luck", "", "neither", "", "setting"),
    ]  # fmt: skip
    columns = ["column", "symbol", "meaning", "unit", "better", "denominator", "group"]
    return pd.DataFrame([*rows, *(tuple(outcome) for outcome in OUTCOMES)], columns=columns)


def record(found: Twins, **papers: Any) -> Record:
    """The record of a comparison, with the papers (command, times) given."""
    return {
        "kind": COMPARISON.name,
        "format": FORMAT,
        "scenario": {
            "id": found.scenario.id,
            "title": found.scenario.title,
            "hash": found.scenario.hash,
        },
        "variant": found.variant,
        "a": {"changes": dict(found.changes_a), "hash": found.a.hash},
        "b": {"changes": dict(found.changes_b), "hash": found.b.hash},
        "seed": found.seed,
        "replications": found.replications,
        "followed": found.followed,
        "engine": found.engine,
        "versions": found.versions,
        **papers,
        "resolved": found.scenario.resolved(),
    }


def render(found: Twins, drawn: list[Picture]) -> str:
    """The page as HTML."""
    shown = found.shown
    return pages.fill(
        "comparison.html",
        found=found,
        heading=told.heading(found),
        short=told.in_short(found),
        heads=told.HEADS,
        outcomes=told.outcome_rows(found),
        pairing=told.PAIRING,
        worth=told.worth_of_pairing(found),
        case_by_case=told.case_by_case(found),
        periods=[told.words_of(period) for period in told.periods(found)],
        balance=told.balance_rows(found),
        whys=told.whys(found),
        percent=words.percent,
        parted=twins_story.parted(found),
        stories=[] if shown is None else twins_story.shown_stories(shown),
        chosen=twins_story.chosen_by(found),
        parts=told.PART_HEADS,
        split=told.split_rows(found),
        pictures={picture.name: panel(picture) for picture in drawn},
    )
