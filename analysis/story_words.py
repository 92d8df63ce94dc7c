"""The words of the story: one function for each kind of row of the event log."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from analysis import words
from engine.event_log import ALARM, CALL, CLASSES, LEVELS, REQUESTS, RESOLVERS, TAKEOVER, Event
from engine.scenario import Scenario

Details = dict[str, Any]
WEIGHING = ("value_weighted", "risk_threshold", "entrustment")

ENDINGS = {
    "trainee": "the trainee puts it right",
    "cued": "the trainee, helped by the cue, puts it right",
    "safety_net": "somebody else catches it and puts it right",
    "supervisor": "the supervisor puts it right",
    "backup": "the backup puts it right",
    "exhausted": "the harm has run its course",
    "subsided": "it comes to nothing more",
}
CLASS_WORDS = {
    "prevented": "stepped in at first sight (prevented)",
    "allowed": "let run by the supervisor (allowed)",
    "late_noticed": "first judged when there was harm (late noticed)",
    "called": "the trainee called first (called)",
    "unnoticed": "judged by nobody (unnoticed)",
}
"""How an error first came to a supervisor, whoever put it right in the end."""


@dataclass
class Context:
    """What a row's words depend on beside the row."""

    scenario: Scenario
    error: str | None
    step: str
    judged: bool
    """Whether a supervisor has judged this episode before."""
    stepping_in: bool
    """Whether the row before it in this episode is a judgement to step in."""
    value: float | None = None
    """What the error teaches, from 0 to 1; None where no error is told of."""


def helper(event: Event) -> str:
    """Who rescues: a supervisor in training, the backup in independent practice."""
    return "backup" if event.independent else "supervisor"


# One function per kind: (event, context) -> (who acted, words, named details).
Words = tuple[str | None, str, Details]
Teller = Callable[[Event, Context], Words]


def case_start(event: Event, _context: Context) -> Words:
    if event.independent:
        return "trainee", "starts; nobody supervises", {}
    person, watched = int(event.number), event.second == 1
    watching = "is watching" if watched else "is on call, nobody is watching"
    text = f"starts; supervisor {person} {watching}"
    return "trainee", text, {"person": person, "watched": watched}


def step_end(event: Event, context: Context) -> Words:
    by = "supervisor" if event.second == 1 else "trainee"
    took = words.duration(event.number)
    text = f'"{context.step}" is over after {took}'
    if by == "supervisor":
        text = f'the supervisor completes "{context.step}" in {took}; the trainee looks on'
    return by, text, {"duration": event.number, "completed_by": by}


def error(event: Event, context: Context) -> Words:
    latent = event.second == 1
    text = f'error at "{context.step}": {context.error}'
    if latent:
        text += "; the trainee doesn't know and goes on"
    return "trainee", text, {"latent": latent}


def harm(event: Event, _context: Context) -> Words:
    if LEVELS[event.level] == "death":
        return "patient", "the patient dies", {}
    return "patient", f"the patient comes to {harm_words(event.level)}", {}


def visible(_event: Event, context: Context) -> Words:
    return None, f"the error ({context.error}) could first be noticed", {}


def judgement(event: Event, context: Context) -> str:
    """What a supervisor weighs, in words; empty under the policies that don't weigh."""
    if context.scenario.supervision.policy not in WEIGHING:
        return ""
    nearest = LEVELS[min(event.level + 1, len(LEVELS) - 1)]
    coming = harm_of(nearest)
    tolerated = f"a chance of {coming} of {chance(event.number)}"
    if event.number >= 1 or event.number <= 0:
        tolerated = f"{'any' if event.number >= 1 else 'no'} chance of {coming}"
    return f"tolerates {tolerated}{why(event, context)}, puts the danger at {chance(event.second)}"


def why(event: Event, context: Context) -> str:
    """What a tolerated chance is made of: ` (permissiveness 0.2 × 0.8 for what it teaches × ...)`.

    What is left when the scenario's own factors are taken out is the person's nerve and the slip
    of the day, and under entrustment the trust in the trainee. Empty where it makes no chance.
    """
    supervision, weights = context.scenario.supervision, context.scenario.harm_weights
    if not 0 < event.number < 1 or supervision.permissiveness <= 0 or context.value is None:
        return ""
    nearest = LEVELS[min(event.level + 1, len(LEVELS) - 1)]
    value = 1.0 if supervision.policy == "risk_threshold" else context.value
    graver = weights.mild / getattr(weights, nearest)
    known = supervision.permissiveness * value * graver
    if not 0 < known < math.inf:
        return ""
    factors = [f"permissiveness {words.number(supervision.permissiveness)}"]
    if supervision.policy != "risk_threshold":
        factors.append(f"{words.number(value)} for what the error teaches")
    if nearest != "mild":
        factors.append(f"{words.number(graver, 2)} since {harm_of(nearest)} is graver than mild")
    trust = " and the trust in the trainee" if supervision.policy == "entrustment" else ""
    nerve = event.number / known
    if trust or abs(nerve - 1) > 1e-9:
        factors.append(f"{words.number(nerve, 2)} for this supervisor's nerve just then{trust}")
    return f" ({' × '.join(factors)})"


def chance(share: float) -> str:
    """A perceived or tolerated chance, `8 %`, never rounded down to nothing."""
    if math.isnan(share):
        return words.MISSING
    return "less than 1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


def judge_wait(event: Event, context: Context) -> Words:
    verb = "judges again and goes on waiting" if context.judged else "notices and waits"
    weighed = judgement(event, context)
    text = f"the supervisor {verb}" + (f": {weighed}" if weighed else "")
    return "supervisor", text, {"tolerated": event.number, "perceived": event.second}


def judge_now(event: Event, context: Context) -> Words:
    verb = "judges again and steps in" if context.judged else "notices and steps in"
    weighed = judgement(event, context)
    text = f"the supervisor {verb}" + (f": {weighed}" if weighed else "")
    if weighed and event.second < event.number:
        text += f"; {overruled(event, context)}"
    return "supervisor", text, {"tolerated": event.number, "perceived": event.second}


def overruled(event: Event, context: Context) -> str:
    """Why a supervisor steps in although the risk seen is below the risk tolerated."""
    supervision = context.scenario.supervision
    if context.error in supervision.never_allow:
        return "this error is never allowed"
    stop_at = supervision.stop_at
    if stop_at is not None and event.level >= LEVELS.index(stop_at):
        return f"the rule is to stop at {stop_at} harm"
    return "the time allowed is up"


def cue(event: Event, _context: Context) -> Words:
    works = event.number == 1
    text = "the supervisor gives a cue" + (", and the trainee takes it" if works else "")
    return "supervisor", text, {"works": works}


def call(_event: Event, _context: Context) -> Words:
    return "trainee", "the trainee calls for help", {}


def alarm(event: Event, _context: Context) -> Words:
    return None, f"the harm summons the {helper(event)}", {}


def request(event: Event, context: Context) -> Words:
    why = int(event.number)
    who = {TAKEOVER: "supervisor", CALL: "trainee", ALARM: None}[why]
    text = {
        TAKEOVER: "a takeover begins"
        if context.stepping_in
        else "the supervisor has waited long enough: a takeover begins",
        CALL: f"the {helper(event)} is asked to come",
        ALARM: f"the {helper(event)} is asked to come",
    }[why]
    return who, text, {"why": REQUESTS[why]}


def assigned(event: Event, _context: Context) -> Words:
    text = "the supervisor is free to come"
    if event.number > 0:
        text = f"a supervisor comes free after {words.duration(event.number)} of waiting"
    if event.independent:
        text = "the backup sets out"
    return helper(event), text, {"waited": event.number}


def hands_on(event: Event, _context: Context) -> Words:
    text = (
        f"the {helper(event)} has hands on the patient, "
        f"{words.duration(event.number)} after the request"
    )
    return helper(event), text, {"rescue_latency": event.number}


def fix_failed(event: Event, _context: Context) -> Words:
    attempt = int(event.number) + 1
    return helper(event), f"try {attempt} at putting it right fails", {"try": int(event.number)}


def backup(event: Event, _context: Context) -> Words:
    return helper(event), "the backup is sent for", {}


def resolved(event: Event, _context: Context) -> Words:
    by, of_class = RESOLVERS[int(event.number)], CLASSES[int(event.second)]
    who = {"cued": "trainee", "exhausted": None, "subsided": None}.get(by, by)
    left = "the patient is unharmed"
    if event.level > 0:
        left = f"the patient is left with {harm_words(event.level)}"
    if LEVELS[event.level] == "death":
        left = "the patient has died"
    text = f"{ENDINGS[by]}; {left}"
    if not event.independent:
        text += f"; {CLASS_WORDS[of_class]}"
    return who, text, {"by": by, "class": of_class}


def sent_away(event: Event, _context: Context) -> Words:
    return helper(event), f"the {helper(event)} isn't needed any more", {}


def debrief_start(event: Event, _context: Context) -> Words:
    text = f"they sit down to debrief, for {words.duration(event.number)}"
    return "supervisor", text, {"planned": event.number}


def debrief_interrupted(event: Event, _context: Context) -> Words:
    text = f"the debrief is broken off for a rescue, {words.duration(event.number)} before its end"
    return "supervisor", text, {"remaining": event.number}


def debrief_resumed(event: Event, _context: Context) -> Words:
    text = f"the debrief is taken up again; {words.duration(event.number)} to go"
    return "supervisor", text, {"remaining": event.number}


def debrief_end(_event: Event, _context: Context) -> Words:
    return "supervisor", "the debrief ends", {}


def debrief_dropped(event: Event, _context: Context) -> Words:
    text = f"the debrief is dropped: nobody was free for {words.duration(event.number)}"
    return None, text, {"waited": event.number}


def case_close(event: Event, _context: Context) -> Words:
    debriefed = event.number == 1
    return None, "closes, debriefed" if debriefed else "closes", {"debriefed": debriefed}


def harm_words(level: int) -> str:
    """A harm level in words: `mild harm`, `death`."""
    return harm_of(LEVELS[level])


def harm_of(level: str) -> str:
    """A harm level by its name, in words: `mild harm`, `death`."""
    return level if level == "death" else f"{level} harm"


WORDS: dict[str, Teller] = {
    teller.__name__: teller
    for teller in (
        case_start, step_end, error, harm, visible, judge_now, judge_wait, cue, call, alarm,
        request, assigned, hands_on, fix_failed, backup, resolved, sent_away, debrief_start,
        debrief_interrupted, debrief_resumed, debrief_end, debrief_dropped, case_close,
    )
}  # fmt: skip
