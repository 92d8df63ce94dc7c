"""A real browser for tests: Debian's Chromium, what a page asked for, what axe-core says of it.

Everything a page asks for is written down, and the end of each test demands that nothing left this
machine and that the page had nothing to complain of (tests/conftest.py).
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).parent
AXE = HERE / "vendor" / "axe.min.js"
NAMES = ("chromium", "chromium-browser", "google-chrome")
WITHOUT = (
    "no Chromium found: install Debian's package chromium, or name the program in LEEWAY_CHROMIUM"
)
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-features=Translate,MediaRouter,OptimizationHints",
    "--disable-gpu",
    "--disable-sync",
    "--font-render-hinting=none",
    "--metrics-recording-only",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pings",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
"""Nothing of the browser's own goes out, and no name is ever looked up."""

EXPLORED = ("first-intubations", "deteriorating-ward")
START_S, STOP_S = 120, 30
PHONE, DESK = (390, 844), (1280, 900)
WAIT_MS = 60_000
"""How long a test waits for what must come. Only a failure ever takes so long."""


def program() -> str | None:
    """Path of Chromium: what LEEWAY_CHROMIUM names, or the first found; None without one."""
    named = os.environ.get("LEEWAY_CHROMIUM")
    if named is not None:
        return named
    return next((found for name in NAMES if (found := shutil.which(name)) is not None), None)


def required() -> bool:
    """Whether a missing browser is a failure: so in CI."""
    return os.environ.get("LEEWAY_BROWSER") == "required"


def flags() -> list[str]:
    """What Chromium is started with. It can't sandbox itself when root starts it."""
    return [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else list(QUIET)


@contextlib.contextmanager
def running():
    """Chromium, for the time of the block."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), headless=True, args=flags())
        try:
            yield browser
        finally:
            browser.close()


COMMAND = [sys.executable, "-c", "import sys; from analysis.cli import main; sys.exit(main())"]


@contextlib.contextmanager
def explorer(*scenarios):
    """A running `leeway explore`, for the time of the block: its address, with a / at the end."""
    files = scenarios or [HERE.parent / "scenarios" / f"{name}.yaml" for name in EXPLORED]
    command = [*COMMAND, "explore", *map(str, files), "--no-browser", "--port", "0"]
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=said, text=True, cwd=HERE.parent
        ) as process,
    ):
        too_late = threading.Timer(START_S, process.kill)
        too_late.start()
        try:
            address = next((line.strip() for line in process.stdout if "http://" in line), None)
            too_late.cancel()
            if address is None:
                said.seek(0)
                raise AssertionError(f"leeway explore didn't start: {said.read()}")
            yield address
        finally:
            too_late.cancel()
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


class Diary:
    """What pages of one context asked for and complained of, in the order of events."""

    def __init__(self, context):
        self.requests: list[str] = []
        self.complaints: list[str] = []
        context.on("request", lambda request: self.requests.append(request.url))
        context.on("console", self._said)
        context.on("weberror", lambda found: self.complaints.append(str(found.error)))

    def _said(self, message):
        """Errors and warnings; breaches of the Content-Security-Policy are among them."""
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} ({message.location['url']})")

    def asked(self, part: str) -> list[str]:
        """The requests whose address holds the words."""
        return [url for url in self.requests if part in url]

    def left(self) -> list[str]:
        """Requests that went somewhere else than to this machine."""
        return [url for url in self.requests if not _at_home(url)]

    def forgive(self, part: str) -> None:
        """Forget complaints with these words, which the test has provoked; there must be some."""
        kept = [said for said in self.complaints if part not in said]
        assert len(kept) < len(self.complaints), f"nobody complained of {part!r}"
        self.complaints = kept


def _at_home(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("file", "data", "blob", "about") or parts.hostname == "127.0.0.1"


def screenshots() -> Path:
    """The folder of screenshots, made if missing."""
    folder = Path(os.environ.get("LEEWAY_SCREENSHOTS", HERE.parent / "build" / "screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def keep(page, name: str) -> None:
    """Keep the whole page as a picture, for people to look at."""
    page.screenshot(path=screenshots() / f"{name}.png", full_page=True)


def axe(page) -> list[str]:
    """Violations that axe-core finds in the page as it stands, each with its places."""
    if not page.evaluate("() => typeof globalThis.axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8") + "\n;undefined")
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    assert found["passes"], "axe-core looked at nothing"
    return [
        f"{violation['id']} ({violation['impact']}): {violation['help']}: "
        + "; ".join(" ".join(map(str, node["target"])) for node in violation["nodes"])
        for violation in found["violations"]
    ]


OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth;
  const inScroller = (element) => {
    for (let at = element.parentElement; at !== null; at = at.parentElement)
      if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(at).overflowX)
          && at !== document.body && at !== document.documentElement) return true;
    return false;
  };
  const out = [];
  if (document.documentElement.scrollWidth > wide)
    out.push(`the page is ${document.documentElement.scrollWidth} wide, the window ${wide}`);
  for (const element of document.querySelectorAll("body *")) {
    const box = element.getBoundingClientRect();
    if (box.width > 0 && box.right > wide + 1 && element.closest("svg *") === null
        && !inScroller(element))
      out.push(`${element.tagName}.${element.getAttribute("class") ?? ""} ends at ${box.right}`);
  }
  return out;
}"""


def overflow(page) -> list[str]:
    """What sticks out of the window to the right; something in a scrolling box doesn't."""
    return page.evaluate(OVERFLOW)


OVERLAPS = """() => {
  const out = [];
  for (const svg of document.querySelectorAll("svg")) {
    const frame = svg.getBoundingClientRect();
    if (frame.width === 0 || svg.closest("[hidden]") !== null || !svg.checkVisibility()) continue;
    const lines = [];
    for (const text of svg.querySelectorAll("text")) {
      const spans = [...text.querySelectorAll("tspan")].filter((span) => span.textContent.trim());
      for (const line of spans.length > 0 ? spans : [text]) {
        const box = line.getBoundingClientRect();
        if (!line.textContent.trim() || box.width === 0 || !line.checkVisibility()) continue;
        const slack = Math.min(box.height, box.width) * 0.18;
        lines.push({said: line.textContent.trim(), of: text, left: box.left + 1,
          right: box.right - 1, top: box.top + slack, bottom: box.bottom - slack});
      }
    }
    const name = svg.getAttribute("aria-label") ?? svg.closest("figure")?.textContent.slice(0, 40);
    for (const [number, one] of lines.entries()) {
      if (one.left < frame.left - 2 || one.right > frame.right + 2)
        out.push(`${name}: "${one.said}" is cut off at the side`);
      for (const other of lines.slice(number + 1))
        if (one.of !== other.of && one.left < other.right && other.left < one.right
            && one.top < other.bottom && other.top < one.bottom)
          out.push(`${name}: "${one.said}" lies on "${other.said}"`);
    }
  }
  return out;
}"""


def overlaps(page) -> list[str]:
    """Words in figures that lie on other words or are cut off at the sides."""
    return page.evaluate(OVERLAPS)


CROSSED = """() => {
  const out = [];
  const inner = (box) => ({left: box.left + 1, right: box.right - 1,
    top: box.top + box.height * 0.2, bottom: box.bottom - box.height * 0.2});
  for (const svg of document.querySelectorAll(".leeway-figure")) {
    if (!svg.checkVisibility()) continue;
    const lines = [...svg.querySelectorAll("text tspan")].filter((one) => one.textContent.trim())
      .map((one) => [one.textContent, inner(one.getBoundingClientRect())]);
    for (const guide of svg.querySelectorAll(".lf-parting, .lf-cross")) {
      const {a, b, c, d, e, f} = guide.getScreenCTM();
      for (let at = 0; at <= guide.getTotalLength(); at += 1) {
        const {x, y} = guide.getPointAtLength(at);
        const [left, top] = [a * x + c * y + e, b * x + d * y + f];
        for (const [said, box] of lines)
          if (left > box.left && left < box.right && top > box.top && top < box.bottom)
            out.push(`${svg.getAttribute("aria-label")}: a guide runs through "${said}"`);
      }
    }
  }
  return [...new Set(out)];
}"""


def crossed(page) -> list[str]:
    """Words in figures that a dashed guide line runs through."""
    return page.evaluate(CROSSED)


NAMELESS = """() => [...document.querySelectorAll(
    "input, select, textarea, button, summary, a[href], [role=tab], [role=button], [tabindex='0']")]
  .filter((element) => element.checkVisibility() && element.type !== "hidden")
  .filter((element) => {
    const by = (element.getAttribute("aria-labelledby") ?? "").split(" ")
      .map((id) => document.getElementById(id)?.textContent ?? "").join("");
    const labels = [...(element.labels ?? [])].map((label) => label.textContent).join("");
    const own = ["BUTTON", "SUMMARY", "A"].includes(element.tagName)
      || element.hasAttribute("role") ? element.textContent : "";
    const inner = element.matches("figure, section, div, table")
      ? element.querySelector("caption, figcaption, h1, h2, h3")?.textContent ?? "" : "";
    return ![element.getAttribute("aria-label") ?? "", by, labels, own, inner]
      .some((name) => name.trim() !== "");
  })
  .map((element) => element.outerHTML.slice(0, 160))"""


def nameless(page) -> list[str]:
    """Controls without a name that a screen reader could say."""
    return page.evaluate(NAMELESS)


FOCUS = """() => {
  const at = document.activeElement;
  if (at === null || at === document.body) return null;
  const style = getComputedStyle(at), box = at.getBoundingClientRect();
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const name = at.getAttribute("aria-label") ?? at.labels?.[0]?.textContent
    ?? at.textContent.trim().slice(0, 60);
  return {tag: at.tagName.toLowerCase(), type: at.getAttribute("type"), id: at.id,
    name: name.trim().replace(/\\s+/g, " ").slice(0, 60), outlined,
    shown: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight};
}"""


def focus(page):
    """The element with the keyboard's focus: tag, type, id, name, whether it is outlined, shown."""
    return page.evaluate(FOCUS)


def tabbed(page, most: int = 200) -> list[dict]:
    """Every stop of the Tab key from the top of the page, until it leaves the page or repeats."""
    page.evaluate("() => { document.activeElement?.blur(); scrollTo(0, 0); }")
    stops = []
    for _ in range(most):
        page.keyboard.press("Tab")
        at = focus(page)
        if at is None:
            return stops
        stops.append(at)
    raise AssertionError(f"still tabbing after {most} stops: {[stop['name'] for stop in stops]}")
