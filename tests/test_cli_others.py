"""The other commands: check, schema, outcomes, trace, report; and leeway as a program."""

import json
import signal
import subprocess
import sys
import time
from importlib.metadata import version

import pytest

from analysis.cli import main
from engine.outcomes import OUTCOME_NAMES
from engine.run import events
from tests.analysis_samples import FILE, SCENARIOS, SMALL, small_scenario

SET = [word for path, value in SMALL.items() for word in ("--set", f"{path}={value}")]
COMMANDS = ["run", "check", "schema", "outcomes", "trace", "report", "validate"]
LEEWAY = [sys.executable, "-c", "import sys; from analysis.cli import command; command()"]


def printed(capsys):
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return out, err


def test_version(capsys):
    assert main(["--version"]) == 0
    assert printed(capsys)[0] == f"leeway {version('leeway-sim')}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(capsys, command):
    assert main([command, "--help"]) == 0
    assert "Usage: leeway" in printed(capsys)[0]


@pytest.mark.parametrize("words", [[], ["dance"], ["run"], ["check"], ["schema", "extra"]])
def test_wrong_use_is_bad_input(capsys, words):
    assert main(words) == 2
    printed(capsys)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "x", "--seed", "-1"], "--seed: -1 was given; 0 is the least"),
        (["run", "x", "--replications", "0"], "--replications: 0 was given; 1 is the least"),
        (["run", "x", "--replications", "99999999"], "99999999 was given; 10,000,000 is the most"),
        (["run", "x", "--seed", "1.5"], "--seed: 1.5 was given; a whole number is needed"),
        (["sweep", "x", "--points", "0"], "--points: 0 was given; 1 is the least"),
        (["twin", "x", "--followed", "0"], "--followed: 0 was given; 1 is the least"),
        (["sensitivity", "x", "--samples", "1"], "--samples: 1 was given; 2 is the least"),
        (["sensitivity", "x", "--method", "fast"],
         "--method: fast was given; one of sobol, morris is needed"),
        (["trace", "x", "--format", "xml"], "--format: xml was given; one of text, jsonl"),
        (["run", "x", "--sed", "1"], "No such option: --sed"),
        (["run"], "Missing argument 'SCENARIO'"),
        (["twin", "x", "--against", "P"], '--against: "P" was given'),
    ],
)  # fmt: skip
def test_what_was_given_and_what_is_allowed_is_told_with_where_to_look(capsys, words, told):
    assert main(words) == 2
    err = printed(capsys)[1]
    assert told in err
    assert "Input should" not in err
    assert err.endswith(f"Try leeway {words[0]} --help.\n") == (words[-1] != "P")


def test_check_names_what_is_good_and_what_is_bad(capsys, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text(FILE.read_text().replace("sharpness: 2", "sharpnes: 2"))
    assert main(["check", str(bad), str(FILE), str(tmp_path / "none.yaml")]) == 2
    out, err = printed(capsys)
    assert out.startswith(f"{FILE}: good: First intubations in theatre; 4 trainees, 1 step; ")
    assert "did you mean sharpness?" in err
    assert "none.yaml: it can't be read" in err
    assert main(["check", str(FILE)]) == 0


def test_every_scenario_shipped_is_good(capsys):
    files = sorted(map(str, SCENARIOS.glob("*.yaml")))
    assert main(["check", *files]) == 0
    assert printed(capsys)[0].count(": good: ") == len(files) > 0


def test_check_warns(capsys, tmp_path):
    deaf = tmp_path / "deaf.yaml"
    deaf.write_text(FILE.read_text().replace("alarm_from: mild", "alarm_from: severe"))
    assert main(["check", str(deaf)]) == 0
    out, err = printed(capsys)
    assert ": good: " in out
    assert "deaf.yaml: warning: " in err


def test_schema_is_json(capsys):
    assert main(["schema"]) == 0
    found = json.loads(printed(capsys)[0])
    assert found["$schema"].startswith("https://json-schema.org/")
    assert "supervision" in found["properties"]


def test_outcomes_are_all_listed(capsys):
    assert main(["outcomes"]) == 0
    text = printed(capsys)[0].split()
    assert set(OUTCOME_NAMES) <= set(text)


# ---- trace -----------------------------------------------------------------------------------


def trace(*words):
    return main(["trace", str(FILE), *SET, *words])


def test_trace_as_json_has_a_row_for_every_event(capsys):
    assert trace("--format", "jsonl", "--replication", "2", "--seed", "7") == 0
    rows = [json.loads(line) for line in printed(capsys)[0].splitlines()]
    log = events(small_scenario(), 7, 2)
    assert [(row["time"], row["kind"], row["level"]) for row in rows] == [
        (event.time, event.kind, event.level) for event in log
    ]


def test_trace_of_one_trainee_and_case(capsys):
    assert trace("--trainee", "1", "--case", "3") == 0
    out, _ = printed(capsys)
    told = [line for line in out.splitlines() if "  trainee " in line]
    assert len(told) >= 5
    assert all("trainee 1, case 3: " in line for line in told)
    assert "Simulated, not clinical advice." in out
    assert "counted from 0" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--case", "13"], "no training case 13 (the last is 11)\n"),
        (["--case", "11"], ""),
        (["--case", "3", "--set", "study.horizon=1 s"], "no training case 3 (none was begun)\n"),
        (["--case", "11", "--set", "independent.cases=5"],
         "no independent case 11 (the last is 4)\n"),
        (["--case", "11", "--set", "independent.cases=0"], ""),
        ([], ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("format_", ["text", "jsonl"])
def test_trace_says_where_there_is_no_case_of_that_number(capsys, words, said, format_):
    sets = [one for path in ("study.cases", "trainees.count")
            for one in ("--set", f"{path}={SMALL[path]}")]  # fmt: skip
    given = ["trace", str(FILE), *sets, "--trainee", "1", "--format", format_, *words]
    assert main(given) == 0
    out, err = printed(capsys)
    assert err == said
    assert "(the last is" not in out
    if format_ == "jsonl":
        assert all(isinstance(json.loads(line), dict) for line in out.splitlines())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--trainee", "2"], "--trainee: 2 was given; a number from 0 to 1 is needed"),
        (["--case", "15"], "--case: 15 was given; a number from 0 to 14 is needed"),
        (["--trainee", "-1"], "--trainee"),
        (["--replication", "-1"], "--replication"),
        (["--format", "xml"], "--format"),
        (["--engine", "abacus"], "--engine"),
        (["--variant", "x"], "there is no variant x"),
    ],
)
def test_trace_refuses(capsys, words, message):
    assert trace(*words) == 2
    out, err = printed(capsys)
    assert message in err
    assert out == ""


# ---- report ----------------------------------------------------------------------------------


def test_report_of_what_is_no_run(capsys, tmp_path):
    assert main(["report", str(tmp_path)]) == 2
    assert main(["report", str(tmp_path / "none")]) == 2
    (tmp_path / "run.json").write_text('{"kind": "leeway run", "format": 1}')
    assert main(["report", str(tmp_path)]) == 3
    assert "damaged" in printed(capsys)[1]


# ---- as a program ----------------------------------------------------------------------------


def test_output_that_cannot_be_written_is_an_output_failure():
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [*LEEWAY, "outcomes"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 3
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_table_that_nobody_reads_is_an_output_failure():
    words = [*LEEWAY, "outcomes"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.wait(300) == 3
        assert process.stderr.read() == b""


def test_a_reader_who_leaves_early_is_no_reason_to_complain():
    words = [*LEEWAY, "trace", str(FILE)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(300) == 3
        assert process.stderr.read() == b""


def hear_interrupts():
    """A shell starts background jobs, and all below them, deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_an_interrupt_ends_a_run_and_leaves_nothing(tmp_path):
    words = [*LEEWAY, "run", str(FILE), "--replications", "100000"]
    with subprocess.Popen(
        words, stderr=subprocess.PIPE, text=True, cwd=tmp_path, preexec_fn=hear_interrupts
    ) as process:
        try:
            while not list(tmp_path.glob("runs/.first-intubations.*")):
                assert process.poll() is None
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            assert process.wait(300) == 130
        finally:
            process.kill()
        assert process.stderr.read().endswith("leeway: interrupted\n")
    assert list(tmp_path.iterdir()) == []


def test_names_of_a_scenario_are_not_markup(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("analysis.report.save", lambda *_: None)
    title = 'title="[bold]Odd[/bold] :smile: [link"'
    assert main(["run", str(FILE), *SET, "--set", title, "--replications", "2", "--no-curve"]) == 0
    assert "[bold]Odd[/bold] :smile: [link" in printed(capsys)[0]
