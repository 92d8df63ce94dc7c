"""Answers worked out beforehand, for the controls of a page that can't ask anybody.

A saved report holds the cell as written, with all replications of its run, and a small factorial
grid around it (rescue latency x variant) with fewer; and the twins of the run as written against
some other settings of its leeway. How much is simulated is decided by cases, never by the clock:
the same run has the same grid on every machine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

import numpy as np

from analysis.side_by_side import Followed
from analysis.study import IN_THIS_RUN, Study
from analysis.view import answer, settings, tokens, twin
from analysis.view.asked import Asked, ask, scenarios
from analysis.view.boot import boot
from analysis.view.cells import cases_of
from analysis.view.controls import variant_label
from analysis.view.places import AS_WRITTEN, PLACES, VARIANT
from analysis.view.prepared import prepared
from analysis.view.repeat import Source
from analysis.view.settings import Tokens
from engine.event_log import CLASSES, LEVELS
from engine.kernel import Points, simulate_points
from engine.outcomes import OUTCOME_NAMES
from engine.run import DEFAULT_ENGINE, cores
from engine.scenario import Scenario

FORMAT = 1
LATENCY = "latency"
LATENCIES = (5, 3, 1)
"""Rescue latencies of the grid, the scenario's own among them; fewer where cases are many."""
MOST_CASES = 6_500_000
"""Cases the grid may simulate: less than half a second on two cores for the first intubations."""
MOST_CELLS = 15
"""Cells of a grid: each takes some 75 kB of the page, which is to fit into an e-mail."""
MOST, LEAST = 50, 16
"""Replications of a cell of the grid; where LEAST is too much work, there is no grid."""
TWINS = 4
"""Settings of the second supervisor."""
FILE = "scenario.yaml"
OF_THE_RUN = Source(
    FILE,
    f"{FILE} is the file of that name in the folder of this run: if this page came alone, ask for "
    "that file, and give the command where it lies.",
)
"""What the commands of a page call its scenario, unless told otherwise."""

ALONE = "This page holds this run alone: {}. For any other setting: run leeway explore."
WITH_CELLS = (
    "On this page, sliders stop where something was simulated beforehand: this run {} "
    "times, other settings {} times. For any setting at all: run leeway explore."
)
TWIN_NOTE = (
    "On this page supervisor A is that of this run, whatever is set above. For any two "
    "supervisors: run leeway explore."
)


class Around(NamedTuple):
    """Which cells a grid has: the tokens of the controls that move, and their replications."""

    offered: dict[str, list[str]]
    replications: int


@dataclass(frozen=True)
class Cell:
    """One cell of a grid: its tokens and what they ask for."""

    given: Tokens
    asked: Asked
    points: Sequence[Scenario]


def grid(study: Study, source: Source = OF_THE_RUN) -> dict[str, Any] | None:
    """What a page can show of a study, as plain data; None without a curve to slide along.

    source: where its scenario is found by whoever wants the numbers again.

    Keys: hash (of the scenario), answers {cell: {replications: answer}}, twins {second: twin},
    offered and second {control: tokens}, levels (replications), note. A cell is named by its
    departures from the run as written, in the order of their names, as a query string; its leeway
    isn't part of it. Studies of the reference engine have the cell as written alone.
    """
    asked = ask(study.scenario, {})
    if list(asked.settings) != sorted({float(each) for each in study.table["setting"]}):
        return None
    alone = study.engine != DEFAULT_ENGINE
    around = None if alone else surroundings(study)
    fewer = None if around is None else around.replications
    answers = as_written(study, asked, fewer, source)
    if around is not None:
        for name, found in simulated(study, around, source).items():
            answers.setdefault(name, {})[str(around.replications)] = found
    twins = {} if alone else twins_of(study, asked)
    return {
        "format": FORMAT,
        "hash": study.scenario.hash,
        "answers": answers,
        "twins": twins,
        "offered": offered(study, asked, around),
        "second": seconds_offered(twins, asked),
        "levels": sorted({int(each) for each in answers[""]}),
        "note": note(study, around),
    }


def page_data(study: Study, grid: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What the interactive half of a page takes; None where there is no grid."""
    if grid is None:
        return None
    about = boot(study.scenario, key=study.scenario.id, seed=study.seed)
    about["controls"] = [as_in_file(study, control) for control in about["controls"]]
    parts = ("answers", "twins", "offered", "second", "note")
    return {
        "format": FORMAT,
        "boot": about | {"levels": grid["levels"]},
        **{part: grid[part] for part in parts},
        "twinNote": TWIN_NOTE,
    }


def as_in_file(study: Study, control: Mapping[str, Any]) -> dict[str, Any]:
    """A control of a page, with what the file has where the run departs from it.

    in_file: the file's own value in words, only where it is another. A variant that was run stands
    where "as written" would, or else that it is as in this run.
    """
    key = control["key"]
    own = {} if study.against_file is None else study.against_file["own"]
    found = dict(control)
    if key in own:
        found["in_file"] = own[key]
    if key == VARIANT and study.departure is not None:
        first, *others = found["positions"]
        if study.variant is not None:
            found["in_file"] = first["label"]
        found["positions"] = [{**first, "label": variant_of(study)}, *others]
    return found


def variant_of(study: Study) -> str:
    """What a page of a run that departs calls the variant that was run."""
    return variant_label(IN_THIS_RUN if study.variant is None else study.variant)


def note(study: Study, around: Around | None) -> str:
    """What was worked out beforehand, in words."""
    if around is not None:
        return WITH_CELLS.format(study.replications, around.replications)
    if study.engine != DEFAULT_ENGINE:
        return ALONE.format(f"it was simulated with the engine {study.engine}")
    return ALONE.format("its cases are too many to simulate more of them beforehand")


def name_of(given: Tokens) -> str:
    """What a page calls a cell or a second supervisor: its tokens as a query string, by name."""
    return urlencode(sorted(given.items()))


# ---- the cell as written ----------------------------------------------------------------------


def as_written(
    study: Study, asked: Asked, fewer: int | None, source: Source
) -> dict[str, dict[str, Any]]:
    """The answers to no change at all: with all replications, and with as many as the grid has.

    A difference between two cells is one of the same luck only with the same replications.
    """
    counts = {study.replications} | (set() if fewer is None else {fewer})
    found = {count: from_study(study, asked, count, source) for count in sorted(counts)}
    return {"": {str(count): each for count, each in found.items()}}


def from_study(study: Study, asked: Asked, replications: int, source: Source) -> dict[str, Any]:
    """The answer to no change at all, from the tables of a study: nothing is simulated."""
    shape = (len(asked.settings), study.replications)
    table = study.table.sort_values(["setting", "replication"], kind="stable")
    outcomes = table[list(OUTCOME_NAMES)].to_numpy(np.float64).reshape(*shape, -1)
    ends = study.fates.sort_values(["setting", "replication"], kind="stable")
    per_100 = ends["per_100_cases"].to_numpy(np.float64)
    per_100 = per_100.reshape(*shape, len(CLASSES), len(LEVELS))[:, :replications]
    # counts of errors and cases aren't in the tables; their ratio is, so it is put in afterwards
    none = np.zeros(per_100.shape, np.int64), np.zeros((shape[0], replications), np.int64)
    found = told(study, asked, Points(outcomes[:, :replications], *none), source)
    for point, ratios in zip(found["points"], per_100, strict=True):
        point["fates"] = mean_fates(ratios)
    return found


def mean_fates(per_100: Any) -> list[dict[str, Any]]:
    """Means of errors per 100 cases [replication, class, level], where there were cases."""
    there = per_100[~np.isnan(per_100).any(axis=(1, 2))]
    means = there.mean(axis=0) if len(there) else np.full(per_100.shape[1:], np.nan)
    return [
        {"fate": fate, "harm": harm, "mean": answer.finite(float(means[row, column]))}
        for row, fate in enumerate(CLASSES)
        for column, harm in enumerate(LEVELS)
    ]


def told(study: Study, asked: Asked, points: Points, source: Source) -> dict[str, Any]:
    """An answer of the page."""
    found = answer.told(
        asked, points, seed=study.seed, key=study.scenario.id, source=source, own=study.own_name
    )
    if study.departure is not None and found["values"].get(VARIANT) == AS_WRITTEN:
        found["labels"][VARIANT] = variant_of(study)
    return found


# ---- the cells around it ----------------------------------------------------------------------


def surroundings(study: Study) -> Around | None:
    """The grid around a scenario; None where even a small one would be too much work."""
    for latencies in LATENCIES:
        moved = moving(study, latencies)
        around = cells(study, moved)
        cost = sum(cases_of(cell.points, 1) for cell in around)
        count = min(MOST, study.replications, MOST_CASES // max(1, cost))
        if 0 < len(around) < MOST_CELLS and count >= min(LEAST, study.replications):
            return Around(moved, count)
    return None


def moving(study: Study, latencies: int) -> dict[str, list[str]]:
    """The tokens of the controls that a grid moves, in the order of their positions."""
    found = {}
    for control in prepared(study.scenario).controls:
        positions = [position.token for position in control.positions]
        if control.key == LATENCY:
            needed = {control.own, *control.own_under.values()}
            found[LATENCY] = spread(positions, latencies, needed)
        if control.key == VARIANT and study.variant is None:
            found[VARIANT] = positions[: MOST_CELLS - 1]
    return found


def spread(tokens: Sequence[str], count: int, needed: set[str]) -> list[str]:
    """So many tokens spread over a list, the needed ones among them, in its order."""
    chosen = set(needed)
    others = [token for token in tokens if token not in needed]
    room = max(0, min(count - len(chosen), len(others)))
    steps = np.linspace(0, len(others) - 1, room) if room > 1 else [(len(others) - 1) / 2] * room
    chosen |= {others[round(float(step))] for step in steps}
    return [token for token in tokens if token in chosen]


def cells(study: Study, moved: Mapping[str, Sequence[str]]) -> list[Cell]:
    """The cells around the one as written, itself not among them, in the order of controls."""
    found: dict[str, Cell] = {}
    combined: list[dict[str, str]] = [{}]
    for key, positions in moved.items():
        combined = [{**given, key: token} for given in combined for token in positions]
    for given in combined:
        departs = settings.canonical(study.scenario, given)
        if departs:
            asked = ask(study.scenario, departs)
            found.setdefault(name_of(departs), Cell(departs, asked, scenarios(asked)))
    return list(found.values())


def simulated(study: Study, around: Around, source: Source) -> dict[str, dict[str, Any]]:
    """The answers of the cells around, by name, from one call of the kernel."""
    around_it = cells(study, around.offered)
    every = [point for cell in around_it for point in cell.points]
    if not every:
        return {}
    points = simulate_points(every, study.seed, range(around.replications), cores())
    found, start = {}, 0
    for cell in around_it:
        end = start + len(cell.points)
        part = Points(points.outcomes[start:end], points.fates[start:end], points.cases[start:end])
        found[name_of(cell.given)] = told(study, cell.asked, part, source)
        start = end
    return found


def offered(study: Study, asked: Asked, around: Around | None) -> dict[str, list[str]]:
    """Every control with the tokens that may be chosen; where there is one, nothing moves."""
    moved = {} if around is None else around.offered
    found = {}
    for control in prepared(study.scenario).controls:
        own = AS_WRITTEN if control.key == VARIANT else control.own
        if control.key == asked.axis:
            found[control.key] = [position.token for position in control.positions]
        else:
            found[control.key] = list(moved.get(control.key, [own]))
    return found


# ---- the same luck under a second supervisor --------------------------------------------------


def twins_of(study: Study, asked: Asked) -> dict[str, Any]:
    """Twins of the run as written by name of the second supervisor; "" is the usual one.

    They are counted over the run's own replications, so that they say what its curve says.
    """
    kept: dict[int, Followed] = {}
    usual = twin_of(study, asked, twin.usual_second(study.scenario), kept)
    found = {"": usual, second_name(usual["request"]["second"]): usual}
    if asked.axis is None:
        return found
    control = next(each for each in prepared(study.scenario).controls if each.key == asked.axis)
    others = [each.token for each in control.positions if each.token != control.own]
    for token in (*spread(others, TWINS, set()), control.own):
        second = {asked.axis: token}
        if second_name(second) not in found:
            found[second_name(second)] = twin_of(study, asked, second, kept)
    return found


def twin_of(
    study: Study, asked: Asked, second: Mapping[str, str], kept: dict[int, Followed]
) -> dict[str, Any]:
    """The run as written against a second supervisor; kept: as analysis.view.twin has it."""
    found = twin.twin(
        study.scenario, {}, second, seed=study.seed, replications=study.replications,
        key=study.scenario.id, outcomes=of_both(study, asked, second), kept=kept,
    )  # fmt: skip
    return shown_alone(found)


def of_both(study: Study, asked: Asked, second: Mapping[str, str]) -> Any:
    """Outcomes of the run and of one of its settings, from its table; None where it isn't there.

    Shape [world, replication, outcome].
    """
    if asked.axis is None or list(second) != [asked.axis]:
        return None
    setting = tokens.read(PLACES[asked.axis].kind, second[asked.axis])
    worlds = [outcomes_at(study, study.own), outcomes_at(study, setting)]
    return None if len(worlds[1]) == 0 else np.stack(worlds)


def outcomes_at(study: Study, setting: object) -> Any:
    """Outcomes[replication, outcome] at a setting of the curve; empty where it isn't one."""
    rows = study.table[study.table["setting"] == setting].sort_values("replication", kind="stable")
    return rows[list(OUTCOME_NAMES)].to_numpy(np.float64)


def second_name(second: Tokens) -> str:
    """What a page calls a second supervisor."""
    return name_of({f"{settings.OF_SECOND}{key}": token for key, token in second.items()})


def shown_alone(found: dict[str, Any]) -> dict[str, Any]:
    """A twin whose attempts to choose from are the one it shows: the page holds no other."""
    shown = found["shown"]
    path = None if shown is None else [shown[part] for part in ("replication", "trainee", "case")]
    kept = [
        one
        for one in found["attempts"]
        if [one[part] for part in ("replication", "trainee", "case")] == path
    ]
    return found | {"attempts": kept}


def seconds_offered(twins: Mapping[str, Any], asked: Asked) -> dict[str, list[str]]:
    """What may be set of the second supervisor: the leeway, where it has been worked out."""
    if asked.axis is None:
        return {}
    control = next(each for each in prepared(asked.scenario).controls if each.key == asked.axis)
    tokens = [each.token for each in control.positions]
    return {asked.axis: [each for each in tokens if second_name({asked.axis: each}) in twins]}
