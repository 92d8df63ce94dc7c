"""Save as scenario: the file is the scenario meant, and only the lines concerned change."""

import json
import re
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.view.controls import controls
from analysis.view.save_as import save_as, with_changes
from analysis.view.settings import apply
from engine import Scenario, ScenarioError
from engine.loader import loads, to_yaml
from tests.saved import INTUBATIONS, TEXTS, P, agrees, comments, lines_changed
from tests.strategies import scenario_data

# ---- settings of the page --------------------------------------------------------------------


@cache
def shipped(name):
    """A shipped scenario, and its controls."""
    scenario = loads(TEXTS[name])
    return scenario, controls(scenario)


@st.composite
def chosen(draw):
    """A shipped scenario and positions of some of its controls."""
    name = draw(st.sampled_from(sorted(TEXTS)))
    offered = shipped(name)[1]
    picked = draw(st.lists(st.sampled_from(offered), unique_by=lambda each: each.key, max_size=5))
    return name, {
        each.key: draw(st.sampled_from([position.token for position in each.positions]))
        for each in picked
    }


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(chosen())
def test_the_saved_file_is_the_scenario_on_the_page(picked):
    name, tokens = picked
    text = TEXTS[name]
    saved = save_as(text, tokens, scenario=shipped(name)[0])
    assert loads(saved).hash == apply(shipped(name)[0], tokens).hash
    kept = " ".join(comments(saved))
    assert all(comment in kept for comment in comments(text))
    gone, _ = lines_changed(text, saved)
    assert len(gone) <= 2 * saved.count("was ") + 2


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_without_a_change_it_is_the_file(name):
    assert save_as(TEXTS[name], {}) == TEXTS[name]
    own = {each.key: each.own for each in controls(loads(TEXTS[name]))}
    assert save_as(TEXTS[name], own) == TEXTS[name]


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_every_variant_is_written_into_the_body(name):
    for variant in loads(TEXTS[name]).variants:
        saved = agrees(TEXTS[name], {}, variant)
        assert f"#   variant {variant}, whose changes are written in below" in saved.splitlines()


def test_only_the_lines_concerned_change():
    saved = save_as(INTUBATIONS, {"permissiveness": "0.5", "latency": "30s", "watched": "0.5"})
    gone, new = lines_changed(INTUBATIONS, saved)
    assert gone == [
        "  watched: 1.0           # nobody intubates unwatched in their first months",
        "  permissiveness: 0.2",
        "  response: {lognormal: {median: 5 s, cv: 0.5}} # at the resident's elbow",
        "  - about: supervision.permissiveness",
        "  - about: supervision.response.lognormal.median",
    ]
    assert new == [
        "# first-intubations, changed on leeway's page:",
        "#   supervision.watched: 0.5, was 1",
        "#   supervision.permissiveness: 0.5, was 0.2",
        "#   supervision.response.lognormal.median: 30 s, was 5 s",
        "# Description, comments and notes below were written for the values before.",
        '  watched: 0.5           # was 1.0: "nobody intubates unwatched in their first months"',
        "  permissiveness: 0.5 # was 0.2",
        "  response: {lognormal: {median: 30 s, cv: 0.5}} # was median 5 s: \"at the resident's "
        'elbow"',
        "  - about: supervision.permissiveness # said of the value before, 0.2",
        "  - about: supervision.response.lognormal.median # said of the value before, 5 s",
    ]
    assert saved.startswith(INTUBATIONS.splitlines()[0])  # the editor looks for its schema there


def test_what_was_saved_can_be_changed_and_saved_again():
    once = save_as(INTUBATIONS, {"permissiveness": "0.5"})
    twice = save_as(once, {"permissiveness": "1", "variant": "pessimistic"})
    meant = loads(INTUBATIONS).with_variant("pessimistic").with_({P: 1})
    assert loads(twice).hash == meant.hash
    assert '  permissiveness: 1 # was 0.5: "was 0.2"' in twice.splitlines()


def test_what_cannot_be_set_is_refused():
    with pytest.raises(ScenarioError, match='Permissiveness: "-1" was given; it can be set from 0'):
        save_as(INTUBATIONS, {"permissiveness": "-1"})
    with pytest.raises(ScenarioError, match="not YAML"):
        save_as("a: [", {})
    with pytest.raises(ScenarioError, match="there is no"):
        with_changes(INTUBATIONS, {"supervision.nothing": 1})


# ---- whatever the format allows --------------------------------------------------------------

CHANGES = (
    {P: 0.25},
    {"supervision.watched": 0.5, "supervision.policy": "hands_off", "patient.difficulty_sd": 0.7},
    {"supervision.response": "7 s", "patient.fragility": {"uniform": [0.5, 2]}},
    {"debrief.probability": 0.3, "distress.shock": 0.2},
    {"supervision.cue.works": 0.9, "supervision.never_allow": ["kind 0"]},
    {"supervision.time_limit": "1 min", "supervision.stop_at": "mild", "study.horizon": "2 d"},
    {"task.steps[#1].errors[#1].recovery.novice": 0.5, "task.steps[#1].duration": "3 min"},
    {"independent.safety_net": False, "independent.cases": 9, "trainees.count": 5},
    {"task.steps[#1].errors[#1].call": {"probability": 0.5, "time": {"exponential":
     {"mean": "9 s"}}}, "title": "Another: title, # of sorts"},
)  # fmt: skip


def in_braces(content):
    """One long line, as a program would write it."""
    return json.dumps(content)


def indented(content):
    return json.dumps(content, indent=3)


def by_the_writer(content):
    return to_yaml(Scenario.model_validate(content))


def line_by_line(content, depth=0):
    """As somebody would write who likes lines, with a comment at each."""
    pad = "  " * depth
    if isinstance(content, dict) and content:
        return "".join(
            f"{pad}{key}: {scalar(value)} # {key} of {depth}\n"
            if not isinstance(value, dict | list) or not value
            else f"{pad}{key}: # {key} below\n{line_by_line(value, depth + 1)}"
            for key, value in content.items()
        )
    items = [line_by_line(each, depth + 1).lstrip() if isinstance(each, dict | list) else
             f"{scalar(each)}\n" for each in content]  # fmt: skip
    return "".join(f"{pad}- {item}" for item in items)


def scalar(value):
    return json.dumps(value) if not isinstance(value, float) else repr(value)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    scenario_data(),
    st.sampled_from([in_braces, indented, by_the_writer, line_by_line]),
    st.sets(st.sampled_from(range(len(CHANGES))), min_size=1, max_size=3),
)
def test_any_scenario_in_any_hand(content, written, picked):
    text = written(content)
    assert loads(text).resolved() == Scenario.model_validate(content).resolved()
    changes = {path: value for number in sorted(picked) for path, value in CHANGES[number].items()}
    try:
        Scenario.model_validate(content).with_(changes)
    except ScenarioError:
        with pytest.raises(ScenarioError):
            with_changes(text, changes)
        return
    agrees(text, changes)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(sorted(TEXTS)),
    st.sets(st.sampled_from(range(len(CHANGES))), min_size=1, max_size=4),
    st.sampled_from(["\n", "\r\n"]),
)
def test_shipped_scenarios_and_any_change(name, picked, newline):
    text = TEXTS[name].replace("\n", newline)
    changes = {path: value for number in sorted(picked) for path, value in CHANGES[number].items()}
    try:
        loads(text).with_(changes)
    except ScenarioError:
        with pytest.raises(ScenarioError):
            with_changes(text, changes)
        return
    saved = agrees(text, changes)
    assert set(re.findall(r"\r?\n", saved)) == {newline}
