"""What a question of the page asks for: a cell, its settings of leeway, and where one stands."""

from dataclasses import dataclass

from analysis import study
from analysis.view import places, settings, tokens
from analysis.view.cells import Cell, Cells
from analysis.view.places import PLACES
from analysis.view.prepared import prepared
from analysis.view.settings import Meant, Tokens
from engine.scenario import Scenario


@dataclass(frozen=True)
class Asked:
    """What was asked for: a cell and the setting of leeway one stands at.

    meaning: of the tokens, without a leeway that is one of the curve's settings anyway. axis: None
    where the policy has no leeway; settings: ascending, in the axis's unit; here: where one stands.
    """

    scenario: Scenario
    meaning: Meant
    axis: str | None
    settings: tuple[float, ...]
    here: float

    def at(self, setting: float) -> Meant:
        """The meaning with another setting of leeway."""
        if self.axis is None:
            return self.meaning
        meaning = self.meaning
        given = {**meaning.tokens, self.axis: tokens.write(PLACES[self.axis].kind, setting)}
        values = {**meaning.values, self.axis: setting}
        own = places.own(meaning.base, self.axis)
        if setting == own:
            del given[self.axis]
            if not self._is_lent:
                del values[self.axis]
        return Meant(given, meaning.variant, values, meaning.base)

    @property
    def _is_lent(self) -> bool:
        """Whether the leeway is the usual one of a file that has none itself."""
        return self.axis is not None and places.is_lent(self.meaning.base, self.axis)

    def is_written(self, setting: float) -> bool:
        """Whether a setting of leeway is the file's own."""
        return (
            self.axis is not None
            and setting == places.own(self.meaning.base, self.axis)
            and not self._is_lent
        )


def ask(scenario: Scenario, given: Tokens) -> Asked:
    """What tokens ask for. Raises ScenarioError as settings.meant does."""
    meaning = settings.meant(scenario, settings.in_force(scenario, given))
    made = meaning.scenario
    if study.why_no_curve(made, curve=True) is not None:
        return Asked(scenario, meaning, None, (study.own_setting(made),), study.own_setting(made))
    axis = study.axis_of(made)
    control = prepared(scenario).control(axis, meaning.variant)
    assert control is not None  # every scenario has permissiveness, and a time limit if only lent
    here = study.own_setting(made)
    usual = [float(each.value) for each in control.positions if each.value is not None]
    found = Asked(scenario, meaning, axis, tuple(sorted({*usual, here})), here)
    if here not in usual:
        return found
    own = places.own(meaning.base, axis)
    assert isinstance(own, float)
    return Asked(scenario, found.at(own), axis, found.settings, here)


def scenarios(asked: Asked) -> list[Scenario]:
    """The scenario at each setting of leeway."""
    if asked.axis is None:
        return [asked.meaning.scenario]
    made = asked.meaning.scenario
    return [places.changed(made, {asked.axis: setting}) for setting in asked.settings]


def cell_of(cells: Cells, asked: Asked, seed: int) -> Cell:
    """The cell in the store, simulated or not."""
    key = (asked.meaning.scenario.hash, asked.axis, asked.settings, seed)
    return cells.cell(key, scenarios(asked), seed)
