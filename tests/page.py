"""What a reader does on the page and sees there, for the browser tests."""

import json
import re
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

from tests.browser import WAIT_MS

NUMBERS = ("experience", "harm_any", "independent_harm_any")
"""The outcomes at the top of the page."""


LAST = 500
"""Replications of the last answer."""


def ready(page, replications=None):
    """Wait until the answer to the present settings is on show.

    replications: how many it must have; None for any number.
    """
    wanted = "" if replications is None else f"--replications {replications}"
    page.wait_for_function(
        "(wanted) => document.querySelector('.leeway-view[data-busy=false]') !== null"
        " && document.querySelector('.lv-command code').textContent.includes(wanted)",
        arg=wanted,
    )


def settled(page):
    """Wait for the last answer, and until all figures are drawn."""
    ready(page, LAST)
    page.wait_for_function(
        "() => [...document.querySelectorAll('.lv-figure:not([hidden]) .lv-picture')]"
        ".every((picture) => picture.querySelector('svg') !== null)"
    )


def followed(page):
    """Wait until the second supervisor has been told, and the timelines are drawn."""
    page.wait_for_function(
        """() => {
          const holder = document.querySelector(".lv-found:not([hidden]) .lv-picture");
          if (holder?.querySelector("svg")) return true;
          holder?.scrollIntoView();
          return false;
        }"""
    )
    page.evaluate("() => scrollTo(0, 0)")


def until(page, holds):
    """Wait until something holds that a test sees and the page doesn't; calls come in meanwhile."""
    for _ in range(WAIT_MS // 20):
        if holds():
            return
        page.wait_for_timeout(20)
    raise AssertionError("what was waited for didn't come")


def slider(page, name):
    """A slider, by the name that a screen reader says."""
    return page.get_by_role("slider", name=name, exact=True)


def value(page, name):
    """What a slider says its value is."""
    return slider(page, name).get_attribute("aria-valuetext")


def headline(page):
    """The three numbers at the top: text by outcome."""
    return {
        name: page.locator(f".lv-number[data-outcome={name}] .lv-mean").text_content()
        for name in NUMBERS
    }


def agrees(text, number):
    """Whether a text is a number, rounded to the decimals of the text."""
    match = re.fullmatch(r"−?[0-9]+(\.([0-9]+))?", text)
    assert match is not None, text
    decimals = len(match[2] or "")
    return abs(float(text.replace("−", "-")) - number) <= 0.5 * 10**-decimals * (1 + 1e-9)


def shows(page, point):
    """Whether the numbers at the top are those of a point of an answer."""
    return all(
        agrees(text, point["outcomes"][name]["mean"]) for name, text in headline(page).items()
    )


def point_of(answer, token):
    """The point of an answer at a setting of leeway."""
    return next(point for point in answer["points"] if point["token"] == token)


def table(page, figure):
    """The numbers behind a figure: rows of texts, the head first. Opens the table."""
    data = page.locator(f"[data-figure={figure}] details.lv-data")
    data.locator("summary").click()
    rows = data.locator("tr")
    rows.first.wait_for()
    return [row.locator("th, td").all_text_contents() for row in rows.all()]


def api(address, query, what="answer"):
    """An answer of the explorer, asked for without a browser."""
    with urlopen(f"{address}api/{what}?scenario=first-intubations&{query}") as response:
        return json.load(response)


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
    """Choose from the first list of that name."""
    tab.get_by_label(name, exact=True).first.select_option(token)


def typed(tab, name, text):
    """Type a value into a control's field, and take it over; gives the field."""
    field = tab.get_by_label(re.compile(f"^{name}, typed"))
    field.first.fill(text)
    field.first.press("Enter")
    return field.first
