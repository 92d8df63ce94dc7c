"""What a map of permissiveness by rescue latency says, and that it says no more than it knows."""

import numpy as np
import pandas as pd
import pytest

from analysis import figures, latency_words
from analysis.latency_map import LatencyMap, latency_map
from tests.analysis_samples import small_scenario
from tests.test_latency_map import FALLING, FEW, FLAT, REPLICATIONS, made, small_map


def test_what_a_falling_ridge_says():
    told = " ".join(made(FALLING).says())
    assert (
        "if I can be there in 5 s, total burden is least when I let an error run to a 20 %" in told
    )
    assert "if I need 1 min, to 10 %" in told
    assert (
        "If I need 20 min or more, nothing tried is clearly better than stepping in at once" in told
    )
    assert "As written (there in 5 s, permissiveness 0.2), the scenario can't be told" in told


def test_what_a_flat_ridge_says():
    told = " ".join(made(FLAT).says())
    assert "one answer serves from 5 s to 20 min away" in told
    assert "a 10 % chance of mild harm, as I see it, however fast I can be there" in told
    assert "As written (there in 5 s, permissiveness 0.2), total burden is 0.1" in told
    assert "slower" not in told
    assert "range" not in told
    assert "at once" not in told


def hilly(kept):
    """A map where just these settings can't be told from the best: response -> settings."""
    rng = np.random.default_rng(2)
    settings = (0.0, 0.01, 0.05, 0.07, 0.1, 2.0)
    rows = [
        pd.DataFrame(
            {
                "permissiveness": setting,
                "response": time,
                "replication": range(REPLICATIONS),
                "total_burden": 2.0
                + time / 10
                + (setting not in ones)
                + rng.normal(0, 0.1, REPLICATIONS),
            }
        )
        for time, ones in kept.items()
        for setting in settings
    ]
    own = small_scenario().with_({"supervision.permissiveness": 0.1})
    found = LatencyMap(own, 0, REPLICATIONS, "kernel", "total_burden", pd.concat(rows))
    assert found.field[found.field["kept"]].groupby("response")["permissiveness"].agg(
        set
    ).to_dict() == {time: set(ones) for time, ones in kept.items()}
    return found


OPIOID = {
    1 / 12: [0, 0.01, 0.05, 0.07, 0.1],
    1.0: [0, 0.01, 0.05, 0.07],
    5.0: [0.01, 0.05],
    20.0: [0, 0.01, 0.05, 0.07],
}


def test_what_may_be_the_best_everywhere_is_not_called_the_least():
    told = hilly(OPIOID).says()
    assert told[0] == (
        "In this simulation 60 replications can't tell whether the best setting depends on how "
        "fast I can be there. At every latency, 5 s to 20 min, this can't be told from the best: "
        "letting an error run to a 1 to 5 % chance of mild harm, as I see it."
    )
    assert told[1] == (
        "From 5 s to 1 min and at 20 min, nothing tried is clearly better than stepping in at once."
    )
    assert "is least" not in told[0]


def test_only_what_is_kept_at_every_latency_is_named():
    gap = {0.5: [0.01, 0.05, 0.1], 2.0: [0.01, 0.1], 9.0: [0.01, 0.07, 0.1]}
    told = hilly(gap).says()
    assert "letting an error run to a 1 % chance of mild harm" in told[0]
    assert not any("at once" in sentence for sentence in told)


def test_stepping_in_at_once_may_be_as_good_at_any_latency():
    told = hilly({1.0: [0, 0.01], 2.0: [0, 0.05]}).says()
    assert "letting an error run to no chance of harm at all." in told[0]
    assert "At any latency, nothing tried is clearly better than stepping in at once." in told


def test_two_answers_are_two_though_the_first_fits_both():
    told = hilly({1.0: [0.01, 0.05, 0.07], 2.0: [0.01, 0.05], 9.0: [0.07, 0.1]}).says()
    assert told[0] == (
        "In this simulation: if I can be there in 2 min, total burden is least when I let an error "
        "run to a 1 to 5 % chance of mild harm, as I see it; if I need 9 min, to 7 to 10 %. Where "
        "in such a range, 60 replications can't tell."
    )


@pytest.mark.parametrize(
    ("low", "high", "chance"),
    [
        (0, 0, "no chance of harm at all"),
        (0.01, 0.01, "a 1 % chance of mild harm, as I see it"),
        (0, 0.1, "a 0 to 10 % chance of mild harm, as I see it"),
        (0.2, 1.5, "a chance of mild harm of 20 % or more, as I see it"),
        (0, 1, "anything from nothing to any chance of mild harm"),
        (1, 1, "any chance of mild harm"),
        (1.5, 2, "any chance of mild harm"),
    ],
)
def test_no_chance_is_more_than_any(low, high, chance):
    assert latency_words.a_chance(low, high) == chance


def test_a_best_setting_at_the_edge_may_lie_beyond_it():
    told = hilly({1.0: [2.0], 2.0: [2.0], 5.0: [0.1], 9.0: [0.1, 2.0]}).says()
    assert "when I let an error run to any chance of mild harm; if I need 5 min, to 10 %" in told[0]
    assert told[1] == (
        "The best may lie beyond the range tried (permissiveness 0 to 2) from 1 min to 2 min and "
        "at 9 min."
    )
    bold = made(FLAT, settings=(0.2, 0.5, 1.0)).says()
    assert (
        "The best may lie beyond the range tried (permissiveness 0.2 to 1) at any latency." in bold
    )


def test_the_worse_is_less_of_what_is_better_high():
    table = small_map().table.copy()
    table["experience"] = (
        1 + table["permissiveness"] - table["response"] / 10 + 0.01 * table["replication"]
    )
    found = LatencyMap(small_scenario(), 0, 6, "kernel", "experience", table)
    assert (
        "experience is most when" in found.says()[0] or "experience is most if" in found.says()[0]
    )
    assert "in percent of the most at that latency: where that falls, a shade stands for less" in (
        found.note
    )
    drawn = {text.get_text() for axes in figures.whole(found.plot()).axes for text in axes.texts}
    bar = {
        text.get_text()
        for axes in figures.whole(found.plot()).axes
        for text in axes.get_yticklabels()
    }
    assert "−5 %" in bar
    assert not any(text.startswith("+") for text in drawn | bar)


def test_few_replications_tell_nothing():
    found = latency_map(small_scenario(), replications=1, **FEW)
    assert found.says() == ["1 replication can't tell settings apart."]
    assert "too few to compare" in found.note


def test_the_note_has_uncertainty_assumptions_and_the_warning():
    note = small_map().note
    assert "6 replications" in note
    assert "95 %" in note
    assert "of 48 inputs are assumptions" in note
    assert "Simulated, not clinical advice." in note


def test_the_note_says_of_what_a_shade_is_a_percentage():
    rising = hilly({1.0: [0.1], 5.0: [0.1]}).note
    assert "percent of the least at that latency: where that rises, a shade stands for more" in (
        rising
    )
    level = made(FLAT).note
    assert "in percent of the least at that latency. Hatched" in level
