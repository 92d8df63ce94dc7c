"""What the page says in words: spreads, its episode, and how its run departs from the file."""

import re
from dataclasses import replace

import pytest

from analysis import captions, plans, spread_words, words
from analysis.study import run_study
from analysis.view.against_file import against_file
from analysis.view.grid import grid, page_data
from engine.event_log import CLASSES, LEVELS
from engine.run import DEFAULT_ENGINE
from tests.analysis_samples import small_scenario, small_study
from tests.report_pages import page_of, small_page


@pytest.fixture(scope="module")
def page():
    """The page without its interactive half."""
    return small_page()


@pytest.mark.parametrize("family", ["lognormal", "exponential", "weibull", "uniform"])
def test_distributions_are_said_by_where_their_values_lie(family):
    given = {
        "lognormal": {"median": "5 s", "cv": 0.5},
        "exponential": {"mean": "10 s"},
        "weibull": {"median": "5 s", "shape": 2},
        "uniform": ["4 s", "8 s"],
    }[family]
    scenario = small_scenario().with_({"supervision.response": {family: given}})
    said = spread_words.typically(scenario, "supervision.response")
    assert (
        said
        == {
            "lognormal": "typically 5 s (half of them between 3.6 s and 6.9 s)",
            "exponential": "typically 6.9 s (half of them between 2.9 s and 14 s)",
            "weibull": "typically 5 s (half of them between 3.2 s and 7.1 s)",
            "uniform": "typically 6 s (half of them between 5 s and 7 s)",
        }[family]
    )


def test_the_page_says_distributions_in_words_and_keeps_their_parameters(page):
    said = "typically 5\u00a0s (half of them between 3.6\u00a0s and 6.9\u00a0s)"
    assert page.count(said) == 2  # on the assumption sheet, and on paper
    assert f"{said}; lognormal: median 5\u00a0s, cv 0.5" in page
    scenario = small_scenario().with_({"supervision.response": {"fixed": "7 s"}})
    assert spread_words.typically(scenario, "supervision.response") is None
    assert spread_words.typically(scenario, "supervision.watched") is None


def test_the_story_says_how_it_was_chosen_and_how_common_such_an_end_is():
    done = small_study()
    fates = done.fates[done.fates["as_written"]]
    shares = fates.groupby(["fate", "harm"])["per_100_cases"].mean()
    shares = shares / shares.sum()
    unharmed = words.percent(shares.xs("none", level="harm").sum())
    fate, harm = shares.idxmax()
    assert harm == "none"
    most = f"{fate.replace('_', ' ')} and end without harm"
    of_all = "It was chosen for showing much, not for being typical: of all errors in training, "
    common = captions.how_common(done, ending(done.episode, fate, harm))
    assert common == (
        f"{of_all}{words.percent(shares.max())} are {most}; {unharmed} do no harm. "
        "No other kind of end is as common."
    )
    seldom = captions.how_common(done, ending(done.episode, "late_noticed", "mild"))
    share = words.percent(shares["late_noticed", "mild"])
    assert seldom == (
        f"{of_all}{share} are late noticed and end in mild harm; {unharmed} do no harm. "
        f"Most often they are {most} ({words.percent(shares.max())})."
    )
    (plan,) = [each for each in plans.of_run(done) if each.name == "episode"]
    assert plan.says.endswith(captions.how_common(done, done.episode))


def ending(episode, fate, harm):
    """The episode with another class and another harm at its end."""
    events = [
        one._replace(second=float(CLASSES.index(fate)), level=LEVELS.index(harm))
        if one.kind == "resolved"
        else one
        for one in episode.events
    ]
    return replace(episode, events=tuple(events))


def test_every_figure_on_paper_says_what_it_shows(page):
    captions_of = re.findall(r"<figure.*?</figure>", page, re.DOTALL)
    assert len(captions_of) > 5
    for figure in captions_of:
        assert "<figcaption><strong>What this shows.</strong>" in figure


def test_a_run_that_departs_says_so_above_the_interactive_page():
    changes = {"supervision.response.lognormal.median": "45 s"}
    made = small_scenario().with_(changes)
    departs = against_file(small_scenario(), made, variant=None, changes=changes)
    done = run_study(
        made, seed=0, replications=3, engine=DEFAULT_ENGINE, changes=changes, against_file=departs
    )
    data = page_data(done, grid(done))
    (latency,) = [one for one in data["boot"]["controls"] if one["key"] == "latency"]
    assert latency["in_file"] == "5 s"
    assert all("in_file" not in one for one in data["boot"]["controls"] if one is not latency)
    page = page_of(done, data)
    said = "Changed: rescue latency 45\u00a0s (5\u00a0s in the file)."
    above = page.partition('id="leeway-view"')[0].partition('id="against"')[2]
    for part in (above, page.partition("<h1>")[2].partition("</header>")[0]):
        assert said in part
        assert "Rescue latency 45\u00a0s lies outside the plausible range" in part
    assert "rescue latency" in page.partition("<title>")[2].partition("</title>")[0]
