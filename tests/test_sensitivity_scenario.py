"""Sensitivity of a scenario: what is varied, what is asked, and that nothing is hidden."""

import math
from dataclasses import replace

import numpy as np
import pytest

from analysis.conclusion import conclude, readings
from analysis.input_words import path_words
from analysis.sensitivity import Plan, plan, sensitivity
from analysis.sensitivity_words import sentences
from analysis.varied import SWITCHES, Points, alternatives, at_ends, bare, varied
from engine import ScenarioError, load, simulate
from tests.analysis_samples import FILE, SCENARIOS, small_scenario
from tests.sensitivity_samples import (
    AGAINST,
    EVIDENCE,
    NOVICE,
    OBSERVING,
    RESPONSE,
    analysed,
    difference,
    ranged,
)

LEEWAY = "supervision.permissiveness"


def with_evidence(*entries):
    """The small scenario with other evidence."""
    return small_scenario().with_({"evidence": list(entries)})


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
    with pytest.raises(ScenarioError, match="is missing as written; every point needs a value"):
        sensitivity(alone, "independent_harm_any", tornado_replications=2)
    rare = with_evidence({"about": "supervision.watched", "source": "assumption", "range": [0, 1]})
    with pytest.raises(ScenarioError, match=r"allowed_unharmed is missing at \d+ of 12 points"):
        sensitivity(rare, "allowed_unharmed", method="morris", samples=4, replications=1)


# ---- promises --------------------------------------------------------------------------------


def test_the_arguments_alone_decide():
    again = sensitivity(
        ranged(), "total_burden", samples=8, replications=6, tornado_replications=20
    )
    assert again.indices.table.equals(analysed().indices.table)
    assert again.tornado.table.equals(analysed().tornado.table)
    assert again.points.equals(analysed().points)
    other = sensitivity(
        ranged(), "total_burden", samples=8, replications=6, tornado_replications=20, seed=1
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
    with pytest.raises(ScenarioError, match="hands_off"):
        conclude(ranged().with_({"supervision.policy": "hands_off"}), "best_permissiveness")


def test_a_scenario_without_ranges_is_refused():
    with pytest.raises(ScenarioError, match=r"add range: \[low, high\]"):
        sensitivity(small_scenario().with_({"evidence": []}), "total_burden")


# ---- what it says ----------------------------------------------------------------------------


def test_sentences_are_made_from_the_numbers():
    told = " ".join(sentences(difference()))
    values = difference().points.query("independent")["value"]
    assert f"below 0 at {(values < 0).sum()} of {len(values)} points" in told
    assert "Of 5 inputs varied over their plausible ranges (4 of them assumptions)" in told
    top = difference().indices.ranked()["input"][0]
    words = next(one.words for one in difference().inputs if one.path == top)
    assert f"“{words}”" in told
    assert "have no range and were not varied" in told
    assert "dummy input's index is zero" in told
    assert "permissiveness a choice" in " ".join(sentences(analysed()))


def test_one_replication_says_what_it_cannot_tell():
    done = sensitivity(ranged(), "harm_any", method="morris", samples=2, replications=1,
                       tornado_replications=1)  # fmt: skip
    assert any("luck can't be told from the inputs" in each for each in done.warnings)
    assert sentences(done)


def test_a_conclusion_that_nothing_moves():
    done = sensitivity(
        with_evidence(EVIDENCE[2]), "total_burden", samples=2, replications=2,
        tornado_replications=2,
    )  # fmt: skip
    assert any("same at every point drawn" in each for each in done.warnings)
    told = " ".join(sentences(done))
    assert "none moves it" in told
    assert "Moved alone, no input changes the conclusion." in told


@pytest.mark.long
def test_resilience_carries_the_gain_of_the_first_intubations():
    """Most of the gain runs through resilience, for which no source gives a rate."""
    done = sensitivity(load(FILE), "total_burden", against=AGAINST)
    assert done.as_written.high < 0
    off = done.tornado.alternatives.set_index("name")
    assert off.loc["resilience never grows", "value_from"] > 0
    unchanged = off.loc["no skill is learnt from errors"]
    assert unchanged["change_from"] < 0 < unchanged["change_to"]
    top = set(done.tornado.table["input"][:2])
    assert all("resilience" in path or "learning_episodes" in path for path in top)
    assert done.indices.dummy_is_zero


def with_noise(done, share):
    """The same analysis with another share of noise."""
    return replace(done, indices=replace(done.indices, noise_share=share))


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.0, "matters most: "), (0.45, "probably matters most: "), (0.7, "it can't be told which")],
)
def test_how_sure_it_sounds_depends_on_the_luck(share, said):
    told = sentences(with_noise(analysed(), share))
    assert said in told[1]
    assert (share > 0.2) == any("ask for more replications" in each for each in told)


def test_an_index_is_never_said_to_be_above_all_there_is():
    table = analysed().indices.table.assign(total=1.3, total_low=0.9, total_high=1.7)
    done = replace(analysed(), indices=replace(analysed().indices, table=table))
    assert "it accounts for 100 % (90 to 100)" in sentences(done)[1]
