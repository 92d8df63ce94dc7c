"""What has not been done, and what it would take: face and predictive validation."""

from analysis.validation.checks import Check, Outcome, Setting, Verdict


def _not_done(expected: str, takes: str) -> Verdict:
    return Verdict(Outcome.NOT_DONE, expected, "nothing", f"It would take: {takes}")


def _face(_setting: Setting) -> Verdict:
    return _not_done(
        "people who supervise find the model believable, and say where it isn't",
        "supervisors and trainees of several specialties, none of them an author, who read the "
        "model's rules, the assumption sheets of the shipped scenarios and a set of simulated "
        "episodes mixed with real ones, and judge by a form fixed beforehand what is missing, what "
        "is wrong, and which episodes are the simulated ones. The rules were written after "
        "published interviews with supervisors (Klasen 2020, 2022); that is a source, not a test.",
    )


def _predictive(_setting: Setting) -> Verdict:
    return _not_done(
        "numbers of a study still to come, written down before anybody knew them",
        "predictions published before a study ends, and then that study: first on simulators, "
        "supervisors randomised to a rule for stepping in, with errors, takeovers, recoveries and "
        "the trainees' later cases counted; in the end, patients of trainees trained under "
        "different leeway, followed into independent practice. No such trial has been done, so "
        "that even the sign of the effect on later patients is unknown.",
    )


FACE = Check(
    id="face", heading="face", title="People who supervise judge the model",
    claim="Clinicians who supervise find the model's structure, inputs and stories believable.",
    source="nobody has been asked", cost_quick=0, cost_full=0, run=_face,
    recorded=Outcome.NOT_DONE,
)  # fmt: skip

PREDICTIVE = Check(
    id="predictive", heading="predictive", title="A forecast that came true",
    claim="The model foretells what a study finds that was not yet known when it was asked.",
    source="no study was awaited", cost_quick=0, cost_full=0, run=_predictive,
    recorded=Outcome.NOT_DONE,
)  # fmt: skip
