"""The report of `leeway run` from a folder or an e-mail: offline, on paper, without scripts."""

import io
import json
import re
import subprocess

import pypdf
import pytest

from tests import browser, page
from tests.analysis_samples import FILE

WIDTHS = {"desk": browser.DESK, "phone": browser.PHONE}
LARGEST = 3_000_000
A4_POINTS = (595, 842)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The report's file and what `leeway run --json` says, of the scenario that is shipped."""
    folder = tmp_path_factory.mktemp("report") / "run"
    command = [*browser.COMMAND, "run", str(FILE), "--out", str(folder), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return folder / "report.html", json.loads(done.stdout)


@pytest.fixture
def opened(visit, run):
    """A function that opens the report; `query` is what its address ends with."""

    def open_report(query="", **options):
        tab = visit(offline=True, **options)
        tab.goto(run[0].as_uri() + query)
        page.settled(tab)
        page.followed(tab)
        return tab

    return open_report


@pytest.fixture
def still(visit, run, tmp_path):
    """A function that opens the report as a browser without scripts has it.

    A copy without its scripts: in a browser that has them switched off, axe-core can't run either.
    """
    file = tmp_path / "still.html"
    file.write_text(re.sub(r"(?s)<script\b.*?</script>", "", run[0].read_text("utf-8")), "utf-8")

    def open_still(**options):
        tab = visit(offline=True, **options)
        tab.goto(file.as_uri())
        return tab

    return open_still


# ---- with scripts -------------------------------------------------------------------------------


def test_it_asks_for_nothing_at_all_and_is_small(opened, run):
    tab = opened()
    page.slider(tab, "Permissiveness").focus()
    tab.keyboard.press("End")
    tab.get_by_role("tab", name="Assumptions").click()
    assert tab.diary.requests == [run[0].as_uri()]
    assert run[0].stat().st_size < LARGEST


def test_its_command_says_where_its_file_is(opened):
    said = opened().locator(".lv-share").text_content()
    assert "leeway run scenario.yaml --seed" in said
    assert "the file of that name in the folder of this run" in said


def test_the_slider_shows_the_numbers_of_the_run(opened, run):
    tab = opened()
    curve = run[1]["curve"]
    page.slider(tab, "Permissiveness").focus()
    tab.keyboard.press("Home")
    for point in curve:
        assert float(page.value(tab, "Permissiveness")) == point["permissiveness"]
        assert page.shows(tab, point)
        tab.keyboard.press("ArrowRight")


def test_other_controls_move_through_what_was_computed_and_the_rest_says_why_not(opened):
    tab = opened()
    before = page.headline(tab)
    moved = 0
    for lever in tab.locator(".lv-groups input[type=range]").all():
        if lever.is_disabled():
            note = lever.locator("xpath=ancestor::*[contains(@class, 'lv-control')]").last
            assert "leeway explore" in note.text_content()
            continue
        lever.focus()
        tab.keyboard.press("End")
        tab.keyboard.press("ArrowLeft")
        moved += 1
    assert moved >= 1
    page.ready(tab)
    assert page.headline(tab) != before
    browser.keep(tab, "report-moved")
    assert browser.overlaps(tab) == []


def test_what_it_holds_is_named_and_what_is_fixed_stands_in_one_line(opened):
    tab = opened()
    note = tab.locator(".lv-groups [data-control=latency] .lv-note").text_content()
    assert re.search(r"This page holds these: 1 s, .*5 s.*\. For others: leeway explore\.", note)
    assert tab.locator(".lv-groups :is(input, select):disabled").count() == 0
    fixed = tab.locator(".lv-fixed").text_content()
    assert "Trainees 4" in fixed
    assert "seed 0 (the luck drawn)" in fixed
    assert tab.locator(".lv-typed").count() == 0  # what isn't held can't be asked for


@pytest.mark.parametrize("width", WIDTHS)
def test_a_change_is_told_from_what_it_was_as_often_simulated(opened, width):
    """The run as written was simulated more often than the cells around it."""
    tab = opened(size=WIDTHS[width])
    assert tab.locator(".lv-change").all_text_contents() == ["no change"] * 3
    tab.goto(f"{tab.url.split('#')[0]}#latency=10s")
    tab.reload()
    page.ready(tab, 50)
    changes = tab.locator(".lv-change").all_text_contents()
    assert all(re.fullmatch(r"(no change|hardly changed|[+−][0-9.]+) from [0-9.]+", one)
               for one in changes)  # fmt: skip
    assert "(50 times)" in tab.locator(".lv-meaning").text_content()
    wide = tab.evaluate(
        """() => [...document.querySelectorAll(".lv-number")].map((one) =>
          one.querySelector(".lv-change").getBoundingClientRect().right
            - one.getBoundingClientRect().right)"""
    )
    assert max(wide) <= 1


def test_what_was_set_is_in_the_address_and_comes_back(opened):
    tab = opened()
    page.slider(tab, "Permissiveness").focus()
    tab.keyboard.press("Home")
    tab.wait_for_function("() => location.hash.includes('permissiveness=0')")
    shown = page.headline(tab)
    tab.reload()
    page.settled(tab)
    assert page.value(tab, "Permissiveness") == "0"
    assert page.headline(tab) == shown


def test_its_second_supervisor_is_set_against_the_run_as_written(opened):
    """Nothing of it hangs on the slider above, and each of its positions has a result."""
    tab = opened()
    second = tab.locator(".lv-second")
    assert "the supervisor of the run as written (A)" in second.text_content()
    page.slider(tab, "Permissiveness").focus()
    tab.keyboard.press("End")
    hint = second.locator("[data-control=permissiveness] .lv-note")
    assert "The run as written (A): 0.2." in hint.text_content()
    lever = page.slider(tab, "Second supervisor: Permissiveness")
    for key in ("Home", *["ArrowRight"] * int(lever.get_attribute("max"))):
        lever.press(key)
        label = f"permissiveness {lever.get_attribute('aria-valuetext')}"
        tab.wait_for_function(
            "(label) => document.querySelector('.lv-found').textContent.includes('B: ' + label)"
            " || document.querySelector('.lv-second [role=status]').textContent !== ''",
            arg=label,
        )
        assert second.locator(".lv-found").is_visible()
    second.get_by_role("button", name="as the first supervisor, 0.2").click()
    tab.wait_for_function("() => location.hash.includes('second.permissiveness=0.2')")
    assert second.locator(".lv-found").is_visible()
    assert lever.get_attribute("aria-valuetext") == "0.2"


def test_a_screen_reader_hears_what_is_on_show(opened):
    tab = opened()
    live = tab.locator("[aria-live=polite]")
    for name in ("Permissiveness", "Rescue latency"):
        page.slider(tab, name).first.focus()
        for key in ("Home", "End"):
            before = live.text_content()
            tab.keyboard.press(key)
            assert live.text_content() == ""
            tab.wait_for_function(
                "() => document.querySelector('[aria-live=polite]').textContent.length > 40"
            )
            assert live.text_content() != before
            shown = tab.locator(".lv-verdict p").all_text_contents()
            assert live.text_content() in " ".join(shown)


def test_what_was_simulated_is_told_as_the_run_s(opened):
    about = opened().locator(".lv-about")
    about.locator("summary").click()
    assert "As written in this run, whatever is set below." in about.text_content()


def test_a_link_beyond_what_was_computed_is_told_in_words(opened, visit, run):
    tab = visit(offline=True)
    tab.goto(run[0].as_uri() + "#latency=17s")
    alert = tab.locator(".lv-alert")
    alert.wait_for()
    assert "run leeway explore" in alert.text_content()
    assert browser.axe(tab) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_it_is_for_everyone(opened, scheme, width):
    tab = opened(size=WIDTHS[width], color_scheme=scheme)
    browser.keep(tab, f"report-{width}-{scheme}")
    assert browser.axe(tab) == []
    assert browser.nameless(tab) == []
    assert browser.overflow(tab) == []
    assert browser.overlaps(tab) == []


@pytest.mark.parametrize("name", ["Assumptions", "Words"])
@pytest.mark.parametrize("width", WIDTHS)
def test_its_other_parts_are_for_everyone(opened, name, width):
    tab = opened(size=WIDTHS[width])
    tab.get_by_role("tab", name=name).click()
    browser.keep(tab, f"report-{name.lower()}-{width}")
    assert browser.axe(tab) == []
    assert browser.overflow(tab) == []


def test_the_still_page_can_be_unfolded_below(opened):
    tab = opened()
    fold = tab.get_by_role("button", name="Show the report")
    fold.click()
    assert tab.locator("figure[id^=figure-]").first.is_visible()
    browser.keep(tab, "report-unfolded")
    assert browser.axe(tab) == []
    assert browser.overlaps(tab) == []


def test_a_report_of_changed_settings_says_what_the_file_has(visit, tmp_path):
    command = [*browser.COMMAND, "run", str(FILE), "--out", str(tmp_path / "run")]
    command += ["--set", "supervision.response.lognormal.median=45 s"]
    subprocess.run(command, capture_output=True, text=True, check=True)
    tab = visit(offline=True)
    tab.goto((tmp_path / "run" / "report.html").as_uri())
    page.settled(tab)
    above = tab.locator("#against").inner_text().replace("\u00a0", " ")
    assert "Changed: rescue latency 45 s (5 s in the file)." in above
    assert "lies outside the plausible range" in above
    latency = tab.locator("[data-control=latency]").first.inner_text().replace("\u00a0", " ")
    assert "In this run: 45 s. In the file: 5 s." in latency
    assert browser.axe(tab) == []
    tab.get_by_role("button", name="Show the report").click()
    assert tab.locator(".still .departs").is_visible()


def test_the_tab_key_shows_where_it_is(opened):
    stops = browser.tabbed(opened())
    assert len(stops) > 15
    assert not [stop for stop in stops if not stop["outlined"] or not stop["shown"]]


# ---- without scripts, and on paper --------------------------------------------------------------


def test_switched_off_scripts_leave_the_page_that_has_none(visit, run, still):
    tab = visit(offline=True, java_script_enabled=False)
    tab.goto(run[0].as_uri())
    assert tab.locator("body").inner_text() == still().locator("body").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_without_scripts_every_figure_and_sentence_is_there(still, scheme, width):
    tab = still(size=WIDTHS[width], color_scheme=scheme)
    browser.keep(tab, f"report-still-{width}-{scheme}")
    figures = tab.locator("figure[id^=figure-]")
    assert figures.count() >= 6
    for figure in figures.all():
        assert figure.is_visible()
        assert figure.locator("svg").first.is_visible()
        assert len(figure.locator("figcaption").text_content().split()) > 8
    assert not tab.locator("#leeway-view").is_visible()
    assert browser.overflow(tab) == []
    assert browser.axe(tab) == []


def test_without_scripts_each_input_has_the_width_of_a_phone(still):
    tab = still(size=browser.PHONE)
    wide, high = tab.evaluate(
        """() => {
          const names = [...document.querySelectorAll("table.wrap tbody th")];
          const line = parseFloat(getComputedStyle(names[0]).lineHeight);
          return [Math.min(...names.map((one) => one.offsetWidth / innerWidth)),
            Math.max(...names.map((one) => one.offsetHeight / line))];
        }"""
    )
    assert wide > 0.8
    assert high < 2.5
    tab.locator("table.wrap").last.scroll_into_view_if_needed()
    browser.keep(tab, "report-still-inputs")


@pytest.mark.parametrize("scripted", [True, False])
def test_it_prints_on_two_pages_of_a4(opened, still, scripted):
    tab = opened() if scripted else still()
    raw = tab.pdf(format="A4", print_background=True)
    (browser.screenshots() / f"report-{'scripted' if scripted else 'still'}.pdf").write_bytes(raw)
    pages = pypdf.PdfReader(io.BytesIO(raw)).pages
    assert len(pages) == 2
    for sheet in pages:
        assert abs(sheet.mediabox.width - A4_POINTS[0]) < 2
        assert abs(sheet.mediabox.height - A4_POINTS[1]) < 2
    text = " ".join(" ".join(sheet.extract_text() for sheet in pages).split())
    assert "not clinical advice" in text
    assert "assumptions" in text


def test_the_still_page_in_grey(still):
    tab = still()
    tab.evaluate("() => { document.documentElement.style.filter = 'grayscale(1)'; }")
    browser.keep(tab, "report-grey")
    looks = tab.evaluate("() => document.querySelectorAll('figure svg').length")
    assert looks >= 6
