"""The stylised facts a credible model must reproduce, each put to the model.

A fact has a scenario (`facts/*.yaml`, or a shipped one), a measure, a range or a direction, a
source with its status and strength, and a verdict: reproduced (`holds`), not reproduced (`fails`),
or not expressible in this model (`cannot be said`), with what it would take. Presets are calibrated
where the evidence gives numbers; a verdict says which numbers were calibrated and which predicted.
No law of the model knows of any of them.
"""

from dataclasses import replace

from analysis.validation.checks import Check, Outcome
from analysis.validation.facts_attendings import ATTENDING_FACTS
from analysis.validation.facts_later import LATER_FACTS
from analysis.validation.facts_learning import LEARNING_FACTS
from analysis.validation.facts_rescue import RESCUE_FACTS
from analysis.validation.facts_supervision import SUPERVISION_FACTS

NOT_REPRODUCED = ("sf-08b", "sf-11b", "sf-12e", "sf-opt-a")
NOT_EXPRESSIBLE = ("sf-09c", "sf-11a")
"""The verdicts on record; on all other facts it is that they are reproduced."""


def _recorded(check: Check) -> Check:
    if check.id in NOT_REPRODUCED:
        return replace(check, recorded=Outcome.FAILS)
    if check.id in NOT_EXPRESSIBLE:
        return replace(check, recorded=Outcome.CANNOT_BE_SAID)
    return check


def _order(check: Check) -> tuple[bool, str]:
    return "opt" in check.id, check.id


FACTS: tuple[Check, ...] = tuple(
    _recorded(check)
    for check in sorted(
        (*RESCUE_FACTS, *LEARNING_FACTS, *SUPERVISION_FACTS, *ATTENDING_FACTS, *LATER_FACTS),
        key=_order,
    )
)
"""All facts by number, the optional ones last."""
