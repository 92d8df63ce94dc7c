"""Known answers that hold exactly: limits where a number must be 0, or two runs the same."""

import math
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engine
from engine.elementary import power
from engine.scenario import Scenario
from tests.build import UNWATCHED, log, outcomes, recovers, rows, same, scene, step, sure, waits
from tests.lively import LIVELY, lively

SHIPPED = sorted(Path(__file__).parents[1].glob("scenarios/*.yaml"))
BURDENS = ("harm_burden", "total_burden", "independent_harm_burden")
MINUTES = ("rescue_latency", "rescue_wait", "notice_wait")
KINDS = [(step.name, kind.name) for step in lively().task.steps for kind in step.errors]

seeds = st.integers(0, 2**64 - 1)
policies = st.sampled_from(sorted(LIVELY))
few = settings(max_examples=12)
whole_seconds = st.integers(0, 2400).map(lambda seconds: seconds / 60)


def everywhere(field, value):
    """The change of one field in every kind of error."""
    return {f"task.steps[{step}].errors[{kind}].{field}": value for step, kind in KINDS}


def unlike(one, other, *, apart_from=()):
    """The outcomes that differ between two runs."""
    return {
        name
        for name, value in one.items()
        if not same(value, other[name]) and name not in apart_from
    }


# ---- nothing can happen ------------------------------------------------------------------------


@few
@given(policies, seeds)
def test_where_harm_never_comes_there_is_none(policy, seed):
    told = lively(**LIVELY[policy]).with_(everywhere("time_to_harm", "never"))
    found = outcomes(told, seed)
    assert found["total_burden"] == found["harm_any"] == found["exhausted"] == 0
    assert rows(told, "harm", "alarm", seed=seed) == []


@few
@given(policies, seeds)
def test_without_a_chance_of_recovery_and_without_a_cue_there_is_none(policy, seed):
    never = everywhere(
        "recovery", {"novice": 0, "expert": 0, "learning_episodes": 1, "time": "0 min"}
    )
    told = lively(**LIVELY[policy]).with_(never | {"supervision.cue": None})
    found = outcomes(told, seed)
    assert found["self_recovered"] == found["cue_recovered"] == found["needless_takeovers"] == 0


@few
@given(seeds, st.sampled_from(["value_weighted", "risk_threshold", "entrustment"]))
def test_a_supervisor_who_is_free_sees_all_allows_nothing_and_needs_no_time_prevents_all_harm(
    seed, policy
):
    at_once = {
        "permissiveness": 0,
        "watched": 1,
        "supervisors": 4,
        "response": "0 min",
        "fix": "0 min",
        "rescue": {"success": 1},
        "policy": policy,
    }
    told = lively(**at_once).with_(everywhere("visible_after", "0 min"))
    found = outcomes(told, seed)
    assert found["harm_any"] == found["allowed"] == found["late_noticed"] == 0
    assert found["prevented"] == found["errors"] > 0


@few
@given(seeds)
def test_hands_off_without_calls_alarms_or_overriding_rules_takes_nothing_over(seed):
    off = {"policy": "hands_off", "alarm_from": "never"}
    told = lively(**off).with_(
        everywhere("call", {"probability": 0, "time": "0 min"}) | {"independent.cases": 0}
    )
    assert outcomes(told, seed)["taken_over"] == 0
    assert rows(told, "request", seed=seed) == []


# ---- nothing can change ------------------------------------------------------------------------


@few
@given(policies, seeds, st.floats(0, 5))
def test_where_nobody_watches_permissiveness_changes_nothing(policy, seed, permissiveness):
    told = lively(**(LIVELY[policy] | {"watched": 0}))
    bolder = told.with_({"supervision.permissiveness": permissiveness})
    assert unlike(outcomes(told, seed), outcomes(bolder, seed)) == set()
    assert log(told, seed) == log(bolder, seed)


@few
@given(policies, seeds, st.integers(4, 20))
def test_without_latent_errors_more_supervisors_than_trainees_change_nothing(policy, seed, more):
    told = lively(**(LIVELY[policy] | {"supervisors": 3})).with_(everywhere("latent", False))
    many = told.with_({"supervision.supervisors": more})
    assert log(told, seed) == log(many, seed)
    apart = ("supervisor_busy",)
    assert unlike(outcomes(told, seed), outcomes(many, seed), apart_from=apart) == set()


@few
@given(
    st.sampled_from(["zero_tolerance", "hands_off", "time_limit"]),
    seeds,
    st.lists(st.floats(0.001, 50), min_size=4, max_size=4).map(sorted),
)
def test_where_nobody_weighs_the_weights_of_harm_change_burdens_only(policy, seed, weights):
    told = lively(policy=policy, time_limit="6 min").with_({"distress.shock": 0})
    names = ("mild", "moderate", "severe", "death")
    other = told.with_({"harm_weights": dict(zip(names, weights, strict=True))})
    assert log(told, seed) == log(other, seed)
    assert unlike(outcomes(told, seed), outcomes(other, seed), apart_from=BURDENS) == set()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_education_changes_no_number_and_not_the_hash(path):
    told = engine.load(path)
    content = told.resolved()
    assert any(content.pop("education").values())
    stripped = Scenario.model_validate(content)
    assert stripped.hash == told.hash
    assert log(stripped, 3) == log(told, 3)


@few
@given(policies, seeds, st.integers(1, 4))
def test_another_trainee_leaves_the_rows_of_the_others_the_same(policy, seed, count):
    told = lively(**(LIVELY[policy] | {"supervisors": 60})).with_({"trainees.count": count})
    joined = told.with_({"trainees.count": count + 1})
    assert log(told, seed) == [row for row in log(joined, seed) if row.trainee < count]


# ---- durations times a power of two ------------------------------------------------------------

TIMES = {
    **dict.fromkeys(("step_end", "assigned", "hands_on", "debrief_dropped"), 1),
    **dict.fromkeys(("debrief_start", "debrief_interrupted", "debrief_resumed"), 1),
}
"""Kinds of row whose number is a duration."""


def stretched(content, factor):
    """A scenario in file form with every duration multiplied."""
    if isinstance(content, dict):
        return {key: stretched(value, factor) for key, value in content.items()}
    if isinstance(content, list):
        return [stretched(value, factor) for value in content]
    if isinstance(content, str) and re.fullmatch(r"[-+.e\d]+ min", content):
        return f"{float(content.removesuffix(' min')) * factor!r} min"
    return content


@few
@given(policies, seeds, st.integers(-3, 5))
def test_all_durations_times_a_power_of_two_give_the_same_bits_times_apart(policy, seed, exponent):
    told = lively(**LIVELY[policy])
    factor = 2.0**exponent
    slow = Scenario.model_validate(stretched(told.resolved(), factor))
    for row, later in zip(log(told, seed), log(slow, seed), strict=True):
        number = row.number * factor if row.kind in TIMES else row.number
        assert later == row._replace(time=row.time * factor, number=number)
    one, other = outcomes(told, seed), outcomes(slow, seed)
    assert unlike(one, other, apart_from=MINUTES) == set()
    for name in MINUTES:
        assert same(one[name] * factor, other[name])


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_so_they_do_in_the_scenarios_shipped(path):
    content = engine.load(path).resolved() | {"variants": {}, "evidence": [], "sources": {}}
    told, slow = (Scenario.model_validate(stretched(content, factor)) for factor in (1, 4))
    assert unlike(outcomes(told, 1), outcomes(slow, 1), apart_from=MINUTES) == set()


# ---- row 11: the threshold ---------------------------------------------------------------------

minutes = st.floats(0, 100).map(lambda value: round(value, 2))


@given(
    permissiveness=st.floats(0.001, 1.2),
    value=st.floats(0.05, 1),
    sharpness=st.floats(0.3, 5),
    harm=minutes,
    response=minutes,
    fix=minutes,
    seen=minutes,
    first=st.sampled_from(["mild", "moderate", "severe", "death"]),
)
@settings(max_examples=200)
def test_the_step_in_time_is_exactly_the_formulas_or_the_notice_whichever_is_later(
    permissiveness, value, sharpness, harm, response, fix, seen, first
):
    told = scene(
        step(
            educational_value=value,
            time_to_harm=f"{harm!r} min",
            visible_after=f"{seen!r} min",
            first_harm=first,
            worst_harm=first,
        ),
        supervision={
            "permissiveness": permissiveness,
            "judgement": {"noise": 0, "sharpness": sharpness},
            "response": f"{response!r} min",
            "fix": f"{fix!r} min",
        },
    )
    weight = {"mild": 1, "moderate": 2, "severe": 4, "death": 8}[first]
    q = permissiveness * value * 1 / weight
    opened, notice, due = 10.0, 10.0 + seen, 10.0 + harm
    when = math.inf
    if q < 1:
        window = due - opened
        when = opened + window * power(q / (1 - q), 1 / sharpness) - (response + fix)
        when = max(when, notice)
    requests = [row.time for row in rows(told, "request")]
    assert requests == ([when] if when < due else [])


# ---- a direction -------------------------------------------------------------------------------


def final_level(told, seed):
    return rows(told, "resolved", seed=seed)[0].level


def one_episode(policy, response, **changes):
    told = lively(**policy, response=f"{response!r} min", watched=1, alarm_from="moderate")
    return told.with_({"study.cases": 1, "trainees.count": 1, "independent.cases": 0} | changes)


GIVEN_UP = everywhere("recovery", recovers(1, 0)) | everywhere(
    "safety_net", sure(1) | {"probability": 0}
)
PLANS = [waits(5), {"policy": "zero_tolerance"}, {"policy": "hands_off"}]


@settings(max_examples=60)
@given(st.sampled_from(PLANS), seeds, whole_seconds, whole_seconds)
def test_where_nobody_else_puts_it_right_a_longer_response_never_lowers_the_final_harm(
    policy, seed, response, more
):
    """Without a recovery or a safety net, which hands-on would stop: see the next test."""
    alone = GIVEN_UP | {"supervision.cue": None} | everywhere("latent", False)
    levels = []
    for each in (response, response + more):
        told = one_episode(policy, each, **alone)
        if not rows(told, "error", seed=seed):
            return
        levels.append(final_level(told, seed))
    assert levels[0] <= levels[1]


@settings(max_examples=60)
@given(st.sampled_from(PLANS), seeds, whole_seconds, whole_seconds)
def test_nor_where_a_rescue_once_there_takes_no_time(policy, seed, response, more):
    at_once = {"supervision.fix": "0 min", "supervision.rescue": {"success": 1}}
    levels = []
    for each in (response, response + more):
        told = one_episode(policy, each, **at_once, **everywhere("latent", False))
        if not rows(told, "error", seed=seed):
            return
        levels.append(final_level(told, seed))
    assert levels[0] <= levels[1]


def test_a_longer_response_can_spare_harm_where_the_trainee_was_about_to_put_it_right():
    """Hands-on at 12 stops the recovery due at 14, and the fix takes till 42."""
    at_work = step(recovery=recovers(4), worst_harm="mild")
    hasty = scene(at_work, supervision={"fix": "30 min", "response": "1 min"})
    slow = scene(at_work, supervision={"fix": "30 min", "response": "5 min"})
    assert (final_level(hasty, 0), final_level(slow, 0)) == (1, 0)


def test_unwatched_is_unwatched():
    """The same ward with nobody watching: only calls and alarms bring anybody."""
    told = lively(**UNWATCHED)
    assert {row.number for row in rows(told, "request")} <= {1, 2}
    assert outcomes(told)["noticed"] == 0
