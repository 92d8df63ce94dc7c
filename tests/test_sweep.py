"""Sweeps in memory: each number is that of engine.simulate, whatever the cut, workers or rounds."""

import numpy as np
import pandas as pd
import pytest

from analysis import slices, sweep_plan
from analysis.blocks import Failed
from analysis.collect import collect
from analysis.slices import Layout, Slice, layout_of
from analysis.stopping import Until
from analysis.sweep import Between, plan, sweep
from engine.errors import ScenarioError
from engine.outcomes import OUTCOME_NAMES, OUTCOMES
from engine.run import simulate
from tests.analysis_samples import small_scenario

PERMISSIVENESS = "supervision.permissiveness"
VARY = {PERMISSIVENESS: [0, 0.2, 1.0]}
MANY = {
    "supervision.policy": ["value_weighted", "hands_off"],
    "study.cases": [3, 9],
    "supervision.response": ["5 s", {"lognormal": {"median": "2 min", "cv": 0.5}}],
    "trainees.count": [1, 3],
}
"""Points that differ in kind, in length and in what luck is turned into."""


def same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Equal to the last bit, types and all."""
    return one.equals(other) and one.dtypes.equals(other.dtypes)


# ---- numbers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["kernel", "simpy"])
def test_every_point_is_what_simulate_gives(engine):
    found = sweep(small_scenario(), MANY, seed=7, replications=3, engine=engine)
    assert len(found.points) == 16
    for point in range(16):
        rows = found.table[found.table["point"] == point].reset_index(drop=True)
        alone = simulate(found.scenario_at(point), 7, 3, engine=engine).table
        assert same(rows[alone.columns.tolist()], alone)


@pytest.mark.parametrize("layout", [(1, 1), (2, 5), (3, 2), (64, 1000)])
def test_no_number_depends_on_the_cut(layout, monkeypatch):
    expected = sweep(small_scenario(), VARY, replications=7).table
    monkeypatch.setattr(sweep_plan, "layout_of", lambda *_: Layout(*layout))
    assert same(sweep(small_scenario(), VARY, replications=7).table, expected)


def test_points_and_replications_added_change_none_that_exist():
    few = sweep(small_scenario(), {PERMISSIVENESS: [0, 1]}, replications=3)
    more = sweep(small_scenario(), {PERMISSIVENESS: [0, 0.5, 1]}, replications=5)
    for setting in (0, 1):
        old = few.table[few.table[PERMISSIVENESS] == setting]
        new = more.table[more.table[PERMISSIVENESS] == setting].head(3)
        assert same(old.iloc[:, 1:].reset_index(drop=True), new.iloc[:, 1:].reset_index(drop=True))


def test_a_variant_is_put_on_first():
    found = sweep(small_scenario(), VARY, variant="pessimistic", replications=2)
    assert found.scenario.hash == small_scenario().with_variant("pessimistic").hash
    alone = simulate(found.scenario.with_({PERMISSIVENESS: 1.0}), 0, 2).table
    assert same(found.table.tail(2)[alone.columns.tolist()].reset_index(drop=True), alone)


def test_what_varies_may_leave_no_room_for_the_evidence_about_it():
    """A range of the evidence that doesn't fit a point says nothing against the point."""
    path = "supervision.response"
    changes = {f"{path}": {"triangular": {"low": "1 s", "mode": "4 s", "high": "9 s"}}}
    base = small_scenario().with_(changes)
    evidence = {"about": f"{path}.triangular.high", "source": "assumption", "range": ["8 s", "1 h"]}
    told = base.with_({"evidence": [evidence]})
    found = sweep(told, {f"{path}.triangular.mode": ["4 s", "8.5 s"]}, replications=2)
    assert found.scenario_at(0).evidence[0].about == evidence["about"]
    alone = simulate(found.scenario_at(1), 0, 2).table
    assert same(found.table.tail(2)[alone.columns.tolist()].reset_index(drop=True), alone)


# ---- the result --------------------------------------------------------------------------------


def test_the_table_is_tidy():
    found = sweep(small_scenario(), MANY, seed=3, replications=2)
    assert found.paths == tuple(MANY)
    assert list(found.table.columns) == ["point", *MANY, "replication", *OUTCOME_NAMES]
    assert (found.table[list(OUTCOME_NAMES)].dtypes == "float64").all()
    assert found.table[["point", "replication"]].to_numpy().tolist() == [
        [point, number] for point in range(16) for number in range(2)
    ]
    assert found.table["study.cases"].dtype == "float64"
    assert found.table["supervision.response"].tolist()[:8:2] == [
        "5 s", "5 s", "{lognormal: {median: 2 min, cv: 0.5}}",
        "{lognormal: {median: 2 min, cv: 0.5}}",
    ]  # fmt: skip
    assert list(found.points.columns) == ["point", *MANY, "replications", "stopped"]
    assert found.points["stopped"].tolist() == ["fixed"] * 16
    assert found.points["replications"].tolist() == [2] * 16
    assert found.failed == ()
    assert "16 points" in repr(found)
    assert found.settings(0)["study.cases"] == 3
    for point in (-1, 16):
        with pytest.raises(IndexError):
            found.scenario_at(point)


def test_the_dictionary_tells_every_column():
    found = sweep(small_scenario(), {"supervision.fix": ["30 s", "2 min"]}, replications=1)
    told = found.dictionary().set_index("column")
    assert list(told.index) == list(found.table.columns)
    assert list(told.columns) == ["meaning", "unit", "better", "denominator"]
    assert told.loc["supervision.fix", "unit"] == "minutes"
    for one in OUTCOMES:
        assert told.loc[one.name].tolist() == [one.meaning, one.unit, one.better, one.denominator]


def test_what_was_simulated_has_a_hash():
    one = plan(small_scenario(), VARY)
    assert one.hash == plan(small_scenario(), {PERMISSIVENESS: [0, 0.2, 1]}).hash
    assert one.hash != plan(small_scenario(), {PERMISSIVENESS: [0, 1, 0.2]}).hash
    assert one.short_name != plan(small_scenario(), VARY, seed=1).short_name


def test_progress_counts_replications():
    heard = []
    sweep(small_scenario(), VARY, replications=11, progress=heard.append)
    assert sum(heard) == 33


def test_what_it_takes_is_foretold():
    work = plan(small_scenario(), VARY, replications=50).work()
    cases = 2 * (12 + 15)  # trainees x cases of training and of independent practice
    assert work[:3] == (3, 150, 150 * cases)
    assert 0 < work.seconds < 60
    assert work.bytes > 150 * len(OUTCOMES) * 8
    assert not work.at_most
    assert plan(small_scenario(), VARY, replications=Until("errors", relative=0.1)).work().at_most


# ---- refusals ----------------------------------------------------------------------------------


def test_a_path_is_no_scenario():
    with pytest.raises(ScenarioError, match=r"^scenario: 'first\.yaml' .* engine\.load\(path\)"):
        sweep("first.yaml", VARY)


@pytest.mark.parametrize(
    ("vary", "options", "told"),
    [
        ({PERMISSIVENESS: [0, -1]}, {}, f"{PERMISSIVENESS}: -1 was given"),
        ({"no.path": [1]}, {}, "no"),
        ({}, {}, r'^vary: nothing was given; .*; write {"supervision.permissiveness": \[0, '),
        ([PERMISSIVENESS], {}, "^vary: "),
        (VARY, {"seed": -1}, "seed"),
        (VARY, {"replications": 0}, "replications"),
        (VARY, {"replications": 2.0}, "replications"),
        (VARY, {"replications": 10**8}, "10,000,000 rows"),
        (VARY, {"engine": "abacus"}, "engine"),
        (VARY, {"variant": "none such"}, "variant"),
        (VARY, {"design": "circle"}, "^design: circle was given"),
        (VARY, {"executor": "cloud"}, "executor"),
        (VARY, {"workers": -1}, "workers"),
        (VARY, {"replications": Until("errors", paired=1.0, reference=3)}, "reference"),
        ({PERMISSIVENESS: [0]}, {"replications": Until("errors", paired=1.0)}, "reference"),
    ],
)
def test_bad_input_is_refused_before_anything_runs(vary, options, told, monkeypatch, tmp_path):
    def fail(*_, **__):
        raise AssertionError("something ran")

    monkeypatch.setattr(slices, "outcomes", fail)
    with pytest.raises(ScenarioError, match=told):
        sweep(small_scenario(), vary, **options)
    with pytest.raises(ScenarioError, match=told):
        sweep(small_scenario(), vary, out=tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


# ---- targets -----------------------------------------------------------------------------------


def as_simulated(found, vary):
    """Whether each point's rows are those of a sweep with a fixed number."""
    most = int(found.points["replications"].max())
    fixed = sweep(small_scenario(), vary, replications=most).table
    kept = fixed["replication"] < fixed["point"].map(found.points["replications"])
    return same(found.table, fixed[kept].reset_index(drop=True))


def test_points_stop_as_soon_as_their_own_replications_say():
    until = Until("experience", "total_burden", relative=0.1)
    found = sweep(small_scenario(), VARY, replications=until)
    assert as_simulated(found, VARY)
    assert set(found.points["stopped"]) == {"target"}
    numbers = found.points["replications"].tolist()
    assert len(set(numbers)) > 1
    for point, number in enumerate(numbers):
        rows = found.table.loc[found.table["point"] == point, list(OUTCOME_NAMES)].to_numpy()
        assert until.stop(rows, None) == number
        assert until.stop(rows[:-1], None) is None


@pytest.mark.parametrize("layout", [(1, 4), (2, 50)])
def test_when_a_point_stops_does_not_depend_on_the_cut(layout, monkeypatch):
    until = Until("experience", relative=0.1)
    expected = sweep(small_scenario(), VARY, replications=until)
    monkeypatch.setattr(sweep_plan, "layout_of", lambda *_: Layout(*layout))
    monkeypatch.setattr("analysis.collect.GROWTH", 1.1)
    found = sweep(small_scenario(), VARY, replications=until)
    assert same(found.table, expected.table)
    assert same(found.points, expected.points)


def test_the_reference_has_the_other_half_of_every_difference():
    until = Until("total_burden", paired=0.05, reference=1)
    found = sweep(small_scenario(), VARY, replications=until)
    assert as_simulated(found, VARY)
    numbers = found.points["replications"].tolist()
    assert numbers[1] == max(numbers[0], numbers[2]) > 15
    assert set(found.points["stopped"]) == {"target"}


def test_together_no_point_stops_before_all_may():
    alone = sweep(small_scenario(), VARY, replications=Until("experience", relative=0.1))
    until = Until("experience", relative=0.1, together=True)
    found = sweep(small_scenario(), VARY, replications=until)
    most = alone.points["replications"].max()
    assert found.points["replications"].tolist() == [most] * 3
    assert as_simulated(found, VARY)


def test_the_cap_is_recorded_and_what_is_missing_never_converges():
    """Under zero tolerance nothing is allowed, so no allowed failure can have ended unharmed."""
    vary = {"supervision.policy": ["zero_tolerance", "hands_off"]}
    until = Until("allowed_unharmed", half_width=0.2, cap=40)
    found = sweep(small_scenario(), vary, replications=until)
    assert found.points["stopped"].tolist() == ["cap", "target"]
    assert found.points["replications"].tolist()[0] == 40
    assert found.table.loc[found.table["point"] == 0, "allowed_unharmed"].isna().all()
    paired = Until("allowed_unharmed", paired=0.2, cap=40)
    assert set(sweep(small_scenario(), vary, replications=paired).points["stopped"]) == {"cap"}


# ---- blocks ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("piece", "name"),
    [
        (Slice(tuple(range(21)), 0, 200), "p000000-000021_r00000000-00000200"),
        (Slice((3,), 5, 6), "p000003-000004_r00000005-00000006"),
        (Slice((64, 66, 70), 0, 10), "p000064-000071_m45_r00000000-00000010"),
        (Slice((1_000_000,), 10**8, 10**8 + 1), "p1000000-1000001_r100000000-100000001"),
    ],
)
def test_a_block_is_known_by_its_name(piece, name):
    assert piece.name == name
    assert Slice.of(name) == piece
    data = np.arange(np.prod(piece.shape), dtype=float).reshape(piece.shape)
    assert np.array_equal(piece.unpack(piece.pack(data)), data)


@pytest.mark.parametrize(
    "name",
    [
        "", "p0-1_r0-1", "p000000-000000_r00000000-00000001", "p000001-000000_r00000000-00000001",
        "p000000-000002_m3_r00000000-00000001", "p000000-000003_m1_r00000000-00000001",
        "p000000-000001_r00000000-00000001.block",
    ],
)  # fmt: skip
def test_other_names_are_no_blocks(name):
    with pytest.raises(ValueError, match="names no block"):
        Slice.of(name)


def test_a_cut_covers_everything_once():
    layout = Layout(4, 10)
    seen = set()
    for piece in layout.slices([0, 1, 2, 3, 5, 9], 5, 33):
        assert len(piece.points) <= 4
        assert piece.first // 10 == (piece.last - 1) // 10  # of one stretch: found again later
        cells = {(p, r) for p in piece.points for r in range(piece.first, piece.last)}
        assert not seen & cells
        seen |= cells
    assert seen == {(p, r) for p in (0, 1, 2, 3, 5, 9) for r in range(5, 33)}


def test_blocks_are_about_a_second_of_work():
    assert layout_of(21, 920, "kernel") == Layout(21, 100)
    assert layout_of(1000, 920, "kernel") == Layout(64, 20)
    assert layout_of(1, 1, "kernel") == Layout(1, 5000)
    assert layout_of(21, 1e9, "kernel") == Layout(1, 1)
    assert layout_of(21, 920, "simpy") == Layout(10, 1)


class Broken:
    """A source in which some blocks can't be had."""

    def __init__(self, simulate, bad):
        self.simulate, self.bad = simulate, bad

    def fetch(self, pieces):
        return tuple(Failed(one.name, "", "") for one in pieces if self.bad(one))

    def values(self, piece):
        assert not self.bad(piece)
        return self.simulate.values(piece)


def collected(replications, bad, monkeypatch):
    monkeypatch.setattr(sweep_plan, "layout_of", lambda *_: Layout(2, 20))
    made = plan(small_scenario(), VARY, replications=replications)
    counts, values, failed = collect(made, Broken(made.simulate(1), bad))
    return made.sweep_of(counts, values, failed)


def test_a_block_set_aside_leaves_its_points_with_what_came_before(monkeypatch):
    found = collected(100, lambda one: 0 in one.points and one.first == 40, monkeypatch)
    assert found.points["replications"].tolist() == [40, 40, 100]
    assert found.points["stopped"].tolist() == ["failed", "failed", "fixed"]
    assert [one.name for one in found.failed] == ["p000000-000002_r00000040-00000060"]
    assert as_simulated(found, VARY)


def test_points_with_a_target_end_at_a_block_set_aside(monkeypatch):
    until = Until("harm_any", half_width=0.01, cap=100)
    found = collected(until, lambda one: 2 in one.points and one.first >= 20, monkeypatch)
    assert found.points["stopped"].tolist() == ["cap", "cap", "failed"]
    assert found.points["replications"].tolist() == [100, 100, 20]
    assert as_simulated(found, VARY)


def test_without_its_reference_no_difference_is_reached(monkeypatch):
    until = Until("harm_any", paired=0.001, reference=2, cap=60)
    found = collected(until, lambda one: 2 in one.points and one.first >= 20, monkeypatch)
    assert set(found.points["stopped"]) == {"failed"}


def test_sobol_points_come_through():
    vary = {PERMISSIVENESS: Between(0, 1), "supervision.supervisors": (1, 2)}
    found = sweep(small_scenario(), vary, design="sobol", points=4, replications=2)
    for point in range(4):
        rows = found.table[found.table["point"] == point].reset_index(drop=True)
        alone = simulate(found.scenario_at(point), 0, 2).table
        assert same(rows[alone.columns.tolist()], alone)
