"""Settings for all tests: drawn examples are the same in every run, and time decides nothing."""

from collections import defaultdict

import pytest
from hypothesis import settings

import engine
from engine.run import DEFAULT_ENGINE
from tests import browser as browsers

settings.register_profile("leeway", deadline=None, derandomize=True, database=None)
settings.load_profile("leeway")


@pytest.fixture(scope="session", autouse=True)
def _compiled():
    """The model is compiled before the first test: who compiles says so, and no test expects that.

    Not in a copy of the project that has the reference alone (tests/planted.py).
    """
    if DEFAULT_ENGINE == "kernel":
        scenario = engine.load(browsers.HERE.parent / "scenarios" / "first-intubations.yaml")
        engine.simulate(scenario, replications=1)


@pytest.fixture(scope="module")
def chromium():
    """A browser, for the tests of one module.

    Not for a whole session: the sync interface of Playwright keeps an event loop running in this
    thread, and tests of other modules start their own. So, too, a worker has at most one browser,
    and only while it works at such tests.
    """
    if browsers.program() is None:
        if browsers.required():
            pytest.fail(browsers.WITHOUT)
        pytest.skip(f"LEFT OUT: {browsers.WITHOUT}")
    with browsers.running() as browser:
        yield browser


@pytest.fixture
def visit(chromium):
    """A function that opens a page in a context of its own and gives it back, not yet anywhere.

    Keywords are those of Playwright's `new_context`; `size` is (width, height) in pixels. The page
    has a `diary`. At the end nothing may have left this machine or been complained of.
    """
    contexts, diaries = [], []

    def opened(size=browsers.DESK, **options):
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", **options
        )
        context.set_default_timeout(browsers.WAIT_MS)
        contexts.append(context)
        page = context.new_page()
        page.diary = browsers.Diary(context)
        diaries.append(page.diary)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not [url for diary in diaries for url in diary.left()]
    assert not [said for diary in diaries for said in diary.complaints]


@pytest.fixture(scope="session")
def explorer():
    """Address of a running `leeway explore` with two scenarios, shared by a worker's tests."""
    with browsers.explorer() as address:
        yield address


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which tests were left out for want of something, and why: -q alone shows an s."""
    left_out: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for report in terminalreporter.getreports("skipped"):
        why = report.longrepr[2].removeprefix("Skipped: ")
        if why.startswith("LEFT OUT"):
            path, _, name = report.nodeid.partition("::")
            left_out[why][path].append(name)
    for why, files in left_out.items():
        count = sum(map(len, files.values()))
        terminalreporter.write_line(f"{count} of the tests {why}", yellow=True, bold=True)
        for path, names in files.items():
            terminalreporter.write_line(f"    {path}: {', '.join(names)}", yellow=True)
