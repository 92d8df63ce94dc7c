"""Independent practice: alone, with the backup, still learning (model, section 7)."""

import math
from statistics import NormalDist

import pytest

from engine.luck import Purpose
from tests.build import (
    HANDS_OFF,
    at,
    fine,
    latent,
    line,
    log,
    outcomes,
    recovers,
    rows,
    scene,
    step,
    story,
    sure,
    tale,
)

RATES = {"failure": {"debriefed": 9, "alone": 0}, "resilience": {"debriefed": 9, "alone": 0}}


def practised(*steps, cases=1, **sections):
    """A scenario with a case of training and some alone."""
    return scene(*steps, **({"independent": {"cases": cases}} | sections))


def alone(told, *kinds, **where):
    """The story of independent practice."""
    return [
        line(told, row).replace("alone ", "")
        for row in log(told, **where)
        if row.independent and (not kinds or row.kind in kinds)
    ]


def test_each_case_begins_at_clock_0_and_nobody_watches():
    told = practised(fine("a", "3 min"), cases=2)
    assert alone(told) == tale("""
        0 c0 case_start unwatched
        3 c0 step_end 3
        0 c1 case_start unwatched
        3 c1 step_end 3
    """)


def test_a_call_is_answered_by_the_backup_and_the_trainee_goes_on():
    told = practised(
        step("a", call=sure(1)),
        fine("b", "4 min"),
        supervision={
            "response": "9 min",
            "rescue": {"success": 0},
            "after_takeover": "finish",
        },
    )
    assert alone(told) == tale("""
        0 case_start unwatched
        0 a error
        1 a call
        1 a request call
        1 a backup
        6 a hands_on after 5
        8 a resolved backup called
        12 b step_end 4
    """)


def test_so_is_a_level_at_alarm_from():
    told = practised(step(worst_harm="death"), supervision={"alarm_from": "moderate"})
    assert alone(told) == tale("""
        0 case_start unwatched
        0 error
        10 harm at mild
        20 harm at moderate
        20 alarm at moderate
        20 request alarm at moderate
        20 backup at moderate
        25 hands_on after 5 at moderate
        27 resolved backup unnoticed at moderate
    """)


@pytest.mark.parametrize("comes", [{"recovery": recovers(4)}, {"safety_net": sure(4)}])
def test_a_recovery_or_interception_before_hands_on_sends_the_backup_away(comes):
    by = "trainee" if "recovery" in comes else "safety_net"
    assert alone(practised(step(call=sure(1), **comes)))[2:] == tale(f"""
        1 call
        1 request call
        1 backup
        4 resolved {by} called
        4 sent_away
    """)


def test_from_hands_on_only_harm_runs():
    told = practised(
        step(call=sure(1), recovery=recovers(7), worst_harm="mild"), supervision={"fix": "30 min"}
    )
    assert alone(told)[-3:] == tale("""
        6 hands_on after 5
        10 harm at mild
        10 resolved exhausted called at mild
    """)


def test_safety_nets_work_as_in_training_unless_switched_off():
    caught = step(safety_net=sure(9), worst_harm="mild")
    assert alone(practised(caught))[-1] == "9 resolved safety_net unnoticed"
    off = practised(caught, independent={"cases": 1, "safety_net": False})
    assert alone(off)[-1] == "10 resolved exhausted unnoticed at mild"
    assert story(off, "resolved")[0] == "14 resolved supervisor prevented"


def test_no_policy_cue_or_judgement_plays_a_part():
    told = practised(supervision=HANDS_OFF | {"cue": {"at": 0, "works": 1}, "alarm_from": "mild"})
    assert {row.kind for row in log(told) if row.independent} == {
        "case_start", "error", "harm", "alarm", "request", "backup", "hands_on", "resolved",
    }  # fmt: skip


def test_its_luck_is_not_that_of_training():
    spread = {"uniform": ["1 min", "9 min"]}
    told = practised(
        step(call=sure(1), time_to_harm="1 d") | {"duration": spread},
        supervision={
            "backup": {"response": spread},
            "fix": spread,
            "rescue": {"success": 1, "tries": 3},
        },
    )
    begun = (1 + 8 * at(Purpose.STEP_DURATION, independent=True)) * at(
        Purpose.ERROR_TIME, independent=True
    )
    hands_on = (begun + 1) + (1 + 8 * at(Purpose.BACKUP_RESPONSE, independent=True))
    fixed = hands_on + (1 + 8 * at(Purpose.FIX, occurrence=3, independent=True))
    times = {row.kind: row.time for row in log(told) if row.independent}
    assert (times["error"], times["hands_on"], times["resolved"]) == (begun, hands_on, fixed)


def test_a_case_ends_when_its_last_step_and_its_last_episode_have():
    told = practised(latent("a", call=sure(20), time_to_harm="1 h"), fine("b", "3 min"))
    assert alone(told)[-6:] == tale("""
        3 b step_end 3
        20 a call
        20 a request call
        20 a backup
        25 a hands_on after 5
        27 a resolved backup called
    """)


def test_grave_harm_ends_the_attempt_there_too():
    told = practised(step("a"), fine("b", "3 min"))
    assert alone(told)[-1] == "30 a resolved exhausted unnoticed at severe"


# ---- learning goes on, the hard way ------------------------------------------------------------


def erring(cases, **sections):
    """Errors alone: 9 of 10 at first, 1 of 10 at best, of a scale of 3 cases."""
    flaw = step(recovery=recovers(1), worst_harm="mild")
    flaw["error_probability"] = {"novice": 0.9, "expert": 0.1}
    told = scene(flaw, **({"independent": {"cases": cases}} | sections))
    return told.with_({"task.learning_cases": 3})


def expected_errors(cases, experience, gain, practice, shift=0.0):
    erred = []
    for case in range(cases):
        chance = 0.1 + 0.8 * math.exp(-experience / 3)
        hard = shift * NormalDist().inv_cdf(at(Purpose.DIFFICULTY, case=case, independent=True))
        chance = 1 / (1 + (1 - chance) / chance * math.exp(-hard))
        error = at(Purpose.ERROR, case=case, independent=True) < chance
        erred.append(error)
        experience += gain if error else practice
    return erred


def test_learning_goes_on_undebriefed_and_a_case_uses_the_state_at_its_start():
    rates = {"practice": 0.05, "failure": {"debriefed": 9, "alone": 0.4}}
    told = erring(40, learning=rates, debrief={"probability": 1, "duration": "0 min"})
    after_training = outcomes(told)["experience"]
    erred = {row.case for row in rows(told, "error") if row.independent}
    expected = expected_errors(40, after_training, 0.4, 0.05)
    assert erred == {case for case in range(40) if expected[case]}
    assert outcomes(told)["independent_errors"] == 100 * sum(expected) / 40


def test_it_starts_with_the_state_at_the_last_booking_and_nothing_is_forgotten():
    rates = {"practice": 0.05, "failure": {"debriefed": 9, "alone": 0.4}, "half_life": "1 min"}
    told = erring(40, learning=rates, trainees={"experience": 1})
    after_training = outcomes(told)["experience"]
    assert after_training in (1.05, 1.4)
    expected = expected_errors(40, after_training, 0.4, 0.05)
    assert {row.case for row in rows(told, "error") if row.independent} == {
        case for case in range(40) if expected[case]
    }


def test_distress_stays_0():
    rates = {"practice": 0.05, "failure": {"debriefed": 9, "alone": 0.4}}
    told = erring(
        40,
        learning=rates,
        patient={"difficulty_sd": 2},
        supervision={"watched": 0},
        distress={"shock": 50, "error_odds_ratio": 4},
    ).with_({"task.steps[step].errors[slip].recovery": recovers(12)})  # harm at 10
    expected = expected_errors(40, outcomes(told)["experience"], 0.4, 0.05, shift=2)
    assert {row.case for row in rows(told, "error") if row.independent} == {
        case for case in range(40) if expected[case]
    }


def test_resilience_grows_alone_too():
    recovery = {"novice": 0, "expert": 1, "learning_episodes": 2, "time": "5 min"}
    rates = RATES | {"resilience": {"debriefed": 9, "alone": 0.5}}
    told = practised(step(recovery=recovery, worst_harm="mild"), cases=30, learning=rates)
    ends = {row.case: row.number for row in rows(told, "resolved") if row.independent}
    resilience = outcomes(told)["resilience"]
    for case in range(30):
        chance = 1 - math.exp(-resilience / 2)
        recovered = at(Purpose.RECOVERY, case=case, independent=True) < chance
        assert ends[case] == (0 if recovered else 5)
        resilience += 0.5  # phi is 1 either way, and the harm mild at most


def test_the_outcomes_of_training_do_not_change_by_it():
    without, with_it = outcomes(erring(0)), outcomes(erring(40))
    for name, value in without.items():
        if not name.startswith(("independent_", "total_")):
            assert with_it[name] == value or math.isnan(value)


def test_what_training_held_back_is_paid_for_by_these_patients():
    told = practised(step(worst_harm="mild"), cases=2)
    found = outcomes(told)
    assert found["harm_any"] == 0
    assert found["independent_harm_any"] == 100
    assert found["independent_harm_burden"] == 100
    assert found["independent_harm_severe"] == 0
    assert found["total_burden"] == 2
