"""Two settings of one scenario in the same luck: what differs, through what, and in which cases.

The address of a draw holds no setting, so two worlds of one scenario, seed and replication share
every patient, person and chance; what differs between them, the settings have made. Numbers come
from all replications; cases are followed event by event in the first of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

import pandas as pd

from analysis import side_by_side, story
from analysis.attempts import CHANNELS, Key
from analysis.folder import refuse
from analysis.parting import Parting, Side, case_parting, reason, sentences
from analysis.side_by_side import Candidate, Followed, follow
from analysis.study import Progress, departure
from analysis.twins_numbers import balance, differences, one_each, simulated, split
from engine.luck import MAX_SEED
from engine.results import versions
from engine.run import DEFAULT_ENGINE, DEFAULT_REPLICATIONS
from engine.scenario import Scenario

FOLLOWED = 40
"""Replications followed case by case unless asked otherwise: each takes the time of many that are
only counted."""
MOST_ROWS = 200_000
"""Rows of event logs read unless asked otherwise."""


class Address(NamedTuple):
    """Which attempt to show; None: any."""

    replication: int | None = None
    trainee: int | None = None
    case: int | None = None

    @property
    def whole(self) -> bool:
        """Whether it names one attempt."""
        return self.trainee is not None and self.case is not None


@dataclass(frozen=True)
class Shown:
    """One attempt in both worlds. `parted` is None where it takes the same course in both."""

    replication: int
    key: Key
    a: Side
    b: Side
    parted: Parting | None

    @property
    def step(self) -> int:
        """The step whose error is shown: where they part, else the first that has one."""
        if self.parted is not None:
            found = self.parted.step
            if any(side.episode(found) is not None for side in (self.a, self.b)):
                return found
        rows = [*self.a.rows, *self.b.rows]
        return next((row.step for row in rows if row.kind == "error"), 0)

    @property
    def sentences(self) -> list[str]:
        """Where it goes apart, and what came of it."""
        if self.parted is None:
            return ["This attempt takes the same course in both worlds."]
        return sentences(self.a, self.b, self.parted)


@dataclass(frozen=True, eq=False, repr=False)
class Twins:
    """Two settings of a scenario, A and B, in the same luck. Differences are A minus B.

    table: tidy; world (A or B), supervisors (`as set`, or `one per trainee`), replication, then a
    float column per outcome; NaN where there is nothing to divide by.
    differences: a row per outcome; mean_a, mean_b, mean, se, low, high (of the paired difference),
    replications and missing (counted and left out), variance_ratio: variance of the difference had
    the two been simulated with luck of their own, over that of the paired one (inf where the
    difference never varies though the outcome does, NaN where neither does or nothing is known).
    split: a row per outcome and part (total = direct + busy), over the replications in which all
    four worlds have the outcome. direct: with one supervisor per trainee; busy: what the
    supervisors' being shared adds to it.
    cases: the cases that went otherwise, of the replications followed, a row each.
    counts: a row per replication followed and period (training, independent).
    balance: means of the counts per 100 cases that both worlds have, with intervals.
    partings: a row per replication followed: where the worlds part first, empty where they don't.
    """

    scenario: Scenario
    a: Scenario
    b: Scenario
    changes_a: Mapping[str, Any]
    changes_b: Mapping[str, Any]
    seed: int
    replications: int
    followed: int
    engine: str
    variant: str | None
    table: pd.DataFrame
    differences: pd.DataFrame
    split: pd.DataFrame
    cases: pd.DataFrame
    counts: pd.DataFrame
    balance: pd.DataFrame
    partings: pd.DataFrame
    first: Shown | None
    """The case at which the worlds part in the first replication in which they do."""
    address: Address
    """Which attempt was asked for."""
    shown: Shown | None
    """The attempt chosen to be told and drawn; None where no training case that fits the address
    went otherwise."""
    versions: dict[str, str] = field(default_factory=versions)

    def __repr__(self) -> str:
        return (
            f"Twins({self.scenario.id}, A: {changed(self.changes_a)}, "
            f"B: {changed(self.changes_b)}, seed {self.seed}, {self.replications} replications)"
        )

    @property
    def identical(self) -> bool:
        """Whether no outcome and no case differs."""
        same = self.differences["mean"].fillna(0).eq(0) & self.differences["se"].fillna(0).eq(0)
        return bool(same.all()) and self.cases.empty and self.partings.empty

    @property
    def shared_alone(self) -> bool:
        """Whether each world has one supervisor per trainee, or more, anyway."""
        return one_each(self.a) is self.a and one_each(self.b) is self.b


def changed(changes: Mapping[str, Any]) -> str:
    """The changes of a world in words."""
    told = departure(None, changes)
    return "as written" if told is None else told.removeprefix("Changed: ").removesuffix(".")


def twins(
    scenario: Scenario,
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    *,
    seed: int = 0,
    replications: int = DEFAULT_REPLICATIONS,
    followed: int | None = None,
    variant: str | None = None,
    attempt: tuple[int | None, int | None, int | None] = (None, None, None),
    engine: str = DEFAULT_ENGINE,
    progress: Progress | None = None,
) -> Twins:
    """Simulate a scenario with the changes `first` (A) and `second` (B), in the same luck.

    first, second: path: value in file form, as for `scenario.with_`; empty for as written.
    followed: how many of the replications are read case by case; FOLLOWED, or fewer where logs are
    long, unless given. attempt: (replication, trainee, case), counted from 0, None for any: which
    attempt to show; the most telling by side_by_side.RULE of those that fit. progress(n) is called
    when n more replications are finished. Raises ScenarioError for a change, seed, number or engine
    that can't be.
    """
    check_scenario(scenario)
    base = scenario if variant is None else scenario.with_variant(variant)
    a, b = (base.with_(changes) if changes else base for changes in (first, second))
    address = Address(*attempt)
    check_followed(followed, replications)
    check_address(address, a, b)
    table = simulated(a, b, seed, replications, engine, progress)
    choice: list[Candidate] = []
    told = Told()
    for one in followed_ones(a, b, seed, replications, followed, engine):
        told.read(one)
        if address.replication is None:
            choice += wanted(one, address)
        if progress is not None:
            progress(2)
    if address.replication is not None:
        chosen = follow(a, b, seed=seed, replication=address.replication, engine=engine)
        choice += wanted(chosen, address)
    counts = pd.DataFrame(told.counts)
    return Twins(
        scenario=base, a=a, b=b, changes_a=dict(first), changes_b=dict(second), seed=seed,
        replications=replications, followed=told.replications, engine=engine, variant=variant,
        table=table, differences=differences(table), split=split(table),
        cases=pd.DataFrame(told.cases, columns=None if told.cases else CASE_COLUMNS),
        counts=counts, balance=balance(counts),
        partings=pd.DataFrame(told.partings, columns=PARTING_COLUMNS),
        first=told.first, address=address,
        shown=shown(a, b, side_by_side.most_telling(choice), address, seed, engine),
    )  # fmt: skip


def simulations(scenario: Scenario, replications: int, followed: int | None = None) -> int:
    """About how many replications `progress` will be told of."""
    wanted = FOLLOWED if followed is None else followed
    worlds = 2 if one_each(scenario) is scenario else 4
    return worlds * replications + 2 * min(wanted, replications)


def check_scenario(scenario: Scenario) -> None:
    """Refuse what is no scenario, such as the name of its file."""
    given: object = scenario
    if not isinstance(given, Scenario):
        refuse("scenario", f"a {type(given).__name__} was given", "a scenario is needed",
               "load its file with engine.load")  # fmt: skip


def check_followed(followed: int | None, replications: int) -> None:
    """Refuse a number of replications that nothing can be read from, or that aren't there."""
    if followed is None:
        return
    if isinstance(followed, bool) or followed < 1:
        refuse("followed", f"{followed} was given", "a whole number from 1", "leave it out")
    if followed > replications >= 1:
        refuse("followed", f"{followed} was given", f"at most all {replications} replications",
               "ask for more replications, or leave it out")  # fmt: skip


def check_address(address: Address, a: Scenario, b: Scenario) -> None:
    """Refuse the number of a replication, trainee or case that neither world has."""
    most = {
        "replication": MAX_SEED + 1,
        "trainee": max(a.trainees.count, b.trainees.count),
        "case": max(a.study.cases, b.study.cases),
    }
    for name, count in most.items():
        number = getattr(address, name)
        if number is not None and not 0 <= number < count:
            refuse(
                name, f"{number} was given", f"a number from 0 to {count - 1} is needed",
                "they are counted from 0",
            )  # fmt: skip


# ---- cases -----------------------------------------------------------------------------------

SIDE_COLUMNS = ("harm", "weight", "ends", *CHANNELS)
CASE_COLUMNS = [
    "replication", "period", "trainee", "case", "verdict", "first_parting", "why",
    *(f"{what}_{name}" for name in ("a", "b") for what in SIDE_COLUMNS),
]  # fmt: skip
PARTING_COLUMNS = ["replication", "period", "trainee", "case", "step", "minute", "why", "story"]


class Told:
    """The tables that following replications fills."""

    def __init__(self) -> None:
        self.replications = 0
        self.cases: list[dict[str, Any]] = []
        self.counts: list[dict[str, Any]] = []
        self.partings: list[dict[str, Any]] = []
        self.first: Shown | None = None

    def read(self, one: Followed) -> None:
        """Add a replication."""
        self.replications += 1
        self.cases += side_by_side.case_rows(one)
        for independent in (False, True):
            period = side_by_side.period(Key(independent, 0, 0))
            row = {"replication": one.replication, "period": period}
            self.counts.append(row | side_by_side.counts(one, independent))
        if one.parting is not None:
            found = as_shown(one, one.parting.key, one.parting)
            self.partings.append(parting_row(one, one.parting, found))
            self.first = found if self.first is None else self.first


def parting_row(one: Followed, parted: Parting, found: Shown) -> dict[str, Any]:
    """Where a replication parts, as a row; `step` is empty where it isn't over a step."""
    worlds = zip((one.a, one.b), parted.rows, strict=True)
    scenario, row = next((world, row) for world, row in worlds if row is not None)
    of_step = row.kind in story.OF_EPISODE or row.kind == "step_end"
    return {
        "replication": one.replication,
        "period": side_by_side.period(parted.key),
        "trainee": parted.key.trainee,
        "case": parted.key.case,
        "step": scenario.task.steps[row.step].name if of_step else "",
        "minute": row.time,
        "why": reason(parted),
        "story": " ".join(found.sentences),
    }


def as_shown(one: Followed, key: Key, parted: Parting | None) -> Shown:
    """A case of a replication followed, as it is told."""
    a = Side("A", one.a, one.rows_a.get(key, []))
    b = Side("B", one.b, one.rows_b.get(key, []))
    return Shown(one.replication, key, a, b, parted)


def followed_ones(
    a: Scenario, b: Scenario, seed: int, replications: int, followed: int | None, engine: str
) -> Iterable[Followed]:
    """Replications 0, 1, ... in both worlds; fewer than FOLLOWED where their logs are long."""
    wanted = min(replications, FOLLOWED if followed is None else followed)
    ones = (follow(a, b, seed=seed, replication=n, engine=engine) for n in range(wanted))
    if followed is not None:
        yield from ones
        return
    one = next(ones)
    yield one
    yield from islice(ones, max(0, MOST_ROWS // max(1, one.rows) - 1))


def wanted(one: Followed, address: Address) -> Iterable[Candidate]:
    """The cases of a replication that could be shown, and fit the address."""
    for each in side_by_side.candidates(one):
        if address.trainee in (None, each.key.trainee) and address.case in (None, each.key.case):
            yield each


def shown(
    a: Scenario, b: Scenario, best: Candidate | None, address: Address, seed: int, engine: str
) -> Shown | None:
    """The attempt to show: the most telling, else the one named, though nothing differs in it."""
    if best is not None:
        one = follow(a, b, seed=seed, replication=best.replication, engine=engine)
        return as_shown(one, best.key, best.parted)
    if not address.whole:
        return None
    number = 0 if address.replication is None else address.replication
    one = follow(a, b, seed=seed, replication=number, engine=engine)
    key = Key(False, int(address.trainee or 0), int(address.case or 0))
    if key not in one.rows_a and key not in one.rows_b:
        return None
    parted = case_parting(key, one.rows_a.get(key, []), one.rows_b.get(key, []))
    return as_shown(one, key, parted)
