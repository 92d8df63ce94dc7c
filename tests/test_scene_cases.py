"""A case: its start, its steps, latent errors, grave harm, and who finishes (model, section 3)."""

import math
from statistics import NormalDist

import pytest

from engine.luck import Purpose
from tests.build import (
    UNWATCHED,
    at,
    fine,
    latent,
    outcomes,
    recovers,
    rows,
    scene,
    step,
    story,
    sure,
    tale,
)

FINISH = {"after_takeover": "finish"}
UNSEEN = {"visible_after": "never"}
GRAVE = {"first_harm": "severe", "worst_harm": "death", "escalation": "never"}
"""Ends at severe, resolved by nobody."""


def logit(p):
    return math.log(p / (1 - p))


def expit(x):
    return 1 / (1 + math.exp(-x))


# ---- cases and gaps ----------------------------------------------------------------------------


def test_a_case_starts_one_gap_after_the_last_one_closed_and_the_first_one_gap_after_0():
    told = scene(fine("a", "3 min"), study={"cases": 3, "gap": "7 min"})
    assert story(told) == tale("""
        7 c0 case_start
        10 c0 step_end 3
        10 c0 case_close
        17 c1 case_start
        20 c1 step_end 3
        20 c1 case_close
        27 c2 case_start
        30 c2 step_end 3
        30 c2 case_close
    """)


def test_each_gap_is_a_draw_of_its_own_case():
    told = scene(fine("a"), study={"cases": 5, "gap": {"uniform": ["0 min", "8 min"]}})
    clock = 0.0
    for case, row in enumerate(rows(told, "case_start")):
        clock += 8 * at(Purpose.GAP, case=case)
        assert row.time == clock


@pytest.mark.parametrize(
    ("horizon", "started"),
    [("6 min", 0), ("7 min", 0), ("7.001 min", 1), ("17 min", 1), ("1 h", 3)],
)
def test_no_case_starts_at_or_after_the_horizon_and_a_case_started_is_finished(horizon, started):
    told = scene(fine("a", "3 min"), study={"cases": 3, "gap": "7 min", "horizon": horizon})
    assert len(rows(told, "case_start")) == len(rows(told, "case_close")) == started


def test_everything_may_take_no_time_at_all():
    nothing = {"response": "0 min", "fix": "0 min"}
    told = scene(
        step(visible_after="0 min"), study={"cases": 2, "gap": "0 min"}, supervision=nothing
    )
    assert story(told)[:9] == tale("""
        0 c0 case_start
        0 c0 error
        0 c0 visible
        0 c0 judge_now
        0 c0 request takeover
        0 c0 assigned after 0
        0 c0 hands_on after 0
        0 c0 resolved supervisor prevented
        0 c0 case_close
    """)
    assert len(story(told)) == 18


def test_harm_that_comes_at_once_comes_before_anybody_can_see_it():
    told = scene(step(time_to_harm="0 min", visible_after="0 min", worst_harm="mild"))
    assert story(told)[2:4] == tale("""
        10 harm at mild
        10 resolved exhausted unnoticed at mild
    """)


def test_a_step_ends_after_its_duration_where_nothing_goes_wrong():
    told = scene(
        step("a", error=0) | {"duration": {"uniform": ["1 min", "3 min"]}}, fine("b", "5 min")
    )
    lasts = 1 + 2 * at(Purpose.STEP_DURATION)
    assert [row.time for row in rows(told, "step_end")] == [10 + lasts, 10 + lasts + 5]


# ---- chances -----------------------------------------------------------------------------------


def test_the_error_probability_falls_with_experience_and_rises_with_difficulty_and_distress():
    """Experience stays at 2: nothing is learnt. Each mild harm shocks by 0.1."""
    flaw = step(worst_harm="mild") | {"error_probability": {"novice": 0.6, "expert": 0.1}}
    told = scene(
        flaw,
        study={"cases": 150},
        trainees={"experience": 2},
        supervision=UNWATCHED,
        patient={"difficulty_sd": 1.5},
        learning={"practice": 0, "failure": {"debriefed": 0, "alone": 0}},
        distress={"shock": 0.1, "error_odds_ratio": 1.5},
    )
    erred = {row.case for row in rows(told, "error")}
    distress = 0.0
    base = logit(0.1 + (0.6 - 0.1) * math.exp(-2 / 10))
    for case in range(150):
        hard = 1.5 * NormalDist().inv_cdf(at(Purpose.DIFFICULTY, case=case))
        chance = expit(base + hard + math.log(1.5) * distress)
        assert (case in erred) == (at(Purpose.ERROR, case=case) < chance)
        distress += 0.1 * (case in erred)
    assert 0 < len(erred) < 150


def test_the_recovery_probability_rises_with_resilience_and_falls_with_difficulty_and_distress():
    recovery = {"novice": 0.2, "expert": 0.9, "learning_episodes": 8, "time": "11 min"}
    told = scene(
        step(worst_harm="moderate", recovery=recovery),
        study={"cases": 150},
        supervision=UNWATCHED,
        patient={"difficulty_sd": 1},
        learning={"resilience": {"debriefed": 9, "alone": 0.5}},
        distress={"shock": 0.01, "error_odds_ratio": 2},
    )
    ends = {row.case: row for row in rows(told, "resolved")}
    resilience = distress = 0.0
    for case in range(150):
        hard = NormalDist().inv_cdf(at(Purpose.DIFFICULTY, case=case))
        chance = 0.9 - 0.7 * math.exp(-resilience / 8)
        chance = expit(logit(chance) - hard - math.log(2) * distress)
        recovered = at(Purpose.RECOVERY, case=case) < chance
        assert (ends[case].number == 0) == recovered
        if recovered:
            resilience += 0.5  # ended at mild
        distress += 0.01 * (1 if recovered else 2)
    assert {row.number for row in ends.values()} == {0, 5}


def test_probabilities_0_and_1_stay_0_and_1():
    told = scene(
        step("a", worst_harm="mild", recovery=recovers(1)),
        fine("b"),
        study={"cases": 50},
        supervision=UNWATCHED,
        patient={"difficulty_sd": 20},
    )
    assert len(rows(told, "error")) == 50
    assert {row.number for row in rows(told, "resolved")} == {0}


def test_what_was_learnt_is_brought_to_the_present_at_the_start_of_a_case():
    """Half of it is lost in the gap: the chance of an error is read from what is left."""
    flaw = step(recovery=recovers(0)) | {"error_probability": {"novice": 1, "expert": 0}}
    told = scene(
        flaw,
        study={"cases": 40, "gap": "1 d"},
        supervision=UNWATCHED,
        learning={"practice": 0, "failure": {"debriefed": 0, "alone": 2}, "half_life": "1 d"},
    ).with_({"task.learning_cases": 1})
    erred = {row.case for row in rows(told, "error")}
    failure = 0.0
    for case in range(40):
        failure /= 2
        assert (case in erred) == (at(Purpose.ERROR, case=case) < math.exp(-failure))
        failure += 2 * (case in erred)
    assert 0 < len(erred) < 40


def test_the_state_read_at_the_start_is_used_throughout_the_case():
    """Half of what was learnt is lost during the long first step; the case doesn't notice."""
    forgetful = {
        "learning": {"practice": 0, "failure": {"debriefed": 0, "alone": 4}, "half_life": "12 h"}
    }
    flaw = step("b", recovery=recovers(0)) | {"error_probability": {"novice": 1, "expert": 0}}
    told = scene(
        fine("a", "1 d"),
        flaw,
        study={"cases": 40, "gap": "1 h"},
        supervision=UNWATCHED,
        **forgetful,
    )
    told = told.with_({"task.learning_cases": 1})
    erred = {row.case for row in rows(told, "error")}
    differs = 0
    failure = 0.0
    for case in range(40):
        failure *= 2 ** (-1 / 12)  # over the gap
        u = at(Purpose.ERROR, case=case, step=1)
        assert (case in erred) == (u < math.exp(-failure))
        failure *= 2**-2  # over the case
        differs += (u < math.exp(-failure)) != (case in erred)
        failure += 2.0 * (case in erred)
    assert differs > 0


# ---- latent errors -----------------------------------------------------------------------------


def test_after_a_latent_error_the_attempt_and_later_cases_go_on_while_the_episode_unfolds():
    told = scene(
        step("a", "4 min", latent=True, time_to_harm="16 min"),
        study={"cases": 2, "gap": "10 min"},
        supervision=UNWATCHED,
    )
    errors = [start + 4 * at(Purpose.ERROR_TIME, case=case) for case, start in enumerate((10, 24))]
    assert [row.time for row in rows(told, "error")] == errors
    assert [row.time for row in rows(told, "case_start")] == [10, 24]
    assert [row.time for row in rows(told, "step_end")] == [14, 28]
    first_harm = [row.time for row in rows(told, "harm") if row.level == 1]
    assert first_harm == [time + 16 for time in errors]


def test_a_latent_episode_keeps_the_patient_and_the_watching_of_its_own_case():
    seed = next(
        seed
        for seed in range(200)
        if at(Purpose.FRAGILITY, seed=seed) > 0.5 > at(Purpose.FRAGILITY, seed=seed, case=1)
        and at(Purpose.WATCHED, seed=seed) > 0.5 > at(Purpose.WATCHED, seed=seed, case=1)
    )
    told = scene(
        latent("a", visible_after="25 min", time_to_harm="120 min", escalation="40 min"),
        study={"cases": 2},
        patient={"fragility": {"empirical": [1, 4]}},
        supervision={"watched": 0.5},
    )
    assert story(told, "case_start", "harm", "visible", seed=seed) == tale("""
        10 c0 case_start unwatched
        20 c1 case_start
        40 c0 harm at mild
        45 c1 visible
        50 c0 harm at moderate
        60 c0 harm at severe
    """)


def test_the_rescue_of_a_latent_error_takes_a_supervisor_not_the_trainee_who_goes_on():
    told = scene(latent("a"), fine("b", "2 min"), fine("c", "3 min"), supervision=FINISH)
    assert story(told)[3:] == tale("""
        11 a visible
        11 a judge_now
        11 a request takeover
        11 a assigned after 0
        12 b step_end 2
        12 a hands_on after 1
        14 a resolved supervisor prevented
        15 c step_end 3
        15 case_close
    """)
    assert outcomes(told)["supervisor_busy"] == (14 - 11) / 15


# ---- grave harm ends the attempt ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("worst", "steps_done"), [("mild", 1), ("moderate", 1), ("severe", 0), ("death", 0)]
)
def test_an_episode_that_ends_at_severe_or_death_ends_its_attempt(worst, steps_done):
    told = scene(step("a", worst_harm=worst), fine("b", "5 min"), supervision=UNWATCHED)
    assert len(rows(told, "step_end")) == steps_done
    assert outcomes(told)["experience_practice"] == steps_done / 2


def test_so_does_one_that_a_supervisor_puts_right_too_late():
    told = scene(
        step("a", worst_harm="death", **UNSEEN), step("b"), supervision=FINISH | {"fix": "25 min"}
    )
    assert story(told)[-2:] == tale("""
        46 a resolved supervisor late_noticed at severe
        46 case_close
    """)


@pytest.mark.parametrize("worst", ["severe", "death"])
def test_a_grave_latent_one_stops_the_step_under_way_which_earns_nothing(worst):
    grave = GRAVE | {"worst_harm": worst, "time_to_harm": "12 min"}
    told = scene(
        latent("a", **grave), fine("b", "5 min"), fine("c", "8 min"), supervision=UNWATCHED
    )
    by = "exhausted" if worst == "severe" else "subsided"
    assert story(told)[3:] == tale(f"""
        15 b step_end 5
        22 a harm at severe
        22 a resolved {by} unnoticed at severe
        22 case_close
    """)
    assert outcomes(told)["experience_practice"] == 1 / 3


def test_an_error_not_yet_fallen_does_not_fall():
    grave = GRAVE | {"time_to_harm": "0.001 min"}
    told = scene(latent("a", **grave), step("b", "10 min"), supervision=UNWATCHED)
    assert [row.step for row in rows(told, "error")] == [0]
    assert rows(told, "case_close")[0].time == 10.001


def test_the_patients_other_open_episodes_run_on():
    grave = latent("b", **GRAVE | {"time_to_harm": "12 min"})
    told = scene(latent("a", time_to_harm="15 min"), grave, fine("c", "1 h"), supervision=UNWATCHED)
    assert story(told)[-5:] == tale("""
        22 case_close
        25 a harm at mild
        35 a harm at moderate
        45 a harm at severe
        45 a resolved exhausted unnoticed at severe
    """)


def test_an_attempt_that_stands_still_for_another_error_is_over_when_that_one_ends():
    grave = latent("a", **GRAVE | {"time_to_harm": "2 min"})
    still = step("b", safety_net=sure(7))
    told = scene(grave, still, step("c"), supervision=UNWATCHED | FINISH)
    assert story(told)[4:] == tale("""
        12 a harm at severe
        12 a resolved subsided unnoticed at severe
        17 b resolved safety_net unnoticed
        17 case_close
    """)
    rescued = scene(
        grave, step("b", call=sure(3), **UNSEEN), fine("c", "9 min"), supervision=FINISH | UNWATCHED
    )
    assert story(rescued)[-2:] == tale("""
        16 b resolved supervisor called
        16 case_close
    """)


def test_a_finishing_supervisor_is_released():
    grave = latent("a", **GRAVE | {"time_to_harm": "12 min"})
    called = step("b", call=sure(0), **UNSEEN)
    told = scene(
        latent("x", call=sure(5), time_to_harm="1 d", **UNSEEN),
        grave,
        called,
        fine("c", "5 min"),
        fine("d", "1 h"),
        supervision=UNWATCHED | FINISH,
    )
    assert story(told)[-9:] == tale("""
        15 x call
        15 x request call
        18 c step_end 5 by supervisor
        22 a harm at severe
        22 a resolved subsided unnoticed at severe
        22 case_close
        22 x assigned after 7
        23 x hands_on after 8
        25 x resolved supervisor called
    """)
