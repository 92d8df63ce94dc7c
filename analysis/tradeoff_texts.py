"""The words of a trade-off's figures: axes, notes, and the sentence that each shows."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from analysis import words
from analysis.bands import ENOUGH
from analysis.chance import CERTAINTY, ChanceLimits
from analysis.estimate import FEWEST
from analysis.tradeoff_names import (
    TOO_FEW,
    UNITS,
    at,
    at_level,
    name_of,
    one_more,
    same_everywhere,
    short,
    too_few,
)
from analysis.tradeoff_words import (
    on_both_limits,
    on_burden,
    on_curve,
    on_limits,
    on_rates,
    on_weights,
    says,
)
from engine.outcomes import outcome

if TYPE_CHECKING:
    from analysis.tradeoff import Tradeoff


class Texts(NamedTuple):
    """The words of a figure."""

    across: str
    up: str
    note: str
    says: str
    setting: Callable[[float], str]


# ---- notes -----------------------------------------------------------------------------------


def note(found: "Tradeoff", what: str) -> str:
    """The line under a figure: its uncertainty, its share of assumed inputs, what it isn't."""
    statuses = [one.status for one in found.samples.scenario.inputs()]
    assumed, total = statuses.count("assumption"), len(statuses)
    verb = "is an assumption" if assumed == 1 else "are assumptions"
    share = f"{assumed} of {words.plural(total, 'input')} {verb}."
    told = [what, *left_out(found), share, words.SIMULATED, found.samples.aside]
    return " ".join(sentence for sentence in told if sentence)


def left_out(found: "Tradeoff") -> list[str]:
    """What the numbers lack, a sentence each: values, replications, the setting as written."""
    told = []
    table = found.table
    missing = int(table["missing"].sum())
    if missing > 0:
        count = words.plural(missing, "value")
        told.append(f"{count} of {found.learning} or {found.harm} missing: nothing to divide by.")
    fewest, most = found.samples.had
    if found.samples.replications[0] < FEWEST:
        told.append(f"{TOO_FEW}.")
    if fewest < most:
        kept = "those that all have are compared"
        told.append(f"Settings have {fewest} to {most} replications; {kept}.")
    if found.samples.own is None:
        told.append("The setting as written was not tried.")
    return told


def count(found: "Tradeoff") -> str:
    """`200 replications`."""
    return words.plural(found.samples.replications[1], "replication")


def together(found: "Tradeoff", what: str) -> str:
    """How bands that hold together are to be read."""
    if found.samples.replications[0] < 2:
        return f"Means of {count(found)}."
    few = found.samples.replications[0] < ENOUGH  # then bands are Bonferroni's
    way = "max-t" if found.bands == "max-t" and not few else "Bonferroni"
    return (
        f"Means of {count(found)}; {what} hold for all settings at once with "
        f"{at_level(found.level)} confidence ({way})."
    )


# ---- one figure each ------------------------------------------------------------------------


def curve(found: "Tradeoff") -> Texts:
    """The words of learning against harm."""
    better = " (lower is better)" if outcome(found.learning).better == "lower" else ""
    shared = (
        f" Settings share their luck, so that from {reference(found)} the others lie within the "
        f"darker band, just as surely.{perhaps(found)}"
    )
    bands = together(found, "the pale bands")
    return Texts(
        across=name_of(found.harm),
        up=name_of(found.learning) + better,
        note=note(found, bands + (shared if found.samples.replications[0] > 1 else "")),
        says=says(found)[0] if silent(found) else " ".join([on_curve(found), on_rates(found)[0]]),
        setting=found.samples.label,
    )


def silent(found: "Tradeoff") -> bool:
    """Whether there is nothing to tell of the settings: too little luck, or no difference."""
    return too_few(found) or same_everywhere(found, found.learning, found.harm)


def perhaps(found: "Tradeoff") -> str:
    """What `perhaps on the front` means, where some setting is; beginning with a space."""
    unsure = (found.front["standing"] == "open").any()
    if not unsure or found.samples.replications[0] < FEWEST:
        return ""
    return " Perhaps on the front: in 5 to 95 % of re-draws of the replications."


def reference(found: "Tradeoff") -> str:
    """The setting that the others are compared with, in words."""
    samples = found.samples
    if samples.own is None:
        return at(found, samples.label(samples.settings[0]))
    return f"the setting as written ({samples.label(samples.own)})"


def burden(found: "Tradeoff") -> Texts:
    """The words of harm now against harm later."""
    return Texts(
        across=found.samples.name,
        up="burden of harm per trainee\n(harm weights)",
        note=note(found, together(found, "the bands")),
        says=" ".join(on_burden(found)),
        setting=found.samples.label,
    )


def acceptability(found: "Tradeoff", table: pd.DataFrame) -> Texts:
    """The words of the acceptability frontier."""
    return Texts(
        across=(
            f"weight on harm: how much {short(found.learning)} you would give up\n"
            f"to spare {one_more(found.harm)} {in_units(found.learning)}"
        ),
        up=found.samples.name,
        note=note(
            found,
            f"How probably: share of {found.draws} re-draws of {count(found)}, about chance "
            "in the simulation alone. No weight is recommended.",
        ),
        says=on_weights(found, table),
        setting=found.samples.label,
    )


def in_units(learning: str) -> str:
    """The unit of learning in brackets: `(cases' worth)`."""
    if learning == "experience":
        return "(cases' worth)"
    return f"({UNITS[learning][1] if learning in UNITS else outcome(learning).unit})"


def chance(found: "Tradeoff", limits: ChanceLimits | None) -> Texts:
    """The words of the chance limits."""
    return Texts(
        across=found.samples.name,
        up=name_of(found.harm),
        note=note(found, on_certainty(found, limits)),
        says=on_both_limits(found) if limits is None else " ".join(on_limits(found, limits)),
        setting=found.samples.label,
    )


def on_certainty(found: "Tradeoff", limits: ChanceLimits | None) -> str:
    """How sure the chance limits are."""
    certain = at_level(CERTAINTY if limits is None else limits.certainty)
    text = f"Limits from {count(found)}, each with {certain} certainty"
    if limits is None:
        return f"{text} at one setting at a time."
    return (
        f"{text}. Settings are tried upwards up to the first that fails, so the certainty holds "
        f"for all that pass, for each kind of limit by itself."
    )
