"""`leeway twin`: what it prints, what it writes, and what it refuses."""

import csv
import json
import math

import pytest

from analysis.cli import main
from analysis.twins import twins
from engine import load
from engine.outcomes import OUTCOMES
from tests.analysis_samples import FILE, SMALL
from tests.build import ERROR

P = "supervision.permissiveness"
BOTH = [word for name in ("--set", "--against") for each in SMALL.items()
        for word in (name, f"{each[0]}={each[1]}")]  # fmt: skip
PAIR = ["--set", f"{P}=0.5", "--against", f"{P}=0.05"]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Each test has a current folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


def run(*words, replications=3):
    return main(["twin", str(FILE), *BOTH, "--replications", str(replications), *words])


def printed(capsys):
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return out, err


def test_it_reads_well_aloud(capsys, elsewhere):
    assert run(*PAIR, replications=6) == 0
    out, err = printed(capsys)
    assert err == ""
    for part in (
        "First intubations", "A: ", "B: ", "Both worlds share their luck", "Simulated, not",
        "Under A there are", "What differs", "pairing", "variance ratio", "Case by case",
        "patients better off under A", "Where the worlds part", "One attempt in both worlds",
        "Under A:", "Under B:", "Direct, and by busy supervisors",
    ):  # fmt: skip
        assert part in out, part
    assert list(elsewhere.iterdir()) == []


def test_json_is_one_object_with_the_numbers_of_the_api(capsys, elsewhere):
    assert run(*PAIR, "--json", "--seed", "4") == 0
    out, _ = printed(capsys)
    assert out.count("\n") == 1
    found = json.loads(out)
    a, b = ({**SMALL, P: value} for value in (0.5, 0.05))
    done = twins(load(FILE), a, b, seed=4, replications=3)
    assert (found["seed"], found["replications"], found["followed"]) == (4, 3, 3)
    assert found["a"] == {"changes": a, "hash": done.a.hash}
    assert list(found["outcomes"]) == [outcome.name for outcome in OUTCOMES]
    for row in done.differences.to_dict("records"):
        one = found["outcomes"][row["outcome"]]
        expected = None if math.isnan(row["mean"]) else row["mean"]
        assert one["difference"]["mean"] == expected
        assert set(one) == {"a", "b", "difference", "direct", "busy", "variance_ratio", "unit"}
    assert found["cases"]["training"]["compared"] == 3 * 24
    assert len(found["partings"]) == len(done.partings)
    assert list(elsewhere.iterdir()) == []


def test_the_folder_holds_page_figures_tables_and_record(capsys, elsewhere):
    assert run(*PAIR, "--out", "pair") == 0
    out, _ = printed(capsys)
    assert out.endswith("The page, figures and tables: pair/comparison.html\n")
    folder = elsewhere / "pair"
    assert sorted(path.name for path in folder.iterdir()) == [
        "balance.csv", "cases.csv", "comparison.html", "differences.csv", "events.csv", "figures",
        "outcomes-dictionary.csv", "outcomes.csv", "partings.csv", "scenario.yaml", "split.csv",
        "twin.json",
    ]  # fmt: skip
    assert sorted(path.name for path in (folder / "figures").iterdir()) == [
        "attempt.png", "attempt.svg", "direct-and-busy.png", "direct-and-busy.svg",
    ]  # fmt: skip
    record = json.loads((folder / "twin.json").read_text())
    assert (record["kind"], record["seed"]) == ("leeway twin", 0)
    assert record["command"].startswith("leeway twin")
    with (folder / "outcomes.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 2 * 2 * 3
    with (folder / "outcomes-dictionary.csv").open() as lines:
        assert [row["column"] for row in csv.DictReader(lines)] == list(rows[0])
    page = (folder / "comparison.html").read_text()
    assert "<script" not in page
    assert "Where the worlds part" in page
    before = (folder / "figures" / "attempt.svg").read_bytes(), (folder / "cases.csv").read_bytes()
    assert run(*PAIR, "--out", "pair") == 0
    again = (folder / "figures" / "attempt.svg").read_bytes(), (folder / "cases.csv").read_bytes()
    assert before == again


def test_against_left_out_is_as_written(capsys):
    assert main(["twin", str(FILE), "--set", f"{P}=0.5", "--replications", "1"]) == 0
    out, _ = printed(capsys)
    assert "B: as written" in out


def test_the_same_setting_twice_says_so(capsys):
    assert run("--set", f"{P}=0.5", "--against", f"{P}=0.5") == 0
    out, _ = printed(capsys)
    assert "Nothing differs" in out
    assert "What differs\n" not in out


def test_nothing_differs_and_a_folder_all_the_same(capsys, elsewhere):
    assert run("--set", f"{P}=0.5", "--against", f"{P}=0.5", "--out", "same") == 0
    assert "Nothing differs" in (elsewhere / "same" / "comparison.html").read_text()


def test_an_attempt_can_be_named(capsys):
    assert run(*PAIR, "--replication", "1", "--trainee", "1", "--case", "2") == 0
    out, _ = printed(capsys)
    assert "--replication 1 --trainee 1 --case 2" in out
    assert "Chosen by you." in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "no change was given"),
        (("--set", f"{P}=-1"), P),
        (("--set", "supervision.permissivness=1"), "did you mean permissiveness"),
        (("--set", f"{ERROR}"), "PATH=VALUE is needed"),
        (("--set", f"{P}=1", "--against", f"{P}=1", "--against", f"{P}=2"), "set twice"),
        (("--set", f"{P}=1", "--variant", "cheerful"), "cheerful"),
        (("--set", f"{P}=1", "--trainee", "99"), "0 to 3"),
        (("--set", f"{P}=1", "--engine", "abacus"), "abacus"),
        (("--set", f"{P}=1", "--replications", "0"), "replications"),
        (("--set", f"{P}=1", "--followed", "0"), "followed"),
        (("--set", f"{P}=1", "--followed", "21", "--replications", "20"), "at most all 20"),
    ],
)
def test_bad_input_is_two_and_writes_nothing(capsys, elsewhere, words, told):
    assert main(["twin", str(FILE), *words, "--out", "pair"]) == 2
    out, err = printed(capsys)
    assert (out, told in err) == ("", True), err
    assert list(elsewhere.iterdir()) == []


def test_a_folder_of_somebody_else_is_left_alone(capsys, elsewhere):
    (elsewhere / "mine").mkdir()
    (elsewhere / "mine" / "note.txt").write_text("mine")
    assert run(*PAIR, "--out", "mine") == 2
    _, err = printed(capsys)
    assert "isn't the folder of a comparison" in err
    assert [path.name for path in (elsewhere / "mine").iterdir()] == ["note.txt"]
