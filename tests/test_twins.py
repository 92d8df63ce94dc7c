"""Two settings in the same luck: known answers, identities, and what is told of them."""

import json
import math
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import twins_numbers, twins_report, twins_story, twins_words
from analysis.attempts import Key
from analysis.side_by_side import BETTER_A, BETTER_B, Candidate, most_telling
from analysis.twins import Address, simulations, twins
from engine import Scenario, ScenarioError
from engine.outcomes import OUTCOME_NAMES
from engine.run import simulate
from tests.analysis_samples import small_scenario
from tests.build import recovers, scene, step, waits
from tests.lively import lively
from tests.strategies import scenario_data

P = "supervision.permissiveness"
FIX = {"supervision.fix": "6 min"}
LIMIT = "supervision.time_limit"


def of(table, outcome, **where):
    """The row of an outcome."""
    rows = table[table["outcome"] == outcome]
    for name, value in where.items():
        rows = rows[rows[name] == value]
    (row,) = rows.to_dict("records")
    return row


def small(first, second, **options):
    return twins(small_scenario(), first, second, **({"replications": 6, "followed": 3} | options))


# ---- known answers ---------------------------------------------------------------------------


def test_two_trainees_and_one_slow_supervisor():
    """B's fix takes 6 minutes instead of 2. The second error is noticed when the first is put
    right, at 18 instead of 14, and hands-on comes at 19: mild harm at 20. With a supervisor each
    both are put right at 18: nobody is harmed. The whole difference is busy supervisors."""
    found = twins(scene(trainees={"count": 2}), {}, FIX, replications=5)
    for part, mean in (("total", -50), ("direct", 0), ("busy", -50)):
        row = of(found.split, "harm_any", part=part)
        assert (row["mean"], row["se"], row["replications"]) == (mean, 0, 5), part
    balance = found.balance[found.balance["period"] == "training"].set_index("what")["mean"]
    assert dict(balance[["better_a", "better_b", "same", "otherwise", "weight"]]) == {
        "better_a": 50, "better_b": 0, "same": 50, "otherwise": 50, "weight": -50,
    }  # fmt: skip
    assert (found.shown.key, found.shown.parted.since_start) == (Key(False, 1, 0), 4)
    assert found.partings["minute"].tolist() == [14.0] * 5
    assert found.first.key == Key(False, 0, 0)
    assert "-50 in patients harmed" in twins_words.split_says(found)


def test_leeway_that_lets_the_trainee_put_it_right():
    """The error falls at 10; B takes over at 13, A would at 15, the trainee is done at 14.5."""
    told = scene(
        step(recovery=recovers(4.5)),
        supervision=waits(3),
        learning={
            "practice": 1,
            "failure": {"debriefed": 1, "alone": 0.5},
            "resilience": {"debriefed": 1, "alone": 0.25},
        },
    )
    found = twins(told, {LIMIT: "5 min"}, {}, replications=3)
    (first, *_) = found.cases.to_dict("records")
    assert len(found.cases) == 3
    assert (first["verdict"], first["first_parting"]) == ("same harm", True)
    assert (first["ends_a"], first["ends_b"]) == (
        "slip: allowed, trainee, none",
        "slip: allowed, supervisor, none",
    )
    assert [first[f"{name}_a"] for name in ("practice", "failure", "resilience")] == [1, 0, 0.25]
    assert [first[f"{name}_b"] for name in ("practice", "failure")] == pytest.approx([0, 0.2])
    assert of(found.differences, "self_recovered")["mean"] == 100
    assert of(found.differences, "experience")["mean"] == pytest.approx(0.8)
    assert twins_words.whys(found) == [
        ("the supervisor was ready to wait longer in one world", 3, 1.0)
    ]


def test_one_and_the_same_setting_makes_no_difference_anywhere():
    found = small({P: 0.3}, {P: 0.3})
    assert found.identical
    assert found.cases.empty
    assert found.partings.empty
    assert found.first is None
    assert found.shown is None
    assert set(found.differences["mean"].dropna()) == {0.0}
    assert set(found.split["mean"].dropna()) == {0.0}
    paired = found.differences["variance_ratio"]
    assert np.isinf(paired.dropna()).all()  # outcomes vary, their difference never does
    assert "Nothing differs" in twins_words.in_short(found)[0]
    assert "the same in every replication" in twins_words.worth_of_pairing(found)


def test_where_nothing_varies_the_variance_ratio_is_undefined_and_said_so():
    found = twins(scene(supervision=waits(3)), {}, {LIMIT: "5 min"}, replications=5)
    assert of(found.differences, "rescue_latency")["mean"] == 0
    assert math.isnan(of(found.differences, "harm_any")["variance_ratio"])
    assert "pairing narrows nothing" in twins_words.worth_of_pairing(found)
    assert twins_words.ratio(math.nan) == "–"


def test_with_a_supervisor_per_trainee_nothing_is_busy():
    told = lively().with_({"supervision.supervisors": lively().trainees.count})
    found = twins(told, {P: 0.9}, {P: 0.1}, replications=5, followed=1)
    assert found.shared_alone
    busy = found.split[found.split["part"] == "busy"]
    assert set(busy["mean"].dropna()) == {0.0}
    assert "anyway" in twins_words.split_says(found)


def test_more_supervisors_than_trainees_are_left_as_they_are():
    told = scene(supervision={"supervisors": 3})
    assert twins_numbers.one_each(told) is told
    assert twins_numbers.one_each(scene(trainees={"count": 4})).supervision.supervisors == 4


@pytest.mark.parametrize(
    ("a", "b", "ratio"),
    [
        ([1, 2, 3, 4], [1, 2, 3, 4.0], math.inf),
        ([1, 1, 1], [2, 2, 2.0], math.nan),
        ([0, 2], [0, 0.0], 1),
        ([0, 2, 0, 2], [0, 0, 2, 2.0], 1),  # uncorrelated: pairing wins nothing
        ([0, 2], [2, 0.0], 0.5),  # opposed: pairing costs
        ([0, 2, np.nan], [1, 4, 100.0], (2 + 4.5) / 0.5),
        ([1.0], [2.0], math.nan),
    ],
)
def test_variance_ratio(a, b, ratio):
    found = twins_numbers.variance_ratio(np.array(a, float), np.array(b, float))
    assert found == pytest.approx(ratio, nan_ok=True)


def test_the_numbers_are_those_of_the_engine():
    found = small({P: 0.5}, {P: 0.05}, seed=3)
    for world, value in (("A", 0.5), ("B", 0.05)):
        table = simulate(small_scenario().with_({P: value}), 3, 6).table
        rows = found.table[
            (found.table["world"] == world) & (found.table["supervisors"] == "as set")
        ]
        for name in OUTCOME_NAMES:
            np.testing.assert_array_equal(rows[name].to_numpy(), table[name].to_numpy())


# ---- identities ------------------------------------------------------------------------------


def assert_mirrored(one, other):
    """Everything of `one` is that of `other` with the worlds swapped."""
    for table, keys in (("differences", ["outcome"]), ("split", ["outcome", "part"])):
        mine, theirs = (getattr(each, table).set_index(keys) for each in (one, other))
        np.testing.assert_array_equal(mine["mean"], -theirs["mean"])
        np.testing.assert_array_equal(mine["low"], -theirs["high"])
        np.testing.assert_array_equal(mine["se"], theirs["se"])
    np.testing.assert_array_equal(one.differences["mean_a"], other.differences["mean_b"])
    np.testing.assert_array_equal(
        one.differences["variance_ratio"], other.differences["variance_ratio"]
    )
    mine, theirs = one.counts, other.counts
    np.testing.assert_array_equal(mine["better_a"], theirs["better_b"])
    np.testing.assert_array_equal(mine["only_a"], theirs["only_b"])
    for name in ("weight", "practice", "failure", "resilience", "distress"):
        np.testing.assert_array_equal(mine[name], -theirs[name])
    places = ["replication", "period", "trainee", "case"]
    assert one.cases[places].equals(other.cases[places])
    assert one.cases["harm_a"].tolist() == other.cases["harm_b"].tolist()
    assert one.cases["why"].tolist() == other.cases["why"].tolist()
    assert one.partings[[*places, "minute", "why"]].equals(
        other.partings[[*places, "minute", "why"]]
    )


def test_swapping_the_worlds_negates():
    pair = {P: 0.5}, {P: 0.05}
    assert_mirrored(small(*pair), small(*reversed(pair)))


def assert_adds_up(found):
    """total = direct + busy, and every case is better under A, under B, or the same."""
    means = found.split.pivot(index="outcome", columns="part", values="mean")
    np.testing.assert_allclose(means["direct"] + means["busy"], means["total"], rtol=0, atol=1e-9)
    counts = found.counts
    assert (counts["better_a"] + counts["better_b"] + counts["same"]).equals(counts["compared"])
    assert (counts["otherwise"] >= counts["better_a"] + counts["better_b"]).all()
    apart = counts.groupby("replication")[["otherwise", "only_a", "only_b"]].sum().sum(axis=1)
    told = found.cases["replication"].value_counts().reindex(apart.index, fill_value=0)
    assert told.tolist() == apart.tolist()


def settings_of(draw):
    """Two settings that may differ in anything that supervision is."""
    return [
        {
            P: draw(st.sampled_from([0, 0.2, 0.9, 2])),
            "supervision.supervisors": draw(st.sampled_from([1, 2])),
            "supervision.policy": draw(st.sampled_from(["value_weighted", "hands_off"])),
        }
        for _ in range(2)
    ]


@given(st.data(), scenario_data())
@settings(max_examples=8, suppress_health_check=list(HealthCheck))
def test_whatever_the_scenario_it_adds_up_and_swapping_negates(data, content):
    told = Scenario.model_validate(content)
    pair = settings_of(data.draw)
    one, other = (twins(told, *each, replications=3) for each in (pair, reversed(pair)))
    assert_adds_up(one)
    assert_mirrored(one, other)
    json.dumps(twins_report.as_object(one), allow_nan=False)
    assert twins_words.in_short(one)
    if pair[0] == pair[1]:
        assert one.identical


def test_a_whole_ward_adds_up_and_all_is_told():
    found = twins(lively(), {P: 0.9}, {P: 0.1}, replications=8)
    assert_adds_up(found)
    assert found.followed == 8
    assert found.cases["first_parting"].sum() == len(found.partings)
    told = [*twins_story.parted(found), *found.shown.sentences, *twins_story.to_look_at(found)]
    assert all(line.strip() for line in told)


# ---- what is chosen, bounded, refused --------------------------------------------------------


def test_replications_followed_are_bounded_unless_asked(monkeypatch):
    assert small({P: 0.5}, {}, followed=None).followed == 6
    monkeypatch.setattr(sys.modules["analysis.twins"], "MOST_ROWS", 1)
    assert small({P: 0.5}, {}, followed=None).followed == 1
    assert small({P: 0.5}, {}, followed=4).followed == 4
    with pytest.raises(ScenarioError, match="7 was given; at most all 6 replications"):
        small({P: 0.5}, {}, followed=7)


def test_progress_is_told_of_every_replication():
    told = []
    small({P: 0.5}, {}, progress=told.append)
    assert sum(told) == simulations(small_scenario(), 6, 3) == 4 * 6 + 2 * 3


def test_a_named_attempt_is_shown_even_where_nothing_differs():
    found = small({P: 0.5}, {P: 0.5}, attempt=(2, 1, 4))
    assert (found.shown.replication, found.shown.key) == (2, Key(False, 1, 4))
    assert found.shown.sentences == ["This attempt takes the same course in both worlds."]


def test_an_attempt_is_chosen_among_those_named():
    every = small({P: 0.5}, {P: 0.05}).cases
    training = every[every["period"] == "training"]
    row = training.iloc[-1]
    found = small({P: 0.5}, {P: 0.05}, attempt=(None, int(row["trainee"]), None))
    assert found.shown.key.trainee == row["trainee"]
    assert twins_story.chosen_by(found).startswith("Chosen among those you asked for by rule")
    whole = Address(int(row["replication"]), int(row["trainee"]), int(row["case"]))
    found = small({P: 0.5}, {P: 0.05}, attempt=whole)
    assert twins_story.chosen_by(found) == "Chosen by you."
    assert (found.shown.replication, *found.shown.key) == (
        whole.replication, False, whole.trainee, whole.case,
    )  # fmt: skip
    assert small({P: 0.5}, {P: 0.05}, attempt=(50, None, None)).shown.replication == 50


def candidate(replication, *, first=True, ends=((0, 0), (3, 0)), kinds=3):
    return Candidate(replication, Key(False, 0, 0), None, first, ends, kinds)


def test_the_commonest_way_in_which_the_ends_differ_is_shown():
    rare = candidate(0, ends=((0, 0), (3, 1)), kinds=9)
    found = [rare, candidate(1), candidate(2, kinds=5), candidate(3, kinds=5)]
    assert most_telling(found).replication == 2
    later = [candidate(replication, first=False, kinds=20) for replication in (4, 5, 6, 7)]
    same_end = [candidate(n, ends=((3, 0), (3, 0)), kinds=30) for n in (8, 9, 10, 11)]
    assert most_telling([*found, *later, *same_end]).replication == 2
    assert most_telling(later).replication == 4
    assert most_telling([]) is None


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"followed": 0}, "followed"),
        ({"attempt": (None, 2, None)}, "trainee"),
        ({"attempt": (None, None, 12)}, "case"),
        ({"attempt": (-1, None, None)}, "replication"),
        ({"replications": 0}, "replications"),
        ({"seed": -1}, "seed"),
        ({"engine": "abacus"}, "engine"),
        ({"variant": "cheerful"}, "variants"),
    ],
)
def test_what_cant_be_is_refused(options, path):
    with pytest.raises(ScenarioError, match=path):
        small({P: 0.5}, {}, **options)


def test_a_bad_setting_is_refused_by_its_path():
    with pytest.raises(ScenarioError, match=P):
        small({P: 0.5}, {P: -1})


def test_both_engines_tell_the_same():
    one, other = (
        small({P: 0.5}, {}, replications=2, followed=2, engine=name) for name in ("kernel", "simpy")
    )
    assert one.differences.equals(other.differences)
    assert one.cases.equals(other.cases)
    assert one.shown.sentences == other.shown.sentences


@pytest.mark.parametrize("replications", [1, 4])
def test_too_few_replications_claim_nothing(replications):
    found = small({P: 0.5}, {P: 0.05}, replications=replications, followed=1)
    told = [
        *twins_words.in_short(found), twins_words.worth_of_pairing(found),
        twins_words.split_says(found), twins_report.split_note(found),
    ]  # fmt: skip
    assert all("Fewer than 5 replications tell nothing of chance" in sentence for sentence in told)
    assert "clearly" not in " ".join(told)
    assert all(row.cells[-1] == "–" for row in twins_words.outcome_rows(found))
    rows = twins_words.outcome_rows(found) + twins_words.split_rows(found)
    assert not any(" to " in cell for row in rows for cell in row.cells)  # no interval


UNLIKE = {
    "independent.cases": 0,
    "study.cases": 5,
    "study.horizon": "30 d",
    "trainees.count": 3,
    "harm_weights.mild": 0.02,
}


@pytest.mark.parametrize("path", UNLIKE)
def test_worlds_that_count_other_patients_are_not_added_up(path):
    """Without later patients less harm is counted, not less done."""
    found = small({path: UNLIKE[path]}, {})
    last = twins_words.in_short(found)[-1]
    assert "don't count the same harm" in last
    assert path.removesuffix(".mild") in last
    cells = [cell for row in twins_words.outcome_rows(found) for cell in row.cells]
    assert "none" not in cells  # read aloud: no patient harmed
    burdens = [row for row in twins_words.outcome_rows(found) if "burden" in row.label]
    assert [row.cells[2:] for row in burdens] == [("not the same harm", "–")]
    assert not any("burden" in row.label for row in twins_words.split_rows(found))
    assert "burden" not in twins_words.split_says(found)
    assert "total_burden" not in twins_report.drawn_panels(found)


def test_worlds_that_count_the_same_patients_are_added_up():
    assert "Now and later added up" in twins_words.in_short(small({P: 0.5}, {P: 0.05}))[-1]


def test_as_many_is_as_many_as():
    found = twins(scene(supervision=waits(3)), {}, {LIMIT: "5 min"}, replications=5)
    told = twins_words.in_short(found)[0]
    assert told.startswith("Under A there are as many patients harmed per 100 training cases as un")
    assert "than" not in told
    assert twins_words.ratio(math.inf) == "exact"


def test_the_name_of_a_file_is_no_scenario():
    with pytest.raises(ScenarioError, match="scenario: a str was given"):
        twins("first-intubations.yaml", {}, {})


def test_without_independent_practice_nothing_is_said_of_it():
    found = twins(scene(supervision=waits(3)), {}, {LIMIT: "5 min"}, replications=2)
    assert twins_words.periods(found) == ["training"]
    told = [*twins_words.in_short(found), twins_words.case_by_case(found)]
    assert "independent" not in " ".join(told)
    assert all(len(row.cells) == 1 for row in twins_words.balance_rows(found))


def test_no_case_at_all_is_survived():
    found = twins(scene(study={"horizon": "1 min"}), {}, FIX, replications=2)
    assert found.shown is None
    assert twins_words.periods(found) == []
    assert twins_words.balance_rows(found) == []
    assert twins_report.pictures(found) == []


def test_verdicts_look_at_the_worst_harm():
    found = twins(scene(trainees={"count": 2}), FIX, {}, replications=1)
    assert found.cases["verdict"].tolist() == [BETTER_B]
    found = twins(scene(trainees={"count": 2}), {}, FIX, replications=1)
    assert found.cases["verdict"].tolist() == [BETTER_A]
