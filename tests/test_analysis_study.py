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
    assert "An alarm at mild harm brings help." in told


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
            {"supervision.policy": "hands_off"},
            "supervisors never step in unasked; they come when called",
        ),
        ({"supervision.policy": "zero_tolerance"}, "step in at once"),
        (
            {"supervision.policy": "time_limit", "supervision.time_limit": "90 s"},
            "has done no harm, supervisors wait until the error is 1 min 30 s old",
        ),
        ({"supervision.never_allow": ["failed pass"]}, "Never allowed: failed pass."),
        ({"supervision.stop_at": "severe"}, "At severe harm or worse, supervisors step in at once"),
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
