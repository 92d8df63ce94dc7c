"""A class at its sliders: no error, the right answers, and memory that doesn't grow."""

import asyncio
import json
import sys
from urllib.parse import parse_qsl

import pytest

from analysis.explorer.answers import MOST_BYTES
from analysis.explorer.kept import MOST_BYTES as MOST_KEPT
from analysis.view import answer
from benchmarks import classroom
from benchmarks.measure import shipped

NAMES = ("chest-pain", "first-intubations")
ROOM = (MOST_BYTES + MOST_KEPT) / 2**20 + 150
"""What a server may hold beyond what it begins with (MB): its stores, and some air."""


def assert_same(path, body):
    """An answer is what Python gives for the same state."""
    given = dict(parse_qsl(path.partition("?")[2]))
    name, level = given.pop("scenario"), int(given.pop("replications"))
    found = json.loads(body)
    file = found["command"].split()[2]
    wanted = answer.answer(shipped(name), given, replications=level, key=name, file=file)
    assert found == json.loads(json.dumps(wanted)), path


def test_ten_clients_for_a_few_seconds():
    with classroom.server(NAMES) as (port, process):
        seen = asyncio.run(
            classroom.lesson(port, process, clients=10, seconds=5, reading=0.5, names=NAMES)
        )
    assert seen.errors == 0, seen.statuses
    assert len(seen.waits) > 10
    assert max(seen.memory) - seen.memory[0] < ROOM
    chosen = sorted(seen.answers)[:: max(1, len(seen.answers) // 12)]
    for path in chosen:
        assert_same(path, seen.answers[path])


@pytest.mark.long
def test_a_class_for_a_minute(capsys):
    with classroom.server() as (port, process):
        first = asyncio.run(classroom.lesson(port, process))
        again = asyncio.run(classroom.lesson(port, process))
    with capsys.disabled():
        for name, seen in (("first lesson", first), ("the same again", again)):
            each_ten_seconds = " ".join(f"{held:.0f}" for held in seen.memory[::10])
            sys.stdout.write(f"\n{classroom.row(name, seen)}\nMB: {each_ten_seconds}\n")
    assert first.errors == again.errors == 0, (first.statuses, again.statuses)
    assert max(first.memory) - first.memory[0] < ROOM
    late = again.memory[len(again.memory) // 2 :]
    assert max(late) - min(late) < 30
