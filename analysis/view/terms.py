"""The vocabulary of the bedside: people, errors and supervision. The rest is in the glossary."""

from typing import NamedTuple


class Term(NamedTuple):
    """A word of the vocabulary.

    also: other forms in which the page or a file has it. of: what it explains, by the names the
    code has for them: outcomes, controls, policies, fates of errors, harm levels, marks.
    """

    term: str
    meaning: str
    also: tuple[str, ...] = ()
    of: tuple[str, ...] = ()


PEOPLE = (
    Term(
        "trainee",
        "Somebody who is learning the task and meets patients while doing so. Experience, "
        "resilience and distress are counted for each trainee.",
        ("trainees",),
        ("trainees",),
    ),
    Term(
        "supervisor",
        "Somebody who answers for the trainees and can take over. Supervisors on duty are shared: "
        "one who is at one bedside can't be at another.",
        ("supervisors", "supervisors on duty"),
        ("supervisors",),
    ),
    Term(
        "case",
        "One patient on whom one trainee makes one attempt. It is over after its last step and "
        "its debrief.",
        ("cases", "training case", "training cases"),
    ),
    Term(
        "attempt",
        "A trainee's work on one case: the steps of the task, in order.",
        ("attempts",),
    ),
    Term(
        "step",
        "A part of the task, with a duration and a chance of an error.",
        ("steps",),
    ),
    Term(
        "watched",
        "A watched case is one in which a supervisor could notice an error. In the others a "
        "supervisor comes only when called or summoned by an alarm.",
        ("cases watched", "watched case"),
        ("watched",),
    ),
    Term(
        "fragility",
        "How fast harm comes to a patient after an error: at 2 every time to harm is half as long "
        "as at 1, which is the typical patient.",
        ("patient fragility",),
        ("fragility",),
    ),
    Term(
        "difficulty",
        "How hard a case is. It is shared: a hard case is harder for the trainee, and as much "
        "harder for the supervisor who has to rescue.",
    ),
    Term(
        "independent practice",
        "What follows training: each trainee does cases alone, and nobody watches. It is where too "
        "little leeway is paid for.",
        ("independent cases", "later practice", "independent case", "later patients"),
        ("independent_errors", "independent_harm_any", "independent_harm_severe"),
    ),
)

ERRORS = (
    Term(
        "error",
        "Something that goes wrong in a step and can harm the patient unless it is put right. An "
        "error opens an episode.",
        ("errors",),
        ("errors", "error"),
    ),
    Term(
        "failure",
        "An error that ran for a while, as the trainee lives through it; an allowed failure is one "
        "a supervisor saw and let run. It teaches, beside practice and observing.",
        ("failures",),
    ),
    Term(
        "latent error",
        "An error the trainee doesn't know of: the attempt, and later cases, go on while the "
        "episode unfolds.",
        ("latent errors", "latent"),
    ),
    Term(
        "chance of an error",
        "How likely an error is in an average step. It falls with experience, and rises with the "
        "difficulty of the case and with distress.",
        (),
        ("error_probability",),
    ),
    Term(
        "episode",
        "The course of one error, from the moment it is made until it is put right, or harm has "
        "run its course, or it comes to nothing more.",
        ("episodes",),
    ),
    Term(
        "resolved",
        "An episode is resolved when it is over: put right by the trainee (alone, or after a cue), "
        "by the safety net, by a supervisor or by the backup; or else nobody did, and harm went as "
        "far as it could or nothing more came of it.",
        ("put right", "put right by a supervisor", "harm ran its course", "came to nothing more"),
        ("taken_over", "resolved", "exhausted", "subsided"),
    ),
    Term(
        "recovery",
        "The trainee sees the error and puts it right, alone or after a cue. Resilience makes it "
        "likelier, difficulty and distress make it less likely.",
        ("put right by the trainee alone", "put right by the trainee after a cue"),
        ("self_recovered", "cue_recovered"),
    ),
    Term(
        "class",
        "How an error first came to a supervisor: prevented, allowed, late noticed, called or "
        "unnoticed. Each error has one of the five, fixed once, whoever puts it right in the end.",
        ("classes", "fate", "fates", "what became of errors"),
    ),
    Term(
        "notice",
        "A supervisor sees an error for the first time. In a watched case that takes a while after "
        "the error, or a harm level that comes first; and it takes a supervisor with eyes free.",
        ("noticed", "notices", "noticed by a supervisor"),
        ("noticed", "visible"),
    ),
    Term(
        "prevented",
        "The supervisor noticed the error before any harm and stepped in at first sight. The error "
        "itself isn't prevented, and harm may still come before the rescue is done.",
        ("stepped in at first sight",),
        ("prevented",),
    ),
    Term(
        "allowed",
        "The supervisor noticed the error before any harm and waited. This is an allowed failure: "
        "leeway in action, whatever becomes of it.",
        ("allowed failure", "allowed failures"),
        ("allowed", "allowed_unharmed", "waited"),
    ),
    Term(
        "late noticed",
        "When a supervisor first judged the error, harm was already done.",
        ("noticed late",),
        ("late_noticed",),
    ),
    Term(
        "called",
        "The trainee called for help before any supervisor had judged the error.",
        ("call", "call for help"),
        ("called", "call"),
    ),
    Term(
        "unnoticed",
        "The episode was over, or an alarm had gone off, before any supervisor judged the error "
        "and without a call by the trainee.",
        (),
        ("unnoticed",),
    ),
    Term(
        "alarm",
        "Harm that can't be missed: from a set harm level on, it summons a supervisor by itself if "
        "nobody has judged the error yet, or if supervisors never step in unasked.",
        ("summoned",),
        ("alarm",),
    ),
    Term(
        "safety net",
        "Somebody else, or something else, who catches an error and has it put right: a nurse, a "
        "pharmacist, a monitor.",
        ("caught by somebody else",),
        ("intercepted",),
    ),
)

SUPERVISION = (
    Term(
        "leeway",
        "How far a supervisor lets a trainee go wrong before stepping in. Permissiveness measures "
        "it; under the policy with a time limit, the time limit does.",
    ),
    Term(
        "permissiveness",
        "The chance of mild harm a supervisor would run, by own estimate, for an error of full "
        "educational value; under risk threshold, for any error. Graver harm is tolerated in "
        "inverse proportion to its weight; 0 allows nothing.",
        (),
        ("permissiveness",),
    ),
    Term(
        "educational value",
        "How much an error can teach, from 0 to 1. At a lesser value the trainee learns less, and "
        "supervisors who weigh what an error teaches allow less.",
    ),
    Term(
        "judgement",
        "What a supervisor makes of an error: how great the chance is that harm comes before a "
        "takeover begun now would be done, and so whether to step in now or to wait.",
        ("judges", "judged"),
        ("judge_now", "judge_wait"),
    ),
    Term(
        "tolerated chance",
        "The chance of harm up to which a supervisor waits: permissiveness × educational value "
        "(not under risk threshold) × this supervisor's nerve, by person and occasion (× trust "
        "under entrustment); less for graver harm.",
        ("tolerates", "tolerated"),
    ),
    Term(
        "judgement noise",
        "How far supervisors are wrong about the time that is left before harm. Without it they "
        "would be clairvoyant.",
    ),
    Term(
        "policy",
        "The rule by which supervisors decide, on noticing an error, whether to step in now or to "
        "wait. Above every policy stand the errors a scenario never allows, the harm level it "
        "stops at and its cap on the time.",
        ("policies",),
        ("policy",),
    ),
    Term(
        "value weighted",
        "A policy: the supervisor waits while the chance of harm, by own estimate, stays below the "
        "tolerated chance, which grows with the educational value of the error. It is the rule "
        "supervisors told of in the study behind the model.",
        ("value_weighted", "weigh learning against risk"),
        ("value_weighted",),
    ),
    Term(
        "risk threshold",
        "A policy: as value weighted, but whatever the error could teach, so that the patient's "
        "risk alone decides.",
        ("risk_threshold", "go by the patient's risk alone"),
        ("risk_threshold",),
    ),
    Term(
        "entrustment",
        "A policy: as value weighted, and a trainee who has put errors right before any harm is "
        "given more leeway, one who hasn't is given less.",
        ("weigh learning and trust against risk",),
        ("entrustment",),
    ),
    Term(
        "zero tolerance",
        "A policy: the supervisor steps in as soon as an error is noticed.",
        ("zero_tolerance", "always step in at once"),
        ("zero_tolerance",),
    ),
    Term(
        "hands off",
        "A policy: supervisors never step in by themselves, except where the scenario never "
        "allows an error, stops at a level, or caps the time. They come when the trainee calls or "
        "an alarm summons them.",
        ("hands_off", "never step in unasked"),
        ("hands_off",),
    ),
    Term(
        "time limit",
        "A policy, and its number: while there is no harm the supervisor waits this long after the "
        "error, or less where the scenario never allows it or caps the time; at any harm, not at "
        "all.",
        ("time_limit", "wait a fixed time"),
        ("time_limit",),
    ),
    Term(
        "cue",
        "A hint from the supervisor who waits, some way before the planned takeover. It may bring "
        "the trainee to see the error and put it right.",
        (),
        ("cue",),
    ),
    Term(
        "rescue",
        "A supervisor's coming and putting an error right, whether by own decision (a takeover), "
        "after a call or after an alarm.",
        ("rescues",),
        ("request", "assigned"),
    ),
    Term(
        "rescue latency",
        "The time from the request for a rescue until the supervisor is hands-on: the wait for one "
        "who is free, and the way there. Only the way can be set; a mean is over the rescues that "
        "got that far.",
        (),
        ("latency", "rescue_latency"),
    ),
    Term(
        "hands-on",
        "The supervisor has hands on the patient. From then on the trainee can't put the error "
        "right any more; only harm still runs.",
        ("hands on",),
        ("hands_on",),
    ),
    Term(
        "takeover",
        "A supervisor steps in by own judgement, unasked, to put the error right in the trainee's "
        "place.",
        ("takeovers", "takes over", "steps in"),
    ),
    Term(
        "needless takeover",
        "A takeover nobody needed: the trainee was about to put the error right, before any harm "
        "that would still have come.",
        ("needless takeovers",),
        ("needless_takeovers",),
    ),
    Term(
        "necessary takeover",
        "A takeover that was needed, and in time: no further harm came before the error was put "
        "right.",
        ("necessary takeovers",),
        ("necessary_takeovers",),
    ),
    Term(
        "late takeover",
        "A takeover that was needed and still too late to spare the patient: further harm came "
        "between the request and the end of the episode.",
        ("late takeovers",),
        ("late_takeovers",),
    ),
    Term(
        "backup",
        "The help a supervisor sends for when all tries have failed; it puts the error right for "
        "certain. In independent practice it is the backup who answers a call or an alarm.",
        (),
        ("backup", "backups", "fix_failed"),
    ),
    Term(
        "hand back",
        "What a supervisor does after a rescue in some scenarios: the trainee goes on with the "
        "next step. In others the supervisor completes the steps that are left and the trainee "
        "looks on.",
        ("hand_back", "handed back"),
    ),
    Term(
        "supervisors' time spent",
        "The share of the supervisors' time that goes into rescues and debriefs. Busy supervisors "
        "come later and debrief less.",
        ("supervisors' time spent rescuing or debriefing",),
        ("supervisor_busy",),
    ),
)
