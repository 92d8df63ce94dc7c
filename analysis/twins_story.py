"""Where two worlds of the same luck part, and one attempt told in both."""

from collections.abc import Sequence
from typing import Any

from analysis import episode as episodes
from analysis import words
from analysis.side_by_side import BETTER_A, BETTER_B, RULE, TRAINING
from analysis.twins import Address, Shown, Twins

CLOCK_WIDTH = len("+0:00:00")


def parted(found: Twins) -> list[str]:
    """In how many replications the worlds part, over what, and the first such event."""
    if found.first is None:
        return ["In none of the replications followed do the worlds part."]
    count, runs = len(found.partings), found.followed
    number = f"all {runs}" if count == runs else f"{count} of {runs}"
    if runs == 1:
        number = "the one"
    over = [
        f"{why} ({times})" for why, times in found.partings["why"].value_counts(sort=True).items()
    ]
    return [
        f"The worlds part in {number} of the replications followed. What parts them first: "
        f"{'; '.join(over)}."
        if runs > 1
        else f"The worlds part in {number} replication followed: {over[0].rsplit(' (', 1)[0]}.",
        f"Replication {found.first.replication} parts at {moment(found)}. "
        + " ".join(found.first.sentences),
    ]


def moment(found: Twins) -> str:
    """When the first replication parts, by the clock of training or of the case."""
    row = found.partings.iloc[0]
    clock = words.clock(float(row["minute"]))
    return f"{clock} of training" if row["period"] == TRAINING else f"{clock} of that case"


def shown_title(shown: Shown) -> str:
    """Which attempt is shown."""
    key = shown.key
    return (
        f"{words.attempt(key.trainee, key.case).capitalize()} "
        f"({words.ordinal(shown.replication)} replication)"
    )


def shown_options(shown: Shown) -> str:
    """The options of `leeway twin` that show this attempt, counted from 0 as everywhere there."""
    return (
        f"--replication {shown.replication} --trainee {shown.key.trainee} --case {shown.key.case}"
    )


def shown_stories(shown: Shown) -> list[tuple[str, list[tuple[str, str]]]]:
    """The error of the attempt in either world: (world, lines of time after the error and text)."""
    told = []
    for side in (shown.a, shown.b):
        one = side.episode(shown.step)
        lines = [] if one is None else episodes.told(side.scenario, one)
        told.append((side.name, lines or [("", nothing(side.rows))]))
    return told


def nothing(rows: Sequence[Any]) -> str:
    """What there is to say of an attempt without an error to tell."""
    return "no error in this step" if rows else "there is no such case"


def chosen_by(found: Twins) -> str:
    """Why this attempt is shown."""
    if found.address.whole:
        return "Chosen by you."
    among = "" if found.address == Address() else " among those you asked for"
    return f"Chosen{among} by rule: {RULE}."


def none_shown(found: Twins) -> str:
    """Why no attempt is shown."""
    asked = "" if found.address == Address() else " that you asked for"
    return f"No training case{asked} went otherwise in the replications followed: none is shown."


def to_look_at(found: Twins) -> list[str]:
    """The first training case of either verdict, with the options that show it."""
    of = found.cases[found.cases["period"] == TRAINING]
    told = []
    for verdict in (BETTER_A, BETTER_B):
        rows = of[of["verdict"] == verdict]
        if not rows.empty:
            row = rows.iloc[0]
            told.append(
                f"A patient {verdict.replace('better', 'better off')}: --replication "
                f"{row['replication']} --trainee {row['trainee']} --case {row['case']}"
            )
    return told
