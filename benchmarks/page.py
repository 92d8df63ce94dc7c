"""The explorer's page in a browser: from a key on the slider to the next picture.

A real Chromium presses the arrow keys; the page itself takes the time from the key to the frame in
which the numbers at the top have changed and the present setting's mark in the first figure stands
elsewhere.
"""

import json
import statistics
from pathlib import Path

from tests import browser, page

KEYS = 31
MEASURED = Path("build") / "page.json"

WATCH = """() => {
  globalThis.taken = [];
  const parts = [".lv-numbers", "[data-figure=tradeoff]"].map((one) => document.querySelector(one));
  const look = () => {
    const mark = parts[1].querySelector("[data-mark=present]");
    return [parts[0].textContent, `${mark?.getAttribute("cx")} ${mark?.getAttribute("cy")}`];
  };
  let from = null;
  let before = null;
  document.addEventListener("keydown", () => { from = performance.now(); before = look(); }, true);
  const observer = new MutationObserver(() => {
    if (from === null || look().some((one, at) => one === before[at])) return;
    const began = from;
    from = null;
    requestAnimationFrame(() => {
      const channel = new MessageChannel(); // its message comes once the frame has been drawn
      channel.port1.onmessage = () => taken.push(performance.now() - began);
      channel.port2.postMessage(null);
    });
  });
  for (const part of parts)
    observer.observe(part, {subtree: true, childList: true, characterData: true, attributes: true});
}"""


def slider(tab) -> list[float]:
    """Milliseconds from key to picture, moving permissiveness up and down."""
    tab.evaluate(WATCH)
    page.slider(tab, "Permissiveness").focus()
    tab.keyboard.press("Home")
    for number in range(KEYS):
        tab.wait_for_function("(count) => taken.length > count", arg=number)
        tab.keyboard.press("ArrowLeft" if number // 8 % 2 else "ArrowRight")
    tab.wait_for_function("(count) => taken.length > count", arg=KEYS)
    return tab.evaluate("() => taken")[1:]  # the first draws what was never drawn before


def answered(tab) -> list[float]:
    """Milliseconds from key to the coarse answer of a setting that has to be simulated."""
    tab.evaluate("() => { taken.length = 0; }")
    page.slider(tab, "Rescue latency").first.focus()
    for number in range(4):
        tab.keyboard.press("ArrowRight")
        tab.wait_for_function("(count) => taken.length > count", arg=number)
        page.settled(tab)
    return tab.evaluate("() => taken")[:4]


def main() -> None:
    """Print the table, and keep it in build/page.json."""
    if browser.program() is None:
        print(f"Left out: {browser.WITHOUT}.")
        return
    with browser.explorer() as address, browser.running() as chromium:
        tab = chromium.new_page(viewport={"width": browser.DESK[0], "height": browser.DESK[1]})
        tab.goto(address)
        page.settled(tab)
        found = {"slider to redraw": slider(tab), "setting to first answer": answered(tab)}
    print("| the page in a browser | median, ms | longest, ms |\n|---|---|---|")
    for what, taken in found.items():
        print(f"| {what}, {len(taken)} keys | {statistics.median(taken):.0f} | {max(taken):.0f} |")
    MEASURED.parent.mkdir(exist_ok=True)
    MEASURED.write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
