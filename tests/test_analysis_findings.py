"""What the numbers say in sentences, with their doubt."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis import captions, findings, words
from analysis.estimate import Estimate
from analysis.study import run_study
from engine.outcomes import OUTCOME_NAMES
from engine.run import DEFAULT_ENGINE
from tests.analysis_samples import small_study, small_study_without_curve, with_burdens
from tests.build import scenario

SPREAD = np.array([2.0, 2.5, 3.0, 2.2, 2.8])
NOISE = np.array([0.02, -0.03, 0.01, 0.03, -0.01])


def test_less_leeway_would_lower_it():
    study = with_burdens({0.0: SPREAD + 0.5, 0.1: SPREAD, 0.2: SPREAD + 0.1 + NOISE})
    assert findings.verdict(study) == [
        "In this simulation, total burden is lowest at permissiveness 0.1, clearly below all "
        "others tried.",
        "The permissiveness as written is 0.2: in this simulation, with its harm weights (mild "
        "0.05, moderate 0.2, severe 0.6, death 1), less leeway would lower total burden slightly: "
        "at 0.1 by 0.104 (0.074 to 0.134) per trainee, which is 4 %.",
    ]


def test_more_leeway_would_lower_it_and_perhaps_more_still():
    study = with_burdens({0.1: SPREAD + 1, 0.2: SPREAD + 0.1 + NOISE, 0.3: SPREAD})
    where, what = findings.verdict(study)
    assert where.endswith("others tried; it may be lower still beyond the range tried.")
    assert "more leeway would lower total burden slightly: at 0.3 by" in what


def test_when_the_one_as_written_cannot_be_told_from_the_lowest():
    study = with_burdens({0.1: SPREAD, 0.2: SPREAD + NOISE, 0.3: SPREAD + 5})
    assert findings.verdict(study) == [
        "In this simulation, total burden is lowest at permissiveness 0.1 or 0.2: these can't be "
        "told apart with 5 replications, the others are worse.",
        "The permissiveness as written, 0.2, is among them: neither more nor less leeway clearly "
        "lowers total burden.",
    ]


def test_when_nothing_can_be_told():
    study = with_burdens({0.1: SPREAD, 0.2: SPREAD + NOISE, 0.3: SPREAD - NOISE})
    assert findings.verdict(study) == [
        "In this simulation, none of the three settings can be told from the lowest (allowing for "
        "three looks).",
        "With 5 replications one can't tell whether 0.2 is too much or too little.",
    ]


def test_two_replications_drop_no_setting_however_alike_they_are():
    study = with_burdens({0.1: [1.0, 1.0], 0.2: [2.0, 2.0], 0.3: [3.0, 3.0]})
    assert findings.lowest_burden(study).kept == (0.1, 0.2, 0.3)
    assert "With 2 replications one can't tell" in findings.verdict(study)[1]


def test_neighbours_are_named_as_a_range():
    study = with_burdens({0.0: SPREAD, 0.1: SPREAD + NOISE, 0.2: SPREAD - NOISE, 0.3: SPREAD + 5})
    assert "lowest at permissiveness somewhere from 0 to 0.2: these" in findings.verdict(study)[0]


def test_one_replication_tells_nothing():
    study = with_burdens({0.1: [1.0], 0.2: [2.0]})
    assert findings.verdict(study)[0].startswith("One replication tells nothing about chance")


def test_without_a_curve_it_says_why():
    assert findings.verdict(small_study_without_curve()) == ["No curve: no curve was asked for."]


def test_without_independent_practice_the_verdict_says_what_is_missing():
    study = with_burdens({0.1: SPREAD, 0.2: SPREAD + 1})
    short = replace(study, scenario=study.scenario.with_({"independent.cases": 0}))
    assert findings.verdict(short)[-1].startswith("No independent practice is simulated")


def test_the_table_names_only_outcomes_there_are():
    named = {name for _, names in findings.GROUPS for name in names}
    assert named <= set(OUTCOME_NAMES)
    assert named <= set(words.PLAIN)
    assert set(findings.CURVE) <= set(OUTCOME_NAMES)


def test_values_are_in_their_units_and_never_below_nothing():
    found = Estimate(0.1, 0.2, -0.3, 0.5, 5, 0)
    assert findings.value("harm_any", found) == "0.10 (0.00 to 0.50)"
    assert findings.value("supervisor_busy", found) == "10 % (0 to 50)"
    assert findings.value("rescue_latency", found) == "6 s (0 s to 30 s)"
    assert findings.value("allowed_unharmed", Estimate(0.98, 0.1, 0.9, 1.1, 5, 0)).endswith("100)")


def test_what_nothing_can_be_said_of_is_left_out():
    study = small_study()
    table = study.table.copy()
    table["rescue_latency"] = np.nan
    table["harm_death"] = 0.0
    rows = [row for group in findings.groups(replace(study, table=table)) for row in group.rows]
    labels = [what for what, _ in rows]
    assert words.PLAIN["rescue_latency"] not in labels
    assert words.PLAIN["harm_death"] not in labels
    assert words.PLAIN["harm_any"] in labels


def test_curve_rows_compare_with_the_one_as_written():
    study = small_study()
    low = findings.lowest_burden(study)
    rows = findings.curve_rows(study, low)
    assert [row.label for row in rows] == [
        "0",
        "0.02",
        "0.05",
        "0.1",
        "0.2",
        "0.3",
        "0.5",
        "1",
        "2",
    ]
    (own,) = [row for row in rows if row.as_written]
    assert (own.label, own.difference) == ("0.2", "as written")
    assert all(len(row.values) == len(findings.CURVE) for row in rows)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (Estimate(2.0, 0.1, 1.5, 2.5, 5, 0), "rises by 2.0 (1.5 to 2.5)"),
        (Estimate(-2.0, 0.1, -2.5, -1.5, 5, 0), "falls by 2.0 (1.5 to 2.5)"),
        (Estimate(0.2, 0.4, -0.5, 0.9, 5, 0), "can't be told to change (+0.2 (-0.5 to +0.9))"),
        (Estimate(0.0, 0.0, 0.0, 0.0, 5, 0), "stays the same"),
        (Estimate(0.5, 0.2, 0.004, 0.996, 5, 0), "rises by 0.500 (0.004 to 0.996)"),
        (Estimate(-0.5, 0.2, -0.996, -0.004, 5, 0), "falls by 0.500 (0.004 to 0.996)"),
        (
            Estimate(0.5, np.nan, np.nan, np.nan, 1, 0),
            "changes by 0.5 (one replication: chance unknown)",
        ),
    ],
)
def test_moves(found, text):
    assert captions.moves(found) == text


def test_fate_bars_add_up_to_their_totals():
    rows, totals = captions.fate_bars(small_study())
    summed = rows.groupby("bar")["mean"].sum()
    for total in totals.itertuples():
        assert summed[total.bar] == pytest.approx(total.mean)


def test_inputs_are_counted_by_section():
    study = small_study()
    rows, totals = captions.input_bars(study.scenario)
    counted = findings.inputs(study)
    assert rows["mean"].sum() == totals["mean"].sum() == counted.total
    assert rows[rows["part"] == "assumption"]["mean"].sum() == counted.assumptions > 0
    assert counted.share == f"{counted.assumptions} of {counted.total} inputs are assumptions"


def test_a_study_without_errors_has_its_sentences():
    flawless = scenario(
        {
            "task.steps[step].error_probability": {"novice": 0, "expert": 0},
            "supervision.permissiveness": 0.1,
        }
    )
    study = run_study(flawless, seed=0, replications=3, engine=DEFAULT_ENGINE)
    assert captions.on_fates(study) == "No errors happened."
    assert captions.on_takeovers(study) == "No supervisor took over by their own judgement."
    assert isinstance(findings.points(study), pd.DataFrame)
    assert study.episode is None
