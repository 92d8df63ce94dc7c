"""How a trade-off names its outcomes, its settings, and one unit of either side."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from analysis import words
from analysis.estimate import FEWEST
from engine.outcomes import outcome

if TYPE_CHECKING:
    from analysis.tradeoff import Tradeoff

UNITS = {
    "experience": ("case's worth of experience", "cases' worth of experience"),
    "resilience": ("mistake lived through", "mistakes lived through"),
}
"""One unit of learning and many, where they have a name of their own."""
ONE_MORE = {
    "harm_any": "one more harmed patient per 100 training cases",
    "harm_severe": "one more severely harmed patient per 100 training cases",
    "independent_harm_any": "one more harmed patient per 100 independent cases",
    "total_burden": "one more harm weight per trainee",
}
"""One more unit of harm, where it has a name of its own."""
TOO_FEW = f"Fewer than {FEWEST} replications tell nothing of chance"


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
        return UNITS[name][0]
    found = outcome(name)
    less = " less" if found.better == "lower" else ""
    return f"unit{less} of {short(name)} ({found.unit})"


def given_up(name: str, weight: float) -> str:
    """So much of learning: `1.9 cases' worth of experience`, `no experience`."""
    if weight == 0:
        return f"no {short(name)}"
    if name in UNITS:
        return f"{words.number(weight, 2)} {UNITS[name][weight != 1]}"
    return f"{words.number(weight, 2)} of {short(name)} ({outcome(name).unit})"


def one_more(name: str) -> str:
    """One more unit of harm in words."""
    return ONE_MORE.get(name) or f"one more of: {name_of(name)}"


def at_level(level: float) -> str:
    """`95 %`."""
    return words.percent(level)


# ---- settings ---------------------------------------------------------------------------------


def amount(name: str) -> str:
    """What of an outcome rises or falls: `the number of patients harmed per 100 cases`."""
    return ("the number of " if outcome(name).unit.startswith("per 100") else "") + name_of(name)


def span(found: "Tradeoff") -> str:
    """`From permissiveness 0 to 2`."""
    samples = found.samples
    first, last = (samples.label(samples.settings[i]) for i in (0, -1))
    if samples.name.endswith(")"):
        return f"As the {samples.name} goes from {first} to {last}"
    return f"From {samples.name} {first} to {last}"


def at(found: "Tradeoff", text: str) -> str:
    """Settings with the name of what varies: `permissiveness 0.1`."""
    name = found.samples.name
    return f"a {name} of {text}" if name.endswith(")") else f"{name} {text}"


def same_everywhere(found: "Tradeoff", *names: str) -> bool:
    """Whether these outcomes are the same at every setting, replication by replication."""
    values = (found.samples.of(name) for name in names)
    return all(np.array_equal(one, np.tile(one[:1], (len(one), 1)), equal_nan=True)
               for one in values)  # fmt: skip


def too_few(found: "Tradeoff") -> bool:
    """Whether there are so few replications that nothing can be said."""
    return found.samples.replications[0] < FEWEST


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
