"""The page: self-contained, strict, the same bytes each time, and safe with odd texts."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from analysis import folder, pages, report
from analysis.study import run_study
from engine.run import DEFAULT_ENGINE
from tests.analysis_samples import small_scenario, small_study, small_study_without_curve

PAPERS = {"versions": {"leeway-sim": "0.0"}, "command": "leeway", "started": "", "ended": ""}
ALL = [
    "learning-experience", "learning-resilience", "now-and-later", "total-burden", "fates",
    "takeovers", "episode", "inputs",
]  # fmt: skip


class Page(HTMLParser):
    """The tags of a page, its texts and its ids."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.links, self.texts = [], [], [], []
        self.attributes = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            if name in ("href", "src", "xlink:href", "action", "data", "srcset"):
                self.links.append(value)
            self.links += re.findall(r"url\(([^)]*)\)", value or "")

    def handle_data(self, data):
        self.texts.append(data)


def page_of(study):
    return report.render(study, folder.run_record(study, **PAPERS), report.pictures(study))


@pytest.fixture(scope="module")
def page():
    return page_of(small_study())


def test_the_page_loads_nothing(page):
    parsed = Page(page)
    assert all(link.startswith("#") for link in parsed.links)
    assert not {"script", "iframe", "object", "embed", "link", "img", "form"} & set(parsed.tags)
    assert "http:" not in page
    assert "https:" not in page
    assert "@import" not in page


def test_the_content_security_policy_allows_the_pages_own_style_alone(page):
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert "style" not in Page(page).attributes


def test_figures_stand_in_the_page_with_their_alternative_text(page):
    assert [name for name in ALL if f'id="figure-{name}"' in page] == ALL
    drawings = re.findall(r"<svg [^>]*>", page)
    assert len(drawings) == len(ALL)
    assert all('role="img"' in one and 'aria-label="' in one for one in drawings)
    assert page.count("What this shows.") == len(ALL)


def test_ids_are_unique_and_every_reference_is_met(page):
    parsed = Page(page)
    assert len(parsed.ids) == len(set(parsed.ids))
    assert {link[1:] for link in parsed.links} <= set(parsed.ids)


def test_the_page_says_what_it_is(page):
    text = " ".join("".join(Page(page).texts).split())
    assert "Simulated, not clinical advice." in text
    assert re.search(r"\d+ of \d+ inputs are assumptions", text)
    for part in (
        "What was simulated",
        "Assumption sheet",
        "Objectives",
        "Points for the debriefing",
        "What this page does not claim",
        small_scenario().hash,
    ):
        assert part in text
    for one in (*small_scenario().inputs(), *small_scenario().choices()):
        assert one.path in text
    for reference in small_scenario().sources.values():
        assert reference in text.partition("What this page does not claim")[2]
    assert "a replication is the whole training" in text
    assert "one comparison at a time" in text


def test_paths_break_between_their_parts(page):
    assert "task.<wbr>steps[laryngoscopy].<wbr>error_probability.<wbr>novice" in page
    assert pages.breakable("a[<b>].c") == "a[&lt;b&gt;].<wbr>c"
    assert pages.breakable("a[b][c]") == "a[b]<wbr>[c]"


def test_choices_stand_on_the_assumption_sheet(page):
    sheet = page.partition("Assumption sheet")[2]
    choices, _, rest = sheet.partition("<h3>Inputs</h3>")
    assert "<h3>Choices</h3>" in choices
    assert "supervision.<wbr>policy" in choices
    assert "supervision.<wbr>judgement" not in choices
    assert "supervision.<wbr>judgement" in rest
    assert "Klasen et al., BMJ Qual Saf 2020;29:727-734" in choices


def test_the_same_study_gives_the_same_page(page):
    assert page_of(small_study()) == page


def test_without_a_curve_the_page_says_so():
    page = page_of(small_study_without_curve())
    assert "No curve: no curve was asked for." in page
    names = re.findall(r'id="figure-([a-z-]+)"', page)
    assert names == ["fates", "takeovers", "episode", "inputs"]


def test_texts_of_a_scenario_are_shown_and_not_obeyed():
    odd = small_scenario().with_(
        {
            "title": '<script>alert("1")</script> & $x^2$',
            "description": "</p><img src=x onerror=alert(1)>{{ 7*7 }}",
            "task.steps[laryngoscopy].errors[failed pass].name": "<b>$bold$</b>",
            "evidence": [],
        }
    )
    page = page_of(replace(small_study(), scenario=odd))
    parsed = Page(page)
    assert not {"script", "img", "b"} & set(parsed.tags)
    assert '<script>alert("1")</script> & $x^2$' in "".join(parsed.texts)
    assert "{{ 7*7 }}" in "".join(parsed.texts)


def test_names_are_no_formulae_and_may_be_in_any_script():
    odd = small_scenario().with_(
        {
            "task.steps[laryngoscopy].errors[failed pass].name": "costs $\\frac{1}{$ 插管",
            "evidence": [],
        }
    )
    assert "costs $\\frac{1}{$ 插管" in page_of(replace(small_study(), scenario=odd))


@pytest.mark.parametrize(
    "changes",
    [
        {"independent.cases": 0},
        {"supervision.policy": "time_limit", "supervision.time_limit": "2 min"},
        {"supervision.policy": "hands_off"},
        {"study.horizon": "1 s"},
        {"education": {}, "sources": {}, "evidence": []},
    ],
)
def test_every_shape_of_scenario_has_a_page(changes):
    scenario = small_scenario().with_(changes)
    study = run_study(scenario, seed=0, replications=2, engine=DEFAULT_ENGINE)
    page = page_of(study)
    assert page.rstrip().endswith("</html>")
    assert "nan" not in "".join(Page(page).texts).replace("anaesth", "").lower().split()


def test_one_replication_has_a_page_and_admits_its_ignorance():
    study = run_study(small_scenario(), seed=0, replications=1, engine=DEFAULT_ENGINE)
    page = page_of(study)
    assert "One replication tells nothing about chance" in page
    assert "One replication: its uncertainty is unknown." in report.means(study, "Points")


def test_pictures_state_their_uncertainty_and_share_of_assumptions():
    for picture in report.pictures(small_study()):
        figure = picture.axes.figure
        note = " ".join(figure.get_supxlabel().split())
        assert "interval" in note, picture.name
        assert re.search(r"\d+ of \d+ inputs are assumptions", note), picture.name


@pytest.mark.parametrize(
    ("minutes", "unit"),
    [(0.5, "seconds"), (7, "minutes"), (150, "hours"), (5000, "days")],
)
def test_the_timeline_is_in_a_unit_that_reads_well(minutes, unit):
    assert report.unit_for(minutes)[0] == unit


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("by -0.5 (-1 to 2)", "by −0.5 (−1 to 2)"),
        ("s41598-022-19337-8", "s41598-022-19337-8"),
        ("20 % after 10 s and 2 min", "20\u00a0% after 10\u00a0s and 2\u00a0min"),
        ("4 steps", "4 steps"),
    ],
)
def test_numbers_of_the_page_are_set_well(text, shown):
    assert pages.typographic(text) == shown
