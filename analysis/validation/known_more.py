"""Known answers, continued: thinning, learning, the threshold, tries, queues.

Rows 8 to 11 of the list, and further limiting cases that can be proved, each in its docstring.
"""

import math
from collections.abc import Callable
from itertools import combinations, product

import numpy as np
from scipy.integrate import quad

from analysis.validation.checks import (
    REFERENCE,
    Comparison,
    Setting,
    Verdict,
    equal,
    exact,
    judged,
    mean,
    needed,
    share,
)
from analysis.validation.episode_law import compile_episode
from analysis.validation.known_answers import (
    harm_and_recovery,
    known,
    minutes,
    rate,
    shares,
)
from analysis.validation.oracle import KIND, by_outcome, told
from engine.run import events, simulate
from engine.scenario import Scenario

TO_ROUNDING = 1e-12
"""Relative: where two orders of adding up the same numbers are compared."""


def thinning(setting: Setting) -> Verdict:
    """Watched and harmed, watched and unharmed, and so on: a multinomial with w h/a, w s/a, ...

    Among C cases counts i and j have the covariance -C p_i p_j: what is watched is decided anew
    for each case, by nothing else. The sample must catch that the counts don't depend on each
    other (a covariance of 0).
    """
    scenario = known("08-thinning").with_({"study.cases": 10})
    h, s = harm_and_recovery(scenario)
    w, cases = scenario.supervision.watched, scenario.study.cases
    runs = 1500 if setting.engine == REFERENCE and setting.quick else 20_000
    fates = simulate(scenario, setting.seed, runs, engine=setting.engine).fates
    chances = {
        (fate, harm): part * won / (h + s)
        for fate, part in (("allowed", w), ("unnoticed", 1 - w))
        for harm, won in (("mild", h), ("none", s))
    }
    counts = {}
    for fate, harm in chances:
        here = fates[(fates["fate"] == fate) & (fates["harm"] == harm)]
        counts[fate, harm] = (here["per_100_cases"].to_numpy() * cases / 100).round()
    found = []
    for cell, p in chances.items():
        smallest = 0.8 * math.sqrt(needed(p, 0.1) / (runs * cases))
        total = float(counts[cell].sum())
        found.append(share(" ".join(cell), p, total, runs * cases, smallest))
    for one, other in combinations(chances, 2):
        expected = -cases * chances[one] * chances[other]
        products = (counts[one] - cases * chances[one]) * (counts[other] - cases * chances[other])
        spread = float(np.std(products))
        name = f"covariance of {' '.join(one)} and {' '.join(other)}"
        found.append(mean(name, expected, spread, products.tolist(), 0.9))
    return judged(found, "watched and unwatched cases split as a multinomial")


def chain(setting: Setting) -> Verdict:
    """B = alpha (-T)^-1 R and mean time alpha (-T)^-1 1, for one episode with every clock.

    The same for drawn scenarios is the check `oracle`.
    """
    scenario = known("09-chain")
    law = compile_episode(scenario)
    chances = {name: p for name, p in by_outcome(law).items() if p > 0}
    found = shares(scenario, setting, chances, least=0.3)
    cases = 5_000 if setting.quick else 20_000
    log = events(scenario.with_({"study.cases": cases}), setting.seed, engine=setting.engine)
    times = [each.minutes for each in told(log, independent=False)]
    smallest = 7.5 * law.duration_sd / law.duration / math.sqrt(cases)
    found.append(mean("duration", law.duration, law.duration_sd, times, smallest))
    return judged(found, "an episode with every clock is its Markov chain")


def learning_at_a_fixed_pace(setting: Setting) -> Verdict:
    """Every case adds 1 to E, right or wrong: E_j = j, to the bit (sums of ones are exact).

    So errors are independent with p_j = expert + (novice - expert) e^(-j/learning_cases), and
    their number in J cases has mean sum p_j and variance sum p_j (1 - p_j).
    """
    scenario = known("10-learning-at-a-fixed-pace")
    step, cases = scenario.task.steps[0], scenario.study.cases
    low, high = step.error_probability.expert, step.error_probability.novice

    def curve(done: float) -> float:
        return low + (high - low) * math.exp(-done / scenario.task.learning_cases)

    chances = [curve(done) for done in range(cases)]
    expected = math.fsum(chances)
    sd = math.sqrt(math.fsum(p * (1 - p) for p in chances))
    runs = math.ceil((7.3 * sd / expected / setting.smallest) ** 2)
    table = simulate(scenario, setting.seed, runs, engine=setting.engine).table
    errors = (table["errors"] * cases / 100).tolist()
    return judged(
        [
            mean(f"errors in {cases} cases", expected, sd, errors, setting.smallest),
            equal("least experience", cases, float(table["experience"].min())),
            equal("most experience", cases, float(table["experience"].max())),
            to_rounding("error rate left", curve(cases), float(table["error_probability"].max())),
        ],
        "experience is the number of cases done, and errors follow the curve",
    )


def threshold(setting: Setting) -> Verdict:
    """t = max(notice, t0 + W (q/(1-q))^(1/sharpness) - L), from c(t) = q solved for t.

    c(t) = 1/(1 + (W/(t - t0 + L))^sharpness) rises with t; noise, bias and spread are 0, so that
    W is the true time to harm. With sharpness 1 nothing is rounded on the way but what the
    formula rounds: equal to the bit.
    """
    differences = []
    count = 0
    for permissiveness, value, sharpness, first, latency in product(
        (0.0, 0.1, 0.3, 0.5), (1.0, 0.7), (1.0, 2.0), ("mild", "moderate"), (0.0, 4.0)
    ):
        scenario = known("11-threshold").with_(
            {
                "supervision.permissiveness": permissiveness,
                f"{KIND}.educational_value": value,
                "supervision.judgement.sharpness": sharpness,
                f"{KIND}.first_harm": first,
                f"{KIND}.worst_harm": first,
                "supervision.fix": minutes(latency),
            }
        )
        expected = _steps_in(scenario)
        log = events(scenario, setting.seed, engine=setting.engine)
        (seen,) = (row.time for row in log if row.kind == "request")
        exactly = sharpness == 1 or expected == _noticed(scenario)
        if seen != expected if exactly else not math.isclose(seen, expected, rel_tol=1e-14):
            differences.append(f"stepped in at {seen!r}, not {expected!r}")
        count += 1
    return exact(differences, f"{count} step-in times", "supervisors step in when the formula says")


def _noticed(scenario: Scenario) -> float:
    opened = scenario.study.gap.standard.a
    return opened + scenario.task.steps[0].errors[0].visible_after.standard.a


def _steps_in(scenario: Scenario) -> float:
    """The formula of row 11, every factor in the model's order."""
    kind, rules, weights = (
        scenario.task.steps[0].errors[0],
        scenario.supervision,
        scenario.harm_weights,
    )
    now, opened = _noticed(scenario), scenario.study.gap.standard.a
    weight = {"mild": weights.mild, "moderate": weights.moderate}[kind.first_harm]
    q = rules.permissiveness * kind.educational_value * weights.mild / weight
    if q == 0:
        return now
    window = (opened + kind.time_to_harm.standard.a) - opened
    latency = rules.response.standard.a + rules.fix.standard.a
    odds = math.pow(q / (1 - q), 1 / rules.judgement.sharpness)
    return max(now, opened + window * odds - latency)


# ---- further limiting cases ----------------------------------------------------------------------


def cue(setting: Setting) -> Verdict:
    """Half way (at c) to a takeover at L a cue starts a recovery with chance w, which races on.

    Alive at the cue: e^(-hcL). Then cued: w (s/a)(1 - e^(-a(1-c)L)); taken over:
    (1-w) e^(-h(1-c)L) + w e^(-a(1-c)L); the rest is harm.
    """
    scenario = known("12-cue")
    h, s = harm_and_recovery(scenario)
    rules, a = scenario.supervision, h + s
    assert rules.cue is not None
    assert rules.time_limit is not None
    spoken = rules.cue.at * rules.time_limit
    left, alive = rules.time_limit - spoken, math.exp(-h * spoken)
    cued = alive * rules.cue.works * s / a * (1 - math.exp(-a * left))
    waited = (1 - rules.cue.works) * math.exp(-h * left) + rules.cue.works * math.exp(-a * left)
    answer = {"cue_recovered": cued, "taken_over": alive * waited}
    answer["harm_any"] = 1 - sum(answer.values())
    return judged(shares(scenario, setting, answer), "a cue starts a recovery that races on")


def tries(setting: Setting) -> Verdict:
    """P(backup) = (1 - p0) [1 - e^(-hD) p0 - (1 - e^(-hD)) p1], hands-on at once, two tries.

    The first try begins unharmed and works with p0, whatever comes while it lasts; the second
    begins D later, at mild with 1 - e^(-hD), and then works with p1, whose odds are p0's times the
    penalty. No level above mild comes, so that nothing ends the episode but a rescue.
    """
    scenario = known("13-tries")
    rules = scenario.supervision
    unharmed, worse = rules.rescue.success, rules.rescue.penalty
    harmed = logistic(logit(unharmed) + math.log(worse))
    still = math.exp(-rate(scenario, f"{KIND}.time_to_harm") * rules.fix.standard.a)
    backups = (1 - unharmed) * (1 - still * unharmed - (1 - still) * harmed)
    answer = {"backups": backups, "taken_over": 1.0}
    return judged(shares(scenario, setting, answer), "a try is decided by the harm at its start")


def shared_difficulty(setting: Setting) -> Verdict:
    """P(error) = E[F(e + d)] and P(error and failed try) = E[F(e + d) F(d - r)], d ~ N(0, sd).

    F is the logistic function, e and r the logits of error and rescue. The second is more than
    the product of two chances: hard cases are hard for both.
    """
    scenario = known("14-shared-difficulty")
    sd = scenario.patient.difficulty_sd
    error = logit(scenario.task.steps[0].error_probability.novice)
    rescue = logit(scenario.supervision.rescue.success)

    def expected(function: Callable[[float], float]) -> float:
        def weighted(d: float) -> float:
            return function(d) * math.exp(-d * d / (2 * sd * sd)) / (sd * math.sqrt(2 * math.pi))

        return float(quad(weighted, -12 * sd, 12 * sd, epsabs=1e-12, limit=200)[0])

    errs = expected(lambda d: logistic(error + d))
    fails = expected(lambda d: logistic(error + d) * logistic(d - rescue))
    return judged(
        shares(scenario, setting, {"errors": errs, "backups": fails}),
        "difficulty is shared by the trainee who errs and the supervisor who rescues",
    )


def forgetting(setting: Setting) -> Verdict:
    """Gains of 1, kept to q = 2^(-gap/half-life) by the next case: (1 - q^J)/(1 - q) after J."""
    scenario = known("15-forgetting")
    kept = 2.0 ** (-scenario.study.gap.standard.a / scenario.learning.half_life)
    expected = (1 - kept**scenario.study.cases) / (1 - kept)
    table = simulate(scenario, setting.seed, 1, engine=setting.engine).table
    found = [
        to_rounding("experience", expected, float(table["experience"][0])),
        to_rounding("from practice", expected, float(table["experience_practice"][0])),
    ]
    return judged(found, "what is practised and forgotten adds up to a geometric series")


def one_supervisor_many_calls(setting: Setting) -> Verdict:
    """The machine repairman (Palm 1943; Gross and Harris, Fundamentals of Queueing Theory, 2.7).

    N trainees call at rate l while they work, one supervisor fixes at rate m, first come first
    served: P(k calls) is proportional to N!/(N-k)! (l/m)^k. Who calls sees the ward as one with
    N - 1 trainees would see itself, and waits for those before: mean wait sum k P'(k) / m. The
    supervisor is busy with 1 - P(0). The first hour, from an idle ward, is 1 % of the run and
    shifts both by less than that.
    """
    scenario = known("16-one-supervisor-many-calls")
    n = scenario.trainees.count
    load = rate(scenario, "study.gap") / rate(scenario, "supervision.fix")
    fix = 1 / rate(scenario, "supervision.fix")
    wait = math.fsum(k * p for k, p in enumerate(_repairman(n - 1, load))) * fix
    busy = 1 - _repairman(n, load)[0]
    slow = setting.engine == REFERENCE
    runs = (12 if slow else 200) if setting.quick else (100 if slow else 1000)
    table = simulate(scenario, setting.seed, runs, engine=setting.engine).table
    found = [
        _measured("rescue_wait", wait, table["rescue_wait"].tolist(), 1.2 / math.sqrt(runs)),
        _measured(
            "supervisor_busy", busy, table["supervisor_busy"].tolist(), 0.6 / math.sqrt(runs)
        ),
    ]
    return judged(found, "trainees who share one supervisor wait as machines for a repairman")


def _repairman(n: int, load: float) -> list[float]:
    weights = [math.perm(n, k) * load**k for k in range(n + 1)]
    return [weight / sum(weights) for weight in weights]


def _measured(name: str, expected: float, values: list[float], smallest: float) -> Comparison:
    """A mean over replications, whose spread is only known from themselves."""
    return mean(name, expected, float(np.std(values, ddof=1)), values, smallest)


def to_rounding(name: str, expected: float, measured: float) -> Comparison:
    """Two numbers that differ by rounding at most."""
    close = math.isclose(expected, measured, rel_tol=TO_ROUNDING)
    return equal(name, expected, expected if close else measured)


def logistic(x: float) -> float:
    """1 / (1 + e^-x)."""
    return 1 / (1 + math.exp(-x))


def logit(p: float) -> float:
    """ln(p / (1 - p))."""
    return math.log(p / (1 - p))
