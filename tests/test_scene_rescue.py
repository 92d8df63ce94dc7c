"""The rescue: queue, response, hands-on, tries, backup, and the ledger (model, section 4)."""

import pytest

from engine.luck import Purpose
from tests.build import (
    HANDS_OFF,
    at,
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
GRADUAL = {"time_to_harm": "1 h", "escalation": "never"}


def called_at(minute, name="x", **fields):
    """A latent error, opened at minute 10, for which the trainee calls at the given minute."""
    return latent(name, call=sure(minute - 10), **(UNSEEN | GRADUAL | fields))


# ---- queue, response, hands-on -----------------------------------------------------------------


def test_rescue_latency_is_request_to_hands_on_queue_and_response():
    told = scene(called_at(10), called_at(11, "a"), supervision={"response": "3 min"})
    assert story(told, "request", "assigned", "hands_on", "resolved") == tale("""
        10 x request call
        10 x assigned after 0
        11 a request call
        13 x hands_on after 3
        15 x resolved supervisor called
        15 a assigned after 4
        18 a hands_on after 7
        20 a resolved supervisor called
    """)
    assert outcomes(told)["rescue_latency"] == (3 + 7) / 2
    assert outcomes(told)["rescue_wait"] == (0 + 4) / 2


def test_as_many_rescues_run_at_once_as_there_are_supervisors():
    told = scene(called_at(10), called_at(10, "a"), supervision={"supervisors": 2})
    assert story(told, "assigned") == ["10 x assigned after 0", "10 a assigned after 0"]


def test_response_is_drawn_once_for_the_episode_and_each_fix_for_its_try():
    spread = {"uniform": ["1 min", "9 min"]}
    failing = {"success": 0, "tries": 2}
    sup = {"response": spread, "fix": spread, "rescue": failing, "backup": {"response": spread}}
    told = scene(called_at(10, worst_harm="mild", time_to_harm="1 d"), supervision=sup)
    clock = 10.0 + (1 + 8 * at(Purpose.RESPONSE))
    expected = [("hands_on", clock)]
    for number in (0, 1):
        clock += 1 + 8 * at(Purpose.FIX, occurrence=number)
        expected.append(("fix_failed", clock))
    expected.append(("backup", clock))
    clock += 1 + 8 * at(Purpose.BACKUP_RESPONSE)
    clock += 1 + 8 * at(Purpose.FIX, occurrence=2)
    expected.append(("resolved", clock))
    told_rows = rows(told, "hands_on", "fix_failed", "backup", "resolved")
    assert [(row.kind, row.time) for row in told_rows] == expected


def test_a_recovery_while_the_rescue_waits_withdraws_it():
    told = scene(called_at(10), called_at(11, "a", recovery=recovers(2)))
    assert story(told)[-2:] == tale("""
        12 a resolved trainee called
        13 x resolved supervisor called
    """)


@pytest.mark.parametrize(
    ("who", "comes"),
    [("trainee", {"recovery": recovers(4)}), ("safety_net", {"safety_net": sure(4)})],
)
def test_a_recovery_or_interception_before_hands_on_sends_the_supervisor_away(who, comes):
    told = scene(called_at(12, **comes), called_at(13, "a"), supervision={"response": "5 min"})
    assert story(told)[-6:] == tale(f"""
        13 a request call
        14 x resolved {who} called
        14 x sent_away
        14 a assigned after 1
        19 a hands_on after 6
        21 a resolved supervisor called
    """)


def test_a_cued_recovery_sends_the_supervisor_away_too():
    cued = waits(5) | {"cue": {"at": 0.8, "works": 1}, "response": "4 min"}
    seen = step(visible_after="0 min", recovery=recovers(2, 0))
    assert story(scene(seen, supervision=cued))[4:] == tale("""
        14 cue helps
        15 request takeover
        15 assigned after 0
        16 resolved cued allowed
        16 sent_away
        16 case_close
    """)


def test_from_hands_on_only_harm_runs():
    stopped = step(call=sure(8), recovery=recovers(10), safety_net=sure(10), **UNSEEN)
    told = scene(stopped, supervision={"fix": "5 min"})
    assert story(told)[4:] == tale("""
        18 assigned after 0
        19 hands_on after 1
        20 harm at mild
        24 resolved supervisor called at mild
        24 case_close
    """)


@pytest.mark.parametrize("response", ["30 min", "5 min"])
def test_harm_can_end_it_while_somebody_comes_or_is_hands_on_and_everybody_is_released(response):
    ends = called_at(12, worst_harm="mild", time_to_harm="10 min")
    told = scene(ends, called_at(13, "a"), supervision={"response": response, "fix": "30 min"})
    assert moment(told, 20) == tale("""
        20 x harm at mild
        20 x resolved exhausted called at mild
        20 a assigned after 7
    """)


def test_harm_can_end_it_while_the_rescue_waits():
    ends = called_at(12, "a", worst_harm="mild", time_to_harm="10 min")
    told = scene(called_at(11), ends, supervision={"response": "30 min"})
    assert [text for text in story(told) if " a " in text][-4:] == tale("""
        12 a call
        12 a request call
        20 a harm at mild
        20 a resolved exhausted called at mild
    """)


def test_after_the_request_nobody_judges_cues_calls_or_gives_alarm():
    cue = {"cue": {"at": 1, "works": 1}, "alarm_from": "mild", "response": "25 min"}
    told = scene(step(call=sure(5), worst_harm="death"), supervision=waits(3) | cue)
    assert story(told)[2:] == tale("""
        11 visible
        11 judge_wait
        13 request takeover
        13 assigned after 0
        20 harm at mild
        30 harm at moderate
        38 hands_on after 25 at moderate
        40 harm at severe
        40 resolved supervisor allowed at severe
        40 case_close
    """)


def test_whoever_answers_a_call_does_not_judge():
    told = scene(step(call=sure(0.5)), supervision=HANDS_OFF)
    assert story(told)[2:] == tale("""
        10.5 call
        10.5 request call
        10.5 assigned after 0
        11.5 hands_on after 1
        13.5 resolved supervisor called
        13.5 case_close
    """)


# ---- who is rescued first ----------------------------------------------------------------------


def test_waiting_rescues_are_compared_by_the_level_standing_now():
    """b asked after a, and was unharmed then like a; now it is worse off."""
    told = scene(
        called_at(10),
        called_at(11, "a"),
        called_at(12, "b", time_to_harm="15 min"),
        supervision={"fix": "19 min"},
    )
    assert story(told, "assigned") == tale("""
        10 x assigned after 0
        30 b assigned after 18 at mild
        50 a assigned after 39
    """)


def test_then_by_request_time_then_by_trainee_case_and_step():
    told = scene(
        called_at(10),
        called_at(14, "a"),
        called_at(13, "b"),
        called_at(13, "c"),
        supervision={"fix": "9 min"},
    )
    assert story(told, "assigned") == tale("""
        10 x assigned after 0
        20 b assigned after 7
        30 c assigned after 17
        40 a assigned after 26
    """)


def test_nobody_responding_or_hands_on_is_interrupted_for_a_graver_one():
    graver = called_at(16, "a", time_to_harm="1 min")
    told = scene(called_at(10), graver, supervision={"response": "5 min", "fix": "5 min"})
    assert story(told, "assigned", "resolved")[:3] == tale("""
        10 x assigned after 0
        20 x resolved supervisor called
        20 a assigned after 4 at mild
    """)


# ---- tries and backup --------------------------------------------------------------------------


def test_after_so_many_failed_tries_the_backup_comes_while_the_supervisor_stays():
    failing = {"rescue": {"success": 0, "tries": 2}}
    told = scene(called_at(10), called_at(11, "a"), supervision=failing)
    assert story(told)[-11:] == tale("""
        11 x hands_on after 1
        13 x fix_failed 0
        15 x fix_failed 1
        15 x backup
        22 x resolved backup called
        22 a assigned after 11
        23 a hands_on after 12
        25 a fix_failed 0
        27 a fix_failed 1
        27 a backup
        34 a resolved backup called
    """)
    assert outcomes(told)["backups"] == 200
    assert outcomes(told)["taken_over"] == 200
    assert outcomes(told)["rescue_latency"] == (1 + 12) / 2  # the backup's own is not counted


def test_each_try_has_its_own_luck():
    told = scene(
        step(call=sure(0), time_to_harm="1 d", **UNSEEN),
        study={"cases": 40},
        supervision={"rescue": {"success": 0.5, "tries": 3}},
    )
    failed = {(row.case, int(row.number)) for row in rows(told, "fix_failed")}
    works = {
        case: [at(Purpose.RESCUE_SUCCESS, case=case, occurrence=k) < 0.5 for k in range(3)]
        for case in range(40)
    }
    first = {case: tries.index(True) if any(tries) else 3 for case, tries in works.items()}
    assert failed == {(case, k) for case, number in first.items() for k in range(number)}
    assert set(first.values()) == {0, 1, 2, 3}


def tried(call, **rescue):
    sure_unless_harmed = {"success": 1 - 1e-12, "penalty": 1e-30} | rescue
    told = scene(
        step(call=sure(call), worst_harm="death", **UNSEEN),
        supervision={"fix": "5 min", "rescue": sure_unless_harmed},
    )
    return story(told, "fix_failed", "resolved")


def test_the_level_at_the_start_of_a_try_decides_its_chance():
    assert tried(8) == ["24 resolved supervisor called at mild"]  # harm at 20, hands-on at 19
    assert tried(9)[0] == "25 fix_failed 0 at mild"


def test_each_try_is_judged_by_the_level_at_its_own_start():
    """A patient who is easier to rescue once harmed: the try of 15 fails, that of 20 works."""
    assert tried(4, success=1e-6, penalty=1e12, tries=2) == tale("""
        20 fix_failed 0 at mild
        25 resolved supervisor called at mild
    """)


def test_difficulty_lowers_the_chance_of_a_rescue_as_it_raises_that_of_an_error():
    told = scene(
        step(call=sure(0), time_to_harm="1 d", error=0.5, **UNSEEN),
        study={"cases": 80},
        patient={"difficulty_sd": 20},
        supervision={"rescue": {"success": 0.5}},
    )
    hard = {case for case in range(80) if at(Purpose.DIFFICULTY, case=case) > 0.6}
    easy = {case for case in range(80) if at(Purpose.DIFFICULTY, case=case) < 0.4}
    erred = {row.case for row in rows(told, "error")}
    failed = {row.case for row in rows(told, "fix_failed")}
    assert hard <= erred
    assert hard <= failed
    assert not easy & erred


# ---- the ledger --------------------------------------------------------------------------------

LEDGER = ("needless_takeovers", "late_takeovers", "necessary_takeovers")


def ledger(told):
    """Needless, late, necessary, per 100 cases."""
    found = outcomes(told)
    return tuple(found[name] for name in LEDGER)


def test_a_takeover_is_needless_if_a_recovery_was_due_before_the_next_harm_after_hands_on():
    assert ledger(scene(step(recovery=recovers(9)))) == (100, 0, 0)  # due at 19, harm at 20
    assert ledger(scene(step(recovery=recovers(10)))) == (0, 0, 100)  # a tie goes against it
    assert ledger(scene(step(recovery=recovers(11)))) == (0, 0, 100)


def test_a_recovery_due_at_hands_on_itself_makes_it_needless():
    assert ledger(scene(step(recovery=recovers(2)))) == (100, 0, 0)


def test_a_needless_takeover_is_not_late_whatever_harm_comes_between_request_and_hands_on():
    """Harm at 20 while the supervisor comes; then a recovery at 25 before the next harm at 30."""
    slow = {"response": "11 min"}
    assert ledger(scene(step(recovery=recovers(15)), supervision=slow)) == (100, 0, 0)


def test_a_takeover_is_late_if_a_level_was_reached_between_request_and_resolution():
    assert ledger(scene(supervision={"response": "9 min"})) == (0, 100, 0)  # hands-on at 20
    assert ledger(scene(supervision={"fix": "8 min"})) == (0, 100, 0)  # fixed at 20
    assert ledger(scene(supervision={"fix": "7 min"})) == (0, 0, 100)


def test_a_takeover_that_harm_ends_under_the_hands_is_late():
    told = scene(step(worst_harm="mild"), supervision={"fix": "20 min"})
    assert ledger(told) == (0, 100, 0)


def test_a_takeover_in_a_harmed_patient_is_necessary_if_no_further_level_comes():
    assert ledger(scene(step(visible_after="never"))) == (0, 0, 100)


def test_a_cued_recovery_that_was_coming_makes_the_takeover_needless():
    cued = waits(5) | {"cue": {"at": 0.8, "works": 1}}
    seen = step(visible_after="0 min", recovery=recovers(3, 0))  # cue 14, due 17, hands-on 16
    assert ledger(scene(seen, supervision=cued)) == (100, 0, 0)


def test_rescues_that_were_asked_for_or_never_reached_hands_on_are_not_in_the_ledger():
    assert ledger(scene(step(call=sure(0.5), recovery=recovers(3)))) == (0, 0, 0)
    assert ledger(scene(step(**UNSEEN), supervision={"watched": 0, "alarm_from": "mild"})) == (
        0,
        0,
        0,
    )
    away = scene(step(recovery=recovers(3)), supervision={"response": "5 min"})
    assert ledger(away) == (0, 0, 0)
    assert ledger(scene(step(call=sure(2)), supervision=HANDS_OFF)) == (0, 0, 0)
