"""What is worked out once per scenario: its controls, and its variants as scenarios."""

import threading
from collections import OrderedDict
from functools import cached_property

from analysis.view import places
from analysis.view.controls import Control, controls
from engine.scenario import Scenario

MOST_KEPT = 64
"""Scenarios remembered; what is forgotten is worked out anew, in some hundredths of a second."""


class Prepared:
    """A scenario with what every answer about it needs. Safe to share between threads."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._bases = {name: scenario.with_variant(name) for name in scenario.variants}
        self._under: dict[str, dict[str, Control]] = {}

    @cached_property
    def controls(self) -> tuple[Control, ...]:
        """The controls of the file as written."""
        return controls(self.scenario)

    def base(self, variant: str) -> Scenario:
        """The scenario with one of its variants."""
        return self._bases[variant]

    def control(self, key: str, variant: str | None) -> Control | None:
        """A control under a variant; None where there is no single number for it then."""
        own = {each.key: each for each in self.controls}.get(key)
        if variant is None:
            return own
        if places.own(self._bases[variant], key) is None:
            return None
        return own if own is not None else self._controls_of(variant).get(key)

    def _controls_of(self, variant: str) -> dict[str, Control]:
        """The controls of a variant that has a number where the file as written has none."""
        found = self._under.get(variant)
        if found is None:
            told = controls(self._bases[variant])
            found = self._under[variant] = {each.key: each for each in told}
        return found


_kept: OrderedDict[int, Prepared] = OrderedDict()
_lock = threading.Lock()


def prepared(scenario: Scenario) -> Prepared:
    """What is worked out of a scenario, from memory where it is still there.

    Memory goes by the object, which can't change, and holds it, so that its place isn't reused.
    """
    with _lock:
        found = _kept.get(id(scenario))
        if found is not None:
            _kept.move_to_end(id(scenario))
            return found
    made = Prepared(scenario)
    with _lock:
        _kept[id(scenario)] = made
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return made
