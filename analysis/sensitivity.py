"""Which assumptions matter: a conclusion of a scenario over the plausible ranges of its inputs.

varied.py         the inputs with a range, and the points to which they are moved
conclusion.py     what is asked: an outcome, a difference, the best setting
indices.py        Sobol' and Morris indices of any function, the dummy input, the noise
tornado.py        one input at a time, and the scenario's variants
assumptions.py    every input in one table

All points share their luck: the same seed and replications. Inputs vary evenly over their ranges,
independently of one another; those that rest on one number of one source vary as one.
"""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis import indices as core
from analysis.assumptions import sheet_of
from analysis.conclusion import Conclusion, conclude, readings, simulate
from analysis.estimate import Estimate
from analysis.folder import refuse
from analysis.indices import Indices
from analysis.tornado import Tornado, tornado
from analysis.varied import CHOICES, Points, Varied, alternatives, bare, varied
from engine.results import versions
from engine.run import DEFAULT_ENGINE
from engine.scenario import Scenario

SAMPLES = {"sobol": 64, "morris": 20}
"""Rows of the Sobol' sequence, or Morris' trajectories, unless asked otherwise."""
REPLICATIONS = {"level": 8, "difference": 16, "best": 24}
"""Of each point, by the kind of conclusion: points are worth more than replications as long as
`noise_share` is small."""
ONE_AT_A_TIME = 200
"""Replications of the tornado's points, of which there are few."""
MUCH_NOISE = 0.2
_STEPS_PER_SECOND = 5e6  # simulated, cases times steps, on two cores
_SECONDS_PER_POINT = 0.003  # to build and check one

Progress = Callable[[int], None]


class Plan(NamedTuple):
    """The work of an analysis: `points` of the design and of the tornado, and what they take.

    `inputs`: those that move on their own. Seconds are a rough guess for two cores.
    """

    inputs: int
    points: int
    cases: int
    seconds: float


@dataclass(frozen=True, eq=False, repr=False)
class Sensitivity:
    """A sensitivity analysis.

    as_written: the conclusion as written. indices: of each input, over all ranges at once.
    tornado: each input alone, and the variants. points: one row per point of the design: `point`,
    a column per varied path (minutes for durations), `value`, the conclusion there; `independent`
    says which rows were drawn independently of one another. sheet: every input of the scenario
    (`analysis.assumptions`). left: paths with a range that were not varied, and why. missing:
    replications of the design that had nothing to divide by and were left out of their mean.
    """

    scenario: Scenario
    seed: int
    engine: str
    conclusion: Conclusion
    samples: int
    replications: int
    inputs: tuple[Varied, ...]
    left: Mapping[str, str]
    as_written: Estimate
    indices: Indices
    tornado: Tornado
    points: pd.DataFrame
    sheet: pd.DataFrame
    missing: int
    versions: Mapping[str, str]

    @property
    def method(self) -> str:
        """sobol or morris."""
        return self.indices.method

    @property
    def noise_share(self) -> float:
        """Share of the variance between points that is the model's luck, not the inputs."""
        return self.indices.noise_share

    @property
    def noise_floor(self) -> float:
        """The index that luck alone may give (see `analysis.indices.Indices`)."""
        return self.indices.noise_floor

    @property
    def hash(self) -> str:
        """Of the scenario."""
        return self.scenario.hash

    @property
    def same_sign(self) -> tuple[int, int]:
        """At how many of the independent points the conclusion has the sign it has as written."""
        values = self.points.loc[self.points["independent"], "value"]
        return int((np.sign(values) == np.sign(self.as_written.mean)).sum()), len(values)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What speaks against trusting the indices, one sentence each."""
        told = []
        if not self.indices.dummy_is_zero:
            told.append(
                "The dummy input's index isn't zero: the analysis finds influence where there is "
                "none. Distrust indices of that size; ask for more samples and replications."
            )
        if self.noise_share > MUCH_NOISE:
            told.append(
                "So much of what varies between points is the model's luck that indices are too "
                "large: ask for more replications."
            )
        if math.isnan(self.noise_share) and self.replications == 1:
            told.append("With one replication per point, luck can't be told from the inputs.")
        counting = self.points["independent"] if self.method == "sobol" else slice(None)
        if self.points.loc[counting, "value"].nunique() == 1:
            told.append("The conclusion is the same at every point drawn: no input moves it.")
        if self.missing > 0:
            told.append(
                f"{self.missing:,} replications had nothing to divide by and are left out of the "
                "means of their points."
            )
        return tuple(told)


def plan(
    scenario: Scenario,
    outcome: str,
    *,
    against: Mapping[str, Any] | None = None,
    hold: Collection[str] = (),
    together: bool = True,
    method: str = "sobol",
    samples: int | None = None,
    replications: int | None = None,
    tornado_replications: int = ONE_AT_A_TIME,
) -> Plan:
    """How much work `sensitivity` would be. Raises ScenarioError as it does, before any."""
    asked = conclude(scenario, outcome, against=against)
    inputs, _ = varied(scenario, hold, about=asked.held, together=together)
    count, each = _numbers(
        asked.kind, method, samples, replications, len(inputs), tornado_replications
    )
    designed = core.size(method, len(inputs), count)
    alone = 1 + 2 * len(inputs) + len(alternatives(scenario))
    # settings of a point share most of their variates
    simulated = (designed * each + alone * tornado_replications) * (1 + len(asked.settings)) / 2
    people, steps = scenario.trainees.count, len(scenario.task.steps)
    cases = people * (scenario.study.cases + scenario.independent.cases)
    runs = (designed * each + alone * tornado_replications) * len(asked.settings)
    seconds = simulated * cases * steps / _STEPS_PER_SECOND + designed * _SECONDS_PER_POINT
    return Plan(len(inputs), designed + alone, runs * cases, seconds)


def _numbers(
    kind: str,
    method: str,
    samples: int | None,
    replications: int | None,
    inputs: int,
    alone: int,
) -> tuple[int, int]:
    """Samples and replications, checked. Raises ScenarioError."""
    if method not in core.METHODS:
        core.check(method, inputs, 2)
    count = SAMPLES[method] if samples is None else samples
    each = REPLICATIONS[kind] if replications is None else replications
    core.check(method, inputs, count)
    for name, number in (("replications", each), ("tornado_replications", alone)):
        if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < 1:
            refuse(name, f"{number!r} was given", "a whole number from 1 is needed", "try 16")
    return count, each


def sensitivity(
    scenario: Scenario,
    outcome: str = "total_burden",
    *,
    against: Mapping[str, Any] | None = None,
    hold: Collection[str] = (),
    together: bool = True,
    method: str = "sobol",
    samples: int | None = None,
    replications: int | None = None,
    tornado_replications: int = ONE_AT_A_TIME,
    seed: int = 0,
    engine: str = DEFAULT_ENGINE,
    progress: Progress | None = None,
) -> Sensitivity:
    """How far a conclusion depends on each input that has a range in the scenario's evidence.

    outcome: a name of `leeway outcomes`, or `best_permissiveness`, the permissiveness with the
    least total burden (`best_time_limit` under that policy). against: changes by path; the
    conclusion is then the outcome as written minus with these changes, in the same luck
    (`{"supervision.permissiveness": 0}`). hold: paths that stay as written beside those that the
    question is about. together: inputs that take the same number from the same source move as
    one (see `analysis.varied`). method: sobol (shares of variance) or morris (mean effects, from
    fewer points). samples: rows of the Sobol' sequence, a power of 2, or trajectories; `SAMPLES`
    unless given.
    replications: of each point, `REPLICATIONS` unless given; tornado_replications: of those where
    one input is moved alone.
    progress: called with the number of points just simulated, of those in `plan`.

    Raises ScenarioError for names and numbers that can't be, where no input has a range, where
    ranges that are good alone are refused together (before anything is simulated), and where the
    conclusion is missing at a point.
    """
    asked = conclude(scenario, outcome, against=against)
    inputs, left = varied(scenario, hold, about=asked.held, together=together)
    count, each = _numbers(
        asked.kind, method, samples, replications, len(inputs), tornado_replications
    )
    # the luck of the design may follow the seed: it has nothing to do with that of the cases
    design = core.design([one.range for one in inputs], method=method, samples=count, seed=seed)
    points = Points(bare(scenario), inputs, design.values)
    alone = tornado(
        scenario, asked, inputs,
        seed=seed, replications=tornado_replications, engine=engine, progress=progress,
    )  # fmt: skip
    if math.isnan(alone.as_written.mean):
        refuse(
            "outcome", f"{asked.name} is missing as written",
            f"there was nothing to divide by in any of {tornado_replications:,} replications",
            "ask for another outcome, or change the scenario so that there is something to count",
        )  # fmt: skip
    found = readings(
        asked,
        simulate(asked, points, seed=seed, replications=each, engine=engine, progress=progress),
        seed=seed,
    )
    _refuse_missing(asked, found.value)
    noise = core.noise_share(found.replicates, averaged=found.averaged)
    indices = core.analyse(design, found.value, noise_share=noise)
    columns = {one.path: design.values[:, place] for place, one in enumerate(inputs)}
    rows = np.arange(len(design.values))
    return Sensitivity(
        scenario=scenario,
        seed=seed,
        engine=engine,
        conclusion=asked,
        samples=count,
        replications=each,
        inputs=inputs,
        left=left,
        as_written=alone.as_written,
        indices=indices,
        tornado=alone,
        points=pd.DataFrame({"point": rows} | columns | {"value": found.value}).assign(
            independent=np.isin(rows, design.independent)
        ),
        sheet=sheet_of(scenario, inputs, left, alone, indices),
        missing=found.missing,
        versions=versions(),
    )


def _refuse_missing(asked: Conclusion, value: np.ndarray[Any, Any]) -> None:
    gone = int(np.isnan(value).sum())
    if gone > 0:
        refuse(
            "outcome",
            f"{asked.name} is missing at {gone:,} of {len(value):,} points",
            "every point needs a value: there was nothing to divide by in any replication there",
            "ask for more replications (there is a value as written), or for another outcome",
        )  # fmt: skip


def choices_varied(done: Sensitivity) -> tuple[str, ...]:
    """Paths among the inputs that are a supervisor's choice and not an assumption."""
    return tuple(one.path for one in done.inputs if one.path in CHOICES)
