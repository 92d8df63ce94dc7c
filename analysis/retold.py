"""The `leeway trace` line that tells the case of a page's episode.

It names the scenario's file without its folder: the same run gives the same page wherever its file
lies, and nobody who is sent the page learns where that was.
"""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.changes import read_value
from analysis.episode import Episode
from analysis.study import Study
from analysis.view import tokens

FLAGS = ("--no-curve", "--json")
"""Options of `leeway run` that take no value."""


def command(study: Study, shown: Episode, record: Mapping[str, Any]) -> str:
    """The line, for the folder of the scenario's file; record: the run's own."""
    file = file_of(record.get("command", ""))
    parts = ["leeway", "trace", f"{study.scenario.id}.yaml" if file is None else file]
    parts += [] if study.variant is None else ["--variant", study.variant]
    for path, value in study.changes.items():
        parts += ["--set", f"{path}={as_typed(value)}"]
    parts += ["--seed", str(study.seed), "--replication", "0"]  # episodes are of replication 0
    parts += ["--trainee", str(shown.trainee), "--case", str(shown.case)]
    return shlex.join(parts)


def file_of(run: str) -> str | None:
    """The name of the file in a `leeway run` line: what is neither an option nor its value."""
    left = iter(shlex.split(run)[2:])
    for part in left:
        if not part.startswith("-"):
            return Path(part).name
        if "=" not in part and part not in FLAGS:
            next(left, None)
    return None


def as_typed(value: Any) -> str:
    """A value in file form as `--set` reads it back, to the last bit."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {as_typed(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(as_typed(each) for each in value) + "]"
    if isinstance(value, float):
        text = tokens.write("number", value)
        return text if is_read_as(text, value) else f"{value:.17e}"
    text = str(value)
    return text if is_read_as(text, value) else "'" + text.replace("'", "''") + "'"


def is_read_as(text: str, value: Any) -> bool:
    """Whether a text stands for a value, inside a list or mapping as well."""
    return read_value("value", f"[{text}]") == ([value], [])
