"""Draws the main figure of the README: `python docs/images/make.py`, a minute or two."""

from pathlib import Path

import engine
from analysis import figures
from analysis.latency_map import latency_map

IMAGES = Path(__file__).parent
SCENARIO = IMAGES.parent.parent / "scenarios" / "first-intubations.yaml"
REPLICATIONS = 1000


def main() -> None:
    """The map of the first intubations, in the same bytes each time."""
    found = latency_map(engine.load(SCENARIO), replications=REPLICATIONS, workers=0)
    (IMAGES / "latency-map.png").write_bytes(figures.png(found.plot()))


if __name__ == "__main__":
    main()
