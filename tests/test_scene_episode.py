"""An episode's clocks: harm, recovery, call, safety net, notice, alarm (model, section 4)."""

import pytest

from engine.luck import Purpose
from tests.build import (
    HANDS_OFF,
    UNWATCHED,
    at,
    fine,
    kind,
    latent,
    log,
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

# ---- harm --------------------------------------------------------------------------------------


def test_harm_comes_level_by_level_up_to_the_worst_which_ends_the_episode():
    assert story(scene(supervision=UNWATCHED)) == tale("""
        10 case_start unwatched
        10 error
        20 harm at mild
        30 harm at moderate
        40 harm at severe
        40 resolved exhausted unnoticed at severe
        40 case_close
    """)


def test_harm_begins_with_first_harm():
    told = scene(step(first_harm="moderate", worst_harm="death"), supervision=UNWATCHED)
    assert story(told, "harm") == tale("""
        20 harm at moderate
        30 harm at severe
        40 harm at death
    """)


def test_fragility_divides_every_time_to_harm_and_no_other_clock():
    told = scene(step(call=sure(8)), supervision=UNWATCHED, patient={"fragility": 4})
    assert story(told)[2:] == tale("""
        12.5 harm at mild
        15 harm at moderate
        17.5 harm at severe
        17.5 resolved exhausted unnoticed at severe
        17.5 case_close
    """)
    sturdy = scene(step(call=sure(8)), supervision=UNWATCHED, patient={"fragility": 0.25})
    assert story(sturdy)[2] == "18 call"


def test_each_escalation_is_a_fresh_draw_with_the_level_standing_as_its_occurrence():
    kinds = {"escalation": {"uniform": ["10 min", "20 min"]}, "worst_harm": "death"}
    harm = [row.time for row in rows(scene(step(**kinds), supervision=UNWATCHED), "harm")]
    expected = [20.0]
    for level in (1, 2, 3):
        expected.append(expected[-1] + (10 + 10 * at(Purpose.ESCALATION, occurrence=level)))
    assert harm == expected


def test_an_error_falls_at_a_uniform_fraction_of_its_step_which_is_over_when_it_is_resolved():
    told = scene(step("a", "8 min", safety_net=sure(3)), fine("b", "4 min"), supervision=UNWATCHED)
    opened = 10 + at(Purpose.ERROR_TIME) * 8
    assert [(row.time, row.kind, row.step) for row in log(told)] == [
        (10, "case_start", 0),
        (opened, "error", 0),
        (opened + 3, "resolved", 0),
        (opened + 3 + 4, "step_end", 1),
        (opened + 3 + 4, "case_close", 0),
    ]


def test_the_kind_of_an_error_is_drawn_by_share():
    kinds = [kind("a", share=0.3), kind("b", share=0.5), kind("c", share=0.2)]
    told = scene(step(kinds=kinds), study={"cases": 200}, supervision=UNWATCHED)
    drawn = [row.number for row in rows(told, "error")]
    luck = [at(Purpose.ERROR_KIND, case=case) for case in range(200)]
    assert drawn == [(u >= 0.3) + (u >= 0.8) for u in luck]
    assert set(drawn) == {0, 1, 2}


# ---- recovery, call, safety net ----------------------------------------------------------------


def test_the_trainee_sees_it_and_puts_it_right():
    told = scene(step(recovery=recovers(6)), supervision=UNWATCHED)
    assert story(told)[2:] == tale("""
        16 resolved trainee unnoticed
        16 case_close
    """)


def test_the_trainee_calls_for_help():
    assert story(scene(step(call=sure(6)), supervision=UNWATCHED))[2:] == tale("""
        16 call
        16 request call
        16 assigned after 0
        17 hands_on after 1
        19 resolved supervisor called
        19 case_close
    """)


def test_somebody_else_puts_it_right():
    told = scene(step(safety_net=sure(12)), supervision=UNWATCHED)
    assert story(told)[2:] == tale("""
        20 harm at mild
        22 resolved safety_net unnoticed at mild
        22 case_close
    """)


@pytest.mark.parametrize(
    ("field", "purpose", "row"),
    [
        ("recovery", Purpose.RECOVERY, "resolved"),
        ("call", Purpose.CALL, "call"),
        ("safety_net", Purpose.SAFETY_NET, "resolved"),
    ],
)
def test_each_comes_with_its_probability(field, purpose, row):
    of_half = {"probability": 0.5, "time": "5 min"}
    clock = recovers(5, 0.5) if field == "recovery" else of_half
    told = scene(step(**{field: clock}), study={"cases": 60}, supervision=UNWATCHED)
    opened = {each.case: each.time for each in rows(told, "error")}
    came = {each.case for each in rows(told, row) if each.time == opened[each.case] + 5}
    assert came == {case for case in range(60) if at(purpose, case=case) < 0.5}
    assert 0 < len(came) < 60


def test_where_no_clock_can_ring_any_more_the_episode_subsides():
    at_once = scene(step(time_to_harm="never"), supervision=UNWATCHED)
    assert moment(at_once, 10)[-2:] == tale("""
        10 resolved subsided unnoticed
        10 case_close
    """)
    after_harm = scene(step(escalation="never"), supervision=UNWATCHED)
    assert moment(after_harm, 20) == tale("""
        20 harm at mild
        20 resolved subsided unnoticed at mild
        20 case_close
    """)
    judged = scene(step(time_to_harm="never"), supervision=HANDS_OFF)
    assert moment(judged, 11) == tale("""
        11 visible
        11 judge_wait
        11 resolved subsided allowed
        11 case_close
    """)


def test_a_takeover_still_planned_or_a_cue_unspoken_keeps_it_open():
    told = scene(step(time_to_harm="never"), supervision=waits(30))
    assert story(told)[-3:] == tale("""
        41 hands_on after 1
        43 resolved supervisor allowed
        43 case_close
    """)


def test_an_episode_that_waits_for_eyes_or_in_the_queue_does_not_subside():
    busy = latent("x", call=sure(0), visible_after="never", time_to_harm="never")
    noticed = latent("a", time_to_harm="never")
    assert story(scene(busy, noticed, supervision=HANDS_OFF), "judge_wait", "resolved") == tale("""
        13 x resolved supervisor called
        13 a judge_wait
        13 a resolved subsided allowed
    """)
    called = latent("a", call=sure(1), time_to_harm="never", visible_after="never")
    assert story(scene(busy, called), "assigned", "resolved") == tale("""
        10 x assigned after 0
        13 x resolved supervisor called
        13 a assigned after 2
        16 a resolved supervisor called
    """)
