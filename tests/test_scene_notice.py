"""First notice, judging anew, alarm, cue, and the class of an error (model, section 4)."""

import pytest

from engine.luck import Purpose
from tests.build import (
    HANDS_OFF,
    UNWATCHED,
    at,
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

# ---- notice ------------------------------------------------------------------------------------


def test_a_watching_supervisor_notices_when_the_error_is_visible_and_steps_in():
    assert story(scene()) == tale("""
        10 case_start
        10 error
        11 visible
        11 judge_now
        11 request takeover
        11 assigned after 0
        12 hands_on after 1
        14 resolved supervisor prevented
        14 case_close
    """)


def test_a_harm_level_that_comes_first_is_noticed_too():
    assert story(scene(step(visible_after="11 min")))[2:] == tale("""
        20 harm at mild
        20 judge_now at mild
        20 request takeover at mild
        20 assigned after 0 at mild
        21 hands_on after 1 at mild
        23 resolved supervisor late_noticed at mild
        23 case_close
    """)


def test_a_level_that_ends_the_episode_is_no_notice():
    told = scene(step(visible_after="never", worst_harm="mild"))
    assert story(told)[2:] == tale("""
        20 harm at mild
        20 resolved exhausted unnoticed at mild
        20 case_close
    """)


def test_nobody_notices_in_a_case_that_is_not_watched():
    told = scene(study={"cases": 40}, supervision={"watched": 0.5})
    watched = {case for case in range(40) if at(Purpose.WATCHED, case=case) < 0.5}
    assert {row.case for row in rows(told, "judge_now")} == watched
    assert {row.case for row in rows(told, "case_start") if row.second == 1} == watched


def test_a_first_notice_waits_for_a_busy_supervisor_and_is_judged_with_the_level_then_standing():
    busy = latent("x", call=sure(0), visible_after="never", time_to_harm="1 h")
    noticed = latent("a", visible_after="9 min")
    told = scene(busy, noticed, supervision={"response": "8 min", "fix": "7 min"})
    assert story(told)[-11:] == tale("""
        18 x hands_on after 8
        19 a visible
        20 a harm at mild
        25 x resolved supervisor called
        25 a judge_now at mild
        25 a request takeover at mild
        25 a assigned after 0 at mild
        30 a harm at moderate
        33 a hands_on after 8 at moderate
        40 a harm at severe
        40 a resolved exhausted late_noticed at severe
    """)


def test_a_notice_may_end_or_be_called_out_while_it_waits():
    busy = latent("x", call=sure(0), visible_after="never", time_to_harm="1 h")
    recovered = scene(busy, latent("a", recovery=recovers(2)))
    assert story(recovered)[-2:] == tale("""
        12 a resolved trainee unnoticed
        13 x resolved supervisor called
    """)
    called = scene(busy, latent("a", call=sure(2)))
    assert story(called, "call", "judge_now", "assigned", "resolved")[2:] == tale("""
        12 a call
        13 x resolved supervisor called
        13 a assigned after 1
        16 a resolved supervisor called
    """)


def test_one_in_a_debrief_may_notice():
    seen = latent("a", visible_after="2 min", time_to_harm="1 h")
    called = step("b", call=sure(0), visible_after="never")
    talk = {"probability": 1, "duration": "10 min"}
    told = scene(
        seen,
        called,
        supervision=waits(30) | {"response": "0 min", "fix": "0 min"},
        debrief=talk,
    )
    assert story(told, "debrief_start", "visible", "judge_wait", "debrief_end") == tale("""
        10 debrief_start 10
        12 a visible
        12 a judge_wait
        20 debrief_end
    """)


def test_each_later_level_is_judged_anew_at_once_though_all_are_busy():
    busy = latent("x", call=sure(9), visible_after="never", time_to_harm="1 h")
    told = scene(busy, latent("a"), supervision=waits(15))
    assert moment(told, 11) == ["11 a visible", "11 a judge_wait"]
    assert moment(told, 20)[:3] == tale("""
        20 a harm at mild
        20 a judge_now at mild
        20 a request takeover at mild
    """)
    assert "a assigned" not in " ".join(moment(told, 20))


def test_judging_anew_cancels_the_plan_and_an_unspoken_cue():
    """q is 0.75, then 0.375, then 0.1875: weights double, and the window is always 10, then 30."""
    cued = {"permissiveness": 0.75, "cue": {"at": 0.8, "works": 0}}
    told = scene(step(visible_after="0 min", escalation="30 min"), supervision=cued)
    # at none: t* = 10 + 10 x 3 - 3 = 37, cue at 10 + 0.8 x 27 = 31.6; at mild: t* = 20 + 30 x
    # 0.6 - 3 = 35, cue at 20 + 0.8 x 15 = 32
    assert story(told)[3:] == tale("""
        10 judge_wait
        20 harm at mild
        20 judge_wait at mild
        32 cue in vain at mild
        35 request takeover at mild
        35 assigned after 0 at mild
        36 hands_on after 1 at mild
        38 resolved supervisor allowed at mild
        38 case_close
    """)


# ---- alarm -------------------------------------------------------------------------------------


def test_a_level_at_or_above_alarm_from_summons_a_supervisor_watched_or_not():
    told = scene(supervision=UNWATCHED | {"alarm_from": "moderate"})
    assert story(told)[2:] == tale("""
        20 harm at mild
        30 harm at moderate
        30 alarm at moderate
        30 request alarm at moderate
        30 assigned after 0 at moderate
        31 hands_on after 1 at moderate
        33 resolved supervisor unnoticed at moderate
        33 case_close
    """)
    skipped = scene(
        step(first_harm="severe", worst_harm="death"),
        supervision={
            "watched": 0,
            "alarm_from": "moderate",
        },
    )
    assert "20 alarm at severe" in story(skipped)
    watched = scene(step(visible_after="never"), supervision={"alarm_from": "mild"})
    assert "20 request alarm at mild" in story(watched)


def test_no_alarm_comes_once_somebody_has_judged():
    told = scene(supervision=waits(60) | {"alarm_from": "mild"})
    assert moment(told, 20)[:3] == tale("""
        20 harm at mild
        20 judge_now at mild
        20 request takeover at mild
    """)


def test_an_alarm_withdraws_a_waiting_notice():
    busy = latent("x", call=sure(0), visible_after="never", time_to_harm="1 h")
    told = scene(busy, latent("a"), supervision={"alarm_from": "mild", "response": "20 min"})
    assert "11 a visible" in story(told)
    assert moment(told, 20) == tale("""
        20 a harm at mild
        20 a alarm at mild
        20 a request alarm at mild
    """)
    assert "40 a resolved exhausted unnoticed at severe" in story(told)
    assert rows(told, "judge_now", "judge_wait") == []


def test_under_hands_off_a_later_level_is_not_judged_again_it_only_summons():
    told = scene(supervision=HANDS_OFF | {"alarm_from": "moderate"})
    assert story(told)[2:] == tale("""
        11 visible
        11 judge_wait
        20 harm at mild
        30 harm at moderate
        30 alarm at moderate
        30 request alarm at moderate
        30 assigned after 0 at moderate
        31 hands_on after 1 at moderate
        33 resolved supervisor allowed at moderate
        33 case_close
    """)


# ---- cue ---------------------------------------------------------------------------------------


def cued(works=1, **fields):
    """A cue at minute 15, half-way to a takeover planned for minute 20; a recovery takes 2."""
    kinds = {"visible_after": "0 min", "recovery": recovers(2, 0), "time_to_harm": "1 h"}
    cue = {"cue": {"at": 0.5, "works": works}}
    return scene(step(**(kinds | fields)), supervision=waits(10) | cue)


def test_a_cue_comes_on_the_way_to_the_takeover_and_helps_after_a_fresh_recovery_time():
    assert story(cued())[3:] == tale("""
        10 judge_wait
        15 cue helps
        17 resolved cued allowed
        17 case_close
    """)


def test_a_cue_that_does_not_work_changes_nothing():
    assert story(cued(works=0))[3:] == tale("""
        10 judge_wait
        15 cue in vain
        20 request takeover
        20 assigned after 0
        21 hands_on after 1
        23 resolved supervisor allowed
        23 case_close
    """)


def test_a_cue_acts_only_where_no_recovery_is_coming():
    assert story(cued(recovery=recovers(8)))[3:] == tale("""
        10 judge_wait
        15 cue in vain
        18 resolved trainee allowed
        18 case_close
    """)


def test_a_cued_recovery_that_never_comes_is_in_vain():
    never = recovers(2, 0) | {"time": "never"}
    assert story(cued(recovery=never))[4] == "15 cue in vain"


def test_a_cue_works_with_its_probability_which_difficulty_and_distress_do_not_shift():
    hard = {"cue": {"at": 0.5, "works": 0.5}, "permissiveness": 0}
    told = scene(
        step(visible_after="0 min", recovery=recovers(2, 0), worst_harm="mild"),
        study={"cases": 60},
        supervision=waits(6) | hard,
        patient={"difficulty_sd": 20},
        distress={"shock": 100, "error_odds_ratio": 10},
    )
    helped = {row.case for row in rows(told, "cue") if row.number == 1}
    assert helped == {case for case in range(60) if at(Purpose.CUE, case=case) < 0.5}


def test_no_cue_is_planned_where_no_takeover_is():
    off = scene(step(visible_after="0 min"), supervision=HANDS_OFF | {"cue": {"at": 0, "works": 1}})
    assert rows(off, "cue") == []


def test_the_cue_and_its_recovery_time_are_drawn_for_the_level_standing():
    kinds = {
        "visible_after": "0 min",
        "escalation": "1 h",
        "recovery": recovers(1, 0) | {"time": {"uniform": ["0 min", "8 min"]}},
    }
    sup = {"permissiveness": 0.75, "cue": {"at": 0.8, "works": 0.5}}
    told = scene(step(**kinds), study={"cases": 60}, supervision=sup)
    judged = {row.case: row.time for row in rows(told, "judge_wait") if row.level == 1}
    cues = {row.case: row for row in rows(told, "cue") if row.level == 1}
    assert len(judged) == len(cues) == 60
    ends = {row.case: row for row in rows(told, "resolved")}
    for case, cue in cues.items():
        assert cue.time == judged[case] + 0.8 * ((judged[case] + 60 * 0.6 - 3) - judged[case])
        helps = at(Purpose.CUE, case=case, occurrence=1) < 0.5
        assert cue.number == helps
        takes = 8 * at(Purpose.CUED_RECOVERY_TIME, case=case, occurrence=1)
        due = judged[case] + 33  # the planned takeover
        if helps and cue.time + takes < due:
            assert (ends[case].number, ends[case].time) == (1, cue.time + takes)


# ---- class -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fate", "fields", "supervision"),
    [
        ("prevented", {}, {}),
        ("allowed", {}, waits(5)),
        ("late_noticed", {"visible_after": "never"}, {}),
        ("late_noticed", {"visible_after": "never"}, HANDS_OFF),
        ("called", {"call": sure(0.5)}, {}),
        ("unnoticed", {"recovery": recovers(0.5)}, {}),
        ("unnoticed", {"visible_after": "never"}, {"alarm_from": "mild"}),
        # fixed once, by whichever comes first
        ("allowed", {"call": sure(5)}, HANDS_OFF),
        ("allowed", {}, HANDS_OFF | {"alarm_from": "mild"}),
        ("called", {"call": sure(0.5), "recovery": recovers(1)}, {}),
    ],
)
def test_the_class_is_fixed_once_by_whichever_comes_first(fate, fields, supervision):
    assert f" {fate}" in story(scene(step(**fields), supervision=supervision), "resolved")[0]
