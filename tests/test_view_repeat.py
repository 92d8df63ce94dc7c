"""By which command the numbers of a page can be had again, where it shows changes of changes."""

import pytest

from analysis.view.repeat import Departed, Source
from analysis.view.settings import meant
from engine import loader
from tests.analysis_samples import FILE
from tests.view_samples import of_line

TEXT = FILE.read_text(encoding="utf-8")
WATCHED = TEXT.replace("  optimistic:\n", "  optimistic:\n    supervision.watched: 0.5\n")


@pytest.mark.parametrize(
    ("run", "moved"),
    [
        ({}, {}),
        ({}, {"variant": "pessimistic", "latency": "30s"}),
        ({"latency": "30s", "permissiveness": "0.3"}, {}),
        ({"latency": "30s", "permissiveness": "0.3"}, {"permissiveness": "0.2", "latency": "5s"}),
        ({"latency": "30s", "variant": "optimistic"}, {"latency": "1min"}),
        ({"policy": "time_limit"}, {"time_limit": "5min"}),
        ({"latency": "30s"}, {"variant": "pessimistic"}),
    ],
)
def test_a_line_of_a_departed_run_comes_to_the_setting_on_show(run, moved):
    written = loader.load(FILE)
    of_run = meant(written, run)
    source = Departed("mine.yaml", written=written, variant=of_run.variant, changes=of_run.changes)
    here = meant(of_run.scenario, moved)
    line = source.command(here, seed=3, replications=16)
    assert line.startswith("leeway run mine.yaml")
    assert line.endswith("--seed 3 --replications 16")
    assert of_line(line, written).hash == here.scenario.hash


def test_a_change_that_a_variant_would_undo_is_in_no_line():
    written = loader.loads(WATCHED)
    of_run = meant(written, {"watched": "0.9"})
    source = Departed("mine.yaml", written=written, changes=of_run.changes)
    undone = meant(of_run.scenario, {"variant": "optimistic"})
    assert undone.scenario.supervision.watched == 0.5
    assert source.command(undone, seed=0, replications=16) is None
    kept = meant(of_run.scenario, {"variant": "pessimistic"})
    assert source.command(kept, seed=0, replications=16) is not None


def test_without_a_file_there_is_no_line():
    meaning = meant(loader.load(FILE), {})
    assert Source().command(meaning, seed=0, replications=16) is None
    assert Departed().command(meaning, seed=0, replications=16) is None
