"""Golden digests: one per shipped scenario, over every event and every outcome, bit by bit.

`make golden` remakes tests/golden.json and prints what moved; a moved number belongs into
CHANGELOG.md, with its reason. Run as `python -m tests.golden show [ENGINE]`, it prints the digests.
"""

import hashlib
import json
import struct
import sys
from pathlib import Path

import engine
from engine.event_log import KINDS
from tests.build import REFERENCE

FILE = Path(__file__).with_suffix(".json")
SCENARIOS = Path(__file__).parent.parent / "scenarios"
SEED, REPLICATIONS = 20_260, 3


def digest(path: Path, engine_name: str = REFERENCE) -> str:
    """The sha256 of a scenario's events (replication 0) and outcomes (three replications)."""
    scenario = engine.load(path)
    total = hashlib.sha256()
    for row in engine.events(scenario, seed=SEED, engine=engine_name):
        numbers = (KINDS.index(row.kind), *row[2:6], int(row.independent))
        total.update(struct.pack("<d6q2d", row.time, *numbers, row.number, row.second))
    result = engine.simulate(scenario, SEED, REPLICATIONS, engine=engine_name)
    total.update(result.table.drop(columns="replication").to_numpy(dtype="<f8").tobytes())
    total.update(result.fates["per_100_cases"].to_numpy(dtype="<f8").tobytes())
    return total.hexdigest()


def digests(engine_name: str = REFERENCE) -> dict[str, str]:
    """The digest of every shipped scenario, by its id."""
    return {path.stem: digest(path, engine_name) for path in sorted(SCENARIOS.glob("*.yaml"))}


def remake() -> None:
    """Write the digests of this tree, and say which moved."""
    before = json.loads(FILE.read_text()) if FILE.exists() else {}
    now = digests()
    for name in sorted(before.keys() | now.keys()):
        if before.get(name) != now.get(name):
            print(f"moved: {name}: {before.get(name)} -> {now.get(name)}")
    FILE.write_text(json.dumps(now, indent=2) + "\n")
    print(f"{sum(before.get(name) == now[name] for name in now)} of {len(now)} did not move")


if __name__ == "__main__":
    if sys.argv[1:2] == ["show"]:
        print(json.dumps(digests(*sys.argv[2:])))
    else:
        remake()
