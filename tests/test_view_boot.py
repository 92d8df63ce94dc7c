"""What the page is given before it asks for anything."""

import json

import pytest

from analysis import findings, words
from analysis.view.boot import boot
from analysis.view.places import SECOND
from engine.outcomes import OUTCOME_NAMES
from tests.build import scenario
from tests.view_samples import KEY, SHIPPED, shipped


@pytest.mark.parametrize("key", SHIPPED)
def test_every_shipped_scenario_boots_as_plain_data(key):
    told = shipped(key)
    found = json.loads(json.dumps(boot(told, key=key), allow_nan=False))
    assert found["scenario"]["hash"] == told.hash
    assert found["scenario"]["sentences"]
    assert found["scenarios"] == [{"key": key, "title": told.title}]
    statuses = [one.status for one in told.inputs()]
    counted = findings.Inputs(statuses.count("sourced"), statuses.count("assumption"))
    assert found["share"] == counted.share
    assert found["simulated"] == words.SIMULATED
    assert set(found["outcomes"]) == set(OUTCOME_NAMES)
    assert found["levels"] == [16, 100, 500]
    assert found["second"] == list(SECOND)


def test_scenarios_to_choose_from_are_listed_in_their_order():
    listed = [{"key": "b", "title": "B"}, {"key": KEY, "title": "A"}]
    found = boot(shipped(KEY), key=KEY, scenarios=listed, seed=7)
    assert found["scenarios"] == listed
    assert found["seed"] == 7
    assert found["scenario"]["key"] == KEY


def test_a_plain_scenario_without_anything_optional_boots():
    told = scenario({"supervision.response": {"uniform": ["1 min", "2 min"]}})
    found = boot(told, key="plain")
    assert "latency" not in found["second"]
    assert "latency" not in [each["key"] for each in found["controls"]]
    assert found["scenario"]["education"] == {
        "learner_level": None, "objectives": [], "prebriefing": None, "debriefing_points": [],
    }  # fmt: skip


def test_every_outcome_has_a_name_a_unit_and_a_meaning():
    for each in boot(shipped(KEY), key=KEY)["outcomes"].values():
        assert each["label"]
        assert each["unit"]
        assert each["meaning"]
        assert each["better"] in ("lower", "higher", "neither")


def test_the_limits_of_the_page_are_sentences():
    limits = boot(shipped(KEY), key=KEY)["limits"]
    assert len(limits) >= 4
    assert all(each.endswith(".") for each in limits)
