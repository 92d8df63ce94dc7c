"""Stylised facts about who supervises and who is left alone: SF8 and SF11."""

import numpy as np
import pandas as pd
from scipy.special import expit

from analysis.validation.checks import Setting, Verdict
from analysis.validation.facts_said import Part, cannot_be_said, fact, near, said
from analysis.validation.facts_watch import (
    CASE,
    Floats,
    by_case,
    difficulties,
    persons,
    preset,
    speeds,
    watch,
)
from engine.event_log import TAKEOVER
from engine.scenario import Scenario

# ---- SF8: who supervises ---------------------------------------------------------------------


def _logistic(covariates: Floats, happened: Floats) -> Floats:
    """Coefficients of a logistic regression, by Newton's method; covariates in columns."""
    beta = np.zeros(covariates.shape[1])
    for _ in range(25):
        chance = expit(covariates @ beta)
        weight = (chance * (1 - chance))[:, None]
        beta = beta + np.linalg.solve(
            covariates.T @ (covariates * weight), covariates.T @ (happened - chance)
        )
    return beta


def _takeovers(scenario: Scenario, setting: Setting) -> dict[str, float]:
    """Rate of takeovers by operation, and the variance of their log odds by its sources."""
    seen = watch(scenario, setting, 30 if setting.quick else 2000)
    unasked = (seen.episodes["asked"] == TAKEOVER) & seen.episodes["hands_on"].notna()
    cases = by_case(seen, taken=unasked)
    taken = np.asarray(cases["taken"] > 0, dtype=np.float64)
    difficulty = difficulties(cases, scenario, setting) / scenario.patient.difficulty_sd
    everything = [np.ones(len(cases)), persons(cases, setting), difficulty, speeds(cases, setting)]
    beta = _logistic(np.column_stack(everything), taken)
    person, hard, skill = (float(each) ** 2 for each in beta[1:])
    rest = np.pi**2 / 3
    group = cases["replication"] * scenario.trainees.count + cases["trainee"]
    return {
        "rate": float(taken.mean()),
        "variance by supervisor": person,
        "variance by difficulty": hard,
        "variance by skill": skill,
        "share by supervisor": person / (person + hard + skill + rest),
        "25-case studies that would see difficulty": _seen_in_25(difficulty, taken, group),
    }


def _seen_in_25(difficulty: Floats, taken: Floats, group: "pd.Series[int]") -> float:
    """Share of groups of 25 operations in which takeover and difficulty correlate, p < .05."""
    pairs = pd.DataFrame({"difficulty": difficulty, "taken": taken})
    r = [each["difficulty"].corr(each["taken"]) for _, each in pairs.groupby(group)]
    return float(np.mean(np.abs(np.array(r)) > 0.396))  # the 5 % point of r over 25 pairs


def _takeover_rate(setting: Setting) -> Verdict:
    found = _takeovers(preset("hernia"), setting)
    return said(
        [near("operations with a takeover", found["rate"], 0.72, 0.05)],
        "Calibrated by permissiveness, 0.09; nothing is predicted.",
    )


def _who_supervises(setting: Setting) -> Verdict:
    scenario = preset("hernia")
    found = _takeovers(scenario, setting)
    apart = scenario.with_(
        {
            "supervision.judgement.between_supervisors_cv": 3.0,
            "patient.difficulty_sd": 0.8,
            "supervision.permissiveness": 0.06,
        }
    )
    edge = _takeovers(apart, setting)
    by_both = found["variance by difficulty"] + found["variance by skill"]
    return said(
        [
            Part(
                "variance by supervisor over that by difficulty and skill",
                found["variance by supervisor"] / by_both,
                low=1.0,
            )
        ],
        "In the model nobody takes over without an error, and hard cases make errors. At the edge "
        "of the plausible ranges (supervisors' cv 3, difficulty SD 0.8) supervisors weigh more.",
        {
            **{name: found[name] for name in list(found)[1:]},
            "ratio at the edge of the ranges": edge["variance by supervisor"]
            / (edge["variance by difficulty"] + edge["variance by skill"]),
            "rate there": edge["rate"],
        },
    )


# ---- SF11: selection -------------------------------------------------------------------------

NOTHING_LEARNT = {
    "learning.practice": 0,
    "learning.failure": {"debriefed": 0, "alone": 0},
    "learning.resilience": {"debriefed": 0, "alone": 0},
    "trainees.experience": 40,
    "study.cases": 1000,
    "independent.cases": 0,
    "debrief.probability": 0,
}
"""Residents in mid-training who stay so: then no case depends on the one before."""


def _worst(scenario: Scenario, setting: Setting) -> pd.DataFrame:
    return by_case(watch(scenario, setting, 2 if setting.quick else 40))


def _selection(setting: Setting) -> Verdict:
    scenario = preset("general-surgery").with_(NOTHING_LEARNT)
    attended = _worst(scenario, setting)
    alone = _worst(scenario.with_({"supervision.watched": 0}), setting)
    assert attended[CASE].equals(alone[CASE])  # the same patients, in the same order
    difficulty = difficulties(attended, scenario, setting)
    easy = difficulty < np.quantile(difficulty, 0.14)
    harmed = float((alone["worst"][easy] > 0).mean())
    others = float((attended["worst"][~easy] > 0).mean())
    return cannot_be_said(
        "a harm ratio of trainee-alone to attended cases near 1 under entrustment",
        "Whether a case is watched is drawn with one probability for all cases: neither difficulty "
        "nor the trainee's record enters, and a policy is asked only after an error. Choosing "
        "afterwards, between two runs on the same luck, the easiest 14 % for the trainee alone "
        "gives the ratio shown: selection alone can hide, and more than hide, the excess. It would "
        "take a rule by which trust and foreseen difficulty decide who is watched.",
        {"harm ratio, the easiest 14 % alone": harmed / others},
    )


def _random_allocation(setting: Setting) -> Verdict:
    scenario = preset("general-surgery").with_(NOTHING_LEARNT)
    attended = _worst(scenario, setting)["worst"]
    alone = _worst(scenario.with_({"supervision.watched": 0}), setting)["worst"]
    expert = _worst(scenario.with_({"trainees.experience": 5000}), setting)["worst"]
    graver = float((alone > 1).mean() / (attended > 1).mean())
    return said(
        [
            Part(
                "harm ratio, alone to attended",
                float((alone > 0).mean() / (attended > 0).mean()),
                1.1,
                1.3,
            )
        ],
        "Residents in mid-training with cases as they come, the attending called or alarmed. Nor "
        "is the trainee who operates with the attending at the table within the range. Harm that "
        "no operator makes dilutes both; the preset has 6 to 7 in 100 of it.",
        {
            "the same of more than mild harm": graver,
            "trainee operating to expert operating, both attended": float(
                (attended > 0).mean() / (expert > 0).mean()
            ),
        },
    )


ATTENDING_FACTS = (
    fact(
        "08a",
        "Takeovers in hernia operations",
        "The attending takes over in 72 % of laparoscopic hernias of residents in their last year.",
        "Godfrey 2021, Surgery 170:446 (seen; 25 operations; weak)",
        (3_000, 200_000),
        _takeover_rate,
    ),
    fact(
        "08b",
        "Takeover depends on who supervises",
        "The supervisor explains more of it than difficulty and skill together.",
        "Godfrey 2021 (seen; 25 operations); Klasen 2022, Med Teach 44:196 (seen; qualitative); "
        "moderate",
        (6_000, 400_000),
        _who_supervises,
    ),
    fact(
        "11a",
        "No excess harm alone, because of selection",
        "Where trust decides who operates alone, those cases show no excess harm.",
        "Oliver 2022, JAMA Surg, 10.1001/jamasurg.2021.6444 (seen; 1.3 million, matched; strong)",
        (16_000, 320_000),
        _selection,
    ),
    fact(
        "11b",
        "Excess harm without selection",
        "With cases as they come, trainees' patients are harmed 1.1 to 1.3 times as often.",
        "D'Souza 2016 (seen; 182 studies, confounded; moderate)",
        (24_000, 480_000),
        _random_allocation,
    ),
)
