"""A run with a variant or changes says so everywhere and never takes the baseline's place."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from analysis import drawing, folder, plans, report, study
from analysis.cli import main
from engine.run import DEFAULT_ENGINE
from tests.analysis_samples import FILE, SMALL, small_scenario

SET = [word for path, value in SMALL.items() for word in ("--set", f"{path}={value}")]
CHANGED = ("--variant", "pessimistic", "--set", "supervision.permissiveness=0.5")
SAID = "Variant pessimistic; changed: study.cases = 12, independent.cases = 15, trainees.count = 2"

ON_PAGE = (
    "Variant pessimistic; changed: study.cases = 12, independent.cases = 15, "
    "trainees 2 (4 in the file), permissiveness 0.5 (0.2 in the file)."
)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Each test has a current folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words):
    return main(["run", str(FILE), *words, "--no-curve", "--replications", "2"])


def departing():
    """A small study that departs from its file."""
    return study.run_study(
        small_scenario().with_variant("pessimistic").with_({"supervision.permissiveness": 0.5}),
        seed=0, replications=2, engine=DEFAULT_ENGINE, curve=False,
        variant="pessimistic", changes={"supervision.permissiveness": 0.5},
    )  # fmt: skip


def test_what_departs_is_said_in_words():
    done = departing()
    assert done.departure == "Variant pessimistic; changed: supervision.permissiveness = 0.5."
    alone = {"variant": None, "changes": {"supervision.fix": {"fixed": "5 min"}}}
    assert replace(done, **alone).departure == "Changed: supervision.fix = {fixed: 5 min}."
    assert replace(done, changes={}).departure == "Variant pessimistic."
    assert replace(done, variant=None, changes={}).departure is None


def test_page_and_figures_say_what_departs():
    done = departing()
    planned = plans.planned(done)
    drawn = [drawing.draw(plan, png=False) for plan in planned]
    papers = {"versions": {}, "command": "leeway", "started": "", "ended": ""}
    page = report.render(done, folder.run_record(done, **papers), drawn)
    head = page.partition("<h1>")[2].partition("</header>")[0]
    assert "Variant pessimistic; changed: supervision.permissiveness = 0.5." in head
    for plan in planned:
        note = " ".join(plan.axes().figure.get_supxlabel().split())
        assert "Variant pessimistic; changed: supervision.permissiveness = 0.5." in note


def test_many_changes_are_counted_under_figures():
    changes = {"a.b": 1, "c.d": 2, "e.f": 3}
    short = replace(departing(), changes=changes).departure_in_short
    assert short == "Variant pessimistic; 3 settings changed."


def test_the_record_keeps_it_and_report_tells_it_again(capsys):
    assert run(*SET, *CHANGED) == 0
    assert SAID in " ".join(capsys.readouterr().out.split())
    (made,) = Path("runs").iterdir()
    record = json.loads((made / "run.json").read_text())
    assert record["variant"] == "pessimistic"
    assert record["changes"] == {**SMALL, "supervision.permissiveness": 0.5}
    page = (made / "report.html").read_text()
    assert ON_PAGE in page
    assert record["against_file"]["own"] == {"permissiveness": "0.2", "trainees": "4"}
    (made / "report.html").unlink()
    assert main(["report", str(made)]) == 0
    assert (made / "report.html").read_text() == page


def test_each_departure_has_a_folder_of_its_own(monkeypatch):
    monkeypatch.setattr("analysis.report.save", lambda *_: None)
    for words in (
        [],
        ["--variant", "pessimistic"],
        SET[:2],
        ["--variant", "pessimistic", *SET[:2]],
    ):
        assert main(["run", str(FILE), *words, "--no-curve", "--replications", "1"]) == 0
    names = sorted(path.name for path in Path("runs").iterdir())
    assert names[:2] == ["first-intubations", "first-intubations-pessimistic"]
    start = "first-intubations-pessimistic-set-"
    assert names[2].startswith(start)
    assert names[3].startswith("first-intubations-set-")
    assert len(names[2].removeprefix(start)) == 8


def test_a_story_says_it_too(capsys):
    assert main(["trace", str(FILE), *SET, *CHANGED, "--trainee", "0", "--case", "0"]) == 0
    assert SAID in capsys.readouterr().out
