"""How long a run will take is said before it has taken long."""

import pytest

from analysis.progress import foretelling


def told(total, ticks, calls):
    """What is said when the clock reads `ticks` at the calls with these numbers of replications."""
    lines, reads = [], iter(ticks)
    advance = foretelling(total, lines.append, clock=lambda: next(reads))
    for count in calls:
        advance(count)
    return lines


@pytest.mark.parametrize(
    ("seconds", "lines"),
    [
        (0.1, []),
        (0.3, ["This will take about 1 minute."]),
        (1.8, ["This will take about 3 minutes."]),
    ],
)
def test_a_long_run_is_announced(seconds, lines):
    assert told(100, [50.0, 50.0 + seconds], [1, 1, 1]) == lines


def test_what_the_first_replication_has_to_prepare_does_not_count():
    assert told(100, [500.0, 500.1], [1, 1, 1]) == []


def test_replications_may_be_finished_in_batches():
    assert told(1000, [0.0, 30.0], [100, 100, 100]) == ["This will take about 5 minutes."]
    assert told(100, [0.0], [100]) == []


def test_the_bar_goes_on():
    seen = []
    advance = foretelling(3, print, seen.append, clock=lambda: 0.0)
    for count in (1, 1, 1):
        advance(count)
    assert seen == [1, 1, 1]
