"""Stylised facts: the verdict on each as recorded, so that a fact that flips is noticed."""

import numpy as np
import pytest

from analysis.validation import facts_attendings, facts_rescue
from analysis.validation.checks import Outcome, Setting
from analysis.validation.facts import FACTS
from analysis.validation.facts_said import Measured, Part, cannot_be_said, falls, near, rises, said
from analysis.validation.facts_watch import (
    PRESETS,
    by_case,
    difficulties,
    persons,
    preset,
    speeds,
    table,
    watch,
)
from engine.run import DEFAULT_ENGINE
from engine.scenario import Scenario
from engine.tally import Books
from engine.ward import World
from tests import build

QUICK = Setting(quick=True, engine=DEFAULT_ENGINE)


# ---- the record ------------------------------------------------------------------------------


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.id)
def test_verdict_is_the_recorded_one(fact):
    verdict = fact.run(QUICK)
    assert verdict.outcome is fact.recorded, verdict.measured


def test_every_fact_of_the_evidence_is_there():
    numbers = {fact.id.removeprefix("sf-").rstrip("abcde") for fact in FACTS}
    core = {f"{number:02d}" for number in range(1, 13)}
    assert numbers - {"opt-"} == core
    assert {fact.id for fact in FACTS if "opt" in fact.id} == {f"sf-opt-{x}" for x in "abcd"}
    assert len({fact.id for fact in FACTS}) == len(FACTS)


def test_every_fact_names_status_and_strength_of_its_source():
    for fact in FACTS:
        assert "seen" in fact.source, fact.id
        assert any(word in fact.source for word in ("strong", "moderate", "weak")), fact.id


# ---- a fact can be missed --------------------------------------------------------------------


def test_without_shared_difficulty_seniors_do_as_well_after_a_failure(monkeypatch):
    def easy(name: str) -> Scenario:
        return preset(name).with_({"patient.difficulty_sd": 0})

    monkeypatch.setattr(facts_rescue, "preset", easy)
    verdict = facts_rescue._rescue_of_failed_cases(QUICK)
    assert verdict.outcome is Outcome.FAILS
    gap = verdict.figures["seniors' success, own cases"]
    gap -= verdict.figures["seniors' success after a fellow's failure"]
    assert abs(gap) < 0.02


def test_supervisors_who_are_all_alike_explain_no_takeover(monkeypatch):
    alike = preset("hernia").with_({"supervision.judgement.between_supervisors_cv": 0})
    found = facts_attendings._takeovers(alike, QUICK)
    assert found["share by supervisor"] < 0.01
    assert found["variance by difficulty"] > 0.5


# ---- what is said ----------------------------------------------------------------------------


def test_a_fact_holds_where_every_part_does():
    inside, outside = near("first", 0.5, 0.52, 0.05), near("second", 0.5, 0.6, 0.05)
    assert said([inside], "").outcome is Outcome.HOLDS
    verdict = said([inside, outside], "Said.", {"more": 1.0})
    assert verdict.outcome is Outcome.FAILS
    assert verdict.detail == "Said. (missed: second)"
    assert verdict.figures == {"first": 0.5, "second": 0.5, "more": 1.0}


def test_a_missing_number_bears_nothing_out():
    assert not Part("share", float("nan"), low=0).holds


@pytest.mark.parametrize(("mean", "up", "down"), [(1.0, False, False), (2.5, True, False)])
def test_a_direction_must_be_clear_of_its_error(mean, up, down):
    assert rises("it", Measured(mean, 1.0)).holds is up
    assert falls("it", Measured(mean, 1.0)).holds is down
    assert falls("it", Measured(-mean, 1.0)).holds is up


def test_what_cannot_be_said_says_why():
    verdict = cannot_be_said("a ratio near 1", "There is no rule for it.", {"ratio": 0.5})
    assert verdict.outcome is Outcome.CANNOT_BE_SAID
    assert verdict.measured == "ratio 0.5"


# ---- watching --------------------------------------------------------------------------------


def test_what_was_watched_is_what_the_table_counts():
    scenario = preset("emergency-intubation")
    seen, told = watch(scenario, QUICK, 3), table(scenario, QUICK, 3)
    cases = by_case(seen, failed=seen.episodes["backup"])
    by_replication = 100 * cases.groupby("replication")[["errors", "failed"]].mean()
    assert by_replication["errors"].to_numpy() == pytest.approx(told["errors"].to_numpy())
    assert by_replication["failed"].to_numpy() == pytest.approx(told["backups"].to_numpy())
    harmed = 100 * (cases["worst"] > 0).groupby(cases["replication"]).mean()
    assert harmed.to_numpy() == pytest.approx(told["harm_any"].to_numpy())


def test_difficulty_is_that_of_the_patient():
    """With a spread this wide a coin decides nothing: hard cases go wrong, easy ones don't."""
    scenario = build.scenario(
        {
            "patient.difficulty_sd": 20,
            "task.steps[step].error_probability": {"novice": 0.5, "expert": 0.5},
            "study.cases": 60,
            "trainees.count": 2,
        }
    )
    cases = by_case(watch(scenario, QUICK, 2))
    difficulty = difficulties(cases, scenario, QUICK)
    clear = np.abs(difficulty) > 8
    assert clear.sum() > 150
    assert ((difficulty > 0) == (cases["errors"] > 0))[clear].all()


def test_persons_are_the_engine_s_own():
    scenario = preset("hernia")
    cases = by_case(watch(scenario, QUICK, 1))
    world = World(scenario, QUICK.seed, 0, Books([], []))
    expected = [world.person(person) for person in cases["person"]]
    assert np.exp(world.person_sigma * persons(cases, QUICK)) == pytest.approx(expected)
    assert len(set(speeds(cases, QUICK))) == scenario.trainees.count


@pytest.mark.parametrize("name", sorted(path.stem for path in PRESETS.glob("*.yaml")))
def test_presets_are_good_with_every_variant(name):
    scenario = preset(name)
    assert scenario.id == f"fact-{name}"
    assert scenario.evidence
    for variant in scenario.variants:
        assert scenario.with_variant(variant).hash != scenario.hash
