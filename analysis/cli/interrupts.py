"""Ctrl-C that would be lost.

Ctrl-C raises KeyboardInterrupt wherever the program is. Where that is a destructor, or Python code
that C code calls (llvmlite's, while compiled code is loaded), an exception can't go on: Python
prints "Exception ignored" and the command runs on. Here it is raised again, a moment later. Other
C code (pydantic's) makes an error of its own of it: so whether Ctrl-C was heard is remembered.
"""

import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

MOMENT_S = 0.05
"""Until Ctrl-C is raised again: time for what can't raise it to come to its end."""

_heard: list[int] = []
"""The signals that came."""


def listen() -> None:
    """From now on, in this process; where Ctrl-C isn't to be heard, as in a shell's job, not."""
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return
    signal.signal(signal.SIGINT, _stop)
    if hasattr(signal, "SIGALRM"):  # not on Windows
        signal.signal(signal.SIGALRM, _stop)
        sys.unraisablehook = _again


def heard() -> bool:
    """Whether Ctrl-C came: what went wrong afterwards may have gone wrong because of it."""
    return len(_heard) > 0


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    _heard.append(number)
    raise KeyboardInterrupt


def _again(dropped: "UnraisableHookArgs") -> None:
    """A dropped Ctrl-C is raised again; what it has left half made is taken down in silence."""
    if issubclass(dropped.exc_type, KeyboardInterrupt):
        signal.setitimer(signal.ITIMER_REAL, MOMENT_S)
    elif not heard():
        sys.__unraisablehook__(dropped)
