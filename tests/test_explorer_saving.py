"""What is saved and opened: a scenario with its settings, a report, a reader's own scenario."""

import json
import re
import shlex

import pytest

from analysis.explorer import budget, reporting, shelf
from analysis.explorer.work import StoppedError
from analysis.view import save_as, settings
from analysis.view.repeat import SAVE_FIRST
from engine import loader
from engine.errors import ScenarioError
from tests.explorer_samples import (
    FIRST,
    SCENARIOS,
    TEXT,
    YAML,
    books,
    get,
    visit,
)
from tests.view_samples import of_line


def test_a_scenario_is_saved_with_its_settings_and_comments():
    answer = get(f"/api/scenario.yaml?scenario={FIRST}&permissiveness=0.3&latency=30s")
    assert answer.headers["content-disposition"] == f'attachment; filename="{FIRST}.yaml"'
    given = {"permissiveness": "0.3", "latency": "30s"}
    assert answer.text == save_as.save_as(TEXT, given)
    scenario = loader.load(SCENARIOS / f"{FIRST}.yaml")
    assert loader.loads(answer.text).hash == settings.apply(scenario, given).hash


def test_a_readers_own_scenario_is_opened_listed_and_answered_and_kept_from_others():
    async def script(client, parts):
        await client.get("/")
        mine = re.sub(r"^title: .*$", "title: My own", TEXT, flags=re.MULTILINE)
        opened = await client.post("/api/scenarios", content=mine, headers=YAML)
        key = opened.json()["key"]
        own = (await client.get("/api/boot")).json()["scenarios"]
        answer = await client.get(f"/api/answer?scenario={key}")
        client.cookies.clear()
        others = (await client.get("/api/boot")).json()["scenarios"]
        return opened, key, own, answer, others

    opened, key, own, answer, others = visit(script)
    assert (opened.status_code, opened.json()["title"]) == (201, "My own")
    assert {"key": key, "title": "My own (your file)"} in own
    assert key not in [each["key"] for each in others]
    assert answer.status_code == 200


def opened(name, query=""):
    """The list of scenarios, and an answer, after the shipped file was opened under a name."""

    async def script(client, parts):
        await client.get("/")
        posted = await client.post(f"/api/scenarios{name}", content=TEXT, headers=YAML)
        key = posted.json()["key"]
        listed = (await client.get("/api/boot")).json()["scenarios"]
        answer = (await client.get(f"/api/answer?scenario={key}{query}")).json()
        return {each["key"]: each["title"] for each in listed}, key, answer

    return visit(script)


def test_a_readers_file_is_told_from_the_shipped_one_and_named_in_its_command():
    listed, key, answer = opened("?name=mine%20%282%29.yaml", "&latency=30s")
    assert listed[key] == f"{listed[FIRST]} (your file mine (2).yaml)"
    words = shlex.split(answer["command"])
    assert words[:3] == ["leeway", "run", "mine (2).yaml"]
    assert answer["repeat"]["says"].startswith("mine (2).yaml is the file that was opened here")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "--out.yaml",
        "..%2Fx.yaml",
        "/etc/x.yaml",
        "x%5Cy",
        "%24%28x%29",
        "x" * 81,
        ".x",
        "%3Cb%3E",
    ],
)
def test_a_file_whose_name_isnt_known_or_plain_is_to_be_saved_first(name):
    listed, key, answer = opened(f"?name={name}" if name else "")
    assert listed[key] == f"{listed[FIRST]} (your file)"
    assert answer["command"] is None
    assert answer["repeat"]["without"] == SAVE_FIRST


def test_one_text_under_two_names_is_two_scenarios():
    assert opened("?name=a.yaml")[1] != opened("?name=b.yaml")[1] != opened("")[1]


def test_files_with_the_same_title_are_told_apart(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.yaml").write_text(TEXT)
    found = shelf.named([tmp_path / "a.yaml", SCENARIOS / "chest-pain.yaml", tmp_path / "b.yaml"])
    titles = [each["title"] for each in shelf.listed(found)]
    assert titles[0].endswith(f"({tmp_path.as_posix()}/a.yaml)")
    assert titles[1] == found[1].scenario.title
    assert titles[2].endswith(f"({tmp_path.as_posix()}/b.yaml)")


def held(html):
    """The data of a saved page."""
    return json.loads(re.search(r'id="leeway-data"[^>]*>(.*?)</script>', html, re.DOTALL)[1])


def test_a_report_names_the_file_it_comes_from_and_its_commands_give_its_numbers():
    page = get(f"/api/report.html?scenario={FIRST}&latency=30s&permissiveness=0.3&seed=2")
    commands = 0
    for levels in held(page.text)["answers"].values():
        for answer in levels.values():
            assert answer["repeat"]["says"] is None
            for point in answer["points"]:
                words = shlex.split(point["command"])
                assert words[:3] == ["leeway", "run", books()[0].source.file]
                commands += 1
            assert of_line(answer["command"], books()[0].scenario).hash == answer["hash"]
    assert commands > 100


def test_the_problems_of_a_readers_scenario_are_told_with_their_lines():
    async def script(client, parts):
        wrong = TEXT.replace("learning_cases: 27", "learning_case: 27")
        assert wrong != TEXT
        return await client.post("/api/scenarios", content=wrong, headers=YAML)

    answer = visit(script)
    assert answer.status_code == 422
    problems = answer.json()["error"]["problems"]
    assert any(problem["path"] == "task.learning_case" for problem in problems)
    assert all(problem["place"].startswith("line ") for problem in problems)


def test_a_report_is_one_page_of_the_run_with_these_settings():
    answer = get(f"/api/report.html?scenario={FIRST}&latency=30s&variant=pessimistic&seed=2")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    name = f"{FIRST}-latency-30s-variant-pessimistic-seed-2.html"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    said = "Variant pessimistic; changed: rescue latency 30\u00a0s (5\u00a0s in the file)."
    assert answer.text.count(said) == 3  # its title, above the interactive page, and on paper
    scenario = loader.load(SCENARIOS / f"{FIRST}.yaml")
    given = {"latency": "30s", "variant": "pessimistic"}
    assert answer.text.startswith("<!DOCTYPE html>")
    assert settings.apply(scenario, given).hash[:12] in answer.text
    assert "Simulated, not clinical advice." in answer.text
    assert "Content-Security-Policy" in answer.text
    assert len(answer.content) < 3_000_000
    assert not re.search(r"(src|href)=\"(https?:)?//", answer.text)


def test_a_report_that_nobody_waits_for_is_given_up_and_a_large_one_has_fewer_replications():
    book = books()[0]
    with pytest.raises(StoppedError):
        reporting.report_html(book, settings.State(), lambda: True)
    assert budget.replications_of_report(book.scenario) == 500
    large = book.scenario.with_({"study.cases": 5_000, "independent.cases": 0})
    assert 100 <= budget.replications_of_report(large) < 500
    with pytest.raises(ScenarioError):
        budget.replications_of_report(book.scenario.with_({"study.cases": 50_000}))
