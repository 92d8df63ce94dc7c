"""The folder of a sweep read again: to go on with it, to compute one block alone, to check it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import sweep_folder, sweep_other
from analysis.blocks import Failed
from analysis.collect import Source, collect
from analysis.design import design_from
from analysis.folder import refuse
from analysis.slices import Slice
from analysis.stopping import until_from
from analysis.store import Store
from analysis.sweep_plan import Plan, Progress, plan_of
from engine.errors import OutputError, ScenarioError


def plan_from(folder: Path, *, progress: Progress | None = None) -> Plan:
    """The plan of the sweep in a folder, checked anew.

    Raises ScenarioError where there is none, OutputError where its papers are damaged.
    """
    record = sweep_folder.read_record(folder)
    try:
        scenario = sweep_folder.read_scenario(folder, record)
        design = design_from(record["design"])
        wanted = record["replications"]
        number = wanted if isinstance(wanted, int) else until_from(wanted)
        seed, engine, variant = record["seed"], record["engine"], record["variant"]
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise OutputError(f"{folder / sweep_folder.RECORD} is damaged: {error!r}") from error
    return plan_of(
        scenario, design, seed=seed, replications=number, engine=engine, variant=variant,
        progress=progress,
    )  # fmt: skip


def only_block(plan: Plan, folder: Path, name: str) -> Slice:
    """Compute one block of a plan in this process, and keep it in the folder.

    What goes wrong in it comes through as it is: that is the purpose. Raises ScenarioError where
    the plan has no such block.
    """
    try:
        piece = Slice.of(name)
    except ValueError:
        piece = None
    if piece is None or piece.points[-1] >= plan.design.count or piece.last > plan.most:
        refuse(
            "--only-block", f"{name} was given", "the name of a block of this sweep is needed",
            "take it from the command that the sweep has printed",
        )  # fmt: skip
    try:
        store = Store.open(folder, plan.identity(), beside=sweep_folder.FILES)
    except ScenarioError as error:
        raise ScenarioError(sweep_other.told(error.problems, folder, plan)) from error
    store.write(name, plan.simulate(None)(name))
    return piece


# ---- checking --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verified:
    """What `verify` has found. problems: in words, none where all is well."""

    folder: Path
    blocks: int
    rows: int
    complete: bool
    problems: tuple[str, ...]


@dataclass
class _Kept(Source):
    """Blocks that are in the store; the others are missing."""

    store: Store
    missing: set[str] = field(default_factory=set)
    there: int = 0

    def fetch(self, pieces: list[Slice]) -> tuple[Failed, ...]:
        gone = [piece.name for piece in pieces if not self.store.holds(piece.name)]
        self.missing.update(gone)
        self.there += len(pieces) - len(gone)
        return tuple(Failed(name, "missing or damaged", "") for name in gone)

    def values(self, piece: Slice) -> np.ndarray[Any, np.dtype[np.float64]]:
        return sweep_folder.values_of(self.store, piece)


def verify(folder: Path, *, progress: Progress | None = None) -> Verified:
    """Read every block and every table of a sweep, and derive the tables from the blocks again.

    Nothing is simulated, written or mended. progress: called with 1 for each point looked at.
    Raises ScenarioError where the folder is none of a sweep, OutputError where it can't be read.
    """
    record = sweep_folder.read_record(folder)
    store = Store.at(folder)
    faults = store.verify()
    problems = [str(fault) for fault in faults]
    plan = plan_from(folder, progress=progress)
    if dict(store.identity) != plan.identity():
        changed = [
            key for key, value in plan.identity().items() if store.identity.get(key) != value
        ]
        told = f"{folder} was simulated with another {', '.join(changed) or 'identity'}"
        if any(key in changed for key in ("scenario", "seed", "design", "engine", "outcomes")):
            problems.append(f"{told}: its papers don't belong to its blocks")
    kept = _Kept(store)
    counts, values, _ = collect(plan, kept)
    complete = bool(record.get("complete"))
    missing = sorted(kept.missing)
    if not complete:
        told = f"{kept.there:,} blocks are there, {len(missing):,} of the next are missing"
        problems.append(
            f"{folder} isn't complete ({told}): {sweep_folder.command_for(folder)} goes on"
        )
    else:
        damaged = {fault.name for fault in faults}
        problems += [f"{store.path(name)}: missing" for name in missing if name not in damaged]
    if complete and not missing:
        problems += _tables(folder, record, plan.sweep_of(counts, values, ()))
    return Verified(folder, kept.there, len(values), complete, tuple(problems))


def _tables(folder: Path, record: sweep_folder.Record, derived: Any) -> Iterator[str]:
    """What is wrong with the tables of a folder, given what its blocks say."""
    wanted = {
        sweep_folder.PARQUET: derived.table,
        sweep_folder.CSV: derived.table,
        sweep_folder.POINTS: derived.points,
        sweep_folder.DICTIONARY: derived.dictionary(),
    }
    for name, table in wanted.items():
        path = folder / name
        try:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            found = _read(path, table)
        except FileNotFoundError:
            yield f"{path}: missing"
            continue
        except (OSError, ValueError, KeyError) as error:
            yield f"{path}: it can't be read ({error})"
            continue
        if not found.equals(table):
            yield f"{path}: it doesn't hold what the blocks say"
        elif digest != record.get("files", {}).get(name):
            yield f"{path}: changed since it was written, though not in its numbers"


def _read(path: Path, like: pd.DataFrame) -> pd.DataFrame:
    """A table as it was written, with the types of another."""
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.csv as pc  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    try:
        if path.suffix == ".parquet":
            found: pd.DataFrame = pq.read_table(path).to_pandas()
        else:
            types = pa.Schema.from_pandas(like, preserve_index=False)
            columns = pc.ConvertOptions(
                column_types={name: types.field(name).type for name in types.names},
                null_values=[""], strings_can_be_null=False,
            )  # fmt: skip
            found = pc.read_csv(path, convert_options=columns).to_pandas()
    except pa.ArrowException as error:
        raise ValueError(str(error)) from error
    if list(found.columns) != list(like.columns):
        raise ValueError("its columns aren't those of this sweep")
    return found.astype(like.dtypes.to_dict())
