"""Sensitivity of a scenario: what is varied, what is asked, and that nothing is hidden."""

import math

import numpy as np
import pytest

from analysis.conclusion import conclude, readings
from analysis.input_words import path_words
from analysis.sensitivity import Plan, plan, sensitivity
from analysis.sensitivity_words import sentences
from analysis.varied import SWITCHES, Points, alternatives, at_ends, bare, in_one_unit, varied
from engine import ScenarioError, load, simulate
from tests.analysis_samples import SCENARIOS, small_scenario
from tests.sensitivity_samples import (
    AGAINST,
    EVIDENCE,
    NOVICE,
    OBSERVING,
    RESPONSE,
    analysed,
    difference,
    ranged,
    with_evidence,
)

LEEWAY = "supervision.permissiveness"


# ---- what is varied --------------------------------------------------------------------------


def test_every_range_of_the_evidence_is_varied():
    done = analysed()
    wanted = [entry["about"] for entry in EVIDENCE if "range" in entry]
    assert [one.path for one in done.inputs] == wanted
    assert set(done.indices.ranked()["input"]) == set(wanted)
    points = done.points
    assert points[NOVICE].between(0.1, 0.6).all()
    assert points[RESPONSE].between(1 / 60, 5).all()  # minutes
    assert set(points["supervision.rescue.tries"]) == {1, 2, 3}


def test_what_the_question_is_about_is_held():
    done = difference()
    assert LEEWAY not in {one.path for one in done.inputs}
    assert done.left == {LEEWAY: "held as written"}


def test_held_paths_hold_what_is_above_and_below():
    inputs, left = varied(ranged(), ["supervision"])
    assert {one.path for one in inputs} == {NOVICE, OBSERVING, "debrief.duration"}
    assert set(left) == {RESPONSE, "supervision.rescue.tries", LEEWAY}
    inputs, _ = varied(ranged(), ["debrief.duration.fixed"])
    assert "debrief.duration" not in {one.path for one in inputs}


def test_a_range_of_one_value_is_not_varied():
    entries = [*EVIDENCE[:2], {"about": OBSERVING, "source": "assumption", "range": [0.3, 0.3]}]
    _, left = varied(with_evidence(*entries))
    assert left == {OBSERVING: "its range is a single value"}


def test_one_number_of_one_source_moves_as_one():
    scenario = load(SCENARIOS / "laparoscopic-cholecystectomy.yaml")
    together, _ = varied(scenario, [LEEWAY])
    apart, _ = varied(scenario, [LEEWAY], together=False)
    assert sum(len(one.paths) for one in together) == len(apart)
    calls = next(one for one in together if one.path.endswith("call.probability"))
    assert len(calls.paths) == 8
    assert calls.words == "chance that the trainee calls (8 errors)"
    moved = next(iter(Points(bare(scenario), [calls], np.array([[0.5]]))))
    assert {moved.get(path) for path in calls.paths} == {0.5}
    novices = [one for one in together if one.path.endswith("recovery.novice")]
    assert sorted(len(one.paths) for one in novices) == [2, 6]  # two ranges, two findings
    assumed = [one for one in together if one.status == "assumption"]
    assert all(len(one.paths) == 1 for one in assumed)


@pytest.mark.parametrize("file", sorted(SCENARIOS.glob("*.yaml")), ids=lambda file: file.stem)
def test_inputs_of_every_scenario_shipped_have_words_of_their_own(file):
    scenario = load(file)
    inputs, _ = varied(scenario)
    names = [one.words for one in inputs]
    assert len(set(names)) == len(names)
    for one in scenario.inputs():
        text = path_words(scenario, one.path)
        assert "_" not in text
        assert "." not in text


@pytest.mark.parametrize(
    ("minutes", "texts"),
    [
        ((28 * 10080, 91 * 1440, 56 * 10080), ("28 wk", "13 wk", "56 wk")),
        ((1.5, 0.75, 3), ("90 s", "45 s", "3 min")),  # 180 s reads worse
        ((1 / 12, 1 / 60, 5), ("5 s", "1 s", "5 min")),
        ((10, 5, 15), ("10 min", "5 min", "15 min")),
        ((90, 60, 120), ("1.5 h", "1 h", "2 h")),
    ],
)
def test_a_value_and_its_range_are_said_in_one_unit_where_one_suits(minutes, texts):
    assert tuple(in_one_unit(each, minutes) for each in minutes) == texts


# ---- ranges that don't fit together ----------------------------------------------------------


def weights(mild, moderate):
    return [
        {"about": "harm_weights.mild", "source": "assumption", "range": mild},
        {"about": "harm_weights.moderate", "source": "assumption", "range": moderate},
    ]


def test_ranges_that_cross_are_refused_before_anything_runs(monkeypatch):
    monkeypatch.setattr("analysis.conclusion.outcomes", lambda *args, **kwargs: pytest.fail("ran"))
    scenario = with_evidence(*weights([0.01, 0.19], [0.06, 0.5]))
    with pytest.raises(ScenarioError) as refused:
        sensitivity(scenario, "total_burden", samples=8)
    said = str(refused.value)
    assert "harm_weights.moderate" in said
    assert "of 40 points, " in said
    assert "weights rise with the harm" in said
    assert "hold one of them (harm_weights.moderate)" in said


def test_ranges_of_other_inputs_do_not_bind_a_point():
    # with mild at 0.19 the low end of moderate's range can't stand, but moderate as written can
    scenario = with_evidence(*weights([0.01, 0.19], [0.06, 0.5]))
    with pytest.raises(ScenarioError):
        scenario.with_({"harm_weights.mild": 0.19})
    inputs, _ = varied(scenario)
    ends = [high.get(one.path) for one, _, high in at_ends(bare(scenario), inputs)]
    assert ends == [0.19, 0.5]


def test_many_points_are_built_again_and_come_out_alike(monkeypatch):
    inputs, _ = varied(ranged(), [LEEWAY])
    values = np.array([[one.low for one in inputs], [one.high for one in inputs]])
    kept = [each.hash for each in Points(bare(ranged()), inputs, values)]
    monkeypatch.setattr(Points, "KEPT", 1)
    assert [each.hash for each in Points(bare(ranged()), inputs, values)] == kept


# ---- what is asked ---------------------------------------------------------------------------


def test_as_written_is_what_a_simulation_gives():
    table = simulate(ranged(), seed=0, replications=20).table
    assert analysed().as_written.mean == pytest.approx(table["total_burden"].mean(), rel=1e-12)
    other = simulate(ranged().with_(AGAINST), seed=0, replications=20).table
    gap = (table["total_burden"] - other["total_burden"]).mean()
    assert difference().as_written.mean == pytest.approx(gap, abs=1e-12)


def test_the_tornado_is_a_paired_difference():
    row = analysed().tornado.table.set_index("input").loc[NOVICE]
    low, high, own = (
        simulate(ranged().with_(change), seed=0, replications=20).table["total_burden"]
        for change in ({NOVICE: 0.1}, {NOVICE: 0.6}, {})
    )
    assert row["at_low"] == pytest.approx((low - own).mean(), abs=1e-12)
    assert row["at_high"] == pytest.approx((high - own).mean(), abs=1e-12)
    assert row["swing"] == pytest.approx((high - low).mean(), abs=1e-12)
    assert row["swing_from"] < row["swing"] < row["swing_to"]
    swings = analysed().tornado.table["swing"].abs()
    assert swings.is_monotonic_decreasing


def test_an_input_that_cannot_matter_has_no_index():
    done = analysed()
    row = done.indices.table.set_index("input").loc[OBSERVING]
    assert row["total"] == row["first"] == 0
    assert done.tornado.table.set_index("input").loc[OBSERVING, "swing"] == 0
    assert done.indices.dummy_is_zero
    assert 0 < done.noise_share < 1


def test_variants_and_switched_off_channels_stand_beside():
    found = difference().tornado.alternatives
    assert list(found["name"]) == ["optimistic", "pessimistic", *SWITCHES]
    own = difference().as_written.mean
    assert (found["value"] - found["change"]).to_numpy() == pytest.approx(own, abs=1e-12)
    neutral = ranged().with_({"distress.shock": 0})
    assert "harm distresses nobody" not in [name for name, _, _ in alternatives(neutral)]


def test_the_best_setting_is_the_one_with_the_least_mean():
    asked = conclude(ranged(), "best_permissiveness")
    count = len(asked.values)
    rng = np.random.default_rng(0)
    simulated = rng.normal(10, 1, (3, count, 400))
    for point, place in enumerate((2, 5, 0)):
        simulated[point, place] -= 3
    found = readings(asked, simulated, seed=0)
    assert list(found.value) == [asked.values[2], asked.values[5], asked.values[0]]
    assert found.kept(0) == (asked.values[2],)
    assert found.at(1).low == found.at(1).high == asked.values[5]
    gap = found.between(1, 0)
    assert gap.mean == pytest.approx(asked.values[5] - asked.values[2])
    assert gap.low == gap.high == gap.mean


def test_the_best_setting_can_be_asked_for():
    done = sensitivity(
        ranged(), "best_permissiveness", samples=2, replications=4, tornado_replications=6
    )
    assert set(done.points["value"]) <= set(done.conclusion.values)
    assert len(sentences(done)) > 5


def test_the_best_time_limit_under_that_policy():
    limited = ranged().with_(
        {"supervision.policy": "time_limit", "supervision.time_limit": "2 min"}
    )
    asked = conclude(limited, "best_time_limit")
    assert asked.held == ("supervision.time_limit",)
    assert asked.settings[1]["supervision.time_limit"].endswith(" min")


def test_missing_values_are_counted_and_left_out_of_means():
    asked = conclude(ranged(), "rescue_latency")
    simulated = np.array([[[1.0, math.nan, 3.0]], [[math.nan] * 3]])
    found = readings(asked, simulated, seed=0)
    assert found.value[0] == 2
    assert math.isnan(found.value[1])
    assert found.missing == 4
    assert found.at(0).missing == 1


def test_a_conclusion_missing_at_a_point_is_refused():
    alone = ranged().with_({"independent.cases": 0})
    for against in (None, {"learning.observing": 0.1}):
        with pytest.raises(
            ScenarioError, match=r"independent\.cases is 0.*set independent\.cases=100"
        ):
            conclude(alone, "independent_harm_any", against=against)
    with pytest.raises(ScenarioError, match=r"independent\.cases is 0"):
        conclude(ranged(), "independent_errors", against={"independent.cases": 0})
    assert conclude(alone, "harm_any").name == "harm_any"
    never = ranged().with_({"supervision.watched": 0})  # nobody is there to allow anything
    with pytest.raises(ScenarioError, match="missing as written; there was nothing") as refused:
        sensitivity(never, "allowed_unharmed", tornado_replications=2, samples=2)
    assert "more replications" not in str(refused.value)  # they wouldn't help
    rare = with_evidence({"about": "supervision.watched", "source": "assumption", "range": [0, 1]})
    with pytest.raises(ScenarioError, match=r"allowed_unharmed is missing at \d+ of 12 points"):
        sensitivity(rare, "allowed_unharmed", method="morris", samples=4, replications=1)


# ---- promises --------------------------------------------------------------------------------


def test_the_arguments_alone_decide():
    again = sensitivity(
        ranged(), "total_burden", samples=16, replications=6, tornado_replications=20
    )
    assert again.indices.table.equals(analysed().indices.table)
    assert again.tornado.table.equals(analysed().tornado.table)
    assert again.points.equals(analysed().points)
    other = sensitivity(
        ranged(), "total_burden", samples=16, replications=6, tornado_replications=20, seed=1
    )
    assert not other.points.equals(again.points)


def test_engines_agree():
    found = [
        sensitivity(
            ranged(),
            "harm_any",
            method="morris",
            samples=2,
            replications=1,
            tornado_replications=2,
            engine=engine,
        ).points
        for engine in ("kernel", "simpy")
    ]
    assert found[0].equals(found[1])


def test_progress_tells_of_every_point():
    told = []
    sensitivity(ranged(), "harm_any", method="morris", samples=2, replications=1,
                tornado_replications=2, progress=told.append)  # fmt: skip
    work = plan(ranged(), "harm_any", method="morris", samples=2, replications=1,
                tornado_replications=2)  # fmt: skip
    assert isinstance(work, Plan)
    assert sum(told) == work.points
    assert work.inputs == 6
    assert work.seconds > 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"outcome": "total_burdn"}, "did you mean total_burden"),
        ({"outcome": "best_time_limit"}, "best_permissiveness"),
        ({"outcome": "best_permissiveness", "against": AGAINST}, "leave it out"),
        ({"against": {"supervision.permissivness": 0}}, "permissiveness"),
        ({"against": {LEEWAY: -1}}, LEEWAY),
        ({"hold": ["debrief.durations"]}, "debrief"),
        ({"hold": ["title"]}, "hold: title was given, which isn't varied anyway"),
        ({"hold": ["study.cases", "supervision"]}, "study.cases was given, which isn't varied"),
        ({"hold": ["learning.observin"]}, "observing"),
        ({"hold": [one["about"] for one in EVIDENCE if "range" in one]}, "no input is left"),
        ({"method": "fast"}, "sobol or morris"),
        ({"samples": 12}, "try 8 or 16"),
        ({"replications": 0}, "a whole number from 1"),
        ({"tornado_replications": 1.5}, "a whole number from 1"),
    ],
)
def test_what_cannot_be_is_refused_with_advice(words, said):
    arguments = {"outcome": "total_burden"} | words
    for ask in (sensitivity, plan):
        with pytest.raises(ScenarioError, match=said):
            ask(ranged(), **arguments)


def test_a_policy_without_leeway_has_no_best_setting():
    with pytest.raises(ScenarioError, match="never step in unasked, so there is no leeway"):
        conclude(ranged().with_({"supervision.policy": "hands_off"}), "best_permissiveness")


def test_a_scenario_without_ranges_is_refused():
    with pytest.raises(ScenarioError, match=r"add range: \[low, high\]"):
        sensitivity(small_scenario().with_({"evidence": []}), "total_burden")
