"""Events of one instant: the order of ties, and who is served when nothing else is left.

Model, section 1. Where two episodes share the instant, the one that must come second has the
earlier step, so that only the kind of event can put it second.
"""

from hypothesis import given
from hypothesis import strategies as st

from tests.build import (
    HANDS_OFF,
    UNWATCHED,
    fine,
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

TWO = {"supervisors": 2}
DEBRIEF = {"probability": 1, "duration": "10 min"}


def test_harm_comes_before_a_step_ends():
    grave = latent("a", first_harm="severe", time_to_harm="10 min")
    assert moment(scene(grave, fine("b", "10 min"), supervision=UNWATCHED), 20) == tale("""
        20 a harm at severe
        20 a resolved exhausted unnoticed at severe
        20 case_close
    """)


def test_a_step_ends_and_an_episode_opens_before_an_error_becomes_visible():
    seen = latent("a", visible_after="10 min", time_to_harm="1 h")
    told = scene(seen, fine("b", "10 min"), step("c", visible_after="5 min"))
    assert moment(told, 20) == tale("""
        20 b step_end 10
        20 c error
        20 a visible
        20 a judge_now
        20 a request takeover
        20 a assigned after 0
    """)


def test_an_error_becomes_visible_before_the_call_and_is_judged_after_it():
    assert story(scene(step(visible_after="5 min", call=sure(5))))[2:] == tale("""
        15 visible
        15 call
        15 request call
        15 assigned after 0
        16 hands_on after 1
        18 resolved supervisor called
        18 case_close
    """)


def test_an_alarm_of_the_same_instant_comes_before_the_first_judgement():
    alarmed = scene(step(visible_after="10 min"), supervision={"alarm_from": "mild"})
    assert moment(alarmed, 20) == tale("""
        20 harm at mild
        20 alarm at mild
        20 request alarm at mild
        20 assigned after 0 at mild
    """)


def test_the_call_comes_before_the_planned_takeover():
    told = scene(step(time_to_harm="30 min", call=sure(10)), supervision=waits(10))
    assert story(told)[2:] == tale("""
        11 visible
        11 judge_wait
        20 call
        20 request call
        20 assigned after 0
        21 hands_on after 1
        23 resolved supervisor allowed
        23 case_close
    """)


def test_harm_comes_before_the_planned_takeover():
    assert moment(scene(supervision=waits(10)), 20)[:4] == tale("""
        20 harm at mild
        20 judge_now at mild
        20 request takeover at mild
        20 assigned after 0 at mild
    """)


def test_a_takeover_comes_before_another_rescuer_has_hands_on():
    called = latent("a", call=sure(9), visible_after="never", time_to_harm="1 h")
    waited = latent("b", time_to_harm="1 h")
    assert moment(scene(called, waited, supervision=TWO | waits(10)), 20) == tale("""
        20 b request takeover
        20 a hands_on after 1
        20 b assigned after 0
    """)


def test_hands_on_comes_before_another_fix_ends():
    first, second = latent("a", call=sure(7)), latent("b", call=sure(9))
    told = scene(first, second, supervision=TWO | UNWATCHED)
    assert moment(told, 20)[2:] == tale("""
        20 b hands_on after 1 at mild
        20 a resolved supervisor called at mild
    """)


def test_harm_comes_before_hands_on_and_lowers_the_chance_of_the_try():
    success = {"success": 1 - 1e-12, "tries": 1, "penalty": 1e-30}
    told = scene(step(call=sure(9)), supervision=UNWATCHED | {"rescue": success})
    assert story(told)[4:] == tale("""
        19 assigned after 0
        20 harm at mild
        20 hands_on after 1 at mild
        22 fix_failed 0 at mild
        22 backup at mild
        29 resolved backup called at mild
        29 case_close
    """)


def test_harm_comes_before_a_fix_ends():
    told = scene(step(call=sure(7), worst_harm="mild"), supervision=UNWATCHED)
    assert moment(told, 20) == tale("""
        20 harm at mild
        20 resolved exhausted called at mild
        20 case_close
    """)


def test_a_fix_ends_before_another_error_is_intercepted():
    caught, called = latent("a", safety_net=sure(10)), latent("b", call=sure(7))
    told = scene(caught, called, supervision=UNWATCHED)
    assert moment(told, 20)[2:] == tale("""
        20 b resolved supervisor called at mild
        20 a resolved safety_net unnoticed at mild
    """)


def test_hands_on_stops_a_safety_net_and_a_recovery_of_the_same_instant():
    for comes in ({"safety_net": sure(6)}, {"recovery": recovers(6)}):
        told = scene(step(call=sure(5), **comes), supervision=UNWATCHED)
        assert story(told)[-3:] == tale("""
            16 hands_on after 1
            18 resolved supervisor called
            18 case_close
        """)


def test_a_call_or_a_takeover_comes_before_a_recovery_of_the_same_instant_which_spares_it():
    called = scene(step(call=sure(5), recovery=recovers(5)), supervision=UNWATCHED)
    assert moment(called, 15) == tale("""
        15 call
        15 request call
        15 resolved trainee called
        15 case_close
    """)
    waited = scene(step(recovery=recovers(5)), supervision=waits(5))
    assert moment(waited, 15) == tale("""
        15 request takeover
        15 resolved trainee allowed
        15 case_close
    """)


def test_an_interception_comes_before_a_recovery():
    told = scene(step(recovery=recovers(5), safety_net=sure(5)), supervision=UNWATCHED)
    assert moment(told, 15)[0] == "15 resolved safety_net unnoticed"


def test_harm_comes_before_an_interception_and_before_a_recovery():
    for comes in ({"safety_net": sure(10)}, {"recovery": recovers(10)}):
        ends = scene(step(worst_harm="mild", **comes), supervision=UNWATCHED)
        assert moment(ends, 20)[1] == "20 resolved exhausted unnoticed at mild"


def test_a_recovery_comes_before_the_cue():
    cued = waits(10) | {"cue": {"at": 0.5, "works": 1}}
    told = scene(step(visible_after="0 min", recovery=recovers(5)), supervision=cued)
    assert moment(told, 15) == tale("""
        15 resolved trainee allowed
        15 case_close
    """)


def test_the_planned_takeover_comes_before_a_cue_and_cancels_it():
    cued = waits(5) | {"cue": {"at": 1, "works": 1}}
    assert moment(scene(step(recovery=recovers(1, 0)), supervision=cued), 15) == tale("""
        15 request takeover
        15 assigned after 0
    """)


def test_a_cue_comes_before_a_debrief_ends():
    cued = waits(20) | {"cue": {"at": 0.5, "works": 0}}
    slip = latent("a", visible_after="0 min", time_to_harm="1 h")
    told = scene(
        fine("x"),
        slip,
        fine("b", "5 min"),
        supervision=cued,
        debrief=DEBRIEF | {"duration": "5 min"},
    )
    assert moment(told, 20) == tale("""
        20 a cue in vain
        20 debrief_end
        20 case_close debriefed
    """)


def talks(**wait: str):
    """Two trainees recover at 12 and wait for one supervisor to talk it through."""
    return scene(
        step(recovery=recovers(2)),
        trainees={"count": 2},
        study={"cases": 2},
        supervision=HANDS_OFF,
        debrief=DEBRIEF | wait,
    )


def test_a_debrief_ends_before_a_case_starts():
    assert moment(talks(), 32)[:4] == tale("""
        32 t1c0 debrief_end
        32 t1c0 case_close debriefed
        32 t0c1 case_start
        32 t0c1 error
    """)


def test_a_debrief_whose_wait_ends_is_dropped_only_after_the_assignments_of_its_instant():
    assert moment(talks(wait="10 min"), 22) == tale("""
        22 t0c0 debrief_end
        22 t0c0 case_close debriefed
        22 t1c0 debrief_start 10
    """)
    assert moment(talks(wait="9 min"), 21) == tale("""
        21 t1c0 debrief_dropped after 9
        21 t1c0 case_close
    """)


# ---- who is served -----------------------------------------------------------------------------


def busy_until_20(*steps, **sections):
    """One supervisor, called at 17 for the error of step x, whose fix ends at 20."""
    x = latent("x", call=sure(7), visible_after="never", time_to_harm="1 h")
    return scene(x, *steps, **sections)


def test_waiting_rescues_are_served_before_waiting_notices():
    noticed = latent("a", visible_after="8 min", time_to_harm="1 h")
    called = latent("b", call=sure(9), visible_after="never", time_to_harm="1 h")
    told = busy_until_20(noticed, called)
    assert moment(told, 20) == tale("""
        20 x resolved supervisor called
        20 b assigned after 1
    """)
    assert moment(told, 23) == tale("""
        23 b resolved supervisor called
        23 a judge_now
        23 a request takeover
        23 a assigned after 0
    """)


def test_waiting_notices_are_judged_before_a_debrief_begins():
    noticed = latent("a", visible_after="9 min", time_to_harm="1 h")
    told = busy_until_20(noticed, fine("b", "9 min"), debrief=DEBRIEF, supervision=waits(60))
    assert moment(told, 20) == tale("""
        20 x resolved supervisor called
        20 a judge_wait
        20 debrief_start 10
    """)
    stepped_in = busy_until_20(noticed, fine("b", "9 min"), debrief=DEBRIEF)
    assert moment(stepped_in, 20) == tale("""
        20 x resolved supervisor called
        20 a judge_now
        20 a request takeover
        20 a assigned after 0
    """)


def test_the_list_is_run_again_after_each_single_assignment():
    slips = [latent(name, call=sure(5)) for name in "ab"]
    told = scene(*slips, supervision=TWO | UNWATCHED | {"response": "0 min", "fix": "0 min"})
    assert moment(told, 15) == tale("""
        15 a call
        15 a request call
        15 b call
        15 b request call
        15 a assigned after 0
        15 a hands_on after 0
        15 a resolved supervisor called
        15 b assigned after 0
        15 b hands_on after 0
        15 b resolved supervisor called
    """)


def test_within_a_kind_trainee_then_case_then_step_decide():
    told = scene(
        latent("a", time_to_harm="30 min"),
        latent("b", time_to_harm="30 min"),
        study={"cases": 2},
        trainees={"count": 2},
        supervision=UNWATCHED,
    )
    places = {
        time: [row[2:5] for row in rows(told, "harm") if row.time == time] for time in (40, 50)
    }
    assert places[40] == [(0, 0, 0), (0, 0, 1), (1, 0, 0), (1, 0, 1)]
    assert places[50] == [  # a second level in the cases of minute 10, a first in those of 20
        *[(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1)],
        *[(1, 0, 0), (1, 0, 1), (1, 1, 0), (1, 1, 1)],
    ]


def test_waiting_notices_go_by_the_time_they_began_waiting_then_trainee_case_and_step():
    told = busy_until_20(
        latent("late", visible_after="9 min", time_to_harm="1 h"),
        latent("a", visible_after="8 min", time_to_harm="1 h"),
        latent("b", visible_after="8 min", time_to_harm="1 h"),
        supervision=HANDS_OFF,
    )
    assert moment(told, 20) == tale("""
        20 x resolved supervisor called
        20 a judge_wait
        20 b judge_wait
        20 late judge_wait
    """)


# ---- one absolute clock ------------------------------------------------------------------------

minutes = st.floats(0.001, 1000).map(lambda value: round(value, 3))


@given(st.lists(minutes, min_size=5, max_size=5), minutes)
def test_a_clock_rings_at_the_sum_in_which_it_was_set_to_the_last_bit(durations, harm):
    gap, lasts, calls, responds, fixes = durations
    told = scene(
        fine("first", f"{lasts!r} min"),
        step(call=sure(calls), time_to_harm=f"{harm!r} min", worst_harm="death"),
        study={"gap": f"{gap!r} min"},
        supervision=UNWATCHED | {"response": f"{responds!r} min", "fix": f"{fixes!r} min"},
    )
    when = {}
    for row in log(told):
        when.setdefault(row.kind, []).append(row.time)
    opened = gap + lasts
    assert when["case_start"] == [gap]
    assert when["step_end"] == when["error"] == [opened]
    harms = [opened + harm, (opened + harm) + 10, ((opened + harm) + 10) + 10]
    harms.append(harms[-1] + 10)
    hands_on = (opened + calls) + responds
    fixed = hands_on + fixes
    assert when.get("harm", []) == [time for time in harms if time <= fixed]
    assert when["resolved"] == [min(fixed, harms[-1])]
    assert when.get("request") == ([opened + calls] if opened + calls < harms[-1] else None)
    assert when.get("hands_on") == ([hands_on] if hands_on < harms[-1] else None)
