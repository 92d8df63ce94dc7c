"""The page of a notebook, driven in a browser: real scripts, real Python, no notebook between them.

The harness treats the scripts as anywidget does, and the keyboard as JupyterLab does: a listener at
the document takes the arrow keys for moving between cells.
"""

import comm
import pytest

import analysis
from analysis.view import answer
from engine import loader
from tests import browser, page
from tests.analysis_samples import small_scenario
from tests.notebook_line import Line, ask, turn

HARNESS = """<!doctype html><html lang=en><head><title>notebook</title>
<style>body {font-family: system-ui, sans-serif; margin: 0}</style></head>
<body><main><h1>A notebook</h1><div id=one></div><div id=two></div></main></body></html>"""

NOTEBOOK = """async ({esm, css, state}) => {
  document.head.append(Object.assign(document.createElement("style"), {textContent: css}));
  const address = URL.createObjectURL(new Blob([esm], {type: "text/javascript"}));
  const widget = (await import(address)).default;
  const heard = {};
  const on = (name, call) => (heard[name] ??= []).push(call);
  const off = (name, call) => { heard[name] = (heard[name] ?? []).filter((one) => one !== call); };
  const tell = (name, given) => (heard[name] ?? []).slice().forEach((call) => call(given));
  const model = {
    get: (name) => state[name],
    set: (name, value) => { state[name] = value; tell(`change:${name}`); },
    save_changes: () => python("update", {query: state.query}),
    send: async (content) => {
      for (const reply of await python("custom", content)) tell("msg:custom", reply);
    },
    on, off,
  };
  globalThis.taken = [];
  document.addEventListener("keydown", (event) => {
    if (!event.key.startsWith("Arrow")) return;
    taken.push(event.key);
    event.preventDefault();
  });
  globalThis.fromPython = (query) => model.set("query", query);
  globalThis.end = await widget.render({model, el: document.getElementById("one")});
  globalThis.again = () => widget.render({model, el: document.getElementById("two")});
}"""


@pytest.fixture
def widget(monkeypatch, tmp_path):
    """The kernel's half."""
    monkeypatch.setattr(comm, "create_comm", lambda **given: Line(**given))
    path = tmp_path / "small.yaml"
    path.write_text(loader.to_yaml(small_scenario()), encoding="utf-8")
    made = analysis.explore(path)
    yield made
    made.close()


@pytest.fixture
def notebook(visit, widget):
    """A function that opens the page of the widget in a browser; keywords as for `visit`."""
    return shown_by(visit, widget)


def shown_by(visit, widget, *, answers=True):
    """The same for any widget, whose kernel may be silent; settled: wait for the last answer."""

    def python(kind, content):
        if kind == "update":
            turn(widget, content["query"])
            return []
        if not answers:
            return []
        ask(widget, content["id"], content.get("query", ""), content["kind"])
        return [] if content["kind"] == "cancel" else [widget.comm.reply(content["id"])]

    def opened(settled=True, **options):
        tab = visit(**options)
        tab.expose_function("python", python)
        tab.set_content(HARNESS)
        state = {"boot": dict(widget.boot), "query": widget.query}
        tab.evaluate(NOTEBOOK, {"esm": widget._esm, "css": widget._css, "state": state})
        if settled:
            page.settled(tab)
        return tab

    return opened


def test_arrow_keys_move_the_slider_where_a_notebook_would_take_them(notebook, widget):
    tab = notebook()
    lever = page.slider(tab, "Permissiveness")
    lever.focus()
    assert page.value(tab, "Permissiveness") == "0.2"
    tab.keyboard.press("ArrowRight")
    assert page.value(tab, "Permissiveness") == "0.3"
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowLeft")
    assert page.value(tab, "Permissiveness") == "0.1"
    assert tab.evaluate("() => taken") == []
    tab.evaluate("() => document.activeElement.blur()")
    tab.keyboard.press("ArrowRight")
    assert tab.evaluate("() => taken") == ["ArrowRight"]  # the harness does take what it hears


def test_what_is_moved_comes_back_to_python(notebook, widget):
    tab = notebook()
    page.slider(tab, "Permissiveness").focus()
    tab.keyboard.press("Home")
    page.until(tab, lambda: widget.settings == {"permissiveness": "0"})
    assert widget.scenario.supervision.permissiveness == 0


def test_what_python_sets_moves_the_sliders(notebook, widget):
    tab = notebook()
    widget.settings = {"permissiveness": "0.5", "watched": "0.5"}
    tab.evaluate("(query) => fromPython(query)", widget.query)
    assert page.value(tab, "Permissiveness") == "0.5"
    page.settled(tab)
    expected = answer.answer(small_scenario(), widget.settings, replications=500, key="k")
    assert page.shows(tab, page.point_of(expected, "0.5"))


def test_the_numbers_on_show_are_those_of_python_at_every_setting(notebook, widget):
    tab = notebook()
    expected = answer.answer(small_scenario(), {}, replications=500, key="k")
    page.slider(tab, "Permissiveness").focus()
    tab.keyboard.press("Home")
    seen = set()
    for point in expected["points"]:
        assert page.value(tab, "Permissiveness") == point["label"]
        assert page.shows(tab, point)
        seen.add(tuple(page.headline(tab).values()))
        tab.keyboard.press("ArrowRight")
    assert len(seen) > 5


def test_a_notebook_s_page_asks_for_nothing(notebook):
    tab = notebook()
    assert [url for url in tab.diary.requests if not url.startswith("blob:")] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [browser.DESK, (600, 900)], ids=["wide", "narrow"])
def test_it_is_for_everyone(notebook, scheme, size):
    tab = notebook(size=size, color_scheme=scheme)
    browser.keep(tab, f"notebook-{size[0]}-{scheme}")
    assert browser.axe(tab) == []
    assert browser.nameless(tab) == []
    assert browser.overflow(tab) == []
    assert browser.overlaps(tab) == []


def test_the_same_page_shown_twice_goes_together(notebook):
    tab = notebook()
    tab.evaluate("() => void again()")
    tab.wait_for_function("() => document.querySelectorAll('#two .lv-picture svg').length > 3")
    levers = page.slider(tab, "Permissiveness")
    levers.nth(0).focus()
    tab.keyboard.press("End")
    tab.wait_for_function(
        "() => new Set([...document.querySelectorAll('.lv-levers input[type=range]')]"
        ".filter((one) => one.checkVisibility()).map((one) => one.value)).size === 1"
    )
    assert levers.nth(1).get_attribute("aria-valuetext") == page.value(
        tab.locator("#one"), "Permissiveness"
    )
    # a notebook has many pages and may have no main part around them: no landmark stands twice
    landmarks = "header, footer, main, nav, aside, search, section[aria-label], form[aria-label]"
    assert tab.locator(f":is(#one, #two) :is({landmarks})").count() == 0
    assert browser.axe(tab) == []


def test_a_page_taken_away_leaves_nothing(notebook):
    tab = notebook()
    tab.evaluate("() => end()")
    assert tab.locator("#one").text_content() == ""


def test_a_scenario_of_no_file_has_no_command_and_says_what_to_do_first(visit, widget):
    made = analysis.explore(widget.scenario)
    tab = shown_by(visit, made)(settled=False)
    said = tab.locator(".lv-share").get_by_text("This scenario is in no file")
    said.wait_for()
    assert "engine.loader.to_yaml(scenario)" in said.text_content()
    assert tab.locator(".lv-command").is_hidden()
    assert tab.get_by_text("this command gives the same numbers").is_hidden()
    made.close()


def test_until_the_model_is_compiled_the_status_says_so(visit, widget, monkeypatch):
    monkeypatch.setattr("engine.kernel.is_compiled", lambda: False)
    made = analysis.explore(widget.scenario)
    tab = shown_by(visit, made, answers=False)(settled=False)
    status = tab.locator(".lv-status").get_by_text("Compiling the model for this machine, once")
    status.wait_for()
    made.close()
