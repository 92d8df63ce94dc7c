"""Scenario files and reports, in and out of the page: opened, refused, saved."""

import json
from urllib.request import urlopen

import pytest

import engine
from engine import loader
from tests import browser, page
from tests.analysis_samples import FILE, SCENARIOS, small_scenario


@pytest.fixture
def tab(visit, explorer):
    """The page of first-intubations."""
    opened = visit(accept_downloads=True)
    opened.goto(explorer)
    page.settled(opened)
    return opened


def offer(tab, path):
    """Open a scenario file of one's own."""
    details = tab.locator("details.lv-upload")
    if details.get_attribute("open") is None:
        details.locator("summary").click()
    details.locator("input[type=file]").set_input_files(path)


def saved(tab, button, folder):
    """The file that a click on a link saves."""
    with tab.expect_download() as download:
        tab.get_by_role("link", name=button).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_a_scenario_of_one_s_own_is_opened(tab, tmp_path):
    mine = small_scenario().with_({"supervision.permissiveness": 0.05})
    text = loader.to_yaml(mine).replace("First intubations in theatre", "Small & <b>mine</b>")
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    offer(tab, file)
    tab.get_by_role("heading", level=1, name="Small & <b>mine</b>").wait_for()
    page.settled(tab)
    assert page.value(tab, "Permissiveness") == "0.05"
    assert tab.get_by_label("Scenario", exact=True).locator("option").all_text_contents()[-1] == (
        "Small & <b>mine</b> (your file mine.yaml)"
    )
    share = tab.locator(".lv-share")
    assert share.locator("code").text_content().startswith("leeway run mine.yaml --seed 0")
    assert "mine.yaml is the file that was opened here" in share.text_content()
    tab.reload()
    page.settled(tab)
    assert page.value(tab, "Permissiveness") == "0.05"


def test_a_file_with_faults_is_refused_with_all_of_them_and_the_page_stays(tab, tmp_path):
    text = FILE.read_text(encoding="utf-8")
    bad = text.replace("permissiveness: 0.2", "permissivenes: 0.2").replace(
        "supervisors: 1", "supervisors: 0"
    )
    assert bad != text
    file = tmp_path / "bad.yaml"
    file.write_text(bad, encoding="utf-8")
    offer(tab, file)
    problems = tab.locator(".lv-problems li")
    problems.first.wait_for()
    told = " ".join(problems.all_text_contents())
    assert "supervisors" in told
    assert "did you mean permissiveness" in told
    assert tab.locator("h1").text_content() == "First intubations in theatre"
    browser.keep(tab, "explorer-bad-file")
    assert browser.axe(tab) == []
    assert browser.overflow(tab) == []
    tab.diary.forgive("422")


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02", b"just words"], ids=["empty", "bytes", "words"]
)
def test_what_is_no_scenario_at_all_is_refused_in_words(tab, tmp_path, content):
    file = tmp_path / "holiday.jpg.yaml"
    file.write_bytes(content)
    offer(tab, file)
    problems = tab.locator(".lv-problems li")
    problems.first.wait_for()
    assert len(problems.first.text_content().split()) > 3
    tab.diary.forgive("422")


def test_save_as_scenario_gives_a_file_that_loads_with_the_settings_and_the_comments(tab, tmp_path):
    page.slider(tab, "Permissiveness").focus()
    tab.keyboard.press("Home")
    page.slider(tab, "Cases watched").first.focus()
    tab.keyboard.press("ArrowLeft")
    page.settled(tab)
    watched = tab.evaluate("() => new URLSearchParams(location.search).get('watched')")
    path = saved(tab, "Save as scenario", tmp_path)
    assert path.suffix == ".yaml"
    found = engine.load(path)
    assert found.supervision.permissiveness == 0
    assert found.supervision.watched == float(watched)
    expected = engine.load(FILE).with_(
        {"supervision.permissiveness": 0, "supervision.watched": float(watched)}
    )
    assert found.hash == expected.hash
    comments = [line for line in FILE.read_text(encoding="utf-8").splitlines() if "# " in line]
    kept = path.read_text(encoding="utf-8")
    assert all(line.split("# ", 1)[1] in kept for line in comments)


def test_untouched_the_saved_scenario_is_the_file(tab, tmp_path):
    assert engine.load(saved(tab, "Save as scenario", tmp_path)).hash == engine.load(FILE).hash


def test_save_report_gives_a_page_with_the_numbers_on_show(tab, visit, tmp_path):
    page.slider(tab, "Permissiveness").focus()
    tab.keyboard.press("Home")
    page.settled(tab)
    shown, command = page.headline(tab), tab.locator(".lv-command code").text_content()
    with tab.expect_download(timeout=120_000) as download:
        tab.get_by_role("link", name="Save report").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert path.suffix == ".html"
    assert path.stat().st_size < 3_000_000
    report = visit(offline=True)
    report.goto(path.as_uri())
    page.ready(report)
    assert page.value(report, "Permissiveness") == "0"
    assert page.headline(report) == shown
    assert report.locator(".lv-command code").text_content() == command


def test_a_copied_link_says_for_whom_it_works(tab):
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.get_by_role("button", name="Copy link").click()
    told = tab.locator(".lv-share [role=status]")
    tab.wait_for_function(
        "() => document.querySelector('.lv-share [role=status]').textContent !== ''"
    )
    assert told.text_content() == (
        "Link copied. It works on this computer while leeway runs; "
        "what to send is the file of Save report."
    )
    assert tab.evaluate("() => navigator.clipboard.readText()") == tab.url
    lent = tab.evaluate("() => leewayView.linkReach('192.168.1.7')")
    assert lent == (
        "It works for those who were let in while leeway runs; "
        "what to send is the file of Save report."
    )


def test_every_scenario_that_is_offered_opens(tab, explorer):
    with urlopen(f"{explorer}api/boot") as response:
        offered = json.load(response)["scenarios"]
    assert [one["key"] for one in offered][:2] == list(browser.EXPLORED)
    assert {one["title"] for one in offered[:2]} == {
        engine.load(SCENARIOS / f"{key}.yaml").title for key in browser.EXPLORED
    }
    for one in reversed(offered[:2]):
        tab.get_by_label("Scenario", exact=True).select_option(one["key"])
        tab.get_by_role("heading", level=1, name=one["title"]).wait_for()
        page.settled(tab)


def test_a_page_of_an_edited_file_begins_anew_and_says_so(visit, tmp_path):
    path = tmp_path / "mine.yaml"
    text = FILE.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    with browser.explorer(path) as address:
        tab, other = visit(), visit()
        tab.goto(address)
        page.slider(tab, "Cases watched").first.focus()
        tab.keyboard.press("ArrowLeft")
        page.settled(tab)
        edited = text.replace("permissiveness: 0.2", "permissiveness: 0.3")
        assert edited != text
        path.write_text(edited, encoding="utf-8")
        other.goto(address)
        page.settled(other)
        assert page.value(tab, "Permissiveness") == "0.2"
        page.slider(tab, "Cases watched").first.focus()
        tab.keyboard.press("ArrowLeft")
        tab.get_by_role("alert").get_by_text("The file of this scenario has changed").wait_for()
        page.settled(tab)
        assert page.value(tab, "Permissiveness") == "0.3"
        watched = tab.evaluate("() => new URLSearchParams(location.search).get('watched')")
        query = f"scenario=first-intubations&watched={watched}&replications=500"
        with urlopen(f"{address}api/answer?{query}") as response:
            answer = json.load(response)
        here = next(one for one in answer["points"] if one["token"] == "0.3")
        assert page.shows(tab, here)
        browser.keep(tab, "explorer-edited-file")
        assert browser.axe(tab) == []
        assert len(tab.diary.asked("/api/boot")) == 2
        tab.diary.forgive("409")
        other.close()
