"""`leeway validate`: its page, its JSON, and what becomes of a planted failure."""

import contextlib
import io
import json
import math
import multiprocessing
import pickle
import re
import sys
from pathlib import Path

import pytest

import engine
from analysis.cli import main
from analysis.validation import engines, page, registry, runner
from analysis.validation.checks import Outcome, Setting
from engine import run
from engine.run import DEFAULT_ENGINE
from tests.analysis_samples import small_scenario
from tests.report_pages import Page
from tests.validation_samples import BAD, GOOD, check, dies, same

QUICK = Setting(quick=True, engine=DEFAULT_ENGINE)


def validated(checks, *words):
    """Exit code, stdout and stderr of the command with these checks alone."""
    out, err = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        patch.setattr(registry, "CHECKS", checks)
        code = main(["validate", *map(str, words)])
    return code, out.getvalue(), err.getvalue()


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A validation without a fault: exit code, the object printed, the folder."""
    folder = tmp_path_factory.mktemp("good") / "shown"
    code, out, err = validated(GOOD, "--json", "--out", folder)
    assert code == 0, err
    return json.loads(out), folder


@pytest.fixture(scope="module")
def bad(tmp_path_factory):
    """The same with a failure, a crash and a fact that has come to be reproduced."""
    folder = tmp_path_factory.mktemp("bad") / "shown"
    return (*validated(BAD, "--out", folder), folder)


def shown(folder):
    return (folder / page.PAGE).read_text(encoding="utf-8")


# ---- as JSON ---------------------------------------------------------------------------------


def test_the_rows_as_json(good):
    told, folder = good
    assert told == json.loads((folder / page.DATA).read_text(encoding="utf-8"))
    assert (told["kind"], told["format"], told["form"]) == ("leeway validation", 1, "quick")
    assert (told["engine"], told["seed"], told["alarms"]) == (DEFAULT_ENGINE, QUICK.seed, [])
    assert told["counts"] == {
        "holds": 3, "fails": 1, "not done": 2, "cannot be said": 0, "crashed": 0
    }  # fmt: skip
    assert [row["id"] for row in told["rows"]] == [each.id for each in GOOD]
    row = told["rows"][3]
    assert row.pop("seconds") >= 0
    assert row == {
        "id": "fitted", "heading": "external", "title": "Title fitted", "claim": "Claim fitted.",
        "source": "a source", "verdict": "holds", "on_record": "holds", "alarm": False,
        "basis": "calibrated in part, predicted in part",
        "expected": "0.4 to 0.6", "measured": "0.5",
        "lines": [{"name": "share", "expected": "0.4 to 0.6", "measured": "0.5", "z": None}],
        "detail": "Calibrated: the first. Predicted: the second.",
        "figures": {"share": 0.5, "rest": 0.25},
    }  # fmt: skip


def test_no_figure_of_the_json_is_infinite(bad):
    rows = {row["id"]: row for row in json.loads((bad[3] / page.DATA).read_text())["rows"]}
    assert rows["planted"]["lines"] == [
        {"name": "share", "expected": "0.5", "measured": "0.6", "z": None}
    ]


# ---- the page --------------------------------------------------------------------------------


def test_all_headings_are_on_the_page_in_order(good):
    found = re.findall(r"<h2>(.*?)</h2>", shown(good[1]))
    assert found == [*(page.TITLES[each] for each in registry.HEADINGS), "How to read this page"]


def test_the_page_loads_nothing_from_outside(bad):
    parsed = Page(shown(bad[3]))
    assert all(link.startswith("#") for link in parsed.links)
    assert {link[1:] for link in parsed.links} <= set(parsed.ids)
    assert not {"script", "iframe", "object", "embed", "link", "img", "form"} & set(parsed.tags)
    assert "http:" not in shown(bad[3])
    assert "https:" not in shown(bad[3])
    assert "style" not in parsed.attributes


def test_a_claim_stands_beside_its_source_its_numbers_and_its_verdict(good):
    (row,) = re.findall(r'<article [^>]*id="fitted">(.*?)</article>', shown(good[1]), re.DOTALL)
    text = " ".join(" ".join(Page(row).texts).split())
    for word in ("✓", "reproduced", "Claim fitted.", "a source", "0.4 to 0.6", "rest 0.25"):
        assert word in text
    assert '<strong class="basis">calibrated in part, predicted in part</strong>' in row


def test_what_is_not_done_says_what_it_would_take(good):
    text = " ".join(" ".join(Page(shown(good[1])).texts).split())
    assert text.count("○ not done") == 2
    assert text.count("It would take: ") == 2
    assert "No check failed or crashed" in text


def test_the_same_verdicts_give_the_same_page():
    rows = [tuple(runner.Row(each, same(QUICK), took) for each in GOOD) for took in (1.0, 2.0)]
    one, other = (page.render(runner.Report(QUICK, {"leeway-sim": "0"}, each)) for each in rows)
    assert one == other


# ---- planted failures --------------------------------------------------------------------------


def test_a_planted_failure_and_a_crash_show_and_end_with_4(bad):
    code, out, err, folder = bad
    assert code == 4
    assert "planted, breaks and mended have failed, crashed, or come out otherwise" in err
    assert "✗ planted, Title planted: fails (on record: holds)" in out
    assert "! breaks, Title breaks: crashed (on record: holds)" in out
    assert "✓ mended, Title mended: reproduced (on record: not reproduced)" in out
    text = shown(folder)
    assert re.findall(r'<article class="check [\w-]+ alarm" id="(\w+)"', text) == [
        "planted", "breaks", "mended",
    ]  # fmt: skip
    assert "RuntimeError: &lt;b&gt;no&lt;/b&gt; such thing (validation_samples.py, line" in text
    assert str(Path(__file__).parent) not in text


def test_what_is_on_record_as_not_reproduced_is_no_alarm(bad):
    told = json.loads((bad[3] / page.DATA).read_text())
    assert told["alarms"] == ["planted", "breaks", "mended"]
    assert "✗ missed, Title missed: not reproduced\n" in bad[1]


def test_a_worker_that_dies_is_a_row_and_no_hang():
    rows = runner.run_checks([check("dies", "cross", dies)], QUICK, workers=1)
    assert rows[0].outcome is Outcome.CRASHED
    assert rows[0].alarm
    assert "A worker process died" in rows[0].verdict.detail
    assert multiprocessing.active_children() == []


# ---- where it is written -----------------------------------------------------------------------


def test_an_older_validation_is_replaced_and_nothing_else(tmp_path, good):
    (tmp_path / "thesis").write_text("mine")
    code, _, err = validated(GOOD, "--out", tmp_path)
    assert code == 2
    assert "isn't the folder of a validation" in err
    assert validated(GOOD[1:2], "--out", good[1])[0] == 0
    assert sorted(path.name for path in good[1].iterdir()) == [page.PAGE, page.DATA]
    assert "Title same" not in shown(good[1])


def test_an_engine_that_there_is_not_is_refused(capsys):
    assert main(["validate", "--engine", "abacus"]) == 2
    assert "--engine: abacus was given" in capsys.readouterr().err


# ---- the registry ------------------------------------------------------------------------------


def test_every_check_has_an_id_of_its_own_and_a_heading_of_the_page():
    ids = [each.id for each in registry.CHECKS]
    assert len(set(ids)) == len(ids)
    assert {each.heading for each in registry.CHECKS} == set(registry.HEADINGS)


def test_every_check_can_be_sent_to_a_worker():
    for each in registry.CHECKS:
        assert pickle.loads(pickle.dumps(each)).id == each.id


# ---- engine against engine ---------------------------------------------------------------------


def test_with_one_engine_there_is_nothing_to_compare(monkeypatch):
    monkeypatch.setattr(run, "ENGINES", ("simpy",))
    assert engines.CHECK.run(QUICK).outcome is Outcome.NOT_DONE


def other_engine(monkeypatch, change):
    """Let the engine `other` be the reference with `change` made to its log."""
    events, simulate = run.events, run.simulate
    few = {"study.cases": 4, "independent.cases": 2, "trainees.count": 1}
    monkeypatch.setattr(run, "ENGINES", ("simpy", "other"))
    monkeypatch.setattr(engines, "SHIPPED_NAMES", ("first-intubations",))
    monkeypatch.setattr(engines, "shipped", lambda _: small_scenario().with_(few))

    def told(scenario, seed, *, engine):
        log = events(scenario, seed, engine="simpy")
        return change(log) if engine == "other" else log

    monkeypatch.setattr(run, "events", told)

    def simulated(scenario, seed, number, *, engine):
        return simulate(scenario, seed, number, engine="simpy")

    monkeypatch.setattr(run, "simulate", simulated)


def test_an_engine_that_tells_the_same_holds(monkeypatch):
    other_engine(monkeypatch, list)
    verdict = engines.CHECK.run(QUICK)
    assert verdict.outcome is Outcome.HOLDS
    assert len(verdict.lines) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda log: log[:-1],
        lambda log: [*log[:-1], log[-1]._replace(time=math.nextafter(log[-1].time, math.inf))],
    ],
    ids=["a row less", "a bit off"],
)
def test_an_engine_that_is_a_bit_off_fails(monkeypatch, change):
    other_engine(monkeypatch, change)
    verdict = engines.CHECK.run(QUICK)
    assert verdict.outcome is Outcome.FAILS
    assert verdict.lines[0].measured.startswith("3 rows of ")  # as written, and two variants


def test_outcomes_are_compared_bit_by_bit():
    one = engine.simulate(small_scenario(), 0, 2)
    other = engine.simulate(small_scenario(), 0, 2)
    assert engines.differing_outcomes(one, other) == 0
    other.table.loc[0, "experience"] += sys.float_info.epsilon * other.table.loc[0, "experience"]
    assert engines.differing_outcomes(one, other) == 1
