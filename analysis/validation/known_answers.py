"""Known answers: limiting cases whose result can be proved.

h, s, n, r: rates per minute of harm, of the trainee's own recovery, of the notice and of the
response; a = h + s. All cases of a replication are independent episodes of one kind of error:
nothing is learned, and the one supervisor is free whenever one begins.
"""

import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from analysis.validation.checks import (
    Comparison,
    Setting,
    Verdict,
    exact,
    judged,
    mean,
    needed,
    share,
)
from analysis.validation.oracle import KIND, told
from engine.event_log import EXHAUSTED
from engine.loader import load
from engine.run import events, simulate
from engine.scenario import Scenario

KNOWN = Path(__file__).parent / "known"
MOST_TOLD = 20_000
"""Cases per replication where the event log is read: a log of more would fill the memory."""


@cache
def known(name: str) -> Scenario:
    """The scenario file of a known answer."""
    return load(KNOWN / f"{name}.yaml")


def minutes(value: float) -> str:
    """A duration as a scenario file writes it."""
    return f"{value!r} min"


def per_minute(rate: float) -> dict[str, Any]:
    """An exponential clock, in file form."""
    return {"exponential": {"mean": minutes(1 / rate)}}


def rate(scenario: Scenario, path: str) -> float:
    """The rate per minute of an exponential clock of the scenario."""
    return 1 / float(scenario.get(f"{path}.exponential.mean").removesuffix(" min"))


def harm_and_recovery(scenario: Scenario) -> tuple[float, float]:
    """h and s."""
    return rate(scenario, f"{KIND}.time_to_harm"), rate(scenario, f"{KIND}.recovery.time")


def counted(scenario: Scenario, setting: Setting, cases: int) -> dict[str, int]:
    """The outcomes that count something, as numbers of cases out of so many."""
    result = simulate(
        scenario.with_({"study.cases": cases}), setting.seed, 1, engine=setting.engine
    )
    table = result.table.drop(columns="replication")
    return {
        str(name): round(float(value) * cases / 100)
        for name, value in table.iloc[0].items()
        if not math.isnan(float(value))
    }


def shares(
    scenario: Scenario,
    setting: Setting,
    chances: Mapping[str, float],
    label: str = "",
    *,
    least: float = 0.2,
) -> list[Comparison]:
    """Each outcome's share of the cases against its chance, `label` telling runs apart.

    The sample is the one in which the smallest defect of a chance of `least` or more is caught;
    rarer outcomes are compared too, and must catch what that sample can.
    """
    common = [p for p in chances.values() if p >= least] or [max(chances.values())]
    cases = needed(min(common), setting.smallest)
    counts = counted(scenario, setting, cases)
    found = []
    for name, chance in chances.items():
        wanting = needed(chance, setting.smallest) / cases if 0 < chance < 1 else 1.0
        smallest = setting.smallest * max(1.0, 1.05 * math.sqrt(wanting))
        found.append(share(name + label, chance, counts[name], cases, smallest))
    return found


# ---- rows 1 to 8 -------------------------------------------------------------------------------


def race(setting: Setting) -> Verdict:
    """P(harm) = h/a: the first of two exponential clocks. With a safety net, h/(h+s+k)."""
    scenario = known("01-race")
    h, s = harm_and_recovery(scenario)
    k = rate(scenario, f"{KIND}.safety_net.time")
    alone = scenario.with_({f"{KIND}.safety_net.probability": 0})
    a, b = h + s, h + s + k
    found = shares(alone, setting, {"harm_any": h / a, "self_recovered": s / a})
    net = {"harm_any": h / b, "self_recovered": s / b, "intercepted": k / b}
    found += shares(scenario, setting, net, " with a safety net")
    return judged(found, "harm and recovery win as often as their rates say")


def time_to_the_end(setting: Setting) -> Verdict:
    """The minimum of independent exponentials is exponential with the sum of the rates.

    And it is independent of which of them it was: so each winner's times have the same mean 1/b
    and the same median ln 2 / b. (Mean and spread of an exponential are equal, so that a shift
    of its mean by a part e takes ((4.2 + 3.09)/e)^2 episodes.)
    """
    scenario = known("01-race")
    h, s = harm_and_recovery(scenario)
    b = h + s + rate(scenario, f"{KIND}.safety_net.time")
    runs = math.ceil(3 * (7.3 / setting.smallest) ** 2 / MOST_TOLD)
    told_ = scenario.with_({"study.cases": MOST_TOLD})
    ended = [
        episode
        for number in range(runs)
        for episode in told(
            events(told_, setting.seed, number, engine=setting.engine), independent=False
        )
    ]
    found = []
    for who, won in {"harm": True, "the others": False}.items():
        times = [each.minutes for each in ended if (each.by == EXHAUSTED) == won]
        found.append(mean(f"minutes until {who}", 1 / b, 1 / b, times, 1.3 * setting.smallest))
        early = sum(each <= math.log(2) / b for each in times)
        smallest = 1.3 * setting.smallest
        found.append(share(f"{who} before the median", 0.5, early, len(times), smallest))
    return judged(found, "the time to the end is exponential, whoever wins")


def notice_then_rescue(setting: Setting) -> Verdict:
    """P(harm) = (h/a) [1 - n/(n+a) r/(r+a)].

    Notice beats both clocks with n/(n+a), then response beats both with r/(r+a): the product is
    the chance of rescue. All else is a race that harm wins with h/a, and memorylessness makes
    that independent of where it stood.
    """
    scenario = known("02-notice-then-rescue")
    h, s = harm_and_recovery(scenario)
    n, r = rate(scenario, f"{KIND}.visible_after"), rate(scenario, "supervision.response")
    a = h + s
    rescued = n / (n + a) * r / (r + a)
    harm = h / a * (1 - rescued)
    recovered = s / a * (1 - rescued)
    answer = {"harm_any": harm, "self_recovered": recovered, "taken_over": rescued}
    return judged(shares(scenario, setting, answer), "notice and response race against harm")


def fixed_leeway(setting: Setting) -> Verdict:
    """Harm (h/a)(1 - e^(-aL)), recovered (s/a)(1 - e^(-aL)), rescued e^(-aL).

    Rescue comes if neither clock has rung by L. So recovered against harm is the line s/h,
    whatever the leeway: more of one is as much more of the other.
    """
    found = []
    for limit in (2.0, 6.0):
        scenario = known("03-fixed-leeway").with_({"supervision.time_limit": minutes(limit)})
        h, s = harm_and_recovery(scenario)
        a = h + s
        over = 1 - math.exp(-a * limit)
        answer = {"harm_any": h / a * over, "self_recovered": s / a * over, "taken_over": 1 - over}
        found += shares(scenario, setting, answer, f" at {limit:g} min")
    return judged(found, "recovered and harmed lie on a straight line through 0")


def leeway_then_response(setting: Setting) -> Verdict:
    """P(harm) = (h/a) [1 - e^(-aL) r/(r+a)]: the rescue needs both to be late."""
    scenario = known("04-leeway-then-response")
    h, s = harm_and_recovery(scenario)
    r, a = rate(scenario, "supervision.response"), h + s
    limit = scenario.supervision.time_limit
    assert limit is not None
    harm = h / a * (1 - math.exp(-a * limit) * r / (r + a))
    return judged(shares(scenario, setting, {"harm_any": harm}), "leeway, then a response")


def leeway_then_fix(setting: Setting) -> Verdict:
    """P(harm) = (h/a)(1 - e^(-aL)) + e^(-aL)(1 - e^(-hD)): hands stop the recovery, not harm.

    Its slope in L is e^(-aL) (h - a (1 - e^(-hD))), negative once D > ln(1 + h/s)/h: a slow
    rescuer who waits longer harms less.
    """
    scenario = known("05-leeway-then-fix")
    h, s = harm_and_recovery(scenario)
    a, fix = h + s, scenario.supervision.fix.standard.a
    assert fix > math.log(1 + h / s) / h
    found = []
    for limit in (0.0, 4.0, 12.0):
        changed = scenario.with_({"supervision.time_limit": minutes(limit)})
        left = math.exp(-a * limit)
        harm = h / a * (1 - left) + left * (1 - math.exp(-h * fix))
        found += shares(changed, setting, {"harm_any": harm}, f" at {limit:g} min")
    falls = found[0].measured > found[1].measured > found[2].measured
    verdict = judged(found, "harm falls with leeway where the fix is slow")
    return verdict if falls else exact(["harm does not fall"], "harm falls with leeway", "")


def ageing_harm(setting: Setting) -> Verdict:
    """P(harm) = P(Weibull <= d) = 1 - exp(-(d/w)^k): the response takes exactly d."""
    found = []
    for shape in (0.7, 3.0):
        path = f"{KIND}.time_to_harm.weibull.shape"
        scenario = known("06-ageing-harm").with_({path: shape})
        scale = float(scenario.get(f"{KIND}.time_to_harm.weibull.scale").removesuffix(" min"))
        response = scenario.supervision.response.standard.a
        harm = 1 - math.exp(-((response / scale) ** shape))
        found += shares(scenario, setting, {"harm_any": harm}, f" with shape {shape:g}")
    return judged(found, "harm that ages, against a fixed response")


def steps_of_harm(setting: Setting) -> Verdict:
    """P(reach level j) = (k/(k+s))^j: every level is a fresh race of the same two clocks."""
    scenario = known("07-steps-of-harm")
    k, s = harm_and_recovery(scenario)
    step = k / (k + s)
    reached = [step**level for level in range(1, 5)]
    levels = ("mild", "moderate", "severe", "death")
    chances = {
        f"harm_{name}": here - after
        for name, here, after in zip(levels, reached, [*reached[1:], 0.0], strict=True)
    }
    found = shares(scenario, setting, {"harm_any": step, **chances})
    return judged(found, "each level is reached with the same chance from the one before")
