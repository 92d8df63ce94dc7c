"""What is set in the page: in the address and back, typed, and where it has no meaning."""

import re

import pytest

from tests import browser, page


@pytest.fixture
def tab(visit, explorer):
    """The page of first-intubations with its last answer."""
    opened = visit()
    opened.goto(explorer)
    page.settled(opened)
    return opened


# ---- the address --------------------------------------------------------------------------------


def test_everything_is_in_the_address_and_comes_back_from_it(tab, visit):
    page.slider(tab, "Permissiveness").focus()
    tab.keyboard.press("End")
    page.slider(tab, "Rescue latency").first.focus()
    tab.keyboard.press("ArrowRight")
    page.choose(tab, "What failure teaches", "pessimistic")
    seed = tab.get_by_label("Seed", exact=True)
    seed.fill("7")
    seed.press("Enter")
    page.settled(tab)
    latency = page.state(tab)["latency"]
    page.written(tab, permissiveness="2", latency=latency, variant="pessimistic", seed="7")
    other = visit()
    for again in (tab, other):
        again.goto(tab.url)
        page.settled(again)
        assert page.value(again, "Permissiveness") == "2"
        assert again.get_by_label("What failure teaches", exact=True).input_value() == "pessimistic"
        assert again.get_by_label("Seed", exact=True).input_value() == "7"
    assert page.headline(tab) == page.headline(other)
    assert page.value(tab, "Rescue latency") == page.value(other, "Rescue latency")


def test_zero_is_a_setting(tab):
    page.slider(tab, "Permissiveness").focus()
    tab.keyboard.press("Home")
    page.written(tab, permissiveness="0")
    tab.reload()
    page.settled(tab)
    assert page.value(tab, "Permissiveness") == "0"


def test_each_control_and_all_of_them_go_back_to_the_file(tab):
    page.slider(tab, "Permissiveness").focus()
    tab.keyboard.press("End")
    page.slider(tab, "Cases watched").first.focus()
    tab.keyboard.press("Home")
    page.written(tab, permissiveness="2", watched="0")
    tab.get_by_role("button", name=re.compile("^Reset Permissiveness to the file")).click()
    page.written(tab, watched="0")
    assert page.value(tab, "Permissiveness") == "0.2"
    tab.get_by_role("button", name="Everything back to the file").click()
    page.written(tab)
    assert tab.get_by_role("button", name="Everything back to the file").is_disabled()
    assert page.value(tab, "Cases watched") == "100 %"


def test_back_leads_to_the_scenario_before(tab):
    tab.get_by_label("Scenario", exact=True).select_option("deteriorating-ward")
    tab.get_by_role("heading", level=1, name="ward").wait_for()
    page.settled(tab)
    tab.go_back()
    tab.get_by_role("heading", level=1, name="First intubations in theatre").wait_for()
    page.settled(tab)


def test_a_link_that_can_t_be_set_says_so_and_leads_back(visit, explorer):
    tab = visit()
    tab.goto(f"{explorer}?scenario=first-intubations&watched=300&permissiveness=0.5")
    alert = tab.locator(".lv-alert")
    alert.wait_for()
    assert "watched" in alert.text_content()
    assert "300 %" in alert.text_content()
    browser.keep(tab, "explorer-refused")
    assert browser.axe(tab) == []
    alert.get_by_role("button", name="Back to the file as written").click()
    page.settled(tab)
    assert not alert.is_visible()
    tab.diary.forgive("422")


# ---- typed values, and controls without a meaning ------------------------------------------------


def test_a_value_between_the_positions_may_be_typed(tab, explorer):
    page.typed(tab, "Permissiveness", "0.15")
    page.settled(tab)
    page.written(tab, permissiveness="0.15")
    expected = page.api(explorer, "permissiveness=0.15&replications=500")
    assert page.shows(tab, page.point_of(expected, "0.15"))
    page.typed(tab, "Rescue latency", "45 s")
    page.settled(tab)
    page.written(tab, permissiveness="0.15", latency="45s")
    expected = page.api(explorer, "permissiveness=0.15&latency=45s&replications=500")
    assert page.shows(tab, page.point_of(expected, "0.15"))


@pytest.mark.parametrize("text", ["apples", "-1", "99 wk"])
def test_a_typed_value_that_can_t_be_is_refused_beside_its_field(tab, text):
    before = page.headline(tab)
    page.typed(tab, "Rescue latency", text)
    error = tab.locator("[data-control=latency] .lv-error").first
    error.wait_for()
    assert len(error.text_content().split()) > 3
    assert "Still shown: 5 s." in error.text_content()
    page.settled(tab)
    assert page.headline(tab) == before
    page.written(tab)
    assert browser.axe(tab) == []
    # what is wrong stays to be mended, and can be swept away
    field = tab.get_by_label(re.compile("^Rescue latency, typed")).first
    assert field.input_value() == text
    assert tab.locator("[data-control=latency] .lv-reset").first.is_visible()
    assert tab.locator(".lv-second .lv-error:visible").count() == 0
    tab.get_by_role("button", name="Everything back to the file").click()
    assert not error.is_visible()
    assert field.input_value() == "5 s"
    assert tab.get_by_role("button", name="Everything back to the file").is_disabled()
    if tab.diary.complaints:
        tab.diary.forgive("422")


def test_what_is_being_typed_is_left_alone_whatever_comes_in(tab):
    page.typed(tab, "Rescue latency", "45 s")
    field = tab.get_by_label(re.compile("^Trainees, typed")).first
    field.fill("6")
    page.settled(tab)  # three answers came in meanwhile
    assert field.input_value() == "6"
    page.slider(tab, "Cases watched").first.focus()  # leaving the field takes it over
    tab.keyboard.press("ArrowLeft")
    page.typed(tab, "Supervisors on duty", "3")
    page.written(tab, latency="45s", trainees="6", watched="0.9", supervisors="3")
    page.settled(tab)
    assert field.input_value() == "6"


def test_of_two_typed_values_the_one_that_is_wrong_goes_back_alone(tab):
    tab.evaluate(
        """() => {
          const type = (key, text) => {
            const field = document.querySelector(`.lv-groups [data-control=${key}] .lv-typed`);
            field.value = text;
            field.dispatchEvent(new Event("change"));
          };
          type("latency", "99 wk");
          type("trainees", "6");
        }"""
    )
    page.settled(tab)
    tab.locator(".lv-groups [data-control=latency] .lv-error").wait_for()
    assert not tab.locator(".lv-groups [data-control=trainees] .lv-error").is_visible()
    page.written(tab, trainees="6")
    tab.diary.forgive("422")


def test_a_wrong_seed_stays_to_be_mended_and_can_be_swept_away(tab):
    seed = tab.get_by_label("Seed", exact=True)
    seed.fill("-1")
    seed.press("Enter")
    page.slider(tab, "Permissiveness").focus()
    tab.keyboard.press("End")
    assert seed.input_value() == "-1"
    assert "Still shown: seed 0." in tab.locator("[data-control=seed]").text_content()
    assert browser.axe(tab) == []
    tab.get_by_role("button", name="Everything back to the file").click()
    assert seed.input_value() == "0"
    page.written(tab)


@pytest.mark.parametrize(("text", "share"), [("50", "0.5"), ("1", "0.01"), ("70 %", "0.7")])
def test_a_number_in_a_box_of_percentages_is_a_percentage(tab, text, share):
    page.typed(tab, "Cases watched", text)
    page.written(tab, watched=share)
    page.settled(tab)
    assert page.value(tab, "Cases watched") == f"{text.removesuffix(' %')} %"


def test_a_share_typed_as_a_fraction_is_taken_as_it_stands_and_doubted(tab):
    """Files write 0.8 for 80 %."""
    doubt = tab.locator(".lv-groups [data-control=watched] .lv-doubt")
    assert doubt.text_content() == ""
    page.typed(tab, "Cases watched", "0.8")
    page.written(tab, watched="0.008")
    assert doubt.text_content() == "0.8 % is less than one in a hundred; for 80 % type 80."
    assert doubt.is_visible()
    page.settled(tab)
    browser.keep(tab, "explorer-doubt")
    assert browser.axe(tab) == []
    for text in ("80", "1", "0"):
        page.typed(tab, "Cases watched", text)
        assert doubt.text_content() == ""
        assert not doubt.is_visible()


def test_what_the_file_says_is_told_as_the_file_s(tab):
    page.typed(tab, "Permissiveness", "0.5")
    about = tab.locator(".lv-about")
    about.locator("summary").click()
    text = about.text_content()
    assert "Permissiveness 0.2" in text
    assert "As the file has it, whatever is set below." in text


def test_a_change_is_told_only_against_the_same_luck_as_often_simulated(visit, explorer):
    """The file's own setting is held back at 100: what it was at 16 is no match for 100."""
    tab = visit()
    held = []
    tab.route("**/api/answer*", lambda route: (
        held.append(route)
        if "watched" not in route.request.url and "replications=100" in route.request.url
        else route.continue_()
    ))  # fmt: skip
    tab.goto(f"{explorer}?scenario=first-intubations&watched=0&seed=5")
    tab.wait_for_function(
        "() => document.querySelector('.lv-status')?.textContent.startsWith('Simulated 100 times')"
    )
    assert tab.locator(".lv-change").all_text_contents() == [""] * 3
    for route in held:
        route.continue_()
    tab.unroute("**/api/answer*")
    page.settled(tab)
    tab.wait_for_function("() => document.querySelector('.lv-change').textContent !== ''")
    here, file = (
        page.point_of(page.api(tab.url.split("?")[0], f"{query}seed=5&replications=500"), "0.2")
        for query in ("watched=0&", "")
    )
    for name in page.NUMBERS:
        change = tab.locator(f".lv-number[data-outcome={name}] .lv-change").text_content()
        found = here["outcomes"][name]["mean"] - file["outcomes"][name]["mean"]
        assert change == "no change" or page.agrees(change.removeprefix("+"), found)


def test_the_setting_of_the_file_is_as_written_only_in_the_file_as_written(tab):
    legend = tab.locator("[data-figure=tradeoff] svg [data-key=own]")
    assert legend.text_content() == "as written"
    page.slider(tab, "Cases watched").first.focus()
    tab.keyboard.press("Home")
    page.settled(tab)
    assert legend.text_content() == "permissiveness as in the file"
    rows = page.table(tab, "burden")
    assert [row[0] for row in rows if "(" in row[0]] == ["0.2 (permissiveness as in the file)"]


def test_a_control_without_a_meaning_is_off_and_says_why(tab):
    page.choose(tab, "Policy", "hands_off")
    page.settled(tab)
    lever = page.slider(tab, "Permissiveness")
    assert lever.is_disabled()
    described = tab.locator(".lv-levers .lv-control:not([hidden]) .lv-note")
    assert "permissiveness" in described.text_content().lower()
    assert "chance of mild harm" not in tab.locator(".lv-meaning").text_content()
    assert not tab.locator(".lv-figure[data-figure=tradeoff]").is_visible()
    assert tab.locator(".lv-figure[data-figure=fates] svg").is_visible()
    browser.keep(tab, "explorer-hands-off")
    assert browser.axe(tab) == []
    page.choose(tab, "Policy", "time_limit")
    page.settled(tab)
    assert not page.slider(tab, "Time limit").is_disabled()
    assert tab.locator(".lv-figure[data-figure=tradeoff] svg").is_visible()
    browser.keep(tab, "explorer-time-limit")
    assert browser.overlaps(tab) == []
