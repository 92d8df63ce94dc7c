"""What several tests of the page's data share."""

import itertools
import shlex
from functools import cache

from hypothesis import strategies as st

from analysis.changes import read_changes
from analysis.view.answer import answer
from analysis.view.controls import controls
from engine import Scenario, load
from engine.scenario import Scenario as Model
from tests.analysis_samples import SCENARIOS, small_scenario
from tests.strategies import scenario_data

SHIPPED = tuple(sorted(path.stem for path in SCENARIOS.glob("*.yaml")))
KEY = "first-intubations"


@cache
def shipped(key: str) -> Scenario:
    """A shipped scenario, loaded once."""
    return load(SCENARIOS / f"{key}.yaml")


def drawn() -> st.SearchStrategy[Scenario]:
    """Scenarios over the whole format."""
    return scenario_data().map(Model.model_validate)


@st.composite
def tokens(draw, scenario: Scenario, *, least: int = 0) -> dict[str, str]:
    """Tokens for some of a scenario's controls, each at one of its positions."""
    known = {each.key: each for each in controls(scenario)}
    names = draw(st.lists(st.sampled_from(sorted(known)), unique=True, min_size=least))
    return {name: draw(st.sampled_from(known[name].positions)).token for name in names}


def in_two_steps(scenario: Scenario, variant: str | None, changes: dict[str, object]) -> Scenario:
    """What `leeway run --variant ... --set ...` simulates."""
    base = scenario if variant is None else scenario.with_variant(variant)
    return base.with_(changes) if changes else base


def of_line(line: str, scenario: Scenario) -> Scenario:
    """The scenario that a `leeway run` line simulates whose file holds `scenario`."""
    options = list(itertools.pairwise(shlex.split(line)))
    for name in (value for option, value in options if option == "--variant"):
        scenario = scenario.with_variant(name)
    return scenario.with_(read_changes(value for option, value in options if option == "--set"))


FEW = 6
"""Replications, where numbers alone are compared."""


def few(given_ones=None, told=None, **options):
    """An answer about the small scenario."""
    one = small_scenario() if told is None else told
    return answer(one, given_ones or {}, **({"replications": FEW, "key": KEY} | options))


def at(found, token):
    return next(point for point in found["points"] if point["token"] == token)
