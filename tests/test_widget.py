"""The page in a notebook: what the kernel is asked and answers, and what comes back to Python."""

import itertools
import json
import logging
import pathlib
import re
import subprocess
import sys
import threading

import comm
import numpy as np
import pytest

import analysis
import engine
from analysis.view import answer, boot, bundle, refusals, twin
from analysis.widget import IN_PYTHON
from engine.errors import ScenarioError
from tests.analysis_samples import FILE, SCENARIOS, small_scenario
from tests.notebook_line import WAIT_S, Line, ask, turn


@pytest.fixture(autouse=True)
def line(monkeypatch):
    """Widgets made in a test speak to a Line."""
    monkeypatch.setattr(comm, "create_comm", lambda **given: Line(**given))


@pytest.fixture
def page():
    made = analysis.explore(small_scenario())
    yield made
    made.close()


# ---- what is opened ---------------------------------------------------------------------------


def test_a_path_and_a_scenario_give_the_same_page():
    pages = [analysis.explore(given) for given in (FILE, str(FILE), engine.load(FILE))]
    assert len({page.scenario.hash for page in pages}) == 1
    assert {page.query for page in pages} == {"scenario=first-intubations"}
    for page in pages:
        page.close()


def test_a_file_that_is_no_scenario_is_refused(tmp_path):
    with pytest.raises(ScenarioError):
        analysis.explore(tmp_path / "missing.yaml")


def test_the_page_gets_the_scripts_the_style_and_what_it_starts_from(page):
    kind, data = page.comm.sent[0]
    state = data["state"]
    assert kind == "comm_open"
    assert state["_esm"] == bundle.esm()
    assert state["_css"] == bundle.style()
    state["boot"].pop("at_first", None)  # where the model isn't compiled yet
    assert state["boot"] == json.loads(
        json.dumps(boot.boot(small_scenario(), key="first-intubations"))
    )
    assert state["query"] == "scenario=first-intubations"


@pytest.mark.parametrize("compiled", [True, False])
def test_the_page_says_that_the_model_is_being_compiled_where_it_is(compiled, monkeypatch):
    monkeypatch.setattr("engine.kernel.is_compiled", lambda: compiled)
    made = analysis.explore(small_scenario())
    assert ("at_first" in made.boot) is not compiled
    made.close()


def test_where_it_can_t_be_shown_it_says_what_it_is(page):
    page.settings = {"latency": "30s"}
    data, *_ = page._repr_mimebundle_()
    said = data["text/plain"]
    assert "First intubations in theatre" in said
    assert "latency 30s" in said
    assert "Simulated, not clinical advice." in said
    assert "inputs are assumptions" in said
    assert "leeway run" in said


# ---- questions and answers --------------------------------------------------------------------


def test_an_answer_is_that_of_the_view_with_the_same_settings_seed_and_replications(page):
    ask(page, 1, "scenario=first-intubations&latency=30s&seed=3&replications=4")
    reply = page.comm.reply(1)
    expected = answer.answer(
        small_scenario(), {"latency": "30s"}, seed=3, replications=4, key="first-intubations",
        source=IN_PYTHON,
    )  # fmt: skip
    assert reply == {"id": 1, "ok": True, "result": json.loads(json.dumps(expected))}


NUMBERS = itertools.count(100)


def command_of(page):
    number = next(NUMBERS)
    ask(page, number, "replications=2")
    result = page.comm.reply(number)["result"]
    return result["command"], result["repeat"]


def test_a_scenario_made_in_python_is_to_be_saved_first(tmp_path, monkeypatch):
    monkeypatch.chdir(SCENARIOS.parent)  # where there is a file of its name
    scenario = engine.load(FILE).with_({"supervision.response": "10 min"})
    page = analysis.explore(scenario)
    command, repeat = command_of(page)
    assert command is None
    assert repeat["without"].startswith("This scenario is in no file")
    page.close()
    monkeypatch.chdir(tmp_path)
    advice = repeat["without"].partition("Save it first: ")[2].partition(", then show it")[0]
    exec(advice, {"pathlib": pathlib, "engine": engine, "scenario": page.scenario})
    again = analysis.explore("mine.yaml")
    command, repeat = command_of(again)
    assert command == "leeway run mine.yaml --seed 0 --replications 2"
    assert engine.load("mine.yaml").hash == scenario.hash
    assert repeat["says"] is None
    again.close()


def test_a_file_that_has_changed_since_is_in_no_command(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(engine.loader.to_yaml(small_scenario()))
    page = analysis.explore(path)
    assert command_of(page)[0].startswith(f"leeway run {path} ")
    path.write_text(engine.loader.to_yaml(engine.load(FILE)))
    command, repeat = command_of(page)
    assert command is None
    assert "isn't there any more as it was" in repeat["without"]
    path.unlink()
    assert command_of(page)[0] is None
    page.close()


def test_a_twin_is_that_of_the_view(page):
    ask(page, 2, "permissiveness=0.3&second.permissiveness=0.05&replications=3", kind="twin")
    expected = twin.twin(
        small_scenario(), {"permissiveness": "0.3"}, {"permissiveness": "0.05"},
        seed=0, replications=3, attempt=None, key="first-intubations",
    )  # fmt: skip
    assert page.comm.reply(2)["result"] == json.loads(json.dumps(expected))


def test_the_kernel_goes_on_while_an_answer_is_computed(page, monkeypatch):
    going = threading.Event()

    def slow(*given, **named):
        assert going.wait(WAIT_S)
        return {"computed in": threading.current_thread().name}

    monkeypatch.setattr(answer, "answer", slow)
    ask(page, 1, "replications=4")  # comes back although nothing is computed yet
    assert page.comm.replies() == []
    going.set()
    assert page.comm.reply(1)["result"]["computed in"].startswith("leeway-page")


def test_what_was_taken_back_is_neither_computed_nor_sent(page, monkeypatch):
    going, computed = threading.Event(), []

    def slow(_, tokens, **named):
        assert going.wait(WAIT_S)
        computed.append(tokens)
        return {}

    monkeypatch.setattr(answer, "answer", slow)
    for number, token in enumerate(["0.1", "0.2", "0.3"]):
        ask(page, number, f"watched={token}&replications=4")
    ask(page, 0, "", kind="cancel")
    ask(page, 1, "", kind="cancel")
    ask(page, 7, "", kind="cancel")  # never asked: nothing to take back
    going.set()
    page.comm.reply(2)
    assert [reply["id"] for reply in page.comm.replies()] == [2]
    assert {"watched": "0.2"} not in computed


def test_a_twin_that_was_taken_back_stops_half_way(page, monkeypatch):
    begun, ended = threading.Event(), threading.Event()

    def slow(*given, should_stop, **named):
        begun.set()
        while not should_stop():
            assert not ended.wait(0.01)
        ended.set()
        raise twin.Abandoned

    monkeypatch.setattr(twin, "twin", slow)
    ask(page, 1, "replications=4", kind="twin")
    assert begun.wait(WAIT_S)
    ask(page, 1, "", kind="cancel")
    assert ended.wait(WAIT_S)
    ask(page, 2, "replications=2")
    page.comm.reply(2)
    assert [reply["id"] for reply in page.comm.replies()] == [2]


def test_what_can_t_be_set_is_refused_with_a_sentence(page):
    ask(page, 1, "watched=200%25&replications=4")
    error = page.comm.reply(1)["error"]
    assert error["status"] == 422
    assert error["message"].startswith("Cases watched: 200 % was given; it can be set from 0 %")
    (problem,) = error["problems"]
    assert list(problem) == ["path", "given", "allowed", "advice", "message"]
    assert problem["message"] == error["message"]
    assert problem["path"] == "watched"
    ask(page, 2, "watcht=1&replications=4")
    assert "did you mean watched" in page.comm.reply(2)["error"]["problems"][0]["advice"]


def test_a_fault_of_our_own_is_told_and_logged(page, monkeypatch, caplog):
    def broken(*given, **named):
        raise ZeroDivisionError("nothing to divide by")

    monkeypatch.setattr(answer, "answer", broken)
    with caplog.at_level(logging.ERROR):
        ask(page, 1, "replications=4")
        reply = page.comm.reply(1)
    assert reply["error"]["status"] == 500
    assert "nothing to divide by" in reply["error"]["message"]
    assert "ZeroDivisionError" in caplog.text


def test_a_closed_page_gives_up_what_it_was_asked(monkeypatch):
    page = analysis.explore(small_scenario())
    going, computed = threading.Event(), []

    def slow(_, tokens, **named):
        assert going.wait(WAIT_S)
        computed.append(tokens)
        return {}

    monkeypatch.setattr(answer, "answer", slow)
    ask(page, 1, "watched=0.1&replications=4")
    ask(page, 2, "watched=0.2&replications=4")
    line, worker = page.comm, page._worker
    page.close()
    going.set()
    worker.shutdown(wait=True)
    assert {"watched": "0.2"} not in computed
    assert line.replies() == []


# ---- what comes back to Python ----------------------------------------------------------------


def test_untouched_it_is_the_file(page):
    assert page.settings == {}
    assert page.changes == {}
    assert page.seed == 0
    assert page.scenario.hash == small_scenario().hash


def test_what_the_reader_has_set_comes_back(page):
    turn(page, "scenario=first-intubations&permissiveness=0&latency=60s&variant=pessimistic&seed=5")
    assert page.settings == {"permissiveness": "0", "latency": "1min", "variant": "pessimistic"}
    assert page.seed == 5
    assert page.scenario.supervision.permissiveness == 0
    expected = small_scenario().with_variant("pessimistic").with_(page.changes)
    assert page.scenario.hash == expected.hash
    assert page.changes == {
        "supervision.permissiveness": 0,
        "supervision.response.lognormal.median": "1min",
    }


def test_settings_of_python_go_to_the_page_and_keep_seed_and_second(page):
    turn(page, "permissiveness=0.5&second.permissiveness=0&seed=5")
    page.settings = {"latency": "60 s"}
    assert page.query == "latency=1min&second.permissiveness=0&seed=5"
    assert page.comm.sent[-1][1]["state"] == {"query": page.query}


def test_settings_of_python_that_can_t_be_are_refused_and_nothing_moves(page):
    page.settings = {"latency": "60s"}
    with pytest.raises(ScenarioError, match="latency"):
        page.settings = {"latency": "3 apples"}
    assert page.settings == {"latency": "1min"}


def test_numbers_are_taken_as_a_reader_would_type_them(page):
    numbers = {"permissiveness": 0.3, "supervisors": 2, "watched": np.float64(0.5)}
    page.settings = numbers
    texts = {key: f"{value}" for key, value in numbers.items()}
    assert page.settings == texts
    page.settings = {"permissiveness": 1e-7, "supervisors": 2.0}
    assert page.scenario.supervision.permissiveness == 1e-7
    assert page.settings["supervisors"] == "2"


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("latency", 60, 'Rescue latency: "60" was given; .*, with its unit; write it'),
        ("permissiveness", -0.1, 'Permissiveness: "-0.1" was given'),
        ("permissiveness", float("nan"), "Permissiveness: .* was given"),
        ("supervisors", 10**99, "Supervisors on duty: 100 characters were given"),
        ("permissiveness", True, 'Permissiveness: True was given; .*write it like "0.3"'),
        ("permissiveness", [0.3], 'Permissiveness: .*write it like "0.3"'),
        ("latency", None, 'Rescue latency: None was given; .*"60 s"'),
    ],
)
def test_what_is_no_setting_is_refused_in_a_sentence(page, key, value, sentence):
    page.settings = {"watched": "0.5"}
    with pytest.raises(ScenarioError) as refused:
        page.settings = {key: value}
    assert re.match(sentence, refusals.sentence(refused.value.problems[0]))
    assert page.settings == {"watched": "0.5"}


def test_whoever_wants_to_know_is_told_of_every_change(page):
    told = []
    page.observe(lambda change: told.append(page.settings), "query")
    turn(page, "watched=0.5")
    assert told == [{"watched": "0.5"}]


# ---- without the extra ------------------------------------------------------------------------

WITHOUT = """
import sys
sys.modules["anywidget"] = None
import analysis
assert "analysis.widget" not in sys.modules
try:
    analysis.explore
except ImportError as error:
    print(error)
"""


def test_without_the_extra_a_sentence_says_what_to_install():
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True)
    assert "pip install -e '.[notebook]' (in a copy of the project), or" in done.stdout, done.stderr
    assert done.stdout.rstrip().endswith("pip install 'leeway-sim[notebook]'")
    assert "not installed" not in done.stderr


def test_the_rest_of_the_package_needs_no_widget():
    code = "import sys, analysis, analysis.cli; print('anywidget' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "False\n"
