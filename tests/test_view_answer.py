"""Answers of the page: the numbers of `leeway run`, however come by."""

import json
import shlex

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import captions, findings
from analysis.cli import main
from analysis.study import own_setting, run_study
from analysis.view import answer as answers
from analysis.view import tokens
from analysis.view.answer import answer, answer_json
from analysis.view.cells import Cells
from analysis.view.places import PLACES
from analysis.view.repeat import SAVE_FIRST, Source
from engine.errors import ScenarioError
from engine.run import DEFAULT_ENGINE
from tests.analysis_samples import SCENARIOS, small_scenario, small_study
from tests.build import scenario
from tests.view_samples import FEW, KEY, SHIPPED, at, drawn, few, shipped
from tests.view_samples import tokens as some_tokens


def run(words, capsys):
    """What `leeway run --json` prints, from a folder where scenarios are found by their names."""
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def numbers(outcomes):
    """Outcomes of `leeway run --json` as an answer has them."""
    return {
        name: None
        if each["mean"] is None
        else {part: each[part] for part in ("mean", "se", "low", "high")}
        for name, each in outcomes.items()
    }


# ---- the same numbers as leeway run -----------------------------------------------------------

ASKED = [
    {},
    {"permissiveness": "0.5"},
    {"permissiveness": "0.37", "latency": "30s", "variant": "pessimistic"},
    {"policy": "entrustment", "trainees": "2", "fragility": "2"},
    {"policy": "time_limit"},
    {"policy": "time_limit", "time_limit": "7min", "variant": "optimistic"},
    {"policy": "hands_off", "permissiveness": "0.5"},
    {"policy": "zero_tolerance", "debrief": "0", "watched": "0.5", "supervisors": "2"},
]


@pytest.fixture
def here(monkeypatch):
    """The folder that holds the folder of scenarios."""
    monkeypatch.chdir(SCENARIOS.parent)


@pytest.mark.parametrize("given_ones", ASKED, ids=str)
@pytest.mark.parametrize("key", ["first-intubations", "opioid-dosing", "night-handover"])
@pytest.mark.usefixtures("here")
def test_numbers_are_those_of_the_command_to_the_last_bit(key, given_ones, capsys):
    if key == "opioid-dosing" and "latency" in given_ones:
        given_ones = given_ones | {"latency": "30min"}
    if key == "night-handover" and "latency" in given_ones:
        given_ones = given_ones | {"latency": "15min"}
    source = Source(f"scenarios/{key}.yaml")
    found = answer(shipped(key), given_ones, seed=3, replications=FEW, key=key, source=source)
    for point in (found["points"][0], found["points"][-1]):
        of_run = run(shlex.split(point["command"])[1:], capsys)
        assert numbers(of_run["outcomes"]) == point["outcomes"]
    of_run = run(shlex.split(found["command"])[1:], capsys)
    assert of_run["scenario"]["hash"] == found["hash"]
    same = [point for point in found["points"] if point["command"] == found["command"]]
    assert numbers(of_run["outcomes"]) == same[0]["outcomes"]
    curve = {each[found["axis"]]: numbers(each["outcomes"]) for each in of_run["curve"]}
    compared = [point for point in found["points"] if point["value"] in curve]
    if found["axis"] == "permissiveness":
        assert len(compared) == len(curve)
    for point in compared:
        assert curve[point["value"]] == point["outcomes"]


@pytest.mark.parametrize("key", SHIPPED)
@pytest.mark.usefixtures("here")
def test_every_shipped_scenario_is_answered_as_its_run_is(key, capsys):
    found = answer(shipped(key), {}, replications=FEW, key=key)
    of_run = run(["run", f"scenarios/{key}.yaml", "--replications", str(FEW)], capsys)
    assert [each["permissiveness"] for each in of_run["curve"]] == [
        point["value"] for point in found["points"]
    ]
    for each, point in zip(of_run["curve"], found["points"], strict=True):
        assert numbers(each["outcomes"]) == point["outcomes"]


def test_without_a_file_there_is_no_command_and_it_says_what_to_do_first():
    found = few({"latency": "30s"})
    assert found["command"] is None
    assert {point["command"] for point in found["points"]} == {None}
    assert found["repeat"] == {"says": None, "without": SAVE_FIRST}
    named = few({"latency": "30s"}, source=Source("my own.yaml", "It is yours."))
    assert named["command"].startswith("leeway run 'my own.yaml' --set ")
    assert named["repeat"]["says"] == "It is yours."


@settings(max_examples=20)
@given(data=st.data(), told=drawn())
def test_any_scenario_with_any_settings_is_answered(data, told):
    given_ones = data.draw(some_tokens(told))
    found = answer(told, given_ones, replications=2, key="drawn")
    json.dumps(found, allow_nan=False)
    made = answers.settings.apply(told, given_ones)
    here = found["points"][0]["token"]
    if found["axis"] is not None:
        here = tokens.write(PLACES[found["axis"]].kind, own_setting(made))
    study = run_study(made, seed=0, replications=2, engine=DEFAULT_ENGINE, curve=False)
    for name, each in findings.estimates(study).items():
        mine = at(found, here)["outcomes"][name]
        assert mine == answers.as_object(each)


# ---- the curve --------------------------------------------------------------------------------


def test_leeway_at_a_usual_position_makes_no_cell_of_its_own():
    usual, moved = few(), few({"permissiveness": "0.5"})
    standing = {"values": None, "labels": None}
    assert usual | standing == moved | standing
    assert moved["request"]["settings"] == {}
    assert moved["values"] == usual["values"] | {"permissiveness": "0.5"}
    assert few({"permissiveness": "0.5", "latency": "30s"})["request"]["settings"] == {
        "latency": "30s"
    }


def test_where_one_stands_is_part_of_a_finished_answer():
    store, told = Cells(), []
    for typed in ("", "0.50", "0.5"):
        given_ones = {"permissiveness": typed} if typed else {}
        told.append(answer_json(small_scenario(), given_ones, replications=2, key=KEY, cells=store))
    stands = [json.loads(each)["values"]["permissiveness"] for each in told]
    assert stands == ["0.2", "0.5", "0.5"]


def test_leeway_between_the_positions_is_one_more_point():
    found = few({"permissiveness": "0.37"})
    assert found["request"]["settings"] == {"permissiveness": "0.37"}
    assert [point["token"] for point in found["points"]] == [
        "0", "0.02", "0.05", "0.1", "0.2", "0.3", "0.37", "0.5", "1", "2",
    ]  # fmt: skip
    assert [point["token"] for point in found["points"] if point["as_written"]] == ["0.2"]
    assert at(found, "0.37")["departure"] == "Changed: permissiveness 0.37 (0.2 as written)."


def test_a_lent_time_limit_is_not_called_as_written():
    found = few({"policy": "time_limit"})
    assert (found["axis"], found["axis_label"]) == ("time_limit", "time limit")
    assert found["values"]["time_limit"] == "2min"
    assert not any(point["as_written"] for point in found["points"])
    assert "as written" not in at(found, "2min")["says"]["verdict"]
    assert found["departure"] == (
        "Changed: policy wait a fixed time (weigh learning against risk as written), time limit "
        "2 min (none as written; the page starts at 2 min)."
    )


def test_a_policy_without_leeway_has_one_point_and_says_why():
    found = few({"policy": "zero_tolerance", "permissiveness": "0.5"})
    assert found["axis"] is None
    assert len(found["points"]) == 1
    assert found["no_curve"] == (
        "supervisors always step in at once, so there is no leeway to vary"
    )
    assert found["says"]["burden"].startswith("There is no curve: supervisors always step in")
    assert found["request"]["settings"] == {"policy": "zero_tolerance"}
    assert found["points"][0]["above_least"] is None


def test_the_point_with_the_least_burden_is_nothing_above_it():
    found = few(replications=20)
    low = findings.lowest_burden(
        run_study(small_scenario(), seed=0, replications=20, engine=DEFAULT_ENGINE)
    )
    assert [point["value"] for point in found["points"] if point["kept"]] == list(low.kept)
    best = next(point for point in found["points"] if point["value"] == low.best)
    assert best["above_least"] == {"mean": 0, "low": 0, "high": 0}
    own = at(found, "0.2")["above_least"]
    assert (own["mean"], own["low"], own["high"]) == (
        -low.difference.mean, -low.difference.high, -low.difference.low,
    )  # fmt: skip


def test_fates_are_those_of_the_report():
    found = few(replications=5)
    parts, _ = captions.fate_bars(small_study())
    mine = {(each["fate"].replace("_", " "), each["harm"]): each["mean"]
            for each in at(found, "0.2")["fates"]}  # fmt: skip
    theirs = {(row.bar, row.part): row.mean for row in parts.itertuples()}
    assert mine.keys() == theirs.keys()
    for name, value in theirs.items():
        assert mine[name] == pytest.approx(value, rel=1e-12)


def test_replications_without_a_case_count_in_no_fate():
    errors = np.zeros((3, 5, 5), np.int64)
    errors[:, 0, 0] = 2, 0, 4
    assert answers.fates(errors, np.array([100, 0, 100]))[0]["mean"] == 3
    assert answers.fates(errors[1:2], np.array([0]))[0]["mean"] is None


VARIANTS = {
    "waiting": {"supervision.policy": "time_limit", "supervision.time_limit": "3 min"},
    "vague": {"supervision.response": {"uniform": ["1 min", "2 min"]}},
    "never": {"supervision.policy": "hands_off"},
}


@pytest.mark.parametrize(
    ("given_ones", "axis", "written", "departure"),
    [
        ({"variant": "waiting"}, "time_limit", ["3min"], "Variant waiting."),
        ({"variant": "vague", "permissiveness": "0.7"}, "permissiveness", ["0"], "Variant vague; "
         "changed: permissiveness 0.7 (0 as written)."),
        ({"variant": "never"}, None, ["0"], "Variant never."),
        ({"variant": "never", "policy": "entrustment"}, "permissiveness", ["0"], "Variant never; "
         "changed: policy weigh learning and trust against risk (never step in unasked as "
         "written)."),
    ],
)  # fmt: skip
def test_a_variant_may_change_what_controls_change(given_ones, axis, written, departure):
    found = few(given_ones, scenario(variants=VARIANTS))
    assert (found["axis"], found["departure"]) == (axis, departure)
    assert [point["token"] for point in found["points"] if point["as_written"]] == written


def test_a_control_that_a_variant_takes_away_is_refused():
    told = scenario(variants=VARIANTS)
    assert "latency" not in few({"variant": "vague"}, told)["values"]
    with pytest.raises(ScenarioError, match="latency"):
        few({"variant": "vague", "latency": "2min"}, told)
