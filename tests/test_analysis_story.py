"""The story of a replication, word by word."""

import json
import math

import pytest

from analysis import story, story_words
from engine.event_log import KINDS, Event
from engine.run import events
from tests.analysis_samples import small_scenario
from tests.build import fine, recovers, scenario, scene, step, sure


def told(told_scenario, events):
    return [one.text for one in story.tell(told_scenario, events)]


def story_of(told_scenario):
    return list(story.lines(story.tell(told_scenario, events(told_scenario))))


def test_every_kind_of_row_has_words():
    assert set(story_words.WORDS) == set(KINDS)


def test_a_rescue_from_the_error_to_its_end():
    assert story_of(scene(supervision={"permissiveness": 0.2}))[1:] == [
        "       0:10:00  trainee 0, case 0: starts; supervisor 0 is watching",
        '       0:10:00  trainee 0, case 0: error at "step": slip',
        "       0:11:00  trainee 0, case 0: the error (slip) could first be noticed",
        "       0:11:00  trainee 0, case 0: the supervisor notices and steps in: "
        "tolerates a chance of mild harm of 20 % (permissiveness 0.2 × 1 for what the error "
        "teaches), puts the danger at 29 %",
        "       0:11:00  trainee 0, case 0: a takeover begins",
        "       0:11:00  trainee 0, case 0: the supervisor is free to come",
        "       0:12:00  trainee 0, case 0: the supervisor has hands on the patient, "
        "1 min after the request",
        "       0:14:00  trainee 0, case 0: the supervisor puts it right; the patient is unharmed; "
        "stepped in at first sight (prevented)",
        "       0:14:00  trainee 0, case 0: closes",
    ]


def test_waiting_a_cue_and_a_cued_recovery():
    told_scene = scene(
        step(recovery=recovers(3, chance=0)),
        supervision={
            "policy": "value_weighted",
            "permissiveness": 0.5,
            "cue": {"at": 0.5, "works": 1},
        },
    )
    lines = story_of(told_scene)
    assert any(
        line.endswith("the supervisor gives a cue, and the trainee takes it") for line in lines
    )
    assert any("the trainee, helped by the cue, puts it right" in line for line in lines)


def test_harm_is_judged_again():
    told_scene = scene(step(time_to_harm="4 min"), supervision={"permissiveness": 4})
    lines = [line.split(": ", 1)[1] for line in story_of(told_scene)[1:]]
    assert "the patient comes to mild harm" in lines
    assert any(line.startswith("the supervisor judges again and goes on waiting") for line in lines)


def test_policies_that_do_not_weigh_name_no_chances():
    lines = story_of(scene(supervision={"policy": "time_limit", "time_limit": "2 min"}))
    text = "\n".join(lines)
    assert "notices and waits\n" in text
    assert "tolerates" not in text
    assert "the supervisor has waited long enough: a takeover begins" in text


def test_independent_practice_has_headings_of_its_own():
    lines = story_of(scene(fine("step"), independent={"cases": 2}, trainees={"count": 2}))
    headings = [line for line in lines if "trainee" in line and ":" not in line[:20]]
    assert lines[0] == "Training (the clock shows days, then hours:minutes:seconds)"
    assert headings == [
        "Independent practice of trainee 0 (the clock starts anew each case)",
        "Independent practice of trainee 1 (the clock starts anew each case)",
    ]


def test_in_independent_practice_the_backup_answers():
    told_scene = scene(step(call=sure(2)), supervision={"watched": 0}, independent={"cases": 1})
    alone = story_of(told_scene)
    alone = alone[alone.index("") :]
    assert any("the backup is asked to come" in line for line in alone)
    assert any("the backup has hands on the patient" in line for line in alone)
    assert not any("supervisor" in line for line in alone)


# ---- rows made by hand: wordings that a small scene doesn't reach ----------------------------


def row(kind, time=0.0, level=0, number=0.0, second=0.0, case=0, independent=False):
    return Event(time, kind, 0, case, 0, level, number, second, independent)


ERROR = row("error")


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([row("case_start", number=3)], "starts; supervisor 3 is on call, nobody is watching"),
        ([row("case_start", independent=True)], "starts; nobody supervises"),
        ([row("step_end", number=1.5)], '"step" is over after 1 min 30 s'),
        (
            [row("step_end", number=1.5, second=1)],
            'the supervisor completes "step" in 1 min 30 s; the trainee looks on',
        ),
        (
            [row("error", second=1)],
            'error at "step": slip; the trainee doesn\'t know and goes on',
        ),
        ([ERROR, row("harm", level=3)], "the patient comes to severe harm"),
        ([ERROR, row("harm", level=4)], "the patient dies"),
        (
            [ERROR, row("judge_wait", number=1.3, second=0.001)],
            "the supervisor notices and waits: tolerates any chance of mild harm, "
            "puts the danger at less than 1 %",
        ),
        (
            [ERROR, row("judge_now", level=3, number=0.0, second=1.0)],
            "the supervisor notices and steps in: tolerates no chance of death, "
            "puts the danger at 100 %",
        ),
        ([ERROR, row("cue")], "the supervisor gives a cue"),
        ([ERROR, row("call")], "the trainee calls for help"),
        ([ERROR, row("alarm", level=1)], "the harm summons the supervisor"),
        ([ERROR, row("request", number=1)], "the supervisor is asked to come"),
        ([ERROR, row("assigned", number=3)], "a supervisor comes free after 3 min of waiting"),
        ([ERROR, row("fix_failed", number=1)], "try 2 at putting it right fails"),
        ([ERROR, row("backup")], "the backup is sent for"),
        (
            [ERROR, row("resolved", level=2, number=5, second=4)],
            "the harm has run its course; the patient is left with moderate harm; "
            "judged by nobody (unnoticed)",
        ),
        (
            [ERROR, row("resolved", level=4, number=5, second=1)],
            "the harm has run its course; the patient has died; let run by the "
            "supervisor (allowed)",
        ),
        (
            [ERROR, row("resolved", number=2, second=3)],
            "somebody else catches it and puts it right; the patient is unharmed; "
            "the trainee called first (called)",
        ),
        ([ERROR, row("sent_away")], "the supervisor isn't needed any more"),
        ([row("debrief_start", number=10)], "they sit down to debrief, for 10 min"),
        (
            [row("debrief_interrupted", number=4)],
            "the debrief is broken off for a rescue, 4 min before its end",
        ),
        ([row("debrief_resumed", number=4)], "the debrief is taken up again; 4 min to go"),
        ([row("debrief_end")], "the debrief ends"),
        ([row("debrief_dropped", number=30)], "the debrief is dropped: nobody was free for 30 min"),
        ([row("case_close", number=1)], "closes, debriefed"),
    ],
)
def test_wording(rows, text):
    assert told(scenario(), rows)[-1] == text


@pytest.mark.parametrize(
    ("changes", "level", "reason"),
    [
        ({"supervision.never_allow": ["slip"]}, 0, "this error is never allowed"),
        ({"supervision.stop_at": "mild"}, 1, "the rule is to stop at mild harm"),
        ({"supervision.time_cap": "5 min"}, 0, "the time allowed is up"),
    ],
)
def test_stepping_in_by_rule_says_which(changes, level, reason):
    rows = [ERROR, row("judge_now", level=level, number=0.5, second=0.1)]
    assert told(scenario(changes), rows)[-1].endswith(f"puts the danger at 10 %; {reason}")


def test_an_error_keeps_its_name_when_cases_interleave():
    steps = [step("first", latent=True)]
    rows = [
        row("error", second=1),
        row("case_start", case=1),
        row("visible", time=5.0),
    ]
    last = list(story.tell(scene(*steps), rows))[-1]
    assert (last.error, last.step, last.event.case) == ("slip", "first", 0)


# ---- one object a row ------------------------------------------------------------------------


def test_rows_are_objects_with_named_fields():
    one = list(story.tell(scenario(), [ERROR, row("judge_wait", 4.2, 0, 0.24, 0.08)]))[-1]
    assert story.row(one) == {
        "time": 4.2,
        "clock": "0:04:12",
        "kind": "judge_wait",
        "trainee": 0,
        "case": 0,
        "step": 0,
        "step_name": "step",
        "episode": "slip",
        "level": 0,
        "harm": "none",
        "who": "supervisor",
        "independent": False,
        "details": {"tolerated": 0.24, "perceived": 0.08},
        "text": "the supervisor notices and waits: "
        "tolerates a chance of mild harm of 24 %, puts the danger at 8 %",
    }


def test_rows_are_strict_json_even_where_a_number_is_not_finite():
    one = list(story.tell(scenario(), [ERROR, row("judge_wait", 1.0, 0, math.inf, 0.5)]))[-1]
    plain = json.loads(json.dumps(story.row(one), allow_nan=False))
    assert plain["details"] == {"tolerated": None, "perceived": 0.5}


def test_every_row_of_a_real_log_can_be_told():
    log = events(small_scenario())
    rows = [story.row(one) for one in story.tell(small_scenario(), log)]
    assert len(rows) == len(log)
    assert {row["kind"] for row in rows} >= {"error", "judge_wait", "hands_on", "case_close"}
    json.dumps(rows, allow_nan=False)


def test_filters():
    event = row("case_start", case=3)
    assert story.wanted(event, None, None)
    assert story.wanted(event, 0, 3)
    assert not story.wanted(event, 1, None)
    assert not story.wanted(event, None, 0)
