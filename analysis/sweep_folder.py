"""The folder of a sweep: its blocks, its tables, and the papers to go on from or to check them by.

store.json, blocks/     what was simulated, block by block (analysis.store)
sweep.json              the record: scenario, seed, design, replications, versions, command
scenario.yaml           the scenario as resolved, before points are set; loading it gives the hash
table.parquet, .csv     a row per point and replication; dictionary.csv says what the columns mean
points.csv              a row per point: its settings, its replications and what ended them

Tables depend on the identity and the replications alone: no times, no order, no workers, so two
folders of the same sweep hold the same bytes. The record is written first and last, each time
whole: a sweep that was killed says that it isn't complete, and how to go on.
"""

import hashlib
import json
import os
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.durable import flag_in, flush_folder, read_file, trouble, write_file
from analysis.folder import reason, refuse
from analysis.slices import Slice
from analysis.stopping import Until
from analysis.store import Store
from engine import loader
from engine.errors import OutputError, ScenarioError
from engine.jit import engine_key
from engine.outcomes import OUTCOME_NAMES
from engine.results import versions
from engine.scenario import Scenario

if TYPE_CHECKING:
    from analysis.sweep_plan import Plan
    from analysis.sweep_result import Sweep

KIND, FORMAT = "leeway sweep", 1
RECORD, SCENARIO = "sweep.json", "scenario.yaml"
PARQUET, CSV, POINTS, DICTIONARY = "table.parquet", "table.csv", "points.csv", "dictionary.csv"
TABLES = (PARQUET, CSV, POINTS, DICTIONARY)
FILES = (RECORD, SCENARIO, *TABLES)
BYTES_PER_CELL = 24
"""On disk, per outcome of a row: 8 in its block, 4 in Parquet and 12 in CSV, about."""
MENDS = (
    "run the sweep again with the same options and folder, which mends it and keeps every block "
    "that is whole"
)

Record = dict[str, Any]


def identity(scenario: Scenario, seed: int, digest: str, engine: str) -> dict[str, Any]:
    """What blocks depend on. digest: of the settings of all points (hex)."""
    found = versions()
    return {
        "sweep": FORMAT,
        "scenario": scenario.hash,
        "seed": seed,
        "design": digest,
        "engine": engine,
        "outcomes": hashlib.sha256(" ".join(OUTCOME_NAMES).encode()).hexdigest(),
        "leeway version": found["leeway-sim"],
        "python version": found["python"],
        "numpy version": found["numpy"],
        "numba version": found["numba"],
        "simpy version": found["simpy"],
        "source of the engine": engine_key(),
    }


def command_for(folder: Path, name: str | None = None) -> str:
    """The command that goes on with a sweep, or that computes one block of it alone."""
    words = ["leeway", "sweep", str(folder), *([] if name is None else ["--only-block", name])]
    return shlex.join(words)


def held(folder: Path, plan: "Plan") -> int:
    """Replications of a point that the tables of a folder have, at most; 0 where that isn't known.

    Papers that are damaged or of another sweep tell nothing: they are written anew.
    """
    try:
        found = json.loads(read_file(folder / RECORD) or b"")
        if found["hash"] != plan.hash or found["seed"] != plan.seed:
            return 0
        if "files" not in found:
            return int(found.get("held", 0))
        points = read_file(folder / POINTS) or b""
        if hashlib.sha256(points).hexdigest() != found["files"][POINTS]:
            return 0
        return int(pd.read_csv(BytesIO(points))["replications"].max())
    except (ValueError, KeyError, TypeError):
        return 0


def check_more(folder: Path, there: int, now: int) -> None:
    """Refuse fewer replications than the tables of a folder have. Raises ScenarioError."""
    if now < there:
        refuse(
            "replications", f"{folder} holds {there} of a point, and {now} is asked for now",
            "a finished table is never made shorter",
            f"ask for {there} or more, or choose another folder with --out",
        )  # fmt: skip


def values_of(store: Store, piece: Slice) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Outcomes of a block that is in the store. Raises OutputError where it has gone since."""
    data = store.read(piece.name)
    if data is None:
        raise OutputError(
            f"{store.path(piece.name)} was damaged or removed just now; run the same command again"
        )
    return piece.unpack(data)


# ---- writing ---------------------------------------------------------------------------------


def begin(folder: Path, plan: "Plan", command: str | None) -> bytes | None:
    """The papers of a sweep that isn't complete; one that is, and is asked for again, stays so.

    Gives back the record that was there. Raises ScenarioError where the tables that are there have
    more replications than can come, OutputError where nothing can be written.
    """
    with _as_output_error(folder):
        text = loader.to_yaml(plan.scenario)
        if read_file(folder / SCENARIO) != text.encode():
            write_file(folder / SCENARIO, text.encode())
        asked = record(plan, command)
        there = held(folder, plan)
        check_more(folder, there, plan.most)
        before = read_file(folder / RECORD)
        if not _agrees(before, asked):
            _put_record(folder, asked | {"complete": False, "held": there})
        return before


def _agrees(there: bytes | None, asked: Record) -> bool:
    """Whether a record asks for the same, by whatever command."""
    try:
        found = json.loads(there or b"")
        return all(found[key] == asked[key] for key in asked if key != "command")
    except (ValueError, KeyError, TypeError):
        return False


def finish(
    folder: Path, plan: "Plan", done: "Sweep", command: str | None, before: bytes | None
) -> None:
    """The tables, and the record that says so. before: what `begin` gave back.

    Raises ScenarioError where a target has ended with fewer replications than the tables that are
    there have (these stay, and so does their record), OutputError where nothing can be written.
    """
    there, now = held(folder, plan), int(done.points["replications"].max())
    if now < there and not done.failed and before is not None:
        with _as_output_error(folder):
            write_file(folder / RECORD, before)
        check_more(folder, there, now)
    with _as_output_error(folder):
        tables = {
            PARQUET: lambda path: write_parquet(path, done.table),
            CSV: lambda path: write_csv(path, done.table),
            POINTS: lambda path: write_csv(path, done.points),
            DICTIONARY: lambda path: write_csv(path, done.dictionary()),
        }
        digests = {name: _put(folder / name, write) for name, write in tables.items()}
        flush_folder(folder)  # the record must not be there before what it speaks of
        papers = {
            "complete": not done.failed,
            "failed": [one._asdict() for one in done.failed],
            "files": digests,
        }
        _put_record(folder, record(plan, command) | papers)


def record(plan: "Plan", command: str | None) -> Record:
    """What was asked for, and of which versions."""
    wanted = plan.replications
    return {
        "kind": KIND,
        "format": FORMAT,
        "scenario": {
            "id": plan.scenario.id,
            "title": plan.scenario.title,
            "hash": plan.scenario.hash,
        },
        "variant": plan.variant,
        "seed": plan.seed,
        "engine": plan.engine,
        "replications": dict(wanted.given) if isinstance(wanted, Until) else wanted,
        "design": plan.design.as_record(),
        "hash": plan.hash,
        "versions": plan.versions,
        "command": command,
        "resolved": plan.scenario.resolved(),
    }


def write_parquet(path: Path, table: pd.DataFrame) -> None:
    """A table as Parquet, in one row group per million rows."""
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    arrow = pa.Table.from_pandas(table, preserve_index=False)
    pq.write_table(arrow, path, compression="zstd", row_group_size=1_000_000)


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """A table as CSV (RFC 4180, UTF-8): floats to the last bit, NaN as an empty field."""
    import pyarrow as pa
    import pyarrow.csv as pc  # type: ignore[import-untyped]

    arrow = pa.Table.from_pandas(table, preserve_index=False)
    pc.write_csv(arrow, path)


def _put_record(folder: Path, content: Record) -> None:
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_file(folder / RECORD, text.encode())


def _put(path: Path, write: Callable[[Path], object]) -> str:
    """Write a file under a temporary name and rename it; its SHA-256 (hex)."""
    temporary = path.with_name(flag_in(path.parent))
    try:
        write(temporary)
        with temporary.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    return digest


@contextmanager
def _as_output_error(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise trouble(Path(error.filename or folder), "written", error) from error


# ---- reading ---------------------------------------------------------------------------------


def is_sweep(folder: Path) -> bool:
    """Whether a folder carries the record of a sweep."""
    return folder.is_dir() and (folder / RECORD).exists()


def read_record(folder: Path) -> Record:
    """The record of a folder. Raises ScenarioError where it is none of a sweep, OutputError where
    it is damaged or of a newer leeway."""
    if not is_sweep(folder):
        refuse(
            "DIR", f"{folder} has no record of a sweep ({RECORD})",
            "the folder of a sweep is needed", "give a folder that leeway sweep has written",
        )  # fmt: skip
    try:
        found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except OSError as error:
        raise OutputError(f"{folder} can't be read: {reason(error)}") from error
    except ValueError as error:
        raise _damaged(folder, error) from error
    if not isinstance(found, Mapping) or found.get("kind") != KIND:
        raise _damaged(folder, "it isn't the record of a sweep")
    if found.get("format") != FORMAT:
        raise OutputError(f"{folder} was written in format {found.get('format')}, not {FORMAT}")
    return dict(found)


def read_scenario(folder: Path, found: Record) -> Scenario:
    """The scenario of a folder, before points are set.

    Raises OutputError where it can't be read or is another, KeyError or TypeError where the record
    is damaged.
    """
    try:
        scenario = loader.load(folder / SCENARIO)
    except ScenarioError as error:
        raise OutputError(f"{error}\n{MENDS}") from error
    if scenario.hash != found["scenario"]["hash"]:
        raise OutputError(
            f"{folder / SCENARIO} isn't the scenario of {RECORD}: the hash differs; {MENDS}"
        )
    return scenario


def _damaged(folder: Path, why: object) -> OutputError:
    return OutputError(f"{folder / RECORD} is damaged ({why}); {MENDS}")
