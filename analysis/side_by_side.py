"""One replication in two worlds of the same luck, case by case.

Every case is looked up in both worlds: who came off better, what it taught, and where it went
apart. Which case is worth showing is decided here, too, by a stated rule.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from analysis import story
from analysis.attempts import CHANNELS, Attempt, Key, attempts
from analysis.parting import Parting, by_case, case_parting, first_parting, reason
from engine.event_log import CLASSES, LEVELS, RESOLVERS, Event
from engine.run import events
from engine.scenario import Scenario

BETTER_A, BETTER_B, SAME = "better under A", "better under B", "same harm"
ONLY_A, ONLY_B = "only under A", "only under B"
TRAINING, INDEPENDENT = "training", "independent"

RULE = (
    "of the training cases at which the worlds first part, one per replication followed: those "
    "whose error ends otherwise (another puts it right, or another harm) before the others; of "
    "these the commonest way in which the two ends differ; of these the one with the most "
    "different kinds of events, or the first"
)
ROUNDING = 1e-9
"""Cases' worth by which what is booked may differ through rounding alone, at another clock time."""


class Both(NamedTuple):
    """A case in either world; None where a world doesn't have it."""

    a: Attempt | None
    b: Attempt | None


class Candidate(NamedTuple):
    """A case that could be shown."""

    replication: int
    key: Key
    parted: Parting
    first: bool
    """Whether the worlds part first here."""
    ends: tuple[tuple[int, int] | None, ...]
    """Who put the error right, and the harm, in either world; None where it wasn't made."""
    kinds: int
    """How many different kinds of events its error has, both worlds together."""

    @property
    def apart(self) -> bool:
        """Whether the error ends otherwise."""
        return self.ends[0] != self.ends[1]


@dataclass(frozen=True, eq=False)
class Followed:
    """One replication, followed event by event in both worlds.

    same_a: the replication followed before, with the same world A, if there is one.
    """

    a: Scenario
    b: Scenario
    seed: int
    replication: int
    log_a: list[Event]
    log_b: list[Event]
    same_a: "Followed | None" = None

    @cached_property
    def rows_a(self) -> dict[Key, list[Event]]:
        return by_case(self.log_a) if self.same_a is None else self.same_a.rows_a

    @cached_property
    def rows_b(self) -> dict[Key, list[Event]]:
        return by_case(self.log_b)

    @cached_property
    def parting(self) -> Parting | None:
        """Where the worlds part first."""
        return first_parting(self.log_a, self.log_b)

    @cached_property
    def attempts_a(self) -> dict[Key, Attempt]:
        """The cases of world A."""
        if self.same_a is not None:
            return self.same_a.attempts_a
        return attempts(self.a, self.log_a, seed=self.seed, replication=self.replication)

    @cached_property
    def cases(self) -> dict[Key, Both]:
        """Every case that one of the worlds has, training first."""
        of_a = self.attempts_a
        of_b = of_a
        if self.log_b is not self.log_a:
            of_b = attempts(self.b, self.log_b, seed=self.seed, replication=self.replication)
        keys = sorted({*of_a, *of_b})
        return {key: Both(of_a.get(key), of_b.get(key)) for key in keys}

    def parted(self, key: Key) -> Parting | None:
        """Where one case goes apart."""
        return case_parting(key, self.rows_a.get(key, []), self.rows_b.get(key, []))

    @cached_property
    def otherwise(self) -> dict[Key, Both]:
        """The cases that went otherwise."""
        return {key: both for key, both in self.cases.items() if went_otherwise(both)}

    @property
    def rows(self) -> int:
        """Rows of both logs."""
        return len(self.log_a) + len(self.log_b)


def follow(
    a: Scenario,
    b: Scenario,
    *,
    seed: int,
    replication: int,
    engine: str,
    same_a: Followed | None = None,
) -> Followed:
    """Simulate one replication in both worlds with their event logs.

    same_a: the same replication followed before, with the same A: it isn't simulated anew.
    """
    one = events(a, seed, replication, engine=engine) if same_a is None else same_a.log_a
    other = one if a == b else events(b, seed, replication, engine=engine)
    return Followed(a, b, seed, replication, one, other, same_a)


def went_otherwise(both: Both) -> bool:
    """Whether a case differs in harm, in how an error ended, in its debrief, or in what it taught.

    A case that only starts at another time, or takes longer, went the same way.
    """
    a, b = both
    if a is None or b is None:
        return True
    if (a.level, a.fates, a.debriefed) != (b.level, b.fates, b.debriefed):
        return True
    return any(abs(x - y) > ROUNDING for x, y in zip(a.gains, b.gains, strict=True))


def verdict(both: Both) -> str:
    """In which world the patient came off better: by the worst level of harm."""
    a, b = both
    if a is None or b is None:
        return ONLY_B if a is None else ONLY_A
    if a.level == b.level:
        return SAME
    return BETTER_A if a.level < b.level else BETTER_B


# ---- tables ----------------------------------------------------------------------------------


def case_rows(one: Followed) -> Iterator[dict[str, Any]]:
    """The cases of a replication that went otherwise, a row each."""
    for key, both in one.otherwise.items():
        parted = one.parted(key)
        first = one.parting is not None and one.parting.key == key
        yield {
            "replication": one.replication,
            "period": period(key),
            "trainee": key.trainee,
            "case": key.case,
            "verdict": verdict(both),
            "first_parting": first,
            "why": reason(parted),
            **side("a", one.a, both.a),
            **side("b", one.b, both.b),
        }


def period(key: Key) -> str:
    """Which part of a replication a case belongs to."""
    return INDEPENDENT if key.independent else TRAINING


def side(name: str, scenario: Scenario, attempt: Attempt | None) -> dict[str, Any]:
    """What one world has to say of a case: harm, errors and their ends, what was booked."""
    if attempt is None:
        return {f"{what}_{name}": None for what in ("harm", "weight", "ends", *CHANNELS)}
    booked = zip(CHANNELS, attempt.gains, strict=True)
    return {
        f"harm_{name}": LEVELS[attempt.level],
        f"weight_{name}": weight(scenario, attempt.level),
        f"ends_{name}": "; ".join(ends(scenario, attempt)),
        **{f"{channel}_{name}": amount for channel, amount in booked},
    }


def weight(scenario: Scenario, level: int) -> float:
    """The weight of a harm level."""
    return 0.0 if level == 0 else float(getattr(scenario.harm_weights, LEVELS[level]))


def ends(scenario: Scenario, attempt: Attempt) -> Iterator[str]:
    """How each error of an attempt ended: `failed pass: allowed, trainee, none`."""
    for fate in attempt.fates:
        name = scenario.task.steps[fate.step].errors[fate.kind].name
        if fate.by < 0:
            yield f"{name}: not ended"
        else:
            yield f"{name}: {CLASSES[fate.classed]}, {RESOLVERS[fate.by]}, {LEVELS[fate.level]}"


def counts(one: Followed, independent: bool) -> dict[str, float]:
    """What a replication adds up to, over the cases that both worlds have.

    compared, otherwise, better_a, better_b, same: cases; weight and the channels of what is booked:
    A minus B, summed; only_a, only_b: cases that one world alone has.
    """
    cases = {key: both for key, both in one.cases.items() if key.independent == independent}
    pairs = [(a, b) for a, b in cases.values() if a is not None and b is not None]
    apart = [cases[key] for key in one.otherwise if key in cases]
    verdicts = [verdict(both) for both in cases.values()]
    found: dict[str, float] = {
        "compared": len(pairs),
        "otherwise": sum(None not in both for both in apart),
        "better_a": verdicts.count(BETTER_A),
        "better_b": verdicts.count(BETTER_B),
        "same": verdicts.count(SAME),
        "only_a": verdicts.count(ONLY_A),
        "only_b": verdicts.count(ONLY_B),
        "weight": total(weight(one.a, a.level) - weight(one.b, b.level) for a, b in pairs),
    }
    for place, channel in enumerate(CHANNELS):
        found[channel] = total(a.gains[place] - b.gains[place] for a, b in pairs)
    return found


def total(terms: Iterable[float]) -> float:
    """The terms added one by one, alike in every version of Python."""
    added = 0.0
    for term in terms:
        added += term
    return added


# ---- what to show ----------------------------------------------------------------------------


def candidates(one: Followed) -> Iterator[Candidate]:
    """The training cases of a replication that went otherwise, as they could be shown."""
    for key, both in one.otherwise.items():
        parted = None if key.independent else one.parted(key)
        if parted is not None:
            first = one.parting is not None and one.parting.key == key
            ended = tuple(end(each, parted.step) for each in both)
            kinds = len(kinds_of(one, key, parted.step))
            yield Candidate(one.replication, key, parted, first, ended, kinds)


def end(attempt: Attempt | None, step: int) -> tuple[int, int] | None:
    """By whom and at which harm the error of a step ended; None where there was none."""
    course = None if attempt is None else attempt.courses.get(step)
    return None if course is None else (course.by, course.level)


def kinds_of(one: Followed, key: Key, step: int) -> set[str]:
    """The kinds of events of an error, both worlds together."""
    return {
        row.kind
        for rows in (one.rows_a.get(key, []), one.rows_b.get(key, []))
        for row in rows
        if row.step == step and row.kind in story.OF_EPISODE
    }


def most_telling(found: Sequence[Candidate]) -> Candidate | None:
    """The case to show, by RULE; None where there is no candidate."""
    of = [one for one in found if one.first] or list(found)
    of = [one for one in of if one.apart] or of
    if not of:
        return None
    ways = Counter(one.ends for one in of)
    commonest = max(ways, key=lambda way: ways[way])  # of equals the first seen
    return max((one for one in of if one.ends == commonest), key=lambda one: one.kinds)
