"""The stylised facts a credible model must reproduce, each put to the model.

A fact has a scenario (`facts/*.yaml`, or a shipped one), a measure, a range or a direction, a
source with its status and strength, and a verdict: reproduced (`holds`), not reproduced (`fails`),
or not expressible in this model (`cannot be said`), with what it would take. Presets are calibrated
where the evidence gives numbers; a verdict says which numbers were calibrated and which predicted.
No law of the model knows of any of them.
"""

from analysis.validation.checks import Check
from analysis.validation.facts_attendings import ATTENDING_FACTS
from analysis.validation.facts_later import LATER_FACTS
from analysis.validation.facts_learning import LEARNING_FACTS
from analysis.validation.facts_rescue import RESCUE_FACTS
from analysis.validation.facts_supervision import SUPERVISION_FACTS


def _order(check: Check) -> tuple[bool, str]:
    return "opt" in check.id, check.id


FACTS: tuple[Check, ...] = tuple(
    sorted(
        (*RESCUE_FACTS, *LEARNING_FACTS, *SUPERVISION_FACTS, *ATTENDING_FACTS, *LATER_FACTS),
        key=_order,
    )
)
"""All facts by number, the optional ones last."""
