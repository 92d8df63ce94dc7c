"""What the twin says, in hand-reckoned scenes. The errors of case 0 fall at minute 10."""

import pytest

from analysis.parting import Parting, Rows, Side
from analysis.view import twin_words
from engine.event_log import Event
from tests.build import HANDS_OFF, UNWATCHED, kind, latent, recovers, scene, step, sure, waits
from tests.twin_view import of, sentences, sound

# ---- sentences: hand-reckoned scenes ----------------------------------------------------------


def test_stepping_in_against_waiting():
    """Both notice at 11; A waits until 15, B steps in: hands-on at 12, done at 14."""
    told = of(scene(supervision=waits(5)), scene(supervision=waits(0)))
    sound(told)
    assert told["shown"]["sentences"] == [
        "What made the difference: the supervisor waited under A and stepped in at once under B.",
        "It ended alike: the supervisor put it right, 8 min after the error under A and 4 min "
        "under B, and the patient was unharmed in both.",
        "In the first trainee's first case (slip), 1 min after the error, the two worlds part.",
        "Under A, the supervisor notices and waits.",
        "Under B, the supervisor notices and steps in.",
        "The supervisor stepped in 4 min earlier under B.",
    ]
    a, b = told["shown"]["worlds"]
    assert [(mark["minutes"], mark["kind"]) for mark in a["marks"]] == [
        (0, "error"), (1, "noticed"), (5, "request"), (6, "hands_on"), (8, "resolved")
    ]  # fmt: skip
    assert [(mark["minutes"], mark["kind"]) for mark in b["marks"]] == [
        (0, "error"), (1, "noticed"), (2, "hands_on"), (4, "resolved")
    ]  # fmt: skip
    assert (told["shown"]["parts_at"], told["shown"]["unit"]) == (1, "minutes")
    assert (a["end"], b["end"]) == ("supervisor puts it right, no harm",) * 2
    assert told["shown"]["start"] == "The error falls on day 1 of training."
    assert (told["a"]["label"], told["b"]["label"]) == ("time limit 5 min", "time limit 0 s")


def test_waiting_longer_lets_the_trainee_put_it_right():
    """B takes over at 13; A would at 15, but the trainee is done at 14.5."""
    right = step(recovery=recovers(4.5))
    told = sentences(scene(right, supervision=waits(5)), scene(right, supervision=waits(3)))
    assert told[:3] == [
        "What made the difference: the supervisor was ready to wait longer under A.",
        "Under A, the trainee put it right 4 min 30 s after the error, and the patient was "
        "unharmed.",
        "Under B, the supervisor put it right 6 min after the error, and the patient was unharmed.",
    ]


def test_the_same_danger_is_tolerated_otherwise():
    """Sharpness 1, W = 10, L' = 3: at 1 minute c = 1 / (1 + 10/4) = 29 %."""
    a, b = (scene(supervision={"permissiveness": value}) for value in (0.5, 0.25))
    assert sentences(a, b)[:2] == [
        "What made the difference: the supervisor waited under A and stepped in at once under B.",
        "Both see the same danger; what differs is how much of it they tolerate.",
    ]


def test_a_rule_above_the_policy_is_not_told_as_tolerance():
    a = scene(supervision={"permissiveness": 0.5})
    told = sentences(a, a.with_({"supervision.never_allow": ["slip"]}))
    assert told[0].endswith("waited under A and stepped in at once under B.")
    assert not [text for text in told if text.startswith("Both")]
    assert any("this error is never allowed" in text for text in told)


def test_the_danger_looks_greater_where_a_rescue_takes_longer():
    a = scene(supervision={"permissiveness": 0.4})
    b = a.with_({"supervision.response": "5 min"})
    assert sentences(a, b)[:2] == [
        "What made the difference: the supervisor waited under A and stepped in at once under B.",
        "Both tolerate the same; under B the danger looks greater, since a rescue takes longer "
        "there.",
    ]
    assert sentences(b, a)[1].startswith("Both tolerate the same; under A the danger")


def test_waiting_that_does_harm():
    """A waits beyond the mild harm of minute 10; under a time limit that is the end of waiting."""
    told = sentences(scene(supervision=waits(20)), scene(supervision=waits(0)))
    assert told[1:3] == [
        "Under A, the supervisor put it right 13 min after the error, and the patient was left "
        "with mild harm.",
        "Under B, the supervisor put it right 4 min after the error, and the patient was unharmed.",
    ]


def test_hands_off_until_the_patient_dies():
    grave = step(worst_harm="death")
    a = scene(grave, supervision=HANDS_OFF | {"alarm_from": "never"})
    told = of(a, scene(grave, supervision={"policy": "zero_tolerance"}))
    sound(told)
    assert told["shown"]["sentences"][1] == (
        "Under A, the harm had run its course 40 min after the error, and the patient died."
    )
    a = told["shown"]["worlds"][0]
    assert [mark["kind"] for mark in a["marks"]].count("harm") == 4
    assert [span["level"] for span in a["harm"]] == ["none", "mild", "moderate", "severe", "death"]
    labels = (told["a"]["label"], told["b"]["label"])
    assert labels == ("never step in unasked", "always step in at once")


def test_an_error_in_one_world_only():
    a = scene(supervision=UNWATCHED | {"alarm_from": "never"})
    b = a.with_({"task.steps[step].error_probability": {"novice": 0, "expert": 0}})
    told = of(a, b)
    sound(told)
    assert told["shown"]["sentences"][:2] == [
        "What made the difference: the trainee made the error under A only.",
        "Under A, the harm had run its course 30 min after the error, and the patient was left "
        "with severe harm. Under B there was no such error.",
    ]
    assert told["shown"]["start"] == ("The error falls on day 1 of training, under A alone.")
    swapped = sentences(b, a)
    assert swapped[0] == "What made the difference: the trainee made the error under B only."


def test_another_error_in_either_world():
    kinds = [kind("slip", share=0.5), kind("lapse", share=0.5)]
    a = scene(step(kinds=[kinds[0] | {"share": 1}, kinds[1] | {"share": 0}]))
    b = scene(step(kinds=[kinds[0] | {"share": 0}, kinds[1] | {"share": 1}]))
    told = of(a, b)
    sound(told)
    assert told["shown"]["sentences"][0] == (
        "What made the difference: the trainee made one error under A and another under B."
    )
    assert told["shown"]["title"].endswith(": slip or lapse")


def test_a_latent_error():
    task = latent("step", visible_after="2 min")
    told = of(scene(task, supervision=waits(4)), scene(task, supervision=waits(0)))
    sound(told)
    assert told["shown"]["sentences"][0] == (
        "What made the difference: the supervisor waited under A and stepped in at once under B."
    )
    text = told["shown"]["worlds"][0]["story"][0]["text"]
    assert text == 'error at "step": slip; the trainee doesn\'t know and goes on'


def test_a_cue_that_works():
    right = step(recovery=recovers(2, chance=0))
    cued = {"cue": {"at": 0.5, "works": 1}}
    a = scene(right, supervision=waits(7) | cued)
    told = of(a, scene(right, supervision=waits(1) | cued))
    sound(told)
    assert told["shown"]["sentences"][1].startswith(
        "Under A, the trainee put it right after the cue 6 min after the error"
    )
    marks = told["shown"]["worlds"][0]["marks"]
    assert [mark["kind"] for mark in marks] == ["error", "noticed", "cue", "resolved"]


def test_a_call():
    calls = step(call=sure(3))
    told = sentences(scene(calls, supervision=UNWATCHED), scene(step(), supervision=UNWATCHED))
    assert told[0] == "What made the difference: the trainee called under A only."


def test_several_busy_supervisors():
    """One supervisor, two trainees: the second waits until 14 under A, until 18 under B."""
    a = scene(trainees={"count": 2})
    told = sentences(a, a.with_({"supervision.fix": "6 min"}), (0, 1, 0))
    assert told[0] == ("What made the difference: a supervisor had eyes for it sooner under A.")
    assert "No supervisor was free for it under A for 3 min and under B for 7 min." in told


def test_a_supervisor_each_against_one_for_two():
    a = scene(trainees={"count": 2}, supervision={"supervisors": 2})
    told = sentences(a, a.with_({"supervision.supervisors": 1}), (0, 1, 0))
    assert "No supervisor was free for it for 3 min under B; one was free at once under A." in told


def test_a_debrief_in_one_world_only():
    held = {"probability": 1, "duration": "5 min", "wait": "1 h"}
    a = scene(debrief=held, supervision=waits(0))
    told = sentences(a, a.with_({"debrief.probability": 0}))
    assert told[0].startswith("What made the difference: the case was talked through under A only")


def test_a_case_of_one_world_alone():
    a = scene(study={"cases": 2}, supervision=waits(0))
    told = sentences(a, a.with_({"study.cases": 1}), (0, 0, 1))
    assert told[0] == "What made the difference: the case is there under A only."
    assert told[1].endswith("Under B there was no such case.")


def test_other_eyes():
    a = scene(supervision=waits(0))
    told = sentences(a, a.with_({"supervision.watched": 0}))
    assert told[0] == (
        "What made the difference: the case began under other eyes under A than under B."
    )
    assert "Under A, the case starts; supervisor 0 is watching." in told
    assert "Under A, the case starts; supervisor 0 is watching." in told


@pytest.mark.parametrize("kind", ["case_close"])
def test_whose_debrief_it_was(kind):
    """Both close at once; the one that was debriefed is named, whichever it is."""
    rows = [Event(11.0, kind, 0, 0, 0, 0, debriefed, 0, False) for debriefed in (0, 1)]
    for pair, name in ((rows, "B"), (rows[::-1], "A")):
        sides = [Side(world, scene(), [row]) for world, row in zip("AB", pair, strict=True)]
        parted = Parting(sides[0].rows[0][:0] or (False, 0, 0), 0, 1.0, Rows(*pair))
        assert twin_words.cause(*sides, parted) == f"the case was talked through under {name} only"


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        ((1, 0, 0, 0, 0), "In the first replication there is no training case that both worlds "
         "have."),
        ((1, 1, 1, 1, 0), "In the first replication, 1 of 1 training case went otherwise: in "
         "training, 1 patient came off better under A and none under B. Later patients aren't "
         "followed one by one."),
        ((6, 1440, 387, 2, 81), "In the first 6 replications, 387 of 1,440 training cases went "
         "otherwise: in training, 81 patients came off better under B and 2 under A. Later "
         "patients aren't followed one by one."),
        ((6, 1440, 5, 0, 0), "In the first 6 replications, 5 of 1,440 training cases went "
         "otherwise; in training, no patient came off better under either."),
    ],
)  # fmt: skip
def test_how_many_cases(counts, says):
    assert twin_words.cases(*counts) == says
