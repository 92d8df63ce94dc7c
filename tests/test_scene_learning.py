"""What is booked when a case closes, and what is forgotten (model, sections 3 and 6)."""

import pytest

from engine.luck import Purpose
from tests.build import (
    HANDS_OFF,
    UNWATCHED,
    at,
    fine,
    latent,
    outcomes,
    recovers,
    rows,
    scene,
    step,
    sure,
    waits,
)

UNSEEN = {"visible_after": "never"}
TALK = {"probability": 1, "duration": "10 min"}
RATES = {
    "practice": 1,
    "failure": {"debriefed": 8, "alone": 4},
    "observing": 0.5,
    "resilience": {"debriefed": 2, "alone": 1},
}
SHOCK = {"shock": 1, "relief": 0.75}


def learnt(*steps, **sections):
    """The outcomes, learning at the rates above; every half-life is never."""
    return outcomes(scene(*steps, **({"learning": RATES, "distress": SHOCK} | sections)))


def channels(found):
    """Practice, failure, observing."""
    return tuple(found[f"experience_{name}"] for name in ("practice", "failure", "observing"))


# ---- the channels ------------------------------------------------------------------------------


def test_a_step_done_without_error_is_practice():
    found = learnt(fine("a"), fine("b"), fine("c"), fine("d"), trainees={"learning_speed": 2})
    assert channels(found) == (2, 0, 0)
    one_of_two = learnt(fine("a"), step("b", safety_net=sure(0), **UNSEEN))
    assert channels(one_of_two) == (0.5, 0, 0)


def test_learning_speed_is_drawn_once_for_each_trainee_and_multiplies_every_gain():
    told = scene(
        fine("a"),
        study={"cases": 3},
        trainees={"count": 2, "learning_speed": {"uniform": [0, 2]}},
    )
    speeds = [2 * at(Purpose.LEARNING_SPEED, trainee=trainee) for trainee in (0, 1)]
    expected = sum((speed + speed) + speed for speed in speeds) / 2
    assert outcomes(told)["experience"] == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("phi", "fields", "supervision"),
    [
        # put right by the trainee, alone or cued
        (1, {"recovery": recovers(2), "educational_value": 0.5}, UNWATCHED),
        (1, {"recovery": recovers(15), "educational_value": 0.5}, UNWATCHED),
        (1, {"recovery": recovers(0, 0)}, waits(5) | {"cue": {"at": 0.5, "works": 1}}),
        # ended by harm before hands-on
        (1, {"worst_harm": "mild"}, UNWATCHED),
        (1, {"worst_harm": "mild"}, {"response": "30 min"}),
        # hands-on, interception or end, on the way from the error to the scheduled first harm
        (0.25, {"call": sure(1), "time_to_harm": "8 min"}, UNWATCHED),
        (0.25, {"call": sure(1), "time_to_harm": "8 min"}, {"rescue": {"success": 0}}),
        (0.75, {"safety_net": sure(6), "time_to_harm": "8 min"}, UNWATCHED),
        (0.5, {"call": sure(4), "worst_harm": "mild"}, {"watched": 0, "fix": "30 min"}),
        (1, {"safety_net": sure(12)}, UNWATCHED),
        (1, {"call": sure(12)}, UNWATCHED),
        (1, {"escalation": "never"}, UNWATCHED),  # subsides at its harm
        # scheduled at the error itself, or never
        (1, {"time_to_harm": "0 min", "safety_net": sure(0)}, UNWATCHED),
        (0, {"time_to_harm": "never", "safety_net": sure(60)}, UNWATCHED),
        (0, {"time_to_harm": "never", "call": sure(60)}, UNWATCHED),
        (0, {"time_to_harm": "never"}, UNWATCHED),
        (1, {"time_to_harm": "never", "recovery": recovers(9)}, UNWATCHED),
    ],
)
def test_failure_teaches_by_its_value_and_the_share_of_the_way_struggled(phi, fields, supervision):
    found = learnt(
        fine("a"),
        step("b", **fields),
        supervision=supervision,
        trainees={"learning_speed": 3},
    )
    value = fields.get("educational_value", 1)
    assert found["experience_failure"] == 3 * value * phi * 4 / 2
    assert found["resilience"] == 3 * phi * 1
    assert found["experience_practice"] == 1.5


def test_the_scheduled_first_harm_is_that_of_this_patient():
    found = learnt(step(safety_net=sure(2)), supervision=UNWATCHED, patient={"fragility": 2})
    assert found["experience_failure"] == 4 * 2 / 5


@pytest.mark.parametrize(
    ("alone", "expected"), [(0.5, (1, 0, 0)), (1, (1, 0, 0)), (1.25, (0, 1.25, 0))]
)
@pytest.mark.parametrize("slip", [step, latent])
def test_an_error_the_trainee_put_right_earns_the_larger_of_practice_and_failure(
    slip, alone, expected
):
    rates = RATES | {"failure": {"debriefed": 9, "alone": alone}}
    righted = slip("a", recovery=recovers(2))
    assert channels(learnt(righted, learning=rates, supervision=UNWATCHED)) == expected


def test_an_error_put_right_by_somebody_else_earns_failure_alone():
    rates = RATES | {"failure": {"debriefed": 9, "alone": 0}}
    caught = step(safety_net=sure(5))
    assert channels(learnt(caught, learning=rates, supervision=UNWATCHED)) == (0, 0, 0)


def test_the_trainee_observes_the_steps_a_supervisor_completes():
    finish = {"after_takeover": "finish", "watched": 0}
    steps = [fine("a"), step("b", call=sure(1), time_to_harm="8 min"), step("c"), fine("d")]
    assert channels(learnt(*steps, supervision=finish)) == (
        0.25,
        4 * 0.25 / 4,
        0.5 / 4 + 0.5 / 4,
    )


@pytest.mark.parametrize(
    ("worst", "resilience"), [("mild", 1), ("moderate", 0), ("severe", 0), ("death", 0)]
)
def test_resilience_grows_by_episodes_that_end_at_none_or_mild(worst, resilience):
    assert learnt(step(worst_harm=worst), supervision=UNWATCHED)["resilience"] == resilience
    assert learnt(step(worst_harm=worst, recovery=recovers(2)), supervision=UNWATCHED)[
        "resilience"
    ] == (1)


@pytest.mark.parametrize(
    ("worst", "weight"), [("mild", 1), ("moderate", 2), ("severe", 4), ("death", 8)]
)
def test_an_episode_distresses_by_the_weight_of_its_harm_and_a_debrief_relieves(worst, weight):
    assert learnt(step(worst_harm=worst), supervision=UNWATCHED)["distress"] == weight
    debriefed = learnt(step(worst_harm=worst), supervision=HANDS_OFF, debrief=TALK)
    assert debriefed["distress"] == weight * 0.25
    assert learnt(step(recovery=recovers(2)), supervision=UNWATCHED)["distress"] == 0


def test_experience_is_what_was_brought_along_and_the_three_sums():
    found = learnt(
        fine("a"),
        step("b", recovery=recovers(1)),
        supervision=UNWATCHED,
        trainees={"experience": 7},
    )
    assert found["experience"] == 7 + 0.5 + 2


def test_error_probability_is_the_mean_over_steps_undistressed():
    steps = [fine("a"), step("b", worst_harm="mild")]
    steps[0]["error_probability"] = {"novice": 0.4, "expert": 0.1}
    found = learnt(*steps, supervision=UNWATCHED, patient={"difficulty_sd": 3})
    decayed = 0.1 + 0.3 * 2.718281828459045 ** (-found["experience"] / 10)
    assert found["error_probability"] == pytest.approx((decayed + 1) / 2, rel=1e-14)


# ---- debriefed or alone ------------------------------------------------------------------------


def test_a_known_error_of_a_case_talked_over_counts_as_debriefed():
    found = learnt(step(recovery=recovers(2)), supervision=HANDS_OFF, debrief=TALK)
    assert (found["experience_failure"], found["resilience"]) == (8, 2)


def test_an_unknown_error_of_a_case_talked_over_does_not():
    unknown = step("a", recovery=recovers(0.5))
    known = step("b", recovery=recovers(2))
    found = learnt(unknown, known, supervision=HANDS_OFF, debrief=TALK)
    assert (found["experience_failure"], found["resilience"]) == ((4 + 8) / 2, 1 + 2)


def test_nor_does_one_whose_debrief_was_dropped():
    busy = latent("x", call=sure(1), time_to_harm="never", **UNSEEN)
    found = learnt(
        busy,
        step("b", recovery=recovers(2)),
        supervision=HANDS_OFF | {"fix": "30 min"},
        debrief=TALK | {"wait": "1 min"},
    )
    assert found["experience_failure"] == 4 / 2  # b alone; x wasn't harmful to come, so 0


# ---- forgetting --------------------------------------------------------------------------------


def test_what_was_learnt_decays_from_booking_to_booking_and_not_after_the_last():
    told = scene(fine("a", "5 min"), study={"cases": 3}, learning=RATES | {"half_life": "10 min"})
    assert outcomes(told)["experience"] == pytest.approx((2**-1.5 + 1) * 2**-1.5 + 1, rel=1e-14)


def test_the_three_sums_decay_alike_and_what_was_brought_along_does_not():
    finish = {"after_takeover": "finish", "watched": 0}
    steps = [fine("a"), step("b", call=sure(1), time_to_harm="8 min"), fine("c")]
    one = learnt(*steps, supervision=finish)
    sections = {"learning": RATES | {"half_life": "1 h"}, "trainees": {"experience": 5}}
    two = learnt(*steps, supervision=finish, study={"cases": 2, "gap": "56 min"}, **sections)
    # a case takes 4 minutes, so an hour passes from close to close
    for name in ("experience_practice", "experience_failure", "experience_observing", "resilience"):
        assert two[name] == pytest.approx(one[name] * 1.5, rel=1e-14)
    assert two["experience"] == 5 + sum(channels(two))


def test_distress_wears_off_by_a_half_life_of_its_own():
    found = learnt(
        step(worst_harm="mild"),
        supervision=UNWATCHED,
        study={"cases": 2},
        distress=SHOCK | {"half_life": "20 min"},
    )
    assert found["distress"] == 1.5
    assert found["resilience"] == 2


# ---- latent episodes carried over --------------------------------------------------------------


def once(recovery, *, visible="1 min", cases=3, **sections):
    """A latent error in case 0 (10 to 14) and in no later one (24 to 28, 38 to 42)."""
    slip = latent("a", recovery=recovers(recovery), visible_after=visible, time_to_harm="2 h")
    slip["error_probability"] = {"novice": 1, "expert": 0}
    usual = {"supervision": HANDS_OFF, "study": {"cases": cases}, "learning": RATES}
    told = scene(slip, fine("b", "4 min"), **(usual | sections))
    return told.with_({"task.learning_cases": 0.001})


PRACTISED = 0.5 + 1 + 1  # b in case 0, and both steps of the two later cases


def test_one_resolved_before_its_case_closes_is_booked_with_it():
    assert channels(outcomes(once(3))) == (PRACTISED, 2, 0)


@pytest.mark.parametrize("recovery", [4, 10, 17.9, 18])
def test_one_resolved_later_is_booked_with_the_next_case_to_close(recovery):
    """Booked at 28; a recovery at 28 itself comes after that close and is booked at 42."""
    found = outcomes(once(recovery, learning=RATES | {"half_life": "14 min"}))
    booked_at = 28 if recovery < 18 else 42
    assert found["experience_failure"] == pytest.approx(2 * 2 ** ((booked_at - 42) / 14))


def test_one_that_no_case_is_left_for_is_booked_at_its_end_undebriefed():
    found = outcomes(
        once(60, debrief=TALK | {"probability": 0}, learning=RATES | {"half_life": "28 min"})
    )
    assert found["experience_failure"] == 2
    at_last = outcomes(once(60, cases=1, learning=RATES | {"half_life": "28 min"}))
    # at 70 all is brought to the present: practice of case 0 was booked at 14
    assert at_last["experience_practice"] == 0.5 * 2**-2
    assert at_last["experience_failure"] == 2


def test_the_last_ones_are_booked_together_when_the_last_of_them_has_resolved():
    slips = [
        latent(name, recovery=recovers(takes), **UNSEEN) for name, takes in [("a", 1), ("b", 9)]
    ]
    late = latent("c", recovery=recovers(5), **UNSEEN)
    found = learnt(*slips, late, supervision=UNWATCHED, learning=RATES | {"half_life": "4 min"})
    assert found["experience_failure"] == pytest.approx(3 * 4 / 3)
    assert found["resilience"] == pytest.approx(3)


def test_one_carried_over_is_talked_about_in_the_next_case_that_has_no_error_of_its_own():
    told = once(60, debrief=TALK)
    # case 0 is known of at 14 and talked over till 24, still open; case 1: 34 to 38; the end at 70
    # falls between case 2 (48 to 52) and none: cases 1 and 2 know of no error
    assert [row.case for row in rows(told, "debrief_start")] == [0]
    assert outcomes(told)["experience_failure"] == 4 / 2
    told = once(26, debrief=TALK)  # resolved at 36, while case 1 (34 to 38) goes on
    assert [row.case for row in rows(told, "debrief_start")] == [0, 1]
    assert outcomes(told)["experience_failure"] == 8 / 2


def test_one_resolved_during_its_own_cases_debrief_is_debriefed_with_it():
    told = once(10, debrief=TALK)  # at 20; the debrief lasts from 14 to 24
    assert [row.case for row in rows(told, "debrief_start")] == [0]
    assert outcomes(told)["experience_failure"] == 8 / 2


def test_an_unknown_one_carried_over_is_not_talked_about():
    told = once(16, visible="never", debrief=TALK)
    assert rows(told, "debrief_start") == []
    assert outcomes(told)["experience_failure"] == 4 / 2


def test_a_latent_step_earns_no_practice_while_its_error_is_open_or_after():
    found = outcomes(scene(latent("a", **UNSEEN), supervision=UNWATCHED, learning=RATES))
    assert channels(found) == (0, 4, 0)


def test_a_harm_after_its_case_has_closed_counts_for_that_case():
    found = outcomes(once(100).with_({"task.steps[a].errors[slip].time_to_harm": "50 min"}))
    assert found["harm_any"] == pytest.approx(100 / 3)
    assert found["harm_severe"] == pytest.approx(100 / 3)
