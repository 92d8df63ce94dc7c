"""A scenario changed by path: what may be changed, what is refused, and in which words."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ScenarioError
from engine.loader import load, loads, to_yaml
from engine.scenario import Scenario

CASES = Path(__file__).parent / "cases" / "valid"
FULL = load(CASES / "first-intubations.yaml")
SMALL = load(CASES / "smallest.yaml")
PASS = "task.steps[laryngoscopy].errors[failed pass]"


def complaints(scenario: Scenario, changes: dict[str, Any]) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        scenario.with_(changes)
    return [str(problem) for problem in caught.value.problems]


def test_a_change_is_a_new_scenario_and_leaves_the_old_one() -> None:
    before = FULL.canonical_json()
    changed = FULL.with_({"supervision.permissiveness": 0.5, f"{PASS}.time_to_harm": "5 min"})
    assert changed.supervision.permissiveness == 0.5
    assert changed.task.steps[0].errors[0].time_to_harm.standard.median == 5.0
    assert FULL.supervision.permissiveness == 0.2
    assert FULL.canonical_json() == before


def test_resolved_and_got_values_can_be_changed_without_harm() -> None:
    before = FULL.canonical_json()
    FULL.resolved()["supervision"]["permissiveness"] = 7
    FULL.get("task.steps").clear()
    assert FULL.canonical_json() == before


@pytest.mark.parametrize(
    ("path", "value", "got"),
    [
        ("supervision.cue", None, None),
        ("supervision.cue.at", 1, 1.0),
        ("supervision.never_allow", ("failed pass",), ["failed pass"]),
        ("supervision.permissiveness", np.float64(0.25), 0.25),
        ("study.cases", np.int64(7), 7),
        ("supervision.time_cap", "90 s", "1.5 min"),
        ("debrief.wait", "never", "never"),
        (f"{PASS}.time_to_harm.lognormal.median", "1 h", "60.0 min"),
        (f"{PASS}.time_to_harm.lognormal.cv", 0, 0.0),
        (f"{PASS}.time_to_harm", "never", "never"),
        ("supervision.fix", "3 min", {"fixed": "3.0 min"}),
        ("task.steps[#1].duration", {"uniform": ["1 min", "2 min"]}, None),
        ("learning.failure", {"debriefed": 1, "alone": 0}, {"debriefed": 1.0, "alone": 0.0}),
    ],
)
def test_a_path_sets_what_it_gets(path: str, value: object, got: object) -> None:
    changed = FULL.with_({path: value})
    if got is not None or value is None:
        assert changed.get(path) == got
    assert changed.hash != FULL.hash


def test_a_change_to_the_same_value_keeps_the_hash() -> None:
    same = {path: FULL.get(path) for path in ("supervision", "task.steps", f"{PASS}.call.time")}
    for path, value in same.items():
        assert FULL.with_({path: value}).hash == FULL.hash
    assert FULL.with_({}).hash == FULL.hash


def test_an_item_of_a_distribution_has_a_number() -> None:
    changed = FULL.with_({"supervision.fix": {"uniform": ["1 min", "2 min"]}})
    assert changed.with_({"supervision.fix.uniform[#2]": "3 min"}).get("supervision.fix") == {
        "uniform": ["1.0 min", "3.0 min"]
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"supervision.rescue.succes": 1},
            "supervision.rescue.succes: there is no succes in supervision.rescue; "
            "its keys are success, tries and penalty; did you mean success?",
        ),
        (
            {"task.steps[laringoscopy].duration": "5 min"},
            "task.steps[laringoscopy].duration: there is no laringoscopy in task.steps; "
            "its items are laryngoscopy; did you mean laryngoscopy?",
        ),
        (
            {"task.steps.laryngoscopy": 1},
            "task.steps.laryngoscopy: there is no laryngoscopy in task.steps; there are no keys "
            "below task.steps; name an item in brackets, such as task.steps[laryngoscopy]",
        ),
        (
            {"supervision[cue]": 1},
            "supervision[cue]: supervision is not a list; only items of a list are named in "
            "brackets; write supervision.cue for a key",
        ),
        (
            {".study.cases": 1},
            '.study.cases: ".study.cases" is not a path; a path is keys joined by points, with '
            "names of list items in brackets; write it like task.steps[name].duration",
        ),
        (
            {"": 1},
            '"" is not a path; a path is keys joined by points, with names of list items in '
            "brackets; write it like task.steps[name].duration",
        ),
        (
            {"permissiveness": 0.5},
            "permissiveness: there is no permissiveness in the scenario; its keys are leeway, id, "
            "title, domain, description, education, study, independent, patient, harm_weights, "
            "trainees, task, supervision, debrief, learning, distress, variants, sources and "
            "evidence; did you mean supervision.permissiveness?",
        ),
        (
            {"failure.alone": 0.5},
            "failure.alone: there is no failure in the scenario; its keys are leeway, id, "
            "title, domain, description, education, study, independent, patient, harm_weights, "
            "trainees, task, supervision, debrief, learning, distress, variants, sources and "
            "evidence; did you mean learning.failure?",
        ),
        (
            {"supervision.permissiveness": "0.3"},
            'supervision.permissiveness: "0.3" was given; a number of 0 or more is needed '
            "(at most 1e12); take the quotes away",
        ),
        (
            {"supervision.permissiveness": math.inf},
            "supervision.permissiveness: inf was given; a number of 0 or more is needed "
            "(at most 1e12); choose a number in that range",
        ),
        (
            {"supervision.fix": {"lognormal": {"median": "2 min", "cv": -1}}},
            "supervision.fix.lognormal.cv: -1 was given; it must be 0 or more; take the minus away",
        ),
        (
            {f"{PASS}.share": 0.5},
            "task.steps[laryngoscopy].errors: the shares sum to 0.5; "
            "the shares of a step must sum to 1; write 1",
        ),
        (
            {"supervision.policy": "time_limit"},
            "supervision.time_limit: no time_limit was given; policy time_limit needs one; "
            "add time_limit: 2 min, or choose another policy",
        ),
        (
            {"supervision.cue": None, "supervision.cue.at": 0.1},
            "supervision.cue.at: this changes the same as supervision.cue; "
            "each place is changed once; keep one of the two",
        ),
    ],
)
def test_a_wrong_change_is_refused_in_words(changes: dict[str, Any], expected: str) -> None:
    assert expected in complaints(FULL, changes)


def test_all_wrong_changes_are_named_at_once() -> None:
    found = complaints(FULL, {"study.cases": 0, "study.gapp": 1, "harm_weights.death": "high"})
    assert len(found) == 3


def test_a_change_that_breaks_a_variant_is_refused() -> None:
    scenario = FULL.with_({"variants": {"hint": {"supervision.cue.at": 0.9}}})
    assert complaints(scenario, {"supervision.cue": None}) == [
        "variants.hint.supervision.cue.at: there is no at in supervision.cue; there are no keys "
        "below supervision.cue; supervision.cue is null: give all of it a value instead"
    ]
    assert scenario.with_({"supervision.cue": None, "variants": {}}).supervision.cue is None


_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["5 min", "never", "mild", "hands_off"]),
)
_PATHS = st.sampled_from(
    [
        "supervision", "supervision.cue", "supervision.cue.at", "task.steps", "task",
        "task.steps[laryngoscopy]", f"{PASS}.time_to_harm", f"{PASS}.time_to_harm.lognormal",
        f"{PASS}.time_to_harm.lognormal.median", f"{PASS}.share", "study.cases", "variants",
        "evidence", "education.objectives", "title", "id", "leeway", "sources", "harm_weights.mild",
        "debrief.wait", "supervision.never_allow", "supervision.time_limit", "evidence[#1].range",
        "variants.pessimistic",
    ]
)  # fmt: skip


@given(
    st.dictionaries(
        st.one_of(_PATHS, st.text(max_size=12)),
        st.recursive(
            _LEAVES,
            lambda inner: st.one_of(
                st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
            ),
            max_leaves=4,
        ),
        max_size=2,
    )
)
def test_any_change_gives_a_scenario_or_a_scenario_error(changes: dict[str, Any]) -> None:
    before = FULL.canonical_json()
    try:
        changed = FULL.with_(changes)
    except ScenarioError as error:
        changed, problems = None, error.problems
    if changed is None:
        assert problems
        assert all("\n" not in str(problem) for problem in problems)
    else:
        assert loads(to_yaml(changed)).hash == changed.hash
    assert FULL.canonical_json() == before


# ------------------------------------------------------------------------------------ variants
def test_a_variant_is_its_changes() -> None:
    variant = FULL.with_variant("pessimistic")
    assert variant.learning.failure.debriefed == 0.5
    assert variant.hash == FULL.with_(FULL.variants["pessimistic"]).hash != FULL.hash


def test_an_unknown_variant() -> None:
    with pytest.raises(ScenarioError, match="did you mean pessimistic"):
        FULL.with_variant("pesimistic")
    with pytest.raises(ScenarioError, match="it has no variants"):
        SMALL.with_variant("pessimistic")
