"""Debriefs: which cases have one, who holds it, what interrupts it (model, section 6)."""

import pytest

from engine.luck import Purpose
from tests.build import (
    HANDS_OFF,
    UNWATCHED,
    at,
    fine,
    latent,
    moment,
    outcomes,
    recovers,
    rows,
    scene,
    step,
    story,
    sure,
    tale,
    waits,
)

UNSEEN = {"visible_after": "never"}
TALK = {"probability": 1, "duration": "10 min"}
ABOUT = ("debrief_start", "debrief_interrupted", "debrief_resumed", "debrief_end",
         "debrief_dropped", "case_close")  # fmt: skip


def talked(told, **where):
    """What becomes of the debriefs."""
    return story(told, *ABOUT, **where)


# ---- which cases -------------------------------------------------------------------------------


def test_a_debrief_follows_the_last_step_and_the_case_closes_when_it_ends():
    told = scene(step("a"), fine("b", "6 min"), study={"cases": 2}, debrief=TALK)
    assert story(told)[7:13] == tale("""
        14 c0 a resolved supervisor prevented
        20 c0 b step_end 6
        20 c0 debrief_start 10
        30 c0 debrief_end
        30 c0 case_close debriefed
        40 c1 case_start
    """)
    assert outcomes(told)["debriefs"] == 100


@pytest.mark.parametrize(
    ("fields", "supervision"),
    [
        ({"recovery": recovers(2)}, {}),  # judged
        ({"call": sure(0.5)}, {}),
        (UNSEEN, UNWATCHED | {"alarm_from": "mild"}),  # summoned for
        (UNSEEN | {"worst_harm": "mild"}, {}),  # harm in a watched case, never judged
    ],
)
def test_an_error_is_known_that_was_judged_called_or_summoned_for_or_harmed_in_sight(
    fields, supervision
):
    assert talked(scene(step(**fields), debrief=TALK, supervision=supervision))[-1].endswith(
        "case_close debriefed"
    )


@pytest.mark.parametrize(
    ("fields", "supervision"),
    [
        ({"error": 0}, {}),
        ({"recovery": recovers(0.5)}, {}),
        (UNSEEN | {"safety_net": sure(5)}, {}),
        ({"worst_harm": "mild"}, UNWATCHED),
        ({"recovery": recovers(12)}, UNWATCHED),
    ],
)
def test_nobody_talks_about_an_error_that_nobody_knows_of(fields, supervision):
    assert len(talked(scene(step(**fields), debrief=TALK, supervision=supervision))) == 1


def test_a_latent_error_known_while_it_is_open_is_talked_about():
    told = scene(
        latent("a", time_to_harm="1 h"), fine("b", "5 min"), debrief=TALK, supervision=HANDS_OFF
    )
    assert talked(told) == tale("""
        15 debrief_start 10
        25 debrief_end
        25 case_close debriefed
    """)


def test_a_case_with_a_known_error_is_debriefed_with_its_probability():
    told = scene(study={"cases": 60}, debrief=TALK | {"probability": 0.5})
    held = {row.case for row in rows(told, "debrief_end")}
    assert held == {case for case in range(60) if at(Purpose.DEBRIEF, case=case) < 0.5}
    assert 0 < len(held) < 60


def test_its_duration_is_drawn_and_may_be_0():
    spread = scene(debrief=TALK | {"duration": {"uniform": ["2 min", "6 min"]}})
    lasts = 2 + 4 * at(Purpose.DEBRIEF_DURATION)
    assert rows(spread, "debrief_start")[0].number == lasts
    assert rows(spread, "debrief_end")[0].time == 14 + lasts
    assert talked(scene(debrief=TALK | {"duration": "0 min"})) == tale("""
        14 debrief_start 0
        14 debrief_end
        14 case_close debriefed
    """)


# ---- waiting for a supervisor ------------------------------------------------------------------


def held_up(**wait):
    """The only supervisor is busy from 15 to 25; the attempt ends at 16."""
    rescued = latent("x", call=sure(5), time_to_harm="1 h", **UNSEEN)
    return scene(rescued, fine("a", "6 min"), supervision={"fix": "9 min"}, debrief=TALK | wait)


def test_it_waits_for_a_supervisor_who_is_free():
    assert talked(held_up()) == tale("""
        25 debrief_start 10
        35 debrief_end
        35 case_close debriefed
    """)
    assert talked(held_up(wait="9 min"))[0] == "25 debrief_start 10"


def test_one_not_begun_within_its_wait_is_dropped_and_the_case_closes():
    assert talked(held_up(wait="8 min")) == tale("""
        24 debrief_dropped after 8
        24 case_close
    """)
    assert outcomes(held_up(wait="8 min"))["debriefs"] == 0


def test_a_wait_of_0_is_enough_where_somebody_is_free_at_that_instant():
    assert talked(held_up(wait="0 min")) == ["16 debrief_dropped after 0", "16 case_close"]
    assert talked(scene(debrief=TALK | {"wait": "0 min"}))[0] == "14 debrief_start 10"


# ---- interruptions -----------------------------------------------------------------------------


def interrupted(*calls, **wait):
    """A debrief of 10 minutes from minute 12, and calls for other errors while it lasts."""
    slips = [
        latent(f"x{minute}", call=sure(minute - 10), time_to_harm="1 d", **UNSEEN)
        for minute in calls
    ]
    return scene(
        *slips,
        step("a", visible_after="0 min", recovery=recovers(2)),
        supervision=HANDS_OFF,
        debrief=TALK | wait,
    )


def test_a_rescue_that_finds_nobody_free_interrupts_it_and_it_is_resumed_with_what_remains():
    assert talked(interrupted(15)) == tale("""
        12 debrief_start 10
        15 debrief_interrupted 7
        18 debrief_resumed 7
        25 debrief_end
        25 case_close debriefed
    """)


def test_it_can_be_interrupted_any_number_of_times():
    assert talked(interrupted(15, 20, 30)) == tale("""
        12 debrief_start 10
        15 debrief_interrupted 7
        18 debrief_resumed 7
        20 debrief_interrupted 5
        23 debrief_resumed 5
        28 debrief_end
        28 case_close debriefed
    """)


def test_one_interrupted_is_not_dropped_however_long_it_waits():
    assert talked(interrupted(15, 16, 17, wait="1 min")) == tale("""
        12 debrief_start 10
        15 debrief_interrupted 7
        24 debrief_resumed 7
        31 debrief_end
        31 case_close debriefed
    """)


def test_a_debrief_that_ends_at_that_instant_is_not_interrupted():
    assert moment(interrupted(22), 22)[-3:] == tale("""
        22 debrief_end
        22 case_close debriefed
        22 x22 assigned after 0
    """)


def test_the_interruption_comes_before_the_assignment():
    assert moment(interrupted(15), 15) == tale("""
        15 x15 call
        15 x15 request call
        15 debrief_interrupted 7
        15 x15 assigned after 0
    """)


def test_a_supervisor_who_is_free_is_taken_before_a_debrief_is_interrupted():
    told = interrupted(15).with_({"supervision.supervisors": 2})
    assert talked(told)[0:2] == ["12 debrief_start 10", "22 debrief_end"]


def test_a_notice_does_not_interrupt_a_debrief_but_the_takeover_does():
    other = latent("x", visible_after="5 min", time_to_harm="1 d")
    known = step("a", visible_after="0 min", recovery=recovers(2))
    waiting = scene(other, known, supervision=waits(8), debrief=TALK)
    assert "15 x judge_wait" in story(waiting)
    assert talked(waiting)[:2] == ["12 debrief_start 10", "18 debrief_interrupted 4"]


# ---- several debriefs --------------------------------------------------------------------------


def two_trainees(supervisors):
    """Each talks 30 minutes about z; each calls for x at 15, one of them for y at 30."""
    seed = next(
        seed
        for seed in range(500)
        if at(Purpose.ERROR_TIME, seed=seed, step=2)
        > at(Purpose.ERROR_TIME, seed=seed, step=2, trainee=1)
        and at(Purpose.CALL, seed=seed, step=1) < 0.5
        and at(Purpose.CALL, seed=seed, step=1, trainee=1) > 0.5
    )
    quiet = UNSEEN | {"time_to_harm": "1 d"}
    told = scene(
        latent("x", call=sure(5), **quiet),
        latent("y", call=sure(20) | {"probability": 0.5}, **quiet),
        step("z", "2 min", visible_after="0 min", recovery=recovers(1)),
        trainees={"count": 2},
        supervision=HANDS_OFF
        | {"supervisors": supervisors, "fix": {"uniform": ["2 min", "6 min"]}},
        debrief=TALK | {"duration": "30 min"},
    )
    return told, seed


def test_the_one_begun_or_resumed_last_is_interrupted():
    told, seed = two_trainees(supervisors=2)
    who = {kind: [row.trainee for row in rows(told, kind, seed=seed)] for kind in ABOUT}
    assert who["debrief_start"] == [1, 0]  # trainee 1 erred first
    assert who["debrief_interrupted"][:2] == [0, 1]  # begun last, interrupted first
    assert who["debrief_resumed"][:2] == [0, 1]  # both were interrupted at minute 15
    assert who["debrief_interrupted"][2:] == [1]  # begun first, but resumed last
    for trainee in (0, 1):
        pieces = [
            (row.time, row.kind)
            for row in rows(told, *ABOUT[:4], seed=seed)
            if row.trainee == trainee
        ]
        spent = sum(end[0] - begin[0] for begin, end in zip(pieces[::2], pieces[1::2], strict=True))
        assert spent == pytest.approx(30, rel=1e-12)


def test_an_interrupted_debrief_goes_to_the_head_of_the_debriefs():
    told = scene(
        latent("x", call=sure(5) | {"probability": 0.5}, time_to_harm="1 d", **UNSEEN),
        step("z", visible_after="0 min", recovery=recovers(2)),
        trainees={"count": 2},
        supervision=HANDS_OFF,
        debrief=TALK,
    )
    seed = next(
        seed
        for seed in range(100)
        if at(Purpose.CALL, seed=seed) < 0.5 < at(Purpose.CALL, seed=seed, trainee=1)
    )
    assert talked(told, seed=seed) == tale("""
        12 t0 debrief_start 10
        15 t0 debrief_interrupted 7
        18 t0 debrief_resumed 7
        25 t0 debrief_end
        25 t0 case_close debriefed
        25 t1 debrief_start 10
        35 t1 debrief_end
        35 t1 case_close debriefed
    """)


def test_debriefs_wait_by_the_time_they_began_waiting_then_by_trainee():
    told, seed = two_trainees(supervisors=1)
    assert [row.trainee for row in rows(told, "debrief_start", seed=seed)] == [1, 0]
    tied = scene(
        step(recovery=recovers(2)), trainees={"count": 3}, supervision=HANDS_OFF, debrief=TALK
    )
    assert [row.trainee for row in rows(tied, "debrief_start")] == [0, 1, 2]


def test_a_debrief_keeps_a_supervisor_busy():
    assert outcomes(scene(debrief=TALK))["supervisor_busy"] == (3 + 10) / 24
    away = outcomes(interrupted(15))  # 3 of the debrief, 3 of the rescue, 7 of the debrief
    assert away["supervisor_busy"] == (3 + 3 + 7) / 25
