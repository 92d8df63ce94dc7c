"""The helpers of the browser tests find what they are there to find."""

import pytest

from tests import browser

GOOD = "<html lang=en><title>t</title><main><h1>Title</h1>{}</main>"
FIGURE = "<svg width=200 height=60 aria-label=figure>{}</svg>"


@pytest.fixture
def shown(visit):
    """A function that shows a page of the given words."""
    page = visit(size=browser.PHONE)

    def show(body):
        page.set_content(GOOD.format(body))
        return page

    return show


def test_axe_finds_a_control_without_a_name_and_nothing_on_a_good_page(shown):
    assert browser.axe(shown("<label>Name <input></label>")) == []
    assert [found.split()[0] for found in browser.axe(shown("<input>"))] == ["label"]


def test_axe_works_under_a_strict_policy(visit, tmp_path):
    page = visit()
    file = tmp_path / "page.html"
    policy = "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'\">"
    file.write_text(
        "<!doctype html>" + GOOD.format("<img src=x>").replace("<title", policy + "<title")
    )
    page.goto(file.as_uri())
    assert any(found.startswith("image-alt") for found in browser.axe(page))
    page.diary.forgive("Content Security Policy")


def test_a_page_as_wide_as_the_window_doesn_t_overflow_and_a_wider_one_does(shown):
    assert browser.overflow(shown("<p>short</p>")) == []
    assert browser.overflow(shown("<div style='width: 600px'>wide</div>"))
    scroller = "<div style='overflow-x: auto'><div style='width: 600px'>wide</div></div>"
    assert browser.overflow(shown(scroller)) == []


def test_words_on_words_and_words_cut_off_are_found(shown):
    apart = "<text x=0 y=20>one</text><text x=0 y=50>two</text>"
    assert browser.overlaps(shown(FIGURE.format(apart))) == []
    over = "<text x=0 y=20>one</text><text x=5 y=24>two</text>"
    assert browser.overlaps(shown(FIGURE.format(over))) == ['figure: "one" lies on "two"']
    cut = "<text x=180 y=20>a long line</text>"
    assert browser.overlaps(shown(FIGURE.format(cut))) == [
        'figure: "a long line" is cut off at the side'
    ]


def test_nameless_controls_are_found(shown):
    assert browser.nameless(shown("<button>Go</button><label>x <input></label>")) == []
    assert len(browser.nameless(shown("<button></button><select></select>"))) == 2


def test_every_stop_of_the_tab_key_and_whether_it_is_outlined(shown):
    page = shown(
        "<style>#b:focus-visible {outline: none}</style><button>a</button><button id=b>b</button>"
        "<style>#a {outline-width: 3px}</style><input type=range aria-label=slide>"
    )
    stops = browser.tabbed(page)
    assert [(stop["tag"], stop["name"]) for stop in stops] == [
        ("button", "a"), ("button", "b"), ("input", "slide")
    ]  # fmt: skip
    assert not stops[1]["outlined"]


def test_the_diary_holds_requests_and_complaints(visit):
    page = visit()
    page.set_content("<script>console.error('alas'); throw new Error('oh no')</script>")
    page.wait_for_function("() => true")
    page.diary.forgive("alas")
    page.diary.forgive("oh no")
    with pytest.raises(AssertionError, match="nobody complained"):
        page.diary.forgive("never said")
    page.route("**/*", lambda route: route.fulfill(body="ok"))
    page.goto("http://leeway.invalid/")
    assert page.diary.left() == ["http://leeway.invalid/"]
    page.diary.requests.clear()


def test_no_name_is_ever_looked_up(visit):
    from playwright.sync_api import Error

    page = visit()
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://localhost.leeway.test/")
    page.diary.requests.clear()
