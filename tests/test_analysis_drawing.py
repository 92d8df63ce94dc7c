"""Figures as plans: the same bytes whoever draws them, and a process that may fail."""

import os
import signal
import sys
import threading

import pytest

from analysis import drawing, plans
from analysis.drawing import Board, OtherProcess, Plan
from tests.analysis_samples import small_study

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")


def some():
    return plans.planned(small_study())[:2]


BROKEN = Plan("broken", "Broken", "Nothing.", "dots", {"rows": None, "value_label": "", "note": ""})


@LINUX
def test_another_process_draws_the_same_bytes():
    here = Board()
    here.hand_in(some())
    there = OtherProcess()
    for plan in some():
        there.hand_in([plan])
    try:
        drawn = there.fetch()
        assert drawn == here.fetch()
        assert [one.name for one in drawn] == [plan.name for plan in some()]
        assert all(one.png is not None and one.png.startswith(b"\x89PNG") for one in drawn)
        assert there.fetch() == []
    finally:
        there.close()


@LINUX
def test_a_process_that_was_killed_leaves_nothing_undrawn():
    there = OtherProcess()
    try:
        os.kill(there._process.pid, signal.SIGKILL)
        there._process.join()
        there.hand_in(some())
        assert [one.name for one in there.fetch()] == [plan.name for plan in some()]
    finally:
        there.close()


@LINUX
def test_an_error_in_a_plan_is_told_by_the_first_process():
    there = OtherProcess()
    try:
        there.hand_in([BROKEN])
        with pytest.raises(TypeError):
            there.fetch()
    finally:
        there.close()


@LINUX
def test_the_other_process_ends_with_the_board(monkeypatch):
    monkeypatch.setattr(drawing, "may_fork", lambda: True)
    with drawing.board() as board:
        process = board._process
        assert process.is_alive()
    assert not process.is_alive()


def test_beside_other_threads_no_process_is_forked():
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert not drawing.may_fork()
        with drawing.board() as board:
            assert type(board) is Board
    finally:
        done.set()
        thread.join()


def test_threads_may_draw_at_once():
    drawn = {}

    def draws(number):
        drawn[number] = drawing.draw(some()[0], png=False).svg

    threads = [threading.Thread(target=draws, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(drawn.values()) == {drawing.draw(some()[0], png=False).svg}
