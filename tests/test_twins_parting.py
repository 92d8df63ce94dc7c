"""Where two worlds part: hand-reckoned scenes. The errors of case 0 fall at minute 10."""

import pytest

from analysis import parting
from analysis.attempts import Key
from analysis.parting import Side, case_parting, first_parting, reason, sentences
from engine.event_log import Event
from engine.run import events
from tests.build import HANDS_OFF, UNWATCHED, recovers, scene, step, sure, waits

CASE = Key(False, 0, 0)


def worlds(a, b):
    """The logs of two scenes, where they part, and the story of it."""
    logs = events(a), events(b)
    found = first_parting(*logs)
    if found is None:
        return None, ""
    sides = [
        Side(name, told, parting.rows_of(log, found.key))
        for name, told, log in zip("AB", (a, b), logs, strict=True)
    ]
    return found, " ".join(sentences(*sides, found))


def kinds(found):
    return tuple(row and row.kind for row in found.rows)


def test_one_world_is_itself():
    told = scene(supervision=waits(3))
    assert worlds(told, told) == (None, "")


def test_what_is_only_thought_is_no_event():
    """Both tolerate more than any chance; one of them more still."""
    mild = step(worst_harm="mild")
    a, b = (scene(mild, supervision={"permissiveness": value}) for value in (2, 3))
    assert events(a) != events(b)
    assert worlds(a, b) == (None, "")


def test_a_thought_in_one_case_hides_no_parting_in_another():
    def log(tolerated, by):
        return [
            Event(10.0, "case_start", 0, 0, 0, 0, 0, 1, False),
            Event(10.0, "case_start", 1, 0, 0, 0, 0, 1, False),
            Event(11.0, "judge_wait", 0, 0, 0, 0, tolerated, 0, False),
            Event(12.0, "resolved", 1, 0, 0, 0, by, 1, False),
        ]

    found = first_parting(log(0.1, 0), log(0.2, 3))
    assert (found.key, kinds(found)) == (Key(False, 1, 0), ("resolved", "resolved"))
    assert first_parting(log(0.1, 0), log(0.2, 0)) is None


def test_stepping_in_against_waiting():
    """Both notice at 11; A steps in, B waits until 15 and has hands on at 16."""
    found, told = worlds(scene(supervision=waits(0)), scene(supervision=waits(5)))
    assert kinds(found) == ("judge_now", "judge_wait")
    assert (found.key, found.step, found.since_start) == (CASE, 0, 1)
    assert found.order[1] == 11
    assert reason(found) == "the supervisor stepped in in one world and waited in the other"
    assert told == (
        "In the first trainee's first case (slip), 1 min after the error. "
        "Under A, the supervisor notices and steps in. "
        "Under B, the supervisor notices and waits. "
        "The supervisor stepped in 4 min earlier under A. "
        "Under A, it is over after 4 min (supervisor puts it right); the patient is unharmed. "
        "Under B, it is over after 8 min (supervisor puts it right); the patient is unharmed."
    )


def test_waiting_longer_lets_the_trainee_put_it_right():
    """A takes over at 13; B would at 15, but the trainee is done at 14.5."""
    right = step(recovery=recovers(4.5))
    found, told = worlds(scene(right, supervision=waits(3)), scene(right, supervision=waits(5)))
    assert kinds(found) == ("request", None)
    assert found.order[1] == 13
    assert reason(found) == parting.WAITED
    assert told == (
        "In the first trainee's first case (slip), 3 min after the error. "
        "Under A, the supervisor has waited long enough: a takeover begins. "
        "Under B, nothing yet; 1 min 30 s later, the trainee puts it right; the patient is "
        "unharmed; let run by the supervisor (allowed). "
        "The supervisor stepped in under A 1 min 30 s before it was over under B. "
        "Under A, it is over after 6 min (supervisor puts it right); the patient is unharmed. "
        "Under B, it is over after 4 min 30 s (trainee puts it right); the patient is unharmed."
    )


def test_the_tolerated_chance_is_told_where_the_worlds_part_over_a_takeover():
    """Sharpness 1, W = 10, L' = 3: t* = 10 + 10 q/(1-q) - 3 is 14.5 for q = 3/7, 17 for q = 1/2."""
    a, b = (scene(supervision={"permissiveness": value}) for value in (3 / 7, 0.5))
    found, told = worlds(a, b)
    assert kinds(found) == ("request", None)
    assert found.order[1] == pytest.approx(14.5)
    assert (
        "When they last judged, the supervisor tolerated a chance of mild harm of 43 % under A, "
        "a chance of mild harm of 50 % under B." in told
    )


def test_a_tolerated_chance_may_be_any():
    assert parting.tolerated(0.08, "mild harm") == "a chance of mild harm of 8 %"
    assert parting.tolerated(1.5, "mild harm") == "any chance of mild harm"
    assert parting.tolerated(0.0, "death") == "no chance of death"


def test_what_is_not_yet_to_be_noticed_is_told_as_a_sentence():
    a, b = (scene(step(visible_after=after)) for after in ("2 min", "1 min"))
    _, told = worlds(a, b)
    assert "Under A, nothing yet; 1 min later, the error (slip) could first be noticed." in told


def test_a_busy_supervisor_is_told():
    """One supervisor, two trainees: the second waits until 14 under A, until 18 under B."""
    a = scene(trainees={"count": 2})
    b = a.with_({"supervision.fix": "6 min"})
    key = Key(False, 1, 0)
    rows = [parting.rows_of(events(each), key) for each in (a, b)]
    found = case_parting(key, *rows)
    assert kinds(found) == ("judge_now", None)
    assert reason(found) == "a supervisor had eyes for it sooner in one world"
    told = " ".join(sentences(Side("A", a, rows[0]), Side("B", b, rows[1]), found))
    assert "No supervisor was free for it under A for 3 min and under B for 7 min." in told
    assert (
        "Under B, it is over after 15 min (supervisor puts it right); the patient is left" in told
    )


def test_the_first_of_two_partings_is_told_whichever_world_it_is_in():
    """Trainee 1's case differs at 11 and trainee 0's later: the clock decides, not the number."""
    a = scene(trainees={"count": 2}, supervision={"supervisors": 2} | waits(3))
    log = events(a)
    gone = [row for row in log if not (row.trainee == 1 and row.time == 11)]
    found = first_parting(log, gone)
    assert (found.key, kinds(found)) == (Key(False, 1, 0), ("visible", None))
    swapped = first_parting(gone, log)
    assert (swapped.key, kinds(swapped)) == (Key(False, 1, 0), (None, "visible"))


def test_a_case_of_one_world_alone():
    a = scene(study={"cases": 2}, supervision=waits(0))
    b = scene(study={"cases": 1}, supervision=waits(0))
    found, told = worlds(a, b)
    assert found.key == Key(False, 0, 1)
    assert reason(found) == parting.ONE_ONLY
    assert told == (
        "In the first trainee's second case, at its start. Under A, starts; supervisor 0 is "
        "watching. Under B, there is no such case. Under A, it is over after 4 min (supervisor "
        "puts it right); the "
        "patient is unharmed."
    )


def test_independent_practice_parts_after_training():
    net = step(safety_net=sure(5))
    a = scene(net, independent={"cases": 1}, supervision=waits(0))
    b = a.with_({"independent.safety_net": False})
    found, told = worlds(a, b)
    assert found.key == Key(True, 0, 0)
    assert (
        "In the first trainee's first case of independent practice (slip), 5 min after the error."
        in told
    )
    assert "Under A, somebody else catches it and puts it right" in told


def test_a_case_that_only_starts_later_takes_the_same_course():
    """Case 1 starts when case 0 has closed: at another time, and yet the same."""
    a, b = (scene(study={"cases": 2}, supervision=waits(0)) for _ in range(2))
    b = b.with_({"supervision.response": "1 min"})
    key = Key(False, 0, 1)
    rows = parting.rows_of(events(a), key)
    later = [row._replace(time=row.time + 7.3) for row in rows]
    assert case_parting(key, rows, later) is None
    late = [row._replace(time=row.time + (row.kind == "resolved")) for row in rows]
    assert kinds(case_parting(key, rows, late)) == ("resolved", None)


def test_more_of_the_same_story_goes_on_in_one_world():
    rows = [Event(10.0, "case_start", 0, 0, 0, 0, 0, 1, False)]
    more = [*rows, Event(12.0, "case_close", 0, 0, 0, 0, 0, 0, False)]
    found = case_parting(CASE, rows, more)
    assert (kinds(found), found.since_start) == ((None, "case_close"), 2)
    sides = [Side("A", scene(), rows), Side("B", scene(), more)]
    assert "Under A, nothing more happens." in sentences(*sides, found)


@pytest.mark.parametrize("kind", [*parting.REASONS, "sent_away"])
def test_every_kind_of_row_has_a_reason(kind):
    row = Event(11.0, kind, 0, 0, 0, 0, 0, 0, False)
    found = parting.Parting(CASE, 0, 1.0, parting.Rows(row, None))
    assert reason(found)


def test_the_trainees_error_is_told_by_the_world_that_has_it():
    a = scene(supervision=UNWATCHED | {"alarm_from": "never"})
    b = a.with_({"task.steps[step].error_probability": {"novice": 0, "expert": 0}})
    found, told = worlds(a, b)
    assert reason(found) == "the trainee made the error, or another, in one world only"
    assert told.startswith(
        "In the first trainee's first case (slip), as it falls. Under A, error at"
    )
    assert 'Under B, "step" is over after' in told


def test_hands_off_against_stepping_in():
    a = scene(supervision=HANDS_OFF | {"alarm_from": "never"})
    b = scene(supervision={"policy": "zero_tolerance"})
    found, told = worlds(a, b)
    assert kinds(found) == ("judge_wait", "judge_now")
    assert "Under A, it is over after 30 min (harm has run its course)" in told
    assert "tolerat" not in told
