"""A scenario in Python: its attributes, its hash, its inputs and what is odd about it."""

import json
import math
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from engine.errors import LeewayError, Problem, ScenarioError
from engine.loader import load, loads, to_yaml
from engine.quantities import Distribution

CASES = Path(__file__).parent / "cases" / "valid"
VALID = sorted(CASES.glob("*.yaml"))
FULL_TEXT = (CASES / "first-intubations.yaml").read_text(encoding="utf-8")
SMALL_TEXT = (CASES / "smallest.yaml").read_text(encoding="utf-8")
FULL = loads(FULL_TEXT)
SMALL = loads(SMALL_TEXT)
PASS = "task.steps[laryngoscopy].errors[failed pass]"


# ---------------------------------------------------------------------------------- attributes
def test_the_example_of_the_format() -> None:
    kind = FULL.task.steps[0].errors[0]
    assert FULL.study.cases == 60
    assert FULL.study.horizon is None
    assert FULL.study.gap.standard.a == 2880.0
    assert kind.time_to_harm.parameters == {"median": 9.6, "cv": 0.24}
    assert kind.worst_harm == "severe"
    assert FULL.supervision.cue is not None
    assert FULL.supervision.cue.works == 0.4
    assert FULL.debrief.wait == 30.0
    assert FULL.learning.half_life == 28 * 7 * 1440
    assert FULL.supervision.never_allow == ()
    assert FULL.evidence[0].about == "supervision.rescue.success"
    assert FULL.education.learner_level == "first-year anaesthesia residents"


def test_absent_keys_are_neutral() -> None:
    kind = SMALL.task.steps[0].errors[0]
    assert (SMALL.independent.cases, SMALL.independent.safety_net) == (0, True)
    assert SMALL.patient.fragility.standard.median == 1.0
    assert SMALL.patient.difficulty_sd == 0.0
    assert SMALL.trainees.experience == 0.0
    assert SMALL.trainees.learning_speed == Distribution("fixed", {"value": 1.0}, False)
    assert kind.escalation.family == "never"
    assert (kind.recovery.novice, kind.recovery.expert) == (0.0, 0.0)
    assert kind.call.probability == kind.safety_net.probability == 0.0
    assert kind.call.time.standard.median == 0.0
    assert kind.latent is False
    supervision = SMALL.supervision
    assert (supervision.supervisors, supervision.pool, supervision.watched) == (1, 1, 1.0)
    assert supervision.policy == "value_weighted"
    assert supervision.time_limit is supervision.stop_at is supervision.time_cap is None
    assert supervision.cue is None
    assert supervision.judgement.bias == 0.0
    assert (supervision.rescue.tries, supervision.rescue.penalty) == (1, 1.0)
    assert (supervision.after_takeover, supervision.alarm_from) == ("hand_back", "never")
    assert (SMALL.debrief.probability, SMALL.debrief.wait) == (0.0, math.inf)
    assert (SMALL.learning.practice, SMALL.learning.observing) == (1.0, 0.0)
    assert SMALL.learning.half_life == SMALL.distress.half_life == math.inf
    assert (SMALL.distress.shock, SMALL.distress.relief) == (0.0, 0.0)
    assert SMALL.distress.error_odds_ratio == 1.0
    assert SMALL.variants == SMALL.sources == {}
    assert SMALL.evidence == SMALL.education.objectives == ()


def test_a_scenario_is_frozen() -> None:
    with pytest.raises(ValidationError):
        FULL.supervision.permissiveness = 0.9  # type: ignore[misc]


def test_a_scenario_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(FULL)).hash == FULL.hash


# ---------------------------------------------------------------------------------------- hash
@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_the_resolved_scenario_is_the_same_scenario(path: Path) -> None:
    scenario = load(path)
    again = loads(to_yaml(scenario))
    assert again.hash == scenario.hash
    assert again.resolved() == scenario.resolved()
    assert again.inputs() == scenario.inputs()
    assert to_yaml(again) == to_yaml(scenario)


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_json_is_yaml(path: Path, indent: int | str | None) -> None:
    scenario = load(path)
    assert loads(json.dumps(scenario.resolved(), indent=indent)).hash == scenario.hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("fix: {lognormal: {median: 90 s", "fix: {lognormal: {median: 1.5 min"),
        ("duration: {fixed: 10 min}", "duration: 600 s"),
        ("gap: {exponential: {mean: 2 d}}", "gap: {exponential: {mean: 48 h}}"),
        ("experience: 0,", "experience: 0.0,"),
        ("difficulty_sd: 1.2", "difficulty_sd: 12e-1"),
        (", horizon: null", ""),
        ("  alarm_from: mild ", "  alarm_from:   mild #  "),
        ("# chance that a case is watched", "# another comment"),
        ("latent: false", "latent: False"),
        ("title: First intubations in theatre", "title: Other words"),
        ("Read aloud, this", "Never mind what"),
        ("first-year anaesthesia residents", "anybody"),
        ("seniors' own colonoscopies, 91 %", "a note"),
        ("Tassios et al., Endoscopy 1999;31:702", "somewhere"),
        ("range: [0.85, 0.99]", "range: [85e-2, .99]"),
        ("learning.resilience: {debriefed: 0.3,", "learning.resilience: {debriefed: 3e-1,"),
        (
            "{cases: 60, gap: {exponential: {mean: 2 d}}",
            "{gap: {exponential: {mean: 2 d}}, cases: 60",
        ),
    ],
)
def test_another_way_to_write_it_has_the_same_hash(old: str, new: str) -> None:
    assert old in FULL_TEXT
    assert loads(FULL_TEXT.replace(old, new)).hash == FULL.hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("median: 90 s", "median: 91 s"),
        ("permissiveness: 0.2", "permissiveness: 0.20000000000000004"),
        ("policy: value_weighted", "policy: entrustment"),
        ("id: first-intubations", "id: second-intubations"),
        ("range: [0.85, 0.99]", "range: [0.85, 0.98]"),
        ("learning.resilience: {debriefed: 0.3,", "learning.resilience: {debriefed: 0.4,"),
        ("name: laryngoscopy", "name: looking"),
    ],
)
def test_another_number_has_another_hash(old: str, new: str) -> None:
    assert old in FULL_TEXT
    assert loads(FULL_TEXT.replace(old, new)).hash != FULL.hash


def test_the_hash_of_the_example_stays() -> None:
    """Golden: run records and sweeps on disk are recognised by it."""
    assert len(FULL.hash) == 64
    assert SMALL.hash == "1b0089b2a0469fedcc584b9853c495a78e97252b864576725f30ece528371ae2"


@given(st.text(min_size=1, max_size=40))
def test_any_text_survives_being_written(title: str) -> None:
    try:
        scenario = SMALL.with_({"title": title, "description": title})
    except ScenarioError:
        return
    again = loads(to_yaml(scenario))
    assert (again.title, again.description) == (title, title)


@given(st.floats(0, 1e12), st.integers(0, 10**9))
def test_any_number_survives_being_written(number: float, seconds: int) -> None:
    changes = {"supervision.permissiveness": number, "supervision.time_cap": f"{seconds} s"}
    scenario = SMALL.with_(changes)
    again = loads(to_yaml(scenario))
    assert again.supervision.permissiveness == number
    assert again.supervision.time_cap == scenario.supervision.time_cap
    assert again.hash == scenario.hash


# -------------------------------------------------------------------------- inputs and warnings
def test_inputs_are_quantities_that_somebody_chose() -> None:
    found = {each.path: each for each in FULL.inputs()}
    sourced = found["supervision.rescue.success"]
    assert (sourced.value, sourced.status, sourced.source) == ("0.91", "sourced", "tassios1999")
    assert sourced.note == "seniors' own colonoscopies, 91 %"
    assert (sourced.range, sourced.unit) == ((0.85, 0.99), "")
    assumed = found[f"{PASS}.time_to_harm"]
    assert (assumed.value, assumed.status) == ("lognormal: median 9.6 min, cv 0.24", "assumption")
    for path in (
        "study.cases", "study.gap", "independent.cases", "trainees.count", "trainees.experience",
        "supervision.permissiveness", "supervision.supervisors", "supervision.pool",
        "supervision.judgement.bias", "learning.practice", "supervision.watched", f"{PASS}.share",
    ):  # fmt: skip
        assert path not in found
    assert len(found) == len(FULL.inputs()) == 48


def test_evidence_covers_what_is_below_it() -> None:
    evidence = [
        {"about": "supervision.judgement", "source": "book"},
        {"about": "supervision.judgement.noise", "source": "assumption"},
        {"about": "task.steps[laryngoscopy].duration.lognormal.median", "source": "book"},
        {"about": f"{PASS}.call.time.lognormal.median", "source": "book"},
        {"about": f"{PASS}.call.time.lognormal.cv", "source": "book"},
    ]
    scenario = FULL.with_({"sources": {"book": "A book"}, "evidence": evidence})
    status = {each.path: each.status for each in scenario.inputs()}
    assert status["supervision.judgement.sharpness"] == "sourced"
    assert status["supervision.judgement.noise"] == "assumption"
    assert status["task.steps[laryngoscopy].duration"] == "assumption"
    assert status[f"{PASS}.call.time"] == "sourced"


def test_a_range_of_a_duration_is_in_minutes() -> None:
    evidence = [{"about": "supervision.fix", "source": "assumption", "range": ["30 s", "1 h"]}]
    scenario = SMALL.with_({"evidence": evidence})
    found = {each.path: each for each in scenario.inputs()}
    assert (found["supervision.fix"].range, found["supervision.fix"].unit) == ((0.5, 60.0), "min")
    assert scenario.evidence[0].range == ("0.5 min", "60.0 min")


def test_the_share_of_a_kind_among_others_is_an_input() -> None:
    paths = [each.path for each in SMALL.inputs()]
    assert "task.steps[puncture].errors[too deep].share" in paths


def test_a_sound_scenario_has_no_warnings() -> None:
    assert FULL.warnings() == ()


@pytest.mark.parametrize(
    ("changes", "start"),
    [
        ({"supervision.alarm_from": "severe"}, "supervision.alarm_from: no worst_harm lies above"),
        ({"supervision.judgement.noise": 0}, "supervision.judgement.noise: with 0 supervisors"),
        ({"supervision.time_limit": "2 min"}, "supervision.time_limit: policy value_weighted"),
        (
            {"supervision.policy": "hands_off", "supervision.stop_at": "moderate"},
            "supervision.stop_at: policy hands_off judges once",
        ),
        ({"variants": {}}, "variants: there is no optimistic and no pessimistic variant"),
        ({"variants.optimistic": {}}, "variants.optimistic: it changes nothing"),
        ({"evidence": []}, "sources.tassios1999: no evidence cites it"),
        ({"supervision.rescue.success": 0.5}, "evidence about supervision.rescue.success: the val"),
        (
            {"task.steps[laryngoscopy].error_probability.expert": 0.5},
            "task.steps[laryngoscopy].error_probability: experts err more often",
        ),
        ({f"{PASS}.recovery.expert": 0.1}, f"{PASS}.recovery: resilience makes recovery less"),
        ({f"{PASS}.escalation": "never"}, f"{PASS}.escalation: it is never, so worst_harm severe"),
    ],
)
def test_an_odd_scenario_is_warned_of(changes: dict[str, Any], start: str) -> None:
    (warning,) = FULL.with_(changes).warnings()
    assert warning.startswith(start)


# -------------------------------------------------------------------------------------- errors
def test_a_problem_in_words() -> None:
    problem = Problem("a.yaml", 3, 7, "study.cases", "0 was given", "1 or more", "write 1")
    assert str(problem) == "a.yaml:3:7: study.cases: 0 was given; 1 or more; write 1"
    bare = Problem(None, None, None, "study.cases", "0 was given", "1 or more", "write 1")
    assert str(bare) == "study.cases: 0 was given; 1 or more; write 1"


def test_an_error_lists_its_problems_and_survives_pickling() -> None:
    problems = [Problem(None, None, None, name, "no", "yes", "try") for name in "ab"]
    error = ScenarioError(problems)
    assert isinstance(error, LeewayError)
    assert str(error) == "a: no; yes; try\nb: no; yes; try"
    assert pickle.loads(pickle.dumps(error)).problems == error.problems
