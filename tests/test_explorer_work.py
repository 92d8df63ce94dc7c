"""Who computes next: sharing, priority, what nobody waits for."""

import asyncio
import threading

import pytest

from analysis.explorer.work import (
    MOST_WAITING_OF_A_CLIENT,
    BusyError,
    ClosedError,
    Kind,
    Queue,
    StoppedError,
)


class Bench:
    """A queue whose work waits for a word, and what happened in it."""

    def __init__(self, cores=1):
        self.queue = Queue(cores)
        self.begun, self.stopped = [], []
        self._may_end = {}

    def work(self, name):
        self._may_end.setdefault(name, threading.Event())

        def run(should_stop):
            self.begun.append(name)
            while not self._may_end[name].wait(0.005):
                if should_stop():
                    self.stopped.append(name)
                    raise StoppedError
            return name

        return run

    def ask(self, name, kind=Kind.COARSE, client="ann"):
        done = self.queue.do(name, kind, client, self.work(name))
        return asyncio.ensure_future(done)

    def end(self, *names):
        for name in names:
            self._may_end[name].set()

    async def until(self, condition):
        for _ in range(2000):
            if condition():
                return
            await asyncio.sleep(0.005)
        raise AssertionError("it never came to that")


def on_a_bench(script, cores=1):
    async def run():
        bench = Bench(cores)
        try:
            await asyncio.wait_for(script(bench), 60)
        finally:
            bench.queue.close()

    asyncio.run(run())


def fill(bench, count):
    """All threads but the one left to others, and then that one."""
    return [bench.ask(f"long {i}", client=f"client {i}") for i in range(count)]


def test_the_same_question_is_computed_once_for_all_who_ask():
    async def script(bench):
        asked = [bench.ask("x", client=f"client {i}") for i in range(5)]
        await bench.until(lambda: bench.begun == ["x"])
        bench.end("x")
        assert await asyncio.gather(*asked) == ["x"] * 5
        assert bench.begun == ["x"]

    on_a_bench(script)


def test_coarse_answers_come_before_twins_and_twins_before_refinements():
    async def script(bench):
        busy = fill(bench, bench.queue.workers)
        await bench.until(lambda: len(bench.begun) == bench.queue.workers)
        waiting = [
            bench.ask("refined", Kind.REFINED, "r"),
            bench.ask("twin", Kind.TWIN, "t"),
            bench.ask("coarse", Kind.COARSE, "c"),
        ]
        await asyncio.sleep(0)
        del bench.begun[:]
        bench.work("refined"), bench.work("twin"), bench.work("coarse")
        bench.end("refined", "twin", "coarse", "long 0")
        await asyncio.gather(*waiting)
        assert bench.begun == ["coarse", "twin", "refined"]
        bench.end("long 1")
        await asyncio.gather(*busy)

    on_a_bench(script)


def test_work_that_nobody_waits_for_any_more_is_stopped_and_can_be_asked_for_again():
    async def script(bench):
        asked = bench.ask("x")
        await bench.until(lambda: bench.begun == ["x"])
        asked.cancel()
        again = bench.ask("x")  # before the first has noticed
        await bench.until(lambda: bench.stopped == ["x"] and bench.begun == ["x", "x"])
        bench.end("x")
        assert await again == "x"
        assert bench.queue.running == bench.queue.waiting == 0

    on_a_bench(script)


def test_one_of_two_who_wait_may_leave():
    async def script(bench):
        asked, other = bench.ask("x", client="ann"), bench.ask("x", client="bob")
        await bench.until(lambda: bench.begun == ["x"])
        asked.cancel()
        await asyncio.sleep(0.03)
        bench.end("x")
        assert await other == "x"
        assert bench.stopped == []

    on_a_bench(script)


def test_a_client_with_much_to_ask_leaves_a_thread_to_others():
    async def script(bench):
        many = [bench.ask(f"flood {i}", client="greedy") for i in range(10)]
        await bench.until(lambda: len(bench.begun) >= 1)
        modest = bench.ask("modest", client="bob")
        bench.end("modest")
        assert await modest == "modest"
        assert len(bench.begun) <= bench.queue.workers
        bench.end(*(f"flood {i}" for i in range(10)))
        await asyncio.gather(*many)

    on_a_bench(script, cores=2)


def test_a_refinement_makes_room_for_an_answer_that_should_be_quick_and_goes_on_later():
    async def script(bench):
        fine = bench.ask("fine", Kind.REFINED, client="ann")
        long = bench.ask("long", client="bob")
        await bench.until(lambda: set(bench.begun) == {"fine", "long"})
        quick = bench.ask("quick", client="cleo")
        bench.end("quick")
        assert await quick == "quick"
        assert bench.stopped == ["fine"]
        bench.end("fine", "long")
        assert await asyncio.gather(fine, long) == ["fine", "long"]
        assert bench.begun.count("fine") == 2

    on_a_bench(script)


def test_too_much_waiting_is_refused():
    async def script(bench):
        asked = [bench.ask(i, client="ann") for i in range(MOST_WAITING_OF_A_CLIENT)]
        await asyncio.sleep(0)
        with pytest.raises(BusyError):
            await bench.ask("one more", client="ann")
        other = bench.ask("another's", client="bob")
        bench.end(*range(MOST_WAITING_OF_A_CLIENT), "another's")
        assert await other == "another's"
        await asyncio.gather(*asked)

    on_a_bench(script)


def test_what_goes_wrong_is_told_to_all_who_wait():
    def fails(should_stop):
        raise ZeroDivisionError

    async def script(bench):
        asked = [bench.queue.do("x", Kind.COARSE, name, fails) for name in ("ann", "bob")]
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(each) for each in found] == [ZeroDivisionError] * 2
        assert bench.queue.running == bench.queue.waiting == 0

    on_a_bench(script)


def test_closing_sends_everybody_away_and_stops_the_work():
    async def script(bench):
        asked = [bench.ask(f"x{i}", client=f"client {i}") for i in range(5)]
        await bench.until(lambda: len(bench.begun) == bench.queue.workers)
        bench.queue.close()
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(each) for each in found] == [ClosedError] * 5
        await bench.until(lambda: len(bench.stopped) == bench.queue.workers)
        with pytest.raises(ClosedError):
            await bench.ask("late")

    on_a_bench(script)


def test_what_is_likely_to_be_asked_is_computed_in_idle_moments_only_and_taken_over_when_asked():
    async def script(bench):
        busy = bench.ask("busy")
        await bench.until(lambda: bench.begun == ["busy"])
        likely = [bench.ask(f"likely {i}", Kind.AHEAD, client="nobody") for i in range(2)]
        await asyncio.sleep(0.02)
        assert bench.begun == ["busy"]
        asked = bench.ask("likely 1", client="bob")
        await bench.until(lambda: bench.begun == ["busy", "likely 1"])
        bench.end("busy", "likely 0", "likely 1")
        assert await asyncio.gather(asked, busy, *likely) == [
            "likely 1", "busy", "likely 0", "likely 1"
        ]  # fmt: skip
        assert bench.begun == ["busy", "likely 1", "likely 0"]

    on_a_bench(script, cores=2)
