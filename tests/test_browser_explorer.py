"""`leeway explore` in a real browser: what moves, what stays, and what is never shown."""

from urllib.parse import parse_qs, urlsplit

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


def answers(tab):
    return len(tab.diary.asked("/api/answer"))


def marker(tab):
    """Where the present setting stands in the first figure: the place of its mark, in pixels."""
    found = tab.locator("[data-figure=tradeoff] svg [data-mark=present]").first
    box = found.bounding_box()
    return round(box["x"] + box["width"] / 2), round(box["y"] + box["height"] / 2)


# ---- the slider ---------------------------------------------------------------------------------


def test_each_step_of_the_slider_shows_the_numbers_of_the_api_and_moves_the_mark(tab, explorer):
    expected = page.api(explorer, "replications=500")
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
    token = page.state(tab)["latency"]
    levels = [int(one["replications"][0]) for one in asked if one.get("latency") == [token]]
    assert levels == [16, 100, 500]
    expected = page.api(explorer, f"latency={token}&replications=500")
    assert page.shows(tab, page.point_of(expected, "0.2"))


WATCH = """() => {
  globalThis.shown = [];
  const harm = document.querySelector("[data-outcome=harm_any] .lv-mean");
  new MutationObserver(() => shown.push(harm.textContent))
    .observe(harm, {childList: true, characterData: true, subtree: true});
}"""


def test_an_answer_that_comes_after_the_page_has_gone_back_changes_nothing(tab):
    """It comes while the page still waits for it: what was asked for later is on show already."""
    held = []
    tab.route("**/api/answer*watched=0.9*", lambda route: held.append(route))
    before = page.headline(tab)
    tab.evaluate(WATCH)
    page.slider(tab, "Cases watched").first.focus()
    tab.keyboard.press("ArrowLeft")
    page.until(tab, lambda: held != [])
    tab.keyboard.press("ArrowRight")
    page.ready(tab, page.LAST)
    with tab.expect_response("**/api/answer*watched=0.9*") as late:
        held[0].continue_()
    late.value.finished()
    tab.wait_for_timeout(300)  # time to be shown, if it were
    assert tab.evaluate("() => shown") == []
    assert page.headline(tab) == before
    page.ready(tab, page.LAST)


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
    expected = page.api(explorer, f"watched={newest}&replications=500")
    assert page.shows(tab, page.point_of(expected, "0.2"))
    passed_by = [page.api(explorer, f"watched={token}&replications=16") for token in passed]
    old = [page.point_of(one, "0.2")["outcomes"]["harm_any"]["mean"] for one in passed_by]
    assert not [text for text in seen if any(page.agrees(text, number) for number in old)]


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
    points = page.api(explorer, "replications=500")["points"]
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
    spoken(tab, page.point_of(page.api(explorer, "replications=500"), "2"))
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
    watched = page.state(tab)["watched"]
    spoken(tab, page.point_of(page.api(explorer, f"watched={watched}&replications=500"), "2"))
    page.choose(tab, "What failure teaches", "pessimistic")
    assert live.text_content() == ""
    query = f"watched={watched}&variant=pessimistic&replications=500"
    spoken(tab, page.point_of(page.api(explorer, query), "2"))


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
