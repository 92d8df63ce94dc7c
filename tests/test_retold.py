"""The command under the page's episode: it tells the case that the page shows."""

import shlex
from dataclasses import replace

import pytest

from analysis import retold, story, words
from analysis.changes import read_changes
from analysis.cli import main
from analysis.study import run_study
from engine import load
from engine.run import DEFAULT_ENGINE
from tests.analysis_samples import FILE, small_study
from tests.report_pages import page_of

CHANGES = {"study.cases": 12, "trainees.count": 2, "supervision.permissiveness": 0.123456789012}


def line(study, run="leeway"):
    return retold.command(study, study.episode, {"command": run})


def test_the_command_tells_the_case_with_the_episode(capsys, monkeypatch):
    chosen = load(FILE).with_variant("pessimistic").with_(CHANGES)
    done = run_study(
        chosen, seed=7, replications=1, engine=DEFAULT_ENGINE, curve=False,
        variant="pessimistic", changes=CHANGES,
    )  # fmt: skip
    monkeypatch.chdir(FILE.parent)
    parts = shlex.split(line(done, f"leeway run {FILE}"))
    assert parts[:3] == ["leeway", "trace", FILE.name]
    assert main(parts[1:]) == 0
    told = capsys.readouterr().out.splitlines()
    shown = done.episode
    case = f"trainee {shown.trainee}, case {shown.case}: "
    assert any(f"{words.clock(shown.start)}  {case}error at" in row for row in told)
    for one in story.tell(chosen, shown.events):
        assert any(row.endswith(f"{words.clock(one.event.time)}  {case}{one.text}") for row in told)


def test_the_page_has_the_command_and_no_counting_from_0():
    page = page_of(small_study())
    shown = small_study().episode
    assert (
        f"leeway trace first-intubations.yaml --seed 0 --replication 0 --trainee {shown.trainee} "
        f"--case {shown.case}" in page
    )
    assert "counted from 0" not in page


def test_a_page_without_an_episode_has_no_command():
    assert "leeway trace" not in page_of(replace(small_study(), episode=None))


@pytest.mark.parametrize(
    ("run", "file"),
    [
        ("leeway run my.yaml", "my.yaml"),
        (
            "leeway run --set a.b=1 --no-curve --seed=3 'to my/own file.yaml' --out x",
            "own file.yaml",
        ),
        ("leeway run --json --variant lax x.yaml", "x.yaml"),
        ("leeway", None),
        ("", None),
        ("leeway run --seed", None),
    ],
)
def test_the_file_of_a_run_is_found_in_its_command(run, file):
    assert retold.file_of(run) == file


@pytest.mark.parametrize(
    "value",
    [
        0, 3, 0.1 + 0.2, 1e-7, 1e22, "5 min", "never", "null", "0.5", "a: b", "it's", "", None,
        True, ["slip", "x, y"], [], {"lognormal": {"median": "45 s", "cv": 0.123456789}},
        {"debriefed": 2, "alone": 0.5},
    ],
)  # fmt: skip
def test_a_change_is_read_back_as_it_was(value):
    found = read_changes([f"supervision.x={retold.as_typed(value)}"])
    assert found == {"supervision.x": value}
    assert type(found["supervision.x"]) is type(value)
