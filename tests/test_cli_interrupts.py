"""Ctrl-C ends a command, even where Python itself drops the exception."""

import signal
import subprocess
import sys

import pytest

DROPPING = """
import ctypes, os, signal, sys
from analysis.cli import interrupts

def ctrl_c(*_):
    signal.raise_signal(signal.SIGINT)
    return 0

class Gone:
    __del__ = ctrl_c

def destroyed():
    Gone()

def called_by_c():
    ctypes.CFUNCTYPE(ctypes.c_int)(ctrl_c)()

interrupts.listen()
{drop}()
try:
    while True:
        signal.pause()
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize("drop", ["destroyed", "called_by_c"])
def test_ctrl_c_where_python_drops_it_comes_a_moment_later(drop):
    done = subprocess.run(
        [sys.executable, "-c", DROPPING.format(drop=drop)], capture_output=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (130, b"")


def test_other_exceptions_that_can_t_be_raised_are_still_told():
    wrong = (
        DROPPING.format(drop="destroyed")
        .replace("signal.raise_signal(signal.SIGINT)", "raise ValueError('odd')")
        .replace("while True:", "while False:")
        .replace("signal.pause()", "pass")
    )
    done = subprocess.run([sys.executable, "-c", wrong], capture_output=True, text=True, timeout=60)
    assert "ValueError: odd" in done.stderr


WRAPPING = """
import signal, sys
from pydantic import BaseModel, field_serializer
from analysis import cli

class Odd(BaseModel):
    number: int = 0

    @field_serializer("number")
    def written(self, _):
        signal.raise_signal(signal.SIGINT)

cli.invoke = lambda _: Odd().model_dump()
cli.command()
"""


def test_ctrl_c_that_somebody_made_an_error_of_their_own_of():
    done = subprocess.run(
        [sys.executable, "-c", WRAPPING], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (130, "leeway: interrupted\n")


def test_who_was_started_deaf_to_ctrl_c_stays_so():
    deaf = (
        DROPPING.format(drop="destroyed")
        .replace(
            "interrupts.listen()",
            "signal.signal(signal.SIGINT, signal.SIG_IGN); interrupts.listen()",
        )
        .replace("while True:", "while False:")
    )
    done = subprocess.run([sys.executable, "-c", deaf], capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")


FORKING = """
import signal, os
from analysis import drawing

def ctrl_c():
    signal.raise_signal(signal.SIGINT)

os.register_at_fork(before=ctrl_c, after_in_parent=ctrl_c, after_in_child=ctrl_c)
with drawing.board() as board:
    assert isinstance(board, drawing.OtherProcess)
"""


def test_ctrl_c_while_the_second_process_begins_is_the_first_one_s():
    """Python drops exceptions of what it calls around a fork, too."""
    done = subprocess.run(
        [sys.executable, "-c", FORKING], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == -signal.SIGINT
    assert done.stderr.rstrip().endswith("KeyboardInterrupt")
    assert done.stderr.count("Traceback") == 1
    assert "ignored" not in done.stderr
