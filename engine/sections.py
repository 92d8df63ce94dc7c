"""The sections of a scenario file, key by key, with units, bounds and neutral defaults.

Attribute names are the keys of the format. Times are float minutes inside; what a colleague reads
about each key is its description, which the JSON Schema carries into editors.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from engine.fields import (
    ClockDistribution,
    Content,
    Duration,
    DurationDistribution,
    DurationOrNever,
    HalfLife,
    Listed,
    LogScale,
    LogSpread,
    NotNegative,
    NumberDistribution,
    Positive,
    PositiveDistribution,
    Probability,
    Says,
    optional,
    required,
)

LEVELS = ("mild", "moderate", "severe", "death")
Level = Literal["mild", "moderate", "severe", "death"]
LevelOrNever = Literal["mild", "moderate", "severe", "death", "never"]
Domain = Literal["procedure", "medication", "communication", "diagnosis", "management"]
Policy = Literal[
    "value_weighted",
    "risk_threshold",
    "entrustment",
    "zero_tolerance",
    "hands_off",
    "time_limit",
]
MOST_CASES = 10_000_000
MOST_PEOPLE = 10_000
MOST_STEPS = 100
MOST_KINDS = 50

# No control characters, and none that YAML takes for the end of a line.
_ON_A_LINE = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff"
Text = Annotated[
    str,
    Field(max_length=20_000, pattern=rf"^[\n\t]*[^{_ON_A_LINE}]([^{_ON_A_LINE}]|[\n\t])*$"),
    Says("text is needed (at most 20,000 characters)"),
]
Line = Annotated[
    str,
    Field(max_length=300, pattern=rf"^[^{_ON_A_LINE}]+$"),
    Says("one line of text is needed (at most 300 characters)"),
]
Name = Annotated[
    str,
    Field(
        max_length=100, pattern=rf"^[^\s\]{_ON_A_LINE}]([^\]{_ON_A_LINE}]*[^\s\]{_ON_A_LINE}])?$"
    ),
    Says("a name is needed: one line of up to 100 characters, without ]"),
]
Cases = Annotated[
    int, Field(ge=1, le=MOST_CASES), Says("a whole number from 1 to 10,000,000 is needed")
]
CasesOrNone = Annotated[
    int, Field(ge=0, le=MOST_CASES), Says("a whole number from 0 to 10,000,000 is needed")
]
People = Annotated[
    int, Field(ge=1, le=MOST_PEOPLE), Says("a whole number from 1 to 10,000 is needed")
]
Tries = Annotated[int, Field(ge=1, le=1000), Says("a whole number from 1 to 1,000 is needed")]

NO_TIME = {"fixed": "0 min"}


class Education(Content):
    """What the educator wants from it. Never alters a number."""

    objectives: Annotated[tuple[Text, ...], Field(max_length=4), Listed] = optional(
        [], "What learners should take away, up to four objectives."
    )
    learner_level: Text | None = optional(None, "Who the learners are.")
    prebriefing: Text | None = optional(None, "What is said before the exercise.")
    debriefing_points: Annotated[tuple[Text, ...], Listed] = optional(
        [], "What to bring up in the debriefing."
    )


class Study(Content):
    """How much training is simulated."""

    cases: Cases = required("Cases each trainee does in training.")
    gap: DurationDistribution = required("Time from the close of a trainee's case to the next.")
    horizon: Duration | None = optional(
        None, "No case starts at or after this time; null for no such limit."
    )


class Independent(Content):
    """Practice after training, where too little leeway is paid for."""

    cases: CasesOrNone = optional(0, "Cases each trainee does alone after training.")
    safety_net: bool = optional(True, "Whether safety nets work there as in training.")


class Patient(Content):
    """How patients differ."""

    fragility: PositiveDistribution = optional(
        1, "Divides every time to harm; 1 is the typical patient, 2 is harmed twice as fast."
    )
    difficulty_sd: LogSpread = optional(
        0,
        "Spread of case difficulty on the logit scale (standard deviation), shared by the trainee "
        "who errs and the supervisor who rescues.",
    )


class HarmWeights(Content):
    """How much a patient's harm counts, by level: 0 < mild <= moderate <= severe <= death."""

    mild: Positive = required("Weight of mild harm (AHRQ Harm Scale).")
    moderate: Positive = required("Weight of moderate harm.")
    severe: Positive = required("Weight of severe harm.")
    death: Positive = required("Weight of death.")


class Trainees(Content):
    """Who learns."""

    count: People = required("How many trainees there are.")
    experience: NotNegative = optional(0, "Cases' worth of experience each starts with.")
    learning_speed: NumberDistribution = optional(
        1, "How fast a trainee learns, relative to 1; drawn once per trainee."
    )


class ErrorProbability(Content):
    """Chance of an error in a step, falling exponentially with experience."""

    novice: Probability = required("Chance of an error without any experience.")
    expert: Probability = required("Chance of an error that remains after long experience.")


class Recovery(Content):
    """The trainee sees the error and puts it right without help."""

    novice: Probability = required("Chance with no resilience (no mistakes lived through yet).")
    expert: Probability = required("Chance that is approached with growing resilience.")
    learning_episodes: Positive = required(
        "Mistakes lived through after which about two thirds of the way to expert is done."
    )
    time: ClockDistribution = required("Time from the error to putting it right.")


class Clock(Content):
    """Something that comes with a probability, after a time."""

    probability: Probability = required("Chance that it comes at all.")
    time: ClockDistribution = required("Time from the error until it comes.")


class ErrorKind(Content):
    """One way in which a step goes wrong."""

    name: Name = required("Name of this kind of error, unique in its step.")
    share: Probability = required("Share of the step's errors; the shares of a step sum to 1.")
    educational_value: Probability = required("How much living through it teaches, from 0 to 1.")
    time_to_harm: ClockDistribution = required(
        "Time from the error to the first harm, for a patient of fragility 1."
    )
    escalation: ClockDistribution = optional(
        "never", "Time from one harm level to the next, for a patient of fragility 1."
    )
    first_harm: Level = required("The level harm begins with.")
    worst_harm: Level = required("The level harm can reach; the episode ends there.")
    visible_after: ClockDistribution = required(
        "Time from the error until a watching supervisor could notice it."
    )
    recovery: Recovery = optional(
        {"novice": 0, "expert": 0, "learning_episodes": 1, "time": NO_TIME},
        "The trainee's own recovery; left out, there is none.",
    )
    call: Clock = optional(
        {"probability": 0, "time": NO_TIME}, "The trainee's call for help; left out, none comes."
    )
    safety_net: Clock = optional(
        {"probability": 0, "time": NO_TIME},
        "Somebody else (nurse, pharmacist, alarm) puts it right; left out, nobody does.",
    )
    latent: bool = optional(False, "Whether the trainee goes on, unaware of the error.")


class Step(Content):
    """One step of the task."""

    name: Name = required("Name of the step, unique in the task.")
    duration: DurationDistribution = required("Time the step takes when nothing goes wrong.")
    error_probability: ErrorProbability = required("Chance of an error in this step.")
    errors: Annotated[tuple[ErrorKind, ...], Field(min_length=1, max_length=MOST_KINDS), Listed] = (
        required("The kinds of error that can fall in this step.")
    )


class Task(Content):
    """What the trainee does."""

    learning_cases: Positive = required(
        "Cases after which about two thirds of the way from novice to expert is done."
    )
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=MOST_STEPS), Listed] = (
        required("The steps of the task, in their order.")
    )


class Judgement(Content):
    """How well supervisors judge the patient's risk, and how much they differ."""

    bias: LogScale = optional(
        0, "Mean error of the judged time to harm, on the log scale; above 0 is too hopeful."
    )
    noise: LogSpread = required(
        "Spread of the judged time to harm, on the log scale; 0 would be a clairvoyant."
    )
    sharpness: Positive = required(
        "How steeply the perceived chance of harm rises as harm comes near."
    )
    between_supervisors_cv: NotNegative = optional(
        0, "How much permissiveness differs between supervisors (coefficient of variation)."
    )
    within_supervisor_cv: NotNegative = optional(
        0, "How much it differs between judgements of one supervisor (coefficient of variation)."
    )


class Cue(Content):
    """A hint the supervisor drops while waiting."""

    at: Probability = required("When, as a share of the time until the planned takeover.")
    works: Probability = required("Chance that the trainee recovers because of it.")


class Rescue(Content):
    """How a supervisor's rescue goes."""

    success: Probability = required("Chance that a try works, at average difficulty, no harm yet.")
    tries: Tries = optional(1, "Tries before the backup is called.")
    penalty: Positive = optional(
        1, "Multiplies the odds of success once for each harm level reached."
    )


class Backup(Content):
    """Help that always works, then takes one more supervision.fix."""

    response: DurationDistribution = required("Time from the call to the backup's arrival.")


class Supervision(Content):
    """Who watches, how much they let go, and how a rescue goes."""

    supervisors: People = optional(1, "Supervisors on duty at one time.")
    pool: People = optional(1, "Different supervisors a case may meet.")
    watched: Probability = optional(1, "Chance that a case is watched.")
    permissiveness: NotNegative = required(
        "The chance of mild harm a supervisor would run, by own estimate, for an error of full "
        "educational value. 0 allows nothing; it may exceed 1."
    )
    policy: Policy = optional("value_weighted", "The rule by which supervisors step in.")
    time_limit: Duration | None = optional(
        None, "For policy time_limit: how long a supervisor waits while there is no harm."
    )
    never_allow: Annotated[tuple[Name, ...], Listed] = optional(
        [], "Names of error kinds at which supervisors always step in at once."
    )
    stop_at: Level | None = optional(
        None, "Supervisors step in at once at this harm level or above; null for no such rule."
    )
    time_cap: Duration | None = optional(
        None, "The longest a supervisor waits after the error; null for no such limit."
    )
    judgement: Judgement = required("How supervisors judge.")
    cue: Cue | None = optional(None, "A hint on the way to the takeover; null for none.")
    response: DurationDistribution = required("Time from being assigned to being hands-on.")
    fix: DurationDistribution = required("Time one try to put the error right takes.")
    rescue: Rescue = required("How rescues succeed.")
    backup: Backup = required("Who comes when the tries are used up.")
    after_takeover: Literal["hand_back", "finish"] = optional(
        "hand_back", "Whether the trainee goes on with the next step or the supervisor finishes."
    )
    alarm_from: LevelOrNever = optional(
        "never", "Harm level from which a supervisor is summoned even if nobody has judged."
    )


class Debrief(Content):
    """Talking it through after the case."""

    probability: Probability = required("Chance that a case with a known error is debriefed.")
    duration: DurationDistribution = required("How long the debrief takes.")
    wait: DurationOrNever = optional(
        "never", "A debrief not begun within this time is dropped; never to wait without end."
    )


class Gain(Content):
    """What a mistake teaches, talked through or not."""

    debriefed: NotNegative = required("Gain from a debriefed episode, in cases' worth.")
    alone: NotNegative = required("Gain from an episode nobody talks through, in cases' worth.")


class Learning(Content):
    """What cases and mistakes teach."""

    practice: NotNegative = optional(1, "Gain from a case done without error, in cases' worth.")
    failure: Gain = required("Gain in experience from an error of full educational value.")
    observing: NotNegative = optional(
        0, "Gain from a case's steps completed by the supervisor, in cases' worth."
    )
    resilience: Gain = required(
        "Gain in resilience from an episode that ends without more than mild harm."
    )
    half_life: HalfLife = optional("never", "Time in which half of what was learnt is lost.")


class Distress(Content):
    """What harm does to the trainee."""

    shock: NotNegative = optional(0, "Distress per unit of harm weight.")
    relief: Probability = optional(0, "Share of it that a debrief takes away.")
    error_odds_ratio: Positive = optional(
        1, "Multiplies the odds of a further error for each unit of distress."
    )
    half_life: HalfLife = optional("never", "Time in which half of the distress wears off.")


VariantName = Annotated[
    str,
    Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$"),
    Says("the name of a variant is small letters, digits, hyphens and underscores"),
]
SourceKey = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"),
    Says("the key of a source is letters, digits, hyphens and underscores"),
]
Changes = Annotated[dict[str, Any], Says("a mapping of paths to values is needed")]


class Evidence(Content):
    """Where a number comes from. Whatever is not listed counts, and is shown, as an assumption."""

    about: Line = required("Path of what this is about, such as supervision.rescue.success.")
    source: Line = required("A key of sources, or assumption.")
    note: Text | None = optional(None, "What the source says, in a few words.")
    range: Annotated[tuple[Any, Any], Listed, Says("a list of two ends is needed")] | None = (
        optional(None, "Lowest and highest plausible value: what a sensitivity analysis varies.")
    )
