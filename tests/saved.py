"""Scenario files saved with changes, for tests, and what every one of them must be."""

import difflib

from analysis.view.save_as import with_changes
from analysis.view.yaml_text import Places
from engine.loader import loads
from tests.analysis_samples import SCENARIOS

FILES = sorted(SCENARIOS.glob("*.yaml"))
TEXTS = {file.stem: file.read_text(encoding="utf-8") for file in FILES}
INTUBATIONS = TEXTS["first-intubations"]
P = "supervision.permissiveness"


def comments(text):
    """The words of all comments, whole lines and beside values."""
    places = Places(text)
    return [text[start:end].lstrip("# ").strip() for start, end in places.comments(0, len(text))]


def lines_changed(before, after):
    """Lines taken out and lines put in."""
    found = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=0))[2:]
    return (
        [line[1:] for line in found if line.startswith("-")],
        [line[1:] for line in found if line.startswith("+")],
    )


def agrees(text, changes, variant=None):
    """The saved text of some changes, after checking that it is the scenario meant."""
    meant = loads(text)
    meant = meant if variant is None else meant.with_variant(variant)
    meant = meant.with_(changes) if changes else meant
    saved = with_changes(text, changes, variant=variant)
    read = loads(saved)
    assert read.hash == meant.hash
    assert read.resolved() == meant.resolved()
    kept = " ".join(comments(saved))
    for comment in comments(text):
        assert comment in kept, comment
    return saved
