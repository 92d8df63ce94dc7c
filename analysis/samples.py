"""Settings along one path, in the same luck: what every part of a trade-off is computed from.

It is read from a sweep (analysis.sweep), from a study (analysis.study), or from anything with their
`table`, `scenario`, `seed` and `engine`.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import words
from analysis.folder import refuse
from analysis.input_words import TYPICAL, path_words
from analysis.study import Study, at_setting
from engine.errors import Finding
from engine.outcomes import OUTCOME_NAMES, OUTCOMES, Outcome
from engine.reading import read_duration
from engine.scenario import Scenario

Floats = NDArray[np.float64]
SAME = 1e-9
"""Settings that differ by less than this share of themselves are one setting: 0.1 + 0.2 and 0.3."""


@dataclass(frozen=True, eq=False, repr=False)
class Samples:
    """One value per setting, replication and outcome.

    along: the path that varies; `settings` are its values, ascending (minutes where it is a
    duration: `timed`). points: the number of each setting's point in the sweep. own: the setting as
    written, None where it is not among those tried.
    values: shape (settings, replications, outcomes in the order of `names`), NaN where a
    replication has nothing to divide by, or was not run at that setting.
    run: shape (settings, replications), whether it was run.
    """

    scenario: Scenario
    seed: int
    engine: str
    along: str
    timed: bool
    settings: tuple[float, ...]
    points: tuple[int, ...]
    own: float | None
    names: tuple[str, ...]
    values: Floats
    run: NDArray[np.bool_]
    scenario_of: Callable[[int], Scenario]
    aside: str
    """How the settings depart from the scenario beside the path that varies, in words; or empty."""
    had: tuple[int, int]
    """The fewest and the most replications that a setting had. Those that all settings have are
    kept: luck is shared there alone, and means over other luck can't be compared."""

    def of(self, name: str) -> Floats:
        """One outcome, shape (settings, replications). Raises ScenarioError for an unknown name."""
        if name not in self.names:
            known = ", ".join(self.names)
            refuse("outcome", f"{name} was given", f"one of {known}", "see `leeway outcomes`")
        return np.ascontiguousarray(self.values[:, :, self.names.index(name)])

    def place(self, setting: float | str) -> int:
        """The place of a setting in `settings`; a duration may be given as `5 min`.

        Raises ScenarioError where it was not tried.
        """
        found = next((i for i, each in enumerate(self.settings) if same(each, setting)), None)
        if found is None:
            tried = ", ".join(self.label(each) for each in self.settings)
            refuse(self.along, f"{setting} was given", f"one of {tried}", "choose a setting tried")
        return found

    def label(self, setting: float) -> str:
        """A setting in words: a number, or a time."""
        return words.duration(setting) if self.timed else words.number(setting)

    def scenario_at(self, place: int) -> Scenario:
        """The scenario at a setting, by its place in `settings`."""
        return self.scenario_of(self.points[place])

    @property
    def name(self) -> str:
        """What varies, in words: `time limit`, `time until a supervisor is hands-on (median)`."""
        last = self.along.rpartition(".")[2]
        typical = f" ({last})" if last in TYPICAL else ""
        return path_words(self.scenario, self.along) + typical

    @property
    def replications(self) -> tuple[int, int]:
        """The fewest and the most replications that a setting has."""
        counts = self.run.sum(axis=1)
        return int(counts.min()), int(counts.max())


def nearest(settings: Sequence[float], setting: float) -> int | None:
    """The place of a setting among others; None where it isn't one of them."""
    for place, each in enumerate(settings):
        if math.isclose(each, setting, rel_tol=SAME):
            return place
    return None


def read_samples(result: Any, along: str, where: Mapping[str, Any] | None = None) -> Samples:
    """The settings of a sweep or study along one path.

    where: path -> value of the other paths of a sweep, each of which must be held at one value.
    Raises ScenarioError where the path was not varied by number, another path varies, a setting
    comes twice, or there are fewer than two settings.
    """
    check_result(result)
    if isinstance(result, Study):
        if where or along not in (f"supervision.{result.axis}", "supervision.permissiveness"):
            refuse(along, "a study varies one path alone", f"supervision.{result.axis}",
                   "sweep the scenario along it")  # fmt: skip
        return of_study(result)
    paths = [str(path) for path in result.paths]
    if along not in paths:
        refuse(along, "the sweep does not vary it", f"it varies {words.listed(paths)}",
               "name one of these as `along`")  # fmt: skip
    others = [path for path in paths if path != along]
    rows = held(result.scenario, result.table, others, dict(where or {}))
    own, timed = as_written(result.scenario, along)
    return gather(
        result, rows, along=along, own=own, timed=timed, scenario_of=scenarios(result),
        aside=told_held(result.scenario, rows, others, getattr(result, "variant", None)),
    )  # fmt: skip


def check_result(result: Any) -> None:
    """Raises ScenarioError for what is neither a sweep nor a study."""
    needed = ("table", "scenario", "seed", "engine")
    is_study = isinstance(result, Study)
    if is_study or all(hasattr(result, name) for name in (*needed, "paths")):
        return
    refuse("result", f"a {type(result).__name__} was given", "a sweep or a study is needed",
           "hand over all that analysis.sweep(...) gave, not its table alone")  # fmt: skip


def of_study(study: Study) -> Samples:
    """The settings of `leeway run` along its axis."""
    if study.no_curve is not None:
        refuse("tradeoff", f"there is no curve: {study.no_curve}", "at least two settings", "")
    settings = sorted({float(value) for value in study.table["setting"]})
    along = f"supervision.{study.axis}"
    numbers = {setting: point for point, setting in enumerate(settings)}
    rows = study.table.rename(columns={"setting": along})
    rows = rows.assign(point=[numbers[value] for value in rows[along]])
    return gather(
        study, rows, along=along, own=study.own, timed=study.axis == "time_limit",
        scenario_of=lambda point: at_setting(study.scenario, settings[point]),
        aside=study.departure_in_short or "",
    )  # fmt: skip


def scenarios(result: Any) -> Callable[[int], Scenario]:
    """How to make the scenario of a point."""
    if hasattr(result, "scenario_at"):
        return result.scenario_at  # type: ignore[no-any-return]
    first = result.table.drop_duplicates("point").set_index("point")

    def at(point: int) -> Scenario:
        changes = {path: first.loc[point, path] for path in result.paths}
        changed: Scenario = result.scenario.with_(changes)
        return changed

    return at


def held(
    scenario: Scenario, table: pd.DataFrame, others: Sequence[str], where: Mapping[str, Any]
) -> pd.DataFrame:
    """The rows in which the other paths have the values wanted."""
    for path in where:
        if path not in others:
            refuse(path, "`where` names it", f"one of {words.listed(others)}", "leave it out")
    for path in others:
        tried = list(dict.fromkeys(table[path]))
        told = [as_given(scenario, path, value) for value in tried]
        if path in where:
            table = table[[same(value, where[path]) for value in table[path]]]
            if table.empty:
                allowed = f"one of {words.listed([str(each) for each in told], 'or')}"
                refuse(path, f"{where[path]} was given", allowed, "choose a value of the sweep")
        elif len(tried) > 1:
            refuse(path, "the sweep varies it, too", "one value of it",
                   f"say which, as in where={{{path!r}: {told[0]!r}}}")  # fmt: skip
    return table


def as_given(scenario: Scenario, path: str, value: Any) -> Any:
    """A value as `where` takes it, and as one would write it: of a duration, its words."""
    if as_written(scenario, path)[1] and isinstance(value, int | float):
        text = words.duration(float(value))
        return text if same(value, text) else f"{value!r} min"
    return value


def told_held(
    scenario: Scenario, rows: pd.DataFrame, others: Sequence[str], variant: str | None
) -> str:
    """The variant, and the values of the paths held: `With supervision.response = 3 min.`"""
    told = [] if variant is None else [f"variant {variant}"]
    for path in others:
        value = rows[path].iloc[0]
        timed = as_written(scenario, path)[1] and isinstance(value, int | float)
        told.append(f"{path} = {words.duration(float(value)) if timed else words.flow(value)}")
    return f"With {words.listed(told)}." if told else ""


def same(value: Any, wanted: Any) -> bool:
    """Whether a value of a table is the one wanted; of durations, `3 min` is 3."""
    if isinstance(value, int | float) and isinstance(wanted, str):
        minutes = read_duration(wanted)
        wanted = wanted if isinstance(minutes, Finding) else minutes
    if isinstance(value, int | float) and isinstance(wanted, int | float):
        return math.isclose(value, wanted, rel_tol=SAME)
    return bool(value == wanted)


def as_written(scenario: Scenario, along: str) -> tuple[float | None, bool]:
    """The scenario's own value on a path, and whether it is a duration (then in minutes)."""
    value = scenario.get(along)
    if isinstance(value, bool) or value is None:
        return None, False
    if isinstance(value, int | float):
        return float(value), False
    if isinstance(value, dict) and list(value) == ["fixed"]:
        value = value["fixed"]  # a distribution that is one duration
    minutes = read_duration(value) if isinstance(value, str) else Finding((), "", "", "")
    return (None, False) if isinstance(minutes, Finding) else (minutes, True)


def gather(
    result: Any,
    rows: pd.DataFrame,
    *,
    along: str,
    own: float | None,
    timed: bool,
    scenario_of: Callable[[int], Scenario],
    aside: str,
) -> Samples:
    """The rows of one path as an array."""
    if not pd.api.types.is_numeric_dtype(rows[along]) or not np.isfinite(rows[along]).all():
        refuse(along, "it has values that aren't plain numbers", "numbers or durations",
               "they can't be put in order along an axis; choose another path")  # fmt: skip
    if rows.duplicated([along, "replication"]).any():
        refuse(along, "a setting comes twice", "each setting once", "drop one of the two points")
    found = rows.groupby(along, sort=True)["point"].first()
    settings = tuple(float(value) for value in found.index)
    if len(settings) < 2:
        refuse(along, f"{words.plural(len(settings), 'setting')} was tried", "at least two",
               "vary it")  # fmt: skip
    names = tuple(name for name in OUTCOME_NAMES if name in rows.columns)
    whole = pd.MultiIndex.from_product(
        [found.index, sorted(set(rows["replication"]))], names=[along, "replication"]
    )
    indexed = rows.set_index([along, "replication"])
    shape = (len(settings), len(whole) // len(settings))
    values = indexed[list(names)].reindex(whole).to_numpy(np.float64).reshape(*shape, len(names))
    run = whole.isin(indexed.index).reshape(shape)
    counts = run.sum(axis=1)
    common = run.all(axis=0)
    if common.any():
        values, run = values[:, common], run[:, common]
    place = None if own is None else nearest(settings, own)
    return Samples(
        scenario=result.scenario, seed=int(result.seed), engine=str(result.engine), along=along,
        timed=timed, settings=settings, points=tuple(int(point) for point in found),
        own=None if place is None else settings[place], names=names, values=values, run=run,
        scenario_of=scenario_of, aside=aside, had=(int(counts.min()), int(counts.max())),
    )  # fmt: skip


def with_direction(path: str, name: str) -> Outcome:
    """An outcome that is better high or better low. Raises ScenarioError for any other."""
    usable = {outcome.name: outcome for outcome in OUTCOMES if outcome.better != "neither"}
    if name not in usable:
        allowed = f"one of {', '.join(usable)}"
        refuse(path, f"{name} was given", allowed, "see `leeway outcomes`")
    return usable[name]


def check_some(samples: Samples, name: str) -> None:
    """Raises ScenarioError where an outcome is missing in every replication of a setting."""
    empty = np.isnan(samples.of(name)).all(axis=1)
    if empty.any():
        where = words.listed([samples.label(samples.settings[i]) for i in np.flatnonzero(empty)])
        given = f"it is missing in every replication at {samples.name} {where}"
        advice = "choose another outcome, or leave those settings out"
        refuse(name, given, "some value at each setting", advice)
