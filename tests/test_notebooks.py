"""The notebooks: each a page to teach from, executed from clean by a kernel of its own."""

import base64
import re
from functools import cache
from pathlib import Path

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
PAGES = (
    "first_look",
    "permissiveness",
    "how_fast_is_fast_enough",
    "same_luck",
    "which_assumptions_matter",
    "explore",
)
SECONDS = 300
"""For one cell, on a busy machine that has to compile the kernel first."""


@cache
def page(name):
    """A notebook as it is kept. Don't change it."""
    return jupytext.read(NOTEBOOKS / f"{name}.py")


def cells(name, kind):
    return [cell.source for cell in page(name).cells if cell.cell_type == kind]


def executed(name):
    """The notebook, run in its folder by a new kernel."""
    book = nbformat.reads(nbformat.writes(page(name)), as_version=4)
    NotebookClient(
        book,
        timeout=SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(NOTEBOOKS)}},
    ).execute()
    return book


def test_every_notebook_is_listed():
    assert {path.stem for path in NOTEBOOKS.iterdir() if path.suffix != ""} == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_notebook_runs_from_clean(name):
    outputs = [
        output
        for cell in executed(name).cells
        if cell.cell_type == "code"
        for output in cell.outputs
    ]
    assert not [output.text for output in outputs if output.get("name") == "stderr"]
    pictures = [
        base64.b64decode(output.data["image/png"])
        for output in outputs
        if "image/png" in output.get("data", {})
    ]
    assert pictures
    assert all(picture.startswith(b"\x89PNG") and len(picture) > 10_000 for picture in pictures)
    printed = " ".join(output.text for output in outputs if output.get("name") == "stdout")
    assert len(printed.split()) > 30
    assert not re.search(r"\b(nan|None)\b", printed)


@pytest.mark.parametrize("name", PAGES)
def test_a_notebook_is_a_page_to_teach_from(name):
    prose, code = cells(name, "markdown"), cells(name, "code")
    assert prose[0].startswith("# ")
    assert sum(len(text.split()) for text in prose) > 200
    assert "not clinical advice" in " ".join(" ".join(prose).split()).lower()
    assert sum("Image(" in source for source in code) >= 2
    assert "## For discussion" in prose[-1]
    questions = prose[-1].split("## For discussion")[1]
    assert len(re.findall(r"^\d\. ", questions, re.MULTILINE)) >= 3
    assert questions.count("?") >= 3
    assert page(name).cells[-1].cell_type == "markdown"


@pytest.mark.parametrize("name", PAGES)
def test_a_notebook_defines_nothing_and_keeps_no_output(name):
    source = "\n".join(cells(name, "code"))
    assert not re.search(r"\b(def|class|lambda)\b", source)
    assert "warnings" not in source
    text = (NOTEBOOKS / f"{name}.py").read_text(encoding="utf-8")
    assert jupytext.writes(page(name), fmt="py:percent").split("# %%", 1)[1].strip() == (
        text.split("# %%", 1)[1].strip()
    )


def test_fading_shades_are_not_called_little_harm():
    prose = " ".join(" ".join(cells("how_fast_is_fast_enough", "markdown")).split())
    assert "hardly matters" not in prose
    assert "The shades of the map are percentages of the floor" in prose


def test_how_many_samples_tell_something_is_not_understated():
    prose = " ".join(" ".join(cells("which_assumptions_matter", "markdown")).split())
    assert "With 64 samples they are long still; 256 tell" in prose


@pytest.mark.parametrize("name", PAGES)
def test_a_notebook_uses_scenarios_that_are_shipped(name):
    source = "\n".join(cells(name, "code"))
    named = re.findall(r'(?:engine\.load|analysis\.explore)\("([^"]+)"\)', source)
    assert named
    assert all((NOTEBOOKS / path).is_file() for path in named)
