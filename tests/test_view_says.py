"""What the page says of its numbers, in sentences."""

import json
import math
import re

import pytest

from analysis import captions, findings
from analysis.estimate import Estimate
from analysis.study import run_study
from analysis.view import says
from analysis.view.answer import LEVELS_OF_REFINEMENT
from engine.outcomes import OUTCOME_NAMES
from engine.run import DEFAULT_ENGINE
from tests.analysis_samples import small_scenario, small_study
from tests.build import scenario
from tests.view_samples import KEY, at, few, shipped


def about(mean, half=math.nan):
    """An estimate with an interval of that half width, or of one replication."""
    ends = (math.nan,) * 3 if math.isnan(half) else (half / 2, mean - half, mean + half)
    return Estimate(mean, *ends, 1 if math.isnan(half) else 100, 0)


def found_with(**outcomes):
    """Estimates of all outcomes, 0 but for the given ones."""
    nothing = about(0.0, 0.0)
    return dict.fromkeys(OUTCOME_NAMES, nothing) | outcomes


def test_headlines_say_learning_harm_now_and_harm_later():
    found = found_with(
        experience=about(31.2, 0.4), resilience=about(8.1, 0.5),
        harm_any=about(2.4, 0.2), independent_harm_any=about(3.1, 0.3),
    )  # fmt: skip
    assert says.now(found) == [
        "A trainee ends training with 31.2 (30.8 to 31.6) cases' worth of experience and "
        "8.1 (7.6 to 8.6) mistakes' worth of resilience.",
        "In training, 2.40 (2.20 to 2.60) of 100 patients are harmed.",
        "Later, in independent practice, 3.10 (2.80 to 3.40) of 100 patients are harmed.",
    ]


def test_headlines_where_nobody_is_harmed_or_nothing_was_simulated():
    assert says.now(found_with())[1:] == [
        "In training, nobody is harmed.",
        "Later, in independent practice, nobody is harmed.",
    ]
    missing = about(math.nan)
    nothing = found_with(
        experience=missing, harm_any=missing, independent_harm_any=missing, errors=missing
    )
    assert says.now(nothing) == [
        "No training case was begun.",
        "No training case was begun.",
        "No independent practice is simulated, so harm to later patients isn't counted.",
    ]
    assert captions.fates_of(nothing) == "No training case was begun."


def test_one_and_none_are_said_as_such():
    one = found_with(errors=about(1.0), allowed=about(1.0), harm_any=about(1.0))
    assert says.harm_now(one) == "In training, 1 of 100 patients is harmed."
    assert captions.fates_of(one).startswith(
        "Of 1 error per 100 training cases, supervisors let 1 run (allowed) and stepped in at "
        "first sight in none (prevented); the largest group is “allowed”."
    )
    late = found_with(late_takeovers=about(1.0))
    assert captions.takeovers_of(late).startswith("Of the 1 takeover per 100 training cases, 0 %")


def test_late_takeovers_can_be_told_at_the_bedside_and_needless_ones_cannot():
    said = captions.takeovers_of(found_with(late_takeovers=about(1.0)))
    assert said.endswith(
        "At the bedside nobody can tell a needless from a necessary one; in a simulation every "
        "clock is known."
    )


def test_the_counts_of_a_sentence_are_rounded_as_those_of_its_figure():
    few = found_with(errors=about(24.3, 0.3), allowed=about(15, 0.3), prevented=about(0.062, 0.004))
    assert "run (allowed) and stepped in at first sight in 0.062 (prevented)" in (
        captions.fates_of(few)
    )
    hardly = found_with(errors=about(24.3, 0.3), prevented=about(0.00001, 0.00001))
    assert "in fewer than 0.0001 (prevented)" in captions.fates_of(hardly)


def test_what_supervision_took_is_told_as_far_as_it_is_known():
    found = found_with(
        rescue_latency=about(0.1, 0.02), supervisor_busy=about(0.0026, 0.0001),
        debriefs=about(15.7, 0.5),
    )  # fmt: skip
    assert says.more(found) == (
        "From the request for a rescue until hands were on the patient it took 6.0 s (4.8 s to "
        "7.2 s) on average, queueing included, over the rescues that got that far (one that ended "
        "before isn't counted). Rescues and debriefs took 0.26 % (0.25 to 0.27) "
        "of the supervisors' time. 15.7 (15.2 to 16.2) debriefs were held per 100 training cases."
    )
    missing = dict.fromkeys(("rescue_latency", "supervisor_busy"), about(math.nan))
    assert says.more(found_with(**missing)) == "No debriefs were held."
    one = found_with(**missing, debriefs=about(1.0))
    assert says.more(one) == "1 debrief was held per 100 training cases."


def test_one_replication_says_that_it_says_little():
    found = few(replications=1)
    assert found["says"]["burden"].startswith("One replication tells nothing about chance")
    assert "(one replication: chance unknown)" in found["says"]["experience"]
    point = at(found, "0.5")
    assert point["outcomes"]["errors"]["se"] is None
    assert point["says"]["verdict"].endswith("The permissiveness here is 0.5.")
    assert not re.search(r"\bnan\b", json.dumps(found, allow_nan=False), re.IGNORECASE)


def test_no_independent_practice_is_said_wherever_it_counts():
    found = few(told=small_scenario().with_({"independent.cases": 0}))
    said = found["points"][0]["says"]
    assert said["now"][2] == says.NOBODY_LATER
    assert said["verdict"].endswith(findings.NO_LATER)
    assert found["says"]["now_later"].endswith("No independent practice is simulated.")
    assert found["says"]["burden"].endswith(findings.NO_LATER)
    assert found["points"][0]["outcomes"]["independent_harm_any"] is None


def test_no_errors_are_said_plainly():
    chance = {"novice": 0, "expert": 0}
    told = small_scenario().with_({"task.steps[laryngoscopy].error_probability": chance})
    said = few(told=told)["points"][0]["says"]
    assert said["fates"] == "No errors happened."
    assert said["takeovers"] == "No supervisor took over by their own judgement."
    assert said["now"][1] == "In training, nobody is harmed."


def test_sentences_are_those_of_the_report():
    study = small_study()
    found = few(replications=5)
    for name in ("experience", "resilience"):
        told = captions.on_learning(study, name, name)
        assert found["says"][name] == f"{told} {says.SHARED}"
    assert found["says"]["now_later"] == captions.on_now_and_later(study)
    own = at(found, "0.2")["says"]
    assert own["fates"] == captions.on_fates(study)
    assert own["takeovers"] == captions.on_takeovers(study)
    assert own["verdict"].startswith("So far, from 5 replications, ")


def test_the_verdict_of_a_point_is_that_of_a_run_with_it_as_written():
    told = small_scenario().with_({"supervision.permissiveness": 2})
    last = LEVELS_OF_REFINEMENT[-1]
    study = run_study(told, seed=0, replications=last, engine=DEFAULT_ENGINE)
    said = at(few(replications=last), "2")["says"]["verdict"]
    assert said == " ".join(findings.verdict(study)).replace(" as written is ", " here is ")
    assert "less leeway would lower total burden: at" in said


def test_before_the_last_level_the_verdict_is_one_so_far():
    early, last = (few(replications=count) for count in (60, LEVELS_OF_REFINEMENT[-1]))
    for point in early["points"]:
        assert point["says"]["verdict"].startswith("So far, from 60 replications, ")
        assert "clearly below" not in point["says"]["verdict"]
    assert early["says"]["burden"].startswith("So far, from 60 replications, ")
    assert not any("o far" in point["says"]["verdict"] for point in last["points"])


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"supervision.watched": 0}, "no case is watched"),
        ({"supervision.never_allow": ["failed pass"]}, "every error of this scenario is one that"),
    ],
)
def test_leeway_that_makes_no_difference_is_said_to_make_none(changes, because):
    found = few(told=shipped(KEY).with_(changes))
    said = [found["says"]["burden"], *(point["says"]["verdict"] for point in found["points"])]
    for text in said:
        assert text.startswith("Permissiveness makes no difference here: ")
        assert because in text
        assert "can't" not in text
    assert found["says"]["experience"] == found["says"]["burden"]


def test_every_point_is_seen_from_itself():
    burdens = {"0": [1.0, 1.1] * 10, "0.2": [2.0, 2.1] * 10, "2": [3.0, 3.1] * 10}
    settings_ = tuple(float(token) for token in burdens)
    low = findings.estimate.lowest(dict(zip(settings_, burdens.values(), strict=True)), 0.2)
    compared = findings.Compared("permissiveness", 20, low)
    difference = findings.estimate.paired(burdens["0"], burdens["2"])
    seen = says.standing_at(compared, 2.0, difference, "here")
    told = says.verdict(seen, {"total_burden": about(3.05, 0.1)}, independent=True)
    assert told == (
        "In this simulation, total burden is lowest at permissiveness 0, clearly below all others "
        "tried. The permissiveness here is 2: in this simulation, less leeway would lower total "
        "burden: at 0 by 2 per trainee, which is 66 %."
    )


def test_what_lies_outside_the_evidence_is_warned_of():
    assert few({"latency": "30s"})["warnings"] == []
    assert few({"latency": "2min"})["warnings"] == [
        "Rescue latency 2 min lies outside the plausible range in the evidence list, 1 s to 30 s."
    ]


def test_a_departure_is_told_in_the_pages_words():
    assert few()["departure"] is None
    found = few({"variant": "pessimistic", "latency": "30s", "permissiveness": "0.5"})
    assert found["departure"] == (
        "Variant pessimistic; changed: rescue latency 30 s (5 s as written)."
    )
    assert at(found, "0.5")["departure"] == (
        "Variant pessimistic; changed: rescue latency 30 s (5 s as written), permissiveness 0.5 "
        "(0.2 as written)."
    )


def test_a_training_without_a_case_is_answered():
    told = scenario({"study.horizon": "0 min"})
    found = few(told=told, key="plain")
    said = found["points"][0]["says"]
    assert said["fates"] == "No training case was begun."
    assert said["now"][1] == "No training case was begun."
    assert all(each["mean"] is None for each in found["points"][0]["fates"])
