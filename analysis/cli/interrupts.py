"""Ctrl-C that Python would drop.

Ctrl-C raises KeyboardInterrupt wherever the program is. Where that is a destructor, or Python code
that C code calls (llvmlite's, while compiled code is loaded), an exception can't go on: Python
prints "Exception ignored" and the command runs on. Here it is raised again, a moment later.
"""

import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

MOMENT_S = 0.05
"""Until Ctrl-C is raised again: time for what can't raise it to come to its end."""


def raise_dropped_ones_again() -> None:
    """From now on, in this process, where there are alarm clocks (not on Windows)."""
    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        sys.unraisablehook = _again


def _again(dropped: "UnraisableHookArgs") -> None:
    if issubclass(dropped.exc_type, KeyboardInterrupt):
        signal.setitimer(signal.ITIMER_REAL, MOMENT_S)
    else:
        sys.__unraisablehook__(dropped)
