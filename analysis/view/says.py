"""What the numbers of a cell say, in sentences a clinician would say, each with its interval."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from analysis import captions, findings
from analysis.estimate import Estimate
from analysis.findings import Compared, value
from engine.outcomes import OUTCOME_NAMES

Found = Mapping[str, Estimate]

NOBODY_LATER = "No independent practice is simulated, so harm to later patients isn't counted."
NO_TRAINING = "No training case was begun."
SHARED = (
    "All settings share their luck, so differences between them are surer than the bars suggest: "
    "bars may overlap where the difference is clear."
)
FIGURES = ("experience", "resilience", "now_later", "burden")
"""The figures of the curve, each of which has a sentence."""


def now(found: Found) -> list[str]:
    """Three headline sentences about one setting: learning, harm now, harm later."""
    return [learning(found), harm_now(found), harm_later(found)]


def learning(found: Found) -> str:
    """What a trainee has learnt, and lived through, by the end of training."""
    experience, resilience = found["experience"], found["resilience"]
    if math.isnan(experience.mean):
        return NO_TRAINING
    return (
        f"A trainee ends training with {value('experience', experience)} cases' worth of "
        f"experience and {value('resilience', resilience)} mistakes' worth of resilience."
    )


def harm_now(found: Found) -> str:
    """How many patients are harmed in training."""
    harmed = found["harm_any"]
    if math.isnan(harmed.mean):
        return NO_TRAINING
    return f"In training, {patients('harm_any', harmed)}."


def harm_later(found: Found) -> str:
    """How many patients are harmed in independent practice."""
    harmed = found["independent_harm_any"]
    if math.isnan(harmed.mean):
        return NOBODY_LATER
    return f"Later, in independent practice, {patients('independent_harm_any', harmed)}."


def patients(name: str, harmed: Estimate) -> str:
    """`2.4 (2.2 to 2.6) of 100 patients are harmed`, `nobody is harmed`."""
    if harmed.mean == 0:
        return "nobody is harmed"
    told = value(name, harmed)
    return f"{told} of 100 patients {'is' if told == '1' else 'are'} harmed"


def more(found: Found) -> str:
    """What supervision took: how long rescues took to come, how busy supervisors were, debriefs."""
    told = []
    latency, busy, debriefs = (
        found[name] for name in ("rescue_latency", "supervisor_busy", "debriefs")
    )
    if not math.isnan(latency.mean):
        told.append(
            "From the request for a rescue until hands were on the patient it took "
            f"{value('rescue_latency', latency)} on average, queueing included, over the rescues "
            "that got that far (one that ended before isn't counted)."
        )
    if not math.isnan(busy.mean):
        share = value("supervisor_busy", busy)
        told.append(f"Rescues and debriefs took {share} of the supervisors' time.")
    if not math.isnan(debriefs.mean):
        told.append(held(debriefs))
    return " ".join(told)


def held(debriefs: Estimate) -> str:
    """How many debriefs were held."""
    if debriefs.mean == 0:
        return "No debriefs were held."
    one = debriefs.mean == 1 and math.isnan(debriefs.se)
    noun = "debrief was" if one else "debriefs were"
    return f"{value('debriefs', debriefs)} {noun} held per 100 training cases."


def point(found: Found, compared: Compared | None, *, independent: bool) -> dict[str, object]:
    """What is said of one setting of leeway; `compared`: against the others, with it as own."""
    return {
        "now": now(found),
        "fates": captions.fates_of(found),
        "takeovers": captions.takeovers_of(found),
        "verdict": "" if compared is None else verdict(compared, found, independent=independent),
        "more": more(found),
    }


def verdict(compared: Compared, found: Found, *, independent: bool) -> str:
    """Whether more or less leeway than here would lower total burden, as far as can be told."""
    told = [
        findings.where_lowest(compared),
        findings.what_to_change(compared, found["total_burden"]),
        "" if independent else findings.NO_LATER,
    ]
    return " ".join(text for text in told if text)


def curve(
    axis: str,
    ends: tuple[float, float],
    changes: Found,
    compared: Compared,
    *,
    independent: bool,
) -> dict[str, str]:
    """A sentence for each figure of the curve.

    ends: the least and greatest setting; changes: the paired difference of each outcome between
    them, the greatest minus the least.
    """
    along = captions.span(axis, *ends)
    harmed = changes["harm_any"]
    later = changes["independent_harm_any"] if independent else None
    burden = findings.where_lowest(compared)
    if compared.alike is not None:
        return dict.fromkeys(FIGURES, compared.alike)
    learning = {
        name: captions.learning_moves(along, name, changes[name], harmed)
        for name in ("experience", "resilience")
    }
    if compared.replications > 1:
        learning = {name: f"{text} {SHARED}" for name, text in learning.items()}
    return {
        **learning,
        "now_later": captions.now_and_later_move(along, harmed, later),
        "burden": burden if independent else f"{burden} {findings.NO_LATER}",
    }


def no_curve(reason: str) -> dict[str, str]:
    """The same where there is no curve."""
    sentence = f"There is no curve: {reason}."
    return dict.fromkeys(FIGURES, sentence)


def standing_at(compared: Compared, setting: float, difference: Estimate, own: str) -> Compared:
    """The comparison as seen from another setting, called `own`."""
    low = replace(compared.low, own=setting, difference=difference)
    return replace(compared, low=low, own=own)


def named(estimates: Sequence[Estimate]) -> dict[str, Estimate]:
    """Estimates in the order of OUTCOMES, by name."""
    return dict(zip(OUTCOME_NAMES, estimates, strict=True))
