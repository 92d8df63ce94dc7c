"""What is made ready before it is asked for, and what happens when that goes wrong."""

import asyncio

from analysis.explorer import ahead
from analysis.explorer.ahead import Ahead
from analysis.explorer.kept import Kept, packed
from analysis.explorer.work import BusyError, Queue
from engine.errors import ScenarioError
from tests.explorer_samples import books, errors


def walked(work, times=1):
    """How often `work(state)` was called, scenario opened so often; what is kept at the end."""

    async def run():
        queue, kept = Queue(2), Kept()
        walks, calls = Ahead(queue, kept), []

        def question(book, state):
            def doing(_stop):
                calls.append(state)
                return work(state)

            return str(state), doing

        try:
            for _ in range(times):
                walks.walk(books()[0], 0, question)
                tasks = list(walks._walked.values())
                await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 60)
                await asyncio.sleep(0)
            return len(calls), len(kept)
        finally:
            queue.close()

    return asyncio.run(run())


ALL = len(ahead.likely(books()[0], 0))


def test_all_is_made_ready_once():
    assert walked(lambda state: packed(b"x"), times=3) == (ALL, ALL)


def test_a_fault_is_logged_and_the_walk_begun_again_when_the_page_is_opened_again(caplog):
    def faulty(state):
        raise ZeroDivisionError("one fault")

    assert walked(faulty, times=2) == (2, 0)
    assert len(errors(caplog)) == 2
    assert caplog.records[-1].exc_info[0] is ZeroDivisionError


def test_where_too_much_waits_the_rest_is_made_ready_the_next_time(caplog):
    refused = []

    def busy(state):
        if len(refused) == 0 and state.settings:
            refused.append(state)
            raise BusyError
        return packed(b"x")

    assert walked(busy, times=2) == (ALL + 1, ALL)
    assert errors(caplog) == []


def test_a_position_that_is_refused_is_left_out(caplog):
    def refuses(state):
        if state.settings.get("watched") is not None:
            raise ScenarioError([])
        return packed(b"x")

    called, kept = walked(refuses)
    assert called == ALL
    assert 0 < kept < ALL
    assert errors(caplog) == []
