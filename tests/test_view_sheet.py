"""The assumption sheet of the page: nothing left out, and counted as everywhere else."""

import json

import pytest

from analysis import findings
from analysis.view.sheet import range_words, sheet
from engine import Scenario, load
from tests.analysis_samples import SCENARIOS, small_scenario
from tests.build import data

FILES = sorted(SCENARIOS.glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_row_for_every_input_and_every_choice(file):
    scenario = load(file)
    told = sheet(scenario)
    json.dumps(told, allow_nan=False)
    assert [row["path"] for row in told["rows"]] == [one.path for one in scenario.inputs()]
    assert [row["path"] for row in told["choices"]] == [one.path for one in scenario.choices()]
    for row, one in zip(told["rows"], scenario.inputs(), strict=True):
        assert (row["value"], row["status"], row["source"], row["note"]) == (
            one.value, one.status, one.source, one.note
        )  # fmt: skip
        assert (row["range"] is None) == (one.range is None)
        assert row["words"]
        assert row["section"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_counts_as_the_report_does(file):
    scenario = load(file)
    told = sheet(scenario)
    counted = findings.inputs_of(scenario)
    statuses = [row["status"] for row in told["rows"]]
    assert told["share"] == counted.share
    assert told["counts"] == {
        "sourced": statuses.count("sourced"),
        "assumptions": statuses.count("assumption"),
        "total": len(statuses),
    }
    assert (counted.sourced, counted.total) == (statuses.count("sourced"), len(statuses))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_source_named_is_listed_in_full(file):
    scenario = load(file)
    told = sheet(scenario)
    listed = {text.split(": ", 1)[0] for text in told["sources"]}
    named = {row["source"] for row in (*told["rows"], *told["choices"])} - {None}
    assert named <= listed == set(scenario.sources)


def test_first_intubations():
    told = sheet(small_scenario())
    rows = {row["path"]: row for row in (*told["rows"], *told["choices"])}
    assert told["share"] == "38 of 48 inputs are assumptions"
    assert rows["patient.difficulty_sd"]["range"] == "0.8 to 2"
    assert rows["patient.difficulty_sd"]["section"] == "Patients"
    assert rows["patient.difficulty_sd"]["words"] == "how much cases differ in difficulty"
    assert rows["learning.half_life"]["range"] == "91 d to 392 d"
    assert rows["supervision.permissiveness"]["status"] == "assumption"


def test_a_scenario_without_evidence():
    told = sheet(Scenario.model_validate(data()))
    assert told["counts"]["sourced"] == 0
    assert told["sources"] == []
    assert told["share"].endswith("inputs are assumptions")


@pytest.mark.parametrize(
    ("ends", "unit", "says"),
    [
        ((0, 0.3), "", "0 to 0.3"),
        ((0, 30), "min", "0 s to 30 min"),
        ((0.75, 3), "min", "45 s to 3 min"),
    ],
)
def test_a_range_is_told_in_its_unit(ends, unit, says):
    assert range_words(ends, unit) == says
