"""The twin of the page: the same luck under a second supervisor.

Differences are counted over all replications asked for; cases are followed event by event in the
first few of them, in training alone, so that an answer comes while somebody moves a slider.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import estimate, side_by_side, twins_words
from analysis.attempts import Key
from analysis.console import finite
from analysis.folder import refuse
from analysis.rebuilt import rebuilt
from analysis.side_by_side import Candidate, Followed, follow
from analysis.twins import Address, Shown, Twins, as_shown, check_address
from analysis.twins_numbers import variance_ratio
from analysis.view import settings, tokens, twin_shown, twin_words
from analysis.view.cells import Abandoned as Abandoned
from analysis.view.cells import Stop
from analysis.view.control_words import WORDS
from analysis.view.places import PLACES, SECOND, WEIGHING
from analysis.view.settings import Tokens
from engine import run
from engine.errors import ScenarioError
from engine.outcomes import OUTCOME_NAMES, outcome
from engine.run import DEFAULT_ENGINE
from engine.scenario import Scenario
from engine.words import joined, plain

FORMAT = 1
FOLLOWED = 6
"""Replications followed case by case, where their logs aren't long."""
MOST_ROWS = 16_000
"""Rows of training logs read, both worlds together: what takes a tenth of a second or so."""
LABELS = tuple(WORDS[key].label.lower() for key in SECOND)
BLOCK = 100
"""Replications counted between two looks at whether the answer is still wanted."""
OUTCOMES = ("harm_any", "independent_harm_any", "experience", "resilience", "total_burden")


@dataclass(frozen=True, eq=False)
class Told:
    """What following some replications case by case has told."""

    followed: list[Followed] = field(default_factory=list)
    counts: list[dict[str, float]] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)

    @property
    def parted(self) -> bool:
        """Whether the worlds part anywhere in what was followed."""
        return any(one.parting is not None for one in self.followed)

    def total(self, what: str) -> int:
        """A count of cases over the replications followed."""
        return int(sum(each[what] for each in self.counts))


def twin(
    scenario: Scenario,
    given: Tokens,
    second: Tokens,
    *,
    seed: int = 0,
    replications: int = 100,
    attempt: Sequence[int] | None = None,
    key: str,
    should_stop: Stop | None = None,
    threads: int | None = None,
    outcomes: NDArray[np.float64] | None = None,
    kept: dict[int, Followed] | None = None,
) -> dict[str, Any]:
    """The twin answer to tokens by control: of world A, and of what the second supervisor sets.

    Where `second` sets nothing it is `usual_second`, which the answer's request then names. key:
    what the page calls the scenario. The rest as for `twin_of`. Raises ScenarioError for what can't
    be set.
    """
    strange = [each for each in second if each not in SECOND]
    if strange:
        raise ScenarioError(
            settings.problem(f"second.{plain(each)}", "this can't differ between the two worlds",
                             f"a second supervisor may have {joined(LABELS, 'or')} of their own",
                             "set it for both")
            for each in strange
        )  # fmt: skip
    meaning = settings.meant(scenario, given)
    a = meaning.scenario
    other = dict(second) or usual_second(a)
    b = settings.of_second(scenario, given, other).scenario
    told = twin_of(
        a, b, seed=seed, replications=replications, attempt=attempt, should_stop=should_stop,
        threads=threads, outcomes=outcomes, kept=kept,
    )  # fmt: skip
    request = {
        "scenario": key,
        "settings": meaning.tokens,
        "second": {name: spelt(name, token) for name, token in other.items()},
        "seed": tokens.seed_of_page(seed),
        "replications": replications,
        "attempt": None if attempt is None else list(attempt),
    }
    return {"format": told["format"], "request": request, **told}


def spelt(key: str, token: str) -> str:
    """A token that is right, in its one spelling."""
    kind = PLACES[key].kind
    value = tokens.read(kind, token)
    return token if isinstance(value, tokens.Wrong) else tokens.write(kind, value)


def usual_second(a: Scenario) -> dict[str, str]:
    """The second supervisor unless another is asked for: one who allows nothing.

    Where A allows nothing already, one who allows something.
    """
    supervision = a.supervision
    if supervision.policy == "zero_tolerance":
        allows = {} if supervision.permissiveness > 0 else {"permissiveness": "0.5"}
        return {"policy": "value_weighted"} | allows
    if supervision.policy in WEIGHING:
        return {"permissiveness": "0" if supervision.permissiveness > 0 else "0.5"}
    return {"policy": "zero_tolerance"}


def twin_of(
    a: Scenario,
    b: Scenario,
    *,
    seed: int,
    replications: int,
    attempt: Sequence[int] | None = None,
    should_stop: Stop | None = None,
    threads: int | None = None,
    outcomes: NDArray[np.float64] | None = None,
    kept: dict[int, Followed] | None = None,
) -> dict[str, Any]:
    """Two worlds in the same luck as plain data: the twin answer without its `request`.

    attempt: (replication, trainee, case), counted from 0: which attempt to show; the most telling
    by side_by_side.RULE unless given. should_stop is asked between parts of the work: Abandoned is
    raised where it says so. threads: as many as there are cores unless given. outcomes: of both
    worlds [world, replication, outcome], where they have been simulated already. kept:
    shared by twins of the same A and seed, so that A is followed once. Raises ScenarioError for an
    attempt, seed or number that can't be.
    """
    check_replications(replications)
    address = address_of(attempt, a, b)
    if outcomes is None:
        outcomes = counted(a, b, seed, replications, should_stop, threads)
    told = followed_in(a, b, seed, replications, should_stop, {} if kept is None else kept)
    found = as_twins(a, b, seed, outcomes, len(told.followed))
    same = bool(np.array_equal(outcomes[0], outcomes[1], equal_nan=True)) and not told.parted
    shown = chosen(a, b, seed, told, address)
    names = {"A": twin_words.label(a, b), "B": twin_words.label(b, a)}
    return {
        "format": FORMAT,
        "a": {"name": "A", "label": names["A"]},
        "b": {"name": "B", "label": names["B"]},
        "identical": same,
        "numbers": numbers(found),
        "cases": cases(told),
        "attempts": twin_shown.choices(told.candidates),
        "shown": None if shown is None else twin_shown.as_object(shown, names),
        "says": twin_words.says(found, same=same),
    }


def check_replications(replications: int) -> None:
    """Refuse a number of replications that can't be."""
    if isinstance(replications, bool) or replications < 1:
        refuse("replications", f"{replications} was given", "a whole number from 1 is needed",
               "try 100")  # fmt: skip


def address_of(attempt: Sequence[int] | None, a: Scenario, b: Scenario) -> Address | None:
    """The address of the attempt asked for. Raises ScenarioError where it can't be one."""
    if attempt is None:
        return None
    whole = [each for each in attempt if isinstance(each, int) and not isinstance(each, bool)]
    if len(whole) != 3 or len(attempt) != 3:
        given = ", ".join(str(each) for each in attempt)
        three = "an attempt has three numbers: replication, trainee, case"
        refuse("attempt", f"{plain(given)} was given", three, "try 0, 0, 0")
    address = Address(*whole)
    check_address(address, a, b)
    return address


def counted(
    a: Scenario,
    b: Scenario,
    seed: int,
    replications: int,
    should_stop: Stop | None,
    threads: int | None,
) -> NDArray[np.float64]:
    """Outcomes[world, replication, outcome], in blocks between which the work can be left."""
    blocks = []
    for start in range(0, replications, BLOCK):
        stop_if(should_stop)
        block = range(start, min(start + BLOCK, replications))
        blocks.append(run.outcomes([a, b], seed, block, threads=threads))
    return np.concatenate(blocks, axis=1)


def stop_if(should_stop: Stop | None) -> None:
    """Leave the work where nobody waits for it."""
    if should_stop is not None and should_stop():
        raise Abandoned


def followed_in(
    a: Scenario,
    b: Scenario,
    seed: int,
    replications: int,
    should_stop: Stop | None,
    kept: dict[int, Followed],
) -> Told:
    """Replications 0, 1, ... followed in training, up to FOLLOWED of them or MOST_ROWS rows.

    kept: by replication, those in which the same A has been followed; the new ones are put in.
    """
    told = Told()
    one, other = training_only(a), training_only(b)
    rows = 0
    for number in range(min(FOLLOWED, replications)):
        stop_if(should_stop)
        found = follow(
            one, other, seed=seed, replication=number, engine=DEFAULT_ENGINE,
            same_a=kept.get(number),
        )  # fmt: skip
        kept.setdefault(number, found)
        rows += found.rows
        told.followed.append(found)
        told.counts.append(side_by_side.counts(found, independent=False))
        told.candidates.extend(side_by_side.candidates(found))
        if rows + found.rows > MOST_ROWS:
            break
    return told


def training_only(scenario: Scenario) -> Scenario:
    """The scenario without practice after training, whose training is the same to the last bit.

    What is in a scenario has been checked, and 0 cases are always allowed: checking all of it
    anew would take longer than following a replication.
    """
    return rebuilt(scenario, {"independent": rebuilt(scenario.independent, {"cases": 0})})


def as_twins(
    a: Scenario, b: Scenario, seed: int, outcomes: NDArray[np.float64], followed: int
) -> Twins:
    """The comparison as `leeway twin` has it, of the outcomes the page tells, without tables."""
    none = pd.DataFrame()
    return Twins(
        scenario=a, a=a, b=b, changes_a={}, changes_b={}, seed=seed,
        replications=outcomes.shape[1], followed=followed, engine=DEFAULT_ENGINE, variant=None,
        table=none, differences=differences(outcomes), split=none, cases=none, counts=none,
        balance=none, partings=none, first=None, address=Address(), shown=None,
        versions={},
    )  # fmt: skip


def differences(outcomes: NDArray[np.float64]) -> pd.DataFrame:
    """The rows of twins_numbers.differences of OUTCOMES."""
    rows = []
    for name in OUTCOMES:
        a, b = outcomes[:, :, OUTCOME_NAMES.index(name)]
        rows.append(
            {
                "outcome": name,
                "mean_a": estimate.estimate(a).mean,
                "mean_b": estimate.estimate(b).mean,
                **estimate.paired(a, b)._asdict(),
                "variance_ratio": variance_ratio(a, b),
            }
        )
    return pd.DataFrame(rows)


def numbers(found: Twins) -> list[dict[str, Any]]:
    """The outcomes that at least one world has and that count the same in both."""
    rows = found.differences.to_dict("records")
    left = twins_words.BURDENS if twins_words.unlike(found) else frozenset()
    return [
        number(found, row)
        for row in rows
        if row["outcome"] not in left and not (isnan(row["mean_a"]) and isnan(row["mean_b"]))
    ]


def number(found: Twins, row: Mapping[Any, Any]) -> dict[str, Any]:
    """One outcome side by side; what can't be counted is None."""
    name = str(row["outcome"])
    one = twins_words.as_estimate(row)
    return {
        "outcome": name,
        "label": twins_words.NAMES[name],
        "unit": outcome(name).unit,
        "a": finite(row["mean_a"]),
        "b": finite(row["mean_b"]),
        "difference": {part: finite(getattr(one, part)) for part in ("mean", "low", "high")},
        "says": twin_words.number(found, name, one),
    }


def cases(told: Told) -> dict[str, Any]:
    """How many training cases went otherwise, of those followed."""
    counted = {what: told.total(what) for what in ("compared", "otherwise", "better_a", "better_b")}
    followed = len(told.followed)
    return {"followed": followed, **counted, "says": twin_words.cases(followed, **counted)}


def chosen(
    a: Scenario, b: Scenario, seed: int, told: Told, address: Address | None
) -> Shown | None:
    """The attempt to show; None where none was asked for and none went otherwise."""
    if address is None:
        best = side_by_side.most_telling(told.candidates)
        return (
            None
            if best is None
            else as_shown(told.followed[best.replication], best.key, best.parted)
        )
    place, trainee, case = (int(part or 0) for part in address)
    if place < len(told.followed):
        one = told.followed[place]
    else:
        one = follow(
            training_only(a), training_only(b), seed=seed, replication=place, engine=DEFAULT_ENGINE
        )
    key = Key(False, trainee, case)
    if key not in one.rows_a and key not in one.rows_b:
        refuse(
            "attempt",
            f"trainee {trainee}, case {case} of replication {place} was given",
            "in that replication this case is never begun",
            "choose an earlier case",
        )
    return as_shown(one, key, one.parted(key))
