"""The project's vocabulary in plain words, for an educator: what the page shows on hover.

The model (docs/model.md) says the same in formulae; where the two disagree, that page is right.
"""

from typing import Any

from analysis.view.terms import ERRORS, PEOPLE, SUPERVISION, Term

HARM = (
    Term(
        "harm",
        "What an error does to the patient, in simulation. Its levels are none, mild, moderate, "
        "severe and death; a patient counts once, at the worst level reached.",
        (
            "harm level",
            "harm levels",
            "patients harmed",
            "mild harm",
            "moderate harm",
            "severe harm",
            "death",
            "patients severely harmed",
            "patients who died",
        ),
        ("harm_any", "harm_severe", "harm_death", "harm", "mild", "moderate", "severe", "death"),
    ),
    Term(
        "harm weight",
        "How much a harm level counts beside the others when harm is added up. The weights are an "
        "ethical choice, not a measurement.",
        ("harm weights",),
    ),
    Term(
        "total burden",
        "The harm weights of all of a trainee's patients added up: those met in training and those "
        "of independent practice. Now and later on one scale.",
        ("total burden of harm",),
        ("total_burden",),
    ),
)

LEARNING = (
    Term(
        "experience",
        "What a trainee has learned, in cases' worth: steps done well, errors lived through, and "
        "steps watched while a supervisor finished. It fades with time.",
        (),
        ("experience",),
    ),
    Term(
        "practice",
        "What a trainee learns from a step done without error. It is one of three sources of "
        "experience, beside failure and observing.",
    ),
    Term(
        "observing",
        "What a trainee learns from a step that a supervisor completes while the trainee looks on.",
    ),
    Term(
        "resilience",
        "Mistakes lived through that ended with mild harm at most. The more of them, the likelier "
        "the trainee sees the next error and puts it right alone.",
        (),
        ("resilience",),
    ),
    Term(
        "distress",
        "What errors and the harm they did leave in the trainee. It makes further errors likelier, "
        "fades with time, and a debrief relieves it.",
    ),
    Term(
        "debrief",
        "A talk about a case with a known error, after it. It needs a supervisor who is free, and "
        "what is talked over teaches more; one that can't begin in time is dropped.",
        ("debriefs", "debriefed", "cases with a known error debriefed", "debriefs held"),
        ("debrief", "debriefs"),
    ),
    Term(
        "variant",
        "A named set of other assumptions in the same scenario, to choose as a whole: optimistic, "
        "where failure teaches much, or pessimistic, where it teaches little.",
        ("variants", "what failure teaches", "optimistic", "pessimistic"),
        ("variant",),
    ),
)

METHOD = (
    Term(
        "scenario",
        "One ward, one task and one way of supervising, written down in a file, with where each "
        "number comes from.",
        ("scenarios",),
    ),
    Term(
        "luck",
        "All the chances of a simulation: which patient comes, where an error falls, whether a "
        "rescue works. Two settings that share their luck differ by the settings alone.",
    ),
    Term(
        "seed",
        "A number that stands for the luck: the same seed gives the same luck, to the last bit.",
        (),
        ("seed",),
    ),
    Term(
        "replication",
        "The whole training, and the independent practice after it, simulated once. More "
        "replications make intervals narrower.",
        ("replications",),
    ),
    Term(
        "interval",
        "Where the mean lies, as far as the replications can tell (95 %). It speaks of the luck of "
        "the simulation alone, not of whether its assumptions are right.",
        ("intervals", "95 % interval"),
    ),
    Term(
        "twin",
        "The same patients, trainees and luck under a second supervisor. What differs between the "
        "two worlds, A and B, the supervisor has made.",
        ("twins", "second supervisor", "world", "worlds"),
    ),
    Term(
        "assumption",
        "A number that no source gives as such; a note may say what it leans on. What follows from "
        "the page follows from its assumptions, too.",
        ("assumptions", "assumed"),
    ),
    Term(
        "plausible range",
        "The least and the greatest that an input could reasonably be, by the evidence list of the "
        "scenario.",
    ),
)

TERMS: tuple[Term, ...] = (*PEOPLE, *ERRORS, *SUPERVISION, *HARM, *LEARNING, *METHOD)
"""The vocabulary, by subject."""


def glossary() -> list[dict[str, Any]]:
    """The glossary as plain data, by the alphabet: term, meaning, also, of (see Term)."""
    return [
        {"term": one.term, "meaning": one.meaning, "also": list(one.also), "of": list(one.of)}
        for one in sorted(TERMS, key=lambda each: each.term)
    ]
