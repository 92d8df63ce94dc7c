"""Harm now against harm later, and the setting with the least of both together.

All three burdens are in harm weights per trainee: `total` is the outcome total_burden; `later` is
independent_harm_burden (per 100 cases) times the trainee's independent cases / 100; `now` is the
rest, what the patients of training pay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.bands import Floats, together
from analysis.estimate import FEWEST, LEVEL, Estimate, Lowest, estimate, lowest, paired
from analysis.folder import refuse
from analysis.samples import Samples, check_some, nearest
from engine.luck import MAX_SEED
from engine.run import simulate_all

PARTS = ("now", "later", "total")


def split(samples: Samples) -> dict[str, Floats]:
    """The burden of each part, shape (settings, replications), in harm weights per trainee.

    Without independent practice `later` is 0. Raises ScenarioError where total_burden is missing
    in every replication of a setting.
    """
    check_some(samples, "total_burden")
    total = samples.of("total_burden")
    cases = np.array(
        [samples.scenario_at(place).independent.cases for place in range(len(samples.settings))]
    )
    rate = samples.of("independent_harm_burden")
    later = np.where(cases[:, np.newaxis] > 0, rate * cases[:, np.newaxis] / 100, 0.0)
    later = np.where(np.isnan(total), np.nan, later)
    return {"now": total - later, "later": later, "total": total}


@dataclass(frozen=True, eq=False, repr=False)
class Burden:
    """Harm now, later and together along the settings.

    Its `least` says which setting has the least total burden, and which can't be told from it:
    the setting truly lowest is among `kept` with probability `level` (analysis.estimate.lowest).
    """

    samples: Samples
    level: float = LEVEL
    bands: str = "max-t"
    seed: int = 0

    @cached_property
    def parts(self) -> dict[str, Floats]:
        """Burdens by part (now, later, total), each of shape (settings, replications)."""
        return split(self.samples)

    @cached_property
    def least(self) -> Lowest:
        """The least total burden. Its `own` is the best setting where none tried is as written."""
        return least(self.samples.settings, self.parts["total"], self.samples.own, self.level)

    @property
    def best(self) -> float:
        """The setting with the least total burden in the mean."""
        return self.least.best

    @property
    def kept(self) -> tuple[float, ...]:
        """The settings that can't be told from the least."""
        return self.least.kept

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per setting and part: setting, as_written, part, mean, se, low, high,
        replications, missing, kept. Intervals hold for all rows together."""
        samples = self.samples
        found = together(
            np.concatenate([self.parts[part] for part in PARTS]),
            level=self.level, method=self.bands, seed=self.seed,
        )  # fmt: skip
        settings = list(samples.settings) * len(PARTS)
        return pd.DataFrame(
            {
                "setting": settings,
                "as_written": [setting == samples.own for setting in settings],
                "part": np.repeat(PARTS, len(samples.settings)),
                "mean": found.mean,
                "se": found.se,
                "low": found.low,
                "high": found.high,
                "replications": found.replications,
                "missing": found.missing - np.tile((~samples.run).sum(axis=1), len(PARTS)),
                "kept": [setting in self.kept for setting in settings],
            }
        )

    def against_own(self) -> Estimate | None:
        """Total burden of the best setting minus the one as written, paired.

        The best was chosen by these very numbers, which flatters it; confirm() does not.
        """
        return None if self.samples.own is None else self.least.difference


def least(
    settings: Sequence[float], total: Floats, own: float | None, level: float = LEVEL
) -> Lowest:
    """The setting with the least total burden. total: shape (settings, replications)."""
    values = dict(zip(settings, total, strict=True))
    found = lowest(values, settings[0] if own is None else own, level=level)
    if own is not None:
        return found
    return lowest(values, found.best, level=level)


# ---- once more, in other luck ----------------------------------------------------------------


@dataclass(frozen=True)
class Confirmation:
    """The choice of a setting, tried again on replications it was not chosen by.

    settings: those simulated anew: the ones kept, their neighbours on either side, and the one as
    written. burdens: total burden of each. against_own: the choice minus the setting as written,
    paired; None where that is not among them. kept: the settings that can't be told from the least
    *in the new luck alone*. stands: whether the choice is among these.
    """

    seed: int
    replications: int
    choice: float
    settings: tuple[float, ...]
    burdens: tuple[Estimate, ...]
    against_own: Estimate | None
    kept: tuple[float, ...]
    stands: bool


def confirm(
    burden: Burden,
    *,
    seed: int | None = None,
    replications: int | None = None,
    engine: str | None = None,
) -> Confirmation:
    """Simulate the settings in question once more with another seed.

    What chose a setting can't also judge it: the lowest of many means is low by luck as well. seed:
    the one after the sweep's unless given; replications: as many as the sweep had.
    Raises ScenarioError for the sweep's own seed (the same luck would agree with itself), and for
    fewer than five replications, which tell nothing apart.
    """
    samples = burden.samples
    fresh = (samples.seed + 1) % (MAX_SEED + 1) if seed is None else seed
    count = samples.replications[1] if replications is None else replications
    if fresh == samples.seed:
        refuse("seed", f"{fresh} was given, the seed of the sweep", "another seed",
               f"try {fresh + 1}")  # fmt: skip
    if count < FEWEST:
        refuse("replications", f"{count} was given", f"at least {FEWEST}", "try 200")
    places = to_confirm(samples, burden.kept)
    results = simulate_all(
        [samples.scenario_at(place) for place in places], seed=fresh, replications=count,
        engine=samples.engine if engine is None else engine,
    )  # fmt: skip
    values = [result.table["total_burden"].to_numpy(np.float64) for result in results]
    settings = tuple(samples.settings[place] for place in places)
    return judge(settings, np.array(values), choice=burden.best, own=samples.own, seed=fresh,
                 level=burden.level)  # fmt: skip


def to_confirm(samples: Samples, kept: Sequence[float]) -> list[int]:
    """The places of the settings kept, of their neighbours, and of the one as written."""
    places = {samples.place(setting) for setting in kept}
    beside = {place + step for place in places for step in (-1, 1)}
    own = set() if samples.own is None else {samples.place(samples.own)}
    return sorted(place for place in places | beside | own if 0 <= place < len(samples.settings))


def judge(
    settings: tuple[float, ...],
    total: Floats,
    *,
    choice: float,
    own: float | None,
    seed: int,
    level: float = LEVEL,
) -> Confirmation:
    """What fresh burdens, of shape (settings, replications), say of a choice made before."""
    kept = least(settings, total, None, level).kept
    chosen = total[settings.index(choice)]
    place = None if own is None else nearest(settings, own)
    return Confirmation(
        seed=seed,
        replications=total.shape[1],
        choice=choice,
        settings=settings,
        burdens=tuple(estimate(values, level=level) for values in total),
        against_own=None if place is None else paired(chosen, total[place], level=level),
        kept=kept,
        stands=choice in kept,
    )
