"""Settings for all tests: drawn examples are the same in every run, and time decides nothing."""

import pytest
from hypothesis import settings

settings.register_profile("leeway", deadline=None, derandomize=True, database=None)
settings.load_profile("leeway")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which tests were left out for want of something, and why: -q alone shows an s."""
    for report in terminalreporter.getreports("skipped"):
        why = report.longrepr[2].removeprefix("Skipped: ")
        if why.startswith("LEFT OUT"):
            terminalreporter.write_line(f"{report.nodeid}: {why}", yellow=True, bold=True)
