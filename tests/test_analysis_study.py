"""Which settings a run tries, and that they share their luck."""

import pandas as pd
import pytest

from analysis import describe
from analysis.study import GRID, at_setting, own_setting, run_study, settings_to_try
from engine import simulate
from engine.run import DEFAULT_ENGINE
from tests.analysis_samples import small_scenario, small_study
from tests.build import scenario


@pytest.mark.parametrize("value", GRID)
def test_a_setting_is_the_scenario_that_the_loader_would_make(value):
    scenario = small_scenario()
    checked = scenario.with_({"supervision.permissiveness": value})
    made = at_setting(scenario, value)
    assert (made, made.hash) == (checked, checked.hash)
    assert made.resolved() == checked.resolved()


def test_the_scenarios_own_setting_is_on_the_curve():
    assert settings_to_try(small_scenario()) == GRID
    other = small_scenario().with_({"supervision.permissiveness": 0.15})
    assert settings_to_try(other) == tuple(sorted({*GRID, 0.15}))


@pytest.mark.parametrize(
    ("limit", "response", "fix", "unit"),
    [("4 min", "1 min", "2 min", 4.0), ("0 s", "1 min", "2 min", 3.0), ("0 s", "0 s", "0 s", 1.0)],
)
def test_time_limits_are_multiples_of_the_scenarios_own(limit, response, fix, unit):
    told = scenario(
        {
            "supervision.policy": "time_limit",
            "supervision.time_limit": limit,
            "supervision.response": response,
            "supervision.fix": fix,
        }
    )
    tried = settings_to_try(told)
    assert tried == tuple(unit * k for k in (0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5))
    assert own_setting(told) in tried
    assert [own_setting(at_setting(told, value)) for value in tried] == list(tried)


def test_the_study_is_what_simulate_gives_at_each_setting():
    study = small_study()
    for value in (0.2, 1.0):
        alone = simulate(at_setting(small_scenario(), value), 0, 5).table
        rows = study.table[study.table["setting"] == value]
        pd.testing.assert_frame_equal(
            rows.drop(columns=["setting", "as_written"]).reset_index(drop=True), alone
        )
    assert study.table["as_written"].sum() == 5
    assert (study.table[study.table["as_written"]]["setting"] == 0.2).all()


@pytest.mark.parametrize("policy", ["hands_off", "zero_tolerance"])
def test_some_policies_have_no_curve_and_say_so(policy):
    told = small_scenario().with_({"supervision.policy": policy})
    study = run_study(told, seed=0, replications=2, engine=DEFAULT_ENGINE)
    assert study.no_curve.endswith("so there is no leeway to vary")
    assert policy not in study.no_curve
    assert study.table["setting"].unique().tolist() == [0.2]


def test_progress_counts_replications_of_all_settings():
    done = []
    run_study(
        scenario(),
        seed=0,
        replications=3,
        engine=DEFAULT_ENGINE,
        progress=done.append,
    )
    assert sum(done) == 3 * len(settings_to_try(scenario()))


def test_a_result_introduces_itself_in_a_line():
    told = small_scenario()
    assert repr(simulate(told, 3, 2, engine="simpy")) == (
        "Result(first-intubations, seed 3, 2 replications, simpy)"
    )
    assert "1 replication, simpy" in repr(simulate(told, 0, 1, engine="simpy"))


# ---- the scenario in words -------------------------------------------------------------------


def test_sentences_of_first_intubations():
    told = describe.sentences(small_scenario())
    assert told[0] == "Each of 2 trainees does 12 training cases."
    assert told[3].startswith(
        "Supervisors weigh what an error teaches against the patient's risk. "
        "Permissiveness 0.2: the typical supervisor lets an error of full "
        "educational value run as long as they put the patient's chance of mild harm below 20 % "
        "(for graver harm less is tolerated: moderate harm 5 % and severe harm 1.7 %); "
    )
    assert told[1] == (
        "A case has 1 step: laryngoscopy (in a case of middling difficulty it goes wrong for a "
        "novice in 37 %, for an expert in 10 %; over all cases in 39.8 % and 14.7 %)."
    )
    assert (
        "Mild harm or worse summons a supervisor where nobody has judged the error yet (the alarm)."
        in told
    )


@pytest.mark.parametrize(
    ("worst", "part"),
    [
        ("mild", "of mild harm below 20 %; the chance meant"),
        ("moderate", "(for graver harm less is tolerated: moderate harm 5 %); the chance meant"),
        ("death", "moderate harm 5 %, severe harm 1.7 % and death 1 %)"),
    ],
)
def test_only_harm_that_can_come_is_spoken_of(worst, part):
    path = "task.steps[laryngoscopy].errors[failed pass].worst_harm"
    assert part in describe.rule(small_scenario().with_({path: worst}))


def test_where_cases_are_equally_hard_there_is_one_number():
    alike = small_scenario().with_({"patient.difficulty_sd": 0})
    assert describe.task(alike) == (
        "A case has 1 step: laryngoscopy (it goes wrong for a novice in 37 %, for an expert in "
        "10 %)."
    )


@pytest.mark.parametrize(
    ("chance", "sd", "mean"), [(0.37, 1.2, 0.3979), (0.1, 1.2, 0.1469), (0.3, 0, 0.3), (0, 2, 0)]
)
def test_a_chance_averaged_over_difficulty(chance, sd, mean):
    assert describe.averaged(chance, sd) == pytest.approx(mean, abs=5e-5)


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"supervision.permissiveness": 0}, "no error is let run"),
        ({"supervision.permissiveness": 2}, "run until the patient comes to mild harm"),
        ({"supervision.policy": "risk_threshold"}, "lets an error, whatever it teaches, run"),
        ({"supervision.policy": "entrustment"}, "Trust counts too"),
        (
            {"supervision.policy": "entrustment"},
            "That is with a trainee of whose errors nothing has been seen yet.",
        ),
        (
            {"supervision.policy": "hands_off"},
            "supervisors never step in unasked; they come when called",
        ),
        ({"supervision.policy": "zero_tolerance"}, "step in at once"),
        (
            {"supervision.policy": "time_limit", "supervision.time_limit": "90 s"},
            "has done no harm, supervisors wait until the error is 1 min 30 s old",
        ),
        (
            {"supervision.never_allow": ["failed pass"]},
            "Whatever the policy, never allowed: failed pass; on noticing that, supervisors step "
            "in at once.",
        ),
        (
            {"supervision.stop_at": "severe"},
            "at severe harm or worse supervisors who have noticed the error step in at once",
        ),
        ({"supervision.alarm_from": "death"}, "Death summons a supervisor where nobody has judged"),
        (
            {"supervision.pool": 6, "supervision.judgement.between_supervisors_cv": 0.4},
            "1 supervisor is on duty at a time; who judges changes from case to case, one of 6 "
            "people, some bolder than others; ",
        ),
        (
            {"supervision.pool": 6, "supervision.judgement.between_supervisors_cv": 0},
            "who judges changes from case to case, one of 6 people; ",
        ),
        ({"supervision.time_cap": "5 min"}, "longer than 5 min"),
        ({"supervision.watched": 0}, "no case is watched"),
        ({"supervision.watched": 0.6}, "60 % of cases are watched"),
        ({"independent.cases": 0}, "No independent practice is simulated"),
        ({"trainees.count": 1}, "One trainee does 12 training cases."),
        ({"study.horizon": "30 d"}, "as far as they start within 30 d"),
    ],
)
def test_each_choice_is_told(changes, part):
    assert part in " ".join(describe.sentences(small_scenario().with_(changes)))


NEVER = "supervisors never step in unasked"


@pytest.mark.parametrize(
    ("changes", "meaning"),
    [
        ({}, NEVER),
        ({"never_allow": ["failed pass"]}, f"{NEVER}, except for errors never allowed (failed "
         "pass)"),
        ({"stop_at": "mild"}, f"{NEVER}, except where they first see an error at mild harm or "
         "worse"),
        ({"time_cap": "5 min"}, f"{NEVER}, except once an error they have seen is 5 min old"),
        (
            {"never_allow": ["failed pass"], "stop_at": "death", "time_cap": "0 s"},
            f"{NEVER}, except for errors never allowed (failed pass), where they first see an "
            "error at death and once an error they have seen is 0 s old",
        ),
    ],
)  # fmt: skip
def test_hands_off_names_its_exceptions_wherever_it_is_told(changes, meaning):
    told = small_scenario().with_(
        {"supervision.policy": "hands_off"}
        | {f"supervision.{key}": value for key, value in changes.items()}
    )
    assert f"On noticing an error, {meaning}; they come when called or" in describe.rule(told)
    assert study_of(told).no_curve == f"{meaning}, so there is no leeway to vary"


def study_of(told):
    return run_study(told, seed=0, replications=2, engine=DEFAULT_ENGINE)


@pytest.mark.parametrize("name", ["never_allow", "stop_at", "time_cap"])
def test_the_exceptions_of_hands_off_happen_in_its_runs(name):
    """What the sentence says is what the model does."""
    value = {"never_allow": ["failed pass"], "stop_at": "mild", "time_cap": "1 s"}[name]
    changes = {
        "supervision.policy": "hands_off",
        "supervision.alarm_from": "never",
        "task.steps[laryngoscopy].errors[failed pass].visible_after": "never",
    }
    if name == "never_allow":
        del changes["task.steps[laryngoscopy].errors[failed pass].visible_after"]
    alone = study_of(small_scenario().with_(changes))
    kept = study_of(small_scenario().with_({**changes, f"supervision.{name}": value}))
    takeovers = ["needless_takeovers", "necessary_takeovers", "late_takeovers"]
    assert alone.table[takeovers].to_numpy().sum() == 0
    assert kept.table[takeovers].to_numpy().sum() > 0


def test_hands_off_says_nothing_of_an_alarm_there_is_not():
    changes = {"supervision.policy": "hands_off", "supervision.alarm_from": "never"}
    assert describe.rule(small_scenario().with_(changes)).endswith("they come when called.")


def test_under_hands_off_harm_is_judged_once_and_the_alarm_comes_all_the_same():
    told = small_scenario().with_(
        {"supervision.policy": "hands_off", "supervision.stop_at": "moderate"}
    )
    assert describe.limits(told) == [
        "Where supervisors first see an error at moderate harm or worse, they step in at once; at "
        "harm that comes later they don't.",
        "Mild harm or worse summons a supervisor whether or not one has seen the error (the "
        "alarm).",
    ]


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        (
            {"supervision.never_allow": ["failed pass"]},
            "that has done no harm (except for errors never allowed (failed pass)), supervisors "
            "wait until the error is 1 min 30 s old;",
        ),
        (
            {"supervision.time_cap": "1 min"},
            "wait until the error is 1 min old, which comes before the time limit of 1 min 30 s;",
        ),
        ({"supervision.time_cap": "2 min"}, "wait until the error is 1 min 30 s old;"),
    ],
)
def test_a_time_limit_gives_way_to_the_rules_above_it(changes, part):
    limit = {"supervision.policy": "time_limit", "supervision.time_limit": "90 s"}
    assert part in describe.rule(small_scenario().with_(limit | changes))
