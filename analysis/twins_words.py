"""What two worlds of the same luck have to say, in sentences and in rows of tables."""

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

from analysis import words
from analysis.attempts import CHANNELS
from analysis.estimate import FEWEST, Estimate
from analysis.findings import SHARES, Inputs, mirrored
from analysis.side_by_side import INDEPENDENT, TRAINING
from analysis.twins import Twins, changed
from analysis.twins_numbers import PARTS

SAME_LUCK = (
    "Both worlds share their luck: the same trainees, the same patients, the same chances. "
    "What differs between them, the settings have made."
)
MAIN = (
    "errors", "prevented", "allowed", "self_recovered", "needless_takeovers", "harm_any",
    "harm_severe", "debriefs", "rescue_latency", "supervisor_busy", "experience", "resilience",
    "error_probability", "independent_harm_any", "total_burden",
)  # fmt: skip
"""Outcomes told of the two worlds."""
SPLIT = ("harm_any", "debriefs", "experience", "resilience", "independent_harm_any", "total_burden")
"""Outcomes whose difference is told as direct and busy."""

NAMES = {
    "errors": "errors per 100 training cases",
    "prevented": "prevented: the supervisor stepped in at once, per 100",
    "allowed": "allowed: the supervisor waited, per 100",
    "self_recovered": "put right by the trainee alone, per 100",
    "needless_takeovers": "needless takeovers per 100",
    "harm_any": "patients harmed per 100 training cases",
    "harm_severe": "patients severely harmed per 100",
    "debriefs": "debriefs held per 100",
    "rescue_latency": "request to hands-on, minutes",
    "supervisor_busy": "supervisors' time spent, %",
    "experience": "experience, in cases' worth",
    "resilience": "resilience, in mistakes lived through",
    "error_probability": "chance of an error in an average step, %",
    "independent_harm_any": "patients harmed per 100 independent cases",
    "total_burden": "total burden of harm per trainee, now and later",
}
HEADS = ("", "A", "B", "A minus B (95 % interval)", "pairing")
EXACT = "exact"
NOTHING = "–"
PAIRING = (
    "pairing: by how much a shared luck narrows the comparison. With luck of its own in each world "
    "that many times the replications would be needed for an interval as narrow; below 1, pairing "
    f"costs. {EXACT}: the difference is the same in every replication. A dash: nothing varies, "
    "or there is nothing to count."
)
TOO_FEW = f"Fewer than {FEWEST} replications tell nothing of chance"
COUNTED = {
    "study.cases": "cases of training",
    "study.horizon": "length of training",
    "trainees.count": "trainees",
    "independent.cases": "later patients",
    "harm_weights": "harm weights",
}
"""What must be alike in both worlds for their burdens to be of the same patients."""
BURDENS = frozenset({"total_burden"})
PART_HEADS = ("", "all in all", "direct", "supervisors busy")
DIRECT = (
    "Direct: the same two settings with one supervisor per trainee, so that hardly anybody waits "
    "for a free one. Supervisors busy: the rest, which comes of their being shared: who is at one "
    "bedside can't be at another, and busy supervisors debrief less."
)


class Row(NamedTuple):
    """A row of a table: what it is about, and its cells as they are read."""

    label: str
    cells: tuple[str, ...]


def heading(found: Twins) -> list[str]:
    """What was compared."""
    runs = words.plural(found.replications, "replication")
    return [
        found.scenario.title,
        *([] if found.variant is None else [f"Variant {found.variant}."]),
        f"A: {changed(found.changes_a)}",
        f"B: {changed(found.changes_b)}",
        f"{SAME_LUCK} {runs} ({words.REPLICATION}), seed {found.seed}.",
        f"{share(found)}. {words.SIMULATED}",
    ]


def share(found: Twins) -> str:
    """How many inputs are assumptions, in both worlds."""
    told = []
    for scenario in (found.a, found.b):
        statuses = [one.status for one in scenario.inputs()]
        told.append(Inputs(statuses.count("sourced"), statuses.count("assumption")).share)
    return told[0] if told[0] == told[1] else f"Under A {told[0]}, under B {told[1]}"


# ---- in short --------------------------------------------------------------------------------


def in_short(found: Twins) -> list[str]:
    """What a reader should take away, to be read aloud."""
    if found.identical:
        return [
            "Nothing differs: no outcome in any replication, no case of those followed. The two "
            "settings make no difference in this scenario."
        ]
    if too_few(found):
        runs = words.plural(found.replications, "replication")
        return [
            f"{TOO_FEW}: {runs} can't say which setting does more harm, or teaches more. The "
            "tables hold means without intervals; ask for more replications."
        ]
    told = [harm_now(found)]
    if found.a.independent.cases > 0 and found.b.independent.cases > 0:
        told.append(harm_later(found))
    return [*told, burden(found)]


def harm_now(found: Twins) -> str:
    """Harm and learning in training."""
    harmed = more(
        difference(found, "harm_any"), "patients harmed per 100 training cases", "under B"
    )
    learned = more(difference(found, "resilience"), "mistakes lived through (resilience)")
    gained = more(difference(found, "experience"), "cases' worth of experience")
    return f"Under A there are {harmed}; a trainee ends training with {learned} and {gained}."


def harm_later(found: Twins) -> str:
    """Harm in independent practice."""
    later = more(difference(found, "independent_harm_any"), "patients harmed per 100 cases")
    return f"In later, independent practice of those who trained under A there are {later}."


def burden(found: Twins) -> str:
    """Now and later added up, where that is of the same patients in both worlds."""
    told = unlike(found)
    if told:
        return (
            "Now and later can't be added up and set against one another: A and B differ in "
            f"{words.listed(told)}, so they don't count the same harm."
        )
    one = difference(found, "total_burden")
    if not clear(one):
        return (
            "Now and later added up, with the scenario's harm weights, the two can't be told apart "
            f"(A minus B: {words.interval(one, signed=True)} per trainee)."
        )
    better = "B" if one.mean > 0 else "A"
    by = one if one.mean > 0 else mirrored(one)
    return (
        f"Now and later added up, with the scenario's harm weights, less harm is done under "
        f"{better}: {words.interval(by)} less per trainee."
    )


def unlike(found: Twins) -> list[str]:
    """What makes the worlds count different numbers of patients, or weigh harm otherwise."""
    told = []
    for path, what in COUNTED.items():
        a, b = (each.get(path) for each in (found.a, found.b))
        if a != b:
            pair = "" if isinstance(a, dict) else f": {words.flow(a)} and {words.flow(b)}"
            told.append(f"{what} ({path}{pair})")
    return told


def too_few(found: Twins) -> bool:
    """Whether there are so few replications that nothing can be said."""
    return found.replications < FEWEST


def more(one: Estimate, what: str, other: str = "") -> str:
    """`5.1 (4.9 to 5.3) more patients than under B`, `as many ... as ...`, or no telling.

    other: what it is compared with, `under B`; empty where that goes without saying.
    """
    than, as_ = (f" {word} {other}" if other else "" for word in ("than", "as"))
    if math.isnan(one.mean):
        return f"no telling how many more or fewer {what}{than}"
    if one.mean == 0 and (one.se == 0 or math.isnan(one.se)):
        return f"as many {what}{as_}"
    if not clear(one):
        size = interval(one)
        return f"neither clearly more nor clearly fewer {what}{than} ({size})"
    if one.mean > 0:
        return f"{words.interval(one)} more {what}{than}"
    return f"{words.interval(mirrored(one))} fewer {what}{than}"


def clear(one: Estimate) -> bool:
    """Whether an interval leaves 0 out; fewer than five replications say nothing."""
    return one.replications >= FEWEST and (one.low > 0 or one.high < 0)


def interval(one: Estimate, *, signed: bool = True) -> str:
    """A mean with its interval; the mean alone where there are too few replications for one."""
    known = one if one.replications >= FEWEST else one._replace(low=math.nan, high=math.nan)
    return words.interval(known, signed=signed)


def difference(found: Twins, outcome: str) -> Estimate:
    """The paired difference of an outcome."""
    return as_estimate(by_outcome(found)[outcome])


def by_outcome(found: Twins) -> dict[str, dict[str, Any]]:
    """The differences, a row per outcome."""
    rows = found.differences.to_dict("records")
    return {str(row["outcome"]): {str(name): row[name] for name in row} for row in rows}


def as_estimate(row: Any) -> Estimate:
    """The estimate that a row of a table holds."""
    mean, se, low, high = (float(row[name]) for name in ("mean", "se", "low", "high"))
    return Estimate(mean, se, low, high, int(row["replications"]), int(row["missing"]))


# ---- tables ----------------------------------------------------------------------------------


def told_outcomes(found: Twins, names: Iterable[str] = MAIN) -> list[str]:
    """Those of some outcomes of which there is something to tell."""
    rows = by_outcome(found)
    means = {name: (float(rows[name]["mean_a"]), float(rows[name]["mean_b"])) for name in names}
    return [
        name
        for name, pair in means.items()
        if any(value != 0 and not math.isnan(value) for value in pair)
    ]


def outcome_rows(found: Twins) -> list[Row]:
    """The worlds side by side: HEADS."""
    rows = by_outcome(found)
    told = []
    for name in told_outcomes(found):
        row, times = rows[name], scale(name)
        a, b = words.aligned([times * float(row["mean_a"]), times * float(row["mean_b"])])
        apart = interval(scaled(as_estimate(row), times))
        paired = "–" if too_few(found) else ratio(float(row["variance_ratio"]))
        if name in BURDENS and unlike(found):
            apart, paired = "not the same harm", "–"
        cells = (NOTHING if cell == words.MISSING else cell for cell in (a, b, apart, paired))
        told.append(Row(NAMES[name], tuple(cells)))
    return told


def scale(outcome: str) -> float:
    """Shares are read in per cent."""
    return 100.0 if outcome in SHARES else 1.0


def scaled(one: Estimate, times: float) -> Estimate:
    """The estimate in another unit."""
    return one._replace(
        mean=times * one.mean, se=times * one.se, low=times * one.low, high=times * one.high
    )


def ratio(value: float) -> str:
    """A variance ratio as it is read: `×3.4`; `exact`; a dash where nothing varies."""
    if math.isnan(value):
        return "–"
    return EXACT if math.isinf(value) else f"×{words.number(value, 2)}"


def worth_of_pairing(found: Twins) -> str:
    """What sharing luck was worth for patients harmed, in a sentence."""
    value = float(by_outcome(found)["harm_any"]["variance_ratio"])
    what = "the difference in patients harmed in training"
    if too_few(found) and not math.isinf(value):
        return f"{TOO_FEW}, nor of what sharing it is worth."
    if math.isnan(value):
        return f"Sharing luck: {what} doesn't vary, so that pairing narrows nothing."
    if math.isinf(value):
        return f"Sharing luck: {what} is the same in every replication; no interval is needed."
    return (
        f"Sharing luck: with luck of its own in each world, {words.number(value, 3)} times the "
        f"replications would be needed to know {what} as well (the variance ratio)."
    )


def split_rows(found: Twins) -> list[Row]:
    """Each difference as total, direct and busy."""
    rows = found.split.set_index(["outcome", "part"])
    return [
        Row(
            NAMES[name],
            tuple(
                interval(scaled(as_estimate(rows.loc[(name, part)]), scale(name))) for part in PARTS
            ),
        )
        for name in compared(found, SPLIT)
    ]


def compared(found: Twins, names: Iterable[str]) -> list[str]:
    """Those of some outcomes whose difference means something: of the same harm in both worlds."""
    left = BURDENS if unlike(found) else frozenset()
    return [name for name in told_outcomes(found, names) if name not in left]


def split_says(found: Twins) -> str:
    """How much of the difference is the supervisors' being busy, in a sentence."""
    if found.shared_alone:
        return "There is one supervisor per trainee anyway: the whole difference is direct."
    if too_few(found):
        return f"{TOO_FEW}: what busy supervisors add can't be told."
    rows = found.split.set_index(["outcome", "part"])
    told = []
    for name in ("harm_any",) if unlike(found) else ("harm_any", "total_burden"):
        busy = as_estimate(rows.loc[(name, "busy")])
        what = {"harm_any": "patients harmed per 100", "total_burden": "total burden"}[name]
        if busy.mean == 0 and busy.se == 0:
            told.append(f"nothing in {what}")
        elif not clear(busy):
            told.append(f"nothing clear in {what}")
        else:
            told.append(f"{words.interval(busy, signed=True)} in {what}")
    return f"What busy supervisors add to the difference: {words.listed(told)}."


BALANCE = {
    "otherwise": "cases that went otherwise",
    "better_a": "patients better off under A",
    "better_b": "patients better off under B",
    "weight": "harm weights, A minus B",
    "practice": "learned by practice, A minus B, in cases' worth",
    "failure": "learned by failure, A minus B, in cases' worth",
    "observing": "learned by observing, A minus B, in cases' worth",
    "resilience": "resilience won, A minus B, in mistakes lived through",
    "distress": "distress, A minus B, in harm weights",
}
"""What is told of the balance, per 100 cases."""
SIGNED = frozenset({"weight", *CHANNELS})


def periods(found: Twins) -> list[str]:
    """The periods in which both worlds have cases."""
    compared = found.counts.groupby("period")["compared"].sum()
    return [name for name in (TRAINING, INDEPENDENT) if compared.get(name, 0) > 0]


def balance_rows(found: Twins) -> list[Row]:
    """Case by case: gains and losses per 100 cases, a column per period."""
    rows = found.balance.set_index(["period", "what"])
    told = []
    weighed_alike = found.a.harm_weights == found.b.harm_weights
    for what, label in BALANCE.items():
        if what == "weight" and not weighed_alike:
            continue
        ones = [as_estimate(rows.loc[(period, what)]) for period in periods(found)]
        if any(one.mean != 0 or one.se > 0 for one in ones):
            cells = (interval(one, signed=what in SIGNED) for one in ones)
            told.append(Row(label, tuple(cells)))
    return told


def case_by_case(found: Twins) -> str:
    """Over what the cases are counted, in words."""
    compared = found.counts.groupby("period")["compared"].sum()
    told = [f"{int(compared[period]):,} cases of {words_of(period)}" for period in periods(found)]
    runs = words.plural(found.followed, "replication")
    which = f"the first {runs}" if found.followed < found.replications else f"all {runs}"
    if found.followed == 1 == found.replications:
        which = "the one replication"
    text = f"Case by case, in {which}: {words.listed(told)}, per 100"
    alone = found.counts[["only_a", "only_b"]].sum()
    if alone.sum() == 0:
        return f"{text}."
    lonely = [f"{int(alone[f'only_{x}'])} only under {x.upper()}" for x in ("a", "b")]
    return f"{text}. Not counted, since one world alone has them: {words.listed(lonely)}."


def words_of(period: str) -> str:
    """A period in words."""
    return "training" if period == TRAINING else "independent practice"


class Why(NamedTuple):
    """A reason why cases went otherwise, and its share of them."""

    why: str
    cases: int
    share: float


def whys(found: Twins, period: str = TRAINING) -> list[Why]:
    """Why cases of a period went otherwise, the commonest first."""
    of = found.cases[found.cases["period"] == period]
    counted = of["why"].value_counts(sort=False)
    ordered = sorted(counted.items(), key=lambda one: (-int(one[1]), str(one[0])))
    return [Why(str(why), int(count), int(count) / len(of)) for why, count in ordered]
