"""The page: self-contained, strict, the same bytes each time, and safe with odd texts."""

import base64
import hashlib
import json
import re
from dataclasses import replace

import pytest

from analysis import pages, plans, report, svg, timeline
from analysis.study import run_study
from analysis.view.grid import grid, page_data
from engine.run import DEFAULT_ENGINE
from tests.analysis_samples import small_scenario, small_study, small_study_without_curve
from tests.report_pages import Page, page_of, small_data, small_page

ALL = [
    "learning-experience", "learning-resilience", "now-and-later", "total-burden", "fates",
    "takeovers", "episode", "inputs",
]  # fmt: skip
ENDS = {"script": "</script>", "style": "</style>"}


@pytest.fixture(scope="module")
def page():
    """The page without its interactive half."""
    return small_page()


@pytest.fixture(scope="module")
def live():
    """The page with its interactive half."""
    return page_of(small_study(), small_data())


def inside(page, tag):
    """The texts of the elements of a kind, each with its opening tag's attributes."""
    return re.findall(rf"<{tag}( [^>]*)?>(.*?){ENDS[tag]}", page, re.DOTALL)


def hashes(page, tag):
    """How the policy must name the elements of a kind that a browser would obey."""
    texts = [text for attributes, text in inside(page, tag) if "json" not in attributes]
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()) for text in texts]
    return " ".join(f"'sha256-{one.decode()}'" for one in digests)


def policy(page):
    (found,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    return found


def test_the_still_page_loads_nothing_and_has_no_script(page):
    parsed = Page(page)
    assert all(link.startswith("#") for link in parsed.links)
    tags = {"script", "iframe", "object", "embed", "link", "img", "form"}
    assert not tags & set(parsed.tags)
    assert "http:" not in page
    assert "https:" not in page
    assert "@import" not in page
    assert "Nothing moves on this page" in page
    assert "leeway-view" not in set(parsed.ids)


def test_the_live_page_has_its_scripts_inside_and_nothing_outside(live):
    parsed = Page(live)
    assert all(link.startswith("#") for link in parsed.links)
    assert not {"iframe", "object", "embed", "link", "img", "form"} & set(parsed.tags)
    assert parsed.tags.count("script") == len(report.scripts()) + 1
    assert "src" not in parsed.attributes
    assert "leeway-view" in parsed.ids


def test_the_policy_of_the_still_page_allows_its_own_style_alone(page):
    assert policy(page) == (
        f"default-src 'none'; style-src {hashes(page, 'style')}; base-uri 'none'; "
        "form-action 'none'"
    )
    assert "style" not in Page(page).attributes


def test_the_policy_of_the_live_page_names_each_script_and_style(live):
    assert policy(live) == (
        f"default-src 'none'; script-src {hashes(live, 'script')}; "
        f"style-src {hashes(live, 'style')}; base-uri 'none'; form-action 'none'"
    )
    assert "unsafe" not in policy(live)
    assert "style" not in Page(live).attributes


def test_the_live_page_is_the_still_page_and_more(page, live):
    """Whoever has no scripts reads the same."""
    still = page.partition('<div class="still">')[2].partition("<script")[0]
    said = still.replace(f'<p class="small screen-only">{report.STILL}</p>\n', "")
    assert said.partition("</body>")[0].rstrip() in live
    assert len(said) > 100_000


def test_the_live_page_holds_its_data_as_it_was(live):
    ((_, text),) = [one for one in inside(live, "script") if "leeway-data" in one[0]]
    assert json.loads(text) == json.loads(json.dumps(small_data()))


@pytest.mark.parametrize("text", ["</script><script>alert(1)</script>", "<!--", "a & b\u2028c"])
def test_texts_in_the_data_end_no_element(text):
    encoded = pages.as_json({"title": text})
    assert not set("<>&\u2028\u2029") & set(encoded)
    assert json.loads(encoded) == {"title": text}


def test_scripts_and_styles_that_would_end_early_are_refused():
    for text in ("a</script>", "a</STYLE >", "<!-- "):
        with pytest.raises(ValueError, match="end it early"):
            pages.check_inline(text)
    for text in report.scripts():
        pages.check_inline(text)


def test_the_live_page_is_small_enough_for_an_e_mail():
    study = run_study(small_scenario(), seed=0, replications=20, engine=DEFAULT_ENGINE)
    page = page_of(study, page_data(study, grid(study)))
    assert len(page.encode()) < 3_000_000


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
    assert report.weighty(small_scenario()) in text
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


def test_the_same_study_gives_the_same_page(live):
    data = page_data(small_study(), grid(small_study()))
    assert page_of(small_study(), data) == live


def test_without_a_curve_the_page_says_so():
    page = page_of(small_study_without_curve())
    assert "No curve: no curve was asked for." in page
    assert report.STILL in page
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
    page = page_of(replace(small_study(), scenario=odd), {**small_data(), "title": odd.title})
    parsed = Page(page)
    assert not {"img", "b"} & set(parsed.tags)
    assert parsed.tags.count("script") == len(report.scripts()) + 1
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
    assert "One replication: its uncertainty is unknown." in plans.means(study, "Points")


def test_pictures_state_their_uncertainty_and_share_of_assumptions():
    for picture in plans.planned(small_study()):
        figure = picture.axes().figure
        note = " ".join(figure.get_supxlabel().split())
        assert "interval" in note, picture.name
        assert re.search(r"\d+ of \d+ inputs are assumptions", note), picture.name


@pytest.mark.parametrize(
    ("minutes", "unit"),
    [(0.5, "seconds"), (7, "minutes"), (150, "hours"), (5000, "days")],
)
def test_the_timeline_is_in_a_unit_that_reads_well(minutes, unit):
    assert timeline.unit_for(minutes)[0] == unit


@pytest.mark.parametrize(
    ("given", "short"),
    [
        ("M 70.48024 149.193658 \nL 70.651045 149 \nz\n", "M 70.48 149.19 L 70.65 149 z"),
        ("translate(70.480241 1.5) scale(0.015625 -0.015625)",
         "translate(70.48 1.5) scale(0.015625 -0.015625)"),
        ("scale(0.015625)", "scale(0.015625)"),
        (
            "M 4 72.4 C 4.1 72.4 4.2 72.36 4.28 72.28 C 4.36 72.21 4.4 72.11 4.4 72 "
            "C 4.4 71.89 4.36 71.79 4.28 71.72 C 4.21 71.64 4.11 71.6 4 71.6 "
            "C 3.89 71.6 3.79 71.64 3.72 71.72 C 3.64 71.79 3.6 71.89 3.6 72 "
            "C 3.6 72.11 3.64 72.21 3.72 72.28 C 3.79 72.36 3.89 72.4 4 72.4 z",
            "M4 72.4a0.4 0.4 0 1 0 0 -0.8a0.4 0.4 0 1 0 0 0.8z",
        ),
    ],
)  # fmt: skip
def test_drawings_take_little_room(given, short):
    assert svg.rounded(given) == short


def test_eight_curves_that_are_no_circle_stay():
    curves = " ".join(f"C 0 0 1 1 {n} {n * n}" for n in range(8))
    assert svg.rounded(f"M 4 5 {curves} z") == f"M 4 5 {curves} z"


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
