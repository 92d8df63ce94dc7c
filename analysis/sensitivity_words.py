"""What a sensitivity analysis says, in sentences a clinician would say, made from its numbers."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis import assumptions, words
from analysis import indices as core
from analysis.estimate import Estimate
from analysis.findings import Inputs
from analysis.sensitivity import Sensitivity, choices_varied

NEARLY_ALL = 0.95
ENOUGH = {"sobol": 256, "morris": 80}
"""Samples that tell inputs apart where fewer don't, as a rule."""
ENOUGH_REPLICATIONS = 8
FEWEST = {"sobol": 16, "morris": 5}
"""Samples below which a bootstrap says nothing: it can only redraw the few rows there are."""
MANY = 64
"""Samples of Sobol' from which its intervals hold the truth as often as they say; before, less."""
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
    if asked.kind == "best":
        return best_as_written(done)
    text = f"{asked.words[0].upper()}{asked.words[1:]}: {value(done, found)} {asked.unit}."
    if asked.kind != "difference" or math.isnan(found.low):
        return text
    if found.low <= 0 <= found.high:
        return f"{text} As written, the two settings can't be told apart."
    if asked.better == "neither":
        return text
    is_better = (found.mean < 0) == (asked.better == "lower")
    return f"{text} As written, the scenario's own setting is {'better' if is_better else 'worse'}."


def best_as_written(done: Sensitivity) -> str:
    """The settings that may be the best one as written, as far as the replications can tell."""
    asked, kept = done.conclusion, done.tornado.kept
    name, best = f"{asked.words[0].upper()}{asked.words[1:]}", setting(done, done.as_written.mean)
    with_so_many = f"with {words.plural(done.tornado.replications, 'replication')}"
    if len(kept) == 1:
        return f"{name}: {best}, clearly below the others tried."
    if len(kept) == len(asked.values):
        return (
            f"{name} can't be told {with_so_many}: none of the {words.spelled(len(kept))} "
            f"settings tried is clearly worse than {best}, the least so far."
        )
    names = [setting(done, each) for each in kept]
    return (
        f"{name}: {words.listed(names, 'or')}. These can't be told apart {with_so_many}; the mean "
        f"is least at {best}."
    )


def setting(done: Sensitivity, place: float) -> str:
    """A setting of the leeway in words."""
    return words.setting(done.conclusion.held[0].rsplit(".", 1)[-1], place)


def value(done: Sensitivity, found: Estimate) -> str:
    """The conclusion with its interval; a difference with its sign, a best setting with those that
    can't be told from it."""
    if done.conclusion.kind == "best":
        middle, low, high = (setting(done, at) for at in (found.mean, found.low, found.high))
        return middle if low == high else f"{middle} (it may be {low} to {high})"
    return words.interval(found, signed=done.conclusion.kind == "difference")


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
    main, ranked = done.indices.main, done.indices.ranked()
    first, rest = ranked.iloc[0], ranked.iloc[1:]
    if math.isnan(first[main]) or first[main] == 0:
        return f"Of {counted(done)}, none moves it."
    top, tied = _marked(done, first["input"]), rest["tied"].astype(bool)
    doubt = why_not_told(done)
    if doubt:
        return (
            f"Of {counted(done)}, it can't be told which matters most: {doubt}. The largest so far "
            f"is {top}: {share(done, first)}. {what_to_try(done)}"
        )
    rivals = [_name(done, path) for path in rest["input"][tied]]
    most = f"has the largest {measure(done)}" if rivals else "matters most"
    text = f"Of {counted(done)}, {top} {most}: {share(done, first)}."
    if rivals:
        text += f" {_some(rivals)} can't be told from it with {done.samples} {samples_word(done)}."
    after = [_marked(done, path) for path in rest["input"][~tied]]
    if after and len(rivals) < NAMED:
        text += f" Next {'comes' if len(after) == 1 else 'come'} {words.listed(after[:NAMED])}."
    return text


def why_not_told(done: Sensitivity) -> str:
    """Why the largest index can't be told from luck, or from the others; "" where it can."""
    main, ranked = done.indices.main, done.indices.ranked()
    number = f"{done.samples} {samples_word(done)}"
    if is_few(done):
        return f"{number} are too few for any {measure(done)} to be trusted"
    if math.isnan(done.noise_floor) and done.missing > 0:
        return "what luck alone may do isn't known where replications have nothing to divide by"
    if math.isnan(done.noise_floor):
        each = words.plural(done.replications, "replication")
        return f"with {each} of each point nothing is known of what luck alone may do"
    if done.noise_share > MOSTLY_NOISE:
        return (
            f"{words.percent(done.noise_share)} of what varies between points is the model's luck"
        )
    # written so that an end that is missing counts as doubt
    if not ranked[f"{main}_low"][0] > done.noise_floor:
        return f"with {number} the largest {measure(done)} may be luck alone"
    tied = int(ranked["tied"][1:].sum())
    if len(ranked) > 1 and tied >= (len(ranked) - 1) / 2:
        return f"{tied} of the {len(ranked)} can't be told from the largest with {number}"
    return ""


def what_to_try(done: Sensitivity) -> str:
    """More samples, or more replications, and how much longer that takes."""
    if math.isnan(done.noise_floor) and done.missing > 0 and not is_few(done):
        return "Ask for an outcome that every replication has."
    lacks_replications = math.isnan(done.noise_floor) or done.noise_share > MOSTLY_NOISE
    if lacks_replications and not is_few(done):
        more = max(ENOUGH_REPLICATIONS, 4 * done.replications)
        return f"Try {more} replications{_takes('replications', more, done.replications)}."
    more = max(ENOUGH[done.method], 2 * done.samples)
    if more > largest(done.method, len(done.inputs)):
        return "Hold inputs that you are sure of: more samples can't be simulated."
    return f"Try {more} {samples_word(done)}{_takes('samples', more, done.samples)}."


def largest(method: str, inputs: int) -> int:
    """The most samples that may be asked for, with so many inputs."""
    most = core.MOST_POINTS // core.size(method, inputs, 1)
    return 1 << (most.bit_length() - 1) if method == "sobol" else most


def _takes(option: str, more: int, now: int) -> str:
    return f" (--{option} {more}; about {words.number(more / now, 2)} times as long)"


def measure(done: Sensitivity) -> str:
    """What an index of the method is, in a word."""
    return "share" if done.method == "sobol" else "effect"


def is_few(done: Sensitivity) -> bool:
    """Whether there are so few samples that even their bootstrap intervals mean nothing."""
    return done.samples < FEWEST[done.method]


def samples_word(done: Sensitivity) -> str:
    """What a sample of the method is called."""
    return "samples" if done.method == "sobol" else "trajectories"


def share(done: Sensitivity, row: pd.Series) -> str:
    """How much an input accounts for, with its interval; that it can't be told where the interval
    leaves what a share can be."""
    if done.method == "sobol":
        middle, low, high = (100 * row[name] for name in ("total", "total_low", "total_high"))
        what = "alone and together with others it accounts for"
        if is_few(done) or not (low >= 0 and high <= 100):
            return (
                "how much of the variation it accounts for can't be told with "
                f"{done.samples} {samples_word(done)}"
            )
        return f"{what} {middle:.0f} % ({low:.0f} to {high:.0f}) of how the conclusion varies"
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
    most = "moves the conclusion most"
    if not any(is_told(_estimate(first, name)) for name in ("at_low", "at_high", "swing")):
        most = "moves the conclusion most so far, which may be luck"
    text = (
        f"Moved alone, all else as written, {_marked(done, one.path)} {most}: "
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
        told.append(f"If {row['name']}, it is {value(done, left)}{remark}.")
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
        "The dummy input's index is zero, as it must be where all points share their luck."
        if done.indices.dummy_is_zero
        else ""
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
