"""Stylised facts about later practice and about trainees as people: SF12, optional A and B."""

import numpy as np
import pandas as pd

from analysis.validation.checks import Setting, Verdict
from analysis.validation.facts_said import (
    Measured,
    Part,
    fact,
    mean_of,
    near,
    odds,
    rises,
    said,
)
from analysis.validation.facts_watch import (
    SHIPPED_NAMES,
    Floats,
    by_case,
    preset,
    shipped,
    table,
    watch,
)

# ---- SF12: safer now, less ready later -------------------------------------------------------


def _z(difference: Measured) -> float:
    return difference.mean / difference.se


def _now_and_later(setting: Setting) -> Verdict:
    """Shipped scenarios as written against zero tolerance, on the same luck."""
    replications = 6 if setting.quick else 400
    figures, now, later = {}, [], []
    for name in SHIPPED_NAMES:
        scenario = shipped(name)
        strict = scenario.with_({"supervision.permissiveness": 0})
        allowed, forbidden = (table(each, setting, replications) for each in (scenario, strict))
        now.append(mean_of(allowed["harm_any"] - forbidden["harm_any"]))
        later.append(mean_of(allowed["independent_harm_any"] - forbidden["independent_harm_any"]))
        figures[f"harm now, {name}"] = now[-1].mean
        figures[f"harm later, {name}"] = later[-1].mean
    many = len(SHIPPED_NAMES)
    return said(
        [
            Part("z of more harm now, six scenarios", sum(map(_z, now)) / many**0.5, low=3),
            Part("z of less harm later", sum(map(_z, later)) / many**0.5, high=-3),
            Part("scenarios clearly against it", _against(now, later), high=0),
        ],
        "Harm per 100 patients under the permissiveness as written less that under none. The "
        "second direction rests on assumed learning from failure and on resilience: no trial has "
        "followed leeway to later patients.",
        figures,
    )


def _against(now: list[Measured], later: list[Measured]) -> float:
    """Scenarios in which either direction is reversed by more than two standard errors."""
    pairs = zip(now, later, strict=True)
    return float(sum(_z(first) < -2 or _z(second) > 2 for first, second in pairs))


def _practice_ready(setting: Setting) -> Verdict:
    scenario = preset("surgical-residency")
    cases = by_case(watch(scenario, setting, 8 if setting.quick else 100))
    ready = 1 - cases.groupby(cases["case"] // 100)["errors"].mean()
    return said(
        [
            near("ready, year 1", ready[0], 0.123, 0.05),
            near("ready, year 5", ready[4], 0.771, 0.05),
        ],
        "Calibrated: start and pace. The slow first year comes of itself, since failures that are "
        "taken over teach little.",
        {f"ready, year {year + 1}": float(ready[year]) for year in (1, 2, 3)}
        | {"ready, last 20 cases": float(1 - cases["errors"][cases["case"] >= 480].mean())},
    )


def _first_year(setting: Setting) -> Verdict:
    scenario = preset("general-surgery")
    slip = "task.steps[the operation].errors[slip that matters]"
    # Fifteen years on: nothing left to learn, whether from cases or from mistakes.
    old_hand = scenario.with_variant("expert").with_(
        {f"{slip}.recovery.novice": 0.9, "study.cases": 1}
    )
    replications = 20 if setting.quick else 1000
    first, later = (
        table(surgeon, setting, replications)["independent_harm_severe"]
        for surgeon in (scenario, old_hand)
    )
    return said(
        [
            Part(
                "severe harm, first year to years later",
                float(first.mean() / later.mean()),
                1.05,
                1.2,
            ),
            rises("difference per 100", mean_of(first - later)),
        ],
        "Of the preset's severe complications most come from the illness itself, written as a step "
        "that goes wrong for experts as often. Without it, as in the shipped scenarios, the ratio "
        "is far higher: the model knows harm by error only.",
        {
            "severe harm per 100, first year": float(first.mean()),
            "any harm, first year to sixth, gallbladders as shipped": _against_later_years(setting),
        },
    )


def _against_later_years(setting: Setting) -> float:
    scenario = shipped("laparoscopic-cholecystectomy")
    year, replications = scenario.independent.cases, 4 if setting.quick else 100
    harm = [
        table(scenario.with_({"independent.cases": year * span}), setting, replications)[
            "independent_harm_any"
        ].mean()
        for span in (1, 5, 6)
    ]
    return float(harm[0] / (6 * harm[2] - 5 * harm[1]))


ON_CALL = "deteriorating-ward"
"""Here three cases of four are unwatched in training too."""


def _step_out(name: str, setting: Setting) -> Part:
    """Odds of harm in the first cases alone over those in the last fifth of training."""
    cases = by_case(watch(shipped(name), setting, 6 if setting.quick else 200))
    trained, alone = cases[~cases["independent"]], cases[cases["independent"]]
    counts = trained.groupby(["replication", "trainee"])["case"].transform("max") + 1
    last = trained["case"] >= 0.8 * counts
    first = alone["case"] < 0.2 * counts.mean()
    ratio = odds(_harmed(alone[first])) / odds(_harmed(trained[last]))
    return Part(f"odds ratio of harm, {name}", ratio, low=1.0)


def _losing_supervision(setting: Setting) -> Verdict:
    return said(
        [_step_out(name, setting) for name in SHIPPED_NAMES if name != ON_CALL],
        "Any harm in the first cases alone against the last fifth of training, at equal skill. "
        "Reported: 1.32 and 2.33 in the first indirectly supervised year.",
    )


def _losing_a_shared_registrar(setting: Setting) -> Verdict:
    return said(
        [_step_out(ON_CALL, setting)],
        "In training juniors wait for one registrar whom six of them share; in independent "
        "practice the model gives each a backup who is always free. It would take a queue there.",
    )


def _harmed(cases: pd.DataFrame) -> float:
    return float((cases["worst"] > 0).mean())


# ---- optional A: the month of the turnover ---------------------------------------------------


def _turnover(setting: Setting) -> Verdict:
    """Three years of residents side by side: the last month of a year, the first of the next."""
    month = preset("general-surgery").with_(
        {"study.cases": 8, "independent.cases": 0, "trainees.count": 12}
    )
    replications = 50 if setting.quick else 2000
    harm = {
        experience: table(month.with_({"trainees.experience": experience}), setting, replications)[
            ["harm_any", "harm_severe"]
        ].mean()
        / 100
        for experience in (0, 150, 300, 450)
    }
    before = (harm[150] + harm[300] + harm[450]) / 3
    after = (harm[0] + harm[150] + harm[300]) / 3
    patients = 3 * 12 * 8
    noise = np.sqrt((before * (1 - before) + after * (1 - after)) / patients)
    rise = after / before - 1
    return said(
        [
            Part("relative rise of harm at the turnover", float(rise["harm_any"]), 0.0, 0.12),
            Part(
                "standard errors it makes at one site",
                float((after - before)["harm_any"] / noise["harm_any"]),
                high=1.96,
            ),
        ],
        "Cohorts of different experience don't meet in one scenario: their months were simulated "
        "apart, on the same luck, and averaged. All patients are operated on by residents here; "
        "where half are not the rise is halved. One site can't see it in either case.",
        {
            "harm in the last month": float(before["harm_any"]),
            "harm in the first": float(after["harm_any"]),
            "relative rise of severe harm": float(rise["harm_severe"]),
        },
    )


# ---- optional B: error, distress, error ------------------------------------------------------


def _dispersion(errors: Floats) -> float:
    return float(errors.var(ddof=1) / errors.mean())


def _error_distress_error(setting: Setting) -> Verdict:
    loop = shipped("first-intubations").with_(
        {
            "trainees.count": 1,
            "trainees.learning_speed.lognormal.cv": 0,
            "learning.practice": 0,
            "learning.failure": {"debriefed": 0, "alone": 0},
            "learning.resilience": {"debriefed": 0, "alone": 0},
            "independent.cases": 0,
            "study.cases": 200,
            "study.horizon": "13 wk",
        }
    )
    off = loop.with_({"distress.error_odds_ratio": 1})
    unsupported = loop.with_({"distress.relief": 0, "distress.shock": 1.7})
    replications = 2500 if setting.quick else 20_000
    runs = {name: table(each, setting, replications) for name, each in (("off", off), ("on", loop))}
    fewer = replications // 5
    plainer = table(unsupported, setting, fewer)["errors"]
    excess = _paired_dispersion(runs["on"]["errors"], runs["off"]["errors"])
    strong = _paired_dispersion(plainer, runs["off"]["errors"][:fewer])
    major = float((runs["on"]["harm_severe"] > 0).mean())
    return said(
        [
            rises("relative rise of the dispersion of errors by the loop", excess),
            Part("trainees with a severe error in a quarter", major, 0.10, 0.20),
        ],
        "Trainees who don't learn, a quarter each. The loop is there but faint, since mild harm "
        "weighs 0.05; a shock of 1.7, which makes a severe error a whole unit of distress, and no "
        "relief make it plainer.",
        {
            "se of that": excess.se,
            "mean distress": float(runs["on"]["distress"].mean()),
            "relative rise, shock 1.7 and no relief": strong.mean,
        },
    )


def _paired_dispersion(on: "pd.Series[float]", off: "pd.Series[float]") -> Measured:
    """Relative difference of the two dispersions on the same luck, with its jackknife error."""
    first, second = on.to_numpy(dtype=np.float64), off.to_numpy(dtype=np.float64)
    groups = np.array_split(np.arange(len(first)), 20)

    def relative(kept: Floats) -> float:
        chosen = kept.astype(bool)
        return _dispersion(first[chosen]) / _dispersion(second[chosen]) - 1

    every = np.ones(len(first))
    without = []
    for group in groups:
        kept = every.copy()
        kept[group] = 0
        without.append(relative(kept))
    spread = float(np.var(without) * (len(groups) - 1))
    return Measured(relative(every), float(np.sqrt(spread)))


LATER_FACTS = (
    fact(
        "12a",
        "Safer now, less ready later",
        "Less autonomy makes training somewhat safer and later practice somewhat less safe.",
        "Asch 2009, JAMA 302:1277; Howard 2023, Ann Surg; George 2017, Ann Surg 266:582 (seen; "
        "large cohorts; the link to autonomy is inferred; moderate)",
        (60_000, 3_500_000),
        _now_and_later,
    ),
    fact(
        "12b",
        "Ready at graduation",
        "Of core operations 12 % are practice-ready in the first year and 77 % in the fifth.",
        "George 2017, Ann Surg 266:582 (seen; 10,130 operations; strong)",
        (16_000, 200_000),
        _practice_ready,
    ),
    fact(
        "12c",
        "The first year alone",
        "Severe complications are 1.05 to 1.2 times as frequent in the first year as later.",
        "Howard 2023, Ann Surg, 10.1097/sla.0000000000006128 (seen; national data; strong)",
        (25_000, 1_700_000),
        _first_year,
    ),
    fact(
        "12d",
        "The step out of supervision",
        "Harm is more likely in the first cases alone than in the last supervised ones.",
        "Aiken 2016, Med Educ (PMC4731334) (seen; 13,861 deliveries; strong)",
        (24_000, 800_000),
        _losing_supervision,
    ),
    fact(
        "12e",
        "The step out of supervision on the ward",
        "The same where the supervisor was on call and shared.",
        "Aiken 2016, Med Educ (PMC4731334) (seen; deliveries, so by analogy; weak)",
        (8_000, 260_000),
        _losing_a_shared_registrar,
    ),
    fact(
        "opt-a",
        "The month of the turnover",
        "When a year of trainees leaves harm rises by up to 12 %, and one site can't see it.",
        "Young 2011, Ann Intern Med 155:309; van Walraven 2011 (seen; review, size recalled; "
        "moderate)",
        (20_000, 770_000),
        _turnover,
    ),
    fact(
        "opt-b",
        "Error, distress, error",
        "Distress after an error makes errors cluster; 10 to 20 % of trainees report a major error "
        "in a quarter.",
        "West 2006, JAMA (seen; 184 residents; moderate)",
        (250_000, 2_000_000),
        _error_distress_error,
    ),
)
