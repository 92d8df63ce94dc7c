"""The shipped scenarios: complete, honest about their sources, and believable when run.

Golden in kind: the figures come from `SHIPPED`, and each of its bounds says where it is from.
Seeds are fixed, so a bound is met or it isn't; change one only for a reason written beside it.
"""

import re
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest
from ruamel.yaml import YAML

from analysis import handbook
from engine.loader import load, loads, to_yaml
from engine.run import simulate
from engine.scenario import Scenario, json_schema

NAMES = sorted(path.stem for path in handbook.FOLDER.glob("*.yaml"))
PERMISSIVENESS = "supervision.permissiveness"
REPLICATIONS = 12

# Means of 12 replications at the shipped settings must lie between these.
SHIPPED: dict[str, dict[str, tuple[float, float]]] = {
    "first-intubations": {
        "errors": (20, 37),  # first passes fail in 37 % at first, 10 % at best
        "taken_over": (14, 25),
        "self_recovered": (2, 10),
        "harm_any": (2, 6),  # a rough trial of the model gave 3.6
        "independent_harm_any": (5, 10),  # and 7.2
        "total_burden": (1.8, 2.8),  # and 2.26
        "supervisor_busy": (0, 0.05),
    },
    "laparoscopic-cholecystectomy": {
        "taken_over": (30, 80),  # Godfrey 2021: 72 % of hernia repairs, range 30 to 80 %
        "self_recovered": (4, 20),
        "harm_severe": (0.1, 1.7),  # Moore 1995: 1.7 % of first operations injure a bile duct
        "independent_harm_severe": (0.17, 1.7),  # and 0.17 % of fiftieth ones
        "supervisor_busy": (0, 0.05),
    },
    "opioid-dosing": {
        "errors": (6.3, 10),  # Ashcroft 2015: 8.4 % of first-year orders
        "intercepted": (2, 6),  # almost all are intercepted, by whomever
        "harm_any": (0.5, 3),
        "harm_death": (0, 0.1),
    },
    "night-handover": {
        "harm_mild": (2.5, 4.4),  # Starmer 2023: 17.5 minor events in 400 to 700 handovers
        "harm_severe": (0, 0.4),  # and 1.7 major ones
        "self_recovered": (10, 40),
    },
    "chest-pain": {
        "errors": (7, 13),  # Hautz 2019: 12.3 % at first
        "intercepted": (2, 6),
        "harm_any": (1, 4),
    },
    "deteriorating-ward": {
        "supervisor_busy": (0.4, 0.7),  # the queue matters
        "rescue_wait": (8, 45),
        "called": (5, 20),
        "harm_any": (10, 25),
        "harm_death": (0, 0.5),
    },
}


@pytest.fixture(params=NAMES)
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return named(request.param)


@cache
def named(name: str) -> Scenario:
    return load(handbook.FOLDER / f"{name}.yaml")


@cache
def table(name: str, permissiveness: float | None = None) -> pd.DataFrame:
    """The result table of a scenario, as shipped or at another permissiveness."""
    scenario = named(name)
    if permissiveness is not None:
        scenario = scenario.with_({PERMISSIVENESS: permissiveness})
    return simulate(scenario, seed=0, replications=REPLICATIONS).table


# ------------------------------------------------------------------------------- the files
def test_there_are_six_and_every_domain_of_the_study_is_among_them() -> None:
    assert sorted(SHIPPED) == NAMES
    domains = {named(name).domain for name in NAMES}
    assert domains == {"procedure", "medication", "communication", "diagnosis", "management"}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_loads_without_a_warning_under_its_own_name(name: str) -> None:
    assert named(name).warnings() == ()
    assert named(name).id == name


def test_a_file_fits_the_schema_and_survives_being_written_out(scenario: Scenario) -> None:
    text = (handbook.FOLDER / f"{scenario.id}.yaml").read_text(encoding="utf-8")
    content: Any = YAML(typ="safe", pure=True).load(text)
    jsonschema.Draft202012Validator(json_schema()).validate(content)
    assert loads(to_yaml(scenario)).hash == scenario.hash


def test_education_is_complete(scenario: Scenario) -> None:
    education = scenario.education
    assert 1 <= len(education.objectives) <= 4
    assert len(education.debriefing_points) >= 3
    assert education.learner_level is not None
    assert education.prebriefing is not None
    assert len(scenario.description.split()) >= 60


def test_no_supervisor_is_clairvoyant(scenario: Scenario) -> None:
    assert scenario.supervision.judgement.noise > 0


def test_harm_is_weighed_alike_in_all() -> None:
    assert len({str(named(name).harm_weights) for name in NAMES}) == 1


def test_the_variants_bracket_what_failure_teaches(scenario: Scenario) -> None:
    assert set(scenario.variants) == {"optimistic", "pessimistic"}
    low = scenario.with_variant("pessimistic").learning
    high = scenario.with_variant("optimistic").learning
    for gain in ("failure", "resilience"):
        for kind in ("debriefed", "alone"):
            values = [getattr(getattr(each, gain), kind) for each in (low, scenario.learning, high)]
            assert values[0] < values[1] < values[2], f"{gain}.{kind}: {values}"


# ------------------------------------------------------------------------------ the evidence
def test_every_source_is_cited_and_every_citation_has_a_source(scenario: Scenario) -> None:
    cited = {entry.source for entry in scenario.evidence} - {"assumption"}
    assert cited == set(scenario.sources)


def test_sourced_numbers_say_how_well_they_are_known(scenario: Scenario) -> None:
    for entry in scenario.evidence:
        if entry.source != "assumption":
            assert re.match(r"(seen|derived): ", entry.note or ""), entry.about


def test_nothing_recalled_is_cited(scenario: Scenario) -> None:
    text = (handbook.FOLDER / f"{scenario.id}.yaml").read_text(encoding="utf-8")
    assert "recalled" not in text.lower()


def test_evidence_has_a_range_around_the_shipped_value(scenario: Scenario) -> None:
    for entry in scenario.evidence:
        # a share can't vary alone (they sum to 1), and a list or a number of cases isn't varied
        if entry.about.endswith((".share", ".never_allow", ".policy", "independent.cases")):
            continue
        assert entry.range is not None, entry.about
        now = handbook.quantity(scenario.get(entry.about))
        low, high = (handbook.quantity(end) for end in entry.range)
        assert low <= now <= high, f"{entry.about}: {now} is not between {low} and {high}"
        assert low < high, entry.about


def test_what_the_answer_hangs_on_has_a_range(scenario: Scenario) -> None:
    ranged = {entry.about for entry in scenario.evidence if entry.range is not None}
    gains = {
        f"learning.{of}.{how}" for of in ("failure", "resilience") for how in ("debriefed", "alone")
    }
    assert gains | {PERMISSIVENESS, "debrief.probability", "patient.difficulty_sd"} <= ranged


# ---------------------------------------------------------------------------- believable runs
@pytest.mark.parametrize("name", NAMES)
def test_shipped_figures_are_believable(name: str) -> None:
    means = table(name).mean()
    for outcome, (low, high) in SHIPPED[name].items():
        assert low <= means[outcome] <= high, f"{outcome}: {means[outcome]:.3g}"


@pytest.mark.parametrize("name", NAMES)
def test_most_allowed_failures_end_without_harm(name: str) -> None:
    found = table(name)
    assert found["allowed"].mean() > 0
    assert found["allowed_unharmed"].mean() > 0.8


@pytest.mark.parametrize("name", NAMES)
def test_supervisors_prevent_some_errors_and_allow_some(name: str) -> None:
    means = table(name).mean()
    for what in ("prevented", "allowed"):
        assert means[what] > 0.03 * means["noticed"], what


@pytest.mark.parametrize("name", NAMES)
def test_more_leeway_harms_more_now_and_less_later(name: str) -> None:
    some = named(name).supervision.permissiveness
    now, later = "harm_any", "independent_harm_burden"
    assert table(name, 1.0)[now].mean() > table(name)[now].mean() > 0
    assert table(name, 1.0)[now].mean() > table(name, 0.0)[now].mean()
    assert some > 0
    assert table(name)[later].mean() < table(name, 0.0)[later].mean()


@pytest.mark.parametrize("name", NAMES)
def test_allowing_nothing_allows_nothing(name: str) -> None:
    assert table(name, 0.0)["allowed"].sum() == 0


@pytest.mark.parametrize("name", NAMES)
def test_grave_harm_is_rare(name: str) -> None:
    means = table(name).mean()
    assert means["harm_severe"] + means["harm_death"] < 1.5


# ---------------------------------------------------------------------------------- the papers
def test_the_papers_are_up_to_date() -> None:
    handbook.main(["--check"])


def test_old_papers_are_told_from_current_ones(tmp_path: Path) -> None:
    for name in NAMES:
        shutil.copy(handbook.FOLDER / f"{name}.yaml", tmp_path)
    with pytest.raises(SystemExit, match=r"README\.md and schema\.json; run `make docs`"):
        handbook.main(["--check"], tmp_path)
    handbook.main([], tmp_path)
    handbook.main(["--check"], tmp_path)
    page = tmp_path / "README.md"
    page.write_text(page.read_text(encoding="utf-8") + "by hand", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"scenarios/: README\.md; run"):
        handbook.main(["--check"], tmp_path)


def test_the_page_names_each_scenario_and_each_key() -> None:
    page = handbook.papers(handbook.FOLDER)["README.md"]
    for name in NAMES:
        assert f"`{name}.yaml`" in page
        assert named(name).title in page
    for key in ("supervision.judgement.noise", "task.steps[].errors[].time_to_harm", "id"):
        assert f"| `{key}` |" in page
