"""`leeway run`: what it prints, what it writes, and what it refuses."""

import json
import math
import shlex
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from analysis import estimate, study
from analysis.cli import main
from engine.outcomes import OUTCOMES
from engine.run import DEFAULT_ENGINE
from tests.analysis_samples import FILE, SMALL, small_scenario, small_study

SET = [word for path, value in SMALL.items() for word in ("--set", f"{path}={value}")]
FOLDER = f"runs/first-intubations-set-{small_scenario().hash[:8]}"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Each test has a current folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def no_page(monkeypatch):
    """For tests of something else than the page, which takes a second to draw."""

    @contextmanager
    def board():
        yield SimpleNamespace(hand_in=lambda plans: None, fetch=list)

    monkeypatch.setattr("analysis.drawing.board", board)
    monkeypatch.setattr("analysis.view.grid.grid", lambda study: None)
    monkeypatch.setattr("analysis.report.save", lambda *_: None)


def run(*words, replications=3):
    return main(["run", str(FILE), *SET, "--replications", str(replications), *words])


def printed(capsys):
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return out, err


def test_json_is_one_object_in_the_agreed_form(capsys, elsewhere):
    assert run("--json", replications=5) == 0
    out, err = printed(capsys)
    assert out.count("\n") == 1
    found = json.loads(out)
    own = small_study()
    assert list(found) == ["scenario", "seed", "replications", "engine", "outcomes", "curve"]
    assert found["scenario"] == {"id": "first-intubations", "hash": own.scenario.hash}
    assert (found["seed"], found["replications"], found["engine"]) == (0, 5, DEFAULT_ENGINE)
    assert list(found["outcomes"]) == [outcome.name for outcome in OUTCOMES]
    for outcome in OUTCOMES:
        one = found["outcomes"][outcome.name]
        expected = estimate.estimate(own.as_written[outcome.name])
        assert list(one) == ["mean", "se", "low", "high", "unit"]
        assert one["unit"] == outcome.unit
        for key in ("mean", "se", "low", "high"):
            value = getattr(expected, key)
            assert one[key] == (None if math.isnan(value) else value)
    assert [point["permissiveness"] for point in found["curve"]] == list(study.GRID)
    (mine,) = [point for point in found["curve"] if point["permissiveness"] == 0.2]
    assert mine["outcomes"] == found["outcomes"]
    assert list(elsewhere.iterdir()) == []
    assert err == ""


def test_json_of_one_replication_has_nulls_for_what_is_unknown(capsys):
    assert run("--json", "--no-curve", replications=1) == 0
    found = json.loads(printed(capsys)[0])
    assert found["curve"] == []
    errors = found["outcomes"]["errors"]
    assert errors["mean"] is not None
    assert (errors["se"], errors["low"], errors["high"]) == (None, None, None)


def test_json_with_out_writes_the_folder_too(capsys, elsewhere):
    assert run("--json", "--no-curve", "--out", "here") == 0
    out, err = printed(capsys)
    assert json.loads(out)["replications"] == 3
    assert "here/report.html" in err
    assert (elsewhere / "here" / "report.html").exists()


def test_under_a_time_limit_the_curve_is_along_it(capsys):
    limit = ("--set", "supervision.policy=time_limit", "--set", "supervision.time_limit=2 min")
    assert run("--json", *limit) == 0
    found = json.loads(printed(capsys)[0])
    assert [point["time_limit"] for point in found["curve"]] == [
        0, 0.5, 1, 1.5, 2, 3, 4, 6, 10,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "rule"),
    [("hands_off", "never step in unasked"), ("zero_tolerance", "always step in at once")],
)
@pytest.mark.usefixtures("no_page")
def test_without_leeway_there_is_no_curve_and_it_says_so(capsys, policy, rule):
    assert run("--set", f"supervision.policy={policy}") == 0
    assert f"No curve: supervisors {rule}" in " ".join(printed(capsys)[0].split())


def test_the_default_folder_holds_everything(capsys, elsewhere):
    assert run() == 0
    folder = elsewhere / FOLDER
    assert {path.name for path in folder.iterdir()} == {
        "report.html", "figures", "outcomes.csv", "outcomes-dictionary.csv", "fates.csv",
        "episode.csv", "run.json", "scenario.yaml", "grid.json",
    }  # fmt: skip
    assert all(path.stat().st_size > 1000 for path in (folder / "figures").iterdir())
    record = json.loads((folder / "run.json").read_text())
    assert (record["seed"], record["replications"], record["engine"]) == (0, 3, DEFAULT_ENGINE)
    assert {"python", "numpy", "numba", "simpy", "leeway-sim"} <= set(record["versions"])
    assert record["started"] <= record["ended"]
    words = ["leeway", "run", str(FILE), *SET, "--replications", "3"]
    assert shlex.split(record["command"]) == words
    assert record["resolved"]["study"]["cases"] == 12
    assert record["scenario"]["hash"] == json.loads(json.dumps(small_study().scenario.hash))


@pytest.mark.usefixtures("no_page")
def test_the_table_reads_aloud(capsys):
    assert run() == 0
    out, _ = printed(capsys)
    text = " ".join(out.split())
    for part in (
        "First intubations in theatre",
        "Each of 2 trainees does 12 training cases.",
        "inputs are assumptions. Simulated, not clinical advice.",
        "noticed, and let run (allowed)",
        "Along permissiveness",
        "In this simulation, ",
        f"{FOLDER}/report.html",
    ):
        assert part in text
    assert "nan" not in text.split()
    assert max(len(line) for line in out.splitlines()) <= 80


@pytest.mark.usefixtures("no_page")
def test_running_again_replaces_the_run(capsys):
    assert run("--no-curve") == 0
    assert run("--no-curve", "--seed", "1") == 0
    record = Path(FOLDER, "run.json").read_text()
    assert json.loads(record)["seed"] == 1


def test_report_remakes_the_page(capsys, elsewhere):
    assert run() == 0
    page = elsewhere / FOLDER / "report.html"
    before = page.read_bytes()
    page.unlink()
    assert main(["report", FOLDER]) == 0
    assert page.read_bytes() == before
    assert b'id="leeway-data"' in before


def test_report_remakes_the_page_of_an_older_run(capsys, elsewhere):
    assert run() == 0
    page = elsewhere / FOLDER / "report.html"
    (elsewhere / FOLDER / "grid.json").unlink()
    assert main(["report", FOLDER]) == 0
    text = page.read_text()
    assert 'id="leeway-data"' not in text
    assert "Nothing moves on this page" in text


def test_the_reference_engine_has_a_page_of_its_run_alone(capsys, elsewhere):
    assert run("--engine", "simpy", "--out", "here", replications=2) == 0
    grid = json.loads((elsewhere / "here" / "grid.json").read_text())
    assert list(grid["answers"]) == [""]
    assert "engine simpy" in (elsewhere / "here" / "report.html").read_text()


def test_the_same_run_has_the_same_page_and_grid(capsys, elsewhere):
    assert run("--out", "one") == run("--out", "two") == 0
    for name in ("report.html", "grid.json", "outcomes.csv"):
        one, two = ((elsewhere / each / name).read_bytes() for each in ("one", "two"))
        assert one == two, name


def test_variant_first_then_set(capsys):
    change = "learning.failure.alone=0.5"
    assert run("--json", "--no-curve", "--variant", "pessimistic", "--set", change) == 0
    found = json.loads(printed(capsys)[0])
    both = small_study().scenario.with_variant("pessimistic").with_({"learning.failure.alone": 0.5})
    assert found["scenario"]["hash"] == both.hash


def test_seeds_matter_and_zero_is_one(capsys):
    hashes = set()
    for seed in ("0", "1", "18446744073709551615"):
        assert run("--json", "--no-curve", "--seed", seed) == 0
        out, _ = printed(capsys)
        assert json.loads(out)["seed"] == int(seed)
        hashes.add(json.dumps(json.loads(out)["outcomes"]))
    assert len(hashes) == 3


BAD = [
    (["--engine", "abacus"], "--engine: abacus was given"),
    (["--set", "supervision.permissivness=1"], "did you mean permissiveness?"),
    (["--set", "supervision.permissiveness=-1"], "supervision.permissiveness: -1 was given"),
    (["--set", "supervision.permissiveness=0.1 min"], "supervision.permissiveness"),
    (["--set", "supervision.fix=5"], "supervision.fix"),
    (["--set", "supervision.fix={fixed: 5 min"], "this is not YAML"),
    (["--set", "supervision.permissiveness=.inf"], "a finite number is needed"),
    (["--set", "supervision.permissiveness=1\nid: x"], "one value is needed"),
    (["--set", "permissiveness"], "PATH=VALUE is needed"),
    (["--set", "=1"], "PATH=VALUE is needed"),
    (["--set", "study.cases=1", "--set", "study.cases=1"], "study.cases"),
    (["--variant", "no-such"], "there is no variant no-such"),
    (["--replications", "0"], "--replications"),
    (["--replications", "many"], "--replications"),
    (["--seed", "-1"], "--seed"),
    (["--seed", "18446744073709551616"], "--seed"),
    (["--colour"], "--colour"),
    (["--out", "notes.txt"], "notes.txt is a file"),
    (["--out", "thesis"], "isn't the folder of a run"),
    (["--out", "."], "the current folder"),
]


@pytest.mark.parametrize(("words", "message"), BAD)
def test_bad_input_is_explained_and_writes_nothing(capsys, elsewhere, words, message):
    (elsewhere / "notes.txt").write_text("mine")
    (elsewhere / "thesis").mkdir()
    (elsewhere / "thesis" / "chapter.txt").write_text("mine")
    assert run(*words) == 2
    out, err = printed(capsys)
    assert message in err
    assert out == ""
    assert {path.name for path in elsewhere.rglob("*")} == {"notes.txt", "thesis", "chapter.txt"}


def test_all_that_is_wrong_with_set_is_said_at_once(capsys):
    assert run("--set", "a=1", "--set", "b=2") == 2
    assert len(printed(capsys)[1].strip().splitlines()) == 2


def test_a_bad_file_is_explained_with_its_place(capsys, elsewhere):
    (elsewhere / "bad.yaml").write_text("leeway: '1.0'\nid: UPPER\n")
    assert main(["run", "bad.yaml"]) == 2
    out, err = printed(capsys)
    assert "bad.yaml:2:" in err
    assert out == ""
    assert [path.name for path in elsewhere.iterdir()] == ["bad.yaml"]


def test_a_place_that_cannot_be_written_is_an_output_failure(capsys, elsewhere):
    (elsewhere / "file").write_text("")
    assert run("--out", "file/run") == 3
    assert "file/run can't be written" in printed(capsys)[1]


def test_a_disk_that_fills_up_leaves_nothing(capsys, elsewhere, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("analysis.folder.write_csv", full)
    assert run("--no-curve") == 3
    assert "No space left on device" in printed(capsys)[1]
    assert list(elsewhere.iterdir()) == []


def test_an_interruption_leaves_nothing(capsys, elsewhere, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("analysis.study.simulate_all", interrupted)
    assert run() == 130
    assert "interrupted" in printed(capsys)[1]
    assert list(elsewhere.iterdir()) == []
