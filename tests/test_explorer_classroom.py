"""A class at its sliders: no error, the right answers, and memory within its bounds."""

import asyncio
import json
import os
import sys
from urllib.parse import parse_qsl, urlencode

import pytest

from analysis.explorer import ahead, answers
from analysis.explorer.answers import MOST_BYTES
from analysis.explorer.kept import MOST_BYTES as MOST_KEPT
from analysis.view import answer
from analysis.view.repeat import Source
from benchmarks import classroom
from benchmarks.measure import shipped
from tests.explorer_samples import ANSWER, books, visit

NAMES = ("chest-pain", "first-intubations")
ROOM = (MOST_BYTES + MOST_KEPT) / 2**20 + 150
"""What a server may hold beyond what it begins with (MB): its stores, and some air."""
REPEATED = 12
"""By how much asking the same again and again may let a server grow (MB)."""
SOON = 250
"""Within which a class gets 99 of 100 quick answers (ms)."""
FEW_BYTES = 2**20


def assert_same(path, body):
    """An answer is what Python gives for the same state."""
    given = dict(parse_qsl(path.partition("?")[2]))
    name, level = given.pop("scenario"), int(given.pop("replications"))
    found = json.loads(body)
    file = found["command"].split()[2]
    wanted = answer.answer(shipped(name), given, replications=level, key=name, source=Source(file))
    assert found == json.loads(json.dumps(wanted)), path


def test_ten_clients_for_a_few_seconds():
    with classroom.server(NAMES) as (place, process):
        seen = asyncio.run(
            classroom.lesson(place, process, clients=10, seconds=5, reading=0.5, names=NAMES)
        )
    assert seen.errors == 0, seen.statuses
    assert len(seen.waits) > 10
    chosen = sorted(seen.answers)[:: max(1, len(seen.answers) // 12)]
    for path in chosen:
        assert_same(path, seen.answers[path])


def test_the_same_questions_again_and_again_take_no_more_memory():
    name = "first-intubations"
    book = next(each for each in books() if each.key == name)

    async def script(place, process):
        seen = await classroom.lesson(
            place, process, clients=4, seconds=3, reading=0, names=(name,)
        )
        line = classroom.Connection(place)
        await line.enter()
        for state in ahead.likely(book, 0):  # what the server makes ready by itself is no growth
            query = urlencode({"scenario": name, **state.settings, "replications": 16})
            assert (await line.get(f"/api/answer?{query}"))[0] == 200
        line.close()
        await classroom.asked_again(place, seen, process, 1)
        return seen, await classroom.asked_again(place, seen, process, 5)

    with classroom.server((name,)) as (place, process):
        seen, memory = asyncio.run(script(place, process))
    assert len(seen.answers) > 10
    assert max(memory) - memory[0] < REPEATED, memory


def test_what_is_kept_stays_within_its_bounds_whatever_a_class_asks(monkeypatch):
    """With stores so small that they overflow several times."""
    monkeypatch.setattr(answers, "MOST_BYTES", FEW_BYTES)
    monkeypatch.setattr(answers, "MOST_ANSWERS_BYTES", FEW_BYTES // 4)
    made = answers.Answers()

    async def script(client, parts):
        parts.kept.most_bytes = FEW_BYTES // 4
        held, told = [], 0
        for first in range(0, 32, 4):
            found = await asyncio.gather(
                *(
                    client.get(f"{ANSWER}&latency={number + 1}s&replications=100")
                    for number in range(first, first + 4)
                )
            )
            assert [each.status_code for each in found] == [200] * 4
            told += sum(len(each.content) for each in found)
            assert parts.kept.bytes == sum(body.size for body in parts.kept._bodies.values())
            held.append((*made._cells.held, parts.kept.bytes))
        return held, told

    held, told = visit(script, made=made)
    assert told > 2 * FEW_BYTES // 4  # more than would fit
    assert held[0][0] * len(held) > 3 * FEW_BYTES
    for simulated, finished, kept in held:
        assert 0 < simulated <= FEW_BYTES
        assert 0 < finished <= FEW_BYTES // 4
        assert 0 < kept <= FEW_BYTES // 4


@pytest.mark.long
def test_a_class_for_a_minute(capsys):
    with classroom.server() as (place, process):
        first = asyncio.run(classroom.lesson(place, process))
        again = asyncio.run(classroom.lesson(place, process))
    with capsys.disabled():
        for name, seen in (("first lesson", first), ("the same again", again)):
            each_ten_seconds = " ".join(f"{held:.0f}" for held in seen.memory[::10])
            sys.stdout.write(f"\n{classroom.row(name, seen)}\nMB: {each_ten_seconds}\n")
    assert first.errors == again.errors == 0, (first.statuses, again.statuses)
    for seen in (first, again):
        slow = seen.percentile(0.99)
        assert slow < SOON, f"{slow:.0f} ms, at a load of {os.getloadavg()[0]:.1f}"
    # bounded by the stores of answers, and flat only once those are full
    assert max(first.memory + again.memory) - first.memory[0] < ROOM
