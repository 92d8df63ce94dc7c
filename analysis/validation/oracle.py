"""The engines against the Markov chain: drawn scenarios, thousands of episodes each.

Every scenario is compared by itself, end by end, and all together: a rule that is wrong shows in
the scenarios it touches, a rate that is a little off shows in the sum of all.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeVar

import numpy as np
from scipy.stats import binom, norm

from analysis.validation.chain import LEDGER
from analysis.validation.checks import (
    POWER_Z,
    REFERENCE,
    Z_LIMIT,
    Check,
    Comparison,
    Setting,
    Verdict,
    judged,
)
from analysis.validation.episode_law import EpisodeLaw, compile_episode
from engine.event_log import CLASSES, LEVELS, RESOLVERS, Event
from engine.loader import load
from engine.run import events, simulate
from engine.scenario import Scenario

KNOWN = Path(__file__).parent / "known"
KIND = "task.steps[step].errors[slip]"

EACH_LIMIT = 6.0
"""|z| of one comparison in one scenario: 5,000 scenarios make some 150,000 of them, of which chance
alone takes one past 6 with a probability of 0.0003."""

EPISODES = {REFERENCE: 1000}
"""Episodes per scenario, by engine; `MANY` for a compiled one."""
MANY = 20_000
TOLD = 600
"""Episodes per scenario whose event log is read: durations are in no table."""

T = TypeVar("T")
Pick = Callable[[Sequence[T]], T]

MINUTES = (0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 20.0)
CHANCES = (0.0, 0.2, 0.5, 0.8, 1.0, 1.0)


@cache
def plain_episode() -> Scenario:
    """The scenario that all drawn ones are changes of."""
    return load(KNOWN / "episode.yaml")


def drawn(pick: Callable[[Sequence[object]], object]) -> Scenario:
    """A scenario that a chain can tell, every setting of it picked from a list."""

    def clock(*others: str) -> object:
        means = [{"exponential": {"mean": f"{mean!r} min"}} for mean in MINUTES]
        return pick([*means, *others, *others])

    levels = LEVELS[1:]
    first = str(pick(levels))
    chance = pick(CHANCES)
    return plain_episode().with_(
        {
            "patient.fragility": pick((1, 1, 0.5, 2)),
            f"{KIND}.time_to_harm": clock("never"),
            f"{KIND}.escalation": clock("never"),
            f"{KIND}.first_harm": first,
            f"{KIND}.worst_harm": pick(levels[levels.index(first) :]),
            f"{KIND}.visible_after": clock("never", "0 min"),
            f"{KIND}.recovery.novice": chance,
            f"{KIND}.recovery.expert": chance,
            f"{KIND}.recovery.time": clock("never"),
            f"{KIND}.call": {"probability": pick(CHANCES), "time": clock("never")},
            f"{KIND}.safety_net": {"probability": pick(CHANCES), "time": clock("never")},
            "supervision.watched": pick((1, 1, 0.6, 0)),
            "supervision.policy": pick(("zero_tolerance", "hands_off")),
            "supervision.never_allow": pick(([], [], ["slip"])),
            "supervision.stop_at": pick((None, None, *levels)),
            "supervision.response": clock("0 min"),
            "supervision.fix": clock("0 min"),
            "supervision.rescue.success": pick((0.2, 0.5, 0.9, 1)),
            "supervision.rescue.tries": pick((1, 1, 2, 3)),
            "supervision.rescue.penalty": pick((1, 0.3, 0.8, 1.5)),
            "supervision.backup.response": clock("0 min"),
            "supervision.alarm_from": pick(("never", *levels)),
            "independent.safety_net": pick((True, False)),
        }
    )


# ---- one scenario --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Episode:
    """One episode as the event log tells it."""

    by: int
    level: int
    fate: int
    minutes: float


def told(log: Sequence[Event], *, independent: bool) -> list[Episode]:
    """The episodes of a log, of training or of independent practice."""
    rows = [row for row in log if row.independent == independent]
    opened = {row[2:5]: row.time for row in rows if row.kind == "error"}
    return [
        Episode(int(row.number), row.level, int(row.second), row.time - opened[row[2:5]])
        for row in rows
        if row.kind == "resolved"
    ]


@dataclass(frozen=True)
class Finding:
    """One number of one scenario: what the chain says, what the engine gave, and their distance."""

    name: str
    expected: float
    measured: float
    variance: float  # of `measured`
    z: float


def compared(scenario: Scenario, engine: str, seed: int) -> list[Finding]:
    """Every number that a chain gives of the scenario against the engine's."""
    number = EPISODES.get(engine, MANY)
    many = {"study.cases": number, "independent.cases": number // 3}
    few = {"study.cases": TOLD, "independent.cases": TOLD // 3}
    return [
        *_by_table(scenario.with_(many), engine, seed),
        *_by_log(scenario.with_(few), engine, seed),
    ]


def _by_log(scenario: Scenario, engine: str, seed: int) -> list[Finding]:
    log = events(scenario, seed, engine=engine)
    training = compile_episode(scenario)
    alone = compile_episode(scenario, independent=True)
    return [
        *_ends(training, told(log, independent=False), ""),
        *_ends(alone, told(log, independent=True), "later "),
    ]


def _ends(law: EpisodeLaw, episodes: list[Episode], prefix: str) -> list[Finding]:
    expected: Counter[tuple[int, int, int]] = Counter()
    for end, chance in law.ends.items():
        expected[end.by, end.level, end.fate] += chance  # type: ignore[assignment]
    counts = Counter((each.by, each.level, each.fate) for each in episodes)
    n = len(episodes)
    found = [
        _share(prefix + _named(end), float(expected[end]), counts[end], n)
        for end in sorted(set(expected) | set(counts))
    ]
    minutes = [each.minutes for each in episodes]
    found.append(_mean(f"{prefix}duration", law.duration, law.duration_sd, minutes))
    half = law.duration / 2
    over = sum(each.minutes <= half for each in episodes)
    found.append(_share(f"{prefix}over by half the mean", law.over_by(half), over, n))
    return found


def _named(end: tuple[int, int, int]) -> str:
    return f"{RESOLVERS[end[0]]}, {LEVELS[end[1]]}, {CLASSES[end[2]]}"


def _by_table(scenario: Scenario, engine: str, seed: int) -> list[Finding]:
    result = simulate(scenario, seed, 1, engine=engine)
    row = {str(name): float(value) for name, value in result.table.iloc[0].items()}
    n, later = scenario.study.cases, scenario.independent.cases
    training, alone = compile_episode(scenario), compile_episode(scenario, independent=True)
    found = [
        _share(name, chance, round(row[name] * n / 100), n)
        for name, chance in by_outcome(training).items()
    ]
    harmed = sum(chance for end, chance in alone.ends.items() if end.level > 0)
    grave = sum(chance for end, chance in alone.ends.items() if end.level > 2)
    for name, chance in {"any": harmed, "severe": grave}.items():
        count = round(row[f"independent_harm_{name}"] * later / 100)
        found.append(_share(f"independent_harm_{name}", chance, count, later))
    if training.hands_on * n >= 100:
        se = training.latency_sd / math.sqrt(training.hands_on * n)
        found.append(_finding("rescue_latency", training.latency, row["rescue_latency"], se * se))
    return found


def by_outcome(law: EpisodeLaw) -> dict[str, float]:
    """The chance of each outcome that a case with one episode adds one to."""
    chances = {
        **{name: _sum(law, level=i) for i, name in enumerate(LEVELS) if i},
        **{name: _sum(law, fate=i) for i, name in enumerate(CLASSES)},
        **{f"{name}_takeovers": _sum(law, ledger=i) for i, name in enumerate(LEDGER) if i},
    }
    return {f"harm_{name}" if name in LEVELS else name: p for name, p in chances.items()} | {
        "self_recovered": _sum(law, by=0),
        "intercepted": _sum(law, by=2),
        "taken_over": _sum(law, by=3) + _sum(law, by=4),
        "backups": _sum(law, backup=True),
        "exhausted": _sum(law, by=5),
        "subsided": _sum(law, by=6),
    }


def _sum(law: EpisodeLaw, **where: int) -> float:
    return sum(
        chance
        for end, chance in law.ends.items()
        if all(getattr(end, name) == value for name, value in where.items())
    )


def _share(name: str, chance: float, count: int, n: int) -> Finding:
    """A binomial count; z is that of its exact two-sided tail."""
    p = min(max(chance, 0.0), 1.0)
    if abs(p - round(p)) < 1e-12:  # impossible or certain, up to rounding
        z = 0.0 if count == round(p) * n else math.inf
        return Finding(name, round(p), count / n, 0.0, z)
    low, high = float(binom.cdf(count, n, p)), float(binom.sf(count - 1, n, p))
    z = abs(float(norm.isf(min(1.0, 2 * min(low, high)) / 2)))
    return Finding(name, p, count / n, p * (1 - p) / n, z if low > high else -z)


def _mean(name: str, expected: float, sd: float, values: list[float]) -> Finding:
    return _finding(name, expected, math.fsum(values) / len(values), sd * sd / len(values))


def _finding(name: str, expected: float, measured: float, variance: float) -> Finding:
    apart = measured - expected
    close = abs(apart) <= 1e-9 * max(1.0, abs(expected))
    z = 0.0 if close else apart / math.sqrt(variance) if variance > 0 else math.inf
    return Finding(name, expected, measured, variance, z)


# ---- all scenarios together ----------------------------------------------------------------------


@dataclass
class Pool:
    """The sum of each number over all scenarios: what a small defect everywhere adds up to."""

    expected: dict[str, float] = field(default_factory=dict)
    measured: dict[str, float] = field(default_factory=dict)
    variance: dict[str, float] = field(default_factory=dict)
    worst: Finding | None = None
    scenarios: int = 0

    def add(self, findings: Sequence[Finding]) -> None:
        """Take in the findings of one scenario."""
        self.scenarios += 1
        for each in findings:
            self.expected[each.name] = self.expected.get(each.name, 0.0) + each.expected
            self.measured[each.name] = self.measured.get(each.name, 0.0) + each.measured
            self.variance[each.name] = self.variance.get(each.name, 0.0) + each.variance
            if self.worst is None or abs(each.z) > abs(self.worst.z):
                self.worst = each

    def worst_comparison(self) -> Comparison:
        """The finding furthest from its chain."""
        assert self.worst is not None
        worst = self.worst
        return Comparison(worst.name, worst.expected, worst.measured, math.sqrt(worst.variance))

    def comparisons(self, names: Sequence[str]) -> list[Comparison]:
        """The pooled comparisons, each with the relative defect it catches with power .999."""
        found = []
        for name in names:
            expected, se = self.expected[name], math.sqrt(self.variance[name])
            smallest = (Z_LIMIT + POWER_Z) * se / expected if expected > 0 else 0.0
            found.append(Comparison(name, expected, self.measured[name], se, smallest))
        return found


POOLED = (
    "harm_mild", "harm_moderate", "harm_severe", "harm_death", "prevented", "allowed",
    "late_noticed", "called", "unnoticed", "self_recovered", "intercepted", "taken_over",
    "exhausted", "subsided", "needless_takeovers", "necessary_takeovers", "late_takeovers",
    "backups", "rescue_latency", "independent_harm_any", "independent_harm_severe", "duration",
    "over by half the mean", "later duration",
)  # fmt: skip


def _run(setting: Setting) -> Verdict:
    slow = setting.engine == REFERENCE
    number = (20 if slow else 100) if setting.quick else (200 if slow else 2000)
    rng = np.random.default_rng(setting.seed)
    pool = Pool()
    for i in range(number):
        scenario = drawn(lambda options: options[int(rng.integers(len(options)))])
        pool.add(compared(scenario, setting.engine, setting.seed + i))
    assert pool.worst is not None
    if abs(pool.worst.z) > EACH_LIMIT:
        return judged([pool.worst_comparison()], "a scenario disagrees with its Markov chain")
    detail = f"{number} drawn scenarios agree with their Markov chains, each and in sum (shown)"
    return judged(pool.comparisons(POOLED), detail)


CHECK = Check(
    id="oracle",
    heading="cross",
    title="Episodes against absorbing Markov chains",
    claim=(
        "Where all clocks are exponential, who resolves an episode, the harm, the class, the "
        "ledger of takeovers, the duration and the rescue latency follow the Markov chain."
    ),
    source="proof: absorbing Markov chains (Neuts, Matrix-Geometric Solutions, 1981, chapter 2)",
    cost_quick=100 * MANY,
    cost_full=2000 * MANY,
    run=_run,
)
