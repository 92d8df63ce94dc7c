"""`leeway explore` in a real browser: what moves, what stays, and what is never shown."""

import json
import re
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest

from tests import browser, page

EIGHTHS = [eighth / 800 for eighth in range(1, 200)]


@pytest.fixture
def tab(visit, explorer):
    """The page of first-intubations with its last answer."""
    opened = visit()
    opened.goto(explorer)
    page.settled(opened)
    return opened


def api(address, query, what="answer"):
    """An answer of the explorer, asked for without a browser."""
    with urlopen(f"{address}api/{what}?scenario=first-intubations&{query}") as response:
        return json.load(response)


def answers(tab):
    return len(tab.diary.asked("/api/answer"))


def state(tab):
    """The query of the address, as the page has written it."""
    return {key: value for key, (value,) in parse_qs(urlsplit(tab.url).query).items()}


def written(tab, **expected):
    """Wait until the address says so, besides the scenario; the seed is always said."""
    tab.wait_for_function(
        """(expected) => {
          const found = Object.fromEntries(new URLSearchParams(location.search));
          delete found.scenario;
          return JSON.stringify(Object.entries(found).sort())
            === JSON.stringify(Object.entries(expected).sort());
        }""",
        arg={"seed": "0"} | expected,
    )


def choose(tab, name, token):
    tab.get_by_label(name, exact=True).first.select_option(token)


def marker(tab):
    """Where the present setting stands in the first figure: the place of its mark, in pixels."""
    found = tab.locator("[data-figure=tradeoff] svg [data-mark=present]").first
    box = found.bounding_box()
    return round(box["x"] + box["width"] / 2), round(box["y"] + box["height"] / 2)


# ---- the slider ---------------------------------------------------------------------------------


def test_each_step_of_the_slider_shows_the_numbers_of_the_api_and_moves_the_mark(tab, explorer):
    expected = api(explorer, "replications=500")
    page.slider(tab, "Permissiveness").focus()
    tab.keyboard.press("Home")
    marks = []
    for point in expected["points"]:
        assert page.value(tab, "Permissiveness") == point["label"]
        assert page.shows(tab, point)
        marks.append(marker(tab))
        tab.keyboard.press("ArrowRight")
    assert len(set(marks)) == len(marks)
    across = [left for left, _ in marks]
    assert across == sorted(across)  # more is allowed, more harm now


def test_permissiveness_asks_nobody_and_is_on_show_in_the_next_frame(tab):
    asked = answers(tab)
    moved = tab.evaluate(
        """async () => {
          const lever = document.querySelector(".lv-levers .lv-control:not([hidden]) [type=range]");
          const harm = () => document.querySelector("[data-outcome=harm_any] .lv-mean").textContent;
          const before = harm();
          lever.stepUp();
          lever.dispatchEvent(new Event("input", {bubbles: true}));
          const atOnce = harm();
          await new Promise(requestAnimationFrame);
          return [before, atOnce, harm()];
        }"""
    )
    assert moved[0] != moved[1] == moved[2]
    tab.wait_for_timeout(600)
    assert answers(tab) == asked


def test_another_setting_is_answered_coarsely_at_once_and_then_refined(tab, explorer):
    tab.diary.requests.clear()
    page.slider(tab, "Rescue latency").first.focus()
    tab.keyboard.press("End")
    page.settled(tab)
    asked = [parse_qs(urlsplit(url).query) for url in tab.diary.asked("/api/answer")]
    token = state(tab)["latency"]
    levels = [int(one["replications"][0]) for one in asked if one.get("latency") == [token]]
    assert levels == [16, 100, 500]
    expected = api(explorer, f"latency={token}&replications=500")
    assert page.shows(tab, page.point_of(expected, "0.2"))


def held_up(tab, held, count):
    """Wait for so many held requests, and until the page would give the last one up for another."""
    for _ in range(browser.WAIT_MS // 20):
        if len(held) >= count:
            break
        tab.wait_for_timeout(20)
    assert len(held) == count
    since = tab.evaluate("() => performance.now()")
    tab.wait_for_function("(since) => performance.now() - since > 1600", arg=since)


def test_an_answer_that_is_out_of_date_is_never_shown(visit, explorer):
    tab = visit()
    held, seen, closed = [], [], [True]
    tab.route(
        "**/api/answer*", lambda route: held.append(route) if closed[0] else route.continue_()
    )
    closed[0] = False
    tab.goto(explorer)
    page.settled(tab)
    tab.expose_function("saw", lambda text: seen.append(text))
    tab.evaluate(
        """() => new MutationObserver(() => saw(
             document.querySelector("[data-outcome=harm_any] .lv-mean").textContent))
             .observe(document.querySelector(".lv-numbers"), {subtree: true, childList: true,
               characterData: true})"""
    )
    before = page.headline(tab)
    closed[0] = True
    lever = page.slider(tab, "Cases watched").first
    lever.focus()
    for count in range(1, 4):
        tab.keyboard.press("ArrowLeft")
        held_up(tab, held, count)
    assert page.headline(tab) == before
    last = page.value(tab, "Cases watched")
    asked = [parse_qs(urlsplit(route.request.url).query)["watched"][0] for route in held]
    assert len(set(asked)) == 3
    *passed, newest = asked
    closed[0] = False
    for route in reversed(held):
        route.continue_()
        tab.wait_for_timeout(50)
    page.settled(tab)
    assert page.value(tab, "Cases watched") == last
    expected = api(explorer, f"watched={newest}&replications=500")
    assert page.shows(tab, page.point_of(expected, "0.2"))
    passed_by = [api(explorer, f"watched={token}&replications=16") for token in passed]
    old = [page.point_of(one, "0.2")["outcomes"]["harm_any"]["mean"] for one in passed_by]
    assert not [text for text in seen if any(page.agrees(text, number) for number in old)]


# ---- the address --------------------------------------------------------------------------------


def test_everything_is_in_the_address_and_comes_back_from_it(tab, visit):
    page.slider(tab, "Permissiveness").focus()
    tab.keyboard.press("End")
    page.slider(tab, "Rescue latency").first.focus()
    tab.keyboard.press("ArrowRight")
    choose(tab, "What failure teaches", "pessimistic")
    seed = tab.get_by_label("Seed", exact=True)
    seed.fill("7")
    seed.press("Enter")
    page.settled(tab)
    latency = state(tab)["latency"]
    written(tab, permissiveness="2", latency=latency, variant="pessimistic", seed="7")
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
    written(tab, permissiveness="0")
    tab.reload()
    page.settled(tab)
    assert page.value(tab, "Permissiveness") == "0"


def test_each_control_and_all_of_them_go_back_to_the_file(tab):
    page.slider(tab, "Permissiveness").focus()
    tab.keyboard.press("End")
    page.slider(tab, "Cases watched").first.focus()
    tab.keyboard.press("Home")
    written(tab, permissiveness="2", watched="0")
    tab.get_by_role("button", name=re.compile("^Reset Permissiveness to the file")).click()
    written(tab, watched="0")
    assert page.value(tab, "Permissiveness") == "0.2"
    tab.get_by_role("button", name="Everything back to the file").click()
    written(tab)
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


def typed(tab, name, text):
    field = tab.get_by_label(re.compile(f"^{name}, typed"))
    field.first.fill(text)
    field.first.press("Enter")
    return field.first


def test_a_value_between_the_positions_may_be_typed(tab, explorer):
    typed(tab, "Permissiveness", "0.15")
    page.settled(tab)
    written(tab, permissiveness="0.15")
    expected = api(explorer, "permissiveness=0.15&replications=500")
    assert page.shows(tab, page.point_of(expected, "0.15"))
    typed(tab, "Rescue latency", "45 s")
    page.settled(tab)
    written(tab, permissiveness="0.15", latency="45s")
    expected = api(explorer, "permissiveness=0.15&latency=45s&replications=500")
    assert page.shows(tab, page.point_of(expected, "0.15"))


@pytest.mark.parametrize("text", ["apples", "-1", "99 wk"])
def test_a_typed_value_that_can_t_be_is_refused_beside_its_field(tab, text):
    before = page.headline(tab)
    typed(tab, "Rescue latency", text)
    error = tab.locator("[data-control=latency] .lv-error").first
    error.wait_for()
    assert len(error.text_content().split()) > 3
    assert "Still shown: 5 s." in error.text_content()
    page.settled(tab)
    assert page.headline(tab) == before
    written(tab)
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
    typed(tab, "Rescue latency", "45 s")
    field = tab.get_by_label(re.compile("^Trainees, typed")).first
    field.fill("6")
    page.settled(tab)  # three answers came in meanwhile
    assert field.input_value() == "6"
    page.slider(tab, "Cases watched").first.focus()  # leaving the field takes it over
    tab.keyboard.press("ArrowLeft")
    typed(tab, "Supervisors on duty", "3")
    written(tab, latency="45s", trainees="6", watched="0.9", supervisors="3")
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
    written(tab, trainees="6")
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
    written(tab)


@pytest.mark.parametrize(("text", "share"), [("50", "0.5"), ("1", "0.01"), ("70 %", "0.7")])
def test_a_number_in_a_box_of_percentages_is_a_percentage(tab, text, share):
    typed(tab, "Cases watched", text)
    written(tab, watched=share)
    page.settled(tab)
    assert page.value(tab, "Cases watched") == f"{text.removesuffix(' %')} %"


def test_a_share_typed_as_a_fraction_is_taken_as_it_stands_and_doubted(tab):
    """Files write 0.8 for 80 %."""
    doubt = tab.locator(".lv-groups [data-control=watched] .lv-doubt")
    assert doubt.text_content() == ""
    typed(tab, "Cases watched", "0.8")
    written(tab, watched="0.008")
    assert doubt.text_content() == "0.8 % is less than one in a hundred; for 80 % type 80."
    assert doubt.is_visible()
    page.settled(tab)
    browser.keep(tab, "explorer-doubt")
    assert browser.axe(tab) == []
    for text in ("80", "1", "0"):
        typed(tab, "Cases watched", text)
        assert doubt.text_content() == ""
        assert not doubt.is_visible()


def test_what_the_file_says_is_told_as_the_file_s(tab):
    typed(tab, "Permissiveness", "0.5")
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
        page.point_of(api(tab.url.split("?")[0], f"{query}seed=5&replications=500"), "0.2")
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
    choose(tab, "Policy", "hands_off")
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
    choose(tab, "Policy", "time_limit")
    page.settled(tab)
    assert not page.slider(tab, "Time limit").is_disabled()
    assert tab.locator(".lv-figure[data-figure=tradeoff] svg").is_visible()
    browser.keep(tab, "explorer-time-limit")
    assert browser.overlaps(tab) == []


# ---- figures and words ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figure", "outcomes"),
    [
        ("tradeoff", ["harm_any", "experience"]),
        ("nowLater", ["harm_any", "independent_harm_any"]),
        ("burden", ["total_burden"]),
        ("takeovers", ["needless_takeovers", "necessary_takeovers", "late_takeovers"]),
    ],
)
def test_the_table_behind_a_figure_has_the_numbers_of_the_api(tab, explorer, figure, outcomes):
    points = api(explorer, "replications=500")["points"]
    head, *rows = page.table(tab, figure)
    assert len(rows) == len(points)
    for row, point in zip(rows, points, strict=True):
        assert row[0].split(" (")[0] == point["label"]
        numbers = [point["outcomes"][name]["mean"] for name in outcomes]
        cells = [cell for cell, title in zip(row, head, strict=True) if "interval" not in title][1:]
        for number in numbers:
            assert any(page.agrees(cell, number) for cell in cells), (figure, row, number)


def test_numbers_are_rounded_as_in_the_sentences(tab):
    """A number in the middle of two goes to the even one, as Python writes it."""
    numbers = [1.125, 1.135, -1.125, 0.5, 1.5, 2.5, 0.0625, 2.675, 4.35, 0, 12.5, *EIGHTHS]
    cases = [(number, decimals) for number in numbers for decimals in range(5)]
    shown = tab.evaluate("(cases) => cases.map((each) => leewayView.fixed(...each))", cases)
    assert shown == [f"{number:.{decimals}f}" for number, decimals in cases]


def test_the_status_line_tells_what_is_going_on(tab):
    status = tab.locator(".lv-status")
    assert status.get_attribute("role") == "status"
    tab.wait_for_function(
        "() => document.querySelector('.lv-status').textContent"
        " === 'Simulated 500 times with seed 0 (the luck drawn).'"
    )


def spoken(tab, point):
    """Wait until a screen reader is told this point's result."""
    tab.wait_for_function(
        "(said) => document.querySelector('[aria-live=polite]').textContent === said",
        arg=" ".join(point["says"]["now"]),
    )


def test_a_screen_reader_hears_each_settled_result_and_no_other(tab, explorer):
    live = tab.locator("[aria-live=polite]")
    assert live.text_content() == ""  # nothing has been set
    page.slider(tab, "Permissiveness").focus()
    tab.keyboard.press("End")
    spoken(tab, page.point_of(api(explorer, "replications=500"), "2"))
    held, closed = [], [True]
    tab.route(
        "**/api/answer*replications=500*",
        lambda route: held.append(route) if closed[0] else route.continue_(),
    )
    tab.evaluate(
        """() => {
          globalThis.heard = new Set();
          const live = document.querySelector("[aria-live=polite]");
          new MutationObserver(() => heard.add(live.textContent))
            .observe(live, {childList: true, characterData: true, subtree: true});
        }"""
    )
    page.slider(tab, "Cases watched").first.focus()
    tab.keyboard.press("ArrowLeft")
    assert live.text_content() == ""
    page.ready(tab, 100)
    page.until(tab, lambda: held != [])
    assert tab.evaluate("() => [...heard]") == [""]  # a coarse result isn't spoken
    closed[0] = False
    for route in held:
        route.continue_()
    watched = state(tab)["watched"]
    spoken(tab, page.point_of(api(explorer, f"watched={watched}&replications=500"), "2"))
    choose(tab, "What failure teaches", "pessimistic")
    assert live.text_content() == ""
    query = f"watched={watched}&variant=pessimistic&replications=500"
    spoken(tab, page.point_of(api(explorer, query), "2"))


def test_a_server_that_is_gone_is_told_and_what_was_set_is_kept(visit):
    with browser.explorer() as address:
        tab = visit()
        tab.goto(address)
        page.settled(tab)
        page.followed(tab)
        tab.wait_for_function(  # nothing is under way when it goes
            "() => document.querySelector('.lv-times').textContent.includes('500')"
        )
    page.slider(tab, "Cases watched").first.focus()
    tab.keyboard.press("ArrowLeft")
    tab.wait_for_function(
        "() => document.querySelector('.lv-status').textContent.includes('No answer from leeway')"
    )
    browser.keep(tab, "explorer-server-gone")
    assert browser.axe(tab) == []
    assert page.value(tab, "Cases watched") != "100 %"
    tab.diary.forgive("ERR_CONNECTION_REFUSED")
