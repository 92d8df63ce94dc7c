"""Watching a scenario: its event log as two tables, a row per case and a row per episode.

Stylised facts are measured here as a researcher would measure them on a ward: by counting cases,
not by looking inside trainees. What a log doesn't tell (a patient's difficulty, a supervisor's
personal multiplier) is recomputed from its address of luck.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

import engine
from analysis.validation.checks import Setting
from engine.event_log import NOBODY
from engine.luck import Purpose, luck
from engine.scenario import Scenario

HERE = Path(__file__).parent
PRESETS = HERE / "facts"
SHIPPED = HERE.parents[1] / "scenarios"

SHIPPED_NAMES = (
    "first-intubations",
    "laparoscopic-cholecystectomy",
    "opioid-dosing",
    "night-handover",
    "chest-pain",
    "deteriorating-ward",
)

CASE = ["replication", "independent", "trainee", "case"]
"""The columns that name a case."""
EPISODE = [*CASE, "step"]

NEVER = float("nan")
Floats = NDArray[np.float64]


class Watched(NamedTuple):
    """What was seen. Times are minutes on the clock of the log; NaN where it never happened.

    `cases`: CASE, person, watched. `episodes`: EPISODE, opened, called, asked (why a rescue was
    requested: events.REQUESTS, or NOBODY), hands_on, failed (tries that failed), backup, by
    (events.RESOLVERS), level (at the end), harmed (when the first level was reached).
    """

    cases: pd.DataFrame
    episodes: pd.DataFrame

    @property
    def training(self) -> pd.DataFrame:
        """The episodes of training."""
        return self.episodes[~self.episodes["independent"]]

    @property
    def alone(self) -> pd.DataFrame:
        """The episodes of independent practice."""
        return self.episodes[self.episodes["independent"]]


def preset(name: str) -> Scenario:
    """A scenario written for a fact."""
    return engine.load(PRESETS / f"{name}.yaml")


def shipped(name: str) -> Scenario:
    """One of the shipped scenarios. Raises ScenarioError where they aren't at hand."""
    return engine.load(SHIPPED / f"{name}.yaml")


def table(scenario: Scenario, setting: Setting, replications: int) -> pd.DataFrame:
    """A row per replication, a column per outcome."""
    return engine.simulate(scenario, setting.seed, replications, engine=setting.engine).table


def watch(scenario: Scenario, setting: Setting, replications: int) -> Watched:
    """The event logs of replications 0, 1, ... as tables."""
    cases: dict[tuple[Any, ...], dict[str, Any]] = {}
    episodes: dict[tuple[Any, ...], dict[str, Any]] = {}
    for replication in range(replications):
        log = engine.events(scenario, setting.seed, replication, engine=setting.engine)
        for row in log:
            place = (replication, row.independent, row.trainee, row.case)
            if row.kind == "case_start":
                cases[place] = {"person": int(row.number), "watched": row.second == 1}
            elif row.kind in _OF_EPISODE:
                _OF_EPISODE[row.kind](episodes.setdefault((*place, row.step), {}), row)
    return Watched(_frame(cases, CASE, _CASE_BLANK), _frame(episodes, EPISODE, _EPISODE_BLANK))


def _frame(
    rows: dict[tuple[Any, ...], dict[str, Any]], names: list[str], blank: dict[str, Any]
) -> pd.DataFrame:
    index = pd.DataFrame(list(rows), columns=names)
    columns = {name: [row.get(name, it) for row in rows.values()] for name, it in blank.items()}
    return pd.concat([index, pd.DataFrame(columns)], axis=1)


_CASE_BLANK: dict[str, Any] = {"person": NOBODY, "watched": False}
_EPISODE_BLANK: dict[str, Any] = {
    "opened": NEVER, "called": False, "asked": NOBODY, "hands_on": NEVER, "failed": 0,
    "backup": False, "by": NOBODY, "level": 0, "harmed": NEVER,
}  # fmt: skip

Taker = Callable[[dict[str, Any], engine.Event], None]


def _opened(episode: dict[str, Any], row: engine.Event) -> None:
    episode["opened"] = row.time


def _harmed(episode: dict[str, Any], row: engine.Event) -> None:
    episode["level"] = row.level
    episode.setdefault("harmed", row.time)


def _called(episode: dict[str, Any], _row: engine.Event) -> None:
    episode["called"] = True


def _asked(episode: dict[str, Any], row: engine.Event) -> None:
    episode["asked"] = int(row.number)


def _hands_on(episode: dict[str, Any], row: engine.Event) -> None:
    episode["hands_on"] = row.time


def _failed(episode: dict[str, Any], _row: engine.Event) -> None:
    episode["failed"] = episode.get("failed", 0) + 1


def _backup(episode: dict[str, Any], _row: engine.Event) -> None:
    episode["backup"] = True


def _resolved(episode: dict[str, Any], row: engine.Event) -> None:
    episode.update(by=int(row.number), level=row.level)


_OF_EPISODE: dict[str, Taker] = {
    "error": _opened, "harm": _harmed, "call": _called, "request": _asked, "hands_on": _hands_on,
    "fix_failed": _failed, "backup": _backup, "resolved": _resolved,
}  # fmt: skip


# ---- by case ---------------------------------------------------------------------------------


def by_case(seen: Watched, **columns: Iterable[Any]) -> pd.DataFrame:
    """The cases in the order of CASE: number of errors, worst harm, and sums of `columns`.

    columns: name -> a value for each of the episodes, added up over those of the case.
    """
    own = {name: np.asarray(values, dtype=float) for name, values in columns.items()}
    episodes = seen.episodes[CASE].assign(errors=1.0, worst=seen.episodes["level"], **own)
    how = {"errors": "sum", "worst": "max", **dict.fromkeys(own, "sum")}
    sums = episodes.groupby(CASE).agg(how).reset_index()
    merged = seen.cases.merge(sums, on=CASE, how="left").sort_values(CASE, ignore_index=True)
    merged[list(how)] = merged[list(how)].fillna(0.0)
    return merged


def difficulties(cases: pd.DataFrame, scenario: Scenario, setting: Setting) -> Floats:
    """Each training case's difficulty d in logits, from its address of luck."""
    key = np.uint64(setting.seed)
    names = zip(cases["replication"], cases["trainee"], cases["case"], strict=True)
    u = [
        luck(key, np.uint64(replication), trainee, case, 0, int(Purpose.DIFFICULTY), 0)
        for replication, trainee, case in names
    ]
    return np.asarray(scenario.patient.difficulty_sd * ndtri(np.array(u)), dtype=np.float64)


def persons(cases: pd.DataFrame, setting: Setting) -> Floats:
    """Each case's supervisor: the standard normal behind the personal multiplier."""
    return _of_people(cases, "person", Purpose.PERSON_MULTIPLIER, setting)


def speeds(cases: pd.DataFrame, setting: Setting) -> Floats:
    """Each case's trainee: the standard normal behind the learning speed."""
    return _of_people(cases, "trainee", Purpose.LEARNING_SPEED, setting)


def _of_people(cases: pd.DataFrame, who: str, purpose: Purpose, setting: Setting) -> Floats:
    key = np.uint64(setting.seed)
    pairs = list(zip(cases["replication"], cases[who], strict=True))
    known = {
        pair: luck(key, np.uint64(pair[0]), int(pair[1]), 0, 0, int(purpose), 0)
        for pair in set(pairs)
    }
    return np.asarray(ndtri(np.array([known[pair] for pair in pairs])), dtype=np.float64)
