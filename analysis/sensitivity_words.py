"""What a sensitivity analysis says, in sentences a clinician would say, made from its numbers."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis import assumptions, words
from analysis.estimate import Estimate
from analysis.findings import Inputs
from analysis.sensitivity import Sensitivity, choices_varied

NEARLY_ALL = 0.95
MOSTLY_NOISE = 0.5
NAMED = 3  # inputs named one by one; more are counted


def sentences(done: Sensitivity) -> list[str]:
    """What came out, in the order it is read aloud."""
    told = [as_written(done), matters_most(done), alone(done), over_all(done)]
    told += [*switched_off(done), not_varied(done), noise(done), *done.warnings]
    return [sentence for sentence in told if sentence]


def as_written(done: Sensitivity) -> str:
    """The conclusion as written, and what a difference says."""
    asked, found = done.conclusion, done.as_written
    unit = "" if asked.kind == "best" else f" {asked.unit}"
    text = f"{asked.words[0].upper()}{asked.words[1:]}: {value(found, asked.kind)}{unit}."
    if asked.kind != "difference" or math.isnan(found.low):
        return text
    if found.low <= 0 <= found.high:
        return f"{text} As written, the two settings can't be told apart."
    if asked.better == "neither":
        return text
    is_better = (found.mean < 0) == (asked.better == "lower")
    return f"{text} As written, the scenario's own setting is {'better' if is_better else 'worse'}."


def value(found: Estimate, kind: str) -> str:
    """The conclusion with its interval; a difference with its sign."""
    return words.interval(found, signed=kind == "difference")


def counted(done: Sensitivity) -> str:
    """`31 inputs varied over their plausible ranges (21 of them assumptions)`."""
    count = assumptions.counts(done.sheet)
    assumed = f"{count['assumed']} of them assumptions"
    if choices_varied(done):
        assumed += (
            f", {words.listed([_name(done, path) for path in choices_varied(done)])} a choice"
        )
    if len(done.inputs) < count["varied"]:
        assumed += "; those that rest on one number of one source move as one"
    return (
        f"{words.plural(count['varied'], 'input')} varied over their plausible ranges ({assumed})"
    )


def matters_most(done: Sensitivity) -> str:
    """The input with the largest index, its share, and what can't be told from it."""
    ranked = done.indices.ranked()
    first = ranked.iloc[0]
    if math.isnan(first[done.indices.main]) or first[done.indices.main] == 0:
        return f"Of {counted(done)}, none moves it."
    if done.noise_share > MOSTLY_NOISE:
        return (
            f"Of {counted(done)}, it can't be told which matters most: "
            f"{words.percent(done.noise_share)} of what varies between points is the model's luck."
        )
    # where nothing is known of the luck, the floor is NaN and nothing lies below it
    unsure = first[f"{done.indices.main}_low"] <= done.noise_floor
    most = "probably matters most" if unsure else "matters most"
    text = f"Of {counted(done)}, {_marked(done, first['input'])} {most}: {share(done, first)}."
    rivals = [_name(done, path) for path in ranked["input"][1:][ranked["tied"][1:].astype(bool)]]
    if rivals:
        text += f" {_some(rivals)} can't be told from it with {done.samples} {samples_word(done)}."
    after = [_marked(done, path) for path in ranked["input"][1:][~ranked["tied"][1:].astype(bool)]]
    if after and len(rivals) < NAMED:
        text += f" Next {'comes' if len(after) == 1 else 'come'} {words.listed(after[:NAMED])}."
    return text


def samples_word(done: Sensitivity) -> str:
    """What a sample of the method is called."""
    return "samples" if done.method == "sobol" else "trajectories"


def share(done: Sensitivity, row: pd.Series) -> str:
    """How much an input accounts for, with its interval."""
    if done.method == "sobol":
        middle, low, high = (
            100 * min(1.0, max(0.0, row[name])) for name in ("total", "total_low", "total_high")
        )
        return (
            f"alone and together with others it accounts for {middle:.0f} % ({low:.0f} to "
            f"{high:.0f}) of how the conclusion varies"
        )
    star = Estimate(row["mu_star"], math.nan, row["mu_star_low"], row["mu_star_high"], 0, 0)
    return (
        f"from end to end of its range it moves the conclusion by {words.interval(star)} on average"
    )


def alone(done: Sensitivity) -> str:
    """What moves the conclusion most, all else as written."""
    table = done.tornado.table
    first = table.iloc[0]
    if math.isnan(first["swing"]) or first["swing"] == 0:
        return "Moved alone, no input changes the conclusion."
    one = next(each for each in done.inputs if each.path == first["input"])
    ends = [
        f"by {_change(first, name)} at {one.said(end)}"
        for name, end in (("at_low", one.low), ("at_high", one.high))
    ]
    text = (
        f"Moved alone, all else as written, {_marked(done, one.path)} moves the conclusion most: "
        f"{words.listed(ends)} (as written {one.said(one.own)})."
    )
    turning = [_name(done, row["input"]) for row in table.to_dict("records") if turns(done, row)]
    if turning:
        text += (
            f" At one end of its range, each of these turns the conclusion round alone: "
            f"{_some(turning)}."
        )
    return text


def is_told(found: Estimate) -> bool:
    """Whether a difference can be told from 0."""
    return found.low > 0 or found.high < 0


def turns(done: Sensitivity, row: Mapping[Any, Any]) -> bool:
    """Whether a difference that can be told from 0 is on the other side of it at an end."""
    if done.conclusion.kind != "difference" or not is_told(done.as_written):
        return False
    return any(
        opposite(done.as_written, _estimate(row, name)) for name in ("value_low", "value_high")
    )


def opposite(one: Estimate, other: Estimate) -> bool:
    """Whether two differences lie on either side of 0, each clearly."""
    return is_told(one) and is_told(other) and (one.mean < 0) != (other.mean < 0)


def over_all(done: Sensitivity) -> str:
    """Over all ranges at once: how often the sign of a difference stays; else where it lies."""
    values = done.points.loc[done.points["independent"], "value"]
    drawn = "evenly" if done.method == "sobol" else "from a coarse grid with the ends in it"
    start = f"Over all ranges at once, drawn {drawn} and independently,"
    if done.conclusion.kind != "difference":
        low, high = values.quantile(0.05), values.quantile(0.95)
        return (
            f"{start} it lies between {words.number(low)} and {words.number(high)} in nine of ten "
            f"of {len(values)} points."
        )
    below, count = int((values < 0).sum()), len(values)
    each = words.plural(done.replications, "replication")
    text = f"{start} the difference is below 0 at {below} of {count} points (means of {each})"
    same = done.same_sign[0]
    if not is_told(done.as_written):
        return f"{text}."
    if same >= NEARLY_ALL * count:
        return f"{text}: the ranges hardly leave its sign open."
    if same < count / 2:
        return f"{text}: at most of these points the conclusion is the opposite."
    return f"{text}: its sign hangs on the assumptions."


def switched_off(done: Sensitivity) -> list[str]:
    """Through which channel it runs: what is left of the conclusion with each one switched off."""
    told = []
    rows = done.tornado.alternatives
    for row in rows[rows["kind"] == "switched_off"].to_dict("records"):
        left, moved = _estimate(row, "value"), _estimate(row, "change")
        remark = ""
        if moved.low <= 0 <= moved.high:
            remark = ", no change that can be told"
        elif done.conclusion.kind == "difference" and opposite(done.as_written, left):
            remark = ", the other way round"
        told.append(f"If {row['name']}, it is {value(left, done.conclusion.kind)}{remark}.")
    return told


def not_varied(done: Sensitivity) -> str:
    """What stands outside the analysis."""
    count = assumptions.counts(done.sheet)
    if count["not_varied"] == 0:
        return ""
    return (
        f"A further {words.plural(count['not_varied'], 'input')} "
        f"({count['not_varied_assumed']} of them assumptions) "
        f"{'has' if count['not_varied'] == 1 else 'have'} no range and "
        f"{'was' if count['not_varied'] == 1 else 'were'} not varied: the analysis can't tell what "
        "hangs on them."
    )


def noise(done: Sensitivity) -> str:
    """The share that is luck, and the dummy."""
    dummy = (
        "The dummy input's index is zero, as it should be." if done.indices.dummy_is_zero else ""
    )
    if math.isnan(done.noise_share):
        return dummy
    return (
        f"{words.percent(done.noise_share)} of the variance between points is the model's luck "
        f"over {words.plural(done.replications, 'replication')}; {floor(done)}. {dummy}"
    ).strip()


def floor(done: Sensitivity) -> str:
    """What luck alone may give, and how many inputs have more for certain."""
    ranked, least = done.indices.ranked(), done.noise_floor
    above = int((ranked[f"{done.indices.main}_low"] > least).sum())
    name = "a total index" if done.method == "sobol" else "a mean effect"
    return (
        f"{name} up to {words.number(least, 2)} may be luck alone, and "
        f"{above} of {len(ranked)} inputs clearly have more"
    )


def note(done: Sensitivity, what: str) -> str:
    """The line under a figure: its uncertainty, its share of assumed inputs, what it isn't."""
    statuses = [one.status for one in done.scenario.inputs()]
    assumed = statuses.count("assumption")
    count = assumptions.counts(done.sheet)
    return (
        f"{what} {count['varied']} inputs with a range were varied, {count['assumed']} of them "
        f"assumptions; of all: {Inputs(len(statuses) - assumed, assumed).share}. {words.SIMULATED}"
    )


def _change(row: pd.Series, name: str) -> str:
    return words.interval(_estimate(row, name), signed=True)


def _estimate(row: Mapping[Any, Any] | pd.Series, name: str) -> Estimate:
    return Estimate(row[name], math.nan, row[f"{name}_from"], row[f"{name}_to"], 0, 0)


def _name(done: Sensitivity, path: object) -> str:
    return next(one.words for one in done.inputs if one.path == path)


def _marked(done: Sensitivity, path: object) -> str:
    one = next(one for one in done.inputs if one.path == path)
    return f"“{one.words}” ({one.source if one.status == 'sourced' else one.status})"


def _some(names: Sequence[str]) -> str:
    quoted = [f"“{name}”" for name in names[:NAMED]]
    rest = len(names) - len(quoted)
    return words.listed([*quoted, f"{rest} more"] if rest > 0 else quoted)
