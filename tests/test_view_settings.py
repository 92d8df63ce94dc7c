"""Settings of the page: read from an address, put into a scenario, refused in words."""

import contextlib
import shlex
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.changes import read_changes
from analysis.view import settings as view
from analysis.view import tokens
from analysis.view.places import KEYS, SECOND
from analysis.view.repeat import Source
from analysis.view.settings import State, apply, canonical, meant, parse, query
from engine.columns import columns
from engine.errors import ScenarioError
from engine.luck import MAX_SEED
from tests.build import scenario
from tests.view_samples import KEY, SHIPPED, drawn, in_two_steps, shipped
from tests.view_samples import tokens as some_tokens

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)
states = st.builds(
    State,
    scenario=st.none() | texts,
    settings=st.dictionaries(st.sampled_from(KEYS), texts),
    second=st.dictionaries(st.sampled_from(SECOND), texts),
    seed=st.integers(0, MAX_SEED),
    attempt=st.none() | st.tuples(*[st.integers(0, 10**9 - 1)] * 3),
)


# ---- addresses --------------------------------------------------------------------------------


@given(states)
def test_an_address_gives_the_same_state_back(state):
    assert parse(parse_qsl(query(state), keep_blank_values=True)) == state


def test_an_address_reads_as_the_contract_has_it():
    pairs = parse_qsl(
        "scenario=first-intubations&permissiveness=0.3&latency=30s&variant=pessimistic"
        "&second.permissiveness=0.05&seed=1&attempt=0.3.2"
    )
    assert parse(pairs) == State(
        scenario="first-intubations",
        settings={"permissiveness": "0.3", "latency": "30s", "variant": "pessimistic"},
        second={"permissiveness": "0.05"},
        seed=1,
        attempt=(0, 3, 2),
    )
    assert parse([]) == State()


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([("permissivness", "1")], "permissivness: the page has no setting of that name; did you"),
        ([("permissivness", "1")], "did you mean permissiveness?"),
        ([("second.trainees", "1")], "second.trainees: the page has no setting of that name"),
        ([("latency", "1s"), ("latency", "2s")], "Rescue latency: it was given twice"),
        ([("latency", "1" * 71)], "Rescue latency: 71 characters were given"),
        ([("seed", "-1")], "Seed: "),
        ([("seed", "1.5")], "Seed: "),
        ([("seed", "٣")], "Seed: "),
        ([("seed", str(MAX_SEED + 1))], "Seed: "),
        ([("attempt", "1.2")], "Attempt: "),
        ([("attempt", "1.2.x")], "Attempt: "),
        ([("attempt", "1.2.-3")], "Attempt: "),
        ([("latency", "1s")] * 31, "settings: too many were given"),
    ],
)
def test_what_no_address_can_say_is_refused(pairs, said):
    with pytest.raises(ScenarioError) as refused:
        parse(pairs)
    assert said in str(refused.value)


@given(st.lists(st.tuples(texts | st.sampled_from(KEYS), texts), max_size=6))
def test_any_address_is_read_or_refused(pairs):
    with contextlib.suppress(ScenarioError):
        state = parse(pairs)
        assert apply(shipped(KEY), state.settings).id == KEY


# ---- tokens -----------------------------------------------------------------------------------


@given(st.floats(0, 1e12))
def test_a_number_has_one_token_that_reads_back(value):
    token = tokens.write("number", value)
    assert tokens.read("number", token) == value
    assert tokens.write("number", tokens.read("number", token)) == token


@given(st.floats(0, 1e9).filter(lambda each: each == 0 or each > 1e-20))
def test_a_time_has_one_token_that_reads_back(minutes):
    token = tokens.write("duration", minutes)
    assert tokens.read("duration", token) == minutes
    assert " " not in token


@pytest.mark.parametrize(
    ("kind", "text", "token"),
    [
        ("number", "0.50", "0.5"), ("number", ".5", "0.5"), ("number", "2.0", "2"),
        ("number", " 2 ", "2"), ("number", "1e-2", "0.01"), ("number", "0", "0"),
        ("share", "60 %", "0.6"), ("share", "60%", "0.6"), ("share", "0.6", "0.6"),
        ("share", "100 %", "1"), ("count", "04", "4"), ("duration", "90 s", "90s"),
        ("duration", "1.5 min", "90s"), ("duration", "60s", "1min"), ("duration", "0 min", "0s"),
        ("duration", "24h", "1d"), ("duration", "0.5s", "0.5s"), ("duration", "3.3 min", "198s"),
    ],
)  # fmt: skip
def test_what_may_be_typed(kind, text, token):
    assert tokens.write(kind, tokens.read(kind, text)) == token


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("number", "-1"), ("number", "nan"), ("number", "inf"), ("number", "1_000"),
        ("number", "0,5"), ("number", ""), ("number", "60 %"), ("number", "٣"), ("share", "%"),
        ("share", "six"), ("count", "2.5"), ("count", "-2"), ("count", "9" * 10),
        ("duration", "5"), ("duration", "-5 s"), ("duration", "never"), ("duration", "12:30"),
    ],
)  # fmt: skip
def test_what_may_not_be_typed(kind, text):
    assert isinstance(tokens.read(kind, text), tokens.Wrong)


# ---- tokens in a scenario ---------------------------------------------------------------------


def same(one, other):
    """Equal in everything: content, hash, and what the kernel is given."""
    assert one == other
    assert one.resolved() == other.resolved()
    assert one.hash == other.hash
    for mine, theirs in zip(columns([one]), columns([other]), strict=True):
        assert mine.tobytes() == theirs.tobytes()


@pytest.mark.parametrize("key", SHIPPED)
@settings(max_examples=25)
@given(data=st.data())
def test_a_shipped_scenario_changes_as_set_changes_it(key, data):
    told = shipped(key)
    meaning = meant(told, data.draw(some_tokens(told)))
    same(meaning.scenario, in_two_steps(told, meaning.variant, meaning.changes))


@settings(max_examples=60)
@given(data=st.data(), told=drawn())
def test_any_scenario_changes_as_set_changes_it(data, told):
    meaning = meant(told, data.draw(some_tokens(told, least=1)))
    same(meaning.scenario, in_two_steps(told, meaning.variant, meaning.changes))


@settings(max_examples=60)
@given(data=st.data(), told=drawn())
def test_canonical_tokens_mean_the_same_and_are_their_own(data, told):
    given_ones = data.draw(some_tokens(told))
    known = canonical(told, given_ones)
    assert canonical(told, known) == known
    assert set(known) <= set(given_ones)
    assert apply(told, known) == apply(told, given_ones)


def test_what_equals_the_file_is_left_out():
    own = {"permissiveness": "0.20", "latency": "5s", "variant": "-", "watched": "100 %"}
    assert canonical(shipped(KEY), own) == {}
    assert apply(shipped(KEY), own).hash == shipped(KEY).hash
    assert canonical(shipped(KEY), {"permissiveness": "0.0"}) == {"permissiveness": "0"}
    assert canonical(shipped(KEY), {"debrief": "0"}) == {"debrief": "0"}


def test_a_variant_comes_first_and_a_setting_after_it():
    told = scenario(variants={"lax": {"supervision.permissiveness": 0.7}})
    assert apply(told, {"variant": "lax"}).supervision.permissiveness == 0.7
    assert apply(told, {"variant": "lax", "permissiveness": "0"}).supervision.permissiveness == 0
    assert canonical(told, {"variant": "lax", "permissiveness": "0.7"}) == {"variant": "lax"}


def test_a_policy_of_waiting_is_lent_a_time_limit():
    meaning = meant(shipped(KEY), {"policy": "time_limit"})
    assert meaning.tokens == {"policy": "time_limit"}
    assert meaning.changes == {
        "supervision.policy": "time_limit",
        "supervision.time_limit": "2min",
    }
    longer = apply(shipped(KEY), {"policy": "time_limit", "time_limit": "0s"})
    assert longer.supervision.time_limit == 0
    own = shipped(KEY).with_({"supervision.time_limit": "20 s"})
    assert apply(own, {"policy": "time_limit"}).supervision.time_limit == 20 / 60


def test_leeway_of_another_policy_is_kept_and_changes_nothing():
    meaning = meant(shipped(KEY), {"policy": "hands_off", "permissiveness": "0.5"})
    assert meaning.tokens == {"policy": "hands_off", "permissiveness": "0.5"}
    assert meaning.changes == {"supervision.policy": "hands_off"}
    assert apply(shipped(KEY), {"time_limit": "9min"}).hash == shipped(KEY).hash
    with pytest.raises(ScenarioError):
        apply(shipped(KEY), {"policy": "hands_off", "permissiveness": "11"})


def test_a_second_supervisor_differs_by_their_own_settings_alone():
    first = {"permissiveness": "0.5", "latency": "30s"}
    both = view.with_second(first, {"permissiveness": "0.2"})
    other = apply(shipped(KEY), both)
    assert other.supervision.permissiveness == 0.2
    assert other.supervision.response == apply(shipped(KEY), first).supervision.response


@pytest.mark.parametrize(
    ("given_ones", "said"),
    [
        ({"permissiveness": "11"}, "Permissiveness: 11 was given; it can be set from 0 to 10; try"),
        ({"permissiveness": "0,5"}, "Permissiveness: \"0,5\" was given; a number is needed"),
        ({"latency": "5"}, "it can be set from 0.1 s to 10 min, with its unit; write it like 15 s"),
        ({"latency": "0"}, "Rescue latency: \"0\" was given; it can be set from 0.1 s to 10 min"),
        ({"latency": "-5 s"}, "Rescue latency: \"-5 s\" was given; it can be set from 0.1 s"),
        ({"latency": "2 h"}, "Rescue latency: 2 h was given; it can be set from 0.1 s to 10 min"),
        ({"latency": "0s"}, "Rescue latency: 0 s was given"),
        ({"policy": "hands off"}, "did you mean hands_off?"),
        ({"variant": "optimist"}, "Variant: \"optimist\" was given; it can be optimistic or"),
        ({"watched": "120 %"}, "Cases watched: 120 % was given; it can be set from 0 % to 100 %"),
        ({"trainees": "0"}, "Trainees: 0 was given; it can be set from 1 to 40; try 1"),
        ({"supervisors": "21"}, "Supervisors on duty: 21 was given; it can be set from 1 to 20"),
        ({"supervisors": "2.5"}, "was given; a whole number is needed; try 2 or 3"),
        ({"fragility": "-1"}, "Patient fragility: \"-1\" was given; it can be set from 0.0"),
        ({"fragility": "0"}, "Patient fragility: 0 was given"),
        ({"sharpness": "1"}, "sharpness: the page has no setting of that name"),
    ],
)  # fmt: skip
def test_what_a_scenario_does_not_take_is_refused(given_ones, said):
    with pytest.raises(ScenarioError) as refused:
        apply(shipped(KEY), given_ones)
    assert said in str(refused.value)


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(ScenarioError) as refused:
        apply(shipped(KEY), {"permissiveness": "11", "trainees": "0", "watched": "0.5"})
    assert [each.path for each in refused.value.problems] == ["permissiveness", "trainees"]


def test_a_control_the_scenario_lacks_is_refused():
    told = scenario({"supervision.response": {"uniform": ["1 min", "2 min"]}})
    with pytest.raises(ScenarioError, match=r"Rescue latency: .*no single number"):
        apply(told, {"latency": "1min"})


def test_what_the_format_refuses_is_refused_by_its_words():
    """A variant may make a scenario so large that what the file's limits allow is too much."""
    told = scenario({"study.cases": 100_000}, variants={"long": {"study.cases": 10_000_000}})
    assert apply(told, {"trainees": "40"}).trainees.count == 40
    with pytest.raises(ScenarioError, match="at most 10,000,000 are simulated"):
        apply(told, {"trainees": "40", "variant": "long"})


@pytest.mark.parametrize("key", SHIPPED)
def test_the_command_says_the_same_settings(key):
    told = shipped(key)
    given_ones = {
        "variant": "pessimistic",
        "policy": "time_limit",
        "latency": "90s",
        "watched": "0.5",
    }
    meaning = meant(told, given_ones)
    source = Source("a b.yaml")
    line = shlex.split(source.command(meaning, seed=7, replications=16))
    assert line[:5] == ["leeway", "run", "a b.yaml", "--variant", "pessimistic"]
    assert line[-4:] == ["--seed", "7", "--replications", "16"]
    changes = read_changes(line[place + 1] for place, word in enumerate(line) if word == "--set")
    same(meaning.scenario, told.with_variant("pessimistic").with_(changes))


@pytest.mark.parametrize(
    ("kind", "typed", "token"),
    [
        ("duration", "1 min 30 s", "90s"),
        ("duration", "1h30min", "90min"),
        ("duration", "2 d 4 h", "52h"),
        ("share", "50", "0.5"),
        ("share", "50 %", "0.5"),
        ("share", "0.5", "0.5"),
        ("share", "1", "1"),
        ("share", "1 %", "0.01"),
    ],
)
def test_what_is_typed_as_the_page_writes_it_is_read(kind, typed, token):
    assert tokens.write(kind, tokens.read(kind, typed)) == token


@pytest.mark.parametrize("typed", ["30 s 1 min", "1 min 30", "1 min 1 min", "1 min -3 s"])
def test_a_time_in_several_units_begins_with_the_greatest(typed):
    assert isinstance(tokens.read("duration", typed), tokens.Wrong)
