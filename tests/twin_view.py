"""Answers of the twin for tests, and what every one of them must be."""

import json
import re
from itertools import pairwise

from analysis.view.twin import twin_of
from tests.analysis_samples import SCENARIOS, small_scenario

P, LIMIT, POLICY = "supervision.permissiveness", "supervision.time_limit", "supervision.policy"
FILES = sorted(SCENARIOS.glob("*.yaml"))
KINDS = {
    "error", "noticed", "waited", "cue", "call", "alarm", "request", "hands_on", "fix_failed",
    "backup", "harm", "resolved",
}  # fmt: skip
DOING = {"supervisor waits", "nobody is free", "on the way", "hands on"}


def small(a, b, **options):
    base = small_scenario()
    given = {"seed": 0, "replications": 6} | options
    return twin_of(base.with_(a) if a else base, base.with_(b) if b else base, **given)


def of(a, b, attempt=(0, 0, 0), **options):
    return twin_of(a, b, **({"seed": 0, "replications": 5, "attempt": attempt} | options))


def sentences(a, b, attempt=(0, 0, 0)):
    told = of(a, b, attempt)
    sound(told)
    return told["shown"]["sentences"]


# ---- what every answer must be ---------------------------------------------------------------


def texts(told):
    """Every sentence of an answer."""
    yield from told["says"]
    yield told["cases"]["says"]
    yield from (each["says"] for each in told["numbers"])
    yield from (each["label"] for each in told["attempts"])
    if told["shown"] is not None:
        yield from told["shown"]["sentences"]
        yield told["shown"]["start"]


def reads_well(text):
    """Whether a text can be read aloud: a whole sentence, nothing left over from a template."""
    assert re.search(r"  |\.\.| [,.;:]|\bnan\b|\bNone\b|in one world|[{}]|–", text) is None, text
    assert re.fullmatch(r"[A-Z0-9].*\.", text) is not None, text
    assert text.count("(") == text.count(")"), text


def sound(told):
    """The contract of an answer with the page: plain data, times in order, sentences whole."""
    json.dumps(told, allow_nan=False)
    for text in texts(told):
        reads_well(text)
    addresses = [(one["replication"], one["trainee"], one["case"]) for one in told["attempts"]]
    assert len(set(addresses)) == len(addresses) <= 12
    for world in () if told["shown"] is None else told["shown"]["worlds"]:
        times = [mark["minutes"] for mark in world["marks"]]
        assert times == sorted(times)
        assert all(time >= 0 for time in times)
        assert {mark["kind"] for mark in world["marks"]} <= KINDS
        assert {each["what"] for each in world["doing"]} <= DOING
        ends = [(each["start"], each["end"]) for each in world["harm"]]
        assert all(end == start for (_, end), (start, _) in pairwise(ends))
        if times:
            assert (world["marks"][0]["kind"], times[0]) == ("error", 0)
            assert (ends[0][0], ends[-1][1]) == (0, times[-1])
            noticed = [each for each in world["marks"] if each["kind"] == "noticed"]
            assert len(noticed) <= 1
        assert world["story"]
        assert world["end"]
    if told["identical"]:
        assert not told["attempts"]
        assert all(each["difference"]["mean"] == 0 for each in told["numbers"])
