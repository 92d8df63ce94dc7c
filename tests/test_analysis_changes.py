"""PATH=VALUE of --set: split at the right place, read by the loader's rules."""

import pytest

from analysis.changes import read_changes
from engine import ScenarioError


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("supervision.permissiveness=0.1", "supervision.permissiveness", 0.1),
        ("study.cases = 12", "study.cases", 12),
        ("supervision.fix=90 s", "supervision.fix", "90 s"),
        ("supervision.fix={fixed: 5 min}", "supervision.fix", {"fixed": "5 min"}),
        ("supervision.never_allow=[a, b]", "supervision.never_allow", ["a", "b"]),
        ("independent.safety_net=false", "independent.safety_net", False),
        ("a=NO", "a", "NO"),
        ("a=12:30", "a", "12:30"),
        ("a=1e-3", "a", 0.001),
        ("a='x=y'", "a", "x=y"),
        ("a=null", "a", None),
        ("task.steps[p = q].duration=1 min", "task.steps[p = q].duration", "1 min"),
    ],
)
def test_a_change_is_read(text, path, value):
    assert read_changes([text]) == {path: value}


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["a"], "PATH=VALUE is needed"),
        (["=1"], "PATH=VALUE is needed"),
        (["task.steps[p = q]"], "PATH=VALUE is needed"),
        (["a=1", "a=2"], "set twice"),
        (["a={b: 1"], "not YAML"),
        (["a=&x 1"], "anchors are not used"),
        (["a=017"], "decimal"),
        (["a=1\nb: 2"], "one value is needed"),
    ],
)
def test_what_cannot_be_read_is_refused(texts, message):
    with pytest.raises(ScenarioError, match=message):
        read_changes(texts)


def test_the_option_is_named_that_it_was_given_to():
    with pytest.raises(ScenarioError, match=r'^--against: "a" was given'):
        read_changes(["a"], option="--against")


def test_all_problems_are_told_at_once():
    with pytest.raises(ScenarioError) as caught:
        read_changes(["a", "b={", "c=1"])
    assert len(caught.value.problems) == 2
