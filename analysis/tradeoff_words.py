"""What a trade-off says, in sentences a clinician would say."""

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
from analysis.tradeoff_names import (
    TOO_FEW,
    amount,
    at,
    at_level,
    given_up,
    name_of,
    one_more,
    run_of,
    same_everywhere,
    short,
    span,
    too_few,
    unit_of,
)

if TYPE_CHECKING:
    from analysis.tradeoff import Tradeoff

MAY_BE = 0.05
"""A setting may be best where it is so in this share of re-draws, or more."""
MOST_NAMED = 3
SAME = 1e-9


# ---- the curve -------------------------------------------------------------------------------


def no_difference(found: "Tradeoff") -> str:
    """That neither learning nor harm depends on the settings."""
    name = found.samples.name
    return (
        f"{name[0].upper()}{name[1:]} makes no difference in this scenario: "
        f"{short(found.learning)} and {amount(found.harm)} are the same at every setting tried."
    )


def on_curve(found: "Tradeoff") -> str:
    """How learning and harm move from end to end."""
    if same_everywhere(found, found.learning, found.harm):
        return no_difference(found)
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
    if same_everywhere(found, found.learning, found.harm):
        return []
    table = found.front
    label = found.samples.label
    ahead = table.loc[table["on_front"], "setting"].tolist()
    if len(ahead) == 1:
        told = []
    elif len(ahead) == len(table):
        told = ["Every setting tried is on the front: none has more learning for less harm."]
    else:
        told = [
            f"On the front are {at(found, run_of(found, ahead))}; for each of the others "
            f"some setting has more learning for less harm."
        ]
    unsure = table[table["standing"] == "open"]
    if len(unsure) > 0:
        names = words.listed([label(setting) for setting in unsure["setting"]])
        verb = "is" if len(unsure) == 1 else "are"
        told.append(f"Chance leaves open whether {names} {verb} on it.")
    return told


# ---- the exchange rate -----------------------------------------------------------------------


def on_rates(found: "Tradeoff") -> list[str]:
    """What a unit of learning costs along the whole front, and where it costs least and most."""
    if same_everywhere(found, found.learning, found.harm):
        return ["Nothing is traded."]
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
    if same_everywhere(found, "total_burden"):
        name = f"{samples.name[0].upper()}{samples.name[1:]}"
        return [f"{name} makes no difference to the total burden of harm in this scenario."]
    if too_few(found):
        return [f"{TOO_FEW}: where the burden is least can't be told."]
    if len(kept) == len(settings):
        return [*told, "None of the settings can be told from the one with the least of both."]
    if len(kept) == 1:
        only = at(found, samples.label(kept[0]))
        text = f"Both together are least at {only}, clearly below all others tried"
    else:
        best = found.burden.best
        rivals = [setting for setting in kept if setting != best]
        text = (
            f"Both together are least at {at(found, samples.label(best))}; "
            f"{run_of(found, rivals)} can't be told from it"
        )
    if kept[-1] == settings[-1]:
        text += "; it may be lower still beyond the range tried"
    return [*told, text + "."]


def on_confirmation(found: "Tradeoff", again: Confirmation) -> str:
    """Whether a choice stood on fresh luck."""
    label = found.samples.label
    fresh = f"On {words.plural(again.replications, 'fresh replication')} (seed {again.seed})"
    if again.stands:
        choice = at(found, label(again.choice))
        text = f"{fresh}, {choice} can't be told from the least: it stands"
    else:
        text = (
            f"{fresh}, {at(found, label(again.choice))} is clearly above the least, which is among "
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
    """Which settings are best for which weights, and where that is least sure."""
    if too_few(found):
        return f"{TOO_FEW}: which setting is best for which weight on harm can't be told."
    if all_tie(table):
        return "Whatever the weight on harm, no setting is better than another."
    best = frontier(table)
    weights, settings = best["weight"].tolist(), best["setting"].tolist()
    doubt = int(best["probability"].to_numpy().argmin())
    if len(set(settings)) == 1:
        rivals = may_be_best(found, table, weights[doubt])
        name = at(found, found.samples.label(settings[0]))
        if rivals.count("%") > 1:
            told = f"{name} is best in the mean, but chance leaves that open: at its least sure"
            return f"Whatever the weight on harm, {told}, {rivals}."
        return f"Whatever the weight on harm, {name} is best."
    ends = (
        f"If you would give up {given_up(found.learning, weights[0])} to spare "
        f"{one_more(found.harm)}, {at(found, found.samples.label(settings[0]))} is best; if you "
        f"would give up {given_up(found.learning, weights[-1])}, "
        f"{found.samples.label(settings[-1])} is."
    )
    return (
        f"{ends} The choice is least sure at {given_up(found.learning, weights[doubt])}: there "
        f"{may_be_best(found, table, weights[doubt])}. Which weight is right is not ours to say."
    )


def may_be_best(found: "Tradeoff", table: pd.DataFrame, weight: float) -> str:
    """Settings that may be best at a weight, the likeliest first, with their shares of re-draws."""
    rows = table[(table["weight"] == weight) & (table["probability"] >= MAY_BE)]
    rows = rows.sort_values("probability", ascending=False, kind="stable")
    more = len(rows) > MOST_NAMED
    rows = rows.head(MOST_NAMED)
    label = found.samples.label
    names = [label(setting) for setting in rows["setting"]]
    shares = [words.percent(round(share, 2)) for share in rows["probability"]]
    verb = "is" if len(names) == 1 else "may be"
    others = ", or yet another" if more else ""
    return (
        f"{words.listed(names, 'or')} {verb} best (in {words.listed(shares)} of re-draws of the "
        f"simulated replications){others}"
    )


def all_tie(table: pd.DataFrame) -> bool:
    """Whether at every weight every setting is as good as the best, re-draw by re-draw."""
    by_weight = table.groupby("weight")
    width = float(by_weight["probability"].agg(np.ptp).max())
    return width < SAME and float(by_weight["net_benefit"].agg(np.ptp).max()) == 0


# ---- chance limits ---------------------------------------------------------------------------


def on_both_limits(found: "Tradeoff") -> str:
    """Both limits of harm as written, or at the lowest setting where that was not tried."""
    samples, table = found.samples, found.limits()
    setting = samples.settings[0] if samples.own is None else samples.own
    row = table[table["setting"] == setting]
    expected, cohort = (float(row[kind].iloc[0]) for kind in ("expected", "cohort"))
    where = f"At {at(found, samples.label(setting))}" + (
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
        return f"at all settings tried, up to {at(found, samples.label(reached))}"
    return f"up to {at(found, samples.label(reached))}"


def says(found: "Tradeoff") -> list[str]:
    """Everything, in the order in which it is asked."""
    if too_few(found):
        return [f"{TOO_FEW}: no setting can be told from another. Ask for more of them."]
    if same_everywhere(found, found.learning, found.harm):
        told = [no_difference(found)]
        return told + (on_burden(found) if "total_burden" in found.samples.names else [])
    return [
        on_curve(found),
        *on_front(found),
        *on_rates(found),
        *(on_burden(found) if "total_burden" in found.samples.names else []),
        on_weights(found, found.acceptability()),
    ]
