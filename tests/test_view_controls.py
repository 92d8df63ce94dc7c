"""The controls of the page: where they step, what they say, and that every step can be taken."""

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.study import GRID
from analysis.view import places, prepared, ranges, tokens
from analysis.view.controls import controls
from analysis.view.places import KEYS, PLACES
from analysis.view.settings import apply, canonical
from tests.build import scenario
from tests.view_samples import KEY, SHIPPED, drawn, shipped


def by_key(told):
    return {each.key: each for each in controls(told)}


def labels(control):
    return [position.label for position in control.positions]


@pytest.mark.parametrize("key", SHIPPED)
def test_every_shipped_scenario_has_every_control(key):
    told = by_key(shipped(key))
    assert set(told) == set(KEYS)
    for each in told.values():
        assert each.has(each.own)
        assert 2 <= len(each.positions) <= 14
        assert len(set(labels(each))) == len(each.positions), "two steps that read alike"
        assert each.label
        assert each.help.endswith(".")
    json.dumps([each.as_object() for each in told.values()], allow_nan=False)


@settings(max_examples=60)
@given(drawn())
def test_sliders_of_any_scenario_rise_and_hold_the_files_own_value(told):
    for each in controls(told):
        assert each.has(each.own)
        if each.kind == "choice":
            assert each.limits is None
            assert each.typed is None
            continue
        values = [position.value for position in each.positions]
        assert all(one < other for one, other in pairwise(values))
        assert each.limits[0] <= values[0]
        assert values[-1] <= each.limits[1]
        kind = PLACES[each.key].kind
        for position in each.positions:
            assert tokens.read(kind, position.token) == position.value
            assert tokens.write(kind, position.value) == position.token
            assert " " not in position.token


@settings(max_examples=60)
@given(drawn(), st.data())
def test_every_step_can_be_taken(told, data):
    each = data.draw(st.sampled_from(controls(told)))
    for position in each.positions:
        changed = apply(told, {each.key: position.token})
        if position.token == each.own:
            assert changed.hash == told.hash


def test_permissiveness_steps_through_the_settings_of_a_run():
    own = by_key(shipped(KEY))["permissiveness"]
    assert [position.value for position in own.positions] == list(GRID)
    assert own.own == "0.2"
    other = by_key(shipped(KEY).with_({"supervision.permissiveness": 0.15}))["permissiveness"]
    assert [position.value for position in other.positions] == sorted({*GRID, 0.15})


def test_latency_spans_the_evidence_and_more():
    latency = by_key(shipped(KEY))["latency"]
    assert labels(latency) == [
        "1 s", "2 s", "5 s", "10 s", "15 s", "30 s", "45 s", "1 min", "2 min",
    ]  # fmt: skip
    assert latency.range == "plausible range, by the file's evidence: 1 s to 30 s"
    assert latency.typed.says == "from 0.1 s to 10 min"
    assert latency.assumption
    ward = by_key(shipped("deteriorating-ward"))["latency"]
    assert ward.positions[0].value <= 1
    assert ward.positions[-1].value >= 20
    assert by_key(shipped("chest-pain"))["latency"].range == "the slider goes from 2 min to 4 h"


def test_shares_are_told_in_percent_and_say_their_source():
    debrief = by_key(shipped(KEY))["debrief"]
    assert labels(debrief) == ["0 %", "10 %", "25 %", "54 %", "75 %", "90 %", "100 %"]
    assert debrief.label == "Cases with a known error debriefed"
    assert debrief.range == "plausible range, by the file's evidence: 30 % to 95 %"
    assert debrief.source.startswith("Wu et al. 1991")
    assert not debrief.assumption


FAMILIES = [
    ("3 min", "supervision.response.fixed", "3min", "."),
    ({"exponential": {"mean": "3 min"}}, "supervision.response.exponential.mean", "3min",
     " (on average)."),
    ({"lognormal": {"median": "3 min", "cv": 1}}, "supervision.response.lognormal.median", "3min",
     " (half of the times it is shorter)."),
    ({"lognormal": {"mean": "3 min", "sd": "1 min"}}, "supervision.response.lognormal.mean",
     "3min", " (on average)."),
    ({"weibull": {"shape": 2, "median": "3 min"}}, "supervision.response.weibull.median", "3min",
     " (half of the times it is shorter)."),
    ({"weibull": {"shape": 2, "scale": "3 min"}}, "supervision.response.weibull.scale", "3min",
     " (in about two cases of three it is shorter)."),
    ({"loglogistic": {"median": "3 min", "shape": 2}}, "supervision.response.loglogistic.median",
     "3min", " (half of the times it is shorter)."),
]  # fmt: skip


@pytest.mark.parametrize(("response", "path", "own", "means"), FAMILIES)
def test_a_latency_of_any_family_is_moved_at_its_typical_value(response, path, own, means):
    told = scenario({"supervision.response": response})
    latency = by_key(told)["latency"]
    assert (places.path(told, "latency"), latency.own) == (path, own)
    assert f"hands are on the patient{means}" in latency.help
    for position in latency.positions:
        moved = apply(told, {"latency": position.token})
        assert moved == told.with_({path: tokens.write("duration", position.value)})


@pytest.mark.parametrize(
    "response",
    [
        {"uniform": ["1 min", "2 min"]},
        {"triangular": {"low": "1 min", "mode": "2 min", "high": "4 min"}},
        {"empirical": ["1 min", "2 min"]},
        {"lognormal": {"p5": "1 min", "p95": "4 min"}},
    ],
)
def test_what_has_no_single_typical_value_has_no_control(response):
    assert "latency" not in by_key(scenario({"supervision.response": response}))


def test_the_range_of_a_fixed_latency_is_found():
    about = {"about": "supervision.response", "source": "assumption", "range": ["1 min", "9 min"]}
    told = scenario({"supervision.response": "3 min"}, evidence=[about])
    latency = by_key(told)["latency"]
    assert latency.range == "plausible range, by the file's evidence: 1 min to 9 min"
    assert latency.assumption


def test_a_latency_of_nothing_can_be_raised_and_brought_back():
    told = scenario({"supervision.response": "0 s"})
    latency = by_key(told)["latency"]
    assert latency.own == latency.positions[0].token == "0s"
    assert latency.limits[0] == 0
    assert len(latency.positions) > 5


def test_a_file_without_time_limit_is_lent_one():
    own = by_key(shipped(KEY))["time_limit"]
    assert own.own == "2min"
    assert labels(own) == [
        "0 s", "30 s", "1 min", "1 min 30 s", "2 min", "3 min", "4 min", "6 min", "10 min",
    ]  # fmt: skip
    assert own.needs.tokens == ("time_limit",)
    assert own.leeway
    given_one = shipped(KEY).with_({"supervision.time_limit": "20 s"})
    assert by_key(given_one)["time_limit"].own == "20s"


def test_leeway_needs_a_policy_that_uses_it():
    told = by_key(shipped(KEY))
    assert told["permissiveness"].needs.tokens == (
        "value_weighted",
        "risk_threshold",
        "entrustment",
    )
    assert [key for key, each in told.items() if each.leeway] == ["permissiveness", "time_limit"]
    assert all(told[key].needs is None for key in told if not told[key].leeway)


def test_a_variant_that_changes_a_controls_value_says_so():
    told = scenario(
        variants={"lax": {"supervision.permissiveness": 0.7}, "same": {"debrief.probability": 0}}
    )
    permissiveness = by_key(told)["permissiveness"]
    assert permissiveness.own_under == {"lax": "0.7"}
    assert permissiveness.has("0.7")
    assert by_key(told)["debrief"].own_under == {}
    variant = by_key(told)["variant"]
    assert (variant.label, labels(variant)) == ("Variant", ["As written", "Lax", "Same"])
    assert canonical(told, {"variant": "lax", "permissiveness": "0"}) == {
        "permissiveness": "0",
        "variant": "lax",
    }


def test_optimistic_and_pessimistic_learning_is_what_failure_teaches():
    variant = by_key(shipped(KEY))["variant"]
    assert variant.label == "What failure teaches"
    assert labels(variant) == ["As written", "Optimistic", "Pessimistic"]
    assert "what a failure teaches and how much resilience it leaves" in variant.help
    assert "variant" not in by_key(scenario())


def test_people_stay_within_what_can_be_simulated():
    crowd = scenario({"trainees.count": 900, "study.cases": 10_000})
    trainees = by_key(crowd)["trainees"]
    assert trainees.limits == (1, 1000)
    assert trainees.positions[-1].value == 1000
    assert apply(crowd, {"trainees": "1000"}).trainees.count == 1000


def test_what_is_worked_out_of_a_scenario_is_kept_for_a_while(monkeypatch):
    monkeypatch.setattr(prepared, "MOST_KEPT", 2)
    several = [scenario({"study.cases": number}) for number in (1, 2, 3)]
    first = [prepared.prepared(each) for each in several]
    assert prepared.prepared(several[2]) is first[2]
    assert prepared.prepared(several[1]) is first[1]
    assert prepared.prepared(several[0]) is not first[0]


@given(
    own=st.floats(1e-6, 1e9),
    ends=st.lists(st.floats(1e-6, 1e9), min_size=0, max_size=2),
)
def test_times_rise_span_the_evidence_and_are_few(own, ends):
    found = ranges.times(own, ends)
    assert own in found
    assert list(found) == sorted(set(found))
    assert len(found) <= ranges.MOST_TIMES + 3
    wide = [each for each in ranges.NICE_TIMES if min([own, *ends]) <= each <= max([own, *ends])]
    if wide:
        assert found[0] <= wide[0] * 1.25
        assert found[-1] >= wide[-1] / 1.25


@given(st.floats(0, 1), st.lists(st.floats(0, 1), max_size=2))
def test_shares_run_from_none_to_all(own, ends):
    found = ranges.shares(own, ends)
    assert (found[0], found[-1]) == (0, 1)
    assert own in found
    assert list(found) == sorted(set(found))


def test_a_lent_time_limit_reaches_past_the_time_until_an_error_shows():
    for key in SHIPPED:
        told = shipped(key)
        limit = by_key(told)["time_limit"]
        assert not limit.from_file
        kinds = [kind for each in told.task.steps for kind in each.errors]
        shows = max(kind.visible_after.standard.median for kind in kinds)
        assert limit.positions[-1].value > shows
    assert by_key(shipped(KEY).with_({"supervision.time_limit": "20 s"}))["time_limit"].from_file
