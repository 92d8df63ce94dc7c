"""The grid of a saved page: the explorer's own answers, fewer of them, decided by cases alone."""

import itertools
import json
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings

from analysis.study import run_study
from analysis.view import grid as grids
from analysis.view.answer import answer
from analysis.view.asked import ask
from analysis.view.grid import OF_THE_RUN, grid, name_of, page_data, spread
from analysis.view.twin import twin
from engine.errors import ScenarioError
from engine.run import DEFAULT_ENGINE
from tests.analysis_samples import small_scenario, small_study, small_study_without_curve
from tests.view_samples import drawn

SEED = 7


@cache
def study():
    """The small scenario, 20 replications, a seed of its own."""
    return run_study(small_scenario(), seed=SEED, replications=20, engine=DEFAULT_ENGINE)


@pytest.fixture
def few(monkeypatch):
    """Cells of the grid have fewer replications than the run."""
    monkeypatch.setattr(grids, "MOST", 16)


def departures(name):
    """The tokens that the name of a cell holds."""
    return dict(pair.split("=") for pair in name.split("&")) if name else {}


@pytest.mark.usefixtures("few")
def test_every_answer_is_the_explorers_to_the_last_bit():
    found = grid(study())
    assert set(found["answers"][""]) == {"16", "20"}
    for name, levels in found["answers"].items():
        for count, held in levels.items():
            asked = answer(
                small_scenario(), departures(name), seed=SEED, replications=int(count),
                key="first-intubations", source=OF_THE_RUN,
            )  # fmt: skip
            assert held == asked, name
            assert held["request"]["replications"] == int(count)


def test_what_is_offered_is_a_full_factorial():
    found = grid(study())
    moving = {key: tokens for key, tokens in found["offered"].items() if len(tokens) > 1}
    assert set(moving) == {"permissiveness", "latency", "variant"}
    assert len(moving["latency"]) == 5
    assert "5s" in moving["latency"]
    assert moving["variant"] == ["-", "optimistic", "pessimistic"]
    for latency, variant in itertools.product(moving["latency"], moving["variant"]):
        departs = {"latency": latency, "variant": variant}
        own = {"latency": "5s", "variant": "-"}
        given = {key: token for key, token in departs.items() if token != own[key]}
        assert name_of(given) in found["answers"]
    assert len(found["answers"]) == 15
    for levels in found["answers"].values():
        (every,) = {tuple(p["token"] for p in one["points"]) for one in levels.values()}
        assert list(every) == moving["permissiveness"]


def test_a_variant_with_a_latency_of_its_own_offers_it():
    slow = {"supervision.response": {"lognormal": {"median": "40 s", "cv": 0.5}}}
    changed = small_scenario().with_({"variants": {"far-away": slow}})
    done = run_study(changed, seed=0, replications=2, engine=DEFAULT_ENGINE)
    found = grid(done)
    assert "40s" in found["offered"]["latency"]
    assert "variant=far-away" in found["answers"]
    assert "latency=5s&variant=far-away" in found["answers"]


def test_many_variants_leave_less_room_for_latencies():
    faster = {f"v{n}": {"learning.practice": 1 + n / 10} for n in range(8)}
    done = run_study(
        small_scenario().with_({"variants": faster}), seed=0, replications=2, engine=DEFAULT_ENGINE
    )
    found = grid(done)
    assert len(found["answers"]) == 9 <= grids.MOST_CELLS
    assert found["offered"]["latency"] == ["5s"]
    many = {f"v{n}": {"learning.practice": 1 + n / 10} for n in range(40)}
    done = run_study(
        small_scenario().with_({"variants": many}), seed=0, replications=2, engine=DEFAULT_ENGINE
    )
    found = grid(done)
    assert len(found["answers"]) == len(found["offered"]["variant"]) == grids.MOST_CELLS - 1


def test_a_run_of_a_variant_stays_with_it():
    pessimistic = small_scenario().with_variant("pessimistic")
    done = run_study(
        pessimistic, seed=0, replications=2, engine=DEFAULT_ENGINE, variant="pessimistic"
    )
    found = grid(done)
    assert found["offered"]["variant"] == ["-"]
    assert len(found["answers"]) == 5


@pytest.mark.usefixtures("few")
def test_twins_are_the_explorers_at_the_replications_of_the_run_with_the_attempt_they_show():
    found = grid(study())
    seconds = found["second"]["permissiveness"]
    assert seconds == ["0", "0.05", "0.2", "0.5", "2"]
    assert found["twins"][""] == found["twins"]["second.permissiveness=0"]
    for token in seconds:
        held = found["twins"][f"second.permissiveness={token}"]
        asked = twin(
            small_scenario(), {}, {"permissiveness": token}, seed=SEED, replications=20,
            key="first-intubations",
        )  # fmt: skip
        assert {**held, "attempts": asked["attempts"]} == asked
        assert [one in asked["attempts"] for one in held["attempts"]] == [True] * len(
            held["attempts"]
        )
        assert (held["shown"] is None) == (held["attempts"] == [])
    assert found["twins"]["second.permissiveness=0.2"]["identical"]


@pytest.mark.parametrize(
    ("most", "latencies"),
    [(10**9, 5), (200_000, 5), (100_000, 3), (20_000, 1), (10_000, None), (1, None)],
)
def test_much_work_shrinks_the_grid_by_cases(monkeypatch, most, latencies):
    monkeypatch.setattr(grids, "MOST_CASES", most)
    around = grids.surroundings(study())
    assert (None if around is None else len(around.offered["latency"])) == latencies
    if around is not None:
        cells = grids.cells(study(), around.offered)
        assert sum(grids.cases_of(cell.points, around.replications) for cell in cells) <= most


def test_where_even_a_small_grid_is_too_much_the_run_stands_alone(monkeypatch):
    monkeypatch.setattr(grids, "MOST_CASES", 1)
    found = grid(study())
    assert list(found["answers"]) == [""]
    assert found["levels"] == [20]
    assert "too many" in found["note"]
    assert found["offered"]["latency"] == ["5s"]


def test_the_reference_engine_has_its_run_alone():
    done = replace(study(), engine="simpy")
    found = grid(done)
    assert list(found["answers"]) == [""]
    assert found["twins"] == {}
    assert found["second"] == {"permissiveness": []}
    assert "simpy" in found["note"]
    held = found["answers"][""]["20"]
    assert held == answer(
        small_scenario(), {}, seed=SEED, replications=20, key="first-intubations",
        source=OF_THE_RUN,
    )  # fmt: skip


def test_without_the_curve_that_was_not_asked_for_there_is_no_grid():
    assert grid(small_study_without_curve()) is None
    assert page_data(small_study_without_curve(), None) is None


@pytest.mark.parametrize("policy", ["hands_off", "zero_tolerance"])
def test_without_leeway_the_other_controls_move(policy):
    scenario = small_scenario().with_({"supervision.policy": policy})
    found = grid(run_study(scenario, seed=0, replications=3, engine=DEFAULT_ENGINE))
    assert len(found["answers"]) == 15
    assert [len(levels["3"]["points"]) for levels in found["answers"].values()] == [1] * 15
    assert found["second"] == {}
    assert next(iter(found["twins"])) == ""


def test_a_time_limit_slides():
    limit = {"supervision.policy": "time_limit", "supervision.time_limit": "2 min"}
    done = run_study(small_scenario().with_(limit), seed=0, replications=3, engine=DEFAULT_ENGINE)
    found = grid(done)
    assert len(found["offered"]["time_limit"]) == 9
    assert found["answers"][""]["3"] == answer(
        small_scenario().with_(limit), {}, replications=3, key="first-intubations",
        source=OF_THE_RUN,
    )  # fmt: skip
    assert len(found["second"]["time_limit"]) == 5


def test_no_training_case_is_no_obstacle():
    done = run_study(
        small_scenario().with_({"study.horizon": "1 s"}),
        seed=0, replications=3, engine=DEFAULT_ENGINE,
    )  # fmt: skip
    found = grid(done)
    assert found["answers"][""]["3"] == answer(
        done.scenario, {}, replications=3, key="first-intubations", source=OF_THE_RUN
    )
    assert found["answers"][""]["3"]["points"][0]["fates"][0]["mean"] is None


def test_the_page_gets_plain_data_and_the_same_each_time():
    one, other = (page_data(small_study(), grid(small_study())) for _ in range(2))
    text = json.dumps(one, allow_nan=False)
    assert json.dumps(other, allow_nan=False) == text
    assert one["boot"]["levels"] == one["boot"]["levels"][-1:] == [5]
    assert one["boot"]["scenario"]["hash"] == small_scenario().hash
    assert "5 times" in one["note"]
    assert "supervisor A is that of this run" in one["twinNote"]


@pytest.mark.parametrize(
    ("tokens", "count", "needed", "chosen"),
    [
        ("abcdefgh", 4, set(), "acfh"),
        ("abcdefgh", 3, {"b"}, "abh"),
        ("abcdefgh", 2, {"b"}, "be"),
        ("abc", 9, {"b"}, "abc"),
        ("abc", 1, {"b", "c"}, "bc"),
        ("", 3, set(), ""),
    ],
)
def test_tokens_are_spread_over_their_range(tokens, count, needed, chosen):
    assert "".join(spread(list(tokens), count, needed)) == chosen


@given(scenario=drawn())
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
def test_every_scenario_has_a_grid_and_it_is_plain_data(scenario):
    done = run_study(scenario, seed=0, replications=2, engine=DEFAULT_ENGINE)
    found = grid(done)
    json.dumps(page_data(done, found), allow_nan=False)
    for name in found["answers"]:
        for one in found["answers"][name].values():
            assert set(one["values"]) <= set(found["offered"])
            for key, token in one["values"].items():
                if key != one["axis"]:
                    assert token in found["offered"][key]


def test_an_unknown_second_supervisor_would_be_refused():
    with pytest.raises(ScenarioError):
        grids.twin_of(study(), ask(small_scenario(), {}), {"nobody": "1"}, {})
