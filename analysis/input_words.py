"""Paths of inputs in plain words: `what a debriefed failure teaches`.

Each is a noun phrase that can stand in a sentence and beside a bar.
"""

import re

from engine.paths import split
from engine.scenario import Scenario

WORDS = {
    "study.cases": "cases in training",
    "study.gap": "time between cases",
    "study.horizon": "length of training",
    "independent.cases": "cases in later practice",
    "patient.fragility": "how fragile patients are",
    "patient.difficulty_sd": "how much cases differ in difficulty",
    "harm_weights.mild": "weight of mild harm",
    "harm_weights.moderate": "weight of moderate harm",
    "harm_weights.severe": "weight of severe harm",
    "harm_weights.death": "weight of a death",
    "trainees.count": "number of trainees",
    "trainees.experience": "experience brought along",
    "trainees.learning_speed": "how fast trainees learn",
    "task.learning_cases": "cases it takes to learn the task",
    "supervision.supervisors": "supervisors on duty",
    "supervision.pool": "supervisors a case may meet",
    "supervision.watched": "share of cases watched",
    "supervision.permissiveness": "permissiveness",
    "supervision.time_limit": "time limit",
    "supervision.time_cap": "longest wait allowed",
    "supervision.judgement.bias": "supervisors' optimism",
    "supervision.judgement.noise": "error in supervisors' judgement",
    "supervision.judgement.sharpness": "how steeply perceived danger rises",
    "supervision.judgement.between_supervisors_cv": "how much supervisors differ",
    "supervision.judgement.within_supervisor_cv": "how much one supervisor varies",
    "supervision.cue.at": "when the cue is given",
    "supervision.cue.works": "how often a cue works",
    "supervision.response": "time until a supervisor is hands-on",
    "supervision.fix": "time a rescue try takes",
    "supervision.rescue.success": "chance that a rescue try works",
    "supervision.rescue.tries": "rescue tries before the backup",
    "supervision.rescue.penalty": "how harm done hinders a rescue",
    "supervision.backup.response": "time until the backup comes",
    "debrief.probability": "share of known errors debriefed",
    "debrief.duration": "length of a debrief",
    "debrief.wait": "how long a debrief can wait",
    "learning.practice": "what a clean case teaches",
    "learning.failure.debriefed": "what a debriefed failure teaches",
    "learning.failure.alone": "what a failure nobody talks over teaches",
    "learning.observing": "what watching a supervisor finish teaches",
    "learning.resilience.debriefed": "resilience gained from a debriefed error",
    "learning.resilience.alone": "resilience gained without a debrief",
    "learning.half_life": "how long what was learnt lasts",
    "distress.shock": "distress caused by harm",
    "distress.relief": "relief a debrief brings",
    "distress.error_odds_ratio": "how much distress breeds errors",
    "distress.half_life": "how long distress lasts",
}
OF_A_STEP = {
    "duration": "time it takes",
    "error_probability.novice": "a novice's chance of an error",
    "error_probability.expert": "an expert's chance of an error",
}
OF_AN_ERROR = {
    "share": "share among errors",
    "educational_value": "how much it can teach",
    "time_to_harm": "time until harm",
    "escalation": "time until worse harm",
    "visible_after": "time until it shows",
    "recovery.novice": "a novice's chance to put it right",
    "recovery.expert": "chance to put it right, fully resilient",
    "recovery.learning_episodes": "errors lived through until resilient",
    "recovery.time": "time to put it right alone",
    "call.probability": "chance that the trainee calls",
    "call.time": "time until the trainee calls",
    "safety_net.probability": "chance that others catch it",
    "safety_net.time": "time until others catch it",
}
SPREAD = {"cv": "spread", "sd": "spread", "shape": "shape"}
FAMILIES = (
    "fixed", "uniform", "triangular", "exponential", "lognormal", "weibull", "loglogistic",
    "empirical",
)  # fmt: skip
TYPICAL = ("median", "mean", "scale")
_PARAMETER = re.compile(
    rf"^(?P<of>.*)\.(?:{'|'.join(FAMILIES)})(?:\.(?P<name>\w+)|(?P<item>\[.*))?$"
)


def path_words(scenario: Scenario, path: str, *, shared_by: int = 1) -> str:
    """An input in words, with its step or error in front where the scenario has several.

    shared_by: how many steps or errors it is the same quantity of, where it stands for all of them.
    """
    match = _PARAMETER.match(path)
    of, name = (path, "") if match is None else (match["of"], match["name"] or match["item"] or "")
    text = _quantity(scenario, of, shared_by)
    if name in ("", *TYPICAL):
        return text
    return f"{text} ({SPREAD.get(name, name.strip('[]#').replace('_', ' '))})"


def _quantity(scenario: Scenario, path: str, shared_by: int) -> str:
    if path in WORDS:
        return WORDS[path]
    parts = split(path) or []
    items = [name for is_item, name in parts if is_item]
    tail = ".".join(name for is_item, name in parts[-2:] if not is_item)
    table = OF_AN_ERROR if len(items) == 2 else OF_A_STEP
    last = parts[-1][1] if parts else path
    text = table.get(tail, table.get(last, last.replace("_", " ")))
    if shared_by > 1 and items:
        return f"{text} ({shared_by} {'errors' if len(items) == 2 else 'steps'})"
    steps = scenario.task.steps
    several = len(steps) > 1 or (len(items) == 2 and any(len(step.errors) > 1 for step in steps))
    return f"{items[-1]}: {text}" if items and several else text
