"""What the page has simulated is kept, refined and given up, and answers stay the same."""

import json
import threading

import pytest

from analysis.view import answer as answers
from analysis.view import asked, cells
from analysis.view.answer import answer_json, cost
from analysis.view.cells import Abandoned, Cells
from engine.errors import ScenarioError
from tests.analysis_samples import small_scenario
from tests.view_samples import KEY, few


def test_refined_answers_are_those_computed_at_once():
    store = Cells(cases_at_once=700)
    for replications in (1, 4, 9, 16):
        refined = few(replications=replications, cells=store)
        assert refined == few(replications=replications, cells=Cells(threads=1))
    assert few(replications=4, cells=store) == few(replications=4)


def test_only_what_is_missing_is_simulated(monkeypatch):
    simulated = []

    def counted(scenarios, seed, replications, threads):
        simulated.append((len(scenarios), replications))
        return original(scenarios, seed, replications, threads)

    original = cells.simulate_points
    monkeypatch.setattr(cells, "simulate_points", counted)
    store = Cells()
    few(replications=4, cells=store)
    few({"permissiveness": "1"}, replications=9, cells=store)
    few(replications=9, cells=store)
    assert simulated == [(9, range(4)), (9, range(4, 9))]
    few({"latency": "30s"}, replications=4, cells=store)
    few(seed=1, replications=4, cells=store)
    assert [each for _, each in simulated[2:]] == [range(4), range(4)]


def test_the_cost_is_told_before_and_nothing_when_it_is_there():
    store, told = Cells(), small_scenario()
    ask = {"scenario": told, "given": {}, "key": KEY, "cells": store}
    assert cost(**ask, replications=4) == 9 * 4 * 2 * (12 + 15)
    answer_json(**ask, replications=4)
    assert cost(**ask, replications=4) == 0
    assert cost(**ask, replications=10) == 9 * 6 * 2 * (12 + 15)


def test_a_finished_answer_is_given_again_as_it_was(monkeypatch):
    store = Cells()
    first = answer_json(small_scenario(), {}, replications=4, key=KEY, cells=store)
    assert json.loads(first) == few(replications=4)
    monkeypatch.setattr(answers, "told", None)
    with pytest.raises(TypeError):  # another seed is another answer
        answer_json(small_scenario(), {}, seed=1, replications=4, key=KEY, cells=store)
    again = {"permissiveness": "0.2", "latency": "5 s"}
    assert answer_json(small_scenario(), again, replications=4, key=KEY, cells=store) == first


def test_work_nobody_waits_for_is_given_up_and_kept():
    store = Cells(cases_at_once=1)
    looks = []

    def stop():
        looks.append(1)
        return len(looks) == 3

    with pytest.raises(Abandoned):
        few(replications=9, cells=store, should_stop=stop)
    cell = asked.cell_of(store, asked.ask(small_scenario(), {}), 0)
    assert cell.replications == 3
    assert few(replications=9, cells=store, should_stop=lambda: False) == few(replications=9)


def test_a_step_at_a_time(monkeypatch):
    store = Cells(cases_at_once=2 * 9 * 2 * 27)
    cell = asked.cell_of(store, asked.ask(small_scenario(), {}), 0)
    assert list(store.steps(cell, 5)) == [2, 4, 5]
    assert cell.cost(5) == 0
    monkeypatch.setattr(cells, "simulate_points", None)
    assert cell.advance(5)
    with pytest.raises(ValueError, match="6 replications"):
        cell.points(6)


def test_the_store_forgets_what_was_used_longest_ago():
    one = cells_bytes(4)
    store = Cells(most_bytes=int(2.5 * one))
    for latency in ("1s", "2s", "1s", "5s"):
        few({"latency": latency}, replications=4, cells=store)
    assert store.held[0] == 2 * one
    assert cost_of(store, "5s") == cost_of(store, "1s") == 0
    assert cost_of(store, "2s") > 0


def test_the_store_keeps_what_is_being_asked_for():
    store = Cells(most_bytes=1)
    few({"latency": "1s"}, replications=4, cells=store)
    assert cost_of(store, "1s") == 0


def cells_bytes(replications):
    store = Cells()
    few(replications=replications, cells=store)
    return store.held[0]


def cost_of(store, latency):
    given_ones = {"latency": latency}
    return asked.cell_of(store, asked.ask(small_scenario(), given_ones), 0).cost(4)


def test_cells_that_hold_nothing_yet_are_bounded(monkeypatch):
    monkeypatch.setattr(cells, "MOST_CELLS", 3)
    store = Cells()
    made = [store.cell(number, [small_scenario()], 0) for number in range(5)]
    assert store.cell(4, [small_scenario()], 0) is made[4]
    assert store.cell(1, [small_scenario()], 0) is not made[1]


def test_finished_answers_are_bounded_too():
    store = Cells(most_answers_bytes=1)
    for latency in ("1s", "2s"):
        last = answer_json(
            small_scenario(), {"latency": latency}, replications=2, key=KEY, cells=store
        )
    assert store.held[1] == len(last)
    assert store.answer("nothing") is None


def test_threads_may_ask_for_the_same_cell_at_once():
    store, found = Cells(cases_at_once=1, threads=1), []
    threads = [
        threading.Thread(target=lambda: found.append(few(replications=12, cells=store)))
        for _ in range(4)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [few(replications=12)] * 4


@pytest.mark.parametrize(
    "wrong", [{"replications": 0}, {"replications": 10_001}, {"seed": -1}, {"seed": 2**64}]
)
def test_what_can_not_be_asked_is_refused(wrong):
    with pytest.raises(ScenarioError):
        few(**wrong)
