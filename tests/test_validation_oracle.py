"""The general oracle: scenarios that hypothesis draws, against their absorbing Markov chains.

Power, on the reference engine. In one scenario a rule that is wrong moves an end by tenths: an
end of chance .3 that is off by .17 is refused with power .999. In the sum of 100 scenarios the
smallest shifts so caught are those of `CAUGHT`; the tests of 500 scenarios catch half of them, and
a compiled engine, which simulates twenty times the episodes, a quarter.
"""

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from analysis.validation.checks import Setting
from analysis.validation.oracle import CHECK, EACH_LIMIT, POOLED, Pool, compared, drawn
from engine.run import ENGINES

CAUGHT = {
    "harm_death": 0.05,
    "prevented": 0.08,
    "called": 0.06,
    "self_recovered": 0.06,
    "exhausted": 0.04,
    "independent_harm_any": 0.05,
    "duration": 0.08,
}
"""Relative shifts of a share or mean that 100 scenarios on the reference engine catch."""


@st.composite
def episodes(draw):
    """A scenario that a chain can tell."""
    return drawn(lambda options: draw(st.sampled_from(options)))


def agreed(engine, number, scenarios):
    """All comparisons of so many scenarios, each within its limit; `number` chooses them."""
    pool = Pool()

    @seed(number)
    @settings(
        max_examples=scenarios,
        phases=[Phase.generate],  # a scenario that differs by chance can't be made simpler
        suppress_health_check=list(HealthCheck),
    )
    @given(episodes())
    def agree(scenario):
        findings = compared(scenario, engine, int(scenario.hash[:8], 16))
        for each in findings:
            assert abs(each.z) <= EACH_LIMIT, each
        pool.add(findings)

    agree()
    return pool


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("engine", ENGINES)
def test_scenarios_agree_with_their_chains(engine, number):
    """Twice 100 scenarios, which `make test` runs at the same time."""
    pool = agreed(engine, number, 100)
    assert pool.scenarios >= 100
    for comparison in pool.comparisons(POOLED):
        assert comparison.holds, comparison
        assert comparison.smallest <= CAUGHT.get(comparison.name, 1), comparison


@pytest.mark.long
@pytest.mark.parametrize("number", range(10))
@pytest.mark.parametrize("engine", ENGINES)
def test_thousands_of_scenarios_agree_with_their_chains(engine, number):
    """Ten times 500 scenarios."""
    pool = agreed(engine, 100 + number, 500)
    for comparison in pool.comparisons(POOLED):
        assert comparison.holds, comparison


@pytest.mark.long
@pytest.mark.parametrize("engine", ENGINES)
def test_the_check_of_the_validation_page_holds(engine):
    verdict = CHECK.run(Setting(quick=True, engine=engine))
    assert verdict.holds, verdict
