"""Stylised facts about rescue and harm: SF3, SF4, SF5 and SF10."""

import pandas as pd

import engine
from analysis.validation.checks import Setting, Verdict
from analysis.validation.facts_said import SOME, Part, fact, near, odds, said
from analysis.validation.facts_watch import (
    SHIPPED_NAMES,
    Watched,
    by_case,
    preset,
    shipped,
    table,
    watch,
)
from engine.event_log import CUED, TRAINEE

# ---- SF3: rescue after failure ---------------------------------------------------------------


def _first_try(episodes: pd.DataFrame) -> float:
    """Share of takeovers whose first try works."""
    taken = episodes[episodes["hands_on"].notna()]
    return float((taken["failed"] == 0).mean())


def _rescue_of_failed_cases(setting: Setting) -> Verdict:
    scenario = preset("colonoscopy")
    fellows = watch(scenario, setting, 20 if setting.quick else 100).training
    slower = watch(scenario.with_variant("slower"), setting, 5 if setting.quick else 25).training
    own = watch(scenario.with_variant("own-list"), setting, 3 if setting.quick else 10).training
    return said(
        [
            near("seniors' success, own cases", _first_try(own), 0.91, 0.05),
            near("seniors' success after a fellow's failure", _first_try(fellows), 0.79, 0.05),
        ],
        "Seniors fail more often where a fellow has failed because both meet the same difficulty; "
        "nothing else differs between the two lists. Calibrated: the first number. Predicted: the "
        "second.",
        {"after a slower fellow's failure": _first_try(slower)},
    )


def _rescue_by_failed_tries(setting: Setting) -> Verdict:
    scenario = preset("emergency-intubation")
    seen = watch(scenario, setting, 60 if setting.quick else 400).training
    taken = seen[seen["hands_on"].notna()]
    success = [
        float((taken["failed"][taken["failed"] >= tries] == tries).mean()) for tries in range(3)
    ]
    names = ("after 1 failed try", "after 2", "after 3 or more")
    reported = (0.81, 0.71, 0.67)
    parts = [
        near(name, value, expected, 0.05)
        for name, value, expected in zip(names, success, reported, strict=True)
    ]
    steps = [success[0] - success[1], success[1] - success[2]]
    return said(
        [*parts, Part("smallest step down", min(steps), low=0.0)],
        "The resident's pass is the first failed try, the physician's tries are the others. "
        "Calibrated: the first number. Predicted from a difficulty SD of 1 logit, without any "
        "damage by tries: the fall.",
    )


# ---- SF4: harm by tries and by delay ---------------------------------------------------------


def _attempts(seen: Watched) -> pd.DataFrame:
    """Training cases with `attempts`: the first pass, own second looks, and others' tries."""
    episodes = seen.episodes
    tries = episodes["hands_on"].notna() * (episodes["failed"] + 1)
    second_look = episodes["by"].isin([TRAINEE, CUED])
    cases = by_case(seen, more=tries + second_look)
    cases["attempts"] = 1 + cases["more"]
    return cases[~cases["independent"]]


def _harm_by_attempts(setting: Setting) -> Verdict:
    cases = _attempts(watch(preset("emergency-intubation"), setting, 60 if setting.quick else 400))
    few, many = cases[cases["attempts"] <= 2], cases[cases["attempts"] > 2]
    figures = {
        "hypoxaemia, 2 attempts or fewer": float((few["worst"] >= 1).mean()),
        "hypoxaemia, more": float((many["worst"] >= 1).mean()),
        "severe harm, 2 attempts or fewer": float((few["worst"] >= 3).mean()),
        "severe harm, more": float((many["worst"] >= 3).mean()),
    }
    ratio = figures["hypoxaemia, more"] / figures["hypoxaemia, 2 attempts or fewer"]
    return said(
        [Part("ratio of hypoxaemia, more than 2 attempts to 2 or fewer", ratio, low=4.0)],
        "Attempts take time and the harm clock runs on; reported are 11.8 and 70 % hypoxaemia, "
        "0.7 and 11 % arrest. Nothing was calibrated to them.",
        figures,
    )


def _harm_by_hours(setting: Setting) -> Verdict:
    scenario = preset("sepsis-delay")
    replications = 12 if setting.quick else 400
    deaths = [
        table(scenario.with_({"supervision.time_limit": f"{hours} h"}), setting, replications)[
            "harm_death"
        ].mean()
        / 100
        for hours in (1, 6)
    ]
    per_hour = (odds(deaths[1]) / odds(deaths[0])) ** (1 / 5)
    base = scenario.task.steps[0].errors[0].share
    rest = [(death - base) / (1 - base) for death in deaths]
    without = (odds(rest[1]) / odds(rest[0])) ** (1 / 5)
    return said(
        [Part("odds ratio of death per hour", per_hour, 1.07, 1.14)],
        "Calibrated, not predicted: the harm clock of the preset was set to it. It takes a kind of "
        "error that kills at once, since in the model nobody dies whom the rescue reached in time; "
        "without that base the odds would rise far more steeply.",
        {"deaths at 1 h": deaths[0], "deaths at 6 h": deaths[1], "without the base": without},
    )


def _obese_airway(setting: Setting) -> Verdict:
    scenario = preset("apnoea")
    replications = 6 if setting.quick else 40
    seconds = []
    for who in (scenario, scenario.with_variant("obese")):
        seen = watch(who, setting, replications).training
        seconds.append(60 * (seen["harmed"] - seen["opened"]))
    normal, obese = (float(each.mean()) for each in seconds)
    return said(
        [
            near("seconds to 90 %, normal weight", normal, 595, 20),
            near("seconds to 90 %, obese", obese, 196, 15),
            near("SD, obese", float(seconds[1].std()), 80, 15),
        ],
        "Calibrated: fragility 3.2 with a cv of 0.33 turns one clock into the other, mean and "
        "spread.",
        {"ratio": normal / obese},
    )


# ---- SF5: what comes of allowed failures -----------------------------------------------------


def _allowed_failures(setting: Setting) -> Verdict:
    parts, severe, figures = [], 0.0, {}
    for name in SHIPPED_NAMES:
        replications = 6 if setting.quick else 300
        result = engine.simulate(shipped(name), setting.seed, replications, engine=setting.engine)
        allowed = result.fates[result.fates["fate"] == "allowed"]
        by_harm = allowed.groupby("harm")["per_100_cases"].mean()
        total = float(by_harm.sum())
        little = float(by_harm["none"] + by_harm["mild"]) / total
        parts.append(Part(f"no or mild harm, {name}", little, low=0.8))
        tail = float(by_harm["severe"] + by_harm["death"]) / total
        figures[f"severe or worse, {name}"] = tail
        severe += tail
    return said(
        [*parts, Part("severe or worse, mean of six", severe / 6, low=SOME, high=0.05)],
        "Of the failures that supervisors allow in the shipped scenarios as written most come to "
        "nothing or to mild harm, and a few end gravely; 80 % is our reading of the study's "
        "'minimal consequences'.",
        figures,
    )


# ---- SF10: failure to rescue -----------------------------------------------------------------


def _failure_to_rescue(setting: Setting) -> Verdict:
    best = preset("after-operation")
    replications = 8 if setting.quick else 100
    means = [
        table(who, setting, replications)[["harm_any", "harm_death"]].mean()
        for who in (best, best.with_variant("worst"))
    ]
    rescue = [float(mean["harm_death"] / mean["harm_any"]) for mean in means]
    return said(
        [
            Part(
                "ratio of mortality", float(means[1]["harm_death"] / means[0]["harm_death"]), 2, 3
            ),
            Part(
                "ratio of complications", float(means[1]["harm_any"] / means[0]["harm_any"]), 1, 1.2
            ),
        ],
        "Only calling, coming and succeeding differ between the two hospitals. Calibrated: the "
        "mortality. Predicted: that complications hardly differ, since they come before the "
        "rescue.",
        {"failure to rescue, best": rescue[0], "failure to rescue, worst": rescue[1]},
    )


RESCUE_FACTS = (
    fact(
        "03a",
        "Rescue after a trainee's failure",
        "Seniors succeed in 91 % of their own cases and in 79 % of those a trainee has failed in.",
        "Tassios 1999, Endoscopy 31:702 (seen; one centre; moderate)",
        (33_000, 160_000),
        _rescue_of_failed_cases,
    ),
    fact(
        "03b",
        "Rescue by failed tries",
        "Rescue succeeds in 81, 71 and 67 % after one, two, three or more failed tries.",
        "Goto 2015, Scand J Trauma Resusc Emerg Med 23:5 (seen; 1,151 rescues; strong)",
        (24_000, 160_000),
        _rescue_by_failed_tries,
    ),
    fact(
        "04a",
        "Harm by attempts",
        "Harm after more than two attempts is at least four times as likely as after two or fewer.",
        "Mort 2004, Anesth Analg 99:607 (seen; cohort; strong)",
        (24_000, 160_000),
        _harm_by_attempts,
    ),
    fact(
        "04b",
        "Harm by hours",
        "In sepsis the odds of death rise 1.07 to 1.14 times with each hour to the antibiotic.",
        "Liu 2017 and Kumar 2006, in PMC8189682 table 2 (seen; large cohorts; strong)",
        (12_000, 400_000),
        _harm_by_hours,
    ),
    fact(
        "04c",
        "Fragile patients have less time",
        "The morbidly obese reach a saturation of 90 % in 196 s (SD 80) of apnoea, others in 595.",
        "Berthoud 1991, Br J Anaesth 67:464 (seen; small trial; moderate)",
        (6_000, 40_000),
        _obese_airway,
    ),
    fact(
        "05",
        "Most allowed failures do little harm",
        "At least 80 % of allowed failures end in no or mild harm, and a few in severe harm.",
        "Klasen 2020, BMJ Qual Saf 29:727 (seen; qualitative, 48 examples; 80 % is ours; weak)",
        (30_000, 1_500_000),
        _allowed_failures,
    ),
    fact(
        "10",
        "Hospitals differ in rescue more than in complications",
        "Where only rescue differs, mortality differs 2.5 times and complications 1.1 times.",
        "Ghaferi 2009, Ann Surg 250:1029 (seen; national registry; strong)",
        (32_000, 400_000),
        _failure_to_rescue,
    ),
)
