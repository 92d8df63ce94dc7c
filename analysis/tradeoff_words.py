"""What a trade-off says, in sentences a clinician would say, and the words of its figures."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis import words
from analysis.acceptability import frontier
from analysis.burden import Confirmation
from analysis.captions import moves
from analysis.chance import ChanceLimits, cohorts_needed
from analysis.estimate import Estimate, paired
from analysis.exchange import Exchange, Rate
from analysis.findings import mirrored
from engine.outcomes import outcome

if TYPE_CHECKING:
    from analysis.tradeoff import Tradeoff

UNITS = {
    "experience": "case's worth of experience",
    "resilience": "mistake lived through",
}
"""One unit of learning, where it has a name of its own."""
MOST_NAMED = 3


# ---- names -----------------------------------------------------------------------------------


def name_of(name: str) -> str:
    """An outcome and its unit, as an axis or a sentence names it."""
    found = outcome(name)
    plain = words.PLAIN.get(name)
    if found.unit.startswith("per 100"):
        return f"{plain or found.meaning} {found.unit}"
    return plain or f"{found.meaning} ({found.unit})"


def short(name: str) -> str:
    """An outcome in a word or two."""
    return name.replace("_", " ")


def unit_of(name: str) -> str:
    """One unit of learning in words."""
    if name in UNITS:
        return UNITS[name]
    found = outcome(name)
    less = " less" if found.better == "lower" else ""
    return f"unit{less} of {short(name)} ({found.unit})"


def at_level(level: float) -> str:
    """`95 %`."""
    return words.percent(level)


# ---- the curve -------------------------------------------------------------------------------


def amount(name: str) -> str:
    """What of an outcome rises or falls: `the number of patients harmed per 100 cases`."""
    return ("the number of " if outcome(name).unit.startswith("per 100") else "") + name_of(name)


def span(found: "Tradeoff") -> str:
    """`From permissiveness 0 to 2`."""
    samples = found.samples
    first, last = (samples.label(samples.settings[i]) for i in (0, -1))
    return f"From {samples.name} {first} to {last}"


def on_curve(found: "Tradeoff") -> str:
    """How learning and harm move from end to end."""
    learning, harm = (
        paired(values[-1], values[0], level=found.level)
        for values in (found.samples.of(name) for name in (found.learning, found.harm))
    )
    return (
        f"{span(found)}, {short(found.learning)} {moves(learning)} and {amount(found.harm)} "
        f"{moves(harm)}."
    )


def on_front(found: "Tradeoff") -> list[str]:
    """Which settings are on the front, and how surely."""
    table = found.front
    label = found.samples.label
    ahead = table.loc[table["on_front"], "setting"].tolist()
    if len(ahead) == 1:
        told = []
    elif len(ahead) == len(table):
        told = ["Every setting tried is on the front: none has more learning for less harm."]
    else:
        told = [
            f"On the front are {found.samples.name} {run_of(found, ahead)}; for each of the others "
            f"some setting has more learning for less harm."
        ]
    unsure = table[table["standing"] == "open"]
    if len(unsure) > 0:
        names = words.listed([label(setting) for setting in unsure["setting"]])
        verb = "is" if len(unsure) == 1 else "are"
        told.append(f"Chance leaves open whether {names} {verb} on it.")
    return told


def run_of(found: "Tradeoff", settings: Sequence[float]) -> str:
    """Settings in words: neighbours as `0.02 to 0.1`."""
    samples = found.samples
    places = sorted(samples.settings.index(setting) for setting in settings)
    groups: list[list[int]] = []
    for place in places:
        if groups and groups[-1][-1] == place - 1:
            groups[-1].append(place)
        else:
            groups.append([place])
    told = []
    for group in groups:
        names = [samples.label(samples.settings[place]) for place in group]
        told += [f"{names[0]} to {names[-1]}"] if len(names) > 2 else names
    return words.listed(told)


# ---- the exchange rate -----------------------------------------------------------------------


def on_rates(found: "Tradeoff") -> list[str]:
    """What a unit of learning costs along the whole front, and where it costs least and most."""
    overall = [each for each in found.exchanges if each.kind == "front"]
    if not overall:
        only = found.samples.label(found.front.loc[found.front["on_front"], "setting"].tolist()[0])
        return [
            f"In the means one setting, {only}, has both the most learning and "
            f"the least harm: nothing is traded."
        ]
    told = [f"Along the front, {price(found, overall[0])}."]
    steps = [each for each in found.exchanges if each.kind == "step"]
    priced = [each for each in steps if each.on_front and each.rate.determined]
    if len(priced) > 1:
        cheap = min(priced, key=lambda each: each.rate.rate)
        dear = max(priced, key=lambda each: each.rate.rate)
        told.append(
            f"It costs least from {between(found, cheap)}, {figure(cheap.rate)}, and most from "
            f"{between(found, dear)}, {figure(dear.rate)}."
        )
    return [*told, *not_determined(found, steps)]


def not_determined(found: "Tradeoff", steps: Sequence[Exchange]) -> list[str]:
    """The steps without a rate; counted where they are many."""
    unknown = [between(found, each) for each in steps if not each.rate.determined]
    if not unknown:
        return []
    where = f"from {words.listed(unknown)}"
    if len(unknown) > MOST_NAMED:
        where = f"{len(unknown)} of the {len(steps)} steps between neighbours"
    return [
        f"Not determined: {where}, where a difference in {short(found.learning)} can't be told "
        f"from none."
    ]


def between(found: "Tradeoff", each: Exchange) -> str:
    """`0.1 to 0.2`."""
    return f"{found.samples.label(each.first)} to {found.samples.label(each.second)}"


def figure(rate: Rate) -> str:
    """A rate with its interval; `not determined` where it isn't."""
    if not rate.determined:
        return "not determined"
    return words.interval(Estimate(rate.rate, 0.0, rate.low, rate.high, 0, 0))


def price(found: "Tradeoff", each: Exchange) -> str:
    """One rate in words."""
    where = f"from {between(found, each)}"
    if not each.rate.determined:
        return (
            f"{where}, the exchange rate is not determined: a difference in "
            f"{short(found.learning)} can't be told from none"
        )
    return (
        f"{where}, each further {unit_of(found.learning)} comes with {figure(each.rate)} more "
        f"{name_of(found.harm)}"
    )


# ---- now and later ---------------------------------------------------------------------------


def on_burden(found: "Tradeoff") -> list[str]:
    """Where the least total burden lies, and what now and later do."""
    parts, samples = found.burden.parts, found.samples
    now, later = (paired(parts[part][-1], parts[part][0]) for part in ("now", "later"))
    told = [
        f"{span(found)}, the harm that patients of training bear {moves(now)} and the harm that "
        f"later patients bear {moves(later)}, in harm weights per trainee."
    ]
    if np.all(parts["later"][~np.isnan(parts["later"])] == 0):
        told = [
            f"{span(found)}, the harm that patients of training bear {moves(now)}. No independent "
            f"practice is simulated: nothing is counted that leeway might gain for later patients."
        ]
    kept, settings = found.burden.kept, samples.settings
    if len(kept) == len(settings):
        return [*told, "None of the settings can be told from the one with the least of both."]
    if len(kept) == 1:
        best = samples.label(kept[0])
        text = f"Both together are least at {samples.name} {best}, clearly below all others tried"
    else:
        text = (
            f"Both together are least at {samples.name} {samples.label(found.burden.best)}; "
            f"{run_of(found, kept)} can't be told from it"
        )
    if kept[-1] == settings[-1]:
        text += "; it may be lower still beyond the range tried"
    return [*told, text + "."]


def on_confirmation(found: "Tradeoff", again: Confirmation) -> str:
    """Whether a choice stood on fresh luck."""
    label = found.samples.label
    name = found.samples.name
    fresh = f"On {words.plural(again.replications, 'fresh replication')} (seed {again.seed})"
    if again.stands:
        text = f"{fresh}, {name} {label(again.choice)} can't be told from the least: it stands"
    else:
        text = (
            f"{fresh}, {name} {label(again.choice)} is clearly above the least, which is among "
            f"{run_of(found, again.kept)}: it does not stand"
        )
    difference = again.against_own
    if difference is None or found.samples.own == again.choice:
        return text + "."
    own = label(found.samples.own)  # type: ignore[arg-type]
    if difference.low <= 0 <= difference.high:
        return f"{text}. It can't be told from {own}, as written."
    less = difference.high < 0
    size = words.interval(mirrored(difference) if less else difference)
    return f"{text}. It has {size} {'less' if less else 'more'} burden than {own}, as written."


# ---- weights on harm -------------------------------------------------------------------------


def on_weights(found: "Tradeoff", table: pd.DataFrame) -> str:
    """Which settings are best for which weights."""
    best = frontier(table)
    weights, settings = best["weight"].tolist(), best["setting"].tolist()
    label, name = found.samples.label, found.samples.name
    if len(set(settings)) == 1:
        return f"Whatever the weight on harm, {name} {label(settings[0])} is best."
    doubt = int(best["probability"].to_numpy().argmin())
    share = words.percent(float(best["probability"].iloc[doubt]))
    return (
        f"As the weight on harm grows from {words.number(weights[0])} to "
        f"{words.number(weights[-1])}, the best {name} goes from {label(settings[0])} to "
        f"{label(settings[-1])}; the choice is least sure at weight "
        f"{words.number(weights[doubt])}, where {label(settings[doubt])} is best in {share} of "
        f"resamples. Which weight is right is not ours to say."
    )


# ---- chance limits ---------------------------------------------------------------------------


def on_both_limits(found: "Tradeoff") -> str:
    """Both limits of harm as written, or at the lowest setting where that was not tried."""
    samples, table = found.samples, found.limits()
    setting = samples.settings[0] if samples.own is None else samples.own
    row = table[table["setting"] == setting]
    expected, cohort = (float(row[kind].iloc[0]) for kind in ("expected", "cohort"))
    where = f"At {samples.name} {samples.label(setting)}" + (
        "" if samples.own is None else ", as written,"
    )
    known, likely = (
        "a limit of expected harm is not determined",
        "one of a single cohort's is not either",
    )
    if not math.isnan(expected):
        known = f"expected harm is below {words.number(expected)} with 95 % certainty"
    if not math.isnan(cohort):
        likely = f"a single cohort's at most {words.number(cohort)} with 95 % probability"
    return f"{where} {known}, and {likely}, in {name_of(found.harm)}."


def on_limits(found: "Tradeoff", limits: ChanceLimits) -> list[str]:
    """How far one may go under each kind of chance limit."""
    label = found.samples.label
    x = f"{words.number(limits.limit)} {name_of(found.harm)}"
    certain, probable = at_level(limits.certainty), at_level(limits.probability)
    told = [
        f"In this model, expected harm is below {x}, with {certain} certainty, "
        f"{as_far(found, limits.expected, limits.table['expected'])}."
    ]
    if limits.table["cohort"].isna().all():
        needed = cohorts_needed(limits.probability, limits.certainty)
        return [
            *told,
            f"What a single cohort stays below with {probable} probability is not determined: "
            f"that takes {needed} replications.",
        ]
    told.append(
        f"A single cohort's harm is below it, with {probable} probability, "
        f"{as_far(found, limits.cohort, limits.table['cohort'])}."
    )
    if limits.expected is not None and (limits.cohort is None or limits.cohort < limits.expected):
        rows = limits.table[limits.table["setting"] == limits.expected]
        share = words.percent(1 - float(rows["cohorts_below"].iloc[0]))
        told.append(f"At {label(limits.expected)}, {share} of cohorts reach it all the same.")
    return told


def as_far(found: "Tradeoff", reached: float | None, bounds: pd.Series) -> str:
    """Up to which setting."""
    samples = found.samples
    if reached is None:
        lowest = samples.label(samples.settings[0])
        why = ": its limit is not determined" if math.isnan(float(bounds.iloc[0])) else ""
        return f"at no setting, not even {lowest}{why}"
    if reached == samples.settings[-1]:
        return f"at all settings tried, up to {samples.name} {samples.label(reached)}"
    return f"up to {samples.name} {samples.label(reached)}"


def says(found: "Tradeoff") -> list[str]:
    """Everything, in the order in which it is asked."""
    return [
        on_curve(found),
        *on_front(found),
        *on_rates(found),
        *(on_burden(found) if "total_burden" in found.samples.names else []),
        on_weights(found, found.acceptability()),
    ]
