"""The folder of a run: written whole or not at all, and read back without simulating again.

report.html              the page
figures/*.svg, *.png     its figures
outcomes.csv             a row per setting and replication; outcomes-dictionary.csv says what
fates.csv                what became of errors, a row per setting, replication, fate and harm
episode.csv              the event log of the episode that the page tells
grid.json                other settings, simulated less often, for the sliders of the page
scenario.yaml            the scenario as resolved: every default explicit
run.json                 seed, replications, versions, command, times: the run record
"""

import csv
import errno
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import pandas as pd

from analysis import study as studies
from analysis.episode import Episode
from analysis.study import Study
from engine import loader
from engine.errors import OutputError, Problem, ScenarioError
from engine.event_log import Event
from engine.outcomes import OUTCOMES

RECORD = "run.json"
GRID = "grid.json"
FORMAT = 1


class Kind(NamedTuple):
    """A kind of folder: by what record it is known for one of ours, and what may be in it."""

    name: str
    noun: str
    record: str
    files: tuple[str, ...]


RUN = Kind(
    "leeway run",
    "run",
    RECORD,
    (
        "report.html", "outcomes.csv", "outcomes-dictionary.csv", "fates.csv", "episode.csv",
        "scenario.yaml", GRID, RECORD,
    ),
)  # fmt: skip
FIGURES = "figures"
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
PICTURES = (".svg", ".png")

Record = dict[str, Any]


def refuse(path: str, given: str, allowed: str, advice: str) -> NoReturn:
    """Bad input that isn't in a scenario file: raises ScenarioError (exit code 2)."""
    raise ScenarioError([Problem(None, None, None, path, given, allowed, advice)])


def check_target(folder: Path, kind: Kind = RUN) -> None:
    """Whether a run may be written there. Raises ScenarioError where it may not.

    It may where there is nothing yet, an empty folder, or an older run of its kind with nothing
    beside it: a run never deletes what it didn't write.
    """
    advice = "choose another folder with --out"
    if not folder.exists():
        return
    if not folder.is_dir():
        refuse("--out", f"{folder} is a file", "a folder is needed", advice)
    names = sorted(entry.name for entry in folder.iterdir())
    if folder.resolve() == Path.cwd().resolve():
        refuse("--out", "the current folder was given", "a folder below it is needed", advice)
    if not names:
        return
    if not is_run(folder, kind):
        refuse(
            "--out", f"{folder} isn't empty and isn't the folder of a {kind.noun}",
            "a new folder, or that of an older run, is needed", advice,
        )  # fmt: skip
    foreign = [name for name in names if name not in (*kind.files, FIGURES)]
    if (folder / FIGURES).is_dir():
        foreign += [
            f"{FIGURES}/{entry.name}"
            for entry in sorted((folder / FIGURES).iterdir())
            if entry.suffix not in PICTURES
        ]
    if foreign:
        refuse(
            "--out", f"{folder} holds files of yours beside an older run: {', '.join(foreign)}",
            "a run replaces its folder as a whole", f"move them away, or {advice}",
        )  # fmt: skip


def is_run(folder: Path, kind: Kind = RUN) -> bool:
    """Whether a folder carries a run record of ours."""
    try:
        record = json.loads((folder / kind.record).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(record, dict) and record.get("kind") == kind.name


@contextmanager
def replacing(folder: Path, kind: Kind = RUN) -> Iterator[Path]:
    """A fresh folder beside `folder` that takes its place if the block ends well.

    Otherwise nothing is left of it. Made before anything is simulated, so that a place where
    nothing can be written is found out at once. Raises OutputError where that is so, and
    ScenarioError where `folder` may not be replaced.
    """
    check_target(folder, kind)
    target = folder.resolve()
    made = missing_parents(target)
    draft: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = beside(target)
        draft.mkdir()
        yield draft
        check_target(folder, kind)
        exchange(draft, target)
    except OSError as error:
        raise cannot_write(folder, error, draft) from error
    finally:
        if draft is not None and draft.exists():
            shutil.rmtree(draft, ignore_errors=True)
        for parent in made:
            if parent.is_dir() and not any(parent.iterdir()):
                parent.rmdir()


def missing_parents(target: Path) -> list[Path]:
    """The parents of a path that don't exist yet, nearest first."""
    return [parent for parent in target.parents if not parent.exists()]


def beside(target: Path) -> Path:
    """A name nobody else uses, hidden, in the same folder as `target`."""
    return target.with_name(f".{target.name}.{os.getpid()}-{secrets.token_hex(4)}")


def exchange(draft: Path, target: Path) -> None:
    """Put the draft in the target's place; the older run goes only when the new one is there."""
    if not target.exists():
        draft.rename(target)
        return
    aside = beside(target)
    target.rename(aside)
    try:
        draft.rename(target)
    except OSError:
        aside.rename(target)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def cannot_write(folder: Path, error: OSError, draft: Path | None = None) -> OutputError:
    """The error of a folder that can't be written: why, and what to try.

    draft: where it was being written; its hidden name says nothing to anybody and isn't told.
    """
    what, where = reason(error), str(error.filename or "")
    if draft is not None and where.startswith(str(draft)):
        rest = where.removeprefix(str(draft)).lstrip(os.sep)
        what = error.strerror or type(error).__name__
        what += f" ({folder / rest})" if rest else f" in {folder.resolve().parent}"
    if error.errno in NO_ROOM:
        return OutputError(
            f"{folder} can't be written: {what}; make room there, or choose another folder with "
            "--out"
        )
    return OutputError(
        f"{folder} can't be written: {what}; choose a folder that you may write to with --out"
    )


def reason(error: OSError) -> str:
    """An operating system's error in words, with the file it is about."""
    what = error.strerror or type(error).__name__
    return f"{what} ({error.filename})" if error.filename else what


# ---- writing ---------------------------------------------------------------------------------


def write(
    folder: Path, study: Study, record: Mapping[str, Any], grid: Mapping[str, Any] | None = None
) -> None:
    """The tables, the scenario, the grid and the record into an existing folder. Raises OSError."""
    table, fates = (
        each.rename(columns={"setting": study.axis}) for each in (study.table, study.fates)
    )
    write_long_csv(folder / "outcomes.csv", table)
    write_long_csv(folder / "fates.csv", fates)
    write_csv(folder / "outcomes-dictionary.csv", dictionary(study.axis))
    with (folder / "episode.csv").open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(Event._fields)
        rows.writerows(() if study.episode is None else study.episode.events)
    (folder / "scenario.yaml").write_text(loader.to_yaml(study.scenario), encoding="utf-8")
    if grid is not None:
        text = json.dumps(grid, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        (folder / GRID).write_text(text + "\n", encoding="utf-8")
    text = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / RECORD).write_text(text + "\n", encoding="utf-8")


def write_long_csv(path: Path, table: pd.DataFrame) -> None:
    """What write_csv writes, ten times as fast, of columns that each hold one kind of value."""
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.csv as pc  # type: ignore[import-untyped]

    pc.write_csv(pa.Table.from_pandas(table, preserve_index=False), path)


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """A table as CSV: floats to the last bit, missing as empty, truth as true and false."""
    plain = table.copy()
    for name in plain.select_dtypes("bool").columns:
        plain[name] = plain[name].map({True: "true", False: "false"})
    plain.to_csv(path, index=False, lineterminator="\n")


def dictionary(axis: str) -> pd.DataFrame:
    """What the columns of outcomes.csv mean."""
    setting = {
        "permissiveness": ("supervision.permissiveness of this row", "chance of mild harm"),
        "time_limit": ("supervision.time_limit of this row", "minutes"),
    }[axis]
    rows = [
        (axis, "", *setting, "neither", "", "setting"),
        ("as_written", "", "whether the setting is the scenario's own", "", "neither", "",
         "setting"),
        ("replication", "", "number of the replication, from 0; rows of one replication share "
         "their luck", "", "neither", "", "setting"),
    ]  # fmt: skip
    columns = ["column", "symbol", "meaning", "unit", "better", "denominator", "group"]
    return pd.DataFrame([*rows, *(tuple(outcome) for outcome in OUTCOMES)], columns=columns)


def run_record(study: Study, **papers: Any) -> Record:
    """The run record: what was run, with the papers (versions, command, times) given."""
    settings = sorted({float(value) for value in study.table["setting"]})
    return {
        "kind": RUN.name,
        "format": FORMAT,
        "scenario": {
            "id": study.scenario.id,
            "title": study.scenario.title,
            "hash": study.scenario.hash,
        },
        "seed": study.seed,
        "replications": study.replications,
        "engine": study.engine,
        "axis": study.axis,
        "settings": settings,
        "no_curve": study.no_curve,
        "variant": study.variant,
        "changes": dict(study.changes),
        "against_file": None if study.against_file is None else dict(study.against_file),
        **papers,
        "resolved": study.scenario.resolved(),
    }


# ---- reading ---------------------------------------------------------------------------------


def read(folder: Path) -> tuple[Study, Record]:
    """A run folder back as what was simulated and its record.

    Raises ScenarioError where `folder` isn't the folder of a run, OutputError where it is one but
    damaged, changed by hand, or written by a newer leeway.
    """
    if not folder.is_dir():
        refuse("DIR", f"{folder} isn't a folder", "the folder of a run is needed", "see leeway run")
    if not is_run(folder):
        refuse(
            "DIR", f"{folder} has no run record ({RECORD})", "the folder of a run is needed",
            "give a folder that leeway run has written",
        )  # fmt: skip
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        if record["format"] != FORMAT:
            raise OutputError(f"{folder} was written in format {record['format']}, not {FORMAT}")
        scenario = loader.load(folder / "scenario.yaml")
        if scenario.hash != record["scenario"]["hash"]:
            raise OutputError(
                f"{folder}/scenario.yaml isn't the scenario of {RECORD}: hash differs"
            )
        axis = studies.axis_of(scenario)
        study = Study(
            scenario=scenario,
            seed=record["seed"],
            replications=record["replications"],
            engine=record["engine"],
            axis=axis,
            table=read_csv(folder / "outcomes.csv", axis),
            fates=read_csv(folder / "fates.csv", axis),
            episode=read_episode(folder / "episode.csv"),
            no_curve=record["no_curve"],
            variant=record["variant"],
            changes=dict(record["changes"]),
            against_file=record.get("against_file"),  # folders of an older version have none
        )
    except OSError as error:
        raise OutputError(f"{folder} can't be read back: {reason(error)}") from error
    except (KeyError, TypeError, ValueError, ScenarioError) as error:
        raise OutputError(f"{folder} can't be read back, it is damaged: {error}") from error
    return study, record


def read_grid(folder: Path, record: Mapping[str, Any]) -> dict[str, Any] | None:
    """The grid of a run folder; None where there is none, as in folders of an older version.

    Raises OutputError where it is damaged, or isn't that of the run that `record` tells of.
    """
    path = folder / GRID
    if not path.exists():
        return None
    try:
        grid = json.loads(path.read_text(encoding="utf-8"))
        if grid["hash"] != record["scenario"]["hash"]:
            raise OutputError(f"{path} isn't the grid of {RECORD}: hash differs")
    except OSError as error:
        raise OutputError(f"{path} can't be read back: {reason(error)}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise OutputError(f"{path} can't be read back, it is damaged: {error}") from error
    return dict(grid)


def read_csv(path: Path, axis: str) -> pd.DataFrame:
    """A table as write_csv wrote it, its axis named `setting` again."""
    table = pd.read_csv(path, keep_default_na=False, na_values=[""])
    named = table.rename(columns={axis: "setting"})
    missing = {"setting", "as_written", "replication"} - set(named.columns)
    if missing:
        raise ValueError(f"{path.name} lacks {', '.join(sorted(missing))}")
    whole = [name for name in named.select_dtypes("integer") if name != "replication"]
    named = named.astype(dict.fromkeys(["setting", *whole], float))  # 2 is written for 2.0
    if named["as_written"].dtype != bool:
        raise ValueError(f"{path.name} holds something else than true and false in as_written")
    return named


def read_episode(path: Path) -> Episode | None:
    """The episode of a run; None where there was none."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    events = [
        Event(
            float(row["time"]), row["kind"], int(row["trainee"]), int(row["case"]),
            int(row["step"]), int(row["level"]), float(row["number"]), float(row["second"]),
            row["independent"] == "True",
        )
        for row in rows
    ]  # fmt: skip
    return Episode(tuple(events)) if events else None
