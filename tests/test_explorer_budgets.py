"""What a client may ask for, what it pays, and what goes wrong inside."""

import asyncio
import hashlib
import threading

import pytest
from starlette.requests import Request

from analysis import study
from analysis.explorer import handling, page
from analysis.explorer.answers import Answers
from analysis.explorer.budget import MOST_CASES, REQUESTS, Allowance, Budget
from analysis.explorer.kept import Kept, packed
from analysis.explorer.work import GoneError, Kind, StoppedError
from analysis.view import grid
from analysis.view.settings import State
from tests.explorer_samples import (
    ANSWER,
    FIRST,
    Quick,
    errors,
    visit,
)


def test_who_asks_too_much_is_told_when_to_come_again_and_others_are_served():
    async def script(client, parts):
        parts.budget = Budget(lambda: 0.0, requests=Allowance(3, 0.5), cases=Allowance(1e9, 1))
        flood = [(await client.get(ANSWER)) for _ in range(4)]
        client.cookies.set(parts.clients.client_cookie, parts.clients.new())
        return flood, await client.get(ANSWER)

    flood, other = visit(script, made=Quick())
    assert [each.status_code for each in flood] == [200, 200, 200, 429]
    assert flood[-1].headers["retry-after"] == "2"
    assert flood[-1].json()["error"]["message"]
    assert other.status_code == 200


def test_files_of_the_page_are_counted_as_requests_and_a_visit_takes_few_of_them():
    path = "/static/vendor/d3.min.js"

    async def script(client, parts):
        parts.budget = Budget(lambda: 0.0, requests=Allowance(2, 1), cases=Allowance(1, 1))
        tag = (await client.get(path)).headers["etag"]
        return [await client.get(path, headers={"if-none-match": tag}) for _ in range(2)]

    assert [each.status_code for each in visit(script)] == [304, 429]
    asked_for_data = 10
    assert 1 + len(page.files()) + asked_for_data < REQUESTS.most / 5


def test_the_tag_of_a_file_is_worked_out_once(monkeypatch):
    made = []
    monkeypatch.setattr(page.hashlib, "sha256", lambda raw: made.append(raw) or hashlib.md5(raw))
    file = page.File("text/javascript", packed(b"// a script"))
    assert file.etag == file.etag
    assert len(made) == 1


CASES = 9 * 4 * (60 + 170)
"""One replication of the first scenario: settings of leeway, trainees, cases of each."""


def spent(parts):
    """What the one client of a server has spent of its cases (the clock of its budget stands)."""
    address = "127.0.0.1"
    bucket = parts.budget._of(f"client {address}", parts.budget._one, 0.0)[1]
    return bucket.allowance.most - bucket.left


def counted(parts, most=1e12):
    """A budget whose clock stands, so that nothing comes back by itself."""
    parts.budget = Budget(lambda: 0.0, requests=Allowance(99, 1), cases=Allowance(most, 1000))


def test_cases_are_paid_for_once_and_refused_ones_not_at_all():
    async def script(client, parts):
        counted(parts, 16 * CASES)
        found = [await client.get(f"{ANSWER}&latency=soon"), await client.get(ANSWER)]
        return [*found, await client.get(ANSWER), await client.get(f"{ANSWER}&latency=1s")]

    assert [each.status_code for each in visit(script, made=Quick())] == [422, 200, 200, 429]


def test_a_refinement_pays_for_what_is_added_only():
    async def script(client, parts):
        counted(parts)
        paid = []
        for level in (16, 100, 100):
            await client.get(f"{ANSWER}&latency=12s&replications={level}")
            paid.append(spent(parts))
        return paid

    assert visit(script, made=Answers()) == [16 * CASES, 100 * CASES, 100 * CASES]


def test_a_report_pays_for_its_run_and_its_grid():
    class Report(Quick):
        def report_html(self, book, state, should_stop):
            return b"<!DOCTYPE html>"

    async def script(client, parts):
        counted(parts)
        scenario = parts.shelf.find(None).scenario
        await client.get(f"/api/report.html?scenario={FIRST}")
        small = spent(parts)
        await client.get(f"/api/report.html?scenario={FIRST}&trainees=40")
        return scenario, small, spent(parts) - small

    scenario, small, large = visit(script, made=Report())
    settings = len(study.settings_to_try(scenario))
    assert small == settings * 500 * 4 * (60 + 170) + grid.MOST_CASES
    each = settings * 40 * (60 + 170)
    assert large == min(500, MOST_CASES // each) * each + grid.MOST_CASES


def test_who_is_alone_with_their_machine_is_never_refused_work_and_one_of_a_class_is():
    async def script(client, parts):
        cookies = {parts.clients.token_cookie: parts.clients.pass_value}
        client.cookies.update(cookies)
        return [
            (await client.get(f"{ANSWER}&trainees=40&latency={number}s&replications=500"))
            for number in range(1, 12)
        ]

    alone = visit(script, made=Quick())
    assert [each.status_code for each in alone] == [200] * 11
    in_class = visit(script, made=Quick(), token="token")
    assert in_class[0].status_code == 200
    assert in_class[-1].status_code == 429


class Held(Quick):
    """Answers that wait: those that have begun, and a word that lets them end."""

    def __init__(self):
        super().__init__()
        self.begun, self.may_end = [], threading.Event()

    def answer(self, book, state, replications, should_stop):
        self.begun.append(state.seed)
        while not self.may_end.wait(0.005):
            if should_stop():
                raise StoppedError
        return b"{}"


async def until(condition):
    for _ in range(2000):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never came to that")


def test_who_leaves_before_their_answer_is_begun_has_their_cases_back():
    made = Held()

    async def script(client, parts):
        counted(parts)
        book, threads = parts.shelf.find(None), parts.queue.workers - 1
        gone = [asyncio.Event() for _ in range(threads + 1)]

        async def ask(number):
            async def receive():
                await gone[number].wait()
                return {"type": "http.disconnect"}

            scope = {
                "type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b"",
                "client": ("127.0.0.1", 5000),
            }  # fmt: skip
            state = State(book.key, seed=number)
            key, work = handling.question(parts, book, state, 16)
            request = Request(scope, receive)
            with pytest.raises(GoneError):
                await handling.computed(parts, request, key, Kind.COARSE, work, 1000)

        asked = []
        for number in range(threads + 1):
            asked.append(asyncio.ensure_future(ask(number)))
            await until(lambda: len(made.begun) == min(len(asked), threads))
        await until(lambda: spent(parts) == 1000 * len(asked) and parts.queue.waiting == 1)
        gone[-1].set()
        await asked[-1]
        after_waiting = spent(parts)
        gone[0].set()
        await asked[0]
        after_working = spent(parts)
        made.may_end.set()
        for each in gone:
            each.set()
        await asyncio.gather(*asked, return_exceptions=True)
        return threads, after_waiting, after_working

    threads, after_waiting, after_working = visit(script, made=made)
    assert after_waiting == after_working == 1000 * threads


def test_what_goes_wrong_inside_is_logged_and_told_without_its_details(caplog):
    class Broken(Quick):
        def answer(self, book, state, replications, should_stop):
            raise ZeroDivisionError("secret details")

    async def script(client, parts):
        return await client.get(ANSWER), await client.get("/")

    answer, after = visit(script, made=Broken())
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert len(errors(caplog)) == 1
    assert after.status_code == 200


def test_kept_answers_have_a_bound():
    async def script(client, parts):
        parts.kept = Kept(20_000)
        for number in range(200):
            await client.get(f"{ANSWER}&seed={number}")
        return parts.kept.bytes, len(parts.kept)

    held, count = visit(script, made=Quick())
    assert 0 < held <= 20_000
    assert count < 200 or held <= 20_000
