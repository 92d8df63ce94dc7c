"""The folder of a run: whole or not at all, never over somebody's files, read back to the bit."""

import json
import os

import pandas as pd
import pytest

from analysis import folder, report
from analysis.view.grid import grid, page_data
from engine import OutputError, ScenarioError, load
from tests.analysis_samples import small_scenario, small_study

PAPERS = {"versions": {}, "command": "leeway", "started": "", "ended": ""}


def write(target, study=None):
    study = small_study() if study is None else study
    record = folder.run_record(study, **PAPERS)
    with folder.replacing(target) as draft:
        folder.write(draft, study, record)
    return record


def test_a_run_is_read_back_to_the_last_bit(tmp_path):
    study = small_study()
    record = write(tmp_path / "run")
    back, again = folder.read(tmp_path / "run")
    pd.testing.assert_frame_equal(back.table, study.table, check_exact=True)
    pd.testing.assert_frame_equal(back.fates, study.fates, check_exact=True)
    assert back.episode == study.episode
    assert back.scenario.hash == study.scenario.hash
    assert back.scenario.resolved() == study.scenario.resolved()
    assert again == json.loads(json.dumps(record))
    kept = ("seed", "replications", "engine", "axis", "no_curve", "own")
    assert all(getattr(back, name) == getattr(study, name) for name in kept)


def test_the_page_made_from_the_folder_is_the_same(tmp_path):
    study = small_study()
    record = write(tmp_path / "run")
    report.save(tmp_path / "run", study, record)
    first = {
        path.name: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()
    }
    back, again = folder.read(tmp_path / "run")
    report.save(tmp_path / "run", back, again)
    second = {
        path.name: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()
    }
    assert first == second
    assert {"report.html", "fates.svg", "fates.png", "episode.svg"} <= set(first)


def test_a_live_page_made_from_the_folder_is_the_same(tmp_path):
    study, cells = small_study(), grid(small_study())
    record = folder.run_record(study, **PAPERS)
    folder.write(tmp_path, study, record, cells)
    report.save(tmp_path, study, record, page_data(study, cells))
    first = (tmp_path / "report.html").read_bytes()
    (tmp_path / "report.html").unlink()
    back, again = folder.read(tmp_path)
    report.save(tmp_path, back, again, page_data(back, folder.read_grid(tmp_path, again)))
    assert (tmp_path / "report.html").read_bytes() == first
    assert b'id="leeway-data"' in first


def test_a_folder_of_an_older_version_has_no_grid(tmp_path):
    record = write(tmp_path / "run")
    assert not (tmp_path / "run" / "grid.json").exists()
    assert folder.read_grid(tmp_path / "run", record) is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "damaged"),
        ("[]", "damaged"),
        ("{}", "damaged"),
        ('{"hash": 1}', "isn't the grid of run.json: hash differs"),
    ],
)
def test_a_damaged_grid_is_an_output_error(tmp_path, content, message):
    record = write(tmp_path / "run")
    (tmp_path / "run" / "grid.json").write_text(content)
    with pytest.raises(OutputError, match=message):
        folder.read_grid(tmp_path / "run", record)


def test_a_grid_that_cannot_be_read_is_an_output_error(tmp_path):
    record = write(tmp_path / "run")
    (tmp_path / "run" / "grid.json").mkdir()
    with pytest.raises(OutputError, match=r"grid\.json"):
        folder.read_grid(tmp_path / "run", record)


def test_the_table_is_tidy_and_has_a_dictionary(tmp_path):
    write(tmp_path / "run")
    table = pd.read_csv(tmp_path / "run" / "outcomes.csv")
    words = pd.read_csv(tmp_path / "run" / "outcomes-dictionary.csv")
    assert table.columns.tolist() == words["column"].tolist()
    assert table.columns[:3].tolist() == ["permissiveness", "as_written", "replication"]
    assert len(table) == 9 * 5
    assert words["meaning"].notna().all()


def test_the_scenario_written_is_a_scenario(tmp_path):
    write(tmp_path / "run")
    assert load(tmp_path / "run" / "scenario.yaml").hash == small_scenario().hash


def test_an_older_run_is_replaced_as_a_whole(tmp_path):
    target = tmp_path / "run"
    write(target)
    (target / "report.html").write_text("old")
    write(target)
    assert not (target / "report.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_an_empty_folder_may_be_used(tmp_path):
    (tmp_path / "run").mkdir()
    write(tmp_path / "run")
    assert folder.is_run(tmp_path / "run")


@pytest.mark.parametrize("name", ["notes.txt", "figures/sketch.ai"])
def test_files_of_somebody_else_are_never_replaced(tmp_path, name):
    target = tmp_path / "run"
    write(target)
    (target / name).parent.mkdir(exist_ok=True)
    (target / name).write_text("mine")
    with pytest.raises(ScenarioError, match=f"files of yours beside an older run: {name}"):
        write(target)
    assert (target / name).read_text() == "mine"
    assert folder.is_run(target)


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    (tmp_path / "thesis.doc").write_text("mine")
    with pytest.raises(ScenarioError, match="isn't the folder of a run"):
        write(tmp_path)


def test_a_file_is_refused(tmp_path):
    (tmp_path / "run").write_text("mine")
    with pytest.raises(ScenarioError, match="a folder is needed"):
        write(tmp_path / "run")


def test_the_current_folder_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError, match="the current folder"):
        write(tmp_path)


def test_a_run_that_fails_leaves_nothing(tmp_path):
    def fail():
        with folder.replacing(tmp_path / "deep" / "run") as draft:
            (draft / "half.csv").write_text("half")
            raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match=r"No space left on device; make room .* --out"):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_fails_leaves_the_older_run(tmp_path):
    target = tmp_path / "run"
    write(target)
    before = (target / "run.json").read_bytes()
    with pytest.raises(KeyboardInterrupt), folder.replacing(target):
        raise KeyboardInterrupt
    assert (target / "run.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_folder_that_may_not_be_written_says_what_to_try(tmp_path, monkeypatch):
    def forbidden(path, *_args, **_kwargs):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("pathlib.Path.mkdir", forbidden)
    with pytest.raises(OutputError) as refused:
        write(tmp_path / "run")
    said = str(refused.value)
    parent_made = f"{tmp_path / 'run'} can't be written: Permission denied ({tmp_path})"
    assert said == f"{parent_made}; choose a folder that you may write to with --out"


def test_the_hidden_name_of_a_draft_is_told_nobody(tmp_path):
    draft = folder.beside(tmp_path / "run")
    error = folder.cannot_write(
        tmp_path / "run", PermissionError(13, "Permission denied", str(draft)), draft
    )
    said = f"can't be written: Permission denied in {tmp_path}; choose a folder that you may"
    assert said in str(error)
    inside = PermissionError(13, "Permission denied", str(draft / "figures" / "a.svg"))
    error = folder.cannot_write(tmp_path / "run", inside, draft)
    assert f"({tmp_path / 'run' / 'figures' / 'a.svg'})" in str(error)
    assert f".run.{os.getpid()}" not in str(error)


def test_a_place_that_cannot_be_written_is_found_out_first(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="can't be written"):
        write(tmp_path / "file" / "run")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("outcomes.csv", ""),
        ("outcomes.csv", "permissiveness,replication\n0.2,0\n"),
        ("outcomes.csv", "permissiveness,as_written,replication\nx,true,0\n"),
        ("outcomes.csv", "permissiveness,as_written,replication\n0.2,perhaps,0\n"),
        ("fates.csv", "\x00\x01"),
        ("episode.csv", "time,kind\n1,error\n"),
        ("scenario.yaml", "leeway: 1"),
        ("run.json", '{"kind": "leeway run"}'),
        ("run.json", '{"kind": "leeway run", "format": 2}'),
    ],
)
def test_a_damaged_run_is_an_output_error(tmp_path, name, content):
    write(tmp_path / "run")
    (tmp_path / "run" / name).write_text(content)
    with pytest.raises(OutputError):
        folder.read(tmp_path / "run")


def test_a_missing_table_is_an_output_error(tmp_path):
    write(tmp_path / "run")
    (tmp_path / "run" / "fates.csv").unlink()
    with pytest.raises(OutputError, match=r"fates\.csv"):
        folder.read(tmp_path / "run")


def test_another_scenario_is_not_taken_for_this_one(tmp_path):
    write(tmp_path / "run")
    path = tmp_path / "run" / "scenario.yaml"
    path.write_text(path.read_text().replace("permissiveness: 0.2", "permissiveness: 0.3"))
    with pytest.raises(OutputError, match="isn't the scenario"):
        folder.read(tmp_path / "run")


def test_what_is_no_run_is_bad_input(tmp_path):
    with pytest.raises(ScenarioError, match="no run record"):
        folder.read(tmp_path)
    with pytest.raises(ScenarioError, match="isn't a folder"):
        folder.read(tmp_path / "nowhere")
