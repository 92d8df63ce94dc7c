"""What the page calls its controls, and says of them, whatever the scenario."""

from dataclasses import dataclass
from typing import Literal

from analysis.view.places import WEIGHING

Group = Literal["Supervision", "People", "Patients", "Learning"]


@dataclass(frozen=True)
class Needs:
    """A control that counts only where another one has one of these tokens."""

    key: str
    tokens: tuple[str, ...]
    says: str


@dataclass(frozen=True)
class Words:
    """What is fixed about a control."""

    label: str
    group: Group
    help: str


WORDS = {
    "policy": Words(
        "Policy", "Supervision", "The rule by which supervisors decide whether to step in."
    ),
    "permissiveness": Words(
        "Permissiveness", "Supervision",
        "How great a chance of mild harm a supervisor would run, by own estimate, for an error "
        "that teaches fully (for any, where the patient's risk alone decides). At 0 they step in "
        "as soon as they notice.",
    ),
    "time_limit": Words(
        "Time limit", "Supervision",
        "How long supervisors wait after an error while no harm is done, where no rule of the "
        "scenario makes them step in before.",
    ),
    "latency": Words(
        "Rescue latency", "Supervision",
        "How long a supervisor who steps in takes until hands are on the patient{}. Waiting for a "
        "supervisor to be free comes on top.",
    ),
    "watched": Words(
        "Cases watched", "Supervision",
        "In how many of the training cases a supervisor watches, and so could notice an error.",
    ),
    "supervisors": Words(
        "Supervisors on duty", "People",
        "How many supervisors are on duty at a time. One who is busy can't come to another rescue.",
    ),
    "trainees": Words(
        "Trainees", "People", "How many trainees train at the same time and share supervisors."
    ),
    "fragility": Words(
        "Patient fragility", "Patients",
        "How fast harm comes after an error{}: at 2 twice as fast as at 1.",
    ),
    "debrief": Words(
        "Cases with a known error debriefed", "Learning",
        "How many of the cases with a known error are to be talked over afterwards; the others "
        "never are. A debrief still needs a free supervisor.",
    ),
}  # fmt: skip
TYPICALLY = {
    "value": "",
    "median": " (half of the times it is shorter)",
    "mean": " (on average)",
    "scale": " (in about two cases of three it is shorter)",
}
"""What a distribution's typical value means, by its parameter."""
FRAGILE = {
    "value": " to every patient",
    "median": " to the patient in the middle",
    "mean": ", by the average of all patients' fragility",
    "scale": ", by a fragility that about two patients of three don't reach",
}
POLICIES = {
    "value_weighted": "Weigh learning against risk",
    "risk_threshold": "Go by the patient's risk alone",
    "entrustment": "Weigh learning and trust against risk",
    "zero_tolerance": "Always step in at once",
    "hands_off": "Never step in unasked",
    "time_limit": "Wait a fixed time",
}
WHOLE = {
    "learning.failure": "what a failure teaches",
    "learning.resilience": "how much resilience it leaves",
}
"""Words for sections that variants replace as a whole."""
NEEDS = {
    "permissiveness": Needs("policy", WEIGHING, "Only policies that weigh have permissiveness."),
    "time_limit": Needs(
        "policy", ("time_limit",), "Only the policy of waiting a fixed time has a time limit."
    ),
}
