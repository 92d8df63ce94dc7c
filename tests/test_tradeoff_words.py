"""What a trade-off says: sentences that can be read aloud, and that claim no more than is known."""

from functools import cache
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis import tradeoff_texts, tradeoff_words
from analysis.samples import read_samples
from analysis.tradeoff import tradeoff
from engine.errors import ScenarioError
from tests.analysis_samples import small_scenario
from tests.tradeoff_samples import PATH, curve, made_up, small_sweep, spread

LUCK = np.random.default_rng(0).normal(size=40)


@cache
def small():
    return tradeoff(small_sweep(), draws=300)


def test_a_front_of_all_and_its_price_are_told():
    found = tradeoff(curve(spread([1.0, 2.0, 3.0]), spread([1.0, 3.0, 9.0])), draws=200)
    told = " ".join([*tradeoff_words.on_front(found), *tradeoff_words.on_rates(found)])
    assert "Every setting tried is on the front" in told
    assert "Along the front, from 0 to 0.4, each further case's worth of experience" in told
    assert "4.0" in told
    assert "It costs least from 0 to 0.2, 2.0" in told
    assert "Chance leaves open" not in told


def test_a_setting_that_is_best_in_both_trades_nothing():
    found = tradeoff(curve(spread([1.0, 3.0, 2.0]), spread([2.0, 1.0, 3.0])), draws=200)
    assert found.front["on_front"].tolist() == [False, True, False]
    told = " ".join([*tradeoff_words.on_front(found), *tradeoff_words.on_rates(found)])
    assert "On the front" not in told
    assert "one setting, 0.2, has both the most learning and the least harm" in told
    assert "Whatever the weight" in tradeoff_words.on_weights(found, found.acceptability())


def test_what_is_not_determined_is_said():
    found = tradeoff(curve(spread([1.0, 1.01, 1.02], 1.0), spread([1.0, 2.0, 3.0])), draws=200)
    told = " ".join(tradeoff_words.on_rates(found))
    assert "not determined" in told.lower()
    assert "can't be told from none" in told


def test_limits_are_told_by_both_their_names():
    found = tradeoff(curve(spread([1.0, 2.0, 3.0]), np.exp(spread([0.0, 0.5, 2.0], 0.3))))
    told = " ".join(tradeoff_words.on_limits(found, found.chance_limits(2.0)))
    assert "expected harm is below 2" in told
    assert "with 95 % certainty, up to permissiveness 0.2" in told
    assert "not determined: that takes 59 replications" in told
    told = " ".join(tradeoff_words.on_limits(found, found.chance_limits(0.1)))
    assert "at no setting, not even 0" in told


@pytest.mark.parametrize("draw", ["curve", "burden", "chance"])
def test_every_note_states_its_uncertainty_and_its_assumed_inputs(draw):
    found = small()
    more = (None,) if draw == "chance" else ()
    texts = getattr(tradeoff_texts, draw)(found, *more)
    assert "95 %" in texts.note
    assert "60 replications" in texts.note
    assert "inputs are assumptions. Simulated, not clinical advice." in texts.note


def test_without_a_limit_both_are_told_as_written():
    found = small()
    says = tradeoff_texts.chance(found, None).says
    limits = found.limits().set_index("setting").loc[0.2]
    assert says.startswith("At permissiveness 0.2, as written, expected harm is below")
    assert f"at most {limits['cohort']:.3g}" in says


def test_it_says_what_it_is():
    assert repr(small()) == (
        "Tradeoff(first-intubations, experience against harm_any, 6 settings of "
        "supervision.permissiveness, 60 replications)"
    )


def burdened(total, settings=(0.0, 0.1, 0.2, 0.3), **more):
    """A trade-off with this total burden, shape (settings, replications)."""
    values = {"experience": total, "harm_any": total, "total_burden": total,
              "independent_harm_burden": 0 * total}  # fmt: skip
    return tradeoff(made_up(settings, values, **more), draws=50)


def test_what_cant_be_told_from_the_least_is_not_the_least_itself():
    found = burdened(spread([3.0, 1.0, 1.01, 3.0], 0.2))
    assert found.burden.kept == (0.1, 0.2)
    told = tradeoff_words.on_burden(found)[-1]
    assert told == "Both together are least at permissiveness 0.1; 0.2 can't be told from it."


@pytest.mark.parametrize("replications", [1, 4])
def test_too_few_replications_tell_nothing(replications):
    luck = np.random.default_rng(5).normal(size=(4, replications))
    found = burdened(luck)
    few = "Fewer than 5 replications tell nothing of chance"
    assert found.says() == [f"{few}: no setting can be told from another. Ask for more of them."]
    table = found.acceptability()
    assert tradeoff_words.on_weights(found, table).startswith(few)
    assert tradeoff_words.on_burden(found)[-1].startswith(few)
    for draw in (tradeoff_texts.curve, tradeoff_texts.burden):
        texts = draw(found)
        assert few in texts.says
        assert few in texts.note
        assert ("band" in texts.note) == (replications > 1)


def test_settings_that_make_no_difference_are_said_to_make_none():
    found = burdened(np.tile(LUCK, (4, 1)))
    assert found.says() == [
        "Permissiveness makes no difference in this scenario: experience and the number of "
        "patients harmed per 100 training cases are the same at every setting tried.",
        "Permissiveness makes no difference to the total burden of harm in this scenario.",
    ]
    assert tradeoff_words.on_weights(found, found.acceptability()) == (
        "Whatever the weight on harm, no setting is better than another."
    )
    assert "makes no difference" in tradeoff_texts.curve(found).says


def test_a_best_that_chance_leaves_open_is_not_called_best():
    found = tradeoff(curve(spread([1.0, 1.001], 1.0), spread([1.0, 1.001], 1.0)), draws=500)
    told = tradeoff_words.on_weights(found, found.acceptability([0.0, 0.1]))
    assert "chance leaves that open" in told
    assert "0.2 or 0 may be best" in told or "0 or 0.2 may be best" in told


def test_a_weight_is_told_with_its_unit():
    found = small()
    told = tradeoff_words.on_weights(found, found.acceptability())
    assert told.startswith(
        "If you would give up no experience to spare one more harmed patient per 100 training "
        "cases, permissiveness"
    )
    assert "of re-draws of the simulated replications" in told
    assert "resample" not in told


@pytest.mark.parametrize("policy", ["hands_off", "zero_tolerance"])
def test_a_policy_without_permissiveness_is_refused(policy):
    scenario = small_scenario().with_({"supervision.policy": policy})
    with pytest.raises(ScenarioError, match=rf"supervision\.policy: {policy} was given"):
        burdened(np.tile(LUCK, (4, 1)), scenario=scenario)


MEDIAN = "supervision.response.lognormal.median"


def timed():
    """A made-up sweep of how fast a supervisor is there."""
    harm = spread([1.0, 2.0, 3.0])
    return made_up([1 / 12, 1.0, 5.0], {"experience": harm, "harm_any": harm}, path=MEDIAN)


def test_a_median_is_told_by_what_it_is_the_median_of():
    found = tradeoff(timed(), along=MEDIAN, draws=50)
    assert found.samples.name == "time until a supervisor is hands-on (median)"
    told = tradeoff_words.on_curve(found)
    assert told.startswith(
        "As the time until a supervisor is hands-on (median) goes from 5 s to 5 min, experience"
    )
    assert found.rate("5 s", "5 min") == found.rate(1 / 12, 5.0)


def test_a_duration_to_hold_is_asked_for_with_its_unit():
    sweep = timed()
    tables = [sweep.table.assign(**{PATH: value}) for value in (0.1, 0.2)]
    tables[1]["point"] += 3
    both = SimpleNamespace(**vars(sweep) | {"paths": (MEDIAN, PATH), "table": pd.concat(tables)})
    with pytest.raises(ScenarioError, match=r"where=\{'supervision\.response\.\S+: '5 s'\}"):
        tradeoff(both)
    with pytest.raises(ScenarioError, match="7 s was given; one of 5 s, 1 min or 5 min"):
        tradeoff(both, where={MEDIAN: "7 s"})
    assert len(read_samples(both, PATH, {MEDIAN: "5 s"}).settings) == 2


def test_what_is_no_sweep_is_refused():
    for what in (small_sweep().table, small_scenario(), "first-intubations.yaml"):
        with pytest.raises(ScenarioError, match=r"result: a \w+ was given; a sweep or a study"):
            tradeoff(what)


def test_no_weight_is_recommended():
    found = small()
    texts = tradeoff_texts.acceptability(found, found.acceptability())
    assert "No weight is recommended." in texts.note
    assert "Which weight is right is not ours to say." in texts.says


def test_says_is_plain():
    told = small().says()
    assert all(sentence.endswith(".") for sentence in told)
    assert not any("nan" in sentence for sentence in told)
