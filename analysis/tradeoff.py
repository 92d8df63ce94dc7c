"""Learning against harm along a setting of the scenario, with its uncertainty.

    found = tradeoff(sweep(scenario, {"supervision.permissiveness": values}))
    found.plot(); found.table; found.front; found.rates; found.burden.kept; found.says()

Learning is `experience` unless asked otherwise: experience at the end of training, in cases' worth,
which adds up what practice, mistakes and watching taught. `resilience` (mistakes lived through) is
the other side of it, and any outcome that has a better direction will do. Harm is `harm_any`,
patients harmed per 100 training cases.

Every interval is about chance in the simulation, over replications; how far the assumed inputs may
be off is the business of sensitivity analysis.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import tradeoff_texts, tradeoff_words
from analysis.acceptability import acceptability, frontier, usual_weights
from analysis.bands import Bands, Floats, together
from analysis.burden import Burden, Confirmation, confirm
from analysis.chance import CERTAINTY, PROBABILITY, ChanceLimits, chance_limits, limits_along
from analysis.estimate import FEWEST, LEVEL
from analysis.exchange import Exchange, Rate, exchange_rate
from analysis.folder import refuse
from analysis.front import may_be_on_front, on_front
from analysis.resampling import DRAWS, means, resampled_means
from analysis.samples import Samples, check_some, read_samples, with_direction
from analysis.story_words import WEIGHING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ALONG = "supervision.permissiveness"
SURE = 0.95


@dataclass(frozen=True, eq=False, repr=False)
class Tradeoff:
    """Learning against harm along one path; see tradeoff().

    samples: the settings and their replications. learning, harm: names of outcomes. level: of every
    interval and set. bands: how intervals are made to hold together (analysis.bands). seed, draws:
    of the resampling, not of the simulation.
    """

    samples: Samples
    learning: str
    harm: str
    level: float
    bands: str
    seed: int
    draws: int

    def __repr__(self) -> str:
        samples = self.samples
        return (
            f"Tradeoff({samples.scenario.id}, {self.learning} against {self.harm}, "
            f"{len(samples.settings)} settings of {samples.along}, "
            f"{samples.replications[1]} replications)"
        )

    # ---- the parts ---------------------------------------------------------------------------

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per setting and outcome (learning, harm), in the outcomes' units.

        Columns setting, as_written, outcome, mean, se, low, high (the interval that holds for all
        settings and both outcomes together), difference, difference_low, difference_high (paired,
        from the setting as written, or from the lowest where that was not tried; these hold
        together, too), replications (with a value), missing (nothing to divide by), not_run
        (replications that other settings have and this one hasn't).
        """
        found, samples = self._together, self.samples
        apart = self._apart
        settings = list(samples.settings) * 2
        unrun = np.tile((~samples.run).sum(axis=1), 2)
        return pd.DataFrame(
            {
                "setting": settings,
                "as_written": [setting == samples.own for setting in settings],
                "outcome": np.repeat([self.learning, self.harm], len(samples.settings)),
                "mean": found.mean,
                "se": found.se,
                "low": found.low,
                "high": found.high,
                "difference": apart[0],
                "difference_low": apart[1],
                "difference_high": apart[2],
                "replications": found.replications,
                "missing": found.missing - unrun,
                "not_run": unrun,
            }
        )

    @cached_property
    def front(self) -> pd.DataFrame:
        """One row per setting: which have no other with more learning for less harm.

        Columns setting, as_written, the learning and the harm (means, by name), on_front (in the
        means), frequency (share of re-draws of the replications in which it is on the front; not a
        probability of being right), standing (`on` from a frequency of 0.95, `off` up to 0.05, else
        `open`; always `open` with fewer than five replications), possible (can't be told from the
        front: the whole true front is among these with probability `level`).
        """
        samples = self.samples
        gain, harm = self._means
        drawn_gain, drawn_harm = self._drawn
        frequency = on_front(drawn_gain, drawn_harm).mean(axis=0)
        return pd.DataFrame(
            {
                "setting": samples.settings,
                "as_written": [setting == samples.own for setting in samples.settings],
                self.learning: self._sign * gain,
                self.harm: harm,
                "on_front": on_front(gain, harm),
                "frequency": frequency,
                "standing": self._standing(frequency),
                "possible": may_be_on_front(self._gain, samples.of(self.harm), level=self.level),
            }
        )

    @cached_property
    def rates(self) -> pd.DataFrame:
        """Extra harm per unit of extra learning, with Fieller's interval.

        One row per pair of settings: kind (`step`: neighbours; `front`: from the least harmful to
        the most harmful setting on the front; `range`: from the lowest to the highest setting),
        from, to, on_front (both are), rate, low, high (NaN where not determined), reading (`price`,
        `learning falls`, `not determined`), and the paired differences gain, gain_low, gain_high,
        harm, harm_low, harm_high. Intervals of all steps hold together (Bonferroni); those of
        `front` and `range` by themselves. Where learning is an outcome that is better low, gain is
        how much it falls.
        """
        rows = [
            {
                "kind": each.kind,
                "from": each.first,
                "to": each.second,
                "on_front": each.on_front,
                "rate": each.rate.rate,
                "low": each.rate.low,
                "high": each.rate.high,
                "reading": each.rate.reading,
                "gain": each.rate.gain.mean,
                "gain_low": each.rate.gain.low,
                "gain_high": each.rate.gain.high,
                "harm": each.rate.harm.mean,
                "harm_low": each.rate.harm.low,
                "harm_high": each.rate.harm.high,
            }
            for each in self.exchanges
        ]
        return pd.DataFrame(rows)

    @cached_property
    def exchanges(self) -> tuple[Exchange, ...]:
        """The rates of `rates`, in its order."""
        steps = len(self.samples.settings) - 1
        each = 1 - (1 - self.level) / steps
        found = [self._exchange("step", i, i + 1, each) for i in range(steps)]
        ends = self._ends_of_front()
        if ends is not None:
            found.append(self._exchange("front", *ends, self.level))
        return (*found, self._exchange("range", 0, steps, self.level))

    def rate(self, first: float | str, second: float | str) -> Rate:
        """Extra harm per unit of extra learning from one setting to another, by itself.

        A duration may be given as `5 min`. Raises ScenarioError for a setting that was not tried.
        """
        return self._rate(self.samples.place(first), self.samples.place(second), self.level)

    @cached_property
    def burden(self) -> Burden:
        """Harm now against harm later, and the least of both together."""
        return Burden(self.samples, self.level, self.bands, self.seed)

    def confirm(
        self,
        *,
        seed: int | None = None,
        replications: int | None = None,
        engine: str | None = None,
    ) -> Confirmation:
        """The choice of the least total burden tried again on fresh luck (analysis.burden)."""
        return confirm(self.burden, seed=seed, replications=replications, engine=engine)

    def acceptability(self, weights: Sequence[float] | None = None) -> pd.DataFrame:
        """How probably each setting is best, for each weight on harm (analysis.acceptability).

        weights: units of learning that one unit of harm is worth; without, a log grid over which
        the best setting changes. None of them is recommended.
        """
        gain, harm = self._means
        chosen = usual_weights(gain, harm) if weights is None else weights
        return acceptability(self.samples.settings, gain, harm, *self._drawn, weights=chosen)

    def frontier(self, weights: Sequence[float] | None = None) -> pd.DataFrame:
        """The acceptability frontier: by weight, the setting best in the mean and how probably."""
        return frontier(self.acceptability(weights))

    def chance_limits(
        self,
        limit: float,
        *,
        certainty: float = CERTAINTY,
        probability: float = PROBABILITY,
    ) -> ChanceLimits:
        """The highest settings with harm below a limit, by two kinds of chance limit."""
        return chance_limits(
            self.samples.settings, self.samples.of(self.harm), limit=limit, certainty=certainty,
            probability=probability,
        )  # fmt: skip

    def limits(self) -> pd.DataFrame:
        """Both chance limits at each setting, for any limit of harm to be read against."""
        return limits_along(self.samples.settings, self.samples.of(self.harm))

    def says(self) -> list[str]:
        """What the numbers say, in sentences."""
        return tradeoff_words.says(self)

    # ---- the figures -------------------------------------------------------------------------

    def plot(self, *, axes: "Axes | None" = None) -> "Axes":
        """Learning (up) against harm (right), with bands that hold together, and the front."""
        from analysis.figures import tradeoff as figures

        return figures.learning_against_harm(
            self.table, self.front, texts=tradeoff_texts.curve(self), learning=self.learning,
            harm=self.harm,
            seen_from="the lowest" if self.samples.own is None else "the one as written",
            lower_is_better=self._sign < 0, axes=axes,
        )  # fmt: skip

    def plot_burden(self, *, axes: "Axes | None" = None) -> "Axes":
        """Harm now, later and together, with the settings that can't be told from the least."""
        from analysis.figures import tradeoff as figures

        return figures.now_and_later(self.burden.table, tradeoff_texts.burden(self), axes=axes)

    def plot_acceptability(
        self, weights: Sequence[float] | None = None, *, axes: "Axes | None" = None
    ) -> "Axes":
        """Which setting is best for which weight on harm, and how surely."""
        from analysis.figures import tradeoff as figures

        table = self.acceptability(weights)
        table = table.assign(as_written=table["setting"] == self.samples.own)
        return figures.acceptability(table, tradeoff_texts.acceptability(self, table), axes=axes)

    def plot_chance_limits(
        self, limit: float | None = None, *, axes: "Axes | None" = None
    ) -> "Axes":
        """Both chance limits along the settings; with `limit`, how far each lets one go."""
        from analysis.figures import tradeoff as figures

        found = None if limit is None else self.chance_limits(limit)
        table = self.limits() if found is None else found.table
        return figures.chance_limits(
            table.assign(as_written=table["setting"] == self.samples.own),
            tradeoff_texts.chance(self, found),
            limit=limit,
            reached=(None, None) if found is None else (found.expected, found.cohort),
            axes=axes,
        )

    # ---- what they stand on ------------------------------------------------------------------

    @property
    def _sign(self) -> float:
        return 1.0 if with_direction("learning", self.learning).better == "higher" else -1.0

    @cached_property
    def _gain(self) -> Floats:
        """Learning, more of it better, shape (settings, replications)."""
        return self._sign * self.samples.of(self.learning)

    @cached_property
    def _means(self) -> tuple[Floats, Floats]:
        return means(self._gain), means(self.samples.of(self.harm))

    @cached_property
    def _drawn(self) -> tuple[Floats, Floats]:
        """Resampled means of gain and harm in the same resamples, each (draws, settings)."""
        gain, harm = (
            resampled_means(values, draws=self.draws, seed=self.seed)
            for values in (self._gain, self.samples.of(self.harm))
        )
        return gain, harm

    @cached_property
    def _together(self) -> Bands:
        values = [self.samples.of(self.learning), self.samples.of(self.harm)]
        return together(np.concatenate(values), level=self.level, method=self.bands, seed=self.seed)

    def _standing(self, frequency: Floats) -> list[str]:
        """What resampling says of each setting; with few replications it says nothing."""
        if self.samples.replications[0] < FEWEST:
            return ["open"] * len(frequency)
        found = np.where(frequency >= SURE, "on", np.where(frequency <= 1 - SURE, "off", "open"))
        return [str(one) for one in found]

    @property
    def _reference(self) -> int:
        """The place of the setting that the others are compared with."""
        own = self.samples.own
        return 0 if own is None else self.samples.place(own)

    @cached_property
    def _apart(self) -> Floats:
        """Differences from the reference with their intervals, shape (3, 2 x settings)."""
        here, count = self._reference, len(self.samples.settings)
        values = [self.samples.of(name) for name in (self.learning, self.harm)]
        others = [np.delete(each - each[here], here, axis=0) for each in values]
        found = together(
            np.concatenate(others), level=self.level, method=self.bands, seed=self.seed
        )
        return np.insert(
            np.array([found.mean, found.low, found.high]), [here, here + count - 1], 0.0, axis=1
        )

    def _rate(self, first: int, second: int, level: float) -> Rate:
        gain, harm = self._gain, self.samples.of(self.harm)
        return exchange_rate((gain[first], gain[second]), (harm[first], harm[second]), level=level)

    def _exchange(self, kind: str, first: int, second: int, level: float) -> Exchange:
        settings, ahead = self.samples.settings, self.front["on_front"].tolist()
        return Exchange(
            kind, settings[first], settings[second], bool(ahead[first] and ahead[second]),
            self._rate(first, second, level),
        )  # fmt: skip

    def _ends_of_front(self) -> tuple[int, int] | None:
        """The least and the most harmful setting on the front; None where it is but one."""
        ahead = np.flatnonzero(self.front["on_front"])
        by_harm = ahead[np.argsort(self._means[1][ahead], kind="stable")]
        return (int(by_harm[0]), int(by_harm[-1])) if len(by_harm) > 1 else None


def check_policy(samples: Samples) -> None:
    """Refuse permissiveness under a policy that has none: nothing could come of it."""
    if samples.along != ALONG:
        return
    policy = samples.scenario_at(0).supervision.policy  # the same at all of them
    if policy not in WEIGHING:
        refuse(
            "supervision.policy", f"{policy} was given, which has no permissiveness",
            f"a trade-off along permissiveness needs one of {', '.join(WEIGHING)}",
            "set supervision.policy to value_weighted, or name another path as `along`",
        )  # fmt: skip


def tradeoff(
    result: Any,
    *,
    learning: str = "experience",
    harm: str = "harm_any",
    along: str = ALONG,
    where: Mapping[str, Any] | None = None,
    level: float = LEVEL,
    bands: str = "max-t",
    seed: int = 0,
    draws: int = DRAWS,
) -> Tradeoff:
    """Learning against harm along one path of a sweep, or along the curve of a study.

    result: a sweep (analysis.sweep) or a study (analysis.study, whose own axis is taken).
    learning, harm: outcomes; learning may be better high or low, harm must be better low.
    where: the values at which the sweep's other paths are held. level: of all intervals and sets.
    bands: `max-t` or `bonferroni`. seed, draws: of the resampling.
    Raises ScenarioError for what can't be.
    """
    with_direction("learning", learning)
    if with_direction("harm", harm).better != "lower":
        refuse("harm", f"{harm} was given, which is better high", "an outcome better low",
               "try harm_any")  # fmt: skip
    if learning == harm:
        refuse("learning", f"{learning} was given for harm, too", "two outcomes", "try experience")
    if not 0 < level < 1 or math.isnan(level):
        refuse("level", f"{level} was given", "a number between 0 and 1", "try 0.95")
    if draws < 1:
        refuse("draws", f"{draws} was given", "a whole number from 1", f"try {DRAWS}")
    samples = read_samples(result, along, where)
    check_policy(samples)
    for name in (learning, harm):
        check_some(samples, name)
    found = Tradeoff(samples, learning, harm, level, bands, seed, draws)
    found._together  # noqa: B018  a wrong kind of bands is refused here, not at the first figure
    return found
