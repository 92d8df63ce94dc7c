"""The assumption sheet: every input of a scenario, where it comes from, and what hangs on it."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis import words
from analysis.indices import Indices
from analysis.input_words import path_words
from analysis.tornado import Tornado
from analysis.varied import Varied, in_one_unit
from engine.evidence import size
from engine.inputs import Input
from engine.quantities import said_number
from engine.scenario import Scenario

NO_RANGE = "no range given"
SWING = ("at_low", "at_low_from", "at_low_to", "at_high", "at_high_from", "at_high_to",
         "swing", "swing_from", "swing_to")  # fmt: skip
COLUMNS = {
    "input": "path of the input",
    "words": "the input in words",
    "value": "value as written",
    "status": "sourced, assumption or choice (of supervision or of the study's design)",
    "source": "key of the source, where there is one",
    "low": "low end of the plausible range, empty where none is given",
    "high": "high end of the plausible range",
    "varied": "whether it was varied",
    "together": "how many inputs moved as one: the same number from the same source",
    "why_not": "why not",
    "at_low": "conclusion at the low end minus as written, all else as written",
    "at_low_from": "its 95 % interval, low end",
    "at_low_to": "its 95 % interval, high end",
    "at_high": "conclusion at the high end minus as written",
    "at_high_from": "its 95 % interval, low end",
    "at_high_to": "its 95 % interval, high end",
    "swing": "conclusion at the high end minus at the low end",
    "swing_from": "its 95 % interval, low end",
    "swing_to": "its 95 % interval, high end",
    "note": "what the source says",
}
"""Columns of the sheet and what they mean; the indices of the method follow."""


def sheet_of(
    scenario: Scenario,
    inputs: Sequence[Varied],
    left: Mapping[str, str],
    moved: Tornado,
    indices: Indices,
) -> pd.DataFrame:
    """One row per input, or per parameter of it that has a range of its own.

    Those that were varied come first, the largest swing on top; then the others in the order of the
    format, choices of design last. Columns are those of `COLUMNS`, with the indices before `note`.
    """
    numbers = indices.table.drop(columns="is_dummy").set_index("input")
    swings = moved.table.set_index("input")
    heads = {one.path: one for one in inputs}
    by_path = {path: one for one in inputs for path in one.paths}
    rows = [
        _varied_row(path, heads[head], swings.loc[head], numbers.loc[head])
        for head in swings.index
        for path in heads[head].paths
    ]
    is_choice = [(one, False) for one in scenario.inputs()]
    is_choice += [(one, True) for one in scenario.choices()]
    for one, choice in is_choice:
        parts = [path for path in by_path if _is_part(path, one.path)]
        if parts:
            # what has no range beside a parameter that has one is told where the value is
            for row in rows:
                if row["input"] in parts and row["input"] != one.path:
                    row["value"] = f"{row['value']} (of {one.value})"
                    row["note"] = row["note"] or one.note
            continue
        rows.append(_other_row(scenario, one, left, choice=choice))
    names = [name for name in COLUMNS if name != "note"]
    return pd.DataFrame(rows, columns=[*names, *numbers.columns, "note"])


def _is_part(path: str, above: str) -> bool:
    return path == above or path.startswith((f"{above}.", f"{above}["))


def _varied_row(
    path: str, one: Varied, swing: "pd.Series[Any]", numbers: "pd.Series[Any]"
) -> dict[str, Any]:
    return (
        {
            "input": path,
            "words": one.words,
            "value": one.said(one.own),
            "status": one.status,
            "source": one.source,
            "low": one.said(one.low),
            "high": one.said(one.high),
            "varied": True,
            "together": len(one.paths),
            "why_not": None,
        }
        | {name: swing[name] for name in SWING}
        | {str(name): number for name, number in numbers.items()}
        | {"note": one.note}
    )


def _other_row(
    scenario: Scenario, one: Input, left: Mapping[str, str], *, choice: bool
) -> dict[str, Any]:
    reasons = [why for path, why in left.items() if _is_part(path, one.path)]
    value, low, high = one.value, None, None
    if one.range is not None:
        value, low, high = _beside_its_range(scenario, one, one.range)
    return {
        "input": one.path,
        "words": path_words(scenario, one.path),
        "value": value,
        "status": "choice" if choice else one.status,
        "source": one.source,
        "low": low,
        "high": high,
        "varied": False,
        "together": 0,
        "why_not": reasons[0] if reasons else NO_RANGE,
        "note": one.note,
    }


def _beside_its_range(
    scenario: Scenario, one: Input, ends: tuple[float, float]
) -> tuple[str, str, str]:
    """Value, low and high end, in one unit where they are times."""
    if one.unit != "min":
        return one.value, said_number(ends[0]), said_number(ends[1])
    now = scenario.get(one.path)
    own = size(now.get("fixed") if isinstance(now, dict) else now)
    beside = ends if own is None else (own, *ends)
    low, high = (in_one_unit(end, beside) for end in ends)
    return one.value if own is None else in_one_unit(own, beside), low, high


def counts(sheet: pd.DataFrame) -> dict[str, int]:
    """How many rows were varied, how many of these are assumptions, how many were not varied."""
    varied = sheet["varied"].astype(bool)
    assumed = sheet["status"] == "assumption"
    return {
        "varied": int(varied.sum()),
        "assumed": int((varied & assumed).sum()),
        "sourced": int((varied & (sheet["status"] == "sourced")).sum()),
        "choices": int((varied & (sheet["status"] == "choice")).sum()),
        "not_varied": int((~varied & (sheet["status"] != "choice")).sum()),
        "not_varied_assumed": int((~varied & assumed).sum()),
    }


def markdown(sheet: pd.DataFrame) -> str:
    """The sheet as a table to read: input, value, source, range, how far the conclusion moves."""
    lines = [
        "| input | as written | source | range | conclusion moves, from the low to the high end |",
        "|---|---|---|---|---|",
    ]
    told = ~(sheet["varied"].astype(bool) & sheet["words"].duplicated())  # moved as one, said once
    for row in sheet[told].to_dict("records"):
        cells = [_cell(text) for text in _cells(row)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cells(row: Mapping[Any, Any]) -> tuple[str, ...]:
    source = row["source"] if isinstance(row["source"], str) else row["status"]
    ends = f"{row['low']} to {row['high']}" if isinstance(row["low"], str) else "none"
    return row["words"], row["value"], source, ends, moves(row)


def moves(row: Mapping[Any, Any]) -> str:
    """`-0.52 at the low end, +0.31 at the high end`; why not, for what was not varied."""
    if not row["varied"]:
        return f"not varied: {row['why_not']}"
    low, high = row["at_low"], row["at_high"]
    if math.isnan(low) or math.isnan(high):
        return words.MISSING
    arms = [(row[f"{end}_to"] - row[f"{end}_from"]) / 2 for end in ("at_low", "at_high")]
    decimals = max(words.decimals_for(arm) for arm in arms)
    shown = [signed(value, decimals) for value in (low, high)]
    return f"{shown[0]} to {shown[1]}"


def signed(value: float, decimals: int) -> str:
    """A change with its sign: `+0.31`, `0`; three digits where its noise says nothing."""
    text = words.number(value) if decimals < 0 else words.unsigned_zero(f"{value:.{decimals}f}")
    return f"+{text}" if value > 0 and float(text) != 0 else text


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
