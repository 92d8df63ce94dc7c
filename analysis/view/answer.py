"""One answer of the page: a cell with the whole curve of leeway, as plain data.

The numbers are those of `leeway run --json` with the same settings, seed and replications, to the
last bit; no table is made on the way, since a class asks for a hundred answers a second.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from analysis import estimate, findings, study, words
from analysis.estimate import Estimate
from analysis.findings import Compared, mirrored
from analysis.view import places, says, settings, tokens
from analysis.view.asked import Asked, ask, cell_of
from analysis.view.cells import Abandoned as Abandoned
from analysis.view.cells import Cells, Stop
from analysis.view.control_words import POLICIES, WORDS
from analysis.view.controls import Control, range_of
from analysis.view.places import AS_WRITTEN, PLACES, VARIANT
from analysis.view.prepared import prepared
from analysis.view.repeat import UNSAVED, Source
from analysis.view.settings import Meant, Tokens, problem
from engine.errors import ScenarioError
from engine.event_log import CLASSES, LEVELS
from engine.kernel import Points
from engine.outcomes import OUTCOME_NAMES
from engine.run import DEFAULT_ENGINE
from engine.scenario import Scenario

FORMAT = 1
LEVELS_OF_REFINEMENT = (16, 100, study.REPLICATIONS[DEFAULT_ENGINE])
"""Replications asked for one after the other; the last is what `leeway run` simulates."""
MOST_REPLICATIONS = 10_000
BURDEN = OUTCOME_NAMES.index("total_burden")
CHANGES = ("experience", "resilience", "harm_any", "independent_harm_any")
"""Outcomes whose change along the curve is told."""


def answer(
    scenario: Scenario,
    given: Tokens,
    *,
    seed: int = 0,
    replications: int = LEVELS_OF_REFINEMENT[-1],
    key: str,
    source: Source = UNSAVED,
    cells: Cells | None = None,
    should_stop: Stop | None = None,
) -> dict[str, Any]:
    """The answer to tokens by control, as the page takes it.

    key: what the page calls the scenario; source: where it comes from, for the command to repeat
    it. cells: where simulated replications are kept and taken from. should_stop is asked between
    parts of the work: Abandoned is raised where it says so. Raises ScenarioError for what can't be
    set, and for a seed or number that can't be.
    """
    check(seed, replications)
    asked = ask(scenario, given)
    store = Cells() if cells is None else cells
    found = store.fill(cell_of(store, asked, seed), replications, should_stop)
    return told(asked, found, seed=seed, key=key, source=source)


def answer_json(
    scenario: Scenario,
    given: Tokens,
    *,
    seed: int = 0,
    replications: int = LEVELS_OF_REFINEMENT[-1],
    key: str,
    source: Source = UNSAVED,
    cells: Cells,
    should_stop: Stop | None = None,
) -> bytes:
    """`answer` as JSON in UTF-8; one that was given before is given again from the store."""
    check(seed, replications)
    name = _name(scenario, given, seed=seed, replications=replications, key=key, source=source)
    kept = cells.answer(name)
    if kept is not None:
        return kept
    found = answer(
        scenario, given, seed=seed, replications=replications, key=key, source=source, cells=cells,
        should_stop=should_stop,
    )  # fmt: skip
    text = json.dumps(found, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    cells.keep_answer(name, text.encode())
    return text.encode()


def _name(scenario: Scenario, given: Tokens, **others: object) -> tuple[object, ...]:
    """What decides an answer to the last letter."""
    asked = ask(scenario, given)
    known = sorted(asked.meaning.tokens.items())
    return (scenario.hash, *known, asked.here, *others.values())


def cost(
    scenario: Scenario,
    given: Tokens,
    *,
    seed: int = 0,
    replications: int,
    key: str,
    source: Source = UNSAVED,
    cells: Cells,
) -> int:
    """Cases that `answer_json` would have to simulate; 0 where the answer is there already."""
    check(seed, replications)
    name = _name(scenario, given, seed=seed, replications=replications, key=key, source=source)
    if cells.answer(name) is not None:
        return 0
    return cell_of(cells, ask(scenario, given), seed).cost(replications)


def check(seed: int, replications: int) -> None:
    """Raises ScenarioError for a seed or a number of replications that can't be."""
    settings.seed_of(str(seed))
    if not 1 <= replications <= MOST_REPLICATIONS:
        allowed = f"it must be a whole number from 1 to {MOST_REPLICATIONS:,}"
        given = f"{replications} was given"
        raise ScenarioError([problem("replications", given, allowed, "try 100")])


# ---- the numbers as plain data ----------------------------------------------------------------


def told(
    asked: Asked,
    points: Points,
    *,
    seed: int,
    key: str,
    source: Source,
    own: str = study.AS_WRITTEN,
) -> dict[str, Any]:
    """The answer made of what was simulated; own: what the scenario asked about is called."""
    made = asked.meaning.scenario
    replications = points.outcomes.shape[1]
    found = [says.named(estimates(rows)) for rows in points.outcomes]
    compared = comparison(asked, points)
    no_curve = study.why_no_curve(made, curve=True)
    label = words.axis_label(study.axis_of(made))
    command = partial(source.command, seed=seed, replications=replications)
    return {
        "format": FORMAT,
        "request": {
            "scenario": key,
            "settings": ordered(asked.meaning.tokens),
            "seed": tokens.seed_of_page(seed),
            "replications": replications,
        },
        "hash": made.hash,
        "departure": departure(asked.meaning, own),
        "axis": asked.axis,
        "axis_label": label,
        "no_curve": no_curve,
        "points": [
            point(asked, points, number, found[number], compared, command, own)
            for number in range(len(found))
        ],
        "says": curve_sentences(asked, points, compared, no_curve),
        "command": command(asked.meaning),
        "repeat": source.as_object(),
        "values": values(asked),
        "labels": labels(asked),
        "warnings": warnings(asked),
    }


def estimates(rows: Any) -> list[Estimate]:
    """The estimate of each outcome: rows[replication, outcome], in the order of OUTCOMES."""
    return [estimate.estimate(column) for column in np.ascontiguousarray(rows.T)]


def comparison(asked: Asked, points: Points) -> Compared | None:
    """The settings compared by total burden, seen from where one stands; None without a curve."""
    if asked.axis is None:
        return None
    burdens = points.outcomes[:, :, BURDEN]
    low = estimate.lowest(dict(zip(asked.settings, burdens, strict=True)), asked.here)
    made = asked.meaning.scenario
    return Compared(
        asked.axis,
        burdens.shape[1],
        low,
        weights=findings.weights(made),
        so_far=burdens.shape[1] < LEVELS_OF_REFINEMENT[-1],
        alike=findings.no_difference(made, asked.axis, list(points.outcomes)),
    )


def point(
    asked: Asked,
    points: Points,
    number: int,
    found: Mapping[str, Estimate],
    compared: Compared | None,
    command: Callable[[Meant], str | None],
    own: str,
) -> dict[str, Any]:
    """One setting of leeway as plain data."""
    setting = asked.settings[number]
    meaning = asked.at(setting)
    axis = study.axis_of(asked.meaning.scenario) if asked.axis is None else asked.axis
    independent = meaning.base.independent.cases > 0
    above, seen = None, None
    if compared is not None:
        burdens = points.outcomes[:, :, BURDEN]
        best = burdens[asked.settings.index(compared.low.best)]
        above = estimate.paired(burdens[number], best)
        name = own if asked.is_written(setting) else "here"
        seen = says.standing_at(compared, setting, mirrored(above), name)
    return {
        "token": tokens.write(PLACES[axis].kind, setting),
        "value": setting,
        "label": words.setting(axis, setting),
        "as_written": asked.is_written(setting) or asked.axis is None,
        "kept": compared is not None and setting in compared.low.kept,
        "outcomes": {name: as_object(each) for name, each in found.items()},
        "fates": fates(points.fates[number], points.cases[number]),
        "above_least": None if above is None else spread(above),
        "says": says.point(found, seen, independent=independent),
        "departure": departure(meaning, own),
        "command": command(meaning),
    }


def as_object(found: Estimate) -> dict[str, float | None] | None:
    """An estimate as plain data; None where there was nothing to divide by."""
    return (
        None
        if math.isnan(found.mean)
        else {"mean": found.mean, "se": finite(found.se)}
        | {name: finite(getattr(found, name)) for name in ("low", "high")}
    )


def spread(found: Estimate) -> dict[str, float | None]:
    """Mean and interval of a difference."""
    return {name: finite(getattr(found, name)) for name in ("mean", "low", "high")}


def finite(value: float) -> float | None:
    """The value, or None where it is no finite number."""
    return value if math.isfinite(value) else None


def fates(errors: Any, cases: Any) -> list[dict[str, Any]]:
    """Errors per 100 training cases by class and harm at their end, over replications with cases.

    errors: [replication, class, level]; cases: begun, [replication].
    """
    begun = cases > 0
    if not begun.any():
        means = np.full(errors.shape[1:], np.nan)
    else:
        means = (100.0 * errors[begun] / cases[begun][:, np.newaxis, np.newaxis]).mean(axis=0)
    return [
        {"fate": fate, "harm": harm, "mean": finite(float(means[row, column]))}
        for row, fate in enumerate(CLASSES)
        for column, harm in enumerate(LEVELS)
    ]


def curve_sentences(
    asked: Asked, points: Points, compared: Compared | None, no_curve: str | None
) -> dict[str, str]:
    """A sentence for each figure of the curve."""
    if compared is None or asked.axis is None:
        return says.no_curve(str(no_curve))
    first, last = points.outcomes[0], points.outcomes[-1]
    columns = {name: OUTCOME_NAMES.index(name) for name in CHANGES}
    changes = {
        name: estimate.paired(last[:, column], first[:, column]) for name, column in columns.items()
    }
    ends = asked.settings[0], asked.settings[-1]
    independent = asked.meaning.base.independent.cases > 0
    return says.curve(asked.axis, ends, changes, compared, independent=independent)


# ---- the settings in words --------------------------------------------------------------------


def ordered(given: Tokens) -> dict[str, str]:
    """Tokens in the order of controls."""
    return {key: given[key] for key in (*PLACES, VARIANT) if key in given}


def values(asked: Asked) -> dict[str, str]:
    """The token every control stands at."""
    meaning, found = asked.meaning, {}
    for each in prepared(asked.scenario).controls:
        if each.key == VARIANT:
            found[VARIANT] = meaning.variant or AS_WRITTEN
            continue
        own = meaning.values.get(each.key, places.own(meaning.base, each.key))
        if own is not None:
            found[each.key] = tokens.write(PLACES[each.key].kind, own)
    if asked.axis is not None:
        found[asked.axis] = tokens.write(PLACES[asked.axis].kind, asked.here)
    return found


def labels(asked: Asked) -> dict[str, str]:
    """The same as it is read: `1 min 30 s` for the token `90s`."""
    controls = {each.key: each for each in prepared(asked.scenario).controls}
    found = {}
    for key, token in values(asked).items():
        known = {each.token: each.label for each in controls[key].positions}
        kind = "word" if key == VARIANT else PLACES[key].kind
        value = tokens.read(kind, token)
        assert not isinstance(value, tokens.Wrong)  # it was written by this page
        found[key] = known.get(token) or tokens.label(kind, value)
    return found


def departure(meaning: Meant, own: str = study.AS_WRITTEN) -> str | None:
    """How settings depart from what `own` names, in words; None where they don't."""
    changed = []
    for key, value in meaning.values.items():
        then = places.own(meaning.base, key)
        if value == then and key in meaning.tokens:
            continue
        changed.append(_changed(key, value, then, own, lent=places.is_lent(meaning.base, key)))
    return study.sentence(meaning.variant, f"changed: {', '.join(changed)}" if changed else "")


def _changed(
    key: str, value: tokens.Value, then: tokens.Value | None, own: str, *, lent: bool
) -> str:
    """`rescue latency 30 s (5 s as written)`."""
    kind = PLACES[key].kind
    now, before = (
        POLICIES[each].lower() if isinstance(each, str) else tokens.label(kind, each)
        for each in (value, value if then is None else then)
    )
    told = f"none {own}; the page starts at {before}" if lent else f"{before} {own}"
    return f"{WORDS[key].label.lower()} {now} ({told})"


def warnings(asked: Asked) -> list[str]:
    """What is set and lies outside what the evidence list calls plausible."""
    found = []
    for each in prepared(asked.scenario).controls:
        value = asked.meaning.values.get(each.key)
        path = None if each.key == VARIANT else places.path(asked.meaning.base, each.key)
        ends = None if path is None else range_of(asked.meaning.base, path)
        if ends is None or value is None or isinstance(value, str):
            continue
        if not ends[0] <= value <= ends[1]:
            found.append(_outside(each, value, ends))
    return found


def _outside(control: Control, value: float, ends: Sequence[float]) -> str:
    kind = PLACES[control.key].kind
    low, high, now = (tokens.label(kind, each) for each in (*ends, value))
    return (
        f"{control.label} {now} lies outside the plausible range in the evidence list, "
        f"{low} to {high}."
    )
