"""On paper: two pages of A4 for every scenario that is shipped, legible, saying what was moved."""

import io
from functools import cache

import pypdf
import pytest

from analysis import drawing, plans, report
from analysis.study import run_study
from analysis.view.grid import grid, page_data
from engine.run import DEFAULT_ENGINE
from tests.view_samples import SHIPPED, shipped

SMALLEST = 7.5
"""Points of the smallest letters."""
RECORD = {"versions": {"leeway-sim": "0.0"}}


@cache
def html(key, replications):
    """The report of a shipped scenario."""
    study = run_study(shipped(key), seed=0, replications=replications, engine=DEFAULT_ENGINE)
    drawn = [drawing.draw(plan, png=False) for plan in plans.planned(study)]
    return report.render(study, RECORD, drawn, page_data(study, grid(study)))


def printed(visit, tmp_path, key, query="", replications=5, **options):
    """The pages of the report of a shipped scenario on paper."""
    file = tmp_path / "report.html"
    file.write_text(html(key, replications), encoding="utf-8")
    tab = visit(offline=True, **options)
    tab.goto(file.as_uri() + query)
    if options.get("java_script_enabled", True):
        tab.locator("#unfold button").wait_for()
    raw = tab.pdf(prefer_css_page_size=True)
    assert tab.diary.requests == [file.as_uri()]
    return pypdf.PdfReader(io.BytesIO(raw)).pages


def words(pages):
    return " ".join(" ".join(sheet.extract_text() for sheet in pages).split())


def sizes(pages):
    """Points of the letters of every text that isn't drawn."""
    found = []

    def visit(text, matrix, inner, font, size):
        if text.strip():
            found.append(abs(size * inner[3] * matrix[3]))

    for sheet in pages:
        sheet.extract_text(visitor_text=visit)
    return found


@pytest.mark.parametrize("scripted", [True, False])
@pytest.mark.parametrize("key", SHIPPED)
def test_every_shipped_scenario_prints_on_two_pages(visit, tmp_path, key, scripted):
    pages = printed(visit, tmp_path, key, java_script_enabled=scripted)
    assert len(pages) == 2
    for sheet in pages:
        assert (round(sheet.mediabox.width), round(sheet.mediabox.height)) in {
            (595, 842), (596, 842), (594, 841), (595, 841),
        }  # fmt: skip
    text = words(pages)
    for part in (
        shipped(key).title,
        "Simulated, not clinical advice.",
        "In short",
        "What was simulated",
        "The settings in numbers",
        "What it rests on, and what it does not claim",
        "The whole sheet",
        "Learning against harm: experience",
        "What became of errors",
        "Scenario hash",
    ):
        assert part in text, part
    assert "What this shows." in pages[1].extract_text()
    assert min(sizes(pages)) >= SMALLEST - 0.01


def test_the_smallest_letters_of_figures_are_legible_on_paper():
    """Figures are printed two to a row of 182 mm, 6 mm apart; notes are their smallest letters."""
    column = (182 - 6) / 2 / 25.4
    assert 8 * column / plans.SMALL[0] >= SMALLEST
    assert 8 * 182 / 25.4 / plans.WIDE[0] >= SMALLEST


def test_paper_says_what_had_been_moved_and_that_it_is_the_run_itself(visit, tmp_path):
    query = "#permissiveness=0.5&latency=30s&second.permissiveness=0.05"
    text = words(printed(visit, tmp_path, "first-intubations", query, replications=20))
    assert (
        "On the screen these settings had been moved: Permissiveness 0.5; Rescue latency 30 s; "
        "second supervisor: Permissiveness 0.05. This print shows this run without them." in text
    )
    still = words(printed(visit, tmp_path, "first-intubations", replications=20))
    assert "had been moved" not in still
