"""Save as scenario, value by value: every way of writing one, comments and evidence beside it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.view.yaml_text import flow
from engine.loader import loads
from tests.saved import P, agrees, lines_changed

# ---- odd places ------------------------------------------------------------------------------

PLAIN = """\
leeway: "1.0"
id: plain
title: Plain
domain: procedure
description: Nothing much.
study: {cases: 1, gap: 10 min}
harm_weights: {mild: 0.1, moderate: 0.2, severe: 0.5, death: 1}
trainees: {count: 1}
task:
  learning_cases: 10
  steps:
  - name: step
    duration: 8 min
    error_probability: {novice: 1, expert: 1}
    errors:
    - {name: "slip # not a comment", share: 1, educational_value: 1, time_to_harm: 10 min,
       escalation: 10 min, first_harm: mild, worst_harm: severe, visible_after: 1 min}
supervision:
  permissiveness: 0
  judgement: {noise: 0, sharpness: 1}
  response: 1 min
  fix: 2 min
  rescue: {success: 1}
  backup: {response: 5 min}
learning:
  failure: {debriefed: 1, alone: 0}
  resilience: {debriefed: 1, alone: 0}
"""
"""A scenario that leaves out what may be left out."""


def changed_lines(text, changes):
    """What is new in a saved text but for its head."""
    _, new = lines_changed(text, agrees(text, changes))
    return new[new.index("# Description, comments and notes below were written for the values "
                         "before.") + 1 :]  # fmt: skip


def test_a_key_that_was_left_out_gets_a_line_of_its_own():
    assert changed_lines(PLAIN, {"supervision.watched": 0.5}) == [
        "  watched: 0.5 # left out before, which meant 1"
    ]
    assert changed_lines(PLAIN, {"trainees.experience": 3}) == [
        "trainees: {count: 1, experience: 3} # experience left out before, which meant 0"
    ]


def test_a_section_that_was_left_out_is_written_whole():
    (line,) = changed_lines(PLAIN, {"debrief.probability": 0.5, "debrief.duration": "5 min"})
    assert line == (
        "debrief: {probability: 0.5, duration: 5 min, wait: never} # left out before, which meant "
        "{probability: 0, duration: 0 s, wait: never}"
    )


def test_a_value_in_short_form_stays_short():
    assert changed_lines(PLAIN, {"supervision.response.fixed": "30 s"}) == [
        "  response: 30 s # was 1 min"
    ]
    assert changed_lines(PLAIN, {"supervision.fix": {"exponential": {"mean": "90 s"}}}) == [
        "  fix: {exponential: {mean: 90 s}} # was 2 min"
    ]


def test_a_name_with_a_number_sign_is_no_comment():
    error = "task.steps[step].errors[slip # not a comment]"
    new = changed_lines(PLAIN, {f"{error}.educational_value": 0.5, f"{error}.escalation": "9 min"})
    assert new == [
        '    - {name: "slip # not a comment", share: 1, educational_value: 0.5, time_to_harm: 10 '
        "min, # was educational_value 1",
        "       escalation: 9 min, first_harm: mild, worst_harm: severe, visible_after: 1 min} "
        "# was escalation 10 min",
    ]


def test_keys_whose_names_end_alike_in_one_mapping():
    cv = "supervision.judgement.{}_supervisor{}_cv"
    changes = {cv.format("between", "s"): 1, cv.format("within", ""): 1}
    assert "{noise: 0, sharpness: 1, between_supervisors_cv: 1, within_supervisor_cv: 1}" in (
        agrees(PLAIN, changes)
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  fix: 2 min\n", "  fix: # how long\n    lognormal: # a spread\n      # in theatre\n"
         "      median: 2 min\n      cv: 0.5 # wide\n"),
        ("  fix: 2 min\n",
         "  fix: {lognormal: {median: 2 min, # in theatre\n    cv: 0.5}} # wide\n"),
        ("  fix: 2 min\n", '  fix: {fixed: "2\n    min"}\n'),
        ("  fix: 2 min\n", "  fix: {empirical: [1 min, # one\n    2 min]}\n"),
        ("  fix: 2 min\n", "  fix:\n    empirical:\n    - 1 min # one\n    - 2 min\n"),
        ("  fix: 2 min\n", "  'fix': 2 min\n"),
        ("  fix: 2 min\n", "  fix: >-\n    2\n    min\n"),
        ("  fix: 2 min\n", "  ? fix\n  : 2 min # odd\n"),
        ("  fix: 2 min\n", "  fix:   2 min   \n"),
    ],
)  # fmt: skip
def test_every_way_of_writing_a_value(old, new):
    text = PLAIN.replace(old, new)
    agrees(text, {"supervision.fix": "3 min"})
    agrees(text, {"supervision.fix": {"empirical": ["3 min", "4 min", "5 min"]}})
    agrees(text, {"supervision.fix": "3 min", "supervision.time_limit": "4 min", P: 1})


@pytest.mark.parametrize("nothing", ["", " null", " ~", " # none"])
def test_nothing_written_where_a_value_goes(nothing):
    text = PLAIN.replace("  fix: 2 min\n", f"  fix: 2 min\n  time_limit:{nothing}\n")
    assert "  time_limit: 4 min # was " in agrees(text, {"supervision.time_limit": "4 min"})
    agrees(text.rstrip("\n"), {"supervision.time_limit": "4 min"})


def test_a_key_without_a_colon():
    text = PLAIN.replace(
        "{noise: 0, sharpness: 1}", "{noise: 0, sharpness: 1}\n  cue: {at: 1, works: 1}"
    )
    text = text.replace("study: {cases: 1, gap: 10 min}", "study: {cases: 1, gap: 10 min, horizon}")
    assert "gap: 10 min, horizon: 1 d}" in agrees(text, {"study.horizon": "1 d"})


def test_a_value_and_a_key_after_it_where_nothing_is_written():
    start, end = PLAIN.index("supervision:"), PLAIN.index("learning:\n  failure")
    text = (
        f"{PLAIN[:start]}supervision: {{permissiveness: 0, judgement: {{noise: 0, sharpness: 1}}, "
        "response: 1 min, fix: 2 min, rescue: {success: 1}, backup: {response: 5 min}, "
        f"time_limit: }}\n{PLAIN[end:]}"
    )
    changes = {"supervision.policy": "time_limit", "supervision.time_limit": "3 min"}
    saved = agrees(text, changes | {"supervision.watched": 0.5})
    assert "time_limit: 3 min, watched: 0.5, policy: time_limit }" in saved


def test_mappings_without_anything_in_them():
    text = PLAIN + "distress: {}\npatient: { }\n"
    agrees(text, {"distress.shock": 0.5, "patient.difficulty_sd": 1, "patient.fragility": 2})


def test_a_mark_at_the_start_and_no_end_of_line():
    saved = agrees("\ufeff" + PLAIN.rstrip("\n"), {P: 1})
    assert saved.startswith("\ufeff# plain, changed on leeway's page:")
    assert saved.endswith("resilience: {debriefed: 1, alone: 0}")


def test_text_that_yaml_would_read_as_something_else():
    for title in ("null", "1.0", "yes", "a: b", "# none", "3 min", "'tis", '"', "Ä\u00a0ß"):
        saved = agrees(PLAIN, {"title": title})
        assert loads(saved).title == title


def test_a_text_of_several_lines_in_the_way_of_a_comment():
    """The line of the number goes on in the middle of a name: the comment waits for its end."""
    text = PLAIN.replace(
        '{name: "slip # not a comment", share: 1, educational_value: 1,',
        '{educational_value: 1, name: "slip\n       # once", share: 1, # alone\n       ',
    )
    path = "task.steps[step].errors[slip # once].educational_value"
    _, new = lines_changed(text, agrees(text, {path: 0.5}))
    assert new[-2:] == [
        '    - {educational_value: 0.5, name: "slip',
        '       # once", share: 1, # was educational_value 1: "alone"',
    ]


# ---- evidence --------------------------------------------------------------------------------

EVIDENCE = """\
evidence:
# about the response
- about: supervision.response.fixed # the response
  source: assumption
  note: >-
    seen
    somewhere
  range: [1 s, 5 min]
- about: supervision.fix
  source: assumption
  range: [1 min, 5 min] # wide
"""


def test_evidence_that_lost_its_place_stays_as_a_comment():
    text = PLAIN + EVIDENCE
    saved = agrees(text, {"supervision.response": {"exponential": {"mean": "1 min"}}})
    assert saved.endswith("""\
evidence:
# about the response
# no longer said, since what it is about was replaced:
# - about: supervision.response.fixed # the response
#   source: assumption
#   note: >-
#     seen
#     somewhere
#   range: [1 s, 5 min]
- about: supervision.fix
  source: assumption
  range: [1 min, 5 min] # wide
""")


def test_a_range_that_no_number_is_left_for():
    saved = agrees(PLAIN + EVIDENCE, {"supervision.fix": {"exponential": {"mean": "1 min"}}})
    assert saved.endswith('  range: null # was [1 min, 5 min]: "wide"\n')


def test_no_evidence_is_left():
    text = PLAIN + EVIDENCE.replace("supervision.fix\n", "supervision.fix.fixed\n")
    both = {"exponential": {"mean": "1 min"}}
    saved = agrees(text, {"supervision.response": both, "supervision.fix": both})
    assert "evidence: []\n" in saved
    assert loads(saved).evidence == ()


def test_evidence_in_braces():
    content = json.loads(json.dumps(loads(PLAIN + EVIDENCE).resolved()))
    both = {"exponential": {"mean": "1 min"}}
    agrees(json.dumps(content), {"supervision.response": both})
    agrees(json.dumps(content, indent=1), {"supervision.response": both, "supervision.fix": both})


def test_evidence_given_with_the_change():
    new = [{"about": "supervision.fix", "source": "assumption", "note": "new"}]
    agrees(PLAIN + EVIDENCE, {"evidence": new})
    agrees(PLAIN, {"evidence": new})


# ---- values ----------------------------------------------------------------------------------


@given(st.floats(0, 1e12) | st.integers(0, 10**9))
def test_a_number_is_read_back_to_the_bit(number):
    text = PLAIN.replace("permissiveness: 0", f"permissiveness: {flow(number)}")
    assert loads(text).supervision.permissiveness == number


@given(st.just(0.0) | st.floats(1e-9, 1e9))
def test_a_time_is_read_back_to_the_bit(minutes):
    text = PLAIN.replace("response: 1 min", f"response: {flow({'fixed': f'{minutes!r} min'})}")
    assert loads(text).supervision.response.parameters["value"] == minutes
