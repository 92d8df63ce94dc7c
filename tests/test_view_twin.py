"""The twin of the page: the numbers of `leeway twin`, one attempt told, and what is refused."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import twins_report, words
from analysis.twins import twins
from analysis.view import twin as module
from analysis.view.twin import Abandoned, training_only, twin, twin_of
from engine import Scenario, ScenarioError, load
from engine.run import events
from tests.analysis_samples import small_scenario
from tests.build import scene, step, waits
from tests.lively import LIVELY, lively
from tests.strategies import scenario_data
from tests.twin_view import FILES, LIMIT, POLICY, P, of, sentences, small, sound

# ---- what every answer must be ---------------------------------------------------------------


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    scenario_data(),
    st.sampled_from(["value_weighted", "time_limit", "hands_off", "zero_tolerance", "entrustment"]),
    st.sampled_from([0, 0.4, 3]),
)
def test_whatever_the_format_allows_is_told(content, policy, permissiveness):
    a = Scenario.model_validate(content)
    b = a.with_({POLICY: policy, P: permissiveness})
    told = twin_of(a, b, seed=1, replications=3)
    sound(told)
    for one in told["attempts"]:
        address = (one["replication"], one["trainee"], one["case"])
        again = twin_of(a, b, seed=1, replications=3, attempt=address)
        sound(again)
        assert again["shown"]["parts_at"] is None or again["shown"]["parts_at"] >= 0


@pytest.mark.parametrize("supervision", LIVELY.values(), ids=list(LIVELY))
def test_a_ward_in_which_everything_happens(supervision):
    a, b = lively(**supervision), lively(policy="zero_tolerance", supervisors=1)
    told = twin_of(a, b, seed=0, replications=4)
    sound(told)
    for one in told["attempts"]:
        sound(of(a, b, (one["replication"], one["trainee"], one["case"])))


# ---- the numbers of leeway twin --------------------------------------------------------------

PAIRS = [
    ({P: 0.5}, {P: 0}),
    ({}, {POLICY: "hands_off"}),
    ({POLICY: "time_limit", LIMIT: "2 min"}, {P: 1}),
    ({"supervision.response": "30 s"}, {"supervision.supervisors": 2}),
    ({"independent.cases": 0}, {"independent.cases": 0, P: 0}),
]


@pytest.mark.parametrize(("a", "b"), PAIRS)
@pytest.mark.parametrize("seed", [0, 7])
def test_numbers_and_cases_are_those_of_leeway_twin(a, b, seed):
    told = small(a, b, seed=seed, replications=7)
    sound(told)
    found = twins(
        small_scenario(), a, b, seed=seed, replications=7, followed=told["cases"]["followed"]
    )
    printed = twins_report.as_object(found)
    for each in told["numbers"]:
        theirs = printed["outcomes"][each["outcome"]]
        assert (each["a"], each["b"]) == (theirs["a"], theirs["b"])
        ends = {name: theirs["difference"][name] for name in ("mean", "low", "high")}
        assert each["difference"] == ends
        assert each["unit"] == theirs["unit"]
    counted = found.counts[found.counts["period"] == "training"].sum()
    for name in ("compared", "otherwise", "better_a", "better_b"):
        assert told["cases"][name] == counted[name]
    if found.shown is None:
        assert told["shown"] is None
    else:
        shown = told["shown"]
        address = (shown["replication"], shown["trainee"], shown["case"])
        assert address == (found.shown.replication, *found.shown.key[1:])
        first = told["attempts"][0]
        assert address == (first["replication"], first["trainee"], first["case"])


def test_an_outcome_that_nothing_can_be_said_of_is_left_out():
    told = small({"independent.cases": 0}, {"independent.cases": 0, P: 0})
    names = [each["outcome"] for each in told["numbers"]]
    assert names == ["harm_any", "experience", "resilience", "total_burden"]


def test_burdens_of_different_patients_are_not_set_against_one_another():
    told = small({}, {"trainees.count": 3})
    assert "total_burden" not in [each["outcome"] for each in told["numbers"]]
    assert any("can't be added up" in text for text in told["says"])


def test_more_replications_than_a_block_are_the_same_replications(monkeypatch):
    whole = small({P: 0.5}, {P: 0}, replications=23)
    monkeypatch.setattr(module, "BLOCK", 5)
    assert small({P: 0.5}, {P: 0}, replications=23) == whole


def test_one_replication_has_no_interval():
    told = small({P: 0.5}, {P: 0}, replications=1)
    sound(told)
    assert told["numbers"][0]["difference"]["low"] is None
    assert told["says"][0].startswith("Fewer than 5 replications")


# ---- nothing differs -------------------------------------------------------------------------


def test_the_same_setting_twice():
    told = small({P: 0.5}, {P: 0.5})
    sound(told)
    assert told["identical"]
    assert told["says"] == ["A and B are the same setting, so nothing differs between them."]
    assert (told["attempts"], told["shown"]) == ([], None)


def test_settings_that_make_no_difference():
    """Both tolerate more than any chance; what is only thought is no event."""
    mild = step(worst_harm="mild")
    a, b = (scene(mild, supervision={"permissiveness": value}) for value in (2, 3))
    told = twin_of(a, b, seed=0, replications=5)
    sound(told)
    assert told["identical"]
    assert told["says"] == [
        "Nothing differs between A and B: no outcome in any of 5 replications, and no training "
        "case of those followed. In this scenario the two settings make no difference."
    ]
    assert told["cases"]["says"] == (
        "In the first 5 replications none of 5 training cases went otherwise."
    )


# ---- which attempt ---------------------------------------------------------------------------


def test_an_attempt_that_was_asked_for():
    found = small({P: 0.5}, {P: 0})
    for one in found["attempts"]:
        address = (one["replication"], one["trainee"], one["case"])
        told = small({P: 0.5}, {P: 0}, attempt=address)["shown"]
        assert (told["replication"], told["trainee"], told["case"]) == address
        replication, trainee, case = (words.ordinal(place) for place in address)
        where = f"{trainee} trainee, {case} case ({replication} replication)"
        assert told["title"].lower().startswith(where)
        assert one["label"].endswith(
            f"({trainee} trainee, {case} case, {replication} replication)."
        )


def test_an_attempt_of_a_replication_that_was_not_followed():
    told = small({P: 0.5}, {P: 0}, attempt=(2**60, 1, 3))
    sound(told)
    assert told["shown"]["replication"] == 2**60
    assert told["cases"] == small({P: 0.5}, {P: 0})["cases"]


def test_an_attempt_in_which_nothing_differs():
    quiet = scene(step(error=0), supervision=waits(1))
    assert sentences(quiet, scene(step(error=0), supervision=waits(2))) == [
        "This attempt takes the same course in both worlds: no error is made in it."
    ]
    told = of(quiet, quiet)["shown"]
    assert told["start"] == "No error is made in this attempt."
    assert [world["end"] for world in told["worlds"]] == ["no error in this step"] * 2
    alike = scene(supervision={"policy": "zero_tolerance"})
    assert sentences(alike, alike) == [
        "This attempt takes the same course in both worlds: the supervisor put it right 4 min "
        "after the error, and the patient was unharmed."
    ]


@pytest.mark.parametrize(
    "attempt",
    [
        (0, 2, 0), (0, 0, 12), (-1, 0, 0), (0, -1, 0), (2**64, 0, 0), (0, 0), (), (0, 0, 0, 0),
        (0, True, 0), (0, 1.0, 0), ("0", 0, 0), (0, None, 0),
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_is_refused(attempt):
    with pytest.raises(ScenarioError) as refused:
        small({}, {P: 0}, attempt=attempt)
    assert "given" in str(refused.value)


def test_a_case_that_is_never_begun_is_refused():
    short = scene(study={"cases": 3, "horizon": "15 min"})
    with pytest.raises(ScenarioError, match="never begun"):
        of(short, short.with_({P: 1}), (0, 0, 2))


@pytest.mark.parametrize("replications", [0, -1, True])
def test_a_number_of_replications_that_cannot_be_is_refused(replications):
    with pytest.raises(ScenarioError, match="whole number from 1"):
        small({}, {P: 0}, replications=replications)


def test_a_seed_that_cannot_be_is_refused():
    with pytest.raises(ScenarioError, match="seed"):
        small({}, {P: 0}, seed=-1)


def test_the_attempts_to_choose_from_differ_in_different_ways():
    told = twin_of(load(FILES[0]), load(FILES[0]).with_({P: 0}), seed=0, replications=6)
    ways = {one["label"].rsplit(" (", 1)[0] for one in told["attempts"]}
    assert len(told["attempts"]) == 12
    assert len(ways) >= 5


# ---- how much is done ------------------------------------------------------------------------


def test_long_logs_are_read_in_fewer_replications(monkeypatch):
    assert small({}, {P: 0})["cases"]["followed"] == 6
    assert small({}, {P: 0}, replications=2)["cases"]["followed"] == 2
    worlds = [training_only(each) for each in (small_scenario(), small_scenario().with_({P: 0}))]
    rows = sum(len(events(each, 0, 0)) for each in worlds)
    monkeypatch.setattr(module, "MOST_ROWS", 2 * rows)
    assert small({}, {P: 0})["cases"]["followed"] >= 2
    for most in (2 * rows - 1, 0):  # one at least
        monkeypatch.setattr(module, "MOST_ROWS", most)
        assert small({}, {P: 0})["cases"]["followed"] == 1


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenario_data())
def test_training_is_the_same_without_what_follows(content):
    whole = Scenario.model_validate(content)
    alone = training_only(whole)
    assert events(alone, 3, 1) == [row for row in events(whole, 3, 1) if not row.independent]
    assert whole.independent.cases == content["independent"]["cases"]


def test_nobody_waits_any_more():
    asked = []

    def stop_at(count):
        def should_stop():
            asked.append(count)
            return len(asked) > count

        return should_stop

    for count in range(7):  # before the numbers, and before each of 6 replications
        asked.clear()
        with pytest.raises(Abandoned):
            small({}, {P: 0}, should_stop=stop_at(count))
        assert len(asked) == count + 1
    asked.clear()
    assert small({}, {P: 0}, should_stop=stop_at(99)) == small({}, {P: 0})


# ---- from tokens -----------------------------------------------------------------------------


def test_the_request_is_told_in_its_one_spelling():
    told = twin(
        small_scenario(), {"permissiveness": "0.50"}, {"latency": "60s"}, seed=3, replications=5,
        attempt=(0, 0, 1), key="small",
    )  # fmt: skip
    assert told["request"] == {
        "scenario": "small", "settings": {"permissiveness": "0.5"}, "second": {"latency": "1min"},
        "seed": 3, "replications": 5, "attempt": [0, 0, 1],
    }  # fmt: skip
    assert (told["a"]["label"], told["b"]["label"]) == (
        "permissiveness 0.5, rescue latency 5 s", "permissiveness 0.5, rescue latency 1 min"
    )  # fmt: skip
    base = small_scenario().with_({P: 0.5})
    b = base.with_({"supervision.response.lognormal.median": "1 min"})
    assert told["numbers"] == twin_of(base, b, seed=3, replications=5)["numbers"]


@pytest.mark.parametrize(
    ("given", "second"),
    [
        ({}, {"permissiveness": "0"}),
        ({"permissiveness": "0"}, {"permissiveness": "0.5"}),
        ({"policy": "zero_tolerance"}, {"policy": "value_weighted"}),
        ({"policy": "hands_off"}, {"policy": "zero_tolerance"}),
        ({"policy": "time_limit"}, {"policy": "zero_tolerance"}),
    ],
)
def test_the_usual_second_supervisor(given, second):
    told = twin(small_scenario(), given, {}, replications=5, key="small")
    assert told["request"]["second"] == second
    assert not told["identical"]
    assert told["b"]["label"] != told["a"]["label"]


def test_the_usual_second_supervisor_of_one_who_never_allows_anything():
    strict = small_scenario().with_({POLICY: "zero_tolerance", P: 0})
    told = twin(strict, {}, {}, replications=5, key="small")
    assert told["request"]["second"] == {"policy": "value_weighted", "permissiveness": "0.5"}
    assert not told["identical"]


def test_what_both_worlds_share_is_refused_of_the_second_alone():
    with pytest.raises(ScenarioError, match="Trainees of the second supervisor: this can't differ"):
        twin(small_scenario(), {}, {"trainees": "2"}, replications=5, key="small")
    with pytest.raises(ScenarioError, match="Permissiveness of the second supervisor: ") as no:
        twin(small_scenario(), {}, {"permissiveness": "much"}, replications=5, key="small")
    assert [each.path for each in no.value.problems] == ["second.permissiveness"]
    with pytest.raises(ScenarioError, match=r"^Permissiveness: ") as no:
        twin(small_scenario(), {"permissiveness": "much"}, {"latency": "0"}, key="small")
    assert [each.path for each in no.value.problems] == ["permissiveness"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_scenario_shipped(file):
    told = twin(load(file), {"permissiveness": "0.5"}, {}, replications=5, key=file.stem)
    sound(told)
    assert told == twin(load(file), {"permissiveness": "0.5"}, {}, replications=5, key=file.stem)
    assert told["shown"]["worlds"][0]["marks"]
