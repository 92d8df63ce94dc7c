"""Stylised facts about learning curves and learning from failure: SF1, SF2, SF9, optional C."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.optimize import least_squares

from analysis.validation.checks import Setting, Verdict
from analysis.validation.facts_said import (
    Part,
    cannot_be_said,
    fact,
    falls,
    mean_of,
    near,
    rises,
    said,
)
from analysis.validation.facts_watch import (
    Floats,
    by_case,
    preset,
    shipped,
    table,
    watch,
)
from engine.scenario import Scenario

# ---- SF1: exponential alone, power law together ----------------------------------------------

BLOCK = 10
"""Cases in a block of the learning curve."""


def _error_curve(scenario: Scenario, setting: Setting, trainees: int) -> tuple[Floats, Floats, int]:
    """Middle of each block of cases (from 1), error frequency in it, and its number of cases."""
    seen = watch(scenario.with_({"trainees.count": trainees}), setting, 1)
    cases = by_case(seen)
    blocks = cases.groupby(cases["case"] // BLOCK)["errors"].mean().to_numpy(dtype=np.float64)
    middle = BLOCK * np.arange(len(blocks)) + (BLOCK + 1) / 2
    return np.asarray(middle, dtype=np.float64), blocks, BLOCK * trainees


def _exponential(x: Floats, at: Floats) -> Floats:
    return np.asarray(x[0] + x[1] * np.exp(-at / x[2]), dtype=np.float64)


def _power_law(x: Floats, at: Floats) -> Floats:
    return np.asarray(x[0] + x[1] * at ** -x[2], dtype=np.float64)


def _power_beaten_by(scenario: Scenario, setting: Setting, trainees: int) -> float:
    """How much worse the power law fits than the exponential: chi-square for each 1,000 cases.

    Both have three parameters: floor, height, rate (Heathcote 2000).
    """
    at, rate, cases = _error_curve(scenario, setting, trainees)
    spread = np.sqrt(np.maximum(rate * (1 - rate), 1 / cases) / cases)

    def misfit(curve: Callable[[Floats, Floats], Floats], start: list[float]) -> float:
        fit = least_squares(
            lambda x: (curve(x, at) - rate) / spread, start, bounds=(0, [1, 50, 5000])
        )
        return float(2 * fit.cost)

    exponential = misfit(_exponential, [0.02, 0.4, 80.0])
    power_law = min(misfit(_power_law, [0.01, 0.8, start]) for start in (0.3, 0.8, 1.5))
    return 1000 * (power_law - exponential) / (cases * len(at))


def _curves(setting: Setting) -> Verdict:
    scenario = preset("colonoscopy")
    few, many = (12, 30) if setting.quick else (600, 2000)
    speed = "trainees.learning_speed.lognormal"
    names = {0.6: "slow", 1.0: "middling", 1.6: "fast"}
    alone = {
        name: _power_beaten_by(scenario.with_({speed: {"median": pace, "cv": 0}}), setting, few)
        for pace, name in names.items()
    }
    mixed = {
        f"learners mixed, cv {cv}": _power_beaten_by(
            scenario.with_({f"{speed}.cv": cv}), setting, many
        )
        for cv in (0.53, 0.95)
    }
    left = mixed["learners mixed, cv 0.95"] / alone["middling"]
    return said(
        [
            *(Part(f"a {name} learner", ahead, low=1) for name, ahead in alone.items()),
            Part("share of that left in a mixture of learners", left, high=0.5),
        ],
        "How far the exponential is ahead of the power law: chi-square for each 1,000 cases, over "
        "300 cases. In a mixture as wide as reported (SD of log speed 0.8) most of it is gone.",
        mixed,
    )


# ---- SF2: colonoscopy ------------------------------------------------------------------------

LEE = (0.715, 0.826, 0.913, 0.944, 0.984, 0.987)


def _colonoscopy(setting: Setting) -> Verdict:
    cases = by_case(watch(preset("colonoscopy"), setting, 20 if setting.quick else 400))
    success = 1 - cases.groupby(cases["case"] // 50)["errors"].mean()
    parts = [
        near(f"success in cases {50 * block + 1}-{50 * block + 50}", success[block], told, 0.03)
        for block, told in enumerate(LEE)
    ]
    return said(parts, "Calibrated: start, floor and pace. Predicted: the shape between.")


def _slower(setting: Setting) -> Verdict:
    scenario = preset("colonoscopy").with_variant("slower").with_({"study.cases": 250})
    cases = by_case(watch(scenario, setting, 25 if setting.quick else 400))

    def around(case: int) -> float:
        near_it = cases["case"].between(case - 15, case + 15)
        return float(1 - cases["errors"][near_it].mean())

    return said(
        [near("success around case 233", around(233), 0.90, 0.03)],
        "Calibrated: the pace. Another cohort (Tassios) was slower still: 67 % at case 100, 77 % "
        "at 180.",
        {"success around case 100": around(100), "success around case 180": around(180)},
    )


# ---- SF9: failure, success and debriefing ----------------------------------------------------

FAILED_PASS = "task.steps[laryngoscopy].errors[failed pass]"
HABIT = "debrief.probability"


def _ratio_of_failure_to_success(scenario: Scenario, setting: Setting, replications: int) -> float:
    """What a failure teaches, in successes: gains of the two channels by their numbers."""
    mean = table(scenario, setting, replications).mean()
    failures = mean["errors"] / 100
    per_failure = mean["experience_failure"] / failures
    per_success = mean["experience_practice"] / (1 - failures)
    return float(per_failure / per_success)


def _failure_against_success(setting: Setting) -> Verdict:
    replications = 12 if setting.quick else 200
    run_out = shipped("first-intubations").with_(
        {
            "supervision.policy": "hands_off",
            "supervision.alarm_from": "never",
            f"{FAILED_PASS}.recovery": {
                "novice": 0,
                "expert": 0,
                "learning_episodes": 1,
                "time": "0 min",
            },
            f"{FAILED_PASS}.call.probability": 0,
            f"{FAILED_PASS}.safety_net.probability": 0,
            "learning.half_life": "never",
            "trainees.learning_speed.lognormal.cv": 0,  # else slow learners fail more often
            "independent.cases": 0,
        }
    )
    as_written = shipped("first-intubations").with_({"learning.half_life": "never"})
    alone, debriefed = (
        _ratio_of_failure_to_success(run_out.with_({HABIT: habit}), setting, replications)
        for habit in (0, 1)
    )
    rescued = _ratio_of_failure_to_success(as_written.with_({HABIT: 0}), setting, replications)
    return said(
        [
            Part("an undebriefed failure, in successes", alone, 1 / 23, 1 / 2),
            Part("a debriefed one", debriefed, low=0.9),
        ],
        "Failures on a manikin, left to run their course. Calibrated: both are inputs, times an "
        "educational value of 0.8.",
        {"an undebriefed one that is taken over early": rescued},
    )


def _benefit_without_debriefing(setting: Setting) -> Verdict:
    scenario = shipped("first-intubations")
    replications = 20 if setting.quick else 600

    def gain(habit: float) -> "tuple[pd.Series[float], pd.Series[float]]":
        """What leeway adds, by replication: experience from failure, harm in later practice."""
        bold, strict = (
            table(
                scenario.with_({HABIT: habit, "supervision.permissiveness": level}),
                setting,
                replications,
            )
            for level in (0.5, 0)
        )
        return (
            bold["experience_failure"] - strict["experience_failure"],
            bold["independent_harm_any"] - strict["independent_harm_any"],
        )

    never, as_written = gain(0), gain(scenario.debrief.probability)
    share = float(never[0].mean() / as_written[0].mean())
    return said(
        [
            rises("experience leeway adds through failure, as written", mean_of(as_written[0])),
            Part("share of it left without debriefing", share, high=0.5),
            falls("harm in later practice that leeway spares, as written", mean_of(as_written[1])),
        ],
        "Permissiveness 0.5 against 0 on the same luck. What leeway spares later patients shrinks "
        "less, because it runs mostly through resilience, which nobody has measured.",
        {
            "harm it spares without debriefing": float(never[1].mean()),
            "se of that": mean_of(never[1]).se,
        },
    )


def _transfer(_setting: Setting) -> Verdict:
    return cannot_be_said(
        "gains from failure larger on novel cases (adaptive transfer d 0.80) than on familiar ones",
        "A scenario has one task with one stock of experience: what is learnt serves every later "
        "case alike, so there is no novel case to transfer to. It would take experience by kind of "
        "case, and a share of it that carries over.",
    )


# ---- optional C: rare procedures -------------------------------------------------------------


def _left_behind(setting: Setting, common: bool) -> dict[str, float]:
    """Share of trainees with less than half the experience of those scheduled by the calendar."""
    scenario = preset("infant-lumbar-puncture")
    names = ("by-the-calendar", "", "by-luck")
    if common:
        names = ("common-by-the-calendar", "common", "common-by-luck")
    replications = (24 if common else 400) if setting.quick else 3000
    experience = {
        name: table(scenario.with_variant(name) if name else scenario, setting, replications)[
            "experience"
        ]
        for name in names
    }
    enough = experience[names[0]].mean() / 2
    return {name: float((each < enough).mean()) for name, each in experience.items()}


def _rare_procedures(setting: Setting) -> Verdict:
    rare = _left_behind(setting, common=False)
    common = _left_behind(setting, common=True)
    tails = list(rare.values())
    return said(
        [
            Part(
                "rare: more left behind at random than by the calendar",
                tails[1] - tails[0],
                low=0.03,
            ),
            Part("rare: more still with twice the spread", tails[2] - tails[1], low=0.0),
            Part("common: left behind, at most", max(common.values()), high=0.02),
        ],
        "Left behind: less than half the experience that as many cases by the calendar give.",
        {f"left behind, rare {name or 'at random'}": share for name, share in rare.items()},
    )


LEARNING_FACTS = (
    fact(
        "01",
        "Exponential alone, power law together",
        "Single learners' curves are exponential; averaging over learners hides it.",
        "Heathcote 2000, Psychon Bull Rev 7:185 (seen; 475 subjects; strong)",
        (29_000, 1_700_000),
        _curves,
    ),
    fact(
        "02a",
        "Colonoscopy, block by block",
        "Success in blocks of 50 is 71.5, 82.6, 91.3, 94.4, 98.4 and 98.7 %.",
        "Lee 2008, Gastrointest Endosc 67:683 (seen; one centre; moderate)",
        (24_000, 480_000),
        _colonoscopy,
    ),
    fact(
        "02b",
        "Colonoscopy, a national registry",
        "Slower learners reach 90 % at 233 colonoscopies.",
        "JETS 2014, Gut 63:1746 (seen; 297 trainees; strong)",
        (25_000, 400_000),
        _slower,
    ),
    fact(
        "09a",
        "Failure against success",
        "Undebriefed, one success teaches as much as 12 failures (2 to 23); debriefed, failure "
        "catches up.",
        "Plummer 2001, Anesth Analg 93:656 (seen; 100 learners; moderate); Keith and Frese 2008 "
        "(seen; meta-analysis; strong)",
        (8_000, 150_000),
        _failure_against_success,
    ),
    fact(
        "09b",
        "No debriefing, no benefit through failure",
        "Without debriefing leeway teaches at most half as much through failure.",
        "Tannenbaum and Cerasoli 2013, Hum Factors 55:231 (seen; meta-analysis; moderate)",
        (75_000, 2_200_000),
        _benefit_without_debriefing,
    ),
    fact(
        "09c",
        "Failure pays on transfer",
        "What failure teaches shows on novel cases more than on practised ones.",
        "Keith and Frese 2008, J Appl Psychol 93:59 (seen; meta-analysis; strong)",
        (0, 0),
        _transfer,
    ),
    fact(
        "opt-c",
        "Rare procedures leave a tail behind",
        "The more chance decides who gets cases, the more trainees are left behind, in rare "
        "procedures only.",
        "WSC 2022; J Grad Med Educ 2016;8:713 (seen; simulations; weak)",
        (25_000, 1_500_000),
        _rare_procedures,
    ),
)
