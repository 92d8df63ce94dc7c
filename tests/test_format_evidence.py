"""Evidence: what a change leaves of it, and what the assumption sheet shows of it."""

from pathlib import Path
from typing import Any

import pytest

from engine.errors import ScenarioError
from engine.inputs import Input
from engine.loader import load, loads, to_yaml
from engine.scenario import Scenario

ROOT = Path(__file__).parents[1]
FIRST = load(ROOT / "scenarios" / "first-intubations.yaml")
SMALL = load(Path(__file__).parent / "cases" / "valid" / "smallest.yaml")
PASS = "task.steps[laryngoscopy].errors[failed pass]"
RESPONSE = "supervision.response.lognormal.median"


def cited(scenario: Scenario) -> set[str]:
    return {entry.about for entry in scenario.evidence}


def with_evidence(*entries: dict[str, Any], **changes: Any) -> Scenario:
    """The first scenario with this evidence only."""
    return FIRST.with_({"evidence": list(entries), **changes})


def sheet(scenario: Scenario) -> dict[str, Input]:
    return {each.path: each for each in scenario.inputs()}


# ------------------------------------------------------------------ evidence and changes
@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        ({"supervision.response": "3 min"}, {RESPONSE}),
        ({"supervision.response": {"lognormal": {"mean": "3 min", "sd": "1 min"}}}, {RESPONSE}),
        ({"supervision.response.lognormal": {"p5": "1 s", "p95": "9 s"}}, {RESPONSE}),
        ({"supervision.cue": None}, {"supervision.cue.works"}),
        ({f"{PASS}.escalation": "never"}, {f"{PASS}.escalation.lognormal.median"}),
        ({"supervision.response": {"lognormal": {"median": "3 min", "cv": 2}}}, set()),
        ({RESPONSE: "3 min"}, set()),
        ({"study.gap": "1 h"}, set()),
        ({"evidence": []}, cited(FIRST)),
    ],
)
def test_a_change_drops_the_evidence_about_what_it_replaces(
    changes: dict[str, Any], lost: set[str]
) -> None:
    before = FIRST.canonical_json()
    changed = FIRST.with_(changes)
    assert cited(changed) == cited(FIRST) - lost
    again = loads(to_yaml(changed))
    assert again.resolved() == changed.resolved()
    assert again.hash == changed.hash
    assert FIRST.canonical_json() == before


def test_a_replaced_distribution_counts_as_an_assumption() -> None:
    path = f"{PASS}.time_to_harm"
    assert sheet(FIRST)[path].status == "sourced"
    replaced = sheet(FIRST.with_({path: "9 min"}))[path]
    assert (replaced.status, replaced.source, replaced.note) == ("assumption", None, None)


def test_a_range_goes_with_the_single_number_it_was_about() -> None:
    entry = {"about": "supervision.fix", "source": "assumption", "note": "seen", "range": [1, 2]}
    entry["range"] = ["1 min", "3 min"]
    limit = {"about": "supervision.time_limit", "source": "assumption", "range": ["1 min", "9 min"]}
    start = SMALL.with_({"supervision.time_limit": "2 min", "evidence": [entry, limit]})
    assert start.evidence[0].range == ("1.0 min", "3.0 min")
    spread = {"lognormal": {"median": "2 min", "cv": 1}}
    changed = start.with_({"supervision.fix": spread, "supervision.time_limit": None})
    assert [each.range for each in changed.evidence] == [None, None]
    assert changed.evidence[0].note == "seen"
    assert loads(to_yaml(changed)).hash == changed.hash
    assert start.with_({"supervision.fix": "5 min"}).evidence == start.evidence


def test_evidence_given_with_the_change_is_not_dropped() -> None:
    stale = [{"about": RESPONSE, "source": "assumption"}]
    with pytest.raises(ScenarioError, match=r"evidence\[#1\].about.*the lognormal that stood here"):
        FIRST.with_({"supervision.response": "3 min", "evidence": stale})


def test_a_variant_that_loses_evidence_loads_and_applies() -> None:
    variants = {"slow": {"supervision.response": "3 min", "supervision.cue": None}}
    scenario = loads(to_yaml(FIRST.with_({"variants": variants})))
    assert cited(scenario) == cited(FIRST)
    slow = scenario.with_variant("slow")
    assert cited(scenario) - cited(slow) == {RESPONSE, "supervision.cue.works"}
    assert loads(to_yaml(slow)).resolved() == slow.resolved()


# --------------------------------------------------------------- evidence on the sheet
def test_a_distribution_shows_the_evidence_of_its_parameters() -> None:
    found = sheet(FIRST)
    harm = found[f"{PASS}.time_to_harm"]
    assert (harm.status, harm.source, harm.range) == ("sourced", "berthoud1991", None)
    assert harm.note == (
        "median: derived: apnoea to 90 % in 595 s, SD 142; as a median 9.6 min (8 min to 11 min); "
        "cv: derived: 142 s / 595 s = 0.24 (0.15 to 0.4)"
    )
    fix = found["supervision.fix"]
    assert (fix.status, fix.note) == ("assumption", "median: 45 s to 3 min")


def test_a_parameter_without_a_source_does_not_hide_the_others() -> None:
    scenario = with_evidence(
        {"about": "supervision", "source": "assumption", "note": "as at home"},
        {"about": RESPONSE, "source": "tatel", "range": ["1 s", "30 s"]},
        {"about": "supervision.fix", "source": "assumption", "range": ["1 min", "2 min"]},
        **{"supervision.fix": "90 s"},
    )
    found = sheet(scenario)
    response = found["supervision.response"]
    assert (response.status, response.source) == ("assumption", None)
    assert response.note == "as at home; median: 1 s to 30 s, source tatel"
    assert found["supervision.fix"].range == (1.0, 2.0)


@pytest.mark.parametrize(
    ("value", "about", "note"),
    [
        ("90 s", "fixed", None),
        ({"uniform": ["30 s", "2 min"]}, "uniform[#2]", "high: 45 s to 3 min"),
        ({"empirical": ["1 min", "2 min"]}, "empirical[#1]", "value 1: 45 s to 3 min"),
        ({"exponential": {"mean": "1 min"}}, "exponential.mean", "mean: 45 s to 3 min"),
    ],
)
def test_each_family_shows_the_evidence_below_it(value: Any, about: str, note: str | None) -> None:
    entry = {
        "about": f"supervision.fix.{about}",
        "source": "assumption",
        "range": ["45 s", "3 min"],
    }
    scenario = FIRST.with_({"supervision.fix": value})
    fix = sheet(scenario.with_({"evidence": [entry]}))["supervision.fix"]
    assert fix.note == note
    assert fix.range == ((0.75, 3.0) if about == "fixed" else None)


# -------------------------------------------------------------------------------- choices
def test_choices_are_those_with_evidence_and_permissiveness() -> None:
    found = {each.path: each for each in FIRST.choices()}
    assert list(found) == ["independent.cases", "supervision.permissiveness", "supervision.policy"]
    policy = found["supervision.policy"]
    assert (policy.value, policy.source, policy.range) == ("value_weighted", "klasen2020", None)
    assert found["supervision.permissiveness"].range == (0.0, 1.0)
    assert (found["independent.cases"].value, found["independent.cases"].source) == (
        "170",
        "kopacz1996",
    )
    [only] = SMALL.choices()
    assert (only.path, only.value, only.status) == (
        "supervision.permissiveness", "0.2", "assumption",
    )  # fmt: skip


def test_no_evidence_is_left_out_of_both_sheets() -> None:
    paths = [
        "study.gap.exponential.mean", "supervision.never_allow", "supervision.time_limit",
        "supervision.cue", "supervision.judgement.bias", f"{PASS}.first_harm", f"{PASS}.share",
        "independent.safety_net",
    ]  # fmt: skip
    entries = [{"about": path, "source": "assumption", "note": path} for path in paths]
    scenario = with_evidence(
        *entries,
        **{
            "supervision.cue": None,
            "supervision.never_allow": ["failed pass"],
            "study.gap": {"exponential": {"mean": "2 d"}},
        },
    )
    found = {each.path: each for each in (*scenario.inputs(), *scenario.choices())}
    notes = " ".join(each.note or "" for each in found.values())
    assert [path for path in paths if path not in notes] == []
    assert not {each.path for each in scenario.inputs()} & {
        each.path for each in scenario.choices()
    }
    assert found["study.gap"].value == "exponential: mean 2 d"
    assert found["supervision.never_allow"].value == "failed pass"
    assert found["supervision.time_limit"].value == found["supervision.cue"].value == "none"
    assert found["independent.safety_net"].value == "true"


def test_a_section_with_evidence_shows_the_choices_in_it() -> None:
    scenario = with_evidence({"about": "study", "source": "tatel", "note": "the rota"})
    shown = {each.path: each.note for each in scenario.choices()}
    assert shown == {
        "study.cases": "the rota",
        "study.gap": "the rota",
        "study.horizon": "the rota",
        "supervision.permissiveness": None,
    }
