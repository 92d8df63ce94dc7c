"""Judgement: what a supervisor perceives, tolerates and plans (model, section 5)."""

import math
from statistics import NormalDist

import pytest

import engine
from engine.luck import Purpose
from tests.build import (
    HANDS_OFF,
    at,
    kind,
    latent,
    moment,
    recovers,
    rows,
    scene,
    step,
    story,
    sure,
    tale,
    waits,
)

ZERO = {"policy": "zero_tolerance"}
CLOSE = pytest.approx  # formulae with powers are reckoned here by another library


def z(purpose, **where):
    return NormalDist().inv_cdf(at(purpose, **where))


def judged(told, level=0):
    """Tolerated and perceived chance at the first judgement made at a level."""
    row = next(row for row in rows(told, "judge_now", "judge_wait") if row.level == level)
    return row.number, row.second


def planned(permissiveness, *, level=0, sharpness=1, bias=0, **fields):
    """When the takeover is requested, with noise 0; usual latency 3 minutes."""
    fields = {"visible_after": "0 min", "time_to_harm": "10 min"} | fields
    judgement = {"noise": 0, "sharpness": sharpness, "bias": bias}
    told = scene(
        step(**fields), supervision={"permissiveness": permissiveness, "judgement": judgement}
    )
    return next(row.time for row in rows(told, "request") if row.level == level)


# ---- the perceived chance ----------------------------------------------------------------------


@pytest.mark.parametrize("sharpness", [1, 2, 0.5])
def test_the_perceived_chance_is_that_harm_comes_before_a_takeover_begun_now_is_done(sharpness):
    told = scene(supervision={"judgement": {"noise": 0, "sharpness": sharpness}})
    _, c = judged(told)
    assert c == CLOSE(1 / (1 + (10 / (1 + 3)) ** sharpness), rel=1e-13)


def test_at_a_harm_level_it_counts_from_when_that_level_was_reached():
    busy = latent("x", call=sure(0), visible_after="never", time_to_harm="1 d")
    told = scene(
        busy,
        latent("a", visible_after="never", escalation="16 min"),
        supervision={
            "response": "1 min",
            "fix": "13 min",
        },
    )
    # harm at 20; judged when x is done, at 24: 4 minutes after it, usual latency 14
    _, c = judged(told, level=1)
    assert c == 1 / (1 + 16 / (4 + 14))


def test_bias_and_noise_stretch_the_true_window():
    told = scene(
        study={"cases": 8}, supervision={"judgement": {"noise": 0.7, "bias": 0.4, "sharpness": 1}}
    )
    for row in rows(told, "judge_now"):
        window = 10 * math.exp(0.4 + 0.7 * z(Purpose.MISJUDGEMENT, case=row.case))
        assert row.second == CLOSE(1 / (1 + window / 4), rel=1e-12)


def test_misjudgement_is_drawn_anew_at_each_level():
    told = scene(
        step(visible_after="0 min"),
        supervision={
            "permissiveness": 8,
            "judgement": {"noise": 0.7, "sharpness": 1},
        },
    )
    for row in rows(told, "judge_wait"):
        window = 10 * math.exp(0.7 * z(Purpose.MISJUDGEMENT, occurrence=row.level))
        assert row.second == CLOSE(1 / (1 + window / 3), rel=1e-12)
    assert [row.level for row in rows(told, "judge_wait")] == [0, 1, 2]


def test_the_chance_is_0_where_a_takeover_would_take_no_time_since_the_level_was_reached():
    told = scene(step(visible_after="0 min"), supervision={"response": "0 min", "fix": "0 min"})
    assert judged(told) == (0, 0)


def test_the_chance_is_0_where_harm_never_comes():
    assert judged(scene(step(time_to_harm="never")))[1] == 0


@pytest.mark.parametrize(
    ("response", "median"),
    [
        ({"lognormal": {"median": "4 min", "cv": 2}}, 4),
        ({"lognormal": {"mean": "4 min", "sd": "3 min"}}, 4 / 1.25),
        ({"lognormal": {"p5": "1 min", "p95": "9 min"}}, 3),
        ({"loglogistic": {"median": "6 min", "shape": 2}}, 6),
        ({"weibull": {"median": "5 min", "shape": 2}}, 5),
        ({"weibull": {"scale": "5 min", "shape": 2}}, 5 * math.sqrt(math.log(2))),
        ({"exponential": {"mean": "5 min"}}, 5 * math.log(2)),
        ({"uniform": ["2 min", "5 min"]}, 3.5),
        ({"triangular": {"low": "0 min", "mode": "2 min", "high": "10 min"}}, 10 - math.sqrt(40)),
        ({"empirical": ["10 min", "1 min", "3 min", "2 min"]}, 2),
        ({"empirical": ["10 min", "1 min", "2 min"]}, 2),
    ],
)
def test_a_supervisor_reckons_with_the_median_response_and_fix(response, median):
    for supervision in ({"response": response}, {"fix": response, "response": "2 min"}):
        _, c = judged(scene(supervision=supervision))
        assert c == CLOSE(1 / (1 + 10 / (1 + median + 2)), rel=1e-12)


def test_the_queue_is_not_reckoned_with():
    busy = latent("x", call=sure(0), visible_after="0 min", time_to_harm="1 d")
    seen = latent("a", visible_after="0 min")
    told = scene(busy, seen, supervision={"supervisors": 2, "permissiveness": 0.5})
    assert rows(told, "judge_wait")[0].second == 1 / (1 + 10 / 3)


# ---- the tolerated chance ----------------------------------------------------------------------


def test_the_tolerated_chance_is_permissiveness_times_value_against_the_weight_of_what_comes():
    told = scene(
        step(visible_after="0 min", educational_value=0.5, worst_harm="death"),
        supervision={"permissiveness": 16},
    )
    q = {row.level: row.number for row in rows(told, "judge_wait", "judge_now")}
    assert q == {0: 8, 1: 8 / 2, 2: 8 / 4, 3: 8 / 8}


def test_the_next_level_is_the_first_harm_where_harm_begins_graver():
    assert judged(scene(step(first_harm="severe"), supervision={"permissiveness": 1}))[0] == 1 / 4


def test_risk_threshold_does_not_weigh_the_value():
    lesson = step(educational_value=0.25)
    weighing = {"permissiveness": 0.5}
    assert judged(scene(lesson, supervision=weighing))[0] == 0.125
    assert judged(scene(lesson, supervision=weighing | {"policy": "risk_threshold"}))[0] == 0.5


def test_each_person_has_a_multiplier_and_each_judgement_a_slip():
    judgement = {
        "noise": 0,
        "sharpness": 1,
        "between_supervisors_cv": 0.8,
        "within_supervisor_cv": 0.5,
    }
    told = scene(
        step(visible_after="0 min"),
        study={"cases": 30},
        supervision={"pool": 3, "permissiveness": 9, "judgement": judgement},
    )
    between, within = (math.sqrt(math.log(1 + cv * cv)) for cv in (0.8, 0.5))
    person = {row.case: int(row.number) for row in rows(told, "case_start")}
    assert person == {case: int(3 * at(Purpose.PERSON, case=case)) for case in range(30)}
    assert set(person.values()) == {0, 1, 2}
    for row in rows(told, "judge_wait", "judge_now"):
        multiplier = math.exp(between * z(Purpose.PERSON_MULTIPLIER, trainee=person[row.case]))
        slip = math.exp(within * z(Purpose.SLIP, case=row.case, occurrence=row.level))
        weight = (1, 2, 4)[row.level]
        assert row.number == CLOSE(9 * multiplier * slip / weight, rel=1e-12)


def test_entrustment_trusts_as_the_trainee_has_put_errors_right_unharmed_so_far():
    """Recoveries come before or after the harm of minute 5, or not at all; nobody takes over."""
    half = recovers(2, 0.7) | {"time": {"uniform": ["1 min", "11 min"]}}
    told = scene(
        step(recovery=half, time_to_harm="5 min", escalation="10 min", worst_harm="moderate"),
        study={"cases": 40},
        supervision={"policy": "entrustment", "permissiveness": 16},
    )
    seen = good = righted_late = 0
    for row in rows(told, "judge_wait", "resolved"):
        if row.kind == "resolved":
            seen += 1
            good += row.number == 0 and row.level == 0
            righted_late += row.number == 0 and row.level == 1
        else:
            weight = (1, 2)[row.level]
            assert row.number == 16 * (2 * (1 + good) / (2 + seen)) / weight
    assert good > 5
    assert righted_late > 5
    assert seen == 40


# ---- the planned takeover ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "time"),
    [
        ({"permissiveness": 0.5}, 10 + 10 - 3),
        ({"permissiveness": 0.5, "time_to_harm": "5 min"}, 10 + 5 - 3),
        ({"permissiveness": 0.5, "sharpness": 3}, 10 + 10 - 3),
        ({"permissiveness": 0.2, "time_to_harm": "40 min"}, 10 + 40 / 4 - 3),
        ({"permissiveness": 0.2, "time_to_harm": "40 min", "sharpness": 2}, 10 + 40 / 2 - 3),
        ({"permissiveness": 0.5, "time_to_harm": "8 min", "bias": -math.log(2)}, 10 + 4 - 3),
        # what would be in the past is now
        ({"permissiveness": 0.2}, 10),
        ({"permissiveness": 0.5, "time_to_harm": "3 min"}, 10),
        ({"permissiveness": 0.5, "time_to_harm": "10 min", "visible_after": "9 min"}, 19),
        # nothing is tolerated
        ({"permissiveness": 0, "time_to_harm": "1 d"}, 10),
        ({"permissiveness": 0, "time_to_harm": "never"}, 10),
        ({"permissiveness": 1, "educational_value": 0, "time_to_harm": "1 d"}, 10),
        # at mild the window counts from 20, and q is halved
        ({"permissiveness": 0.8, "level": 1, "escalation": "30 min"}, 20 + 30 * (0.4 / 0.6) - 3),
        ({"permissiveness": 1, "level": 1}, 20 + 10 - 3),
    ],
)
def test_the_supervisor_steps_in_when_the_perceived_chance_reaches_the_tolerated(settings, time):
    assert planned(**settings) == CLOSE(time, rel=1e-14)


def test_at_the_threshold_itself_the_supervisor_steps_in_now():
    told = scene(step(time_to_harm="4 min"), supervision={"permissiveness": 0.5})
    assert judged(told) == (0.5, 0.5)
    assert moment(told, 11)[1] == "11 judge_now"


def test_a_tolerated_chance_of_1_or_more_means_not_before_the_next_level():
    told = scene(step(visible_after="0 min"), supervision={"permissiveness": 2})
    assert story(told, "judge_wait", "judge_now", "request") == tale("""
        10 judge_wait
        20 judge_wait at mild
        30 judge_wait at moderate
        37 request takeover at moderate
    """)


def test_a_harm_that_never_comes_is_waited_for_without_end():
    told = scene(step(time_to_harm="never"), supervision={"permissiveness": 0.01})
    assert story(told)[-3:] == tale("""
        11 judge_wait
        11 resolved subsided allowed
        11 case_close
    """)


# ---- policies and overriding rules -------------------------------------------------------------


def test_zero_tolerance_steps_in_at_once_whatever_the_permissiveness():
    told = scene(step(time_to_harm="never"), supervision=ZERO | {"permissiveness": 5})
    assert moment(told, 11)[1:3] == ["11 judge_now", "11 request takeover"]
    assert judged(told) == (0, 0)


def test_hands_off_never_steps_in():
    told = scene(step(worst_harm="death"), supervision=HANDS_OFF)
    assert rows(told, "request") == []
    assert len(rows(told, "judge_wait")) == 1


def test_time_limit_counts_from_the_error_and_steps_in_at_any_harm():
    assert rows(scene(supervision=waits(4)), "request")[0].time == 14
    late = scene(step(visible_after="6 min"), supervision=waits(4))
    assert moment(late, 16)[1] == "16 judge_now"
    harmed = scene(step(visible_after="never"), supervision=waits(60))
    assert moment(harmed, 20)[1] == "20 judge_now at mild"


EVERY_POLICY = [
    {"policy": "value_weighted"},
    {"policy": "risk_threshold"},
    {"policy": "entrustment"},
    HANDS_OFF,
    waits(600),
]


def requested(fields=None, **supervision):
    told = scene(
        step(**({"time_to_harm": "1 h", "worst_harm": "death"} | (fields or {}))),
        supervision={"permissiveness": 20} | supervision,
    )
    return next((row.time for row in rows(told, "request")), None)


@pytest.mark.parametrize("policy", EVERY_POLICY)
def test_three_rules_override_every_policy(policy):
    assert requested(**policy, never_allow=["slip"]) == 11
    assert requested(**policy, time_cap="7 min") == 17
    assert requested(**policy, time_cap="7 min", never_allow=["slip"]) == 11
    assert requested({"visible_after": "9 min"}, **policy, time_cap="7 min") == 19
    quick = {"time_to_harm": "5 min", "escalation": "1 h", "visible_after": "6 min"}
    assert requested(quick, **policy, stop_at="mild") == 15
    if policy is not HANDS_OFF and "time_limit" not in policy:
        assert requested(quick, **policy, stop_at="moderate") == 75


def test_never_allow_is_about_its_kinds_alone():
    kinds = [kind("grave", share=0.5), kind("light", share=0.5)]
    told = scene(
        step(kinds=kinds),
        study={"cases": 40},
        supervision=HANDS_OFF | {"never_allow": ["grave"]},
    )
    grave = {row.case for row in rows(told, "error") if row.number == 0}
    assert {row.case for row in rows(told, "judge_now")} == grave
    assert {row.case for row in rows(told, "judge_wait")} == set(range(40)) - grave


def test_a_time_cap_under_hands_off_stands_through_later_levels():
    told = scene(supervision=HANDS_OFF | {"time_cap": "15 min"})
    assert story(told, "harm", "request")[:2] == tale("""
        20 harm at mild
        25 request takeover at mild
    """)


# ---- a policy of one's own ---------------------------------------------------------------------


def test_a_researcher_can_hand_over_a_policy_as_a_python_function():
    met = []

    def patient_one(situation):
        met.append(situation)
        return situation.reached + 5

    told = scene(step(time_to_harm="1 h"), supervision={"permissiveness": 0.5})
    assert [
        row.time for row in engine.events(told, policy=patient_one) if row.kind == "request"
    ] == [15]
    (seen,) = met
    assert (seen.now, seen.opened, seen.reached, seen.level) == (11, 10, 10, 0)
    assert (seen.window_min, seen.usual_latency_min) == (60, 3)
    assert (seen.tolerated, seen.educational_value) == (0.5, 1)
    assert seen.perceived == 1 / (1 + 60 / 4)


def test_a_policy_of_ones_own_is_asked_at_each_level_and_overridden_by_the_same_rules():
    def never(situation):
        return math.inf

    told = scene(supervision={"stop_at": "moderate", "time_cap": "1 h"})
    kept = [row for row in engine.events(told, policy=never) if row.kind.startswith("judge")]
    assert [(row.kind, row.level) for row in kept] == [
        ("judge_wait", 0),
        ("judge_wait", 1),
        ("judge_now", 2),
    ]
    table = engine.simulate(told, replications=2, policy=never).table
    assert list(table["allowed"]) == [100, 100]
    assert list(engine.simulate(told, replications=2).table["prevented"]) == [100, 100]


def test_a_policy_of_ones_own_takes_the_place_of_hands_off_too():
    told = scene(supervision=HANDS_OFF | {"alarm_from": "mild"})
    kept = engine.events(told, policy=lambda situation: math.inf)
    assert [row.level for row in kept if row.kind == "judge_wait"] == [0, 1, 2]
    assert not any(row.kind == "alarm" for row in kept)


def test_a_policy_must_answer_with_a_time():
    with pytest.raises(ValueError, match="NaN"):
        engine.events(scene(), policy=lambda situation: math.nan)
