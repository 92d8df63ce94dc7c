"""Draws the main figures of the README: `make docs`, a minute or two."""

from pathlib import Path

import engine
from analysis import figures
from analysis.latency_map import latency_map
from tests import browser

IMAGES = Path(__file__).parent
SCENARIO = IMAGES.parent.parent / "scenarios" / "first-intubations.yaml"
REPLICATIONS = 1000
SCREEN = {"width": 1280, "height": 1180}
"""As much of the page as tells what it is."""


def main() -> None:
    """The map of the first intubations, in the same bytes each time, and a picture of the page."""
    found = latency_map(engine.load(SCENARIO), replications=REPLICATIONS, workers=0)
    (IMAGES / "latency-map.png").write_bytes(figures.png(found.plot()))
    photograph(IMAGES / "explore.png")


def photograph(target: Path) -> None:
    """`leeway explore` as it looks in Chromium when everything is computed."""
    with browser.explorer(SCENARIO) as address, browser.running() as chromium:
        page = chromium.new_page(viewport=SCREEN, color_scheme="light")
        page.goto(address)
        page.get_by_role("status").filter(has_text="500 times").first.wait_for(state="attached")
        page.screenshot(path=target)


if __name__ == "__main__":
    main()
