"""`leeway sweep` and `leeway verify`: what they print, what they write, and what they refuse."""

import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from analysis import sweep_plan, sweep_words
from analysis.cli import main
from analysis.cli.sweep import show
from analysis.slices import Layout, Simulate
from analysis.sweep import Until, sweep
from analysis.sweep_folder import read_record
from tests.analysis_samples import FILE, SMALL, small_scenario

SET = [word for path, value in SMALL.items() for word in ("--set", f"{path}={value}")]
PERMISSIVENESS = "supervision.permissiveness"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Each test has a current folder of its own, and small blocks."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sweep_plan, "layout_of", lambda *_: Layout(2, 5))
    return tmp_path


def run(*words, vary=(f"{PERMISSIVENESS}=0:0.5:3",), replications=("--replications", "10")):
    varied = [word for one in vary for word in ("--vary", one)]
    return main(["sweep", str(FILE), *SET, *varied, *replications, *words])


def printed(capsys):
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return out, err


def test_the_points_are_told_side_by_side(capsys, elsewhere):
    assert run("--out", "out") == 0
    out, err = printed(capsys)
    told = " ".join(out.split())
    assert "grid of 3 points: supervision.permissiveness (3). 10 replications of each" in told
    assert "not clinical advice" in out
    assert "assumptions" in out
    rows = [line.split() for line in out.splitlines() if line.startswith("    ")][-3:]
    assert [row[:2] for row in rows] == [["0", "0"], ["1", "0.25"], ["2", "0.5"]]
    found = sweep(small_scenario(), {PERMISSIVENESS: [0, 0.25, 0.5]}, replications=10)
    mean = found.table.groupby("point")["experience"].mean()
    for point, row in enumerate(rows):
        assert float(row[3].split("±")[0]) == pytest.approx(mean[point], abs=0.5)
        assert all("±" in cell for cell in row[3:])
    assert "out/table.csv" in out
    assert err.startswith("3 points, 30 replications with 1,620 cases in 4 blocks: about ")
    assert "on disk" in err
    assert (elsewhere / "out/table.parquet").exists()


def test_a_folder_in_runs_unless_one_is_named(capsys, elsewhere):
    assert run() == run("--seed", "1") == run("--variant", "optimistic") == 0
    names = sorted(path.name for path in (elsewhere / "runs").iterdir())
    assert len(names) == 3
    assert sum(name.startswith("first-intubations-sweep-") for name in names) == 2
    assert sum(name.startswith("first-intubations-optimistic-sweep-") for name in names) == 1
    assert "Variant optimistic; changed: study.cases = 12" in printed(capsys)[0]


def test_a_changed_sweep_is_refused_by_name_and_more_replications_go_on(capsys):
    assert run("--out", "out") == 0
    assert run("--out", "out", "--seed", "1") == 2
    assert "seed: " in printed(capsys)[1]
    assert run("--out", "out", replications=("--replications", "9")) == 2
    assert "out holds 10 of a point, and 9 is asked for now" in printed(capsys)[1]
    assert run("--out", "out", replications=("--replications", "20")) == 0
    assert len(read_record(Path("out"))["failed"]) == 0


def test_a_folder_goes_on_as_it_was_begun(capsys):
    assert run("--out", "out") == 0
    before = printed(capsys)[0]
    assert main(["sweep", "out"]) == 0
    after = printed(capsys)[0]
    assert before.splitlines()[-1] == after.splitlines()[-1]
    for option in (("--seed", "0"), ("--vary", "x=1"), ("--replications", "20"), ("--out", "x")):
        assert main(["sweep", "out", *option]) == 2
        assert f"leave {option[0]} out" in printed(capsys)[1]
    assert main(["sweep", "."]) == 2
    assert "sweep.json" in printed(capsys)[1]


def test_targets_by_outcome(capsys):
    words = ("--until", "experience=10%", "--until", "harm_any=2", "--cap", "60")
    paired = ("--until-paired", "total_burden=0.2", "--reference", "1")
    assert run(*words, *paired, "--out", "out", replications=()) == 0
    out, err = printed(capsys)
    assert err.startswith("3 points, at most 180 replications")
    expected = Until(
        half_width={"harm_any": 2}, relative={"experience": 0.1}, paired={"total_burden": 0.2},
        reference=1, cap=60,
    )  # fmt: skip
    vary = {PERMISSIVENESS: [0, 0.25, 0.5]}
    found = sweep(small_scenario(), vary, replications=expected)
    told = sweep_words.endings(found)
    assert told is not None
    assert told in out
    assert main(["verify", "out"]) == 0
    assert main(["sweep", "out"]) == 0


def test_other_designs(capsys):
    vary = (f"{PERMISSIVENESS}=0.01:1:log", "supervision.response=5 s:3 min")
    assert run("--design", "sobol", "--points", "4", "--out", "out", vary=vary) == 0
    out, _ = printed(capsys)
    assert "Sobol design of 4 points" in out
    assert main(["verify", "out"]) == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--vary", f"{PERMISSIVENESS}=-1,0"], f"{PERMISSIVENESS}: -1 was given"),
        (["--vary", "supervision.permisiveness=1"], "did you mean permissiveness"),
        (["--vary", "x"], "PATH=VALUES is needed"),
        ([], "--vary"),
        (["--vary", f"{PERMISSIVENESS}=0:1:11", "--design", "star"], "--design"),
        (["--vary", f"{PERMISSIVENESS}=0:1:11", "--until", "errors"], "--until"),
        (["--vary", f"{PERMISSIVENESS}=0:1:11", "--until", "errors=x"], "--until"),
        (["--vary", f"{PERMISSIVENESS}=0:1:11", "--until", "eror=1"], "did you mean errors"),
        (["--vary", f"{PERMISSIVENESS}=0:1:11", "--until", "errors=1", "--replications", "9"],
         "--cap 9"),
        (["--vary", f"{PERMISSIVENESS}=0:1:11", "--executor", "moon"], "--executor"),
        (["--vary", f"{PERMISSIVENESS}=0:1:11", "--engine", "steam"], "--engine"),
        (["--vary", f"{PERMISSIVENESS}=0:1:11", "--only-block", "x"], "--only-block"),
        (["--vary", f"{PERMISSIVENESS}=0:1:1000000", "--vary",
          "supervision.judgement.noise=0:1:1000000"], "1,000,000,000,000 points"),
        (["--vary", f"{PERMISSIVENESS}=0,1", "--set", f"{PERMISSIVENESS}=0.1"],
         f"--set: {PERMISSIVENESS}=0.1 was given, and {PERMISSIVENESS} varies"),
        (["--vary", "supervision.response=5 s,1 min", "--set",
          "supervision.response.lognormal.median=1 min"], "and supervision.response varies"),
        (["--vary", f"{PERMISSIVENESS}=0,1", "--together"], "--together: it was given without a"),
        (["--vary", f"{PERMISSIVENESS}=0,1", "--cap", "50"], "--cap: it was given without a"),
        (["--vary", f"{PERMISSIVENESS}=0,1", "--reference", "1"], "without --until-paired"),
        (["--vary", f"{PERMISSIVENESS}=0,1", "--until", "errors=1", "--reference", "1"],
         "without --until-paired"),
        (["--vary", f"{PERMISSIVENESS}=0,1", "--until", "total_burden=-5%"],
         "--until: total_burden=-5% was given; a width above 0 is needed; write --until "
         "total_burden=5%"),
        (["--vary", f"{PERMISSIVENESS}=0,1", "--until", "errors=1", "--until", "errors=2"],
         "two widths were given for errors"),
        (["--vary", f"{PERMISSIVENESS}=0:1", "--design", "lhs"], "--points: nothing was given"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_and_nothing_is_written(capsys, elsewhere, words, told):
    assert main(["sweep", str(FILE), *SET, *words, "--out", "out"]) == 2
    out, err = printed(capsys)
    assert told in err
    assert out == ""
    assert not (elsewhere / "out").exists()


def test_damage_is_told_and_mended(capsys, elsewhere):
    assert run("--out", "out") == 0
    assert main(["verify", "out"]) == 0
    assert "good: 4 blocks and 30 rows" in printed(capsys)[0]
    block = next((elsewhere / "out/blocks").iterdir())
    block.write_bytes(block.read_bytes()[:-1])
    assert main(["verify", "out"]) == 4
    out, err = printed(capsys)
    assert block.name in out
    assert "leeway sweep out" in err
    assert main(["sweep", "out"]) == 0
    assert main(["verify", "out"]) == 0
    assert main(["verify", "nowhere"]) == 2


def test_blocks_that_fail_are_set_aside_with_the_command_that_shows_them(capsys, monkeypatch):
    usual = Simulate.values

    def fails(self, piece):
        if piece.first == 5 and 2 in piece.points:
            raise RuntimeError("a cosmic ray")
        return usual(self, piece)

    with monkeypatch.context() as patch:
        patch.setattr(Simulate, "values", fails)
        assert run("--out", "out", "--workers", "0") == 4
    out, err = printed(capsys)
    assert "1 point ended at a block that failed" in out
    assert "a cosmic ray" in err
    command = next(line for line in err.splitlines() if "--only-block" in line)
    words = shlex.split(command[command.index("leeway") :])
    assert main(words[1:]) == 0
    assert "10" not in printed(capsys)[1]
    assert main(["sweep", "out"]) == 0
    assert main(["verify", "out"]) == 0


def test_ctrl_c_tells_how_to_go_on(capsys, monkeypatch):
    usual = Simulate.values

    def interrupted(self, piece):
        if piece.first == 5:
            raise KeyboardInterrupt
        return usual(self, piece)

    with monkeypatch.context() as patch:
        patch.setattr(Simulate, "values", interrupted)
        patch.setattr(sweep_plan.Plan, "work", lambda _: sweep_plan.Work(1, 1, 1, 1, 1, 1, False))
        assert run("--out", "out", "--workers", "0") == 130
    out, err = printed(capsys)
    assert out == ""
    assert err.splitlines()[-1] == "leeway sweep out"
    assert main(["verify", "out"]) == 4
    assert main(["sweep", "out"]) == 0
    assert main(["verify", "out"]) == 0


def test_a_killed_sweep_goes_on_and_ends_the_same(capsys, elsewhere):
    """SIGKILL in the midst of a real process; analysis.cli is asked as a shell would ask it."""
    vary = ["--vary", f"{PERMISSIVENESS}=0,1"]
    asked = ["sweep", str(FILE), *SET, *vary, "--replications", "20000"]
    command = "import sys; from analysis.cli import main; sys.exit(main())"
    words = [sys.executable, "-c", command, *asked, "--out", "killed"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        blocks = elsewhere / "killed/blocks"
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            if blocks.is_dir() and any(blocks.glob("*.block")):
                break
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    assert not (elsewhere / "killed/table.csv").exists()
    done = {path.name for path in blocks.glob("*.block")}
    assert done
    before = {name: (blocks / name).stat().st_mtime_ns for name in done}
    for folder in ("killed", "whole"):
        assert subprocess.run([*words[:-1], folder], capture_output=True).returncode == 0
    for name in ("table.csv", "table.parquet", "points.csv"):
        assert (elsewhere / "killed" / name).read_bytes() == (
            elsewhere / "whole" / name
        ).read_bytes()
    assert {name: (blocks / name).stat().st_mtime_ns for name in done} == before


# ---- what may be read from the table ---------------------------------------------------------


def small_sweep(replications, changes=None):
    scenario = small_scenario().with_(changes or {})
    return sweep(scenario, {PERMISSIVENESS: [0, 0.5, 2]}, replications=replications)


def told_of(found, capsys, **options):
    show(found, None, **options)
    return " ".join(printed(capsys)[0].split())


def test_points_in_equal_luck_say_so(capsys):
    told = told_of(small_sweep(5), capsys)
    assert "all points share their luck" in told
    assert "Fewer than" not in told
    assert "–" not in told


def test_points_in_unequal_luck_are_compared_in_what_both_have(capsys):
    found = small_sweep(Until(relative={"total_burden": 0.3}, paired={"errors": 30}, reference=1))
    assert sweep_words.unlike(found)
    told = told_of(found, capsys, reference=1)
    assert "share their luck" not in told
    assert "don't subtract one row from another" in told
    assert "in total burden from point 1 in the replications that both have" in told
    assert "analysis.tradeoff" in told
    burden = found.table.pivot(index="replication", columns="point", values="total_burden")
    difference = (burden[0] - burden[1]).dropna()
    assert len(difference) < max(found.points["replications"])
    column = sweep_words.against(found, 3, 1)
    assert column[1] == "–"
    assert float(column[0].split("±")[0]) == pytest.approx(difference.mean(), rel=0.1)
    assert column[0] in told


@pytest.mark.parametrize("count", [1, 4])
def test_few_replications_tell_nothing_of_chance(capsys, count):
    told = told_of(small_sweep(count), capsys)
    assert "Fewer than 5 replications tell nothing of chance." in told
    assert "±" not in told
    assert "better than that" not in told


def test_nothing_to_count_is_not_none(capsys):
    told = told_of(small_sweep(6, {"independent.cases": 0}), capsys)
    assert "none" not in told
    assert " – " in told
    assert "–: nothing to count." in told
    assert "Fewer than" not in told


# ---- words -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.1, "a second"),
        (12, "12 seconds"),
        (100, "2 minutes"),
        (7000, "2 hours"),
        (1e6, "12 days"),
    ],
)
def test_rough_times(seconds, told):
    assert sweep_words.rough_time(seconds) == told


@pytest.mark.parametrize(
    ("count", "told"), [(5, "1 kB"), (2e3, "2 kB"), (3.46e7, "35 MB"), (1.2e10, "12 GB")]
)
def test_rough_sizes(count, told):
    assert sweep_words.rough_size(count) == told


def test_heads_are_as_short_as_they_can_be_told_apart():
    response, fix = "supervision.response.lognormal.median", "supervision.fix.lognormal.median"
    assert sweep_words.short(response, [response, fix]) == "response"
    cv = "supervision.response.lognormal.cv"
    assert sweep_words.short(cv, [response, cv]) == "cv"
    later = "supervision.backup.response.lognormal.median"
    assert sweep_words.short(response, [response, later]) == "supervis-\nion.resp-\nonse"


def test_a_wide_table_is_never_cut(capsys):
    vary = {PERMISSIVENESS: [0, 0.123456789], "supervision.policy": ["value_weighted"],
            "supervision.stop_at": ["mild", "severe"], "supervision.supervisors": [1],
            "supervision.fix": [{"lognormal": {"median": "30 s", "cv": 0.123}}]}  # fmt: skip
    found = sweep(small_scenario(), vary, replications=3)
    show(found, None)
    out = printed(capsys)[0]
    assert "…" not in out
    assert "0.1235" in out


HUGE = """
import sys
from analysis.cli import main
code = main(["sweep", sys.argv[1], "--vary", "supervision.permissiveness=0:1:1000000",
             "--vary", "supervision.judgement.noise=0:1:1000000"])
status = open("/proc/self/status").read()
print(code, status.partition("VmHWM:")[2].split()[0])
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="tells memory as Linux does")
def test_a_grid_of_a_million_million_points_is_refused_within_200_mb():
    """The whole process, what it imports included (VmHWM, in kB of 1024 bytes)."""
    ran = subprocess.run(
        [sys.executable, "-c", HUGE, str(FILE)], capture_output=True, text=True, check=True
    )
    assert "1,000,000,000,000 points" in ran.stderr
    code, kilobytes = map(int, ran.stdout.split())
    assert (code, kilobytes * 1024 < 200_000_000) == (2, True)
