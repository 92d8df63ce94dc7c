"""A small ward in which everything happens: for tests over many runs."""

from tests.build import HANDS_OFF, kind, scene, step, waits


def lognormal(minutes, cv=0.8):
    return {"lognormal": {"median": f"{minutes} min", "cv": cv}}


def lively_kind(name, share, **fields):
    usual = {
        "share": share,
        "educational_value": 0.7,
        "time_to_harm": lognormal(12),
        "escalation": lognormal(8),
        "worst_harm": "death",
        "visible_after": {"exponential": {"mean": "4 min"}},
        "recovery": {
            "novice": 0.2,
            "expert": 0.7,
            "learning_episodes": 5,
            "time": {"weibull": {"median": "7 min", "shape": 1.5}},
        },
        "call": {"probability": 0.3, "time": lognormal(6)},
        "safety_net": {"probability": 0.2, "time": {"triangular": {
            "low": "1 min", "mode": "5 min", "high": "30 min"}}},
    }  # fmt: skip
    return kind(name, **(usual | fields))


def lively(**supervision):
    """Three trainees and two supervisors with too much to do; everything happens."""
    slow = {"latent": True, "time_to_harm": lognormal(40), "escalation": lognormal(30)}
    steps = [
        step("first", "6 min", kinds=[
            lively_kind("slip", 0.6),
            lively_kind("latent slip", 0.4, **slow),
        ]),
        step("second", "4 min", kinds=[
            lively_kind("light", 0.5, escalation="never"),
            lively_kind("grave", 0.2, first_harm="severe"),
            lively_kind("latent", 0.3, educational_value=0.3, **slow),
        ]),
        step("third", "5 min", kinds=[lively_kind("last", 1)]),
    ]  # fmt: skip
    for each in steps:
        each["error_probability"] = {"novice": 0.6, "expert": 0.15}
    usual = {
        "supervisors": 2,
        "pool": 3,
        "watched": 0.8,
        "permissiveness": 0.6,
        "judgement": {
            "noise": 0.6,
            "sharpness": 2,
            "between_supervisors_cv": 1,
            "within_supervisor_cv": 0.5,
        },
        "cue": {"at": 0.4, "works": 0.6},
        "response": lognormal(4),
        "fix": lognormal(3),
        "rescue": {"success": 0.7, "tries": 2, "penalty": 0.7},
        "backup": {"response": lognormal(6)},
        "after_takeover": "finish",
        "alarm_from": "moderate",
    }
    return scene(
        *steps,
        study={"cases": 25, "gap": lognormal(12)},
        independent={"cases": 10},
        patient={"fragility": {"lognormal": {"median": 1, "cv": 0.6}}, "difficulty_sd": 1},
        trainees={"count": 3, "experience": 1, "learning_speed": {"uniform": [0.5, 2]}},
        supervision=usual | supervision,
        debrief={"probability": 0.7, "duration": lognormal(8), "wait": "20 min"},
        learning={
            "practice": 0.4,
            "failure": {"debriefed": 1.2, "alone": 0.3},
            "observing": 0.2,
            "resilience": {"debriefed": 1, "alone": 0.4},
            "half_life": "20 h",
        },
        distress={"shock": 0.1, "relief": 0.5, "error_odds_ratio": 1.5, "half_life": "5 h"},
    )


LIVELY = {
    "value_weighted": {},
    "entrustment, one supervisor": {"policy": "entrustment", "supervisors": 1},
    "time_limit, handed back": waits(5) | {"after_takeover": "hand_back"},
    "hands_off": HANDS_OFF | {"time_cap": "30 min"},
    "zero_tolerance": {"policy": "zero_tolerance", "supervisors": 3},
    "overridden": {"policy": "risk_threshold", "never_allow": ["slip"], "stop_at": "moderate"},
}
