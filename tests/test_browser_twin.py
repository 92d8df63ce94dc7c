"""The same luck under a second supervisor, in a real browser."""

import re

import pytest

from tests import browser, page


@pytest.fixture
def tab(visit, explorer):
    """The page of first-intubations with its second supervisor."""
    opened = visit()
    opened.goto(explorer)
    page.settled(opened)
    page.followed(opened)
    return opened


def twin(address, query):
    """A twin of the explorer, asked for without a browser."""
    return page.api(address, query, "twin")


def second(tab, key):
    """A control of the second supervisor."""
    return tab.locator(f".lv-second .lv-control[data-control={key}]")


def told(tab, words):
    """Wait until the second supervisor's sentences hold these words, from the last answer."""
    tab.wait_for_function(
        "(words) => document.querySelector('.lv-found').textContent.includes(words)", arg=words
    )


def test_two_timelines_and_the_sentences_of_the_api(tab, explorer):
    found = twin(explorer, "replications=500")
    for said in found["says"]:
        told(tab, said)
    section = tab.locator(".lv-second")
    assert section.locator("svg").count() == 1
    drawn = section.locator("svg text").all_text_contents()
    for world in found["shown"]["worlds"]:
        assert any(world["name"] in text and world["label"] in text for text in drawn)
    assert section.locator(".lv-story").count() == 2
    text = section.text_content()
    for said in found["shown"]["sentences"]:
        assert said in text
    steps = section.locator(".lv-story li").all_text_contents()
    assert len(steps) == sum(len(world["story"]) for world in found["shown"]["worlds"])
    browser.keep(tab, "twin-usual")


def test_another_second_supervisor_is_asked_for_and_is_in_the_address(tab, explorer):
    lever = tab.get_by_role("slider", name="Second supervisor: Permissiveness", exact=True)
    lever.focus()
    tab.keyboard.press("End")
    tab.wait_for_url("**second.permissiveness=2*")
    found = twin(explorer, "second.permissiveness=2&replications=500")
    told(tab, found["says"][0])
    again = tab.url
    tab.reload()
    page.settled(tab)
    page.followed(tab)
    told(tab, found["says"][0])
    assert tab.url == again
    tab.get_by_role("button", name="Back to the usual second supervisor").click()
    told(tab, twin(explorer, "replications=500")["says"][0])


def test_another_attempt_may_be_followed(tab, explorer):
    found = twin(explorer, "replications=500")
    other = found["attempts"][1]
    path = f"{other['replication']}.{other['trainee']}.{other['case']}"
    tab.get_by_label("One attempt, followed under both").select_option(path)
    tab.wait_for_url(f"**attempt={path}*")
    expected = twin(explorer, f"attempt={path}&replications=500")["shown"]
    told(tab, expected["title"])
    for sentence in expected["sentences"]:
        told(tab, sentence)


def test_another_attempt_leaves_the_numbers_as_they_were(tab, explorer):
    """The coarse answer to another attempt brings the attempt alone."""
    found = twin(explorer, "replications=500")
    told(tab, found["says"][0])
    times = tab.locator(".lv-times")
    assert "from 500 replications" in times.text_content()
    tab.evaluate(
        """() => {
          globalThis.seen = new Set();
          const look = () => seen.add(document.querySelector(".lv-times").textContent);
          new MutationObserver(look).observe(document.querySelector(".lv-second"),
            {subtree: true, childList: true, characterData: true});
        }"""
    )
    other = found["attempts"][2]
    path = f"{other['replication']}.{other['trainee']}.{other['case']}"
    tab.get_by_label("One attempt, followed under both").select_option(path)
    told(tab, twin(explorer, f"attempt={path}&replications=500")["shown"]["title"])
    tab.wait_for_timeout(1000)  # until the last answer is in
    assert tab.evaluate("() => [...seen]") == [times.text_content()]
    lever = tab.get_by_role("slider", name="Second supervisor: Permissiveness", exact=True)
    lever.focus()
    tab.keyboard.press("End")
    tab.wait_for_function("() => [...seen].some((text) => text.includes('from 100 replications'))")


def test_a_world_without_an_error_says_so(tab):
    lines = tab.evaluate(
        """() => {
          const quiet = {end: "no error in this step", marks: [], harm: [], doing: [], story: []};
          const marks = [{minutes: 0, kind: "error", label: "error"},
            {minutes: 2, kind: "resolved", label: "put right"}];
          const harm = [{start: 0, end: 2, level: "none"}];
          const worlds = [{...quiet, name: "A", label: "one"},
            {...quiet, name: "B", label: "other", marks, harm}];
          const shown = {title: "t", unit: "minutes", minutes_per_unit: 1, parts_at: null, worlds};
          const {svg} = leewayView.figures.twin(shown, {width: 360});
          return [...svg.querySelectorAll("[data-world]")].map((one) =>
            one.querySelector("[data-mark=no-error]")?.textContent ?? "");
        }"""
    )
    assert lines == ["no error in this world, so there is nothing to follow", ""]


def test_the_same_supervisor_twice_makes_no_difference(tab, explorer):
    same = second(tab, "permissiveness").get_by_role("button", name=re.compile("as the first"))
    same.click()
    found = twin(explorer, "second.permissiveness=0.2&replications=500")
    assert found["identical"]
    told(tab, found["says"][0])
    browser.keep(tab, "twin-identical")
    assert browser.axe(tab) == []


def test_the_numbers_of_both_are_those_of_the_api(tab, explorer):
    found = twin(explorer, "replications=500")
    told(tab, found["says"][0])
    tab.get_by_text("The two supervisors in numbers").click()
    table = tab.locator(".lv-second details.lv-data[open] table")
    rows = [row.locator("th, td").all_text_contents() for row in table.locator("tbody tr").all()]
    assert len(rows) == len(found["numbers"])
    for row, one in zip(rows, found["numbers"], strict=True):
        assert one["label"] in row[0]
        assert page.agrees(row[1], one["a"])
        assert page.agrees(row[2], one["b"])
        if one["difference"] is not None and row[3] != "no change":
            assert page.agrees(row[3].removeprefix("+"), one["difference"]["mean"])


def test_a_second_supervisor_with_another_policy(tab, explorer):
    second(tab, "policy").get_by_role("combobox").select_option("hands_off")
    tab.wait_for_url("**second.policy=hands_off*")
    found = twin(explorer, "second.policy=hands_off&second.permissiveness=0&replications=500")
    told(tab, found["b"]["label"])
    told(tab, found["says"][0])
    assert not second(tab, "permissiveness").is_visible()
    browser.keep(tab, "twin-policy")
    assert browser.axe(tab) == []
    assert browser.overlaps(tab) == []


def test_a_first_supervisor_who_doesn_t_weigh_has_no_permissiveness_to_share(tab, explorer):
    page.slider(tab, "Permissiveness").focus()
    tab.keyboard.press("End")
    tab.get_by_label("Policy", exact=True).first.select_option("zero_tolerance")
    found = twin(explorer, "policy=zero_tolerance&replications=500")
    told(tab, found["says"][0])
    control = second(tab, "permissiveness")
    assert "The first supervisor's policy doesn't weigh." in control.text_content()
    assert not control.get_by_role("button", name=re.compile("as the first")).is_visible()
    lever = page.slider(tab, "Second supervisor: Permissiveness")
    assert found["b"]["label"].endswith(f"permissiveness {lever.get_attribute('aria-valuetext')}")


def test_an_attempt_that_isn_t_there_is_told_in_words(visit, explorer):
    tab = visit()
    tab.goto(f"{explorer}?scenario=first-intubations&attempt=0.99.99")
    page.settled(tab)
    news = tab.locator(".lv-second [role=status]")
    tab.wait_for_function(
        "() => /trainee/.test(document.querySelector('.lv-second [role=status]').textContent)"
    )
    assert "99" in news.text_content()
    tab.diary.forgive("422")
