"""Permissiveness by rescue latency: known ridges, and what can't matter doesn't."""

import math
from functools import cache

import numpy as np
import pandas as pd
import pytest

from analysis.latency_map import PERMISSIVENESS, RESPONSES, LatencyMap, latency_map
from analysis.response import median_response, with_median
from engine import ScenarioError, simulate
from engine.outcomes import OUTCOME_NAMES
from engine.quantiles import quantile
from engine.run import outcomes
from tests.analysis_samples import small_scenario
from tests.build import ERROR, scenario

FEW = {"permissiveness": [0, 0.5], "responses": [1 / 12, 2.0]}
REPLICATIONS = 60


@cache
def small_map():
    """First intubations, small, at few settings. Don't change its tables."""
    return latency_map(small_scenario(), replications=6, **FEW)


def made(best_at, *, noise=0.02, own=(0.2, 1 / 12), settings=PERMISSIVENESS, steep=1.0):
    """A map whose best setting at each response is known: response -> best permissiveness.

    Burden is 2 + steep * (distance from the best on the square-root scale) + luck shared by all
    settings + a little luck of each setting's own.
    """
    rng = np.random.default_rng(1)
    shared = rng.normal(0, 1, REPLICATIONS)
    rows = [
        pd.DataFrame(
            {
                "permissiveness": setting,
                "response": time,
                "replication": range(REPLICATIONS),
                "total_burden": 2.0
                + steep * abs(math.sqrt(setting) - math.sqrt(best))
                + shared
                + rng.normal(0, noise, REPLICATIONS),
            }
        )
        for time, best in best_at.items()
        for setting in settings
    ]
    base = small_scenario().with_(
        {
            "supervision.permissiveness": own[0],
            "supervision.response.lognormal.median": f"{own[1]!r} min",
        }
    )
    return LatencyMap(base, 0, REPLICATIONS, "kernel", "total_burden", pd.concat(rows))


FALLING = {1 / 12: 0.2, 1.0: 0.1, 5.0: 0.02, 20.0: 0.0}
FLAT = dict.fromkeys(FALLING, 0.1)


# ---- known answers ---------------------------------------------------------------------------


@pytest.mark.parametrize("best_at", [FALLING, FLAT, {1.0: 2.0, 2.0: 0.0}])
def test_a_known_ridge_is_found_within_its_band(best_at):
    found = made(best_at).ridge
    assert dict(zip(found["response"], found["best"], strict=True)) == best_at
    assert (found["kept_low"] <= found["best"]).all()
    assert (found["best"] <= found["kept_high"]).all()
    assert (found["edge_low"] <= found["kept_low"]).all()
    assert (found["kept_high"] <= found["edge_high"]).all()
    assert found["told"].all()


def test_the_band_widens_with_doubt():
    sure, unsure = (made(FALLING, noise=noise).ridge for noise in (0.02, 0.6))
    widths = [(one["edge_high"] - one["edge_low"]).sum() for one in (sure, unsure)]
    assert widths[0] < widths[1] / 2


def test_the_best_of_an_outcome_better_high_is_the_highest():
    table = small_map().table.copy()
    table["experience"] = table["permissiveness"] + 0.01 * table["replication"]
    found = LatencyMap(small_scenario(), 0, 6, "kernel", "experience", table)
    assert set(found.ridge["best"]) == {0.5}
    rows = found.field[found.field["permissiveness"] == 0]
    assert rows["worse"].to_numpy() == pytest.approx(0.5)


LEARNS_NOTHING = {
    "learning.practice": 0,
    "learning.failure": {"debriefed": 0, "alone": 0},
    "learning.observing": 0,
    "learning.resilience": {"debriefed": 0, "alone": 0},
}
WARD = {
    "study.cases": 8,
    "supervision.judgement.noise": 0.8,
    f"{ERROR}.time_to_harm": {"lognormal": {"median": "10 min", "cv": 0.5}},
    "supervision.response": {"lognormal": {"median": "1 min", "cv": 0.5}},
}


def test_where_nothing_is_learned_nothing_is_allowed():
    found = latency_map(
        scenario(WARD | LEARNS_NOTHING),
        permissiveness=[0, 0.1, 0.3, 1],
        responses=[0.2, 1, 4],
        replications=40,
    )
    assert set(found.ridge["best"]) == {0.0}
    # patient by patient: a rescue that always works does no worse for having begun at once
    assert (found.field["worse"] >= 0).all()
    assert (found.field.query("permissiveness == 1")["worse_low"] > 0).all()


def test_where_nobody_watches_neither_matters():
    unwatched = scenario(WARD | {"supervision.watched": 0, "supervision.alarm_from": "never"})
    found = latency_map(
        unwatched, permissiveness=[0, 0.3, 1], responses=[0.2, 1, 4], replications=10
    )
    assert found.field["worse"].eq(0).all()
    assert found.field["mean"].nunique() == 1
    assert found.field["mean"].iloc[0] > 0
    assert not found.ridge["told"].any()
    assert "can't tell any setting from any other" in found.says()[0]


# ---- the table -------------------------------------------------------------------------------


def test_the_table_is_that_of_the_engine_to_the_last_bit():
    found = small_map()
    points = [
        small_scenario().with_(
            {"supervision.permissiveness": setting, **dict([with_median(small_scenario(), time)])}
        )
        for time in (1 / 12, 2.0)
        for setting in (0, 0.2, 0.5)
    ]
    values = outcomes(points, 0, range(6)).reshape(-1, len(OUTCOME_NAMES))
    np.testing.assert_array_equal(found.table[list(OUTCOME_NAMES)].to_numpy(), values)
    keys = ["response", "permissiveness", "replication"]
    assert found.table[keys].equals(found.table[keys].sort_values(keys))
    assert set(found.table["permissiveness"]) == {0, 0.2, 0.5}


def test_the_scenario_as_written_is_one_of_the_points():
    found = small_map()
    setting, time = found.own
    own = simulate(small_scenario(), 0, 6).table["total_burden"]
    np.testing.assert_array_equal(found.at(time, setting), own)


def test_another_outcome_needs_no_new_simulation():
    found = small_map().of("harm_any")
    assert found.table is small_map().table
    assert found.about.name == "harm_any"
    assert set(found.ridge["best"]) == {0.0}


@pytest.mark.parametrize("times", [["5 s", "2 min"], np.array([1 / 12, 2.0]), ["5 s", 2]])
def test_responses_may_carry_a_unit(times):
    found = latency_map(small_scenario(), replications=6, **FEW | {"responses": times})
    pd.testing.assert_frame_equal(found.table, small_map().table)


def test_a_folder_keeps_the_map(tmp_path):
    first, again = (
        latency_map(small_scenario(), replications=2, out=tmp_path / "map", workers=0, **FEW)
        for _ in range(2)
    )
    pd.testing.assert_frame_equal(first.table, again.table)


def test_a_variant_is_mapped_as_such():
    found = latency_map(small_scenario(), variant="pessimistic", replications=2, **FEW)
    assert found.scenario.hash == small_scenario().with_variant("pessimistic").hash
    own = simulate(found.scenario, 0, 2).table["total_burden"]
    setting, time = found.own
    np.testing.assert_array_equal(found.at(time, setting), own)


@pytest.mark.parametrize("seconds", [1, 5, 7, 300, 3600, 5 * 3600])
def test_the_usual_latencies_reach_beyond_the_scenarios_own(seconds):
    slow = small_scenario().with_({"supervision.response.lognormal.median": f"{seconds} s"})
    found = latency_map(slow, permissiveness=[0], replications=1)
    times = sorted(set(found.table["response"]))
    assert times[0] < seconds / 60 < times[-1]
    assert len(times) >= len(RESPONSES)


# ---- the median response ---------------------------------------------------------------------

FAMILIES = [
    {"fixed": "90 s"},
    {"uniform": ["1 min", "3 min"]},
    {"triangular": {"low": "1 min", "mode": "2 min", "high": "5 min"}},
    {"exponential": {"mean": "2 min"}},
    {"lognormal": {"median": "2 min", "cv": 0.5}},
    {"lognormal": {"mean": "2 min", "sd": "1 min"}},
    {"lognormal": {"p5": "1 min", "p95": "5 min"}},
    {"weibull": {"scale": "2 min", "shape": 1.5}},
    {"weibull": {"shape": 1.5, "median": "2 min"}},
    {"loglogistic": {"median": "2 min", "shape": 3}},
    {"empirical": ["1 min", "2 min", "4 min", "9 min"]},
]


def quantiles(one):
    standard = one.supervision.response.standard
    a, b, c = standard.a, standard.b, standard.c
    return [quantile(standard.family, a, b, c, standard.values, u) for u in (0.05, 0.5, 0.6, 0.95)]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: "-".join(map(str, family)))
@pytest.mark.parametrize("minutes", [0.05, 17.0])
def test_the_median_moves_and_the_spread_stays(family, minutes):
    before = scenario({"supervision.response": family})
    path, value = with_median(before, minutes)
    after = before.with_({path: value})
    assert median_response(after) == pytest.approx(minutes, rel=1e-12)
    factor = minutes / median_response(before)
    assert quantiles(after) == pytest.approx([factor * one for one in quantiles(before)], rel=1e-9)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: "-".join(map(str, family)))
def test_the_median_as_written_changes_nothing(family):
    before = scenario({"supervision.response": family})
    path, value = with_median(before, median_response(before))
    assert before.with_({path: value}).hash == before.hash


def test_one_parameter_is_moved_where_one_does_it():
    assert with_median(small_scenario(), 1.0) == (
        "supervision.response.lognormal.median",
        "1.0 min",
    )


def test_a_response_of_no_time_becomes_a_fixed_one():
    at_hand = scenario({"supervision.response": "0 min"})
    assert with_median(at_hand, 2.0) == ("supervision.response", {"fixed": "2.0 min"})
    found = latency_map(at_hand, permissiveness=[0, 1], replications=1)
    assert set(found.table["response"]) == set(RESPONSES)
    assert len(found.says()) == 1
    with pytest.raises(ValueError, match="finite time"):
        with_median(at_hand, -1.0)


# ---- refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"permissiveness": [-0.1]}, "from 0"),
        ({"permissiveness": [math.nan]}, "from 0"),
        ({"permissiveness": ["0.1"]}, "numbers from 0"),
        ({"permissiveness": 0.1}, "a list is needed"),
        ({"responses": [0.0]}, "above 0"),
        ({"responses": [math.inf, 1]}, "above 0"),
        ({"responses": ["0 s"]}, "above 0"),
        ({"responses": [None]}, "above 0"),
        ({"responses": "5 s"}, r"write \['5 s'\]"),
        ({"responses": ["5 sec", "1 min"]}, r"(?s)'5 sec' was given.*did you mean 5 s\?"),
        ({"responses": [1 / 12]}, "two at least"),
        ({"permissiveness": [0.2]}, "two at least"),
        ({"outcome": "harm"}, "leeway outcomes"),
        ({"outcome": "allowed"}, "better low or better high"),
    ],
)
def test_what_makes_no_map_is_refused(wrong, told):
    with pytest.raises(ScenarioError, match=told):
        latency_map(small_scenario(), replications=2, **wrong)


def test_the_path_of_a_scenario_is_no_scenario():
    with pytest.raises(ScenarioError, match=r"engine\.load"):
        latency_map("scenarios/first-intubations.yaml")


@pytest.mark.parametrize("policy", ["hands_off", "zero_tolerance"])
def test_a_policy_without_permissiveness_is_refused(policy):
    with pytest.raises(ScenarioError, match=policy):
        latency_map(small_scenario().with_({"supervision.policy": policy}), replications=2)


def test_an_outcome_without_any_value_is_refused_by_name():
    found = small_map().of("allowed_unharmed")
    with pytest.raises(ScenarioError, match=r"no value at permissiveness 0, response 5 s"):
        _ = found.field
