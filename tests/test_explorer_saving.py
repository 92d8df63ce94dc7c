"""What is saved and opened: a scenario with its settings, a report, a reader's own scenario."""

import re

import pytest

from analysis.explorer import budget, reporting
from analysis.explorer.work import StoppedError
from analysis.view import save_as, settings
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
    assert {"key": key, "title": "My own"} in own
    assert key not in [each["key"] for each in others]
    assert answer.status_code == 200


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
