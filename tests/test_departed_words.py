"""A run that departs from its file says `in this run` wherever another says `as written`."""

import json
from functools import cache

import pytest
from rich.console import Console

from analysis import console, findings, plans
from analysis.study import run_study
from analysis.view.against_file import against_file
from analysis.view.grid import grid, page_data
from engine import load
from engine.run import DEFAULT_ENGINE
from tests.analysis_samples import FILE, SMALL, small_scenario, small_study
from tests.report_pages import Page, page_of, small_page

CHANGES = {**SMALL, "supervision.permissiveness": 0.35, "learning.practice": 0.9}


@cache
def departed(variant=None):
    """The first intubations with other numbers than the file's."""
    file = load(FILE)
    base = file if variant is None else file.with_variant(variant)
    made = base.with_(CHANGES)
    told = against_file(file, made, variant=variant, changes=CHANGES)
    return run_study(
        made, seed=0, replications=20, engine=DEFAULT_ENGINE, variant=variant, changes=CHANGES,
        against_file=told,
    )  # fmt: skip


def in_terminal(study):
    screen = Console(width=200)
    with screen.capture() as shown:
        screen.print(console.numbers(study))
        screen.print(console.curve(study))
        screen.print(console.curve_legend(study))
        screen.print("\n".join(findings.verdict(study)))
    return " ".join(shown.get().split())


def test_the_terminal_says_it():
    said = in_terminal(departed())
    assert "in this run mean (95 % interval)" in said
    assert "against this run" in said
    assert "The permissiveness in this run" in said
    assert "as written" not in said
    usual = in_terminal(small_study())
    assert "against as written" in usual
    assert "in this run" not in usual


@pytest.mark.parametrize("variant", [None, "pessimistic"])
def test_the_page_and_what_it_holds_say_it(variant):
    study = departed(variant)
    data = page_data(study, grid(study))
    page = page_of(study, data)
    text = "".join(Page(page.partition("<body>")[2].partition("<script")[0]).texts)
    assert "as written" not in text
    assert "The scenario in this run, in numbers" in text
    assert "the one in this run is marked" in text
    for control in data["boot"]["controls"]:
        control.pop("in_file", None)  # which means the file
    assert "as written" not in json.dumps(data, ensure_ascii=False).lower()
    moved = next(name for name in data["answers"] if name.startswith("latency="))
    (told,) = data["answers"][moved].values()
    assert "(5 s in this run)" in told["departure"]


def test_the_choice_of_variants_begins_with_this_run():
    (control,) = [
        one for one in page_data(departed(), grid(departed()))["boot"]["controls"]
        if one["key"] == "variant"
    ]  # fmt: skip
    assert control["positions"][0]["label"] == "In this run"


def test_the_page_of_a_file_as_written_says_that():
    assert "The scenario as written, in numbers" in small_page()
    assert "the one as written is marked" in small_page()


@pytest.mark.parametrize(("study", "own"), [(departed, "in this run"), (small_study, "as written")])
def test_figures_name_the_setting_so(study, own):
    for plan in plans.of_run(study()):
        axes = plan.axes()
        names = [text.get_text() for text in axes.texts] + axes.get_legend_handles_labels()[1]
        other = ({"in this run", "as written"} - {own}).pop()
        assert not any(other in name for name in names), plan.name
        if plan.name in ("learning-experience", "total-burden", "takeovers"):
            assert any(own in name for name in names), plan.name


def test_the_samples_are_alike_but_for_the_changes():
    assert small_study().departure is None
    assert departed().own != small_scenario().supervision.permissiveness
