"""Small scenarios for tests: the plainest one, and changes to it by path."""

import copy
from typing import Any

from engine.scenario import Scenario

PLAIN: dict[str, Any] = {
    "leeway": "1.0",
    "id": "plain",
    "title": "One step, one error",
    "domain": "procedure",
    "description": "A trainee, a supervisor who sees everything at once, an error in every case.",
    "study": {"cases": 1, "gap": "10 min"},
    "harm_weights": {"mild": 0.1, "moderate": 0.2, "severe": 0.5, "death": 1},
    "trainees": {"count": 1},
    "task": {
        "learning_cases": 10,
        "steps": [
            {
                "name": "step",
                "duration": "8 min",
                "error_probability": {"novice": 1, "expert": 1},
                "errors": [
                    {
                        "name": "slip",
                        "share": 1,
                        "educational_value": 1,
                        "time_to_harm": "10 min",
                        "escalation": "10 min",
                        "first_harm": "mild",
                        "worst_harm": "severe",
                        "visible_after": "1 min",
                    }
                ],
            }
        ],
    },
    "supervision": {
        "permissiveness": 0,
        "judgement": {"noise": 0, "sharpness": 1},
        "response": "1 min",
        "fix": "2 min",
        "rescue": {"success": 1},
        "backup": {"response": "5 min"},
    },
    "learning": {
        "failure": {"debriefed": 1, "alone": 0},
        "resilience": {"debriefed": 1, "alone": 0},
    },
}

ERROR = "task.steps[step].errors[slip]"
"""Path of the error kind of the plain scenario."""


def data(**sections: Any) -> dict[str, Any]:
    """The plain scenario in file form, with some sections replaced."""
    return copy.deepcopy(PLAIN) | sections


def scenario(changes: dict[str, Any] | None = None, **sections: Any) -> Scenario:
    """The plain scenario, with sections replaced and then changes by path."""
    return Scenario.model_validate(data(**sections)).with_(changes or {})
