"""Who goes on after a takeover: the trainee, or the supervisor who finishes (model, section 4)."""

import pytest

from tests.build import (
    HANDS_OFF,
    UNWATCHED,
    fine,
    latent,
    moment,
    outcomes,
    recovers,
    scene,
    step,
    story,
    sure,
    tale,
)

FINISH = {"after_takeover": "finish"}
UNSEEN = {"visible_after": "never"}


# ---- after the takeover ------------------------------------------------------------------------


def taken_over(*later, **supervision):
    return scene(step("a", call=sure(0), **UNSEEN), *later, supervision=supervision)


def test_hand_back_lets_the_trainee_go_on_with_the_next_step():
    assert story(taken_over(fine("b", "4 min"), step("c", recovery=recovers(0))))[-5:] == tale("""
        13 a resolved supervisor called
        17 b step_end 4
        17 c error
        17 c resolved trainee unnoticed
        17 case_close
    """)


def test_finish_lets_the_supervisor_complete_the_remaining_steps_without_error():
    told = taken_over(step("b", "4 min"), step("c", "2 min"), **FINISH)
    assert story(told)[-4:] == tale("""
        13 a resolved supervisor called
        17 b step_end 4 by supervisor
        19 c step_end 2 by supervisor
        19 case_close
    """)
    assert outcomes(told)["errors"] == 100
    assert outcomes(told)["supervisor_busy"] == (19 - 10) / 19


def test_the_backups_success_is_finished_too():
    told = taken_over(fine("b", "4 min"), rescue={"success": 0}, **FINISH).with_(
        {"task.steps[a].errors[slip].time_to_harm": "1 h"}
    )
    assert story(told)[-3:] == tale("""
        20 a resolved backup called
        24 b step_end 4 by supervisor
        24 case_close
    """)


@pytest.mark.parametrize("comes", [{"recovery": recovers(1)}, {"safety_net": sure(1)}])
def test_nobody_finishes_what_no_supervisor_put_right(comes):
    told = scene(step("a", **comes), fine("b", "4 min"), supervision=UNWATCHED | FINISH)
    assert story(told)[-2:] == ["15 b step_end 4", "15 case_close"]


def test_a_supervisor_is_busy_through_the_finish_for_rescues_and_for_notices():
    waiting = latent("x", call=sure(4), time_to_harm="1 d", **UNSEEN)
    unjudged = latent("y", visible_after="4 min", time_to_harm="1 d")
    called = step("a", call=sure(0), **UNSEEN)
    for other, then in [(waiting, "x assigned after 6"), (unjudged, "y judge_wait")]:
        told = scene(other, called, fine("b", "7 min"), supervision=FINISH | HANDS_OFF)
        at_20 = moment(told, 20)
        assert at_20[0] == "20 b step_end 7 by supervisor"
        assert f"20 {then}" in at_20
        assert not any(then.split(" after")[0] in row for row in story(told) if row not in at_20)


def test_nobody_interrupts_a_finish():
    graver = latent("x", call=sure(4), time_to_harm="1 min", escalation="never", **UNSEEN)
    told = scene(graver, step("a", call=sure(0), **UNSEEN), fine("b", "7 min"), supervision=FINISH)
    assert story(told, "assigned")[-1] == "20 x assigned after 6 at mild"
