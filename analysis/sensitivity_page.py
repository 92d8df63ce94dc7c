"""The folder of a sensitivity analysis: its figures, tables and record.

tornado.svg, .png        one input at a time (below figures/)
indices.svg, .png        the indices of every input
assumptions.csv          every input: value, source, range, how far the conclusion moves
assumptions.md           the same, to read
assumptions-dictionary.csv
indices.csv, points.csv  the indices with their intervals, and the points they were made from
alternatives.csv         the variants, and the channels switched off
summary.md               what it says, in sentences
sensitivity.json         the record: seed, numbers, versions, command, times
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis import assumptions, figures, words
from analysis.figures import sensitivity as drawn
from analysis.folder import FIGURES, Kind, write_csv
from analysis.sensitivity import Sensitivity
from analysis.sensitivity_words import MANY, note, sentences
from engine import loader

KIND = Kind(
    "leeway sensitivity",
    "sensitivity analysis",
    "sensitivity.json",
    (
        "assumptions.csv", "assumptions.md", "assumptions-dictionary.csv", "indices.csv",
        "points.csv", "alternatives.csv", "summary.md", "scenario.yaml", "sensitivity.json",
    ),
)  # fmt: skip
FORMAT = 1
SHOWN = 12
"""Inputs in a figure; the rest are in the sheet."""
DRAWN = (
    "label", "low_text", "high_text", "low", "low_from", "low_to", "high", "high_from", "high_to",
)  # fmt: skip
OUTSIDE = 0.05  # of a share below 0 or above 1, from where on it is called noise
INDICES_MEANING = {
    "first": "share of the conclusion's variance due to this input alone (Sobol', first order)",
    "total": "with what it does together with others (Sobol', total order)",
    "mu": "mean effect of going through the whole range (Morris)",
    "mu_star": "mean size of that effect (Morris)",
    "sigma": "spread of that effect: interplay with others, or curvature (Morris)",
    "tied": "whether it can't be told from the input with the largest index",
}


TERMS = {
    "sobol": "Filled dots: Sobol' total index; open squares: first-order index; an input that does "
    "nothing (the dummy) is put in to see what the method makes of it.",
    "morris": "Filled dots: Morris' mu*; open squares: sigma, large where the effect depends on "
    "other inputs or isn't a straight line; an input that does nothing (the dummy) is put in to "
    "see what the method makes of it.",
}
"""What textbooks call that which a figure shows."""


def tornado(done: Sensitivity, *, most: int = SHOWN, axes: Axes | None = None) -> Axes:
    """The figure of one input at a time, the variants beneath."""
    rows, others = tornado_rows(done, most), other_rows(done)
    own = done.as_written
    left = len(done.tornado.table) - len(rows)
    of = "Settings with the least mean" if done.conclusion.kind == "best" else "Means"
    what = (
        f"{of} of {done.tornado.replications} replications in the same luck; whiskers: 95 % "
        "intervals of the difference from as written; grey band: "
    )
    is_best = done.conclusion.kind == "best"
    what += (
        "settings that can't be told from it as written."
        if is_best
        else ("that of the value as written.")
    )
    if left > 0:
        what += f" {words.plural(left, 'input')} that {'moves' if left == 1 else 'move'} it less, "
        what += f"or not at all, {'is' if left == 1 else 'are'} left out."
    ends = [own.mean if np.isnan(end) else end for end in (own.low, own.high)]
    return drawn.tornado(
        rows, others,
        own=(own.mean, ends[0], ends[1]),
        value_label=value_label(done),
        note=note(done, f"{what} [source]; without one: an assumption."),
        turns_at=0.0 if done.conclusion.kind == "difference" else None,
        axes=axes,
    )  # fmt: skip


def tornado_rows(done: Sensitivity, most: int) -> pd.DataFrame:
    """The table that the figure of one input at a time draws: the `most` with the largest swing,
    and none that doesn't move the conclusion at all."""
    own, one = done.as_written.mean, {each.path: each for each in done.inputs}
    rows = []
    moved = done.tornado.table[["at_low", "at_high"]].ne(0).any(axis=1)
    for row in done.tornado.table[moved].head(most).to_dict("records"):
        path = str(row["input"])
        told = {"label": labelled(done, path)}
        told |= {f"{end}_text": one[path].said(row[end]) for end in ("low", "high")}
        for end in ("low", "high"):
            for suffix in ("", "_from", "_to"):
                told[f"{end}{suffix}"] = own + row[f"at_{end}{suffix}"]
        rows.append(told)
    return pd.DataFrame(rows, columns=list(DRAWN))


def other_rows(done: Sensitivity) -> pd.DataFrame:
    """Variants and switched-off channels: label, value and the interval of the difference."""
    found, own = done.tornado.alternatives, done.as_written.mean
    labels = [
        f"variant {name}" if kind == "variant" else f"if {name}"
        for name, kind in zip(found["name"], found["kind"], strict=True)
    ]
    return pd.DataFrame(
        {
            "label": labels,
            "value": own + found["change"],
            "from": own + found["change_from"],
            "to": own + found["change_to"],
        }
    )


def indices(done: Sensitivity, *, most: int = SHOWN, axes: Axes | None = None) -> Axes:
    """The figure of the indices of the inputs that matter most."""
    ranked, dummy = done.indices.ranked().head(most), done.indices.table.iloc[-1]
    is_sobol = done.method == "sobol"
    main, second = ("total", "first") if is_sobol else ("mu_star", "sigma")
    missing = pd.Series(np.nan, index=ranked.index)
    rows = pd.DataFrame(
        {
            "label": [labelled(done, path) for path in ranked["input"]],
            "main": ranked[main],
            "main_low": ranked[f"{main}_low"],
            "main_high": ranked[f"{main}_high"],
            "second": ranked[second],
            "second_low": ranked.get(f"{second}_low", missing),
            "second_high": ranked.get(f"{second}_high", missing),
        }
    )
    points = f"{len(done.points):,} points of {words.plural(done.replications, 'replication')}"
    share, floor = done.noise_share, done.noise_floor
    luck = f" {words.percent(share)} of the variance is luck."
    if np.isnan(share):
        luck = " What luck alone may do isn't known."
    shares = f"share of the variance of: {value_label(done)}"
    effects = f"effect of the whole range on: {value_label(done)}"
    return drawn.indices(
        rows,
        main_label="by itself and together with others" if is_sobol else "mean size of its effect",
        second_label="by itself" if is_sobol else "spread of that effect",
        value_label=shares if is_sobol else effects,
        note=note(
            done,
            f"{points}; whiskers: 95 % bootstrap intervals.{noisy(done, rows)}{luck} "
            f"{TERMS[done.method]} [source]; without one: an assumption.",
        ),
        dummy=(
            float(dummy[main]),
            f"an input that does nothing: {words.number(float(dummy[main]))}",
        ),
        luck=None
        if np.isnan(floor)
        else (floor, f"filled dots: may be luck up to {words.number(floor, 2)}"),
        axes=axes,
    )


def noisy(done: Sensitivity, rows: pd.DataFrame) -> str:
    """What is to be said of whiskers where samples are few; "" where there is nothing."""
    if done.method != "sobol":
        return ""
    text = ""
    if done.samples < MANY:
        text = f" With fewer than {MANY} samples they hold the truth less often than that."
    ends = rows[["main_low", "second_low", "main_high", "second_high"]]
    if ((ends < -OUTSIDE) | (ends > 1 + OUTSIDE)).any(axis=None):
        text += " Shares below 0 or above 1 are noise: too few samples."
    return text


def labelled(done: Sensitivity, path: str) -> str:
    """An input in words, with its source in brackets where it has one."""
    one = next(each for each in done.inputs if each.path == path)
    said = {"sourced": f" [{one.source}]", "choice": " (a choice)"}.get(one.status, "")
    return one.words + said


def value_label(done: Sensitivity) -> str:
    """What the axis shows."""
    asked = done.conclusion
    name = words.PLAIN.get(asked.outcome, asked.outcome.replace("_", " "))
    if asked.kind == "best":
        name = asked.words
    if asked.kind == "difference":
        changed = ", ".join(
            f"{path.rsplit('.', 1)[-1].replace('_', ' ')} {words.flow(value)}"
            for path, value in asked.settings[1].items()
        )
        name = f"{name}: as written minus at {changed}"
    return f"{name} ({asked.unit})"


# ---- writing ---------------------------------------------------------------------------------


def save(folder: Path, done: Sensitivity, **papers: Any) -> None:
    """The whole folder, `papers` (command, times) in its record. Raises OSError."""
    (folder / FIGURES).mkdir()
    for name, axes in (("tornado", tornado(done)), ("indices", indices(done))):
        (folder / FIGURES / f"{name}.svg").write_text(figures.svg(axes, name), encoding="utf-8")
        (folder / FIGURES / f"{name}.png").write_bytes(figures.png(axes))
    write_csv(folder / "assumptions.csv", done.sheet)
    write_csv(folder / "assumptions-dictionary.csv", dictionary(done))
    write_csv(folder / "indices.csv", done.indices.table)
    write_csv(folder / "points.csv", done.points)
    write_csv(folder / "alternatives.csv", done.tornado.alternatives)
    (folder / "assumptions.md").write_text(assumptions.markdown(done.sheet), encoding="utf-8")
    (folder / "summary.md").write_text(summary(done), encoding="utf-8")
    (folder / "scenario.yaml").write_text(loader.to_yaml(done.scenario), encoding="utf-8")
    text = json.dumps(as_object(done) | papers, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / KIND.record).write_text(text + "\n", encoding="utf-8")


def summary(done: Sensitivity) -> str:
    """What it says, in sentences, as Markdown."""
    told = "\n".join(f"- {sentence}" for sentence in sentences(done))
    pictures = "\n\n".join(
        f"![{text}](figures/{name}.png)"
        for name, text in (("tornado", "One input at a time"), ("indices", "Indices"))
    )
    return (
        f"# Which assumptions matter: {done.scenario.title}\n\n{told}\n\n{pictures}\n\n"
        f"Every input: [assumptions.md](assumptions.md). {words.SIMULATED}\n"
    )


def dictionary(done: Sensitivity) -> pd.DataFrame:
    """What the columns of assumptions.csv mean."""
    meanings: dict[str, str] = {}
    for column in done.sheet.columns:
        name = str(column)
        base = name.removesuffix("_low").removesuffix("_high")
        meaning = assumptions.COLUMNS.get(name) or INDICES_MEANING.get(name)
        end = "low" if name.endswith("_low") else "high"
        meanings[name] = meaning or f"{INDICES_MEANING[base]}: {end} end of its 95 % interval"
    return pd.DataFrame({"column": list(meanings), "meaning": list(meanings.values())})


def as_object(done: Sensitivity) -> dict[str, Any]:
    """The object that `leeway sensitivity --json` prints; what is missing or not finite is null."""
    asked, same = done.conclusion, done.same_sign
    return {
        "kind": KIND.name,
        "format": FORMAT,
        "scenario": {"id": done.scenario.id, "hash": done.hash},
        "seed": done.seed,
        "engine": done.engine,
        "outcome": asked.name,
        "against": dict(asked.settings[1]) if asked.kind == "difference" else None,
        "unit": asked.unit,
        "method": done.method,
        "samples": done.samples,
        "points": len(done.points),
        "replications": done.replications,
        "tornado_replications": done.tornado.replications,
        "as_written": plain(done.as_written._asdict()),
        "kept": plain(done.tornado.kept) if asked.kind == "best" else None,
        "same_sign": {"points": same[0], "of": same[1]} if asked.kind == "difference" else None,
        "noise_share": plain(done.noise_share),
        "noise_floor": plain(done.noise_floor),
        "dummy_is_zero": done.indices.dummy_is_zero,
        "missing": done.missing,
        "indices": plain(done.indices.table.to_dict("records")),
        "tornado": plain(done.tornado.table.to_dict("records")),
        "alternatives": plain(done.tornado.alternatives.to_dict("records")),
        "assumptions": plain(done.sheet.to_dict("records")),
        "not_varied": dict(done.left),
        "sentences": sentences(done),
        "versions": dict(done.versions),
    }


def plain(value: Any) -> Any:
    """The value as JSON has it: numbers of numpy as Python's, what is not finite as null."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
