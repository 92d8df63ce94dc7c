"""What an attempt came to, read from the log: it adds up to what the engine booked."""

import pytest
from hypothesis import HealthCheck, given, settings

from analysis.attempts import CHANNELS, Key, attempts
from engine import Scenario
from engine.event_log import ALLOWED, LEVELS, SUPERVISOR, TRAINEE
from engine.outcomes import OUTCOME_NAMES
from engine.run import events, outcomes
from tests.build import kind, latent, recovers, scene, step, waits
from tests.lively import lively
from tests.strategies import scenario_data

OUTCOME = {
    "practice": "experience_practice",
    "failure": "experience_failure",
    "observing": "experience_observing",
    "resilience": "resilience",
    "distress": "distress",
}
NEVER_FADES = {"learning.half_life": "never", "distress.half_life": "never"}
LEARNING = {
    "practice": 1,
    "failure": {"debriefed": 1, "alone": 0.5},
    "resilience": {"debriefed": 1, "alone": 0.25},
}


def read(told, replication=0, seed=0):
    log = events(told, seed, replication)
    return attempts(told, log, seed=seed, replication=replication)


def assert_adds_up(told, replication, seed=0):
    """The attempts against the outcomes of the engine."""
    found = read(told, replication, seed).values()
    row = outcomes([told], seed, range(replication, replication + 1))[0, 0]
    of = dict(zip(OUTCOME_NAMES, row, strict=True))
    count = told.trainees.count
    training = [each for each in found if not each.key.independent]
    for channel in CHANNELS:
        total = sum(getattr(each, channel) for each in training) / count
        assert total == pytest.approx(of[OUTCOME[channel]], rel=1e-9, abs=1e-9), channel
    later = [each for each in found if each.key.independent]
    for name, group in (("harm_any", training), ("independent_harm_any", later)):
        if group:
            share = 100 * sum(each.level > 0 for each in group) / len(group)
            assert share == pytest.approx(of[name]), name
    if training:
        errors = 100 * sum(len(each.fates) for each in training) / len(training)
        assert errors == pytest.approx(of["errors"])
        allowed = 100 * sum(each.allowed for each in training) / len(training)
        assert allowed == pytest.approx(of["allowed"])


def test_a_ward_in_which_everything_happens_adds_up():
    told = lively().with_(NEVER_FADES)
    for replication in range(8):
        assert_adds_up(told, replication)
        assert_adds_up(told.with_({"supervision.after_takeover": "finish"}), replication)


@given(scenario_data())
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
def test_any_scenario_adds_up(data):
    assert_adds_up(Scenario.model_validate(data).with_(NEVER_FADES), replication=1, seed=7)


def test_a_takeover_books_the_share_of_struggle():
    """Error at 10, takeover at 13, hands on at 14, harm due at 20: four tenths of the way."""
    told = scene(step(recovery=recovers(4.5)), supervision=waits(3), learning=LEARNING)
    (one,) = read(told).values()
    assert one.key == Key(False, 0, 0)
    assert one.watched
    assert [(fate.by, fate.level) for fate in one.fates] == [(SUPERVISOR, 0)]
    assert one.gains == pytest.approx((0, 0.4 * 0.5, 0, 0.4 * 0.25, 0))


def test_a_recovery_books_practice_and_the_whole_struggle():
    told = scene(step(recovery=recovers(4.5)), supervision=waits(5), learning=LEARNING)
    (one,) = read(told).values()
    assert [(fate.by, fate.classed) for fate in one.fates] == [(TRAINEE, ALLOWED)]
    assert one.gains == pytest.approx((1, 0, 0, 0.25, 0))


def test_a_latent_error_counts_with_the_attempt_it_was_made_in():
    """Its harm comes after its case has closed: booked later, but told of the case of the error."""
    told = scene(
        latent("slow", worst_harm="mild"),
        study={"cases": 2},
        supervision={"watched": 0},
        learning=LEARNING,
    ).with_({"task.steps[slow].error_probability": {"novice": 1, "expert": 1}})
    first, second = read(told).values()
    assert first.closed
    assert LEVELS[first.level] == LEVELS[second.level] == "mild"
    assert first.gains == pytest.approx((0, 0.5, 0, 0.25, 0))
    assert second.gains == pytest.approx((0, 0.5, 0, 0.25, 0))


def test_harm_is_the_worst_of_the_case_whichever_error_did_it():
    told = scene(
        latent("slow", worst_harm="severe"),
        step("quick", kinds=[kind(worst_harm="mild")]),
        supervision={"watched": 0},
    )
    (one,) = read(told).values()
    assert LEVELS[one.level] == "severe"
    assert [LEVELS[fate.level] for fate in one.fates] == ["severe", "mild"]
