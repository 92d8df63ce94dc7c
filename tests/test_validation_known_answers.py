"""Every known answer and every exact limit, on every engine."""

import math
from pathlib import Path

import pytest

from analysis.validation import known_limits
from analysis.validation.chain import NotAChainError
from analysis.validation.checks import (
    REFERENCE,
    Comparison,
    Outcome,
    Setting,
    exact,
    judged,
    mean,
    needed,
    share,
)
from analysis.validation.episode_law import compile_episode
from analysis.validation.known_answers import KNOWN, harm_and_recovery, known
from analysis.validation.oracle import KIND
from analysis.validation.verification import CHECKS
from engine.loader import load
from engine.run import ENGINES

SHIPPED = sorted(Path(__file__).parents[1].glob("scenarios/*.yaml"))
PROVED = [check for check in CHECKS if check.id != "oracle"]
quick = pytest.mark.parametrize("check", PROVED, ids=lambda check: check.id)


@pytest.mark.parametrize("engine", ENGINES)
@quick
def test_the_answer_is_the_known_one(check, engine):
    """Fixed seed, |z| <= 4.2, and the same sample refuses the smallest defect declared."""
    verdict = check.run(Setting(quick=True, engine=engine))
    assert verdict.holds, f"{check.id}: {verdict.detail}: {verdict.measured}"
    assert verdict.figures.get("would be caught", 1) == 1, f"{check.id}: {verdict.figures}"


@pytest.mark.long
@pytest.mark.parametrize("engine", ENGINES)
@quick
def test_so_it_is_in_large_samples(check, engine):
    verdict = check.run(Setting(quick=False, engine=engine))
    assert verdict.holds, f"{check.id}: {verdict.detail}: {verdict.measured}"
    assert verdict.figures.get("would be caught", 1) == 1, f"{check.id}: {verdict.figures}"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
@pytest.mark.parametrize(
    "limit",
    [
        known_limits.harmless,
        known_limits.no_recovery,
        known_limits.nobody_takes_over,
        known_limits.nobody_watches,
        known_limits.weights_only_weigh,
    ],
)
def test_limits_hold_in_the_scenarios_shipped(limit, path):
    shipped = load(path)
    # pieces of evidence and variants name quantities that a limit may take away
    small = {"study.cases": 12, "independent.cases": 10, "evidence": [], "variants": {}}
    assert limit(Setting(quick=True, engine=ENGINES[0]), shipped.with_(small)) == []


def test_every_known_answer_is_a_scenario_file_that_loads():
    files = sorted(KNOWN.glob("*.yaml"))
    assert len(files) >= 17
    for path in files:
        assert load(path).id == f"known-{path.stem}"


def test_ids_are_unique_and_every_check_says_what_it_claims():
    assert len({check.id for check in CHECKS}) == len(CHECKS)
    for check in CHECKS:
        assert check.claim.endswith(".")
        assert check.source


# ---- the rule itself -----------------------------------------------------------------------------


def test_a_2_percent_shift_of_a_fifth_takes_534_thousand_episodes():
    assert needed(0.2, 0.02) == pytest.approx(534_000, rel=0.002)


def test_a_shift_of_the_smallest_defect_is_refused_and_a_true_answer_is_not():
    p, smallest = 0.3, 0.02
    trials = needed(p, smallest)
    assert share("true", p, round(p * trials), trials, smallest).holds
    assert share("true", p, round(p * trials), trials, smallest).catches
    assert not share("off", p, round(1.02 * p * trials), trials, smallest).holds
    assert not share("too few", p, round(p * trials / 4), trials // 4, smallest).catches


def test_a_mean_is_compared_by_the_spread_that_theory_gives():
    comparison = mean("time", 2.0, 4.0, [1.0, 2.0, 6.0, 3.0], 0.5)
    assert comparison.measured == 3
    assert comparison.z == 0.5


def test_equality_allows_no_tolerance():
    assert Comparison("same", 0.1, 0.1, 0.0).holds
    assert not Comparison("nearly", 0.1, math.nextafter(0.1, 1), 0.0).holds
    assert exact([], "equality", "").outcome is Outcome.HOLDS
    assert exact(["one differs"], "equality", "").outcome is Outcome.FAILS


def test_the_worst_comparison_decides():
    good, bad = Comparison("good", 1.0, 1.1, 0.1), Comparison("bad", 1.0, 1.5, 0.1)
    assert judged([good], "").outcome is Outcome.HOLDS
    verdict = judged([good, bad], "two numbers")
    assert verdict.outcome is Outcome.FAILS
    assert "bad" in verdict.detail


def test_samples_are_large_where_the_engine_is_fast():
    slow, fast = Setting(True, REFERENCE), Setting(True, "compiled")
    assert fast.smallest == 0.02 < slow.smallest
    assert Setting(False, REFERENCE).smallest == 0.02


# ---- the chain by itself, against closed forms ---------------------------------------------------


def test_the_chain_of_a_race():
    law = compile_episode(known("01-race"))
    h, s = harm_and_recovery(known("01-race"))
    total = h + s + 1 / 20
    chances = {end.by: chance for end, chance in law.ends.items()}
    assert chances == pytest.approx({0: s / total, 2: 1 / 20 / total, 5: h / total}, rel=1e-12)
    assert law.duration == pytest.approx(1 / total, rel=1e-12)
    assert law.duration_sd == pytest.approx(1 / total, rel=1e-12)
    assert law.over_by(3.0) == pytest.approx(1 - math.exp(-3 * total), rel=1e-12)


def test_the_chain_of_notice_and_response():
    law = compile_episode(known("02-notice-then-rescue"))
    h, s = harm_and_recovery(known("02-notice-then-rescue"))
    n, r, a = 1 / 3, 1 / 4, h + s
    rescued = n / (n + a) * r / (r + a)
    harm = sum(chance for end, chance in law.ends.items() if end.level == 1)
    assert harm == pytest.approx(h / a * (1 - rescued), rel=1e-12)
    assert law.hands_on == pytest.approx(rescued, rel=1e-12)
    # of those who arrive, the response is that of the fastest of three clocks
    assert law.latency == pytest.approx(1 / (r + a), rel=1e-12)
    assert law.latency_sd == pytest.approx(1 / (r + a), rel=1e-12)


def test_the_chain_of_steps_of_harm():
    law = compile_episode(known("07-steps-of-harm"))
    k, s = harm_and_recovery(known("07-steps-of-harm"))
    for level in range(1, 5):
        reached = sum(chance for end, chance in law.ends.items() if end.level >= level)
        assert reached == pytest.approx((k / (k + s)) ** level, rel=1e-12)


def test_the_chances_of_a_chain_sum_to_one():
    for name in ("01-race", "02-notice-then-rescue", "07-steps-of-harm", "09-chain"):
        for independent in (False, True):
            law = compile_episode(known(name), independent=independent)
            assert sum(law.ends.values()) == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize(
    "change",
    [
        {f"{KIND}.time_to_harm": "10 min"},
        {f"{KIND}.recovery.time": {"lognormal": {"median": "3 min", "cv": 1}}},
        {f"{KIND}.latent": True},
        {"patient.difficulty_sd": 1},
        {"patient.fragility": {"lognormal": {"median": 1, "cv": 1}}},
        {"supervision.policy": "value_weighted", "supervision.permissiveness": 0.1},
        {"supervision.policy": "time_limit", "supervision.time_limit": "1 min"},
        {"supervision.time_cap": "4 min"},
        {"distress": {"shock": 1, "error_odds_ratio": 2}},
        {f"{KIND}.recovery.expert": 0.9, "learning.resilience.alone": 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_is_no_chain_is_refused(change):
    with pytest.raises(NotAChainError):
        compile_episode(known("09-chain").with_(change))
