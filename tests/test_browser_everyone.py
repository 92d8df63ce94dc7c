"""The page is for everyone: by keyboard alone, read aloud, on a phone, in the dark, in grey."""

import re

import pytest

from tests import browser, page

TABS = ("Explore", "Assumptions", "Words")
WIDTHS = {"desk": browser.DESK, "phone": browser.PHONE}


@pytest.fixture
def opened(visit, explorer):
    """A function that opens the page with its last answer and its second supervisor."""

    def open_page(query="", **options):
        tab = visit(**options)
        tab.goto(explorer + query)
        page.settled(tab)
        page.followed(tab)
        return tab

    return open_page


def part(tab, name):
    """Turn to a part of the page."""
    tab.get_by_role("tab", name=name).click()
    return tab


def open_all(tab):
    """Unfold everything that can be unfolded in the part on show."""
    tab.evaluate(
        "() => document.querySelectorAll('details').forEach((one) => { one.open = true; })"
    )
    tab.wait_for_function(
        "() => [...document.querySelectorAll('details.lv-data')].every((one) => "
        "!one.checkVisibility() || one.querySelector('table') !== null)"
    )


@pytest.mark.parametrize("name", TABS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_part_in_every_light_and_width(opened, name, scheme, width):
    tab = part(opened(size=WIDTHS[width], color_scheme=scheme), name)
    browser.keep(tab, f"explorer-{name.lower()}-{width}-{scheme}")
    assert browser.axe(tab) == []
    assert browser.nameless(tab) == []
    assert browser.overflow(tab) == []
    assert browser.overlaps(tab) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_everything_unfolded(opened, width):
    tab = opened(size=WIDTHS[width])
    open_all(tab)
    browser.keep(tab, f"explorer-unfolded-{width}")
    assert browser.axe(tab) == []
    assert browser.nameless(tab) == []
    assert browser.overflow(tab) == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("token", ["0", "0.05", "2"])
def test_no_words_lie_on_others_wherever_the_slider_stands(opened, width, token):
    tab = opened(f"?scenario=first-intubations&permissiveness={token}", size=WIDTHS[width])
    assert browser.overlaps(tab) == []
    assert browser.overflow(tab) == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("query", ["", "&policy=time_limit", "&permissiveness=0.05"])
def test_no_guide_line_runs_through_words(opened, width, query):
    tab = opened(f"?scenario=first-intubations{query}", size=WIDTHS[width])
    assert browser.crossed(tab) == []


def test_a_number_stays_on_one_line_with_its_unit(opened):
    tab = opened("?scenario=first-intubations&watched=0.008", size=(390, 844))
    broken = tab.evaluate(
        """() => {
          const out = [];
          const walk = document.createTreeWalker(document.querySelector(".leeway-view"), 4);
          while (walk.nextNode()) {
            const {textContent: text, parentElement: at} = walk.currentNode;
            if (!at.checkVisibility() || at.closest("option, pre")) continue;
            for (const found of text.matchAll(/\\d (?:%|s|min|h|d|wk)(?!\\w)/g)) {
              const range = document.createRange();
              range.setStart(walk.currentNode, found.index);
              range.setEnd(walk.currentNode, found.index + found[0].length);
              const tops = [...range.getClientRects()].map(({top}) => Math.round(top));
              if (new Set(tops).size > 1) out.push(text);
            }
          }
          for (const line of document.querySelectorAll("svg tspan"))
            if (/^(?:%|s|min|h|d|wk)(?!\\w)/.test(line.textContent)) out.push(line.textContent);
          return out;
        }"""
    )
    assert broken == []


def test_lines_of_figures_are_words_of_their_own_and_keep_numbers_whole(opened):
    said = "now, in training: of 100 cases some 0.8 % (or 12 min 30 s)"
    lines, text = opened().evaluate(
        """(said) => {
          const {drawing} = leewayView;
          const lines = drawing.wrap(said, 80);
          const svg = drawing.canvas(600, 200, "x", "x");
          return [lines, drawing.addText(svg, 0, 0, lines).textContent];
        }""",
        said,
    )
    assert text == said
    assert len(lines) > 4
    assert not [line for line in lines if re.match(r"(%|min|s)\b|%", line)]


@pytest.mark.parametrize("width", WIDTHS)
def test_another_scenario_fits_as_well(opened, width):
    tab = opened("?scenario=deteriorating-ward", size=WIDTHS[width])
    browser.keep(tab, f"explorer-ward-{width}")
    assert browser.axe(tab) == []
    assert browser.overflow(tab) == []
    assert browser.overlaps(tab) == []


def test_the_dark_is_dark_and_the_light_is_light(opened):
    def brightness(scheme):
        tab = opened(color_scheme=scheme)
        colour = tab.evaluate(
            """() => {
              let at = document.querySelector(".lv-main");
              while (at !== null) {
                const colour = getComputedStyle(at).backgroundColor;
                if (!/, 0\\)$|transparent/.test(colour)) return colour;
                at = at.parentElement;
              }
              return "rgb(255, 255, 255)";
            }"""
        )
        return sum(map(int, re.findall(r"\d+", colour)[:3])) / 3

    assert brightness("dark") < 60
    assert brightness("light") > 230


def test_in_grey_what_is_drawn_differs_by_more_than_colour(opened):
    """Lines differ by dashes or symbols, bars by patterns or labels: nothing by colour alone."""
    tab = opened()
    tab.evaluate("() => { document.documentElement.style.filter = 'grayscale(1)'; }")
    browser.keep(tab, "explorer-grey")
    for figure in ("nowLater", "takeovers"):
        looks = tab.evaluate(
            """(figure) => [...document.querySelectorAll(`[data-figure=${figure}] .lf-line path`)]
              .map((line) => getComputedStyle(line).strokeDasharray)""",
            figure,
        )
        assert len(looks) >= 2
        assert len(set(looks)) == len(looks), (figure, looks)


# ---- the keyboard -------------------------------------------------------------------------------


def test_the_tab_key_reaches_everything_in_order_and_shows_where_it_is(opened):
    tab = opened()
    stops = browser.tabbed(tab)
    names = [stop["name"] for stop in stops]
    assert not [stop for stop in stops if not stop["outlined"]]
    assert not [stop for stop in stops if not stop["shown"]]
    assert not [stop for stop in stops if stop["name"] == "" and stop["tag"] != "pre"]
    expected = ["Scenario", "Explore", "Permissiveness", "Policy", "Rescue latency", "Seed"]
    places = [names.index(name) for name in expected]
    assert places == sorted(places)
    operable = tab.evaluate(
        """() => [...document.querySelectorAll(
            "input, select, button, summary, a[href]")]
          .filter((one) => !one.disabled && one.tabIndex >= 0
            && one.checkVisibility({visibilityProperty: true}))
          .length"""
    )
    assert len(stops) >= operable


def test_a_whole_visit_by_keyboard_alone(opened):
    tab = opened()
    keys = tab.keyboard

    def go(name, most=120):
        for _ in range(most):
            keys.press("Tab")
            at = browser.focus(tab)
            if at is not None and at["name"].startswith(name):
                return at
        raise AssertionError(f"no way to {name!r} by the Tab key")

    go("Permissiveness")
    while browser.focus(tab)["type"] != "range":
        keys.press("Tab")
    keys.press("Home")
    assert page.value(tab, "Permissiveness") == "0"
    go("Policy")
    keys.press("ArrowDown")
    page.settled(tab)
    assert tab.get_by_label("Policy", exact=True).first.input_value() == "risk_threshold"
    go("Everything back", most=200)
    keys.press("Enter")
    page.settled(tab)
    assert page.value(tab, "Permissiveness") == "0.2"
    go("The numbers behind", most=200)
    keys.press("Enter")
    assert tab.locator("details.lv-data[open] table").first.is_visible()
    tab.evaluate("() => document.activeElement.blur()")
    go("Explore", most=200)
    keys.press("ArrowRight")
    assert tab.get_by_role("heading", name="Assumption sheet").is_visible()
    keys.press("End")
    assert tab.locator(".lv-glossary").is_visible()
    keys.press("Home")
    assert page.slider(tab, "Permissiveness").is_visible()


def test_an_explanation_opens_by_keyboard_and_closes_with_escape(opened):
    tab = opened()
    tab.get_by_role("button", name="About: Permissiveness").first.focus()
    tip = tab.get_by_role("tooltip")
    tip.wait_for()
    assert "mild harm" in tip.text_content()
    browser.keep(tab, "explorer-explanation")
    assert browser.axe(tab) == []
    tab.keyboard.press("Escape")
    assert not tip.is_visible()
    assert tab.evaluate("() => document.activeElement.getAttribute('aria-label')") == (
        "About: Permissiveness"
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_what_has_the_focus_isn_t_hidden_under_the_bar(opened, width):
    tab = opened(size=WIDTHS[width])
    hidden = []
    tab.evaluate("() => { document.activeElement?.blur(); scrollTo(0, 0); }")
    for _ in range(70):
        tab.keyboard.press("Tab")
        found = tab.evaluate(
            """() => {
              const at = document.activeElement;
              if (at === document.body) return null;
              const box = at.getBoundingClientRect();
              const top = document.elementFromPoint(
                box.left + Math.min(box.width, 40) / 2, box.top + box.height / 2);
              return top !== null && !at.contains(top) && !top.contains(at)
                && top.closest("label") === null
                ? `${at.outerHTML.slice(0, 90)} under ${top.outerHTML.slice(0, 60)}` : "";
            }"""
        )
        if found is None:
            break
        hidden += [found] if found else []
    assert hidden == []


# ---- words --------------------------------------------------------------------------------------


def test_the_warning_and_the_share_of_assumptions_are_on_every_part(opened):
    tab = opened()
    for name in TABS:
        text = part(tab, name).locator("body").inner_text()
        assert "Simulated, not clinical advice." in text
        assert re.search(r"[0-9]+ of [0-9]+ inputs are assumptions", text)


def test_headings_live_regions_and_landmarks(opened):
    tab = opened()
    assert tab.get_by_role("main").count() == 1
    assert tab.get_by_role("heading", level=1).count() == 1
    assert tab.get_by_role("status").count() >= 1
    assert tab.evaluate("() => document.documentElement.lang") == "en"
    assert tab.title() == "First intubations in theatre – leeway"
    assert tab.get_by_role("img").count() >= 5  # each figure has a name
    assert not tab.evaluate(
        "() => [...document.querySelectorAll('svg[role=img]')]"
        ".filter((one) => !one.getAttribute('aria-label')).length"
    )
