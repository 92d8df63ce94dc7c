"""What a sensitivity analysis says: made from its numbers, and no surer than they are."""

import math
from dataclasses import replace

import pytest

from analysis import indices as core
from analysis.conclusion import conclude
from analysis.estimate import Estimate
from analysis.sensitivity import sensitivity
from analysis.sensitivity_words import best_as_written, largest, sentences, value
from engine import ScenarioError, load
from tests.analysis_samples import FILE
from tests.sensitivity_samples import AGAINST, EVIDENCE, analysed, difference, ranged, with_evidence


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
    [
        (0.0, "has the largest share: "),
        (0.45, "it can't be told which matters most: with 16 samples the largest share may be"),
        (0.7, "it can't be told which matters most: 70 % of what varies"),
    ],
)
def test_how_sure_it_sounds_depends_on_the_luck(share, said):
    told = sentences(with_noise(analysed(), share))
    assert said in told[1]
    assert (share > 0.2) == any("ask for more replications" in each for each in told)


def with_shares(done, total, low, high, *, tied=False):
    """The same analysis with another share of its largest index, without noise."""
    table = done.indices.table.copy()
    top = table["total"] == table.loc[~table["is_dummy"], "total"].max()
    table.loc[top, ["total", "total_low", "total_high"]] = total, low, high
    table["tied"] = top | tied
    return replace(done, indices=replace(done.indices, table=table, noise_share=0.0))


@pytest.mark.parametrize(("total", "low", "high"), [(1.3, 0.9, 1.7), (0.9, -0.4, 1.0)])
def test_a_share_beyond_all_there_is_cannot_be_told(total, low, high):
    told = sentences(with_shares(analysed(), total, low, high))[1]
    assert "how much of the variation it accounts for can't be told with 16 samples" in told
    assert "%" not in told
    inside = sentences(with_shares(analysed(), 0.9, 0.85, 0.95))[1]
    assert "matters most: alone and together with others it accounts for 90 % (85 to 95)" in inside


def test_where_most_inputs_tie_it_cannot_be_told_which_matters_most():
    told = sentences(with_shares(analysed(), 0.9, 0.85, 0.95, tied=True))[1]
    assert "it can't be told which matters most: 5 of the 6 can't be told from the largest" in told
    assert "The largest so far is “" in told
    assert "Try 256 samples (--samples 256; about 16 times as long)." in told


def test_where_nothing_is_known_of_luck_nothing_is_said_to_matter_most():
    one = replace(with_noise(analysed(), math.nan), replications=1)
    told = sentences(one)[1]
    assert "it can't be told which matters most: with 1 replication of each point nothing" in told
    assert "Try 8 replications (--replications 8; about 8 times as long)." in told
    gaps = sentences(replace(with_noise(analysed(), math.nan), missing=3))[1]
    assert "it can't be told which" in gaps
    assert "replications" not in gaps.partition("Ask for")[2]


def test_few_samples_tell_nothing_whatever_their_intervals_say():
    few = replace(with_shares(analysed(), 0.9, 0.85, 0.95), samples=8)
    told = sentences(few)[1]
    assert "it can't be told which matters most: 8 samples are too few" in told
    assert "90 %" not in told


def test_the_samples_advised_can_be_asked_for():
    for inputs in (1, 6, 32, 200):
        most = largest("sobol", inputs)
        core.check("sobol", inputs, most)
        with pytest.raises(ScenarioError):
            core.check("sobol", inputs, 2 * most)
    many = replace(with_noise(analysed(), 0.45), samples=largest("sobol", 6))
    assert "more samples can't be simulated" in sentences(many)[1]


def test_a_best_setting_is_told_with_those_that_cannot_be_told_from_it():
    done = sensitivity(
        ranged(), "best_permissiveness", samples=2, replications=2, tornado_replications=6
    )
    kept = done.tornado.kept
    assert (done.as_written.low, done.as_written.high) == (kept[0], kept[-1])
    assert done.as_written.mean in kept
    values, told = done.conclusion.values, {}
    for count in (1, 2, len(values)):
        moved = replace(done.tornado, kept=values[:count])
        told[count] = best_as_written(replace(done, tornado=moved, as_written=estimate_of(0.0)))
    assert told[1].endswith("least total burden: 0, clearly below the others tried.")
    assert f": 0 or {values[1]}. These can't be told apart with 6 replications" in told[2]
    assert "can't be told with 6 replications: none of the" in told[len(values)]


def estimate_of(value):
    return Estimate(value, math.nan, value, value, 6, 0)


def test_a_best_setting_under_a_time_limit_is_a_time():
    limited = ranged().with_(
        {"supervision.policy": "time_limit", "supervision.time_limit": "2 min"}
    )
    done = replace(analysed(), conclusion=conclude(limited, "best_time_limit"))
    assert value(done, estimate_of(2.0)) == "2 min"
    assert value(done, estimate_of(2.0)._replace(high=5.0)) == "2 min (it may be 2 min to 5 min)"


def test_a_move_that_may_be_luck_is_said_to_be_one():
    table = analysed().tornado.table.copy()
    for name in ("at_low", "at_high", "swing"):
        table[f"{name}_from"], table[f"{name}_to"] = -9.0, 9.0
    done = replace(analysed(), tornado=replace(analysed().tornado, table=table))
    assert "moves the conclusion most so far, which may be luck: " in sentences(done)[2]
    assert "moves the conclusion most: " in sentences(analysed())[2]


def test_a_difference_is_named_in_plain_words():
    told = difference().conclusion.words
    assert told.endswith(": as written, minus what it is with supervision.permissiveness = 0")
