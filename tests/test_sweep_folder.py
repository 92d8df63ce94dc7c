"""Sweeps into a folder: resumed, extended, refused, and the same bytes however they came about."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from analysis import sweep_folder, sweep_plan
from analysis.slices import Layout, Simulate, Slice
from analysis.stopping import Until
from analysis.sweep import Between, plan, sweep
from analysis.sweep_again import only_block, plan_from, verify
from analysis.sweep_folder import RECORD, TABLES, read_record
from engine.errors import OutputError, ScenarioError
from tests.analysis_samples import small_scenario

PERMISSIVENESS = "supervision.permissiveness"
RESPONSE = "supervision.response"
VARY = {PERMISSIVENESS: [0, 0.5], RESPONSE: ["5 s", {"fixed": "1 min"}]}


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Two points and five replications to a block."""
    monkeypatch.setattr(sweep_plan, "layout_of", lambda *_: Layout(2, 5))


@pytest.fixture
def computed(monkeypatch):
    """The names of the blocks computed in this process."""
    names = []
    usual = Simulate.__call__

    def counted(self, name):
        names.append(name)
        return usual(self, name)

    monkeypatch.setattr(Simulate, "__call__", counted)
    return names


def into(folder, **options):
    options = {"replications": 12} | options
    return sweep(small_scenario(), options.pop("vary", VARY), out=folder, **options)


def contents(folder: Path) -> dict[str, bytes]:
    """Everything in a folder but the record, which says by which command."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != RECORD
    }


# ---- what is written ---------------------------------------------------------------------------


def test_tables_come_back_to_the_last_bit(tmp_path):
    found = into(tmp_path / "out")
    assert found.table.equals(into(None).table)
    assert pd.read_parquet(tmp_path / "out/table.parquet").equals(found.table)
    read = pd.read_csv(tmp_path / "out/table.csv")
    assert read.astype(found.table.dtypes.to_dict()).equals(found.table)
    assert pd.read_csv(tmp_path / "out/points.csv")["replications"].tolist() == [12] * 4
    told = pd.read_csv(tmp_path / "out/dictionary.csv", keep_default_na=False)
    assert told.equals(found.dictionary())
    assert verify(tmp_path / "out").problems == ()


def test_the_record_tells_what_was_simulated(tmp_path):
    into(tmp_path / "out", seed=3, variant="pessimistic")
    record = read_record(tmp_path / "out")
    scenario = small_scenario().with_variant("pessimistic")
    assert record["scenario"]["hash"] == scenario.hash
    assert record["resolved"] == scenario.resolved()
    assert (record["seed"], record["replications"], record["variant"]) == (3, 12, "pessimistic")
    assert (record["complete"], record["failed"]) == (True, [])
    assert {"python", "numpy", "scipy", "pyarrow"} <= set(record["versions"])
    again = plan_from(tmp_path / "out")
    assert again.identity() == plan(scenario, VARY, seed=3).identity()
    assert again.design == plan(scenario, VARY, seed=3).design


@pytest.mark.parametrize("workers", [0, 2])
def test_the_same_sweep_gives_the_same_bytes(tmp_path, workers):
    into(tmp_path / "one")
    into(tmp_path / "two", workers=workers)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_one_sitting_or_many_give_the_same_bytes(tmp_path, monkeypatch, computed):
    into(tmp_path / "whole")
    every = list(computed)
    usual = Simulate.__call__

    def killed(self, name):
        if len(computed) == len(every) + 3:
            raise KeyboardInterrupt
        return usual(self, name)

    with monkeypatch.context() as patch:
        patch.setattr(Simulate, "__call__", killed)
        with pytest.raises(KeyboardInterrupt):
            into(tmp_path / "parts")
    found = verify(tmp_path / "parts")
    assert not found.complete
    assert "isn't complete" in found.problems[0]
    into(tmp_path / "parts")
    assert computed == every * 2  # nothing twice
    assert contents(tmp_path / "parts") == contents(tmp_path / "whole")


def test_a_finished_sweep_computes_nothing_again(tmp_path, computed):
    into(tmp_path / "out")
    before, count = contents(tmp_path / "out"), len(computed)
    into(tmp_path / "out", vary={PERMISSIVENESS: [0.0, 0.5], RESPONSE: VARY[RESPONSE]})
    assert len(computed) == count
    assert contents(tmp_path / "out") == before


def test_more_replications_go_on_in_the_same_folder(tmp_path, computed):
    into(tmp_path / "out", replications=10)
    count = len(computed)
    more = into(tmp_path / "out", replications=20)
    assert count == len(computed) - count == 4
    assert more.table.equals(into(None, replications=20).table)
    assert verify(tmp_path / "out").problems == ()


def test_a_sweep_with_a_target_goes_on_too(tmp_path, computed):
    until = Until("experience", relative=0.1)
    into(tmp_path / "one", replications=until)
    count = len(computed)
    again = into(tmp_path / "one", replications=until)
    assert len(computed) == count
    assert verify(tmp_path / "one").problems == ()
    assert again.table.equals(into(None, replications=until).table)
    assert plan_from(tmp_path / "one").replications == until


# ---- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"seed": 1}, "seed"),
        ({"engine": "simpy"}, "engine"),
        ({"variant": "optimistic"}, "scenario"),
        ({"vary": {PERMISSIVENESS: [0, 0.5]}}, "design"),
        ({"vary": dict(reversed(VARY.items()))}, "design"),
    ],
)
def test_anything_else_is_refused_by_name(tmp_path, changed, field):
    into(tmp_path / "out", replications=2)
    before = contents(tmp_path / "out")
    with pytest.raises(ScenarioError, match=f"^{field}: "):
        into(tmp_path / "out", **changed)
    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"variant": "optimistic"}, "scenario: .*: variant: none there, optimistic now;"),
        ({"vary": {PERMISSIVENESS: [0, 2], RESPONSE: VARY[RESPONSE]}},
         rf"design: .*: {PERMISSIVENESS} is \[0, 0\.5\] there, \[0, 2\] now;"),
        ({"vary": {PERMISSIVENESS: Between(0, 1, 3)}},
         rf"{PERMISSIVENESS} is \[0, 0\.5\] there, 0 to 1 \(3 values\) now; {RESPONSE} is "
         r"\[5 s, {fixed: 1 min}\] there, as written now;"),
        ({"vary": dict(reversed(VARY.items()))}, f"varies {PERMISSIVENESS} and {RESPONSE} in this"),
        ({"vary": {PERMISSIVENESS: (0, 1)}, "design": "sobol", "points": 4},
         "a grid there, a sobol now;"),
    ],
)  # fmt: skip
def test_what_is_different_is_told_in_words(tmp_path, changed, told):
    into(tmp_path / "out", replications=2)
    with pytest.raises(ScenarioError, match=told) as raised:
        into(tmp_path / "out", **changed)
    assert plan(small_scenario(), VARY).digest not in str(raised.value)


def test_a_changed_scenario_is_told_setting_by_setting(tmp_path):
    into(tmp_path / "out", replications=2)
    told = r"^scenario: .*: study\.cases is 12 there, 13 now; task\.learning_cases is 27 there, 28 "
    with pytest.raises(ScenarioError, match=told):
        sweep(small_scenario().with_({"study.cases": 13, "task.learning_cases": 28}), VARY,
              out=tmp_path / "out")  # fmt: skip
    (tmp_path / "out" / RECORD).unlink()  # without papers there are hashes, and the field's name
    with pytest.raises(ScenarioError, match=r"^scenario: .*[0-9a-f]{64}"):
        into(tmp_path / "out", variant="optimistic")


def test_a_finished_table_is_never_made_shorter(tmp_path, monkeypatch):
    folder = tmp_path / "out"
    into(folder)
    before = contents(folder), (folder / RECORD).read_bytes()
    told = r"^replications: .*out holds 12 of a point, and 11 is asked for now; "
    with pytest.raises(ScenarioError, match=told):
        into(folder, replications=11)
    narrow = Until("experience", relative=0.5)  # its cap allows more, and it ends sooner
    sooner = into(None, replications=narrow).points["replications"].max()
    into(folder, replications=int(sooner) + 1)
    before = contents(folder), (folder / RECORD).read_bytes()
    with pytest.raises(ScenarioError, match=f"{sooner + 1} of a point, and {sooner} is asked"):
        into(folder, replications=narrow)
    assert (contents(folder), (folder / RECORD).read_bytes()) == before
    with monkeypatch.context() as patch:
        patch.setattr(Simulate, "__call__", interrupted)
        with pytest.raises(KeyboardInterrupt):
            into(folder, replications=100)
    with pytest.raises(ScenarioError, match=f"{sooner + 1} of a point"):  # still known
        into(folder, replications=12)
    into(folder, replications=int(sooner) + 1)
    assert contents(folder) == before[0]


def interrupted(*_):
    raise KeyboardInterrupt


def test_another_version_is_refused_by_name(tmp_path, monkeypatch):
    into(tmp_path / "out", replications=2)
    usual = sweep_folder.versions()
    monkeypatch.setattr(sweep_folder, "versions", lambda: usual | {"numpy": "1.0"})
    with pytest.raises(ScenarioError, match=r"^numpy version: .* 1\.0 is asked for now"):
        into(tmp_path / "out", replications=2)
    monkeypatch.setattr(sweep_folder, "versions", lambda: usual)
    monkeypatch.setattr(sweep_folder, "engine_key", lambda: "another")
    with pytest.raises(ScenarioError, match=r"^source of the engine: .* of another leeway; "):
        into(tmp_path / "out", replications=2)


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ScenarioError, match=r"mine\.txt"):
        into(tmp_path)
    assert contents(tmp_path) == {"mine.txt": b"mine"}


# ---- what is damaged ---------------------------------------------------------------------------


@pytest.fixture
def done(tmp_path):
    into(tmp_path / "out")
    return tmp_path / "out"


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("damage", ["changed", "cut", "gone"])
def test_damaged_tables_are_found_and_mended(done, name, damage):
    path, before = done / name, contents(done)
    data = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        middle = len(data) // 2
        changed = bytes([data[middle] ^ 1])
        path.write_bytes(data[:middle] + (changed + data[middle + 1 :]) * (damage == "changed"))
    problems = verify(done).problems
    assert len(problems) == 1
    assert str(path) in problems[0]
    into(done)
    assert contents(done) == before


def test_numbers_changed_by_hand_are_found(done):
    path = done / "table.csv"
    table = pd.read_csv(path)
    table.loc[5, "harm_any"] += 1
    table.to_csv(path, index=False)
    assert "doesn't hold what the blocks say" in verify(done).problems[0]


@pytest.mark.parametrize("damage", ["changed", "gone"])
def test_a_damaged_block_is_found_and_that_block_computed_again(done, damage, computed):
    before = contents(done)
    block = sorted((done / "blocks").iterdir())[1]
    if damage == "gone":
        block.unlink()
    else:
        data = bytearray(block.read_bytes())
        data[-100] ^= 1
        block.write_bytes(data)
    problems = verify(done).problems
    assert len(problems) == 1
    assert block.name.removesuffix(".block") in problems[0]
    assert not computed
    into(done)
    assert [f"{name}.block" for name in computed] == [block.name]
    assert contents(done) == before


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{", '{"kind": "leeway sweep", "format": 1}', '{"kind": "leeway run"}', "\xff",
        '{"kind": "leeway sweep", "format": 1, "scenario": 1}',
    ],
)  # fmt: skip
def test_a_damaged_record_is_said_to_be_one_and_mended(done, text):
    before = (done / RECORD).read_text()
    (done / RECORD).write_text(text)
    with pytest.raises(OutputError):
        verify(done)
    into(done)
    assert (done / RECORD).read_text() == before


@pytest.mark.parametrize("text", ["", "leeway: 1", "\0"])
def test_a_damaged_scenario_is_said_to_be_one_and_mended(done, text):
    before = contents(done)
    (done / "scenario.yaml").write_text(text)
    with pytest.raises(OutputError):
        verify(done)
    into(done)
    assert contents(done) == before


def test_papers_of_another_sweep_are_found(done, tmp_path):
    into(tmp_path / "other", seed=1)
    shutil.copy(tmp_path / "other" / RECORD, done / RECORD)
    assert "another seed" in verify(done).problems[0]


def test_a_record_of_a_later_format_is_not_guessed_at(done):
    record = json.loads((done / RECORD).read_text()) | {"format": 2}
    (done / RECORD).write_text(json.dumps(record))
    with pytest.raises(OutputError, match="format 2"):
        verify(done)


def test_what_is_no_folder_of_a_sweep_can_not_be_verified(tmp_path):
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(ScenarioError, match=RECORD):
            verify(folder)


# ---- blocks set aside --------------------------------------------------------------------------


def test_a_block_that_fails_is_set_aside_with_the_command_that_shows_it(
    done, monkeypatch, tmp_path
):
    usual = Simulate.values
    bad = "p000002-000004_r00000005-00000010"

    def fails(self, piece):
        if piece.name == bad:
            raise RuntimeError("a cosmic ray")
        return usual(self, piece)

    folder = tmp_path / "a folder"
    with monkeypatch.context() as patch:
        patch.setattr(Simulate, "values", fails)
        found = into(folder)
        assert [one.name for one in found.failed] == [bad]
        assert "a cosmic ray" in found.failed[0].reason
        assert found.failed[0].command == f"leeway sweep '{folder}' --only-block {bad}"
        assert found.points["replications"].tolist() == [12, 12, 5, 5]
        assert not read_record(folder)["complete"]
        assert verify(folder).problems
        with pytest.raises(RuntimeError, match="a cosmic ray"):
            only_block(plan_from(folder), folder, bad)
    assert only_block(plan_from(folder), folder, bad) == Slice.of(bad)
    into(folder)
    assert contents(folder) == contents(done)


@pytest.mark.parametrize("name", ["x", "p000000-000005_r00000000-00000005", "../x"])
def test_only_blocks_of_the_sweep_are_computed_alone(done, name):
    with pytest.raises(ScenarioError, match="--only-block"):
        only_block(plan_from(done), done, name)
