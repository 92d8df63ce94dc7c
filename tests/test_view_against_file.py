"""What a saved page says of the changes that it shows, with the file's own values beside them."""

import pytest

from analysis.view import settings
from analysis.view.against_file import against_file, file_name
from engine import loader
from tests.analysis_samples import FILE, small_scenario

LATENCY = "supervision.response.lognormal.median"


def told(changes, variant=None):
    file = small_scenario()
    base = file if variant is None else file.with_variant(variant)
    return against_file(file, base.with_(changes), variant=variant, changes=changes)


def test_a_scenario_as_in_its_file_departs_in_nothing():
    assert told({}) is None


def test_values_stand_beside_the_files_own():
    found = told({LATENCY: "45 s", "supervision.permissiveness": 0.37})
    assert found["says"] == (
        "Changed: rescue latency 45 s (5 s in the file), permissiveness 0.37 (0.2 in the file)."
    )
    assert found["own"] == {"permissiveness": "0.2", "latency": "5 s"}


def test_what_is_outside_its_plausible_range_is_warned_of():
    assert told({LATENCY: "10 s"})["warnings"] == []
    (warning,) = told({LATENCY: "45 s"})["warnings"]
    assert warning.startswith("Rescue latency 45 s lies outside the plausible range")


def test_other_paths_are_told_as_they_were_given():
    found = told({"learning.practice": 2, "supervision.response": {"fixed": "7 s"}}, "pessimistic")
    assert found["says"] == (
        "Variant pessimistic; changed: learning.practice = 2, supervision.response = {fixed: 7 s}."
    )
    assert found["own"] == {"latency": "5 s"}


def test_a_variant_alone_is_told():
    assert told({}, "pessimistic")["says"] == "Variant pessimistic."


def test_a_policy_and_a_time_limit_that_the_file_lacks():
    found = told({"supervision.policy": "time_limit", "supervision.time_limit": "2 min"})
    assert found["says"] == (
        "Changed: policy wait a fixed time (weigh learning against risk in the file), "
        "time limit 2 min (none in the file)."
    )
    assert found["own"]["time_limit"] == "none"


@pytest.mark.parametrize(
    ("tokens", "seed", "name"),
    [
        ({}, 0, "first-intubations"),
        ({}, 3, "first-intubations-seed-3"),
        (
            {"permissiveness": "0.37", "latency": "45s"}, 0,
            "first-intubations-permissiveness-0.37-latency-45s",
        ),
        ({"policy": "hands_off"}, 0, "first-intubations-policy-hands-off"),
    ],
)  # fmt: skip
def test_a_saved_page_is_named_by_what_it_shows(tokens, seed, name):
    scenario = loader.load(FILE)
    assert file_name(scenario, settings.meant(scenario, tokens), seed=seed) == name


def test_many_changes_make_a_name_with_a_hash():
    scenario = loader.load(FILE)
    tokens = {"latency": "45s", "trainees": "7", "supervisors": "3", "watched": "0.5"}
    tokens |= {"permissiveness": "0.37"}
    meaning = settings.meant(scenario, tokens)
    name = file_name(scenario, meaning, seed=9)
    assert name == f"first-intubations-{meaning.scenario.hash[:8]}-seed-9"
