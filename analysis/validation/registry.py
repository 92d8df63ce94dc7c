"""Every check there is, under the five headings of the good-practice report on validation."""

from analysis.validation import engines, undone, verification
from analysis.validation.checks import Check
from analysis.validation.facts import FACTS

HEADINGS = ("verification", "face", "cross", "external", "predictive")
"""In the order of the page."""

CHECKS: tuple[Check, ...] = (
    *(each for each in verification.CHECKS if each.heading == "verification"),
    undone.FACE,
    engines.CHECK,
    *(each for each in verification.CHECKS if each.heading == "cross"),
    *FACTS,
    undone.PREDICTIVE,
)
