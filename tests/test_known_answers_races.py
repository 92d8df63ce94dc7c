"""Known answers 1 to 8 and 10: clocks that race, thinning, and learning at a fixed pace.

On the reference engine the samples are modest: they catch a relative shift of 12 % of a chance of
.2 (tests.sampling says how). A compiled engine takes 534,000 episodes and catches 2 %.
"""

import math

import numpy as np
import pytest

from engine.luck import Purpose
from engine.run import events, simulate
from tests.build import UNWATCHED, at, scene, step
from tests.sampling import (
    ALL_CATCHES,
    CATCHES,
    ENGINES,
    MOST_ROWS,
    ROWS,
    check_mean,
    check_share,
    endings,
    episodes,
    exponential,
    race,
    self_recovery,
    shares,
    smallest_defect,
)

each_engine = pytest.mark.parametrize("engine", ENGINES)

H, S, R, N, K = 0.02, 0.05, 0.08, 0.1, 0.03
A = H + S
HARM = {"time_to_harm": exponential(H), "recovery": self_recovery(S)}
AT_ONCE = {"response": "0 min", "fix": "0 min"}


def limit(minutes):
    return {"policy": "time_limit", "time_limit": f"{minutes!r} min"}


@each_engine
def test_the_sample_catches_the_defect_it_is_said_to_catch(engine):
    least = smallest_defect(math.sqrt(0.2 * 0.8), episodes(engine)) / 0.2
    assert least <= CATCHES.get(engine, ALL_CATCHES)


# ---- 1: race -----------------------------------------------------------------------------------


@each_engine
@pytest.mark.parametrize("net", [0, K])
def test_who_wins_a_race_goes_by_the_rates_and_tells_nothing_of_the_time(engine, net):
    kind = dict(HARM)
    if net:
        kind["safety_net"] = {"probability": 1, "time": exponential(net)}
    n = ROWS.get(engine, MOST_ROWS)
    found = endings(race(engine, n=n, kind=kind, supervision=UNWATCHED), engine, seed=1)
    assert len(found) == n
    total = A + net
    times = {by: [minutes for minutes, who, *_ in found if who == by] for by in (0, 2, 5)}
    for by, rate in ((0, S), (2, net), (5, H)):
        if not rate:
            continue
        check_share(len(times[by]) / n, rate / total, n)
        check_mean(float(np.mean(times[by])), 1 / total, 1 / total, len(times[by]))
    ends = np.array([minutes for minutes, *_ in found])
    for quantile in (0.1, 0.5, 0.9):
        check_share(float(np.mean(ends <= -math.log(1 - quantile) / total)), quantile, n)


# ---- 2 to 6: one rescue ------------------------------------------------------------------------


def check_harm(engine, answer, *, seed, kind, **supervision):
    told = race(engine, kind=kind, supervision=supervision)
    found = shares(told, engine, seed)
    check_share(found["harm_any"], answer, episodes(engine))
    return found


@each_engine
def test_notice_then_rescue(engine):
    kind = HARM | {"visible_after": exponential(N)}
    answer = H / A * (1 - N / (N + A) * R / (R + A))
    check_harm(engine, answer, seed=2, kind=kind, response=exponential(R), fix="0 min")


@each_engine
@pytest.mark.parametrize("leeway", [3.0, 15.0])
def test_fixed_leeway_and_instant_rescue(engine, leeway):
    ended = 1 - math.exp(-A * leeway)
    found = check_harm(engine, H / A * ended, seed=3, kind=HARM, **AT_ONCE, **limit(leeway))
    n = episodes(engine)
    check_share(found["self_recovered"], S / A * ended, n)
    check_share(found["taken_over"], math.exp(-A * leeway), n)
    # recovered against harm is the straight line s/h, whatever the leeway
    slope = (found["self_recovered"] - S / H * found["harm_any"]) / ended
    spread = math.sqrt((S / A + (S / H) ** 2 * H / A) / ended)
    check_mean(slope, 0, spread, n)


@each_engine
def test_fixed_leeway_then_response(engine):
    leeway = 8.0
    answer = H / A * (1 - math.exp(-A * leeway) * R / (R + A))
    check_harm(
        engine, answer, seed=4, kind=HARM, fix="0 min", response=exponential(R), **limit(leeway)
    )


@each_engine
def test_harm_falls_with_more_leeway_where_a_fix_takes_long(engine):
    """A fix of 80 minutes stops the recovery, and is longer than ln(1 + h/s)/h = 17 minutes."""
    fix = 80.0
    assert fix > math.log(1 + H / S) / H
    answers = []
    for leeway in (0.0, 12.0):
        waited = math.exp(-A * leeway)
        answers.append(H / A * (1 - waited) + waited * (1 - math.exp(-H * fix)))
        supervision = {"response": "0 min", "fix": f"{fix!r} min", **limit(leeway)}
        check_harm(engine, answers[-1], seed=5, kind=HARM, **supervision)
    assert answers[0] > answers[1]


@each_engine
@pytest.mark.parametrize("shape", [0.7, 2.5])
def test_harm_that_ages_against_a_fixed_response(engine, shape):
    kind = {"time_to_harm": {"weibull": {"scale": "30 min", "shape": shape}}}
    answer = 1 - math.exp(-((12 / 30) ** shape))
    check_harm(engine, answer, seed=6, kind=kind, response="12 min", fix="0 min")


# ---- 7: steps of harm --------------------------------------------------------------------------


@each_engine
def test_each_further_level_is_reached_with_the_same_chance(engine):
    kind = {
        "time_to_harm": exponential(0.06),
        "escalation": exponential(0.06),
        "recovery": self_recovery(0.04),
        "worst_harm": "death",
    }
    found = shares(race(engine, kind=kind, supervision=UNWATCHED), engine, seed=7)
    names = ("harm_mild", "harm_moderate", "harm_severe", "harm_death")
    for level in (1, 2, 3, 4):
        reached = sum(found[name] for name in names[level - 1 :])
        check_share(reached, 0.6**level, episodes(engine))


# ---- 8: thinning -------------------------------------------------------------------------------


@each_engine
def test_noticed_and_never_watched_cases_are_multinomial(engine):
    """An error in half of the cases, three in ten of them watched; 40 cases a replication."""
    cases, replications = 40, episodes(engine) // 40
    told = race(engine, n=cases, supervision={"watched": 0.3}).with_(
        {"task.steps[step].error_probability": {"novice": 0.5, "expert": 0.5}}
    )
    table = simulate(told, 8, replications, engine=engine).table
    noticed = table["noticed"].to_numpy() * cases / 100
    unseen = table["errors"].to_numpy() * cases / 100 - noticed
    p, q = 0.5 * 0.3, 0.5 * 0.7
    check_share(float(noticed.mean()) / cases, p, replications * cases)
    check_share(float(unseen.mean()) / cases, q, replications * cases)
    both = np.cov(noticed, unseen)
    for counts, chance, variance in ((noticed, p, both[0, 0]), (unseen, q, both[1, 1])):
        assert counts.max() <= cases
        expected = cases * chance * (1 - chance)
        check_mean(float(variance), expected, expected * math.sqrt(2), replications)
    expected = -cases * p * q
    spread = math.sqrt(cases**2 * p * (1 - p) * q * (1 - q) + expected**2)
    check_mean(float(both[0, 1]), expected, spread, replications)


# ---- 10: learning at a fixed pace --------------------------------------------------------------

J = 40


def steady():
    """Every case teaches one case's worth, whether it goes wrong or not."""
    flaw = step(worst_harm="mild", time_to_harm="3 min", visible_after="never")
    flaw["error_probability"] = {"novice": 0.85, "expert": 0.1}
    return scene(
        flaw,
        study={"cases": J, "gap": "1 min"},
        supervision=UNWATCHED,
        learning={"practice": 1, "failure": {"debriefed": 9, "alone": 1}},
    )


CURVE = [0.1 + 0.75 * math.exp(-case / 10) for case in range(J)]


@each_engine
def test_at_a_fixed_pace_experience_is_the_cases_done_and_errors_follow_the_curve(engine):
    replications = episodes(engine) // J
    table = simulate(steady(), 10, replications, engine=engine).table
    assert set(table["experience"]) == {J}
    assert set(table["exhausted"] - table["errors"]) == {0}
    errors = float(table["errors"].mean()) * J / 100
    spread = math.sqrt(sum(p * (1 - p) for p in CURVE))
    check_mean(errors, sum(CURVE), spread, replications)


@each_engine
@pytest.mark.parametrize("seed", range(5))
def test_the_error_rate_in_each_case_is_exactly_the_curve(engine, seed):
    erred = {row.case for row in events(steady(), seed, engine=engine) if row.kind == "error"}
    luck = [at(Purpose.ERROR, seed=seed, case=case) for case in range(J)]
    assert erred == {case for case in range(J) if luck[case] < CURVE[case]}
