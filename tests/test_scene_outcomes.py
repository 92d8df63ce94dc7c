"""Outcomes, reckoned a second time from the event log (model, sections 6 to 8)."""

import math
from pathlib import Path

import pytest

import engine
from engine.event_log import CLASSES, KINDS
from engine.outcomes import OUTCOME_NAMES
from tests.build import (
    HANDS_OFF,
    UNWATCHED,
    fine,
    log,
    outcomes,
    recovers,
    rows,
    scene,
    step,
    sure,
)
from tests.lively import LIVELY, lively
from tests.recount import Recount
from tests.recount_outcomes import outcomes as recounted

SHIPPED = sorted(Path(__file__).parents[1].glob("scenarios/*.yaml"))


def agree(told, seed):
    expected = recounted(Recount(told, log(told, seed), seed))
    found = outcomes(told, seed)
    assert set(expected) == set(OUTCOME_NAMES)
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-9, abs=1e-12, nan_ok=True), name
    return found


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", LIVELY)
def test_every_outcome_is_what_the_event_log_says(name, seed):
    agree(lively(**LIVELY[name]), seed)


def test_in_these_scenarios_everything_happens():
    found = [outcomes(lively(**settings)) for settings in LIVELY.values()]
    for name in OUTCOME_NAMES:
        assert any(one[name] > 0 for one in found), name
    kinds = {row.kind for settings in LIVELY.values() for row in log(lively(**settings))}
    assert kinds == set(KINDS)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_so_it_is_in_the_scenarios_shipped(path):
    told = engine.load(path)
    agree(told, 0)
    agree(told.with_({"supervision.permissiveness": 1, "debrief.probability": 0.9}), 7)


def test_the_replication_is_part_of_the_address_of_luck():
    told = lively()
    table = engine.simulate(told, 5, 3).table
    for replication in range(3):
        expected = recounted(Recount(told, log(told, 5, replication), 5, replication))
        for name, value in expected.items():
            assert table[name][replication] == pytest.approx(value, rel=1e-9, nan_ok=True), name


def test_fates_are_the_errors_by_class_and_harm_at_their_end():
    told = lively()
    fates = engine.simulate(told, 3, 2).fates
    for replication in range(2):
        ends = rows(told, "resolved", seed=3, replication=replication)
        ends = [row for row in ends if not row.independent]
        for _, fate in fates[fates["replication"] == replication].iterrows():
            level = ("none", "mild", "moderate", "severe", "death").index(fate["harm"])
            of_it = [
                row
                for row in ends
                if CLASSES[int(row.second)] == fate["fate"] and row.level == level
            ]
            assert fate["per_100_cases"] == 100 * len(of_it) / 75


# ---- one by one --------------------------------------------------------------------------------


def test_a_patient_counts_once_at_the_worst_level_of_its_episodes():
    told = scene(step("a", worst_harm="mild"), step("b", worst_harm="moderate"), fine("c"),
                 supervision=UNWATCHED)  # fmt: skip
    found = outcomes(told)
    assert (found["harm_any"], found["harm_mild"], found["harm_moderate"]) == (100, 0, 100)
    assert found["harm_burden"] == 200
    assert found["total_burden"] == 2
    assert found["errors"] == 200


def test_where_there_is_nothing_to_divide_by_the_outcome_is_missing_not_0():
    found = outcomes(scene(fine("a")))
    missing = {name for name, value in found.items() if math.isnan(value)}
    assert missing == {
        "allowed_unharmed", "rescue_latency", "rescue_wait", "notice_wait", "independent_errors",
        "independent_harm_any", "independent_harm_severe", "independent_harm_burden",
    }  # fmt: skip
    none = outcomes(scene(study={"horizon": "1 min"}))
    assert math.isnan(none["errors"])
    assert math.isnan(none["harm_any"])
    assert math.isnan(none["supervisor_busy"])
    assert none["experience"] == 0


def test_notice_wait_is_over_judged_episodes_from_first_notice_to_judgement():
    busy = step("x", latent=True, call=sure(0), visible_after="never", time_to_harm="1 h")
    seen = step("a", latent=True, visible_after="1 min", time_to_harm="1 h")
    told = scene(
        busy, seen, step("b", visible_after="never", recovery=recovers(0)), supervision=HANDS_OFF
    )
    assert outcomes(told)["notice_wait"] == 2  # from 11 to 13
    assert outcomes(scene())["notice_wait"] == 0


def test_allowed_unharmed_is_the_share_of_allowed_failures_that_ended_at_none():
    told = scene(step(recovery=recovers(5, 0.5)), study={"cases": 40}, supervision=HANDS_OFF)
    ends = rows(told, "resolved")
    assert outcomes(told)["allowed_unharmed"] == sum(row.level == 0 for row in ends) / 40
