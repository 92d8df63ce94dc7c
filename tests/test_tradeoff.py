"""The trade-off of a sweep: what it is read from, its tables, its refusals, its sentences."""

import math
from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import tradeoff_texts, tradeoff_words
from analysis.burden import split
from analysis.estimate import estimate, lowest, paired
from analysis.samples import read_samples
from analysis.tradeoff import tradeoff
from engine.errors import ScenarioError
from engine.run import simulate
from tests.analysis_samples import small_scenario, small_study, small_study_without_curve
from tests.tradeoff_samples import PATH, SETTINGS, curve, made_up, small_sweep

LUCK = np.random.default_rng(0).normal(size=40)


@cache
def small():
    return tradeoff(small_sweep(), draws=300)


# ---- what it is read from --------------------------------------------------------------------


def test_samples_are_the_table_by_setting_and_replication():
    sweep = small_sweep()
    shuffled = sweep.table.sample(frac=1, random_state=0)
    samples = read_samples(SimpleNamespace(**vars(sweep) | {"table": shuffled}), PATH)
    assert samples.settings == SETTINGS
    assert samples.own == 0.2
    assert samples.run.all()
    alone = simulate(small_scenario(), seed=0, replications=60)
    place = samples.place(0.2)
    assert np.array_equal(
        samples.of("harm_any")[place], alone.table["harm_any"].to_numpy(), equal_nan=True
    )
    assert samples.scenario_at(place).hash == small_scenario().hash


@settings(max_examples=8)
@given(st.permutations(range(len(SETTINGS))))
def test_the_order_of_points_does_not_matter(order):
    sweep = small_sweep()
    parts = [sweep.table[sweep.table["point"] == point] for point in order]
    shuffled = SimpleNamespace(**vars(sweep) | {"table": pd.concat(parts)})
    found, whole = (tradeoff(each, draws=20, bands="bonferroni") for each in (shuffled, sweep))
    pd.testing.assert_frame_equal(found.table, whole.table)
    pd.testing.assert_frame_equal(found.front, whole.front)
    pd.testing.assert_frame_equal(found.rates, whole.rates)


def test_a_study_can_be_read_too():
    study = small_study()
    found = tradeoff(study)
    rows = found.table[found.table["outcome"] == "harm_any"].set_index("setting")
    own = estimate(study.as_written["harm_any"])
    assert rows.loc[study.own, "mean"] == own.mean
    assert rows["as_written"].sum() == 1
    assert found.samples.scenario_at(0).supervision.permissiveness == 0.0
    with pytest.raises(ScenarioError, match="a study varies one path alone"):
        tradeoff(study, along="study.cases")
    changed = tradeoff(replace(study, variant="pessimistic"))
    assert tradeoff_texts.burden(changed).note.endswith("Variant pessimistic.")


def test_a_time_limit_is_told_as_a_time():
    path = "supervision.time_limit"
    scenario = small_scenario().with_({"supervision.policy": "time_limit", path: "5 min"})
    values = {name: np.stack([LUCK, LUCK + 1]) for name in ("experience", "harm_any")}
    sweep = made_up([2.0, 5.0], values, path=path, scenario=scenario)
    found = tradeoff(sweep, along=path)
    assert (found.samples.own, found.samples.label(2.0)) == (5.0, "2 min")
    assert "time limit 2 min to 5 min" in found.says()[0]


def test_numbers_that_rounding_moved_are_the_setting_as_written():
    sweep = curve(np.stack([LUCK, LUCK + 1]), np.stack([LUCK, LUCK]), [0.1, 0.1 + 0.1 + 1e-16])
    found = tradeoff(sweep)
    assert found.samples.own == pytest.approx(0.2)
    assert found.samples.place(0.2) == 1


def test_a_sweep_of_two_paths_is_read_where_the_other_is_held():
    sweep = small_sweep()
    other = "supervision.watched"
    tables = [sweep.table.assign(**{other: value}) for value in (0.5, 1.0)]
    tables[1] = tables[1].assign(harm_any=tables[1]["harm_any"] + 1, point=tables[1]["point"] + 6)
    both = SimpleNamespace(**vars(sweep) | {"paths": (PATH, other), "table": pd.concat(tables)})
    found = tradeoff(both, where={other: 1.0}, draws=10)
    assert found.front["harm_any"].tolist() == pytest.approx(
        [value + 1 for value in tradeoff(sweep, draws=10).front["harm_any"]]
    )
    assert read_samples(both, PATH, {other: "30 s"}).of("harm_any") == pytest.approx(
        read_samples(sweep, PATH).of("harm_any"), nan_ok=True
    )  # a duration is in minutes
    with pytest.raises(ScenarioError, match="say which"):
        tradeoff(both)
    with pytest.raises(ScenarioError, match=r"one of 0.5 or 1.0"):
        tradeoff(both, where={other: 0.7})
    note = tradeoff_texts.curve(tradeoff(both, where={other: 1.0}, draws=10)).note
    assert note.endswith("With supervision.watched = 1.")
    with pytest.raises(ScenarioError, match="`where` names it"):
        tradeoff(both, where={"study.cases": 3, other: 1.0})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"learning": "taste"}, "learning: taste was given"),
        ({"learning": "noticed"}, "learning: noticed was given"),
        ({"harm": "experience"}, "harm: experience was given, which is better high"),
        ({"learning": "harm_any"}, "two outcomes"),
        ({"along": "study.cases"}, "the sweep does not vary it"),
        ({"level": 95}, "level: 95 was given"),
        ({"level": math.nan}, "level: nan was given"),
        ({"draws": 0}, "draws: 0 was given"),
        ({"bands": "wide"}, "max-t, bonferroni"),
    ],
)
def test_what_cannot_be_is_refused(change, said):
    with pytest.raises(ScenarioError, match=said):
        tradeoff(small_sweep(), **change)


def test_settings_that_cannot_be_put_in_order_are_refused():
    sweep = small_sweep()
    words = sweep.table.assign(**{PATH: [f"{value}" for value in sweep.table[PATH]]})
    with pytest.raises(ScenarioError, match="aren't plain numbers"):
        tradeoff(SimpleNamespace(**vars(sweep) | {"table": words}))
    twice = pd.concat([sweep.table, sweep.table])
    with pytest.raises(ScenarioError, match="comes twice"):
        tradeoff(SimpleNamespace(**vars(sweep) | {"table": twice}))
    one = sweep.table[sweep.table["point"] == 0]
    with pytest.raises(ScenarioError, match="1 setting was tried"):
        tradeoff(SimpleNamespace(**vars(sweep) | {"table": one}))
    with pytest.raises(ScenarioError, match="no curve"):
        tradeoff(small_study_without_curve())
    with pytest.raises(ScenarioError, match=r"one of 0, 0\.05"):
        small().rate(0.3, 0.1)


def test_an_outcome_that_is_nowhere_at_a_setting_is_refused():
    gain = np.stack([LUCK, np.full(40, math.nan)])
    with pytest.raises(ScenarioError, match=r"missing in every replication at permissiveness 0\.2"):
        tradeoff(curve(gain, gain[::-1]))


# ---- tables ----------------------------------------------------------------------------------


def test_bonferroni_bands_are_the_t_intervals_at_their_share_of_the_risk():
    found = tradeoff(small_sweep(), bands="bonferroni", draws=10)
    level = 1 - 0.05 / (2 * len(SETTINGS))
    for _, row in found.table.iterrows():
        alone = estimate(
            found.samples.of(row["outcome"])[SETTINGS.index(row["setting"])], level=level
        )
        assert (row["mean"], row["se"]) == (alone.mean, alone.se)
        assert (row["low"], row["high"]) == pytest.approx((alone.low, alone.high))


def test_differences_are_paired_and_none_from_itself():
    rows = small().table
    samples = small().samples
    own = samples.place(0.2)
    for name, part in rows.groupby("outcome"):
        for place, row in enumerate(part.itertuples()):
            expected = paired(samples.of(name)[place], samples.of(name)[own])
            assert row.difference == pytest.approx(expected.mean)
            assert row.difference_low <= expected.low
            assert row.difference_high >= expected.high
        mine = part[part["as_written"]].iloc[0]
        assert (mine["difference_low"], mine["difference_high"]) == (0.0, 0.0)


def test_replications_that_not_all_settings_have_are_left_out():
    gain, harm = (np.stack([LUCK, LUCK + 1, LUCK + 2]) for _ in range(2))
    gain[1, :3] = math.nan
    sweep = curve(gain, harm)
    cut = sweep.table[~((sweep.table["point"] == 2) & (sweep.table["replication"] >= 30))]
    found = tradeoff(SimpleNamespace(**vars(sweep) | {"table": cut}), draws=10)
    rows = found.table.set_index(["outcome", "setting"])
    assert rows["missing"].tolist() == [0, 3, 0, 0, 0, 0]
    assert rows["not_run"].tolist() == [0] * 6
    assert rows["replications"].tolist() == [30, 27, 30, 30, 30, 30]
    note = tradeoff_texts.curve(found).note
    assert "3 values of experience or harm_any missing" in note
    assert "Settings have 30 to 40 replications; those that all have are compared." in note


def test_learning_that_is_better_low_is_turned():
    sweep = small_sweep()
    falling = sweep.table.assign(error_probability=-sweep.table["experience"])
    one = tradeoff(sweep, draws=50)
    other = tradeoff(
        SimpleNamespace(**vars(sweep) | {"table": falling}), learning="error_probability", draws=50
    )
    assert one.front["on_front"].tolist() == other.front["on_front"].tolist()
    assert one.front["frequency"].tolist() == other.front["frequency"].tolist()
    assert one.rates["rate"].tolist() == pytest.approx(other.rates["rate"].tolist(), nan_ok=True)
    assert (one.front["experience"] == -other.front["error_probability"]).all()


def test_rates_are_those_of_the_paired_differences():
    found = small()
    rates = found.rates
    assert rates["kind"].tolist() == ["step"] * 5 + ["front", "range"]
    last = rates.iloc[-1]
    single = found.rate(0.0, 1.0)
    assert (last["rate"], last["low"], last["high"]) == single[:3]
    assert last["rate"] == pytest.approx(last["harm"] / last["gain"])
    step, alone = rates.iloc[0], found.rate(0.0, 0.05)
    assert step["low"] < alone.low < alone.high < step["high"]  # they hold together
    undetermined = rates[rates["reading"] == "not determined"]
    assert undetermined[["rate", "low", "high"]].isna().all(axis=None)


def test_a_weight_of_0_chooses_the_greatest_learning_of_the_front():
    found = small()
    best = found.frontier([0.0])["setting"].iloc[0]
    assert best == found.front.loc[found.front["experience"].idxmax(), "setting"]


# ---- now and later ---------------------------------------------------------------------------


def test_now_and_later_make_the_total():
    found = small()
    samples = found.samples
    parts = split(samples)
    assert parts["now"] + parts["later"] == pytest.approx(parts["total"])
    cases = small_scenario().study.cases  # no horizon: all of them start
    assert parts["now"] == pytest.approx(samples.of("harm_burden") * cases / 100)


def test_the_least_burden_is_estimates_lowest():
    found = small()
    values = dict(zip(SETTINGS, found.samples.of("total_burden"), strict=True))
    expected = lowest(values, 0.2)
    assert (found.burden.best, found.burden.kept) == (expected.best, expected.kept)
    assert found.burden.against_own() == expected.difference
    table = found.burden.table
    assert table.groupby("part")["kept"].sum().tolist() == [len(expected.kept)] * 3


def test_without_independent_practice_there_is_no_later():
    scenario = small_scenario().with_({"independent.cases": 0})
    total = np.stack([LUCK, LUCK + 1])
    sweep = made_up(
        [0.1, 0.2],
        {"experience": total, "harm_any": total, "total_burden": total,
         "independent_harm_burden": np.full((2, 40), math.nan)},
        scenario=scenario,
    )  # fmt: skip
    found = tradeoff(sweep, draws=10)
    assert np.all(found.burden.parts["later"] == 0)
    assert "No independent practice is simulated" in tradeoff_texts.burden(found).says


def test_a_choice_is_confirmed_in_other_luck():
    found = small()
    again = found.confirm(replications=20)
    assert again.seed == 1
    assert set(found.burden.kept) <= set(again.settings)
    assert 0.2 in again.settings
    anew = simulate(found.samples.scenario_at(found.samples.place(again.choice)), 1, 20)
    place = again.settings.index(again.choice)
    assert again.burdens[place] == estimate(anew.table["total_burden"])
    assert again.stands == (again.choice in again.kept)
    assert "fresh replications (seed 1)" in tradeoff_words.on_confirmation(found, again)


@pytest.mark.parametrize(
    ("given_", "said"), [({"seed": 0}, "seed"), ({"replications": 4}, "at least 5")]
)
def test_the_same_luck_and_too_little_of_it_confirm_nothing(given_, said):
    with pytest.raises(ScenarioError, match=said):
        small().confirm(**given_)
